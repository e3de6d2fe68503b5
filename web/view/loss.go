package view

import (
	"cmp"
	"iter"
	"net/url"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/ledger"
	"recourse/store"
)

// HomeSum is a net loss in the shop's own currency, with the rates.
type HomeSum struct {
	Amount  string // "": there is no home currency
	Rates   []string
	Missing string
}

// Home tells the net loss in the home currency, and the rates by which it was found.
func (r Reader) Home(l *desk.Losses) (out HomeSum) {
	home := l.Query.Home
	if home == "" {
		return out
	}
	out.Amount = r.Money(recourse.Money{Minor: l.Home.Net, Currency: home})
	for _, u := range l.Rates {
		low, high := RateText(u.Low), RateText(u.High)
		if u.Days == 1 || low == high {
			out.Rates = append(out.Rates, r.T("bk_rate", "from", string(u.Currency), "to", string(home), "rate", low, "day", r.Day(u.Low.Day)))
			continue
		}
		out.Rates = append(out.Rates, r.T("ls_rates", "n", r.Number(u.Days), "from", string(u.Currency), "to", string(home), "low", low, "low_day", r.Day(u.Low.Day), "high", high, "high_day", r.Day(u.High.Day)))
	}
	var apart []string
	for _, t := range l.Total {
		if t.Apart.Net != 0 {
			apart = append(apart, r.Money(recourse.Money{Minor: t.Apart.Net, Currency: t.Currency}))
		}
	}
	if len(l.Missing) > 0 {
		var names []string
		for _, c := range l.Missing {
			names = append(names, string(c))
		}
		out.Missing = r.T("ls_missing", "amounts", r.List(apart), "currencies", r.List(names), "home", string(home))
	}
	return out
}

// LossTables are all tables of losses.
func LossTables(r Reader, l *desk.Losses, f MoneyFilter) (out []Table) {
	for _, by := range desk.LossBys {
		out = append(out, LossTable(r, l, by, f))
	}
	return out
}

// LossTable is what trouble came to, by what it is told apart by: in its own currencies, and beside it in the home currency.
func LossTable(r Reader, l *desk.Losses, by desk.LossBy, f MoneyFilter) Table {
	home := l.Query.Home
	t := Table{Name: "losses-" + string(by), Title: r.T("bk_by_" + string(by)), Columns: []Column{word(r.T("bk_of_" + string(by))), word(r.T("ins_currency")), num(r.T("bk_refunds")), num(r.T("bk_chargebacks")), num(r.T("bk_owed")), num(r.T("bk_not_recovered")), num(r.T("bk_net"))}}
	if home != "" {
		t.Columns = append(t.Columns, num(r.T("ls_net_in", "home", string(home))), num(r.T("ls_apart")))
	}
	all := l.By[by]
	for i := range all {
		x := &all[i]
		d := drill{MoneyFilter: f, by: by, name: x.Name, currency: string(x.Currency)}
		name := cell(r.lossName(by, x.Name))
		name.Href = d.href("")
		net := r.cash(x.Net, x.Currency)
		net.Href = name.Href
		row := []Cell{name, cell(string(x.Currency)), r.cash(x.Refunded, x.Currency), r.cash(x.Taken, x.Currency), r.cash(x.Owed, x.Currency), r.cash(x.Lost, x.Currency), net}
		if home != "" {
			apart := Cell{Text: "–", Value: "", Bar: -1}
			if x.Apart.Net != 0 {
				apart = r.cash(x.Apart.Net, x.Currency)
			}
			row = append(row, r.cash(x.Home.Net, home), apart)
		}
		t.Rows = append(t.Rows, row)
	}
	t.CSV, t.XLSX = f.Href("/"+t.Name+".csv"), f.Href("/"+t.Name+".xlsx")
	return t
}

// lossName is a situation, a supplier, a channel or a month in words.
func (r Reader) lossName(by desk.LossBy, name string) string {
	switch {
	case name == "":
		return r.T("bk_none")
	case by == desk.BySituation:
		return r.Situation(recourse.Situation(name))
	case by == desk.ByMonth:
		if at, err := time.Parse("2006-01", name); err == nil {
			return r.T("ls_month", "month", r.T("ls_month_"+at.Format("01")), "year", at.Format("2006"))
		}
	}
	return name
}

// drill leads to the postings behind a figure.
type drill struct {
	MoneyFilter
	by             desk.LossBy
	name, currency string
}

func (d drill) href(file string) string {
	q := url.Values{"by": {string(d.by)}, "name": {d.name}, "currency": {d.currency}}
	for k, v := range map[string]string{"from": d.From, "to": d.To, "in": d.In} {
		if v != "" {
			q.Set(k, v)
		}
	}
	return "/money/behind" + file + "?" + q.Encode()
}

// LossChart draws the net loss of each month, in the home currency where there is one, else in the currency of most losses. What is
// given back and taken stands up; what suppliers owe stands beside it.
func LossChart(r Reader, l *desk.Losses) (*Chart, []Legend) {
	type month struct {
		name           string
		out, back, net int64
	}
	currency := l.Query.Home
	if currency == "" {
		var most int64 = -1
		for _, t := range l.Total {
			if n := t.Refunded + t.Taken; n > most {
				most, currency = n, t.Currency
			}
		}
	}
	var months []month
	for _, x := range l.By[desk.ByMonth] {
		f := x.Home
		if l.Query.Home == "" {
			if f = x.Figures; x.Currency != currency {
				continue
			}
		}
		if n := len(months); n == 0 || months[n-1].name != x.Name {
			months = append(months, month{name: x.Name})
		}
		m := &months[len(months)-1]
		m.out, m.back, m.net = m.out+f.Refunded+f.Taken, m.back+f.Owed-f.Lost, m.net+f.Net
	}
	if len(months) == 0 {
		return nil, nil
	}
	if len(months) > mostMonths {
		months = months[len(months)-mostMonths:]
	}
	unit := int64(1)
	for range currency.Exponent() {
		unit *= 10
	}
	var most int64
	for _, m := range months {
		most = max(most, m.out/unit, m.back/unit)
	}
	top, lines := scale(most + 1)
	c := Chart{Name: "losses", Title: r.T("ls_chart", "currency", string(currency))}
	y := func(minor int64) float64 {
		return chartTop + chartBars*(1-float64(max(minor, 0))/float64(unit)/float64(top))
	}
	for _, n := range lines {
		c.Lines = append(c.Lines, ChartLine{Y: px(y(n * unit)), TextY: px(y(n*unit) + 4), Label: r.Number(int(n))})
	}
	step := 100 / float64(len(months))
	var told []string
	for i, m := range months {
		label := r.lossName(desk.ByMonth, m.name)
		for k, minor := range []int64{m.out, m.back} {
			if minor <= 0 {
				continue
			}
			what := r.T([]string{"ls_out", "ls_back"}[k])
			c.Bars = append(c.Bars, ChartBar{X: pc((float64(i) + .12 + .38*float64(k)) * step), Width: pc(min(.36*step, 6)), Y: px(y(minor)), Height: px(max(chartTop+chartBars-y(minor), .6)), Series: fill(k),
				Title: label + " · " + what + " " + r.Money(recourse.Money{Minor: minor, Currency: currency})})
		}
		if every := (len(months) + 5) / 6; i%every == 0 {
			c.Labels = append(c.Labels, ChartLabel{X: pc((float64(i) + .12) * step), Text: label, Anchor: "start", Wide: len(c.Labels)%2 == 1})
		}
		told = append(told, label+" "+r.Money(recourse.Money{Minor: m.net, Currency: currency}))
	}
	c.Desc = r.T("bk_net") + ": " + strings.Join(told, ", ")
	return &c, []Legend{{Fill: fill(0), Label: r.T("ls_out")}, {Fill: fill(1), Label: r.T("ls_back")}}
}

// mostMonths is how many months a picture has.
const mostMonths = 24

// BehindModel are the postings behind a figure.
type BehindModel struct {
	Title     string
	Back      string
	Filter    MoneyFilter
	Table     Table
	CSV, XLSX string
	Next      string // the address of those that follow; "": there are none
}

// BehindFilter says of which figure postings are wanted, by an address.
type BehindFilter struct {
	MoneyFilter
	By       desk.LossBy
	Name     string
	Currency string
	After    string
}

// BehindFilterOf reads the address.
func BehindFilterOf(q url.Values) BehindFilter {
	return BehindFilter{MoneyFilter: MoneyFilterOf(q), By: desk.LossBy(q.Get("by")), Name: q.Get("name"), Currency: q.Get("currency"), After: q.Get("after")}
}

// Postings is the filter in the words of the store; the error is of kind [recourse.Invalid].
func (f *BehindFilter) Postings(r Reader) (p store.PostingFilter, err error) {
	if p.From, p.To, err = f.Range(r); err != nil {
		return p, err
	}
	name := f.Name
	switch f.By {
	case desk.BySituation:
		p.Situation = &name
	case desk.BySupplier:
		p.Supplier = &name
	case desk.ByChannel:
		p.Channel = &name
	case desk.ByMonth:
		at, err := time.Parse("2006-01", name)
		if err != nil {
			return p, &recourse.Error{Kind: recourse.Invalid, Code: "date", Field: "name", Message: "this is no month"}
		}
		from := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, r.Local(r.Now).Location())
		p.From, p.To = later(p.From, from), earlier(p.To, from.AddDate(0, 1, 0))
	default:
		return p, &recourse.Error{Kind: recourse.Invalid, Code: "loss_by", Field: "by", Message: "losses are told apart by month, situation, supplier or channel"}
	}
	p.Currency = f.Currency
	for _, a := range desk.LossAccounts {
		p.Accounts = append(p.Accounts, string(a))
	}
	return p, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Href is the address of the postings behind, of a file or behind a cursor.
func (f *BehindFilter) Href(file, after string) string {
	d := drill{MoneyFilter: f.MoneyFilter, by: f.By, name: f.Name, currency: f.Currency}
	if to := d.href(file); after != "" {
		return to + "&" + url.Values{"after": {after}}.Encode()
	} else {
		return to
	}
}

// Title is what the figure is of.
func (f *BehindFilter) Title(r Reader) string {
	return strings.Join([]string{r.lossName(f.By, f.Name), cmp.Or(f.Currency, r.T("ls_all_currencies"))}, " · ")
}

// PostingTable is the head of a table of postings, for an accountant's file; rows come from [PostingRow].
func PostingTable(r Reader, home recourse.Currency) Table {
	t := Table{Name: "postings", Title: r.T("bk_postings"), Columns: []Column{word(r.T("bk_at")), word(r.T("ins_order")), num(r.T("bk_entry")), word(r.T("bk_account")), num(r.T("bk_debit")), num(r.T("bk_credit")), word(r.T("ins_currency")), word(r.T("bk_ref")),
		word(r.T("ins_case")), word(r.T("ins_situation")), word(r.T("ins_supplier")), word(r.T("ins_channel"))}}
	if home != "" {
		t.Columns = append(t.Columns, num(r.T("ls_in", "home", string(home))), word(r.T("ls_rate")))
	}
	return t
}

// PostingRow is a posting as a row of [PostingTable], with its amount in the home currency where there is one.
func PostingRow(r Reader, p *store.Posting, rates *desk.Converter, home recourse.Currency) []Cell {
	debit, credit := cell(""), cell("")
	a, currency := ledger.Account(p.Account), cell(string(p.Amount.Currency))
	switch {
	case a.Memo() && p.Amount.Minor > 0:
		debit, currency = cell(r.T("amount_unknown")), cell("")
	case a.Memo():
		credit, currency = cell(r.T("amount_unknown")), cell("")
	case p.Amount.Minor < 0:
		credit = r.cash(-p.Amount.Minor, p.Amount.Currency)
	default:
		debit = r.cash(p.Amount.Minor, p.Amount.Currency)
	}
	order, of := cell(p.Order), cell(p.Case)
	order.Href = OrderPath(p.Order)
	if p.Case != "" {
		of.Href = CasePath(p.Case)
	}
	row := []Cell{cell(r.stamp(p.At)), order, r.count(p.Seq), cell(r.Account(a)), debit, credit, currency, cell(p.Ref), of, cell(r.Situation(recourse.Situation(p.Situation))), cell(p.Supplier), cell(p.Channel)}
	if p.Situation == "" {
		row[9] = cell("")
	}
	if home == "" {
		return row
	}
	in, rate, known := rates.At(p.Amount, p.At)
	switch {
	case a.Memo():
		return append(row, cell(""), cell(""))
	case !known:
		return append(row, Cell{Text: "–", Value: "", Bar: -1}, cell(r.T("ls_no_rate")))
	case rate.Den == 0:
		return append(row, r.cash(in.Minor, home), cell(""))
	}
	return append(row, r.cash(in.Minor, home), cell(RateText(rate)+" ("+rate.Day.String()+")"))
}

// Stream makes a table's rows come one by one, however many there are.
func (t *Table) Stream(rows iter.Seq2[[]Cell, error]) *Table {
	t.rest = rows
	return t
}

// all are the rows of a table: those that it has, then those that come.
func (t *Table) all() iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		for _, row := range t.Rows {
			if !yield(row, nil) {
				return
			}
		}
		if t.rest != nil {
			t.rest(yield)
		}
	}
}
