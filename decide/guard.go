package decide

import (
	"recourse"
	"recourse/playbook"
)

// The guard against losing twice. Two rules, whatever a playbook says:
//
//   - No piece of a line is refunded twice, over all cases of the order, and no line for more than was paid for it.
//     There is no way around this one.
//   - No piece is refunded and also sent again, unless a person with the right confirmed it.
//
// Pieces of a line are alike, so they are counted: a case's own pieces are one and the same in all that it does;
// those of other cases are other pieces as long as the line has enough.

// guard says whether what a case is about to do breaks the second rule, and why.
func (w *work) guard(c *recourse.Case, do []*playbook.Action, to *playbook.State) (recourse.Why, bool) {
	if c.Confirmed {
		return recourse.Why{}, false
	}
	acts := do
	if to != nil && len(to.Do) > 0 {
		acts = append(do[:len(do):len(do)], to.Do...)
	}
	withdrawn := false
	for _, a := range acts {
		var line int
		switch a.Verb {
		case recourse.EffectWithdrawRefund:
			withdrawn = true
		case recourse.EffectReorder, recourse.EffectReplacement, recourse.EffectAdjust:
			line = w.paidAlready(c, withdrawn)
		case recourse.EffectRefund:
			line = w.sentAlready(c)
		}
		if line > 0 {
			return recourse.Why{Code: recourse.WhyDoubleLoss, Args: []recourse.Arg{{Name: "line", N: int64(line)}}}, true
		}
	}
	return recourse.Why{}, false
}

// paidAlready is a line of the case whose pieces cannot be sent again because they are paid back; 0: none. A
// refund of the case's own that is withdrawn in the same breath does not count.
func (w *work) paidAlready(c *recourse.Case, withdrawn bool) int {
	for _, p := range c.Lines {
		line := w.f.Order.Line(p.Line)
		others := 0
		for i := range w.f.Refunds {
			r := &w.f.Refunds[i]
			n := recourse.Count(r.Lines, p.Line)
			if n == 0 || !r.Status.Active() {
				continue
			}
			if r.Case != c.ID {
				others += n
			} else if r.Status != recourse.RefundRequested || !withdrawn {
				return p.Line
			}
		}
		if line != nil && others > 0 && others+p.Quantity > line.Quantity {
			return p.Line
		}
	}
	return 0
}

// sentAlready is a line of the case whose pieces cannot be paid back because they were sent again; 0: none.
func (w *work) sentAlready(c *recourse.Case) int {
	if c.SentAgain.Remedy != "" && len(c.Lines) > 0 {
		return c.Lines[0].Line
	}
	for _, p := range c.Lines {
		line := w.f.Order.Line(p.Line)
		others := 0
		for i := range w.f.Cases {
			o := &w.f.Cases[i]
			if o.ID != c.ID && o.SentAgain.Remedy == recourse.RemedyReplacement {
				others += recourse.Count(o.Lines, p.Line)
			}
		}
		if line != nil && others > 0 && others+p.Quantity > line.Quantity {
			return p.Line
		}
	}
	return 0
}

// refundable are the pieces of a case that nobody has paid for yet, with their price and, when nothing of the
// order is left to deliver, the shipping. The first rule is kept here and nowhere else.
func (w *work) refundable(c *recourse.Case) (lines []recourse.Pieces, amount, shipping recourse.Money) {
	o := &w.f.Order
	amount.Currency = o.Currency()
	for _, p := range c.Lines {
		line := o.Line(p.Line)
		if line == nil {
			lines = append(lines, p)
			continue
		}
		paid := w.paidPieces(p.Line)
		n := min(p.Quantity, line.Quantity-paid)
		if n <= 0 {
			continue
		}
		lines = append(lines, recourse.Pieces{Line: p.Line, Quantity: n})
		share := o.PaidFor(p.Line).Share(int64(paid), int64(paid+n), int64(line.Quantity))
		amount.Minor += share.Minor
	}
	shipping = w.shippingLeft(lines)
	amount.Minor = w.capped(amount.Minor + shipping.Minor)
	return lines, amount, shipping
}

// paidPieces is how many pieces of a line are paid back or about to be.
func (w *work) paidPieces(line int) int {
	n := 0
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Status.Active() {
			n += recourse.Count(r.Lines, line)
		}
	}
	return n
}

// shippingLeft is the shipping that is owed back with these pieces: all of it when they are the last of an order of
// which nothing was handed over.
func (w *work) shippingLeft(lines []recourse.Pieces) recourse.Money {
	o := &w.f.Order
	none := recourse.Money{Currency: o.Currency()}
	if o.Shipping.Currency != o.Currency() || o.Shipping.Minor <= 0 {
		return none
	}
	for i := range w.f.Parcels {
		if !w.f.Parcels[i].ShippedAt.IsZero() {
			return none
		}
	}
	for _, l := range o.Lines {
		if w.paidPieces(l.Line)+recourse.Count(lines, l.Line) < l.Quantity {
			return none
		}
	}
	left := o.Shipping
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Status.Active() {
			left.Minor -= r.Shipping.Minor
		}
	}
	return left
}

// capped bounds an amount by what is left of what was paid in all, when that was told.
func (w *work) capped(minor int64) int64 {
	o := &w.f.Order
	if o.Paid.Minor <= 0 || o.Paid.Currency != o.Currency() {
		return minor
	}
	left := o.Paid.Minor
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Status.Active() && r.Amount.Currency == o.Paid.Currency {
			left -= r.Amount.Minor
		}
	}
	return max(0, min(minor, left))
}
