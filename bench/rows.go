package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"recourse/desk"
)

// This file finds out what a desk reads and writes, row by row, so that the same can be done without any thought: that
// is the floor. A second desk on a SQLite database of its own does the work once more, unmeasured, and triggers write
// down every row that it inserts or changes.

// table is a table that the desk writes to, as the database describes it.
type table struct {
	name    string
	columns []string
	types   []string // text, bigint, bytea
	key     []int    // the columns of its primary key
	logged  int64    // the last row of its log that was looked at
}

// written are rows of one table, each as it stood when the transaction ended, once.
type written struct {
	table    *table
	inserted [][]any
	updated  [][]any
}

// batchRows is what one transaction read and wrote.
type batchRows struct {
	seen     [][]string // the keys that were looked up in events, refs, orders and personal
	refs     [][]string
	files    [][]string
	personal [][]string
	dueBy    int64 // orders that are due by this instant were looked for; 0: none were
	writes   []written
}

// deskTables are written in this order, as [store.Tx.Save] does.
var deskTables = []string{"orders", "history", "events", "refs", "personal", "cases", "effects"}

// loggedTables are all that a decision writes to, be it copied for other benchmarks or not.
var loggedTables = append(slices.Clip(deskTables), "supplies", "search_todo", "insight_news", "postings", "notices")

// rowLog is the log that the triggers keep.
type rowLog struct {
	db     *sql.DB
	tables []*table
}

// openRowLog puts the triggers on a database that a desk works on. It has a connection of its own.
func openRowLog(path string) (*rowLog, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
	if err != nil {
		return nil, err
	}
	l := &rowLog{db: db}
	for _, name := range loggedTables {
		t, err := describe(db, name)
		if err != nil {
			return nil, err
		}
		l.tables = append(l.tables, t)
		for _, text := range t.triggers() {
			if _, err := db.Exec(text); err != nil {
				return nil, fmt.Errorf("%s: %w", text, err)
			}
		}
	}
	return l, nil
}

// describe asks the database for a table's columns.
func describe(db *sql.DB, name string) (*table, error) {
	rows, err := db.Query(`SELECT name, type, pk FROM pragma_table_info($1)`, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := &table{name: name}
	for rows.Next() {
		var column, kind string
		var key int
		if err := rows.Scan(&column, &kind, &key); err != nil {
			return nil, err
		}
		if key > 0 {
			t.key = append(t.key, len(t.columns))
		}
		t.columns = append(t.columns, column)
		t.types = append(t.types, map[string]string{"TEXT": "text", "INTEGER": "bigint", "BLOB": "bytea"}[kind])
	}
	return t, rows.Err()
}

func (t *table) triggers() []string {
	created := make([]string, len(t.columns))
	for i, c := range t.columns {
		created[i] = "new." + c
	}
	values := strings.Join(created, ", ")
	return []string{
		"CREATE TABLE log_" + t.name + " (op INTEGER, " + strings.Join(t.columns, ", ") + ")",
		"CREATE TRIGGER log_insert_" + t.name + " AFTER INSERT ON " + t.name + " BEGIN INSERT INTO log_" + t.name + " VALUES (0, " + values + "); END",
		"CREATE TRIGGER log_update_" + t.name + " AFTER UPDATE ON " + t.name + " BEGIN INSERT INTO log_" + t.name + " VALUES (1, " + values + "); END",
	}
}

// take gives what was written since it was asked last. Nothing is deleted: a second writer would make the desk's own
// connection forget what it has read.
func (l *rowLog) take(ctx context.Context) ([]written, error) {
	var all []written
	for _, t := range l.tables {
		w, err := l.rows(ctx, t)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// rows are those of one table. Of several states of a row in one transaction the last counts: whoever writes without
// thinking writes once.
func (l *rowLog) rows(ctx context.Context, t *table) (written, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT rowid, * FROM log_"+t.name+" WHERE rowid > $1 ORDER BY rowid", t.logged)
	if err != nil {
		return written{}, err
	}
	defer rows.Close()
	w := written{table: t}
	at := map[string]*[]any{}
	var inserted, updated []*[]any
	for rows.Next() {
		var op int64
		row := make([]any, len(t.columns))
		into := []any{&t.logged, &op}
		for i := range row {
			into = append(into, &row[i])
		}
		if err := rows.Scan(into...); err != nil {
			return w, err
		}
		key := t.keyOf(row)
		switch have := at[key]; {
		case have != nil:
			*have = row
		case op == 0:
			at[key] = &row
			inserted = append(inserted, &row)
		default:
			at[key] = &row
			updated = append(updated, &row)
		}
	}
	for _, r := range inserted {
		w.inserted = append(w.inserted, *r)
	}
	for _, r := range updated {
		w.updated = append(w.updated, *r)
	}
	return w, rows.Err()
}

func (t *table) keyOf(row []any) string {
	var key strings.Builder
	for _, i := range t.key {
		fmt.Fprint(&key, row[i], "\x00")
	}
	return key.String()
}

// reads are the keys that a desk looks up for facts; the results say which order each was found to be about.
func reads(merchant string, facts []desk.Fact, results []desk.Result) *batchRows {
	b := &batchRows{}
	files, people := map[string]bool{}, map[string]bool{}
	for i := range facts {
		ev := &facts[i].Event
		b.seen = append(b.seen, []string{merchant, ev.Source, ev.ID})
		if ev.Order == "" && ev.Case == "" {
			for _, r := range [][2]string{{"purchase", ev.Purchase}, {"parcel", ev.Parcel}} {
				if r[1] != "" {
					b.refs = append(b.refs, []string{merchant, r[0], r[1]})
				}
			}
		}
		order := results[i].Order
		if !files[order] {
			files[order] = true
			b.files = append(b.files, []string{merchant, order})
		}
		if ev.HasPersonal() && !people[order] {
			people[order] = true
			b.personal = append(b.personal, []string{merchant, order})
		}
	}
	return b
}

// fileColumns are what is read of an order beside its number, version and hash: its bodies.
func (b *batchRows) fileColumns() string {
	var names []string
	t := b.writes[0].table // orders stand first
	for i, kind := range t.types {
		if kind == "bytea" && t.columns[i] != "hash" {
			names = append(names, "t."+t.columns[i])
		}
	}
	return strings.Join(names, ", ")
}

// count is the number of rows that were written, by table.
func (b *batchRows) count() string {
	var parts []string
	for _, w := range b.writes {
		parts = append(parts, fmt.Sprintf("%s %d+%d", w.table.name, len(w.inserted), len(w.updated)))
	}
	return strings.Join(parts, ", ")
}

// taken makes sure that every fact was taken in: a benchmark that counts refusals measures nothing.
func taken(facts []desk.Fact, results []desk.Result) error {
	i := slices.IndexFunc(results, func(r desk.Result) bool { return r.Status != desk.Taken && r.Status != desk.Held })
	if i < 0 {
		return nil
	}
	err := results[i].Err
	return fmt.Errorf("%s %s about %s is %s: %w", facts[i].Event.Type, facts[i].Event.ID, results[i].Order, results[i].Status, err)
}
