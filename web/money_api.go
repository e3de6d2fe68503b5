package web

import (
	"strings"

	"recourse"
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
