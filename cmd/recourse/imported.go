package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"recourse"
	"recourse/desk"
	"recourse/text"
)

// imported is what came of an import, in figures.
type imported struct {
	DryRun    bool                        `json:"dry_run"`
	Profile   string                      `json:"profile"`
	Rows      int                         `json:"rows"`
	Rejected  int                         `json:"rejected"` // rows that could not be read
	Orders    int                         `json:"orders"`
	Taken     int                         `json:"taken"`
	Held      int                         `json:"held,omitempty"`
	Duplicate int                         `json:"duplicate"`
	Refused   int                         `json:"refused"`
	Opened    map[recourse.Situation]int  `json:"opened"`
	Quiet     int                         `json:"quiet"` // of those opened: history, nothing is sent or asked
	Closed    map[recourse.Outcome]int    `json:"closed"`
	Effects   map[recourse.EffectKind]int `json:"effects"`
	Waiting   map[string]int              `json:"waiting"` // what a person is asked, by question; and acts that wait for an approval
	Money     map[string]recourse.Money   `json:"money"`   // refunds requested, by currency
	Refusals  []string                    `json:"refusals,omitempty"`
	Seconds   float64                     `json:"seconds"`
	quiet     map[string]bool             // the quiet cases of the batch in hand
}

func newImported(dry bool) *imported {
	return &imported{DryRun: dry, Opened: map[recourse.Situation]int{}, Closed: map[recourse.Outcome]int{}, Effects: map[recourse.EffectKind]int{}, Waiting: map[string]int{},
		Money: map[string]recourse.Money{}, quiet: map[string]bool{}}
}

// approval is how acts that wait for one are counted among what waits for a person.
const approval = "approval"

// add counts a batch.
func (m *imported) add(p parcel, results []desk.Result) {
	m.Orders += p.orders
	clear(m.quiet)
	for i := range results {
		r := &results[i]
		m.status(r, p.facts[i].Event.Type)
		for j := range r.Entries {
			m.entry(&r.Entries[j])
		}
		for j := range r.Effects {
			m.effect(&r.Effects[j])
		}
	}
}

// maxRefusals is how many refused facts are told one by one.
const maxRefusals = 10

func (m *imported) status(r *desk.Result, t recourse.EventType) {
	switch r.Status {
	case desk.Taken:
		m.Taken++
	case desk.Held:
		m.Held++
	case desk.Duplicate:
		m.Duplicate++
	case desk.Refused:
		if m.Refused++; len(m.Refusals) < maxRefusals {
			m.Refusals = append(m.Refusals, fmt.Sprintf("order %s, %s: %v", r.Order, t, r.Err))
		}
	}
}

func (m *imported) entry(e *recourse.Entry) {
	switch {
	case e.Kind == recourse.EntryOpened:
		m.Opened[recourse.Situation(e.To)]++
	case e.Kind == recourse.EntryClosed:
		m.Closed[recourse.Outcome(e.To)]++
	case e.Why.Code == recourse.WhyStale && !m.quiet[e.Case]:
		m.quiet[e.Case] = true
		m.Quiet++
	}
}

// effect counts an act. A quiet case decides none: one that does was woken by a fresh fact, and is quiet no more.
func (m *imported) effect(e *recourse.Effect) {
	if m.quiet[e.Case] {
		delete(m.quiet, e.Case)
		m.Quiet--
	}
	m.Effects[e.Kind]++
	switch {
	case e.Kind == recourse.EffectAsk && e.Of == recourse.PartyMerchant:
		m.Waiting[e.Question]++
	case e.Approval == recourse.ApprovalNeeded || e.Draft:
		m.Waiting[approval]++
	}
	if e.Kind == recourse.EffectRefund {
		currency := string(e.Amount.Currency)
		if sum, err := m.Money[currency].Add(e.Amount); err == nil {
			m.Money[currency] = sum
		}
	}
}

func (m *imported) book(b *openBook) {
	sum := b.Summary()
	m.Profile, m.Rows, m.Rejected = b.Match().Profile.Name, sum.Rows, sum.Rejected
}

// print tells a person what came of it.
func (m *imported) print(w io.Writer, book *openBook, l *text.Language, c *importCmd) {
	fmt.Fprintln(w, book.Match())
	printRejects(w, book, c.Rejects)
	did := "imported"
	if m.DryRun {
		did = "dry run, nothing was saved:"
	}
	fmt.Fprintf(w, "\n%s %s orders in %.1f s; facts: %s new, %s known already, %s refused", did, count(m.Orders), m.Seconds, count(m.Taken), count(m.Duplicate), count(m.Refused))
	if m.Held > 0 {
		fmt.Fprintf(w, ", %s wait for their order", count(m.Held))
	}
	fmt.Fprintln(w)
	for _, r := range m.Refusals {
		fmt.Fprintf(w, "  %s\n", r)
	}
	m.tables(w, l)
	switch {
	case m.DryRun:
		fmt.Fprintln(w, "\nTo do it: the same command without --dry-run.")
	case len(m.Opened) > 0:
		fmt.Fprintln(w, "\nThe queue: recourse case list. One case and its why: recourse case show CASE.")
	}
}

// tables are the figures, the largest first.
func (m *imported) tables(w io.Writer, l *text.Language) {
	would := func(did, would string) string {
		if m.DryRun {
			return would
		}
		return did
	}
	if len(m.Opened) == 0 {
		fmt.Fprintln(w, "\nno case "+would("was", "would be")+" opened")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	section(t, would("cases opened", "cases that would open"), m.Opened, l.Situation)
	section(t, "closed again", m.Closed, l.Outcome)
	section(t, would("acts decided", "what would leave or be asked"), m.Effects, l.EffectKind)
	section(t, would("waiting for a person", "what would wait for a person"), m.Waiting, func(q string) string {
		if q == approval {
			return "an approval"
		}
		return l.Question(q)
	})
	t.Flush()
	fmt.Fprintln(w)
	if m.Quiet > 0 {
		fmt.Fprintf(w, "%s of the cases are quiet: history, for which nothing is sent or asked\n", count(m.Quiet))
	}
	var sums []string
	for _, c := range slices.Sorted(maps.Keys(m.Money)) {
		sums = append(sums, m.Money[c].String())
	}
	if sums != nil {
		fmt.Fprintf(w, "refunds requested: %s\n", strings.Join(sums, ", "))
	}
}

// section is one list of figures; nothing when there are none.
func section[K ~string](w io.Writer, title string, counts map[K]int, name func(K) string) {
	if len(counts) == 0 {
		return
	}
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b K) int { return counts[b] - counts[a] })
	fmt.Fprintf(w, "\n%s\t\n", title)
	for _, k := range keys {
		fmt.Fprintf(w, "  %s\t%s\n", name(k), count(counts[k]))
	}
}
