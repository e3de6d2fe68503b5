package effect

import (
	"recourse"
	"recourse/store"
)

// Guard says what stands against carrying out an act at the last moment before its peer is asked, as a code; "": nothing.
// All of it was looked at when the act was decided; here it is looked at again, since time has passed:
//
//	moved           the act is not begun any more: somebody has said how it ended, or took it back
//	not_approved    it waits for an approval, or was refused
//	not_owed        of a refund: the order's file knows none that may leave
//	amount_changed  the file's amount is another one
//	amount_unknown  nobody knows how much
//	paid_unknown    nobody knows what was paid, so that nobody can say that it is not too much
//	more_than_paid  with what has left or may yet leave it would be more than was paid
func Guard(e *store.Effect, file *recourse.OrderFile) string {
	switch approval := e.Effect.Approval; {
	case e.Status != store.Sending:
		return "moved"
	case approval != "" && approval != recourse.ApprovalGiven:
		return "not_approved"
	case e.Kind == recourse.EffectRefund:
		return guardRefund(e, file)
	}
	return ""
}

func guardRefund(e *store.Effect, file *recourse.OrderFile) string {
	var own *recourse.Refund
	left := e.Amount
	for i := range file.Refunds {
		r := &file.Refunds[i]
		if r.ID == e.ID {
			own = r
			continue
		}
		if r.Status.Active() && r.Amount.Currency == left.Currency {
			left.Minor += r.Amount.Minor
		}
	}
	paid := paidIn(&file.Order)
	switch {
	case own == nil || own.Disputed || own.Status != recourse.RefundSent && own.Status != recourse.RefundRequested:
		return "not_owed"
	case e.Amount.Minor <= 0 || e.Amount.Currency == "":
		return "amount_unknown"
	case own.Amount != e.Amount:
		return "amount_changed"
	case paid.Minor <= 0:
		return "paid_unknown"
	case paid.Currency != e.Amount.Currency || left.Minor > paid.Minor:
		return "more_than_paid"
	}
	return ""
}

// paidIn is what the buyer paid in all; of an order that does not tell, what its goods cost.
func paidIn(o *recourse.Order) recourse.Money {
	if o.Paid.Minor > 0 {
		return o.Paid
	}
	sum := recourse.Money{Currency: o.Currency()}
	for i := range o.Lines {
		sum.Minor += o.PaidFor(o.Lines[i].Line).Minor
	}
	return sum
}
