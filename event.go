package recourse

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"
)

// EventType names a kind of fact.
type EventType string

// The events. What each carries is in eventFields.
//
// A sentence for each: who says so, and what it means.
//
//   - order.placed: the shop; a buyer bought these lines. The address is checked here, before
//     anything is bought.
//   - order.cancel_requested: the buyer, or the shop for them; they no longer want the goods.
//   - order.address_wrong: the buyer, the merchant or the check of addresses; it cannot be delivered
//     where it was to go.
//   - order.address_corrected: whoever knows the right address; it holds from now on.
//   - purchase.placed: the agent or the merchant; the lines were bought at a supplier.
//   - purchase.out_of_stock: the supplier or the agent; some or all pieces will not come.
//   - purchase.oversized: the agent; the goods are too big or too heavy for the shipping line.
//   - purchase.cancelled: the supplier or the agent; it is out of stock where nobody had asked for
//     it.
//   - purchase.cancel_refused: the agent; the purchase goes on, and its parcel is treated as any
//     other.
//   - supplier.contacted: whoever wrote; a question that wants an answer was put.
//   - supplier.replied: the supplier; every question until then is answered, whatever the answer
//     says.
//   - parcel.shipped: the agent, the supplier or tracking; a parcel was handed over.
//   - parcel.scanned: the carrier, by tracking; one checkpoint, which may arrive late and out of
//     order.
//   - problem.reported: the buyer; goods are wrong, missing or damaged, or whatever the playbook
//     knows beside.
//   - problem.withdrawn: who reported it; there is no problem any more.
//   - evidence.received: the buyer; a photo or a video, on which a claim can rest.
//   - claim.approved, claim.denied: the marketplace, through the agent; the verdict.
//   - interception.succeeded, interception.failed: the carrier, through the agent; the parcel comes
//     back or does not.
//   - offers.found: the search; these listings could fill the lines, and none is an answer, too.
//   - remedy.chosen: the merchant, or the buyer where they were asked; By says which.
//   - refund.sent, refund.succeeded, refund.failed: the payment provider; how far the money came.
//   - refund.rejected: the approver; this money is not to leave.
//   - refund.withdrawn: a person; the request is taken back before it was sent.
//   - recovery.received: the agent; money came back, all of it or a part.
//   - recovery.denied: the supplier or the marketplace; it will not come.
//   - recovery.written_off: a person of the merchant; nobody chases it any longer.
//   - replacement.shipped: whoever sent it; the goods are on their way a second time.
//   - return.requested: the buyer; they want to send goods back.
//   - return.received: the merchant; the goods are there.
//   - dispute.opened: the bank; the buyer disputes the payment, and an answer is due by a date.
//   - dispute.won, dispute.lost: the bank; the money stays with the merchant, or is gone.
//   - claim_window.set: the desk, from the table of windows, or whoever knows better; until when a claim about the goods of a
//     purchase can be filed. What is told last holds.
//   - effect.approved, effect.rejected: the approver; an act that was decided may be carried out, or
//     is not to be.
//   - effect.recalled: the approver; an approval is taken back, or words of one's own that were to go out, before
//     anybody began to carry it out.
//   - effect.started: whoever carries it out; the peer has been told, and it can no longer be taken
//     back.
//   - effect.done, effect.failed: whoever carries it out; it happened, or it did not and left nothing
//     behind.
//   - effect.postponed: whoever carries it out; the peer was asked, nothing happened, and it is tried again later. Until
//     then it can be taken back as if nobody had begun.
//   - effect.unknown: the desk; whoever had begun did not say in time how it ended.
//   - message.received: the buyer, or whoever else wrote; words that came in for a case.
//   - message.written: a person of the merchant; words of their own are to go out, and an act is
//     decided that sends them.
//   - message.read: a person of the merchant; what came in was read and needs no answer.
//   - message.bounced: the mail server of whoever was written to; a letter that had left did not
//     arrive, and somebody has to look for another way.
//   - case.assigned: a person of the merchant; who looks after the case from now on, or nobody.
//   - case.noted: a person of the merchant; words for colleagues, which never leave the house.
//   - case.snoozed: a person of the merchant; the case is not shown among those to work on until
//     then, or until something happens to it. Its deadlines act all the same.
const (
	OrderPlaced           EventType = "order.placed"
	OrderCancelRequested  EventType = "order.cancel_requested"
	OrderAddressWrong     EventType = "order.address_wrong"
	OrderAddressCorrected EventType = "order.address_corrected"
	PurchasePlacedEvent   EventType = "purchase.placed"
	PurchaseOutOfStockNow EventType = "purchase.out_of_stock"
	PurchaseOversizedNow  EventType = "purchase.oversized"
	PurchaseCancelledNow  EventType = "purchase.cancelled"
	PurchaseCancelRefused EventType = "purchase.cancel_refused"
	SupplierContacted     EventType = "supplier.contacted"
	SupplierReplied       EventType = "supplier.replied"
	ParcelShipped         EventType = "parcel.shipped"
	ParcelScanned         EventType = "parcel.scanned"
	ProblemReported       EventType = "problem.reported"
	ProblemWithdrawn      EventType = "problem.withdrawn"
	EvidenceReceived      EventType = "evidence.received"
	ClaimApprovedNow      EventType = "claim.approved"
	ClaimDeniedNow        EventType = "claim.denied"
	InterceptionDone      EventType = "interception.succeeded"
	InterceptionRefused   EventType = "interception.failed"
	OffersFound           EventType = "offers.found"
	RemedyChosen          EventType = "remedy.chosen"
	RefundSentNow         EventType = "refund.sent"
	RefundSucceeded       EventType = "refund.succeeded"
	RefundFailedNow       EventType = "refund.failed"
	RefundRejectedNow     EventType = "refund.rejected"
	RefundWithdrawnNow    EventType = "refund.withdrawn"
	RecoveryReceivedNow   EventType = "recovery.received"
	RecoveryDeniedNow     EventType = "recovery.denied"
	RecoveryWrittenOffNow EventType = "recovery.written_off"
	ReplacementShipped    EventType = "replacement.shipped"
	ReturnRequested       EventType = "return.requested"
	ReturnReceived        EventType = "return.received"
	DisputeOpened         EventType = "dispute.opened"
	DisputeWon            EventType = "dispute.won"
	DisputeLost           EventType = "dispute.lost"
	ClaimWindowSet        EventType = "claim_window.set"
	EffectApproved        EventType = "effect.approved"
	EffectRejected        EventType = "effect.rejected"
	EffectRecalled        EventType = "effect.recalled"
	EffectStarted         EventType = "effect.started"
	EffectDone            EventType = "effect.done"
	EffectFailed          EventType = "effect.failed"
	EffectPostponed       EventType = "effect.postponed"
	EffectUnknown         EventType = "effect.unknown"
	MessageReceived       EventType = "message.received"
	MessageWritten        EventType = "message.written"
	MessageRead           EventType = "message.read"
	MessageBounced        EventType = "message.bounced"
	CaseAssigned          EventType = "case.assigned"
	CaseNoted             EventType = "case.noted"
	CaseSnoozed           EventType = "case.snoozed"
)

// OfEffect says that an event tells what became of an act that was decided, whatever the act.
//
// Such news says nothing of the goods or the trouble, which is why no playbook waits for it. Of a
// refund it means what the refund's own news means; of any other act it is kept for the history.
func (t EventType) OfEffect() bool { return strings.HasPrefix(string(t), "effect.") }

// OfDesk says that an event tells what people write to each other about a case and how they divide the work.
//
// It says nothing of the goods or the trouble either: no playbook waits for it, and it is taken in by one rule for all
// situations.
func (t EventType) OfDesk() bool {
	return strings.HasPrefix(string(t), "message.") || strings.HasPrefix(string(t), "case.")
}

// Event is a fact that arrived: an order, a scan, a supplier's answer, a buyer's photo, a verdict, a person's
// choice. The same source and id twice is the same fact and changes nothing.
//
// Time is that of the fact and not of its arrival: carriers report hours later and files are read in
// any order, and the newest checkpoint is the newest by its own time.
type Event struct {
	Source string    `json:"source,omitempty"` // who says so; with ID the identity of the fact
	ID     string    `json:"id,omitempty"`     // "": a fact without identity, never taken for a duplicate
	Type   EventType `json:"type"`
	Time   time.Time `json:"time,omitzero"` // when it happened; zero: when it arrived
	Data   `json:"data"`
}

// Data is what an event tells. Each type uses some of the fields; Check says which and what is missing.
type Data struct {
	// What it is about. An order is always found, by number or through its purchase or parcel; the others are
	// named when known.
	Order    string `json:"order,omitempty"`
	Purchase string `json:"purchase,omitempty"`
	Parcel   string `json:"parcel,omitempty"`
	Case     string `json:"case,omitempty"`
	Effect   string `json:"effect,omitempty"` // the effect that it answers
	// Lines are the lines it is about, or some of their pieces; none: all that can be meant.
	Lines []Pieces `json:"lines,omitempty"`

	// An order's.
	Channel  string   `json:"channel,omitempty"`
	Buyer    *Buyer   `json:"buyer,omitempty"`
	ShipTo   *Address `json:"ship_to,omitempty"`
	Items    []Line   `json:"items,omitempty"` // in the "lines" of order.placed
	Paid     Money    `json:"paid,omitzero"`
	Shipping Money    `json:"shipping,omitzero"`
	Discount Money    `json:"discount,omitzero"`
	Tax      Money    `json:"tax,omitzero"`
	Ref      string   `json:"ref,omitempty"`     // the shop's own id of the order, or of the parcel; of news of money, another id of its payment
	Payment  *Payment `json:"payment,omitempty"` // what a refund names; of news of money, the payment that it is about
	// Faults are what a look at the address found that cannot be right, as codes of the room sourcing/address. The desk writes
	// them when the event comes in; nobody else can tell them.
	Faults []string `json:"faults,omitempty"`
	// UpdatedAt is when the shop changed the order last: one told with an earlier instant than is known changes nothing.
	UpdatedAt time.Time `json:"updated_at,omitzero"`

	// A purchase's and a parcel's.
	Supplier string       `json:"supplier,omitempty"`
	Cost     Money        `json:"cost,omitzero"`
	ShipBy   time.Time    `json:"ship_by,omitzero"`
	ShipFrom string       `json:"ship_from,omitempty"`
	Leg      Leg          `json:"leg,omitempty"`
	Carrier  string       `json:"carrier,omitempty"`
	Tracking string       `json:"tracking,omitempty"`
	Status   ParcelStatus `json:"status,omitempty"`
	Place    string       `json:"place,omitempty"`
	Customs  *Customs     `json:"customs,omitempty"`
	// Windows are the claim windows of a purchase, all of them: an empty list takes them away.
	Windows []ClaimWindow `json:"windows,omitempty"`

	// What people and systems answer.
	Text      string    `json:"text,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Problem   string    `json:"problem,omitempty"`
	Kind      string    `json:"kind,omitempty"`     // of evidence: photo, video
	File      string    `json:"file,omitempty"`     // of evidence: the SHA-256 of its content, hex, as the evidence room knows it
	To        Party     `json:"to,omitempty"`       // who is to read a message
	Person    string    `json:"person,omitempty"`   // of the merchant: who looks after a case; "": nobody
	Mentions  []string  `json:"mentions,omitempty"` // persons of the merchant whom a note calls
	Offers    []Offer   `json:"offers,omitempty"`
	Remedy    Remedy    `json:"remedy,omitempty"`
	SKU       string    `json:"sku,omitempty"` // of the offer that is chosen, as its supplier has it
	By        Party     `json:"by,omitempty"`
	Confirmed bool      `json:"confirmed,omitempty"` // the double-loss guard's confirmation
	Amount    Money     `json:"amount,omitzero"`
	Due       time.Time `json:"due,omitzero"` // a dispute's answer is due
}

// EventKey identifies an event: the first eight bytes of the SHA-256 of its source and id. Two events of one
// order share a key by chance once in 10^17 orders of a hundred events each.
type EventKey uint64

// Key is the event's identity; 0 for an event without an id.
func (e *Event) Key() EventKey {
	if e.ID == "" {
		return 0
	}
	var room [128]byte
	b := append(room[:0], e.Source...)
	b = append(b, 0)
	b = append(b, e.ID...)
	sum := sha256.Sum256(b)
	return EventKey(max(1, binary.BigEndian.Uint64(sum[:8])))
}

// eventFields says which fields each type of event carries beside order, case, effect: those before the bar must
// be there. It is the table of the contract.
var eventFields = map[EventType]string{
	OrderPlaced:           "order lines | channel buyer ship_to paid shipping discount tax ref payment updated_at",
	OrderCancelRequested:  "order | lines reason",
	OrderAddressWrong:     "order | ship_to lines reason",
	OrderAddressCorrected: "order | ship_to",
	PurchasePlacedEvent:   "purchase | supplier lines cost ship_by ship_from leg",
	PurchaseOutOfStockNow: "purchase | lines reason",
	PurchaseOversizedNow:  "purchase | lines reason",
	PurchaseCancelledNow:  "purchase | lines reason",
	PurchaseCancelRefused: "purchase | lines reason",
	SupplierContacted:     "purchase | text",
	SupplierReplied:       "purchase | text",
	ParcelShipped:         "parcel | purchase lines carrier tracking leg ref",
	ParcelScanned:         "parcel status | purchase leg place text customs",
	ProblemReported:       "order problem | lines text",
	ProblemWithdrawn:      "order | lines reason",
	EvidenceReceived:      "order | kind lines text file",
	ClaimApprovedNow:      "order | lines reason",
	ClaimDeniedNow:        "order | lines reason",
	InterceptionDone:      "parcel | reason",
	InterceptionRefused:   "parcel | reason",
	OffersFound:           "order offers | lines",
	RemedyChosen:          "order remedy | lines by confirmed supplier sku reason",
	RefundSentNow:         "order | amount lines reason payment ref",
	RefundSucceeded:       "order | amount lines reason payment ref",
	RefundFailedNow:       "order | amount lines reason payment ref",
	RefundRejectedNow:     "order | amount lines reason",
	RefundWithdrawnNow:    "order | amount lines reason",
	RecoveryReceivedNow:   "purchase | amount lines reason",
	RecoveryDeniedNow:     "purchase | amount lines reason",
	RecoveryWrittenOffNow: "purchase | amount lines reason",
	ReplacementShipped:    "order | parcel lines carrier tracking leg",
	ReturnRequested:       "order | lines amount reason due",
	ReturnReceived:        "order | lines amount reason",
	DisputeOpened:         "order | lines amount reason due payment",
	DisputeWon:            "order | lines amount reason payment",
	DisputeLost:           "order | lines amount reason payment",
	ClaimWindowSet:        "purchase | windows",
	EffectApproved:        "effect | order amount reason text",
	EffectRejected:        "effect | order amount reason",
	EffectRecalled:        "effect | order amount reason",
	EffectStarted:         "effect | order amount reason",
	EffectDone:            "effect | order amount reason",
	EffectFailed:          "effect | order amount reason",
	EffectPostponed:       "effect | order amount reason",
	EffectUnknown:         "effect | order amount reason",
	MessageReceived:       "order text | by",
	MessageWritten:        "case text | purchase to",
	MessageRead:           "case |",
	MessageBounced:        "effect | reason",
	CaseAssigned:          "case | person",
	CaseNoted:             "case text | mentions",
	CaseSnoozed:           "case | due",
}
