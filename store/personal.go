package store

import (
	"crypto/rand"
	"database/sql"
	"time"

	"recourse"
)

// Personal are the personal fields of an order's buyer, by the tokens that stand for them everywhere else.
type Personal struct {
	Salt   []byte            // what the tokens are made with; another one once the person was erased
	Fields recourse.Personal // token → value
}

// Personal reads the personal fields of some orders; an order that has none is not in the answer.
func (tx *Tx) Personal(keys []Key) (map[Key]*Personal, error) {
	out := map[Key]*Personal{}
	return out, tx.lookup(`SELECT p.merchant, p.order_id, p.salt, p.fields FROM %s personal p WHERE p.merchant = k.k1 AND p.order_id = k.k2`, keyTexts(keys), func(rows *sql.Rows) error {
		var k Key
		var p Personal
		var fields []byte
		if err := rows.Scan(&k.Merchant, &k.Order, &p.Salt, &fields); err != nil {
			return err
		}
		out[k] = &p
		return decode(fields, &p.Fields)
	})
}

var insertPersonal = &batch{table: "personal", columns: "merchant text, order_id text, salt bytea, fields bytea",
	tail: "ON CONFLICT (merchant, order_id) DO UPDATE SET salt = excluded.salt, fields = excluded.fields WHERE personal.salt = excluded.salt OR length(personal.salt) = 0"}

func (tx *Tx) savePersonal(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		if c.Personal == nil {
			continue
		}
		fields, err := encode(c.Personal.Fields)
		if err != nil {
			return err
		}
		rows = append(rows, []any{c.Before.Merchant, c.Before.Order, c.Personal.Salt, fields})
	}
	_, err := tx.insert(insertPersonal, rows)
	return err
}

// Erase empties the personal fields of an order: what was said of the person stays, who they were does not. A new salt
// takes the place of theirs, so that nobody can find out by trying, and so that a decision which was made meanwhile, by
// what it read before, does not bring them back.
//
// With them go the words that the order was found by, what refers to the photos and videos (the files themselves with the
// next sweep), the names of files that were under way, and all links to the buyer's page. The order is put into the index
// again by what is left of it. What deliveries and letters said of it goes, too; that
// they came and left stays.
func (tx *Tx) Erase(k Key, now time.Time) error {
	empty, err := encode(recourse.Personal{})
	if err != nil {
		return err
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	for _, q := range []struct {
		text string
		args []any
	}{
		{`UPDATE personal SET salt = $3, fields = $4 WHERE merchant = $1 AND order_id = $2`, []any{salt, empty}},
		{`DELETE FROM evidence WHERE merchant = $1 AND order_id = $2`, nil},
		{`UPDATE letters SET tag = '', recipient = '', body = $3 WHERE merchant = $1 AND order_id = $2`, []any{[]byte{}}},
		{`UPDATE uploads SET name = '', expires_at = $3 WHERE merchant = $1 AND link IN (SELECT link FROM links WHERE merchant = $1 AND order_id = $2)`, []any{int64(0)}},
		{`UPDATE webhook_deliveries SET answer = $3 WHERE merchant = $1 AND order_id = $2`, []any{[]byte{}}},
		{`UPDATE links SET revoked_at = $3 WHERE merchant = $1 AND order_id = $2 AND revoked_at = $4`, []any{micros(now), int64(never)}},
	} {
		if _, err := tx.exec(q.text, append([]any{k.Merchant, k.Order}, q.args...)...); err != nil {
			return err
		}
	}
	if err := tx.dropWords(k); err != nil {
		return err
	}
	if err := tx.eraseDeliveries(k); err != nil {
		return err
	}
	// Version 0 is no decision's: whoever puts the order in at this moment, by what it had, does not mark this as done.
	_, err = tx.exec(`INSERT INTO search_todo (merchant, order_id, version, cases) SELECT merchant, order_id, 0, 0 FROM orders WHERE merchant = $1 AND order_id = $2
		ON CONFLICT (merchant, order_id) DO UPDATE SET version = 0`, k.Merchant, k.Order)
	return err
}

// Uploads counts the files of an order that are on their way or have just come.
func (tx *Tx) Uploads(k Key) (n int, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT COUNT(*) FROM uploads WHERE merchant = $1 AND name <> '' AND link IN (SELECT link FROM links WHERE merchant = $1 AND order_id = $2)`, k.Merchant, k.Order).Scan(&n)
	return n, err
}
