package playbook

import (
	"fmt"
	"slices"
	"strings"

	"recourse"
)

// A comparison is read by the merchant who decides whether the new version may take over running cases. So it
// speaks of what will happen, not of lines of a file: a default that changed is told as such and again at every
// state whose time it moves, a block that changed is told where it is used, and what reads the same in both is
// no change however it is written.

// Change is one difference between two playbooks, in words for a merchant.
//
// Where and What are kept apart so that changes which say the same of several states can be
// joined under one What; see joined. At points into one of two files, and What tells which:
// what is gone can only be looked up where it still stood.
type Change struct {
	Where string // a setting, a situation, a question, path.state, or several of these
	What  string
	At    recourse.Position // in the new playbook; of what was taken out, in the old
}

// String is the change in a line: "late.urged: goes to given_up 6 days after purchase.ship_by (was 4 days after purchase.ship_by)".
func (c Change) String() string { return c.Where + ": " + c.What }

// Diff says what changed from playbook a to playbook b, in the order of the file: settings, conditions, questions,
// messages, situations, paths. Times are compared under the defaults, so that a changed setting is told again
// where it acts. What only moved in the file is no change.
//
// No changes means that a reader could not tell the two apart by what they do, not that the
// files are equal: comments, the order of sections and the blocks that text is shared by leave
// no trace here.
func Diff(a, b *Playbook) []Change {
	d := &differ{a: a, b: b, old: a.words(nil), now: b.words(nil)}
	d.settings()
	pairs(d, a.Conditions, b.Conditions, "the condition", func(n *Named) (string, recourse.Position) { return n.Name, n.At }, d.condition)
	pairs(d, a.Questions, b.Questions, "the question", func(q *Question) (string, recourse.Position) { return q.Name, q.At }, d.question)
	pairs(d, a.Templates, b.Templates, "the times that the message names", func(t *Template) (string, recourse.Position) { return t.Name, t.At }, d.template)
	pairs(d, a.Situations, b.Situations, "the situation", func(s *Situation) (string, recourse.Position) { return string(s.Name), s.At }, d.situation)
	pairs(d, a.Paths, b.Paths, "the path", func(p *Path) (string, recourse.Position) { return p.Name, p.At }, d.path)
	return d.changes
}

// differ gathers changes. Each playbook is put into words under its own defaults; what is compared is words, so
// that no change can be told that nobody could read, and none that can be read is missed.
//
// The words old belong to a and now to b, and must never be mixed: a duration that names a
// setting is looked up in the values of its own playbook, and the same place in the other list
// may hold another setting.
type differ struct {
	a, b     *Playbook
	old, now words
	changes  []Change
}

// say notes a change. The place is the author's, for whoever wants to look it up.
func (d *differ) say(at recourse.Position, where, format string, args ...any) {
	d.changes = append(d.changes, Change{where, fmt.Sprintf(format, args...), at})
}

// pairs compares two lists by name: what is in both, then what is gone, then what is new.
//
// A renamed thing is therefore one that is gone and one that is new. That is meant: running
// cases know states and situations by their names, so that for them a new name is a new thing.
func pairs[T any](d *differ, a, b []T, kind string, id func(T) (string, recourse.Position), both func(x, y T)) {
	find := func(list []T, name string) int {
		return slices.IndexFunc(list, func(t T) bool { n, _ := id(t); return n == name })
	}
	for _, y := range b {
		name, at := id(y)
		if i := find(a, name); i >= 0 {
			both(a[i], y)
		} else {
			d.say(at, name, "%s is new", kind)
		}
	}
	for _, x := range a {
		if name, at := id(x); find(b, name) < 0 {
			d.say(at, name, "%s is gone", kind)
		}
	}
}

// settings compares declarations; of a new one the default is told, since it acts from now on.
//
// A change of type is told with both defaults, since a value that a merchant has set may no
// longer be one of the new type. A setting that only got other words to choose from keeps its
// default and is told by its words alone.
func (d *differ) settings() {
	for _, y := range d.b.Settings {
		x := d.a.Setting(y.Name)
		if x == nil {
			d.say(y.At, y.Name, "a new setting, %s by default", y.Format(y.Default))
			continue
		}
		was, is := x.Format(x.Default), y.Format(y.Default)
		switch {
		case x.Type != y.Type:
			d.say(y.At, y.Name, "is a %s, %s by default (was a %s, %s)", y.Type, is, x.Type, was)
		case was != is:
			d.say(y.At, y.Name, "%s by default (was %s)", is, was)
		}
		d.list(y.At, y.Name, "the word", x.Options, y.Options)
		d.about(y.At, y.Name, x.About, y.About)
	}
	for _, x := range d.a.Settings {
		if d.b.Setting(x.Name) == nil {
			d.say(x.At, x.Name, "the setting is gone (was %s by default)", x.Format(x.Default))
		}
	}
}

// about tells of changed explanations only that they changed: they do nothing.
func (d *differ) about(at recourse.Position, where, was, is string) {
	if was != is {
		d.say(at, where, "is explained in other words")
	}
}

// list compares lists of words.
func (d *differ) list(at recourse.Position, where, what string, was, is []string) {
	for _, s := range is {
		if !slices.Contains(was, s) {
			d.say(at, where, "%s %s is added", what, s)
		}
	}
	for _, s := range was {
		if !slices.Contains(is, s) {
			d.say(at, where, "%s %s is dropped", what, s)
		}
	}
}

// condition tells a new meaning once, here: the ways that use the name still read the same.
//
// What is compared is the condition in words, so that other spaces or quotes are no change.
func (d *differ) condition(x, y *Named) {
	if was, is := plain(x.Source), plain(y.Source); was != is {
		d.say(y.At, y.Name, "means %s (was %s)", is, was)
	}
}

// question compares what can be answered, and by when.
func (d *differ) question(x, y *Question) {
	where := "question " + y.Name
	d.list(y.At, where, "the answer", x.Choices, y.Choices)
	if was, is := d.old.length(x.Due), d.now.length(y.Due); was != is {
		d.say(y.At, where, "an answer is due in %s (was %s)", is, was)
	}
}

// template compares the times that a message promises to whoever reads it.
//
// The words of a message do not stand in the playbook and are not compared here; only its
// times do, because they are reckoned from settings and so can change under a text that stays.
func (d *differ) template(x, y *Template) {
	told := func(w words, t *Template) []string {
		var out []string
		for _, v := range t.Variables {
			out = append(out, v.Name+" = "+w.length(v.Length))
		}
		return out
	}
	if was, is := strings.Join(told(d.old, x), ", "), strings.Join(told(d.now, y), ", "); was != is {
		d.say(y.At, "message "+y.Name, "names %s (was %s)", is, was)
	}
}

// situation compares what opens it and where it leads.
//
// Where it begins is only told when the path is the same: of another path it is plain that its
// first state is another. Openers have no names, so they are compared as the ways of a state
// are: equal ones fall away, the rest are paired by what they have in common.
func (d *differ) situation(x, y *Situation) {
	where := string(y.Name)
	if x.Path.Name != y.Path.Name {
		d.say(y.At, where, "takes the path %s (was %s)", y.Path.Name, x.Path.Name)
	}
	if was, is := x.Path.States[0].Name, y.Path.States[0].Name; x.Path.Name == y.Path.Name && was != is {
		d.say(y.At, where, "begins in %s (was %s)", y.Path.States[0].Full, x.Path.States[0].Full)
	}
	d.about(y.At, where, x.About, y.About)
	was, is := unmatched(x.Opens, y.Opens, d.old.opens, d.now.opens)
	// What is left on both sides is taken for the same opener with other words, the same event or anchor first.
	for len(was) > 0 && len(is) > 0 {
		i := max(0, slices.IndexFunc(was, func(o *Opener) bool { return o.On == is[0].On && o.From == is[0].From }))
		d.say(is[0].At, where, "opens %s (was %s)", d.now.opens(is[0]), d.old.opens(was[i]))
		was, is = slices.Delete(was, i, i+1), is[1:]
	}
	for _, o := range is {
		d.say(o.At, where, "also opens %s", d.now.opens(o))
	}
	for _, o := range was {
		d.say(o.At, where, "no longer opens %s", d.old.opens(o))
	}
}

// unmatched drops from both lists what reads the same. Each is matched once: two that read alike are two.
//
// The order of either list plays no part; who cares about it compares the whole lists after
// nothing is left over.
func unmatched[T any](a, b []T, old, now func(T) string) (was, is []T) {
	was = slices.Clone(a)
	for _, y := range b {
		if i := slices.IndexFunc(was, func(x T) bool { return old(x) == now(y) }); i >= 0 {
			was = slices.Delete(was, i, i+1)
		} else {
			is = append(is, y)
		}
	}
	return was, is
}
