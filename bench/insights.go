package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"recourse/account"
	"recourse/desk"
	"recourse/insight"
	"recourse/store"
)

// What is required of the page of figures: of a shop with a hundred thousand cases in three years, and of one with a million.
const (
	insightCases = 1_000_000
	insightYears = 3
	insightLate  = 300 // ms, at a million
	insightWell  = 4   // purchases without a case, for each with one
)

// insightNow is when the figures are looked at: the end of the three years.
var insightNow = lifeBegins.AddDate(insightYears, 0, 0)

// tale is what one order of the scenarios adds to the figures.
type tale struct {
	facts []insight.Weighed
	cases int
}

// newTales lets a desk decide on the scenarios, and takes what each has saved for the figures.
func newTales(ctx context.Context) (tales []tale, err error) {
	_, ill, err := newPlots()
	if err != nil {
		return nil, err
	}
	dir, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	defer dir.close()
	path, err := dir.next()
	if err != nil {
		return nil, err
	}
	clock := newVirtual(lifeBegins)
	d, err := openDesk(ctx, path, clock.now)
	if err != nil {
		return nil, err
	}
	defer closeDesk(d)
	for i := range ill {
		for _, a := range ill[i].story(number('m', i)) {
			clock.set(a.at)
			if _, err := d.Handle(ctx, shop, []desk.Fact{a.fact}); err != nil {
				return nil, err
			}
		}
		t, err := takeTale(ctx, d)
		if err != nil {
			return nil, err
		}
		if t.cases > 0 {
			tales = append(tales, t)
		}
	}
	return tales, nil
}

func takeTale(ctx context.Context, d *desk.Desk) (t tale, err error) {
	err = d.Store().Write(ctx, func(tx *store.Tx) error {
		news, err := tx.InsightNewsOf(shop, 1<<30)
		if err != nil {
			return err
		}
		var bodies [][]byte
		var ids []string
		for _, n := range news {
			bodies, ids = append(bodies, n.Body), append(ids, n.ID)
		}
		days, err := insight.Pages(bodies...)
		if err != nil {
			return err
		}
		for _, facts := range days {
			for _, f := range facts {
				t.facts = append(t.facts, f)
				if f.Kind == insight.Opened {
					t.cases += int(f.Weight)
				}
			}
		}
		return tx.DropInsightNews(shop, ids)
	})
	return t, err
}

// fillInsights spreads so many cases over three years, at 2,000 suppliers and in ten countries, with purchases that went well
// among them, and writes the days that they come to.
func fillInsights(ctx context.Context, d *desk.Desk, want int) (facts int, err error) {
	tales, err := newTales(ctx)
	if err != nil {
		return 0, err
	}
	r := rand.New(rand.NewPCG(5, 6))
	countries := []string{"FR", "DE", "US", "GB", "ES", "IT", "NL", "BE", "PL", "SE"}
	suppliers := make([]string, 2000)
	for i := range suppliers {
		suppliers[i] = fmt.Sprintf("supplier-%04d", i)
	}
	days := map[insight.Page][]insight.Weighed{}
	put := func(f insight.Weighed) {
		days[insight.PageOf(&f.Fact)] = append(days[insight.PageOf(&f.Fact)], f)
		facts++
	}
	order := int64(0)
	placed := func(f insight.Weighed) insight.Weighed {
		f.At = lifeBegins.Unix() + r.Int64N(int64(insightYears*365*86400))
		f.Supplier, f.Country, f.Channel = suppliers[r.IntN(len(suppliers))], countries[r.IntN(len(countries))], "shopify"
		return f
	}
	buyer := func(f insight.Weighed) {
		f.Kind, f.Supplier, f.N, f.M = insight.Ordered, "", order, r.Int64N(1<<20)<<19|1
		put(f)
	}
	for cases, i := 0, 0; cases < want; i++ {
		t := &tales[i%len(tales)]
		order = r.Int64N(1 << 40)
		first := placed(insight.Weighed{Weight: 1})
		shift := first.At - t.facts[0].At
		for _, f := range t.facts {
			f.At, f.Country, f.Channel = f.At+shift, first.Country, first.Channel
			if f.Supplier != "" {
				f.Supplier = first.Supplier
			}
			if f.Kind == insight.Claimed || f.Kind == insight.Ordered {
				f.N = order
			}
			if f.Kind != insight.Ordered {
				put(f)
			}
		}
		buyer(first)
		cases += t.cases
		for range insightWell {
			order = r.Int64N(1 << 40)
			well := placed(insight.Weighed{Fact: insight.Fact{Kind: insight.Bought}, Weight: 1})
			put(well)
			buyer(well)
		}
	}
	return facts, d.Store().Write(ctx, func(tx *store.Tx) error {
		for p, list := range days {
			body, err := insight.Merge(nil, list)
			if err != nil {
				return err
			}
			if err := tx.PutInsightDays(shop, 0, []store.InsightDay{{Part: int64(p.Part), Day: p.Day, Body: body}}); err != nil {
				return err
			}
			delete(days, p)
		}
		return nil
	})
}

var insightLooks = []string{"/insights", "/insights", "/insights", "/insights?range=30d", "/insights?range=90d", "/insights?range=7d", "/insights?situation=out_of_stock", "/insights?supplier=supplier-0042", "/insights?country=FR", "/insights?range=year"}

// runInsights looks at the figures of a shop with a million cases, of the usual twelve weeks and of others.
func runInsights(o options) ([]line, error) {
	var lines []line
	for _, on := range []struct {
		name  string
		fresh func() (*fresh, error)
	}{{"", freshSQLite}, {".postgres", freshPostgres}} {
		more, err := lookAtInsights(o, on.name, on.fresh)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

func lookAtInsights(o options, name string, on func() (*fresh, error)) ([]line, error) {
	dir, err := on()
	if err != nil {
		return nil, err
	}
	defer dir.close()
	path, err := dir.next()
	if err != nil {
		return nil, err
	}
	ctx, n := context.Background(), o.or(insightCases)
	d, err := openDesk(ctx, path, func() time.Time { return insightNow })
	if err != nil {
		return nil, err
	}
	defer closeDesk(d)
	facts, err := fillInsights(ctx, d, n)
	if err != nil {
		return nil, err
	}
	s, err := newSite(ctx, d, shop)
	if err != nil {
		return nil, err
	}
	defer s.close()
	link, err := s.accounts.Issue(ctx, shop, "bench", account.Owner, store.TokenLink, time.Hour)
	if err != nil {
		return nil, err
	}
	session, _, err := s.accounts.Redeem(ctx, link, account.Visit{})
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d cases in %d years, %d facts", n, insightYears, facts)
	var lines []line
	for _, part := range []struct {
		name  string
		looks []string
	}{{".weeks.p99", insightLooks[:1]}, {".all.p99", insightLooks[:9]}, {".year.p99", insightLooks[9:]}} {
		worked := processorTime()
		seen, err := s.look(o, part.looks, "Cookie: recourse_session="+session+"\r\n", []byte("none="))
		if err != nil {
			return nil, err
		}
		l := latency(name+part.name, percentile(seen.all, 99), insightLate)
		each := float64((processorTime()-worked)/time.Microsecond) / 1000 / float64(max(1, len(seen.all)))
		l.Note = fmt.Sprintf("%s; %d answers, p50 %.1f ms, %.1f ms of the processors each", note, len(seen.all), percentile(seen.all, 50), each)
		lines = append(lines, l)
	}
	return lines, nil
}
