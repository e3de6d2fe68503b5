package decide

import "recourse"

// This file holds the offers, by which a new purchase is chosen.

// fitting counts a case's offers that fit: enough in stock, no dearer than allowed, and the same item or a similar
// one.
func (w *work) fitting(c *recourse.Case, same bool) int {
	n := 0
	for i := range c.Offers {
		if c.Offers[i].Same == same && w.fits(c, &c.Offers[i]) {
			n++
		}
	}
	return n
}

// fits says whether an offer can fill the case's pieces for at most so much more than they cost. Without a cost to
// compare with, or in another currency, only a person can say: it does not fit by itself.
//
// The offer's price is for one piece, the cost for all of them. Example: 2 pieces that cost 80.00 CNY
// and reorder.max_increase of 20 % allow 96.00; an offer at 48.00 a piece fits, one at 48.01 does not.
func (w *work) fits(c *recourse.Case, o *recourse.Offer) bool {
	pieces := recourse.Total(c.Lines)
	if o.Stock < pieces || o.Price.Minor <= 0 {
		return false
	}
	p := w.f.Purchase(c.Purchase)
	if p == nil || p.Cost.Minor <= 0 {
		return false
	}
	cost := w.costOf(p, recourse.Common(c.Lines, w.linesOfPurchase(p)))
	if cost.Currency != o.Price.Currency {
		return false
	}
	limit, err := cost.Scale(100+w.PolicyOf(&c.Run).MaxIncrease(), 100)
	price, err2 := o.Price.Mul(int64(pieces))
	return err == nil && err2 == nil && price.Minor <= limit.Minor
}

// best is the offer to take: one that fits if any does, the supplier that was named, then the same item before a
// similar one, the cheaper, the sooner. Nil when there is none.
func (w *work) best(c *recourse.Case) *recourse.Offer {
	var out *recourse.Offer
	for i := range c.Offers {
		o := &c.Offers[i]
		if w.fits(c, o) && (out == nil || w.better(o, out)) {
			out = o
		}
	}
	return out
}

// A supplier that a person named goes first because the choice was theirs. Prices in different
// currencies are not compared: there is no rate here, and a rate would make the decision depend on the
// day.
func (w *work) better(a, b *recourse.Offer) bool {
	if w.ev != nil && w.ev.Supplier != "" && a.Supplier != b.Supplier {
		if a.Supplier == w.ev.Supplier || b.Supplier == w.ev.Supplier {
			return a.Supplier == w.ev.Supplier
		}
	}
	switch {
	case a.Same != b.Same:
		return a.Same
	case a.Price.Currency == b.Price.Currency && a.Price.Minor != b.Price.Minor:
		return a.Price.Minor < b.Price.Minor
	}
	return a.LeadDays < b.LeadDays
}
