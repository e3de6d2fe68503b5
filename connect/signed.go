package connect

import "recourse/intake/signed"

// signedKind is any system that signs what it tells, by Standard Webhooks.
var signedKind = Kind{
	Name: "signed", Group: "any",
	Fields: []Field{{Name: "secret", Secret: true, Required: true, Check: checkSigned}, {Name: "old_secret", Secret: true, Check: checkSigned, Rare: true}},
	Reader: signed.Reader,
}

func checkSigned(v string) error {
	_, err := signed.Secrets(v)
	return err
}
