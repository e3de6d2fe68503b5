package store

import (
	"time"

	"recourse"
)

// ReceiptHeap are deliveries of one connection that a person should look at.
type ReceiptHeap struct {
	Connection string
	N          int       // how many
	Since      time.Time // the oldest
	Oldest     string    // its id
}

// unread are letters that were taken in and not understood: no pattern fits, no number is named, or only the merchant can
// mend it at the agent. The index receipts_unread has them.
const unread = `status = 'done' AND note IN ('no_pattern', 'no_number', 'in_dsers')`

// FailedReceipts are a merchant's deliveries that could not be read, by connection.
func (tx *Tx) FailedReceipts(merchant string) ([]ReceiptHeap, error) {
	return tx.heaps(merchant, `status = 'failed'`)
}

// UnreadReceipts are a merchant's letters that nobody understood, by connection.
func (tx *Tx) UnreadReceipts(merchant string) ([]ReceiptHeap, error) {
	return tx.heaps(merchant, unread)
}

func (tx *Tx) heaps(merchant, which string) ([]ReceiptHeap, error) {
	rows, err := tx.query(`SELECT h.connection, h.n, h.since, (SELECT MIN(r.receipt) FROM receipts r WHERE r.merchant = $1 AND r.connection = h.connection AND r.at = h.since AND `+which+`)
		FROM (SELECT connection, COUNT(*) AS n, MIN(at) AS since FROM receipts WHERE merchant = $1 AND `+which+` GROUP BY connection) h ORDER BY h.since, h.connection`, merchant)
	if err != nil {
		return nil, err
	}
	var out []ReceiptHeap
	return out, each(rows, func() error {
		var h ReceiptHeap
		var since int64
		err := rows.Scan(&h.Connection, &h.N, &since, &h.Oldest)
		h.Since = instant(since)
		out = append(out, h)
		return err
	})
}

// CountLetters counts the letters of an order whose words are still there, and the answers of systems that are told about it.
func (tx *Tx) CountLetters(k Key) (letters, answers int, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT (SELECT COUNT(*) FROM letters WHERE merchant = $1 AND order_id = $2 AND length(body) > 0), (SELECT COUNT(*) FROM webhook_deliveries WHERE merchant = $1 AND order_id = $2 AND length(answer) > 0)`,
		k.Merchant, k.Order).Scan(&letters, &answers)
	return letters, answers, err
}

// NoteSettled is the note of a delivery that a person saw to.
const NoteSettled = "settled"

// SettleReceipt notes that a person saw to a delivery that could not be read, or was not understood: receipt_settled, of
// kind [recourse.Conflict], when there is nothing to see to.
func (tx *Tx) SettleReceipt(merchant, connection, id string) error {
	if _, err := tx.Receipt(merchant, connection, id); err != nil {
		return err
	}
	res, err := tx.exec(`UPDATE receipts SET status = 'done', note = '`+NoteSettled+`', detail = '' WHERE merchant = $1 AND connection = $2 AND receipt = $3 AND (status = 'failed' OR `+unread+`)`, merchant, connection, id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return &recourse.Error{Kind: recourse.Conflict, Code: "receipt_settled", Field: "receipt", Message: "there is nothing left to do about it", Hint: "somebody else saw to it, or it was read again"}
}
