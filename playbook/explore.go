package playbook

import (
	"slices"

	"recourse"
)

// This file and its neighbours search all that can happen to a case: from every opening, through every event that may
// come, every choice that a person may make and every time that may pass, under every value of the settings. It is
// a breadth-first search over nodes, so that the way to what it finds, the witness, is as short as can be.
//
// The search is done twice. One follows the money: what a case's refund and its second sending are is known at every
// node, all else is open; it finds what loses twice. The other leaves every fact open, since money may also come
// from outside and from other cases; it finds what can be reached at all.
//
// Both think too much possible rather than too little: a fact that is open may have any value, and another at the
// next step.

// step is how a node was reached first: from which step, and by what.
type step struct {
	node
	from  int    // -1: the case was opened
	label string // in words; "": only a setting was looked at
}

// maxNodes bounds an exploration, and maxTried the worlds that it tries for its conditions. The built-in playbooks
// need a twentieth of either.
//
// Reaching a bound ends the search and is told as too_large; what was found until then still holds. Findings that rest
// on something not being reached are left out in that case.
const (
	maxNodes = 100_000
	maxTried = 20_000_000
)

// explorer is one exploration.
//
//   - plans: what each state can do next, prepared once.
//   - steps: the queue and the record in one; expand works through it from the front while reach adds at the end.
//   - taken: ways on that hold in some world at some node. One may still be refused, or need a confirmation.
//   - visited: with the first step to a state, and so the shortest witness for it.
//   - cut: nothing may be concluded from what is missing.
type explorer struct {
	*Playbook
	*domain
	money   bool // follow the money
	plans   map[*State]*plan
	steps   []step // found so far, the nearest first: those still to be looked at stand at the end
	seen    map[node]bool
	taken   map[*Transition]bool // ways on that can be taken
	visited map[*State]int       // the first step there, by state
	asked   map[*State]bool      // states in which a refund can wait for its approval
	clashes []clash
	cut     bool // it was bounded: not all was looked at
}

// clash is a way on that would pay back and send again.
type clash struct {
	at    int // the step from which it is taken
	t     *Transition
	label string
	sent  bool // it sends again what is paid back; else it pays back what is sent again
}

// explore searches a playbook.
//
// The count of tried worlds begins anew, each exploration having a budget of its own. What the rules try after it is
// bounded by maxWorlds for each list alone.
func explore(p *Playbook, d *domain, money bool) *explorer {
	x := &explorer{Playbook: p, domain: d, money: money, plans: plansOf(p, d),
		seen: map[node]bool{}, taken: map[*Transition]bool{}, visited: map[*State]int{}, asked: map[*State]bool{}}
	d.tried = 0
	x.begin()
	for i := 0; i < len(x.steps) && !x.cut; i++ {
		x.expand(i)
		x.cut = len(x.steps) > maxNodes || d.tried > maxTried || d.stopped
	}
	return x
}

// begin opens a case of every situation, and the track of recoveries, which every playbook must have. A situation
// that nothing opens, and a path that nothing names, are findings of their own: they are walked so that their states
// are not reported besides.
func (x *explorer) begin() {
	for _, s := range x.Situations {
		if !x.opens(s) {
			x.start(s.Path.States[0], node{}, "case "+string(s.Name))
		}
		for _, o := range s.Opens {
			x.open(o, node{})
		}
	}
	for _, path := range x.Paths {
		if path.Track || !x.usedPath(path) {
			x.start(path.States[0], node{}, "path "+path.Name)
		}
	}
}

// open starts at an opener, under every choice of the settings that its condition looks at.
//
// A settings' value is chosen before its condition is asked, and stays with the node: what follows happens to a
// merchant who has it so. A dispute opens with the money already gone, held by the bank until it is decided.
func (x *explorer) open(o *Opener, n node) {
	if i, ok := x.unlooked(&n, o.If.settingsRead()); ok {
		for option := range x.domain.settings[i] {
			n.chosen.set(i, option+1)
			x.open(o, n)
		}
		return
	}
	if can, _ := x.first(x.world(&n), []*Transition{{If: o.If}}); can[0] {
		n.anchors = happens(o.On) | watched(o)
		if o.On == recourse.DisputeOpened {
			n.refund, n.held = recourse.RefundSent, true
		}
		x.start(o.Situation.Path.States[0], n, o.label())
	}
}

// start puts a new case into a state.
//
// Nothing is refused here: a case that has just opened has neither been paid back nor sent again, except in a dispute,
// and a clash of its very first acts is left to the interpreter's guard.
func (x *explorer) start(s *State, n node, label string) {
	if n.refund == "" {
		n.refund = "none"
	}
	n.sent = "none"
	n, _, _ = x.do(n, s.Do)
	n.state = s
	x.reach(n, -1, label)
}

// reach adds a node that was not seen before. What this exploration does not follow is dropped first, so that nodes
// that nothing tells apart are one.
//
// This is what makes the search end. States, values of settings, anchors and the few statuses of money are all finite,
// and each combination is looked at once.
func (x *explorer) reach(n node, from int, label string) {
	n.chosen.keep(&x.plans[n.state].live)
	if x.money {
		n.anchors = 0
	} else {
		n = node{state: n.state, chosen: n.chosen, anchors: n.anchors}
	}
	if x.seen[n] {
		return
	}
	x.seen[n] = true
	if _, ok := x.visited[n.state]; !ok {
		x.visited[n.state] = len(x.steps)
	}
	x.asked[n.state] = x.asked[n.state] || n.refund == recourse.RefundRequested
	x.steps = append(x.steps, step{n, from, label})
}

// expand finds all that can happen next at a node. Where facts surely lead on, nothing else can happen before they
// do; where they only may, both are looked at.
func (x *explorer) expand(i int) {
	n := x.steps[i].node
	p := x.plans[n.state]
	if x.split(i, p) || !x.lead(i, n) {
		return
	}
	// The case waits here: anything may happen.
	for _, m := range p.events {
		x.event(i, n, m)
	}
	if x.money {
		x.news(i, n, p)
	}
	if !n.state.Final() && !n.state.Path.Track {
		x.persons(i, n, p)
		x.times(i, n)
	}
}

// split looks at each value of a setting that the state needs and that was not looked at before. One setting at a
// time: what the first rules out need not be asked of the others.
//
// The steps that it adds have no label: to look at a setting is nothing that happens, and a witness leaves it out but
// for naming the settings at its head.
func (x *explorer) split(i int, p *plan) bool {
	n := x.steps[i].node
	setting, ok := x.unlooked(&n, p.settings)
	if ok {
		for option := range x.domain.settings[setting] {
			n.chosen.set(setting, option+1)
			x.reach(n, i, "")
		}
	}
	return ok
}

// unlooked is the first of some settings that can be followed and that a node has not looked at.
func (x *explorer) unlooked(n *node, settings []int) (int, bool) {
	for _, i := range settings {
		if x.assignable(i) && n.chosen.get(i) == 0 {
			return i, true
		}
	}
	return 0, false
}

// lead lets facts lead on, and says whether it can be that they do not.
//
// What a way tells about the past is noted before it is taken: that goods were handed over, if it is never taken while
// they were not.
func (x *explorer) lead(i int, n node) (stays bool) {
	w := x.world(&n)
	can, stays := x.first(w, n.state.When)
	for k, t := range n.state.When {
		if can[k] {
			after := n
			after.anchors |= x.implied(w, n.state.When, k)
			x.take(i, after, t, "when "+t.If.text())
		}
	}
	return stays
}

// persons lets the merchant and the buyer choose.
func (x *explorer) persons(i int, n node, p *plan) {
	for _, m := range p.choices {
		x.options(i, n, m.list, "the "+string(m.by)+" chooses "+string(m.remedy))
	}
}

// times lets each of the state's times come, in any order: which comes first depends on settings and calendars.
//
// A time whose anchor may not have happened is let come as well; that it may also never come is for the dead ends to
// see. So a short time that would always come before a long one does not hide what the long one does.
func (x *explorer) times(i int, n node) {
	for _, t := range n.state.Timers {
		x.options(i, n, []*Transition{&t.Transition}, t.label())
	}
}

// options takes each way of an ordered list that can be the first that holds, and says whether it can be that none
// is.
func (x *explorer) options(i int, n node, list []*Transition, label string) (stays bool) {
	can, stays := x.first(x.world(&n), list)
	for k, t := range list {
		if can[k] {
			x.take(i, n, t, label)
		}
	}
	return stays
}

// take follows a way on: what is done on it and on entering, in that order, as the interpreter's guard looks at it.
// Behind a confirmation everything is allowed, so that nothing is left to find there.
//
// A way without a target stays in the state, and the state's own acts are not done again. It is still a step when it
// changes what is followed: a refund requested in place is another node.
func (x *explorer) take(i int, n node, t *Transition, label string) {
	x.taken[t] = true
	if x.money && t.Confirm {
		return
	}
	do := t.Do
	if to := t.target(); to != nil {
		do = slices.Concat(do, to.Do)
		n.state = to
	}
	after, refused, sent := x.do(n, do)
	if refused {
		x.clashes = append(x.clashes, clash{i, t, label, sent})
		return
	}
	x.reach(after, i, label)
}
