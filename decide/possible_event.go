package decide

import (
	"slices"

	"recourse"
	"recourse/playbook"
)

// goods are the facts that news of purchases and parcels may change.
var goods = []playbook.Fact{
	playbook.PurchaseWaiting, playbook.PurchaseLeg, playbook.ParcelStatus, playbook.ParcelMoving, playbook.ParcelAwaited, playbook.ParcelContested, playbook.ParcelWindow,
	playbook.CasePurchased, playbook.CaseShipped, playbook.CaseDelivered, playbook.CaseDeliveredDays, playbook.CaseLeg, playbook.CaseRoute,
}

// telling are the facts that depend on what an event will say, beside those of the event itself: a scan may say
// delivered or lost. What an event means by its kind alone, a verdict or a refund that was sent, is folded in instead.
var telling = map[recourse.EventType][]playbook.Fact{
	recourse.PurchasePlacedEvent: goods, recourse.PurchaseOutOfStockNow: goods, recourse.PurchaseOversizedNow: goods,
	recourse.PurchaseCancelledNow: goods, recourse.PurchaseCancelRefused: goods,
	recourse.ParcelShipped: goods, recourse.ParcelScanned: goods, recourse.ReplacementShipped: goods,
	recourse.OrderAddressWrong:     {playbook.OrderDeliverable, playbook.CaseRoute},
	recourse.OrderAddressCorrected: {playbook.OrderDeliverable, playbook.CaseRoute},
	recourse.OffersFound:           {playbook.CaseSearched, playbook.CaseFits, playbook.CaseSimilar, playbook.CaseAlone},
}

// guess reads a fact while what might be told is looked at: what the event in hand would tell is not known.
func (w *work) guess(f playbook.Fact) playbook.Value {
	if f >= playbook.EventProblem || slices.Contains(w.untold, f) {
		return playbook.Value{}
	}
	return w.fact(f)
}

// events are those that could mean something to the case: first what its state names, in that order, then the answers
// that the interpreter waits for whatever the state.
func (o *outlook) events() (out []Option) {
	for _, t := range o.candidates() {
		if p, ok := o.tell(t); ok {
			out = append(out, p)
		}
	}
	return out
}

// candidates are the events to look at, each once. A choice is looked at as a remedy, and news of an act is told by
// whoever carries it out, not by people.
func (o *outlook) candidates() (all []recourse.EventType) {
	add := func(t recourse.EventType) {
		if t != recourse.RemedyChosen && !t.OfEffect() && !t.OfDesk() && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	if s := o.state(); s != nil {
		for _, t := range s.On {
			add(t.Event)
		}
	}
	for _, t := range recourse.EventTypes() {
		if isAnswer(t) || t == recourse.ParcelScanned || t == recourse.OrderAddressCorrected {
			add(t)
		}
	}
	return all
}

// tell is what it would mean to tell an event, and whether it could mean anything.
func (o *outlook) tell(t recourse.EventType) (Option, bool) {
	w := o.trial(o.event(t))
	w.guessing, w.scope.Fact = true, w.guess
	if !w.couldTake(o.at) {
		return Option{}, false
	}
	c := w.f.Cases[o.at]
	ways := w.ways(c)
	out := Option{Event: t}
	if len(ways) > 0 {
		w.foldFact(o.at)
		c = w.f.Cases[o.at]
		out.Confirm = !slices.ContainsFunc(ways, func(t *playbook.Transition) bool { return !w.refused(c, t) })
	}
	out.leads(ways)
	o.finish(&out)
	return out, true
}

// couldTake says whether a case could take the event in hand, and folds in what the event means by its kind.
//
// The four kinds of event find their cases in four ways; each is asked here in its own. News of a refund that is under
// way is taken even where no state waits for it: the money moves.
func (w *work) couldTake(i int) bool {
	c := w.f.Cases[i]
	_, isRefund := refundNews[w.ev.Type]
	switch {
	case isRefund:
		return w.couldRefund(c)
	case w.ev.Type == recourse.RecoveryReceivedNow || w.ev.Type == recourse.RecoveryDeniedNow || w.ev.Type == recourse.RecoveryWrittenOffNow:
		return len(w.recoveriesMeant()) > 0
	case isAnswer(w.ev.Type):
		if !slices.Contains(w.narrow(w.waiting()), i) {
			return false
		}
		w.foldAnswer(i)
		w.untold = telling[w.ev.Type]
		return true
	}
	w.untold = telling[w.ev.Type]
	return w.names(c) || c.Status == recourse.Open && w.mayLead(c)
}

// couldRefund says whether the news in hand can be about a refund of a case, and lets it be so. News of one that is done
// (it bounced) means something to a closed case only where its end waits for that.
func (w *work) couldRefund(c *recourse.Case) bool {
	found := w.refundsMeant()
	could := c.Status == recourse.Open && len(found) > 0
	for _, i := range found {
		r := &w.refunds()[i]
		could = could || r.Status != recourse.RefundDone
		r.Status = refundNews[w.ev.Type]
	}
	return could || len(found) > 0 && w.names(c)
}

// mayLead says whether facts that the event in hand would tell may lead a case on, though its state does not name the
// event: customs lets go with a scan, and the state looks at the parcel. It is asked of the two facts that people are
// asked for in this way.
func (w *work) mayLead(c *recourse.Case) bool {
	p := w.PolicyOf(&c.Run)
	s := w.state(p, c.State)
	if s == nil || w.ev.Type != recourse.ParcelScanned && w.ev.Type != recourse.OrderAddressCorrected {
		return false
	}
	return slices.ContainsFunc(s.When, func(t *playbook.Transition) bool {
		return t.If != nil && w.judge(t.If, p, subject{c: c}) == playbook.Maybe
	})
}

// ways are the ways on that a case's state may take with the event in hand: all that may hold, up to the first that
// surely does.
func (w *work) ways(c *recourse.Case) (out []*playbook.Transition) {
	p := w.PolicyOf(&c.Run)
	s := w.state(p, c.State)
	if s == nil {
		return nil
	}
	for _, t := range s.On {
		if t.Event != w.ev.Type || !w.holds(t.If, p, subject{c: c}) {
			continue
		}
		out = append(out, t)
		if t.If == nil || w.judge(t.If, p, subject{c: c}) == playbook.Yes {
			break
		}
	}
	return out
}
