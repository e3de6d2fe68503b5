package replay

import (
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/sourcing"
)

// answering walks one order while those who are asked answer, as assumed. Every answer is a fact like those of the book: it
// comes at its own instant, and means nothing where the case has gone on without it.
type answering struct {
	*Answers
	decider *decide.Decider
	file    *recourse.OrderFile
	queue   []reply // in order of time
	picked  []pick
	left    int // answers that may still be given
	again   int // purchases made
	// heard, when set, is given every fact that was assumed.
	heard func(recourse.Event)
}

// AssumedSource is the source of facts that a replay assumes.
const AssumedSource = "assumed"

// maxReplies bounds what is answered for one order: every question once and its money, many times over.
const maxReplies = 1000

// reply is an answer that is under way.
type reply struct {
	at   time.Time
	what replyKind
	e    recourse.Effect // that it answers; its lists are its own
	to   string          // the purchase that was made, or the parcel
	pick pick
}

type replyKind int

const (
	replyApprove replyKind = iota
	replyArrive            // of money
	replyFind
	replyBuyer
	replyMerchant
	replyPlace
	replyShip
	replyDeliver
	replyRecover
)

// pick is an offer that was found for a case, with what is known of its way.
type pick struct {
	of    string // the case
	offer recourse.Offer
	days  int // from being handed over until it is there
}

// hear takes what a decision asks of others.
func (a *answering) hear(d decide.Decision) {
	for i := range d.Effects {
		switch e := &d.Effects[i]; e.Kind {
		case recourse.EffectRefund:
			a.expect(refundApproved, replyApprove, e)
		case recourse.EffectRecovery:
			a.expect(recoveryAnswer, replyRecover, e)
		case recourse.EffectReorder:
			a.expect(reorderPlaced, replyPlace, e)
		case recourse.EffectSource:
			if a.Market != nil {
				a.expect(searchAnswered, replyFind, e)
			}
		case recourse.EffectAsk:
			a.asked(e)
		}
	}
}

func (a *answering) asked(e *recourse.Effect) {
	switch {
	case e.Of == recourse.PartyBuyer && slices.Contains(e.Choices, string(recourse.RemedyReorder)) && slices.Contains(e.Choices, string(recourse.RemedyRefund)):
		a.expect(buyerAnswers, replyBuyer, e)
	case e.Of == recourse.PartyMerchant && a.answer[e.Question] != "":
		a.expect(merchantAnswers, replyMerchant, e)
	}
}

// expect puts an answer on its way, as long after the act as is assumed.
func (a *answering) expect(after string, what replyKind, e *recourse.Effect) {
	v := a.values[after]
	if v.never || v.text == "" {
		return
	}
	own := *e
	own.Lines, own.Choices = slices.Clone(e.Lines), nil
	a.put(reply{at: e.At.Add(v.after), what: what, e: own})
}

// put keeps the queue in order of time; of the same instant what was put first comes first.
func (a *answering) put(r reply) {
	if a.left == 0 {
		return
	}
	a.left--
	at := len(a.queue)
	for at > 0 && a.queue[at-1].at.After(r.at) {
		at--
	}
	a.queue = slices.Insert(a.queue, at, r)
}

// next takes the answer that comes next and gives it as a fact; nil when it means nothing any more.
func (a *answering) next() *recourse.Event {
	r := a.queue[0]
	a.queue = slices.Delete(a.queue, 0, 1)
	var ev *recourse.Event
	switch r.what {
	case replyApprove, replyArrive:
		ev = a.refund(&r)
	case replyFind:
		ev = a.find(&r)
	case replyBuyer, replyMerchant:
		ev = a.choose(&r)
	case replyPlace:
		ev = a.place(&r)
	case replyShip, replyDeliver:
		ev = a.move(&r)
	case replyRecover:
		ev = a.recovery(&r)
	}
	if ev != nil {
		ev.Time, ev.Source, ev.Order = r.at, AssumedSource, a.file.Order.ID
		if a.heard != nil {
			a.heard(*ev)
		}
	}
	return ev
}

// refund approves and sends a refund that still waits, and lets it arrive. While the merchant is asked whether goods that
// ship after all are to go on, it waits: whoever would approve it is the one who is asked.
func (a *answering) refund(r *reply) *recourse.Event {
	at := slices.IndexFunc(a.file.Refunds, func(f recourse.Refund) bool { return f.ID == r.e.ID })
	if at < 0 {
		return nil
	}
	switch status := a.file.Refunds[at].Status; {
	case r.what == replyArrive && status == recourse.RefundSent:
		return &recourse.Event{Type: recourse.RefundSucceeded, Data: recourse.Data{Effect: r.e.ID, Case: r.e.Case}}
	case r.what == replyArrive || status != recourse.RefundRequested:
		return nil
	}
	if a.inDoubt(r.e.Case) {
		r.at = r.at.Add(max(a.values[refundApproved].after, time.Hour))
		a.put(*r)
		return nil
	}
	if v := a.values[refundArrives]; !v.never {
		a.put(reply{at: r.at.Add(v.after), what: replyArrive, e: r.e})
	}
	return &recourse.Event{Type: recourse.RefundSentNow, Data: recourse.Data{Effect: r.e.ID, Case: r.e.Case}}
}

// inDoubt says that the merchant is asked about a case whether money is to leave at all.
func (a *answering) inDoubt(id string) bool {
	c := a.file.Case(id)
	return c != nil && slices.ContainsFunc(c.Asks, func(q recourse.Question) bool {
		return q.Of == recourse.PartyMerchant && a.answer[q.Question] != "" && slices.Contains(q.Choices, string(recourse.RemedyRefund))
	})
}

// find answers a search with the best offer that fits, as whoever looks at the ranking would, or with none. A case of
// several lines finds none: one listing does not fill it.
func (a *answering) find(r *reply) *recourse.Event {
	c := a.file.Case(r.e.Case)
	if c == nil || !c.Searching {
		return nil
	}
	ev := &recourse.Event{Type: recourse.OffersFound, Data: recourse.Data{Case: c.ID}}
	if len(c.Lines) != 1 {
		return ev
	}
	line := a.file.Order.Line(c.Lines[0].Line)
	if line == nil {
		return ev
	}
	best, ok := a.best(c, line, c.Lines[0].Quantity, r.at)
	if !ok {
		return ev
	}
	a.picked = append(a.picked, pick{c.ID, best.Offer, int(best.Arrives.Sub(best.ShipsBy) / (24 * time.Hour))})
	ev.Offers = []recourse.Offer{best.Offer}
	return ev
}

// best ranks what the market has for a line on a day, by the terms of the case's policy.
func (a *answering) best(c *recourse.Case, line *recourse.Line, pieces int, at time.Time) (sourcing.Ranked, bool) {
	failed := ""
	want := sourcing.WantOf(a.file, c, line, pieces)
	if p := a.file.PurchaseOf(c); p != nil {
		failed = p.Supplier
	}
	policy := a.decider.PolicyOf(&c.Run)
	terms := sourcing.Terms{Now: at, MaxIncrease: int(policy.MaxIncrease()), Similar: policy.Value("reorder.similar").Text != "refuse", Most: 1}
	var all []sourcing.Candidate
	all, terms.Lines = a.Market.Offered(want, failed, at, a.values[purchaseCost].percent)
	ranked := sourcing.Rank(want, all, terms)
	if len(ranked) == 0 || !ranked[0].Fits() {
		return sourcing.Ranked{}, false
	}
	return ranked[0], true
}

// choose answers a question that is still open: the buyer's by the order's number, the merchant's as assumed.
func (a *answering) choose(r *reply) *recourse.Event {
	c := a.file.Case(r.e.Case)
	if c == nil || !slices.ContainsFunc(c.Asks, func(q recourse.Question) bool { return q.Effect == r.e.ID }) {
		return nil
	}
	ev := &recourse.Event{Type: recourse.RemedyChosen, Data: recourse.Data{Case: c.ID, By: recourse.PartyMerchant, Remedy: a.answer[r.e.Question]}}
	if r.what == replyBuyer {
		ev.By, ev.Remedy = recourse.PartyBuyer, recourse.RemedyRefund
		if !a.paid(c.ID) && some(a.values[buyerTakesGoods].percent, a.file.Order.ID, "goods") {
			ev.Remedy = recourse.RemedyReorder
		}
	}
	return ev
}

// paid says that a case's money has left: whoever has it on the way keeps it, and does not ask for goods.
func (a *answering) paid(id string) bool {
	return slices.ContainsFunc(a.file.Refunds, func(f recourse.Refund) bool {
		return f.Case == id && (f.Status == recourse.RefundSent || f.Status == recourse.RefundDone)
	})
}

// place buys what was chosen, and puts its way in the queue: the parcel is handed over after the offer's days, and is there
// after those of its line.
func (a *answering) place(r *reply) *recourse.Event {
	c := a.file.Case(r.e.Case)
	if c == nil || c.SentAgain.Remedy != recourse.RemedyReorder || c.SentAgain.Done || r.e.Supplier == "" {
		return nil
	}
	at := slices.IndexFunc(a.picked, func(p pick) bool {
		return p.of == c.ID && p.offer.Supplier == r.e.Supplier && p.offer.SKU == r.e.SKU && p.offer.Price == r.e.Amount
	})
	cost, err := r.e.Amount.Mul(int64(recourse.Total(r.e.Lines)))
	if at < 0 || err != nil {
		return nil
	}
	a.again++
	id := a.file.Order.ID + "~" + strconv.Itoa(a.again)
	p := a.picked[at]
	ships := r.at.AddDate(0, 0, p.offer.LeadDays)
	if some(a.values[reorderShips].percent, id, "ships") {
		a.put(reply{at: ships, what: replyShip, to: id, pick: p, e: r.e})
	}
	return &recourse.Event{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Purchase: id, Supplier: p.offer.Supplier, Lines: r.e.Lines, Cost: cost, ShipBy: ships}}
}

// move ships what was bought again, and delivers it. What was cancelled or given up meanwhile stays where it is.
func (a *answering) move(r *reply) *recourse.Event {
	p := a.file.Purchase(r.to)
	if p == nil || p.Status != recourse.PurchasePlaced {
		return nil
	}
	if r.what == replyDeliver {
		return &recourse.Event{Type: recourse.ParcelScanned, Data: recourse.Data{Parcel: r.to, Purchase: r.to, Status: recourse.Delivered}}
	}
	a.put(reply{at: r.at.AddDate(0, 0, r.pick.days), what: replyDeliver, to: r.to, e: r.e})
	return &recourse.Event{Type: recourse.ParcelShipped, Data: recourse.Data{Parcel: r.to, Purchase: r.to, Lines: r.e.Lines}}
}

// recovery is the supplier's answer. Nobody pays for goods that they sent after all.
func (a *answering) recovery(r *reply) *recourse.Event {
	at := slices.IndexFunc(a.file.Recoveries, func(f recourse.Recovery) bool { return f.ID == r.e.ID })
	if at < 0 || a.file.Recoveries[at].Status != recourse.RecoveryRequested {
		return nil
	}
	asked := &a.file.Recoveries[at]
	ev := &recourse.Event{Type: recourse.RecoveryDeniedNow, Data: recourse.Data{Effect: asked.ID, Purchase: asked.Purchase, Case: asked.Case}}
	p := a.file.Purchase(asked.Purchase)
	if p != nil && p.ShippedAt.IsZero() && some(a.values[recoveryPaid].percent, asked.Purchase, "paid") {
		ev.Type, ev.Amount = recourse.RecoveryReceivedNow, recourse.Money{Minor: asked.Amount.Minor - asked.Received.Minor, Currency: asked.Amount.Currency}
	}
	return ev
}

// walk is as the walk without answers, with a third who has something to say: between the facts of the book and the
// deadlines come the answers. At one instant deadlines act first, then facts are told, then answers are given.
func (a *answering) walk(k *decide.Walker, d *decide.Decider, events []recourse.Event, until time.Time, seen func(decide.Decision)) *recourse.OrderFile {
	a.decider, a.file, a.queue, a.picked, a.left, a.again = d, &recourse.OrderFile{}, a.queue[:0], a.picked[:0], maxReplies, 0
	if len(events) > 0 {
		a.file.Order.ID = events[0].Order
	}
	k.Begin(d, a.file)
	left, end := maxDue, until
	if end.IsZero() && len(events) > 0 {
		end = events[len(events)-1].Time
	}
	tell := func(d decide.Decision) {
		if !d.Duplicate {
			a.hear(d)
			seen(d)
		}
	}
	for {
		fact, answer := len(events) > 0, len(a.queue) > 0
		at := end
		if fact && !events[0].Time.After(at) {
			at = events[0].Time
		} else {
			fact = false
		}
		if answer = answer && !a.queue[0].at.After(end) && (!fact || a.queue[0].at.Before(at)); answer {
			at = a.queue[0].at
		}
		due := a.file.Due
		switch {
		case left > 0 && !due.IsZero() && !due.After(at):
			left--
			tell(k.Due(due))
		case answer:
			if ev := a.next(); ev != nil {
				tell(k.Event(ev, ev.Time))
			}
		case fact:
			ev := &events[0]
			events = events[1:]
			tell(k.Event(ev, ev.Time))
		default:
			return a.file
		}
	}
}
