package view

import (
	"net/url"
	"slices"
	"time"

	"recourse"
	"recourse/ledger"
	"recourse/store"
)

// standingIn are the balances of accounts in words, in the order of a balance.
func (r Reader) standingIn(sums map[ledger.Account]map[recourse.Currency]int64) (out []Sum) {
	if n := sums[ledger.UnknownRecoverable][ledger.NoCurrency]; n > 0 {
		out = append(out, Sum{Label: r.Account(ledger.UnknownRecoverable), Amount: r.Number(int(n))})
	}
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
	Unknown  string // of how many recoveries the amount is not known; "": of none
	Home     HomeSum
	Chart    *Chart // nil: nothing to draw
	Legend   []Legend
	Losses   []Table
	May      bool // the visitor may set the home currency
}

// BalanceRow is what an account stands at.
type BalanceRow struct {
	Account, Say string
	Amounts      []string
}

// MoneyFilter is the range that losses are counted over, and the currency that they are added up in.
type MoneyFilter struct {
	From, To, In string
	Currencies   []string
	Home         string // the merchant's home currency; "": none was set
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

// Unknown says of how many recoveries the amount is not known; "": of none.
func (r Reader) Unknown(all []store.Balance) string {
	n := balanceSums(all)[ledger.UnknownRecoverable][ledger.NoCurrency]
	if n <= 0 {
		return ""
	}
	return r.T("rc_unknown_n", "n", r.Number(int(n)))
}
