package decide

import (
	"strconv"
	"time"

	"recourse"
	"recourse/playbook"
)

// open opens cases for an event, for the lines for which no open case took it.
//
// New cases are taken by the present policy, never by one that running cases are pinned to.
func (w *work) open(taken []recourse.Pieces) {
	for _, o := range w.Policy.OpenedBy(w.ev.Type) {
		for _, p := range w.prospects(o) {
			w.consider(o, p, taken)
		}
	}
}

// prospect is a case that an event might open: what it would be about.
type prospect struct {
	lines            []recourse.Pieces
	purchase, parcel string
}

// prospects are the cases that an event might open: its lines, grouped as the opener says.
func (w *work) prospects(o *playbook.Opener) []prospect {
	ev := w.ev
	if p := w.f.Parcel(ev.Parcel); p != nil {
		return []prospect{{w.linesOfParcel(p), p.Purchase, p.ID}}
	}
	if p := w.f.Purchase(ev.Purchase); p != nil {
		lines := w.failing
		if ev.Type == recourse.PurchasePlacedEvent {
			lines = w.linesOfPurchase(p)
		}
		return []prospect{{lines, p.ID, ""}}
	}
	if fails(ev.Type) {
		return []prospect{{lines: w.failing}}
	}
	return w.grouped(w.full(ev.Lines, w.meant()), o.Per)
}

// meant are the lines that an event about an order means when it names none: for a problem those that were
// shipped, if any; else all that were not paid back.
//
// A bank and a buyer speak of different things: who reports a problem has the goods in hand, so that
// pieces not yet shipped are left out; who cancels does not mean what was paid back.
func (w *work) meant() []recourse.Pieces {
	all := w.allLines()
	if w.ev.Type == recourse.ProblemReported || w.ev.Type == recourse.ReturnRequested {
		var shipped []recourse.Pieces
		for i := range w.f.Parcels {
			if p := &w.f.Parcels[i]; !p.ShippedAt.IsZero() {
				shipped = append(shipped, w.linesOfParcel(p)...)
			}
		}
		if left := recourse.Common(all, shipped); left != nil {
			return left
		}
		return all
	}
	if w.ev.Type == recourse.DisputeOpened {
		return all // a bank asks about money whether it was paid back or not
	}
	for i := range w.f.Refunds {
		if w.f.Refunds[i].Status.Active() {
			all = recourse.Without(all, w.f.Refunds[i].Lines)
		}
	}
	return all
}

// grouped splits lines into cases: by purchase or by what can be stopped in one act.
//
// Newest first: when a line was bought twice, the later purchase is the one that is to bring it. Each
// piece goes to one group only, so that no two cases are about the same piece.
func (w *work) grouped(lines []recourse.Pieces, per playbook.Per) []prospect {
	if per == playbook.PerOrder {
		return []prospect{{lines: lines}}
	}
	var out []prospect
	if per == playbook.PerShipment || per == playbook.PerParcel {
		for i := len(w.f.Parcels) - 1; i >= 0; i-- {
			p := &w.f.Parcels[i]
			if own := recourse.Common(lines, w.linesOfParcel(p)); own != nil && !p.ShippedAt.IsZero() {
				out = append(out, prospect{own, p.Purchase, p.ID})
				lines = recourse.Without(lines, own)
			}
		}
	}
	for i := len(w.f.Purchases) - 1; i >= 0; i-- {
		p := &w.f.Purchases[i]
		live := w.linesOfPurchase(p)
		if per == playbook.PerShipment {
			live = recourse.Without(live, p.Failed)
		}
		if own := recourse.Common(lines, live); own != nil {
			out = append(out, prospect{own, p.ID, ""})
			lines = recourse.Without(lines, own)
		}
	}
	if len(lines) > 0 {
		out = append(out, prospect{lines: lines})
	}
	return out
}

// consider opens a case if its lines are free for it and its opener's condition holds.
//
// Evidence that came before there was a case is given to the first problem that opens: buyers send the
// photo first and say later what is wrong.
func (w *work) consider(o *playbook.Opener, p prospect, taken []recourse.Pieces) {
	c := &w.prospect
	c.Situation, c.Lines, c.Purchase, c.Parcel = o.Situation.Name, p.lines, p.purchase, p.parcel
	if !w.holds(o.If, w.Policy, subject{c: c, parcel: w.f.Parcel(c.Parcel), purchase: w.f.Purchase(c.Purchase)}) {
		return
	}
	c.Lines = recourse.WithoutLines(c.Lines, taken)
	c.Lines = w.free(c)
	if len(c.Lines) == 0 {
		return
	}
	if c.Problem = w.ev.Type == recourse.ProblemReported; c.Problem {
		c.Evidence, c.NewEvidence, w.f.Evidence = w.f.Evidence, w.f.Evidence, 0
	}
	c.EventDue, c.ByBuyer = w.ev.Due, fromBuyer(w.ev.Type)
	w.begun(o, c, w.at, w.whyEvent(recourse.WhyEvent))
}

// fromBuyer says that an event is a wish of the buyer's, which the buyer may take back.
func fromBuyer(t recourse.EventType) bool {
	return t == recourse.ProblemReported || t == recourse.OrderCancelRequested || t == recourse.ReturnRequested
}

// free are the lines of a case that might be opened for which no open case stands in the way: before shipment any
// case does, after it one of the same situation, which the trouble told again joins.
//
// This is the rule that a line has one open case before shipment and the first to come wins. The one
// turned away is noted with the case that stood in its way, so that nobody wonders where it went. A
// bank's dispute is never turned away: it has a date of its own.
func (w *work) free(prospect *recourse.Case) []recourse.Pieces {
	lines := prospect.Lines
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		if c.Status != recourse.Open || !recourse.Overlap(lines, c.Lines) {
			continue
		}
		switch {
		case c.Situation == prospect.Situation && (prospect.Parcel == "" || c.Parcel == "" || c.Parcel == prospect.Parcel):
			w.noteEvent(c.ID, recourse.WhyJoined)
			lines = recourse.WithoutLines(lines, c.Lines)
		case w.ev.Type != recourse.DisputeOpened && !w.shipped(prospect):
			w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyBusy,
				Args: []recourse.Arg{{Name: "situation", Text: string(prospect.Situation)}, {Name: "case", Text: c.ID}}}})
			lines = recourse.WithoutLines(lines, c.Lines)
		}
	}
	return lines
}

func (w *work) caseID() string { return w.f.Order.ID + "-" + strconv.Itoa(len(w.f.Cases)+1) }

// begun opens a case and lets it enter its path.
func (w *work) begun(o *playbook.Opener, c *recourse.Case, anchor time.Time, why recourse.Why) {
	c.ID, c.Status = w.caseID(), recourse.Open
	c.Playbook, c.OpenedAt, c.Opener = w.Policy.Hash, w.at, o.Situation.Name
	c.Quiet = w.stale
	if o.On == "" {
		c.Anchor = anchor
	}
	w.addCase(*c)
	id, situation := c.ID, c.Situation
	quiet := c.Quiet
	*c = recourse.Case{} // the bench is clean for the next prospect
	w.note(recourse.Entry{Case: id, Kind: recourse.EntryOpened, To: string(situation), Why: why})
	if quiet {
		w.note(recourse.Entry{Case: id, Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyStale}})
	}
	i := len(w.f.Cases) - 1
	w.caseAt(i).PathAt = w.at
	w.disputed(w.caseAt(i))
	first := o.Situation.Path.States[0]
	if refused, no := w.guard(w.f.Cases[i], nil, first); no {
		w.wait(i, first, why)
		w.refuse(i, refused)
		return
	}
	w.enter(i, first, why)
}

// openWatched opens a case because nothing happened in time.
func (w *work) openWatched(m moment) {
	o := m.watch
	c := &w.prospect
	c.Situation, c.Parcel, c.Purchase = o.Situation.Name, "", ""
	on := subject{}
	if o.Per == playbook.PerParcel {
		p := &w.f.Parcels[m.thing]
		on.parcel = p
		c.Parcel, c.Purchase = p.ID, p.Purchase
	} else {
		on.purchase = &w.f.Purchases[m.thing]
		c.Purchase = on.purchase.ID
	}
	c.Lines, _ = w.watched(o, m.from, on)
	w.stale = w.isStale(m.due)
	w.begun(o, c, m.from, whyTime(recourse.WhyWatch, &o.After, w.Policy, o.From, m))
	w.stale = false
}
