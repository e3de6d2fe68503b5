package store

import (
	"database/sql"

	"recourse"
)

// Personal are the personal fields of an order's buyer, by the tokens that stand for them everywhere else.
type Personal struct {
	Salt   []byte            // what the tokens are made with; empty once the person was erased
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
	tail: "ON CONFLICT (merchant, order_id) DO UPDATE SET salt = excluded.salt, fields = excluded.fields"}

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

// Erase empties the personal fields of an order: what was said of the person stays, who they were does not. The salt
// goes as well, so that nobody can find out by trying, and the order is not found by words any more. Photos and videos go too: here what refers to them, the files with
// the next sweep.
func (tx *Tx) Erase(k Key) error {
	empty, err := encode(recourse.Personal{})
	if err != nil {
		return err
	}
	if _, err = tx.exec(`UPDATE personal SET salt = $3, fields = $4 WHERE merchant = $1 AND order_id = $2`, k.Merchant, k.Order, []byte{}, empty); err != nil {
		return err
	}
	if _, err = tx.exec(`DELETE FROM evidence WHERE merchant = $1 AND order_id = $2`, k.Merchant, k.Order); err != nil {
		return err
	}
	return tx.dropWords(k)
}
