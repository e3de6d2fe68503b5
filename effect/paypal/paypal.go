// Package paypal pays refunds back through PayPal.
//
// PayPal honours a PayPal-Request-Id: while it is remembered, asking again with the same one gives the first answer. A
// refund also bears the act's id and a number made of the act's key as its invoice, which PayPal takes once only; and the
// order of a capture tells its refunds with both. So an act is looked for by its invoice, and asked for again, always with
// the same request id, while that is certain to be remembered.
//
// What is pending is asked for on the runner's rhythm, and told by a webhook where the merchant made one (intake/paypal).
package paypal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	in "recourse/intake/paypal"
)

// Facts about PayPal's API, in one place. From its documentation as commonly known; to be corrected here.
const (
	live    = "https://api-m.paypal.com"
	sandbox = "https://api-m.sandbox.paypal.com"
	// holds is how long a request id of a refund is remembered: 45 days, of which one is left for clocks.
	holds = 44 * 24 * time.Hour
	// silence is how long after a request that was not answered nothing can be on its way any more.
	silence = 10 * time.Minute
)

// wholeCurrencies are those in which PayPal takes no decimals, though ISO 4217 has some (its page of currency codes).
var wholeCurrencies = map[recourse.Currency]bool{"HUF": true, "TWD": true}

// The codes of outcomes, beside the runner's own and PayPal's issues in small letters.
const (
	CodeNoPayment = "payment_unknown"
	CodeUnit      = "amount_step"
	CodeRefused   = "provider_refused"
)

// Sender pays through one account.
type Sender struct {
	c    *recourse.Connection
	peer *call.Client
}

// New makes the sender of a connection.
func New(c *recourse.Connection, peer *call.Client) *Sender { return &Sender{c, peer} }

// money is an amount as PayPal writes it.
type money struct {
	Value    string `json:"value"`
	Currency string `json:"currency_code"`
}

func (m money) read() recourse.Money {
	c, err := recourse.ParseCurrency(m.Currency)
	if err != nil {
		return recourse.Money{}
	}
	sum, err := recourse.ParseAmount(m.Value, c)
	if err != nil {
		return recourse.Money{}
	}
	return sum
}

// write is an amount for PayPal; false where it takes none as fine as that.
func write(m recourse.Money) (money, bool) {
	value, _, _ := strings.Cut(m.String(), " ")
	if wholeCurrencies[m.Currency] {
		whole, cents, _ := strings.Cut(value, ".")
		if strings.Trim(cents, "0") != "" {
			return money{}, false
		}
		value = whole
	}
	return money{value, string(m.Currency)}, m.Minor > 0
}

// wanted is the body of a request for a refund.
type wanted struct {
	Amount  money  `json:"amount"`
	Custom  string `json:"custom_id"`
	Invoice string `json:"invoice_id"`
	Note    string `json:"note_to_payer,omitempty"`
}

// refund is a refund as PayPal tells it.
type refund struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Amount  money  `json:"amount"`
	Custom  string `json:"custom_id"`
	Invoice string `json:"invoice_id"`
	Details struct {
		Reason string `json:"reason"`
	} `json:"status_details"`
}

// Send asks for the refund.
func (s *Sender) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	capture, no := capture(t)
	if no != nil {
		return *no
	}
	amount, ok := write(t.Amount)
	if !ok {
		return effect.Outcome{Result: effect.Refused, Code: CodeUnit, Detail: "PayPal pays no amount as fine as " + t.Amount.String()}
	}
	body := wanted{Amount: amount, Custom: in.Custom(t.ID), Invoice: in.Invoice(t.ID, t.Key), Note: recourse.Shorten(t.Shop, 200)}
	var r refund
	a, err := s.ask(ctx, http.MethodPost, "/v2/payments/captures/"+url.PathEscape(capture)+"/refund", body, t.Key, &r)
	switch {
	case err != nil && !call.Heard(err):
		return effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable}
	case err != nil || a.Good() && r.ID == "":
		return effect.Outcome{Result: effect.Unknown}
	case a.Good():
		return outcome(&r)
	}
	return refused(a, t)
}

// capture is PayPal's id of the payment.
func capture(t *effect.Task) (string, *effect.Outcome) {
	p := t.File.Order.Payment
	if t.Kind != recourse.EffectRefund || p == nil || p.Provider != "paypal" || p.ID == "" {
		return "", &effect.Outcome{Result: effect.Refused, Code: CodeNoPayment, Detail: "the order was not paid by PayPal, as far as is known"}
	}
	return p.ID, nil
}

// outcome of a refund by its status.
func outcome(r *refund) effect.Outcome {
	o := effect.Outcome{Ref: r.ID, Amount: r.Amount.read()}
	switch r.Status {
	case "COMPLETED":
		o.Result = effect.Done
	case "PENDING": // of a bank account, most often
		o.Result, o.Code = effect.Taken, "pending"
	case "FAILED", "CANCELLED":
		o.Result, o.Code, o.Detail = effect.Refused, strings.ToLower(r.Status), recourse.Shorten(r.Details.Reason, 60)
	default:
		o.Result, o.Detail = effect.Unknown, "a status that is not known: "+recourse.Shorten(r.Status, 40)
	}
	return o
}

// fault is what PayPal says was wrong.
type fault struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Details []struct {
		Issue       string `json:"issue"`
		Description string `json:"description"`
	} `json:"details"`
}

// issue is the most exact word for it.
func (f *fault) issue() (word, say string) {
	if len(f.Details) > 0 && f.Details[0].Issue != "" {
		return f.Details[0].Issue, f.Details[0].Description
	}
	return f.Name, f.Message
}

// refused is the outcome of a request for a refund that was not answered with one.
func refused(a *call.Answer, t *effect.Task) effect.Outcome {
	var f fault
	_ = json.Unmarshal(a.Body, &f) // what is none of PayPal's has no name
	word, say := f.issue()
	o := effect.Outcome{Result: effect.Refused, Code: strings.ToLower(recourse.Shorten(word, 60)), Detail: recourse.Shorten(say, 300), RetryAt: a.RetryAt(t.Now)}
	switch {
	case a.Status == http.StatusTooManyRequests:
		o.Result, o.Code = effect.Later, ""
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden:
		o.Result, o.Code = effect.Later, effect.CodeUnauthorized
	case a.Status >= 500 || word == "":
		o.Result, o.Code = effect.Unknown, ""
	case a.Status == http.StatusConflict, word == "DUPLICATE_INVOICE_ID", word == "PREVIOUS_REQUEST_IN_PROGRESS":
		o.Result = effect.Unknown // an earlier request is at work, or was
	case a.Status == http.StatusNotFound:
		o.Code = CodeNoPayment
	}
	return o
}
