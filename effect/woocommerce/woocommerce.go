// Package woocommerce carries acts out through a shop on WooCommerce: refunds, corrected addresses, and what keeps an
// order there in step.
//
// WooCommerce honours no key: the same refund asked for twice is made twice. So a refund is looked for before it is asked
// for; it is asked for once; and when no answer came, nobody asks again before the shop was asked whether it happened,
// and enough time has passed that no request can still be on its way. It is known by two marks. The shop writes the
// reason down before it asks its payment gateway and the fields only afterwards (its source, wc_create_refund): so the
// reason's mark says that a refund is ours while the gateway is still asked, and also when the shop died over it.
package woocommerce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	shop "recourse/intake/woocommerce"
)

// silence is how long after a request that was not answered nothing can be on its way to the shop any more, nor inside
// it: PHP and the web servers before it give up within minutes.
const silence = 10 * time.Minute

// The codes of outcomes, beside the runner's own.
const (
	CodeNoRef         = "order_ref_missing"  // the shop's own id of the order is not known
	CodeOrderUnknown  = "order_not_in_shop"  // the shop does not know the order
	CodeCurrency      = "currency_other"     // the order is in another currency than the refund
	CodeAmount        = "amount_too_high"    // more than the order has left to refund
	CodeNoGateway     = "gateway_no_refunds" // the order's payment method cannot be refunded by the shop
	CodeGateway       = "gateway_refused"    // the payment gateway said no
	CodeGatewaySilent = "gateway_silent"     // the shop does not know whether its gateway has paid
	CodeRedirected    = "redirected"         // the shop lives at another address
	CodeByHand        = "paid_by_hand"       // written down in the shop; a person pays
	CodeNotEditable   = "order_not_editable" // it was completed, cancelled or refunded in the shop
	CodeRefused       = "shop_refused"
)

// Sender carries acts out through one shop.
type Sender struct{ shop shop.Shop }

// New makes the sender of a connection.
func New(c *recourse.Connection, peer *call.Client) *Sender {
	return &Sender{shop.Shop{Connection: c, Peer: peer}}
}

// Send carries the act out.
func (s *Sender) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	switch t.Kind {
	case recourse.EffectRefund:
		return s.refund(ctx, t)
	case recourse.EffectCorrectAddress:
		return s.address(ctx, t)
	}
	return effect.Outcome{Result: effect.Refused, Code: CodeRefused, Detail: "a shop does not carry out " + string(t.Kind)}
}

// Find looks whether the act happened.
func (s *Sender) Find(ctx context.Context, t *effect.Task) effect.Outcome {
	if t.Kind != recourse.EffectRefund {
		return effect.Outcome{Result: effect.Later} // setting what is set changes nothing
	}
	id, missing := orderID(t)
	if missing != nil {
		return *missing
	}
	all, _, err := s.shop.Refunds(ctx, id)
	if err != nil {
		o := asked(err, t.Now)
		if o.Result == effect.Later {
			o.Result = effect.Unknown // nobody knows while the shop does not say
		}
		return o
	}
	if o := s.found(all, t); o != nil {
		return *o
	}
	if slices.Contains(t.Refs, CodeGatewaySilent) {
		return effect.Outcome{Result: effect.Unknown, Code: CodeGatewaySilent}
	}
	if quiet := last(t).Add(silence); t.Now.Before(quiet) {
		return effect.Outcome{Result: effect.Unknown, RetryAt: quiet}
	}
	return effect.Outcome{Result: effect.Later}
}

// last is when the shop was asked last.
func last(t *effect.Task) time.Time {
	if t.AskedAt.IsZero() {
		return t.FirstAt
	}
	return t.AskedAt
}

// orderID is the shop's own id of the order.
func orderID(t *effect.Task) (int64, *effect.Outcome) {
	id, err := strconv.ParseInt(t.File.Order.Ref, 10, 64)
	if err != nil || id <= 0 {
		return 0, &effect.Outcome{Result: effect.Refused, Code: CodeNoRef, Detail: "the order was not told by the shop itself"}
	}
	return id, nil
}

// made is a refund in the shop.
type made struct {
	ID       int64           `json:"id"`
	Amount   json.RawMessage `json:"amount"`
	Reason   string          `json:"reason"`
	Refunded bool            `json:"refunded_payment"`
	Meta     json.RawMessage `json:"meta_data"`
}

// ours says that a refund bears the act's marks.
func (m *made) ours(t *effect.Task) bool {
	var fields []struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
	}
	if json.Unmarshal(m.Meta, &fields) == nil {
		for _, f := range fields {
			if f.Key == shop.KeyMeta {
				return f.Value == t.Key
			}
		}
	}
	_, key := shop.Marked(m.Reason)
	return key != "" && key == t.Key[:min(8, len(t.Key))]
}

func (m *made) money(c recourse.Currency) recourse.Money {
	sum, err := recourse.ParseAmount(strings.Trim(string(m.Amount), `"`), c)
	if err != nil {
		return recourse.Money{}
	}
	if sum.Minor < 0 {
		sum = sum.Neg()
	}
	return sum
}

// found is what a shop's refunds say of the act; nil: nothing.
func (s *Sender) found(all []json.RawMessage, t *effect.Task) *effect.Outcome {
	for _, raw := range all {
		var m made
		if json.Unmarshal(raw, &m) == nil && m.ours(t) {
			o := s.outcome(&m, t)
			return &o
		}
	}
	return nil
}

// outcome of a refund that is there. One that the gateway has not paid although it was to is in the making, or the shop
// died over it: then only the gateway knows.
func (s *Sender) outcome(m *made, t *effect.Task) effect.Outcome {
	o := effect.Outcome{Result: effect.Done, Ref: strconv.FormatInt(m.ID, 10), Amount: m.money(t.Amount.Currency)}
	switch {
	case m.Refunded:
	case s.pays():
		o.Result, o.Code, o.Amount = effect.Unknown, CodeGatewaySilent, recourse.Money{}
		o.Detail = "the refund is written down in the shop, and not marked as paid by its gateway"
	default:
		o.Result, o.Code = effect.Taken, CodeByHand
	}
	return o
}

// pays says that the shop is to have its gateway pay, and not only to write the refund down.
func (s *Sender) pays() bool { return s.shop.Connection.Setting("api_refund", "yes") == "yes" }

// asked is the outcome of a question that changes nothing and was not answered: whatever happened to it, nothing did.
func asked(err error, now time.Time) effect.Outcome {
	o := effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable}
	f, answered := errors.AsType[*shop.Failed](err)
	if !answered {
		return o
	}
	o.RetryAt = f.Answer.RetryAt(now)
	o.Code, o.Detail = "", f.Message
	switch {
	case f.Status == http.StatusUnauthorized || f.Status == http.StatusForbidden:
		o.Code = effect.CodeUnauthorized
	case f.Status == http.StatusNotFound:
		o.Result, o.Code = effect.Refused, CodeOrderUnknown
	case f.Status >= 300 && f.Status < 400:
		o.Code, o.Detail = CodeRedirected, "the shop answers from another address"
	}
	return o
}
