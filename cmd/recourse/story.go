package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/replay"
	"recourse/text"
)

// tell prints everything that was decided for one order, in order of time, each with its why.
func (c *replayCmd) tell(s *streams, events []recourse.Event, o replay.Options) error {
	words := text.In(c.Language)
	if len(events) > 0 && !events[0].Time.IsZero() {
		words = words.At(events[0].Time.Location())
	}
	file, decisions, said := replay.AnsweredStory(o.Deciders[0], events, o.Until, o.Answers)
	events = slices.Concat(events, said)
	slices.SortStableFunc(events, func(a, b recourse.Event) int { return a.Time.Compare(b.Time) })
	t := teller{w: s.out, words: words, file: file, facts: events, told: map[string]int{}}
	for _, d := range decisions {
		t.decision(d)
	}
	t.factsUntil(o.Until)
	t.end(o.Deciders[0])
	return nil
}

// teller writes the story of one order.
//
// Told counts by the words alone, whatever the time, since it is the same reminder every other
// day that would drown the rest.
type teller struct {
	w      io.Writer
	words  *text.Language
	file   *recourse.OrderFile
	facts  []recourse.Event // not told yet
	last   string           // the moment told last
	reason string           // told last of a time that was up
	told   map[string]int   // how often each line came
}

// maxTold is how often the same line is told; then it is only counted, until the end.
const maxTold = 3

func (t *teller) line(at time.Time, words string) {
	t.told[words]++
	if t.told[words] > maxTold {
		return
	}
	moment := t.words.Moment(at)
	if t.told[words] == maxTold {
		words += " …"
	}
	if moment == t.last {
		fmt.Fprintf(t.w, "  %s\n", words)
		return
	}
	t.last = moment
	fmt.Fprintf(t.w, "%s\n  %s\n", moment, words)
}

// again says how often the lines came that were not told any more.
func (t *teller) again() {
	for _, words := range slices.Sorted(maps.Keys(t.told)) {
		if n := t.told[words]; n > maxTold {
			fmt.Fprintf(t.w, "… × %d: %s\n", n, strings.TrimSpace(words))
		}
	}
}

// factsUntil tells the facts that came until an instant.
func (t *teller) factsUntil(at time.Time) {
	for len(t.facts) > 0 && !t.facts[0].Time.After(at) {
		ev := &t.facts[0]
		mark := "→ "
		if ev.Source == replay.AssumedSource {
			mark = "⇢ " // nobody said so: it is assumed
		}
		t.line(ev.Time, strings.TrimSpace(mark+t.words.Event(ev.Type)+" "+first(ev.Parcel, ev.Purchase)+" "+string(ev.Status)))
		t.facts = t.facts[1:]
	}
}

// An effect stands in the entry that notes it, and is told in its own words there; facts that
// came before an entry are told before it.
func (t *teller) decision(d decide.Decision) {
	effects := map[string]recourse.Effect{}
	for _, e := range d.Effects {
		effects[e.ID] = e
	}
	for _, e := range d.Entries {
		t.factsUntil(e.At)
		switch effect, did := effects[e.Effect]; {
		case e.Kind == recourse.EntryMoved:
			// how the playbook got there is for its picture; the story tells what it did
		case did:
			t.because(e)
			t.line(e.At, "  · "+t.words.Effect(effect))
		default:
			t.line(e.At, t.words.Entry(e, t.file))
		}
	}
}

// because tells why acts were decided when it was time and no fact that led to them, once for those of one moment.
func (t *teller) because(e recourse.Entry) {
	why := t.words.Why(e.Why)
	if e.Why.Code != recourse.WhyDeadline || why == t.reason {
		return
	}
	t.reason = why
	t.line(e.At, why)
}

// end says how the order stands.
func (t *teller) end(d *decide.Decider) {
	t.again()
	for i := range t.file.Cases {
		c := t.file.Cases[i]
		if c.Status == recourse.Closed {
			fmt.Fprintf(t.w, "= %s %s: %s\n", c.ID, t.words.Situation(c.Situation), t.words.Outcome(c.Outcome))
			continue
		}
		fmt.Fprintf(t.w, "= %s %s: %s, %s", c.ID, t.words.Situation(c.Situation), t.words.Status(c.Status), t.words.State(c.State))
		if due := d.NextDeadline(t.file, c.ID); !due.IsZero() {
			fmt.Fprintf(t.w, ", %s", t.words.Moment(due))
		}
		fmt.Fprintln(t.w)
	}
	for _, p := range t.file.Postings() {
		fmt.Fprintf(t.w, "= %s %s %s\n", p.Side, t.words.Money(p.Amount), p.Status)
	}
}

// first is the first word that is not empty.
func first(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
