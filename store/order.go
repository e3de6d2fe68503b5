package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"hash/fnv"
	"slices"
	"time"

	"recourse"
)

// File is an order's file as it is kept, with the version to save against.
type File struct {
	Key
	Version   int64 // decisions so far; 0: the order is new
	Hash      Hash  // of the last entry of its history
	OrderFile *recourse.OrderFile
	Acts      []Act // of the order, not over
}

// kept is an order's file as its column has it.
type kept struct {
	File *recourse.OrderFile `json:"file"`
	Acts []Act               `json:"acts,omitempty"`
}

// Change is what was decided for one order, to be saved whole.
type Change struct {
	Before    File
	After     *recourse.OrderFile
	Acts      []Act   // after it
	Entries   []Entry // one a decision, in order
	Cases     []Case  // those that changed
	Effects   []Effect
	Refs      []Ref
	Personal  *Personal             // nil: as it was
	Reworded  bool                  // it is found by other words than before
	Insight   []byte                // what it changes about the figures; nil: nothing
	Notices   []Notice              // what others are to be told; none where nobody is
	Postings  []Posting             // what its decisions moved
	Claims    []recourse.ClaimUntil // claim windows that stand otherwise than before
	Unclaimed []string              // cases that have no claim window any more
	// Encoded by Prepare.
	file []byte
	hash Hash
}

// Ref is a purchase, a parcel, or a shop's own id of an order, which belongs to an order of ours.
type Ref struct {
	Kind string // purchase, parcel or order
	ID   string
}

// ShopRef is an order by the shop's own id of it, which means something together with the shop alone.
func ShopRef(channel, ref string) Ref { return Ref{Kind: "order", ID: channel + "/" + ref} }

// Prepare encodes a change and chains its entries: the part of saving that needs no database, for any goroutine.
func (c *Change) Prepare() error {
	hash := c.Before.Hash
	if c.Before.Version == 0 {
		hash = Origin(c.Before.Key)
	}
	for i := range c.Entries {
		e := &c.Entries[i]
		e.Seq = c.Before.Version + int64(i) + 1
		var err error
		if e.Body, err = encode(&e.Record); err != nil {
			return err
		}
		hash = Chain(hash, e.Body)
		e.Hash = hash
	}
	for i := range c.Effects {
		var err error
		if c.Effects[i].body, err = encode(&c.Effects[i].Effect); err != nil {
			return err
		}
	}
	c.hash = hash
	var err error
	c.file, err = encode(kept{c.After, c.Acts})
	return err
}

// Files reads the files of some orders. One that is not known has version 0 and an empty file.
func (tx *Tx) Files(keys []Key) (map[Key]File, error) {
	out := make(map[Key]File, len(keys))
	for _, k := range keys {
		out[k] = File{Key: k, OrderFile: &recourse.OrderFile{}}
	}
	return out, tx.lookup(`SELECT o.merchant, o.order_id, o.version, o.hash, o.file FROM %s orders o WHERE o.merchant = k.k1 AND o.order_id = k.k2`, keyTexts(keys), func(rows *sql.Rows) error {
		f := File{OrderFile: &recourse.OrderFile{}}
		var hash, body sql.RawBytes
		if err := rows.Scan(&f.Merchant, &f.Order, &f.Version, &hash, &body); err != nil {
			return err
		}
		copy(f.Hash[:], hash)
		k := kept{File: f.OrderFile}
		if err := decode(body, &k); err != nil {
			return err
		}
		f.Acts = k.Acts
		out[f.Key] = f
		return nil
	})
}

func keyTexts(keys []Key) [][]string {
	texts := make([][]string, len(keys))
	for i, k := range keys {
		texts[i] = []string{k.Merchant, k.Order}
	}
	return texts
}

// each reads rows to their end and closes them.
func each(rows *sql.Rows, f func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}

var insertOrders = &batch{
	table:   "orders",
	columns: "merchant text, order_id text, base bigint, version bigint, hash bytea, shard bigint, due_at bigint, placed_at bigint, open bigint, file bytea",
	tail: `ON CONFLICT (merchant, order_id) DO UPDATE SET base = excluded.base, version = excluded.version, hash = excluded.hash, due_at = excluded.due_at,
		placed_at = excluded.placed_at, open = excluded.open, file = excluded.file WHERE orders.version = excluded.base`,
}

// Save writes changes that were prepared. What another node has moved on since it was read is left out and named in
// lost: nothing of it was written, and it is to be decided again. Each order is in at most one change.
//
// The error event_twice, of kind [recourse.Conflict], says that a fact was taken in for another order meanwhile: the
// transaction has to be taken back whole and tried again.
func (tx *Tx) Save(changes []*Change) (lost []Key, err error) {
	// All nodes write in one order, so that none waits for another that waits for it.
	slices.SortFunc(changes, func(a, b *Change) int { return compareKeys(a.Before.Key, b.Before.Key) })
	rows := make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = orderRow(c)
	}
	written, err := tx.insert(insertOrders, rows)
	if err != nil {
		return nil, err
	}
	if int(written) < len(changes) {
		if changes, lost, err = tx.won(changes); err != nil {
			return nil, err
		}
	}
	for _, save := range []func([]*Change) error{tx.saveHistory, tx.saveRefs, tx.saveSupplies, tx.savePersonal, tx.saveReworded, tx.saveCases, tx.saveEffects, tx.saveMoves, tx.saveMentions, tx.saveInsight, tx.saveTrackings, tx.saveNotices, tx.savePostings, tx.saveSearches, tx.saveClaims} {
		if err := save(changes); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Merchant, b.Merchant), cmp.Compare(a.Order, b.Order))
}

func orderRow(c *Change) []any {
	open := int64(0)
	for _, k := range c.After.Cases {
		if k.Status == recourse.Open {
			open++
		}
	}
	return []any{c.Before.Merchant, c.Before.Order, c.Before.Version, c.Before.Version + int64(len(c.Entries)), c.hash[:], shardOf(c.Before.Key),
		micros(c.After.Due), micros(c.After.Order.PlacedAt), open, c.file}
}

// won divides changes into those whose files were written and those that lost to another node: a file that is not ours
// has another hash.
func (tx *Tx) won(changes []*Change) (won []*Change, lost []Key, err error) {
	keys := make([]Key, len(changes))
	for i, c := range changes {
		keys[i] = c.Before.Key
	}
	hashes := map[Key][]byte{}
	if err := tx.lookup(`SELECT o.merchant, o.order_id, o.hash FROM %s orders o WHERE o.merchant = k.k1 AND o.order_id = k.k2`, keyTexts(keys), func(rows *sql.Rows) error {
		var k Key
		var h []byte
		if err := rows.Scan(&k.Merchant, &k.Order, &h); err != nil {
			return err
		}
		hashes[k] = h
		return nil
	}); err != nil {
		return nil, nil, err
	}
	for _, c := range changes {
		if bytes.Equal(hashes[c.Before.Key], c.hash[:]) {
			won = append(won, c)
		} else {
			lost = append(lost, c.Before.Key)
		}
	}
	return won, lost, nil
}

// Shards is into how many parts the orders are divided for the nodes that wait for deadlines.
const Shards = 16

func shardOf(k Key) int64 {
	h := fnv.New32a()
	h.Write([]byte(k.Merchant))
	h.Write([]byte{0})
	h.Write([]byte(k.Order))
	return int64(h.Sum32() % Shards)
}

// Due are the orders of some shards that are due by now, the longest overdue first, at most so many.
func (tx *Tx) Due(now time.Time, shards []int, limit int) ([]Key, error) {
	if len(shards) == 0 {
		return nil, nil
	}
	only := ""
	if len(shards) < Shards {
		only = " AND shard IN (" + numbers(shards) + ")"
	}
	rows, err := tx.query(`SELECT merchant, order_id FROM orders WHERE due_at <= $1 AND due_at < 9223372036854775807`+only+` ORDER BY due_at LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, err
	}
	var out []Key
	return out, each(rows, func() error {
		var k Key
		if err := rows.Scan(&k.Merchant, &k.Order); err != nil {
			return err
		}
		out = append(out, k)
		return nil
	})
}

// NextDue is the earliest instant at which an order moves by itself; zero: none will.
func (tx *Tx) NextDue() (time.Time, error) {
	var at sql.NullInt64
	err := tx.QueryRowContext(tx.ctx, `SELECT MIN(due_at) FROM orders WHERE due_at < 9223372036854775807`).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return instant(at.Int64), nil
}

// FindOrders finds the orders of purchases, parcels and shops' own ids; what is not known is not in the answer.
func (tx *Tx) FindOrders(merchant string, refs []Ref) (map[Ref]string, error) {
	out := map[Ref]string{}
	keys := make([][]string, len(refs))
	for i, r := range refs {
		keys[i] = []string{merchant, r.Kind, r.ID}
	}
	return out, tx.lookup(`SELECT r.kind, r.id, r.order_id FROM %s refs r WHERE r.merchant = k.k1 AND r.kind = k.k2 AND r.id = k.k3`, keys, func(rows *sql.Rows) error {
		var r Ref
		var order string
		if err := rows.Scan(&r.Kind, &r.ID, &order); err != nil {
			return err
		}
		out[r] = order
		return nil
	})
}

// A purchase that two orders name stays with the first.
var insertRefs = &batch{table: "refs", columns: "merchant text, kind text, id text, order_id text", tail: "ON CONFLICT DO NOTHING"}

func (tx *Tx) saveRefs(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		for _, r := range c.Refs {
			rows = append(rows, []any{c.Before.Merchant, r.Kind, r.ID, c.Before.Order})
		}
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)), cmp.Compare(a[2].(string), b[2].(string)))
	})
	_, err := tx.insert(insertRefs, rows)
	return err
}
