package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"recourse"
)

// A backup is a SQLite database, whichever database it was made of: it can be opened as it is, and restored into
// either. That is also how a shop moves from SQLite to PostgreSQL.

// tables are copied in this order, so that what refers to another comes after it. Leases are not: they are of the
// moment. The tails of the batches are left out: a copy goes into empty tables.
var tables = []*batch{
	{table: "merchants", columns: "merchant text, name text, policy text, calendars text, created_at bigint, salt bytea, notices bigint"},
	{table: "playbooks", columns: "merchant text, hash text, text bytea, source bytea"},
	{table: "policies", columns: "merchant text, hash text, playbook text, name text, settings text, created_at bigint, created_by text"},
	{table: "versions", columns: "merchant text, number bigint, policy text, at bigint, by_name text, note text"},
	{table: "calendars", columns: "merchant text, hash text, text bytea"},
	{table: "orders", columns: insertOrders.columns},
	{table: "history", columns: insertHistory.columns},
	{table: "events", columns: insertEvents.columns},
	{table: "refs", columns: insertRefs.columns},
	{table: "personal", columns: insertPersonal.columns},
	{table: "cases", columns: insertCases.columns},
	{table: "effects", columns: insertEffects.columns},
	{table: "attempts", columns: "merchant text, effect_id text, n bigint, connection text, key text, asked_at bigint, ended_at bigint, result text, ref text, code text, detail text, amount bigint, currency text, looks bigint, looked_at bigint"},
	{table: "views", columns: "merchant text, view_id text, owner text, shared bigint, name text, filter text, created_at bigint"},
	{table: "evidence", columns: insertEvidence.columns},
	{table: "mentions", columns: insertMentions.columns},
	{table: "tokens", columns: "merchant text, hash text, name text, role text, kind text, created_at bigint, expires_at bigint, used_at bigint, person text, agent text, seen_at bigint, idle bigint"},
	{table: "people", columns: "merchant text, person_id text, name text, name_key text, email text, email_key text, role text, limit_minor bigint, currency text, supplier text, language text, password text, created_at bigint, seen_at bigint, disabled_at bigint"},
	{table: "passkeys", columns: "merchant text, passkey_id text, person_id text, name text, body bytea, created_at bigint, used_at bigint"},
	{table: "supplies", columns: insertSupplies.columns},
	{table: "link_keys", columns: "merchant text, key bytea, created_at bigint"},
	{table: "links", columns: "merchant text, link text, order_id text, created_at bigint, created_by text, expires_at bigint, revoked_at bigint, seen_at bigint"},
	{table: "connections", columns: "merchant text, connection text, kind text, name text, settings text, secrets bytea, status text, created_at bigint, changed_at bigint, changed_by text, heard_at bigint, said_at bigint, failure text, failed_at bigint, failures bigint, open_until bigint, refused bigint, refused_at bigint, bookmark text, poll_at bigint"},
	{table: "receipts", columns: receiptColumns},
	{table: "receipt_bodies", columns: insertBodies.columns},
	{table: "exports", columns: insertExports.columns},
	{table: "trackings", columns: trackingColumns},
	{table: "tracking_sweeps", columns: "merchant text, connection text, after_id text, done bigint"},
	{table: "letters", columns: "merchant text, letter text, order_id text, case_id text, effect_id text, party text, connection text, tag text, recipient text, attempt bigint, status text, at bigint, sent_at bigint, code text, body bytea"},
	{table: "webhooks", columns: "merchant text, webhook text, kind text, connection text, name text, host text, sealed bytea, events text, personal bigint, status text, reason text, created_at bigint, created_by text, changed_at bigint, changed_by text, wake_at bigint, lease_until bigint, succeeded_at bigint, failed_at bigint, failure text, failures bigint, failing_at bigint, open_until bigint"},
	{table: "notices", columns: insertNotices.columns},
	{table: "webhook_deliveries", columns: insertDeliveries.columns},
	{table: "postings", columns: insertPostings.columns},
	{table: "ledger_todo", columns: "merchant text, after text"},
	{table: "money_settings", columns: "merchant text, home text, bank_lang text, changed_at bigint, changed_by text"},
	{table: "reject_files", columns: insertRejects.columns},
	{table: "reject_parts", columns: insertRejectParts.columns},
	{table: "searches", columns: insertSearches.columns},
	{table: "claim_windows", columns: insertWindows.columns},
	{table: "supplier_marketplaces", columns: "merchant text, supplier text, marketplace text"},
	{table: "claim_window_versions", columns: "merchant text, version bigint"},
	{table: "claims", columns: insertClaims.columns},
	{table: "claims_todo", columns: "merchant text, after text"},
	{table: "suppliers", columns: "merchant text, supplier text, name text, email text, language text, url text, note text, merged text, changed_at bigint, changed_by text"},
	{table: "offers", columns: insertOffers.columns},
	{table: "offer_keys", columns: insertOfferKeys.columns},
	{table: "substitutes", columns: "merchant text, sku text, offer bigint, link text, at bigint, told_by text"},
	{table: "rates", columns: insertRates.columns},
	{table: "audit", columns: insertAudit.columns},
	{table: "insight_counts", columns: "merchant text, generation bigint, rolled bigint, wanted bigint"},
	{table: "insight_days", columns: insertInsightDays.columns},
	{table: "insight_news", columns: insertInsightNews.columns},
}

// Backup writes all there is, as of one moment, into a new SQLite file, while others go on reading and writing. The file
// has its name only when it is whole and on the disk; one that is there is not overwritten (file_exists). progress, which
// may be nil, is told the rows copied, and how many there are in all, 0 where that is not known.
func (s *Store) Backup(ctx context.Context, path string, progress func(done, total int64)) (err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return &recourse.Error{Kind: recourse.Conflict, Code: "file_exists", Position: recourse.Position{File: path}, Message: "the file is there already", Hint: "a backup never writes over another one"}
	}
	part := path + ".part"
	os.Remove(part) // of a backup that was interrupted
	defer func() {
		if err != nil {
			removeDatabase(part)
		}
	}()
	if s.dialect == &sqlite {
		err = s.vacuumInto(ctx, part)
	} else {
		err = s.copyInto(ctx, part, progress)
	}
	if err == nil {
		err = askFirst(ctx, part)
	}
	if err == nil {
		err = settle(part)
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err == nil {
		err = settle(filepath.Dir(path))
	}
	return err
}

// askFirst has the peers asked, by who works with a backup, of all acts that wait in it to be carried out: since it was
// made they may have been.
func askFirst(ctx context.Context, path string) error {
	s, err := Connect(ctx, path)
	if err != nil {
		return err
	}
	err = s.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO attempts (` + attemptColumns + `) SELECT e.merchant, e.effect_id, 1 + COALESCE((SELECT MAX(a.n) FROM attempts a WHERE a.merchant = e.merchant AND a.effect_id = e.effect_id), 0),
			'', '', e.moved_at, 9223372036854775807, '', '', 'restored', '', 0, '', 0, 9223372036854775807 FROM effects e WHERE e.send_at < 9223372036854775807 AND e.status IN ('pending', 'sending')`)
		return err
	})
	return errors.Join(err, s.Close())
}

// vacuumInto lets SQLite write a compact copy of one state of the database.
func (s *Store) vacuumInto(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+s.path+"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)")
	if err != nil {
		return s.failed("backup", err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return s.failed("backup", err)
	}
	return nil
}

func (s *Store) copyInto(ctx context.Context, path string, progress func(done, total int64)) error {
	to, err := Open(ctx, path)
	if err != nil {
		return err
	}
	err = Copy(ctx, s, to, progress)
	return errors.Join(err, to.Close())
}

// Restore puts a backup into a database that has no merchant yet: not_empty, of kind [recourse.Conflict], otherwise.
func Restore(ctx context.Context, path string, to *Store, progress func(done, total int64)) error {
	if _, err := os.Stat(path); err != nil {
		return &recourse.Error{Kind: recourse.NotFound, Code: "file", Position: recourse.Position{File: path}, Message: "there is no such backup", Err: err}
	}
	from, err := Open(ctx, path)
	if err != nil {
		return err
	}
	err = Copy(ctx, from, to, progress)
	return errors.Join(err, from.Close())
}

// Copy copies all rows of one database, as of one moment, into another that has none, in one transaction.
func Copy(ctx context.Context, from, to *Store, progress func(done, total int64)) error {
	return from.Read(ctx, func(source *Tx) error {
		total, err := source.rowCount()
		if err != nil {
			return err
		}
		return to.Write(ctx, func(target *Tx) error {
			all, err := target.Merchants()
			if err != nil {
				return err
			}
			if len(all) > 0 {
				return &recourse.Error{Kind: recourse.Conflict, Code: "not_empty", Message: "the database has merchants already", Hint: "restore into an empty one"}
			}
			var done int64
			for _, b := range tables {
				if err := copyTable(source, target, b, func(n int) {
					if done += int64(n); progress != nil {
						progress(done, total)
					}
				}); err != nil {
					return err
				}
			}
			// What is found by words is made anew, soon after.
			_, err = target.exec(`INSERT INTO search_todo (merchant, order_id, version, cases) SELECT merchant, order_id, version, 0 FROM orders`)
			return err
		})
	})
}

func (tx *Tx) rowCount() (total int64, err error) {
	for _, b := range tables {
		var n int64
		if err := tx.QueryRowContext(tx.ctx, `SELECT COUNT(*) FROM `+b.table).Scan(&n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// copyAtOnce is how many rows are held while copying.
const copyAtOnce = 500

func copyTable(from, to *Tx, b *batch, progress func(int)) error {
	names, types := b.split()
	rows, err := from.query(`SELECT ` + strings.Join(names, ", ") + ` FROM ` + b.table)
	if err != nil {
		return err
	}
	var held [][]any
	flush := func() error {
		_, err := to.insert(b, held)
		progress(len(held))
		held = held[:0]
		return err
	}
	err = each(rows, func() error {
		row, err := scanRow(rows, types)
		if held = append(held, row); err == nil && len(held) == copyAtOnce {
			err = flush()
		}
		return err
	})
	if err != nil || len(held) == 0 {
		return err
	}
	return flush()
}

// scanRow reads a row into values of its columns' types.
func scanRow(rows *sql.Rows, types []string) ([]any, error) {
	into := make([]any, len(types))
	for i, t := range types {
		switch t {
		case "text":
			into[i] = new(string)
		case "bigint":
			into[i] = new(int64)
		default:
			into[i] = new([]byte)
		}
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	row := make([]any, len(into))
	for i, v := range into {
		switch v := v.(type) {
		case *string:
			row[i] = *v
		case *int64:
			row[i] = *v
		case *[]byte:
			row[i] = append([]byte{}, *v...) // never nil: the column is not
		}
	}
	return row, nil
}

// settle waits until a file or a folder is on the disk.
func settle(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// removeDatabase removes a SQLite file with what lies beside it.
func removeDatabase(path string) {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		os.Remove(path + end)
	}
}
