package desk_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/insight"
	"recourse/sample"
	"recourse/store"
)

// report counts the figures of a span, compared with one as long before.
func report(t testing.TB, d *desk.Desk, q insight.Query) *insight.Report {
	t.Helper()
	var r *insight.Report
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) (err error) { r, err = d.Insights(tx, shop, q); return err }); err != nil {
		t.Fatal(err)
	}
	return r
}

func spanOf(from, to, now time.Time) insight.Query {
	q := insight.Query{From: from, To: to, Before: from.Add(from.Sub(to)), Until: from, Now: now, Weeks: []time.Time{from}}
	for at := from.Add(7 * 24 * time.Hour); at.Before(to); at = at.Add(7 * 24 * time.Hour) {
		q.Weeks = append(q.Weeks, at)
	}
	return q
}

// shopLife tells a made-up book as history, then the sample shop's life with its deadlines; rolls come in between by chance.
func shopLife(t testing.TB, d *desk.Desk, c *clock, r *rand.Rand) {
	t.Helper()
	tell := func(facts []desk.Fact) {
		results, err := d.Handle(t.Context(), shop, facts)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range results {
			if x.Err != nil && recourse.KindOf(x.Err) == recourse.Internal {
				t.Fatal(x.Err)
			}
		}
	}
	events := sample.Shop(march)
	c.set(events[0].Time)
	tell(facts(t, 150, r.Uint64()))
	drain(t, d)
	for i, ev := range events {
		c.set(ev.Time)
		drain(t, d)
		tell([]desk.Fact{{Event: ev, By: "test"}})
		if r.IntN(40) == 0 {
			if err := d.RollInsights(t.Context(), shop); err != nil {
				t.Fatal(err)
			}
		}
		if i == len(events)/2 { // a fact learned late, and one that is told twice
			tell([]desk.Fact{{Event: ev, By: "test"}})
		}
	}
	c.set(march)
	drain(t, d)
}

// TestInsightsAreTheFiles compares the figures with a plain recount from the files and histories of all orders, as news, put
// to their days, and counted anew from the history.
func TestInsightsAreTheFiles(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		r := rand.New(rand.NewPCG(3, 4))
		shopLife(t, d, c, r)
		queries := []insight.Query{spanOf(march.AddDate(-2, 0, 0), march.AddDate(0, 0, 1), march), spanOf(march.AddDate(0, 0, -30), march, march), spanOf(march.AddDate(1, 0, 0), march.AddDate(1, 1, 0), march)}
		for _, change := range []func(*insight.Query){
			func(q *insight.Query) { q.Situation = "out_of_stock" }, func(q *insight.Query) { q.Country = "FR" }, func(q *insight.Query) { q.Supplier = "苏州锦绣丝绸旗舰店" },
			func(q *insight.Query) { q.Channel = "shopify"; q.Situation = "late_shipment" },
		} {
			q := queries[0]
			change(&q)
			queries = append(queries, q)
		}
		check := func(how string) {
			for i, q := range queries {
				is, want := report(t, d, q), recount(t, d, q)
				for _, f := range []struct {
					name     string
					is, want any
				}{
					{"opened", is.Opened, want.Opened}, {"settled", is.Settled, want.Settled}, {"weeks", is.Weeks, want.Weeks}, {"times", is.Open, want.Open}, {"before", is.Before, want.Before},
					{"situations", is.Times, want.Times}, {"own", is.Own, want.Own}, {"buyers", is.Buyers, want.Buyers}, {"kept", is.Kept, want.Kept}, {"money", is.Money, want.Money},
					{"suppliers", is.Suppliers, want.Suppliers}, {"countries", is.Countries, want.Countries}, {"orders", is.Claims.Orders, want.Claims.Orders}, {"claimed", is.Claims.Claimed, want.Claims.Claimed},
				} {
					if !reflect.DeepEqual(f.is, f.want) {
						t.Errorf("%s, query %d, %s: %+v; the files say %+v", how, i, f.name, f.is, f.want)
					}
				}
			}
		}
		check("news and days")
		if x := report(t, d, queries[0]); x.Opened.Now < 60 || x.Settled.Now < 10 || x.Own.Due == 0 || len(x.Money) == 0 || len(x.Slowest()) == 0 || x.Claims.Claimed == 0 {
			t.Errorf("the shop has too little to compare: %+v", x)
		}
		if err := d.RollInsights(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		noNews(t, d)
		check("days")
		if err := d.Store().WantInsight(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		if x := report(t, d, queries[0]); !x.Partial {
			t.Error("nobody is told that the history is being counted")
		}
		if err := d.RollInsights(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		noNews(t, d)
		check("history")
	})
}

func noNews(t testing.TB, d *desk.Desk) {
	t.Helper()
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) error {
		news, err := tx.InsightNewsOf(shop, 1<<30)
		if len(news) > 0 {
			t.Errorf("%d news are in no day", len(news))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// recount makes a report by looking at every file and every entry, with nothing of the room insight but its types.
func recount(t testing.TB, d *desk.Desk, q insight.Query) *insight.Report {
	t.Helper()
	n := &recounter{q: q, r: &insight.Report{}, times: map[string][]int64{}, kept: map[string]insight.Kept{}, money: map[recourse.Currency]*insight.Money{}, suppliers: map[string]*insight.Supplier{},
		replies: map[string][]int64{}, countries: map[string]*insight.Country{}}
	for _, w := range q.Weeks {
		n.r.Weeks = append(n.r.Weeks, insight.Week{From: w, Opened: map[string]int64{}, Settled: map[string]int64{}})
	}
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) error {
		keys, err := tx.Keys(shop, "", 10_000)
		if err != nil {
			return err
		}
		files, err := tx.Files(keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			entries, err := tx.History(k, 1, 10_000)
			if err != nil {
				return err
			}
			n.order(files[k].OrderFile, entries)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n.report()
}

type recounter struct {
	q         insight.Query
	r         *insight.Report
	all       []int64
	before    []int64
	times     map[string][]int64
	kept      map[string]insight.Kept
	money     map[recourse.Currency]*insight.Money
	suppliers map[string]*insight.Supplier
	replies   map[string][]int64
	countries map[string]*insight.Country
}

func (n *recounter) now(t time.Time) bool { return !t.Before(n.q.From) && t.Before(n.q.To) }
func (n *recounter) was(t time.Time) bool { return !t.Before(n.q.Before) && t.Before(n.q.Until) }
func (n *recounter) pair(p *insight.Pair, t time.Time, by int64) {
	if n.now(t) {
		p.Now += by
	} else if n.was(t) {
		p.Before += by
	}
}
func (n *recounter) week(t time.Time) *insight.Week {
	at := 0
	for i, w := range n.q.Weeks {
		if !t.Before(w) {
			at = i
		}
	}
	return &n.r.Weeks[at]
}

func passes(want, is string) bool { return want == "" || want == is }

func (n *recounter) order(f *recourse.OrderFile, entries []store.Entry) {
	country := ""
	if f.Order.ShipTo != nil {
		country = f.Order.ShipTo.Country
	}
	if !passes(n.q.Country, country) || !passes(n.q.Channel, f.Order.Channel) {
		return
	}
	of := func(c *recourse.Case) bool {
		if c == nil {
			return n.q.Situation == "" && n.q.Supplier == ""
		}
		return passes(n.q.Situation, string(c.Situation)) && passes(n.q.Supplier, f.SupplierOf(c))
	}
	problem := false
	for _, c := range f.Cases {
		problem = problem || c.Problem
		if of(c) {
			n.ofCase(c, country)
		}
	}
	for _, r := range f.Refunds {
		if r.Status != recourse.RefundDone || !of(f.Case(r.Case)) {
			continue
		}
		n.cash(r.Amount, r.At, func(m *insight.Money) *insight.Pair { return &m.Refunded })
		asked := slices.ContainsFunc(f.Recoveries, func(v recourse.Recovery) bool {
			return v.Status != recourse.RecoveryWithdrawn && (r.Case != "" && v.Case == r.Case || recourse.Overlap(v.Lines, r.Lines))
		})
		bought := slices.ContainsFunc(f.Purchases, func(p recourse.Purchase) bool {
			return p.Status != recourse.PurchaseCancelled && (len(p.Lines) == 0 || recourse.Overlap(p.Lines, r.Lines))
		})
		if bought && !asked {
			n.cash(r.Amount, r.At, func(m *insight.Money) *insight.Pair { return &m.Lost })
		}
	}
	for _, r := range f.Recoveries {
		if !of(f.Case(r.Case)) {
			continue
		}
		n.cash(r.Received, r.At, func(m *insight.Money) *insight.Pair { return &m.Recovered })
		rest := r.Amount
		if r.Received.Currency == rest.Currency {
			rest.Minor -= r.Received.Minor
		}
		switch r.Status {
		case recourse.RecoveryRequested:
			n.cash(rest, r.At, func(m *insight.Money) *insight.Pair { return &m.Awaited })
		case recourse.RecoveryDenied, recourse.RecoveryWrittenOff:
			n.cash(rest, r.At, func(m *insight.Money) *insight.Pair { return &m.Lost })
		}
	}
	n.purchases(f, country)
	n.questions(f, entries, of)
	if n.now(f.Order.PlacedAt) && f.Order.Buyer != nil && f.Order.Buyer.Email != "" {
		n.r.Claims.Orders++
		if problem {
			n.r.Claims.Claimed++
		}
	}
}

func (n *recounter) ofCase(c *recourse.Case, country string) {
	n.pair(&n.r.Opened, c.OpenedAt, 1)
	if n.now(c.OpenedAt) {
		n.week(c.OpenedAt).Opened[string(c.Situation)]++
		if c.Situation == "customs_hold" {
			n.country(country).Holds++
		}
	}
	if c.Status == recourse.Closed {
		n.pair(&n.r.Settled, c.ClosedAt, 1)
		took := int64(c.ClosedAt.Sub(c.OpenedAt) / time.Second)
		if n.now(c.ClosedAt) {
			n.week(c.ClosedAt).Settled[string(c.Situation)]++
			n.times[string(c.Situation)] = append(n.times[string(c.Situation)], took)
			n.all = append(n.all, took)
		} else if n.was(c.ClosedAt) {
			n.before = append(n.before, took)
		}
	}
	if !c.Quiet {
		for _, q := range c.Asks {
			if q.Due.Before(n.q.Now) {
				n.question(c, q.Of, q.Due, 0)
			}
		}
	}
}

func (n *recounter) question(c *recourse.Case, of recourse.Party, at time.Time, kept int64) {
	k := insight.Kept{Due: 1, Kept: kept}
	to := &n.r.OwnBefore
	switch {
	case n.now(at) && of == recourse.PartyBuyer:
		to = &n.r.Buyers
	case n.now(at):
		to = &n.r.Own
		was := n.kept[string(c.Situation)]
		n.kept[string(c.Situation)] = insight.Kept{Due: was.Due + 1, Kept: was.Kept + kept}
	case !n.was(at) || of == recourse.PartyBuyer:
		return
	}
	to.Due, to.Kept = to.Due+k.Due, to.Kept+k.Kept
}

func (n *recounter) cash(m recourse.Money, at time.Time, of func(*insight.Money) *insight.Pair) {
	if m.Minor <= 0 || m.Currency == "" || !n.now(at) && !n.was(at) {
		return
	}
	if n.money[m.Currency] == nil {
		n.money[m.Currency] = &insight.Money{Currency: m.Currency}
	}
	n.pair(of(n.money[m.Currency]), at, m.Minor)
}

func (n *recounter) country(code string) *insight.Country {
	if n.countries[code] == nil {
		n.countries[code] = &insight.Country{Code: code}
	}
	return n.countries[code]
}

func (n *recounter) supplier(name string) *insight.Supplier {
	if n.suppliers[name] == nil {
		n.suppliers[name] = &insight.Supplier{Name: name}
	}
	return n.suppliers[name]
}

func (n *recounter) purchases(f *recourse.OrderFile, country string) {
	for i := range f.Purchases {
		p := &f.Purchases[i]
		at := p.PlacedAt
		if at.IsZero() {
			at = f.Order.PlacedAt
		}
		if !n.now(at) || !passes(n.q.Supplier, p.Supplier) {
			continue
		}
		n.supplier(p.Supplier).Purchases++
		n.country(country).Purchases++
		if slices.ContainsFunc(f.Cases, func(c *recourse.Case) bool { return f.PurchaseOf(c) == p && passes(n.q.Situation, string(c.Situation)) }) {
			n.supplier(p.Supplier).Troubled++
			n.country(country).Troubled++
		}
	}
}

// questions reads what became of each question from the entries, and when suppliers answered.
func (n *recounter) questions(f *recourse.OrderFile, entries []store.Entry, of func(*recourse.Case) bool) {
	asks := map[string]recourse.Effect{}
	waits := map[string]*recourse.Purchase{}
	for _, e := range entries {
		for _, m := range e.Moves {
			a, asked := asks[m.Effect]
			c := f.Case(a.Case)
			if !asked || c == nil {
				continue
			}
			delete(asks, m.Effect)
			switch late := e.At.After(a.Due); {
			case !of(c):
			case late:
				n.question(c, a.Of, a.Due, 0)
			case m.Status == store.Done:
				n.question(c, a.Of, e.At, 1)
			}
		}
		for _, x := range e.Effects {
			if x.Kind == recourse.EffectAsk {
				asks[x.ID] = x
			}
		}
		n.silence(f, e, waits)
	}
}

func (n *recounter) silence(f *recourse.OrderFile, e store.Entry, waits map[string]*recourse.Purchase) {
	if e.Event == nil || e.Event.Purchase == "" || f.Purchase(e.Event.Purchase) == nil {
		return
	}
	at := e.Event.Time
	if at.IsZero() {
		at = e.At
	}
	p := waits[e.Event.Purchase]
	if p == nil {
		p = &recourse.Purchase{}
		waits[e.Event.Purchase] = p
	}
	asked := p.AskedAt()
	switch e.Event.Type {
	case recourse.SupplierContacted:
		p.Ask(at)
		return
	case recourse.SupplierReplied:
		p.Answer(at)
	case recourse.ParcelShipped, recourse.ParcelScanned:
		if p.ShippedAt.IsZero() {
			p.ShippedAt = at
		}
		p.Asked = nil
	}
	if supplier := f.Purchase(e.Event.Purchase).Supplier; !asked.IsZero() && len(p.Asked) == 0 && !at.Before(asked) && n.now(at) && passes(n.q.Supplier, supplier) {
		n.supplier(supplier)
		n.replies[supplier] = append(n.replies[supplier], int64(at.Sub(asked)/time.Second))
	}
}

func timesOf(list []int64) insight.Times {
	slices.Sort(list)
	if len(list) == 0 {
		return insight.Times{}
	}
	at := func(percent int) int64 {
		for i, v := range list {
			if (i+1)*100 >= percent*len(list) {
				return v
			}
		}
		return 0
	}
	return insight.Times{N: int64(len(list)), Median: at(50), P90: at(90)}
}

// report puts what was found into the order of a report, which is the report's own to say.
func (n *recounter) report() *insight.Report {
	r := n.r
	r.Open, r.Before = timesOf(n.all), timesOf(n.before)
	for s, list := range n.times {
		r.Times = append(r.Times, insight.SituationTimes{Situation: s, Times: timesOf(list)})
	}
	for s, k := range n.kept {
		r.Kept = append(r.Kept, insight.SituationKept{Situation: s, Kept: k})
	}
	for _, m := range n.money {
		r.Money = append(r.Money, *m)
	}
	for name, s := range n.suppliers {
		x := timesOf(n.replies[name])
		s.Replies, s.Reply, s.ReplyP90 = x.N, x.Median, x.P90
		if name != "" {
			r.Suppliers = append(r.Suppliers, *s)
		}
	}
	for code, c := range n.countries {
		if code != "" {
			r.Countries = append(r.Countries, *c)
		}
	}
	r.Sort()
	return r
}
