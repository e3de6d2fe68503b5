package decide

import (
	"slices"
	"time"

	"recourse"
	"recourse/playbook"
)

// A watch waits for nothing to happen: so long after an anchor of a purchase or a parcel it opens a case, if its
// condition still holds. It is not stored: whether it will act follows from the file.

func purchaseAnchor(a playbook.Anchor, p *recourse.Purchase) time.Time {
	switch a {
	case playbook.FromShipBy:
		return p.ShipBy
	case playbook.FromAsked:
		return p.AskedAt()
	}
	return p.PlacedAt
}

// Delivered at the warehouse is not delivered to the buyer: what counts from delivery does not begin
// there.
func (w *work) parcelAnchor(a playbook.Anchor, p *recourse.Parcel) time.Time {
	switch a {
	case playbook.FromShipped:
		return p.ShippedAt
	case playbook.FromScanned:
		return p.ScannedAt
	case playbook.FromWarnAt, playbook.FromEndsAt:
		window, _ := w.windowOf(p)
		if a == playbook.FromWarnAt {
			return window.WarnAt
		}
		return window.EndsAt
	}
	if w.delivered(p) {
		return p.StatusAt
	}
	return time.Time{}
}

// watch looks for an earlier moment among all that a watch looks at.
func (w *work) watch(o *playbook.Opener, best *moment) {
	if o.Per == playbook.PerPurchase {
		for i := range w.f.Purchases {
			p := &w.f.Purchases[i]
			w.watchThing(o, purchaseAnchor(o.From, p), subject{purchase: p}, best, i)
		}
		return
	}
	for i := range w.f.Parcels {
		p := &w.f.Parcels[i]
		if from := w.parcelAnchor(o.From, p); !from.IsZero() {
			w.watchThing(o, from, subject{parcel: p, purchase: w.f.Purchase(p.Purchase)}, best, i)
		}
	}
}

// watchThing is when a watch that counts from an instant opens a case: never while its condition fails, when all lines
// are in cases that came first, or when it has counted from that instant before.
//
// The cheap comparison of instants comes first; conditions are read only for what could be the
// earliest.
func (w *work) watchThing(o *playbook.Opener, from time.Time, on subject, best *moment, thing int) {
	if from.IsZero() {
		return
	}
	due := w.add(from, w.Policy, o.After.Of(w.Policy.Values))
	if !best.beats(later(due, w.f.Now)) || !w.holds(o.If, w.Policy, on) {
		return
	}
	lines, free := w.watched(o, from, on)
	if len(lines) == 0 {
		return
	}
	due = later(due, free)
	if at := later(due, w.f.Now); best.beats(at) {
		*best = moment{at: at, due: due, from: from, watch: o, caseAt: -1, thing: thing}
	}
}

// maxReopened is how often one watch may open a case from the same anchor: again when its case took another
// situation and was closed though the watch's condition still holds (late, then a wrong address that was corrected).
const maxReopened = 3

// watched are the lines for which a watch would open a case, and since when they are free to.
//
// Lines in another open case are not free before shipment; when that case closes they are, from its
// closing on and not from before. A ship-by date that moves is a new anchor, so that a purchase can be
// late again by its new date.
func (w *work) watched(o *playbook.Opener, from time.Time, on subject) (lines []recourse.Pieces, free time.Time) {
	before := 0
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		if c.Status == recourse.Open && c.Situation == o.Situation.Name && about(c, on) {
			return nil, free // the trouble is being seen to
		}
		if c.Opener == o.Situation.Name && (c.Anchor.Equal(from) || once(o.Situation)) && about(c, on) {
			before++
			if c.Status == recourse.Open || c.Situation == o.Situation.Name || before >= maxReopened {
				return nil, free
			}
			free = later(free, c.ClosedAt)
		}
	}
	if len(w.f.Cases) == 0 {
		return w.watchedLines(on), free
	}
	lines = w.watchedLines(on)
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		if !recourse.Overlap(lines, c.Lines) {
			continue
		}
		if c.Status == recourse.Open && on.parcel == nil {
			lines = recourse.WithoutLines(lines, c.Lines)
		} else if c.Status == recourse.Closed && on.parcel == nil {
			free = later(free, c.ClosedAt)
		}
	}
	return lines, free
}

// once says that a situation is opened once for what is watched, whatever its watches count from: a claim window that is set
// anew moves the deadline of a case that is open and opens none that was closed.
func once(s *playbook.Situation) bool {
	return slices.ContainsFunc(s.Opens, func(o *playbook.Opener) bool { return o.From == playbook.FromWarnAt || o.From == playbook.FromEndsAt })
}

// about says whether a case was opened about what a watch looks at.
func about(c *recourse.Case, on subject) bool {
	if on.parcel != nil {
		return c.Parcel == on.parcel.ID
	}
	return c.Purchase == on.purchase.ID
}

// watchedLines are the pieces of what a watch looks at.
func (w *work) watchedLines(on subject) []recourse.Pieces {
	if on.parcel != nil {
		return w.linesOfParcel(on.parcel)
	}
	if len(on.purchase.Failed) == 0 {
		return w.linesOfPurchase(on.purchase)
	}
	return recourse.Without(w.linesOfPurchase(on.purchase), on.purchase.Failed)
}
