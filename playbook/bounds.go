package playbook

import (
	"fmt"

	"recourse"
	"recourse/document"
)

// A megabyte of text can stand for gigabytes, and for minutes of work, once its blocks are written out in every state and
// its conditions in each other. So a text is measured before it is compiled: a playbook may come from a stranger, and a
// desk has other things to do. The built-in playbooks reach a tenth of each bound.
const (
	maxMembers = 500     // of a section
	maxItems   = 1_000   // of any list or map
	maxStates  = 1_000   // of all paths and tracks
	maxWays    = 10_000  // ways on and acts, blocks written out in every state that uses them
	maxGuards  = 300_000 // characters of conditions, written out likewise
	maxWeight  = 2_000   // comparisons of a condition, those of the conditions that it names included
)

// bounded refuses a text that would take too long or too much room to compile.
func bounded(tree document.Node) error {
	for _, name := range sections {
		if n := section(tree, name); len(n.Entries) > maxMembers {
			return tooLarge(n.At, "%d members of %s, %d are the most", len(n.Entries), name, maxMembers)
		}
	}
	if n := crowded(tree); n != nil {
		return tooLarge(n.At, "a list of more than %d, which is the most", maxItems)
	}
	m := measure{blocks: map[string]size{}}
	for _, e := range section(tree, "situations").Entries {
		for _, o := range section(e.Value, "opens").List() {
			m.ways++
			m.guards += len(section(o, "if").Text)
		}
	}
	for _, e := range section(tree, "conditions").Entries {
		m.guards += len(e.Value.Text)
	}
	for _, e := range section(tree, "blocks").Entries {
		m.blocks[e.Key] = sizeOf(e.Value)
	}
	for _, name := range []string{"paths", "tracks"} {
		for _, e := range section(tree, name).Entries {
			if err := m.path(e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// crowded finds a list or a map with more members than any has; nil when there is none.
func crowded(n document.Node) *document.Node {
	if len(n.Items) > maxItems || len(n.Entries) > maxItems {
		return &n
	}
	for _, item := range n.Items {
		if found := crowded(item); found != nil {
			return found
		}
	}
	for _, e := range n.Entries {
		if found := crowded(e.Value); found != nil {
			return found
		}
	}
	return nil
}

// size is how much a part says: ways on and acts, and the characters of its conditions.
type size struct{ ways, guards int }

// measure adds up a playbook as it is once it is written out.
type measure struct {
	size
	states int
	blocks map[string]size
}

func (m *measure) path(n document.Node) error {
	common := m.used(n)
	for _, e := range section(n, "states").Entries {
		m.states++
		own := m.used(e.Value)
		m.ways += own.ways + common.ways
		m.guards += own.guards + common.guards
		switch {
		case m.states > maxStates:
			return tooLarge(e.At, "more than %d states", maxStates)
		case m.ways > maxWays:
			return tooLarge(e.At, "more than %d ways on and acts, with what blocks and paths say written out in every state", maxWays)
		case m.guards > maxGuards:
			return tooLarge(e.At, "more than %d characters of conditions, with what blocks and paths say written out in every state", maxGuards)
		}
	}
	return nil
}

// used is what a state or a path says, with the blocks that it names.
func (m *measure) used(n document.Node) size {
	out := sizeOf(n)
	for _, item := range section(n, "use").List() {
		b := m.blocks[item.Text]
		out.ways, out.guards = out.ways+b.ways+1, out.guards+b.guards
	}
	return out
}

// sizeOf measures what stands in a part itself.
func sizeOf(n document.Node) (out size) {
	add := func(list []document.Node) {
		for _, t := range list {
			out.ways += 1 + len(section(t, "do").List()) + len(section(t, "by").List())
			out.guards += len(section(t, "if").Text)
		}
	}
	out.ways += len(section(n, "do").List())
	for _, key := range []string{"on", "choose"} {
		for _, e := range section(n, key).Entries {
			add(e.Value.List())
		}
	}
	for _, key := range []string{"when", "after", "every"} {
		add(section(n, key).List())
	}
	return out
}

func tooLarge(at recourse.Position, format string, args ...any) error {
	return &recourse.Error{Kind: recourse.TooLarge, Code: "playbook_size", Position: at, Message: fmt.Sprintf(format, args...), Hint: "a playbook that people can follow is a tenth of that"}
}

// weigh adds to what evaluating the condition in hand costs. Conditions that name each other twice double with every
// name, so that sixty lines could never be evaluated.
func (t *translator) weigh(n int) error {
	if t.out.weight += n; t.out.weight > maxWeight {
		return tooLarge(t.out.At, "a condition of more than %d comparisons, with those of the conditions that it names", maxWeight)
	}
	return nil
}
