package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"recourse"
	"recourse/replay"
)

// print shows a replay to a person: how the book was read, what was in trouble, what the playbook would have done.
//
// The figures of the first policy always come in full, the second after it. The last line says
// what could be asked next, but only to who has not asked for a comparison already.
func (c *replayCmd) print(s *streams, r *replay.Result, book *openBook, o replay.Options) error {
	w := s.out
	fmt.Fprintln(w, book.Match())
	printRejects(w, book, c.Rejects)
	first := r.Reports[0]
	fmt.Fprintf(w, "\n%s orders, %s purchases, followed until %s by %s\n", count(first.Orders), count(first.Purchases), o.Until.Format("2 January 2006 15:04 -07:00"), c.Playbook)
	printAssumed(w, first.Assumed, len(r.Reports) > 1)
	printReport(w, first)
	if len(r.Reports) > 1 {
		c.printCompare(w, r)
	}
	if first.Orders > 0 && len(r.Reports) == 1 {
		fmt.Fprintf(w, "\nOne order's story: recourse replay %s --case ORDER. Another policy beside this one: --compare-set SETTING=VALUE.\n", c.Book)
	}
	return nil
}

// What was left out is told before any result, since every figure after it is about the rest
// only. Words that the profile does not know are listed in the order of the alphabet, and so
// are the same for the same book.
func printRejects(w io.Writer, book *openBook, rejects string) {
	sum := book.Summary()
	fmt.Fprintf(w, "%s rows read; %s orders", count(sum.Rows), count(sum.Orders))
	for _, part := range []struct {
		n    int
		what string
	}{{sum.Empty, "orders without a line left out"}, {sum.History, "orders whose status tells no time left out"}, {sum.Rejected, "rows rejected"}} {
		if part.n > 0 {
			fmt.Fprintf(w, "; %s %s", count(part.n), part.what)
		}
	}
	fmt.Fprintln(w)
	for _, reject := range book.first {
		fmt.Fprintf(w, "  row %d, column %d %s: %s\n", reject.Row, reject.Column, reject.Name, reject)
	}
	switch {
	case sum.Rejected > 0 && rejects == "":
		fmt.Fprintln(w, "  --rejects FILE writes them all, to be corrected and read alone")
	case sum.Rejected > 0:
		fmt.Fprintf(w, "  all in %s: correct them there and read that file alone\n", rejects)
	}
	for _, word := range slices.Sorted(maps.Keys(sum.UnknownWords)) {
		fmt.Fprintf(w, "  %q is no status that the profile knows: %s rows\n", word, count(sum.UnknownWords[word]))
	}
}

// printReport shows one policy's report as tables.
//
// Messages and questions are told by whom they go to and not as acts, or they would be counted
// twice.
func printReport(w io.Writer, r *replay.Report) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nsituation\topened\tbecame another\tclosed\tstill open")
	for _, name := range situations(r) {
		s := r.Situations[name]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", name, count(s.Opened), parts(s.Became), parts(s.Closed), count(s.Open))
	}
	t.Flush()
	if len(r.Situations) == 0 {
		fmt.Fprintln(w, "(no order was in trouble)")
		return
	}
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nacts\ttimes")
	for _, k := range byCount(r.Effects) {
		if k != "message" && k != "ask" {
			fmt.Fprintf(t, "%s\t%s\n", k, count(r.Effects[k]))
		}
	}
	for _, k := range byCount(r.Messages) {
		fmt.Fprintf(t, "message to %s\t%s\n", k, count(r.Messages[k]))
	}
	for _, k := range byCount(r.Asked) {
		again := ""
		if n := r.Reminders[k]; n > 0 {
			again = ", and " + count(n) + " reminders"
		}
		fmt.Fprintf(t, "question to %s\t%s%s\n", k, count(r.Asked[k]), again)
	}
	t.Flush()
	fmt.Fprintln(w)
	printMoney(w, "refunds requested, less withdrawn", r.Refunds)
	printMoney(w, "recoveries asked for, less withdrawn", r.Recoveries)
	printWorth(w, r)
	fmt.Fprintf(w, "cases open for %.1f days on average, %.1f the longest\n", r.Waited.Average, r.Waited.Longest)
}

// Amounts of different currencies are never added up; each has its own sum.
func printMoney(w io.Writer, what string, sums map[recourse.Currency]recourse.Money) {
	var all []string
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		if c != "" {
			all = append(all, sums[c].String())
		}
	}
	if all != nil {
		fmt.Fprintf(w, "%s: %s\n", what, strings.Join(all, ", "))
	}
}

// printCompare shows the second policy, then the orders for which it does something else.
//
// An order that both policies treat alike is not shown: who compares wants to know for whom
// something would change.
func (c *replayCmd) printCompare(w io.Writer, r *replay.Result) {
	fmt.Fprintf(w, "\n— compared with %s —\n", c.second())
	printReport(w, r.Reports[1])
	printBeside(w, r)
	fmt.Fprintf(w, "\n%s orders differ\n", count(r.Changed))
	for i, d := range r.Differs {
		if i == maxDiffersShown {
			fmt.Fprintf(w, "  … and %s more (--json lists a thousand)\n", count(r.Changed-i))
			break
		}
		fmt.Fprintf(w, "  %s: %s → %s\n", d.Order, casesWords(d.Before), casesWords(d.After))
		for _, act := range d.Acts() {
			fmt.Fprintf(w, "      %+d %s\n", d.Only[act], act)
		}
	}
}

// maxDiffersShown is how many differing orders are shown to a person.
const maxDiffersShown = 10

func settingsWords(settings map[string]string) string {
	out := ""
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		out += ", " + k + " = " + settings[k]
	}
	return out
}

func casesWords(cases []string) string {
	if len(cases) == 0 {
		return "no case"
	}
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = strings.TrimSpace(c)
	}
	return strings.Join(out, ", ")
}

// byCount are the keys of a count, the most frequent first.
//
// Equal counts stand in the order of the alphabet, so that two runs print the same.
func byCount(counts map[string]int) []string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	return keys
}

// parts are counts in a few words: "refunded 12, shipped 3".
func parts[K ~string](counts map[K]int) string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b K) int { return counts[b] - counts[a] })
	var all []string
	for _, k := range keys {
		all = append(all, fmt.Sprintf("%s %s", k, count(counts[k])))
	}
	if all == nil {
		return "–"
	}
	return strings.Join(all, ", ")
}

// count writes a number with its thousands apart.
func count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
