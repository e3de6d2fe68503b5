package store

import "time"

// ShippingLine is a shipping line of a merchant's own, as it is kept. What the body says is the room sourcing's to know.
type ShippingLine struct {
	ID        string
	Body      string // JSON
	ChangedAt time.Time
	ChangedBy string
}

var insertShippingLines = &batch{table: "shipping_lines", columns: "merchant text, line text, body text, changed_at bigint, changed_by text",
	tail: "ON CONFLICT (merchant, line) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at, changed_by = excluded.changed_by"}

func init() { tables = append(tables, insertShippingLines) }

// ShippingLines are the lines of a merchant's own, by id.
func (tx *Tx) ShippingLines(merchant string) (out []ShippingLine, err error) {
	rows, err := tx.query(`SELECT line, body, changed_at, changed_by FROM shipping_lines WHERE merchant = $1 ORDER BY line`, merchant)
	if err != nil {
		return nil, err
	}
	return out, each(rows, func() error {
		var l ShippingLine
		var at int64
		err := rows.Scan(&l.ID, &l.Body, &at, &l.ChangedBy)
		l.ChangedAt = instant(at)
		out = append(out, l)
		return err
	})
}

// PutShippingLines keeps lines, each in place of the one with its id. No id may be there twice.
func (tx *Tx) PutShippingLines(merchant string, all []ShippingLine) error {
	rows := make([][]any, len(all))
	for i, l := range all {
		rows[i] = []any{merchant, l.ID, l.Body, micros(l.ChangedAt), l.ChangedBy}
	}
	_, err := tx.insert(insertShippingLines, rows)
	return err
}

// DropShippingLine takes a line of a merchant's own away, and says whether there was one.
func (tx *Tx) DropShippingLine(merchant, id string) (bool, error) {
	res, err := tx.exec(`DELETE FROM shipping_lines WHERE merchant = $1 AND line = $2`, merchant, id)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
