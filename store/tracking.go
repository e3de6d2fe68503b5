package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"recourse"
)

// TrackingStatus says what a tracking service has to do with a number.
type TrackingStatus string

const (
	// TrackingWaiting: it is to be registered.
	TrackingWaiting TrackingStatus = "waiting"
	// TrackingWatched: the service watches it.
	TrackingWatched TrackingStatus = "watched"
	// TrackingRefused: the service will not watch it; Failure says why.
	TrackingRefused TrackingStatus = "refused"
	// TrackingOver: there is nothing more to watch.
	TrackingOver TrackingStatus = "over"
)

// Tracking is a tracking number with what a tracking service has to do with it.
type Tracking struct {
	Merchant     string
	Tracking     string
	Connection   string
	Order        string
	Parcel       string
	Carrier      string
	Status       TrackingStatus
	Ref          string // the service's own id
	AddedAt      time.Time
	RegisteredAt time.Time
	ScannedAt    time.Time // the parcel's newest sign of life
	ParcelStatus recourse.ParcelStatus
	State        string // the service's own word for it, where it was asked
	Failure      string // a code
	Detail       string
	Tries        int
	NextAt       time.Time
}

const trackingColumns = "merchant text, tracking text, connection text, order_id text, parcel text, carrier text, status text, ref text, added_at bigint, registered_at bigint, scanned_at bigint, parcel_status text, state text, failure text, detail text, tries bigint, next_at bigint"

// saveTracking adds a number, or tells one that is there what is new of its parcel.
var saveTracking = &batch{table: "trackings", columns: trackingColumns,
	tail: "ON CONFLICT (merchant, tracking) DO UPDATE SET scanned_at = excluded.scanned_at, parcel_status = excluded.parcel_status"}

// moveTracking writes down what a service had to do with numbers; what is known of their parcels stays.
var moveTracking = &batch{table: "trackings", columns: trackingColumns,
	tail: `ON CONFLICT (merchant, tracking) DO UPDATE SET status = excluded.status, ref = excluded.ref, registered_at = excluded.registered_at, state = excluded.state,
		failure = excluded.failure, detail = excluded.detail, tries = excluded.tries, next_at = excluded.next_at`}

func (t *Tracking) row() []any {
	return []any{t.Merchant, t.Tracking, t.Connection, t.Order, t.Parcel, t.Carrier, string(t.Status), t.Ref, micros(t.AddedAt), micros(t.RegisteredAt), micros(t.ScannedAt),
		string(t.ParcelStatus), t.State, t.Failure, t.Detail, int64(t.Tries), micros(t.NextAt)}
}

// NumberOf is the number that carriers know a parcel by; "" where it has none: its id is taken for one only if it looks like
// it, since every number that is registered costs the merchant money.
func NumberOf(p *recourse.Parcel) string {
	number, least, dash := p.Tracking, 4, "-"
	if number == "" {
		number, least, dash = p.ID, 6, ""
	}
	digits := 0
	for _, c := range number {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', dash != "" && c == '-':
		default:
			return ""
		}
	}
	if digits < least || len(number) < 5 || len(number) > 50 {
		return ""
	}
	return number
}

// trackingKinds are the kinds of connection that watch numbers.
const trackingKinds = `('17track', 'aftership')`

// trackable is how long after its last sign of life a parcel is still worth a registration.
const trackable = 60 * 24 * time.Hour

// saveTrackings notes the tracking numbers that became known, and signs of life of those that were, for merchants with a
// tracking connection. A change that moves no parcel costs nothing, and a merchant without such a connection one lookup in
// each batch that does.
func (tx *Tx) saveTrackings(changes []*Change) error {
	var all []Tracking
	merchants := map[string]bool{}
	for _, c := range changes {
		found := movedParcels(c)
		all = append(all, found...)
		if len(found) > 0 {
			merchants[c.Before.Merchant] = true
		}
	}
	if len(all) == 0 {
		return nil
	}
	of, err := tx.trackingConnections(merchants)
	if err != nil || len(of) == 0 {
		return err
	}
	var rows [][]any
	for i := range all {
		if all[i].Connection = of[all[i].Merchant]; all[i].Connection != "" {
			rows = append(rows, all[i].row())
		}
	}
	return tx.putTrackings(saveTracking, rows)
}

// movedParcels are the parcels of a change that are new or have had a sign of life. Parcels are only ever added at the end.
func movedParcels(c *Change) []Tracking {
	var out []Tracking
	now := c.Entries[len(c.Entries)-1].At
	before := c.Before.OrderFile.Parcels
	for i := range c.After.Parcels {
		p := &c.After.Parcels[i]
		known := i < len(before) && before[i].ID == p.ID
		if known && before[i].ScannedAt.Equal(p.ScannedAt) && before[i].Status == p.Status && before[i].Tracking == p.Tracking {
			continue
		}
		if !known && !worthTracking(p, now) {
			continue
		}
		if t, ok := newTracking(c.Before.Key, p, now); ok {
			out = append(out, t)
		}
	}
	return out
}

// worthTracking says that a parcel may still have news.
func worthTracking(p *recourse.Parcel, now time.Time) bool {
	return p.Status != recourse.Delivered && p.Status != recourse.Returned && p.Status != recourse.Lost && (p.ScannedAt.IsZero() || now.Sub(p.ScannedAt) < trackable)
}

func newTracking(k Key, p *recourse.Parcel, now time.Time) (Tracking, bool) {
	number := NumberOf(p)
	seen := p.ScannedAt
	if seen.IsZero() { // its silence counts from now
		seen = now
	}
	return Tracking{Merchant: k.Merchant, Order: k.Order, Tracking: number, Parcel: p.ID, Carrier: p.Carrier, Status: TrackingWaiting, AddedAt: now, ScannedAt: seen, ParcelStatus: p.Status, NextAt: now}, number != ""
}

// putTrackings writes rows in one order, so that no node waits for another that waits for it. Of a number that two orders
// name, the first stands.
func (tx *Tx) putTrackings(b *batch, rows [][]any) error {
	slices.SortStableFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	rows = slices.CompactFunc(rows, func(a, b []any) bool { return a[0] == b[0] && a[1] == b[1] })
	_, err := tx.insert(b, rows)
	return err
}

// trackingConnections are the connections that numbers of merchants are registered with: of several, the oldest that is not
// set not to (register: no).
func (tx *Tx) trackingConnections(merchants map[string]bool) (map[string]string, error) {
	keys := make([][]string, 0, len(merchants))
	for m := range merchants {
		keys = append(keys, []string{m})
	}
	type first struct {
		id string
		at int64
	}
	best := map[string]first{}
	err := tx.lookup(`SELECT c.merchant, c.connection, c.settings, c.created_at FROM %s connections c WHERE c.merchant = k.k1 AND c.status <> 'gone' AND c.kind IN `+trackingKinds, keys, func(rows *sql.Rows) error {
		var merchant, settings string
		var f first
		if err := rows.Scan(&merchant, &f.id, &settings, &f.at); err != nil {
			return err
		}
		var set map[string]string
		if json.Unmarshal([]byte(settings), &set) == nil && set["register"] == "no" {
			return nil
		}
		if b, there := best[merchant]; !there || f.at < b.at || f.at == b.at && f.id < b.id {
			best[merchant] = f
		}
		return nil
	})
	out := make(map[string]string, len(best))
	for m, f := range best {
		out[m] = f.id
	}
	return out, err
}

// MoveTrackings writes down what a service had to do with numbers.
func (tx *Tx) MoveTrackings(all []Tracking) error {
	rows := make([][]any, len(all))
	for i := range all {
		rows[i] = all[i].row()
	}
	return tx.putTrackings(moveTracking, rows)
}

// DueTrackings are numbers of all merchants that something is to be done about, the longest due first.
func (tx *Tx) DueTrackings(now time.Time, limit int) ([]Tracking, error) {
	return tx.trackings(`status IN ('waiting', 'watched') AND next_at <= $1 ORDER BY next_at LIMIT $2`, micros(now), limit)
}

// SilentTrackings are a merchant's numbers that nobody hears of: those that a service refused or cannot find, and those
// without a sign of life since an instant, the longest silent first. Those that have arrived, come back or got lost are not
// silent.
func (tx *Tx) SilentTrackings(merchant string, since time.Time, limit int) ([]Tracking, error) {
	return tx.trackings(`merchant = $1 AND `+silent+` ORDER BY scanned_at, tracking LIMIT $3`, merchant, micros(since), limit)
}

const silent = `status <> 'over' AND parcel_status NOT IN ('delivered', 'returned', 'lost') AND (failure <> '' OR scanned_at <= $2)`

// Trackings are a merchant's numbers that are not over, the newest first, from an offset on.
func (tx *Tx) Trackings(merchant string, offset, limit int) ([]Tracking, error) {
	return tx.trackings(`merchant = $1 AND status <> 'over' ORDER BY added_at DESC, tracking LIMIT $2 OFFSET $3`, merchant, limit, offset)
}

// TrackingCount is how many numbers a connection has to do with.
type TrackingCount struct {
	Waiting, Watched, Refused, Silent int
}

// CountTrackings counts the numbers of each of a merchant's connections; silent are those of [Tx.SilentTrackings].
func (tx *Tx) CountTrackings(merchant string, since time.Time) (map[string]TrackingCount, error) {
	rows, err := tx.query(`SELECT connection, SUM(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'watched' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'refused' THEN 1 ELSE 0 END),
		SUM(CASE WHEN `+silent+` THEN 1 ELSE 0 END) FROM trackings WHERE merchant = $1 AND status <> 'over' GROUP BY connection`, merchant, micros(since))
	if err != nil {
		return nil, err
	}
	out := map[string]TrackingCount{}
	return out, each(rows, func() error {
		var id string
		var c TrackingCount
		err := rows.Scan(&id, &c.Waiting, &c.Watched, &c.Refused, &c.Silent)
		out[id] = c
		return err
	})
}

func (tx *Tx) trackings(where string, args ...any) ([]Tracking, error) {
	names, _ := saveTracking.split()
	rows, err := tx.query(`SELECT `+strings.Join(names, ", ")+` FROM trackings WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	var out []Tracking
	return out, each(rows, func() error {
		var t Tracking
		var added, registered, scanned, next int64
		if err := rows.Scan(&t.Merchant, &t.Tracking, &t.Connection, &t.Order, &t.Parcel, &t.Carrier, &t.Status, &t.Ref, &added, &registered, &scanned, &t.ParcelStatus, &t.State, &t.Failure, &t.Detail, &t.Tries, &next); err != nil {
			return err
		}
		t.AddedAt, t.RegisteredAt, t.ScannedAt, t.NextAt = instant(added), instant(registered), instant(scanned), instant(next)
		out = append(out, t)
		return nil
	})
}
