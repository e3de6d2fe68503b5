// Package taobao asks the Taobao Open Platform for the refunds and trades of suppliers who authorised us, and understands
// them. The number of a trade (tid) is the number of our purchase.
//
// The platform's own documents are behind a login: what is assumed of it is [V3] or [M], as interfaces.md A4 gives it. How it
// is signed stands in Sign, what its statuses mean in refundSenses and tradeSenses, what its errors mean in refusal.
package taobao

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strings"
)

// Sign signs the parameters of a request by one of the platform's three methods: md5, hmac (HMAC-MD5) and hmac-sha256. All
// parameters but the signature itself, in the order of their names, name and value one behind the other, in UTF-8; the result
// in capitals. [V3] An unknown method counts as hmac-sha256.
func Sign(method, secret string, params map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name != "sign" && name != "" && params[name] != "" {
			b.WriteString(name)
			b.WriteString(params[name])
		}
	}
	if method == "md5" {
		sum := md5.Sum([]byte(secret + b.String() + secret))
		return strings.ToUpper(hex.EncodeToString(sum[:]))
	}
	var make func() hash.Hash = sha256.New
	if method == "hmac" {
		make = md5.New
	}
	mac := hmac.New(make, []byte(secret))
	mac.Write([]byte(b.String()))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}
