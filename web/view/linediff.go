package view

import "strings"

// DiffLine is a line of a comparison of two texts.
type DiffLine struct {
	Kind string // same, gone, new, or gap for lines left out
	Text string
}

// mostEdits bounds how far two texts are compared: the work grows with its square. Texts that differ by more are shown one
// after the other.
const mostEdits = 600

// around is how many lines that stayed are shown beside those that did not.
const around = 3

// compareLines says which lines came and went, with a few that stayed around them; nil when nothing differs.
func compareLines(was, is string) []DiffLine {
	a, b := textLines(was), textLines(is)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to := 0
	for to < len(a)-from && to < len(b)-from && a[len(a)-1-to] == b[len(b)-1-to] {
		to++
	}
	if from == len(a) && from == len(b) {
		return nil
	}
	var all []DiffLine
	for _, l := range a[:from] {
		all = append(all, DiffLine{"same", l})
	}
	all = append(all, edits(a[from:len(a)-to], b[from:len(b)-to])...)
	for _, l := range a[len(a)-to:] {
		all = append(all, DiffLine{"same", l})
	}
	return near(all)
}

func textLines(s string) []string {
	return strings.Split(strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n")
}

// edits is the shortest way from one list of lines to another (Myers), with the furthest place of every diagonal kept for
// each number of edits so that the way can be walked back.
func edits(a, b []string) []DiffLine {
	n, m := len(a), len(b)
	limit := min(n+m, mostEdits)
	furthest := map[int]int{1: 0}
	var trace []map[int]int
	for d := 0; d <= limit; d++ {
		snapshot := make(map[int]int, 2*d+3)
		for k, x := range furthest {
			snapshot[k] = x
		}
		trace = append(trace, snapshot)
		for k := -d; k <= d; k += 2 {
			x := furthest[k-1] + 1
			if k == -d || k != d && furthest[k-1] < furthest[k+1] {
				x = furthest[k+1]
			}
			for x < n && x-k < m && x-k >= 0 && a[x] == b[x-k] {
				x++
			}
			if furthest[k] = x; x >= n && x-k >= m {
				return walkBack(a, b, trace)
			}
		}
	}
	var out []DiffLine
	for _, l := range a {
		out = append(out, DiffLine{"gone", l})
	}
	for _, l := range b {
		out = append(out, DiffLine{"new", l})
	}
	return out
}

// walkBack gives the lines of the way that a trace has found.
func walkBack(a, b []string, trace []map[int]int) []DiffLine {
	var back []DiffLine
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		v, k := trace[d], x-y
		before := k - 1
		if k == -d || k != d && v[k-1] < v[k+1] {
			before = k + 1
		}
		fromX := v[before]
		fromY := fromX - before
		if d == 0 {
			fromX, fromY = 0, 0
		}
		for x > fromX && y > fromY && x > 0 && y > 0 && a[x-1] == b[y-1] {
			x, y = x-1, y-1
			back = append(back, DiffLine{"same", a[x]})
		}
		switch {
		case d == 0:
		case x == fromX:
			y--
			back = append(back, DiffLine{"new", b[y]})
		default:
			x--
			back = append(back, DiffLine{"gone", a[x]})
		}
	}
	out := make([]DiffLine, len(back))
	for i, l := range back {
		out[len(back)-1-i] = l
	}
	return out
}

// near leaves out the lines that stayed and are far from any that did not.
func near(all []DiffLine) (out []DiffLine) {
	keep := make([]bool, len(all))
	for i, l := range all {
		if l.Kind == "same" {
			continue
		}
		for j := max(0, i-around); j <= min(len(all)-1, i+around); j++ {
			keep[j] = true
		}
	}
	for i, l := range all {
		switch {
		case keep[i]:
			out = append(out, l)
		case len(out) == 0 || out[len(out)-1].Kind != "gap":
			out = append(out, DiffLine{Kind: "gap"})
		}
	}
	return out
}
