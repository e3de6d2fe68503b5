package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"

	"recourse/insight"
	"recourse/store"
	"recourse/text"
	"recourse/web"
	"recourse/web/view"
)

// insightsCmd shows the figures.
type insightsCmd struct {
	Range         string `help:"7d, 30d, 90d, 12w or year." default:"12w" enum:"7d,30d,90d,12w,year"`
	From          string `help:"The first day, as in 2026-01-01, in place of a range." placeholder:"DAY"`
	To            string `help:"The last day." placeholder:"DAY"`
	Situation     string `help:"Only this situation, as in out_of_stock."`
	Supplier      string `help:"Only this supplier."`
	Country       string `help:"Only buyers there, as in FR."`
	Channel       string `help:"Only this shop."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// query is what is wanted, in the words of the page's address.
func (c *insightsCmd) query() url.Values {
	q := url.Values{"range": {c.Range}}
	if c.From != "" || c.To != "" {
		q = url.Values{"from": {c.From}, "to": {c.To}}
	}
	for name, v := range map[string]string{"situation": c.Situation, "supplier": c.Supplier, "country": strings.ToUpper(c.Country), "channel": c.Channel} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return q
}

// Run shows them.
func (c *insightsCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	var report *insight.Report
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		report, err = web.InsightsOf(web.Options{Desk: o.Desk}, tx, o.merchant, c.query())
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, web.NewInsightAnswer(report))
	}
	r := view.NewReader(text.In(c.Language), report.Query.From.Location(), o.Now())
	for _, t := range view.InsightTables(r, view.InsightFilter{}, report, 0) {
		if len(t.Rows) > 0 {
			printTable(s, &t)
		}
	}
	return nil
}

// printTable prints a table of figures.
func printTable(s *streams, t *view.Table) {
	fmt.Fprintln(s.out, t.Title)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	labels := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		labels[i] = c.Label
	}
	fmt.Fprintln(w, "  "+strings.Join(labels, "\t"))
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = c.Text
		}
		fmt.Fprintln(w, "  "+strings.Join(cells, "\t"))
	}
	w.Flush()
	fmt.Fprintln(s.out)
}
