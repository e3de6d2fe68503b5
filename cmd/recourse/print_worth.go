package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"recourse"
	"recourse/replay"
)

// printAssumed tells what a replay took for given. A comparison in which nobody answers says that, too: it would be read as
// more than it is.
func printAssumed(w io.Writer, assumed []replay.Assumed, compared bool) {
	if len(assumed) == 0 {
		if compared {
			fmt.Fprintln(w, "Nobody answers beyond what the book tells: no refund is approved and no offer found. --offers-from-book, --offers and --assume NAME=VALUE say otherwise.")
		}
		return
	}
	fmt.Fprintln(w, "\nAssumed, since the book does not tell (--assume NAME=VALUE):")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range assumed {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", a.Name, a.Value, a.About)
	}
	t.Flush()
}

// printWorth tells what became of buyers and money under one policy.
func printWorth(w io.Writer, r *replay.Report) {
	if r.Whole.Owed() > 0 {
		fmt.Fprintf(w, "buyers made whole: %s with money, %s with goods, %s not by the end; after %s days the middle one, %s nine of ten\n",
			count(r.Whole.Money), count(r.Whole.Goods), count(r.Whole.Never), daysWords(r.Whole.Median), daysWords(r.Whole.P90))
	}
	if a := r.Again; a.Purchases > 0 {
		fmt.Fprintf(w, "goods bought again: %s pieces in %s purchases, %s dearer than what failed, %s cheaper; %s delivered\n", count(a.Pieces), count(a.Purchases), count(a.Dearer), count(a.Cheaper), count(a.Delivered))
	}
	if r.Twice.Orders > 0 {
		fmt.Fprintf(w, "goods and money, or goods twice: %s pieces of %s orders\n", count(r.Twice.Pieces), count(r.Twice.Orders))
	}
}

// daysWords tells days, or that they were not reached.
func daysWords(d *float64) string {
	if d == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f", *d)
}

// beside is a figure under both policies.
type beside struct {
	name, first, second, diff string
}

// printBeside shows both policies side by side: buyers, days and money, and how they differ.
func printBeside(w io.Writer, r *replay.Result) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w)
	fmt.Fprintln(t, "\tfirst\tsecond\tdifference")
	for _, b := range besides(r) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", b.name, b.first, b.second, b.diff)
	}
	t.Flush()
	fmt.Fprintf(w, "of orders in trouble, %s have goods or money sooner under the second policy, %s later\n", count(r.Sooner), count(r.Later))
}

func besides(r *replay.Result) (out []beside) {
	a, b := r.Reports[0], r.Reports[1]
	number := func(name string, x, y int) {
		out = append(out, beside{name, count(x), count(y), signed(y - x)})
	}
	days := func(name string, x, y *float64) {
		diff := "–"
		if x != nil && y != nil {
			diff = fmt.Sprintf("%+.1f", *y-*x)
		}
		out = append(out, beside{name, daysWords(x), daysWords(y), diff})
	}
	number("owed goods or money", a.Whole.Owed(), b.Whole.Owed())
	number("made whole with money", a.Whole.Money, b.Whole.Money)
	number("made whole with goods", a.Whole.Goods, b.Whole.Goods)
	number("not by the end", a.Whole.Never, b.Whole.Never)
	days("days until whole, median", a.Whole.Median, b.Whole.Median)
	days("days until whole, p90", a.Whole.P90, b.Whole.P90)
	number("purchases made again", a.Again.Purchases, b.Again.Purchases)
	number("of them dearer", a.Again.Dearer, b.Again.Dearer)
	number("of them cheaper", a.Again.Cheaper, b.Again.Cheaper)
	number("orders with goods and money, or goods twice", a.Twice.Orders, b.Twice.Orders)
	diff := r.Difference()
	for _, c := range slices.Sorted(maps.Keys(diff)) {
		out = append(out, sums(c, a.Money[c], b.Money[c], diff[c])...)
	}
	return out
}

// sums are the amounts of one currency side by side.
func sums(c recourse.Currency, a, b, diff *replay.Sums) (out []beside) {
	for _, row := range []struct {
		name string
		of   func(*replay.Sums) recourse.Money
	}{
		{"refunds requested", func(s *replay.Sums) recourse.Money { return s.RefundsRequested }},
		{"refunds withdrawn", func(s *replay.Sums) recourse.Money { return s.RefundsWithdrawn }},
		{"refunds that arrived", func(s *replay.Sums) recourse.Money { return s.RefundsDone }},
		{"goods bought again", func(s *replay.Sums) recourse.Money { return s.BoughtAgain }},
		{"what those had cost first", func(s *replay.Sums) recourse.Money { return s.BoughtFirst }},
		{"recoveries asked for", func(s *replay.Sums) recourse.Money { return s.RecoveriesAsked }},
		{"recoveries withdrawn", func(s *replay.Sums) recourse.Money { return s.RecoveriesWithdrawn }},
		{"recoveries received", func(s *replay.Sums) recourse.Money { return s.RecoveriesReceived }},
		{"recoveries denied", func(s *replay.Sums) recourse.Money { return s.RecoveriesDenied }},
		{"goods beside money, or twice", func(s *replay.Sums) recourse.Money { return s.Twice }},
		{"net loss", func(s *replay.Sums) recourse.Money { return s.Loss }},
	} {
		var amounts [3]string
		for i, s := range []*replay.Sums{a, b, diff} {
			amounts[i] = recourse.Money{Currency: c}.String()
			if s != nil {
				amounts[i] = row.of(s).String()
			}
		}
		if row.of(diff).Minor > 0 {
			amounts[2] = "+" + amounts[2]
		}
		out = append(out, beside{row.name, amounts[0], amounts[1], amounts[2]})
	}
	return out
}

func signed(n int) string {
	if n > 0 {
		return "+" + count(n)
	}
	return count(n)
}

// second names the second policy with what was set of it.
func (c *replayCmd) second() string {
	name := c.Compare
	if name == "" {
		name = c.Playbook
	}
	return name + settingsWords(c.CompareSet)
}
