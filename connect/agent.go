package connect

// dsers is the sourcing agent, which has no API for after-sales: requests go to its support by mail, or by a person's
// hand. taobao are suppliers who authorise an app of the Taobao Open Platform.
var (
	dsers = Kind{
		Name: "dsers", Group: "agent",
		Fields: []Field{{Name: "email"}, {Name: "language", Standard: "en", Choices: []string{"en", "zh", "fr"}}},
	}
	taobao = Kind{
		Name: "taobao", Group: "agent",
		Fields: []Field{{Name: "app_key", Required: true}, {Name: "app_secret", Secret: true, Required: true}, {Name: "session", Secret: true, Required: true}},
	}
)
