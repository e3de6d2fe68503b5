package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	lite "modernc.org/sqlite"
)

// This file holds what really differs between the two databases: how a batch of rows goes in, how a batch of keys is
// looked up, and which errors pass by themselves. All other SQL is one text for both.

// dialect is one of the two databases.
type dialect struct {
	name    string
	folder  string // of its migrations
	insert  func(b *batch, rows int) string
	update  string // of effects, by their keys
	args    func(b *batch, rows [][]any) []any
	most    int // rows of one insert
	keys    func(columns, rows int) string
	keyArgs func(keys [][]string) []any
	passing func(error) bool
}

// batch is a statement that writes many rows of one table.
type batch struct {
	table   string
	columns string // name type, name type, …; types are text, bigint, bytea
	tail    string // what to do with a row that is there
}

// text is the statement for so many rows, put together once.
func (b *batch) text(d *dialect, rows int) string {
	key := batchKey{b, d, rows}
	if d == &postgres {
		key.rows = 0
	}
	if s, ok := batchTexts.Load(key); ok {
		return s.(string)
	}
	s := d.insert(b, rows)
	batchTexts.Store(key, s)
	return s
}

type batchKey struct {
	*batch
	*dialect
	rows int
}

var batchTexts sync.Map // of batchKey

func (b *batch) split() (names, types []string) {
	for c := range strings.SplitSeq(b.columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(c), " ")
		names, types = append(names, name), append(types, kind)
	}
	return names, types
}

// sqlite takes rows and keys as lists of values: half the time of reading them from JSON. CROSS JOIN keeps it from walking
// through the table to look for each row among the keys.
var sqlite = dialect{
	name: "sqlite3", folder: "migrations/sqlite", most: 32,
	update: `UPDATE effects SET status = $3, approval = CASE WHEN $4 = '' THEN approval ELSE $4 END, until = $5, moved_at = $6, moved_by = $7, note = $8,
		words = CASE WHEN $9 = '' THEN words ELSE $9 END, send_at = CASE WHEN $10 < 0 THEN send_at ELSE $10 END
		WHERE merchant = $1 AND effect_id = $2`,
	insert: func(b *batch, rows int) string {
		names, _ := b.split()
		var s strings.Builder
		s.WriteString("INSERT INTO " + b.table + " (" + strings.Join(names, ", ") + ") VALUES ")
		for r := range rows {
			if r > 0 {
				s.WriteByte(',')
			}
			s.WriteByte('(')
			for i := range names {
				if i > 0 {
					s.WriteByte(',')
				}
				s.WriteByte('?') // a name would be looked up for every value: half the time of binding
			}
			s.WriteByte(')')
		}
		return s.String() + " " + b.tail
	},
	args: func(_ *batch, rows [][]any) []any {
		all := make([]any, 0, len(rows)*len(rows[0]))
		for _, r := range rows {
			all = append(all, r...)
		}
		return all
	},
	keys: func(columns, rows int) string {
		one := "(?" + strings.Repeat(",?", columns-1) + ")"
		s := "(SELECT "
		for i := range columns {
			if i > 0 {
				s += ", "
			}
			s += "column" + strconv.Itoa(i+1) + " AS k" + strconv.Itoa(i+1)
		}
		return s + " FROM (VALUES " + one + strings.Repeat(","+one, rows-1) + ")) AS k CROSS JOIN "
	},
	keyArgs: func(keys [][]string) []any {
		all := make([]any, 0, len(keys)*len(keys[0]))
		for _, k := range keys {
			for _, v := range k {
				all = append(all, v)
			}
		}
		return all
	},
	passing: func(err error) bool {
		e, ok := errors.AsType[*lite.Error](err)
		if !ok {
			return lost(err)
		}
		switch e.Code() & 0xff {
		case 5, 6, 10, 13, 14, 8: // busy, locked, I/O error, full, cannot open, read-only
			return true
		}
		return false
	},
}

// postgres writes rows from one array a column: one statement for any number of rows.
var postgres = dialect{
	name: "postgres", folder: "migrations/postgres", most: 1 << 20,
	update: `UPDATE effects SET status = u.status, approval = CASE WHEN u.approval = '' THEN effects.approval ELSE u.approval END, until = u.until, moved_at = u.moved_at,
		moved_by = u.moved_by, note = u.note, words = CASE WHEN u.words = '' THEN effects.words ELSE u.words END,
		send_at = CASE WHEN u.send_at < 0 THEN effects.send_at ELSE u.send_at END
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[]) AS u (merchant, effect_id, status, approval, until, moved_at, moved_by, note, words, send_at)
		WHERE effects.merchant = u.merchant AND effects.effect_id = u.effect_id`,
	insert: func(b *batch, _ int) string {
		names, types := b.split()
		arrays := make([]string, len(types))
		for i, t := range types {
			arrays[i] = "$" + strconv.Itoa(i+1) + "::" + t + "[]"
		}
		return "INSERT INTO " + b.table + " (" + strings.Join(names, ", ") + ") SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ") " + b.tail
	},
	args: columnwise,
	keys: func(columns, _ int) string {
		arrays, names := make([]string, columns), make([]string, columns)
		for i := range columns {
			arrays[i], names[i] = "$"+strconv.Itoa(i+1)+"::text[]", "k"+strconv.Itoa(i+1)
		}
		return "unnest(" + strings.Join(arrays, ", ") + ") AS k (" + strings.Join(names, ", ") + ") CROSS JOIN "
	},
	keyArgs: func(keys [][]string) []any {
		all := make([]any, len(keys[0]))
		for i := range all {
			column := make([]string, len(keys))
			for j, k := range keys {
				column[j] = k[i]
			}
			all[i] = column
		}
		return all
	},
	passing: func(err error) bool {
		e, ok := errors.AsType[*pgconn.PgError](err)
		if !ok {
			return lost(err) || pgconn.SafeToRetry(err)
		}
		// Connections refused or broken, resources used up, an operator at work, deadlocks, read-only after a failover.
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "53") || strings.HasPrefix(e.Code, "57") ||
			strings.HasPrefix(e.Code, "40") || strings.HasPrefix(e.Code, "58") || e.Code == "25006"
	},
}

// lost says that a connection broke or could not be made.
func lost(err error) bool {
	_, network := errors.AsType[net.Error](err)
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	return network || connect || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

// columnwise turns rows into one array a column.
func columnwise(b *batch, rows [][]any) []any {
	_, types := b.split()
	all := make([]any, len(types))
	for i, t := range types {
		switch t {
		case "text":
			all[i] = column[string](rows, i)
		case "bigint":
			all[i] = column[int64](rows, i)
		default:
			all[i] = column[[]byte](rows, i)
		}
	}
	return all
}

func column[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for j, r := range rows {
		out[j] = r[i].(T)
	}
	return out
}

// statements are those of SQLite, prepared once: parsing a statement of many rows takes longer than
// carrying it out. A transaction holds the only connection, so that what it wanted is prepared after it has ended.
// PostgreSQL's driver keeps its own.
type statements struct {
	mu     sync.Mutex
	all    map[string]*sql.Stmt
	wanted []string
}

// maxStatements bounds what is kept; there are some dozens.
const maxStatements = 200

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.all {
		st.Close()
	}
	s.all, s.wanted = nil, nil
}

// get gives a prepared statement; nil when there is none yet.
func (s *statements) get(text string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.all[text]
	if st == nil && len(s.all)+len(s.wanted) < maxStatements {
		s.wanted = append(s.wanted, text)
	}
	return st
}

// prepare prepares what was wanted. One that cannot be prepared stays as it was: its use told the error already. It waits
// for the writer's connection and holds no lock meanwhile, since who has the connection may want a statement.
func (s *statements) prepare(ctx context.Context, db *sql.DB) {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for _, text := range wanted {
		st, err := db.PrepareContext(ctx, text)
		if err != nil {
			continue
		}
		s.mu.Lock()
		if s.all == nil {
			s.all = map[string]*sql.Stmt{}
		}
		if s.all[text] == nil {
			s.all[text], st = st, nil
		}
		s.mu.Unlock()
		if st != nil {
			st.Close()
		}
	}
}

func (s *Store) statementsOf(writes bool) *statements {
	if writes {
		return &s.ready[0]
	}
	return &s.ready[1]
}

// exec runs a statement of the writer.
func (tx *Tx) exec(text string, args ...any) (sql.Result, error) {
	if st := tx.statement(text); st != nil {
		return st.ExecContext(tx.ctx, args...)
	}
	return tx.ExecContext(tx.ctx, text, args...)
}

// query asks for rows.
func (tx *Tx) query(text string, args ...any) (*sql.Rows, error) {
	if st := tx.statement(text); st != nil {
		return st.QueryContext(tx.ctx, args...)
	}
	return tx.QueryContext(tx.ctx, text, args...)
}

func (tx *Tx) statement(text string) *sql.Stmt {
	if tx.store.dialect != &sqlite {
		return nil
	}
	if st := tx.store.statementsOf(tx.writes).get(text); st != nil {
		return tx.StmtContext(tx.ctx, st)
	}
	return nil
}

// insert writes rows in as few statements as the database takes, and says how many went in.
func (tx *Tx) insert(b *batch, rows [][]any) (written int64, err error) {
	d := tx.store.dialect
	for size := d.most; len(rows) > 0; {
		for size > len(rows) && d == &sqlite {
			size /= 2 // few sizes: their statements are prepared once
		}
		part := rows[:min(size, len(rows))]
		rows = rows[len(part):]
		res, err := tx.exec(b.text(d, len(part)), d.args(b, part)...)
		if err != nil {
			return written, err
		}
		n, _ := res.RowsAffected() // both drivers tell it
		written += n
	}
	return written, nil
}

// lookup asks for the rows of many keys: query is the text with the place of the keys in it, "SELECT … FROM %s orders o
// WHERE o.merchant = k.k1 AND …". Few sizes of lists are asked for, so that their statements are prepared once.
func (tx *Tx) lookup(query string, keys [][]string, scan func(*sql.Rows) error) error {
	d := tx.store.dialect
	before, after, _ := strings.Cut(query, "%s")
	for size := d.most; len(keys) > 0; {
		for size > len(keys) && d == &sqlite {
			size /= 2
		}
		part := keys[:min(size, len(keys))]
		keys = keys[len(part):]
		rows, err := tx.query(before+d.keys(len(part[0]), len(part))+after, d.keyArgs(part)...)
		if err != nil {
			return err
		}
		if err := each(rows, func() error { return scan(rows) }); err != nil {
			return err
		}
	}
	return nil
}

// update changes rows of effects. SQLite does it one by one with a prepared statement, PostgreSQL all at once.
func (tx *Tx) update(b *batch, rows [][]any) error {
	d := tx.store.dialect
	if len(rows) == 0 {
		return nil
	}
	if d == &postgres {
		_, err := tx.exec(d.update, columnwise(b, rows)...)
		return err
	}
	for _, r := range rows {
		if _, err := tx.exec(d.update, r...); err != nil {
			return err
		}
	}
	return nil
}
