package view

import (
	"cmp"
	"slices"
	"time"

	"recourse"
	"recourse/insight"
)

// Insights is the page of figures.
type Insights struct {
	From, To string // the days of the range, for who wants others
	Was      string // the range as the fields had it: dates that nobody changed are no dates of one's own
	Ranges   []Link
	Fields   []InsightField
	Span     string // «3 Jan – 27 Mar»
	Against  string // the span that it is compared with
	Clear    string // the link without filters; "": none is on
	Bad      string // why one's own dates were not taken
	Partial  bool
	Empty    Empty // new: nothing was ever counted; filter: nothing in this span
	Tiles    []Figure
	Charts   []Chart
	Legend   []Legend
	Table    map[string]Table
	Money    []Purse
	Times    []RangeBar
	Claims   string // the shop's own share, in a sentence
	Cases    [2]Link
	Queue    string // the open cases, with the same filters as far as the queue has them
}

// InsightField is one thing to filter by: few are picked from, many are written.
type InsightField struct {
	Name, Label, Value, Any string
	Options                 []InsightOption
	Written                 bool
}

// InsightOption is one value of a field.
type InsightOption struct{ Value, Label string }

// Figure is a number at a glance, with what it was before.
type Figure struct {
	Label, Value, Note string
	Delta              string // in words, with an arrow
	Class              string // better, worse or same
}

// Purse is the money of a currency.
type Purse struct {
	Currency string
	Sums     []Figure
}

// mostPicked is how many values are offered to pick from; more are written, with the browser's help.
const mostPicked = 40

// mostListed is how many rows of a list of suppliers or countries stand on the page; its file has all.
const mostListed = 8

// NewInsights makes the page's model of a report.
func NewInsights(r Reader, f InsightFilter, rep *insight.Report) Insights {
	q := &rep.Query
	p := Insights{From: r.Local(q.From).Format("2006-01-02"), To: r.Local(q.To).AddDate(0, 0, -1).Format("2006-01-02"), Span: r.days(q.From, q.To), Against: r.T("ins_against", "span", r.days(q.Before, q.Until)), Partial: rep.Partial, Table: map[string]Table{}}
	p.Was = string(f.Range) + ":" + p.From + ":" + p.To
	for _, name := range Ranges[:len(Ranges)-1] {
		g := f
		g.Range, g.From, g.To = name, "", ""
		p.Ranges = append(p.Ranges, Link{r.T("ins_range_" + string(name)), g.Href(""), f.Range == name})
	}
	if f.On() {
		p.Clear = InsightFilter{Range: f.Range, From: f.From, To: f.To}.Href("")
	}
	p.Fields = insightFields(r, f, rep)
	if !rep.Any {
		if p.Empty = EmptyFilter; !f.On() && f.Range != RangeOwn {
			p.Empty = EmptyNew
		}
		if f.From != "" && q.From.After(r.Now) {
			p.Empty = EmptyCalm // it has not come yet
		}
	}
	for _, t := range InsightTables(r, f, rep, mostListed) {
		p.Table[t.Name] = t
	}
	p.Tiles = insightTiles(r, rep)
	p.Legend, p.Charts = insightCharts(r, rep)
	p.Money = purses(r, rep)
	p.Times = rangeBars(r, f, rep)
	if s, ok := rep.Claims.Share(); ok {
		p.Claims = r.T("ins_claims_shop", "share", r.percent(s), "claimed", r.Number(int(rep.Claims.Claimed)), "orders", r.Number(int(rep.Claims.Orders)))
	}
	p.Cases = [2]Link{{Label: r.T("ins_cases_csv"), Href: f.Href("/cases.csv")}, {Label: r.T("ins_cases_xlsx"), Href: f.Href("/cases.xlsx")}}
	p.Queue = Filter{Situation: recourse.Situation(f.Situation), Supplier: f.Supplier}.Href()
	return p
}

// days is a span from one midnight to another.
func (r Reader) days(from, to time.Time) string {
	return r.T("ins_span", "from", r.ShortDay(from, r.Now), "to", r.ShortDay(to.AddDate(0, 0, -1), r.Now))
}

func insightFields(r Reader, f InsightFilter, rep *insight.Report) []InsightField {
	own := func(s string) string { return s }
	all := []InsightField{
		insightField("situation", r.T("ins_situation"), r.T("ins_any"), f.Situation, rep.Situations, func(s string) string { return r.Situation(recourse.Situation(s)) }),
		insightField("supplier", r.T("ins_supplier"), r.T("ins_any"), f.Supplier, rep.SupplierNames, own),
		insightField("country", r.T("ins_country"), r.T("ins_any"), f.Country, rep.CountryCodes, r.Country),
		insightField("channel", r.T("ins_channel"), r.T("ins_any"), f.Channel, rep.Channels, own),
	}
	return slices.DeleteFunc(all, func(x InsightField) bool { return len(x.Options) < 2 && x.Value == "" })
}

func insightField(name, label, anything, value string, values []string, words func(string) string) InsightField {
	f := InsightField{Name: name, Label: label, Value: value, Any: anything, Written: len(values) > mostPicked}
	for _, v := range values[:min(len(values), 500)] {
		f.Options = append(f.Options, InsightOption{v, words(v)})
	}
	slices.SortStableFunc(f.Options, func(a, b InsightOption) int { return cmp.Compare(a.Label, b.Label) })
	return f
}

func insightTiles(r Reader, rep *insight.Report) []Figure {
	tiles := []Figure{
		r.counted(r.T("ins_opened"), rep.Opened, -1),
		r.counted(r.T("ins_settled"), rep.Settled, 1),
	}
	took := Figure{Label: r.T("ins_time"), Value: r.took(rep.Open.Median, rep.Open.N).Text}
	if rep.Open.N > 0 {
		took.Note = r.T("ins_ninety_is", "time", r.span(rep.Open.P90))
	}
	if rep.Open.N > 0 && rep.Before.N > 0 {
		took.Delta, took.Class = r.delta(rep.Open.Median-rep.Before.Median, -1, r.span, r.span(rep.Before.Median))
	}
	kept := Figure{Label: r.T("ins_kept"), Value: "–"}
	if s, ok := rep.Own.Share(); ok {
		kept.Value, kept.Note = r.percent(s), r.T("ins_of", "n", r.Number(int(rep.Own.Kept)), "all", r.Number(int(rep.Own.Due)))
		if was, ok := rep.OwnBefore.Share(); ok {
			points := func(n int64) string { return r.T("ins_points", "n", r.Number(int(n))) }
			kept.Delta, kept.Class = r.delta(int64(s*100+.5)-int64(was*100+.5), 1, points, r.percent(was))
		}
	}
	return append(tiles, took, kept)
}

// counted is a number with the one of before. good says which way is better: 1 up, -1 down, 0 neither.
func (r Reader) counted(label string, p insight.Pair, good int) Figure {
	f := Figure{Label: label, Value: r.Number(int(p.Now))}
	if p.Now != 0 || p.Before != 0 {
		f.Delta, f.Class = r.delta(p.Now-p.Before, good, func(n int64) string { return r.Number(int(n)) }, r.Number(int(p.Before)))
	}
	return f
}

// delta tells a change in words: «▲ 12 more than before (30)». The arrow and the word say it, and the colour nothing more.
func (r Reader) delta(by int64, good int, words func(int64) string, was string) (text, class string) {
	switch {
	case by > 0:
		text, class = r.T("ins_more", "by", words(by), "was", was), "worse"
	case by < 0:
		text, class = r.T("ins_less", "by", words(-by), "was", was), "worse"
	default:
		return r.T("ins_same", "was", was), "same"
	}
	if good == 0 {
		class = "same"
	} else if (by > 0) == (good > 0) {
		class = "better"
	}
	return text, class
}

func purses(r Reader, rep *insight.Report) (out []Purse) {
	for _, m := range rep.Money {
		p := Purse{Currency: string(m.Currency)}
		for _, s := range []struct {
			label string
			pair  insight.Pair
			good  int
		}{{r.T("ins_refunded"), m.Refunded, 0}, {r.T("ins_recovered"), m.Recovered, 1}, {r.T("ins_lost"), m.Lost, -1}, {r.T("ins_awaited"), m.Awaited, 0}} {
			cash := func(n int64) string { return r.Money(recourse.Money{Minor: n, Currency: m.Currency}) }
			f := Figure{Label: s.label, Value: cash(s.pair.Now)}
			if s.pair == (insight.Pair{}) {
				f.Value, f.Class = "–", "none"
			}
			if s.pair.Now != 0 || s.pair.Before != 0 {
				f.Delta, f.Class = r.delta(s.pair.Now-s.pair.Before, s.good, cash, cash(s.pair.Before))
			}
			p.Sums = append(p.Sums, f)
		}
		out = append(out, p)
	}
	return out
}
