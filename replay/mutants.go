// Mutants answer the question whether scenarios would notice that a rule was changed. A playbook whose
// 4 days may become 5 without a scenario failing has a rule that nobody keeps watch over. A survivor
// is a gap in the scenarios, or a rule that says the same twice.
package replay

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/playbook"
)

// Mutation is what became of the mutants of a playbook under its scenarios.
//
// Total is killed and survived together. Survivors stand in the order of their places in the playbook.
type Mutation struct {
	Playbook  string
	Total     int // mutants that compile
	Killed    int // of them, noticed by a scenario
	Refused   int // changes that make no playbook: not counted
	Survivors []*playbook.Mutant
}

// Percent is the share of mutants killed, rounded down to a tenth so that a bar is never reached by rounding.
func (m *Mutation) Percent() float64 {
	if m.Total == 0 {
		return 100
	}
	return float64(m.Killed*1000/m.Total) / 10
}

// String is the report: each survivor with its place, and the figures as the last line.
func (m *Mutation) String() string {
	var b strings.Builder
	for _, s := range m.Survivors {
		fmt.Fprintf(&b, "%s: %s: %s\n", s.At, s.Kind, s.Description)
	}
	fmt.Fprintf(&b, "%d mutants, %d killed (%.1f %%)\n", m.Total, m.Killed, m.Percent())
	return b.String()
}

// Mutate changes a playbook one place at a time and finds the changes that none of its scenarios notices. Of the
// scenarios those count that name this playbook. They must pass before anything is changed.
//
// Scenarios of other playbooks are left out even where one extends the other: whether they hold says
// nothing about this text. That all must pass first is what gives a failure under a mutant its
// meaning.
func Mutate(file string, data []byte, scenarios []*Scenario, calendars *calendar.Set) (*Mutation, error) {
	original, err := playbook.Load(file, data)
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(slices.Clone(scenarios), func(s *Scenario) bool { return s.Playbook != original.Name && s.Playbook != file })
	if i, what := noticed(original, own, calendars); i >= 0 {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "scenario", Position: own[i].At, Message: "the scenario " + own[i].Name + " fails before anything is changed: " + what}
	}
	mutants, err := playbook.Mutants(file, data)
	if err != nil {
		return nil, err
	}
	// Each mutant has a place of its own to write to, so that the report does not depend on who was faster.
	fates := make([]fate, len(mutants))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() { hunt(mutants, own, calendars, fates, &next) })
	}
	workers.Wait()
	return report(original.Name, mutants, fates), nil
}

// fate is what became of a mutant.
type fate int8

const (
	survived fate = iota // all scenarios hold as before
	killed               // a scenario noticed
	refused              // the change makes no playbook
)

// hunt takes mutants, one after the other, until none is left. The scenario that killed the last one is tried
// first: neighbours in a playbook are noticed by the same scenarios.
//
// Each worker keeps an order of its own, so that no lock is needed; which scenario kills a mutant may
// therefore differ between runs, but never whether one does.
func hunt(mutants []*playbook.Mutant, scenarios []*Scenario, calendars *calendar.Set, fates []fate, next *atomic.Int64) {
	order := slices.Clone(scenarios)
	for {
		i := int(next.Add(1)) - 1
		if i >= len(mutants) {
			return
		}
		p, err := mutants[i].Playbook()
		if err != nil {
			fates[i] = refused
			continue
		}
		if at, _ := noticed(p, order, calendars); at >= 0 {
			fates[i] = killed
			killer := order[at]
			order = slices.Insert(slices.Delete(order, at, at+1), 0, killer)
		}
	}
}

// report puts the fates together.
func report(name string, mutants []*playbook.Mutant, fates []fate) *Mutation {
	out := &Mutation{Playbook: name}
	for i, f := range fates {
		switch f {
		case refused:
			out.Refused++
			continue
		case killed:
			out.Killed++
		case survived:
			out.Survivors = append(out.Survivors, mutants[i])
		}
		out.Total++
	}
	return out
}

// noticed is the place of the first scenario that does not hold, -1 when all do, and what did not. A scenario whose
// settings the playbook no longer takes has noticed, too.
func noticed(p *playbook.Playbook, scenarios []*Scenario, calendars *calendar.Set) (int, string) {
	for i, s := range scenarios {
		policy, err := p.With(s.Settings)
		if err != nil {
			return i, err.Error()
		}
		if message := s.bounded(policy, calendars); message != "" {
			return i, message
		}
	}
	return -1, ""
}

// maxWork bounds the decisions and entries of history that one scenario may take. No scenario comes near it; a mutant
// that turns in circles, or is due again and again, is stopped there.
//
// A mutant that comes to no rest has been noticed: its scenario fails with the words of restless.
const maxWork = 5000

// restless is what is said of a playbook that did not come to an end within maxWork.
const restless = "its deadlines or conditions never come to rest"

// bounded plays a scenario as Run does, with a bound on the work that it may take. The message says what did not
// hold.
//
// Run has a bound, too, in its world, but one for years of reminders. With thousands of mutants, each
// played by many scenarios, one that turns in circles must be found sooner.
func (s *Scenario) bounded(policy *playbook.Policy, calendars *calendar.Set) string {
	p := &play{scenario: s, policy: policy, calendars: calendars}
	p.begin()
	left, collect := maxWork, p.world.Decided
	p.world.Decided = func(d decide.Decision) {
		left -= 1 + len(d.Entries)
		collect(d)
	}
	for _, step := range s.Steps {
		if step.Wait != nil { // the deadlines on the way move the clock: where the pause ends is settled before
			step = Step{Until: p.after(*step.Wait), At: step.At}
		}
		p.pass(step, &left)
		if left <= 0 {
			return restless
		}
		if message, at := p.step(step); message != "" {
			return at.String() + ": " + message
		}
	}
	return ""
}

// pass lets the deadlines of a pause act one by one, as long as there is work left.
func (p *play) pass(step Step, left *int) {
	to := step.Until
	for *left > 0 {
		f := p.world.earliest()
		if f == nil || f.Due.After(to) {
			return
		}
		p.world.Until(f.Due)
		*left--
	}
}
