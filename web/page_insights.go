package web

import (
	"net/http"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/decide"
	"recourse/insight"
	"recourse/playbook"
	"recourse/store"
	"recourse/web/view"
)

// insightRoutes are the pages of figures.
var insightRoutes = []pageRoute{
	{pattern: "GET /insights", access: access{page, account.Read}, serve: (*site).insights},
	{pattern: "GET /insights/{file}", access: access{page, account.Read}, serve: (*site).insightFile},
}

// insights shows the figures of a range.
func (s *site) insights(v *visit) error {
	f := view.InsightFilterOf(v.r.URL.Query())
	report, bad, err := v.report(&f)
	if err != nil {
		return err
	}
	model := view.NewInsights(v.read, f, report)
	status := http.StatusOK
	if bad != nil {
		status, model.Bad = http.StatusUnprocessableEntity, v.read.T("ins_bad_date")
	}
	return v.show(status, view.InsightsPage(v.page(v.read.T("nav_insights")), model))
}

// report counts what a filter asks for, in one look at the database. bad says that its dates were none; then the report is of
// the usual range.
func (v *visit) report(f *view.InsightFilter) (r *insight.Report, bad, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		v.decider(d)
		var q insight.Query
		q, bad = f.Query(v.read)
		r, err = v.desk.Insights(tx, v.who.Merchant, q)
		return err
	})
	return r, bad, err
}

// insightFile sends a table of the figures, or the cases behind them, as a file.
func (s *site) insightFile(v *visit) error {
	name, kind, _ := strings.Cut(v.r.PathValue("file"), ".")
	f := view.InsightFilterOf(v.r.URL.Query())
	report, bad, err := v.report(&f)
	if err == nil {
		err = bad
	}
	if err != nil {
		return err
	}
	t, err := v.insightTable(name, f, report)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+name+"-"+v.read.Local(report.Query.From).Format("2006-01-02")+"."+kind+`"`)
	if kind == "csv" {
		h.Set("Content-Type", "text/csv; charset=utf-8")
		return gone(t.WriteCSV(v.w))
	}
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return gone(t.WriteXLSX(v.w))
}

// gone forgets an error of writing an answer that has begun: who asked has left.
func gone(error) error { return nil }

// insightTable is the table of a name.
func (v *visit) insightTable(name string, f view.InsightFilter, report *insight.Report) (*view.Table, error) {
	if _, kind, _ := strings.Cut(v.r.PathValue("file"), "."); kind != "csv" && kind != "xlsx" {
		return nil, errNoRoute
	}
	if name == "cases" {
		return v.insightCases(&report.Query)
	}
	for _, t := range view.InsightTables(v.read, f, report, 0) {
		if t.Name == name {
			return &t, nil
		}
	}
	return nil, errNoRoute
}

func (v *visit) insightCases(q *insight.Query) (*view.Table, error) {
	var cases []store.Case
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		cases, err = tx.CasesOpened(v.who.Merchant, q.From, q.To, store.CaseFilter{Situation: recourse.Situation(q.Situation), Supplier: q.Supplier, Country: q.Country, Channel: q.Channel}, view.MostCases+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	cut := len(cases) > view.MostCases
	t := view.CasesTable(v.read, cases[:min(len(cases), view.MostCases)], cut)
	return &t, nil
}

// zoneOf is the zone of the merchant's own country, UTC where its calendar is not known.
func zoneOf(d *decide.Decider) *time.Location {
	if c, ok := d.Calendars.Calendar(d.Policy.Country(playbook.Duration{Calendar: "merchant"})); ok {
		return c.Location()
	}
	return time.UTC
}
