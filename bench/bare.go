package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// bare reads and writes the rows of a desk's transactions with the best statements that we know and without a thought:
// nothing is decoded, decided, encoded or hashed. It stands on its own, so that what makes the store slow or fast does
// not do the same to what the store is measured against.
type bare struct {
	db       *sql.DB
	lite     bool
	prepared map[string]*sql.Stmt // of SQLite, whose driver keeps none
}

// openBare opens a database whose tables are there, with the settings that the store opens it with.
func openBare(address string) (*bare, error) {
	if strings.HasPrefix(address, "postgres") {
		return newBare("pgx", address)
	}
	return newBare("sqlite", "file:"+address+"?_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=wal_autocheckpoint(4000)&_pragma=synchronous(FULL)&_pragma=cache_size(-24000)"+
		"&_pragma=journal_size_limit(134217728)&_pragma=temp_store(2)&_pragma=busy_timeout(10000)&_txlock=immediate")
}

// openBulk opens a SQLite database to fill it, as fast as can be: if the machine fails meanwhile, it is made anew.
func openBulk(path string) (*bare, error) {
	return newBare("sqlite", "file:"+path+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-400000)&_pragma=locking_mode(EXCLUSIVE)&_txlock=immediate")
}

func newBare(driver, address string) (*bare, error) {
	b := &bare{lite: driver == "sqlite", prepared: map[string]*sql.Stmt{}}
	var err error
	if b.db, err = sql.Open(driver, address); err != nil {
		return nil, err
	}
	b.db.SetMaxOpenConns(1)
	return b, b.db.Ping()
}

// most is how many rows go into one statement of SQLite. More make it no faster: parsing is paid for once, binding for
// each value.
const most = 32

// prepare makes the statements that a batch needs, while no transaction holds the only connection. It is not measured.
func (b *bare) prepare(rows *batchRows) error {
	if !b.lite {
		return nil
	}
	for _, q := range b.queries(rows) {
		if err := b.keep(q.text); err != nil {
			return err
		}
	}
	for i := range rows.writes {
		for size := most; size > 0; size /= 2 {
			t := rows.writes[i].table
			if err := b.keep(t.insertValues(size)); err != nil {
				return err
			}
			if t.moves() == "" {
				continue
			}
			if err := b.keep(t.updateValues(size)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bare) keep(text string) error {
	if b.prepared[text] != nil {
		return nil
	}
	st, err := b.db.Prepare(text)
	if err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	b.prepared[text] = st
	return nil
}

// do is one transaction.
func (b *bare) do(ctx context.Context, rows *batchRows) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, q := range b.queries(rows) {
		if err := b.read(ctx, tx, q); err != nil {
			return fmt.Errorf("%s: %w", q.text, err)
		}
	}
	for i := range rows.writes {
		if err := b.write(ctx, tx, &rows.writes[i]); err != nil {
			return fmt.Errorf("%s: %w", rows.writes[i].table.name, err)
		}
	}
	return tx.Commit()
}

// query is a look-up of many keys at once.
type query struct {
	text string
	args []any
	cols int
}

// queries are the look-ups of a batch: which facts are known, which orders are meant, their files, the people in them.
func (b *bare) queries(rows *batchRows) []query {
	var all []query
	if rows.dueBy != 0 {
		all = append(all, query{"SELECT merchant, order_id FROM orders WHERE due_at <= $1 AND due_at < 9223372036854775807 ORDER BY due_at LIMIT $2", []any{rows.dueBy, len(rows.files)}, 2})
	}
	for _, q := range []struct {
		keys          [][]string
		columns, from string
		on            []string
	}{
		{rows.seen, "t.order_id, t.seq", "events", []string{"merchant", "source", "id"}},
		{rows.refs, "t.order_id", "refs", []string{"merchant", "kind", "id"}},
		{rows.files, "t.order_id, t.version, t.hash, " + rows.fileColumns(), "orders", []string{"merchant", "order_id"}},
		{rows.personal, "t.order_id, t.salt, t.fields", "personal", []string{"merchant", "order_id"}},
	} {
		if len(q.keys) == 0 {
			continue
		}
		where := make([]string, len(q.on))
		for i, c := range q.on {
			where[i] = "t." + c + " = k.k" + strconv.Itoa(i+1)
		}
		keys, args := b.keys(q.keys)
		all = append(all, query{"SELECT " + q.columns + " FROM " + keys + " CROSS JOIN " + q.from + " t WHERE " + strings.Join(where, " AND "), args, strings.Count(q.columns, ",") + 1})
	}
	return all
}

// keys are a list of keys as a table, k, and what goes into it.
func (b *bare) keys(keys [][]string) (string, []any) {
	n := len(keys[0])
	parts, names := make([]string, n), make([]string, n)
	if b.lite {
		for i := range parts {
			parts[i] = "value ->> " + strconv.Itoa(i) + " AS k" + strconv.Itoa(i+1)
		}
		text, _ := json.Marshal(keys) // texts can always be written
		return "(SELECT " + strings.Join(parts, ", ") + " FROM json_each($1)) AS k", []any{string(text)}
	}
	args := make([]any, n)
	for i := range parts {
		parts[i], names[i] = "$"+strconv.Itoa(i+1)+"::text[]", "k"+strconv.Itoa(i+1)
		column := make([]string, len(keys))
		for j, k := range keys {
			column[j] = k[i]
		}
		args[i] = column
	}
	return "unnest(" + strings.Join(parts, ", ") + ") AS k (" + strings.Join(names, ", ") + ")", args
}

// read fetches all and looks at nothing.
func (b *bare) read(ctx context.Context, tx *sql.Tx, q query) error {
	rows, err := b.run(ctx, tx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, into := make([]sql.RawBytes, q.cols), make([]any, q.cols)
	for i := range into {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (b *bare) run(ctx context.Context, tx *sql.Tx, q query) (*sql.Rows, error) {
	if st := b.prepared[q.text]; st != nil {
		return tx.StmtContext(ctx, st).QueryContext(ctx, q.args...)
	}
	return tx.QueryContext(ctx, q.text, q.args...)
}

// write writes one table's rows.
func (b *bare) write(ctx context.Context, tx *sql.Tx, w *written) error {
	t := w.table
	inserted := w.inserted
	if t.moves() == "" {
		inserted = append(inserted[:len(inserted):len(inserted)], w.updated...)
	} else if err := b.many(ctx, tx, t, w.updated, t.updateValues, t.updateArrays); err != nil {
		return err
	}
	return b.many(ctx, tx, t, inserted, t.insertValues, t.insertArrays)
}

// many carries out one kind of statement for many rows: in pieces of few sizes on SQLite, in one on PostgreSQL.
func (b *bare) many(ctx context.Context, tx *sql.Tx, t *table, rows [][]any, values func(int) string, arrays func() string) error {
	if len(rows) == 0 {
		return nil
	}
	if !b.lite {
		_, err := tx.ExecContext(ctx, arrays(), t.columnwise(rows)...)
		return err
	}
	for size := most; len(rows) > 0; {
		for size > len(rows) {
			size /= 2
		}
		args := make([]any, 0, size*len(t.columns))
		for _, r := range rows[:size] {
			args = append(args, r...)
		}
		if _, err := tx.StmtContext(ctx, b.prepared[values(size)]).ExecContext(ctx, args...); err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

func (b *bare) close() error { return b.db.Close() }
