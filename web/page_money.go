package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/ledger"
	"recourse/store"
	"recourse/web/view"
)

// moneyRoutes are the books.
var moneyRoutes = []pageRoute{
	{pattern: "GET /money", access: access{page, account.Read}, serve: (*site).money},
	{pattern: "GET /money/{file}", access: access{page, account.Read}, serve: (*site).moneyFile},
	{pattern: "GET /money/behind", access: access{page, account.Read}, serve: (*site).behind},
	{pattern: "GET /money/settings", access: access{page, account.Read}, serve: (*site).moneySettings},
	{pattern: "POST /money/settings", access: access{page, account.Manage}, serve: (*site).setMoney},
	{pattern: "GET /recoveries", access: access{page, account.Read}, serve: (*site).recoveries},
	{pattern: "GET /recoveries/{file}", access: access{page, account.Read}, serve: (*site).recoveriesFile},
	{pattern: "POST /recoveries/act", access: access{page, account.Work}, serve: (*site).actOnRecovery},
}

// mostPosted bounds the postings of one order, mostAwaited the recoveries of a page.
const (
	mostPosted  = 2000
	mostAwaited = 500
)

// booksOf is what was posted for an order, or for one of its cases, with what each entry is made of and, where a home currency is
// set, the rate of its day; nil where nothing was.
func (v *visit) booksOf(d *desk.View, id string) (*view.Books, error) {
	var all []store.Posting
	var rates *desk.Converter
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if all, err = tx.PostingsOf(store.Key{Merchant: v.who.Merchant, Order: d.File.Order.ID}, mostPosted); err != nil || len(all) == 0 {
			return err
		}
		set, err := tx.MoneySettings(v.who.Merchant)
		if err == nil {
			rates, err = desk.NewConverter(tx, v.who.Merchant, set.Home, v.zone(), all[0].At, v.read.Now)
		}
		return err
	})
	if id != "" {
		all = slices.DeleteFunc(all, func(p store.Posting) bool { return p.Case != id })
	}
	return view.NewBooks(v.read, d, all, rates), err
}

// moneyRead is what the page and its files are made of.
type moneyRead struct {
	filter   view.MoneyFilter
	from, to time.Time
	bad      error
	now      []store.Balance // all that was ever posted
	losses   *desk.Losses    // of the range
}

// moneyOf reads the books that an address asks for.
func (v *visit) moneyOf() (m moneyRead, err error) {
	v.atHome()
	m.filter = view.MoneyFilterOf(v.r.URL.Query())
	if m.from, m.to, m.bad = m.filter.Range(v.read); m.bad != nil {
		m.filter.From, m.filter.To = "", ""
		m.from, m.to, _ = m.filter.Range(v.read)
	}
	return m, v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if m.now, err = tx.Balances(v.who.Merchant, time.Unix(0, 0), v.read.Now.AddDate(1, 0, 0)); err != nil {
			return err
		}
		if err = v.homeOf(tx, &m.filter, m.now); err != nil {
			return err
		}
		m.losses, err = desk.LossesOf(tx, v.who.Merchant, desk.LossQuery{From: m.from, To: m.to, Home: recourse.Currency(m.filter.In), Zone: v.zone()})
		return err
	})
}

// homeOf says which currency a page adds up in: the one that its address names, else the merchant's own, where they set one.
func (v *visit) homeOf(tx *store.Tx, f *view.MoneyFilter, now []store.Balance) error {
	set, err := tx.MoneySettings(v.who.Merchant)
	if err != nil {
		return err
	}
	f.Home, f.Currencies = string(set.Home), currenciesOf(now, set.Home)
	switch {
	case !v.r.URL.Query().Has("in"):
		f.In = f.Home
	case !slices.Contains(f.Currencies, f.In):
		f.In = ""
	}
	return nil
}

// currenciesOf are those of the books, and the home currency.
func currenciesOf(all []store.Balance, home recourse.Currency) (out []string) {
	if home != "" {
		out = append(out, string(home))
	}
	for _, b := range all {
		if b.Currency != ledger.NoCurrency && !slices.Contains(out, string(b.Currency)) {
			out = append(out, string(b.Currency))
		}
	}
	slices.Sort(out)
	return out
}

func (s *site) money(v *visit) error {
	m, err := v.moneyOf()
	if err != nil {
		return err
	}
	awaited, err := v.desk.Recoveries(v.r.Context(), v.who.Merchant, mostAwaited+1)
	if err != nil {
		return err
	}
	p := view.MoneyPage{Filter: m.filter, Balances: v.read.Balances(m.now), More: len(awaited) > mostAwaited, Home: v.read.Home(m.losses), Losses: view.LossTables(v.read, m.losses, m.filter)}
	p.Ages, p.Unknown = v.read.Ages(awaited[:min(len(awaited), mostAwaited)]), v.read.Unknown(m.now)
	p.Chart, p.Legend = view.LossChart(v.read, m.losses)
	status := http.StatusOK
	if m.bad != nil {
		status, p.Bad = http.StatusUnprocessableEntity, v.read.T("ins_bad_date")
	}
	return v.show(status, view.MoneyBooks(v.page(v.read.T("bk_page")), p))
}

// moneyFile sends a table of the books as a file.
func (s *site) moneyFile(v *visit) error {
	name, kind, _ := strings.Cut(v.r.PathValue("file"), ".")
	if kind != "csv" && kind != "xlsx" {
		return errNoRoute
	}
	m, err := v.moneyOf()
	if err == nil {
		err = m.bad
	}
	if err != nil {
		return err
	}
	ctx, stop := uploading(v.w, v.r) // a long file takes its time
	defer stop()
	v.r = v.r.WithContext(ctx)
	t, err := v.moneyTable(name, &m)
	if err != nil {
		return err
	}
	return v.sendTable(t, name+"-"+v.read.Local(v.read.Now).Format(time.DateOnly), kind)
}

func (v *visit) moneyTable(name string, m *moneyRead) (*view.Table, error) {
	switch name {
	case "balances":
		t := view.BalanceTable(v.read, m.now)
		return &t, nil
	case "recoveries":
		return v.recoveryTable("")
	case "postings":
		return v.postingTable(store.PostingFilter{From: m.from, To: m.to}, recourse.Currency(m.filter.In))
	case "behind":
		f := view.BehindFilterOf(v.r.URL.Query())
		f.MoneyFilter = m.filter
		p, err := f.Postings(v.read)
		if err != nil {
			return nil, err
		}
		return v.postingTable(p, recourse.Currency(m.filter.In))
	}
	for _, by := range desk.LossBys {
		if name == "losses-"+string(by) {
			t := view.LossTable(v.read, m.losses, by, m.filter)
			return &t, nil
		}
	}
	return nil, errNoRoute
}

// sendTable sends a table as a file.
func (v *visit) sendTable(t *view.Table, name, kind string) error {
	h := v.w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+name+"."+kind+`"`)
	if kind == "csv" {
		h.Set("Content-Type", "text/csv; charset=utf-8")
		return gone(t.WriteCSV(v.w))
	}
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return gone(t.WriteXLSX(v.w))
}
