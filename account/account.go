// Package account knows who comes in, and what each may do.
//
// A way in is a secret of 160 random bits, of one of three kinds: a program shows a token with every request, a browser
// shows a session as a cookie, and a link becomes a session once. The secret is shown when it is issued and never again;
// what is kept is its SHA-256. It needs no slow hash, which protects what people think up: nobody finds 160 bits by
// trying, and looking a hash up in an index tells by its time nothing about a secret that is not known already.
//
//	rc_a_shop_7q3f…   kind, merchant, secret
//
// The mark in front lets scanners of repositories and logs find a secret that leaked. The merchant stands in it because
// every query begins with the merchant.
//
// Who may do what is one table, in role.go.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"recourse"
	"recourse/store"
)

// Actor is who comes in.
type Actor struct {
	Merchant string
	Name     string // whose token it is; kept in the history with what they do
	Role     Role
	Person   string         // the id of the person; "": a program, or whoever runs the server
	Limit    recourse.Money // the most money that they may let go; zero: as their role says
	Supplier string         // of the role supplier: whose purchases they see
}

// Accounts issues and knows the ways in of all merchants of a database. It is safe for many goroutines.
type Accounts struct {
	store    *store.Store
	clock    func() time.Time
	seen     cache
	hasher   *hasher
	throttle throttle
	familiar familiar
	linkKeys linkKeys
}

// New is the accounts of a store. Expiry is judged by the clock.
func New(s *store.Store, clock func() time.Time) *Accounts {
	return &Accounts{store: s, clock: clock, hasher: newHasher(standard)}
}

// letters mark the kinds of token, in the secret.
var letters = map[store.TokenKind]string{store.TokenAPI: "a", store.TokenLink: "l", store.TokenSession: "s", store.TokenSetup: "f", store.TokenInvite: "i", ceremonyKind: "c"}

// Issue makes a way in and gives its secret, which cannot be had again. It lasts that long; 0: until it is revoked,
// which links and sessions may not.
func (a *Accounts) Issue(ctx context.Context, merchant, name string, role Role, kind store.TokenKind, lasts time.Duration) (string, error) {
	if _, err := ParseRole(string(role)); err != nil {
		return "", err
	}
	if letters[kind] == "" || kind == store.TokenSetup || kind == store.TokenInvite || kind == ceremonyKind || lasts < 0 || lasts == 0 && kind != store.TokenAPI {
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "token_kind", Field: "for", Message: "a " + recourse.Shorten(string(kind), 40) + " that lasts " + lasts.String() + " cannot be issued"}
	}
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "token_name", Field: "name", Message: "a token needs a name, of 100 letters at most: whose it is"}
	}
	var secret string
	err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		if _, err = tx.Merchant(merchant); err != nil {
			return err
		}
		secret, err = put(tx, Actor{Merchant: merchant, Name: name, Role: role}, kind, a.clock(), lasts)
		return err
	})
	return secret, err
}

// put keeps a new secret's hash.
func put(tx *store.Tx, who Actor, kind store.TokenKind, now time.Time, lasts time.Duration) (string, error) {
	secret := newSecret(kind, who.Merchant)
	t := store.Token{Merchant: who.Merchant, Hash: hashOf(secret), Name: who.Name, Role: string(who.Role), Kind: kind, CreatedAt: now}
	if lasts > 0 {
		t.ExpiresAt = now.Add(lasts)
	}
	return secret, tx.PutToken(t)
}

var base = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newSecret is 20 random bytes, 32 letters, behind what says what it is.
func newSecret(kind store.TokenKind, merchant string) string {
	random := make([]byte, 20)
	rand.Read(random)
	return "rc_" + letters[kind] + "_" + merchant + "_" + base.EncodeToString(random)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// merchantOf is the merchant of a secret of some kind, as far as its form tells; "" when it has not that form.
func merchantOf(secret string, kind store.TokenKind) string {
	parts := strings.Split(secret, "_")
	if len(secret) > 200 || len(parts) != 4 || parts[0] != "rc" || parts[1] != letters[kind] || len(parts[3]) != 32 {
		return ""
	}
	for _, c := range []byte(parts[2]) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return ""
		}
	}
	return parts[2]
}

func errUnknown() error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "token_unknown", Message: "this token is not known", Hint: "it was revoked, or not copied whole; issue one with: recourse token create"}
}

func errExpired() error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "token_expired", Message: "this token has expired", Hint: "issue one with: recourse token create"}
}

// Who is whoever shows a secret of some kind. Of one that was never issued, was revoked or is of another kind the error
// is token_unknown; of one whose time is over, token_expired. Both are of kind [recourse.Forbidden] and say, by their
// codes, that it is not known who asks.
//
// What was found is remembered for a few seconds, so that a token revoked in another process may work that much longer.
func (a *Accounts) Who(ctx context.Context, secret string, kind store.TokenKind) (Actor, error) {
	merchant := merchantOf(secret, kind)
	if merchant == "" {
		return Actor{}, errUnknown()
	}
	hash, now := hashOf(secret), a.clock()
	found, age, known := a.seen.get(merchant, hash)
	if !known {
		var err error
		if found, err = a.whose(ctx, merchant, hash); err != nil {
			return Actor{}, err
		}
	}
	t := &found.token
	switch {
	case t.Kind != kind:
		return Actor{}, errUnknown()
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		return Actor{}, errExpired()
	}
	if !known {
		a.see(ctx, t, now)
		a.seen.put(found, age)
	}
	return found.who, nil
}

// whose is a token with who acts by it: a person as they are now, not as they were when it was issued.
func (a *Accounts) whose(ctx context.Context, merchant, hash string) (f found, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) error {
		if f.token, err = tx.Token(merchant, hash); err != nil {
			return err
		}
		if f.who = (Actor{Merchant: merchant, Name: f.token.Name, Role: Role(f.token.Role)}); f.token.Person == "" {
			return nil
		}
		p, err := tx.Person(merchant, f.token.Person)
		if err == nil && !p.DisabledAt.IsZero() {
			err = errUnknown()
		}
		f.who = actorOf(p)
		if f.token.Kind == store.TokenAPI {
			f.who.Role = narrower(Role(f.token.Role), f.who.Role)
		}
		return err
	})
	if c := recourse.CodeOf(err); c == "token_unknown" || c == "person_unknown" {
		err = errUnknown()
	}
	return f, err
}

func (a *Accounts) read(ctx context.Context, merchant, hash string) (t store.Token, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		t, err = tx.Token(merchant, hash)
		return err
	})
	if recourse.CodeOf(err) == "token_unknown" {
		err = errUnknown()
	}
	return t, err
}

// Redeem makes a session of a link, once: of two who come at the same time one gets it. For all others the link is
// token_used; after its time it is token_expired.
func (a *Accounts) Redeem(ctx context.Context, link string, v Visit) (session string, who Actor, err error) {
	t, err := a.link(ctx, link, store.TokenLink)
	if err != nil {
		return "", Actor{}, err
	}
	now := a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(t.Merchant); err != nil {
			return err
		}
		first, err := tx.UseToken(t.Merchant, t.Hash, now)
		if err != nil {
			return err
		}
		if !first {
			return errUsed()
		}
		if t.Person == "" {
			who = Actor{Merchant: t.Merchant, Name: t.Name, Role: Role(t.Role)}
			session, err = putSession(tx, who, now, v)
			return err
		}
		p, err := tx.Person(t.Merchant, t.Person)
		if err != nil {
			return err
		}
		if !p.DisabledAt.IsZero() {
			return errUnknown()
		}
		p.SeenAt = now
		who = actorOf(p)
		if session, err = putSession(tx, who, now, v); err != nil {
			return err
		}
		return tx.PutPerson(p)
	})
	if err != nil {
		return "", Actor{}, err
	}
	return session, who, nil
}

func errUsed() error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "token_used", Message: "this link was used already", Hint: "a link signs in once; issue another with: recourse token create --link"}
}

// List is all ways in of a merchant, the oldest first; never their secrets.
func (a *Accounts) List(ctx context.Context, merchant string) (all []store.Token, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		if _, err = tx.Merchant(merchant); err == nil {
			all, err = tx.Tokens(merchant)
		}
		return err
	})
	return all, err
}

// Revoke ends the way in whose hash begins so; eight letters are the least. In this process it ends at once, in others
// within seconds.
func (a *Accounts) Revoke(ctx context.Context, merchant, prefix string) error {
	unknown := &recourse.Error{Kind: recourse.NotFound, Code: "token_unknown", Field: "token", Message: `no token's hash begins with "` + recourse.Shorten(prefix, 64) + `"`}
	if len(prefix) < 8 {
		unknown.Hint = "give eight letters or more"
		return unknown
	}
	var hash string
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.Tokens(merchant)
		if err != nil {
			return err
		}
		for _, t := range all {
			if !strings.HasPrefix(t.Hash, prefix) {
				continue
			}
			if hash != "" {
				return &recourse.Error{Kind: recourse.Invalid, Code: "token_several", Field: "token", Message: "several tokens' hashes begin so", Hint: "give more of it"}
			}
			hash = t.Hash
		}
		if hash == "" {
			return unknown
		}
		_, err = tx.DropToken(merchant, hash)
		return err
	})
	a.seen.drop(merchant, hash)
	return err
}

// SignOut ends the session that a browser shows.
func (a *Accounts) SignOut(ctx context.Context, session string) error {
	merchant := merchantOf(session, store.TokenSession)
	if merchant == "" {
		return nil
	}
	hash := hashOf(session)
	a.seen.drop(merchant, hash)
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DropToken(merchant, hash)
		return err
	})
	a.seen.drop(merchant, hash)
	return err
}
