package replay

import (
	"math"
	"slices"
	"time"

	"recourse"
	"recourse/decide"
)

// This file reads off an order's file, at the end of its replay, what became of its buyer and of the merchant's money. It
// looks at what is known of parcels, refunds and recoveries and not at how the policy got there, so that two policies that
// share nothing can be compared by it.

// Whole says how long buyers waited. The time runs from when a trouble began (the date that was missed, or
// the fact that opened the case) until every piece of the case was refunded, with the money there, or delivered. A case
// that goes on with the trouble of another (goods bought again fail as well) is not another wait, and one that ended with
// nothing owed is counted apart.
//
// The days are of all who were owed something: who has nothing by the end of the book waits longer than anybody. Where that
// is more than half of them, nobody can say what the middle one waited, and Median is left out.
type Whole struct {
	Money   int      `json:"money"`            // whose pieces were paid back, the last of them
	Goods   int      `json:"goods"`            // whose pieces came, the last of them
	Never   int      `json:"never"`            // nothing, or not all, by the end
	NotOwed int      `json:"not_owed"`         // denied, taken back, put right before anything was lost
	Median  *float64 `json:"median,omitempty"` // days
	P90     *float64 `json:"p90,omitempty"`    // days

	hours map[int32]int // until whole: a few thousand at the most, however long the book
}

func newWhole() Whole { return Whole{hours: map[int32]int{}} }

// Owed are the troubles in which something was owed.
func (w *Whole) Owed() int { return w.Money + w.Goods + w.Never }

// finish finds the middle one, and the one that nine of ten do not wait longer than.
func (w *Whole) finish() {
	w.Median, w.P90 = w.quantile(50), w.quantile(90)
	w.hours = nil
}

func (w *Whole) quantile(percent int) *float64 {
	nth := (w.Owed()*percent + 99) / 100
	if nth == 0 || nth > w.Money+w.Goods {
		return nil
	}
	hours := make([]int32, 0, len(w.hours))
	for h := range w.hours {
		hours = append(hours, h)
	}
	slices.Sort(hours)
	for _, h := range hours {
		if nth -= w.hours[h]; nth <= 0 {
			days := float64(h) / 24
			return &days
		}
	}
	return nil
}

// Sums are amounts of one currency. What was asked for and taken back again stands in both; the difference is what would have
// moved.
type Sums struct {
	RefundsRequested    recourse.Money `json:"refunds_requested"`
	RefundsWithdrawn    recourse.Money `json:"refunds_withdrawn"` // or refused, or failed
	RefundsDone         recourse.Money `json:"refunds_done"`      // the buyer has it
	RecoveriesAsked     recourse.Money `json:"recoveries_asked"`
	RecoveriesWithdrawn recourse.Money `json:"recoveries_withdrawn"`
	RecoveriesReceived  recourse.Money `json:"recoveries_received"`
	RecoveriesDenied    recourse.Money `json:"recoveries_denied"` // or written off
	BoughtAgain         recourse.Money `json:"bought_again"`
	BoughtFirst         recourse.Money `json:"bought_first"` // what those pieces had cost where they failed
	Twice               recourse.Money `json:"twice"`        // what was paid for pieces that a buyer has beside their money, or twice
	// Loss is what trouble cost by the end: refunds less withdrawn and goods bought again, less what suppliers paid back.
	Loss recourse.Money `json:"loss"`
}

// fields are all amounts, by place.
func (s *Sums) fields() []*recourse.Money {
	return []*recourse.Money{&s.RefundsRequested, &s.RefundsWithdrawn, &s.RefundsDone, &s.RecoveriesAsked, &s.RecoveriesWithdrawn, &s.RecoveriesReceived, &s.RecoveriesDenied,
		&s.BoughtAgain, &s.BoughtFirst, &s.Twice, &s.Loss}
}

// Less is the difference of two policies' sums, field by field. Either may be nil: nothing moved.
func (s *Sums) Less(o *Sums, currency recourse.Currency) *Sums {
	out := newSums(currency)
	if s != nil {
		out.add(s, 1)
	}
	if o != nil {
		out.add(o, -1)
	}
	return out
}

func newSums(c recourse.Currency) *Sums {
	s := &Sums{}
	for _, m := range s.fields() {
		m.Currency = c
	}
	return s
}

func (s *Sums) add(o *Sums, times int64) {
	to := s.fields()
	for i, m := range o.fields() {
		if part, err := m.Mul(times); err == nil {
			*to[i] = plus(*to[i], part)
		}
	}
}

// reckon puts together what the loss is made of.
func (s *Sums) reckon() {
	s.Loss.Minor = s.RefundsRequested.Minor - s.RefundsWithdrawn.Minor + s.BoughtAgain.Minor - s.RecoveriesReceived.Minor
}

// Again counts goods that were bought beyond what the order had: in place of what failed.
type Again struct {
	Purchases int `json:"purchases"`
	Pieces    int `json:"pieces"`
	Dearer    int `json:"dearer"` // purchases that cost more than what failed
	Cheaper   int `json:"cheaper"`
	Alike     int `json:"alike"` // as much, or nobody can say
	Delivered int `json:"delivered"`
}

// Twice counts pieces that a buyer has twice: with their money back, or sent twice.
type Twice struct {
	Orders int `json:"orders"`
	Pieces int `json:"pieces"`
}

// money is the sums of a currency, begun when it is first met; nil without a currency.
func (r *Report) money(c recourse.Currency) *Sums {
	if c == "" {
		return nil
	}
	s := r.Money[c]
	if s == nil {
		s = newSums(c)
		r.Money[c] = s
	}
	return s
}

// count adds an amount to one of the sums of its currency.
func (r *Report) count(m recourse.Money, to func(*Sums) *recourse.Money) {
	if s := r.money(m.Currency); s != nil {
		f := to(s)
		*f = plus(*f, m)
		s.reckon()
	}
}

// worth counts an order's money and what its buyer has.
func (r *Report) worth(d *decide.Decider, f *recourse.OrderFile, sum *summary) {
	if len(f.Cases) == 0 && len(f.Refunds) == 0 && len(f.Recoveries) == 0 && len(f.Purchases) < 2 {
		return
	}
	for i := range f.Refunds {
		r.refund(&f.Refunds[i])
	}
	for i := range f.Recoveries {
		r.recovery(&f.Recoveries[i])
	}
	g := gather(d, f)
	r.again(d, f, g)
	r.twice(f, g)
	var troubles []trouble
	for _, c := range f.Cases {
		t := g.trouble(c)
		if !slices.ContainsFunc(troubles, func(before trouble) bool { return before.goesOn(&t) }) {
			troubles = append(troubles, t)
			r.whole(&t, sum)
		}
	}
}

func (r *Report) refund(x *recourse.Refund) {
	if x.Disputed && x.Status != recourse.RefundDone {
		return // the bank has not decided
	}
	r.count(x.Amount, func(s *Sums) *recourse.Money { return &s.RefundsRequested })
	switch {
	case !x.Status.Active():
		r.count(x.Amount, func(s *Sums) *recourse.Money { return &s.RefundsWithdrawn })
	case x.Status == recourse.RefundDone:
		r.count(x.Amount, func(s *Sums) *recourse.Money { return &s.RefundsDone })
	}
}

func (r *Report) recovery(x *recourse.Recovery) {
	r.count(x.Amount, func(s *Sums) *recourse.Money { return &s.RecoveriesAsked })
	r.count(x.Received, func(s *Sums) *recourse.Money { return &s.RecoveriesReceived })
	switch x.Status {
	case recourse.RecoveryWithdrawn:
		r.count(x.Amount, func(s *Sums) *recourse.Money { return &s.RecoveriesWithdrawn })
	case recourse.RecoveryDenied, recourse.RecoveryWrittenOff:
		r.count(x.Amount, func(s *Sums) *recourse.Money { return &s.RecoveriesDenied })
	}
}

// arrival is pieces that a buyer got, or the money for them.
type arrival struct {
	at       time.Time
	lines    []recourse.Pieces
	money    bool
	purchase string // that brought them
}

// gathered is what an order's buyer got, in order of time.
type gathered []arrival

func gather(d *decide.Decider, f *recourse.OrderFile) (g gathered) {
	for i := range f.Refunds {
		if x := &f.Refunds[i]; x.Status == recourse.RefundDone && len(x.Lines) > 0 {
			g = append(g, arrival{at: x.At, lines: x.Lines, money: true})
		}
	}
	whole := map[string]bool{} // purchases of which a parcel that tells no pieces was counted
	for i := range f.Parcels {
		p := &f.Parcels[i]
		if !d.Delivered(f, p) {
			continue
		}
		lines := p.Lines
		if len(lines) == 0 {
			if whole[p.Purchase] {
				continue
			}
			whole[p.Purchase], lines = true, boughtBy(f, p.Purchase)
		}
		g = append(g, arrival{at: p.StatusAt, lines: lines, purchase: p.Purchase})
	}
	slices.SortStableFunc(g, func(a, b arrival) int { return a.at.Compare(b.at) })
	return g
}

// boughtBy are the pieces of a purchase; all of the order's where nothing says which.
func boughtBy(f *recourse.OrderFile, id string) []recourse.Pieces {
	if p := f.Purchase(id); p != nil && len(p.Lines) > 0 {
		return p.Lines
	}
	out := make([]recourse.Pieces, len(f.Order.Lines))
	for i, l := range f.Order.Lines {
		out[i] = recourse.Pieces{Line: l.Line, Quantity: l.Quantity}
	}
	return out
}

// notOwed are the ends after which nobody waits for anything.
var notOwed = []recourse.Outcome{recourse.OutcomeDenied, recourse.OutcomeWithdrawn, recourse.OutcomeExpired, recourse.OutcomeCorrected, recourse.OutcomeWon, recourse.OutcomeNotPossible}

// never is later than the end of any book.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// trouble is a case with when its buyer had goods or money for all of its pieces.
type trouble struct {
	c     *recourse.Case
	at    time.Time // never: not by the end
	money bool      // what came last
}

// goesOn says that another case is this trouble once more: about the same pieces, and begun before the buyer had anything. What
// was bought again and failed as well is one long wait, and not two.
func (t *trouble) goesOn(other *trouble) bool {
	return recourse.Overlap(t.c.Lines, other.c.Lines) && !other.c.OpenedAt.Before(t.c.OpenedAt) && other.c.OpenedAt.Before(t.at)
}

// trouble finds when a case's buyer had goods or money for all of its pieces. Only what came after the case was opened counts,
// and of goods only what the case's purchase brought, or one that was made for it.
func (g gathered) trouble(c *recourse.Case) trouble {
	missing := slices.Clone(c.Lines)
	for i := range g {
		if x := &g[i]; x.at.After(c.OpenedAt) && (c.Purchase == "" || x.purchase == "" || x.purchase == c.Purchase || x.money || later(x, c)) {
			if missing = recourse.Without(missing, x.lines); len(missing) == 0 {
				return trouble{c, x.at, x.money}
			}
		}
	}
	return trouble{c, never, false}
}

// whole counts a trouble.
func (r *Report) whole(t *trouble, sum *summary) {
	c := t.c
	switch {
	case t.at == never && c.Status == recourse.Closed && slices.Contains(notOwed, c.Outcome):
		r.Whole.NotOwed++
		return
	case t.at == never:
		r.Whole.Never++
	case t.money:
		r.Whole.Money++
	default:
		r.Whole.Goods++
	}
	if t.at != never {
		began := c.OpenedAt
		if !c.Anchor.IsZero() && c.Anchor.Before(began) {
			began = c.Anchor
		}
		r.Whole.hours[int32(min(t.at.Sub(began)/time.Hour, math.MaxInt32))]++
	}
	if t.at.After(sum.whole) {
		sum.whole = t.at
	}
}

// later says that goods were bought for a case: by another purchase than its own.
func later(x *arrival, c *recourse.Case) bool {
	return c.SentAgain.Remedy != "" && x.purchase != c.Purchase
}

// reached leaves out an instant that was not reached.
func reached(at time.Time) time.Time {
	if at == never {
		return time.Time{}
	}
	return at
}

// sooner compares when an order's buyer had everything under two policies.
func (r *Result) sooner(first, second time.Time) {
	switch {
	case first.IsZero() || second.IsZero() || first.Equal(second):
	case second.Before(first):
		r.Sooner++
	default:
		r.Later++
	}
}

// again counts what was bought beyond the pieces of the order: in place of what failed.
func (r *Report) again(d *decide.Decider, f *recourse.OrderFile, g gathered) {
	if len(f.Purchases) < 2 {
		return
	}
	order := make([]*recourse.Purchase, len(f.Purchases))
	for i := range f.Purchases {
		order[i] = &f.Purchases[i]
	}
	slices.SortStableFunc(order, func(a, b *recourse.Purchase) int { return a.PlacedAt.Compare(b.PlacedAt) })
	var bought []recourse.Pieces
	for i, p := range order {
		lines := boughtBy(f, p.ID)
		if more := beyond(f, bought, lines); len(more) > 0 {
			r.bought(d, f, p, more, order[:i])
			if slices.ContainsFunc(g, func(x arrival) bool { return !x.money && x.purchase == p.ID }) {
				r.Again.Delivered++
			}
		}
		bought = recourse.Plus(bought, lines)
	}
}

// beyond are those of some pieces that the order has no place for, beside what was bought before.
func beyond(f *recourse.OrderFile, bought, lines []recourse.Pieces) (out []recourse.Pieces) {
	for _, l := range lines {
		if o := f.Order.Line(l.Line); o != nil {
			if n := min(l.Quantity, recourse.Count(bought, l.Line)+l.Quantity-o.Quantity); n > 0 {
				out = append(out, recourse.Pieces{Line: l.Line, Quantity: n})
			}
		}
	}
	return out
}

// bought counts a purchase of pieces that others were to bring before.
func (r *Report) bought(d *decide.Decider, f *recourse.OrderFile, p *recourse.Purchase, more []recourse.Pieces, before []*recourse.Purchase) {
	r.Again.Purchases++
	r.Again.Pieces += recourse.Total(more)
	cost := d.CostOf(f, p, more)
	r.count(cost, func(s *Sums) *recourse.Money { return &s.BoughtAgain })
	var first recourse.Money
	for _, q := range before {
		if lines := recourse.Common(more, boughtBy(f, q.ID)); len(lines) > 0 {
			first = plus(first, d.CostOf(f, q, lines))
			more = recourse.Without(more, lines)
		}
	}
	r.count(first, func(s *Sums) *recourse.Money { return &s.BoughtFirst })
	switch diff, err := cost.Cmp(first); {
	case err != nil || first.Minor == 0 || cost.Minor == 0 || diff == 0:
		r.Again.Alike++
	case diff > 0:
		r.Again.Dearer++
	default:
		r.Again.Cheaper++
	}
}

// twice counts the pieces that a buyer has beyond those of a case: their money as well, or goods that were sent again. What
// came before the case was opened is what the case is about, and not counted.
func (r *Report) twice(f *recourse.OrderFile, g gathered) {
	pieces := 0
	for _, l := range f.Order.Lines {
		n := 0
		for _, c := range f.Cases {
			n = max(n, surplus(c, g, l.Line))
		}
		if n == 0 {
			continue
		}
		pieces += n
		if m, err := f.Order.PaidFor(l.Line).Scale(int64(n), int64(l.Quantity)); err == nil {
			r.count(m, func(s *Sums) *recourse.Money { return &s.Twice })
		}
	}
	if pieces > 0 {
		r.Twice.Orders++
		r.Twice.Pieces += pieces
	}
}

// surplus is how many pieces of a line came for a case beyond its own.
func surplus(c *recourse.Case, g gathered, line int) int {
	own, got := recourse.Count(c.Lines, line), 0
	for i := range g {
		if g[i].at.After(c.OpenedAt) {
			got += min(own, recourse.Count(g[i].lines, line))
		}
	}
	return max(0, got-own)
}

// mergeWorth adds another worker's.
func (r *Report) mergeWorth(o *Report) {
	r.Whole.Money += o.Whole.Money
	r.Whole.Goods += o.Whole.Goods
	r.Whole.Never += o.Whole.Never
	r.Whole.NotOwed += o.Whole.NotOwed
	count(r.Whole.hours, o.Whole.hours)
	for c, s := range o.Money {
		r.money(c).add(s, 1)
	}
	r.Again.Purchases += o.Again.Purchases
	r.Again.Pieces += o.Again.Pieces
	r.Again.Dearer += o.Again.Dearer
	r.Again.Cheaper += o.Again.Cheaper
	r.Again.Alike += o.Again.Alike
	r.Again.Delivered += o.Again.Delivered
	r.Twice.Orders += o.Twice.Orders
	r.Twice.Pieces += o.Twice.Pieces
}

// Difference is what the second policy moves beyond the first, in each currency; nil without a second.
func (r *Result) Difference() map[recourse.Currency]*Sums {
	if len(r.Reports) < 2 {
		return nil
	}
	out := map[recourse.Currency]*Sums{}
	for _, report := range r.Reports[:2] {
		for c := range report.Money {
			out[c] = r.Reports[1].Money[c].Less(r.Reports[0].Money[c], c)
		}
	}
	return out
}
