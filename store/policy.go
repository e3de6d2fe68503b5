package store

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"recourse"
)

// Merchant is one merchant of the database.
type Merchant struct {
	ID        string
	Name      string
	Policy    string // hash of the policy that takes new cases
	Calendars string // hash of the calendars
	Texts     int64  // the newest version of their own words; 0: they have none. PutMerchant leaves it as it is
	CreatedAt time.Time
	Salt      []byte // its secret: what stands for a buyer in figures is made with it
	Windows   int64  // counts the changes of its claim windows; 0: it has none of its own. PutMerchant leaves it as it is
	Notices   bool   // somebody is told what happens: notices are written. PutMerchant leaves it as it is
}

// Policy is a playbook with settings, as it is kept.
type Policy struct {
	Hash      string
	Playbook  string // hash
	Name      string // of the playbook, for people
	Settings  map[string]string
	CreatedAt time.Time
	CreatedBy string
}

// Merchants are all merchants, in the order of their ids.
func (tx *Tx) Merchants() ([]Merchant, error) {
	rows, err := tx.query(`SELECT merchant, name, policy, calendars, created_at, salt FROM merchants ORDER BY merchant`)
	if err != nil {
		return nil, err
	}
	var out []Merchant
	return out, each(rows, func() error {
		var m Merchant
		var created int64
		if err := rows.Scan(&m.ID, &m.Name, &m.Policy, &m.Calendars, &created, &m.Salt); err != nil {
			return err
		}
		m.CreatedAt = instant(created)
		out = append(out, m)
		return nil
	})
}

// FewMerchants are the ids of merchants, at most so many: whether there is one or there are several.
func (tx *Tx) FewMerchants(limit int) ([]string, error) {
	rows, err := tx.query(`SELECT merchant FROM merchants ORDER BY merchant LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	var out []string
	return out, each(rows, func() error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
}

// HoldMerchant lets nobody else hold the merchant until the transaction ends: what is decided by looking at several rows
// of it, such as that one owner is left, then stays true. The error is merchant_unknown when there is none.
func (tx *Tx) HoldMerchant(id string) error {
	res, err := tx.exec(`UPDATE merchants SET created_at = created_at WHERE merchant = $1`, id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	_, err = tx.Merchant(id)
	return err
}

// Merchant reads one merchant: merchant_unknown, of kind [recourse.NotFound], when there is none of that id.
func (tx *Tx) Merchant(id string) (Merchant, error) {
	m := Merchant{ID: id}
	rows, err := tx.query(`SELECT name, policy, calendars, created_at, salt, notices, COALESCE((SELECT MAX(version) FROM text_versions WHERE merchant = $1), 0),
		COALESCE((SELECT version FROM claim_window_versions WHERE merchant = $1), 0) FROM merchants WHERE merchant = $1`, id)
	if err != nil {
		return m, err
	}
	found := false
	err = each(rows, func() error {
		var created, notices int64
		found = true
		err := rows.Scan(&m.Name, &m.Policy, &m.Calendars, &created, &m.Salt, &notices, &m.Texts, &m.Windows)
		m.CreatedAt, m.Notices = instant(created), notices == 1
		return err
	})
	if err == nil && !found {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "merchant_unknown", Field: "merchant", Message: "there is no merchant " + recourse.Shorten(id, 60)}
	}
	return m, err
}

// PutMerchant adds a merchant, with a salt of its own, or changes its name, policy or calendars.
func (tx *Tx) PutMerchant(m Merchant) error {
	salt := make([]byte, 16)
	rand.Read(salt)
	_, err := tx.exec(`INSERT INTO merchants (merchant, name, policy, calendars, created_at, salt) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (merchant) DO UPDATE SET name = excluded.name, policy = excluded.policy, calendars = excluded.calendars`, m.ID, m.Name, m.Policy, m.Calendars, micros(m.CreatedAt), salt)
	return err
}

// KeepPolicy keeps a policy and the text of its playbook, for ever; what is there already stays as it is.
func (tx *Tx) KeepPolicy(merchant string, p Policy, text []byte) error {
	if _, err := tx.exec(`INSERT INTO playbooks (merchant, hash, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, merchant, p.Playbook, text); err != nil {
		return err
	}
	settings, err := json.Marshal(p.Settings)
	if err != nil { // unreachable: texts can always be written
		return err
	}
	_, err = tx.exec(`INSERT INTO policies (merchant, hash, playbook, name, settings, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		merchant, p.Hash, p.Playbook, p.Name, string(settings), micros(p.CreatedAt), p.CreatedBy)
	return err
}

// Policies are all policies that a merchant ever had, the oldest first.
func (tx *Tx) Policies(merchant string) ([]Policy, error) {
	rows, err := tx.query(`SELECT hash, playbook, name, settings, created_at, created_by FROM policies WHERE merchant = $1 ORDER BY created_at, hash`, merchant)
	if err != nil {
		return nil, err
	}
	var out []Policy
	return out, each(rows, func() error {
		var p Policy
		var settings string
		var created int64
		if err := rows.Scan(&p.Hash, &p.Playbook, &p.Name, &settings, &created, &p.CreatedBy); err != nil {
			return err
		}
		p.CreatedAt = instant(created)
		out = append(out, p)
		return json.Unmarshal([]byte(settings), &out[len(out)-1].Settings)
	})
}

// PlaybookText is the text of a playbook that a merchant had: playbook_unknown when it never had it.
func (tx *Tx) PlaybookText(merchant, hash string) ([]byte, error) {
	return tx.text(`SELECT text FROM playbooks WHERE merchant = $1 AND hash = $2`, "playbook_unknown", merchant, hash)
}

// KeepCalendars keeps calendars, for ever.
func (tx *Tx) KeepCalendars(merchant, hash string, text []byte) error {
	_, err := tx.exec(`INSERT INTO calendars (merchant, hash, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, merchant, hash, text)
	return err
}

// CalendarsText is the text of calendars that a merchant had: calendars_unknown when it never had them.
func (tx *Tx) CalendarsText(merchant, hash string) ([]byte, error) {
	return tx.text(`SELECT text FROM calendars WHERE merchant = $1 AND hash = $2`, "calendars_unknown", merchant, hash)
}

func (tx *Tx) text(query, unknown, merchant, hash string) (text []byte, err error) {
	err = tx.QueryRowContext(tx.ctx, query, merchant, hash).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: unknown, Message: "nothing is kept under the hash " + recourse.Shorten(hash, 70)}
	}
	return text, err
}

// MerchantOnce reads a merchant once in a transaction, however often it is asked for.
func (tx *Tx) MerchantOnce(id string) (Merchant, error) {
	if m, ok := tx.merchants[id]; ok {
		return m, nil
	}
	m, err := tx.Merchant(id)
	if err == nil {
		if tx.merchants == nil {
			tx.merchants = map[string]Merchant{}
		}
		tx.merchants[id] = m
	}
	return m, err
}
