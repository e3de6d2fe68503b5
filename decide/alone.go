package decide

import "recourse"

// This file says which offers the policy may take without asking anybody: those that fit, are alike enough, and cost no more
// beyond the purchase than a merchant has said by reorder.alone_below and reorder.alone_likeness.

// alone says whether the policy may take an offer by itself. By default nobody has allowed it to.
//
// Example: 2 pieces that cost 80.00 CNY, and reorder.alone_below of 5 %: an offer at 42.00 a piece is taken, one at 42.01
// is asked about. With 3.00 CNY it is all pieces that may cost so much more: 41.50 is taken, 41.51 is not.
func (w *work) alone(c *recourse.Case, o *recourse.Offer) bool {
	p := w.PolicyOf(&c.Run)
	bound, allowed := p.AloneBelow()
	if !allowed || !o.Same && int64(o.Likeness) < 10*p.AloneLikeness() {
		return false
	}
	price, cost, ok := w.against(c, o)
	if !ok || !w.fits(c, o) {
		return false
	}
	if bound.Amount.Currency != "" {
		more, err := price.Sub(cost)
		return err == nil && bound.Amount.Currency == more.Currency && more.Minor <= bound.Amount.Minor
	}
	limit, err := cost.Scale(100+bound.Percent, 100)
	return err == nil && price.Minor <= limit.Minor
}

// aloneCount is how many of a case's offers the policy may take by itself.
func (w *work) aloneCount(c *recourse.Case) (n int) {
	for i := range c.Offers {
		if w.alone(c, &c.Offers[i]) {
			n++
		}
	}
	return n
}

// whyAlone is why the policy took an offer: what it costs beyond the purchase, how alike it is, and what the merchant has
// allowed. false where it took none by itself.
func (w *work) whyAlone(c *recourse.Case, o *recourse.Offer) (recourse.Why, bool) {
	if w.ev != nil && w.ev.Type == recourse.RemedyChosen || !w.alone(c, o) {
		return recourse.Why{}, false
	}
	price, cost, _ := w.against(c, o)
	more, _ := price.Sub(cost)
	p := w.PolicyOf(&c.Run)
	bound, _ := p.AloneBelow()
	args := []recourse.Arg{{Name: "supplier", Text: o.Supplier}, {Name: "sum", Sum: price}, {Name: "cost", Sum: cost}, {Name: "more", Sum: more}, {Name: "bound", Text: bound.String()}}
	if !o.Same {
		args = append(args, recourse.Arg{Name: "likeness", N: int64(o.Likeness) / 10}, recourse.Arg{Name: "least", N: p.AloneLikeness()})
	}
	if x := o.Exchanged; x != (recourse.Exchange{}) {
		args = append(args, recourse.Arg{Name: "rate", Text: string(o.Price.Currency) + " " + x.Day.String()})
	}
	return recourse.Why{Code: recourse.WhyAlone, Args: args}, true
}
