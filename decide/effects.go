package decide

import (
	"strconv"

	"recourse"
	"recourse/playbook"
)

// actions does what a playbook orders, for a case or a recovery.
func (w *work) actions(on subject, do []*playbook.Action, why recourse.Why) {
	for _, a := range do {
		if on.c != nil {
			w.action(on.c, a, why)
		} else {
			w.recoveryAction(on.recovery, a, why)
		}
	}
}

// Acts are done one after the other in the order of the playbook, and each sees what those before it
// did to the case: a message that follows a refund can name its amount.
func (w *work) action(c *recourse.Case, a *playbook.Action, why recourse.Why) {
	switch a.Verb {
	case recourse.EffectMessage:
		w.emit(c, recourse.Effect{Kind: a.Verb, To: a.Party, Template: a.Template, Draft: a.Draft, Purchase: c.Purchase, Parcel: c.Parcel, Lines: c.Lines,
			Amount: w.amountOf(c), Variables: w.variables(c, a.Template), Why: why})
	case recourse.EffectAsk:
		w.ask(c, a.Party, a.Question.Name, nil, why)
	case recourse.EffectRefund:
		w.requestRefund(c, why)
	case recourse.EffectWithdrawRefund:
		w.withdrawRefund(c, why)
	case recourse.EffectRecovery:
		w.requestRecovery(c, why)
	case recourse.EffectWithdrawRecovery:
		w.withdrawRecovery(c, why)
	case recourse.EffectWithdrawReplacement:
		w.withdrawReplacement(c, why)
	case recourse.EffectIntercept:
		w.intercept(c, why)
	case recourse.EffectCancelPurchase:
		w.cancelPurchase(c, why)
	default:
		w.goods(c, a.Verb, why)
	}
}

// amountOf is the money that a message may speak of: the case's newest refund.
func (w *work) amountOf(c *recourse.Case) recourse.Money {
	if r := w.refundOf(c); r != nil {
		return r.Amount
	}
	return recourse.Money{}
}

// variables are the durations and facts that a template may name beside the case's own fields: those that the
// playbook gives it.
func (w *work) variables(c *recourse.Case, template string) []recourse.Arg {
	p := w.PolicyOf(&c.Run)
	given := p.Template(template)
	var out []recourse.Arg
	if w.ev != nil && w.ev.Reason != "" {
		out = append(out, recourse.Arg{Name: "reason", Text: w.ev.Reason})
	}
	if given == nil {
		return out
	}
	for _, v := range given.Variables {
		d := v.Length.Of(p.Values)
		out = append(out, recourse.Arg{Name: v.Name, Text: d.String(), N: int64(d.Business), At: w.add(w.at, p, d)})
	}
	return out
}

// goods does what moves goods, claims and addresses.
//
// These acts carry no money to the buyer, so that the guard has only to know that the goods are sent
// again. A reorder names no purchase, because the new one is not made yet; without an offer that fits
// it names no supplier either, and a person buys.
func (w *work) goods(c *recourse.Case, verb recourse.EffectKind, why recourse.Why) {
	e := recourse.Effect{Kind: verb, Lines: c.Lines, Purchase: c.Purchase, Parcel: c.Parcel, Why: why}
	switch verb {
	case recourse.EffectSource:
		if c.Searching {
			return // the search is under way
		}
		c.Searching, c.Searched = true, false
	case recourse.EffectReorder:
		c.SentAgain = recourse.SentAgain{Remedy: recourse.RemedyReorder, At: w.at}
		e.Purchase = ""
		if o := w.best(c); o != nil {
			e.Supplier, e.SKU, e.Amount = o.Supplier, o.SKU, o.Price
			if alone, ok := w.whyAlone(c, o); ok {
				e.Why = alone
			}
		}
	case recourse.EffectAdjust:
		c.SentAgain = recourse.SentAgain{Remedy: recourse.RemedyAdjustment, At: w.at}
	case recourse.EffectReplacement:
		c.SentAgain = recourse.SentAgain{Remedy: recourse.RemedyReplacement, At: w.at}
	case recourse.EffectClaim:
		c.Claim, c.ClaimAt, c.NewEvidence = recourse.ClaimFiled, w.at, 0
	}
	w.emit(c, e)
}

// withdrawReplacement takes back a second sending that has not left.
func (w *work) withdrawReplacement(c *recourse.Case, why recourse.Why) {
	if c.SentAgain.Remedy == "" || c.SentAgain.Done {
		return
	}
	c.SentAgain = recourse.SentAgain{}
	w.emit(c, recourse.Effect{Kind: recourse.EffectWithdrawReplacement, Lines: c.Lines, Why: why})
}

// intercept asks for every parcel that carries the case's pieces and is on its way to be stopped.
//
// The article allows it on a domestic leg only; the playbook asks for the leg before it comes here.
// Parcels that were delivered, returned or lost cannot be stopped any more.
func (w *work) intercept(c *recourse.Case, why recourse.Why) {
	c.Interception = recourse.InterceptionAsked
	for i := range w.f.Parcels {
		p := &w.f.Parcels[i]
		if w.carries(p, c) && !p.ShippedAt.IsZero() && !w.ended(p) {
			w.emit(c, recourse.Effect{Kind: recourse.EffectIntercept, Parcel: p.ID, Purchase: p.Purchase, Lines: c.Lines, Why: why})
		}
	}
}

// cancelPurchase asks the agent to cancel what was bought for the case's pieces.
//
// Pieces that failed are left out: there is nothing to cancel. That it was asked for is kept with the
// purchase, so that a later cancellation is known for the answer and not for trouble of its own.
func (w *work) cancelPurchase(c *recourse.Case, why recourse.Why) {
	for i := range w.f.Purchases {
		p := &w.f.Purchases[i]
		lines := recourse.Common(c.Lines, recourse.Without(w.linesOfPurchase(p), p.Failed))
		if c.Purchase != "" && p.ID != c.Purchase || len(lines) == 0 {
			continue
		}
		p = &w.purchases()[i]
		p.CancelAsked = true
		w.emit(c, recourse.Effect{Kind: recourse.EffectCancelPurchase, Purchase: p.ID, Supplier: p.Supplier, Lines: lines, Why: why})
	}
}

// ask puts a question to a person. In a quiet case nobody is told: it stands there for whoever looks. A question that is open already is put again, with a new date.
func (w *work) ask(c *recourse.Case, of recourse.Party, question string, choices []string, why recourse.Why) {
	p := w.PolicyOf(&c.Run)
	q := p.Question(question)
	if q == nil { // unreachable: every playbook has the questions that the interpreter asks
		return
	}
	if choices == nil {
		choices = q.Choices
	}
	due := w.askDue(p, q)
	e := w.emit(c, recourse.Effect{Kind: recourse.EffectAsk, Of: of, Question: question, Choices: choices, Due: due, Lines: c.Lines, Purchase: c.Purchase, Parcel: c.Parcel, Why: why})
	c.Asks = w.asked(c.Asks, recourse.Question{Effect: e.ID, Of: of, Question: question, Choices: choices, Due: due})
}

// asked are the open questions with one more; the same question put again takes its place at the end.
//
// The new date counts, and a person sees one question, not five. Only a walker, whose lists nobody
// else holds, may write in place.
func (w *work) asked(open []recourse.Question, q recourse.Question) []recourse.Question {
	if n := len(open); w.walking && n > 0 && open[n-1].Question == q.Question && open[n-1].Of == q.Of {
		open[n-1] = q
		return open
	}
	out := make([]recourse.Question, 0, len(open)+1)
	for _, o := range open {
		if o.Question != q.Question || o.Of != q.Of {
			out = append(out, o)
		}
	}
	return append(out, q)
}

// emit decides an effect for a case, unless the case is quiet: then it is history without consequences.
//
// The number grows with every effect of the case and is never given twice, so that the id can be the
// key by which a peer carries it out once. The step is what a sender compares before stale words
// leave.
func (w *work) emit(c *recourse.Case, e recourse.Effect) recourse.Effect {
	if c.Quiet {
		return e
	}
	c.Effects++
	e.ID, e.Case, e.Step, e.At = c.ID+"/"+strconv.Itoa(c.Effects), c.ID, c.Step, w.at
	w.effects = append(w.effects, e)
	w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryDid, To: string(e.Kind), Effect: e.ID, Why: e.Why})
	return e
}

// recoveryAction does what the track of a recovery orders: words and questions.
//
// Its ids go on from the recovery's own (1001-1/3 has 1001-1/3.1, then .2), since the case may be
// closed and its count is not touched.
func (w *work) recoveryAction(r *recourse.Recovery, a *playbook.Action, why recourse.Why) {
	p := w.PolicyOf(&r.Run)
	r.Effects++
	e := recourse.Effect{ID: r.ID + "." + strconv.Itoa(r.Effects), Case: r.Case, Kind: a.Verb, Step: r.Step, At: w.at,
		Purchase: r.Purchase, Lines: r.Lines, Amount: r.Amount, Why: why}
	switch a.Verb {
	case recourse.EffectMessage:
		e.To, e.Template, e.Draft = a.Party, a.Template, a.Draft
	case recourse.EffectAsk:
		e.Of, e.Question, e.Choices, e.Due = a.Party, a.Question.Name, a.Question.Choices, w.askDue(p, a.Question)
		r.Asks = w.asked(r.Asks, recourse.Question{Effect: e.ID, Of: e.Of, Question: e.Question, Choices: e.Choices, Due: e.Due})
	default:
		return // unreachable: the playbook's check lets a track speak and ask only
	}
	w.effects = append(w.effects, e)
	w.note(recourse.Entry{Case: r.Case, Kind: recourse.EntryDid, To: string(e.Kind), Effect: e.ID, Why: why})
}
