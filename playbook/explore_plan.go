package playbook

import (
	"slices"

	"recourse"
)

// What follows reads the playbook's table for the search and for the rules: which ways there are, in the order in
// which the interpreter tries them, and what they look at.

// plan is what a state can do next, prepared once for the thousands of times that a search comes by.
//
// live is a mask and no assignment: all bits of a setting that is still looked at, none of any other.
type plan struct {
	events   []menu
	choices  []menu
	settings []int      // that its conditions look at
	live     assignment // settings that anything reachable from it looks at
}

// menu is an ordered list of ways on for one thing that may happen: the first whose condition holds is taken.
type menu struct {
	event  recourse.EventType
	remedy recourse.Remedy
	by     recourse.Party // who chooses the remedy
	list   []*Transition
}

// plansOf prepares every state for exploration.
func plansOf(p *Playbook, d *domain) map[*State]*plan {
	out := map[*State]*plan{}
	for _, s := range p.everyState() {
		out[s] = &plan{events: eventMenus(s), choices: choiceMenus(s)}
		for _, c := range s.conditions() {
			out[s].look(c, d)
		}
	}
	foresee(p, out)
	return out
}

// look notes the settings that a condition looks at.
func (p *plan) look(c *Condition, d *domain) {
	for _, i := range c.settingsRead() {
		if d.assignable(i) && !slices.Contains(p.settings, i) {
			p.settings = append(p.settings, i)
			p.live.set(i, maxOptions)
		}
	}
}

// settingsRead are the places of the settings that a condition looks at; none for no condition.
func (c *Condition) settingsRead() []int {
	if c == nil {
		return nil
	}
	return c.settings
}

// The settings of a playbook multiply: eight with two or three values each make a thousand merchants. But each path
// looks at two or three of them only, and a case goes through few paths.

// foresee lets every state know what the states after it look at. A setting that nothing further on looks at need not
// be remembered, and nodes that differ in it only are one: without that, the paths of a playbook would multiply.
//
// It goes round until nothing grows. That is soon: a mask only gains bits, and paths are short.
func foresee(p *Playbook, plans map[*State]*plan) {
	for changed := true; changed; {
		changed = false
		p.eachTransition(func(s *State, t *Transition) {
			if to := t.target(); to != nil {
				changed = plans[s].live.join(&plans[to].live) || changed
			}
		})
	}
}

// join adds what another mask has, and says whether that was news.
func (a *assignment) join(other *assignment) (grew bool) {
	was := *a
	for i, bits := range other {
		a[i] |= bits
	}
	return *a != was
}

// eventMenus groups a state's ways on by event. A track takes no events: it is led on by facts alone.
func eventMenus(s *State) (out []menu) {
	if s.Path.Track {
		return nil
	}
	for _, t := range s.On {
		out = grouped(out, menu{event: t.Event}, t)
	}
	return out
}

// choiceMenus groups a state's choices by remedy: once for the merchant, who may choose all of them, and once for
// the buyer, for whom those that only the merchant may choose are not there.
//
// A choice that only the merchant has must not stand in the buyer's way: the first that the buyer may take wins for the
// buyer, though one above it would win for the merchant.
func choiceMenus(s *State) (out []menu) {
	for _, t := range s.Choose {
		out = grouped(out, menu{remedy: t.Remedy, by: recourse.PartyMerchant}, t)
		if t.byBuyer() {
			out = grouped(out, menu{remedy: t.Remedy, by: recourse.PartyBuyer}, t)
		}
	}
	return out
}

// grouped adds a way on to the menu of its kind, which is added when there is none yet.
func grouped(menus []menu, kind menu, t *Transition) []menu {
	for i := range menus {
		if m := &menus[i]; m.event == kind.event && m.remedy == kind.remedy && m.by == kind.by {
			m.list = append(m.list, t)
			return menus
		}
	}
	kind.list = []*Transition{t}
	return append(menus, kind)
}

// byBuyer says that the buyer may choose it, too.
func (t *Transition) byBuyer() bool { return slices.Contains(t.By, recourse.PartyBuyer) }

// everyState lists the states of all paths and tracks, in the order of the text.
func (p *Playbook) everyState() (out []*State) {
	for _, path := range p.Paths {
		out = append(out, path.States...)
	}
	return out
}

// eachTransition calls f for every way on of every state, those of its timers included.
func (p *Playbook) eachTransition(f func(*State, *Transition)) {
	for _, s := range p.everyState() {
		for _, t := range slices.Concat(s.When, s.On, s.Choose) {
			f(s, t)
		}
		for _, t := range s.Timers {
			f(s, &t.Transition)
		}
	}
}

// eachAct calls f for every act, with the state in which it is done and the way on that it is done on; nil for an act
// on entering the state.
func (p *Playbook) eachAct(f func(*State, *Transition, *Action)) {
	for _, s := range p.everyState() {
		for _, a := range s.Do {
			f(s, nil, a)
		}
	}
	p.eachTransition(func(s *State, t *Transition) {
		for _, a := range t.Do {
			f(s, t, a)
		}
	})
}

// conditions are those that a state looks at.
func (s *State) conditions() []*Condition {
	out := conditionsOf(slices.Concat(s.When, s.On, s.Choose))
	for _, t := range s.Timers {
		out = append(out, t.If)
	}
	return slices.DeleteFunc(out, func(c *Condition) bool { return c == nil })
}

// conditionsOf are the conditions of some ways on; nil for one that always holds.
func conditionsOf(list []*Transition) []*Condition {
	out := make([]*Condition, len(list))
	for i, t := range list {
		out[i] = t.If
	}
	return out
}

// everyCondition lists all conditions of a playbook, those with a name first.
func (p *Playbook) everyCondition() (out []*Condition) {
	for _, n := range p.Conditions {
		out = append(out, n.Condition)
	}
	for _, s := range p.Situations {
		for _, o := range s.Opens {
			out = append(out, o.If)
		}
	}
	for _, s := range p.everyState() {
		out = append(out, s.conditions()...)
	}
	return slices.DeleteFunc(out, func(c *Condition) bool { return c == nil })
}

// opens says that something opens the situation, or that a case can become it.
func (p *Playbook) opens(s *Situation) bool {
	found := len(s.Opens) > 0
	p.eachTransition(func(_ *State, t *Transition) { found = found || t.Become == s })
	return found
}

// usedPath says that cases take the path: a situation names it, or another path leads into it. Of the tracks the
// interpreter takes that of recoveries.
func (p *Playbook) usedPath(path *Path) bool {
	if path.Track {
		return path.Name == "recovery"
	}
	used := slices.ContainsFunc(p.Situations, func(s *Situation) bool { return s.Path == path })
	p.eachTransition(func(from *State, t *Transition) {
		used = used || t.Go != nil && t.Go.Path == path && from.Path != path
	})
	return used
}
