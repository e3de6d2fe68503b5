package playbook

import (
	"slices"

	"recourse"
)

// The money of a case, as an exploration follows it. A refund is requested by an act and from then on lives a life of
// its own; a sending is ordered by an act and done when the goods are bought or shipped. The guard that is modelled is
// package decide's, for one case alone: that two cases never pay for the same piece is for it to see to, no check can.
// Money that leaves without us is not modelled either: it would make a finding of every second sending there is.

// refundNews are the events by which a refund moves on by itself, and the statuses that such news can find it in. They
// may come at any moment: a person approves when they like, a bank answers when it likes.
var refundNews = []struct {
	event recourse.EventType
	from  []recourse.RefundStatus
	to    recourse.RefundStatus
}{
	{recourse.RefundSentNow, []recourse.RefundStatus{recourse.RefundRequested}, recourse.RefundSent},
	{recourse.RefundSucceeded, []recourse.RefundStatus{recourse.RefundRequested, recourse.RefundSent}, recourse.RefundDone},
	{recourse.RefundFailedNow, []recourse.RefundStatus{recourse.RefundRequested, recourse.RefundSent, recourse.RefundDone}, recourse.RefundFailed},
	{recourse.RefundRejectedNow, []recourse.RefundStatus{recourse.RefundRequested}, recourse.RefundRejected},
	{recourse.RefundWithdrawnNow, []recourse.RefundStatus{recourse.RefundRequested}, recourse.RefundWithdrawn},
}

// isNews says that an event is news of a refund.
func isNews(t recourse.EventType) bool {
	for _, r := range refundNews {
		if r.event == t {
			return true
		}
	}
	return false
}

// news lets the refund move on by itself. The fact changes even where the state takes no notice: that is how a
// playbook comes to send what was paid back meanwhile.
//
// Money that a bank holds in a dispute is not moved by these: it comes back or is gone with the bank's decision.
func (x *explorer) news(i int, n node, p *plan) {
	for _, r := range refundNews {
		if n.held || !slices.Contains(r.from, n.refund) {
			continue
		}
		after := n
		after.refund = r.to
		k := slices.IndexFunc(p.events, func(m menu) bool { return m.event == r.event })
		if k < 0 || x.options(i, after, p.events[k].list, string(r.event)) {
			x.reach(after, i, string(r.event))
		}
	}
}

// event lets any other event arrive. What it means for the money is known once the state takes it; that a dispute was
// decided, before.
//
// Where the money is followed, news of a refund is left to news, which knows when it can come. Where it is not, any
// event may come at any time.
func (x *explorer) event(i int, n node, m menu) {
	if x.money && (isNews(m.event) || !n.awaits(m.event)) {
		return
	}
	can, _ := x.first(x.world(&n), m.list)
	after := n.told(m.event)
	for k, t := range m.list {
		if can[k] {
			x.take(i, after, t, string(m.event))
		}
	}
}

// awaits says whether such an event can be for the case: a replacement ships where one was ordered.
func (n *node) awaits(t recourse.EventType) bool {
	return t != recourse.ReplacementShipped || n.resend && n.sent == "ordered"
}

// told is the node once its state takes an event.
//
// A purchase that is placed fills a second sending that was ordered. Whether it really is for the case's lines is not
// asked here, and if it is not, the node that still waits is reached by another way.
func (n node) told(t recourse.EventType) node {
	n.anchors |= happens(t)
	switch {
	case (t == recourse.ReplacementShipped || t == recourse.PurchasePlacedEvent) && n.sent == "ordered":
		n.sent = "done"
	case t == recourse.DisputeWon && n.held:
		n.held, n.refund = false, recourse.RefundWithdrawn
	case t == recourse.DisputeLost && n.held:
		n.held, n.refund = false, recourse.RefundDone
	}
	return n
}

// sends are the acts by which goods go to the buyer a second time.
var sends = map[recourse.EffectKind]bool{recourse.EffectReorder: true, recourse.EffectReplacement: true, recourse.EffectAdjust: true}

// do carries out acts, as the interpreter's guard looks at them. Where the money is followed it stops at one that would
// pay back what is sent again, or send again what is paid back (sent). A sending that the same acts take back still
// counts: the guard looks before anything is done.
//
// The acts of a way and of the state it enters are looked at together and in order, so that [withdraw_refund,
// replacement] passes as long as the refund was only requested.
func (x *explorer) do(n node, acts []*Action) (after node, refused, sent bool) {
	before := n.sent
	for _, a := range acts {
		if x.money && a.Verb == recourse.EffectRefund && (n.sent != "none" || before != "none") {
			return n, true, false
		}
		if x.money && sends[a.Verb] && n.refund.Active() {
			return n, true, true
		}
		n.did(a.Verb)
	}
	return n, false, false
}

// did notes what an act means for a case's money, goods and anchors.
func (n *node) did(verb recourse.EffectKind) {
	switch {
	case verb == recourse.EffectClaim:
		n.anchors |= anchorBit(FromClaim)
	case verb == recourse.EffectRefund:
		if !n.refund.Active() {
			n.refund = recourse.RefundRequested
		}
	case verb == recourse.EffectWithdrawRefund && n.refund == recourse.RefundRequested:
		n.refund = recourse.RefundWithdrawn // what was sent is not taken back
	case verb == recourse.EffectWithdrawReplacement && n.sent == "ordered":
		n.sent, n.resend = "none", false
	case sends[verb]:
		n.sent, n.resend = "ordered", verb == recourse.EffectReplacement
	}
}
