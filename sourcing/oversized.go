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
	// Price is what the parcels cost together; zero: the line has no prices for them.
	Price recourse.Money `json:"price,omitzero"`
}

// maxParcels is in how many parcels pieces are split at most.
const maxParcels = 20

// Fit proposes how pieces of one kind can go to a country by some lines: in one parcel where a line takes it, else in as few
// as a line takes. The fewest parcels first, then the sooner line. A line that does not take one single piece is left out:
// nothing but another product helps there. Pieces of several kinds are packed by [Pack].
func Fit(lines []Line, weightG int, size recourse.Size, pieces int, country string) []Proposal {
	var out []Proposal
	for _, l := range lines {
		most, sure := l.most(weightG, size, pieces, country)
		if most == 0 || (pieces+most-1)/most > maxParcels {
			continue
		}
		p := Proposal{Line: l, Parcels: even(pieces, (pieces+most-1)/most), Sure: sure}
		p.Price, _ = l.priceOf(weightG, size, p.Parcels)
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Proposal) int {
		if len(a.Parcels) != len(b.Parcels) {
			return len(a.Parcels) - len(b.Parcels)
		}
		return a.Line.DaysTo - b.Line.DaysTo
	})
	return out
}

// priceOf is what some parcels cost together; false: it is not known of every one.
func (l *Line) priceOf(weightG int, size recourse.Size, parcels []int) (sum recourse.Money, ok bool) {
	for _, n := range parcels {
		one, known := l.Price(Stack(weightG, size, n))
		if !known {
			return recourse.Money{}, false
		}
		if sum.Currency == "" {
			sum = one
			continue
		}
		var err error
		if sum, err = sum.Add(one); err != nil {
			return recourse.Money{}, false
		}
	}
	return sum, sum.Currency != ""
}

// most is how many of some pieces a line takes in one parcel. What takes more takes less, so that half of what is left to
// try is left out each time.
func (l *Line) most(weightG int, size recourse.Size, pieces int, country string) (n int, sure bool) {
	n = search(pieces, func(n int) bool {
		over, _ := l.Takes(Stack(weightG, size, n), country)
		return len(over) == 0
	})
	if n == 0 {
		return 0, true
	}
	_, sure = l.Takes(Stack(weightG, size, n), country)
	return n, sure
}

// search is the greatest number from 1 to most that fits, where whatever is less than one that fits does too; 0: none.
func search(most int, fits func(int) bool) int {
	if most > 0 && fits(most) {
		return most
	}
	from, to := 0, most // from fits, to does not
	for to-from > 1 {
		if middle := from + (to-from)/2; fits(middle) {
			from = middle
		} else {
			to = middle
		}
	}
	return from
}

// even parts pieces into so many parcels, none with more than one beyond another.
func even(pieces, parcels int) []int {
	out := make([]int, parcels)
	for i := range pieces {
		out[i%parcels]++
	}
	return out
}
