package recourse

import (
	"strings"
	"time"
)

// RefundStatus says how money to the buyer stands.
//
// The way is requested, sent, done. A person's approval moves the first on, or the playbook's
// setting where it agrees beforehand; the payment provider's answer moves the second on.
//
// The other three are the ways out. Rejected and withdrawn come from the house while nothing has
// left it; failed comes from the provider. Money that left all the same is marked Outside; who wants the money to flow
// after all requests a new refund.
type RefundStatus string

const (
	// RefundRequested: decided, and waiting for a person's approval or for its turn to be sent. It can still
	// be withdrawn: nothing has left the house.
	RefundRequested RefundStatus = "requested"
	// RefundSent: the payment provider was told. It can no longer be taken back.
	RefundSent RefundStatus = "sent"
	// RefundDone: the buyer has the money. Final.
	RefundDone RefundStatus = "done"
	// RefundFailed: the provider refused, nothing left. A person is asked what to do; a new one may be requested.
	RefundFailed RefundStatus = "failed"
	// RefundRejected: the approver said no, nothing left. A person is asked what to do instead.
	RefundRejected RefundStatus = "rejected"
	// RefundWithdrawn: taken back before it was sent, by a remedy chosen instead or by a person. Final.
	RefundWithdrawn RefundStatus = "withdrawn"
)

// Active says that the money has left or may yet leave: the pieces count as paid for.
//
// The sum of the active refunds of a line is what may never exceed what was paid for it, over all
// cases of the order.
func (s RefundStatus) Active() bool {
	return s == RefundRequested || s == RefundSent || s == RefundDone
}

// Refund is money from the merchant to the buyer, on the buyer's side of the ledger.
//
// Money can leave without us, through the shop's own pages or by a bank's decision. It stands here
// all the same, since the same pieces must not be paid for twice.
type Refund struct {
	ID    string   `json:"refund"`         // id of the effect; for money that left without us, of the event
	Case  string   `json:"case,omitempty"` // "": made outside, no case asked for it
	Lines []Pieces `json:"lines"`          // the pieces it pays for
	// Shares are what each entry of Lines gets of the amount, shipping left out.
	Shares   []Money      `json:"shares,omitempty"`
	Amount   Money        `json:"amount"`
	Shipping Money        `json:"shipping,omitzero"` // the part of the amount that is shipping
	Status   RefundStatus `json:"status"`
	Outside  bool         `json:"outside,omitempty"`  // it left though nobody had asked, or after it was taken back
	Disputed bool         `json:"disputed,omitempty"` // the bank takes it in a dispute: sent while open, done when lost
	At       time.Time    `json:"at"`                 // of the newest change of status
}

// RecoveryStatus says how money back from a supplier or the marketplace stands.
//
// Requested is where each begins, for every purchase that failed: out of stock, oversized, late,
// silent, intercepted, or with a claim that was approved. The agent's answer moves it on to received
// or denied; no timer ends it, since money that is owed does not lapse because nobody answers. Time
// only chases, and only a person writes off.
type RecoveryStatus string

const (
	// RecoveryRequested: the agent was asked; chased on the playbook's rhythm until an answer comes.
	RecoveryRequested RecoveryStatus = "requested"
	// RecoveryReceived: all that was asked for came, or what came was accepted as all. Final.
	RecoveryReceived RecoveryStatus = "received"
	// RecoveryDenied: the supplier or the marketplace said no. Final unless a person asks again.
	RecoveryDenied RecoveryStatus = "denied"
	// RecoveryWrittenOff: a person gave it up. Final.
	RecoveryWrittenOff RecoveryStatus = "written_off"
	// RecoveryWithdrawn: not owed after all: the goods came. Final.
	RecoveryWithdrawn RecoveryStatus = "withdrawn"
)

// Recovery is money from a supplier or the marketplace back to the merchant, on the merchant's side of the
// ledger. It outlives the case that asked for it and runs on a track of its own.
//
// Its currency is that of the purchase, most often CNY, and not that of the sale. What the merchant
// lost in the end is therefore never one number until somebody names a rate.
type Recovery struct {
	ID       string         `json:"recovery"` // id of the effect that asked for it
	Case     string         `json:"case"`
	Purchase string         `json:"purchase"`
	Lines    []Pieces       `json:"lines"`
	Amount   Money          `json:"amount,omitzero"`   // the part of the purchase's cost that is owed; zero: cost not known
	Received Money          `json:"received,omitzero"` // so far
	Status   RecoveryStatus `json:"status"`
	Run
	Quiet   bool      `json:"quiet,omitempty"`
	At      time.Time `json:"at"` // of the newest change of status
	Effects int       `json:"effects,omitempty"`
}

// MoreMark ends the id of money that stands beside a refund or a recovery, behind that one's own id: what left or came beyond
// what was asked for.
const MoreMark = "+"

// Beside says that a refund is money that left beyond what another one, which it gives, had asked for.
func (r *Refund) Beside() (of string, beside bool) { return besideOf(r.ID) }

// Beside says that a recovery is money that came after another one, which it gives, was settled.
func (r *Recovery) Beside() (of string, beside bool) { return besideOf(r.ID) }

func besideOf(id string) (of string, beside bool) {
	of = strings.TrimRight(id, MoreMark)
	return of, of != id
}

// Side is one side of a ledger. The two are never netted silently.
//
// Refunded now and recovered weeks later, or never, is what merchants complain of most. One balance
// over both sides would hide just that.
type Side string

const (
	Owed Side = "owed" // by the merchant to the buyer
	Due  Side = "due"  // from supplier or marketplace to the merchant
)

// Posting is one line of the ledger: what is promised, sent, done or failed on one side, in its own currency.
//
// It is made from refunds and recoveries and holds no fact of its own, so that it cannot contradict
// them.
type Posting struct {
	Side   Side      `json:"side"`
	Ref    string    `json:"ref"` // the refund or the recovery
	Case   string    `json:"case,omitempty"`
	Amount Money     `json:"amount"`
	Status string    `json:"status"` // of the refund or the recovery
	At     time.Time `json:"at"`
}
