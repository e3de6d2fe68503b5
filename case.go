package recourse

import "time"

// Situation is the kind of trouble a case is about: out_of_stock, customs_hold, … Which there are, what opens
// one and what follows is the playbook's to say; no situation is named in Go.
type Situation string

// CaseStatus says whether a case is still worked on.
//
// There is no third status for a case that waits. Waiting is what an open case does, and its state,
// its timers and its questions say for whom and until when.
type CaseStatus string

const (
	// Open: something is owed to the buyer, or a decision is due. An open case always has a deadline that
	// moves it, or a question that a person must answer by a date.
	Open CaseStatus = "open"
	// Closed: nothing is owed to the buyer any more. A recovery may outlive it, and a fact that is learned
	// later (evidence after the case expired, say) may open it again.
	Closed CaseStatus = "closed"
)

// Outcome is how a case ended.
//
// It is what the reports count by, and what the buyer's page says last. An open case has none.
type Outcome string

// The outcomes.
const (
	OutcomeRefunded    Outcome = "refunded"     // the buyer has the money back
	OutcomeReplaced    Outcome = "replaced"     // the goods were sent again
	OutcomeReordered   Outcome = "reordered"    // bought at another supplier
	OutcomeAdjusted    Outcome = "adjusted"     // changed to fit the shipping limits
	OutcomeShipped     Outcome = "shipped"      // the late purchase shipped after all
	OutcomeReleased    Outcome = "released"     // customs let go
	OutcomeCorrected   Outcome = "corrected"    // the address was put right before shipment
	OutcomeDelivered   Outcome = "delivered"    // it arrived
	OutcomeNotPossible Outcome = "not_possible" // nothing can be done; the buyer was told what remains
	OutcomeDenied      Outcome = "denied"       // the claim was denied, and the merchant left it there
	OutcomeWithdrawn   Outcome = "withdrawn"    // taken back by who reported it
	OutcomeExpired     Outcome = "expired"      // nobody answered in time
	OutcomeWon         Outcome = "won"          // the bank decided the dispute for the merchant
	OutcomeLost        Outcome = "lost"         // the bank took the money
)

// Outcomes lists every outcome that a playbook may name.
var Outcomes = []Outcome{
	OutcomeRefunded, OutcomeReplaced, OutcomeReordered, OutcomeAdjusted, OutcomeShipped, OutcomeReleased, OutcomeCorrected,
	OutcomeDelivered, OutcomeNotPossible, OutcomeDenied, OutcomeWithdrawn, OutcomeExpired, OutcomeWon, OutcomeLost,
}

// Party is one of those involved.
//
// The marketplace is none of them: it is reached through the agent, who carries the claim there and
// the verdict back.
type Party string

// The parties.
const (
	PartyBuyer    Party = "buyer"
	PartyMerchant Party = "merchant"
	PartySupplier Party = "supplier"
	PartyAgent    Party = "agent"
	PartyCarrier  Party = "carrier"
)

// Remedy is what is chosen to put a trouble right.
//
// Who chooses is the playbook's to say: the merchant as a rule, the buyer where a setting hands the
// choice over. A remedy chosen before the verdict of a claim is noted and does nothing.
type Remedy string

// The remedies that a person may choose.
const (
	RemedyRefund      Remedy = "refund"      // money to the buyer
	RemedyReplacement Remedy = "replacement" // the goods sent again
	RemedyReorder     Remedy = "reorder"     // a new purchase at another supplier
	RemedyAdjustment  Remedy = "adjustment"  // the order changed to fit the shipping limits
	RemedyResend      Remedy = "resend"      // the intercepted goods to the right address
	RemedyAppeal      Remedy = "appeal"      // a denied claim put again with new evidence
	RemedyClose       Remedy = "close"       // leave it there
)

// Remedies lists every remedy.
var Remedies = []Remedy{RemedyRefund, RemedyReplacement, RemedyReorder, RemedyAdjustment, RemedyResend, RemedyAppeal, RemedyClose}

// Run is a position in a playbook: of a case on its path, or of a recovery on its track.
//
// It is pinned to one playbook by its hash, so that a policy changed today does not pull a case that
// began under another one into a state which that one did not have.
//
// Step only grows. It tells a message decided in this state from one that a later step has
// overtaken, and so what may still be sent after downtime.
type Run struct {
	Playbook  string     `json:"playbook"`        // hash of the playbook that it is pinned to
	State     string     `json:"state"`           // path.state
	EnteredAt time.Time  `json:"entered_at"`      // when the state was entered
	PathAt    time.Time  `json:"path_at"`         // when the path was entered
	Step      int        `json:"step"`            // states entered so far
	Fired     []Firing   `json:"fired,omitempty"` // the present state's timers that have acted
	Asks      []Question `json:"asks,omitempty"`  // open questions to persons, oldest first
}

// Firing remembers that a timer acted.
//
// A timer that repeats, such as the reminder of a customs hold, counts its next instant from here;
// one that acts once is thereby known to have acted.
type Firing struct {
	Timer int       `json:"timer"` // its place among the state's timers
	At    time.Time `json:"at"`    // the instant for which it acted last
}

// Question is what a person was asked and has not answered yet.
//
// It belongs to the state that put it, and the date keeps a case from waiting for a person for ever.
type Question struct {
	Effect   string    `json:"effect"` // id of the ask effect
	Of       Party     `json:"of"`
	Question string    `json:"question"`          // its name in the playbook
	Choices  []string  `json:"choices,omitempty"` // remedies, or other answers
	Due      time.Time `json:"due"`               // by when; what happens then is the state's timers' to say
}

// ClaimStatus says how a claim stands.
//
// A claim is what we ask of marketplace, supplier or carrier; what a buyer reports is a problem, and
// what a bank opens against the merchant is a dispute.
//
//   - none becomes filed when the playbook's step puts the claim, as a rule once the evidence is
//     there.
//   - filed is moved on by the agent's verdict alone. Time does not decide it: after the thirty
//     business days in China the agent is chased and the merchant warned.
//   - approved leads to the remedy, which is due within fifteen further business days.
//   - denied leaves the merchant three ways: goodwill, an appeal with new evidence, or the end. An
//     appeal files it again.
type ClaimStatus string

const (
	ClaimNone     ClaimStatus = "none"     // nothing was filed
	ClaimFiled    ClaimStatus = "filed"    // with the marketplace, through the agent; a verdict is awaited
	ClaimApproved ClaimStatus = "approved" // the remedy is owed within claim.resolve_within
	ClaimDenied   ClaimStatus = "denied"   // the merchant decides what remains
)

// Interception says how stopping a parcel stands.
//
// It is asked for on a domestic leg only. The agent's answer moves it on; without one it is asked
// again after three days and given up after seven, by the default settings, which counts as failed.
// Only success lets the refund of a cancelled order go on.
type Interception string

const (
	InterceptionNone      Interception = "none"
	InterceptionAsked     Interception = "asked"     // of the agent; asked again, then given up
	InterceptionSucceeded Interception = "succeeded" // the goods are coming back
	InterceptionFailed    Interception = "failed"    // they are not, or nobody answered in time
)

// Case is one trouble of some lines of one order, from detection to outcome. Its situation may change on the
// way (late becomes out of stock), and its history says why.
type Case struct {
	ID        string     `json:"case"` // order/n, counted from 1 in order of opening
	Situation Situation  `json:"situation"`
	Status    CaseStatus `json:"status"`
	Outcome   Outcome    `json:"outcome,omitempty"` // when closed
	Run
	Lines    []Pieces  `json:"lines"`
	Purchase string    `json:"purchase,omitempty"` // the purchase it is about, when it is about one
	Parcel   string    `json:"parcel,omitempty"`   // the parcel it is about, when it is about one
	OpenedAt time.Time `json:"opened_at"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
	// Opener is the situation whose watch opened it and Anchor the instant that the watch counted from, so
	// that the same watch does not open it again. Anchor is zero for a case that an event opened.
	Opener Situation `json:"opener"`
	Anchor time.Time `json:"anchor,omitzero"`
	// Quiet marks a case found while taking stock of the past: it moves as history, and neither sends nor asks
	// anything until a fresh fact touches it.
	Quiet bool `json:"quiet,omitempty"`

	Problem      bool         `json:"problem,omitempty"`      // a buyer reported it: goods wrong, missing or damaged
	ByBuyer      bool         `json:"by_buyer,omitempty"`     // the buyer asked for it: a problem, a cancellation, a return
	Evidence     int          `json:"evidence,omitempty"`     // pieces of evidence received
	NewEvidence  int          `json:"new_evidence,omitempty"` // of them, since the last claim was filed
	Claim        ClaimStatus  `json:"claim,omitempty"`
	ClaimAt      time.Time    `json:"claim_at,omitzero"`   // filed
	VerdictAt    time.Time    `json:"verdict_at,omitzero"` // answered
	Searching    bool         `json:"searching,omitempty"` // other offers were asked for and have not come
	Searched     bool         `json:"searched,omitempty"`  // an answer came, or the time for it is over
	Offers       []Offer      `json:"offers,omitempty"`    // the newest answer
	Interception Interception `json:"interception,omitempty"`
	SentAgain    SentAgain    `json:"sent_again,omitzero"`
	Confirmed    bool         `json:"confirmed,omitempty"` // a person with the right confirmed: refunded and sent again
	EventDue     time.Time    `json:"event_due,omitzero"`  // the date that the opening event set (a dispute's)
	Effects      int          `json:"effects,omitempty"`   // effects decided so far; numbers the next

	// What people of the merchant keep beside the case. No playbook looks at it.
	Assignee     string    `json:"assignee,omitempty"`     // who looks after it: the name that stands in the history
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"` // not to be shown among those to work on until then
	Unread       int       `json:"unread,omitempty"`       // messages that came in or came back since somebody wrote or said that they were read
}

// SentAgain is the remedy by which goods go to the buyer a second time.
//
// The double-loss guard reads it: pieces that are sent again are not refunded as well, unless a
// person with the right has confirmed it. A remedy that was decided and is not done can still be
// taken back.
type SentAgain struct {
	Remedy Remedy    `json:"remedy,omitempty"` // reorder, replacement or adjustment; "": none
	At     time.Time `json:"at,omitzero"`      // decided
	Done   bool      `json:"done,omitempty"`   // bought or shipped
	Parcel string    `json:"parcel,omitempty"` // of a replacement
}
