package connect

// signed is any system that signs what it tells, by Standard Webhooks.
var signed = Kind{
	Name: "signed", Group: "any",
	Fields: []Field{{Name: "secret", Secret: true, Required: true}},
}
