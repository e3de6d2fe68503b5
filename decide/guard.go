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
	if c.Confirmed || c.Quiet { // what is quiet pays and sends nothing
		return recourse.Why{}, false
	}
	v := breath{}
	line := w.conflict(c, do, &v)
	if line == 0 && to != nil {
		line = w.conflict(c, to.Do, &v)
	}
	if line == 0 {
		return recourse.Why{}, false
	}
	return recourse.Why{Code: recourse.WhyDoubleLoss, Args: []recourse.Arg{{Name: "line", N: int64(line)}}}, true
}

// breath is what the acts before have done to the case's own money and goods in the same breath.
type breath struct{ refundBack, sendingBack, refunded, sent bool }

// conflict is the line for which some acts would pay and send; 0: none.
func (w *work) conflict(c *recourse.Case, acts []*playbook.Action, v *breath) int {
	for _, a := range acts {
		line := 0
		switch a.Verb {
		case recourse.EffectWithdrawRefund:
			v.refundBack, v.refunded = true, false
		case recourse.EffectWithdrawReplacement:
			v.sendingBack, v.sent = true, false
		case recourse.EffectReorder, recourse.EffectReplacement, recourse.EffectAdjust:
			if line = w.paidAlready(c, v.refundBack); line == 0 && v.refunded {
				line = firstLine(c)
			}
			v.sent = true
		case recourse.EffectRefund:
			if line = w.sentAlready(c, v.sendingBack); line == 0 && v.sent {
				line = firstLine(c)
			}
			v.refunded = true
		}
		if line > 0 {
			return line
		}
	}
	return 0
}

func firstLine(c *recourse.Case) int {
	if len(c.Lines) == 0 {
		return 0
	}
	return c.Lines[0].Line
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

// sentAlready is a line of the case whose pieces cannot be paid back because they were sent again; 0: none. A sending of
// the case's own that has not left and is taken back in the same breath does not count.
func (w *work) sentAlready(c *recourse.Case, takenBack bool) int {
	if c.SentAgain.Remedy != "" && (c.SentAgain.Done || !takenBack) {
		return firstLine(c)
	}
	for _, p := range c.Lines {
		line := w.f.Order.Line(p.Line)
		others := 0
		for i := range w.f.Cases {
			o := w.f.Cases[i]
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

// claim is what a refund asks for: pieces that nobody has paid for yet, what each line gets, and the shipping.
type claim struct {
	lines    []recourse.Pieces
	shares   []recourse.Money
	shipping recourse.Money
	amount   recourse.Money
}

// refundable is what a case can still ask back. The first rule is kept here and nowhere else: of a line, no more
// pieces than nobody has paid for, and no more money than is left of what was paid for it, however the pieces were
// rounded before.
func (w *work) refundable(c *recourse.Case) claim {
	o := &w.f.Order
	out := claim{amount: recourse.Money{Currency: o.Currency()}}
	for _, p := range c.Lines {
		n := w.unpaidOf(p)
		if n <= 0 {
			continue
		}
		share := recourse.Money{Currency: o.Currency()}
		if line := o.Line(p.Line); line != nil {
			left := line.Quantity - w.paidPieces(p.Line)
			rest := recourse.Money{Minor: max(0, o.PaidFor(p.Line).Minor-w.paidMoney(p.Line)), Currency: o.Currency()}
			share = rest.Share(0, int64(n), int64(left))
		}
		out.lines, out.shares = append(out.lines, recourse.Pieces{Line: p.Line, Quantity: n}), append(out.shares, share)
		out.amount.Minor += share.Minor
	}
	out.shipping = w.shippingLeft(out.lines)
	out.amount.Minor = w.capped(out.amount.Minor + out.shipping.Minor)
	return out
}

// paidMoney is what was paid back for a line, or is about to be, in minor units of the order's currency.
func (w *work) paidMoney(line int) int64 {
	var sum int64
	for i := range w.f.Refunds {
		r := &w.f.Refunds[i]
		if !r.Status.Active() {
			continue
		}
		for j, p := range r.Lines {
			if p.Line == line && j < len(r.Shares) {
				sum += r.Shares[j].Minor
			}
		}
	}
	return sum
}

// shares gives each of some lines its share of an amount that was paid without us, by what was paid for their
// pieces. An amount that was not told, or in another currency, counts as what the pieces cost.
func (w *work) shares(lines []recourse.Pieces, amount recourse.Money) []recourse.Money {
	out := make([]recourse.Money, len(lines))
	weights := make([]int64, len(lines))
	for i, p := range lines {
		if l := w.f.Order.Line(p.Line); l != nil {
			out[i] = w.f.Order.PaidFor(p.Line).Share(0, int64(p.Quantity), int64(l.Quantity))
			weights[i] = out[i].Minor
		}
	}
	if amount.Minor <= 0 || amount.Currency != w.f.Order.Currency() {
		return out
	}
	if split, err := amount.Allocate(weights...); err == nil {
		return split
	}
	return out
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

// capped bounds an amount by what is left of what was paid in all: as told, else what the lines and the shipping cost.
func (w *work) capped(minor int64) int64 {
	o := &w.f.Order
	left := o.Paid.Minor
	if left <= 0 || o.Paid.Currency != o.Currency() {
		left = 0
		for _, l := range o.Lines {
			left += o.PaidFor(l.Line).Minor
		}
		if o.Shipping.Currency == o.Currency() {
			left += o.Shipping.Minor
		}
	}
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Status.Active() && r.Amount.Currency == o.Currency() {
			left -= r.Amount.Minor
		}
	}
	return max(0, min(minor, left))
}
