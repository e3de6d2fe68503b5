// Package vault seals what must not be read by who has only the database: secrets of connections, raw deliveries, sent
// words.
//
// AES-256-GCM under a key of 32 bytes that stands outside the database, in a file or in the environment. Every sealed
// text begins with the number of its key, so that keys can be changed one by one: a ring has one key that seals and any
// number that only open. The place where a text stands (table, merchant, id) is sealed with it: a text that was moved to
// another row does not open there.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"

	"recourse"
)

// keySize is the length of a key, in bytes.
const keySize = 32

// Ring is a set of keys: the first seals, all open. It is safe for many goroutines. A nil ring seals and opens nothing:
// it refuses with vault_closed.
type Ring struct {
	keys []key
}

type key struct {
	id   [4]byte // the beginning of the SHA-256 of the key
	aead cipher.AEAD
}

// New makes a ring of keys of 32 bytes, the one that seals first.
func New(keys ...[]byte) (*Ring, error) {
	r := &Ring{}
	for _, k := range keys {
		if len(k) != keySize {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "vault_key", Message: "a key has 32 bytes, written as 44 letters of base64", Hint: "recourse vault new makes one"}
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(k)
		r.keys = append(r.keys, key{id: [4]byte(sum[:4]), aead: aead})
	}
	if len(r.keys) == 0 {
		return nil, errClosed
	}
	return r, nil
}

var errClosed = &recourse.Error{Kind: recourse.Unavailable, Code: "vault_closed", Message: "there is no key for the secrets", Hint: "give the file with it by --vault, or the key in RECOURSE_VAULT_KEY"}

// Parse makes a ring of keys in base64, one a line, or parted by commas; the first seals.
func Parse(text string) (*Ring, error) {
	var keys [][]byte
	for _, f := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' || c == ',' || c == ' ' }) {
		k, err := base64.StdEncoding.DecodeString(f)
		if err != nil {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "vault_key", Message: "a key is not base64", Hint: "recourse vault new makes one", Err: err}
		}
		keys = append(keys, k)
	}
	return New(keys...)
}

// NewKey is a new random key, in base64.
func NewKey() string {
	k := make([]byte, keySize)
	rand.Read(k) // never fails
	return base64.StdEncoding.EncodeToString(k)
}

// OpenFile reads a ring from a file that nobody else may read, and makes the file with a new key where there is none and
// make says so.
func OpenFile(path string, makeIt bool) (*Ring, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) && makeIt {
		text := NewKey() + "\n"
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, unreadable(path, err)
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if os.IsExist(err) {
			return OpenFile(path, false) // another process was faster
		}
		if err != nil {
			return nil, unreadable(path, err)
		}
		if _, err = f.WriteString(text); err == nil {
			err = f.Sync()
		}
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, unreadable(path, err)
		}
		return Parse(text)
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(string(data))
}

func unreadable(path string, err error) error {
	return &recourse.Error{Kind: recourse.Unavailable, Code: "vault_file", Field: "vault", Position: recourse.Position{File: path}, Message: "the file with the key cannot be read: " + err.Error(), Err: err}
}

// Seal seals a text for a place.
func (r *Ring) Seal(place string, text []byte) ([]byte, error) {
	if r == nil {
		return nil, errClosed
	}
	k := &r.keys[0]
	out := make([]byte, 4+k.aead.NonceSize(), 4+k.aead.NonceSize()+len(text)+k.aead.Overhead())
	copy(out, k.id[:])
	rand.Read(out[4:])
	return k.aead.Seal(out, out[4:], text, []byte(place)), nil
}

// Open opens what Seal sealed for that place: vault_sealed when no key of the ring opens it, or it was changed.
func (r *Ring) Open(place string, sealed []byte) ([]byte, error) {
	if r == nil {
		return nil, errClosed
	}
	for i := range r.keys {
		k := &r.keys[i]
		n := 4 + k.aead.NonceSize()
		if len(sealed) < n || [4]byte(sealed[:4]) != k.id {
			continue
		}
		text, err := k.aead.Open(nil, sealed[4:n], sealed[n:], []byte(place))
		if err == nil {
			return text, nil
		}
	}
	return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "vault_sealed", Message: "a secret cannot be opened with the keys that are there", Hint: "keep the key that it was sealed with in the file, below the new one, until recourse vault rotate has run"}
}

// Fresh says whether a text is sealed with the key that seals now.
func (r *Ring) Fresh(sealed []byte) bool {
	return r != nil && len(sealed) >= 4 && [4]byte(sealed[:4]) == r.keys[0].id
}
