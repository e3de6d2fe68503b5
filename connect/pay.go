package connect

// stripe and paypal pay refunds back where the shop itself does not.
var (
	stripe = Kind{
		Name: "stripe", Group: "payment",
		Fields: []Field{{Name: "key", Secret: true, Required: true}, {Name: "secret", Secret: true}},
	}
	paypal = Kind{
		Name: "paypal", Group: "payment",
		Fields: []Field{{Name: "client", Required: true}, {Name: "secret", Secret: true, Required: true}, {Name: "webhook"}, {Name: "environment", Standard: "live", Choices: []string{"live", "sandbox"}}},
	}
)
