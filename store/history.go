package store

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"recourse"
)

// Record is what one decision was made of and what it came to: all that is needed to make it again.
type Record struct {
	At        time.Time         `json:"at"`                // the one now of the decision
	By        string            `json:"by,omitempty"`      // the person, token or connection that told it; "": time passed
	Person    string            `json:"person,omitempty"`  // the id of the person's account, whatever they are called; "": a program, a system, or told before ids were kept
	Policy    string            `json:"policy"`            // hash of the policy that took new cases
	Calendars string            `json:"calendars"`         // hash of the calendars
	Event     *recourse.Event   `json:"event,omitempty"`   // nil: a deadline came; personal fields are tokens
	Entries   []recourse.Entry  `json:"entries,omitempty"` //
	Effects   []recourse.Effect `json:"effects,omitempty"` // decided
	Moves     []Move            `json:"moves,omitempty"`   // what became of effects decided before
}

// Entry is a record in its place: numbered from 1 within the order, and chained.
type Entry struct {
	Seq int64
	Record
	Body []byte // the record as it is kept; the hash is over these bytes
	Hash Hash
}

var insertHistory = &batch{table: "history", columns: "merchant text, order_id text, seq bigint, body bytea, hash bytea"}

var insertEvents = &batch{table: "events", columns: "merchant text, source text, id text, order_id text, seq bigint", tail: "ON CONFLICT DO NOTHING"}

func (tx *Tx) saveHistory(changes []*Change) error {
	var rows, facts [][]any
	for _, c := range changes {
		for i := range c.Entries {
			e := &c.Entries[i]
			rows = append(rows, []any{c.Before.Merchant, c.Before.Order, e.Seq, e.Body, e.Hash[:]})
			if e.Event != nil && e.Event.ID != "" {
				facts = append(facts, []any{c.Before.Merchant, e.Event.Source, e.Event.ID, c.Before.Order, e.Seq})
			}
		}
	}
	slices.SortFunc(facts, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)), cmp.Compare(a[2].(string), b[2].(string)))
	})
	written, err := tx.insert(insertEvents, facts)
	if err != nil {
		return err
	}
	if int(written) < len(facts) {
		return &recourse.Error{Kind: recourse.Conflict, Code: "event_twice", Message: "the same event was taken in for another order at the same time", Hint: "try again"}
	}
	_, err = tx.insert(insertHistory, rows)
	return err
}

// EventID names a fact: the same source and id is the same fact.
type EventID struct{ Source, ID string }

// Place is where a fact was taken in.
type Place struct {
	Order string
	Seq   int64
}

// Seen finds the facts that were taken in before.
func (tx *Tx) Seen(merchant string, ids []EventID) (map[EventID]Place, error) {
	out := map[EventID]Place{}
	keys := make([][]string, len(ids))
	for i, id := range ids {
		keys[i] = []string{merchant, id.Source, id.ID}
	}
	return out, tx.lookup(`SELECT e.source, e.id, e.order_id, e.seq FROM %s events e WHERE e.merchant = k.k1 AND e.source = k.k2 AND e.id = k.k3`, keys, func(rows *sql.Rows) error {
		var id EventID
		var p Place
		if err := rows.Scan(&id.Source, &id.ID, &p.Order, &p.Seq); err != nil {
			return err
		}
		out[id] = p
		return nil
	})
}

// History is an order's history from an entry on, oldest first, at most so many entries; none when the order is not
// known.
func (tx *Tx) History(k Key, from int64, limit int) ([]Entry, error) {
	rows, err := tx.query(`SELECT seq, body, hash FROM history WHERE merchant = $1 AND order_id = $2 AND seq >= $3 ORDER BY seq LIMIT $4`, k.Merchant, k.Order, from, limit)
	if err != nil {
		return nil, err
	}
	var out []Entry
	return out, each(rows, func() error {
		var e Entry
		var hash []byte
		if err := rows.Scan(&e.Seq, &e.Body, &hash); err != nil {
			return err
		}
		copy(e.Hash[:], hash)
		if err := decode(e.Body, &e.Record); err != nil {
			return err
		}
		out = append(out, e)
		return nil
	})
}

// Encoded is a record as it is kept, to compare one that was made again with it.
func (r *Record) Encoded() ([]byte, error) { return encode(r) }

// EncodedFile is an order's file as it is kept.
func EncodedFile(f *recourse.OrderFile, acts []Act) ([]byte, error) { return encode(kept{f, acts}) }

// Keys are the orders of a merchant behind one in the order of their numbers, at most so many.
func (tx *Tx) Keys(merchant, after string, limit int) ([]Key, error) {
	rows, err := tx.query(`SELECT order_id FROM orders WHERE merchant = $1 AND order_id > $2 ORDER BY order_id LIMIT $3`, merchant, after, limit)
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
