package sourcing

import "time"

// Mark is what a supplier did with one purchase, or was asked.
type Mark string

// The marks of a supplier's record.
const (
	MarkBought     Mark = "bought"       // a purchase, whatever became of it
	MarkLate       Mark = "late"         // it was late
	MarkOutOfStock Mark = "out_of_stock" // could not deliver
	MarkClaim      Mark = "claim"        // a claim against it was approved: wrong, missing, damaged
	MarkSilent     Mark = "silent"       // a question had no answer in time
	MarkAnswered   Mark = "answered"     // a question was answered; Took is how long that took
)

// Happening is a mark, when it was made, and how often; below zero, how often it is taken away again.
type Happening struct {
	Mark  Mark
	At    time.Time
	Took  time.Duration
	Times int
}

// What happened long ago counts for less: half of it after halfLife. Figures are given from enough on; below, the record
// says that it does not know, and counts as an average supplier.
const (
	halfLife = 180 * 24 * time.Hour
	enough   = 5 * unit // purchases, of full weight
	unit     = 1000     // the weight of what happened today
)

// Share is one figure of a record.
type Share struct {
	Bad      int  `json:"bad"`      // how many, of full weight times 1000
	Of       int  `json:"of"`       // of how many
	Permille int  `json:"permille"` // where Enough
	Enough   bool `json:"enough"`
}

// Record is a supplier's scorecard: what became of what was bought there, the newer the more.
type Record struct {
	Late       Share         `json:"late"`
	OutOfStock Share         `json:"out_of_stock"`
	Claims     Share         `json:"claims"`
	Silent     Share         `json:"silent"`
	Answer     time.Duration `json:"answer"` // the weighted mean until an answer; 0: none was asked for
	Counted    int           `json:"counted"`
}

// NewRecord counts what a supplier did until now.
func NewRecord(all []Happening, now time.Time) Record {
	var r Record
	weight := map[Mark]int{}
	var took, answers int64
	for _, h := range all {
		w := fade(now.Sub(h.At)) * h.Times
		r.Counted += h.Times
		weight[h.Mark] += w
		if h.Mark == MarkAnswered {
			took += int64(h.Took/time.Minute) * int64(w)
			answers += int64(w)
		}
	}
	bought, asked := weight[MarkBought], weight[MarkSilent]+weight[MarkAnswered]
	r.Late, r.OutOfStock, r.Claims, r.Silent = share(weight[MarkLate], bought), share(weight[MarkOutOfStock], bought), share(weight[MarkClaim], bought), share(weight[MarkSilent], asked)
	if answers > 0 {
		r.Answer = time.Duration(took/answers) * time.Minute
	}
	return r
}

func share(bad, of int) Share {
	bad, of = max(0, bad), max(0, of)
	s := Share{Bad: bad, Of: of, Enough: of >= enough}
	if of > 0 {
		s.Permille = min(1000, bad*1000/of)
	}
	return s
}

// fade is the weight of what is so old: halved for each half-life, in a straight line between. Whole numbers, so that the
// same history has the same record on every machine.
func fade(age time.Duration) int {
	if age <= 0 {
		return unit
	}
	halves := int(age / halfLife)
	if halves >= 10 {
		return 0
	}
	from := unit >> halves
	return from - int(int64(from/2)*int64(age%halfLife)/int64(halfLife))
}

// average is the share of trouble that a supplier is taken to have of whom nothing is known, in permille.
const average = 150

// standing is what a record is worth, 0 to 1000: a thousand less its troubles, each counted as what is known of it and,
// the less that is, as what is average.
func (r *Record) standing() (points int, known bool) {
	bad := 0
	for _, s := range []struct {
		Share
		weight int // of a thousand
	}{{r.Late, 300}, {r.OutOfStock, 350}, {r.Claims, 250}, {r.Silent, 100}} {
		permille := average
		if s.Of > 0 {
			permille = (min(s.Bad, s.Of)*1000 + average*enough) / (s.Of + enough)
		}
		bad += permille * s.weight / 1000
	}
	return max(0, 1000-2*bad), r.Late.Enough
}
