package store

import (
	"cmp"
	"slices"
	"time"

	"recourse"
)

// Supply is a purchase as its supplier looks for it.
type Supply struct {
	Purchase string
	Order    string
	Waits    bool      // something is expected of the supplier: the goods, or an answer
	Due      time.Time // by when it is to be shipped; zero: not known
}

var insertSupplies = &batch{table: "supplies", columns: "merchant text, supplier text, purchase_id text, order_id text, waits bigint, due_at bigint",
	tail: "ON CONFLICT (merchant, supplier, purchase_id) DO UPDATE SET order_id = excluded.order_id, waits = excluded.waits, due_at = excluded.due_at"}

// saveSupplies writes the purchases that stand otherwise for their supplier than before.
func (tx *Tx) saveSupplies(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		for i := range c.After.Purchases {
			p := &c.After.Purchases[i]
			row := supplyRow(c.Before.Key, p)
			if p.Supplier == "" {
				continue
			}
			if before := c.Before.OrderFile.Purchase(p.ID); before != nil && slices.Equal(supplyRow(c.Before.Key, before), row) {
				continue
			}
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)), cmp.Compare(a[2].(string), b[2].(string)))
	})
	// A purchase that two orders name stands once: a statement may write a row only once.
	rows = slices.CompactFunc(rows, func(a, b []any) bool { return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] })
	_, err := tx.insert(insertSupplies, rows)
	return err
}

func supplyRow(k Key, p *recourse.Purchase) []any {
	waits := int64(0)
	if p.Waiting() || !p.AskedAt().IsZero() {
		waits = 1
	}
	return []any{k.Merchant, p.Supplier, p.ID, k.Order, waits, micros(p.ShipBy)}
}

// Supplies are purchases of one supplier, by whatever name: those that wait for it, what is due first on top, or the others, the latest
// first. At most so many, from an offset on.
func (tx *Tx) Supplies(merchant, supplier string, waits bool, offset, limit int) ([]Supply, error) {
	w, direction := int64(0), " DESC"
	if waits {
		w, direction = 1, ""
	}
	names, err := tx.SupplierNames(merchant, supplier)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	where, args := anyOf("supplier", names, []any{merchant, w, limit, offset})
	rows, err := tx.query(`SELECT purchase_id, order_id, waits, due_at FROM supplies WHERE merchant = $1 AND waits = $2 AND `+where+` ORDER BY due_at`+direction+`, purchase_id`+direction+` LIMIT $3 OFFSET $4`, args...)
	if err != nil {
		return nil, err
	}
	var out []Supply
	return out, each(rows, func() error {
		var s Supply
		var waits, due int64
		if err := rows.Scan(&s.Purchase, &s.Order, &waits, &due); err != nil {
			return err
		}
		s.Waits, s.Due = waits == 1, instant(due)
		out = append(out, s)
		return nil
	})
}

// SupplyOf is the order of a purchase, if the purchase is that supplier's: purchase_unknown, of kind
// [recourse.NotFound], if it is somebody else's or there is none. Both are the same to a supplier.
func (tx *Tx) SupplyOf(merchant, supplier, purchase string) (order string, err error) {
	names, err := tx.SupplierNames(merchant, supplier)
	if err != nil {
		return "", err
	}
	if len(names) > 0 {
		where, args := anyOf("supplier", names, []any{merchant, purchase})
		rows, err := tx.query(`SELECT order_id FROM supplies WHERE merchant = $1 AND purchase_id = $2 AND supplier <> '' AND `+where, args...)
		if err != nil {
			return "", err
		}
		if err := each(rows, func() error { return rows.Scan(&order) }); err != nil {
			return "", err
		}
	}
	if err == nil && order == "" {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "purchase_unknown", Field: "purchase", Message: "there is no purchase " + recourse.Shorten(purchase, 60)}
	}
	return order, err
}

// SuppliersKnown are the suppliers of a merchant's purchases in alphabetical order, at most so many.
func (tx *Tx) SuppliersKnown(merchant string, limit int) ([]string, error) {
	rows, err := tx.query(`SELECT DISTINCT supplier FROM supplies WHERE merchant = $1 ORDER BY supplier LIMIT $2`, merchant, limit)
	if err != nil {
		return nil, err
	}
	var out []string
	return out, each(rows, func() error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
}
