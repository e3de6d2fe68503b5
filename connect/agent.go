package connect

// dsers is the sourcing agent, which has no API for after-sales: requests go to its support by mail, or by a person's
// hand.
var dsers = Kind{
	Name: "dsers", Group: "agent",
	Fields: []Field{{Name: "email"}, {Name: "language", Standard: "en", Choices: []string{"en", "zh", "fr"}}},
}
