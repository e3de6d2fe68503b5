package store

import (
	"time"

	"recourse"
)

// Mention is a note that calls a person.
type Mention struct {
	Merchant string
	Person   string // by the name that stands in the history
	Order    string
	Seq      int64 // of the note in the order's history
	Case     string
	At       time.Time
	SeenAt   time.Time // when the person said that they have seen it; zero: not yet
}

var insertMentions = &batch{table: "mentions", columns: "merchant text, person text, order_id text, seq bigint, case_id text, at bigint, seen_at bigint", tail: "ON CONFLICT DO NOTHING"}

// saveMentions keeps whom the notes of some changes call, beside the history that they stand in.
func (tx *Tx) saveMentions(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		for i := range c.Entries {
			e := &c.Entries[i]
			if e.Event == nil || e.Event.Type != recourse.CaseNoted {
				continue
			}
			for _, name := range e.Event.Mentions {
				rows = append(rows, []any{c.Before.Merchant, name, c.Before.Order, e.Seq, e.Event.Case, micros(e.At), int64(never)})
			}
		}
	}
	_, err := tx.insert(insertMentions, rows)
	return err
}

// Mentions are the notes that call a person, at most so many: those that they have not seen, or those that they have,
// the newest first.
func (tx *Tx) Mentions(merchant, person string, seen bool, limit int) (out []Mention, err error) {
	where := `seen_at = $3`
	if seen {
		where = `seen_at < $3`
	}
	rows, err := tx.query(`SELECT order_id, seq, case_id, at, seen_at FROM mentions WHERE merchant = $1 AND person = $2 AND `+where+` ORDER BY at DESC, order_id, seq DESC LIMIT $4`,
		merchant, person, int64(never), limit)
	if err != nil {
		return nil, err
	}
	return out, each(rows, func() error {
		m := Mention{Merchant: merchant, Person: person}
		var at, seen int64
		err := rows.Scan(&m.Order, &m.Seq, &m.Case, &at, &seen)
		m.At, m.SeenAt = instant(at), instant(seen)
		out = append(out, m)
		return err
	})
}

// Called counts the notes that call a person and that they have not seen, no further than a limit.
func (tx *Tx) Called(merchant, person string, limit int) (n int, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM mentions WHERE merchant = $1 AND person = $2 AND seen_at = $3 LIMIT $4) AS m`,
		merchant, person, int64(never), limit).Scan(&n)
	return n, err
}

// SeeMentions notes that a person has seen the notes that call them: those of one order up to an entry of its history, or
// all where no order is named.
func (tx *Tx) SeeMentions(merchant, person, order string, seq int64, now time.Time) error {
	query, args := `UPDATE mentions SET seen_at = $3 WHERE merchant = $1 AND person = $2 AND seen_at = $4`, []any{merchant, person, micros(now), int64(never)}
	if order != "" {
		query, args = query+` AND order_id = $5 AND seq <= $6`, append(args, order, seq)
	}
	_, err := tx.exec(query, args...)
	return err
}
