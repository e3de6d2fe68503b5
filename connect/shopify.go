package connect

import (
	"recourse"
	"recourse/call"
	api "recourse/call/shopify"
	"recourse/effect"
	out "recourse/effect/shopify"
	in "recourse/intake/shopify"
)

// shopify is a shop on Shopify, through an app of the merchant's own.
var shopify = Kind{
	Name: "shopify", Group: "shop",
	Fields: []Field{
		{Name: "shop", Required: true, Clean: api.CleanShop, Check: api.CheckShop}, // example.myshopify.com
		{Name: "token", Secret: true, Required: true},                              // of the Admin API
		{Name: "secret", Secret: true, Required: true},                             // the app's client secret: signs webhooks
		{Name: "old_secret", Secret: true},                                         // the one before: good for an hour after a rotation
		{Name: "version", Standard: api.Version, Check: api.CheckVersion},
		{Name: "refunds", Standard: "shop"},
	},
	Reader:   in.Reader,
	Poller:   in.Poller,
	Client:   api.Client,
	Test:     in.Test,
	Acts:     out.Acts,
	Sender:   func(c *recourse.Connection, peer *call.Client) effect.Sender { return out.New(c, peer) },
	Register: in.Register,
}
