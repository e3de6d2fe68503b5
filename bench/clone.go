package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"recourse/desk"
	"recourse/store"
)

// A benchmark on a million orders cannot let each of them be decided on first. So a few are, and their rows are written
// again and again under other numbers: the numbers are of one length, so that they can be put in place of each other in
// every text and body, and the hashes are chained anew. What comes of it is what the desk would have written, and
// `recourse verify` finds nothing wrong with it.

// mold is an order as the desk has written it.
type mold struct {
	number string
	rows   []written // by table, as in deskTables
	due    time.Time // when it moves by itself
}

// number is the number of an order: eight letters, whatever the kind and the count.
func number(kind byte, i int) string { return fmt.Sprintf("%c%07d", kind, i) }

// newMolds lets a desk decide on some orders, each by its own facts and at its own instants, and takes their rows.
func newMolds(ctx context.Context, stories [][]arrival) ([]mold, error) {
	dir, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	defer dir.close()
	address, err := dir.next()
	if err != nil {
		return nil, err
	}
	clock := newVirtual(lifeBegins)
	d, err := openDesk(ctx, address, clock.now)
	if err != nil {
		return nil, err
	}
	defer closeDesk(d)
	for _, story := range stories {
		for _, t := range story {
			clock.set(t.at)
			results, err := d.Handle(ctx, shop, []desk.Fact{t.fact})
			if err == nil {
				err = taken([]desk.Fact{t.fact}, results)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return takeMolds(ctx, address, stories)
}

// arrival is a fact and the instant at which it arrives.
type arrival struct {
	fact desk.Fact
	at   time.Time
}

func takeMolds(ctx context.Context, address string, stories [][]arrival) ([]mold, error) {
	db, err := sql.Open("sqlite", "file:"+address)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var tables []*table
	for _, name := range deskTables {
		t, err := describe(db, name)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	molds := make([]mold, len(stories))
	for i, story := range stories {
		m := mold{number: story[0].fact.Event.Order}
		for _, t := range tables {
			rows, err := t.rowsOf(ctx, db, m.number)
			if err != nil {
				return nil, err
			}
			m.rows = append(m.rows, written{table: t, inserted: rows})
		}
		m.due = time.UnixMicro(m.rows[0].inserted[0][m.rows[0].table.column("due_at")].(int64)).UTC()
		molds[i] = m
	}
	return molds, nil
}

// rowsOf are a table's rows of one order.
func (t *table) rowsOf(ctx context.Context, db *sql.DB, order string) ([][]any, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.name+" WHERE merchant = $1 AND order_id = $2 ORDER BY 1, 2, 3", shop, order)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all [][]any
	for rows.Next() {
		row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func (t *table) column(name string) int {
	for i, c := range t.columns {
		if c == name {
			return i
		}
	}
	panic("the table " + t.name + " has no column " + name)
}

// as are the mold's rows under another number.
func (m *mold) as(number string) []written {
	out := make([]written, len(m.rows))
	for i, w := range m.rows {
		out[i].table = w.table
		for _, row := range w.inserted {
			out[i].inserted = append(out[i].inserted, renamed(row, m.number, number))
		}
	}
	rechain(out, number)
	return out
}

func renamed(row []any, from, to string) []any {
	own := make([]any, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case string:
			own[i] = strings.ReplaceAll(v, from, to)
		case []byte:
			own[i] = bytes.ReplaceAll(v, []byte(from), []byte(to))
		default:
			own[i] = v
		}
	}
	return own
}

// rechain puts right what depends on the number otherwise: the hashes, and the part of the orders that it falls into.
func rechain(rows []written, number string) {
	orders, history := &rows[0], &rows[1]
	hash := store.Origin(store.Key{Merchant: shop, Order: number})
	body, into := history.table.column("body"), history.table.column("hash")
	for _, row := range history.inserted {
		hash = store.Chain(hash, row[body].([]byte))
		row[into] = append([]byte(nil), hash[:]...)
	}
	row := orders.inserted[0]
	row[orders.table.column("hash")] = append([]byte(nil), hash[:]...)
	h := fnv.New32a()
	h.Write([]byte(shop + "\x00" + number))
	row[orders.table.column("shard")] = int64(h.Sum32() % store.Shards)
}

// cloneAtOnce is how many orders are written in one transaction.
const cloneAtOnce = 4000

// clone writes n orders into a database that a desk has been opened on; of says which mold each is made of, and may
// change its rows. Of orders that of gives no mold for none is written.
func clone(ctx context.Context, address string, n int, of func(i int) (*mold, func([]written))) error {
	b, err := openBulk(address)
	if err != nil {
		return err
	}
	defer b.close()
	for from := 0; from < n; from += cloneAtOnce {
		all := batchRows{writes: make([]written, len(deskTables))}
		for i := from; i < min(n, from+cloneAtOnce); i++ {
			m, change := of(i)
			if m == nil {
				continue
			}
			rows := m.as(number('c', i))
			if change != nil {
				change(rows)
			}
			for t := range rows {
				all.writes[t].table = rows[t].table
				all.writes[t].inserted = append(all.writes[t].inserted, rows[t].inserted...)
			}
		}
		if all.writes[0].table == nil {
			continue
		}
		if err := b.prepare(&all); err != nil {
			return err
		}
		if err := b.do(ctx, &all); err != nil {
			return err
		}
	}
	return nil
}
