package sourcing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"recourse"
)

// The points of a score add up to a thousand. What it is comes first: a cheap, quick wrong thing is a new case. Then
// whether it can be had, what it costs, when it comes, and whose word that is.
const (
	ofLikeness = 350
	ofPrice    = 200
	ofTime     = 150
	ofRecord   = 150
	ofStock    = 75
	ofShipping = 75
)

// Likeness from which a title counts as the same item's neighbour; below, it is another thing.
const likeEnough = 350

// stale is the age from which an offer says nothing sure any more.
const stale = 30 * 24 * time.Hour

// Rank puts candidates in their order, the best first: those that can be taken before those that cannot, then by score,
// then by what is cheaper, then by id, so that no two orders are possible.
func Rank(w Want, all []Candidate, t Terms) []Ranked {
	r := ranker{want: w, terms: t, title: termsOf(w.Title)}
	out := make([]Ranked, 0, len(all))
	for i := range all {
		out = append(out, r.rank(&all[i]))
	}
	slices.SortFunc(out, before)
	if t.Most > 0 && len(out) > t.Most {
		out = out[:t.Most]
	}
	return out
}

func before(a, b Ranked) int {
	if a.Fits() != b.Fits() {
		if a.Fits() {
			return -1
		}
		return 1
	}
	// Amounts in two currencies are not compared, so that the currency comes before them.
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Price.Currency, b.Price.Currency), cmp.Compare(a.Price.Minor, b.Price.Minor), cmp.Compare(a.Supplier, b.Supplier), cmp.Compare(a.ID, b.ID))
}

type ranker struct {
	want  Want
	terms Terms
	title []term
}

func (r *ranker) rank(c *Candidate) Ranked {
	out := Ranked{Candidate: *c}
	for _, judge := range []func(*Ranked) Point{r.likeness, r.price, r.time, r.record, r.stock, r.shipping} {
		p := judge(&out)
		out.Points = append(out.Points, p)
		out.Score += p.Is
	}
	return out
}

func (o *Ranked) block(code string, args ...recourse.Arg) {
	o.Blocks = append(o.Blocks, Block{code, args})
}

// likeness is what the merchant said of the two, else the same SKU, else how near the titles are.
func (r *ranker) likeness(o *Ranked) Point {
	p := Point{Name: "likeness", Of: ofLikeness}
	said := func(how string, is int) Point {
		p.Is, p.Args = is, []recourse.Arg{{Name: "how", Text: how}}
		return p
	}
	o.Likeness = compare(r.title, termsOf(o.Title))
	switch {
	case o.Link == LinkNever:
		o.block("never")
		return said("never", 0)
	case o.Link == LinkSame, o.Same:
		o.Same, o.Offer.Likeness = true, 1000
		return said("said_same", ofLikeness)
	case r.want.SKU != "" && strings.EqualFold(o.SKU, r.want.SKU):
		o.Same, o.Offer.Likeness = true, 1000
		return said("sku", ofLikeness)
	}
	o.Same, o.Offer.Likeness = false, o.Likeness.Permille
	p.Args = []recourse.Arg{{Name: "how", Text: "titles"}, {Name: "permille", N: int64(o.Likeness.Permille)}, {Name: "shared", Text: strings.Join(o.Likeness.Shared, " ")}, {Name: "differs", Text: strings.Join(o.Likeness.Differs, " ")}}
	p.Is = ofLikeness * o.Likeness.Permille / 1000 * 8 / 10 // never as much as what is the same
	if o.Link == LinkSimilar {
		p.Is = max(p.Is, ofLikeness*6/10)
		p.Args[0].Text = "said_similar"
	} else if o.Likeness.Permille < likeEnough {
		o.block("not_like", p.Args[1])
	}
	if !r.terms.Similar {
		o.block("only_same")
	}
	return p
}

// price compares with what the pieces cost where they failed, and tells what is left of what the buyer paid.
func (r *ranker) price(o *Ranked) Point {
	p := Point{Name: "price", Of: ofPrice}
	if o.Price.Minor <= 0 {
		o.block("no_price")
		return p
	}
	pieces := int64(max(1, r.want.Pieces))
	if sold, ok := r.exchange(o.Price, r.want.Sold.Currency); ok && r.want.Sold.Minor > 0 {
		if left, err := r.want.Sold.Sub(sold); err == nil {
			o.Margin, _ = left.Mul(pieces)
		}
	}
	cost := r.want.Cost
	if cost.Minor <= 0 {
		return r.byMargin(o, p)
	}
	is, ok := r.against(o, cost.Currency)
	if !ok {
		o.block("no_rate", NoRate(o.Price.Currency, cost.Currency, r.terms.Now)...)
		return p
	}
	if more, err := is.Sub(cost); err == nil {
		o.Dearer, _ = more.Mul(pieces)
	}
	permille := clamp(mulDiv(is.Minor, 1000, cost.Minor), 0, 10_000)
	p.Args = []recourse.Arg{{Name: "permille", N: permille}, {Name: "sum", Sum: is}, {Name: "cost", Sum: cost}}
	if permille > int64(1000+10*r.terms.MaxIncrease) {
		o.block("too_dear", recourse.Arg{Name: "permille", N: permille}, recourse.Arg{Name: "most", N: int64(1000 + 10*r.terms.MaxIncrease)})
	}
	// As dear as it was: three quarters. Half as dear: all. Twice as dear: none.
	switch {
	case permille <= 500:
		p.Is = ofPrice
	case permille <= 1000:
		p.Is = ofPrice - ofPrice/4*int(permille-500)/500
	case permille < 2000:
		p.Is = ofPrice * 3 / 4 * int(2000-permille) / 1000
	}
	return p
}

// byMargin is for goods of which nobody knows what they cost: what is left of what the buyer paid.
func (r *ranker) byMargin(o *Ranked, p Point) Point {
	p.Name = "margin"
	sold := mulDiv(r.want.Sold.Minor, int64(max(1, r.want.Pieces)), 1)
	if o.Margin.Currency == "" || sold <= 0 {
		o.block("no_cost")
		return p
	}
	permille := clamp(mulDiv(o.Margin.Minor, 1000, sold), -1000, 1000)
	p.Args = []recourse.Arg{{Name: "permille", N: permille}, {Name: "sum", Sum: o.Margin}}
	if permille < 0 {
		o.block("loss", recourse.Arg{Name: "sum", Sum: o.Margin})
		return p
	}
	p.Is = int(min(permille*2, 1000)) * ofPrice / 1000
	return p
}

// exchange turns money into another currency at the rate that is given; false: there is none.
func (r *ranker) exchange(m recourse.Money, to recourse.Currency) (recourse.Money, bool) {
	if m.Currency == to {
		return m, to != ""
	}
	for _, x := range r.terms.Rates {
		if x.From == m.Currency && x.To == to && x.Num > 0 && x.Den > 0 {
			v, err := m.Scale(x.Num, x.Den)
			return recourse.Money{Minor: v.Minor, Currency: to}, err == nil
		}
	}
	return recourse.Money{}, false
}

// time compares the latest arrival with what the buyer was promised. Without a promise the sooner is the better.
func (r *ranker) time(o *Ranked) Point {
	p := Point{Name: "time", Of: ofTime}
	o.ShipsBy = r.ships(o.LeadDays)
	r.propose(o)
	from, way := 0, 45
	if o.Proposal != nil && o.Proposal.Line.DaysTo > 0 {
		from, way = o.Proposal.Line.DaysFrom, o.Proposal.Line.DaysTo
	}
	o.Arrives = o.ShipsBy.AddDate(0, 0, way)
	if from > 0 {
		o.ArrivesFrom = o.ShipsBy.AddDate(0, 0, from)
	}
	if r.want.Promised.IsZero() {
		days := int(o.Arrives.Sub(r.terms.Now) / (24 * time.Hour))
		p.Is = ofTime * max(0, 60-days) / 60
		p.Args = []recourse.Arg{{Name: "how", Text: "days"}, {Name: "n", N: int64(days)}}
		return p
	}
	late := int(o.Arrives.Sub(r.want.Promised) / (24 * time.Hour))
	p.Args = []recourse.Arg{{Name: "how", Text: "promise"}, {Name: "n", N: int64(late)}, {Name: "at", At: o.Arrives}}
	p.Is = ofTime
	if late > 0 {
		p.Is = ofTime * max(0, 30-late) / 30
	}
	return p
}

// propose finds the way by which the pieces go: by the supplier's line where it has one, else by any of the merchant's.
func (r *ranker) propose(o *Ranked) {
	lines := r.terms.Lines
	if o.Line != "" {
		lines = nil
		for _, l := range r.terms.Lines {
			if l.ID == o.Line {
				lines = append(lines, l)
			}
		}
	}
	weight, size := o.WeightG, o.SizeMM
	if weight == 0 && o.Same {
		weight = r.want.WeightG
	}
	if size == (recourse.Size{}) && o.Same {
		size = r.want.SizeMM
	}
	if fit := Fit(lines, weight, size, max(1, r.want.Pieces), r.want.Country); len(fit) > 0 {
		o.Proposal = &fit[0]
	} else if len(lines) > 0 {
		o.block("too_big", recourse.Arg{Name: "weight", N: int64(weight)})
	}
}

// record is what is known of the supplier.
func (r *ranker) record(o *Ranked) Point {
	points, known := o.Record.standing()
	p := Point{Name: "record", Of: ofRecord, Is: ofRecord * points / 1000, Args: []recourse.Arg{{Name: "how", Text: "known"}, {Name: "permille", N: int64(points)}}}
	if !known {
		p.Args[0].Text = "unknown"
	}
	return p
}

// stock is whether there are enough, and how long ago that was known.
func (r *ranker) stock(o *Ranked) Point {
	p := Point{Name: "stock", Of: ofStock, Args: []recourse.Arg{{Name: "n", N: int64(o.Stock)}}}
	pieces := max(1, r.want.Pieces)
	if o.Stock < 0 {
		o.block("stock_unknown")
		return p
	}
	if o.Stock < pieces {
		o.block("no_stock", recourse.Arg{Name: "n", N: int64(o.Stock)}, recourse.Arg{Name: "wanted", N: int64(pieces)})
		return p
	}
	p.Is = ofStock * min(o.Stock, 5*pieces) / (5 * pieces)
	if age := r.terms.Now.Sub(o.SeenAt); !o.SeenAt.IsZero() && age > 0 {
		left := max(0, stale-age)
		p.Is = int(int64(p.Is) * int64(left/time.Hour) / int64(stale/time.Hour))
		p.Args = append(p.Args, recourse.Arg{Name: "seen", At: o.SeenAt})
	}
	return p
}

// shipping is whether it goes in one parcel, and whether that is sure.
func (r *ranker) shipping(o *Ranked) Point {
	p := Point{Name: "shipping", Of: ofShipping}
	if o.Proposal == nil {
		return p
	}
	p.Is = ofShipping / len(o.Proposal.Parcels)
	if !o.Proposal.Sure {
		p.Is = p.Is * 6 / 10
	}
	how := "sure"
	if !o.Proposal.Sure {
		how = "unweighed"
	}
	p.Args = []recourse.Arg{{Name: "how", Text: how}, {Name: "line", Text: o.Proposal.Line.Name}, {Name: "n", N: int64(len(o.Proposal.Parcels))}}
	return p
}

func clamp(n, from, to int64) int64 { return max(from, min(to, n)) }

// mulDiv is a × b ÷ c in whole numbers, at the ends of what they hold where it would not fit.
func mulDiv(a, b, c int64) int64 {
	if c == 0 {
		return 0
	}
	if a > 1<<53 || a < -1<<53 {
		return a / c * b
	}
	return a * b / c
}
