// Package replay runs every virtual clock of the house: scenarios, their mutants, and the past of an order book,
// without a database. It is to package decide what the desk is in production: it holds the files, hands in events
// and instants, and takes decisions.
package replay

import (
	"time"

	"recourse"
	"recourse/decide"
)

// World is a set of order files under one clock. Files, and what leads to them, are kept in memory.
//
// Every order has its own file, and the decider sees one at a time, as in production. The maps from
// names to orders do what the desk's index does: a carrier's scan names a parcel and knows nothing of
// orders.
type World struct {
	Decider *decide.Decider
	Now     time.Time
	// Decided, when set, is given every decision that changed something, in order.
	Decided func(decide.Decision)

	// Restless is set when deadlines followed each other without end and time was not let pass any further.
	Restless bool

	decisions int
	files     map[string]*recourse.OrderFile
	orders    []string          // in order of appearance
	purchases map[string]string // purchase → order
	parcels   map[string]string // parcel → order
	cases     map[string]string // case → order
}

// NewWorld begins with no file, at an instant.
func NewWorld(d *decide.Decider, now time.Time) *World {
	return &World{Decider: d, Now: now, files: map[string]*recourse.OrderFile{}, purchases: map[string]string{}, parcels: map[string]string{}, cases: map[string]string{}}
}

// Files are all files, in the order in which they appeared.
func (w *World) Files() []*recourse.OrderFile {
	out := make([]*recourse.OrderFile, len(w.orders))
	for i, id := range w.orders {
		out[i] = w.files[id]
	}
	return out
}

// Event hands in a fact that arrives now. An event whose order cannot be found is refused.
func (w *World) Event(ev *recourse.Event) error {
	order := w.orderOf(ev)
	if order == "" {
		return &recourse.Error{Kind: recourse.NotFound, Code: "event_order", Field: "order", Message: "nothing tells which order this " + string(ev.Type) + " is about"}
	}
	if ev.Order == "" {
		named := *ev
		named.Order = order
		ev = &named
	}
	w.keep(w.Decider.Event(w.file(order), ev, w.Now))
	return nil
}

// orderOf finds the order that an event is about: named, or that of its purchase, parcel, case or effect, or the
// only one there is.
func (w *World) orderOf(ev *recourse.Event) string {
	if ev.Order != "" {
		return ev.Order
	}
	for _, known := range []string{w.purchases[ev.Purchase], w.parcels[ev.Parcel], w.cases[ev.Case]} {
		if known != "" {
			return known
		}
	}
	if len(w.orders) == 1 {
		return w.orders[0]
	}
	return ""
}

// file is an order's file; one that is not known yet is begun, so that facts may come before their
// order and be held.
func (w *World) file(order string) *recourse.OrderFile {
	f := w.files[order]
	if f == nil {
		f = &recourse.OrderFile{Order: recourse.Order{ID: order}}
		w.files[order] = f
		w.orders = append(w.orders, order)
	}
	return f
}

// keep takes a decision: the next file, and what leads to it.
//
// A duplicate is not kept, as the contract has it: nothing is to be saved for it. All names of the
// file are indexed again, which costs little for a handful of purchases.
func (w *World) keep(d decide.Decision) {
	if d.Duplicate {
		return
	}
	id := d.File.Order.ID
	w.files[id] = d.File
	for i := range d.File.Purchases {
		w.purchases[d.File.Purchases[i].ID] = id
	}
	for i := range d.File.Parcels {
		w.parcels[d.File.Parcels[i].ID] = id
	}
	for i := range d.File.Cases {
		w.cases[d.File.Cases[i].ID] = id
	}
	if w.Decided != nil {
		w.Decided(d)
	}
}

// maxDecisions bounds the deadlines that act in one world: ten years of five reminders a day, and more than a person
// would write.
const maxDecisions = 20_000

// Until lets time pass to an instant. Every deadline on the way acts, in order of time, one at exactly that
// instant included.
//
// When the bound is reached the clock stays where it is: a scenario must not go on as if the time had
// passed in peace.
func (w *World) Until(to time.Time) {
	for {
		next := w.earliest()
		if next == nil || next.Due.After(to) {
			break
		}
		if next.Due.After(w.Now) {
			w.Now = next.Due
		}
		if w.decisions++; w.decisions > maxDecisions {
			w.Restless = true
			return
		}
		before := next.Due
		w.keep(w.Decider.Due(next, w.Now))
		if f := w.files[next.Order.ID]; f.Due.Equal(before) {
			break // unreachable: what came due acts, and then is due later or never
		}
	}
	if to.After(w.Now) {
		w.Now = to
	}
}

// earliest is the file that is due first, nil when none is.
func (w *World) earliest() *recourse.OrderFile {
	var out *recourse.OrderFile
	for _, id := range w.orders {
		if f := w.files[id]; !f.Due.IsZero() && (out == nil || f.Due.Before(out.Due)) {
			out = f
		}
	}
	return out
}
