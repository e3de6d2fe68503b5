package decide

import (
	"time"

	"recourse"
	"recourse/playbook"
)

// holds evaluates a condition about a subject under a policy.
//
// Only a clear yes counts: a condition about something that is not known is not met, and the case
// waits.
func (w *work) holds(c *playbook.Condition, p *playbook.Policy, on subject) bool {
	if c == nil {
		return true
	}
	answer := w.judge(c, p, on)
	return answer == playbook.Yes || w.guessing && answer == playbook.Maybe
}

// judge is the answer of a condition about a subject under a policy. The third answer comes only where facts are left
// open, as they are for what might be told (see possible.go).
func (w *work) judge(c *playbook.Condition, p *playbook.Policy, on subject) playbook.Ternary {
	before, policy := w.on, w.policy
	w.on, w.policy, w.scope.Settings = on, p, p.Values
	answer := c.Holds(&w.scope)
	w.on, w.policy = before, policy
	return answer
}

// fact reads one fact of the subject in hand.
func (w *work) fact(f playbook.Fact) playbook.Value {
	switch {
	case f <= playbook.ParcelWindow:
		return w.thingFact(f)
	case f == playbook.OrderDeliverable:
		return playbook.Truth(!w.f.AddressWrong && len(w.f.AddressFaults) == 0 && w.f.Order.ShipTo.Deliverable())
	case f >= playbook.EventProblem:
		return w.eventFact(f)
	case f == playbook.RecoveryStatus:
		if w.on.recovery != nil {
			return playbook.Word(w.on.recovery.Status)
		}
	case w.on.c != nil:
		return w.caseFact(f, w.on.c)
	}
	return playbook.Value{}
}

// thingFact reads a fact of the purchase or the parcel in hand, or of the case's.
func (w *work) thingFact(f playbook.Fact) playbook.Value {
	switch f {
	case playbook.PurchaseWaiting, playbook.PurchaseLeg:
		p := w.on.purchase
		if p == nil && w.on.c != nil {
			p = w.f.Purchase(w.on.c.Purchase)
		}
		if p == nil {
			return absent(f == playbook.PurchaseWaiting)
		}
		if f == playbook.PurchaseWaiting {
			return playbook.Truth(p.Waiting())
		}
		return playbook.Word(p.Leg)
	}
	p := w.on.parcel
	if p == nil && w.on.c != nil {
		p = w.parcelOf(w.on.c)
	}
	switch {
	case p == nil:
		return absent(f != playbook.ParcelStatus)
	case f == playbook.ParcelStatus:
		if p.Status == "" {
			return playbook.Word("none")
		}
		return playbook.Word(p.Status)
	case f == playbook.ParcelMoving:
		return playbook.Truth(!p.ShippedAt.IsZero() && !w.ended(p))
	case f == playbook.ParcelAwaited:
		return playbook.Truth(w.awaited(p))
	case f == playbook.ParcelWindow:
		_, ok := w.windowOf(p)
		return playbook.Truth(ok)
	}
	return playbook.Truth(w.contested(p))
}

// absent is the value of a fact about something that is not there.
func absent(truth bool) playbook.Value {
	if truth {
		return playbook.Truth(false)
	}
	return playbook.Word("none")
}

func (w *work) eventFact(f playbook.Fact) playbook.Value {
	if w.ev == nil {
		return playbook.Value{Kind: playbook.Text}
	}
	switch f {
	case playbook.EventProblem:
		return playbook.Word(w.ev.Problem)
	case playbook.EventStatus:
		return playbook.Word(w.ev.Status)
	case playbook.EventBy:
		return playbook.Word(w.ev.By)
	case playbook.EventEarly:
		return playbook.Truth(w.on.c != nil && w.evAt.Before(w.on.c.PathAt))
	}
	return playbook.Truth(w.fills())
}

// fills says whether the event is a new purchase for the case's lines at another place than the case's own.
func (w *work) fills() bool {
	if w.on.c == nil || !w.fresh.purchase || w.ev.Purchase == w.on.c.Purchase {
		return false
	}
	p := w.f.Purchase(w.ev.Purchase)
	return p != nil && recourse.Overlap(w.linesOfPurchase(p), w.on.c.Lines)
}

func (w *work) caseFact(f playbook.Fact, c *recourse.Case) playbook.Value {
	switch f {
	case playbook.CaseByBuyer:
		return playbook.Truth(c.ByBuyer)
	case playbook.CasePurchased:
		return playbook.Truth(w.purchased(c))
	case playbook.CaseShipped:
		return playbook.Truth(w.shipped(c))
	case playbook.CaseDelivered:
		p := w.parcelOf(c)
		return playbook.Truth(p != nil && w.delivered(p))
	case playbook.CaseDeliveredDays:
		return playbook.Number(w.deliveredDays(c))
	case playbook.CaseLeg:
		return playbook.Word(w.legOf(c))
	case playbook.CaseRoute:
		return playbook.Word(w.route(c))
	case playbook.CaseRefund:
		return playbook.Word(w.refundStatus(c))
	case playbook.CaseSentAgain:
		return playbook.Word(sentAgain(c))
	case playbook.CaseClaim:
		return playbook.Word(orNone(c.Claim))
	case playbook.CaseEvidence:
		return playbook.Number(c.Evidence)
	case playbook.CaseNewEvidence:
		return playbook.Number(c.NewEvidence)
	case playbook.CaseSearched:
		return playbook.Truth(c.Searched)
	case playbook.CaseFits:
		return playbook.Number(w.fitting(c, true))
	case playbook.CaseSimilar:
		return playbook.Number(w.fitting(c, false))
	case playbook.CaseAlone:
		return playbook.Number(w.aloneCount(c))
	}
	return playbook.Word(orNone(c.Interception))
}

func orNone[S ~string](s S) S {
	if s == "" {
		return "none"
	}
	return s
}

func sentAgain(c *recourse.Case) string {
	switch {
	case c.SentAgain.Remedy == "":
		return "none"
	case c.SentAgain.Done:
		return "done"
	}
	return "ordered"
}

// carries says whether a parcel holds pieces of a case: the parcel it is about, one of the purchase it is about, or
// one with its lines.
//
// A parcel whose pieces nobody knows is taken to carry them: it is safer to think of a parcel too many
// when something must be stopped than of one too few.
func (w *work) carries(p *recourse.Parcel, c *recourse.Case) bool {
	if c.Parcel != "" {
		return p.ID == c.Parcel
	}
	if c.Purchase != "" && p.Purchase != c.Purchase {
		return false
	}
	lines := w.linesOfParcel(p)
	return len(lines) == 0 || recourse.Overlap(lines, c.Lines)
}

// parcelOf is the parcel of a case's pieces, the one with the newest sign of life when there are several; nil
// when none is known.
func (w *work) parcelOf(c *recourse.Case) *recourse.Parcel {
	var out *recourse.Parcel
	for i := range w.f.Parcels {
		p := &w.f.Parcels[i]
		if w.carries(p, c) && (out == nil || p.ScannedAt.After(out.ScannedAt)) {
			out = p
		}
	}
	return out
}

// deliveredDays is how many whole days ago the case's parcel was delivered to the buyer, -1 when it was not.
func (w *work) deliveredDays(c *recourse.Case) int {
	p := w.parcelOf(c)
	if p == nil || !w.delivered(p) {
		return -1
	}
	return int(w.at.Sub(p.StatusAt) / (24 * time.Hour))
}

func (w *work) shipped(c *recourse.Case) bool {
	for i := range w.f.Parcels {
		if p := &w.f.Parcels[i]; !p.ShippedAt.IsZero() && w.carries(p, c) {
			return true
		}
	}
	return false
}

// purchased says whether a purchase is to bring the case's pieces.
func (w *work) purchased(c *recourse.Case) bool {
	for i := range w.f.Purchases {
		p := &w.f.Purchases[i]
		if c.Purchase != "" && p.ID != c.Purchase {
			continue
		}
		lines := w.linesOfPurchase(p)
		if len(p.Failed) > 0 {
			lines = recourse.Without(lines, p.Failed)
		}
		if recourse.Overlap(lines, c.Lines) {
			return true
		}
	}
	return false
}

// legOf is the leg of the parcels that carry the case: international as soon as one crossed the border.
//
// An international mistake cannot be mended, so that one parcel abroad decides for the case. A parcel
// that no scan has told a leg of has that of its purchase.
func (w *work) legOf(c *recourse.Case) recourse.Leg {
	var leg recourse.Leg
	for i := range w.f.Parcels {
		p := &w.f.Parcels[i]
		if !w.carries(p, c) {
			continue
		}
		at := p.Leg
		if at == "" {
			if purchase := w.f.Purchase(p.Purchase); purchase != nil {
				at = purchase.Leg
			}
		}
		if leg == "" || at == recourse.International {
			leg = at
		}
	}
	return leg
}

// route says whether the goods go to the country that they are shipped from.
func (w *work) route(c *recourse.Case) recourse.Leg {
	p := w.f.Purchase(c.Purchase)
	if p == nil {
		if parcel := w.parcelOf(c); parcel != nil {
			p = w.f.Purchase(parcel.Purchase)
		}
	}
	if p == nil {
		return ""
	}
	return w.routeOf(p)
}

func (w *work) routeOf(p *recourse.Purchase) recourse.Leg {
	to := w.f.Order.ShipTo
	switch {
	case p.ShipFrom == "" || to == nil || to.Country == "":
		return ""
	case p.ShipFrom == to.Country:
		return recourse.Domestic
	}
	return recourse.International
}

// delivered says whether a parcel has reached the buyer. On a domestic leg of an international way, delivered
// means arrived at the warehouse.
func (w *work) delivered(p *recourse.Parcel) bool {
	if p.Status != recourse.Delivered {
		return false
	}
	if p.Leg != recourse.Domestic {
		return true
	}
	purchase := w.f.Purchase(p.Purchase)
	return purchase != nil && w.routeOf(purchase) == recourse.Domestic
}

func (w *work) ended(p *recourse.Parcel) bool {
	return p.Status == recourse.Returned || p.Status == recourse.Lost || w.delivered(p)
}

// awaited says whether the buyer still waits for a parcel: it was not stopped, its goods have not gone on from the
// warehouse under another number, and some of them are not paid back.
//
// Whoever was paid back is not kept up to date about a parcel, and nobody opens a case about one that
// was stopped on purpose. An interception that failed lets it count as awaited again.
func (w *work) awaited(p *recourse.Parcel) bool {
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		stopped := c.Interception == recourse.InterceptionAsked || c.Interception == recourse.InterceptionSucceeded
		if stopped && w.carries(p, c) {
			return false
		}
	}
	for _, l := range w.notGoneOn(p) {
		if line := w.f.Order.Line(l.Line); line == nil || w.gone(l.Line) < line.Quantity {
			return true
		}
	}
	return false
}

// gone is how many pieces of a line are paid back for good, or about to be; money that a bank only holds is not.
func (w *work) gone(line int) int {
	n := 0
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Status.Active() && (!r.Disputed || r.Status == recourse.RefundDone) {
			n += recourse.Count(r.Lines, line)
		}
	}
	return n
}

// notGoneOn are a parcel's pieces, less those that left the warehouse in a later parcel.
func (w *work) notGoneOn(p *recourse.Parcel) []recourse.Pieces {
	lines := w.linesOfParcel(p)
	if p.Status != recourse.Delivered || w.delivered(p) {
		return lines
	}
	for i := range w.f.Parcels {
		if q := &w.f.Parcels[i]; q.ID != p.ID && q.ShippedAt.After(p.ShippedAt) {
			lines = recourse.Without(lines, w.linesOfParcel(q))
		}
	}
	return lines
}

// contested says whether a problem with a parcel's goods is open for which no claim was filed yet.
func (w *work) contested(p *recourse.Parcel) bool {
	for i := range w.f.Cases {
		if w.contests(w.f.Cases[i], p) {
			return true
		}
	}
	return false
}

// contests says whether a case is about a problem with a parcel's goods for which no claim was filed yet.
func (w *work) contests(c *recourse.Case, p *recourse.Parcel) bool {
	return c.Status == recourse.Open && c.Problem && orNone(c.Claim) == recourse.ClaimNone && w.carries(p, c) && !w.recovering(c)
}

// recovering says whether the merchant's money for a case was asked back.
func (w *work) recovering(c *recourse.Case) bool {
	for i := range w.f.Recoveries {
		if r := &w.f.Recoveries[i]; r.Case == c.ID && r.Status != recourse.RecoveryWithdrawn {
			return true
		}
	}
	return false
}

// linesOfPurchase are a purchase's pieces; all of the order's when it was placed without saying which.
//
// Most merchants buy an order in one go and tell no lines. To take that as nothing would leave the
// buyer's pieces without anyone who waits for them.
func (w *work) linesOfPurchase(p *recourse.Purchase) []recourse.Pieces {
	if len(p.Lines) > 0 {
		return p.Lines
	}
	return w.allLines()
}

// linesOfParcel are a parcel's pieces; its purchase's when it was shipped without saying which.
func (w *work) linesOfParcel(p *recourse.Parcel) []recourse.Pieces {
	if len(p.Lines) > 0 {
		return p.Lines
	}
	purchase := w.f.Purchase(p.Purchase)
	if purchase == nil {
		return w.allLines()
	}
	lines := w.linesOfPurchase(purchase)
	if len(purchase.Failed) > 0 {
		if left := recourse.Without(lines, purchase.Failed); left != nil {
			return left // what failed is not what was shipped, unless all of it failed
		}
	}
	return lines
}

func (w *work) allLines() []recourse.Pieces {
	out := make([]recourse.Pieces, len(w.f.Order.Lines))
	for i, l := range w.f.Order.Lines {
		out[i] = recourse.Pieces{Line: l.Line, Quantity: l.Quantity}
	}
	return out
}
