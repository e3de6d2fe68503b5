package recourse

import "slices"

// Pieces of lines are reckoned with as small sets: a list with one entry a line. None of these functions changes
// its arguments, so that lists can be shared between one state of a file and the next.

// Count is how many pieces of a line are in the list.
func Count(list []Pieces, line int) int {
	n := 0
	for _, p := range list {
		if p.Line == line {
			n += p.Quantity
		}
	}
	return n
}

// Total is how many pieces the list has.
func Total(list []Pieces) int {
	n := 0
	for _, p := range list {
		n += p.Quantity
	}
	return n
}

// Overlap says whether two lists have a line in common.
func Overlap(a, b []Pieces) bool {
	for _, p := range a {
		for _, q := range b {
			if p.Line == q.Line {
				return true
			}
		}
	}
	return false
}

// Covers says whether every line of b is in a, whatever the quantities.
func Covers(a, b []Pieces) bool {
	for _, q := range b {
		if !slices.ContainsFunc(a, func(p Pieces) bool { return p.Line == q.Line }) {
			return false
		}
	}
	return true
}

// Without is list less the pieces of gone, line by line; nil when nothing is left.
func Without(list, gone []Pieces) []Pieces {
	var out []Pieces
	for _, p := range list {
		if left := p.Quantity - Count(gone, p.Line); left > 0 {
			out = append(out, Pieces{p.Line, left})
		}
	}
	return out
}

// WithoutLines is list less every line of gone, whatever the quantities; nil when nothing is left.
func WithoutLines(list, gone []Pieces) []Pieces {
	if !Overlap(list, gone) {
		return list
	}
	var out []Pieces
	for _, p := range list {
		if !slices.ContainsFunc(gone, func(g Pieces) bool { return g.Line == p.Line }) {
			out = append(out, p)
		}
	}
	return out
}

// Common is what two lists have in common: of each line the smaller number of pieces; nil for nothing.
func Common(a, b []Pieces) []Pieces {
	var out []Pieces
	for _, p := range a {
		if n := min(p.Quantity, Count(b, p.Line)); n > 0 {
			out = append(out, Pieces{p.Line, n})
		}
	}
	return out
}

// Plus is both lists together, one entry a line.
func Plus(a, b []Pieces) []Pieces {
	out := slices.Clone(a)
	for _, q := range b {
		i := slices.IndexFunc(out, func(p Pieces) bool { return p.Line == q.Line })
		if i < 0 {
			out = append(out, q)
			continue
		}
		out[i].Quantity += q.Quantity
	}
	return out
}
