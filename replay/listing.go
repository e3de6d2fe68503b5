package replay

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/sourcing"
)

// Listing is an offer of a list, as the merchant has it.
type Listing struct {
	recourse.Offer
	Title  string
	Line   string    // the shipping line that the supplier uses; "": any
	SeenAt time.Time // since when it is known; zero: it always was
	For    string    // the SKU that it may stand in for
	Same   bool      // as the same item
	Stock  bool      // the list says how many there are
}

// Listings are a list of offers as a market. An offer counts from the day on that the list names; what came to be known later
// is no offer yet.
type Listings struct {
	name  string
	all   []Listing
	skus  map[string][]int32
	keys  map[int64][]int32
	ties  map[string][]int32 // by the shop's SKU
	lines []sourcing.Line
}

// MaxListings bounds a list.
const MaxListings = 200_000

// perKey is how many offers of one key are looked at.
const perKey = 200

// NewListings begins a market of a list's name, with the shipping lines that there are.
func NewListings(name string, lines []sourcing.Line) *Listings {
	return &Listings{name: name, lines: lines, skus: map[string][]int32{}, keys: map[int64][]int32{}, ties: map[string][]int32{}}
}

// Add takes one offer; listings_many, of kind [recourse.TooLarge], beyond [MaxListings].
func (l *Listings) Add(x Listing) error {
	if len(l.all) == MaxListings {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "listings_many", Field: "offers", Message: "the list has more than " + strconv.Itoa(MaxListings) + " offers", Hint: "leave out what nobody would look for"}
	}
	n := int32(len(l.all))
	l.all = append(l.all, x)
	sku := strings.ToLower(x.SKU)
	l.skus[sku] = append(l.skus[sku], n)
	if x.For != "" {
		l.ties[x.For] = append(l.ties[x.For], n)
	}
	for _, k := range sourcing.Keys(x.Title) {
		if len(l.keys[k]) < perKey {
			l.keys[k] = append(l.keys[k], n)
		}
	}
	return nil
}

// Name implements [Market].
func (l *Listings) Name() string {
	return l.name + ", " + strconv.Itoa(len(l.all)) + " offers"
}

// About implements [Market].
func (l *Listings) About() string {
	return "each from the day on that it names, ranked as the desk ranks them; a parcel takes as long as its shipping line says"
}

// Offered implements [Market]. What the list ties to the SKU comes first, then its own SKU, then titles that share the most.
// Prices are the merchant's own and stand as they are.
func (l *Listings) Offered(w sourcing.Want, not string, at time.Time, _ int) (out []sourcing.Candidate, lines []sourcing.Line) {
	seen := map[int32]bool{}
	add := func(numbers []int32, tied bool) {
		for _, n := range numbers {
			x := &l.all[n]
			if seen[n] || len(out) == mostOffered || x.Supplier == not || x.SeenAt.After(at) {
				continue
			}
			seen[n] = true
			out = append(out, x.candidate(n, tied))
		}
	}
	if w.SKU != "" {
		add(l.ties[w.SKU], true)
		add(l.skus[strings.ToLower(w.SKU)], false)
	}
	for _, k := range sourcing.Keys(w.Title) {
		add(l.keys[k], false)
	}
	return out, slices.Clip(l.lines)
}

func (x *Listing) candidate(n int32, tied bool) sourcing.Candidate {
	c := sourcing.Candidate{Offer: x.Offer, ID: x.SKU, Number: int64(n) + 1, Title: x.Title, Line: x.Line, SeenAt: x.SeenAt}
	c.Offer.Same = false
	if !x.Stock {
		c.Offer.Stock = -1
	}
	switch {
	case tied && x.Same:
		c.Link = sourcing.LinkSame
	case tied:
		c.Link = sourcing.LinkSimilar
	}
	return c
}
