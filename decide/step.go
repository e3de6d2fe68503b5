package decide

import (
	"time"

	"recourse"
	"recourse/playbook"
)

// apply takes a case along a transition: unless the guard refuses, what it does is done and the state that it
// leads to is entered.
//
// A refusal is whole: nothing of the way is done, since half of one (withdrawn, but not ordered) would
// leave the buyer with neither money nor goods.
func (w *work) apply(i int, t *playbook.Transition, why recourse.Why) {
	if refused, no := w.guard(w.f.Cases[i], t.Do, targetOf(t)); no {
		w.refuse(i, refused)
		return
	}
	c := w.caseAt(i)
	w.actions(subject{c: c}, t.Do, why)
	if t.Become != nil {
		w.become(i, t.Become, why)
	}
	if to := targetOf(t); to != nil {
		w.enter(i, to, why)
	}
}

// targetOf is the state that a transition leads to; nil when it stays.
func targetOf(t *playbook.Transition) *playbook.State {
	if t.Become != nil {
		return t.Become.Path.States[0]
	}
	return t.Go
}

// become changes a case's situation. The lines stay; the history says why.
func (w *work) become(i int, s *playbook.Situation, why recourse.Why) {
	c := w.f.Cases[i]
	w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryBecame, From: string(c.Situation), To: string(s.Name), Why: why})
	c.Situation = s.Name
	c.PathAt = w.at
	if w.ev != nil && fromBuyer(w.ev.Type) {
		c.ByBuyer = true
	}
	if w.ev != nil && !w.ev.Due.IsZero() {
		c.EventDue = w.ev.Due
	}
}

// enter moves a case into a state and does what the state does on entering.
func (w *work) enter(i int, to *playbook.State, why recourse.Why) {
	w.wait(i, to, why)
	c := w.f.Cases[i]
	w.actions(subject{c: c}, to.Do, why)
	if to.Outcome != "" {
		w.close(c, to.Outcome, why)
	}
}

// wait moves a case into a state without doing anything there yet.
func (w *work) wait(i int, to *playbook.State, why recourse.Why) {
	c := w.caseAt(i)
	if c.Status == recourse.Closed {
		c.Status, c.Outcome = recourse.Open, ""
		w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryReopened, Why: why})
	}
	w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryMoved, From: c.State, To: to.Full, Why: why})
	if from := w.state(w.PolicyOf(&c.Run), c.State); from != nil && from.Path != to.Path {
		c.PathAt = w.at
	}
	c.State, c.EnteredAt, c.Fired, c.Asks, c.SnoozedUntil = to.Full, w.at, nil, nil, time.Time{}
	c.Step++
}

// close ends a case. What is due to the merchant goes on without it.
//
// A recovery has a run of its own and is chased although the case is closed.
func (w *work) close(c *recourse.Case, outcome recourse.Outcome, why recourse.Why) {
	c.Status, c.Outcome, c.ClosedAt = recourse.Closed, outcome, w.at
	c.Searching = false
	w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryClosed, To: string(outcome), Why: why})
}

// settle lets facts lead every open case, and every open recovery, on until nothing moves.
func (w *work) settle() {
	for i := 0; i < len(w.f.Cases); i++ {
		if w.f.Cases[i].Status == recourse.Open {
			w.settleCase(i)
		}
	}
	for i := range w.f.Recoveries {
		w.settleRecovery(i)
	}
}

// The file is left where the bound stopped it, and a person is asked, since a case must never wait for
// ever.
func (w *work) settleCase(i int) {
	for range maxSteps {
		t := w.leading(&w.f.Cases[i].Run, subject{c: w.f.Cases[i]})
		if t == nil || w.f.Cases[i].Status == recourse.Closed {
			return
		}
		why := whyFacts(t)
		if refused, no := w.guard(w.f.Cases[i], t.Do, targetOf(t)); no {
			w.refuse(i, refused)
			return
		}
		w.apply(i, t, why)
	}
	w.note(recourse.Entry{Case: w.f.Cases[i].ID, Kind: recourse.EntryRefused,
		Why: recourse.Why{Code: recourse.WhyLoop, Args: []recourse.Arg{{Name: "state", Text: w.f.Cases[i].State}}}})
	w.ask(w.caseAt(i), recourse.PartyMerchant, playbook.QuestionWhichCase, nil, recourse.Why{Code: recourse.WhyLoop})
}

func whyFacts(t *playbook.Transition) recourse.Why {
	source := ""
	if t.If != nil {
		source = t.If.Source
	}
	return recourse.Why{Code: recourse.WhyFacts, Args: []recourse.Arg{{Name: "condition", Text: source}}}
}

// leading is the first transition by facts that a run's state has and whose condition holds.
func (w *work) leading(r *recourse.Run, on subject) *playbook.Transition {
	p := w.PolicyOf(r)
	s := w.state(p, r.State)
	if s == nil {
		return nil
	}
	for _, t := range s.When {
		if w.holds(t.If, p, on) {
			return t
		}
	}
	return nil
}

func (w *work) settleRecovery(i int) {
	r := &w.f.Recoveries[i]
	t := w.leading(&r.Run, subject{recovery: r})
	if t == nil || t.Go == nil {
		return
	}
	r = &w.recoveries()[i]
	r.State, r.EnteredAt, r.Fired, r.Asks = t.Go.Full, w.at, nil, nil
	r.Step++
	w.actions(subject{recovery: r}, t.Go.Do, whyFacts(t))
}

// refuse keeps a case where it is because the guard said no, and asks a person with the right to confirm. Asked
// once: while that question is open it is not asked again.
func (w *work) refuse(i int, why recourse.Why) {
	c := w.caseAt(i)
	for _, q := range c.Asks {
		if q.Question == playbook.QuestionDoubleLoss {
			return
		}
	}
	w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryRefused, Why: why})
	w.ask(c, recourse.PartyMerchant, playbook.QuestionDoubleLoss, nil, why)
}
