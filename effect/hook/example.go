package hook

import (
	"strings"
	"time"

	"recourse"
)

// abouts say of each notice what it means, in a sentence for programmers.
var abouts = map[recourse.NoticeType]string{
	recourse.NoticeCaseOpened:   "A case was opened: a trouble was found, or somebody reported one. to is its situation.",
	recourse.NoticeCaseBecame:   "The case is another situation than was thought, as when late turns out to be out of stock: from, to.",
	recourse.NoticeCaseMoved:    "The case went from one state of its playbook to another: from, to.",
	recourse.NoticeCaseClosed:   "Nothing is owed to the buyer any more. to is the outcome.",
	recourse.NoticeCaseReopened: "A fact that was learned later opened the case again.",
	recourse.NoticeCaseAssigned: "Another person looks after the case, or nobody does. Who is told with personal on.",

	recourse.NoticeRefundRequested: "Money is to go to the buyer: decided, and waiting for its approval or its turn. It can still be withdrawn.",
	recourse.NoticeRefundSent:      "The payment provider was told. It cannot be taken back any more.",
	recourse.NoticeRefundDone:      "The buyer has the money.",
	recourse.NoticeRefundFailed:    "The payment provider refused; nothing left.",
	recourse.NoticeRefundRejected:  "A person said no to the refund; nothing left.",
	recourse.NoticeRefundWithdrawn: "The refund was taken back before it was sent.",

	recourse.NoticeRecoveryRequested:  "The agent is asked to get the money of a failed purchase back.",
	recourse.NoticeRecoveryPaid:       "A part of what was asked back has come: recovery.received is the sum so far.",
	recourse.NoticeRecoveryReceived:   "All that was asked back has come, or what came was taken as all.",
	recourse.NoticeRecoveryDenied:     "The supplier or the marketplace said no.",
	recourse.NoticeRecoveryWrittenOff: "A person gave the money up.",
	recourse.NoticeRecoveryWithdrawn:  "The money is not owed after all: the goods came.",

	recourse.NoticeClaimFiled:    "A claim was put to the marketplace, through the agent.",
	recourse.NoticeClaimApproved: "The marketplace agreed to the claim.",
	recourse.NoticeClaimDenied:   "The marketplace refused the claim.",

	recourse.NoticeMessageSent:     "Words have left for the buyer, the supplier or the agent.",
	recourse.NoticeMessageReceived: "Somebody wrote. The words are told with personal on.",

	recourse.NoticeQuestionAsked:    "A person is to decide by an instant.",
	recourse.NoticeQuestionAnswered: "A question was answered, or nobody needs the answer any more.",

	recourse.NoticeReplacementShipped: "The goods are on their way to the buyer once more; parcel has the number where it is known.",
	recourse.NoticeOrderCancelled:     "The buyer did not want the order any more, and the money for all of its goods is back.",

	recourse.NoticeEffectDecided:  "An act was decided: a message, a refund, a claim, a purchase. approval says whether a person has to agree first.",
	recourse.NoticeEffectApproved: "A person agreed to an act.",
	recourse.NoticeEffectDone:     "An act was carried out, or its answer came. Of messages see message.sent.",
	recourse.NoticeEffectFailed:   "An act was tried and did not happen.",
	recourse.NoticeEffectUnknown:  "Nobody knows whether an act happened: somebody has to look before it is tried again.",
	recourse.NoticeEffectDropped:  "An act is not to be carried out any more.",

	recourse.NoticeDeadlineNear: "A case is due within a day: its next deadline acts, or a person is to answer by then. Told once for each instant.",
	recourse.NoticeWebhookTest:  "Somebody pressed the button that sends a test. It is sent whatever events are chosen.",
}

// About is what a notice means, in a sentence.
func About(t recourse.NoticeType) string { return abouts[t] }

// Example is a notice of a type as one may come.
func Example(t recourse.NoticeType) recourse.Notice {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	n := recourse.Notice{ID: "msg_4kq2h7w3n5v6r2d5x3b7c4aq", Type: t, At: at}
	if t == recourse.NoticeWebhookTest {
		return n
	}
	n.Data = recourse.NoticeData{Order: "1001", Version: 7, Channel: "main", Ref: "gid://shopify/Order/4510"}
	lines := []recourse.Pieces{{Line: 1, Quantity: 1}}
	c := &recourse.Case{ID: "1001-1", Situation: "out_of_stock", Status: recourse.Open, Lines: lines, Purchase: "2208110001", OpenedAt: at, Opener: "out_of_stock",
		Run: recourse.Run{Playbook: strings.Repeat("3f", 32), State: "resupply.searching", EnteredAt: at, PathAt: at, Step: 2}}
	price := recourse.Money{Minor: 2990, Currency: "EUR"}
	why := recourse.Why{Code: recourse.WhyEvent, Args: []recourse.Arg{{Name: "event", Text: string(recourse.PurchaseOutOfStockNow)}}}
	switch t.Family() {
	case "recovery":
		n.Data.Recovery = &recourse.Recovery{ID: "1001-1/2", Case: c.ID, Purchase: c.Purchase, Lines: lines, Amount: recourse.Money{Minor: 8000, Currency: "CNY"}, Status: recourse.RecoveryStatus(strings.TrimPrefix(string(t), "recovery.")), At: at, Run: recourse.Run{Playbook: c.Playbook, State: "recovery.waiting", EnteredAt: at, PathAt: at, Step: 1}}
		if t == recourse.NoticeRecoveryPaid {
			n.Data.Recovery.Status, n.Data.Recovery.Received = recourse.RecoveryRequested, recourse.Money{Minor: 5000, Currency: "CNY"}
		}
		return n
	case "effect":
		n.Data.Effect = exampleEffect(t, c, price, why)
		return n
	case "refund":
		n.Data.Refund = &recourse.Refund{ID: "1001-1/5", Case: c.ID, Lines: lines, Shares: []recourse.Money{price}, Amount: price, Status: recourse.RefundStatus(strings.TrimPrefix(string(t), "refund.")), At: at}
	}
	n.Data.Case = c
	exampleOf(&n, c, why)
	return n
}

func exampleEffect(t recourse.NoticeType, c *recourse.Case, price recourse.Money, why recourse.Why) *recourse.NoticeEffect {
	e := recourse.Effect{ID: "1001-1/5", Kind: recourse.EffectRefund, Case: c.ID, At: c.OpenedAt, Approval: recourse.ApprovalGiven}
	status := map[recourse.NoticeType]string{recourse.NoticeEffectApproved: "pending", recourse.NoticeEffectDecided: "pending", recourse.NoticeEffectDone: "done", recourse.NoticeEffectFailed: "failed", recourse.NoticeEffectUnknown: "unknown", recourse.NoticeEffectDropped: "dropped"}[t]
	if t == recourse.NoticeEffectDecided {
		e.Amount, e.Lines, e.Approval, e.Why, e.Step = price, c.Lines, recourse.ApprovalNeeded, why, 2
	}
	return &recourse.NoticeEffect{Effect: e, Status: status}
}

// exampleOf fills in what each kind of news about a case has.
func exampleOf(n *recourse.Notice, c *recourse.Case, why recourse.Why) {
	at := n.At
	due := at.Add(48 * time.Hour)
	ask := recourse.Question{Effect: "1001-1/4", Of: recourse.PartyMerchant, Question: "remedy", Choices: []string{"refund", "reorder"}, Due: due}
	switch n.Type {
	case recourse.NoticeCaseOpened:
		n.Data.To, n.Data.Why = string(c.Situation), &why
	case recourse.NoticeCaseBecame:
		n.Data.From, n.Data.To, n.Data.Why = "late_shipment", string(c.Situation), &why
	case recourse.NoticeCaseMoved:
		n.Data.From, n.Data.To, n.Data.Why = "resupply.start", c.State, &why
	case recourse.NoticeCaseClosed:
		c.Status, c.Outcome, c.ClosedAt, c.State = recourse.Closed, recourse.OutcomeRefunded, at, "resupply.refunded"
		n.Data.To, n.Data.Why = string(c.Outcome), &why
	case recourse.NoticeCaseReopened:
		n.Data.Why = &why
	case recourse.NoticeClaimFiled, recourse.NoticeClaimApproved, recourse.NoticeClaimDenied:
		c.Claim, c.ClaimAt = recourse.ClaimStatus(strings.TrimPrefix(string(n.Type), "claim.")), at
	case recourse.NoticeMessageSent:
		n.Data.Case, n.Data.Effect = nil, &recourse.NoticeEffect{Effect: recourse.Effect{ID: "1001-1/1", Kind: recourse.EffectMessage, Case: c.ID, At: at, Approval: recourse.ApprovalGiven}, Status: "done"}
	case recourse.NoticeMessageReceived:
		n.Data.By = recourse.PartyBuyer
	case recourse.NoticeQuestionAsked:
		c.Asks = []recourse.Question{ask}
		n.Data.Question = &ask
	case recourse.NoticeQuestionAnswered:
		n.Data.Question = &ask
	case recourse.NoticeReplacementShipped:
		c.SentAgain = recourse.SentAgain{Remedy: recourse.RemedyReplacement, At: at, Done: true, Parcel: "LX123456789CN"}
		n.Data.Parcel = &recourse.Parcel{ID: "LX123456789CN", Lines: c.Lines, Carrier: "China Post", Tracking: "LX123456789CN", ShippedAt: at}
	case recourse.NoticeOrderCancelled:
		c.Situation, c.Opener, c.Status, c.Outcome, c.ClosedAt, c.ByBuyer = "order_cancelled", "order_cancelled", recourse.Closed, recourse.OutcomeRefunded, at, true
	case recourse.NoticeDeadlineNear:
		n.Data.Due = at.Add(20 * time.Hour)
	}
}
