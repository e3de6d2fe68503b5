package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"time"

	"recourse"
)

// Connection is a connection as it is kept: its secrets sealed. Who has the key opens them (see the room vault).
type Connection struct {
	recourse.Connection
	Sealed []byte    // the secrets, JSON, sealed for [SecretsPlace]; nil: none
	PollAt time.Time // when it is to be looked at again; zero: never
}

// SecretsPlace is the place that a connection's secrets are sealed for.
func SecretsPlace(merchant, connection string) string {
	return "connections/" + merchant + "/" + connection
}

const connectionColumns = `merchant, connection, kind, name, settings, secrets, status, created_at, changed_at, changed_by, heard_at, said_at, failure, failed_at, failures, open_until, refused, refused_at, bookmark, poll_at`

// PutConnection keeps a connection, new or changed: all but what it heard and said, which is counted by itself.
func (tx *Tx) PutConnection(c *Connection) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO connections (`+connectionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $13, 0, $14, 0, $15, $16, $17)
		ON CONFLICT (merchant, connection) DO UPDATE SET name = excluded.name, settings = excluded.settings, secrets = excluded.secrets, status = excluded.status,
		changed_at = excluded.changed_at, changed_by = excluded.changed_by, failure = '', failures = 0, open_until = excluded.open_until, poll_at = excluded.poll_at`,
		c.Merchant, c.ID, c.Kind, c.Name, string(settings), append([]byte{}, c.Sealed...), string(c.Status), micros(c.CreatedAt), micros(c.ChangedAt), c.ChangedBy,
		int64(never), int64(never), int64(never), int64(never), int64(never), c.Bookmark, micros(c.PollAt))
	return err
}

// Connection reads a connection: connection_unknown, of kind [recourse.NotFound], when the merchant has none of that id.
func (tx *Tx) Connection(merchant, id string) (Connection, error) {
	all, err := tx.connections(`merchant = $1 AND connection = $2`, merchant, id)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "connection_unknown", Field: "connection", Message: "there is no connection " + recourse.Shorten(id, 60)}
	}
	if err != nil {
		return Connection{}, err
	}
	return all[0], nil
}

// Connections are a merchant's connections, by name.
func (tx *Tx) Connections(merchant string) ([]Connection, error) {
	return tx.connections(`merchant = $1`, merchant)
}

// DropConnection takes a connection away, with what it received.
func (tx *Tx) DropConnection(merchant, id string) error {
	for _, table := range []string{"exports", "receipt_bodies", "receipts", "connections"} {
		if _, err := tx.exec(`DELETE FROM `+table+` WHERE merchant = $1 AND connection = $2`, merchant, id); err != nil {
			return err
		}
	}
	return nil
}

// SaySucceeded notes that a connection's peer answered as it should: the circuit is closed.
func (tx *Tx) SaySucceeded(merchant, id string, now time.Time) error {
	_, err := tx.exec(`UPDATE connections SET said_at = $3, failure = '', failures = 0, open_until = $4 WHERE merchant = $1 AND connection = $2`, merchant, id, micros(now), int64(never))
	return err
}

// SayFailed notes that it did not, with the code of why, and until when it is left alone; zero: it is not.
func (tx *Tx) SayFailed(merchant, id, code string, now, openUntil time.Time) error {
	_, err := tx.exec(`UPDATE connections SET failure = $3, failed_at = $4, failures = failures + 1, open_until = $5 WHERE merchant = $1 AND connection = $2`, merchant, id, code, micros(now), micros(openUntil))
	return err
}

// RefuseDelivery counts a delivery that was turned away for its signature.
func (tx *Tx) RefuseDelivery(merchant, id string, n int, now time.Time) error {
	_, err := tx.exec(`UPDATE connections SET refused = refused + $3, refused_at = $4 WHERE merchant = $1 AND connection = $2`, merchant, id, n, micros(now))
	return err
}

// Polls are connections of all merchants whose turn it is to be looked at, at most so many. Each is leased by being put
// off: of two nodes that take the same one the first wins, as [Tx.TakePoll] tells.
func (tx *Tx) Polls(now time.Time, limit int) ([]Connection, error) {
	return tx.connections(`status = 'active' AND poll_at <= $1`, micros(now), limit)
}

// TakePoll puts a connection's next look off, and says whether nobody else had.
func (tx *Tx) TakePoll(c *Connection, next time.Time) (bool, error) {
	res, err := tx.exec(`UPDATE connections SET poll_at = $4 WHERE merchant = $1 AND connection = $2 AND poll_at = $3`, c.Merchant, c.ID, micros(c.PollAt), micros(next))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// PutBookmark keeps how far a poller has come, and when it looks again.
func (tx *Tx) PutBookmark(merchant, id, bookmark string, next time.Time) error {
	_, err := tx.exec(`UPDATE connections SET bookmark = $3, poll_at = $4 WHERE merchant = $1 AND connection = $2`, merchant, id, bookmark, micros(next))
	return err
}

func (tx *Tx) connections(where string, args ...any) ([]Connection, error) {
	order := ` ORDER BY name, connection`
	if len(args) == 2 {
		if _, limited := args[1].(int); limited {
			order = ` ORDER BY poll_at LIMIT $2`
		}
	}
	rows, err := tx.query(`SELECT `+connectionColumns+` FROM connections WHERE `+where+order, args...)
	if err != nil {
		return nil, err
	}
	var out []Connection
	return out, each(rows, func() error {
		c, err := scanConnection(rows)
		out = append(out, c)
		return err
	})
}

func scanConnection(rows *sql.Rows) (c Connection, err error) {
	var settings string
	var sealed sql.RawBytes
	var created, changed, heard, said, failed, open, refused, poll int64
	if err := rows.Scan(&c.Merchant, &c.ID, &c.Kind, &c.Name, &settings, &sealed, &c.Status, &created, &changed, &c.ChangedBy, &heard, &said, &c.Failure, &failed, &c.Failures, &open, &c.Refused, &refused, &c.Bookmark, &poll); err != nil {
		return c, err
	}
	c.CreatedAt, c.ChangedAt, c.HeardAt, c.SaidAt, c.FailedAt = instant(created), instant(changed), instant(heard), instant(said), instant(failed)
	c.OpenUntil, c.RefusedAt, c.PollAt = instant(open), instant(refused), instant(poll)
	c.Sealed = bytes.Clone(sealed)
	return c, json.Unmarshal([]byte(settings), &c.Settings)
}
