package track

// Signatures made by Python's hashlib, hmac and base64, of the bodies in TestSignatures.
const (
	newSign   = "e674db057925bba1011df2819958e26758e39af1b0aadcaa1239b6f62de08d61" // sha256(body + "/" + key)
	hmacSign  = "63d7919eb72f4b30242856aff443a295a4e44b39fa1005ecb759c9c7b49e3b5f" // hmac_sha256(key, body): not what 17TRACK does
	oldSign   = "f1eff6d4877dc7de449af6e545d38307d05aef9fd41d26fe81dacda35a1a6b98" // sha256(event + "/" + data + "/" + key)
	shipSign  = "22+T9Fho2gC5a9CCJAO53ivYNNewENGlItVIXezOKeE="                     // base64(hmac_sha256(secret, body))
	placeHash = "8d998edc"                                                         // the beginning of sha256("shenzhen, cn")
)
