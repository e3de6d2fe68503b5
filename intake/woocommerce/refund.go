package woocommerce

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"recourse"
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

// refunds tells the refunds of an order as far as the order tells enough of them. One made here is told by whoever asked
// for it. One made in the shop is told at once when the order is refunded whole; of a part, the order does not say which,
// nor whether the gateway has paid it yet: it is fetched, and then told.
func (o *order) refunds(m *intake.Meaning) error {
	for _, r := range o.Refunds {
		if effect, _ := Marked(r.Reason); effect != "" {
			m.Note = NoteOurRefund
			continue
		}
		if o.Status != "refunded" || len(o.Refunds) > 1 {
			m.Note = NoteRefundLater
			continue
		}
		currency, err := recourse.ParseCurrency(o.Currency)
		if err != nil {
			return err
		}
		e, err := refundEvent(r.ID, o.number(), r.Total, currency)
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

// refundEvent is the fact that money left. Its id is that of the refund, wherever it was read.
func refundEvent(id int64, order string, total text, currency recourse.Currency) (recourse.Event, error) {
	sum, err := amount("refund.total", total, currency)
	if sum.Minor < 0 {
		sum = sum.Neg()
	}
	return recourse.Event{ID: "refund/" + strconv.FormatInt(id, 10), Type: recourse.RefundSucceeded, Data: recourse.Data{Order: order, Amount: sum}}, err
}

// meaning of a refund that was fetched: of one that was made here, that its money left; of one made in the shop, also the
// pieces that it pays for.
func (f *fetched) meaning() (intake.Meaning, error) {
	number := numberOf(f.Order.Number, f.Order.ID)
	m := intake.Meaning{Order: number}
	currency, err := recourse.ParseCurrency(f.Order.Currency)
	if err != nil || f.Refund.ID <= 0 {
		return m, refused("woocommerce_refund", "refund", "the refund has no id, or its order no currency", err)
	}
	e, err := refundEvent(f.Refund.ID, number, f.Refund.Amount, currency)
	if err != nil {
		return m, err
	}
	e.Time = f.Refund.Created.Time
	if e.Effect = f.Refund.effect(); e.Effect != "" {
		m.Note = NoteOurRefund
		if !f.Refund.Refunded {
			return m, nil // written down, and not paid by the shop: whoever pays tells it
		}
	} else {
		e.Lines, e.Reason = f.lines(), f.Refund.Reason
	}
	m.Events = []recourse.Event{e}
	return m, e.Check()
}

// effect is the act that asked for the refund; "": none of ours.
func (r *refund) effect() string {
	if id := r.Meta.text(EffectMeta); id != "" {
		return id
	}
	id, _ := Marked(r.Reason)
	return id
}

// lines are the pieces that a refund takes back. An amount without pieces is for none of them.
func (f *fetched) lines() []recourse.Pieces {
	var out []recourse.Pieces
	for i := range f.Refund.Lines {
		of := f.Refund.Lines[i].Meta.text("_refunded_item_id")
		n, err := f.Refund.Lines[i].Quantity.Int64()
		if err != nil || n == 0 {
			continue
		}
		for at, id := range f.Order.Lines {
			if strconv.FormatInt(id, 10) == of {
				out = append(out, recourse.Pieces{Line: at + 1, Quantity: int(max(n, -n))})
			}
		}
	}
	return out
}

// pack makes the delivery's body of a fetched refund.
func pack(o *order, r json.RawMessage) ([]byte, error) {
	var own struct {
		Order  any             `json:"order"`
		Refund json.RawMessage `json:"refund"`
	}
	ids := make([]int64, len(o.Lines))
	for i := range o.Lines {
		ids[i] = o.Lines[i].ID
	}
	own.Order = map[string]any{"id": o.ID, "number": o.number(), "currency": o.Currency, "lines": ids}
	own.Refund = r
	return json.Marshal(own)
}
