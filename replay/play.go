package replay

import (
	"fmt"
	"strings"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/document"
	"recourse/playbook"
)

// play is a scenario being played.
//
// Effects are gathered between one expect and the next, so that a step of expectations speaks of what
// happened since the last one. Cases are looked at as they stand.
type play struct {
	scenario  *Scenario
	policy    *playbook.Policy
	calendars *calendar.Set
	world     *World
	since     []recourse.Effect // since the last expect
}

// begin sets up an empty world at the scenario's start. Facts of long ago stay quiet in it, as in
// production, because scenarios show that rule as well.
func (p *play) begin() {
	d := &decide.Decider{Policy: p.policy, Calendars: p.calendars}
	p.world = NewWorld(d, p.scenario.Start)
	p.world.Decided = func(d decide.Decision) { p.since = append(p.since, d.Effects...) }
}

// step plays one step. A message says what did not hold, and where that was expected.
func (p *play) step(s Step) (message string, at recourse.Position) {
	if p.world.Restless {
		return restless, s.At
	}
	switch {
	case s.Event != nil:
		if err := p.world.Event(s.Event); err != nil {
			return err.Error(), s.At
		}
	case s.Wait != nil:
		p.world.Until(p.after(*s.Wait))
	case s.Expect != nil:
		message, at = p.expect(s.Expect, s.At)
		p.since = nil
	default:
		p.world.Until(s.Until)
	}
	return message, at
}

// after is the instant a pause ends, counted from now. Business days are those of the country that the
// policy means, so that a scenario can wait «10 business days CN» across a Chinese holiday and be
// exact.
func (p *play) after(d playbook.Duration) time.Time {
	if d.Calendar == "" {
		return p.world.Now.Add(d.Time)
	}
	c, ok := p.calendars.Calendar(p.policy.Country(d))
	if !ok { // unreachable: ParseDuration knows the calendars
		return p.world.Now
	}
	return c.Add(p.world.Now, d.Business)
}

// expect compares what happened with what a step wants. Cases come first: when the case is in another
// state than expected, its effects differ as a consequence, and the state explains more.
func (p *play) expect(e *Expect, at recourse.Position) (string, recourse.Position) {
	if e.Looked {
		if message := p.expectCases(e.Cases); message != "" {
			return message, at
		}
	}
	for _, n := range e.Includes {
		if !p.happened(n) {
			return fmt.Sprintf("%s is not among the effects: %s", describe(n), words(p.effects())), n.At
		}
	}
	for _, n := range e.Excludes {
		if p.happened(n) {
			return fmt.Sprintf("%s is among the effects: %s", describe(n), words(p.effects())), n.At
		}
	}
	return "", at
}

// describe shows an expectation in a failure, in one line, as JSON.
func describe(n document.Node) string { return string(n.JSON()) }

// happened says whether an effect of that kind with those fields is among those since the last expect.
// One effect may meet several expectations: they are statements about it, not a count.
func (p *play) happened(n document.Node) bool {
	kind, fields := n.Entries[0].Key, n.Entries[0].Value
	for i := range p.since {
		if string(p.since[i].Kind) == kind && matchEffect(&p.since[i], fields) {
			return true
		}
	}
	return false
}

// effects are those since the last expect in words, to be shown when one is missing.
func (p *play) effects() []string {
	var out []string
	for i := range p.since {
		out = append(out, EffectWords(&p.since[i]))
	}
	return out
}

// EffectWords is an effect in a few words: its kind, then to whom, which template or question, how much.
//
// Reports and comparisons of policies count by these words, so that they must be stable: two effects
// with the same words are the same act to a merchant who reads the report. No ids or instants are in
// them for that reason.
func EffectWords(e *recourse.Effect) string {
	parts := []string{string(e.Kind)}
	for _, s := range []string{string(e.To), string(e.Of), e.Template, e.Question, e.Purchase, e.Parcel, e.Supplier} {
		if s != "" && !(e.Kind == recourse.EffectMessage || e.Kind == recourse.EffectAsk) || s != "" && s != e.Purchase && s != e.Parcel {
			parts = append(parts, s)
		}
	}
	if e.Amount.Currency != "" && e.Kind != recourse.EffectMessage {
		parts = append(parts, e.Amount.String())
	}
	if e.Draft {
		parts = append(parts, "draft")
	}
	return strings.Join(parts, " ")
}

// expectCases matches the cases of all orders one to one with what is expected.
func (p *play) expectCases(want []document.Node) string {
	var cases []*recourse.Case
	var due []time.Time
	for _, f := range p.world.Files() {
		for i := range f.Cases {
			cases = append(cases, f.Cases[i])
			due = append(due, p.world.Decider.NextDeadline(f, f.Cases[i].ID))
		}
	}
	if len(cases) == len(want) && oneToOne(len(want), func(i, j int) bool { return matchCase(cases[j], due[j], want[i]) }) {
		return ""
	}
	var have, wanted []string
	for i, c := range cases {
		have = append(have, caseWords(c, due[i]))
	}
	for _, n := range want {
		wanted = append(wanted, describe(n))
	}
	return fmt.Sprintf("the cases are %s; expected: %s", words(have), words(wanted))
}

// caseWords is a case as a failure shows it: what it is about, how it stands and when it moves.
func caseWords(c *recourse.Case, due time.Time) string {
	s := fmt.Sprintf("%s %s in %s", c.Situation, c.Status, c.State)
	if c.Outcome != "" {
		s += " " + string(c.Outcome)
	}
	if !due.IsZero() {
		s += " due " + due.Format(time.RFC3339)
	}
	return s
}

// oneToOne says whether each of n can be given one of n others that it matches, no two the same (augmenting
// paths).
//
// First come, first served would not do. Two cases and two expectations, one that only says
// late_shipment and one that also says its purchase: the first might take the case that the second
// needs, though the other way round both are met. So one that was placed may be moved elsewhere to
// make room.
func oneToOne(n int, match func(i, j int) bool) bool {
	taken := make([]int, n) // j → i+1
	var place func(i int, tried []bool) bool
	place = func(i int, tried []bool) bool {
		for j := range n {
			if tried[j] || !match(i, j) {
				continue
			}
			tried[j] = true
			if taken[j] == 0 || place(taken[j]-1, tried) {
				taken[j] = i + 1
				return true
			}
		}
		return false
	}
	for i := range n {
		if !place(i, make([]bool, n)) {
			return false
		}
	}
	return true
}
