package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"recourse/importer"
	"recourse/text"
)

// imported is what came of an import, to be told to a person.
type imported struct{ *importer.Figures }

// print tells a person what came of it.
func (m imported) print(w io.Writer, book *openBook, l *text.Language, c *importCmd) {
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
func (m imported) tables(w io.Writer, l *text.Language) {
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
		if q == importer.Approval {
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
