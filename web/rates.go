package web

import (
	"context"
	"io"

	"recourse/desk"
	"recourse/intake"
	"recourse/store"
)

// PutRates keeps the rates of a file, and says how many they were. Errors are those of [intake.ReadRates]; then none is kept.
func PutRates(ctx context.Context, d *desk.Desk, merchant string, r io.Reader, source string) (int, error) {
	rows, err := intake.ReadRates(r, source)
	if err != nil {
		return 0, err
	}
	all := make([]store.Rate, len(rows))
	for i, x := range rows {
		all[i] = store.Rate{Base: x.Base, Quote: x.Quote, Day: x.Day, Num: x.Num, Den: x.Den, Source: source}
	}
	return len(all), d.PutRates(ctx, merchant, all)
}
