package store

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"recourse"
)

// TokenKind says what a token is shown for.
type TokenKind string

// The kinds of token.
const (
	TokenAPI     TokenKind = "api"     // by a program, with every request
	TokenLink    TokenKind = "link"    // once, by who opens a link; it becomes a session
	TokenSession TokenKind = "session" // by a browser, as a cookie
	TokenSetup   TokenKind = "setup"   // once, by who sets up the shop; it makes the first owner
	TokenInvite  TokenKind = "invite"  // once, by who was invited; it sets their password
)

// Token is a way in. The secret itself is never kept, only its hash.
type Token struct {
	Merchant  string
	Hash      string // SHA-256 of the secret, hex
	Name      string // for people: whose it is
	Role      string
	Kind      TokenKind
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	UsedAt    time.Time // of a link: when it was used up; zero: never
	Person    string    // the id of the person whose it is; "": of nobody in particular
	Agent     string    // of a session: the browser and its system
	SeenAt    time.Time // of a session: when it was last shown, give or take some minutes; zero: never
	// Idle is how long a session waits for the next visit, which moves ExpiresAt on; 0: it ends when it ends.
	Idle time.Duration
}

// PutToken keeps a token.
func (tx *Tx) PutToken(t Token) error {
	_, err := tx.exec(`INSERT INTO tokens (merchant, hash, name, role, kind, created_at, expires_at, used_at, person, agent, seen_at, idle) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		t.Merchant, t.Hash, t.Name, t.Role, string(t.Kind), micros(t.CreatedAt), micros(t.ExpiresAt), micros(t.UsedAt), t.Person, t.Agent, micros(t.SeenAt), t.Idle.Microseconds())
	return err
}

// Token reads a token of a merchant by its hash: token_unknown, of kind [recourse.NotFound], when there is none.
func (tx *Tx) Token(merchant, hash string) (Token, error) {
	all, err := tx.tokens(`merchant = $1 AND hash = $2`, merchant, hash)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "token_unknown", Message: "there is no such token"}
	}
	if err != nil {
		return Token{}, err
	}
	return all[0], nil
}

// Tokens are all tokens of a merchant, the oldest first.
func (tx *Tx) Tokens(merchant string) ([]Token, error) { return tx.tokens(`merchant = $1`, merchant) }

// TokensOf are the tokens of one person, the oldest first.
func (tx *Tx) TokensOf(merchant, person string) ([]Token, error) {
	return tx.tokens(`merchant = $1 AND person = $2 AND person <> ''`, merchant, person)
}

// SeeToken notes that a session was shown, until when it lasts by that, and that its person was there.
func (tx *Tx) SeeToken(t Token) error {
	if _, err := tx.exec(`UPDATE tokens SET seen_at = $3, expires_at = $4 WHERE merchant = $1 AND hash = $2`, t.Merchant, t.Hash, micros(t.SeenAt), micros(t.ExpiresAt)); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE people SET seen_at = $3 WHERE merchant = $1 AND person_id = $2`, t.Merchant, t.Person, micros(t.SeenAt))
	return err
}

func (tx *Tx) tokens(where string, args ...any) ([]Token, error) {
	rows, err := tx.query(`SELECT merchant, hash, name, role, kind, created_at, expires_at, used_at, person, agent, seen_at, idle FROM tokens WHERE `+where+` ORDER BY created_at, hash`, args...)
	if err != nil {
		return nil, err
	}
	var out []Token
	return out, each(rows, func() error {
		var t Token
		var created, expires, used, seen, idle int64
		if err := rows.Scan(&t.Merchant, &t.Hash, &t.Name, &t.Role, &t.Kind, &created, &expires, &used, &t.Person, &t.Agent, &seen, &idle); err != nil {
			return err
		}
		t.CreatedAt, t.ExpiresAt, t.UsedAt, t.SeenAt = instant(created), instant(expires), instant(used), instant(seen)
		t.Idle = time.Duration(idle) * time.Microsecond
		out = append(out, t)
		return nil
	})
}

// UseToken uses up a token that is good once, and says whether it was still good: of two who come at the same time one
// gets true.
func (tx *Tx) UseToken(merchant, hash string, now time.Time) (bool, error) {
	res, err := tx.exec(`UPDATE tokens SET used_at = $3 WHERE merchant = $1 AND hash = $2 AND used_at = 9223372036854775807 AND expires_at > $3`, merchant, hash, micros(now))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// DropToken takes a token back, and says whether there was one.
func (tx *Tx) DropToken(merchant, hash string) (bool, error) {
	res, err := tx.exec(`DELETE FROM tokens WHERE merchant = $1 AND hash = $2`, merchant, hash)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// DropTokensOf takes back the tokens of a person, but for those of some hashes.
func (tx *Tx) DropTokensOf(merchant, person string, kinds []TokenKind, but ...string) error {
	all, err := tx.TokensOf(merchant, person)
	if err != nil {
		return err
	}
	for _, t := range all {
		if slices.Contains(kinds, t.Kind) && !slices.Contains(but, t.Hash) {
			if _, err := tx.DropToken(merchant, t.Hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// PutCeremony keeps what was begun with a browser, and forgets those of the merchant that were never ended.
func (tx *Tx) PutCeremony(merchant, hash string, body []byte, now, expires time.Time) error {
	if _, err := tx.exec(`DELETE FROM ceremonies WHERE merchant = $1 AND expires_at <= $2`, merchant, micros(now)); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO ceremonies (merchant, hash, body, expires_at) VALUES ($1, $2, $3, $4)`, merchant, hash, body, micros(expires))
	return err
}

// TakeCeremony takes what was begun, once: ceremony_unknown, of kind [recourse.Forbidden], when it was ended already, took
// too long, or was never begun.
func (tx *Tx) TakeCeremony(merchant, hash string, now time.Time) (body []byte, err error) {
	err = tx.QueryRowContext(tx.ctx, `DELETE FROM ceremonies WHERE merchant = $1 AND hash = $2 AND expires_at > $3 RETURNING body`, merchant, hash, micros(now)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		err = &recourse.Error{Kind: recourse.Forbidden, Code: "ceremony_unknown", Message: "this took too long, or was done already", Hint: "begin again"}
	}
	return body, err
}
