package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// ReceiptStatus says what became of a delivery.
type ReceiptStatus string

const (
	// ReceiptWaiting: it is kept and was not read yet, or is to be read again. Whoever reads has it under a lease.
	ReceiptWaiting ReceiptStatus = "waiting"
	// ReceiptDone: it was read, and the facts that it told were taken in; there may have been none.
	ReceiptDone ReceiptStatus = "done"
	// ReceiptUnknown: nobody here knows that topic. It is kept and shown.
	ReceiptUnknown ReceiptStatus = "unknown"
	// ReceiptFailed: it could not be read, or a fact of it was refused. A person may have it read again.
	ReceiptFailed ReceiptStatus = "failed"
)

// ReceiptStatuses lists them.
var ReceiptStatuses = []ReceiptStatus{ReceiptWaiting, ReceiptDone, ReceiptUnknown, ReceiptFailed}

// Receipt is a delivery that was kept, and what became of it.
type Receipt struct {
	Merchant, Connection string
	ID                   string // the peer's own name for the delivery
	Topic                string
	At                   time.Time // when it came
	Status               ReceiptStatus
	NextAt               time.Time // while it waits: when it is read; zero: when its connection is resumed
	Tries                int       // how often somebody began to read it
	Order                string    // that it is about; "": not known
	Events               int       // facts of it that are taken in
	Note                 string    // a code: why nothing followed, or what went wrong
	Detail               string    // for a person; nothing personal
	Body                 []byte    // what it said, sealed for [Receipt.Place]; nil: it was not asked for, or is gone
	Kept                 bool      // the body is still there
}

// Place is the place that a receipt's body is sealed for.
func (r *Receipt) Place() string {
	return "receipt_bodies/" + r.Merchant + "/" + r.Connection + "/" + r.ID
}

func (r *Receipt) key() [3]string { return [3]string{r.Merchant, r.Connection, r.ID} }

const receiptColumns = "merchant text, connection text, receipt text, topic text, at bigint, status text, next_at bigint, tries bigint, order_id text, events bigint, note text, detail text"

const receiptKey = "ON CONFLICT (merchant, connection, receipt) "

var (
	insertReceipts = &batch{table: "receipts", columns: receiptColumns, tail: receiptKey + "DO NOTHING"}
	insertBodies   = &batch{table: "receipt_bodies", columns: "merchant text, connection text, receipt text, at bigint, body bytea", tail: receiptKey + "DO NOTHING"}
	// The number of tries is the version: of two who take the same receipt the second finds another number.
	claimReceipts = &batch{table: "receipts", columns: receiptColumns, tail: receiptKey + `DO UPDATE SET next_at = excluded.next_at, tries = excluded.tries
		WHERE receipts.status = 'waiting' AND receipts.tries = excluded.tries - 1 RETURNING merchant, connection, receipt`}
	endReceipts = &batch{table: "receipts", columns: receiptColumns, tail: receiptKey + `DO UPDATE SET status = excluded.status, next_at = excluded.next_at,
		tries = CASE WHEN excluded.status = 'waiting' THEN 0 ELSE receipts.tries END, order_id = excluded.order_id, events = excluded.events, note = excluded.note, detail = excluded.detail
		WHERE receipts.status = 'waiting' AND receipts.tries = excluded.tries`}
)

func (r *Receipt) row() []any {
	return []any{r.Merchant, r.Connection, r.ID, r.Topic, micros(r.At), string(cmp.Or(r.Status, ReceiptWaiting)), micros(r.NextAt), int64(r.Tries), r.Order, int64(r.Events), r.Note, r.Detail}
}

func receiptRows(all []Receipt) [][]any {
	rows := make([][]any, len(all))
	for i := range all {
		rows[i] = all[i].row()
	}
	return rows
}

// PutReceipts keeps deliveries that came, and says which of them were not there before: a repeat changes nothing. That
// their connections heard something is noted with them.
func (tx *Tx) PutReceipts(all []Receipt) (fresh []bool, err error) {
	seen, err := tx.receiptsThere(all)
	if err != nil {
		return nil, err
	}
	fresh = make([]bool, len(all))
	var rows, bodies [][]any
	heard := map[[2]string]time.Time{}
	for i := range all {
		r := &all[i]
		if at := heard[[2]string{r.Merchant, r.Connection}]; r.At.After(at) {
			heard[[2]string{r.Merchant, r.Connection}] = r.At
		}
		if seen[r.key()] {
			continue
		}
		seen[r.key()], fresh[i] = true, true
		rows = append(rows, r.row())
		bodies = append(bodies, []any{r.Merchant, r.Connection, r.ID, micros(r.At), append([]byte{}, r.Body...)})
	}
	if _, err := tx.insert(insertReceipts, rows); err != nil {
		return nil, err
	}
	if _, err := tx.insert(insertBodies, bodies); err != nil {
		return nil, err
	}
	for k, at := range heard {
		if _, err := tx.exec(`UPDATE connections SET heard_at = $3 WHERE merchant = $1 AND connection = $2`, k[0], k[1], micros(at)); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

func receiptKeys(all []Receipt) [][]string {
	keys := make([][]string, len(all))
	for i := range all {
		keys[i] = []string{all[i].Merchant, all[i].Connection, all[i].ID}
	}
	return keys
}

func (tx *Tx) receiptsThere(all []Receipt) (map[[3]string]bool, error) {
	seen := map[[3]string]bool{}
	return seen, tx.lookup(`SELECT r.merchant, r.connection, r.receipt FROM %s receipts r WHERE r.merchant = k.k1 AND r.connection = k.k2 AND r.receipt = k.k3`, receiptKeys(all), func(rows *sql.Rows) error {
		var k [3]string
		err := rows.Scan(&k[0], &k[1], &k[2])
		seen[k] = true
		return err
	})
}

// ClaimReceipts takes waiting receipts of all merchants whose turn it is, at most so many, for whoever reads them until
// the lease ends. What another node was faster with is not among them. They have their bodies.
func (tx *Tx) ClaimReceipts(now, until time.Time, limit int) ([]Receipt, error) {
	all, err := tx.receipts(`status = 'waiting' AND next_at <= $1 ORDER BY next_at LIMIT $2`, micros(now), limit)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for i := range all {
		all[i].NextAt = until
		all[i].Tries++
	}
	mine, err := tx.claim(receiptRows(all))
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, r := range all {
		if mine[r.key()] {
			out = append(out, r)
		}
	}
	return out, tx.addBodies(out)
}

// claim is insert with the keys of the rows that were written.
func (tx *Tx) claim(rows [][]any) (map[[3]string]bool, error) {
	mine, d := map[[3]string]bool{}, tx.store.dialect
	for size := d.most; len(rows) > 0; {
		for size > len(rows) && d == &sqlite {
			size /= 2
		}
		part := rows[:min(size, len(rows))]
		rows = rows[len(part):]
		found, err := tx.query(claimReceipts.text(d, len(part)), d.args(claimReceipts, part)...)
		if err != nil {
			return nil, err
		}
		err = each(found, func() error {
			var k [3]string
			err := found.Scan(&k[0], &k[1], &k[2])
			mine[k] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return mine, nil
}

func (tx *Tx) addBodies(all []Receipt) error {
	at := map[[3]string]*Receipt{}
	for i := range all {
		at[all[i].key()] = &all[i]
	}
	return tx.lookup(`SELECT b.merchant, b.connection, b.receipt, b.body FROM %s receipt_bodies b WHERE b.merchant = k.k1 AND b.connection = k.k2 AND b.receipt = k.k3`, receiptKeys(all), func(rows *sql.Rows) error {
		var k [3]string
		var body sql.RawBytes
		err := rows.Scan(&k[0], &k[1], &k[2], &body)
		if r := at[k]; r != nil {
			r.Body, r.Kept = bytes.Clone(body), true
		}
		return err
	})
}

// EndReceipts writes down what became of receipts that were claimed. One that waits again has its next turn at NextAt. What
// another node has claimed meanwhile, since the lease was over, is left alone.
func (tx *Tx) EndReceipts(all []Receipt) error {
	_, err := tx.insert(endReceipts, receiptRows(all))
	return err
}

// ReceiptFilter says which of a connection's receipts are wanted.
type ReceiptFilter struct {
	Status ReceiptStatus // "": any
	Before string        // the cursor that the page before gave
	Limit  int
}

// Receipts are the deliveries of a connection, the newest first, without their bodies, and the cursor of the next page, ""
// when there is none.
func (tx *Tx) Receipts(merchant, connection string, f ReceiptFilter) ([]Receipt, string, error) {
	where, args := `merchant = $1 AND connection = $2`, []any{merchant, connection}
	if f.Status != "" {
		args = append(args, string(f.Status))
		where += ` AND status = $` + strconv.Itoa(len(args))
	}
	if f.Before != "" {
		at, id, ok := strings.Cut(f.Before, ".")
		n, err := strconv.ParseInt(at, 36, 64)
		if err != nil || !ok {
			return nil, "", &recourse.Error{Kind: recourse.Invalid, Code: "cursor", Field: "cursor", Message: "the cursor is none that was given out"}
		}
		args = append(args, n, id)
		where += ` AND (at < $` + strconv.Itoa(len(args)-1) + ` OR at = $` + strconv.Itoa(len(args)-1) + ` AND receipt < $` + strconv.Itoa(len(args)) + `)`
	}
	args = append(args, f.Limit+1)
	all, err := tx.receipts(where+` ORDER BY at DESC, receipt DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil || len(all) <= f.Limit {
		return all, "", err
	}
	all = all[:f.Limit]
	last := &all[f.Limit-1]
	return all, strconv.FormatInt(micros(last.At), 36) + "." + last.ID, nil
}

// Receipt is one delivery with its body: receipt_unknown, of kind [recourse.NotFound], when the connection has none of that id.
func (tx *Tx) Receipt(merchant, connection, id string) (Receipt, error) {
	all, err := tx.receipts(`merchant = $1 AND connection = $2 AND receipt = $3`, merchant, connection, id)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "receipt_unknown", Field: "receipt", Message: "there is no such delivery"}
	}
	if err != nil {
		return Receipt{}, err
	}
	return all[0], tx.addBodies(all)
}

// CountReceipts counts a connection's deliveries that wait or failed.
func (tx *Tx) CountReceipts(merchant, connection string) (waiting, failed int, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT COALESCE(SUM(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), 0)
		FROM receipts WHERE merchant = $1 AND connection = $2 AND status IN ('waiting', 'failed')`, merchant, connection).Scan(&waiting, &failed)
	return waiting, failed, err
}

// ReplayReceipt lets a delivery be read again, whose body is still there.
func (tx *Tx) ReplayReceipt(merchant, connection, id string, now time.Time) error {
	r, err := tx.Receipt(merchant, connection, id)
	if err != nil {
		return err
	}
	if !r.Kept {
		return &recourse.Error{Kind: recourse.Conflict, Code: "receipt_gone", Field: "receipt", Message: "what it said is not kept any more", Hint: "bodies are kept for thirty days, and go with the order's buyer"}
	}
	_, err = tx.replay(`receipt = $4`, merchant, connection, now, id)
	return err
}

// ReplayFailed lets all deliveries of a connection that failed be read again, as far as their bodies are still there, and
// says how many.
func (tx *Tx) ReplayFailed(merchant, connection string, now time.Time) (int, error) {
	return tx.replay(`status = 'failed' AND EXISTS (SELECT 1 FROM receipt_bodies b WHERE b.merchant = receipts.merchant AND b.connection = receipts.connection AND b.receipt = receipts.receipt)`, merchant, connection, now)
}

// ResumeReceipts lets the deliveries that waited for a connection's resuming be read.
func (tx *Tx) ResumeReceipts(merchant, connection string, now time.Time) (int, error) {
	return tx.replay(`status = 'waiting' AND next_at = $4`, merchant, connection, now, int64(never))
}

// ResumeStranded lets deliveries be read that wait for a connection to be resumed which is not paused: they came, or were
// looked at, by a node that had not heard yet that it was resumed.
func (tx *Tx) ResumeStranded(now time.Time) (int, error) {
	res, err := tx.exec(`UPDATE receipts SET next_at = $1 WHERE status = 'waiting' AND next_at = $2
		AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.merchant = receipts.merchant AND c.connection = receipts.connection AND c.status = 'paused')`, micros(now), int64(never))
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (tx *Tx) replay(which, merchant, connection string, now time.Time, more ...any) (int, error) {
	res, err := tx.exec(`UPDATE receipts SET status = 'waiting', next_at = $3, tries = 0, note = '', detail = '' WHERE merchant = $1 AND connection = $2 AND `+which,
		append([]any{merchant, connection, micros(now)}, more...)...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// SweepReceipts drops what a connection's deliveries said before one instant, and that there were any before another.
func (tx *Tx) SweepReceipts(merchant, connection string, bodies, rows time.Time) error {
	if _, err := tx.exec(`DELETE FROM receipt_bodies WHERE merchant = $1 AND connection = $2 AND at < $3`, merchant, connection, micros(bodies)); err != nil {
		return err
	}
	if _, err := tx.exec(`DELETE FROM exports WHERE merchant = $1 AND connection = $2 AND at < $3`, merchant, connection, micros(bodies)); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM receipts WHERE merchant = $1 AND connection = $2 AND at < $3`, merchant, connection, micros(rows))
	return err
}

// DropBody drops what one delivery said.
func (tx *Tx) DropBody(r *Receipt) error {
	_, err := tx.exec(`DELETE FROM receipt_bodies WHERE merchant = $1 AND connection = $2 AND receipt = $3`, r.Merchant, r.Connection, r.ID)
	return err
}

// eraseDeliveries drops what deliveries said of an order, and what was put together of its buyer.
func (tx *Tx) eraseDeliveries(k Key) error {
	for _, q := range []string{
		`DELETE FROM receipt_bodies WHERE merchant = $1 AND EXISTS (SELECT 1 FROM receipts r WHERE r.merchant = $1 AND r.order_id = $2 AND r.connection = receipt_bodies.connection AND r.receipt = receipt_bodies.receipt)`,
		`DELETE FROM exports WHERE merchant = $1 AND order_id = $2`,
	} {
		if _, err := tx.exec(q, k.Merchant, k.Order); err != nil {
			return err
		}
	}
	return nil
}

// CountDeliveries counts what deliveries said of an order that is still kept.
func (tx *Tx) CountDeliveries(k Key) (n int, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT COUNT(*) FROM receipts r JOIN receipt_bodies b ON b.merchant = r.merchant AND b.connection = r.connection AND b.receipt = r.receipt
		WHERE r.merchant = $1 AND r.order_id = $2`, k.Merchant, k.Order).Scan(&n)
	return n, err
}

func (tx *Tx) receipts(where string, args ...any) ([]Receipt, error) {
	rows, err := tx.query(`SELECT merchant, connection, receipt, topic, at, status, next_at, tries, order_id, events, note, detail FROM receipts WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	var out []Receipt
	return out, each(rows, func() error {
		var r Receipt
		var at, next int64
		err := rows.Scan(&r.Merchant, &r.Connection, &r.ID, &r.Topic, &at, &r.Status, &next, &r.Tries, &r.Order, &r.Events, &r.Note, &r.Detail)
		r.At, r.NextAt = instant(at), instant(next)
		out = append(out, r)
		return err
	})
}
