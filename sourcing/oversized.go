package sourcing

import (
	"slices"

	"recourse"
)

// Proposal is a way out for goods that a shipping line does not take: another line, or several parcels.
type Proposal struct {
	Line    Line  `json:"line"`
	Parcels []int `json:"parcels"` // pieces in each; one entry: all in one
	Sure    bool  `json:"sure"`    // false: a weight or a size is not known
}

// maxParcels is in how many parcels pieces are split at most.
const maxParcels = 20

// Fit proposes how pieces can go to a country by some lines: in one parcel where a line takes it, else in as few as a
// line takes. The fewest parcels first, then the sooner line. A line that does not take one single piece is left out:
// nothing but another product helps there.
func Fit(lines []Line, weightG int, size recourse.Size, pieces int, country string) []Proposal {
	var out []Proposal
	for _, l := range lines {
		most, sure := l.most(weightG, size, pieces, country)
		if most == 0 {
			continue
		}
		parts := even(pieces, (pieces+most-1)/most)
		if len(parts) <= maxParcels {
			out = append(out, Proposal{Line: l, Parcels: parts, Sure: sure})
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int {
		if len(a.Parcels) != len(b.Parcels) {
			return len(a.Parcels) - len(b.Parcels)
		}
		return a.Line.DaysTo - b.Line.DaysTo
	})
	return out
}

// most is how many of some pieces a line takes in one parcel.
func (l *Line) most(weightG int, size recourse.Size, pieces int, country string) (n int, sure bool) {
	for n = pieces; n > 0; n-- {
		over, known := l.Takes(Stack(weightG, size, n), country)
		if len(over) == 0 {
			return n, known
		}
	}
	return 0, true
}

// even parts pieces into so many parcels, none with more than one beyond another.
func even(pieces, parcels int) []int {
	out := make([]int, parcels)
	for i := range pieces {
		out[i%parcels]++
	}
	return out
}
