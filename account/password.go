package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"recourse"
)

// What people think up is kept as argon2id makes it, which takes memory on purpose: whoever steals the table pays for
// every guess. The same memory must not be a way to bring this server down, so that few are made at once and the others
// wait their turn.

// cost is what a hash takes.
type cost struct {
	memory  uint32 // KiB
	time    uint32 // passes
	threads uint8
}

// standard is more than the OWASP Password Storage Cheat Sheet asks (46 MiB and one pass, or 19 MiB and two) and takes
// about a seventh of a second.
var standard = cost{64 << 10, 2, 1}

const (
	saltBytes, keyBytes = 16, 32
	hashesAtOnce        = 2  // their memory: 128 MiB
	mostWaiting         = 40 // beyond, people are told to come back: they would wait for seconds
	maxPassword         = 1000
	minPassword         = 12
)

// hasher makes and checks hashes, a few at once.
type hasher struct {
	cost    cost
	places  chan struct{}
	waiting atomic.Int32
}

func newHasher(c cost) *hasher { return &hasher{cost: c, places: make(chan struct{}, hashesAtOnce)} }

// turn waits for a place, runs f and gives its memory back: nobody else uses as much, so that without being asked the
// runtime would keep several times of it for good.
func (h *hasher) turn(ctx context.Context, f func()) error {
	busy := &recourse.Error{Kind: recourse.Unavailable, Code: "signin_busy", Message: "many people sign in at this moment", Hint: "try again in a few seconds"}
	if h.waiting.Add(1) > mostWaiting {
		h.waiting.Add(-1)
		return busy
	}
	defer h.waiting.Add(-1)
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return busy
	}
	defer func() { <-h.places }()
	f()
	runtime.GC()
	return nil
}

var phc64 = base64.RawStdEncoding

// hash is the hash of a password as it is kept: $argon2id$v=19$m=65536,t=2,p=1$salt$key.
func (h *hasher) hash(ctx context.Context, password string) (phc string, err error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	err = h.turn(ctx, func() { phc = h.cost.phc(salt, h.cost.key(password, salt)) })
	return phc, err
}

func (c cost) phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads, phc64.EncodeToString(salt), phc64.EncodeToString(key))
}

func (c cost) key(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, c.time, c.memory, c.threads, keyBytes)
}

// nobody is what a password is held against where there is none, so that the answer takes as long.
func (h *hasher) nobody() string { return h.cost.phc(make([]byte, saltBytes), make([]byte, keyBytes)) }

// verify says whether a password is the one that was kept. old: it is, and was kept at another cost than today's.
func (h *hasher) verify(ctx context.Context, phc, password string) (right, old bool, err error) {
	c, salt, key, sound := parsePHC(phc)
	if !sound {
		c, salt, key, _ = parsePHC(h.nobody())
	}
	password = recourse.Shorten(password, maxPassword)
	err = h.turn(ctx, func() { right = subtle.ConstantTimeCompare(c.key(password, salt), key) == 1 && sound })
	return right, right && c != h.cost, err
}

// parsePHC reads a hash. One that would take more than a server has is not sound.
func parsePHC(phc string) (c cost, salt, key []byte, sound bool) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil || n != 3 {
		return c, nil, nil, false
	}
	salt, err := phc64.DecodeString(parts[4])
	if err != nil {
		return c, nil, nil, false
	}
	key, err = phc64.DecodeString(parts[5])
	sound = err == nil && len(salt) >= 8 && len(key) == keyBytes && c.memory >= 8 && c.memory <= 256<<10 && c.time >= 1 && c.time <= 16 && c.threads >= 1 && c.threads <= 16
	return c, salt, key, sound
}

//go:embed passwords.txt
var commonText string

// common are the passwords that are tried first, and the words that most of them are made of.
var common = func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all[line] = true
		}
	}
	return all
}()

// CheckPassword says whether a password can be taken. Length is what counts: no signs are asked for, and none refused.
// Refused are those that are tried first: the commonest, those made of one word or of what anybody knows of the person
// (about: email, name, shop), and those of few different letters. The errors are of kind [recourse.Invalid]:
// password_short, password_long, password_common.
func CheckPassword(password string, about ...string) error {
	refuse := func(code, message, hint string) error {
		return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: "password", Message: message, Hint: hint}
	}
	password = norm.NFKC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return refuse("password_short", fmt.Sprintf("the password has %d letters, %d are the least", n, minPassword), "three or four words make a good one")
	case len(password) > maxPassword:
		return refuse("password_long", fmt.Sprintf("the password is longer than %d bytes", maxPassword), "")
	}
	if guessed(cases.Fold().String(password), about) {
		return refuse("password_common", "this password is among those that are tried first", "take three or four words that have nothing to do with each other")
	}
	return nil
}

// guessed says that a folded password is one of those that are tried first.
func guessed(p string, about []string) bool {
	distinct := map[rune]bool{}
	for _, r := range p {
		distinct[r] = true
	}
	if len(distinct) < 5 || common[p] {
		return true
	}
	core := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	if utf8.RuneCountInString(core) < 4 || repeats(core) {
		return true // digits and marks with a few letters between them, or one word again and again
	}
	plain := strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i").Replace(core)
	if common[core] || common[plain] {
		return true
	}
	rest := p
	for _, a := range about {
		a = cases.Fold().String(a)
		local, _, _ := strings.Cut(a, "@")
		for _, word := range append([]string{a, local, strings.ReplaceAll(a, " ", "")}, strings.Fields(a)...) {
			if utf8.RuneCountInString(word) >= 3 {
				rest = strings.ReplaceAll(rest, word, "")
			}
		}
	}
	return rest != p && utf8.RuneCountInString(rest) < minPassword/2
}

// repeats says that a text is one common word, or anything short, several times over.
func repeats(s string) bool {
	for n := 1; n <= len(s)/2; n++ {
		if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
			return n < 8 || common[s[:n]]
		}
	}
	return false
}
