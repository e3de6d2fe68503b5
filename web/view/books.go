package view

import (
	"net/url"
	"slices"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/ledger"
	"recourse/store"
)

// Books are what was posted for an order or a case: in words on top, and as an accountant reads it below.
type Books struct {
	Sums    []Sum
	Entries []BookEntry
}

// BookEntry is what one decision posted.
type BookEntry struct {
	At    Instant
	Lines []BookLine
}

// BookLine is one side of an entry.
type BookLine struct{ Account, Debit, Credit, Ref string }

// NewBooks tells postings; nil where there are none.
func NewBooks(r Reader, all []store.Posting) *Books {
	if len(all) == 0 {
		return nil
	}
	b := &Books{}
	sums := map[ledger.Account]map[recourse.Currency]int64{}
	var last *store.Posting
	for i := range all {
		p := &all[i]
		if last == nil || last.Order != p.Order || last.Seq != p.Seq {
			b.Entries = append(b.Entries, BookEntry{At: r.Past(p.At)})
		}
		last = p
		l := BookLine{Account: r.Account(ledger.Account(p.Account)), Ref: p.Ref}
		if p.Amount.Minor < 0 {
			l.Credit = r.Money(p.Amount.Neg())
		} else {
			l.Debit = r.Money(p.Amount)
		}
		e := &b.Entries[len(b.Entries)-1]
		e.Lines = append(e.Lines, l)
		a := ledger.Account(p.Account)
		if sums[a] == nil {
			sums[a] = map[recourse.Currency]int64{}
		}
		sums[a][p.Amount.Currency] += p.Amount.Minor
	}
	b.Sums = r.standingIn(sums)
	return b
}

// standingIn are the balances of accounts in words, in the order of a balance.
func (r Reader) standingIn(sums map[ledger.Account]map[recourse.Currency]int64) (out []Sum) {
	for _, a := range ledger.Accounts {
		for _, c := range currencies(sums[a]) {
			if n := sums[a][c]; n != 0 {
				out = append(out, Sum{Label: r.Account(a), Amount: r.Money(recourse.Money{Minor: n, Currency: c})})
			}
		}
	}
	return out
}

func currencies(of map[recourse.Currency]int64) (out []recourse.Currency) {
	for c := range of {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// Account is the name of an account of the books.
func (r Reader) Account(a ledger.Account) string {
	return r.T("bk_" + string(a))
}

// MoneyPage is the merchant's books.
type MoneyPage struct {
	Balances []BalanceRow
	Ages     []AgeGroup
	More     bool // there are more recoveries than are shown
	Filter   MoneyFilter
	Bad      string
	Home     HomeSum
	Losses   []Table
	Files    []FileLink
}

// BalanceRow is what an account stands at.
type BalanceRow struct {
	Account, Say string
	Amounts      []string
}

// AgeGroup are the recoveries of an age.
type AgeGroup struct {
	Label string
	Class string
	Sums  []string
	Rows  []RecoveryRow
}

// RecoveryRow is a recovery that is awaited.
type RecoveryRow struct {
	Case, Href, Amount, Situation, Supplier, SupplierHref string
	Since, Next                                           Instant
}

// FileLink is a file of a page.
type FileLink struct{ Label, CSV, XLSX string }

// HomeSum is a net loss in the shop's own currency, with the rates.
type HomeSum struct {
	Amount  string
	Rates   []string
	Missing string
}

// MoneyFilter is the range that losses are counted over, and the currency that they are added up in.
type MoneyFilter struct {
	From, To, In string
	Currencies   []string
}

// MoneyFilterOf reads the address.
func MoneyFilterOf(q url.Values) MoneyFilter {
	return MoneyFilter{From: q.Get("from"), To: q.Get("to"), In: q.Get("in")}
}

// lossDays is how many days losses are counted over where nothing is asked for.
const lossDays = 90

// Range is from when to when losses are counted; the error is of kind [recourse.Invalid].
func (f *MoneyFilter) Range(r Reader) (from, to time.Time, err error) {
	from, to = r.midnight(1-lossDays), r.midnight(1)
	for _, x := range []struct {
		text string
		at   *time.Time
		plus int
	}{{f.From, &from, 0}, {f.To, &to, 1}} {
		if x.text == "" {
			continue
		}
		d, err := recourse.ParseDate(x.text)
		if err != nil {
			return from, to, err
		}
		*x.at = time.Date(d.Year, d.Month, d.Day+x.plus, 0, 0, 0, 0, r.Local(r.Now).Location())
	}
	if !from.Before(to) {
		return from, to, &recourse.Error{Kind: recourse.Invalid, Code: "date", Field: "from", Message: "the range ends before it begins"}
	}
	f.From, f.To = r.Local(from).Format(time.DateOnly), r.Local(to).AddDate(0, 0, -1).Format(time.DateOnly)
	return from, to, nil
}

// Href is the address of a file of the page, with the filter.
func (f MoneyFilter) Href(file string) string {
	q := url.Values{}
	for k, v := range map[string]string{"from": f.From, "to": f.To, "in": f.In} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return "/money" + file
	}
	return "/money" + file + "?" + q.Encode()
}

// BalanceTable is what accounts stand at, for a file.
func BalanceTable(r Reader, all []store.Balance) Table {
	t := Table{Name: "balances", Title: r.T("bk_balances"), Columns: []Column{word(r.T("bk_account")), word(r.T("ins_currency")), num(r.T("bk_balance"))}}
	sums := balanceSums(all)
	for _, a := range ledger.Accounts {
		for _, c := range currencies(sums[a]) {
			t.Rows = append(t.Rows, []Cell{cell(r.Account(a)), cell(string(c)), r.cash(sums[a][c], c)})
		}
	}
	return t
}

func balanceSums(all []store.Balance) map[ledger.Account]map[recourse.Currency]int64 {
	sums := map[ledger.Account]map[recourse.Currency]int64{}
	for _, b := range all {
		a := ledger.Account(b.Account)
		if sums[a] == nil {
			sums[a] = map[recourse.Currency]int64{}
		}
		sums[a][b.Currency] += b.Minor
	}
	return sums
}

// Balances are what the accounts stand at, by account.
func (r Reader) Balances(all []store.Balance) (out []BalanceRow) {
	sums := balanceSums(all)
	for _, a := range ledger.Accounts {
		row := BalanceRow{Account: r.Account(a), Say: r.T("bk_say_" + string(a))}
		for _, c := range currencies(sums[a]) {
			if n := sums[a][c]; n != 0 {
				row.Amounts = append(row.Amounts, r.Money(recourse.Money{Minor: n, Currency: c}))
			}
		}
		if len(row.Amounts) > 0 {
			out = append(out, row)
		}
	}
	return out
}

// ages are the groups of recoveries: up to how many days each goes.
var ages = []struct {
	key  string
	upTo int
}{{"week", 7}, {"month", 30}, {"two", 60}, {"old", 1 << 30}}

// Ages groups recoveries by how long they have been awaited.
func (r Reader) Ages(all []desk.Awaited) []AgeGroup {
	groups := make([]AgeGroup, len(ages))
	sums := make([]map[recourse.Currency]int64, len(ages))
	for i, a := range ages {
		groups[i] = AgeGroup{Label: r.T("bk_age_" + a.key), Class: a.key}
		sums[i] = map[recourse.Currency]int64{}
	}
	for i := range all {
		at := r.age(all[i].Since)
		groups[at].Rows = append(groups[at].Rows, r.recoveryRow(&all[i]))
		sums[at][all[i].Amount.Currency] += all[i].Amount.Minor
	}
	for i := range groups {
		for _, c := range currencies(sums[i]) {
			groups[i].Sums = append(groups[i].Sums, r.Money(recourse.Money{Minor: sums[i][c], Currency: c}))
		}
	}
	return groups
}

// age is the group of something that has been awaited since an instant.
func (r Reader) age(since time.Time) int {
	days := int(r.Now.Sub(since) / (24 * time.Hour))
	return slices.IndexFunc(ages, func(a struct {
		key  string
		upTo int
	}) bool {
		return days <= a.upTo
	})
}

func (r Reader) recoveryRow(a *desk.Awaited) RecoveryRow {
	row := RecoveryRow{Case: a.Case, Href: CasePath(a.Case), Amount: r.Money(a.Amount), Situation: r.Situation(recourse.Situation(a.Situation)), Supplier: a.Supplier, SupplierHref: SupplierPath(a.Supplier), Since: r.Past(a.Since)}
	if !a.Next.IsZero() {
		row.Next = r.Due(a.Next)
	}
	return row
}

// RecoveryTable are the recoveries that are awaited, for a file.
func RecoveryTable(r Reader, all []desk.Awaited) Table {
	t := Table{Name: "recoveries", Title: r.T("bk_ages"), Columns: []Column{word(r.T("ins_case")), word(r.T("ins_order")), word(r.T("ins_situation")), word(r.T("ins_supplier")), word(r.T("ins_currency")), num(r.T("bk_amount")),
		word(r.T("bk_since")), num(r.T("bk_age")), word(r.T("bk_next"))}}
	for i := range all {
		a := &all[i]
		t.Rows = append(t.Rows, []Cell{cell(a.Case), cell(a.Order), cell(r.Situation(recourse.Situation(a.Situation))), cell(a.Supplier), cell(string(a.Amount.Currency)), r.cash(a.Amount.Minor, a.Amount.Currency),
			cell(r.stamp(a.Since)), r.count(int64(r.Now.Sub(a.Since) / (24 * time.Hour))), cell(r.stamp(a.Next))})
	}
	return t
}

// LossTable is what trouble came to, by what it is told apart by.
func LossTable(r Reader, all []desk.Loss, by desk.LossBy, f MoneyFilter) Table {
	t := Table{Name: "losses-" + string(by), Title: r.T("bk_by_" + string(by)), Columns: []Column{word(r.T("bk_of_" + string(by))), word(r.T("ins_currency")), num(r.T("bk_refunds")), num(r.T("bk_chargebacks")), num(r.T("bk_owed")), num(r.T("bk_not_recovered")), num(r.T("bk_net"))}}
	for i := range all {
		l := &all[i]
		name := cell(l.Name)
		switch {
		case l.Name == "":
			name = cell(r.T("bk_none"))
		case by == desk.BySituation:
			name = cell(r.Situation(recourse.Situation(l.Name)))
			name.Href = Filter{Situation: recourse.Situation(l.Name)}.Href()
		case by == desk.BySupplier:
			name.Href = SupplierPath(l.Name)
		}
		t.Rows = append(t.Rows, []Cell{name, cell(string(l.Currency)), r.cash(l.Refunded, l.Currency), r.cash(l.Taken, l.Currency), r.cash(l.Owed, l.Currency), r.cash(l.Lost, l.Currency), r.cash(l.Net, l.Currency)})
	}
	t.CSV, t.XLSX = f.Href("/"+t.Name+".csv"), f.Href("/"+t.Name+".xlsx")
	return t
}

// PostingTable are postings, for an accountant's file.
func PostingTable(r Reader, all []store.Posting) Table {
	t := Table{Name: "postings", Title: r.T("bk_postings"), Columns: []Column{word(r.T("bk_at")), word(r.T("ins_order")), num(r.T("bk_entry")), word(r.T("bk_account")), num(r.T("bk_debit")), num(r.T("bk_credit")), word(r.T("ins_currency")), word(r.T("bk_ref")),
		word(r.T("ins_case")), word(r.T("ins_situation")), word(r.T("ins_supplier")), word(r.T("ins_channel"))}}
	for i := range all {
		p := &all[i]
		debit, credit := cell(""), cell("")
		if p.Amount.Minor < 0 {
			credit = r.cash(-p.Amount.Minor, p.Amount.Currency)
		} else {
			debit = r.cash(p.Amount.Minor, p.Amount.Currency)
		}
		t.Rows = append(t.Rows, []Cell{cell(r.stamp(p.At)), cell(p.Order), r.count(p.Seq), cell(r.Account(ledger.Account(p.Account))), debit, credit, cell(string(p.Amount.Currency)), cell(p.Ref), cell(p.Case), cell(r.Situation(recourse.Situation(p.Situation))), cell(p.Supplier), cell(p.Channel)})
	}
	return t
}

// Home tells a sum in the shop's own currency.
func (r Reader) Home(h desk.InHome) HomeSum {
	out := HomeSum{Amount: r.Money(h.Sum)}
	if h.Sum.Minor == 0 {
		out.Amount = r.Money(recourse.Money{Minor: 0, Currency: h.Sum.Currency})
	}
	for _, x := range h.Used {
		out.Rates = append(out.Rates, r.T("bk_rate", "from", string(x.Base), "to", string(x.Quote), "rate", r.rate(x), "day", r.Day(x.Day)))
	}
	var missing []string
	for _, c := range h.Missing {
		missing = append(missing, string(c))
	}
	if len(missing) > 0 {
		out.Missing = r.T("bk_rate_missing", "currencies", r.List(missing), "home", string(h.Sum.Currency))
	}
	return out
}
