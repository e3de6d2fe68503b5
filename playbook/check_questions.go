package playbook

import (
	"fmt"
	"slices"
	"strings"

	"recourse"
)

// A question stands as long as its case stays in the state that asked it. Its choices are the same wherever it is asked,
// and the state decides which of them mean anything: that is where the two come apart, most easily for a question that
// a block asks for many states.

// changes are the facts that an answer's event changes: a state that looks at one of them takes the answer, too.
var changes = map[recourse.EventType][]Fact{
	recourse.ParcelScanned:         {ParcelStatus, ParcelMoving, CaseDelivered, CaseLeg, CaseShipped},
	recourse.EvidenceReceived:      {CaseEvidence, CaseNewEvidence, ParcelContested, ParcelWindow},
	recourse.OrderAddressCorrected: {OrderDeliverable},
	recourse.ReplacementShipped:    {CaseSentAgain},
}

// answerable says that a choice of a question means something where the case stands: a remedy that the state
// accepts from that party, or a fact that the state or the interpreter takes. A choice that does not is a button that
// does nothing.
//
//   - A remedy: the state has it under choose. Whether its condition holds just then is not asked, since facts change
//     while a question stands.
//   - seen and the like: an acknowledgement means something everywhere.
//   - confirm: there is a choice that needs to be confirmed.
//   - news of a refund, as approve and reject are: a refund can be waiting in that state.
//   - any other answer: the state takes its event, or a condition looks at a fact that it changes.
func (c *checker) answerable(s *State, of recourse.Party, choice string) bool {
	event, isAnswer := Answers[choice]
	switch {
	case !isAnswer:
		return slices.ContainsFunc(s.Choose, func(t *Transition) bool {
			return string(t.Remedy) == choice && (of == recourse.PartyMerchant || t.byBuyer())
		})
	case event == "" || event == recourse.RecoveryWrittenOffNow:
		return true // seen, or the recovery's own
	case event == recourse.RemedyChosen:
		return slices.ContainsFunc(s.Choose, func(t *Transition) bool { return t.Confirm })
	case isNews(event):
		return c.money.asked[s]
	}
	return s.takes(event)
}

// takes says that a state moves, or may, when an event comes.
func (s *State) takes(event recourse.EventType) bool {
	looks := func(t *Transition) bool {
		return t.If != nil && slices.ContainsFunc(changes[event], func(f Fact) bool { return slices.Contains(t.If.facts, f) })
	}
	return slices.ContainsFunc(s.On, func(t *Transition) bool { return t.Event == event }) || slices.ContainsFunc(s.When, looks)
}

// unanswerable looks at each question where it would stand: on entering a state, and on what happens there without
// leaving it. A question asked on leaving is taken back by the next state.
func (c *checker) unanswerable() {
	c.eachAct(func(s *State, t *Transition, a *Action) {
		if a.Verb != recourse.EffectAsk || s.Final() || !c.happens(s, t) {
			return
		}
		idle := slices.DeleteFunc(slices.Clone(a.Question.Choices), func(choice string) bool { return c.answerable(s, a.Party, choice) })
		if len(idle) > 0 {
			c.add(Finding{Code: "unanswerable_choice", At: a.At, Message: fmt.Sprintf("%s takes no %s, which %q offers the %s", s.Full, strings.Join(idle, " and no "), a.Question.Name, a.Party),
				Hint: "take it under choose: or on:, or ask with other choices"})
		}
	})
}

// happens says that an act can be done with the case staying in the state. Where money and goods are followed, as
// everywhere but behind a confirmation, they say which ways can be taken.
func (c *checker) happens(s *State, t *Transition) bool {
	x := c.money
	if _, ok := x.visited[s]; !ok {
		x = c.reach
	}
	_, ok := x.visited[s]
	return ok && (t == nil || !t.Moves() && x.taken[t])
}

// finalStates looks for what a closed case cannot do: take a person's choice. Only facts move it.
func (c *checker) finalStates() {
	for _, s := range c.everyState() {
		if s.Final() && len(s.Choose) > 0 {
			c.add(Finding{Code: "final_choose", At: s.Choose[0].At, Message: s.Full + " is closed: nobody can choose there", Hint: "let an event under on: lead on, or drop it"})
		}
	}
	c.eachAct(func(s *State, t *Transition, a *Action) {
		if s.Final() && a.Verb == recourse.EffectAsk && (t == nil || !t.Moves()) && !s.hears(a.Question) {
			c.add(Finding{Code: "final_do_ask", At: a.At, Message: fmt.Sprintf("nobody can answer %q in %s any more: it is closed", a.Question.Name, s.Full), Hint: "ask before the end, or send a message"})
		}
	})
}

// hears says that every answer to a question means something to a closed case: a fact that its state takes, or that it
// was seen.
func (s *State) hears(q *Question) bool {
	return !slices.ContainsFunc(q.Choices, func(choice string) bool {
		event, ok := Answers[choice]
		return !ok || event != "" && !s.takes(event)
	})
}
