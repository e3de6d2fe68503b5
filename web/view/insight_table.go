package view

import (
	"iter"

	"recourse"
	"recourse/insight"
)

// Table is a list of figures: what stands on the page is also what a file of it has.
type Table struct {
	Name    string // of its file
	Title   string
	How     string // how it is counted, in a sentence or two
	Columns []Column
	Rows    [][]Cell
	More    int // rows that the file has and the page does not
	CSV     string
	XLSX    string
	rest    iter.Seq2[[]Cell, error] // rows that come one by one, behind the others; nil: none
}

// Column is a column of a table.
type Column struct {
	Label string
	Num   bool
}

// Cell is a place in a table: words for people, and the number behind them for programs.
type Cell struct {
	Text  string
	Value any    // float64, int64 or string, for a file; nil: the text
	Href  string // where it leads
	Bar   int    // a share in thousandths, drawn behind the number; -1: none
	Links []Link // several places instead
}

// cell makes a cell of words.
func cell(text string) Cell { return Cell{Text: text, Value: text, Bar: -1} }

// count makes a cell of a whole number.
func (r Reader) count(n int64) Cell { return Cell{Text: r.Number(int(n)), Value: n, Bar: -1} }

// shareCell makes a cell of a share, from 0 to 1; a dash where there is none.
func (r Reader) shareCell(s float64, ok bool) Cell {
	if !ok {
		return Cell{Text: "–", Value: "", Bar: -1}
	}
	return Cell{Text: r.percent(s), Value: s, Bar: min(1000, max(0, int(s*1000+.5)))}
}

// percent is a share in words: «12.5 %», and whole numbers from ten on.
func (r Reader) percent(s float64) string {
	if s >= .0995 || s == 0 {
		return r.T("ins_percent", "n", r.Number(int(s*100+.5)))
	}
	return r.T("ins_percent", "n", r.Decimal(int64(s*1000+.5)))
}

// took makes a cell of a length of time in seconds; a dash where nothing was measured. Files have days.
func (r Reader) took(seconds, n int64) Cell {
	if n == 0 {
		return Cell{Text: "–", Value: "", Bar: -1}
	}
	return Cell{Text: r.span(seconds), Value: float64(seconds*1000/86400) / 1000, Bar: -1}
}

// span is a length of time in short: «12 min», «7 h», «4.5 d».
func (r Reader) span(seconds int64) string {
	switch {
	case seconds < 3600:
		return r.T("ins_minutes", "n", r.Number(int(seconds/60)))
	case seconds < 2*86400:
		return r.T("ins_hours", "n", r.Number(int((seconds+1800)/3600)))
	case seconds < 100*86400:
		return r.T("ins_days", "n", r.Decimal((seconds*10+43200)/86400))
	}
	return r.T("ins_days", "n", r.Number(int((seconds+43200)/86400)))
}

// cash makes a cell of an amount. Files have it in the currency's own unit, as a number.
func (r Reader) cash(minor int64, c recourse.Currency) Cell {
	m := recourse.Money{Minor: minor, Currency: c}
	v := float64(minor)
	for range c.Exponent() {
		v /= 10
	}
	return Cell{Text: r.Money(m), Value: v, Bar: -1}
}

func num(label string) Column  { return Column{Label: label, Num: true} }
func word(label string) Column { return Column{Label: label} }

// InsightTables are all tables of a report. most bounds the rows of suppliers and countries, of which there may be thousands;
// 0: all. What is left out is told in More.
func InsightTables(r Reader, f InsightFilter, rep *insight.Report, most int) []Table {
	all := []Table{
		weekTable(r, rep, "opened", r.T("ins_opened"), func(w insight.Week) map[string]int64 { return w.Opened }),
		weekTable(r, rep, "settled", r.T("ins_settled"), func(w insight.Week) map[string]int64 { return w.Settled }),
		timesTable(r, f, rep), keptTable(r, f, rep), moneyTable(r, rep), supplierTable(r, f, rep, most), replyTable(r, f, rep, most), countryTable(r, f, rep, most), claimTable(r, rep),
	}
	for i := range all {
		all[i].CSV, all[i].XLSX = f.Href("/"+all[i].Name+".csv"), f.Href("/"+all[i].Name+".xlsx")
	}
	return all
}

// room says whether there is room for another row, and counts those for which there is none.
func (t *Table) room(most int) bool {
	if most > 0 && len(t.Rows) == most {
		t.More++
		return false
	}
	return true
}

func weekTable(r Reader, rep *insight.Report, name, title string, of func(insight.Week) map[string]int64) Table {
	t := Table{Name: name, Title: title, How: r.T("ins_how_" + name), Columns: []Column{word(r.T("ins_from"))}}
	order := situationOrder(rep)
	for _, s := range order {
		t.Columns = append(t.Columns, num(r.Situation(recourse.Situation(s))))
	}
	t.Columns = append(t.Columns, num(r.T("ins_all")))
	for _, w := range rep.Weeks {
		day := cell(r.ShortDay(w.From, r.Now))
		day.Value = r.Local(w.From).Format("2006-01-02")
		row := []Cell{day}
		var sum int64
		for _, s := range order {
			row = append(row, r.count(of(w)[s]))
			sum += of(w)[s]
		}
		t.Rows = append(t.Rows, append(row, r.count(sum)))
	}
	return t
}

func timesTable(r Reader, f InsightFilter, rep *insight.Report) Table {
	t := Table{Name: "times", Title: r.T("ins_times"), How: r.T("ins_how_times"),
		Columns: []Column{word(r.T("ins_situation")), num(r.T("ins_settled_n")), num(r.T("ins_median")), num(r.T("ins_ninety"))}}
	row := func(name Cell, x insight.Times) {
		t.Rows = append(t.Rows, []Cell{name, r.count(x.N), r.took(x.Median, x.N), r.took(x.P90, x.N)})
	}
	for _, s := range rep.Times {
		row(r.situationCell(f, s.Situation), s.Times)
	}
	if len(rep.Times) > 1 {
		row(cell(r.T("ins_all")), rep.Open)
	}
	return t
}

func keptTable(r Reader, f InsightFilter, rep *insight.Report) Table {
	t := Table{Name: "answers", Title: r.T("ins_kept"), How: r.T("ins_how_kept"),
		Columns: []Column{word(r.T("ins_situation")), num(r.T("ins_asked")), num(r.T("ins_in_time")), num(r.T("ins_share"))}}
	row := func(name Cell, k insight.Kept) {
		t.Rows = append(t.Rows, []Cell{name, r.count(k.Due), r.count(k.Kept), r.shareCell(k.Share())})
	}
	for _, s := range rep.Kept {
		row(r.situationCell(f, s.Situation), s.Kept)
	}
	if len(rep.Kept) > 1 {
		row(cell(r.T("ins_all")), rep.Own)
	}
	if rep.Buyers.Due > 0 {
		row(cell(r.T("ins_buyers_asked")), rep.Buyers)
	}
	return t
}

func moneyTable(r Reader, rep *insight.Report) Table {
	t := Table{Name: "money", Title: r.T("ins_money"), How: r.T("ins_how_money"), Columns: []Column{word(r.T("ins_currency")), num(r.T("ins_refunded")),
		num(r.T("ins_recovered")), num(r.T("ins_lost")), num(r.T("ins_awaited"))}}
	for _, m := range rep.Money {
		t.Rows = append(t.Rows, []Cell{cell(string(m.Currency)), r.cash(m.Refunded.Now, m.Currency), r.cash(m.Recovered.Now, m.Currency), r.cash(m.Lost.Now, m.Currency), r.cash(m.Awaited.Now, m.Currency)})
	}
	return t
}

func supplierTable(r Reader, f InsightFilter, rep *insight.Report, most int) Table {
	t := Table{Name: "suppliers", Title: r.T("ins_suppliers"), How: r.T("ins_how_suppliers"),
		Columns: []Column{word(r.T("ins_supplier")), num(r.T("ins_purchases")), num(r.T("ins_troubled")), num(r.T("ins_share"))}}
	for i := range rep.Suppliers {
		s := &rep.Suppliers[i]
		if s.Purchases == 0 && s.Troubled == 0 {
			continue
		}
		if t.room(most) {
			t.Rows = append(t.Rows, []Cell{supplierCell(f, s.Name), r.count(s.Purchases), r.count(s.Troubled), r.shareCell(s.Share())})
		}
	}
	return t
}

func replyTable(r Reader, f InsightFilter, rep *insight.Report, most int) Table {
	t := Table{Name: "replies", Title: r.T("ins_replies"), How: r.T("ins_how_replies"),
		Columns: []Column{word(r.T("ins_supplier")), num(r.T("ins_answers")), num(r.T("ins_median")), num(r.T("ins_ninety"))}}
	for _, s := range rep.Slowest() {
		if t.room(most) {
			t.Rows = append(t.Rows, []Cell{supplierCell(f, s.Name), r.count(s.Replies), r.took(s.Reply, s.Replies), r.took(s.ReplyP90, s.Replies)})
		}
	}
	return t
}

func countryTable(r Reader, f InsightFilter, rep *insight.Report, most int) Table {
	t := Table{Name: "countries", Title: r.T("ins_countries"), How: r.T("ins_how_countries"),
		Columns: []Column{word(r.T("ins_country")), num(r.T("ins_purchases")), num(r.T("ins_holds")), num(r.T("ins_share"))}}
	for i := range rep.Countries {
		n := &rep.Countries[i]
		if n.Holds == 0 || !t.room(most) {
			continue
		}
		c := cell(r.Country(n.Code))
		g := f
		g.Country = n.Code
		c.Href = g.Href("")
		t.Rows = append(t.Rows, []Cell{c, r.count(n.Purchases), r.count(n.Holds), r.shareCell(n.Share())})
	}
	return t
}

func claimTable(r Reader, rep *insight.Report) Table {
	t := Table{Name: "buyers", Title: r.T("ins_claims"), How: r.T("ins_how_claims"),
		Columns: []Column{word(r.T("ins_claim_orders")), num(r.T("ins_orders")), num(r.T("ins_problems")), num(r.T("ins_share")), num(r.T("ins_at_least"))}}
	for _, c := range rep.Claims.Unusual {
		orders := Cell{Bar: -1}
		for i, id := range c.Claimed {
			orders.Links = append(orders.Links, Link{Label: id, Href: OrderPath(id)})
			if i > 0 {
				orders.Text += " "
			}
			orders.Text += id
		}
		share := float64(len(c.Claimed)) / float64(max(c.Orders, 1))
		t.Rows = append(t.Rows, []Cell{orders, r.count(c.Orders), r.count(int64(len(c.Claimed))), r.shareCell(share, true), r.shareCell(c.AtLeast, true)})
	}
	return t
}

// situationCell names a situation, and leads to its figures alone.
func (r Reader) situationCell(f InsightFilter, s string) Cell {
	c := cell(r.Situation(recourse.Situation(s)))
	f.Situation = s
	c.Href = f.Href("")
	return c
}

func supplierCell(f InsightFilter, name string) Cell {
	c := cell(name)
	f.Supplier = name
	c.Href = f.Href("")
	return c
}
