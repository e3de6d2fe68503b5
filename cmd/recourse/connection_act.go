package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"recourse"
	"recourse/hub"
	"recourse/store"
)

// connectionTestCmd tests a connection.
type connectionTestCmd struct {
	ID              string `arg:"" help:"The connection."`
	connectionFlags `embed:""`
}

// Run asks the other system.
func (c *connectionTestCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		if err := h.Test(ctx, o.merchant, c.ID); err != nil {
			return err
		}
		return c.done(s, "works:", c.ID)
	})
}

// connectionRegisterCmd makes the other system tell us.
type connectionRegisterCmd struct {
	ID              string `arg:"" help:"The connection."`
	connectionFlags `embed:""`
}

// Run makes it.
func (c *connectionRegisterCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		if err := h.Register(ctx, o.merchant, c.ID, c.URL); err != nil {
			return err
		}
		return c.done(s, "registered", c.ID)
	})
}

// connectionPauseCmd pauses a connection.
type connectionPauseCmd struct {
	ID              string `arg:"" help:"The connection."`
	connectionFlags `embed:""`
}

// Run pauses it.
func (c *connectionPauseCmd) Run(ctx context.Context, s *streams) error {
	return c.stand(ctx, s, c.ID, recourse.ConnectionPaused, "paused")
}

// connectionResumeCmd resumes a connection.
type connectionResumeCmd struct {
	ID              string `arg:"" help:"The connection."`
	connectionFlags `embed:""`
}

// Run resumes it.
func (c *connectionResumeCmd) Run(ctx context.Context, s *streams) error {
	return c.stand(ctx, s, c.ID, recourse.ConnectionActive, "resumed")
}

func (c *connectionFlags) stand(ctx context.Context, s *streams, id string, to recourse.ConnectionStatus, said string) error {
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		if err := h.SetStatus(ctx, o.merchant, id, to, c.name()); err != nil {
			return err
		}
		return c.done(s, said, id)
	})
}

// connectionRemoveCmd takes a connection away.
type connectionRemoveCmd struct {
	ID              string `arg:"" help:"The connection."`
	Yes             bool   `help:"Do it: its secrets and deliveries cannot be brought back."`
	connectionFlags `embed:""`
}

// Run takes it away.
func (c *connectionRemoveCmd) Run(ctx context.Context, s *streams) error {
	if !c.Yes {
		return &recourse.Error{Kind: recourse.Invalid, Code: "not_confirmed", Message: "nothing was removed: it cannot be taken back", Hint: "to do it: recourse connection remove " + recourse.Shorten(c.ID, 60) + " --yes"}
	}
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		if err := h.Remove(ctx, o.merchant, c.ID, c.name()); err != nil {
			return err
		}
		return c.done(s, "removed", c.ID)
	})
}

// connectionReceiptsCmd lists deliveries.
type connectionReceiptsCmd struct {
	ID              string `arg:"" help:"The connection."`
	Receipt         string `arg:"" optional:"" help:"One delivery, as it came. Who looks is noted: it holds what the order's buyer is."`
	Status          string `help:"Only those: waiting, done, unknown or failed." placeholder:"STATUS"`
	Limit           int    `help:"How many at most." default:"50"`
	connectionFlags `embed:""`
}

// jsonReceipt is a delivery for programs.
type jsonReceipt struct {
	Receipt string              `json:"receipt"`
	Topic   string              `json:"topic"`
	At      string              `json:"at"`
	Status  store.ReceiptStatus `json:"status"`
	Order   string              `json:"order,omitempty"`
	Events  int                 `json:"events"`
	Note    string              `json:"note,omitempty"`
	Detail  string              `json:"detail,omitempty"`
}

func newReceipt(r *store.Receipt) jsonReceipt {
	return jsonReceipt{r.ID, r.Topic, r.At.UTC().Format("2006-01-02T15:04:05.999999Z07:00"), r.Status, r.Order, r.Events, r.Note, r.Detail}
}

// Run lists them, or shows one.
func (c *connectionReceiptsCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		if c.Receipt != "" {
			return c.raw(ctx, s, o, h)
		}
		var all []store.Receipt
		err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
			if _, err = tx.Connection(o.merchant, c.ID); err == nil {
				all, _, err = tx.Receipts(o.merchant, c.ID, store.ReceiptFilter{Status: store.ReceiptStatus(c.Status), Limit: min(max(c.Limit, 1), 1000)})
			}
			return err
		})
		if err != nil {
			return err
		}
		if c.JSON {
			list := make([]jsonReceipt, len(all))
			for i := range all {
				list[i] = newReceipt(&all[i])
			}
			return printJSON(s.out, map[string]any{"receipts": list})
		}
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "receipt\twhat\tcame\tstatus\torder\tnote")
		for i := range all {
			r := &all[i]
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s %s\n", r.ID, r.Topic, ago(r.At, o.Now()), r.Status, r.Order, r.Note, recourse.Shorten(r.Detail, 100))
		}
		return t.Flush()
	})
}

func (c *connectionReceiptsCmd) raw(ctx context.Context, s *streams, o *office, h *hub.Hub) error {
	r, d, err := h.Raw(ctx, o.merchant, c.ID, c.Receipt, c.name())
	if err != nil {
		return err
	}
	if !r.Kept {
		return &recourse.Error{Kind: recourse.Conflict, Code: "receipt_gone", Message: "what it said is not kept any more"}
	}
	if !c.JSON {
		_, err = s.out.Write(append(d.Body, '\n'))
		return err
	}
	out := map[string]any{"receipt": newReceipt(&r), "headers": d.Header, "body": string(d.Body)}
	if json.Valid(d.Body) {
		out["body"] = json.RawMessage(d.Body)
	}
	return printJSON(s.out, out)
}

// connectionReplayCmd has deliveries read again.
type connectionReplayCmd struct {
	ID              string `arg:"" help:"The connection."`
	Receipt         string `arg:"" optional:"" help:"One delivery. Default: all that failed."`
	connectionFlags `embed:""`
}

// Run puts them back; the server reads them, in a second.
func (c *connectionReplayCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		n, err := h.Replay(ctx, o.merchant, c.ID, c.Receipt)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, map[string]int{"replayed": n})
		}
		_, err = fmt.Fprintf(s.out, "%s deliveries are read again by the server\n", count(n))
		return err
	})
}
