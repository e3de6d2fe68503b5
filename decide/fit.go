package decide

import "recourse"

// fit takes back what waits to be sent and no longer fits what was paid, and asks for what still does.
//
// A request fits when it is made: the first rule of the guard sees to that. Afterwards the order may be told again with fewer
// pieces or at a lower price, money may leave by another door, or a bank may take some. What has left cannot be called
// back; what waits in the house can, and it is the newest that gives way. Whatever the policy says, a person looks at what
// is asked for instead.
//
// Example: 30.00 of 45.00 wait for approval, and 20.00 are refunded in the shop for the other line. The request is withdrawn, and one
// of 25.00 takes its place.
func (w *work) fit() {
	for i := len(w.f.Refunds) - 1; i >= 0; i-- {
		if r := &w.f.Refunds[i]; r.Status == recourse.RefundRequested && w.tooMuch(r) {
			w.fitted(i)
		}
	}
}

// tooMuch says that a request asks for pieces or for money that are no longer there, beside all that left or is about to.
// One of no money takes none: where more left by another door than a line cost, it stands as it is.
func (w *work) tooMuch(r *recourse.Refund) bool {
	money := r.Amount.Minor > 0
	for _, p := range r.Lines {
		if l := w.f.Order.Line(p.Line); l != nil && (w.paidPieces(p.Line) > l.Quantity || money && w.paidMoney(p.Line) > w.f.Order.PaidFor(p.Line).Minor) {
			return true
		}
	}
	return money && r.Amount.Currency == w.f.Order.Currency() && w.left() < 0
}

// fitted withdraws a request and puts what still fits in its place. The rest of a refund that was paid in part has no pieces
// of its own, and keeps none.
func (w *work) fitted(i int) {
	c := w.caseNamed(w.f.Refunds[i].Case)
	if c == nil {
		return
	}
	r := w.refunds()[i]
	why := w.whyEvent(recourse.WhyEvent)
	w.f.Refunds[i].Status, w.f.Refunds[i].At = recourse.RefundWithdrawn, w.at
	w.emit(c, recourse.Effect{Kind: recourse.EffectWithdrawRefund, Lines: r.Lines, Amount: r.Amount, Refund: r.ID, Why: why})
	next := recourse.Refund{Case: c.ID, Status: recourse.RefundRequested, At: w.at}
	if ask := w.refundableOf(r.Lines); len(ask.lines) > 0 {
		next.Lines, next.Shares, next.Amount, next.Shipping = ask.lines, ask.shares, ask.amount, ask.shipping
	} else if len(r.Lines) == 0 {
		next.Amount = recourse.Money{Minor: w.capped(r.Amount.Minor), Currency: r.Amount.Currency}
	}
	if next.Amount.Minor <= 0 && (r.Amount.Minor > 0 || len(next.Lines) == 0) { // an amount of nothing is a price that is not known
		w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryRefused, Why: recourse.Why{Code: recourse.WhyPaid}})
		return
	}
	e := w.emit(c, recourse.Effect{Kind: recourse.EffectRefund, Lines: next.Lines, Amount: next.Amount, Approval: recourse.ApprovalNeeded, Why: why})
	next.ID = e.ID
	w.f.Refunds = append(w.f.Refunds, next)
}
