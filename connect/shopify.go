package connect

// shopify is a shop on Shopify, through an app of the merchant's own.
var shopify = Kind{
	Name: "shopify", Group: "shop",
	Fields: []Field{
		{Name: "shop", Required: true},                 // example.myshopify.com
		{Name: "token", Secret: true, Required: true},  // of the Admin API
		{Name: "secret", Secret: true, Required: true}, // the app's client secret: signs webhooks
		{Name: "old_secret", Secret: true},             // the one before: good for an hour after a rotation
		{Name: "version", Standard: "2026-10"},
		{Name: "refunds", Standard: "shop"},
	},
}
