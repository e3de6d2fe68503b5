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
		{Name: "client", Or: "token"},                  // the app's client id, of the Dev Dashboard
		{Name: "secret", Secret: true, Required: true}, // the app's client secret: signs webhooks, and gets tokens
		payer,
		{Name: "token", Secret: true, Rare: true},      // of an app that was made in the shop's admin, in place of the client id
		{Name: "old_secret", Secret: true, Rare: true}, // the one before: good for an hour after a rotation
		{Name: "version", Standard: api.Version, Check: api.CheckVersion, Rare: true},
	},
	Reader:   in.Reader,
	Poller:   in.Poller,
	Client:   api.Client,
	Test:     in.Test,
	Acts:     out.Acts,
	Sender:   func(c *recourse.Connection, peer *call.Client) effect.Sender { return out.New(c, peer) },
	Register: in.Register,
	Mirror:   out.Mirror,
}
