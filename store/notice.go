package store

import (
	"database/sql"
	"encoding/json"
	"time"

	"recourse"
)

// Notices are written with the decisions that they tell of, for merchants that have somebody to tell, and handed out
// afterwards: to each webhook that wants to hear it one delivery.

// Notice is a piece of news as it is kept.
type Notice struct {
	Merchant string
	Order    string
	// Place is where it stands among the news of its order: the number of the decision times a thousand, and its own there.
	Place   int64
	Channel string // the shop
	ID      string
	Type    recourse.NoticeType
	At      time.Time
	Data    json.RawMessage // a [recourse.NoticeData]: personal fields are tokens
}

// NoticePlace is the place of the n-th notice of a decision, from 0.
func NoticePlace(seq int64, n int) int64 { return seq*1000 + int64(min(n, 999)) }

var insertNotices = &batch{table: "notices", columns: "merchant text, notice text, order_id text, place bigint, channel text, type text, at bigint, fresh bigint, body bytea", tail: "ON CONFLICT (merchant, notice) DO NOTHING"}

func (tx *Tx) saveNotices(changes []*Change) error {
	var all []Notice
	for _, c := range changes {
		all = append(all, c.Notices...)
	}
	return tx.PutNotices(all...)
}

// PutNotices keeps notices. One that is there stays as it is.
func (tx *Tx) PutNotices(notices ...Notice) error {
	rows := make([][]any, len(notices))
	for i, n := range notices {
		rows[i] = []any{n.Merchant, n.ID, n.Order, n.Place, n.Channel, string(n.Type), micros(n.At), int64(1), []byte(n.Data)}
	}
	_, err := tx.insert(insertNotices, rows)
	return err
}

const noticeColumns = `n.merchant, n.notice, n.order_id, n.place, n.channel, n.type, n.at, n.body`

// FreshNotices are notices of all merchants that were not handed out, in the order of each order's decisions, at most so
// many.
func (tx *Tx) FreshNotices(limit int) ([]Notice, error) {
	rows, err := tx.query(`SELECT `+noticeColumns+` FROM notices n WHERE n.fresh = 1 ORDER BY n.merchant, n.order_id, n.place LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	return scanNotices(rows)
}

// HandOut marks notices as handed out.
func (tx *Tx) HandOut(notices []Notice) error {
	for _, n := range notices {
		if _, err := tx.exec(`UPDATE notices SET fresh = 0 WHERE merchant = $1 AND notice = $2`, n.Merchant, n.ID); err != nil {
			return err
		}
	}
	return nil
}

// Notices reads notices by their ids; one that there is not is not in the answer.
func (tx *Tx) Notices(merchant string, ids []string) (map[string]Notice, error) {
	out := map[string]Notice{}
	keys := make([][]string, len(ids))
	for i, id := range ids {
		keys[i] = []string{merchant, id}
	}
	return out, tx.lookup(`SELECT `+noticeColumns+` FROM %s notices n WHERE n.merchant = k.k1 AND n.notice = k.k2`, keys, func(rows *sql.Rows) error {
		n, err := scanNotice(rows)
		out[n.ID] = n
		return err
	})
}

// NoticesSince are a merchant's notices from an instant on behind a place, the oldest first, at most so many.
func (tx *Tx) NoticesSince(merchant string, since time.Time, after Cursor, limit int) ([]Notice, error) {
	if after.ID == "" {
		after.N = micros(since)
	}
	rows, err := tx.query(`SELECT `+noticeColumns+` FROM notices n WHERE n.merchant = $1 AND (n.at, n.notice) > ($2, $3) ORDER BY n.at, n.notice LIMIT $4`, merchant, after.N, after.ID, limit)
	if err != nil {
		return nil, err
	}
	return scanNotices(rows)
}

// Place is where a notice stands among those of its merchant.
func (n *Notice) Cursor() Cursor { return Cursor{micros(n.At), n.ID} }

// DropNotices takes notices and deliveries of before an instant away, some of them, and says how many rows went.
func (tx *Tx) DropNotices(merchant string, before time.Time, limit int) (int64, error) {
	var gone int64
	for _, q := range []string{
		`DELETE FROM webhook_deliveries WHERE merchant = $1 AND notice IN (SELECT notice FROM notices WHERE merchant = $1 AND at < $2 ORDER BY at, notice LIMIT $3)`,
		`DELETE FROM notices WHERE merchant = $1 AND notice IN (SELECT notice FROM notices WHERE merchant = $1 AND at < $2 ORDER BY at, notice LIMIT $3)`,
	} {
		res, err := tx.exec(q, merchant, micros(before), limit)
		if err != nil {
			return gone, err
		}
		n, err := res.RowsAffected()
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, nil
}

func scanNotices(rows *sql.Rows) ([]Notice, error) {
	var out []Notice
	return out, each(rows, func() error {
		n, err := scanNotice(rows)
		out = append(out, n)
		return err
	})
}

func scanNotice(rows *sql.Rows) (n Notice, err error) {
	var at int64
	var body []byte
	err = rows.Scan(&n.Merchant, &n.ID, &n.Order, &n.Place, &n.Channel, &n.Type, &at, &body)
	n.At, n.Data = instant(at), body
	return n, err
}
