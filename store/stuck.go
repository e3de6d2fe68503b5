package store

import "time"

// Stuck is a row that nothing moves on: no node looks at it again, and no person is asked. There is to be none.
type Stuck struct {
	Merchant, ID string
	What         string // act, receipt, delivery
	Why          string // a code
}

// Every state has somebody who moves it on:
//
//	act       pending    who carries acts out at send_at; where that is never, a person: to approve it, or to do it by hand
//	          sending    who began it, by until; then the desk says that it is unknown
//	          unknown    a person, and who carries acts out at send_at while that is set
//	          done, failed, dropped: over
//	receipt   waiting    who reads at next_at; where that is never, whoever resumes its connection, which is paused
//	          failed     a person, who may have it read again
//	          done, unknown: over
//	delivery  waiting    who delivers, at next_at, woken by its webhook's wake_at while that is active
//	          done, failed: over; a person may begin it anew
//
// Each of these asks for rows where that somebody is missing. An act that may have been asked for and waits for nobody is
// the worst: money may have left, and nobody would ask.
var stuck = `
SELECT e.merchant, e.effect_id, 'act', 'never_ends' FROM effects e WHERE e.status = 'sending' AND e.until = 9223372036854775807
UNION ALL SELECT e.merchant, e.effect_id, 'act', 'long_overdue' FROM effects e WHERE e.status = 'sending' AND e.until <= $2
UNION ALL SELECT e.merchant, e.effect_id, 'act', 'asked_and_left' FROM effects e JOIN attempts a ON a.merchant = e.merchant AND a.effect_id = e.effect_id
	WHERE e.status = 'pending' AND e.send_at = 9223372036854775807 AND a.result IN ('', 'unknown', 'taken', 'done') AND NOT EXISTS (SELECT 1 FROM attempts b WHERE b.merchant = a.merchant AND b.effect_id = a.effect_id AND b.n > a.n)
UNION ALL SELECT e.merchant, e.effect_id, 'act', 'not_looked_at' FROM effects e WHERE e.send_at <= $2 AND e.status IN ('pending', 'sending', 'unknown')
UNION ALL SELECT r.merchant, r.connection || ' ' || r.receipt, 'receipt', 'not_resumed' FROM receipts r WHERE r.status = 'waiting' AND r.next_at = 9223372036854775807
	AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.merchant = r.merchant AND c.connection = r.connection AND c.status = 'paused')
UNION ALL SELECT r.merchant, r.connection || ' ' || r.receipt, 'receipt', 'not_read' FROM receipts r WHERE r.status = 'waiting' AND r.next_at <= $2
UNION ALL SELECT d.merchant, d.webhook || ' ' || d.notice, 'delivery', 'not_due' FROM webhook_deliveries d WHERE d.status = 'waiting' AND d.next_at = 9223372036854775807
UNION ALL SELECT d.merchant, d.webhook || ' ' || d.notice, 'delivery', 'not_woken' FROM webhook_deliveries d LEFT JOIN webhooks w ON w.merchant = d.merchant AND w.webhook = d.webhook
	WHERE d.status = 'waiting' AND (w.webhook IS NULL OR w.status = 'active' AND w.wake_at > d.next_at AND d.next_at <= $2)
ORDER BY 1, 3, 2 LIMIT $1`

// overdue is for how long something may be late before nobody seems to look at it.
const overdue = 24 * time.Hour

// mostStuck bounds how many are told.
const mostStuck = 1000

// Stuck are the rows of all merchants that nothing moves on, at most a thousand.
func (tx *Tx) Stuck(now time.Time) ([]Stuck, error) {
	rows, err := tx.query(stuck, mostStuck, micros(now.Add(-overdue)))
	if err != nil {
		return nil, err
	}
	var out []Stuck
	return out, each(rows, func() error {
		var s Stuck
		err := rows.Scan(&s.Merchant, &s.ID, &s.What, &s.Why)
		out = append(out, s)
		return err
	})
}
