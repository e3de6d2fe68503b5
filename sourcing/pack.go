package sourcing

import (
	"cmp"
	"slices"

	"recourse"
)

// Goods that are too big for one way are packed for every other: each shipping line tries to take all of them in as few
// parcels as it can, and where none takes all, several lines share them, or what no line takes is left. Packing is a
// heuristic with bounds, and always the same for the same goods: the greatest kinds first, each into the first parcel with
// room, pieces laid one on another by their shortest side. What comes out is a plan that holds, not the best there is.

// Item is some pieces of one line of an order, as they are packed.
type Item struct {
	Line    int           `json:"line"`
	Title   string        `json:"title,omitempty"`
	Pieces  int           `json:"pieces"`
	WeightG int           `json:"weight_g,omitempty"` // of one; 0: not known
	SizeMM  recourse.Size `json:"size_mm,omitzero"`   // of one
}

// Destination is where parcels are to go.
type Destination struct {
	Country string `json:"country,omitempty"` // "": not known
	Box     bool   `json:"box,omitempty"`     // a post office box
}

// Packed is one parcel of a way.
type Packed struct {
	Line    string            `json:"shipping_line"`
	Pieces  []recourse.Pieces `json:"pieces"`
	WeightG int               `json:"weight_g,omitempty"` // of what is known
	SizeMM  recourse.Size     `json:"size_mm,omitzero"`
	Price   recourse.Money    `json:"price,omitzero"` // zero: not known
}

// WayKind says how goods go.
type WayKind string

// The kinds of way.
const (
	WayWhole   WayKind = "whole"   // in one parcel
	WaySplit   WayKind = "split"   // in several by one line
	WayMixed   WayKind = "mixed"   // by several lines
	WayPartial WayKind = "partial" // some pieces; the others no line takes
)

// Way is a plan by which goods can go.
type Way struct {
	Kind    WayKind           `json:"kind"`
	Lines   []Line            `json:"lines"`
	Parcels []Packed          `json:"parcels"`
	Left    []recourse.Pieces `json:"left,omitempty"`    // what cannot go
	Over    []Excess          `json:"over,omitempty"`    // why not in one parcel, by its line
	Price   recourse.Money    `json:"price,omitzero"`    // of all parcels; zero: not known
	Dearer  recourse.Money    `json:"dearer,omitzero"`   // than the cheapest way in that currency
	Sure    bool              `json:"sure"`              // false: a weight or a size is not known
	DaysTo  int               `json:"days_to,omitempty"` // of the slowest of its lines
}

// Refused is a line that does not take the goods, and why.
type Refused struct {
	Line Line     `json:"line"`
	Of   int      `json:"of,omitempty"` // the order's line that it does not take a single piece of; 0: too many parcels, or the place
	Over []Excess `json:"over"`
}

// Ways are all that would do, the best first, and what would not.
type Ways struct {
	Ways    []Way     `json:"ways"`
	Refused []Refused `json:"refused"`
	Alone   []int     `json:"alone"`   // lines of the order of which no shipping line takes a single piece
	Unknown []Unknown `json:"unknown"` // what is not known, so that nothing is sure
}

// Unknown is a measure of an order's line that nobody told.
type Unknown struct {
	Line int    `json:"line"`
	What string `json:"what"` // weight, size
}

// Limits on packing: what passes them is refused in words before anything is reckoned.
const (
	MaxPacked   = 100_000 // pieces in all
	MaxKinds    = 200     // kinds of goods
	maxWays     = 12
	maxRefusals = 100
)

// Pack finds ways for goods by some lines. Errors, of kind [recourse.Invalid]: pack_nothing, pack_pieces, pack_kinds,
// pack_measure.
func Pack(lines []Line, items []Item, to Destination) (Ways, error) {
	p := packer{lines: lines, to: to, out: Ways{Ways: []Way{}, Refused: []Refused{}, Alone: []int{}, Unknown: []Unknown{}}}
	if err := p.take(items); err != nil {
		return p.out, err
	}
	for i := range lines {
		p.one(&lines[i])
	}
	if len(p.out.Ways) == 0 {
		p.several()
	}
	p.order()
	return p.out, nil
}

func packRefused(code, message, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: "items", Message: message, Hint: hint}
}

type packer struct {
	lines []Line
	to    Destination
	items []Item // the greatest first
	out   Ways
	terms map[string][]string // of titles and of words that lines refuse: what they mean
}

// take keeps what is to be packed, if it can be meant.
func (p *packer) take(items []Item) error {
	all := 0
	for _, it := range items {
		if it.WeightG < 0 || it.WeightG > 100*mostLimit || min(it.SizeMM[0], it.SizeMM[1], it.SizeMM[2]) < 0 || max(it.SizeMM[0], it.SizeMM[1], it.SizeMM[2]) > mostLimit {
			return packRefused("pack_measure", "a weight or a side is below nothing, or beyond every parcel", "weights are in grams, sides in millimetres")
		}
		if it.Pieces <= 0 {
			continue
		}
		if all += it.Pieces; it.Pieces > MaxPacked || all > MaxPacked {
			return packRefused("pack_pieces", "these are more than 100,000 pieces: too many to be packed here", "ask the carrier for freight")
		}
		if it.WeightG == 0 {
			p.out.Unknown = append(p.out.Unknown, Unknown{it.Line, "weight"})
		}
		if unmeasured(it.SizeMM) {
			p.out.Unknown = append(p.out.Unknown, Unknown{it.Line, "size"})
		}
		p.items = append(p.items, it)
	}
	switch {
	case len(p.items) == 0:
		return packRefused("pack_nothing", "there is nothing to pack", "")
	case len(p.items) > MaxKinds:
		return packRefused("pack_kinds", "these are more than 200 kinds of goods: too many to be packed here", "look at fewer lines at once")
	}
	slices.SortStableFunc(p.items, func(a, b Item) int {
		return cmp.Or(-cmp.Compare(bulk(&a), bulk(&b)), -cmp.Compare(a.WeightG, b.WeightG), cmp.Compare(a.Line, b.Line))
	})
	return nil
}

// unmeasured says that a size is not known, or not whole.
func unmeasured(s recourse.Size) bool { return s[0] <= 0 || s[1] <= 0 || s[2] <= 0 }

func bulk(it *Item) int { return Volumetric(it.SizeMM, 1) }

// one lets a line take all goods, or says why it does not.
func (p *packer) one(l *Line) {
	if over := l.bars(p.to); len(over) > 0 {
		p.refuse(Refused{Line: *l, Over: over})
		return
	}
	for i := range p.items {
		if over := p.single(l, &p.items[i]); len(over) > 0 {
			p.refuse(Refused{Line: *l, Of: p.items[i].Line, Over: over})
			return
		}
	}
	bins := l.pack(p.items)
	if bins == nil {
		p.refuse(Refused{Line: *l, Over: []Excess{{Limit: "parcels", Most: maxParcels}}})
		return
	}
	w := Way{Kind: WayWhole, Lines: []Line{*l}, Sure: len(p.out.Unknown) == 0, DaysTo: l.DaysTo}
	if len(bins) > 1 {
		w.Kind, w.Over = WaySplit, l.whole(p.items)
	}
	w.fill(l, bins)
	p.out.Ways = append(p.out.Ways, w)
}

func (p *packer) refuse(r Refused) {
	if len(p.out.Refused) < maxRefusals {
		p.out.Refused = append(p.out.Refused, r)
	}
}

// bars are what keeps a line from a place, whatever the goods.
func (l *Line) bars(to Destination) (over []Excess) {
	if !l.reaches(to.Country) {
		over = append(over, Excess{Limit: "country"})
	}
	if l.NoBoxes && to.Box {
		over = append(over, Excess{Limit: "box"})
	}
	return over
}

// single is why a line does not take even one piece.
func (p *packer) single(l *Line, it *Item) []Excess {
	if w := p.refusedWord(l, it.Title); w != "" {
		return []Excess{{Limit: "goods", Word: w}}
	}
	b := bin{}
	b.add(it, 1)
	over, _ := l.Takes(b.parcel(), "")
	return over
}

// refusedWord is the word by which a line refuses goods of that title, "" when it takes them. A word and a title are
// compared by what they mean in Chinese, English and French.
func (p *packer) refusedWord(l *Line, title string) string {
	if len(l.Refuses) == 0 {
		return ""
	}
	have := p.meaning(title)
	for _, w := range l.Refuses {
		wanted := p.meaning(w)
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(t string) bool { return !slices.Contains(have, t) }) {
			return w
		}
	}
	return ""
}

// meaning are the terms of a text, by which it is compared; each text is taken apart once.
func (p *packer) meaning(s string) []string {
	if known, ok := p.terms[s]; ok {
		return known
	}
	var out []string
	for _, t := range termsOf(s) {
		out = append(out, t.key())
	}
	if p.terms == nil {
		p.terms = map[string][]string{}
	}
	p.terms[s] = out
	return out
}

// whole is why a line does not take all in one parcel.
func (l *Line) whole(items []Item) []Excess {
	b := bin{}
	for i := range items {
		b.add(&items[i], items[i].Pieces)
	}
	over, _ := l.Takes(b.parcel(), "")
	return over
}

// several shares goods among lines: each kind goes by the line that takes a piece of it, alone in the fewest parcels, the
// sooner of two. What no line takes is left.
func (p *packer) several() {
	groups := make([][]Item, len(p.lines))
	w := Way{Kind: WayMixed, Sure: len(p.out.Unknown) == 0}
	for i := range p.items {
		at := p.bestFor(&p.items[i])
		if at < 0 {
			p.out.Alone = append(p.out.Alone, p.items[i].Line)
			w.Left = append(w.Left, recourse.Pieces{Line: p.items[i].Line, Quantity: p.items[i].Pieces})
			continue
		}
		groups[at] = append(groups[at], p.items[i])
	}
	for at, group := range groups {
		if len(group) == 0 {
			continue
		}
		l := &p.lines[at]
		bins := l.pack(group)
		if bins == nil {
			return // more parcels than anybody sends
		}
		w.Lines, w.DaysTo = append(w.Lines, *l), max(w.DaysTo, l.DaysTo)
		w.fill(l, bins)
	}
	if len(w.Left) > 0 {
		w.Kind = WayPartial
	}
	if len(w.Parcels) > 0 && len(w.Parcels) <= maxParcels {
		p.out.Ways = append(p.out.Ways, w)
	}
}

// bestFor is the place of the line that takes the pieces of one kind best; -1: none takes a single one.
func (p *packer) bestFor(it *Item) int {
	best, fewest := -1, 0
	for i := range p.lines {
		l := &p.lines[i]
		if len(l.bars(p.to)) > 0 || len(p.single(l, it)) > 0 {
			continue
		}
		bins := l.pack([]Item{*it})
		if bins == nil {
			continue
		}
		if best < 0 || cmp.Or(cmp.Compare(len(bins), fewest), cmp.Compare(l.DaysTo, p.lines[best].DaysTo)) < 0 {
			best, fewest = i, len(bins)
		}
	}
	return best
}

// fill puts parcels of a line into a way, each with its price.
func (w *Way) fill(l *Line, bins []bin) {
	known := len(w.Parcels) == 0 || w.Price.Currency != ""
	for i := range bins {
		one := bins[i].packed(l)
		w.Parcels = append(w.Parcels, one)
		switch {
		case !known || one.Price.Currency == "":
			known = false
		case w.Price.Currency == "":
			w.Price = one.Price
		default:
			sum, err := w.Price.Add(one.Price) // two lines in two currencies have no sum
			w.Price, known = sum, err == nil
		}
	}
	if !known {
		w.Price = recourse.Money{}
	}
}

// order puts the ways in their order: what leaves nothing behind, what has a price and is cheaper, fewer parcels, sooner.
func (p *packer) order() {
	cheapest := map[recourse.Currency]recourse.Money{}
	for _, w := range p.out.Ways {
		if c := w.Price.Currency; c != "" && len(w.Left) == 0 && (cheapest[c].Currency == "" || w.Price.Minor < cheapest[c].Minor) {
			cheapest[c] = w.Price
		}
	}
	for i := range p.out.Ways {
		w := &p.out.Ways[i]
		if least := cheapest[w.Price.Currency]; least.Currency != "" {
			w.Dearer, _ = w.Price.Sub(least)
		}
	}
	unpriced := func(w *Way) int {
		if w.Price.Currency == "" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(p.out.Ways, func(a, b Way) int {
		return cmp.Or(cmp.Compare(len(a.Left), len(b.Left)), cmp.Compare(unpriced(&a), unpriced(&b)), cmp.Compare(a.Price.Currency, b.Price.Currency),
			cmp.Compare(a.Price.Minor, b.Price.Minor), cmp.Compare(len(a.Parcels), len(b.Parcels)), cmp.Compare(a.DaysTo, b.DaysTo), cmp.Compare(a.Lines[0].ID, b.Lines[0].ID))
	})
	p.out.Ways = p.out.Ways[:min(len(p.out.Ways), maxWays)]
}

// bin is a parcel that is being filled: the largest ground of its pieces, and their heights one on another.
type bin struct {
	weight, a, b, c int
	pieces          []recourse.Pieces
}

// with is the bin with some more pieces, without noting which.
func (b *bin) with(it *Item, n int) bin {
	x, y, z := sides(it.SizeMM)
	return bin{weight: min(mostMeasure, b.weight+times(it.WeightG, n)), a: max(b.a, x), b: max(b.b, y), c: min(mostMeasure, b.c+times(z, n))}
}

func (b *bin) add(it *Item, n int) {
	pieces := b.pieces
	*b = b.with(it, n)
	b.pieces = append(pieces, recourse.Pieces{Line: it.Line, Quantity: n})
}

func (b *bin) parcel() Parcel { return Parcel{WeightG: b.weight, SizeMM: recourse.Size{b.a, b.b, b.c}} }

func (b *bin) packed(l *Line) Packed {
	p := b.parcel()
	one := Packed{Line: l.ID, Pieces: b.pieces, WeightG: p.WeightG, SizeMM: p.SizeMM}
	slices.SortFunc(one.Pieces, func(a, b recourse.Pieces) int { return a.Line - b.Line })
	one.Price, _ = l.Price(p)
	return one
}

// room is how many more of some pieces a line lets a parcel have.
func (l *Line) room(b *bin, it *Item, most int) int {
	return search(most, func(n int) bool {
		more := b.with(it, n)
		over, _ := l.Takes(more.parcel(), "")
		return len(over) == 0
	})
}

// pack puts pieces into as few parcels of a line as the heuristic finds; nil where they would be more than anybody sends.
// A single piece of each kind fits: that was looked at before.
func (l *Line) pack(items []Item) (bins []bin) {
	if len(items) == 1 {
		return l.packEven(&items[0])
	}
	for i := range items {
		it := &items[i]
		left := it.Pieces
		for j := range bins {
			if n := l.room(&bins[j], it, left); n > 0 {
				bins[j].add(it, n)
				left -= n
			}
			if left == 0 {
				break
			}
		}
		for left > 0 {
			b := bin{}
			n := l.room(&b, it, left)
			if n == 0 || len(bins) == maxParcels {
				return nil
			}
			b.add(it, n)
			bins, left = append(bins, b), left-n
		}
	}
	return bins
}

// packEven parts pieces of one kind so that no parcel has more than one beyond another.
func (l *Line) packEven(it *Item) (bins []bin) {
	most := l.room(&bin{}, it, it.Pieces)
	if most == 0 || (it.Pieces+most-1)/most > maxParcels {
		return nil
	}
	for _, n := range even(it.Pieces, (it.Pieces+most-1)/most) {
		b := bin{}
		b.add(it, n)
		bins = append(bins, b)
	}
	return bins
}
