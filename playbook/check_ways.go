package playbook

import (
	"slices"

	"recourse"
)

// deadEnds looks for states in which a case could wait for ever. A way out is a time that surely comes, and that moves
// the case or asks a person of the merchant again and again; or a question to such a person, who has a date to answer
// by, whose answer leads on. The buyer's silence must never be what a case waits for.
//
// It is looked for at every node that waits, with what is surely known there: the settings on the way and the anchors
// that have happened. A node that has yet to choose a setting is passed over, as those that follow from it are looked
// at in its place.
func (c *checker) deadEnds() {
	stuck := map[*State]bool{} // one witness is enough for a state
	for i := range c.reach.steps {
		n := &c.reach.steps[i].node
		_, open := c.reach.unlooked(n, c.reach.plans[n.state].settings)
		if n.state.Final() || stuck[n.state] || open || c.always(c.reach.world(n), c.waysOut(n)) {
			continue
		}
		stuck[n.state] = true
		c.add(Finding{Code: "dead_end", At: n.state.At, Message: "a case can wait for ever in " + n.state.Full,
			Hint: "give it after: with go, or every: with a question to the merchant", Path: c.reach.witness(i)})
	}
}

// waysOut are the conditions under each of which a case surely leaves a state, or a person is surely told of it; nil
// among them stands for always.
//
// They need not be in one place. A time under a condition and another under its opposite leave no gap together:
//
//	after:
//	- {if: case.shipped, in: 9 days, go: lost}
//	- {if: "!case.shipped", in: 2 days, go: given_up}
func (c *checker) waysOut(n *node) []*Condition {
	out := conditionsOf(n.state.When) // where facts surely lead on, nobody waits
	if c.leadsOut(n.state, n.state.Do) {
		out = append(out, nil)
	}
	for _, t := range n.state.Timers {
		if n.comes(t.From) && c.helps(n.state, t) {
			out = append(out, t.If)
		}
	}
	return out
}

// comes says that an anchor has surely happened when a case is at a node. The track of a recovery has none but its
// entry.
func (n *node) comes(a Anchor) bool {
	if n.state.Path.Track {
		return a == FromEntry
	}
	return a == FromEntry || a == FromOpened || n.anchors&anchorBit(a) != 0
}

// helps says that a timer gets a case out of a state, or a person to look at it. In a track it can only ask.
//
// A single reminder helps nobody who overlooks it, so asking counts if it is repeated, or if the answer leads on: then
// the question stays on the person's list with its date.
func (c *checker) helps(s *State, t *Timer) bool {
	return t.Moves() && !s.Path.Track || t.Every && slices.ContainsFunc(t.Do, asksMerchant) || c.leadsOut(s, t.Do)
}

// asksMerchant says that an act asks a person of the merchant.
func asksMerchant(a *Action) bool {
	return a.Verb == recourse.EffectAsk && a.Party == recourse.PartyMerchant
}

// leadsOut says that the acts ask the merchant something whose answer moves the case. That something was seen moves
// nothing.
func (c *checker) leadsOut(s *State, do []*Action) bool {
	return slices.ContainsFunc(do, func(a *Action) bool {
		return asksMerchant(a) && slices.ContainsFunc(a.Question.Choices, func(choice string) bool {
			if event, ok := Answers[choice]; ok {
				return event != "" && c.answerable(s, a.Party, choice)
			}
			return slices.ContainsFunc(s.Choose, func(t *Transition) bool { return string(t.Remedy) == choice && t.Moves() })
		})
	})
}
