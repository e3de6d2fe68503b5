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
// compare with, or where the offer was told in another currency and not what it comes to in this one, only a person can
// say: it does not fit by itself.
//
// The offer's price is for one piece, the cost for all of them. Example: 2 pieces that cost 80.00 CNY
// and reorder.max_increase of 20 % allow 96.00; an offer at 48.00 a piece fits, one at 48.01 does not.
func (w *work) fits(c *recourse.Case, o *recourse.Offer) bool {
	price, cost, ok := w.against(c, o)
	if !ok {
		return false
	}
	limit, err := cost.Scale(100+w.PolicyOf(&c.Run).MaxIncrease(), 100)
	return err == nil && price.Minor <= limit.Minor
}

// against are what an offer asks for all pieces and what they cost where they failed, in the currency of the purchase;
// false where there are too few, or nothing to compare.
func (w *work) against(c *recourse.Case, o *recourse.Offer) (price, cost recourse.Money, ok bool) {
	pieces := recourse.Total(c.Lines)
	p := w.f.Purchase(c.Purchase)
	if o.Stock < pieces || o.Price.Minor <= 0 || p == nil || p.Cost.Minor <= 0 {
		return price, cost, false
	}
	cost = w.costOf(p, recourse.Common(c.Lines, w.linesOfPurchase(p)))
	each, told := o.In(cost.Currency)
	if !told || each.Minor <= 0 {
		return price, cost, false
	}
	price, err := each.Mul(int64(pieces))
	return price, cost, err == nil
}

// best is the offer to take: one that fits if any does, the supplier that was named, then the same item before a
// similar one, the cheaper, the sooner. Nil when there is none. Where nobody chose, what the policy may take alone goes
// before all others.
func (w *work) best(c *recourse.Case) *recourse.Offer {
	alone := w.ev == nil || w.ev.Type != recourse.RemedyChosen
	var out *recourse.Offer
	for i := range c.Offers {
		o := &c.Offers[i]
		if w.fits(c, o) && (out == nil || w.better(c, o, out, alone)) {
			out = o
		}
	}
	return out
}

// A supplier that a person named goes first because the choice was theirs, and so does the very listing. Prices are compared
// in one currency only: the purchase's, which an offer may be told in beside its own.
func (w *work) better(c *recourse.Case, a, b *recourse.Offer, alone bool) bool {
	if x, y := w.named(a), w.named(b); x != y {
		return x > y
	}
	if alone {
		if x, y := w.alone(c, a), w.alone(c, b); x != y {
			return x
		}
	}
	if a.Same != b.Same {
		return a.Same
	}
	if x, ok := b.In(a.Price.Currency); ok && a.Price.Minor != x.Minor {
		return a.Price.Minor < x.Minor
	} else if x, ok := a.In(b.Price.Currency); ok && x.Minor != b.Price.Minor {
		return x.Minor < b.Price.Minor
	}
	return a.LeadDays < b.LeadDays
}

// named says how much of an offer the fact in hand names: nothing, its supplier, or the listing.
func (w *work) named(o *recourse.Offer) int {
	switch {
	case w.ev == nil || w.ev.Supplier == "" || w.ev.Supplier != o.Supplier:
		return 0
	case w.ev.SKU == "" || w.ev.SKU != o.SKU:
		return 1
	}
	return 2
}
