// This file holds both sides of the ledger: what the merchant owes and pays the buyer (refunds), and
// what the merchant is owed and gets back (recoveries). They are never netted: money asked back from a
// supplier says nothing about money to a buyer, is in its own currency, and often comes weeks later.
package decide

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/playbook"
)

// refundOf is the newest refund of a case; when it has none, one of another case that pays for all its pieces.
//
// The second search is for a case whose goods another case paid for, say a damaged piece of an order
// that was then cancelled: its playbook asks how the refund stands, and must hear that the buyer has
// the money. It is taken only when all pieces of those lines are paid for, so that a refund for one of
// two alike pieces is not mistaken for the other's.
func (w *work) refundOf(c *recourse.Case) *recourse.Refund {
	for i := len(w.f.Refunds) - 1; i >= 0; i-- {
		if w.f.Refunds[i].Case == c.ID {
			return &w.f.Refunds[i]
		}
	}
	for i := len(w.f.Refunds) - 1; i >= 0; i-- {
		if r := &w.f.Refunds[i]; r.Status.Active() && recourse.Without(c.Lines, r.Lines) == nil && w.linesPaid(c) {
			return r
		}
	}
	return nil
}

// linesPaid says that every piece of the case's lines is paid for: another case's refund is then this one's, too.
func (w *work) linesPaid(c *recourse.Case) bool {
	for _, p := range c.Lines {
		if l := w.f.Order.Line(p.Line); l == nil || w.paidPieces(p.Line) < l.Quantity {
			return false
		}
	}
	return true
}

func (w *work) refundStatus(c *recourse.Case) recourse.RefundStatus {
	if r := w.refundOf(c); r != nil {
		return r.Status
	}
	return "none"
}

// requestRefund asks for a case's money, for the pieces that nobody has paid for. A case whose refund is under way
// asks for nothing more.
//
// A refund is a request until a person approves it (or the policy says that its amount needs nobody)
// and it was sent; until then it can be withdrawn. It stands in the file from the moment of asking, so
// that no other case can ask for the same pieces meanwhile. A quiet case asks for nothing, because
// what it is about lies in the past that stays quiet.
func (w *work) requestRefund(c *recourse.Case, why recourse.Why) {
	if r := w.refundOf(c); r != nil && r.Status.Active() {
		return
	}
	ask := w.refundable(c)
	if len(ask.lines) == 0 {
		w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryRefused, Why: recourse.Why{Code: recourse.WhyPaid}})
		return
	}
	if c.Quiet {
		return
	}
	approval := w.PolicyOf(&c.Run).Approval(ask.amount)
	if ask.amount.Minor == 0 {
		approval = recourse.ApprovalNeeded // the price is not known: a person must look
	}
	e := w.emit(c, recourse.Effect{Kind: recourse.EffectRefund, Lines: ask.lines, Amount: ask.amount, Approval: approval, Why: why})
	w.f.Refunds = append(w.refunds(), recourse.Refund{ID: e.ID, Case: c.ID, Lines: ask.lines, Shares: ask.shares, Amount: ask.amount, Shipping: ask.shipping,
		Status: recourse.RefundRequested, At: w.at})
}

// withdrawRefund takes back a case's refund that was not sent.
//
// What was sent is out of the house and stays as it is: then the guard, or a person, must deal with
// it. The pieces of a withdrawn refund are free again for any case.
func (w *work) withdrawRefund(c *recourse.Case, why recourse.Why) {
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Case == c.ID && r.Status == recourse.RefundRequested {
			r = &w.refunds()[i]
			r.Status, r.At = recourse.RefundWithdrawn, w.at
			w.emit(c, recourse.Effect{Kind: recourse.EffectWithdrawRefund, Lines: r.Lines, Amount: r.Amount, Refund: r.ID, Why: why})
		}
	}
}

// disputed takes the money that a bank holds back in a dispute: it counts as paid for the case's pieces while the
// dispute is open, so that they are not refunded beside it. A refund for them that was requested and not sent is taken
// back: the bank decides now.
//
// Paying beside a dispute loses the sale twice, once to the buyer and once to the bank. The entry has
// the status sent and carries the mark disputed, so that no news of an ordinary refund is mistaken for
// its own; only the bank's decision moves it.
func (w *work) disputed(c *recourse.Case) {
	if w.ev == nil || w.ev.Type != recourse.DisputeOpened {
		return
	}
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Status == recourse.RefundRequested && recourse.Overlap(r.Lines, c.Lines) && r.Case != "" {
			w.withdrawRefund(w.caseNamed(r.Case), w.whyEvent(recourse.WhyEvent))
		}
	}
	lines := w.unpaid(c.Lines)
	if len(lines) == 0 {
		return
	}
	c.Effects++
	w.f.Refunds = append(w.refunds(), recourse.Refund{ID: c.ID + "/" + strconv.Itoa(c.Effects), Case: c.ID, Lines: lines, Shares: w.shares(lines, w.ev.Amount), Amount: w.ev.Amount,
		Status: recourse.RefundSent, Disputed: true, At: w.at})
}

// settleDispute takes the bank's decision: the money stays, or is gone.
//
// Won means that the merchant keeps the money: the entry is withdrawn and its pieces are free. Lost
// means that the bank gave it to the buyer: it is done, and nobody pays for them again.
func (w *work) settleDispute(c *recourse.Case, status recourse.RefundStatus) {
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Case == c.ID && r.Disputed && r.Status == recourse.RefundSent {
			r = &w.refunds()[i]
			r.Status, r.At = status, w.at
		}
	}
}

// answerRefund takes what became of money to the buyer.
//
// News that fits one refund moves it. News that fits several asks a person, since a guess would mark
// the wrong case as paid. News of money that fits none tells of money that left without us, and must
// not be lost: otherwise those pieces would be paid a second time. A failure or a refusal that fits
// none costs nobody anything and is noted.
func (w *work) answerRefund() {
	found := w.refundsMeant()
	switch {
	case len(found) == 0 && w.toldAlready():
		w.noteEvent(w.ev.Case, recourse.WhyNoted)
	case len(found) == 1:
		w.moveRefund(found[0])
	case len(found) > 1:
		var cases []int
		for _, i := range found {
			for j := range w.f.Cases {
				if w.f.Cases[j].ID == w.f.Refunds[i].Case {
					cases = append(cases, j)
				}
			}
		}
		if len(cases) > 0 {
			w.askWhich(cases)
		}
	case w.ev.Type == recourse.RefundSucceeded || w.ev.Type == recourse.RefundSentNow:
		if !w.leftAfterAll() {
			w.outside()
		}
	default:
		w.noteEvent(w.ev.Case, recourse.WhyNoted)
	}
}

// toldAlready says that the news names a refund of ours that stands as the news says, or further on: whoever carried it
// out told first, and the shop tells of it as well.
func (w *work) toldAlready() bool {
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; w.ev.Effect != "" && r.ID == w.ev.Effect && !r.Disputed {
			return r.Status == recourse.RefundDone || r.Status == refundNews[w.ev.Type]
		}
	}
	return false
}

// awaits says whether a refund of that status can have such news. Money that was given may still bounce.
//
// This is also what makes news told twice harmless: a refund that is done awaits no second success.
func awaits(s recourse.RefundStatus, t recourse.EventType) bool {
	switch t {
	case recourse.RefundSucceeded:
		return s == recourse.RefundRequested || s == recourse.RefundSent
	case recourse.RefundFailedNow:
		return s == recourse.RefundRequested || s == recourse.RefundSent || s == recourse.RefundDone
	}
	return s == recourse.RefundRequested
}

// refundsMeant are the refunds that the news can be about: those that wait for it, narrowed by what it names, then
// by the amount.
//
// The amount decides only when exactly one of several has it. With 10.00 and 25.00 waiting, news of
// 25.00 means the second; with 10.00 and 10.00 it means neither, and a person is asked.
func (w *work) refundsMeant() []int {
	var all, exact []int
	for i := range w.f.Refunds {
		r := &w.f.Refunds[i]
		if r.Disputed || strings.HasSuffix(r.ID, moreMark) || !awaits(r.Status, w.ev.Type) || w.ev.Case != "" && r.Case != w.ev.Case || w.ev.Effect != "" && r.ID != w.ev.Effect ||
			len(w.ev.Lines) > 0 && !recourse.Overlap(r.Lines, w.ev.Lines) {
			continue
		}
		if r.Status == recourse.RefundDone && w.evAt.Before(r.At) {
			continue // it failed before it was done after all
		}
		all = append(all, i)
		if r.Amount == w.ev.Amount {
			exact = append(exact, i)
		}
	}
	if len(all) > 1 && len(exact) == 1 {
		return exact
	}
	return all
}

var refundNews = map[recourse.EventType]recourse.RefundStatus{
	recourse.RefundSentNow: recourse.RefundSent, recourse.RefundSucceeded: recourse.RefundDone, recourse.RefundFailedNow: recourse.RefundFailed,
	recourse.RefundRejectedNow: recourse.RefundRejected, recourse.RefundWithdrawnNow: recourse.RefundWithdrawn,
}

// moveRefund gives a refund its new status and tells its case.
//
// Another amount than was asked for is noted. Too much cannot be called back, and counts as what it is, so
// that it is not there for another refund: see more. Too little leaves a rest that is still owed, unless the refund was made
// outside, where we asked for nothing.
func (w *work) moveRefund(i int) {
	r := &w.refunds()[i]
	r.Status, r.At = refundNews[w.ev.Type], w.evAt
	id := r.Case
	if diff, err := w.ev.Amount.Sub(r.Amount); err == nil && w.ev.Amount.Currency != "" && diff.Sign() != 0 {
		w.note(recourse.Entry{Case: id, Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyOver, Args: []recourse.Arg{{Name: "amount", Sum: w.ev.Amount}}}})
		w.more(i, diff)
		if r := w.f.Refunds[i]; r.Status == recourse.RefundDone && diff.Sign() < 0 && !r.Outside {
			w.rest(i, diff.Neg())
		}
	} else {
		w.more(i, recourse.Money{})
	}
	for j := range w.f.Cases {
		if w.f.Cases[j].ID == id {
			w.wake(j)
			if !w.deliver(j) {
				w.noteEvent(id, recourse.WhyNoted)
			}
		}
	}
}

const moreMark = recourse.MoreMark

// more keeps what left beyond what was asked for: as money that left without us, beside the refund, which stays what was asked
// for. Told again it is the same, and it bounces with the refund.
//
// Example: 30.00 were asked for, and 40.00 left the shop. The refund is done with 30.00, and 10.00 stand beside it for no
// piece, so that of 60.00 that were paid no more than 20.00 can be asked for.
func (w *work) more(i int, diff recourse.Money) {
	id, status := w.f.Refunds[i].ID+moreMark, w.f.Refunds[i].Status
	at := slices.IndexFunc(w.f.Refunds, func(r recourse.Refund) bool { return r.ID == id })
	switch {
	case at >= 0 && !status.Active():
		w.f.Refunds[at].Status, w.f.Refunds[at].At = status, w.evAt
	case at >= 0 && diff.Sign() > 0:
		w.f.Refunds[at].Amount, w.f.Refunds[at].Status, w.f.Refunds[at].At = diff, status, w.evAt
	case diff.Sign() > 0 && status.Active():
		w.f.Refunds = append(w.f.Refunds, recourse.Refund{ID: id, Amount: diff, Status: status, Outside: true, At: w.evAt})
	}
}

// rest requests what is still owed when less was paid than was asked for. A person looks at it whatever the policy.
//
// Example: 30.00 were asked for, and the shop paid 20.00. The refund now stands at 20.00, its shares
// are reckoned anew, and 10.00 are requested. The new entry has no lines of its own: the pieces are
// the first one's already, and counting them again would make them paid twice. It is bounded by the
// total, like any other.
func (w *work) rest(i int, left recourse.Money) {
	r := &w.f.Refunds[i]
	r.Amount = w.ev.Amount
	r.Shares = w.shares(r.Lines, w.ev.Amount)
	left.Minor = w.capped(left.Minor)
	if c := w.caseNamed(r.Case); c != nil && left.Minor > 0 {
		e := w.emit(c, recourse.Effect{Kind: recourse.EffectRefund, Lines: r.Lines, Amount: left, Approval: recourse.ApprovalNeeded, Why: w.whyEvent(recourse.WhyEvent)})
		w.f.Refunds = append(w.f.Refunds, recourse.Refund{ID: e.ID, Case: c.ID, Amount: left, Status: recourse.RefundRequested, At: w.at})
	}
}

// leftAfterAll takes the news that money left which had been taken back, refused or had failed: it counts as paid again,
// and a person is asked, since goods may be on their way instead. It reports whether there is such a refund.
//
// A refund whose pieces another one has paid for since is passed over: then the news cannot be told
// apart from money outside, and is taken as that. The question asked is the one of double loss,
// because goods may have been ordered on the strength of the withdrawal.
func (w *work) leftAfterAll() bool {
	for i := len(w.f.Refunds) - 1; i >= 0; i-- {
		r := &w.f.Refunds[i]
		named := w.ev.Effect == r.ID || w.ev.Effect == "" && (w.ev.Amount == r.Amount || w.ev.Amount.Currency == "")
		if r.Status.Active() || r.Disputed || !named || w.ev.Case != "" && w.ev.Case != r.Case || recourse.Total(w.unpaid(r.Lines)) < recourse.Total(r.Lines) {
			continue
		}
		r = &w.refunds()[i]
		r.Status, r.At, r.Outside = refundNews[w.ev.Type], w.evAt, true
		w.note(recourse.Entry{Case: r.Case, Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyOutside, Args: []recourse.Arg{{Name: "amount", Sum: r.Amount}}}})
		for j := range w.f.Cases {
			if w.f.Cases[j].ID == r.Case {
				w.deliver(j)
				w.ask(w.caseAt(j), recourse.PartyMerchant, playbook.QuestionDoubleLoss, nil, w.whyEvent(recourse.WhyOutside))
			}
		}
		return true
	}
	return false
}

// outside takes money that left without us (a refund made in the shop). Money for named lines, for all that is left to
// pay, or of an amount that was not told counts as paid for those pieces; any other is a gesture: it counts against what
// was paid in all, and against no piece.
//
// Example: the only open case is about 30.00 of goods. 30.00 refunded in the shop pay its pieces, and
// its playbook finds them paid. 5.00 are a gesture, after which the case may still ask for its share,
// but no more than the total leaves.
func (w *work) outside() {
	lines := w.full(w.ev.Lines, nil)
	if lines == nil && w.closedBy() {
		w.noteEvent("", recourse.WhyNoted)
		return
	}
	w.note(recourse.Entry{Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyOutside, Args: []recourse.Arg{{Name: "amount", Sum: w.ev.Amount}}}})
	caseID := ""
	if open := w.openCases(); lines == nil && len(open) == 1 {
		caseID, lines = w.f.Cases[open[0]].ID, w.f.Cases[open[0]].Lines
	} else if lines == nil {
		lines = w.meant()
	}
	lines = w.unpaid(lines)
	if len(w.ev.Lines) == 0 && w.isGesture(lines) {
		caseID, lines = "", nil
	} else if len(lines) == 0 {
		return
	}
	w.f.Refunds = append(w.refunds(), recourse.Refund{ID: w.f.Order.ID + "/" + w.ev.ID, Case: caseID, Lines: lines, Shares: w.shares(lines, w.ev.Amount), Amount: w.ev.Amount,
		Status: refundNews[w.ev.Type], Outside: true, At: w.at})
}

// isGesture says that an amount is less than what some pieces cost: nobody can say for which of them it was.
func (w *work) isGesture(lines []recourse.Pieces) bool {
	if w.ev.Amount.Minor == 0 || w.ev.Amount.Currency != w.f.Order.Currency() {
		return false
	}
	var price int64
	for _, s := range w.shares(lines, recourse.Money{}) {
		price += s.Minor
	}
	return w.ev.Amount.Minor < price
}

// closedBy says that a refund of the order is done already: news of money without a name is then that one's, told
// again.
func (w *work) closedBy() bool {
	for i := range w.f.Refunds {
		if s := w.f.Refunds[i].Status; s == recourse.RefundDone || s == recourse.RefundSent {
			return true
		}
	}
	return false
}

func (w *work) openCases() []int {
	var out []int
	for i := range w.f.Cases {
		if w.f.Cases[i].Status == recourse.Open {
			out = append(out, i)
		}
	}
	return out
}

// unpaidOf is how many of some pieces of a line nobody has paid for. A line that is not known yet counts as having
// just those pieces.
//
// It may be negative, when an order told again has fewer pieces than were paid for. Callers take what
// is not above zero as nothing.
func (w *work) unpaidOf(p recourse.Pieces) int {
	if l := w.f.Order.Line(p.Line); l != nil {
		return min(p.Quantity, l.Quantity-w.paidPieces(p.Line))
	}
	return p.Quantity - w.paidPieces(p.Line)
}

// unpaid are those of some pieces that nobody has paid for.
func (w *work) unpaid(lines []recourse.Pieces) []recourse.Pieces {
	var out []recourse.Pieces
	for _, p := range lines {
		if n := w.unpaidOf(p); n > 0 {
			out = append(out, recourse.Pieces{Line: p.Line, Quantity: n})
		}
	}
	return out
}

// requestRecovery asks the agent for the merchant's money of the case's pieces: of every purchase that was to
// bring them, once.
//
// Every purchase that failed is recovered, whatever the buyer chose: the money that the merchant spent
// on goods that never come is the loss that hurts most. «Once» is by pieces: what an earlier recovery
// of the same purchase asks for is left out, also when another case asked.
func (w *work) requestRecovery(c *recourse.Case, why recourse.Why) {
	for i := range w.f.Purchases {
		p := &w.f.Purchases[i]
		if c.Purchase != "" && p.ID != c.Purchase {
			continue
		}
		left := w.linesOfPurchase(p)
		for j := range w.f.Recoveries {
			if r := &w.f.Recoveries[j]; r.Purchase == p.ID && r.Status != recourse.RecoveryWithdrawn {
				left = recourse.Without(left, r.Lines)
			}
		}
		if lines := recourse.Common(c.Lines, left); len(lines) > 0 {
			w.recover(c, i, lines, why)
		}
	}
}

// The purchase is given up with it. Its pieces count as failed, so that no watch waits for them any
// more and they are not what a later parcel is thought to hold. The recovery begins a run of its own
// in the playbook's track, with its own timers, since it outlives the case and is chased until it is
// received, denied or written off.
func (w *work) recover(c *recourse.Case, at int, lines []recourse.Pieces, why recourse.Why) {
	p := &w.purchases()[at]
	if p.Status == recourse.PurchasePlaced {
		p.Status = recourse.PurchaseGivenUp
	}
	p.Failed = recourse.Plus(p.Failed, recourse.Without(lines, p.Failed))
	if c.Quiet {
		return
	}
	amount, left := w.recoverable(p, lines)
	if !left {
		w.note(recourse.Entry{Case: c.ID, Kind: recourse.EntryNoted, Why: why})
		return
	}
	e := w.emit(c, recourse.Effect{Kind: recourse.EffectRecovery, Purchase: p.ID, Lines: lines, Amount: amount, Supplier: p.Supplier, Why: why})
	policy := w.PolicyOf(&c.Run)
	r := recourse.Recovery{ID: e.ID, Case: c.ID, Purchase: p.ID, Lines: lines, Amount: amount, Status: recourse.RecoveryRequested, At: w.at}
	r.Run = recourse.Run{Playbook: c.Playbook, State: policy.Path("recovery").States[0].Full, EnteredAt: w.at, PathAt: w.at}
	w.f.Recoveries = append(w.recoveries(), r)
}

// recoverable is what can be asked back for some pieces of a purchase: their part of its cost, and no more than is left of it
// beside what is asked back already. It says false where the whole cost is, as after a purchase was told again with other pieces.
func (w *work) recoverable(p *recourse.Purchase, lines []recourse.Pieces) (recourse.Money, bool) {
	amount := w.costOf(p, lines)
	if amount.Minor <= 0 {
		return amount, true // not known
	}
	left := p.Cost.Minor
	for i := range w.f.Recoveries {
		if r := &w.f.Recoveries[i]; r.Purchase == p.ID && r.Status != recourse.RecoveryWithdrawn && r.Amount.Currency == p.Cost.Currency {
			left -= r.Amount.Minor
		}
	}
	amount.Minor = min(amount.Minor, left)
	return amount, left > 0
}

// costOf is the part of a purchase's cost that some of its pieces make up, by what they sell for; zero when the
// cost or the prices are not known.
//
// Example: a purchase of 90.00 CNY brings one piece that sells for 10.00 EUR and one for 20.00 EUR.
// The first alone makes up 90.00 × 10 ÷ 30 = 30.00 CNY. Selling prices are the only weights that are
// known; a price of zero counts as the smallest unit, so that free pieces do not divide by nothing,
// and the bound on a price keeps the sums within 64 bits.
func (w *work) costOf(p *recourse.Purchase, lines []recourse.Pieces) recourse.Money {
	all := w.linesOfPurchase(p)
	if recourse.Without(all, lines) == nil {
		return p.Cost
	}
	var part, whole int64
	for _, q := range all {
		l := w.f.Order.Line(q.Line)
		if l == nil {
			return recourse.Money{}
		}
		price := max(1, min(l.Price.Minor, 1<<40))
		whole += price * int64(q.Quantity)
		part += price * int64(recourse.Count(lines, q.Line))
	}
	if whole == 0 || part >= whole {
		return p.Cost
	}
	amount, err := p.Cost.Scale(part, whole)
	if err != nil {
		return p.Cost
	}
	return amount
}

// withdrawRecovery tells the agent that a case's money is not owed after all: the goods came.
//
// Only one still open can be taken back: money that came or was denied is settled. The purchase
// becomes one that may still come, with the pieces that no longer count as failed.
func (w *work) withdrawRecovery(c *recourse.Case, why recourse.Why) {
	for i := range w.f.Recoveries {
		r := &w.f.Recoveries[i]
		if r.Case != c.ID || r.Status != recourse.RecoveryRequested {
			continue
		}
		r = &w.recoveries()[i]
		r.Status, r.At = recourse.RecoveryWithdrawn, w.at
		p := w.purchase(r.Purchase)
		p.Failed = recourse.Without(p.Failed, r.Lines)
		if p.Status == recourse.PurchaseGivenUp {
			p.Status = recourse.PurchasePlaced
		}
		w.emit(c, recourse.Effect{Kind: recourse.EffectWithdrawRecovery, Purchase: r.Purchase, Lines: r.Lines, Amount: r.Amount, Supplier: p.Supplier, Why: why})
	}
}

// answerRecovery takes what became of the merchant's money.
//
// No person is asked which of several is meant: all of them are debts of the other side to the same
// merchant. What one names narrows the choice, and the rest is settled oldest first.
func (w *work) answerRecovery() {
	found := w.recoveriesMeant()
	if len(found) == 0 {
		if !w.late() {
			w.noteEvent("", recourse.WhyNoted)
		}
		return
	}
	left := w.ev.Amount
	for _, i := range found {
		left = w.moveRecovery(i, left)
	}
	if w.ev.Type == recourse.RecoveryReceivedNow && left.Minor > 0 {
		w.surplus(found[len(found)-1], left)
	}
}

// surplus keeps money that came beyond what was asked back: with the last recovery that it was for, so that none of it is
// lost from the books. It is an income like the rest.
func (w *work) surplus(i int, more recourse.Money) {
	r := &w.recoveries()[i]
	if sum, err := r.Received.Add(more); err == nil {
		r.Received = sum
	}
	w.note(recourse.Entry{Case: r.Case, Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyOver, Args: []recourse.Arg{{Name: "amount", Sum: more}}}})
}

// recoveriesMeant are the open recoveries that news can be about, by what it names.
func (w *work) recoveriesMeant() (found []int) {
	for i := range w.f.Recoveries {
		r := &w.f.Recoveries[i]
		if r.Status == recourse.RecoveryRequested && (w.ev.Purchase == "" || r.Purchase == w.ev.Purchase) && (w.ev.Case == "" || r.Case == w.ev.Case) &&
			(w.ev.Effect == "" || strings.HasPrefix(w.ev.Effect, r.ID)) && (len(w.ev.Lines) == 0 || recourse.Overlap(r.Lines, w.ev.Lines)) {
			found = append(found, i)
		}
	}
	return found
}

// moveRecovery takes an answer into one recovery. Money is put to the oldest first; what is not named counts as all.
// It gives what is left of the money.
func (w *work) moveRecovery(i int, money recourse.Money) recourse.Money {
	r := &w.recoveries()[i]
	r.At = w.at
	switch w.ev.Type {
	case recourse.RecoveryDeniedNow:
		r.Status = recourse.RecoveryDenied
	case recourse.RecoveryWrittenOffNow:
		r.Status = recourse.RecoveryWrittenOff
	default:
		return w.receive(r, money)
	}
	w.noteEvent(r.Case, recourse.WhyNoted)
	return money
}

// Example: 60.00 and 50.00 CNY are open and 80.00 come. The first takes 60.00 and is received; the
// second takes 20.00, stays open, and is chased for 30.00. An amount in another currency (the agent
// paid out in dollars) cannot be compared: a person sent it as the answer, so it settles the recovery,
// and what came is kept beside what was asked.
func (w *work) receive(r *recourse.Recovery, money recourse.Money) recourse.Money {
	w.noteEvent(r.Case, recourse.WhyNoted)
	if money.Currency == "" || r.Amount.Currency != money.Currency {
		r.Status = recourse.RecoveryReceived
		if money.Currency != "" {
			r.Received = money
		}
		return recourse.Money{Currency: money.Currency}
	}
	take := money
	if open := r.Amount.Minor - r.Received.Minor; take.Minor > open {
		take.Minor = open
	}
	r.Received = recourse.Money{Minor: r.Received.Minor + take.Minor, Currency: money.Currency}
	if r.Received.Minor >= r.Amount.Minor {
		r.Status = recourse.RecoveryReceived
	}
	money.Minor -= take.Minor
	return money
}

// askDue is when a question is to be answered.
func (w *work) askDue(p *playbook.Policy, q *playbook.Question) time.Time {
	return w.add(w.at, p, q.Due.Of(p.Values))
}
