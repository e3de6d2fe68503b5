package paypal

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"recourse/call"
	"recourse/effect"
	in "recourse/intake/paypal"
)

// Find looks for the refund: by its id where PayPal told one, else among the refunds of the capture's order.
func (s *Sender) Find(ctx context.Context, t *effect.Task) effect.Outcome {
	capture, no := capture(t)
	if no != nil {
		return *no
	}
	for i := len(t.Refs) - 1; i >= 0; i-- {
		if t.Refs[i] == "" {
			continue
		}
		var r refund
		if o := s.look(ctx, t, "/v2/payments/refunds/"+url.PathEscape(t.Refs[i]), &r); o != nil {
			return *o
		}
		if r.ID != "" {
			return outcome(&r)
		}
	}
	return s.among(ctx, t, capture)
}

// among looks among the refunds of the order that a capture belongs to.
func (s *Sender) among(ctx context.Context, t *effect.Task, capture string) effect.Outcome {
	var c struct {
		ID      string `json:"id"`
		Status  string `json:"status"`
		Related struct {
			IDs struct {
				Order string `json:"order_id"`
			} `json:"related_ids"`
		} `json:"supplementary_data"`
	}
	if o := s.look(ctx, t, "/v2/payments/captures/"+url.PathEscape(capture), &c); o != nil {
		return *o
	}
	if c.ID == "" {
		return effect.Outcome{Result: effect.Refused, Code: CodeNoPayment, Detail: "PayPal does not know the payment"}
	}
	if c.Status == "COMPLETED" { // nothing of it was refunded
		return notThere(t)
	}
	if c.Related.IDs.Order == "" {
		return again(t)
	}
	var order struct {
		ID    string `json:"id"`
		Units []struct {
			Payments struct {
				Refunds []refund `json:"refunds"`
			} `json:"payments"`
		} `json:"purchase_units"`
	}
	if o := s.look(ctx, t, "/v2/checkout/orders/"+url.PathEscape(c.Related.IDs.Order), &order); o != nil {
		return *o
	}
	for _, u := range order.Units {
		for i := range u.Payments.Refunds {
			if u.Payments.Refunds[i].Invoice == in.Invoice(t.ID, t.Key) {
				return outcome(&u.Payments.Refunds[i])
			}
		}
	}
	if order.ID == "" {
		return again(t)
	}
	return notThere(t)
}

// notThere is what a refund's absence means: while its request id is remembered, that it may be asked for again; later
// only when nothing can be on its way.
func notThere(t *effect.Task) effect.Outcome {
	quiet := t.AskedAt.Add(silence)
	if t.Now.Sub(t.FirstAt) < holds || t.AskedAt.IsZero() || !t.Now.Before(quiet) {
		return effect.Outcome{Result: effect.Later}
	}
	return effect.Outcome{Result: effect.Unknown, RetryAt: quiet}
}

// again is what there is to do where PayPal does not tell a capture's refunds: to ask with the same request id, while that
// is remembered. Then only a person can look.
func again(t *effect.Task) effect.Outcome {
	if t.Now.Sub(t.FirstAt) < holds {
		return effect.Outcome{Result: effect.Later}
	}
	return effect.Outcome{Result: effect.Unknown, Detail: "PayPal does not tell the refunds of this payment"}
}

// look asks for something. Not knowing is nil with nothing read where PayPal has no such thing, and an outcome where it
// does not say.
func (s *Sender) look(ctx context.Context, t *effect.Task, path string, into any) *effect.Outcome {
	a, err := s.ask(ctx, http.MethodGet, path, nil, "", into)
	if err != nil {
		return &effect.Outcome{Result: effect.Unknown, Code: effect.CodeUnreachable}
	}
	if a.Good() || a.Status == http.StatusNotFound && strings.Contains(string(a.Body), "RESOURCE_NOT_FOUND") {
		return nil
	}
	o := effect.Outcome{Result: effect.Unknown, RetryAt: a.RetryAt(t.Now)}
	if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden {
		o.Code = effect.CodeUnauthorized
	}
	return &o
}

// Check asks whether the client and its secret are good.
func (s *Sender) Check(ctx context.Context) (*call.Answer, error) {
	_, a, err := s.token(ctx, true)
	return a, err
}
