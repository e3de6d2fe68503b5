package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"time"

	"recourse"
)

// What somebody may have done with webhooks, beside the others of [Audits].
const (
	AuditWebhookAdded    = "webhook_added"
	AuditWebhookChanged  = "webhook_changed"
	AuditWebhookPaused   = "webhook_paused"
	AuditWebhookResumed  = "webhook_resumed"
	AuditWebhookRotated  = "webhook_rotated"
	AuditWebhookRemoved  = "webhook_removed"
	AuditWebhookReplayed = "webhook_replayed"
)

// WebhookKind says how somebody is told.
type WebhookKind string

const (
	WebhookHTTP   WebhookKind = "http"   // by a signed request to an address
	WebhookMirror WebhookKind = "mirror" // a shop that is connected is kept in step
)

// WebhookStatus says whether a webhook is used.
type WebhookStatus string

const (
	WebhookActive WebhookStatus = "active"
	// WebhookPaused: a person stopped it. What happens meanwhile waits, and goes when it is active again.
	WebhookPaused WebhookStatus = "paused"
	// WebhookDisabled: it was given up, because it said so or because nothing arrived for days. What waits stays, what happens
	// meanwhile is not told; it can be replayed.
	WebhookDisabled WebhookStatus = "disabled"
)

// WebhookStatuses lists them.
var WebhookStatuses = []WebhookStatus{WebhookActive, WebhookPaused, WebhookDisabled}

// Webhook is somebody who is told what happens.
type Webhook struct {
	Merchant   string
	ID         string
	Kind       WebhookKind
	Connection string // of a mirror
	Name       string
	Host       string   // of the address, for people
	Sealed     []byte   // the address and the secrets
	Events     []string // types, or families such as case.*; none: all
	Personal   bool     // it is told who the buyer is
	Status     WebhookStatus
	Reason     string // of disabled: a code
	CreatedAt  time.Time
	CreatedBy  string
	ChangedAt  time.Time
	ChangedBy  string

	WakeAt      time.Time // when something is to be delivered; zero: nothing is
	LeaseUntil  time.Time // one node delivers to it until then; zero: none does
	SucceededAt time.Time
	FailedAt    time.Time
	Failure     string    // the code of what went wrong last; "": nothing since
	Failures    int       // in a row
	FailingAt   time.Time // the first of them
	OpenUntil   time.Time // it is left alone until then
}

// WebhookPlace is the place that a webhook's address and secrets are sealed for.
func WebhookPlace(merchant, webhook string) string { return "webhooks/" + merchant + "/" + webhook }

const webhookColumns = `merchant, webhook, kind, connection, name, host, sealed, events, personal, status, reason, created_at, created_by, changed_at, changed_by, wake_at, lease_until, succeeded_at, failed_at, failure, failures, failing_at, open_until`

// PutWebhook keeps a webhook, new or changed, and begins its health anew. What it has to deliver is looked at at once.
func (tx *Tx) PutWebhook(w *Webhook) error {
	events, err := json.Marshal(append([]string{}, w.Events...))
	if err != nil { // unreachable: texts can always be written
		return err
	}
	_, err = tx.exec(`INSERT INTO webhooks (`+webhookColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, 0, $16, $16, '', 0, $16, 0)
		ON CONFLICT (merchant, webhook) DO UPDATE SET name = excluded.name, host = excluded.host, sealed = excluded.sealed, events = excluded.events, personal = excluded.personal,
		status = excluded.status, reason = excluded.reason, changed_at = excluded.changed_at, changed_by = excluded.changed_by, wake_at = excluded.wake_at,
		failure = '', failures = 0, failing_at = excluded.failing_at, open_until = 0`,
		w.Merchant, w.ID, string(w.Kind), w.Connection, w.Name, w.Host, append([]byte{}, w.Sealed...), string(events), bit(w.Personal), string(w.Status), w.Reason,
		micros(w.CreatedAt), w.CreatedBy, micros(w.ChangedAt), w.ChangedBy, int64(never))
	if err != nil {
		return err
	}
	return tx.tellNotices(w.Merchant)
}

// tellNotices notes whether a merchant has anybody to tell: only then notices are written with its decisions.
func (tx *Tx) tellNotices(merchant string) error {
	_, err := tx.exec(`UPDATE merchants SET notices = CASE WHEN EXISTS (SELECT 1 FROM webhooks WHERE merchant = $1) THEN 1 ELSE 0 END WHERE merchant = $1`, merchant)
	delete(tx.merchants, merchant)
	return err
}

// ResealWebhook keeps the address and the secrets of a webhook sealed anew, if they are sealed as they were.
func (tx *Tx) ResealWebhook(merchant, id string, was, is []byte) (bool, error) {
	res, err := tx.exec(`UPDATE webhooks SET sealed = $4 WHERE merchant = $1 AND webhook = $2 AND sealed = $3`, merchant, id, was, is)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// DropWebhook takes a webhook away, with its deliveries.
func (tx *Tx) DropWebhook(merchant, id string) error {
	for _, table := range []string{"webhook_deliveries", "webhooks"} {
		if _, err := tx.exec(`DELETE FROM `+table+` WHERE merchant = $1 AND webhook = $2`, merchant, id); err != nil {
			return err
		}
	}
	return tx.tellNotices(merchant)
}

// Webhook reads a webhook: webhook_unknown, of kind [recourse.NotFound], when the merchant has none of that id.
func (tx *Tx) Webhook(merchant, id string) (Webhook, error) {
	all, err := tx.webhooks(`merchant = $1 AND webhook = $2`, merchant, id)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "webhook_unknown", Field: "webhook", Message: "there is no webhook " + recourse.Shorten(id, 60)}
	}
	if err != nil {
		return Webhook{}, err
	}
	return all[0], nil
}

// Webhooks are a merchant's webhooks, the oldest first.
func (tx *Tx) Webhooks(merchant string) ([]Webhook, error) {
	return tx.webhooks(`merchant = $1 ORDER BY created_at, webhook`, merchant)
}

// AllConnections are the connections of all merchants.
func (tx *Tx) AllConnections() ([]Connection, error) { return tx.connections(`merchant <> ''`) }

// AllWebhooks are those of all merchants.
func (tx *Tx) AllWebhooks() ([]Webhook, error) { return tx.webhooks(`merchant <> ''`) }

// WakingWebhooks are webhooks of all merchants that something is to be delivered to and that no node delivers to, the
// longest waiting first, at most so many.
func (tx *Tx) WakingWebhooks(now time.Time, limit int) ([]Webhook, error) {
	return tx.webhooks(`status = 'active' AND wake_at <= $1 AND lease_until <= $1 ORDER BY wake_at LIMIT $2`, micros(now), limit)
}

// NextWebhook is when something is to be delivered next; zero: nothing is.
func (tx *Tx) NextWebhook() (time.Time, error) {
	var at sql.NullInt64
	err := tx.QueryRowContext(tx.ctx, `SELECT MIN(wake_at) FROM webhooks WHERE status = 'active'`).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return instant(at.Int64), nil
}

// LeaseWebhook takes a webhook for one node until an instant, and says whether nobody else had.
func (tx *Tx) LeaseWebhook(w *Webhook, until time.Time) (bool, error) {
	res, err := tx.exec(`UPDATE webhooks SET lease_until = $4 WHERE merchant = $1 AND webhook = $2 AND lease_until = $3 AND status = 'active'`, w.Merchant, w.ID, leased(w.LeaseUntil), micros(until))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// leased is the end of a lease; 0 for none.
func leased(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

// FreeWebhook gives a lease back that ends at an instant, and finds out when something is to be delivered next: not
// before the webhook is to be left alone no more.
func (tx *Tx) FreeWebhook(merchant, id string, until time.Time) error {
	// The row is held first, so that whoever hands out meanwhile either is seen, or comes after.
	res, err := tx.exec(`UPDATE webhooks SET lease_until = 0 WHERE merchant = $1 AND webhook = $2 AND lease_until = $3`, merchant, id, micros(until))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err // the lease was over, and another node has it
	}
	var next sql.NullInt64
	if err := tx.QueryRowContext(tx.ctx, `SELECT MIN(next_at) FROM webhook_deliveries WHERE merchant = $1 AND webhook = $2 AND status = 'waiting'`, merchant, id).Scan(&next); err != nil {
		return err
	}
	if !next.Valid {
		next.Int64 = never
	}
	_, err = tx.exec(`UPDATE webhooks SET wake_at = CASE WHEN open_until > $3 THEN open_until ELSE $3 END WHERE merchant = $1 AND webhook = $2`, merchant, id, next.Int64)
	return err
}

// WakeWebhook lets a webhook's deliveries be looked at at an instant, or earlier where that was so already. One that is to
// be left alone is left alone until it is not.
func (tx *Tx) WakeWebhook(merchant, id string, at time.Time) error {
	_, err := tx.exec(`UPDATE webhooks SET wake_at = CASE WHEN open_until > $3 THEN open_until ELSE $3 END WHERE merchant = $1 AND webhook = $2 AND wake_at > $3`, merchant, id, micros(at))
	return err
}

// SetWebhookHealth keeps how a webhook is doing, by the one who holds its lease.
func (tx *Tx) SetWebhookHealth(w *Webhook) error {
	_, err := tx.exec(`UPDATE webhooks SET succeeded_at = $3, failed_at = $4, failure = $5, failures = $6, failing_at = $7, open_until = $8 WHERE merchant = $1 AND webhook = $2 AND lease_until = $9`,
		w.Merchant, w.ID, micros(w.SucceededAt), micros(w.FailedAt), w.Failure, w.Failures, micros(w.FailingAt), leased(w.OpenUntil), micros(w.LeaseUntil))
	return err
}

// DisableWebhook gives a webhook up, with a code of why, where it is active.
func (tx *Tx) DisableWebhook(merchant, id, reason string, now time.Time) error {
	_, err := tx.exec(`UPDATE webhooks SET status = 'disabled', reason = $3, changed_at = $4, changed_by = '' WHERE merchant = $1 AND webhook = $2 AND status = 'active'`, merchant, id, reason, micros(now))
	return err
}

func (tx *Tx) webhooks(where string, args ...any) ([]Webhook, error) {
	rows, err := tx.query(`SELECT `+webhookColumns+` FROM webhooks WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	var out []Webhook
	return out, each(rows, func() error {
		w, err := scanWebhook(rows)
		out = append(out, w)
		return err
	})
}

func scanWebhook(rows *sql.Rows) (w Webhook, err error) {
	var sealed sql.RawBytes
	var events string
	var personal, created, changed, wake, lease, succeeded, failed, failing, open int64
	if err := rows.Scan(&w.Merchant, &w.ID, &w.Kind, &w.Connection, &w.Name, &w.Host, &sealed, &events, &personal, &w.Status, &w.Reason, &created, &w.CreatedBy, &changed, &w.ChangedBy,
		&wake, &lease, &succeeded, &failed, &w.Failure, &w.Failures, &failing, &open); err != nil {
		return w, err
	}
	w.Sealed, w.Personal = bytes.Clone(sealed), personal == 1
	w.CreatedAt, w.ChangedAt, w.WakeAt, w.SucceededAt, w.FailedAt, w.FailingAt = instant(created), instant(changed), instant(wake), instant(succeeded), instant(failed), instant(failing)
	if lease > 0 {
		w.LeaseUntil = instant(lease)
	}
	if open > 0 {
		w.OpenUntil = instant(open)
	}
	return w, json.Unmarshal([]byte(events), &w.Events)
}
