package intake

import (
	"encoding/csv"
	"errors"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// RateRow is what one unit of a currency was worth in another on a day: Num minor units of the quote for Den of the base.
type RateRow struct {
	Day         recourse.Date
	Base, Quote recourse.Currency
	Num, Den    int64
}

// maxRates is how many rates a file may have.
const maxRates = 200_000

// ReadRates reads rates from CSV of four columns: day, base, quote, rate, with or without a row of names. The rate is how much of the
// quote one unit of the base is worth, such as 7.8512. A row that is none is told with its place, and ends the reading: rates
// that are half there would count without anybody knowing. Errors, of kind [recourse.Invalid]: rates_row, rates_none.
func ReadRates(r io.Reader, file string) (out []RateRow, err error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
	for row := 1; ; row++ {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, rateRefused(file, row, 0, "the row cannot be read")
		}
		if row == 1 {
			fields[0] = strings.TrimPrefix(fields[0], "\ufeff")
			if strings.EqualFold(strings.TrimSpace(fields[0]), "day") || strings.EqualFold(strings.TrimSpace(fields[0]), "date") {
				continue
			}
		}
		rate, err := readRate(file, row, fields)
		if err != nil {
			return nil, err
		}
		if out = append(out, rate); len(out) > maxRates {
			return nil, rateRefused(file, row, 0, "there are more than "+strconv.Itoa(maxRates)+" rates")
		}
	}
	if len(out) == 0 {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "rates_none", Message: "there is no rate in it", Hint: "write day, base, quote, rate: 2026-03-02,EUR,CNY,7.8512"}
	}
	return out, nil
}

func rateRefused(file string, row, column int, message string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "rates_row", Position: recourse.Position{File: file, Line: row, Column: column}, Message: message, Hint: "write day, base, quote, rate: 2026-03-02,EUR,CNY,7.8512"}
}

func readRate(file string, row int, fields []string) (r RateRow, err error) {
	if len(fields) != 4 {
		return r, rateRefused(file, row, 0, "a rate has four columns: day, base, quote, rate")
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	day, err := time.Parse(time.DateOnly, fields[0])
	if err != nil || day.Year() < 1970 || day.Year() > 2999 {
		return r, rateRefused(file, row, 1, strconv.Quote(recourse.Shorten(fields[0], 30))+" is no day")
	}
	r.Day = recourse.DateOf(day)
	for i, c := range []*recourse.Currency{&r.Base, &r.Quote} {
		if *c, err = recourse.ParseCurrency(strings.ToUpper(fields[i+1])); err != nil {
			return r, rateRefused(file, row, i+2, strconv.Quote(recourse.Shorten(fields[i+1], 30))+" is no currency")
		}
	}
	if r.Base == r.Quote {
		return r, rateRefused(file, row, 3, "a rate is between two currencies")
	}
	ok := false
	if r.Num, r.Den, ok = ratio(fields[3], r.Base.Exponent(), r.Quote.Exponent()); !ok {
		return r, rateRefused(file, row, 4, strconv.Quote(recourse.Shorten(fields[3], 30))+" is no rate: digits with a point, above nothing")
	}
	return r, nil
}

// ratio is a decimal number as whole numbers of minor units, exactly; false where it is none, or would not fit.
func ratio(s string, base, quote int) (num, den int64, ok bool) {
	if len(s) == 0 || len(s) > 20 || strings.Trim(s, "0123456789.") != "" || strings.Count(s, ".") > 1 {
		return 0, 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok || r.Sign() <= 0 {
		return 0, 0, false
	}
	ten := func(n int) *big.Rat {
		return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
	}
	r.Mul(r, ten(quote)).Quo(r, ten(base))
	if !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return 0, 0, false
	}
	return r.Num().Int64(), r.Denom().Int64(), true
}
