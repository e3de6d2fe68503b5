package woocommerce

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

// Where a refund says whose it is. The shop writes the reason before the gateway is asked, and the fields only when the
// gateway has answered: the reason alone says of a refund in the making that it is ours.
const (
	KeyMeta    = "_recourse_key"    // the act's key
	EffectMeta = "_recourse_effect" // the act's id
)

// mark is what stands at the end of a reason: the act and the beginning of its key.
var mark = regexp.MustCompile(`\[recourse ([^\]\s]{1,200}) ([0-9a-f]{8})\]$`)

// Mark is what ends the reason of a refund that an act asked for.
func Mark(effect, key string) string {
	return "[recourse " + strings.ReplaceAll(effect, "]", "") + " " + key[:min(8, len(key))] + "]"
}

// Marked is the act that a reason names, with the beginning of its key; "": it names none.
func Marked(reason string) (effect, key string) {
	if m := mark.FindStringSubmatch(strings.TrimSpace(reason)); m != nil {
		return m[1], m[2]
	}
	return "", ""
}

// refunds tells the refunds of an order: all of them where they were fetched with it. An order that came as it is says
// less. One made here is then told by whoever asked for it. One made in the shop is told when the order is refunded whole;
// of a part, the order does not say which, nor whether the gateway has paid it yet: the next round will.
func (o *order) refunds(m *intake.Meaning) error {
	if o.Fetched != nil {
		return o.fetchedRefunds(m)
	}
	for _, r := range o.Refunds {
		if effect, _ := Marked(r.Reason); effect != "" {
			m.Note = NoteOurRefund
			continue
		}
		if o.Status != "refunded" || len(o.Refunds) > 1 {
			m.Note = NoteRefundLater
			continue
		}
		e, err := o.refundEvent(r.ID, r.Total)
		if err != nil {
			return err
		}
		e.Time, e.Reason = o.Modified.Time, r.Reason
		for i := range o.Lines {
			e.Lines = append(e.Lines, recourse.Pieces{Line: i + 1})
		}
		m.Events = append(m.Events, e)
	}
	return nil
}

// fetchedRefunds tells of a refund that was made here that its money left, and of one made in the shop also the pieces
// that it pays for. One of ours that the shop has not paid is written down only: whoever pays tells it.
func (o *order) fetchedRefunds(m *intake.Meaning) error {
	for i := range o.Fetched {
		r := &o.Fetched[i]
		e, err := o.refundEvent(r.ID, r.Amount)
		if err != nil {
			return err
		}
		e.Time = r.Created.Time
		if e.Effect = r.effect(); e.Effect == "" {
			e.Lines, e.Reason = o.refunded(r), r.Reason
		} else if m.Note = NoteOurRefund; !r.Refunded {
			continue
		}
		if err := e.Check(); err != nil {
			return err
		}
		m.Events = append(m.Events, e)
	}
	return nil
}

// refundEvent is the fact that money left. Its id is that of the refund, wherever it was read.
func (o *order) refundEvent(id int64, total text) (recourse.Event, error) {
	e := recourse.Event{ID: "refund/" + strconv.FormatInt(id, 10), Type: recourse.RefundSucceeded, Data: recourse.Data{Order: o.number()}}
	currency, err := recourse.ParseCurrency(o.Currency)
	if err != nil || id <= 0 {
		return e, refused("woocommerce_refund", "refunds", "a refund has no id, or its order no currency", err)
	}
	e.Amount, err = amount("refunds", total, currency)
	if e.Amount.Minor < 0 {
		e.Amount = e.Amount.Neg()
	}
	return e, err
}

// effect is the act that asked for the refund; "": none of ours.
func (r *refund) effect() string {
	if id := r.Meta.text(EffectMeta); id != "" {
		return id
	}
	id, _ := Marked(r.Reason)
	return id
}

// refunded are the pieces that a refund takes back. An amount without pieces is for none of them.
func (o *order) refunded(r *refund) []recourse.Pieces {
	var out []recourse.Pieces
	for i := range r.Lines {
		of := r.Lines[i].Meta.text("_refunded_item_id")
		n, err := r.Lines[i].Quantity.Int64()
		if err != nil || n == 0 || n < -1_000_000 || n > 1_000_000 {
			continue
		}
		for at := range o.Lines {
			if strconv.FormatInt(o.Lines[at].ID, 10) == of {
				out = append(out, recourse.Pieces{Line: at + 1, Quantity: int(max(n, -n))})
			}
		}
	}
	return out
}

// unsettled is how old a refund is at least before it is told that the gateway has not paid: a younger one may be in the
// making, and vanish again when the gateway refuses.
const unsettled = 2 * time.Minute

// whole fetches the refunds of an order that tells of any, and puts them into what was told.
func whole(ctx context.Context, c *recourse.Connection, peer *call.Client, d *intake.Delivery) (*intake.Delivery, error) {
	var o order
	if !strings.HasPrefix(d.Topic, "order.") || json.Unmarshal(d.Body, &o) != nil || o.ID <= 0 || len(o.Refunds) == 0 || o.Fetched != nil {
		return d, nil
	}
	all, now, err := Shop{c, peer}.Refunds(ctx, o.ID)
	if err != nil {
		return d, err
	}
	settled := []json.RawMessage{}
	for _, raw := range all {
		var r refund
		if json.Unmarshal(raw, &r) == nil && (r.Refunded || now.IsZero() || now.Sub(r.Created.Time) >= unsettled) {
			settled = append(settled, raw)
		}
	}
	list, err := json.Marshal(settled)
	if err != nil {
		return d, err
	}
	own := *d
	body := bytes.TrimRight(d.Body, " \t\r\n")
	own.Body = slices.Concat(body[:len(body)-1], []byte(`,"`+fetchedField+`":`), list, []byte("}"))
	return &own, nil
}
