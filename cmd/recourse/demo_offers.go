package main

import (
	"context"
	"strings"
	"time"

	"recourse"
	"recourse/importer"
	"recourse/intake"
	"recourse/sample"
	"recourse/store"
)

// demoRates are what a yuan is worth in the currencies of the sample shop's orders, in millionths. They are made up, near to
// what they were in 2026.
var demoRates = map[recourse.Currency]int64{"EUR": 123_400, "USD": 139_800, "GBP": 107_100, "BRL": 761_000, "KRW": 196_500_000, "CAD": 195_200}

// seedOffers gives the sample shop what other suppliers have, and the rates by which prices are compared.
func (o *office) seedOffers(ctx context.Context, now time.Time) error {
	list, err := intake.OpenOffers(strings.NewReader(sample.Offers), int64(len(sample.Offers)), "", "")
	if err != nil {
		return err
	}
	if _, err := importer.ReadOffers(ctx, o.Desk, o.merchant, list, "offers.csv", func(r *intake.Reject) error {
		return &recourse.Error{Kind: recourse.Internal, Code: r.Code, Message: r.String()}
	}); err != nil {
		return err
	}
	var rates []store.Rate
	for ago := range 8 {
		year, month, day := now.AddDate(0, 0, -ago).Date()
		for currency, millionths := range demoRates {
			rates = append(rates, store.Rate{Base: "CNY", Quote: currency, Day: recourse.Date{Year: year, Month: month, Day: day}, Num: millionths, Den: 1_000_000, Source: "demo"})
		}
	}
	return o.PutRates(ctx, o.merchant, rates)
}
