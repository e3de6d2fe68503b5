package store

import (
	"bytes"
	"time"

	"recourse"
)

// Link is a way to the buyer's page of one order. Whoever has it sees that page, and nothing else.
type Link struct {
	Merchant  string
	ID        string
	Order     string
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt time.Time
	RevokedAt time.Time // zero: it was not
	SeenAt    time.Time // when it was last opened, to the minute; zero: never
}

// Live says whether a link still lets in.
func (l *Link) Live(now time.Time) bool { return l.RevokedAt.IsZero() && now.Before(l.ExpiresAt) }

// LinkKey is the key that a merchant's links are signed with; nil when there is none yet.
func (tx *Tx) LinkKey(merchant string) (key []byte, err error) {
	rows, err := tx.query(`SELECT key FROM link_keys WHERE merchant = $1`, merchant)
	if err != nil {
		return nil, err
	}
	return key, each(rows, func() error { return rows.Scan(&key) })
}

// PutLinkKey keeps a merchant's key, unless they have one already, and gives the one that holds.
func (tx *Tx) PutLinkKey(merchant string, key []byte, now time.Time) ([]byte, error) {
	if _, err := tx.exec(`INSERT INTO link_keys (merchant, key, created_at) VALUES ($1, $2, $3) ON CONFLICT (merchant) DO NOTHING`, merchant, bytes.Clone(key), micros(now)); err != nil {
		return nil, err
	}
	return tx.LinkKey(merchant)
}

// PutLink keeps a new link.
func (tx *Tx) PutLink(l Link) error {
	_, err := tx.exec(`INSERT INTO links (merchant, link, order_id, created_at, created_by, expires_at, revoked_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		l.Merchant, l.ID, l.Order, micros(l.CreatedAt), l.CreatedBy, micros(l.ExpiresAt), micros(l.RevokedAt), micros(l.SeenAt))
	return err
}

// Link reads a link: link_unknown, of kind [recourse.NotFound], when the merchant has none of that id.
func (tx *Tx) Link(merchant, id string) (Link, error) {
	all, err := tx.links(`merchant = $1 AND link = $2`, merchant, id)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "link_unknown", Field: "link", Message: "there is no such link"}
	}
	if err != nil {
		return Link{}, err
	}
	return all[0], nil
}

// LinksOf are the links of an order, the newest first.
func (tx *Tx) LinksOf(merchant, order string) ([]Link, error) {
	return tx.links(`merchant = $1 AND order_id = $2`, merchant, order)
}

func (tx *Tx) links(where string, args ...any) ([]Link, error) {
	rows, err := tx.query(`SELECT merchant, link, order_id, created_at, created_by, expires_at, revoked_at, seen_at FROM links WHERE `+where+` ORDER BY created_at DESC, link LIMIT 100`, args...)
	if err != nil {
		return nil, err
	}
	var out []Link
	return out, each(rows, func() error {
		var l Link
		var created, expires, revoked, seen int64
		if err := rows.Scan(&l.Merchant, &l.ID, &l.Order, &created, &l.CreatedBy, &expires, &revoked, &seen); err != nil {
			return err
		}
		l.CreatedAt, l.ExpiresAt, l.RevokedAt, l.SeenAt = instant(created), instant(expires), instant(revoked), instant(seen)
		out = append(out, l)
		return nil
	})
}

// RevokeLink ends a link, and says whether it was there and not revoked before.
func (tx *Tx) RevokeLink(merchant, id string, now time.Time) (bool, error) {
	res, err := tx.exec(`UPDATE links SET revoked_at = $3 WHERE merchant = $1 AND link = $2 AND revoked_at = 9223372036854775807`, merchant, id, micros(now))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// SeeLink notes that a link was opened.
func (tx *Tx) SeeLink(merchant, id string, now time.Time) error {
	_, err := tx.exec(`UPDATE links SET seen_at = $3 WHERE merchant = $1 AND link = $2`, merchant, id, micros(now))
	return err
}
