package intake

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// told is an event with its place in the order of telling.
//
// from and the event's own time differ when the book contradicts itself: the time is what was told, from
// is when it can be believed.
type told struct {
	event *recourse.Event
	from  time.Time // not before what it presupposes, whatever the book says
	rank  int       // among events of the same instant
}

// teller makes the events of one draft after the other.
type teller struct {
	*draft
	source string
	events []recourse.Event // of this draft, with room for all that there can be
	told   []told
}

// tell turns a finished draft into what happened, oldest first. An order comes before its purchases and a
// purchase before its parcels even where the book's times say otherwise (clocks of shops and carriers differ):
// the events keep the times that were told, only their sequence is mended. What has no time comes last.
//
// The slice of events goes to the batch and is made anew for each order; the list that sorts them is
// used again. It is made with room for all there can be because pointers into it are held while it
// fills.
//
// A shop's clock in UTC and an agent's in Shanghai, one of them mapped wrongly, show as purchases hours
// before their order. The order of telling hides no such mistake: the times stand in the events.
func (t *teller) tell(d *draft) []recourse.Event {
	t.draft = d
	most := 1 + len(d.purchases) + 2*len(d.parcels) + len(d.marks)
	t.events, t.told = make([]recourse.Event, 0, most), t.told[:0]
	placed := t.next(recourse.OrderPlaced, "order.placed:"+d.key+"/"+strconv.Itoa(len(d.data.Items)), d.placed, d.placed, 0)
	placed.Data = d.data
	placed.Order = d.key
	for i := range d.purchases {
		t.purchase(&d.purchases[i])
	}
	for i := range d.parcels {
		t.parcel(&d.parcels[i])
	}
	for i := range d.marks {
		t.mark(&d.marks[i])
	}
	if slices.IsSortedFunc(t.told[1:], before) {
		return t.events
	}
	slices.SortStableFunc(t.told[1:], before)
	out := make([]recourse.Event, len(t.told))
	for i := range t.told {
		out[i] = *t.told[i].event
	}
	return out
}

// next begins an event of the order, of which at most as many are made as [teller.tell] has room for.
//
// The id names the fact and not the row, so that the same fact from a later export of the same shop is
// known again.
func (t *teller) next(kind recourse.EventType, id string, at, from time.Time, rank int) *recourse.Event {
	t.events = append(t.events, recourse.Event{Source: t.source, ID: id, Type: kind, Time: at})
	e := &t.events[len(t.events)-1]
	e.Order = t.key
	t.told = append(t.told, told{e, from, rank})
	return e
}

// before orders events for telling: by the instant from which they may be told, then order, purchase, parcel,
// status; those without an instant last.
func before(a, b told) int {
	if a.from.IsZero() != b.from.IsZero() {
		if a.from.IsZero() {
			return 1
		}
		return -1
	}
	if c := a.from.Compare(b.from); c != 0 {
		return c
	}
	return a.rank - b.rank
}

// later is the later of two instants, and zero (last of all) where the first is.
func later(at, floor time.Time) time.Time {
	if at.IsZero() || at.After(floor) {
		return at
	}
	return floor
}

// purchase tells that a purchase was placed: with its order, where the book says no more.
//
// The number of lines ends the id: an export that was made while half of the purchase was entered is
// followed by a fuller one, which must not be taken for a repetition.
func (t *teller) purchase(p *draftPurchase) {
	at := earlierOr(p.placed, t.placed)
	e := t.next(recourse.PurchasePlacedEvent, "purchase.placed:"+p.id+"/"+strconv.Itoa(len(p.lines)), at, later(at, t.placed), 1)
	e.Purchase, e.Supplier, e.Lines, e.Cost = p.id, p.supplier, p.lines, p.cost
	e.ShipBy, e.ShipFrom, e.Leg = p.shipBy, p.shipFrom, p.leg
}

// purchaseFrom is when a purchase is told, which nothing of it may precede.
func (d *draft) purchaseFrom(id string) time.Time {
	for i := range d.purchases {
		if d.purchases[i].id == id {
			return later(earlierOr(d.purchases[i].placed, d.placed), d.placed)
		}
	}
	return d.placed
}

// earlierOr is an instant, or another where that says nothing.
func earlierOr(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}

// parcel tells that a parcel was handed over and, where that is known, delivered.
func (t *teller) parcel(p *draftParcel) {
	from := t.purchaseFrom(p.purchase)
	key := t.parcelKey(p.purchase, p.id)
	if !p.shipped.IsZero() || p.onArrival {
		shippedFrom := later(p.shipped, from)
		e := t.next(recourse.ParcelShipped, "parcel.shipped:"+key, p.shipped, shippedFrom, 2)
		e.Purchase, e.Parcel, e.Carrier, e.Tracking, e.Leg = p.purchase, p.id, p.carrier, p.tracking, p.leg
		e.Lines = t.unlessAll(p.lines, p.purchase)
		from = earlierOr(shippedFrom, from)
	}
	if !p.delivered.IsZero() {
		e := t.next(recourse.ParcelScanned, "parcel.scanned:"+key+":delivered", p.delivered, later(p.delivered, from), 3)
		e.Purchase, e.Parcel, e.Status, e.Leg = p.purchase, p.id, recourse.Delivered, p.leg
	}
}

// parcelKey is a parcel's part of an event's id. One tracking number may serve two purchases, and two orders.
//
// Where the purchase is the parcel, or none is known, the key is no longer than it must be.
func (d *draft) parcelKey(purchase, parcel string) string {
	switch purchase {
	case parcel:
		return parcel
	case "":
		return d.key + ":" + parcel
	}
	return purchase + ":" + parcel
}

// unlessAll gives the lines of a parcel when they are not all of its purchase.
//
// An event without lines is about all of them. That is also what it stays about when an order gets lines
// that this book does not have.
func (d *draft) unlessAll(lines []recourse.Pieces, purchase string) []recourse.Pieces {
	for i := range d.purchases {
		if d.purchases[i].id == purchase && len(d.purchases[i].lines) == len(lines) {
			return nil
		}
	}
	return lines
}

// mark tells what a word of status means, unless its time is unknown and the profile skips it then.
func (t *teller) mark(m *mark) {
	at := m.at
	if at.IsZero() {
		switch m.untimed {
		case untimedSkip:
			return
		case untimedPlaced:
			at = t.placed
		case untimedLatest:
			at = t.latest
		}
	}
	e := t.next(m.event, t.markID(m), at, later(at, t.purchaseFrom(m.purchase)), 4)
	e.Purchase = m.purchase
	if m.event == recourse.ParcelScanned {
		e.Parcel, e.Status = m.parcel, m.scan
		return
	}
	e.Lines, e.Amount, e.Reason = t.marked(m), m.amount, first(m.reason, m.word)
}

// markID names what happened to what. An amount is part of it: a shop's book tells the sum refunded so far, and
// a larger one is another fact.
//
// The lines are part of the id too where the word is not about all of them. A scan's id has the state,
// and the book tells each state once.
func (t *teller) markID(m *mark) string {
	if m.event == recourse.ParcelScanned {
		return string(m.event) + ":" + t.parcelKey(m.purchase, m.parcel) + ":" + string(m.scan)
	}
	id := string(m.event) + ":" + first(m.purchase, t.key)
	for _, p := range t.marked(m) {
		id += "/" + strconv.Itoa(p.Line)
	}
	if len(m.planHappening.amount) > 0 {
		id += ":" + m.amount.String()
	}
	return id
}

// marked gives the lines that a word is about when they are not all that could be meant.
//
// When every row that has a word in that column says this one, the shop spoke of the order and repeated
// itself.
func (d *draft) marked(m *mark) []recourse.Pieces {
	whole := len(d.data.Items)
	if strings.HasPrefix(string(m.event), "purchase.") {
		// a purchase that has no number yet: the lines are all that names it
	} else if m.purchase == "" && m.rows == d.filled[m.status] {
		return nil
	}
	for i := range d.purchases {
		if m.purchase != "" && d.purchases[i].id == m.purchase {
			whole = len(d.purchases[i].lines)
		}
	}
	if len(m.lines) == whole {
		return nil
	}
	return m.lines
}
