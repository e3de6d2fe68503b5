package web

import (
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/importer"
	"recourse/intake"
	"recourse/store"
	"recourse/web/view"
)

// readOfferList keeps the offers of a list for who calls.
func readOfferList(c *call, list *intake.OfferList, reject func(*intake.Reject)) (importer.OffersRead, error) {
	return importer.ReadOffers(c.r.Context(), c.Desk, c.who.Merchant, list, c.who.Name, func(r *intake.Reject) error { reject(r); return nil })
}

// RateAnswers is the answer of a list of rates.
type RateAnswers struct {
	Rates []RateAnswer `json:"rates"`
}

// RateAnswer is the newest rate of two currencies.
type RateAnswer struct {
	Base   recourse.Currency `json:"base"`
	Quote  recourse.Currency `json:"quote"`
	Day    recourse.Date     `json:"day"`
	Rate   string            `json:"rate" doc:"How much of the quote one unit of the base is worth, to six places."`
	Days   int               `json:"days" doc:"Of how many days a rate is known."`
	Source string            `json:"source,omitempty"`
}

// NewRates are rates to be kept.
type NewRates struct {
	List string `json:"list" doc:"CSV: 2026-03-02,EUR,CNY,7.8512."`
}

// RatesTaken says how many were kept.
type RatesTaken struct {
	Rates int `json:"rates"`
}

func (c *call) rates() error {
	var all []store.RatePair
	if err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) { all, err = tx.RatePairs(c.who.Merchant); return err }); err != nil {
		return err
	}
	out := RateAnswers{Rates: []RateAnswer{}}
	for _, p := range all {
		out.Rates = append(out.Rates, RateAnswer{p.Base, p.Quote, p.Day, view.RateText(p.Rate), p.Days, p.Source})
	}
	return c.send(out)
}

func (c *call) addRates() error {
	var n NewRates
	if err := c.decode(c.w, c.r, &n); err != nil {
		return err
	}
	kept, err := PutRates(c.r.Context(), c.Desk, c.who.Merchant, strings.NewReader(n.List), c.who.Name)
	if err != nil {
		return inBody("", beside("list", err))
	}
	return c.send(RatesTaken{kept})
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
	Amount  recourse.Money `json:"amount" doc:"A debit is positive, a credit negative."`
	Ref     string         `json:"ref" doc:"The refund or the recovery."`
	Case    string         `json:"case,omitempty"`
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
	out := BooksAnswer{Order: id, Postings: []PostedSide{}}
	for _, p := range all {
		out.Postings = append(out.Postings, PostedSide{p.Seq, p.At.UTC(), p.Account, p.Amount, p.Ref, p.Case})
	}
	return c.send(out)
}

// MoneyAnswer are the books of a merchant.
type MoneyAnswer struct {
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`
	Balances []AccountAnswer `json:"balances" doc:"Of all that was ever posted."`
	Awaited  []AwaitedAnswer `json:"awaited" doc:"From suppliers and marketplaces, the oldest first, 500 at most."`
	Losses   []LossAnswer    `json:"losses" doc:"Of the range; the dearest first in each currency."`
}

// AccountAnswer is what an account stands at.
type AccountAnswer struct {
	Account string         `json:"account"`
	Balance recourse.Money `json:"balance"`
}

// AwaitedAnswer is a recovery that is awaited.
type AwaitedAnswer struct {
	Recovery string         `json:"recovery"`
	Case     string         `json:"case"`
	Order    string         `json:"order"`
	Supplier string         `json:"supplier,omitempty"`
	Amount   recourse.Money `json:"amount"`
	Since    time.Time      `json:"since"`
	Next     time.Time      `json:"next,omitzero" doc:"When somebody is chased for it next."`
}

// LossAnswer is what trouble came to.
type LossAnswer struct {
	Name     string         `json:"name" doc:"The situation, the supplier or the channel; empty: not known."`
	Refunded recourse.Money `json:"refunded"`
	Taken    recourse.Money `json:"taken_by_banks"`
	Owed     recourse.Money `json:"owed_by_suppliers" doc:"What has come included."`
	Lost     recourse.Money `json:"not_recovered"`
	Net      recourse.Money `json:"net_loss"`
}

func (c *call) money() error {
	by, err := c.word("by", "situation", "supplier", "channel")
	if err != nil {
		return err
	}
	if by == "" {
		by = "situation"
	}
	out := MoneyAnswer{Balances: []AccountAnswer{}, Awaited: []AwaitedAnswer{}, Losses: []LossAnswer{}}
	if out.From, err = c.instant("from"); err != nil {
		return err
	}
	if out.To, err = c.instant("to"); err != nil {
		return err
	}
	now := c.Desk.Now().UTC()
	if out.To.IsZero() {
		out.To = now.Add(time.Second).Truncate(time.Second)
	}
	if out.From.IsZero() {
		out.From = out.To.AddDate(0, 0, -90)
	}
	var ever, in []store.Balance
	if err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		if ever, err = tx.Balances(c.who.Merchant, time.Unix(0, 0), now.AddDate(1, 0, 0)); err == nil {
			in, err = tx.Balances(c.who.Merchant, out.From, out.To)
		}
		return err
	}); err != nil {
		return err
	}
	sums := map[AccountAnswer]int{}
	for _, b := range ever {
		k := AccountAnswer{b.Account, recourse.Money{Currency: b.Currency}}
		if _, known := sums[k]; !known {
			sums[k] = len(out.Balances)
			out.Balances = append(out.Balances, k)
		}
		out.Balances[sums[k]].Balance.Minor += b.Minor
	}
	awaited, err := c.Desk.Recoveries(c.r.Context(), c.who.Merchant, mostAwaited)
	if err != nil {
		return err
	}
	for _, a := range awaited {
		out.Awaited = append(out.Awaited, AwaitedAnswer{a.Ref, a.Case, a.Order, a.Supplier, a.Amount, a.Since.UTC(), a.Next})
	}
	for _, l := range desk.Losses(in, desk.LossBy(by)) {
		of := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: l.Currency} }
		out.Losses = append(out.Losses, LossAnswer{l.Name, of(l.Refunded), of(l.Taken), of(l.Owed), of(l.Lost), of(l.Net)})
	}
	return c.send(out)
}
