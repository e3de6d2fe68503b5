package desk

import (
	"context"
	"slices"
	"time"

	"recourse"
	"recourse/store"
)

// This file tells offers in the currency of the purchase beside their own, by the rates that a merchant keeps, before anything is
// decided: a decision asks no rate. The rate and its day are part of the fact, and so of the history.

// exchange completes the offers that the facts of a batch tell.
func (b *batch) exchange(tx *store.Tx) error {
	for _, g := range b.order {
		for _, j := range g.jobs {
			ev := &j.fact.Event
			if ev.Type != recourse.OffersFound || len(ev.Offers) == 0 {
				continue
			}
			to := costIn(g.change.Before.OrderFile, ev.Case)
			offers, err := exchanged(tx, g.key.Merchant, ev.Offers, to, b.now)
			if err != nil {
				return err
			}
			ev.Offers = offers
		}
	}
	return nil
}

// costIn is the currency of what an offer is compared with: the case's purchase, or, where none is named, that of the first case
// that has one; "": nothing to compare with is known.
func costIn(f *recourse.OrderFile, id string) recourse.Currency {
	if f == nil {
		return ""
	}
	for _, c := range f.Cases {
		if p := f.PurchaseOf(c); p != nil && p.Cost.Minor > 0 && (id == "" || c.ID == id) {
			return p.Cost.Currency
		}
	}
	return ""
}

// exchanged are offers with what they come to in a currency, as far as there are rates. What was told with a rate stays.
func exchanged(tx *store.Tx, merchant string, all []recourse.Offer, to recourse.Currency, now time.Time) ([]recourse.Offer, error) {
	out := slices.Clone(all)
	for i := range out {
		o := &out[i]
		if _, told := o.In(to); told || to == "" || o.Price.Currency == "" {
			continue
		}
		r, known, err := tx.RateOn(merchant, o.Price.Currency, to, recourse.DateOf(now.UTC()), ratesFor)
		if err != nil {
			return nil, err
		}
		if !known {
			continue
		}
		if x, err := recourse.NewExchange(o.Price, to, r.Num, r.Den, r.Day); err == nil {
			o.Exchanged = x
		}
	}
	return out, nil
}

// inCost is a wish's offer in the currency of the purchase: rate_missing, of kind [recourse.Conflict], where there is no rate.
func (d *Desk) inCost(ctx context.Context, merchant string, f *recourse.OrderFile, w *Wish) error {
	to := costIn(f, w.Case)
	if _, told := w.Offer.In(to); told || to == "" {
		return nil
	}
	return d.store.Read(ctx, func(tx *store.Tx) error {
		offers, err := exchanged(tx, merchant, []recourse.Offer{w.Offer}, to, d.clock())
		if err != nil {
			return err
		}
		if w.Offer = offers[0]; w.Offer.Exchanged == (recourse.Exchange{}) {
			return RateMissing(w.Offer.Price.Currency, to, d.clock())
		}
		return nil
	})
}

// RateMissing says that money cannot be compared, since no rate of the day or of the week before is kept.
func RateMissing(from, to recourse.Currency, at time.Time) error {
	return &recourse.Error{Kind: recourse.Conflict, Code: "rate_missing", Field: "price",
		Message: "no rate from " + string(from) + " to " + string(to) + " for " + at.UTC().Format("2 January 2006"), Hint: "put one at /rates"}
}

// aloneLikeness is from which likeness, in thousandths, an offer is told though it is not the same item: the policy may buy it
// alone. Beyond what there is where it may not.
func (d *Desk) aloneLikeness(ctx context.Context, s store.Search) (int, error) {
	v, err := d.Case(ctx, s.Merchant, s.Case)
	if err != nil {
		return 0, err
	}
	policy := v.Decider.PolicyOf(&v.File.Case(s.Case).Run)
	if _, may := policy.AloneBelow(); !may {
		return 1001, nil
	}
	return int(min(policy.AloneLikeness()*10, 1001)), nil
}
