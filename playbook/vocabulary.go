package playbook

import (
	"recourse"
)

// This file is the language's vocabulary: all that a playbook may name and that is not its own. A word comes
// here first, then package decide learns to reckon with it.

// Fact is something that conditions may look at. Facts are flat and typed; package decide knows how to read each
// from an order file.
//
// A fact is about what has happened, never about how long ago: time is the business of watches and timers, which know
// when to look again. case.delivered_days is the one exception, for choices that hinge on a day.
//
// The order of the constants matters: facts of one kind stand together, and isCase and isEvent go by their place.
type Fact int

// The facts.
const (
	PurchaseWaiting Fact = iota
	PurchaseLeg
	ParcelStatus
	ParcelMoving
	ParcelAwaited
	ParcelContested
	ParcelWindow
	OrderDeliverable
	CaseByBuyer
	CasePurchased
	CaseShipped
	CaseDelivered
	CaseDeliveredDays
	CaseLeg
	CaseRoute
	CaseRefund
	CaseSentAgain
	CaseClaim
	CaseEvidence
	CaseNewEvidence
	CaseSearched
	CaseFits
	CaseSimilar
	CaseAlone
	CaseInterception
	RecoveryStatus
	EventProblem
	EventStatus
	EventBy
	EventEarly
	EventFills
	factCount
)

// factSpec describes a fact to those who write conditions.
//
// The options of a word are what makes typing errors in conditions errors at all, and what a check tries. So a word
// that package decide may answer must stand here: a check would never look at a world that has it.
type factSpec struct {
	name    string
	kind    Kind
	options []string // of a text: the values that it can have; nil: any
	about   string
}

var legs = []string{"domestic", "international", "unknown"}

var facts = [factCount]factSpec{
	PurchaseWaiting:   {"purchase.waiting", Bool, nil, "nothing of the purchase was handed over, and nobody gave it up"},
	PurchaseLeg:       {"purchase.leg", Text, legs, "the leg of its first parcel"},
	ParcelStatus:      {"parcel.status", Text, parcelStatuses, "the parcel's newest checkpoint, by its own time"},
	ParcelMoving:      {"parcel.moving", Bool, nil, "handed over, and neither delivered to the buyer, returned nor lost"},
	ParcelAwaited:     {"parcel.awaited", Bool, nil, "the buyer waits for it: not paid back, not stopped, and no other parcel has gone on with its goods"},
	ParcelContested:   {"parcel.contested", Bool, nil, "a problem with its goods is open and no claim was filed yet"},
	ParcelWindow:      {"parcel.window", Bool, nil, "until when a claim about that problem can be filed was told for its purchase"},
	OrderDeliverable:  {"order.deliverable", Bool, nil, "as far as the address tells, a parcel can be delivered to it, and nobody said that it is wrong"},
	CaseByBuyer:       {"case.by_buyer", Bool, nil, "the buyer asked for it: reported a problem, cancelled, wants to return"},
	CasePurchased:     {"case.purchased", Bool, nil, "the case's pieces were bought and the purchase has not failed"},
	CaseShipped:       {"case.shipped", Bool, nil, "a parcel with the case's pieces was handed over"},
	CaseDelivered:     {"case.delivered", Bool, nil, "its parcel was delivered to the buyer"},
	CaseDeliveredDays: {"case.delivered_days", Int, nil, "whole days since its parcel was delivered to the buyer; -1 when it was not"},
	CaseLeg:           {"case.leg", Text, legs, "the present leg of its parcel"},
	CaseRoute:         {"case.route", Text, legs, "domestic when shipped from the country that it goes to"},
	CaseRefund:        {"case.refund", Text, []string{"none", "requested", "sent", "done", "failed", "rejected", "withdrawn"}, "the newest refund for its pieces"},
	CaseSentAgain:     {"case.sent_again", Text, []string{"none", "ordered", "done"}, "whether the goods go to the buyer a second time"},
	CaseClaim:         {"case.claim", Text, []string{"none", "filed", "approved", "denied"}, "the newest claim"},
	CaseEvidence:      {"case.evidence", Int, nil, "photos and videos received"},
	CaseNewEvidence:   {"case.new_evidence", Int, nil, "of them, since the last claim was filed"},
	CaseSearched:      {"case.searched", Bool, nil, "the search for other offers had an answer"},
	CaseFits:          {"case.fits", Int, nil, "offers of the same item that fit: in stock, and within reorder.max_increase"},
	CaseSimilar:       {"case.similar", Int, nil, "offers of a similar item that fit"},
	CaseAlone:         {"case.alone", Int, nil, "offers that fit and may be taken without asking anybody: see reorder.alone_below and reorder.alone_likeness"},
	CaseInterception:  {"case.interception", Text, []string{"none", "asked", "succeeded", "failed"}, "stopping its parcel"},
	RecoveryStatus:    {"recovery.status", Text, []string{"requested", "received", "denied", "written_off", "withdrawn"}, "of the recovery whose track this is"},
	EventProblem:      {"event.problem", Text, nil, "the problem reported"},
	EventStatus:       {"event.status", Text, parcelStatuses, "the status scanned"},
	EventBy:           {"event.by", Text, []string{"buyer", "merchant", "unknown"}, "who chose"},
	EventEarly:        {"event.early", Bool, nil, "it happened before the case took its path, and was learned after"},
	EventFills:        {"event.fills", Bool, nil, "a new purchase for the case's lines"},
}

var parcelStatuses = []string{
	"none", "in_transit", "customs_hold", "customs_released", "out_for_delivery", "delivered", "delivery_failed", "returning", "returned", "damaged", "lost",
}

// isEvent says that the fact is known only while its event is taken in.
//
// Such a fact is refused in when, after, every and in a watch. It would be answered from no event at all, and never
// hold, without anybody being told.
func (f Fact) isEvent() bool { return f >= EventProblem }

// isCase says that the fact is about a case or a recovery.
//
// A watch looks at a purchase or at a parcel before there is a case, so these are refused there.
func (f Fact) isCase() bool { return f > OrderDeliverable && f < EventProblem }

// String is the fact's name.
func (f Fact) String() string { return facts[f].name }

// FactTable lists every fact with its type, its possible values and what it says, for the reader of the manual.
func FactTable() [][4]string {
	out := make([][4]string, factCount)
	for i, f := range facts {
		options := ""
		for j, o := range f.options {
			if j > 0 {
				options += ", "
			}
			options += o
		}
		out[i] = [4]string{f.name, f.kind.String(), options, f.about}
	}
	return out
}

// Anchor is an instant from which a deadline counts.
//
// Deadlines count from what happened and not from when we heard of it, so that a fact that arrives late does not move
// what it started.
type Anchor string

// The anchors. One that has not happened yet gives no deadline.
const (
	FromEntry     Anchor = ""                     // the state was entered
	FromOpened    Anchor = "case.opened"          // the case was opened
	FromShipBy    Anchor = "purchase.ship_by"     // the supplier is to ship by then
	FromAsked     Anchor = "purchase.asked"       // the first question without an answer
	FromPurchase  Anchor = "purchase.placed"      // bought
	FromShipped   Anchor = "parcel.shipped"       // handed over
	FromScanned   Anchor = "parcel.scanned"       // the newest sign of life
	FromDelivered Anchor = "parcel.delivered"     // the newest checkpoint, when it says delivered to the buyer
	FromClaim     Anchor = "claim.filed"          // the claim was filed
	FromVerdict   Anchor = "claim.verdict"        // the claim was answered
	FromEventDue  Anchor = "event.due"            // the date that the opening event set
	FromWarnAt    Anchor = "claim_window.warn_at" // the parcel's claim window ends soon
	FromEndsAt    Anchor = "claim_window.ends_at" // the parcel's claim window ends
	FromLast      Anchor = "last"                 // said in whys: a repetition counts from its last time
)

var anchors = []Anchor{
	FromOpened, FromShipBy, FromAsked, FromPurchase, FromShipped, FromScanned, FromDelivered, FromClaim, FromVerdict, FromEventDue, FromWarnAt, FromEndsAt,
}

// watchAnchors are the anchors that a watch may count from, by what it watches.
//
// Each belongs to what is watched: a purchase may have many parcels, and none is its own.
var watchAnchors = map[Per][]Anchor{
	PerPurchase: {FromShipBy, FromAsked, FromPurchase},
	PerParcel:   {FromShipped, FromScanned, FromDelivered, FromWarnAt, FromEndsAt},
}

// verb is an act that a playbook may order.
//
// An act says that something is to be done, not how much of it: amounts, lines and addressees follow from the case.
// That keeps arithmetic out of playbooks, and with it the errors that cost money.
type verb struct {
	kind recourse.EffectKind
	// words says what follows the verb: "party template [draft]", "party question", or nothing.
	words string
}

var verbs = map[string]verb{
	"message":              {recourse.EffectMessage, "template"},
	"ask":                  {recourse.EffectAsk, "question"},
	"refund":               {recourse.EffectRefund, ""},
	"withdraw_refund":      {recourse.EffectWithdrawRefund, ""},
	"recovery":             {recourse.EffectRecovery, ""},
	"withdraw_recovery":    {recourse.EffectWithdrawRecovery, ""},
	"source":               {recourse.EffectSource, ""},
	"reorder":              {recourse.EffectReorder, ""},
	"adjust":               {recourse.EffectAdjust, ""},
	"correct_address":      {recourse.EffectCorrectAddress, ""},
	"cancel_purchase":      {recourse.EffectCancelPurchase, ""},
	"claim":                {recourse.EffectClaim, ""},
	"intercept":            {recourse.EffectIntercept, ""},
	"replacement":          {recourse.EffectReplacement, ""},
	"withdraw_replacement": {recourse.EffectWithdrawReplacement, ""},
}

// parties are those that a message can go to.
var parties = []recourse.Party{recourse.PartyBuyer, recourse.PartyMerchant, recourse.PartySupplier, recourse.PartyAgent, recourse.PartyCarrier}

// Answers are the choices of a question that are not remedies, and the event that such an answer comes as.
// An empty event is an acknowledgement: the person has seen it, and the question is taken off the list.
//
// Several answers may come as the same event; they differ in the words of the button and in what the event says. found
// and clear are both a scan, of a parcel that is there again and of one that customs let go.
var Answers = map[string]recourse.EventType{
	"approve":   recourse.RefundSentNow,
	"reject":    recourse.RefundRejectedNow,
	"purchase":  recourse.PurchasePlacedEvent,
	"clear":     recourse.ParcelScanned,
	"address":   recourse.OrderAddressCorrected,
	"evidence":  recourse.EvidenceReceived,
	"received":  recourse.ReturnReceived,
	"write_off": recourse.RecoveryWrittenOffNow,
	"won":       recourse.DisputeWon,
	"lost":      recourse.DisputeLost,
	"found":     recourse.ParcelScanned,
	"sent":      recourse.ReplacementShipped,
	"confirm":   recourse.RemedyChosen,
	"chase":     "",
	"case":      "",
	"seen":      "",
}

// Questions that the interpreter itself asks; every playbook must say who answers by when.
const (
	QuestionDoubleLoss = "confirm_double_loss" // refunded and also sent again: a person with the right confirms
	QuestionWhichCase  = "which_case"          // an answer that several cases wait for
)

// Settings that the interpreter itself reads; every playbook must have them.
const (
	SettingApproval = "refund.approval"
	SettingStale    = "import.stale_after"
	SettingCountry  = "merchant.country"
	SettingIncrease = "reorder.max_increase"
)

// Settings that the interpreter reads where a playbook has them: the claim window of a purchase for which none was told.
const (
	SettingEndsAfter = "claim_window.ends_after"
	SettingWarnAfter = "claim_window.warn_after"
)

// Settings that the interpreter reads where a playbook has them: how much dearer than the purchase an offer may be that is
// taken without asking anybody, and how alike to the item, in percent, one that is not the same.
const (
	SettingAlone         = "reorder.alone_below"
	SettingAloneLikeness = "reorder.alone_likeness"
)
