package account

import (
	"context"
	"slices"
	"time"

	"recourse"
	"recourse/store"
)

// IssueTo makes a token for a program that acts for a person: what it does counts as theirs, so that nobody approves by a
// program what they decided themselves. It may what its role says and the person may; when they are blocked, it is not let
// in. It lasts that long; 0: until it is revoked. person_unknown, of kind [recourse.NotFound], when nobody has that email.
func (a *Accounts) IssueTo(ctx context.Context, merchant, email string, role Role, lasts time.Duration) (string, error) {
	if _, err := ParseRole(string(role)); err != nil {
		return "", err
	}
	if lasts < 0 {
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "token_kind", Field: "expires", Message: "a token cannot last " + lasts.String()}
	}
	var secret string
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PersonByEmail(merchant, email)
		if err != nil {
			return err
		}
		secret = newSecret(store.TokenAPI, merchant)
		t := store.Token{Merchant: merchant, Hash: hashOf(secret), Name: p.Name, Role: string(role), Kind: store.TokenAPI, CreatedAt: a.clock(), Person: p.ID}
		if lasts > 0 {
			t.ExpiresAt = t.CreatedAt.Add(lasts)
		}
		return tx.PutToken(t)
	})
	return secret, err
}

// narrower is the one of two roles that may less.
func narrower(a, b Role) Role {
	if slices.Index(Roles, a) > slices.Index(Roles, b) {
		return a
	}
	return b
}
