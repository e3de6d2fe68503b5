package desk

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"recourse"
	"recourse/store"
)

// Converter tells amounts in a merchant's home currency, at the rates of days. A day without one takes that of a day before, a
// week at most; what has none even then is not converted. It remembers what it used, and asks nobody once it is made.
type Converter struct {
	home recourse.Currency
	zone *time.Location
	told map[recourse.Currency][]store.Rate // to the home currency, in the order of days
	days map[rateDay]dayRate
}

type rateDay struct {
	currency recourse.Currency
	day      recourse.Date
}

type dayRate struct {
	store.Rate
	known bool
}

// NewConverter reads the rates of a span of time. With home "" there are none.
func NewConverter(tx *store.Tx, merchant string, home recourse.Currency, zone *time.Location, from, to time.Time) (*Converter, error) {
	if zone == nil {
		zone = time.UTC
	}
	c := &Converter{home: home, zone: zone, days: map[rateDay]dayRate{}}
	if home == "" {
		return c, nil
	}
	var err error
	c.told, err = tx.RatesInto(merchant, home, recourse.DateOf(from.In(zone).AddDate(0, 0, -ratesFor)), recourse.DateOf(to.In(zone)))
	return c, err
}

// At is an amount in the home currency at the rate of an instant's day, and that rate, whose base is the amount's currency. It is
// not known where there is no rate, or no home currency.
func (c *Converter) At(m recourse.Money, at time.Time) (in recourse.Money, r store.Rate, known bool) {
	if c.home == "" || m.Currency == "" {
		return in, r, false
	}
	if m.Currency == c.home {
		return m, r, true
	}
	d := c.on(m.Currency, recourse.DateOf(at.In(c.zone)))
	if !d.known {
		return in, r, false
	}
	in, err := recourse.Money{Minor: m.Minor, Currency: c.home}.Scale(d.Num, d.Den)
	if err != nil { // no such amount: it stands apart
		return in, r, false
	}
	return in, d.Rate, true
}

// on is the rate of a day, or of the nearest day before it.
func (c *Converter) on(currency recourse.Currency, day recourse.Date) dayRate {
	k := rateDay{currency, day}
	if d, asked := c.days[k]; asked {
		return d
	}
	all := c.told[currency]
	i, found := slices.BinarySearchFunc(all, day, func(r store.Rate, d recourse.Date) int { return r.Day.Compare(d) })
	if !found {
		i--
	}
	var d dayRate
	if i >= 0 && !midnight(all[i].Day).Before(midnight(day).AddDate(0, 0, -ratesFor)) {
		d = dayRate{all[i], true}
	}
	c.days[k] = d
	return d
}

func midnight(d recourse.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Used are the rates that were used, by currency.
func (c *Converter) Used() (out []RateUse) {
	place := map[recourse.Currency]int{}
	for k, d := range c.days {
		if !d.known {
			continue
		}
		i, seen := place[k.currency]
		if !seen {
			i = len(out)
			place[k.currency] = i
			out = append(out, RateUse{Currency: k.currency, Low: d.Rate, High: d.Rate})
		}
		u := &out[i]
		u.Days++
		if n := compareRates(d.Rate, u.Low); n < 0 || n == 0 && d.Day.Compare(u.Low.Day) < 0 {
			u.Low = d.Rate
		}
		if n := compareRates(d.Rate, u.High); n > 0 || n == 0 && d.Day.Compare(u.High.Day) > 0 {
			u.High = d.Rate
		}
	}
	slices.SortFunc(out, func(a, b RateUse) int { return cmp.Compare(a.Currency, b.Currency) })
	return out
}

// Missing are the currencies that some day has no rate for.
func (c *Converter) Missing() (out []recourse.Currency) {
	for k, d := range c.days {
		if !d.known && !slices.Contains(out, k.currency) {
			out = append(out, k.currency)
		}
	}
	slices.Sort(out)
	return out
}

func compareRates(a, b store.Rate) int { return big.NewRat(a.Num, a.Den).Cmp(big.NewRat(b.Num, b.Den)) }

// Converts says that there is a home currency.
func (c *Converter) Converts() bool { return c != nil && c.home != "" }
