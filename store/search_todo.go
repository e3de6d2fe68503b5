package store

import "recourse"

// Search is an act that looks for other offers, as it waits to be looked at.
type Search struct {
	Merchant, Effect, Order, Case string
}

var insertSearches = &batch{table: "searches", columns: "merchant text, effect_id text, order_id text, case_id text", tail: "ON CONFLICT (merchant, effect_id) DO NOTHING"}

func (tx *Tx) saveSearches(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		for i := range c.Effects {
			if e := &c.Effects[i]; e.Kind == recourse.EffectSource && e.Status == Pending {
				rows = append(rows, []any{c.Before.Merchant, e.ID, c.Before.Order, e.Case})
			}
		}
	}
	_, err := tx.insert(insertSearches, rows)
	return err
}

// Searches are acts of all merchants that wait to be looked at, at most so many.
func (tx *Tx) Searches(limit int) ([]Search, error) {
	rows, err := tx.query(`SELECT merchant, effect_id, order_id, case_id FROM searches ORDER BY merchant, effect_id LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	var out []Search
	return out, each(rows, func() error {
		var s Search
		err := rows.Scan(&s.Merchant, &s.Effect, &s.Order, &s.Case)
		out = append(out, s)
		return err
	})
}

// Searched says that an act was looked at.
func (tx *Tx) Searched(s Search) error {
	_, err := tx.exec(`DELETE FROM searches WHERE merchant = $1 AND effect_id = $2`, s.Merchant, s.Effect)
	return err
}
