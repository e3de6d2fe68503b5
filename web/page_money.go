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
}

// mostPosted bounds the postings of one order, mostAwaited the recoveries of a page.
const (
	mostPosted  = 2000
	mostAwaited = 500
)

// booksOf is what was posted for an order, or for one of its cases; nil where nothing was.
func (v *visit) booksOf(f *recourse.OrderFile, id string) (*view.Books, error) {
	var all []store.Posting
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.PostingsOf(store.Key{Merchant: v.who.Merchant, Order: f.Order.ID}, mostPosted)
		return err
	})
	if id != "" {
		all = slices.DeleteFunc(all, func(p store.Posting) bool { return p.Case != id })
	}
	return view.NewBooks(v.read, all), err
}

// moneyRead is what the page and its files are made of.
type moneyRead struct {
	filter   view.MoneyFilter
	from, to time.Time
	bad      error
	now      []store.Balance // all that was ever posted
	range_   []store.Balance // what was posted in the range
	home     desk.InHome
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
		if m.range_, err = tx.Balances(v.who.Merchant, m.from, m.to); err != nil {
			return err
		}
		m.filter.Currencies = currenciesOf(m.now)
		if !slices.Contains(m.filter.Currencies, m.filter.In) {
			m.filter.In = homeCurrency(m.now)
		}
		day := recourse.DateOf(v.read.Local(m.to.Add(-time.Second)))
		if today := recourse.DateOf(v.read.Local(v.read.Now)); today.Compare(day) < 0 {
			day = today
		}
		m.home, err = desk.Home(tx, v.who.Merchant, desk.Losses(m.range_, ""), recourse.Currency(m.filter.In), day)
		return err
	})
}

func currenciesOf(all []store.Balance) (out []string) {
	for _, b := range all {
		if !slices.Contains(out, string(b.Currency)) {
			out = append(out, string(b.Currency))
		}
	}
	if len(out) == 0 {
		out = []string{"EUR"}
	}
	slices.Sort(out)
	return out
}

// homeCurrency is the currency that the shop sells in, as far as its refunds say.
func homeCurrency(all []store.Balance) string {
	count := map[recourse.Currency]int64{}
	best := recourse.Currency("EUR")
	for _, b := range all {
		if a := ledger.Account(b.Account); a == ledger.Refunds || a == ledger.Chargebacks {
			if count[b.Currency] += b.Entries; count[b.Currency] > count[best] || count[b.Currency] == count[best] && b.Currency < best {
				best = b.Currency
			}
		}
	}
	if count[best] == 0 && len(all) > 0 {
		return string(all[0].Currency)
	}
	return string(best)
}

// losses are the tables of what trouble came to.
func (m *moneyRead) losses(r view.Reader) (out []view.Table) {
	for _, by := range []desk.LossBy{desk.BySituation, desk.BySupplier, desk.ByChannel} {
		out = append(out, view.LossTable(r, desk.Losses(m.range_, by), by, m.filter))
	}
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
	p := view.MoneyPage{Filter: m.filter, Balances: v.read.Balances(m.now), More: len(awaited) > mostAwaited, Home: v.read.Home(m.home), Losses: m.losses(v.read)}
	p.Ages = v.read.Ages(awaited[:min(len(awaited), mostAwaited)])
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
		all, err := v.desk.Recoveries(v.r.Context(), v.who.Merchant, view.MostCases)
		t := view.RecoveryTable(v.read, all)
		return &t, err
	case "postings":
		var all []store.Posting
		err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
			all, err = tx.Postings(v.who.Merchant, m.from, m.to, nil, view.MostCases)
			return err
		})
		t := view.PostingTable(v.read, all)
		return &t, err
	}
	for _, t := range m.losses(v.read) {
		if t.Name == name {
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
