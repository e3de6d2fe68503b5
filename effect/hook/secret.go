package hook

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Secrets are written as the specification says: whsec_ and base64 of 32 random bytes; of ed25519 whsk_ and base64 of the
// private key (the seed, then the public key), and whpk_ and base64 of the public one.

const (
	symmetric = "whsec_"
	private   = "whsk_"
	publicKey = "whpk_"
	keyBytes  = 32
	maxKeys   = 3              // that sign at once
	rotateFor = 24 * time.Hour // how long the secret of before goes on signing
)

// key is a secret with the time that it signs for.
type key struct {
	Text  string    `json:"text"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"` // zero: until it is rotated
}

func newKey(kind string, now time.Time) key {
	if kind == "v1a" {
		_, k, err := ed25519.GenerateKey(rand.Reader)
		if err != nil { // unreachable: the source of randomness never fails
			panic(err)
		}
		return key{Text: private + base64.StdEncoding.EncodeToString(k), Since: now}
	}
	b := make([]byte, keyBytes)
	rand.Read(b)
	return key{Text: symmetric + base64.StdEncoding.EncodeToString(b), Since: now}
}

func (k key) kind() string {
	if strings.HasPrefix(k.Text, private) {
		return "v1a"
	}
	return "v1"
}

// shown is what its receiver is to know: the secret, or the public key.
func (k key) shown() string {
	if k.kind() == "v1a" {
		return k.public()
	}
	return k.Text
}

// public is the public key of v1a; "" for v1.
func (k key) public() string {
	b := k.ed25519()
	if b == nil {
		return ""
	}
	return publicKey + base64.StdEncoding.EncodeToString(b.Public().(ed25519.PublicKey))
}

func (k key) ed25519() ed25519.PrivateKey {
	text, ok := strings.CutPrefix(k.Text, private)
	b, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(b) != ed25519.PrivateKeySize {
		return nil
	}
	return b
}

// sign is the signature of a payload under an id at an instant.
func (k key) sign(id string, at time.Time, payload []byte) (string, error) {
	if k.kind() == "v1" {
		w, err := standardwebhooks.NewWebhook(k.Text)
		if err != nil {
			return "", err
		}
		return w.Sign(id, at, payload)
	}
	content := append([]byte(id+"."+strconv.FormatInt(at.Unix(), 10)+"."), payload...)
	return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(k.ed25519(), content)), nil
}

// sign is what stands in the header: the signatures of all keys that sign now, parted by spaces.
func (t *target) sign(id string, at time.Time, payload []byte) (string, error) {
	var all []string
	for _, k := range t.Keys {
		if !k.Until.IsZero() && !at.Before(k.Until) {
			continue
		}
		s, err := k.sign(id, at, payload)
		if err != nil {
			return "", err
		}
		all = append(all, s)
	}
	return strings.Join(all, " "), nil
}

// rotate puts a new key before the others, lets them sign for a day more, and gives what is to be shown of it.
func (t *target) rotate(now time.Time) string {
	fresh := newKey(t.Keys[0].kind(), now)
	keys := []key{fresh}
	for _, k := range t.Keys {
		if k.Until.IsZero() {
			k.Until = now.Add(rotateFor)
		}
		if now.Before(k.Until) && len(keys) < maxKeys {
			keys = append(keys, k)
		}
	}
	t.Keys = keys
	return fresh.shown()
}

// oldUntil is until when an older key signs too; zero: none does.
func (t *target) oldUntil(now time.Time) (until time.Time) {
	for _, k := range t.Keys[1:] {
		if k.Until.After(now) && k.Until.After(until) {
			until = k.Until
		}
	}
	return until
}
