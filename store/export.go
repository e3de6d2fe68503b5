package store

import "time"

// Export is what is kept of the buyer of one order, for a buyer who asked the shop for it.
type Export struct {
	Merchant, Connection, Receipt string // of the delivery that asked
	Order                         string
	At                            time.Time
	Body                          []byte // JSON, sealed for [Export.Place]
}

// Place is the place that an export is sealed for.
func (e *Export) Place() string {
	return "exports/" + e.Merchant + "/" + e.Connection + "/" + e.Receipt + "/" + e.Order
}

var insertExports = &batch{table: "exports", columns: "merchant text, connection text, receipt text, order_id text, at bigint, body bytea",
	tail: "ON CONFLICT (merchant, connection, receipt, order_id) DO UPDATE SET at = excluded.at, body = excluded.body"}

// PutExports keeps what a buyer asked for.
func (tx *Tx) PutExports(all []Export) error {
	rows := make([][]any, len(all))
	for i := range all {
		e := &all[i]
		rows[i] = []any{e.Merchant, e.Connection, e.Receipt, e.Order, micros(e.At), e.Body}
	}
	_, err := tx.insert(insertExports, rows)
	return err
}

// maxExports bounds what is read of exports: the orders of one buyer, or the list of those who asked.
const maxExports = 1000

// ExportOf is what was put together because of one delivery, an order each.
func (tx *Tx) ExportOf(merchant, connection, receipt string) ([]Export, error) {
	return tx.exports(`merchant = $1 AND connection = $2 AND receipt = $3 ORDER BY order_id LIMIT $4`, merchant, connection, receipt, maxExports)
}

func (tx *Tx) exports(where string, args ...any) ([]Export, error) {
	rows, err := tx.query(`SELECT merchant, connection, receipt, order_id, at, body FROM exports WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	var out []Export
	return out, each(rows, func() error {
		var e Export
		var at int64
		err := rows.Scan(&e.Merchant, &e.Connection, &e.Receipt, &e.Order, &at, &e.Body)
		e.At = instant(at)
		out = append(out, e)
		return err
	})
}

// Exported are the deliveries of a connection by which buyers asked for what is kept of them, with the number of orders
// of each that there is still something of.
func (tx *Tx) Exported(merchant, connection string) (map[string]int, error) {
	rows, err := tx.query(`SELECT receipt, COUNT(*) FROM exports WHERE merchant = $1 AND connection = $2 GROUP BY receipt LIMIT $3`, merchant, connection, maxExports)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	return out, each(rows, func() error {
		var id string
		var n int
		err := rows.Scan(&id, &n)
		out[id] = n
		return err
	})
}
