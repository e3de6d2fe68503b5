package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"recourse"
)

// Placed are the orders placed from an instant on and before another, the newest first, at most so many.
func (tx *Tx) Placed(merchant string, from, before time.Time, limit int) ([]Key, error) {
	rows, err := tx.query(`SELECT order_id FROM orders WHERE merchant = $1 AND placed_at >= $2 AND placed_at < $3 ORDER BY placed_at DESC LIMIT $4`, merchant, micros(from), micros(before), limit)
	if err != nil {
		return nil, err
	}
	var out []Key
	return out, each(rows, func() error {
		k := Key{Merchant: merchant}
		if err := rows.Scan(&k.Order); err != nil {
			return err
		}
		out = append(out, k)
		return nil
	})
}

// CountPlaced counts those orders, no further than most.
func (tx *Tx) CountPlaced(merchant string, from, before time.Time, most int) (n int, err error) {
	rows, err := tx.query(`SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE merchant = $1 AND placed_at >= $2 AND placed_at < $3 LIMIT $4) few`, merchant, micros(from), micros(before), most)
	if err != nil {
		return 0, err
	}
	return n, each(rows, func() error { return rows.Scan(&n) })
}

// Told are the facts that some orders were told, each order's in the order in which they arrived and no more than the
// first so many. A fact without a time of its own has that of its arrival. Personal fields are tokens.
func (tx *Tx) Told(keys []Key, most int64) (map[Key][]recourse.Event, error) {
	type fact struct {
		seq   int64
		event recourse.Event
	}
	facts := make(map[Key][]fact, len(keys))
	err := tx.lookup(`SELECT h.merchant, h.order_id, h.seq, h.body FROM %s history h WHERE h.merchant = k.k1 AND h.order_id = k.k2 AND h.seq <= CAST(k.k3 AS BIGINT)`, keyed(keys, most), func(rows *sql.Rows) error {
		var k Key
		var f fact
		var body sql.RawBytes
		if err := rows.Scan(&k.Merchant, &k.Order, &f.seq, &body); err != nil {
			return err
		}
		var r struct { // of a Record, what a fact needs
			At    time.Time       `json:"at"`
			Event *recourse.Event `json:"event"`
		}
		if err := decode(body, &r); err != nil || r.Event == nil {
			return err
		}
		f.event = *r.Event
		if f.event.Time.IsZero() || f.event.Time.After(r.At) {
			f.event.Time = r.At
		}
		f.event.Order = k.Order
		facts[k] = append(facts[k], f)
		return nil
	})
	out := make(map[Key][]recourse.Event, len(facts))
	for k, all := range facts {
		slices.SortFunc(all, func(a, b fact) int { return cmp.Compare(a.seq, b.seq) })
		for i := range all {
			out[k] = append(out[k], all[i].event)
		}
	}
	return out, err
}

// keyed are keys with a number behind each.
func keyed(keys []Key, n int64) [][]string {
	texts := keyTexts(keys)
	for i := range texts {
		texts[i] = append(texts[i], strconv.FormatInt(n, 10))
	}
	return texts
}
