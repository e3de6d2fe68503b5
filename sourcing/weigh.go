package sourcing

import "time"

// Weighed is how often a mark was made, and what that weighs today, in thousandths: how a figure of a record came about.
type Weighed struct {
	Times  int
	Weight int
}

// Weigh counts the marks of a supplier, as its record does.
func Weigh(all []Happening, now time.Time) map[Mark]Weighed {
	out := map[Mark]Weighed{}
	for _, h := range all {
		w := out[h.Mark]
		w.Times += h.Times
		w.Weight += fade(now.Sub(h.At)) * h.Times
		out[h.Mark] = w
	}
	return out
}

// Standing is what a record is worth, 0 to 1000, and whether enough is known to say so: less is counted as an average supplier.
func (r *Record) Standing() (points int, known bool) { return r.standing() }
