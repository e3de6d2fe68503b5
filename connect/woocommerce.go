package connect

// woocommerce is a shop on WooCommerce.
var woocommerce = Kind{
	Name: "woocommerce", Group: "shop",
	Fields: []Field{
		{Name: "url", Required: true}, // https://shop.example.org
		{Name: "key", Secret: true, Required: true},
		{Name: "key_secret", Secret: true, Required: true},
		{Name: "secret", Secret: true, Required: true}, // signs webhooks
		{Name: "refunds", Standard: "shop"},            // who pays refunds back: shop, or the id of a payment connection, or hand
	},
}
