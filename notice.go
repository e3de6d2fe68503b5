package recourse

import (
	"slices"
	"time"
)

// NoticeType names a kind of news that other systems can be told.
//
// It is a short list that stays: a program that was written for it goes on working whatever playbooks do, whose states
// and situations are data inside. An event (see [EventType]) is what the world told us; a notice is what came of it here.
type NoticeType string

// The notices.
const (
	NoticeCaseOpened   NoticeType = "case.opened"   // a trouble was found
	NoticeCaseBecame   NoticeType = "case.became"   // it is another situation than was thought: from, to
	NoticeCaseMoved    NoticeType = "case.moved"    // it went from one state to another: from, to
	NoticeCaseClosed   NoticeType = "case.closed"   // nothing is owed to the buyer any more: to is the outcome
	NoticeCaseReopened NoticeType = "case.reopened" // a fact that was learned later opened it again
	NoticeCaseAssigned NoticeType = "case.assigned" // another person looks after it, or nobody does

	NoticeRefundRequested NoticeType = "refund.requested" // it was decided, and waits for its approval or its turn
	NoticeRefundSent      NoticeType = "refund.sent"      // the payment provider has it: it cannot be taken back any more
	NoticeRefundDone      NoticeType = "refund.done"      // the buyer has the money
	NoticeRefundFailed    NoticeType = "refund.failed"    // the provider said no; nothing left
	NoticeRefundRejected  NoticeType = "refund.rejected"  // the approver said no; nothing left
	NoticeRefundWithdrawn NoticeType = "refund.withdrawn" // it was taken back before it was sent

	NoticeRecoveryRequested  NoticeType = "recovery.requested"   // the agent is to get a purchase's money back
	NoticeRecoveryPaid       NoticeType = "recovery.paid"        // a part of it came
	NoticeRecoveryReceived   NoticeType = "recovery.received"    // it came whole, or what came was taken as all
	NoticeRecoveryDenied     NoticeType = "recovery.denied"      // the supplier or the marketplace said no
	NoticeRecoveryWrittenOff NoticeType = "recovery.written_off" // a person gave it up
	NoticeRecoveryWithdrawn  NoticeType = "recovery.withdrawn"   // it is not owed after all

	NoticeClaimFiled    NoticeType = "claim.filed"    // put to the marketplace
	NoticeClaimApproved NoticeType = "claim.approved" // the verdict is yes
	NoticeClaimDenied   NoticeType = "claim.denied"   // the verdict is no

	NoticeMessageSent     NoticeType = "message.sent"     // words left for the buyer, the supplier or the agent
	NoticeMessageReceived NoticeType = "message.received" // words came in

	NoticeQuestionAsked    NoticeType = "question.asked"    // a person is to decide by an instant
	NoticeQuestionAnswered NoticeType = "question.answered" // it was answered, or is not open any more

	NoticeReplacementShipped NoticeType = "replacement.shipped" // the goods are on their way once more
	NoticeOrderCancelled     NoticeType = "order.cancelled"     // its cancellation was settled, and all that was paid for the goods goes back

	NoticeEffectDecided  NoticeType = "effect.decided"  // an act is to be carried out; it may wait for an approval
	NoticeEffectApproved NoticeType = "effect.approved" // a person agreed to it
	NoticeEffectDone     NoticeType = "effect.done"     // it was carried out
	NoticeEffectFailed   NoticeType = "effect.failed"   // it was tried and did not happen
	NoticeEffectUnknown  NoticeType = "effect.unknown"  // nobody knows whether it happened: somebody has to look
	NoticeEffectDropped  NoticeType = "effect.dropped"  // it is not to be carried out any more

	NoticeDeadlineNear NoticeType = "deadline.near" // a case's next deadline, or a person's answer, is due within a day
	NoticeWebhookTest  NoticeType = "webhook.test"  // somebody wants to see whether a webhook arrives
)

// NoticeTypes lists them.
var NoticeTypes = []NoticeType{
	NoticeCaseOpened, NoticeCaseBecame, NoticeCaseMoved, NoticeCaseClosed, NoticeCaseReopened, NoticeCaseAssigned,
	NoticeRefundRequested, NoticeRefundSent, NoticeRefundDone, NoticeRefundFailed, NoticeRefundRejected, NoticeRefundWithdrawn,
	NoticeRecoveryRequested, NoticeRecoveryPaid, NoticeRecoveryReceived, NoticeRecoveryDenied, NoticeRecoveryWrittenOff, NoticeRecoveryWithdrawn,
	NoticeClaimFiled, NoticeClaimApproved, NoticeClaimDenied, NoticeMessageSent, NoticeMessageReceived, NoticeQuestionAsked, NoticeQuestionAnswered,
	NoticeReplacementShipped, NoticeOrderCancelled,
	NoticeEffectDecided, NoticeEffectApproved, NoticeEffectDone, NoticeEffectFailed, NoticeEffectUnknown, NoticeEffectDropped,
	NoticeDeadlineNear, NoticeWebhookTest,
}

// Notice is one piece of news about an order.
type Notice struct {
	// ID is made of what it is about: the same decision gives the same id, however often it is told. A receiver that has
	// seen it need not look again.
	ID   string     `json:"-"`
	Type NoticeType `json:"type"`
	At   time.Time  `json:"timestamp"` // the instant that it holds for
	Data NoticeData `json:"data"`
}

// NoticeData is what a notice tells: ids, codes, instants and money, as they stood right after the decision. Each type
// uses some of the fields.
type NoticeData struct {
	Order   string `json:"order,omitempty"`
	Version int64  `json:"version,omitempty" doc:"Of the order, by this decision: of two notices of an order the one with the higher version is the newer."`
	Channel string `json:"channel,omitempty" doc:"The shop."`
	Ref     string `json:"ref,omitempty" doc:"The shop's own id of the order."`

	Case     *Case         `json:"case,omitempty" doc:"As it stands after the decision."`
	From     string        `json:"from,omitempty" doc:"The situation or the state before."`
	To       string        `json:"to,omitempty" doc:"The situation, the state or the outcome now."`
	Why      *Why          `json:"why,omitempty" doc:"The reason, as a code with its arguments."`
	Effect   *NoticeEffect `json:"effect,omitempty"`
	Refund   *Refund       `json:"refund,omitempty"`
	Recovery *Recovery     `json:"recovery,omitempty"`
	Question *Question     `json:"question,omitempty"`
	Parcel   *Parcel       `json:"parcel,omitempty" doc:"Of a replacement, where it has a number."`
	By       Party         `json:"by,omitempty" doc:"Who wrote, or decided."`
	Due      time.Time     `json:"due,omitzero" doc:"What is near."`

	Shortened bool `json:"shortened,omitempty" doc:"Long lists were left out: read the order by the API."`
	// Personal is there for receivers that were set to be told.
	Personal *NoticePersonal `json:"personal,omitempty"`
}

// NoticeEffect is an act with what has become of it.
type NoticeEffect struct {
	Effect
	Status string `json:"status" doc:"pending, sending, done, failed, unknown or dropped."`
}

// NoticePersonal is what tells who somebody is.
type NoticePersonal struct {
	Buyer  *Buyer   `json:"buyer,omitempty"`
	ShipTo *Address `json:"ship_to,omitempty"`
	Text   string   `json:"text,omitempty" doc:"Of message.received: the words."`
}

// Reveal is the data for a receiver. Who is told who the buyer is gets the values of tokens, and the buyer and the address
// beside them; everybody else gets neither, nor who of the merchant looks after a case.
func (d NoticeData) Reveal(known Personal, file *OrderFile, told bool) NoticeData {
	if d.Why != nil {
		why := known.revealed(*d.Why, told)
		d.Why = &why
	}
	if d.Effect != nil {
		e := *d.Effect
		e.Why, e.Variables = known.revealed(e.Why, told), known.revealed(Why{Args: e.Variables}, told).Args
		d.Effect = &e
	}
	if !told {
		d.Personal = nil
		if d.Case != nil && d.Case.Assignee != "" {
			c := *d.Case
			c.Assignee = ""
			d.Case = &c
		}
		return d
	}
	p := NoticePersonal{}
	if d.Personal != nil {
		p.Text = known.Reveal(d.Personal.Text)
	}
	if file != nil {
		open := known.RevealFile(file)
		p.Buyer, p.ShipTo = open.Order.Buyer, open.Order.ShipTo
	}
	d.Personal = &p
	return d
}

// revealed is a reason with the values of its tokens, or without the arguments that are tokens.
func (p Personal) revealed(w Why, told bool) Why {
	if told {
		return p.RevealWhy(w)
	}
	w.Args = slices.DeleteFunc(slices.Clone(w.Args), func(a Arg) bool { return IsToken(a.Text) })
	return w
}

// Family is what stands before the dot: case of case.opened.
func (t NoticeType) Family() string {
	for i := range len(t) {
		if t[i] == '.' {
			return string(t[:i])
		}
	}
	return string(t)
}

// NoticeFamilies are the families of notices, in the order of [NoticeTypes], without that of tests.
func NoticeFamilies() (out []string) {
	for _, t := range NoticeTypes {
		if f := t.Family(); f != NoticeWebhookTest.Family() && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}
