// Package paypal understands the webhooks of PayPal: what became of refunds, whoever asked for them, and disputes.
//
// Facts about PayPal's webhooks, from its documentation unless marked: [M] commonly known, [I] inferred. A delivery is
// signed by PayPal's certificate, which it names by an address; see prove.go. Which act a refund carries out stands in the
// numbers that it was given when it was asked for here; all others name the payment, by which the desk finds the order.
package paypal

import (
	"encoding/json"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// The headers of a delivery.
const (
	headerID        = "Paypal-Transmission-Id"
	headerTime      = "Paypal-Transmission-Time"
	headerSignature = "Paypal-Transmission-Sig"
	headerAlgorithm = "Paypal-Auth-Algo"
	headerCert      = "Paypal-Cert-Url"
)

// Reader reads PayPal's webhooks.
var Reader = intake.Reader{Verify: verify, Prove: prove, Read: read, Keep: []string{headerID, headerTime, headerSignature, headerAlgorithm, headerCert}}

// event is one of PayPal's events.
type event struct {
	ID       string          `json:"id"`
	Type     string          `json:"event_type"`
	Created  time.Time       `json:"create_time"`
	Resource json.RawMessage `json:"resource"`
}

// How old a delivery may be: PayPal tries for three days, and whether a repetition is signed anew is not documented [I]. How
// far its clock may be ahead.
const (
	oldest = 4 * 24 * time.Hour
	ahead  = 5 * time.Minute
)

// verify looks at all that can be seen without PayPal's certificate, and names the delivery by the transmission, which is
// signed, and not by the event, which is not: see prove. It proves nothing by itself.
func verify(c *recourse.Connection, d *intake.Delivery) error {
	if c.Setting("webhook", "") == "" || d.Header.Get(headerAlgorithm) != "SHA256withRSA" || !certified(c, d.Header.Get(headerCert)) || !tame(d.Header.Get(headerID)) {
		return intake.ErrSignature
	}
	at, err := time.Parse(time.RFC3339, d.Header.Get(headerTime))
	if err != nil {
		return intake.ErrSignature
	}
	if age := d.At.Sub(at); age > oldest || age < -ahead {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "signature_old", Message: "the signature is of another time", Hint: "set the clock of this machine"}
	}
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil || e.ID == "" {
		return unreadable(err)
	}
	d.ID, d.Topic = d.Header.Get(headerID), recourse.Shorten(e.Type, 100)
	return nil
}

// tame says whether the id of a transmission is one: it is part of what is signed, between lines that part it from the rest.
func tame(id string) bool {
	return id != "" && len(id) <= 100 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '|' })
}

func unreadable(err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "paypal_event", Message: "PayPal's event cannot be read", Err: err}
}

// Notes of deliveries from which nothing follows.
const (
	NoteStatus   = "status"   // a step on the way that changes nothing
	NoteReversed = "reversed" // money that PayPal took back by itself: a dispute tells why
)

func read(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return intake.Meaning{}, unreadable(err)
	}
	switch {
	case e.Type == "PAYMENT.CAPTURE.REFUNDED", e.Type == "PAYMENT.SALE.REFUNDED", strings.HasPrefix(e.Type, "PAYMENT.REFUND."): // the last [I]
		return refund(e.Resource, e.Created)
	case e.Type == "CUSTOMER.DISPUTE.CREATED", e.Type == "CUSTOMER.DISPUTE.UPDATED", e.Type == "CUSTOMER.DISPUTE.RESOLVED":
		return dispute(e.Resource, e.Created)
	case e.Type == "PAYMENT.CAPTURE.REVERSED", e.Type == "PAYMENT.SALE.REVERSED":
		return intake.Meaning{Note: NoteReversed}, nil
	case e.Type == "RISK.DISPUTE.CREATED", strings.HasPrefix(e.Type, "PAYMENT."), strings.HasPrefix(e.Type, "CHECKOUT."):
		return intake.Meaning{Note: NoteStatus}, nil // the shop tells of payments
	}
	return intake.Meaning{Unknown: true}, nil
}

// about gives facts. What is about no order of ours is noted when it is taken in.
func about(events ...recourse.Event) (intake.Meaning, error) {
	m := intake.Meaning{Order: events[0].Order, Events: events}
	for i := range events {
		if err := events[i].Check(); err != nil {
			return intake.Meaning{}, err
		}
	}
	return m, nil
}

// money is an amount, as the second version of the API writes it and as the first did.
type money struct {
	Value    string `json:"value"`
	Code     string `json:"currency_code"`
	Total    string `json:"total"`
	Currency string `json:"currency"`
}

// read gives nothing where the amount cannot be read: a fact without an amount is about all of it.
func (m money) read() recourse.Money {
	value, code := m.Value, m.Code
	if value == "" {
		value, code = strings.TrimPrefix(m.Total, "-"), m.Currency // a refund of the first version is negative
	}
	c, err := recourse.ParseCurrency(code)
	if err != nil {
		return recourse.Money{}
	}
	sum, err := recourse.ParseAmount(value, c)
	if err != nil || sum.Minor < 0 {
		return recourse.Money{}
	}
	return sum
}

// payment is a payment at PayPal by its capture, or its sale.
func payment(id string) *recourse.Payment {
	if id == "" {
		return nil
	}
	return &recourse.Payment{Provider: "paypal", ID: id}
}
