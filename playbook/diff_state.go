package playbook

import (
	"fmt"
	"slices"
	"strings"

	"recourse"
)

// States are where a comparison is hard: their ways have no names. A way is known by its trigger, its condition, its
// target and what is done; when three of these are the same and one is not, it was changed, and when too little is
// the same, one is gone and another is new.

// path compares the states. What changed alike in several states, as when a block changed, is told once.
//
// The changes of the states are gathered in a list of their own, so that joining them never
// touches what was said about settings or other paths. Only states that are open in both
// playbooks are counted: a new state cannot have changed, and a rule for the whole path does
// not act where a case has ended.
func (d *differ) path(x, y *Path) {
	before := d.changes
	d.changes = nil
	pairs(d, x.States, y.States, "the state", func(s *State) (string, recourse.Position) { return s.Full, s.At }, d.state)
	open := 0
	for _, s := range y.States {
		if o := d.a.State(s.Full); o != nil && !s.Final() && !o.Final() {
			open++
		}
	}
	d.changes = append(before, joined(d.changes, y.Name, open)...)
}

// joined merges the changes of states that say the same. Those that all open states have are the path's.
//
// The first state that says a thing keeps its place in the list and the others are added to
// its Where, so that the order stays that of the file. The count is of states and not of
// changes: two ways of one state that changed alike must not pass for two states.
func joined(all []Change, path string, open int) []Change {
	var out []Change
	count := map[string]int{}
	for _, c := range all {
		i := slices.IndexFunc(out, func(o Change) bool { return o.What == c.What && inState(c) })
		switch {
		case i < 0:
			out = append(out, c)
		case slices.Contains(strings.Split(out[i].Where, ", "), c.Where):
			continue // two ways of one state that changed alike
		default:
			out[i].Where += ", " + c.Where
		}
		count[c.What]++
	}
	for i := range out {
		if n := count[out[i].What]; n > 1 && n == open && inState(out[i]) {
			out[i].Where = path + ", in every open state"
		}
	}
	return out
}

// inState says that a change is of something in a state, not of the state as such.
//
// Two new states say the same of themselves, but they are two pieces of news: each keeps a
// line.
func inState(c Change) bool { return !strings.HasPrefix(c.What, "the state is ") }

// state compares what a state does, what ends there, and its ways.
func (d *differ) state(x, y *State) {
	if x.Outcome != y.Outcome || x.Ends != y.Ends {
		d.say(y.At, y.Full, "%s (was: %s)", ending(y), ending(x))
	}
	d.acts(y.At, y.Full, "on entry", x.Do, y.Do)
	d.ways(x, y)
}

// ending says whether a case ends in a state, and how: one that begins to end here is closed from now on, one that
// no longer does stays open and needs a way out.
func ending(s *State) string {
	switch {
	case s.Outcome != "":
		return "ends as " + string(s.Outcome)
	case s.Ends:
		return "ends"
	}
	return "goes on"
}

// acts compares what is done, and tells of another order only when nothing else changed.
//
// An act is compared as it is written, with what it is sent to and whether it is a draft. The
// same act twice in a list counts twice.
func (d *differ) acts(at recourse.Position, where, when string, was, is []*Action) {
	gone, added := unmatched(was, is, (*Action).String, (*Action).String)
	for _, a := range added {
		d.say(a.At, where, "%s also: %s", when, a)
	}
	for _, a := range gone {
		d.say(a.At, where, "%s no longer: %s", when, a)
	}
	if len(gone) == 0 && len(added) == 0 && plainWords.acts(was) != plainWords.acts(is) {
		d.say(at, where, "%s in another order: %s", when, plainWords.acts(is))
	}
}

// ways compares the ways of a state. What reads the same is the same; of what is left, those that are most alike
// are taken for one that was changed.
//
// The pairing is greedy, in the order of the new file: each new way takes the old one that is
// most like it among those left. A best pairing of all could differ when several ways of one
// trigger change at once, but what is told would be true in either case.
func (d *differ) ways(x, y *State) {
	old := func(w way) string { return d.old.sentence(w, x.Path) }
	now := func(w way) string { return d.now.sentence(w, y.Path) }
	all, left := x.reachable(), y.reachable()
	was, is := unmatched(all, left, old, now)
	if len(was) == 0 && len(is) == 0 {
		d.reordered(y, all, left)
	}
	for _, w := range is {
		i, best := -1, 0
		for j, o := range was {
			if n := likeness(o, w); n > best {
				i, best = j, n
			}
		}
		if i < 0 {
			d.say(w.At, y.Full, "new: %s", now(w))
			continue
		}
		d.changed(y, was[i], w) // each old way becomes one new at most
		was = slices.Delete(was, i, i+1)
	}
	for _, w := range was {
		d.say(w.At, y.Full, "no longer: %s", old(w))
	}
}

// reachable are the ways that are not hidden by one without a condition before them. A way that can never be taken
// is no part of what happens, so that adding or dropping one is no change.
func (s *State) reachable() []way {
	return slices.DeleteFunc(s.ways(), func(w way) bool { return w.shadowed })
}

// reordered tells when ways of one trigger are tried in another order, which changes what happens when several
// conditions hold.
//
// Timers are left out: each acts at its own time, so that their order in the file decides
// nothing. It is only asked when nothing else changed, since a way that is new or gone has
// moved the others anyhow.
func (d *differ) reordered(s *State, was, is []way) {
	for i, w := range is {
		told := slices.ContainsFunc(is[:i], func(o way) bool { return o.trigger() == w.trigger() })
		if w.kind == byTime || told {
			continue
		}
		a, b := d.order(d.old, was, w, s.Path), d.order(d.now, is, w, s.Path)
		if a != b {
			d.say(w.At, s.Full, "tried in another order: %s (was: %s)", b, a)
		}
	}
}

// order lists the ways that share a trigger with one.
func (d *differ) order(in words, all []way, with way, here *Path) string {
	var out []string
	for _, w := range all {
		if w.kind == with.kind && w.trigger() == with.trigger() {
			out = append(out, in.sentence(w, here))
		}
	}
	return strings.Join(out, "; ")
}

// likeness is how much two ways have in common; 0: one cannot have become the other. The target counts most: to a
// merchant a way is first of all where it leads.
//
// The weights order the cases and mean nothing else: the same target weighs as much as the
// same condition and the same acts together. Of equals the first in the old file is taken.
func likeness(a, b way) int {
	if a.kind != b.kind || a.trigger() != b.trigger() {
		return 0
	}
	n := 1
	if plainWords.to(a, nil) == plainWords.to(b, nil) {
		n += 4
	}
	if plainWords.guard(a) == plainWords.guard(b) {
		n += 2
	}
	if plainWords.acts(a.Do) == plainWords.acts(b.Do) {
		n += 2
	}
	if n == 1 {
		return 0 // only the trigger is the same: one is gone, the other new
	}
	return n
}

// changed tells how one way became another: its time, where it leads, its condition, who chooses, what is done.
//
// Each of these is a change of its own, even when they stand in one line of the file: a
// merchant may agree to the later time and not to the missing confirmation. The acts are last,
// in the words of acts.
func (d *differ) changed(s *State, a, b way) {
	name := d.called(b, s.Path)
	say := func(format string, args ...any) {
		d.say(b.At, s.Full, "%s", name+" "+fmt.Sprintf(format, args...))
	}
	if b.kind == byTime {
		if was, is := d.old.time(a.timer), d.now.time(b.timer); was != is {
			say("%s (was %s)", is, was)
		}
	}
	if was, is := a.goes(s.Path), b.goes(s.Path); was != is {
		say("now %s (before: %s)", is, was)
	}
	if was, is := plainWords.guard(a), plainWords.guard(b); was != is {
		say("now %s (before: %s)", always(is), always(was))
	}
	if was, is := plainWords.choosers(a.By), plainWords.choosers(b.By); b.kind == byChoice && was != is {
		say("is chosen by %s (was %s)", is, was)
	}
	if a.Confirm != b.Confirm {
		say("%s", map[bool]string{true: "must be confirmed by a person", false: "is no longer confirmed by a person"}[b.Confirm])
	}
	d.acts(b.At, s.Full, name, a.Do, b.Do)
}

// called is what a changed way is known by: its trigger, or for times and facts, which have none, what comes of it.
//
// It is the name in the new playbook, so that a way whose target changed is called by where it
// leads now.
func (d *differ) called(w way, here *Path) string {
	switch w.kind {
	case byEvent:
		return string(w.Event)
	case byChoice:
		return string(w.Remedy)
	}
	if w.Moves() {
		return w.goes(here)
	}
	return plainWords.acts(w.Do) + ":"
}

// goes says where a way leads, as part of a sentence.
//
// A way that goes to the very state it is in does not stay: the state begins again, its acts
// and its times with it. So it is told as one that goes there.
func (y way) goes(here *Path) string {
	switch to := plainWords.to(y, here); {
	case to == "":
		return "stays"
	case y.Become != nil:
		return "becomes " + string(y.Become.Name)
	default:
		return "goes to " + strings.TrimPrefix(to, "→ ")
	}
}

// always is a condition as part of a sentence: none at all is said, too.
func always(guard string) string {
	if guard == "" {
		return "always"
	}
	return guard
}
