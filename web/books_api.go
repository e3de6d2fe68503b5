package web

import (
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

// booksAPI are the operations of the books.
var booksAPI = []route{
	{method: "GET", path: "/api/v1/orders/{order}/books", name: "getBooks", sum: "Read an order's books", about: "What was posted for it, in double entry, the oldest first.", needs: account.Read, answer: BooksAnswer{}, problems: []int{404}, serve: (*call).books},
	{method: "GET", path: "/api/v1/money", name: "getMoney", sum: "Read the books", about: "What accounts stand at, what is awaited from suppliers, and net losses: in their own currencies, and beside them in the home currency, where one is set or asked for, each posting at the rate of its day. What no rate is known for stands apart.", needs: account.Read,
		query: []param{{name: "from", format: "date-time", about: "Losses posted at that instant or after. Default: 90 days ago."}, {name: "to", format: "date-time", about: "And before that one. Default: now."}, {name: "by", of: []string{"month", "situation", "supplier", "channel"}, about: "Default: situation."},
			{name: "home", about: "The currency to add up in, in place of the one that is set: EUR."}}, answer: MoneyAnswer{}, serve: (*call).money},
	{method: "GET", path: "/api/v1/money/postings", name: "listPostings", sum: "List postings", about: "The oldest first; an entry is given whole, so that a page may have fewer than limit.", needs: account.Read,
		query: []param{{name: "from", format: "date-time", about: "Posted at that instant or after."}, {name: "to", format: "date-time", about: "And before that one."}, {name: "supplier", about: "Only of this one."}, {name: "situation", about: "Only of this one."}, {name: "channel", about: "Only of this one."}, pCursor, pLimit}, answer: PostingsAnswer{}, serve: (*call).postings},
	{method: "GET", path: "/api/v1/money/settings", name: "getMoneySettings", sum: "Read what is set for the books", about: "The home currency, and the language of dossiers for banks.", needs: account.Read, answer: MoneySettings{}, serve: (*call).moneySettings},
	{method: "PUT", path: "/api/v1/money/settings", name: "putMoneySettings", sum: "Set the home currency and the language for banks", about: "In place of what was set before; empty: none.", needs: account.Manage, body: MoneySettings{}, answer: MoneySettings{}, problems: []int{422}, serve: (*call).putMoneySettings},
	{method: "GET", path: "/api/v1/recoveries", name: "listRecoveries", sum: "List recoveries", about: "What suppliers and the marketplace owe, the oldest first, 500 at most, with what was done for each. Money that came, a denial and a write-off are told to its case: recovery.received, recovery.denied, recovery.written_off.", needs: account.Read,
		query: []param{{name: "supplier", about: "Only of this one."}, {name: "age", of: ages(), about: "Only of this age."}}, answer: RecoveriesAnswer{}, serve: (*call).recoveries},
	{method: "POST", path: "/api/v1/recoveries/{recovery}/chase", name: "chaseRecovery", sum: "Chase a recovery now", about: "The agent is written to, beside the playbook's rhythm, where the playbook lets a person chase.", needs: account.Work, query: []param{pPreview, pLanguage}, headers: []param{hKey}, answer: Acted{}, tag: true, problems: []int{404, 409}, serve: (*call).chaseRecovery},
}

// ages are the names of the groups of recoveries.
func ages() (all []string) {
	for _, a := range desk.RecoveryAges {
		all = append(all, a.Name)
	}
	return all
}

// BooksAnswer is what was posted for an order.
type BooksAnswer struct {
	Order    string       `json:"order"`
	Postings []PostedSide `json:"postings"`
}

// PostedSide is one side of an entry of the books.
type PostedSide struct {
	Entry   int64          `json:"entry" doc:"Of the order's history; 0: it opened the books."`
	At      time.Time      `json:"at"`
	Account string         `json:"account"`
	Amount  recourse.Money `json:"amount,omitzero" doc:"A debit is positive, a credit negative. None of a memorandum."`
	Memo    int64          `json:"memorandum,omitempty" doc:"Of a claim of unknown amount: how many are counted, a debit positive."`
	Ref     string         `json:"ref" doc:"The refund or the recovery."`
	Case    string         `json:"case,omitempty"`
}

func newPostedSide(p *store.Posting) PostedSide {
	out := PostedSide{Entry: p.Seq, At: p.At.UTC(), Account: p.Account, Amount: p.Amount, Ref: p.Ref, Case: p.Case}
	if ledger.Account(p.Account).Memo() {
		out.Amount, out.Memo = recourse.Money{}, p.Amount.Minor
	}
	return out
}

func (c *call) books() error {
	id := c.r.PathValue("order")
	if _, err := c.Desk.Order(c.r.Context(), c.who.Merchant, id); err != nil {
		return inParameter("order", err)
	}
	var all []store.Posting
	if err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.PostingsOf(store.Key{Merchant: c.who.Merchant, Order: id}, mostPosted)
		return err
	}); err != nil {
		return err
	}
	return c.send(NewBooksAnswer(id, all))
}

// NewBooksAnswer tells an order's postings to a program.
func NewBooksAnswer(order string, all []store.Posting) BooksAnswer {
	out := BooksAnswer{Order: order, Postings: []PostedSide{}}
	for i := range all {
		out.Postings = append(out.Postings, newPostedSide(&all[i]))
	}
	return out
}

// PostingsAnswer are postings of a merchant.
type PostingsAnswer struct {
	Postings []PostingAnswer `json:"postings"`
	Next     string          `json:"next,omitempty" doc:"The cursor of those that follow."`
}

// PostingAnswer is a posting with what it is filtered by.
type PostingAnswer struct {
	Order string `json:"order"`
	PostedSide
	Situation string `json:"situation,omitempty"`
	Supplier  string `json:"supplier,omitempty"`
	Channel   string `json:"channel,omitempty"`
}

func (c *call) postings() (err error) {
	f := store.PostingFilter{}
	if f.From, f.To, err = c.moneySpan(time.Unix(0, 0)); err != nil {
		return err
	}
	most, err := c.limit(50, 200)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	for name, to := range map[string]**string{"supplier": &f.Supplier, "situation": &f.Situation, "channel": &f.Channel} {
		if q.Has(name) {
			value := q.Get(name)
			*to = &value
		}
	}
	after := cursorOf(q.Get("cursor"))
	if q.Get("cursor") != "" && after == nil {
		return inParameter("cursor", &recourse.Error{Kind: recourse.Invalid, Code: "cursor", Message: "this is no cursor", Hint: "take the next of the page before"})
	}
	out := PostingsAnswer{Postings: []PostingAnswer{}}
	var all, more []store.Posting
	err = c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		if all, err = tx.FindPostings(c.who.Merchant, f, after, most); err == nil && len(all) > 0 {
			more, err = tx.FindPostings(c.who.Merchant, f, &all[len(all)-1], 1)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		out.Postings = append(out.Postings, PostingAnswer{p.Order, newPostedSide(p), p.Situation, p.Supplier, p.Channel})
	}
	if len(more) > 0 {
		out.Next = cursorText(&all[len(all)-1])
	}
	return c.send(out)
}

// moneySpan is the span of time that a query asks for.
func (c *call) moneySpan(begin time.Time) (from, to time.Time, err error) {
	if from, err = c.instant("from"); err != nil {
		return from, to, err
	}
	if to, err = c.instant("to"); err != nil {
		return from, to, err
	}
	if to.IsZero() {
		to = c.Desk.Now().UTC().Add(time.Second).Truncate(time.Second)
	}
	if from.IsZero() {
		if from = begin; from.IsZero() {
			from = to.AddDate(0, 0, -90)
		}
	}
	return from, to, nil
}

// MoneyAnswer are the books of a merchant.
type MoneyAnswer struct {
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`
	Balances []AccountAnswer `json:"balances" doc:"Of all that was ever posted."`
	Unknown  int64           `json:"amount_unknown" doc:"Recoveries that are awaited and whose amount nobody knows."`
	Awaited  []AwaitedAnswer `json:"awaited" doc:"From suppliers and marketplaces, the oldest first, 500 at most."`
	Losses   []LossAnswer    `json:"losses" doc:"Of the range; the dearest first in each currency, months in their order."`
	Home     *HomeAnswer     `json:"home,omitempty" doc:"All losses in the home currency; absent where there is none."`
}

// HomeAnswer are losses in the home currency.
type HomeAnswer struct {
	Net     recourse.Money      `json:"net_loss"`
	Rates   []RateUsed          `json:"rates" doc:"That were used."`
	Missing []recourse.Currency `json:"without_rate" doc:"Of which something is not in the sum."`
}

// RateUsed says how the rates of a currency were used.
type RateUsed struct {
	Currency recourse.Currency `json:"currency"`
	Days     int               `json:"days"`
	Low      string            `json:"low"`
	LowDay   recourse.Date     `json:"low_day"`
	High     string            `json:"high"`
	HighDay  recourse.Date     `json:"high_day"`
}

// AccountAnswer is what an account stands at.
type AccountAnswer struct {
	Account string         `json:"account"`
	Balance recourse.Money `json:"balance"`
}

// LossAnswer is what trouble came to.
type LossAnswer struct {
	Name     string          `json:"name" doc:"The month as 2026-03, the situation, the supplier or the channel; empty: not known."`
	Refunded recourse.Money  `json:"refunded"`
	Taken    recourse.Money  `json:"taken_by_banks"`
	Owed     recourse.Money  `json:"owed_by_suppliers" doc:"What has come included."`
	Lost     recourse.Money  `json:"not_recovered"`
	Net      recourse.Money  `json:"net_loss"`
	Home     *recourse.Money `json:"net_loss_home,omitempty" doc:"In the home currency, of what a rate is known for."`
	Apart    *recourse.Money `json:"without_rate,omitempty" doc:"Of the net loss, what no rate is known for."`
}

func newLossAnswer(l *desk.Loss, home recourse.Currency) LossAnswer {
	of := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: l.Currency} }
	out := LossAnswer{Name: l.Name, Refunded: of(l.Refunded), Taken: of(l.Taken), Owed: of(l.Owed), Lost: of(l.Lost), Net: of(l.Net)}
	if home != "" {
		out.Home = &recourse.Money{Minor: l.Home.Net, Currency: home}
		if l.Apart.Net != 0 {
			apart := of(l.Apart.Net)
			out.Apart = &apart
		}
	}
	return out
}

// NewLossAnswers tells losses to a program.
func NewLossAnswers(l *desk.Losses, by desk.LossBy) []LossAnswer {
	out := []LossAnswer{}
	for i := range l.By[by] {
		out = append(out, newLossAnswer(&l.By[by][i], l.Query.Home))
	}
	return out
}

func (c *call) money() error {
	by, err := c.word("by", "month", "situation", "supplier", "channel")
	if err != nil {
		return err
	}
	if by == "" {
		by = "situation"
	}
	out := MoneyAnswer{Balances: []AccountAnswer{}, Awaited: []AwaitedAnswer{}, Losses: []LossAnswer{}}
	if out.From, out.To, err = c.moneySpan(time.Time{}); err != nil {
		return err
	}
	q, err := c.lossQuery(out.From, out.To)
	if err != nil {
		return err
	}
	var ever []store.Balance
	var losses *desk.Losses
	if err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		if ever, err = tx.Balances(c.who.Merchant, time.Unix(0, 0), c.Desk.Now().UTC().AddDate(1, 0, 0)); err == nil {
			losses, err = desk.LossesOf(tx, c.who.Merchant, q)
		}
		return err
	}); err != nil {
		return err
	}
	out.balances(ever)
	awaited, err := c.Desk.Recoveries(c.r.Context(), c.who.Merchant, mostAwaited)
	if err != nil {
		return err
	}
	for i := range awaited {
		out.Awaited = append(out.Awaited, c.awaitedAnswer(&awaited[i]))
	}
	out.Losses, out.Home = NewLossAnswers(losses, desk.LossBy(by)), NewHomeAnswer(losses)
	return c.send(out)
}

// lossQuery is which losses are asked for: in the home currency that the query names, else in the one that is set.
func (c *call) lossQuery(from, to time.Time) (q desk.LossQuery, err error) {
	set, zone, err := c.Desk.MoneySettings(c.r.Context(), c.who.Merchant)
	q = desk.LossQuery{From: from, To: to, Home: set.Home, Zone: zone}
	if home := c.r.URL.Query().Get("home"); err == nil && home != "" {
		if q.Home, err = recourse.ParseCurrency(strings.ToUpper(home)); err != nil {
			err = inParameter("home", err)
		}
	}
	return q, err
}

func (m *MoneyAnswer) balances(ever []store.Balance) {
	place := map[AccountAnswer]int{}
	for _, b := range ever {
		if ledger.Account(b.Account).Memo() {
			if b.Account == string(ledger.UnknownRecoverable) {
				m.Unknown += b.Minor
			}
			continue
		}
		k := AccountAnswer{b.Account, recourse.Money{Currency: b.Currency}}
		if _, known := place[k]; !known {
			place[k] = len(m.Balances)
			m.Balances = append(m.Balances, k)
		}
		m.Balances[place[k]].Balance.Minor += b.Minor
	}
}

// NewHomeAnswer are losses in the home currency; nil where there is none.
func NewHomeAnswer(l *desk.Losses) *HomeAnswer {
	home := l.Query.Home
	if home == "" {
		return nil
	}
	out := &HomeAnswer{Net: recourse.Money{Minor: l.Home.Net, Currency: home}, Rates: []RateUsed{}, Missing: slices.Clone(l.Missing)}
	if out.Missing == nil {
		out.Missing = []recourse.Currency{}
	}
	for _, u := range l.Rates {
		out.Rates = append(out.Rates, RateUsed{u.Currency, u.Days, view.RateText(u.Low), u.Low.Day, view.RateText(u.High), u.High.Day})
	}
	return out
}

// MoneySettings are what a merchant sets for the books.
type MoneySettings struct {
	Home     string `json:"home_currency" doc:"An ISO 4217 code; empty: nothing is converted."`
	BankLang string `json:"bank_language" doc:"Of dossiers for banks, as fr; empty: by the country of the order."`
}

func (c *call) moneySettings() error {
	set, _, err := c.Desk.MoneySettings(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	return c.send(MoneySettings{string(set.Home), set.BankLang})
}

func (c *call) putMoneySettings() error {
	var m MoneySettings
	if err := c.decode(c.w, c.r, &m); err != nil {
		return err
	}
	set, err := NewMoneySettings(m.Home, m.BankLang, c.who.Name, c.lang().Catalog())
	if err != nil {
		if own(err).Field == "home" {
			err = beside("home_currency", err)
		} else {
			err = beside("bank_language", err)
		}
		return inBody("", err)
	}
	if err := c.Desk.PutMoneySettings(c.r.Context(), c.who.Merchant, set); err != nil {
		return err
	}
	return c.send(MoneySettings{string(set.Home), set.BankLang})
}
