package shopify

import (
	"encoding/json"
	"slices"
	"strings"

	"recourse"
	"recourse/intake"
)

// This file is about orders whose money another provider took than the shop's own payments. A shop that pays such refunds
// back by that provider (its setting refunds) needs to know what the payment is called there. Webhooks of orders do not say
// so: the order is asked for, once when it comes and once when it is paid.

// gateways are the providers behind gateways, by the beginning of a gateway's name. [M]
var gateways = []struct{ name, provider string }{{"stripe", "stripe"}, {"paypal", "paypal"}}

func providerOf(gateway string) string {
	gateway = strings.ToLower(gateway)
	for _, g := range gateways {
		if strings.HasPrefix(gateway, g.name) {
			return g.provider
		}
	}
	return ""
}

// graphPayment is a payment of an order, or money that went back. For a gateway of another provider its authorization is
// what that provider calls the payment: pi_… or ch_… at Stripe, the capture at PayPal. [M]
type graphPayment struct {
	Kind    string `json:"kind"`
	Status  string `json:"status"`
	Gateway string `json:"gateway"`
	ID      string `json:"authorizationCode"`
}

// paidBy is the payment that other provider took; nil where the shop's own payments did, where it is not named, and where
// there are several, since nobody can say which of them a refund belongs to.
func paidBy(all []graphPayment) (found *recourse.Payment) {
	for _, p := range all {
		provider := providerOf(p.Gateway)
		if p.Status != "SUCCESS" || p.Kind != "SALE" && p.Kind != "CAPTURE" {
			continue
		}
		if found != nil || provider == "" || p.ID == "" {
			return nil
		}
		found = &recourse.Payment{Provider: provider, ID: recourse.Shorten(p.ID, 200)}
	}
	return found
}

// tellPaid are the topics of an order at which its payment is asked for.
var tellPaid = []string{"orders/create", "orders/paid"}

// paidElsewhere says that a delivery tells an order that another provider was paid for, in a shop whose refunds go back by
// another connection.
func paidElsewhere(c *recourse.Connection, d *intake.Delivery) bool {
	if by := c.Setting("refunds", "shop"); by == "shop" || by == "hand" || !slices.Contains(tellPaid, d.Topic) {
		return false
	}
	var body struct {
		Gateways []string `json:"payment_gateway_names"`
	}
	return json.Unmarshal(d.Body, &body) == nil && slices.ContainsFunc(body.Gateways, func(g string) bool { return providerOf(g) != "" })
}

// orderTold is the number of the order that a delivery tells whole.
func orderTold(d *intake.Delivery) string {
	var body struct {
		ID num `json:"id"`
	}
	if json.Unmarshal(d.Body, &body) != nil {
		return ""
	}
	return string(body.ID)
}
