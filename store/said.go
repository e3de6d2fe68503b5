package store

import (
	"database/sql"

	"recourse"
)

// MessagesTo are the messages of some orders to a party, by order, in the order they were decided in.
func (tx *Tx) MessagesTo(orders []Key, to recourse.Party) (map[Key][]Effect, error) {
	out := map[Key][]Effect{}
	keys := make([][]string, len(orders))
	for i, k := range orders {
		from, end := idsOf(k.Order)
		keys[i] = []string{k.Merchant, from, end, k.Order}
	}
	return out, tx.lookup(`SELECT `+effectColumns+` FROM %s effects e WHERE e.merchant = k.k1 AND e.effect_id >= k.k2 AND e.effect_id < k.k3 AND e.order_id = k.k4 AND e.kind = 'message' ORDER BY e.at, e.effect_id`, keys, func(rows *sql.Rows) error {
		e, err := scanEffect(rows)
		if k := (Key{Merchant: e.Merchant, Order: e.Order}); err == nil && e.To == to {
			out[k] = append(out[k], e)
		}
		return err
	})
}
