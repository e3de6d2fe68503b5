// Package store keeps everything, and is the only room with SQL. Two databases serve one contract: SQLite, embedded,
// for a shop; PostgreSQL, with any number of nodes, for when that is outgrown. The same suite holds both to it.
//
// What is kept of an order:
//
//	orders     the order's file, whole, with the version and the instant at which it moves by itself
//	history    one row a decision, append-only, each with the hash of the one before: the truth
//	events     the identity of each fact taken in, so that none is taken in twice
//	cases      open and closed troubles, as people look for them
//	effects    acts, each to be carried out once
//	personal   the buyer's own data, apart, so that it can be erased and the history still proves itself
//
// Whoever decides reads files, decides, and saves all that was decided, in one transaction:
//
//	err := s.Write(ctx, func(tx *store.Tx) error {
//		files, err := tx.Files(keys)
//		…
//		lost, err := tx.Save(changes)
//		return err
//	})
//
// On SQLite a write transaction is alone from its beginning. On PostgreSQL several run at once, and the version decides:
// what another node has moved on meanwhile is reported as lost and must be decided again. There are no locks on rows and
// none is asked for, since a database that is distributed by merchant has none across merchants.
//
// Writes are batches: a handful of statements for a thousand decisions. Every statement names the merchant. Instants are
// arguments, never the database's own clock, and are kept to the microsecond in columns and exactly in bodies.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"recourse"
)

// Store is an open database. It is safe for many goroutines.
type Store struct {
	dialect *dialect
	write   *sql.DB // SQLite has one writer; on PostgreSQL it is the same as read
	read    *sql.DB
	path    string        // of SQLite's file; "" on PostgreSQL
	ready   [2]statements // of the writer and of the readers
}

// Open opens a database and brings its tables to this program's version. The address is the path of a file for
// SQLite, or postgres://… for PostgreSQL.
//
// Errors: database_unavailable when it cannot be reached, database_newer when a later program has changed its tables.
func Open(ctx context.Context, address string) (*Store, error) {
	s, err := Connect(ctx, address)
	if err != nil {
		return nil, err
	}
	if _, err := s.Migrate(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Connect opens a database as Open does, and leaves its tables as they are.
func Connect(ctx context.Context, address string) (*Store, error) {
	s := &Store{dialect: &sqlite, path: address}
	var err error
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		s.dialect, s.path = &postgres, ""
		err = s.connectPostgres(address)
	} else {
		err = s.connectSQLite(address)
	}
	if err == nil {
		err = s.write.PingContext(ctx)
	}
	if err != nil {
		s.Close()
		return nil, unavailable(err)
	}
	return s, nil
}

// connectSQLite opens the one writer and the readers beside it.
//
// FULL waits for the disk at every commit: what was acknowledged survives a power failure. Immediate transactions take
// the writer's place at once, so that reading first and writing then never fails half-way.
func (s *Store) connectSQLite(path string) (err error) {
	if s.path, err = filepath.Abs(path); err != nil {
		return err
	}
	common := "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=temp_store(2)"
	file := (&url.URL{Scheme: "file", OmitHost: true, Path: s.path}).String()
	if s.write, err = sql.Open("sqlite", file+"?_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=wal_autocheckpoint(4000)&_pragma=synchronous(FULL)&_pragma=cache_size(-24000)&_pragma=journal_size_limit(134217728)&_txlock=immediate&"+common); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	s.write.SetMaxIdleConns(1)
	if s.read, err = sql.Open("sqlite", file+"?_pragma=query_only(1)&_pragma=cache_size(-8000)&"+common); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	s.read.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	return nil
}

// maxConnections bounds what one node opens on PostgreSQL, where every connection is a process.
const maxConnections = 12

func (s *Store) connectPostgres(address string) (err error) {
	if s.write, err = sql.Open("pgx", address); err != nil {
		return err
	}
	s.read = s.write
	s.write.SetMaxOpenConns(maxConnections)
	s.write.SetMaxIdleConns(maxConnections)
	return nil
}

// Close lets go of the database. On SQLite the log is folded into the file.
func (s *Store) Close() error {
	for i := range s.ready {
		s.ready[i].close()
	}
	var err error
	for _, db := range []*sql.DB{s.write, s.read} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Path is the file of a SQLite database; "" for PostgreSQL.
func (s *Store) Path() string { return s.path }

// Shared says that other nodes may use the database at the same time, so that work is divided by leases.
func (s *Store) Shared() bool { return s.dialect == &postgres }

// Tx is a transaction. It is not for several goroutines at once.
type Tx struct {
	*sql.Tx
	ctx    context.Context
	store  *Store
	writes bool

	merchants map[string]Merchant // read already
}

// errRollback ends a transaction whose work was only to be looked at.
var errRollback = errors.New("rolled back")

// Write runs f in a transaction that writes, and commits it if f gives no error. Errors of the database are of kind
// [recourse.Unavailable] where trying again may help: nothing of f is then done.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	return s.run(ctx, s.write, nil, f)
}

// Try runs f as Write does, and takes back all that it wrote.
func (s *Store) Try(ctx context.Context, f func(*Tx) error) error {
	err := s.run(ctx, s.write, nil, func(tx *Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

// Read runs f in a transaction that sees one state of the database throughout.
func (s *Store) Read(ctx context.Context, f func(*Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if s.dialect == &sqlite {
		o = nil // a deferred transaction of a connection that cannot write
	}
	return s.run(ctx, s.read, o, f)
}

func (s *Store) run(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(*Tx) error) error {
	writes := db == s.write && o == nil
	if s.dialect == &sqlite {
		defer s.statementsOf(writes).prepare(context.WithoutCancel(ctx), db)
	}
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return s.failed("begin", err)
	}
	defer tx.Rollback()
	if err := f(&Tx{Tx: tx, ctx: ctx, store: s, writes: writes}); err != nil {
		return s.failed("work", err)
	}
	if err := tx.Commit(); err != nil {
		return s.failed("commit", err)
	}
	return nil
}

// failed makes a domain error of the driver's. Ours pass as they are.
func (s *Store) failed(what string, err error) error {
	if _, ours := errors.AsType[*recourse.Error](err); ours || errors.Is(err, errRollback) || errors.Is(err, context.Canceled) {
		return err
	}
	if s.dialect.passing(err) {
		return unavailable(fmt.Errorf("%s: %w", what, err))
	}
	return fmt.Errorf("store: %s: %w", what, err)
}

// unavailable is an error of a database that is away, full, or busy: the same call may succeed later.
func unavailable(err error) error {
	return &recourse.Error{Kind: recourse.Unavailable, Code: "database_unavailable", Message: "the database cannot be used at the moment; nothing was changed",
		Hint: "try again in a few seconds", Err: err}
}

// Key names an order of a merchant.
type Key struct{ Merchant, Order string }
