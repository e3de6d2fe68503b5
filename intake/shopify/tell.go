package shopify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	api "recourse/call/shopify"
)

// teller makes the events of one sale. Ids are made of the shop's own ids: the same fact has the same id at every telling.
type teller struct {
	*sale
	events []recourse.Event
}

// tell is what a sale means for the desk: the order as it stands, then what has happened to it, oldest kinds first.
func (s *sale) tell(channel string) ([]recourse.Event, error) {
	if s.id == "" || s.number == "" || len(s.lines) == 0 {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "delivery_body", Message: "the order has no number, or no lines"}
	}
	t := &teller{sale: s}
	if err := t.placed(channel); err != nil {
		return nil, err
	}
	t.cancellation()
	for i := range s.fulfilments {
		t.shipped(&s.fulfilments[i])
	}
	for i := range s.refunds {
		t.refunded(&s.refunds[i])
	}
	for i := range s.returns {
		t.goesBack(&s.returns[i])
	}
	for i := range s.disputes {
		t.disputed(&s.disputes[i])
	}
	return t.events, nil
}

// next begins an event about the order.
func (t *teller) next(kind recourse.EventType, id string, at time.Time) *recourse.Event {
	t.events = append(t.events, recourse.Event{Type: kind, ID: id, Time: at, Data: recourse.Data{Order: t.number}})
	return &t.events[len(t.events)-1]
}

// placed tells the order as it stands. Its id has the instant of its last change, and what is told: shops count in seconds,
// in which an order can change twice; and one who changes something and changes it back tells something new.
func (t *teller) placed(channel string) error {
	e := t.next(recourse.OrderPlaced, "", t.created)
	e.Channel, e.Ref, e.UpdatedAt = channel, api.GID("Order", t.id), t.updated
	if t.buyer != (recourse.Buyer{}) {
		e.Buyer = &t.buyer
	}
	e.ShipTo, e.Payment = t.shipTo, t.provider
	for i, l := range t.lines {
		e.Items = append(e.Items, recourse.Line{Line: i + 1, SKU: l.sku, Title: l.title, Quantity: max(1, l.quantity), Price: l.price, Ref: api.GID("LineItem", l.id)})
	}
	off, err := t.shipping.Sub(t.shippedAs)
	if err != nil {
		return err
	}
	if e.Discount, err = t.discounts.Sub(off); err != nil {
		return err
	}
	e.Paid, e.Shipping, e.Tax = t.total, t.shippedAs, t.tax
	e.Discount.Minor = max(0, e.Discount.Minor)
	told, err := json.Marshal(e.Data)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(told)
	e.ID = "order/" + t.id + "@" + strconv.FormatInt(t.updated.Unix(), 10) + "/" + hex.EncodeToString(sum[:6])
	return nil
}

func (t *teller) cancellation() {
	if !t.cancelled.IsZero() {
		t.next(recourse.OrderCancelRequested, "cancelled/"+t.id, t.cancelled).Reason = t.cancelReason
	}
}

// shipped tells a fulfilment's parcels: one for each tracking number, and one where there is none yet. One that was
// cancelled or went wrong says nothing. [I]: statuses other than SUCCESS.
func (t *teller) shipped(f *fulfilment) {
	if f.status != "SUCCESS" {
		return
	}
	numbers := f.tracking
	if len(numbers) == 0 {
		numbers = []string{""}
	}
	for i, n := range numbers {
		e := t.next(recourse.ParcelShipped, "fulfilment/"+f.id+"/"+n, f.at)
		e.Parcel, e.Tracking, e.Carrier, e.Ref = firstText(n, f.name, f.id), n, f.carrier, parcelRef(f.id, i)
		e.Lines = t.pieces(f.pieces)
	}
	if len(numbers) == 1 { // of several parcels nobody says which was scanned
		for _, s := range f.scans {
			t.scanned(f, &s)
		}
	}
}

// scans says what the status of a fulfilment's event means. Labels and confirmations come before the parcel leaves, and are
// none. [M] for the words, [I] for what they mean.
var scans = map[string]recourse.ParcelStatus{
	"CARRIER_PICKED_UP": recourse.InTransit, "IN_TRANSIT": recourse.InTransit, "DELAYED": recourse.InTransit, "READY_FOR_PICKUP": recourse.OutForDelivery,
	"OUT_FOR_DELIVERY": recourse.OutForDelivery, "ATTEMPTED_DELIVERY": recourse.DeliveryFailed, "FAILURE": recourse.DeliveryFailed, "DELIVERED": recourse.Delivered,
}

func (t *teller) scanned(f *fulfilment, s *scan) {
	status := scans[s.status]
	if status == "" || s.at.IsZero() {
		return
	}
	number := ""
	if len(f.tracking) > 0 {
		number = f.tracking[0]
	}
	e := t.next(recourse.ParcelScanned, "scan/"+s.id, s.at)
	e.Parcel, e.Status, e.Place, e.Text = firstText(number, f.name, f.id), status, s.place, s.text
}

// ours finds the act that a refund carries out in its note.
var ours = regexp.MustCompile(`\[recourse ([^\[\]\s]{3,200})\]`)

// Mark is what the note of a refund ends in, so that it is known again when the shop tells of it.
func Mark(effect string) string { return "[recourse " + effect + "]" }

// Marked is the act whose mark a note has; "" where it has none.
func Marked(note string) string {
	if m := ours.FindStringSubmatch(note); m != nil {
		return m[1]
	}
	return ""
}

// refunded tells money that went to the buyer, or is on its way, or bounced; ours by the mark in its note.
//
// A refund without any payment is not about money: pieces were taken out of the order. [I]: restock type CANCEL.
func (t *teller) refunded(r *refund) {
	effect := Marked(r.note)
	if !strings.HasPrefix(effect, t.number+"-") && !strings.HasPrefix(effect, t.number+"/") {
		effect = "" // another order's: whoever wrote that note, it was not us
	}
	if len(r.paid) == 0 {
		if lines := t.pieces(taken(r.pieces)); effect == "" && len(lines) > 0 && t.cancelled.IsZero() {
			t.next(recourse.OrderCancelRequested, "removed/"+r.id, r.at).Lines = lines
		}
		return
	}
	kind, word, counted := r.state()
	sum, at := r.sum(counted...)
	if sum.IsZero() || kind == recourse.RefundFailedNow && effect == "" {
		return // a payment of somebody else's that did not go out costs nobody anything
	}
	e := t.next(kind, "refund/"+r.id+"/"+word, at)
	e.Amount, e.Effect = sum, effect
	if effect == "" {
		e.Lines, e.Reason = t.pieces(r.pieces), r.note
	}
}

// state is how a refund stands, as a word, with the payments that count: sent while one of them is on its way, then done
// as far as they went out, or failed where none did. One refund may go to several cards, and is one fact.
func (r *refund) state() (recourse.EventType, string, []string) {
	switch {
	case r.has("PENDING"):
		return recourse.RefundSentNow, "sent", []string{"PENDING", "SUCCESS"}
	case r.has("SUCCESS"):
		return recourse.RefundSucceeded, "succeeded", []string{"SUCCESS"}
	}
	return recourse.RefundFailedNow, "failed", []string{"FAILURE", "ERROR"}
}

func (r *refund) has(status string) bool {
	return slices.ContainsFunc(r.paid, func(p payment) bool { return p.status == status })
}

// taken are those pieces of a refund that were taken out of the order.
func taken(all []piece) []piece {
	var out []piece
	for _, p := range all {
		if p.restock == "CANCEL" {
			out = append(out, p)
		}
	}
	return out
}

// sum is what was paid back with those statuses, and when: the payments of one refund count together.
func (r *refund) sum(statuses ...string) (sum recourse.Money, at time.Time) {
	at = r.at
	for _, p := range r.paid {
		if !slices.Contains(statuses, p.status) {
			continue
		}
		if more, err := sum.Add(p.amount); err == nil {
			sum = more
		}
		if !p.at.IsZero() {
			at = p.at
		}
	}
	return sum, at
}

// goesBack tells a return: asked for, and, when the shop closed it, received. Declined and cancelled ones are the shop's own
// answer to the buyer, and end nothing that was opened here: a person does. [I]: closed means that the goods are there.
func (t *teller) goesBack(r *goingBack) {
	switch r.status {
	case "REQUESTED", "OPEN", "CLOSED":
	default:
		return
	}
	e := t.next(recourse.ReturnRequested, "return/"+r.id, r.at)
	e.Lines, e.Reason = t.pieces(r.pieces), r.reason
	if r.status == "CLOSED" {
		at := r.closed
		if at.IsZero() {
			at = t.updated
		}
		t.next(recourse.ReturnReceived, "return/"+r.id+"/closed", at).Lines = t.pieces(r.pieces)
	}
}

// disputed tells a bank's dispute, and how it ended. An amount in another currency than the order's is left out: nobody can
// share it out over the lines.
func (t *teller) disputed(d *dispute) {
	amount := d.amount
	if amount.Currency != t.total.Currency {
		amount = recourse.Money{}
	}
	e := t.next(recourse.DisputeOpened, "dispute/"+d.id, d.at)
	e.Amount, e.Reason, e.Due = amount, d.reason, d.due
	ended := d.ended
	switch d.status {
	case "WON":
		t.next(recourse.DisputeWon, "dispute/"+d.id+"/won", ended).Amount = amount
	case "LOST", "ACCEPTED", "CHARGE_REFUNDED":
		t.next(recourse.DisputeLost, "dispute/"+d.id+"/lost", ended).Amount = amount
	}
}
