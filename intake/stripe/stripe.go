// Package stripe understands the webhooks of Stripe: what became of refunds, and disputes.
//
// Refunds are read from the refund's own events; those about a charge say less and come beside them. Which order it is
// about stands among a refund's metadata when it was asked for here; else the payment is named, by which the desk finds
// the order.
package stripe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// headerSignature holds t=SECONDS,v1=HEX[,v1=HEX…]; another v is of another scheme.
const headerSignature = "Stripe-Signature"

// tolerance is how old a signature may be, and how far ahead: who recorded a call cannot play it again later.
const tolerance = 5 * time.Minute

// maxSignatures of one header are looked at.
const maxSignatures = 10

// Reader reads Stripe's webhooks. A connection may have several secrets, one on a line: while one is replaced, and one for
// each of several endpoints.
var Reader = intake.Reader{Verify: verify, Read: read, Keep: []string{headerSignature}}

func verify(c *recourse.Connection, d *intake.Delivery) error {
	stamp, signatures := parts(d.Header.Get(headerSignature))
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(signatures) == 0 {
		return intake.ErrSignature
	}
	if age := d.At.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "signature_old", Message: "the signature is of another time", Hint: "set the clock of this machine"}
	}
	if !signed(strings.Fields(c.Secret("secret")), stamp, d.Body, signatures) {
		return intake.ErrSignature
	}
	var e struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	if err := json.Unmarshal(d.Body, &e); err != nil || e.ID == "" || len(e.ID) > 200 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "stripe_event", Message: "this is none of Stripe's events: it has no id"}
	}
	d.ID, d.Topic = e.ID, recourse.Shorten(e.Type, 100)
	return nil
}

// parts are the instant and the signatures of a header, as they are written.
func parts(header string) (stamp string, signatures [][]byte) {
	for p := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch name {
		case "t":
			stamp = value
		case "v1":
			if s, err := hex.DecodeString(value); err == nil && len(signatures) < maxSignatures {
				signatures = append(signatures, s)
			}
		}
	}
	return stamp, signatures
}

func signed(secrets []string, stamp string, body []byte, signatures [][]byte) bool {
	for _, secret := range secrets {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte(stamp))
		h.Write([]byte("."))
		h.Write(body)
		want := h.Sum(nil)
		for _, s := range signatures {
			if hmac.Equal(s, want) {
				return true
			}
		}
	}
	return false
}

// event is one of Stripe's events.
type event struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Created int64  `json:"created"`
	Data    struct {
		Object json.RawMessage `json:"object"`
	} `json:"data"`
}

// Notes of deliveries from which nothing follows.
const (
	NoteByRefund = "told_by_refund" // the refund's own events say more
	NoteStatus   = "status"         // a step on the way that changes nothing
)

func read(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return intake.Meaning{}, unreadable(err)
	}
	at := time.Unix(e.Created, 0).UTC()
	switch e.Type {
	case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated":
		return refund(e.Data.Object, at)
	case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed":
		return dispute(e.Data.Object, at)
	case "charge.refunded":
		return intake.Meaning{Note: NoteByRefund}, nil
	case "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated":
		return intake.Meaning{Note: NoteStatus}, nil
	}
	return intake.Meaning{Unknown: true}, nil
}

func unreadable(err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "stripe_event", Message: "Stripe's event cannot be read", Err: err}
}

// news is what a refund's status means. A bank may give the money back days later: then it failed after it succeeded.
var news = map[string]recourse.EventType{
	"pending": recourse.RefundSentNow, "requires_action": recourse.RefundSentNow, "succeeded": recourse.RefundSucceeded,
	"failed": recourse.RefundFailedNow, "canceled": recourse.RefundFailedNow,
}

// refund is told once for each status that it has, whichever of Stripe's events says so.
func refund(object json.RawMessage, at time.Time) (intake.Meaning, error) {
	var r Refund
	if err := json.Unmarshal(object, &r); err != nil || r.ID == "" {
		return intake.Meaning{}, unreadable(err)
	}
	t, known := news[r.Status]
	if !known {
		return intake.Meaning{Note: NoteStatus}, nil
	}
	e := recourse.Event{ID: r.ID + "/" + string(t), Type: t, Time: at}
	e.Order, e.Effect = r.Metadata[MetaOrder], r.Metadata[MetaEffect]
	e.Amount, e.Reason = Money(r.Amount, r.Currency), r.FailureReason
	e.Payment, e.Ref = paidBy(r.PaymentIntent, r.Charge)
	return about(e)
}

// paidBy is the payment that something is about: Stripe knows it by its intent, where it has one, and by its charge. Shops
// know the one or the other.
func paidBy(intent, charge string) (*recourse.Payment, string) {
	if intent == "" {
		intent, charge = charge, ""
	}
	if intent == "" {
		return nil, ""
	}
	return &recourse.Payment{Provider: "stripe", ID: intent}, charge
}

// about gives one fact. What is about no order of ours is noted when it is taken in.
func about(events ...recourse.Event) (intake.Meaning, error) {
	m := intake.Meaning{Order: events[0].Order, Events: events}
	for i := range events {
		if err := events[i].Check(); err != nil {
			return intake.Meaning{}, err
		}
	}
	return m, nil
}

// disputed is a dispute as Stripe tells it.
type disputed struct {
	ID       string `json:"id"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Intent   string `json:"payment_intent"`
	Charge   string `json:"charge"`
	Reason   string `json:"reason"`
	Status   string `json:"status"`
	Evidence struct {
		Due int64 `json:"due_by"`
	} `json:"evidence_details"`
}

// dispute: opened once, won or lost once. A mere inquiry (warning_…) takes no money yet and has to be answered all the
// same; closed without becoming a dispute, the money stays.
func dispute(object json.RawMessage, at time.Time) (intake.Meaning, error) {
	var d disputed
	if err := json.Unmarshal(object, &d); err != nil || d.ID == "" {
		return intake.Meaning{}, unreadable(err)
	}
	e := recourse.Event{ID: d.ID, Time: at}
	e.Payment, e.Ref = paidBy(d.Intent, d.Charge)
	e.Amount = Money(d.Amount, d.Currency)
	switch d.Status {
	case "won", "warning_closed":
		e.Type = recourse.DisputeWon
	case "lost":
		e.Type = recourse.DisputeLost
	case "needs_response", "warning_needs_response":
		e.Type, e.Reason = recourse.DisputeOpened, d.Reason
		if d.Evidence.Due > 0 {
			e.Due = time.Unix(d.Evidence.Due, 0).UTC()
		}
	default: // under_review and what may come: answered, and not decided
		return intake.Meaning{Note: NoteStatus}, nil
	}
	e.ID += "/" + string(e.Type)
	return about(e)
}
