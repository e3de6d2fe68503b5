package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"time"

	"recourse"
)

// DeliveryStatus says what has become of a delivery.
type DeliveryStatus string

const (
	DeliveryWaiting DeliveryStatus = "waiting" // it is tried at an instant
	DeliveryDone    DeliveryStatus = "done"    // it arrived
	DeliveryFailed  DeliveryStatus = "failed"  // it was tried as often as the schedule says; it can be replayed
)

// DeliveryStatuses lists them.
var DeliveryStatuses = []DeliveryStatus{DeliveryWaiting, DeliveryDone, DeliveryFailed}

// Delivery is one notice on its way to one webhook.
type Delivery struct {
	Merchant string
	Webhook  string
	Notice   string // its id: also the delivery's, for its webhook
	Order    string
	Place    int64
	Type     recourse.NoticeType
	At       time.Time // of the notice
	Status   DeliveryStatus
	NextAt   time.Time // while waiting: when it is tried; also a lease of who tries it
	Tries    int       // since it was last begun from the beginning
	EndedAt  time.Time
	Attempts []Try
	Answer   []byte // the beginning of the last answer, sealed for [AnswerPlace]; nil: none
}

// Try is one try of a delivery.
type Try struct {
	At     time.Time `json:"at"`
	Status int       `json:"status,omitempty" doc:"Of the answer, HTTP; none: there was none."`
	Code   string    `json:"code,omitempty" doc:"What went wrong; none: nothing did."`
	Millis int64     `json:"millis" doc:"How long it took."`
}

// AnswerPlace is the place that the answer to a delivery is sealed for.
func AnswerPlace(merchant, webhook, notice string) string {
	return "webhook_deliveries/" + merchant + "/" + webhook + "/" + notice
}

var insertDeliveries = &batch{table: "webhook_deliveries", columns: "merchant text, webhook text, notice text, order_id text, place bigint, type text, at bigint, status text, next_at bigint, tries bigint, ended_at bigint, attempts bytea, answer bytea",
	tail: "ON CONFLICT (merchant, webhook, notice) DO NOTHING"}

// PutDeliveries keeps new deliveries. One that is there stays as it is.
func (tx *Tx) PutDeliveries(all []Delivery) (int64, error) {
	rows := make([][]any, len(all))
	for i, d := range all {
		rows[i] = []any{d.Merchant, d.Webhook, d.Notice, d.Order, d.Place, string(d.Type), micros(d.At), string(d.Status), micros(d.NextAt), int64(d.Tries), micros(d.EndedAt), []byte("[]"), []byte{}}
	}
	return tx.insert(insertDeliveries, rows)
}

const deliveryColumns = `d.merchant, d.webhook, d.notice, d.order_id, d.place, d.type, d.at, d.status, d.next_at, d.tries, d.ended_at, d.attempts, d.answer`

// DueDeliveries are a webhook's deliveries that are to be tried, the longest waiting first, at most so many.
func (tx *Tx) DueDeliveries(merchant, webhook string, now time.Time, limit int) ([]Delivery, error) {
	return tx.deliveries(`d.merchant = $1 AND d.webhook = $2 AND d.status = 'waiting' AND d.next_at <= $3 ORDER BY d.next_at, d.place LIMIT $4`, merchant, webhook, micros(now), limit)
}

// Ahead is the first delivery of the same order to the same webhook that waits, stands before a place, and was tried less
// often than so many times, or is being tried the last of them: its lease ends before an instant. nil: there is none.
func (tx *Tx) Ahead(d *Delivery, tries int, leased time.Time) (*Delivery, error) {
	all, err := tx.deliveries(`d.merchant = $1 AND d.webhook = $2 AND d.status = 'waiting' AND d.order_id = $3 AND d.place < $4 AND (d.tries < $5 OR d.tries = $5 AND d.next_at <= $6) ORDER BY d.place LIMIT 1`,
		d.Merchant, d.Webhook, d.Order, d.Place, tries, micros(leased))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// LetGo lets the delivery be tried at an instant that stands next behind one, of the same order and for the same webhook,
// if it was not tried yet.
func (tx *Tx) LetGo(d *Delivery, at time.Time) error {
	_, err := tx.exec(`UPDATE webhook_deliveries SET next_at = $4 WHERE merchant = $1 AND webhook = $2 AND status = 'waiting' AND tries = 0 AND next_at > $4
		AND notice = (SELECT notice FROM webhook_deliveries WHERE merchant = $1 AND webhook = $2 AND status = 'waiting' AND order_id = $3 AND place > $5 ORDER BY place LIMIT 1)`,
		d.Merchant, d.Webhook, d.Order, micros(at), d.Place)
	return err
}

// DelayDelivery puts a delivery off that is not to be tried yet, if nobody has moved it.
func (tx *Tx) DelayDelivery(d *Delivery, at time.Time) error {
	_, err := tx.exec(`UPDATE webhook_deliveries SET next_at = $5 WHERE merchant = $1 AND webhook = $2 AND notice = $3 AND status = 'waiting' AND next_at = $4`, d.Merchant, d.Webhook, d.Notice, micros(d.NextAt), micros(at))
	return err
}

// TakeDelivery begins a try, and says whether nobody else had: until an instant it is the taker's. It counts as a try
// from now on, whatever becomes of the taker.
func (tx *Tx) TakeDelivery(d *Delivery, until time.Time) (bool, error) {
	res, err := tx.exec(`UPDATE webhook_deliveries SET tries = tries + 1, next_at = $6 WHERE merchant = $1 AND webhook = $2 AND notice = $3 AND status = 'waiting' AND next_at = $4 AND tries = $5`,
		d.Merchant, d.Webhook, d.Notice, micros(d.NextAt), d.Tries, micros(until))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n != 1 {
		return false, err
	}
	d.Tries, d.NextAt = d.Tries+1, instant(micros(until))
	return true, nil
}

// EndTry keeps how a try ended that began with TakeDelivery and ended before until, and says whether it was still the
// taker's: a delivery that was begun from the beginning meanwhile, or that another node has, is left as it is.
func (tx *Tx) EndTry(d *Delivery, until time.Time) (bool, error) {
	attempts, err := json.Marshal(d.Attempts)
	if err != nil { // unreachable: it is made of instants and texts
		return false, err
	}
	res, err := tx.exec(`UPDATE webhook_deliveries SET status = $5, next_at = $6, ended_at = $7, attempts = $8, answer = $9, tries = $10 WHERE merchant = $1 AND webhook = $2 AND notice = $3 AND next_at = $4 AND status = 'waiting'`,
		d.Merchant, d.Webhook, d.Notice, micros(until), string(d.Status), micros(d.NextAt), micros(d.EndedAt), attempts, append([]byte{}, d.Answer...), d.Tries)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// ReplayDelivery begins a delivery from the beginning, whatever became of it: webhook_delivery_unknown, of kind
// [recourse.NotFound], when there is none.
func (tx *Tx) ReplayDelivery(merchant, webhook, notice string, at time.Time) error {
	res, err := tx.exec(`UPDATE webhook_deliveries SET status = 'waiting', tries = 0, next_at = $4, ended_at = $5 WHERE merchant = $1 AND webhook = $2 AND notice = $3`, merchant, webhook, notice, micros(at), int64(never))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return deliveryUnknown(notice)
}

func deliveryUnknown(notice string) error {
	return &recourse.Error{Kind: recourse.NotFound, Code: "webhook_delivery_unknown", Field: "delivery", Message: "there is no delivery " + recourse.Shorten(notice, 60)}
}

// ReplayFailedDeliveries begins some of the failed deliveries of a webhook from the beginning whose notices are of an instant or
// later, the oldest first, and says how many.
func (tx *Tx) ReplayFailedDeliveries(merchant, webhook string, since, at time.Time, limit int) (int64, error) {
	res, err := tx.exec(`UPDATE webhook_deliveries SET status = 'waiting', tries = 0, next_at = $4, ended_at = $5 WHERE merchant = $1 AND webhook = $2 AND notice IN
		(SELECT notice FROM webhook_deliveries WHERE merchant = $1 AND webhook = $2 AND status = 'failed' AND at >= $3 ORDER BY at, notice LIMIT $6)`, merchant, webhook, micros(since), micros(at), int64(never), limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// WebhookDelivery reads a delivery: webhook_delivery_unknown, of kind [recourse.NotFound], when there is none.
func (tx *Tx) WebhookDelivery(merchant, webhook, notice string) (Delivery, error) {
	all, err := tx.deliveries(`d.merchant = $1 AND d.webhook = $2 AND d.notice = $3`, merchant, webhook, notice)
	if err == nil && len(all) == 0 {
		err = deliveryUnknown(notice)
	}
	if err != nil {
		return Delivery{}, err
	}
	return all[0], nil
}

// WebhookDeliveries are a webhook's deliveries behind a cursor, the newest first, at most so many; of one status, or of all. The
// cursor is for those behind them.
func (tx *Tx) WebhookDeliveries(merchant, webhook string, status DeliveryStatus, after Cursor, limit int) ([]Delivery, Cursor, error) {
	if after.ID == "" {
		after.N = never
	}
	only := ""
	switch status { // written as it is, so that the index of it is used
	case DeliveryWaiting, DeliveryDone, DeliveryFailed:
		only = ` AND d.status = '` + string(status) + `'`
	}
	all, err := tx.deliveries(`d.merchant = $1 AND d.webhook = $2 AND (d.at, d.notice) < ($3, $4)`+only+` ORDER BY d.at DESC, d.notice DESC LIMIT $5`, merchant, webhook, after.N, after.ID, limit+1)
	if err != nil || len(all) <= limit {
		return all, Cursor{}, err
	}
	all = all[:limit]
	last := &all[limit-1]
	return all, Cursor{micros(last.At), last.Notice}, nil
}

// CountWebhookDeliveries counts the deliveries of a webhook that wait and those that failed, each no further than most.
func (tx *Tx) CountWebhookDeliveries(merchant, webhook string, most int) (waiting, failed int, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries WHERE merchant = $1 AND webhook = $2 AND status = 'waiting' LIMIT $3) w),
		(SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries WHERE merchant = $1 AND webhook = $2 AND status = 'failed' LIMIT $3) f)`, merchant, webhook, most).Scan(&waiting, &failed)
	return waiting, failed, err
}

func (tx *Tx) deliveries(where string, args ...any) ([]Delivery, error) {
	rows, err := tx.query(`SELECT `+deliveryColumns+` FROM webhook_deliveries d WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	var out []Delivery
	return out, each(rows, func() error {
		d, err := scanDelivery(rows)
		out = append(out, d)
		return err
	})
}

func scanDelivery(rows *sql.Rows) (d Delivery, err error) {
	var at, next, ended int64
	var attempts, answer sql.RawBytes
	if err := rows.Scan(&d.Merchant, &d.Webhook, &d.Notice, &d.Order, &d.Place, &d.Type, &at, &d.Status, &next, &d.Tries, &ended, &attempts, &answer); err != nil {
		return d, err
	}
	d.At, d.NextAt, d.EndedAt, d.Answer = instant(at), instant(next), instant(ended), bytes.Clone(answer)
	return d, json.Unmarshal(attempts, &d.Attempts)
}
