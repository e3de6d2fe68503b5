package connect

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	paypalout "recourse/effect/paypal"
	stripeout "recourse/effect/stripe"
	paypalin "recourse/intake/paypal"
	stripein "recourse/intake/stripe"
)

// stripe and paypal pay refunds back where the shop itself does not: a shop's setting refunds names the connection.
var (
	stripe = Kind{
		Name: "stripe", Group: "payment",
		Fields: []Field{
			{Name: "key", Secret: true, Required: true, Check: checkStripeKey}, // secret or restricted: refunds written; charges and payment intents read
			{Name: "secret", Secret: true},                                     // of the webhook's endpoint; several, while one is replaced, with blanks between
			limit, fourEyes,
		},
		Reader: &stripein.Reader,
		Client: func(*recourse.Connection) *call.Client {
			return call.New(call.Options{Timeout: 80 * time.Second, Rate: 20, Burst: 20})
		},
		Test: func(ctx context.Context, c *recourse.Connection, peer *call.Client) error {
			a, err := stripeout.New(c, peer).Check(ctx)
			return providerTrouble("Stripe", a, err)
		},
		Acts:   []recourse.EffectKind{recourse.EffectRefund},
		Sender: func(c *recourse.Connection, peer *call.Client) effect.Sender { return stripeout.New(c, peer) },
	}
	paypal = Kind{
		Name: "paypal", Group: "payment",
		Fields: []Field{
			{Name: "client", Required: true}, {Name: "secret", Secret: true, Required: true},
			{Name: "webhook", Check: checkPayPalWebhook}, // the id that PayPal gave the webhook: it is part of what is signed
			{Name: "environment", Standard: "live", Choices: []string{"live", "sandbox"}, Rare: true},
			limit, fourEyes,
		},
		Reader: &paypalin.Reader,
		Client: func(*recourse.Connection) *call.Client {
			return call.New(call.Options{Timeout: 60 * time.Second, Rate: 5, Burst: 5})
		},
		Test: func(ctx context.Context, c *recourse.Connection, peer *call.Client) error {
			a, err := paypalout.New(c, peer).Check(ctx)
			return providerTrouble("PayPal", a, err)
		},
		Acts:   []recourse.EffectKind{recourse.EffectRefund},
		Sender: func(c *recourse.Connection, peer *call.Client) effect.Sender { return paypalout.New(c, peer) },
	}
)

// checkStripeKey refuses what is pasted most often by mistake: the key that is meant for browsers.
func checkStripeKey(v string) error {
	if strings.HasPrefix(v, "sk_") || strings.HasPrefix(v, "rk_") {
		return nil
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "key", Message: "key: it is no secret key", Hint: "take the one that begins with sk_ or, with fewer rights, rk_"}
}

// checkPayPalWebhook refuses what is pasted in place of a webhook's id: its address, most often.
func checkPayPalWebhook(v string) error {
	if len(v) <= 50 && !strings.ContainsFunc(v, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }) {
		return nil
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "webhook", Message: "webhook: it is no id of a webhook", Hint: "PayPal shows it beside the address: letters and digits alone"}
}

// providerTrouble says for a person why a payment provider could not be asked; nil: it could.
func providerTrouble(name string, a *call.Answer, err error) error {
	switch {
	case err != nil:
		return &recourse.Error{Kind: recourse.Unavailable, Code: "peer_unreachable", Message: name + " does not answer", Hint: "try again in a minute", Err: err}
	case a.Good():
		return nil
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return &recourse.Error{Kind: recourse.Forbidden, Code: "unauthorized", Message: name + " does not accept the key", Hint: "compare it, and whether it is of the right environment"}
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "peer_refused", Message: name + " answered " + strconv.Itoa(a.Status), Hint: "try again in a minute"}
}
