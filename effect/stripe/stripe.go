// Package stripe pays refunds back through Stripe.
//
// Stripe honours an Idempotency-Key: the first answer to a key is the answer to every later request with it, an error of
// the server's too, for 24 hours at least. While the key is certain to hold, asking again is safe; afterwards the
// refunds of the payment are looked at, where the act's key stands among the metadata of its own. Both are done in any
// case: looking costs little, and what is found needs no asking.
package stripe

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	told "recourse/intake/stripe"
)

// Facts about Stripe's API, in one place. Read in its documentation: key, parameters, statuses, amounts.
const (
	base    = "https://api.stripe.com"
	version = "2024-06-20"   // of the API whose answers are read here
	holds   = 23 * time.Hour // a key holds for 24 h; an hour is left for clocks and for the way
	silence = 10 * time.Minute
)

// The codes of outcomes, beside the runner's own and Stripe's.
const (
	CodeNoPayment = "payment_unknown"  // the order's payment is not Stripe's, or not known there
	CodeCurrency  = "currency_other"   // it was paid in another currency
	CodeUnit      = "amount_step"      // Stripe does not pay amounts as fine as this in that currency
	CodeAmount    = "amount_too_high"  // more than is left of the payment
	CodeRefunded  = "already_refunded" // all of the payment went back already
	CodeRefused   = "provider_refused"
	CodeKeyReused = "key_reused" // the key was used for another request
)

// Sender pays through one account.
type Sender struct {
	c    *recourse.Connection
	peer *call.Client
}

// New makes the sender of a connection.
func New(c *recourse.Connection, peer *call.Client) *Sender { return &Sender{c, peer} }

// Send asks for the refund.
func (s *Sender) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	form, no := request(t)
	if no != nil {
		return *no
	}
	if no := s.fits(ctx, t); no != nil {
		return *no
	}
	if t.Attempt > 1 || len(t.Refs) > 0 {
		// Whoever asked before may have been heard when its key held no longer.
		if there := s.Find(ctx, t); there.Result != effect.Later {
			return there
		}
	}
	var r told.Refund
	a, err := s.ask(ctx, http.MethodPost, "/v1/refunds", form, t.Key, &r)
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

// request is the form of a refund. The reason is never that of fraud, which would put the buyer's card on a list.
func request(t *effect.Task) (url.Values, *effect.Outcome) {
	if t.Kind != recourse.EffectRefund {
		return nil, no(CodeRefused, "Stripe does not carry out "+string(t.Kind))
	}
	form, missing := payment(t)
	if missing != nil {
		return nil, missing
	}
	amount, ok := told.Units(t.Amount)
	if !ok {
		return nil, no(CodeUnit, "Stripe pays no amount as fine as "+t.Amount.String())
	}
	form.Set("amount", strconv.FormatInt(amount, 10))
	form.Set("reason", "requested_by_customer")
	for key, value := range map[string]string{told.MetaKey: t.Key, told.MetaEffect: t.ID, told.MetaCase: t.Case, told.MetaOrder: t.File.Order.ID} {
		if value != "" {
			form.Set("metadata["+key+"]", recourse.Shorten(value, 490))
		}
	}
	return form, nil
}

// payment names the order's payment as a refund does.
func payment(t *effect.Task) (url.Values, *effect.Outcome) {
	p := t.File.Order.Payment
	if p == nil || p.Provider != "stripe" {
		return nil, no(CodeNoPayment, "the order was not paid by Stripe, as far as is known")
	}
	switch {
	case strings.HasPrefix(p.ID, "pi_"):
		return url.Values{"payment_intent": {p.ID}}, nil
	case strings.HasPrefix(p.ID, "ch_"), strings.HasPrefix(p.ID, "py_"):
		return url.Values{"charge": {p.ID}}, nil
	}
	return nil, no(CodeNoPayment, "the payment's id is none of Stripe's")
}

func no(code, detail string) *effect.Outcome {
	return &effect.Outcome{Result: effect.Refused, Code: code, Detail: detail}
}

// fits asks for the payment, and says no where it is in another currency: an amount means something else there.
func (s *Sender) fits(ctx context.Context, t *effect.Task) *effect.Outcome {
	path := "/v1/charges/"
	if strings.HasPrefix(t.File.Order.Payment.ID, "pi_") {
		path = "/v1/payment_intents/"
	}
	var p struct {
		Currency string `json:"currency"`
	}
	a, err := s.ask(ctx, http.MethodGet, path+url.PathEscape(t.File.Order.Payment.ID), nil, "", &p)
	if o := looked(a, err, t); o != nil {
		return o
	}
	if !strings.EqualFold(p.Currency, string(t.Amount.Currency)) {
		return no(CodeCurrency, "it was paid in "+strings.ToUpper(recourse.Shorten(p.Currency, 3)))
	}
	return nil
}

// looked is the outcome of a question that changes nothing, where it was not answered well; nil: it was.
func looked(a *call.Answer, err error, t *effect.Task) *effect.Outcome {
	if err != nil {
		return &effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable}
	}
	if a.Good() {
		return nil
	}
	o := effect.Outcome{Result: effect.Later, RetryAt: a.RetryAt(t.Now), Detail: faultOf(a).Message}
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		o.Code = effect.CodeUnauthorized
	case http.StatusNotFound:
		o.Result, o.Code = effect.Refused, CodeNoPayment
	}
	return &o
}

// Find looks for the refund among those of its payment.
func (s *Sender) Find(ctx context.Context, t *effect.Task) effect.Outcome {
	query, missing := payment(t)
	if missing != nil {
		return *missing
	}
	query.Set("limit", "100")
	for range 50 { // pages: more than any payment has
		var list struct {
			Data []told.Refund `json:"data"`
			More bool          `json:"has_more"`
		}
		a, err := s.ask(ctx, http.MethodGet, "/v1/refunds?"+query.Encode(), nil, "", &list)
		if o := looked(a, err, t); o != nil {
			if o.Result == effect.Later {
				o.Result = effect.Unknown // nobody knows while Stripe does not say
			}
			return *o
		}
		for i := range list.Data {
			if r := &list.Data[i]; r.Metadata[told.MetaKey] == t.Key {
				return outcome(r)
			}
		}
		if !list.More || len(list.Data) == 0 {
			return notThere(t)
		}
		query.Set("starting_after", list.Data[len(list.Data)-1].ID)
	}
	return effect.Outcome{Result: effect.Unknown}
}

// notThere is what the absence of a refund means: while its key holds, that it may be asked for again whatever is still on
// its way; later only when nothing can be.
func notThere(t *effect.Task) effect.Outcome {
	quiet := t.AskedAt.Add(silence)
	if t.Now.Sub(t.FirstAt) < holds || t.AskedAt.IsZero() || !t.Now.Before(quiet) {
		return effect.Outcome{Result: effect.Later}
	}
	return effect.Outcome{Result: effect.Unknown, RetryAt: quiet}
}

// outcome of a refund by its status.
func outcome(r *told.Refund) effect.Outcome {
	o := effect.Outcome{Ref: r.ID, Amount: told.Money(r.Amount, r.Currency)}
	switch r.Status {
	case "succeeded":
		o.Result = effect.Done
	case "pending":
		o.Result, o.Code = effect.Taken, r.Status
	case "requires_action": // the buyer has to say where the money is to go
		o.Result, o.Code = effect.Taken, r.Status
	case "failed", "canceled":
		o.Result, o.Code = effect.Refused, r.Status
		if r.FailureReason != "" {
			o.Code = recourse.Shorten(r.FailureReason, 60)
		}
	default:
		o.Result, o.Detail = effect.Unknown, "a status that is not known: "+recourse.Shorten(r.Status, 40)
	}
	return o
}

// fault is what Stripe says was wrong.
type fault struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func faultOf(a *call.Answer) fault {
	var said struct {
		Error fault `json:"error"`
	}
	if json.Unmarshal(a.Body, &said) != nil {
		return fault{}
	}
	said.Error.Message = recourse.Shorten(said.Error.Message, 300)
	return said.Error
}

// refused is the outcome of a request for a refund that was not answered with one.
func refused(a *call.Answer, t *effect.Task) effect.Outcome {
	f := faultOf(a)
	o := effect.Outcome{Result: effect.Refused, Code: CodeRefused, Detail: f.Message, RetryAt: a.RetryAt(t.Now)}
	switch {
	case a.Status == http.StatusTooManyRequests:
		o.Result, o.Code = effect.Later, ""
	case a.Status >= 500 || f.Type == "" || a.Status == http.StatusConflict:
		o.Result, o.Code = effect.Unknown, "" // with 409 the same key is still worked on
	case f.Type == "idempotency_error":
		o.Result, o.Code = effect.Unknown, CodeKeyReused
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		o.Result, o.Code = effect.Later, effect.CodeUnauthorized
	case f.Code == "charge_already_refunded":
		o.Code = CodeRefunded
	case strings.Contains(f.Message, "greater than unrefunded amount"):
		o.Code = CodeAmount
	case f.Code == "resource_missing":
		o.Code = CodeNoPayment
	case f.Code != "":
		o.Code = recourse.Shorten(f.Code, 60)
	}
	return o
}

// ask asks Stripe. A form makes it a request that changes something.
func (s *Sender) ask(ctx context.Context, method, path string, form url.Values, key string, into any) (*call.Answer, error) {
	header := http.Header{"Authorization": {"Bearer " + s.c.Secret("key")}, "Stripe-Version": {version}, "Accept": {"application/json"}}
	var body []byte
	if form != nil {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		header.Set("Idempotency-Key", key)
		body = []byte(form.Encode())
	}
	a, err := s.peer.Do(ctx, method, strings.TrimRight(s.c.Setting("url", base), "/")+path, header, body)
	if err == nil && a.Good() {
		if bad := json.Unmarshal(a.Body, into); bad != nil {
			return a, &call.Failure{Heard: true, Err: bad}
		}
	}
	return a, err
}

// Check asks whether the key may look at refunds.
func (s *Sender) Check(ctx context.Context) (*call.Answer, error) {
	var list struct{}
	return s.ask(ctx, http.MethodGet, "/v1/refunds?limit=1", nil, "", &list)
}
