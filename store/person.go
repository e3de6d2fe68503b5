package store

import (
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"recourse"
)

// Person is somebody who works for a merchant, or at one of its suppliers.
type Person struct {
	Merchant   string
	ID         string
	Name       string // stands in the history; no two of a merchant have the same, however it is written
	Email      string // no two of a merchant have the same
	Role       string
	Limit      recourse.Money // the most money that they may let go; zero: none is set
	Supplier   string         // whose purchases somebody of a supplier sees
	Language   string         // of the desk; "": that of the browser
	Password   string         // argon2id, as PHC writes it; "": none
	CreatedAt  time.Time
	SeenAt     time.Time // zero: never
	DisabledAt time.Time // zero: may come in
}

// Folded is a text by which two that people take for the same are the same: without capitals, with blanks and forms of
// letters written one way.
func Folded(s string) string {
	return cases.Fold().String(norm.NFKC.String(strings.Join(strings.Fields(s), " ")))
}

// PutPerson adds a person, or changes one. Errors, of kind [recourse.Conflict]: name_taken and email_taken.
func (tx *Tx) PutPerson(p Person) error {
	for _, c := range []struct{ column, value, code, field string }{{"name_key", Folded(p.Name), "name_taken", "name"}, {"email_key", Folded(p.Email), "email_taken", "email"}} {
		other, err := tx.people(`merchant = $1 AND `+c.column+` = $2 AND person_id <> $3`, p.Merchant, c.value, p.ID)
		if err != nil {
			return err
		}
		if len(other) > 0 {
			return &recourse.Error{Kind: recourse.Conflict, Code: c.code, Field: c.field, Message: "another person has this " + c.field}
		}
	}
	_, err := tx.exec(`INSERT INTO people (merchant, person_id, name, name_key, email, email_key, role, limit_minor, currency, supplier, language, password, created_at, seen_at, disabled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (merchant, person_id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, email = excluded.email, email_key = excluded.email_key, role = excluded.role,
			limit_minor = excluded.limit_minor, currency = excluded.currency, supplier = excluded.supplier, language = excluded.language, password = excluded.password,
			seen_at = excluded.seen_at, disabled_at = excluded.disabled_at`,
		p.Merchant, p.ID, p.Name, Folded(p.Name), p.Email, Folded(p.Email), p.Role, p.Limit.Minor, string(p.Limit.Currency), p.Supplier, p.Language, p.Password,
		micros(p.CreatedAt), micros(p.SeenAt), micros(p.DisabledAt))
	return err
}

// Person reads a person: person_unknown, of kind [recourse.NotFound], when the merchant has none of that id.
func (tx *Tx) Person(merchant, id string) (Person, error) {
	return tx.person(`merchant = $1 AND person_id = $2`, merchant, id)
}

// PersonByEmail reads a person by the email: person_unknown, of kind [recourse.NotFound], when nobody has it. Capitals
// make no difference.
func (tx *Tx) PersonByEmail(merchant, email string) (Person, error) {
	return tx.person(`merchant = $1 AND email_key = $2`, merchant, Folded(email))
}

func (tx *Tx) person(where, merchant, key string) (Person, error) {
	all, err := tx.people(where, merchant, key)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "person_unknown", Field: "person", Message: "there is no such person"}
	}
	if err != nil {
		return Person{}, err
	}
	return all[0], nil
}

// People are all people of a merchant in the order of their names, those who may not come in any more among them.
func (tx *Tx) People(merchant string) ([]Person, error) { return tx.people(`merchant = $1`, merchant) }

func (tx *Tx) people(where string, args ...any) ([]Person, error) {
	rows, err := tx.query(`SELECT merchant, person_id, name, email, role, limit_minor, currency, supplier, language, password, created_at, seen_at, disabled_at
		FROM people WHERE `+where+` ORDER BY name_key, person_id`, args...)
	if err != nil {
		return nil, err
	}
	var out []Person
	return out, each(rows, func() error {
		var p Person
		var created, seen, disabled int64
		if err := rows.Scan(&p.Merchant, &p.ID, &p.Name, &p.Email, &p.Role, &p.Limit.Minor, &p.Limit.Currency, &p.Supplier, &p.Language, &p.Password, &created, &seen, &disabled); err != nil {
			return err
		}
		p.CreatedAt, p.SeenAt, p.DisabledAt = instant(created), instant(seen), instant(disabled)
		out = append(out, p)
		return nil
	})
}

// Passkey is a key on somebody's device that signs them in.
type Passkey struct {
	Merchant  string
	ID        string // of the credential, base64url
	Person    string // the id
	Name      string // for people: which device
	Body      []byte // public key and counters, as package account writes them
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
}

// PutPasskey adds a passkey, or writes its name, its body and its use anew. One that is somebody else's stays theirs.
func (tx *Tx) PutPasskey(k Passkey) error {
	_, err := tx.exec(`INSERT INTO passkeys (merchant, passkey_id, person_id, name, body, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (merchant, passkey_id) DO UPDATE SET name = excluded.name, body = excluded.body, used_at = excluded.used_at WHERE passkeys.person_id = excluded.person_id`,
		k.Merchant, k.ID, k.Person, k.Name, k.Body, micros(k.CreatedAt), micros(k.UsedAt))
	return err
}

// Passkeys are those of a person, the oldest first.
func (tx *Tx) Passkeys(merchant, person string) ([]Passkey, error) {
	rows, err := tx.query(`SELECT merchant, passkey_id, person_id, name, body, created_at, used_at FROM passkeys WHERE merchant = $1 AND person_id = $2 ORDER BY created_at, passkey_id`, merchant, person)
	if err != nil {
		return nil, err
	}
	var out []Passkey
	return out, each(rows, func() error {
		var k Passkey
		var created, used int64
		if err := rows.Scan(&k.Merchant, &k.ID, &k.Person, &k.Name, &k.Body, &created, &used); err != nil {
			return err
		}
		k.CreatedAt, k.UsedAt = instant(created), instant(used)
		out = append(out, k)
		return nil
	})
}

// DropPasskey takes a passkey of a person away, and says whether there was one.
func (tx *Tx) DropPasskey(merchant, person, id string) (bool, error) {
	res, err := tx.exec(`DELETE FROM passkeys WHERE merchant = $1 AND passkey_id = $3 AND person_id = $2`, merchant, person, id)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
