package playbook

import (
	"cmp"
	"slices"

	"recourse"
	"recourse/document"
)

// MutantKind says what kind of change a mutant is.
type MutantKind string

// The kinds of change. Each place of a playbook is changed at most once in each way.
const (
	MutantThreshold MutantKind = "threshold" // a duration or a number, one unit more or less
	MutantDefault   MutantKind = "default"   // another default of a setting
	MutantDue       MutantKind = "due"       // the date that a question or a message names
	MutantTarget    MutantKind = "target"    // another state, situation or path
	MutantOutcome   MutantKind = "outcome"   // another end
	MutantEffect    MutantKind = "effect"    // an act dropped, or sent where it was a draft
	MutantNegated   MutantKind = "negated"   // a condition turned round
	MutantUnguarded MutantKind = "unguarded" // a condition taken away
	MutantConfirm   MutantKind = "confirm"   // a confirmation no longer wanted
	MutantChoosers  MutantKind = "choosers"  // other persons may choose
	MutantRemoved   MutantKind = "removed"   // a way on, an opening or a block taken away
	MutantAnchor    MutantKind = "anchor"    // a time counts from the entry into the state
	MutantGrouping  MutantKind = "grouping"  // lines are no longer grouped, or not taken apart
)

// Mutant is a playbook with one place changed. Scenarios that none of its differences make fail do not show the
// rule that stood there.
//
// The tree is that of the changed file with what it extends already laid under it, so that it
// compiles without looking anything up by its file.
type Mutant struct {
	Kind        MutantKind
	Description string
	At          recourse.Position

	tree   document.Node
	shared *checked // by all mutants of a playbook
}

// Playbook compiles the mutant; the error says that the change makes no playbook.
//
// Such a mutant is no gap in the scenarios: the compiler would have noticed the mistake before
// any case did.
func (m *Mutant) Playbook() (*Playbook, error) {
	return build(m.tree, m.tree.At.File, official, m.shared)
}

// Mutants lists every single change of a playbook's text, in the order in which the text stands. Only what the
// file says itself is changed, not what it extends; a change that only uncovers the same words there is none. A
// mutant may still fail to compile: ask it for its Playbook.
//
// The playbook itself must compile, because the changes are chosen by what its settings and
// states are.
func Mutants(file string, data []byte) ([]*Mutant, error) {
	original, err := Load(file, data)
	if err != nil {
		return nil, err
	}
	docs, err := document.Parse(file, data)
	if err != nil {
		return nil, err
	}
	m := &mutator{original: original, tree: docs[0], shared: newChecked()}
	m.walk(spot{node: docs[0]})
	slices.SortStableFunc(m.out, func(a, b *Mutant) int {
		return cmp.Or(a.At.Line-b.At.Line, a.At.Column-b.At.Column)
	})
	return m.out, m.err
}

// mutator collects the mutants of one file.
//
// The tree is the file as it was written and is never changed; every mutant gets a copy of the
// way to its place and shares the rest. The first error is kept and returned when the walk is
// over.
type mutator struct {
	original *Playbook // what settings and targets there are
	tree     document.Node
	shared   *checked
	out      []*Mutant
	err      error
}

// change makes a mutant by putting something else at a place; nil takes the place away.
//
// The hash tells whether anything is different at all. In a file that extends another, to take
// away words that only repeat it changes nothing, and no scenario could ever notice that.
func (m *mutator) change(kind MutantKind, s spot, to *document.Node, description string) {
	tree, err := extend(edit(m.tree, s.path, to), 0)
	if err != nil {
		m.err = err
		return
	}
	if m.original.Extends != "" && hashOf(tree) == m.original.Hash {
		return
	}
	m.out = append(m.out, &Mutant{kind, description, s.node.At, tree, m.shared})
}

// say puts another word at a place.
func (m *mutator) say(kind MutantKind, s spot, text, where string) {
	if text == s.node.Text {
		return // there was no other word
	}
	to := document.Node{Kind: document.Scalar, Text: text, At: s.node.At}
	m.change(kind, s, &to, where+": "+recourse.Shorten(s.node.Text, 60)+" becomes "+recourse.Shorten(text, 60))
}

// spot is a place in the tree: the node there and the way to it, an index for each level.
//
// The path is of indexes and not of names, so that it leads to one member of a list as well as
// to one of a map.
type spot struct {
	node document.Node
	path []int
}

func (s spot) at(i int, n document.Node) spot {
	return spot{n, append(slices.Clip(s.path), i)}
}

// key is the place of a map's value.
func (s spot) key(name string) (spot, bool) {
	for i, e := range s.node.Entries {
		if e.Key == name {
			return s.at(i, e.Value), true
		}
	}
	return spot{}, false
}

// items are the places of a list; a single value is a list of one.
//
// Playbooks may write one thing where a list is allowed; for such a place the way to it is
// that of the value itself.
func (s spot) items() []spot {
	if s.node.Kind != document.List {
		return []spot{s}
	}
	out := make([]spot, len(s.node.Items))
	for i, n := range s.node.Items {
		out[i] = s.at(i, n)
	}
	return out
}

// each visits the members of a map.
func (s spot) each(visit func(key string, value spot)) {
	for i, e := range s.node.Entries {
		visit(e.Key, s.at(i, e.Value))
	}
}

// member visits the members of the map that stands under a key, if it does.
func (s spot) member(key string, visit func(key string, value spot)) {
	if v, ok := s.key(key); ok {
		v.each(visit)
	}
}

// edit is the tree with something else at the end of a path; nil takes it away. The tree itself stays as it is.
//
// Only the lists on the way are copied. Thousands of mutants of one file so cost little more
// than the file.
func edit(n document.Node, path []int, to *document.Node) document.Node {
	if len(path) == 0 {
		return *to
	}
	i, away := path[0], len(path) == 1 && to == nil
	if n.Kind == document.List {
		n.Items = slices.Clone(n.Items)
		if away {
			n.Items = slices.Delete(n.Items, i, i+1)
			return n
		}
		n.Items[i] = edit(n.Items[i], path[1:], to)
		return n
	}
	n.Entries = slices.Clone(n.Entries)
	if away {
		n.Entries = slices.Delete(n.Entries, i, i+1)
		return n
	}
	n.Entries[i].Value = edit(n.Entries[i].Value, path[1:], to)
	return n
}
