package recourse

import "time"

// EffectKind is what kind of act an effect asks for.
type EffectKind string

// The kinds of effect. Everything that changes the world outside is one of these.
//
// A sentence for each: what is wanted, of whom, and what tells that it was done.
//
//   - message: the buyer, the merchant, the supplier or the agent is to read something; news that
//     the playbook will not send unseen is a draft.
//   - refund: money is to go to the buyer. refund.sent and then refund.succeeded or refund.failed
//     answer it.
//   - withdraw_refund: a refund not yet sent is not to be sent, because another remedy was chosen.
//   - recovery: the agent is to get a failed purchase's money back. recovery.received or
//     recovery.denied answers it.
//   - withdraw_recovery: the agent is to stop, since the goods came after all.
//   - source: suppliers with the same or a similar item are wanted. offers.found answers it, an
//     empty list included.
//   - reorder: one of the offers is to be bought. The new purchase.placed shows that it was.
//   - adjust: a person splits the order, takes pieces out or picks another line, within the shipping
//     limits.
//   - correct_address: supplier and agent are to use another address, which is possible before
//     shipment only.
//   - cancel_purchase: the agent is to cancel. purchase.cancelled or purchase.cancel_refused answers
//     it.
//   - claim: the agent is to verify with the marketplace. claim.approved or claim.denied answers it.
//   - intercept: a parcel is to be stopped. interception.succeeded or interception.failed answers
//     it.
//   - replacement: the goods are to go out again. replacement.shipped answers it.
//   - withdraw_replacement: the second sending is not to leave.
//   - ask: a person is to decide by a date. Most often remedy.chosen answers it.
//
// How the carrying out goes is told of every kind alike: effect.approved or effect.rejected, then
// effect.started, then effect.done or effect.failed; in between perhaps effect.postponed, as often as it has to be begun again.
const (
	EffectMessage        EffectKind = "message"         // words to a party; a draft waits for a person to send it
	EffectRefund         EffectKind = "refund"          // money to the buyer, requested
	EffectWithdrawRefund EffectKind = "withdraw_refund" // taken back before it was sent
	EffectRecovery       EffectKind = "recovery"        // the agent is asked to get the merchant's money back
	// EffectWithdrawRecovery tells the agent that the money is not owed after all: the goods came.
	EffectWithdrawRecovery EffectKind = "withdraw_recovery"
	EffectSource           EffectKind = "source"          // other offers are looked for
	EffectReorder          EffectKind = "reorder"         // bought at another supplier
	EffectAdjust           EffectKind = "adjust"          // the order is to be changed to fit the shipping limits
	EffectCorrectAddress   EffectKind = "correct_address" // supplier and agent are told the right one
	EffectCancelPurchase   EffectKind = "cancel_purchase" // the agent is asked to cancel
	EffectClaim            EffectKind = "claim"           // put to the marketplace through the agent
	EffectIntercept        EffectKind = "intercept"       // a parcel is to be stopped on its way
	EffectReplacement      EffectKind = "replacement"     // the goods are sent again
	// EffectWithdrawReplacement takes back a second sending that has not left: the first parcel was found.
	EffectWithdrawReplacement EffectKind = "withdraw_replacement"
	EffectAsk                 EffectKind = "ask" // a person is asked
)

// Approval says whether a person must agree before an effect is carried out.
//
// It starts as needed or given when the effect is decided; who may turn the one into the other is a
// matter of roles, and those are no business of a decision.
type Approval string

const (
	ApprovalNeeded Approval = "needed" // waits for a person
	ApprovalGiven  Approval = "given"  // may go at once: the playbook's settings agree beforehand
)

// Effect is an act that was decided and is to be carried out once. It is data: saved with the decision,
// before anything leaves the house. The fields that its kind does not use are empty.
type Effect struct {
	// ID is the case's (or the recovery's, or the order's) with a number: the same decision always gives the
	// same id, so that it is also the key by which the act happens only once.
	ID        string     `json:"id"`
	Kind      EffectKind `json:"kind"`
	Case      string     `json:"case,omitempty"`
	Step      int        `json:"step"` // of the case's run; a message not yet sent that a later step has overtaken is dropped
	At        time.Time  `json:"at"`   // the instant it was decided for
	To        Party      `json:"to,omitempty"`
	Template  string     `json:"template,omitempty"`
	Draft     bool       `json:"draft,omitempty"`
	Amount    Money      `json:"amount,omitzero"`
	Refund    string     `json:"refund,omitempty"` // the refund that is withdrawn
	Purchase  string     `json:"purchase,omitempty"`
	Parcel    string     `json:"parcel,omitempty"`
	Supplier  string     `json:"supplier,omitempty"`
	SKU       string     `json:"sku,omitempty"`
	Lines     []Pieces   `json:"lines,omitempty"`
	Of        Party      `json:"of,omitempty"`
	Question  string     `json:"question,omitempty"`
	Choices   []string   `json:"choices,omitempty"`
	Due       time.Time  `json:"due,omitzero"`
	Approval  Approval   `json:"approval,omitempty"`
	Variables []Arg      `json:"variables,omitempty"` // what the words of a message or a question need
	Why       Why        `json:"why"`
}
