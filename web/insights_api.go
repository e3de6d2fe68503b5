package web

import (
	"net/url"
	"time"

	"recourse"
	"recourse/account"
	"recourse/insight"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// InsightAnswer are the figures of a range, as the page has them.
type InsightAnswer struct {
	From      time.Time          `json:"from"`
	To        time.Time          `json:"to" doc:"The range ends before this instant."`
	Before    time.Time          `json:"before" doc:"The range that it is compared with begins here."`
	Until     time.Time          `json:"until" doc:"And ends before this instant."`
	Partial   bool               `json:"partial,omitempty" doc:"Orders of before are still being counted."`
	Opened    insight.Pair       `json:"opened" doc:"Cases."`
	Settled   insight.Pair       `json:"settled" doc:"Cases."`
	Steps     []InsightStep      `json:"steps" doc:"Days, weeks from Monday on, or months, by the length of the range."`
	Open      InsightTimes       `json:"time_to_settle"`
	Times     []InsightSituation `json:"situations" doc:"Those of which a case was settled."`
	Own       insight.Kept       `json:"answers" doc:"Questions to the merchant's people whose date has come, and those answered by it."`
	Buyers    insight.Kept       `json:"buyer_answers" doc:"Questions to buyers."`
	Money     []InsightMoney     `json:"money" doc:"By currency; nothing is converted."`
	Suppliers []InsightSupplier  `json:"suppliers" doc:"The most troubled first, as far as that is sure."`
	Countries []InsightCountry   `json:"countries"`
	Claims    InsightClaims      `json:"claims"`
}

// InsightStep is a day, a week or a month.
type InsightStep struct {
	From    time.Time      `json:"from"`
	Opened  []InsightCount `json:"opened"`
	Settled []InsightCount `json:"settled"`
}

// InsightCount counts the cases of a situation.
type InsightCount struct {
	Situation recourse.Situation `json:"situation"`
	Cases     int64              `json:"cases"`
}

// InsightTimes are lengths of time in seconds, by nearest rank.
type InsightTimes struct {
	Cases  int64 `json:"cases"`
	Median int64 `json:"median_seconds"`
	P90    int64 `json:"p90_seconds"`
}

// InsightSituation are the times of a situation.
type InsightSituation struct {
	Situation recourse.Situation `json:"situation"`
	InsightTimes
}

// InsightMoney are the sums of a currency in the range, and of before.
type InsightMoney struct {
	Currency  recourse.Currency `json:"currency"`
	Refunded  recourse.Money    `json:"refunded"`
	Recovered recourse.Money    `json:"recovered"`
	Lost      recourse.Money    `json:"lost"`
	Awaited   recourse.Money    `json:"awaited" doc:"Asked of supplier or marketplace in the range, and not here yet."`
}

// InsightSupplier is one supplier's trouble.
type InsightSupplier struct {
	Supplier  string `json:"supplier"`
	Purchases int64  `json:"purchases"`
	Troubled  int64  `json:"troubled" doc:"Of them, with a case."`
	Replies   int64  `json:"replies"`
	Reply     int64  `json:"reply_median_seconds"`
}

// InsightCountry is one country's trouble.
type InsightCountry struct {
	Country   string `json:"country"`
	Purchases int64  `json:"purchases"`
	Troubled  int64  `json:"troubled"`
	Holds     int64  `json:"holds" doc:"Cases of goods held by customs."`
}

// InsightClaims are the problems that buyers reported.
type InsightClaims struct {
	Orders  int64             `json:"orders"`
	Claimed int64             `json:"claimed"`
	Unusual []InsightClaimant `json:"unusual" doc:"Buyers worth a look, by their orders: three problems or more, and surely more than twice the others' share. No proof of anything."`
}

// InsightClaimant is a buyer worth a look.
type InsightClaimant struct {
	Orders  int64    `json:"orders"`
	Claimed []string `json:"claimed" doc:"The orders with a problem."`
	AtLeast float64  `json:"at_least" doc:"The share of orders with a problem that is certain (Wilson, 95 %)."`
}

// NewInsightAnswer is a report as it is sent.
func NewInsightAnswer(r *insight.Report) InsightAnswer {
	q := &r.Query
	a := InsightAnswer{From: q.From.UTC(), To: q.To.UTC(), Before: q.Before.UTC(), Until: q.Until.UTC(), Partial: r.Partial, Opened: r.Opened, Settled: r.Settled, Open: insightTimes(r.Open), Own: r.Own, Buyers: r.Buyers,
		Steps: []InsightStep{}, Times: []InsightSituation{}, Money: []InsightMoney{}, Suppliers: []InsightSupplier{}, Countries: []InsightCountry{},
		Claims: InsightClaims{r.Claims.Orders, r.Claims.Claimed, []InsightClaimant{}}}
	for _, w := range r.Weeks {
		a.Steps = append(a.Steps, InsightStep{w.From.UTC(), insightCounts(w.Opened, r.Situations), insightCounts(w.Settled, r.Situations)})
	}
	for _, t := range r.Times {
		a.Times = append(a.Times, InsightSituation{recourse.Situation(t.Situation), insightTimes(t.Times)})
	}
	for _, m := range r.Money {
		of := func(p insight.Pair) recourse.Money { return recourse.Money{Minor: p.Now, Currency: m.Currency} }
		a.Money = append(a.Money, InsightMoney{m.Currency, of(m.Refunded), of(m.Recovered), of(m.Lost), of(m.Awaited)})
	}
	for _, s := range r.Suppliers {
		a.Suppliers = append(a.Suppliers, InsightSupplier{s.Name, s.Purchases, s.Troubled, s.Replies, s.Reply})
	}
	for _, c := range r.Countries {
		a.Countries = append(a.Countries, InsightCountry{c.Code, c.Purchases, c.Troubled, c.Holds})
	}
	for _, c := range r.Claims.Unusual {
		a.Claims.Unusual = append(a.Claims.Unusual, InsightClaimant(c))
	}
	return a
}

func insightCounts(counts map[string]int64, order []string) []InsightCount {
	out := []InsightCount{}
	for _, s := range order {
		if n := counts[s]; n > 0 {
			out = append(out, InsightCount{recourse.Situation(s), n})
		}
	}
	return out
}

// insightRoute is the figures' place in the API.
var insightRoute = route{method: "GET", path: "/api/v1/insights", name: "getInsights", sum: "Read the figures",
	about: "Of the last 12 weeks, or of a range of days on the shop's clock: cases, times, answers, money, suppliers, countries and problems. How each is counted stands in docs/insights.md.", needs: account.Read,
	query: []param{{name: "range", of: []string{"7d", "30d", "90d", "12w", "year"}, about: "Default: 12w, or the days of from and to."}, {name: "from", about: "The first day: 2026-01-01."}, {name: "to", about: "The last day: 2026-03-31."},
		{name: "situation", about: "Such as out_of_stock."}, {name: "supplier", about: "Of the purchase that it is about."}, {name: "country", about: "Where the order goes: ISO 3166-1 alpha-2."}, {name: "channel", about: "The shop."}},
	answer: InsightAnswer{}, serve: (*call).insights}

// insights answers with the figures of a range.
func (c *call) insights() error {
	if _, err := c.word("range", "7d", "30d", "90d", "12w", "year"); err != nil {
		return err
	}
	var report *insight.Report
	err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		report, err = InsightsOf(c.Server.Options, tx, c.who.Merchant, c.query)
		return err
	})
	if recourse.CodeOf(err) == "date" {
		err = inParameter("from", err)
	}
	if err != nil {
		return err
	}
	return c.send(NewInsightAnswer(report))
}

// InsightsOf counts the figures that a query asks for, as one of the page's address would, on the clock of the merchant.
func InsightsOf(o Options, tx *store.Tx, merchant string, query url.Values) (*insight.Report, error) {
	d, err := o.Desk.Decider(tx, merchant, &recourse.OrderFile{})
	if err != nil {
		return nil, err
	}
	f := view.InsightFilterOf(query)
	q, err := f.Query(view.NewReader(text.In("en"), zoneOf(d), o.Desk.Now()))
	if err != nil {
		return nil, err
	}
	return o.Desk.Insights(tx, merchant, q)
}

func insightTimes(t insight.Times) InsightTimes { return InsightTimes{t.N, t.Median, t.P90} }
