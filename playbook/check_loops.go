package playbook

import (
	"fmt"
	"slices"
)

// loops looks for conditions that lead a case round and round with nothing to stop it. The interpreter would give up
// after a thousand turns and ask a person. States that lead to each other are one finding.
//
// Only when: can do this. An event comes from outside, and a repetition has a pause, so nothing else turns by itself.
func (c *checker) loops() {
	told := map[*State]bool{}
	for _, s := range c.everyState() {
		round := s.ahead()
		if told[s] || !slices.Contains(round, s) {
			continue
		}
		if path := c.endless(s, round); path != nil {
			c.add(Finding{Code: "instant_loop", At: s.At, Message: fmt.Sprintf("a case can turn from %s back to it without end", s.Full), Hint: "let something that happens, or a time, lead on", Path: path})
			for _, o := range round {
				told[o] = true
			}
		}
	}
}

// Only a circle of states can turn without end, so first the states ahead are looked at, whatever the conditions; then,
// for the few that lead back, whether there is a world in which all the conditions of a circle hold at once.

// ahead are the states that conditions alone can lead to from a state, itself only when they lead back.
func (s *State) ahead() (out []*State) {
	for i, from := 0, s; ; i++ {
		for _, t := range from.When {
			if to := t.target(); !slices.Contains(out, to) {
				out = append(out, to)
			}
		}
		if i == len(out) {
			return out
		}
		from = out[i]
	}
}

// endless looks for a world in which a case turns from a state back to it for ever; round are the states on the way.
// Nothing else happens meanwhile, so one world stands for all the turns.
//
// Two states that ask for the opposite of each other are no circle, though each leads to the other:
//
//	here:  {when: {if: case.shipped, go: there}}
//	there: {when: {if: "!case.shipped", go: here}}
func (c *checker) endless(s *State, round []*State) (path []string) {
	var conds []*Condition
	for _, o := range round {
		conds = append(conds, conditionsOf(o.When)...)
	}
	w := c.open()
	c.each(w, conds, func(*Scope) bool {
		path = turn(s, *w, len(round))
		return path == nil
	})
	return path
}

// turn lets facts lead on from a state as the interpreter does, in a world that only what is done on the way changes
// (a search begun is not answered). When that leads to the state again with nothing changed since it was there last, it
// gives the way; else nil. Acts settle in the first turn, so two and a bit are enough.
//
// It can settle because an act makes a fact known to be one thing: a refund that was requested is requested the second
// time round, too, and a condition on case.refund == 'none' has stopped holding.
func turn(start *State, w world, size int) (path []string) {
	before := w.facts // acts make some facts known for good: the second time round they are the same
	for s, i := start, 0; i < 4*size; i++ {
		t := leads(s, &w)
		if t == nil {
			return nil
		}
		s = t.target()
		w.act(t.Do)
		w.act(s.Do)
		path = append(path, "when "+t.If.text()+" → "+s.Full)
		if s == start && w.facts == before {
			return path
		}
		if s == start {
			before, path = w.facts, nil
		}
	}
	return nil
}

// leads is the way on that is taken in a world; one that may be taken for all that is known counts.
func leads(s *State, w *world) *Transition {
	scope := w.scope()
	for _, t := range s.When {
		if t.If.Holds(scope) != No {
			return t
		}
	}
	return nil
}
