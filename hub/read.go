package hub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/evidence"
	"recourse/intake"
	"recourse/store"
)

// Read says what a delivery means, for [desk.Desk.RunReceipts].
func (h *Hub) Read(ctx context.Context, r *store.Receipt) desk.Reading {
	c, err := h.Connection(ctx, r.Merchant, r.Connection)
	switch {
	case err != nil:
		return desk.Reading{Err: err}
	case c.Status == recourse.ConnectionPaused:
		return desk.Reading{Hold: true}
	case c.Kind.Reader == nil || c.Kind.Reader.Read == nil:
		return desk.Reading{Unknown: true}
	}
	d, err := h.delivery(r)
	if err != nil {
		return desk.Reading{Err: err}
	}
	m, err := c.Kind.Reader.Read(c.Connection, &d)
	if err != nil && len(m.Events) == 0 {
		return desk.Reading{Err: err}
	}
	out := desk.Reading{Order: m.Order, Unknown: m.Unknown, Note: m.Note, Refused: err}
	for _, f := range facts(c, r, m.Events) {
		if account.Needs(&f.Event) == account.Approve {
			out.Refused = &recourse.Error{Kind: recourse.Forbidden, Code: "connection_approval", Message: string(f.Event.Type) + " is a person's to say, not another system's"}
			continue
		}
		out.Facts = append(out.Facts, f)
	}
	if len(m.Files) > 0 || len(m.Asks) > 0 {
		out.Then = func(ctx context.Context) error { return h.follow(ctx, c, r, &m) }
	}
	return out
}

// facts are events as they are told to the desk: by the connection's name, from the connection, with an id that is the same
// whenever the delivery is read.
func facts(c *Opened, r *store.Receipt, events []recourse.Event) []desk.Fact {
	out := make([]desk.Fact, len(events))
	for i, ev := range events {
		ev.Source = cmp.Or(ev.Source, c.ID)
		if ev.ID == "" {
			ev.ID = r.ID + "/" + strconv.Itoa(i+1)
		}
		if ev.Type == recourse.OrderPlaced && ev.Channel == "" {
			ev.Channel = c.ID
		}
		out[i] = desk.Fact{Event: ev, By: cmp.Or(c.Name, c.ID)}
	}
	return out
}

// follow does what follows once the facts of a delivery were taken in. All of it may be done again.
func (h *Hub) follow(ctx context.Context, c *Opened, r *store.Receipt, m *intake.Meaning) error {
	var errs []error
	for i := range m.Files {
		errs = append(errs, h.attach(ctx, c, &m.Files[i]))
	}
	for i := range m.Asks {
		errs = append(errs, h.carryOut(ctx, c, r, &m.Asks[i]))
	}
	return errors.Join(errs...)
}

// attach keeps an attachment as evidence for its case.
func (h *Hub) attach(ctx context.Context, c *Opened, f *intake.File) error {
	if h.Evidence == nil {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "evidence_none", Message: "there is no place where attachments are kept"}
	}
	item, err := h.Evidence.Take(ctx, c.Merchant, bytes.NewReader(f.Content), int64(len(f.Content)))
	if err != nil {
		return err
	}
	e := Evidence(item)
	e.Order, e.Case, e.From, e.By, e.Name = f.Order, f.Case, f.By, cmp.Or(c.Name, c.ID), f.Name
	_, err = h.Desk.AddEvidence(ctx, c.Merchant, e, f.Text)
	return err
}

// Evidence is what is written down of a file that was taken in; for which case and by whom is to be filled in.
func Evidence(i evidence.Item) store.Evidence {
	e := store.Evidence{File: i.File, Kind: string(i.Kind), Type: i.Type, Bytes: i.Bytes, Width: i.Width, Height: i.Height, Taken: i.Taken, Shown: i.Shown, Played: i.Played, Hash: i.Hash, Scan: store.ScanWaiting}
	if i.Scanned {
		e.Scan = store.ScanClean
	}
	return e
}

// carryOut does what a peer asks of the desk itself.
func (h *Hub) carryOut(ctx context.Context, c *Opened, r *store.Receipt, a *intake.Ask) error {
	switch a.Kind {
	case intake.AskGone:
		return h.SetStatus(ctx, c.Merchant, c.ID, recourse.ConnectionGone, c.Name)
	case intake.AskExport, intake.AskErase, intake.AskForget:
	default:
		return &recourse.Error{Kind: recourse.Invalid, Code: "ask_unknown", Message: "nobody here knows how to do that: " + recourse.Shorten(string(a.Kind), 40)}
	}
	orders, err := h.Desk.OrdersOf(ctx, c.Merchant, desk.Buyer{Channel: c.ID, Email: a.Email, Orders: a.Orders, Refs: a.Refs, All: a.Kind == intake.AskForget})
	if err != nil {
		return err
	}
	if a.Kind == intake.AskExport {
		return h.export(ctx, c, r, orders)
	}
	for _, o := range orders {
		if _, err := h.Desk.Erase(ctx, c.Merchant, o, cmp.Or(c.Name, c.ID)); err != nil {
			return err
		}
	}
	// The request itself names the buyer.
	return h.Desk.Store().Write(ctx, func(tx *store.Tx) error { return tx.DropBody(r) })
}

// export puts together what is kept of a buyer, for the merchant to hand over.
func (h *Hub) export(ctx context.Context, c *Opened, r *store.Receipt, orders []string) error {
	var all []store.Export
	for _, o := range orders {
		data, err := h.Desk.DataOf(ctx, c.Merchant, o)
		if err != nil {
			return err
		}
		plain, err := json.Marshal(data)
		if err != nil {
			return err
		}
		e := store.Export{Merchant: c.Merchant, Connection: c.ID, Receipt: r.ID, Order: o, At: h.Desk.Now()}
		if e.Body, err = h.Vault.Seal(e.Place(), plain); err != nil {
			return err
		}
		all = append(all, e)
	}
	return h.Desk.Store().Write(ctx, func(tx *store.Tx) error { return tx.PutExports(all) })
}

// Exported is what was put together of a buyer because of one delivery, as one JSON file: export_none, of kind
// [recourse.NotFound], when there is nothing, or it is gone.
func (h *Hub) Exported(ctx context.Context, merchant, connection, receipt string) ([]byte, error) {
	var all []store.Export
	err := h.Desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.ExportOf(merchant, connection, receipt)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "export_none", Message: "there is nothing to download", Hint: "it is kept for thirty days, and goes with the order's buyer"}
	}
	parts := make([]json.RawMessage, len(all))
	for i := range all {
		if parts[i], err = h.Vault.Open(all[i].Place(), all[i].Body); err != nil {
			return nil, err
		}
	}
	return json.MarshalIndent(map[string]any{"made_at": all[0].At, "orders": parts}, "", "  ")
}
