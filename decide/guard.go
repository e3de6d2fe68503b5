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
//
// It is asked before the way is taken, about what the way does and about what the state behind it does
// on entering, as one row of acts: a way that requests a refund into a state that reorders must be
// refused at once, not after the refund was requested. A confirmation given by a person of the
// merchant holds for the rest of the case.
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
//
// An example: a refund was requested, and the merchant chooses to reorder. The way withdraws the
// refund and orders the goods. Judged one by one against the file the reorder would be refused, since
// the refund is still requested there; refundBack tells that it is gone by then. The other two are for
// a playbook that would pay and send in one row, where the file shows neither yet.
type breath struct{ refundBack, sendingBack, refunded, sent bool }

// conflict is the line for which some acts would pay and send; 0: none.
//
// The acts are looked at in the order in which they will be done, so that withdrawing helps only what
// comes after it. A case without lines has nothing that could be lost twice.
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
//
// With figures: a line has 3 pieces, this case is about 1 of them, and other cases have refunds for 2.
// Then 2 + 1 = 3 is not more than 3: the third piece is free and may be sent. With 2 pieces in this
// case 2 + 2 = 4 is too many, and the line is given back. Without any refund elsewhere nothing is
// compared, since a case may hold more pieces than an order told later has.
//
// A refund of the case's own that was sent or done always stands in the way. Only one that still waits
// in the house can be taken back, and the settled rule wants it withdrawn when goods are chosen
// instead.
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
//
// Of the other cases only replacements count: they are goods that the buyer has or will have beside
// the first ones. A reorder or an adjustment of another case stands for goods that never came, and
// that case's own refund is judged there.
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
//
// The lists lines and shares go together: shares[i] is what lines[i] gets. The amount is not always
// their sum with the shipping: it may have been cut down to what is left of the total that was paid.
type claim struct {
	lines    []recourse.Pieces
	shares   []recourse.Money
	shipping recourse.Money
	amount   recourse.Money
}

// refundable is what a case can still ask back. The first rule is kept here and nowhere else: of a line, no more
// pieces than nobody has paid for, and no more money than is left of what was paid for it, however the pieces were
// rounded before.
//
// The share is cut out of what is left, not out of the whole price, so that roundings cannot add up.
// Three pieces for 10.00 EUR, one by one: 10.00 × 1 ÷ 3 = 3.33, then 6.67 × 1 ÷ 2 = 3.34 (333.5 cents
// go to the even neighbour), then all of the 3.33 that is left. Together that is 10.00, neither 9.99
// nor 10.02; the first piece and then two at once are 3.33 + 6.67.
//
// A line that the order does not know (yet) gets a share of zero. Such a request still names its
// pieces, and waits for a person, who sees what was paid in the shop.
func (w *work) refundable(c *recourse.Case) claim { return w.refundableOf(c.Lines) }

// refundableOf is the same for some pieces.
func (w *work) refundableOf(lines []recourse.Pieces) claim {
	o := &w.f.Order
	out := claim{amount: recourse.Money{Currency: o.Currency()}}
	for _, p := range lines {
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
//
// It adds up the shares, not the amounts: an amount may include shipping, or be a gesture that is for
// no line at all. What bounds those is the total, in capped.
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
//
// Example: 12.00 EUR were paid back in the shop for one piece that cost 10.00 and one that cost 20.00.
// The weights are 1000 and 2000, so that the lines get 4.00 and 8.00, and each keeps the rest of its
// price for later.
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
//
// Disputed money counts here, since a bank that holds it back may keep it. That is why one who asks
// whether the buyer still waits for goods must ask gone, and not this.
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
//
// The reason is the buyer's view: who gets nothing of the order owes no carriage for it, who gets a
// part of it had it carried. Shipping in another currency than the order's cannot be added up and is
// left to a person.
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
//
// Example: lines of 40.00 and shipping of 5.00, of which 45.00 were paid, and a gesture of 10.00 left
// in the shop. A refund of everything asks for 45.00 and is cut to 35.00. The buyer never gets more
// than the order brought, whoever paid it out.
func (w *work) capped(minor int64) int64 { return max(0, min(minor, w.left())) }

// left is what is left of what was paid in all, beside all that was paid back or is about to be; less than nothing where more
// was.
func (w *work) left() int64 {
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
	return left
}
