package web

import (
	"net/http"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
	"recourse/web/view"
)

// WindowAnswers are a merchant's claim windows.
type WindowAnswers struct {
	Own          []recourse.ListedWindow `json:"own" doc:"The merchant's own."`
	BuiltIn      []recourse.ListedWindow `json:"built_in" doc:"Defaults of marketplaces; those marked unsure are to be checked."`
	Playbook     *recourse.ClaimWindow   `json:"playbook,omitempty" doc:"The playbook's setting, where none of the others holds."`
	Marketplace  string                  `json:"marketplace,omitempty" doc:"Where the merchant usually buys."`
	Suppliers    []SupplierMarket        `json:"suppliers" doc:"Those of purchases, 500 at most."`
	Marketplaces []string                `json:"marketplaces" doc:"Those that the program knows."`
}

// SupplierMarket is a supplier with its marketplace.
type SupplierMarket struct {
	Supplier    string `json:"supplier" doc:"Empty: all of which nothing else is known."`
	Marketplace string `json:"marketplace" doc:"Empty: not known."`
	By          string `json:"by,omitempty" doc:"said, address or usual."`
}

// NewWindows are claim windows to be kept, as rows or as a table in CSV.
type NewWindows struct {
	Windows []recourse.ListedWindow `json:"windows,omitempty"`
	List    string                  `json:"list,omitempty" doc:"CSV with a row of names: supplier, marketplace, problem, from, days, country, warn_days, unsure, source, note."`
}

// WindowsTaken says how many were kept.
type WindowsTaken struct {
	Windows int `json:"windows"`
}

func (c *call) windows() error {
	all, err := c.Desk.Windows(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	out := WindowAnswers{Own: append([]recourse.ListedWindow{}, all.Own...), BuiltIn: all.BuiltIn, Marketplace: all.Markets[""], Suppliers: []SupplierMarket{}, Marketplaces: view.MarketplaceIDs()}
	if all.HasBook {
		out.Playbook = &all.Playbook
	}
	for _, s := range all.Known {
		out.Suppliers = append(out.Suppliers, SupplierMarket{s.Supplier, s.Marketplace, s.By})
	}
	return c.send(out)
}

func (c *call) putWindows() error {
	var n NewWindows
	if err := c.decode(c.w, c.r, &n); err != nil {
		return err
	}
	all := n.Windows
	if n.List != "" {
		more, err := windowsOf(n.List)
		if err != nil {
			return inBody("", beside("list", err))
		}
		all = append(all, more...)
	}
	if err := c.Desk.PutWindows(c.r.Context(), c.who.Merchant, all, c.who.Name); err != nil {
		return inBody("", beside("windows", err))
	}
	return c.send(WindowsTaken{len(all)})
}

func (c *call) dropWindow() error {
	if err := c.Desk.DropWindow(c.r.Context(), c.who.Merchant, c.query.Get("supplier"), c.query.Get("marketplace"), c.query.Get("problem")); err != nil {
		return err
	}
	return c.send(WindowsTaken{1})
}

func (c *call) putMarketplace() error {
	var m SupplierMarket
	if err := c.decode(c.w, c.r, &m); err != nil {
		return err
	}
	if err := c.Desk.PutMarketplace(c.r.Context(), c.who.Merchant, m.Supplier, m.Marketplace); err != nil {
		return inBody("", err)
	}
	m.By = ""
	return c.send(m)
}

// ClaimAnswers is a page of claims.
type ClaimAnswers struct {
	Claims []ClaimAnswer `json:"claims"`
	Next   string        `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last."`
}

// ClaimAnswer is the claim window of a case.
type ClaimAnswer struct {
	Case      string               `json:"case"`
	Order     string               `json:"order"`
	Situation recourse.Situation   `json:"situation"`
	Kind      string               `json:"kind" doc:"claim, or dispute: the date by which a bank is to be answered."`
	State     store.ClaimState     `json:"state" doc:"open, filed or missed."`
	Purchase  string               `json:"purchase,omitempty"`
	Parcel    string               `json:"parcel,omitempty"`
	Supplier  string               `json:"supplier,omitempty"`
	EndsAt    time.Time            `json:"ends_at"`
	WarnAt    time.Time            `json:"warn_at"`
	DaysLeft  int                  `json:"days_left" doc:"Begun ones counted; negative: over for so many."`
	FiledAt   time.Time            `json:"filed_at,omitzero"`
	Amount    recourse.Money       `json:"amount,omitzero" doc:"What the goods cost the merchant, else what the buyer paid."`
	From      time.Time            `json:"from,omitzero" doc:"What it counts from."`
	Window    recourse.ClaimWindow `json:"window" doc:"The rule by which it counts."`
}

func (c *call) claimFilter() (f store.ClaimFilter, err error) {
	state, err := c.word("state", texts(store.ClaimStates)...)
	if err != nil {
		return f, err
	}
	f = store.ClaimFilter{Supplier: c.query.Get("supplier"), Marketplace: c.query.Get("marketplace"), State: store.ClaimState(state)}
	if f.From, err = c.instant("from"); err == nil {
		f.To, err = c.instant("to")
	}
	return f, err
}

func (c *call) claims() error {
	f, err := c.claimFilter()
	if err != nil {
		return err
	}
	limit, err := c.limit(50, 200)
	if err != nil {
		return err
	}
	at, err := c.cursor()
	if err != nil {
		return err
	}
	if f.Limit = limit + 1; at.ID != "" {
		f.After = &store.Claim{ClaimUntil: recourse.ClaimUntil{Case: at.ID, EndsAt: time.UnixMicro(at.N)}}
	}
	all, err := c.Desk.Claims(c.r.Context(), c.who.Merchant, f)
	if err != nil {
		return err
	}
	out := ClaimAnswers{Claims: []ClaimAnswer{}}
	if len(all) > limit {
		all = all[:limit]
		last := &all[limit-1]
		out.Next = store.Cursor{N: last.EndsAt.UnixMicro(), ID: last.Case}.String()
	}
	now := c.Desk.Now()
	for i := range all {
		out.Claims = append(out.Claims, NewClaimAnswer(&all[i], now))
	}
	return c.send(out)
}

// NewClaimAnswer is a claim for programs, as it stands at an instant.
func NewClaimAnswer(x *store.Claim, now time.Time) ClaimAnswer {
	a := ClaimAnswer{Case: x.Case, Order: x.Order, Situation: x.Situation, Kind: "claim", State: x.State(now), Purchase: x.Purchase, Parcel: x.Parcel, Supplier: x.Supplier, EndsAt: x.EndsAt, WarnAt: x.WarnAt,
		DaysLeft: desk.DaysLeft(x.EndsAt, now), FiledAt: x.FiledAt, Amount: x.Amount, From: x.From, Window: x.Window}
	if x.Dispute {
		a.Kind = "dispute"
	}
	return a
}

// mostFiled is how many claims a file of the API has.
const mostFiled = 10_000

// claimsFile sends claims as CSV or as a calendar.
func (c *call) claimsFile() error {
	f, err := c.claimFilter()
	if err != nil {
		return err
	}
	f.Limit = mostFiled
	ics := c.route.media == "text/calendar"
	if ics {
		f.State = store.ClaimOpen
	}
	all, err := c.Desk.Claims(c.r.Context(), c.who.Merchant, f)
	if err != nil {
		return err
	}
	r := view.NewReader(c.lang(), time.UTC, c.Desk.Now())
	c.w.Header().Set("Content-Type", c.route.media)
	c.w.Header().Set("Cache-Control", "private, no-store")
	c.w.WriteHeader(http.StatusOK)
	if ics {
		return gone(view.WriteICS(c.w, r, all, ""))
	}
	t := view.ClaimTable(r, all)
	return gone(t.WriteCSV(c.w))
}

// claimParams are what claims are filtered by.
var claimParams = []param{
	{name: "supplier", about: "Only of this one."}, {name: "marketplace", about: "Such as tmall."},
	{name: "from", format: "date-time", about: "That end at that instant or after."}, {name: "to", format: "date-time", about: "And before that one."},
}

var claimState = param{name: "state", of: texts(store.ClaimStates), about: "Default: all."}

// claimAPI are the operations about claim windows.
var claimAPI = []route{
	{method: "GET", path: "/api/v1/windows", name: "listWindows", sum: "List claim windows", about: "The merchant's own rules, the defaults of marketplaces, the playbook's setting, and where suppliers belong.", needs: account.Read, answer: WindowAnswers{}, serve: (*call).windows},
	{method: "PUT", path: "/api/v1/windows", name: "putWindows", sum: "Keep claim windows", about: "In place of those for the same supplier, marketplace and problem; running cases go by them at once. If one is wrong, none is kept.", needs: account.Work, body: NewWindows{}, answer: WindowsTaken{}, problems: []int{413}, serve: (*call).putWindows},
	{method: "DELETE", path: "/api/v1/windows", name: "dropWindow", sum: "Take a claim window away", about: "One of the merchant's own, by what it is for.", needs: account.Work,
		query: []param{{name: "supplier", about: "Empty: every supplier of the marketplace."}, {name: "marketplace", about: "Empty: every marketplace."}, {name: "problem", about: "Empty: every problem that buyers report."}}, answer: WindowsTaken{}, problems: []int{404}, serve: (*call).dropWindow},
	{method: "PUT", path: "/api/v1/windows/marketplace", name: "putMarketplace", sum: "Say where a supplier belongs", about: "Which marketplace, and so which default holds. Without a supplier: where the merchant usually buys.", needs: account.Work, body: SupplierMarket{}, answer: SupplierMarket{}, serve: (*call).putMarketplace},
	{method: "GET", path: "/api/v1/claims", name: "listClaims", sum: "List claims", about: "Until when a claim can be filed in each case, and by when a bank is to be answered; what ends first on top.", needs: account.Read,
		query: append([]param{claimState, pCursor, pLimit}, claimParams...), answer: ClaimAnswers{}, serve: (*call).claims},
	{method: "GET", path: "/api/v1/claims.csv", name: "exportClaims", sum: "List claims as CSV", about: "10,000 at most.", needs: account.Read, query: append([]param{claimState}, claimParams...), media: "text/csv", serve: (*call).claimsFile},
	{method: "GET", path: "/api/v1/claims.ics", name: "claimCalendar", sum: "Open claims as a calendar", about: "RFC 5545, without personal data.", needs: account.Read, query: append([]param{pLanguage}, claimParams...), media: "text/calendar", serve: (*call).claimsFile},
}
