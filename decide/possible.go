package decide

import (
	"slices"

	"recourse"
	"recourse/playbook"
)

// Option is something that a case can be told now: a remedy that a person may choose, or a fact or an answer that
// would mean something to it.
type Option struct {
	Event recourse.EventType `json:"event"`
	// Remedy is what is chosen, of remedy.chosen.
	Remedy recourse.Remedy `json:"remedy,omitempty"`
	// By says who may choose the remedy: the merchant always, the buyer where the playbook says so. Of any other event it
	// is who was asked for it; empty: whoever knows it.
	By []recourse.Party `json:"by,omitempty"`
	// Confirm says that the way on would be refused as it is: the buyer would get money and goods. A remedy is then chosen
	// with confirmed set, by the merchant; an event has no such field, and is refused until somebody has confirmed.
	Confirm bool `json:"confirm,omitempty"`
	// To is the state that it leads to, Become the situation that the case takes with it, Outcome the end that this
	// state is. All are empty where the case stays, and where what the event says decides between several ways.
	To      string             `json:"to,omitempty"`
	Become  recourse.Situation `json:"become,omitempty"`
	Outcome recourse.Outcome   `json:"outcome,omitempty"`
	// Fields are what the event may carry beside order and case.
	Fields []string `json:"fields,omitempty"`
	// Question is the open question that it answers, and Choices are those of the question's choices that mean it.
	Question string   `json:"question,omitempty"`
	Choices  []string `json:"choices,omitempty"`
}

// Possible is all that a case can be told now, remedies first and then events, in the order of the playbook. Each is
// handed in as an event that names the case.
//
// Nothing is decided here by rules of its own: the ways on are those of the playbook's table, looked at with the
// functions by which Event takes the real thing. A remedy is offered if choosing it now would move the case or do
// something. An event is offered if it could, whatever it will say: what only the event can tell is left open.
//
// Where something is due already, the case is looked at as it will stand when that has acted, since this is how any
// event will find it. A closed case has what its end waits for, and news of money that is still on its way.
func (d *Decider) Possible(file *recourse.OrderFile, caseID string) []Option {
	if !file.Due.IsZero() && !file.Due.After(file.Now) {
		file = d.Due(file, file.Now).File
	}
	at := slices.IndexFunc(file.Cases, func(c *recourse.Case) bool { return c.ID == caseID })
	if at < 0 {
		return nil
	}
	o := outlook{Decider: d, file: file, at: at}
	return append(o.remedies(), o.events()...)
}

// outlook is a look at what one case can be told.
type outlook struct {
	*Decider
	file *recourse.OrderFile
	at   int // the case's place in the file
}

// trial is a workbench with an event in hand, on which it can be tried what the event would mean. The file stays as it
// is, the bench is thrown away.
//
// The case is woken first, if it is a quiet one: a fact told today is fresh.
func (o *outlook) trial(ev *recourse.Event) *work {
	next := *o.file
	w := &work{Decider: o.Decider, f: &next, now: next.Now, at: next.Now, ev: ev, evAt: next.Now}
	w.scope.Fact = w.fact
	w.wake(o.at)
	return w
}

// event is an event of a type that names the case.
func (o *outlook) event(t recourse.EventType) *recourse.Event {
	return &recourse.Event{Type: t, Data: recourse.Data{Order: o.file.Order.ID, Case: o.file.Cases[o.at].ID}}
}

// state is where the case stands; nil when its playbook no longer has that state.
func (o *outlook) state() *playbook.State {
	c := o.file.Cases[o.at]
	return o.PolicyOf(&c.Run).State(c.State)
}

// remedies are those that a person may choose now. A closed case has none: only facts move it.
func (o *outlook) remedies() (out []Option) {
	s := o.state()
	if s == nil || o.file.Cases[o.at].Status != recourse.Open {
		return nil
	}
	var seen []recourse.Remedy
	for _, t := range s.Choose {
		if !slices.Contains(seen, t.Remedy) {
			seen = append(seen, t.Remedy)
			out = append(out, o.remedy(t.Remedy)...)
		}
	}
	return out
}

// remedy is what choosing a remedy would mean: once for both parties, or for each by itself where the same choice
// leads the buyer another way.
func (o *outlook) remedy(r recourse.Remedy) (out []Option) {
	merchant, way := o.choice(r, recourse.PartyMerchant)
	buyer, theirs := o.choice(r, recourse.PartyBuyer)
	if way != nil && way == theirs {
		merchant.By = append(merchant.By, buyer.By...)
		theirs = nil
	}
	if way != nil {
		out = append(out, merchant)
	}
	if theirs != nil {
		out = append(out, buyer)
	}
	return out
}

// choice is what it would mean if somebody chose a remedy, with the way that the case would take; nil for none.
func (o *outlook) choice(r recourse.Remedy, by recourse.Party) (Option, *playbook.Transition) {
	ev := o.event(recourse.RemedyChosen)
	ev.Remedy, ev.By = r, by
	w := o.trial(ev)
	c := w.f.Cases[o.at]
	t := w.choosable(c)
	if t == nil {
		return Option{}, nil
	}
	out := Option{Event: ev.Type, Remedy: r, By: []recourse.Party{by}, Confirm: unconfirmed(t, c) || w.refused(c, t)}
	ev.Confirmed = out.Confirm
	if !t.Moves() && o.idle(ev) {
		return Option{}, nil
	}
	out.leads([]*playbook.Transition{t})
	o.finish(&out)
	return out, t
}

// refused says that the guard would refuse a way on.
func (w *work) refused(c *recourse.Case, t *playbook.Transition) bool {
	_, no := w.guard(c, t.Do, targetOf(t))
	return no
}

// idle says that a choice that stays where it is would do nothing: a refund that is requested already, say. It is
// tried, because whether an act has anything to do is the act's own business.
//
// What only a confirmation lets through is not tried for the buyer, who cannot give one.
func (o *outlook) idle(ev *recourse.Event) bool {
	if ev.Confirmed && ev.By == recourse.PartyBuyer {
		return false
	}
	for _, e := range o.Event(o.file, ev, o.file.Now).Entries {
		if e.Case == ev.Case && e.Kind == recourse.EntryDid && e.Why.Code == recourse.WhyChosen {
			return false
		}
	}
	return true
}

// leads notes where some ways lead, if they lead to one and the same place.
func (p *Option) leads(ways []*playbook.Transition) {
	for _, t := range ways {
		if t.Go != ways[0].Go || t.Become != ways[0].Become {
			return
		}
	}
	if len(ways) == 0 || !ways[0].Moves() {
		return
	}
	t := ways[0]
	p.To = targetOf(t).Full
	if t.Become != nil {
		p.Become = t.Become.Name
	} else {
		p.Outcome = t.Go.Outcome
	}
}

// finish adds what the event may carry and the question that it answers. Whoever was asked may tell it, and the
// merchant may answer for them.
func (o *outlook) finish(p *Option) {
	fields, _ := recourse.EventFields(p.Event)
	p.Fields = slices.DeleteFunc(fields, func(f string) bool { return f == "order" || f == "case" })
	q := o.question(p)
	if q == nil {
		return
	}
	p.Question = q.Question
	p.Choices = slices.DeleteFunc(slices.Clone(q.Choices), func(choice string) bool { return !p.means(choice) })
	if p.Event != recourse.RemedyChosen {
		p.By = []recourse.Party{recourse.PartyMerchant}
		if q.Of == recourse.PartyBuyer {
			p.By = append(p.By, q.Of)
		}
	}
}

// question is the open question that an option answers: of what needs a confirmation the one that asks for it, else
// the oldest.
func (o *outlook) question(p *Option) *recourse.Question {
	var found *recourse.Question
	asks := o.asks()
	for i := range asks {
		q := &asks[i]
		if !slices.ContainsFunc(q.Choices, p.means) {
			continue
		}
		if found == nil || p.Confirm && q.Question == playbook.QuestionDoubleLoss {
			found = q
		}
	}
	return found
}

// asks are the open questions of the case and of its recoveries.
func (o *outlook) asks() []recourse.Question {
	c := o.file.Cases[o.at]
	all := slices.Clone(c.Asks)
	for i := range o.file.Recoveries {
		if r := &o.file.Recoveries[i]; r.Case == c.ID && r.Status == recourse.RecoveryRequested {
			all = append(all, r.Asks...)
		}
	}
	return all
}

// means says that a choice of a question is this option. To confirm is to choose again what was refused.
func (p *Option) means(choice string) bool {
	if p.Event == recourse.RemedyChosen {
		return choice == string(p.Remedy) || p.Confirm && playbook.Answers[choice] == p.Event
	}
	return playbook.Answers[choice] == p.Event
}
