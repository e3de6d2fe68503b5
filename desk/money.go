package desk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"recourse"
	"recourse/ledger"
	"recourse/store"
)

// This file reads the books for people: what stands out, how old it is, and what was lost by whom.

// Awaited is money that a supplier or the marketplace owes the merchant.
type Awaited struct {
	store.OpenItem
	Next time.Time // when somebody is chased for it next; zero: nobody is
}

// Recoveries are the recoveries that are awaited, the oldest first, at most so many, and when each is chased next. One whose
// amount nobody knows is in no books, and not among them.
func (d *Desk) Recoveries(ctx context.Context, merchant string, most int) (out []Awaited, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		items, err := tx.OpenItems(merchant, string(ledger.Recoverable), most)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(items, maxBatch) {
			chased, err := d.chased(tx, merchant, part)
			if err != nil {
				return err
			}
			out = append(out, chased...)
		}
		return nil
	})
	return out, err
}

func (d *Desk) chased(tx *store.Tx, merchant string, items []store.OpenItem) (out []Awaited, err error) {
	var keys []store.Key
	for _, o := range items {
		if k := (store.Key{Merchant: merchant, Order: o.Order}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	for _, o := range items {
		a := Awaited{OpenItem: o}
		if f := files[store.Key{Merchant: merchant, Order: o.Order}]; f.Version > 0 {
			decider, err := d.Decider(tx, merchant, f.OrderFile)
			if err != nil {
				return nil, err
			}
			for _, s := range decider.Upcoming(f.OrderFile, o.Case) {
				if s.Recovery == o.Ref && s.Ask == nil {
					a.Next = s.At
					break
				}
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// Loss is what trouble of one kind came to in one currency over a span of time: what buyers were given back and banks took, less
// what suppliers owe back, and what of that will not come.
type Loss struct {
	Name     string // the situation, the supplier or the channel
	Currency recourse.Currency
	Refunded int64 // minor units, as all of them
	Taken    int64 // by banks
	Owed     int64 // by suppliers and marketplaces, what has come included
	Lost     int64 // of that: denied or given up
	Net      int64
}

// LossBy says by what losses are told apart.
type LossBy string

// What losses are told apart by; "": by the currency alone.
const (
	BySituation LossBy = "situation"
	BySupplier  LossBy = "supplier"
	ByChannel   LossBy = "channel"
)

// Losses are what trouble came to, the dearest first in each currency. Nothing is converted.
func Losses(all []store.Balance, by LossBy) []Loss {
	type key struct {
		name     string
		currency recourse.Currency
	}
	sums := map[key]*Loss{}
	for _, b := range all {
		k := key{currency: b.Currency}
		switch by {
		case BySituation:
			k.name = b.Situation
		case BySupplier:
			k.name = b.Supplier
		case ByChannel:
			k.name = b.Channel
		}
		if sums[k] == nil {
			sums[k] = &Loss{Name: k.name, Currency: b.Currency}
		}
		sums[k].add(ledger.Account(b.Account), b.Minor)
	}
	out := make([]Loss, 0, len(sums))
	for _, l := range sums {
		if *l != (Loss{Name: l.Name, Currency: l.Currency}) {
			out = append(out, *l)
		}
	}
	slices.SortFunc(out, func(a, b Loss) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(b.Net, a.Net), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func (l *Loss) add(a ledger.Account, minor int64) {
	switch a {
	case ledger.Refunds:
		l.Refunded += minor
	case ledger.Chargebacks:
		l.Taken += minor
	case ledger.Recoveries:
		l.Owed -= minor
	case ledger.NotRecovered:
		l.Lost += minor
	default:
		return
	}
	l.Net += minor
}

// InHome is a sum of several currencies in one: the rates that were used, and the currencies that no rate is known of.
type InHome struct {
	Sum     recourse.Money
	Used    []store.Rate
	Missing []recourse.Currency
}

// Home adds losses up in one currency, at the rates of a day or of at most a week before. What no rate is known of is named, and
// not in the sum.
func Home(tx *store.Tx, merchant string, all []Loss, home recourse.Currency, day recourse.Date) (out InHome, err error) {
	out.Sum.Currency = home
	nets := map[recourse.Currency]int64{}
	for _, l := range all {
		nets[l.Currency] += l.Net
	}
	for _, c := range slices.Sorted(maps.Keys(nets)) {
		in := recourse.Money{Minor: nets[c], Currency: home}
		if c != home && nets[c] != 0 {
			r, known, err := tx.RateOn(merchant, c, home, day, ratesFor)
			if err != nil {
				return out, err
			}
			if !known {
				out.Missing = append(out.Missing, c)
				continue
			}
			scaled, err := recourse.Money{Minor: nets[c], Currency: c}.Scale(r.Num, r.Den)
			if err != nil {
				return out, err
			}
			in.Minor = scaled.Minor
			out.Used = append(out.Used, r)
		}
		if out.Sum, err = out.Sum.Add(in); err != nil {
			return out, err
		}
	}
	return out, nil
}
