// Package signed reads what any system tells that signs by Standard Webhooks: one CloudEvent, a batch of them, or the plain
// form {"type", "data", "id", "time"}. Types and data are those of the desk's own events.
package signed

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// Tolerance is how far the instant of signing may be from that of the delivery, either way.
const Tolerance = 5 * time.Minute

// The headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// Reader reads the deliveries of a connection with the secrets secret and old_secret. Each may hold several, with spaces
// between: whsec_ and base64 for HMAC-SHA256, whpk_ and base64 for a public key of Ed25519.
var Reader = &intake.Reader{Verify: verify, Read: read, Keep: []string{headerID, headerTimestamp, headerSignature}}

// Secrets are the secrets that a text holds: secret_malformed when one is none.
func Secrets(text string) (all []Secret, err error) {
	for word := range strings.FieldsSeq(text) {
		s, err := parseSecret(word)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Secret verifies signatures: by a shared secret, or by the public key of who signs.
type Secret struct {
	shared []byte
	public ed25519.PublicKey
}

func parseSecret(word string) (Secret, error) {
	text, public := strings.CutPrefix(word, "whpk_")
	text = strings.TrimPrefix(text, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		key, err = base64.RawStdEncoding.DecodeString(text)
	}
	switch {
	case err != nil:
	case public && len(key) == ed25519.PublicKeySize:
		return Secret{public: key}, nil
	case !public && len(key) >= leastSecret && len(key) <= mostSecret:
		return Secret{shared: key}, nil
	}
	return Secret{}, &recourse.Error{Kind: recourse.Invalid, Code: "secret_malformed", Field: "secret", Message: "the secret is none of Standard Webhooks", Hint: "whsec_ and 24 to 64 bytes in base64, or whpk_ and a public key of 32"}
}

// How long a shared secret is, in bytes, by the specification.
const (
	leastSecret = 24
	mostSecret  = 64
)

// maxSignatures bounds how many signatures of one delivery are looked at.
const maxSignatures = 10

func verify(c *recourse.Connection, d *intake.Delivery) error {
	id, stamp := d.Header.Get(headerID), d.Header.Get(headerTimestamp)
	secrets, err := Secrets(c.Secret("secret") + " " + c.Secret("old_secret"))
	if err != nil {
		return err
	}
	if id == "" || !verified(secrets, id, stamp, d) || !fresh(stamp, d.At) {
		return intake.ErrSignature
	}
	d.ID, d.Topic = id, topicOf(d.Body)
	return nil
}

// fresh says that a delivery was signed a moment ago: an old one that somebody caught is of no use.
func fresh(stamp string, now time.Time) bool {
	n, err := strconv.ParseInt(stamp, 10, 64)
	return err == nil && now.Sub(time.Unix(n, 0)).Abs() <= Tolerance
}

// verified says that one of the signatures was made with one of the secrets. What is signed is the id, the instant and the
// body, with dots between.
func verified(secrets []Secret, id, stamp string, d *intake.Delivery) bool {
	signatures := strings.Fields(d.Header.Get(headerSignature))
	signed := append([]byte(id+"."+stamp+"."), d.Body...)
	for _, s := range signatures[:min(len(signatures), maxSignatures)] {
		version, text, _ := strings.Cut(s, ",")
		sum, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			continue
		}
		for i := range secrets {
			if secrets[i].made(version, sum, signed) {
				return true
			}
		}
	}
	return false
}

func (s *Secret) made(version string, sum, signed []byte) bool {
	if version == "v1a" && s.public != nil {
		return len(sum) == ed25519.SignatureSize && ed25519.Verify(s.public, signed, sum)
	}
	return version == "v1" && s.shared != nil && hmac.Equal(sum, s.sum(signed))
}

func (s *Secret) sum(signed []byte) []byte {
	h := hmac.New(sha256.New, s.shared)
	h.Write(signed)
	return h.Sum(nil)
}

// Sign makes the headers of a delivery, as who tells has to: for those who try it, and for the stand-ins.
func Sign(secret, id string, at time.Time, body []byte) (http.Header, error) {
	s, err := parseSecret(secret)
	if err != nil || s.shared == nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "secret_malformed", Field: "secret", Message: "this signs with a shared secret", Err: err}
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := s.sum(append([]byte(id+"."+stamp+"."), body...))
	return http.Header{headerID: {id}, headerTimestamp: {stamp}, headerSignature: {"v1," + base64.StdEncoding.EncodeToString(sum)}}, nil
}
