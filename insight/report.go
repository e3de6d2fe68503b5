package insight

import (
	"cmp"
	"math"
	"slices"
	"time"

	"recourse"
)

// Query says what a report is about.
type Query struct {
	From, To      time.Time   // at or after, and before
	Before, Until time.Time   // the earlier period that it is compared with, of the same kind; Until is not after From
	Weeks         []time.Time // where the weeks (or days, or months) of the period begin, From the first; To ends the last
	Now           time.Time   // questions that are due by now and open count as missed

	// Empty fields want all.
	Situation, Supplier, Country, Channel string
}

// Spans are the days of UTC that the query needs of each part, both ends included.
func (q *Query) Spans() map[Part][][2]int64 {
	now, before := [2]int64{Day(q.From.Unix()), Day(q.To.Unix())}, [2]int64{Day(q.Before.Unix()), Day(q.Until.Unix())}
	both := [][2]int64{before, now}
	if before[1] >= now[0] {
		both = [][2]int64{{before[0], now[1]}} // no day twice
	}
	return map[Part][][2]int64{Troubles: both, Trade: {now}}
}

// Report is what came of it. Lists are sorted, the most telling first.
type Report struct {
	Query   Query
	Partial bool // orders of before are still being counted
	Any     bool // there was anything at all, in either period, before any filter
	// Stands is the instant at which the report becomes another one without a new fact, since a question's date has come;
	// before it, and from the query's Now on, it is good.
	Stands time.Time

	Opened, Settled Pair
	Weeks           []Week
	Open            Times            // of all that were settled
	Before          Times            // of the period before
	Times           []SituationTimes // of each situation
	Own, Buyers     Kept             // questions to the merchant's people, and to buyers
	OwnBefore       Kept
	Kept            []SituationKept // of each situation, the merchant's own
	Money           []Money         // by currency
	Suppliers       []Supplier
	Countries       []Country
	Claims          Claims

	// What can be filtered by, in the order of the alphabet.
	Situations, SupplierNames, CountryCodes, Channels []string
}

// Pair is a number of the period, and of the one before.
type Pair struct {
	Now    int64 `json:"now"`
	Before int64 `json:"before"`
}

// Week is a week, or the part of it that lies in the period.
type Week struct {
	From            time.Time
	Opened, Settled map[string]int64 // by situation
}

// Times are how long cases were open, in seconds.
type Times struct {
	N           int64 // cases
	Median, P90 int64 // nearest rank; 0 where there are none
}

// SituationTimes are the times of a situation.
type SituationTimes struct {
	Situation string
	Times
}

// Kept counts questions whose date has come, and those answered by it.
type Kept struct {
	Due  int64 `json:"due"`
	Kept int64 `json:"kept"`
}

// Share is the part that was kept, from 0 to 1; false where nothing was due.
func (k Kept) Share() (float64, bool) { return share(k.Kept, k.Due) }

// SituationKept is what was kept of a situation.
type SituationKept struct {
	Situation string
	Kept
}

// Money are the sums of a currency, in minor units.
type Money struct {
	Currency                           recourse.Currency
	Refunded, Recovered, Lost, Awaited Pair
}

// Supplier is one supplier's trouble.
type Supplier struct {
	Name      string
	Purchases int64
	Troubled  int64 // of them, with a case
	Replies   int64 // questions answered
	Reply     int64 // median, in seconds
	ReplyP90  int64
}

// Share is the part of the purchases that have a case; false where there was none.
func (s *Supplier) Share() (float64, bool) { return share(s.Troubled, s.Purchases) }

// Country is one country's trouble.
type Country struct {
	Code      string
	Purchases int64
	Troubled  int64
	Holds     int64 // cases of goods held by customs
}

// Share is the part of the purchases for which customs held goods; false where there was none.
func (c *Country) Share() (float64, bool) { return share(c.Holds, c.Purchases) }

func share(part, of int64) (float64, bool) {
	if of <= 0 {
		return 0, false
	}
	return float64(part) / float64(of), true
}

// Counting adds bodies of facts up to a report.
type Counting struct {
	q                      Query
	before, until, from    int64
	to, now                int64
	stands                 int64 // the first second from which an open question counts as missed
	steps                  []int64
	names                  [4]intern // situations, suppliers, countries, channels
	text                   intern
	report                 Report
	opened, settled        [][]int64   // by step and situation
	times                  []durations // by situation
	timesBefore            durations
	kept                   []Kept // by situation
	money                  []Money
	suppliers              []Supplier
	replies                []durations
	countries              []Country
	claims                 claimed
	want                   [4]int32 // -1: all
	any                    bool
	words                  [][]byte
	own, buyers, ownBefore Kept
}

// The fields that facts can be filtered by.
const (
	bySituation = iota
	bySupplier
	byCountry
	byChannel
)

// intern gives each text one number, whatever the body.
type intern struct {
	numbers map[string]int32
	texts   []string
	local   []int32 // of the segment in hand
}

func (n *intern) number(s string) int32 {
	i, ok := n.numbers[s]
	if !ok {
		if n.numbers == nil {
			n.numbers = map[string]int32{}
		}
		i = int32(len(n.texts))
		n.numbers[s], n.texts = i, append(n.texts, s)
	}
	return i
}

// begin forgets the numbers of the segment before.
func (n *intern) begin(words int) {
	n.local = slices.Grow(n.local[:0], words)[:words]
	for i := range n.local {
		n.local[i] = -1
	}
}

// of is the number of a segment's word; it is looked up once for each segment.
func (n *intern) of(i int32, words [][]byte) int32 {
	if n.local[i] < 0 {
		known, ok := n.numbers[string(words[i])] // no copy is made to look
		if !ok {
			known = n.number(string(words[i]))
		}
		n.local[i] = known
	}
	return n.local[i]
}

// NewCounting begins a report.
func NewCounting(q Query) *Counting {
	c := &Counting{q: q, before: q.Before.Unix(), until: q.Until.Unix(), from: q.From.Unix(), to: q.To.Unix(), now: q.Now.Unix(), stands: math.MaxInt64}
	for i, want := range []string{q.Situation, q.Supplier, q.Country, q.Channel} {
		c.want[i] = -1
		if want != "" {
			c.want[i] = c.names[i].number(want)
		}
	}
	for _, s := range q.Weeks {
		c.steps = append(c.steps, s.Unix())
	}
	c.opened, c.settled = make([][]int64, len(c.steps)), make([][]int64, len(c.steps))
	return c
}

// Add counts a body.
func (c *Counting) Add(body []byte) error {
	s := scanner{rest: body, wants: c.wants}
	var r row
	for words, ok := s.segment(c.words); ok; words, ok = s.segment(words) {
		c.words = words
		for i := range c.names {
			c.names[i].begin(len(words))
		}
		c.text.begin(len(words))
		for s.next(&r) {
			if int(max(r.situation, r.supplier, r.country, r.channel, r.text)) >= len(words) {
				return errDamaged
			}
			if r.at >= c.from && r.at < c.to || r.at >= c.before && r.at < c.until {
				c.fact(&r)
			}
		}
	}
	if s.bad {
		return errDamaged
	}
	return nil
}

// wants says whether a segment can have anything that is counted.
func (c *Counting) wants(least Kind, first, last int64) bool {
	if last >= c.from && first < c.to {
		return true
	}
	return least < Bought && last >= c.before && first < c.until
}

// fact counts one fact that lies in the period or in the one before.
func (c *Counting) fact(r *row) {
	c.any = true
	situation, supplier := c.names[bySituation].of(r.situation, c.words), c.names[bySupplier].of(r.supplier, c.words)
	country, channel := c.names[byCountry].of(r.country, c.words), c.names[byChannel].of(r.channel, c.words)
	// A purchase is of no situation; orders are of no supplier either.
	switch {
	case c.want[byCountry] >= 0 && country != c.want[byCountry], c.want[byChannel] >= 0 && channel != c.want[byChannel]:
		return
	case r.kind != Ordered && r.kind != Claimed && c.want[bySupplier] >= 0 && supplier != c.want[bySupplier]:
		return
	case r.kind < Bought && c.want[bySituation] >= 0 && situation != c.want[bySituation], r.kind == Troubled && c.want[bySituation] >= 0 && situation != c.want[bySituation]:
		return
	}
	if r.kind >= Bought {
		if r.at >= c.from {
			c.thing(r, supplier, country)
		}
		return
	}
	c.trouble(r, situation, country)
}

// trouble counts a fact of a case.
func (c *Counting) trouble(r *row, situation, country int32) {
	in := r.at >= c.from
	switch r.kind {
	case Opened:
		add(&c.report.Opened, r.weight, in)
		if in {
			*at(at(&c.opened, c.step(r.at)), situation) += r.weight
			if c.names[bySituation].texts[situation] == string(recourse.CustomsHold) {
				at(&c.countries, country).Holds += r.weight
			}
		}
	case Settled:
		add(&c.report.Settled, r.weight, in)
		if !in {
			c.timesBefore.add(r)
			return
		}
		*at(at(&c.settled, c.step(r.at)), situation) += r.weight
		at(&c.times, situation).add(r)
	case Asked, Answered:
		c.question(r, situation, in)
	case Refunded, Recovered, Lost, Awaited:
		m := at(&c.money, c.text.of(r.text, c.words))
		add([]*Pair{&m.Refunded, &m.Recovered, &m.Lost, &m.Awaited}[r.kind-Refunded], r.weight*r.n, in)
	}
}

func (c *Counting) question(r *row, situation int32, in bool) {
	if r.kind == Asked && r.at >= c.now {
		c.stands = min(c.stands, r.at+1)
		return // there is time
	}
	k := Kept{Due: r.weight}
	if r.kind == Answered {
		k.Kept = r.weight * r.n
	}
	switch {
	case !in && r.m != ofBuyer:
		c.ownBefore.add(k)
	case in && r.m == ofBuyer:
		c.buyers.add(k)
	case in:
		c.own.add(k)
		at(&c.kept, situation).add(k)
	}
}

func (k *Kept) add(more Kept) { k.Due, k.Kept = k.Due+more.Due, k.Kept+more.Kept }

// thing counts a fact of a purchase, a supplier or an order, in the period.
func (c *Counting) thing(r *row, supplier, country int32) {
	switch r.kind {
	case Bought:
		at(&c.suppliers, supplier).Purchases += r.weight
		at(&c.countries, country).Purchases += r.weight
	case Troubled:
		if r.n > 0 && c.want[bySituation] < 0 {
			return // counted with its first situation
		}
		at(&c.suppliers, supplier).Troubled += r.weight
		at(&c.countries, country).Troubled += r.weight
	case Replied:
		at(&c.replies, supplier).add(r)
	case Claimed:
		c.claims.claim(r.n, string(c.words[r.text]), r.weight)
	case Ordered:
		c.claims.order(r.n, r.m, r.weight)
	}
}

func add(p *Pair, n int64, in bool) {
	if in {
		p.Now += n
	} else {
		p.Before += n
	}
}

// durations are lengths of time, and those that were taken away again: bodies come in any order.
type durations struct{ list, gone []int64 }

func (d *durations) add(r *row) {
	for range r.weight {
		d.list = append(d.list, r.n)
	}
	for range -r.weight {
		d.gone = append(d.gone, r.n)
	}
}

// sorted are those that are left, in order.
func (d *durations) sorted() []int64 {
	slices.Sort(d.list)
	if len(d.gone) == 0 {
		return d.list
	}
	slices.Sort(d.gone)
	left, gone := d.list[:0], d.gone
	for _, n := range d.list {
		for len(gone) > 0 && gone[0] < n {
			gone = gone[1:]
		}
		if len(gone) > 0 && gone[0] == n {
			gone = gone[1:]
			continue
		}
		left = append(left, n)
	}
	d.list, d.gone = left, nil
	return left
}

// at is the place of a number in a list, which grows as it must.
func at[T any, N int32 | int](list *[]T, i N) *T {
	for len(*list) <= int(i) {
		var zero T
		*list = append(*list, zero)
	}
	return &(*list)[i]
}

// step is the week that an instant of the period lies in.
func (c *Counting) step(at int64) int {
	i, found := slices.BinarySearch(c.steps, at)
	if !found {
		i--
	}
	return max(0, i)
}

// Report is what was counted.
func (c *Counting) Report() *Report {
	r := &c.report
	r.Query, r.Any = c.q, c.any
	r.Stands = c.q.To.AddDate(100, 0, 0)
	if c.stands < math.MaxInt64 {
		r.Stands = time.Unix(c.stands, 0)
	}
	situations := c.names[bySituation].texts
	for i, s := range c.q.Weeks {
		r.Weeks = append(r.Weeks, Week{s, named(c.opened[i], situations), named(c.settled[i], situations)})
	}
	c.reportTimes(situations)
	r.Own, r.Buyers, r.OwnBefore = c.own, c.buyers, c.ownBefore
	for i, k := range c.kept {
		if k.Due > 0 {
			r.Kept = append(r.Kept, SituationKept{situations[i], k})
		}
	}
	for i, m := range c.money {
		if m != (Money{}) {
			m.Currency = recourse.Currency(c.text.texts[i])
			r.Money = append(r.Money, m)
		}
	}
	c.reportSuppliers()
	c.reportCountries()
	r.Claims = c.claims.report()
	r.Sort()
	for i, to := range []*[]string{&r.Situations, &r.SupplierNames, &r.CountryCodes, &r.Channels} {
		for _, s := range c.names[i].texts {
			if s != "" {
				*to = append(*to, s)
			}
		}
		slices.Sort(*to)
	}
	return r
}

func named(counts []int64, names []string) map[string]int64 {
	out := map[string]int64{}
	for i, n := range counts {
		if n > 0 {
			out[names[i]] = n
		}
	}
	return out
}

func (c *Counting) reportTimes(situations []string) {
	r := &c.report
	var all []int64
	for i := range c.times {
		if list := c.times[i].sorted(); len(list) > 0 {
			r.Times = append(r.Times, SituationTimes{situations[i], timesOf(list)})
			all = append(all, list...)
		}
	}
	slices.Sort(all)
	r.Open, r.Before = timesOf(all), timesOf(c.timesBefore.sorted())
}

func timesOf(list []int64) Times {
	return Times{int64(len(list)), rank(list, 50), rank(list, 90)}
}

// rank is the value at a percentile by nearest rank: the least that so many in a hundred do not exceed.
func rank(sorted []int64, percent int) int64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}

func (c *Counting) reportSuppliers() {
	names := c.names[bySupplier].texts
	for i := range max(len(c.suppliers), len(c.replies)) {
		s := *at(&c.suppliers, i)
		replies := timesOf(at(&c.replies, i).sorted())
		s.Name, s.Replies, s.Reply, s.ReplyP90 = names[i], replies.N, replies.Median, replies.P90
		if s.Name != "" && (s.Purchases > 0 || s.Troubled > 0 || s.Replies > 0) {
			c.report.Suppliers = append(c.report.Suppliers, s)
		}
	}
}

func (c *Counting) reportCountries() {
	names := c.names[byCountry].texts
	for i := range c.countries {
		n := c.countries[i]
		if n.Code = names[i]; n.Code != "" && (n.Purchases > 0 || n.Troubled > 0 || n.Holds > 0) {
			c.report.Countries = append(c.report.Countries, n)
		}
	}
}

// Slowest are the suppliers that were asked something and answered, those that took longest first.
func (r *Report) Slowest() (out []Supplier) {
	for _, s := range r.Suppliers {
		if s.Replies > 0 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Supplier) int {
		return cmp.Or(cmp.Compare(b.Reply, a.Reply), cmp.Compare(b.Replies, a.Replies), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// Sort puts the lists of a report into their order.
func (r *Report) Sort() {
	slices.SortFunc(r.Kept, func(a, b SituationKept) int {
		return cmp.Or(cmp.Compare(b.Due, a.Due), cmp.Compare(a.Situation, b.Situation))
	})
	slices.SortFunc(r.Money, func(a, b Money) int { return cmp.Compare(a.Currency, b.Currency) })
	slices.SortFunc(r.Times, func(a, b SituationTimes) int {
		return cmp.Or(cmp.Compare(b.Median, a.Median), cmp.Compare(a.Situation, b.Situation))
	})
	// A supplier of two purchases with one case is not the worst: the share counts as far as it is sure.
	slices.SortFunc(r.Suppliers, func(a, b Supplier) int {
		return cmp.Or(cmp.Compare(sure(b.Troubled, b.Purchases), sure(a.Troubled, a.Purchases)), cmp.Compare(b.Troubled, a.Troubled), cmp.Compare(b.Purchases, a.Purchases), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(r.Countries, func(a, b Country) int {
		return cmp.Or(cmp.Compare(sure(b.Holds, b.Purchases), sure(a.Holds, a.Purchases)), cmp.Compare(b.Holds, a.Holds), cmp.Compare(b.Purchases, a.Purchases), cmp.Compare(a.Code, b.Code))
	})
}
