// Package sourcing finds goods elsewhere: it ranks what suppliers offer for a line whose purchase failed, and says of each
// point why. It is pure: offers, records, rates, lines and the instant are given, and the same input has the same ranking
// for ever, so that a person who asks «why this one?» next year gets the answer that was true.
//
//	terms.go      a title into terms that mean the same in three languages
//	similar.go    how near two titles are, and how sure that is
//	line.go       shipping lines with their limits and prices, as data
//	linefile.go   lists of them, read and written
//	oversized.go  another line, or several parcels, for goods of one kind
//	pack.go       goods of several kinds, packed for every line
//	record.go     a supplier's scorecard, the newer the more, and honest about too little
//	rank.go       the score
//	promise.go    when it ships and comes, and in which currency it is compared
package sourcing

import (
	"time"

	"recourse"
	"recourse/calendar"
)

// Want is what is looked for: pieces of a line that somebody still waits for.
type Want struct {
	SKU     string
	Title   string
	Pieces  int
	WeightG int // of one piece; 0: not known
	SizeMM  recourse.Size
	Sold    recourse.Money // what the buyer paid for one piece
	Cost    recourse.Money // what one piece cost where it failed
	Country string         // where it is to go
	// Promised is by when the buyer was told to have it; zero: nothing was promised.
	Promised time.Time
}

// Link is what the merchant said of an offer and a SKU.
type Link string

const (
	LinkNone    Link = ""        // nothing
	LinkSame    Link = "same"    // it is the same item
	LinkSimilar Link = "similar" // it may stand in
	LinkNever   Link = "never"   // it may not, whatever the titles say
)

// Candidate is an offer that may fill a want.
type Candidate struct {
	recourse.Offer
	ID     string
	Number int64 // by which the merchant's offers are kept; 0: it is not kept
	Title  string
	Link   Link
	Line   string // the shipping line that the supplier uses; "": any of the merchant's
	Record Record
	// SeenAt is when the offer was last known to be so; an old one may be gone.
	SeenAt time.Time
}

// Rate is what one unit of a currency is worth in another: Num of To for Den of From, both in minor units of full value.
type Rate struct {
	From, To recourse.Currency
	Num, Den int64
	Day      recourse.Date // of the rate
}

// Terms are what a merchant allows.
type Terms struct {
	Now         time.Time
	MaxIncrease int  // percent that a piece may cost more than it did
	Similar     bool // similar items are looked at, not only the same
	Lines       []Line
	Rates       []Rate
	Most        int // how many are given back; 0: all
	// China says when suppliers work: the days until a listing ships are business days there. Nil: any day is one.
	China *calendar.Calendar
}

// Point is one part of a score: so many points of so many, with what they were given for.
type Point struct {
	Name string         `json:"name"` // likeness, price, margin, stock, time, shipping, record, fresh
	Is   int            `json:"is"`
	Of   int            `json:"of"`
	Args []recourse.Arg `json:"args,omitempty"`
}

// Block is why an offer cannot be taken as it is: no_stock, no_price, no_rate, too_dear, too_heavy, not_like, never.
type Block struct {
	Code string         `json:"code"`
	Args []recourse.Arg `json:"args,omitempty"`
}

// Ranked is a candidate with its place.
type Ranked struct {
	Candidate
	Score    int            `json:"score"` // 0 to 1000
	Points   []Point        `json:"points"`
	Blocks   []Block        `json:"blocks,omitempty"` // none: it can be taken
	Likeness Likeness       `json:"likeness"`
	Dearer   recourse.Money `json:"dearer,omitzero"` // of all pieces, beyond what they cost; negative: cheaper
	Margin   recourse.Money `json:"margin,omitzero"` // of all pieces, in the sale's currency: what is left before shipping
	Proposal *Proposal      `json:"proposal,omitempty"`
	ShipsBy  time.Time      `json:"ships_by,omitzero"`
	// ArrivesFrom is the earliest, where the shipping line says; Arrives the latest: what the buyer can be promised.
	ArrivesFrom time.Time `json:"arrives_from,omitzero"`
	Arrives     time.Time `json:"arrives,omitzero"`
}

// Fits says that nothing stands against it.
func (r *Ranked) Fits() bool { return len(r.Blocks) == 0 }
