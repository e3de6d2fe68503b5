package store

import "time"

// Sweep is how far the parcels that were known before a tracking connection was made were looked through for it.
type Sweep struct {
	Merchant, Connection string
	After                string // the last parcel that was looked at
}

// Sweeps are those that are not done, of connections that are active, at most so many.
func (tx *Tx) Sweeps(limit int) ([]Sweep, error) {
	rows, err := tx.query(`SELECT c.merchant, c.connection, COALESCE(s.after_id, '') FROM connections c LEFT JOIN tracking_sweeps s ON s.merchant = c.merchant AND s.connection = c.connection
		WHERE c.status = 'active' AND c.kind IN `+trackingKinds+` AND COALESCE(s.done, 0) = 0 ORDER BY c.merchant, c.connection LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	var out []Sweep
	return out, each(rows, func() error {
		var s Sweep
		err := rows.Scan(&s.Merchant, &s.Connection, &s.After)
		out = append(out, s)
		return err
	})
}

// SweepTrackings looks at the next parcels, at most so many, and adds the numbers of those that are worth it. It says
// whether it came to the end.
func (tx *Tx) SweepTrackings(s Sweep, now time.Time, limit int) (done bool, err error) {
	orders, last, n, err := tx.parcelsAfter(s.Merchant, s.After, limit)
	if err != nil {
		return false, err
	}
	files, err := tx.Files(orders)
	if err != nil {
		return false, err
	}
	of, err := tx.trackingConnections(map[string]bool{s.Merchant: true})
	if err != nil {
		return false, err
	}
	var rows [][]any
	for k, f := range files {
		for i := range f.OrderFile.Parcels {
			p := &f.OrderFile.Parcels[i]
			t, ok := newTracking(k, p, now)
			if t.Connection = of[s.Merchant]; ok && t.Connection != "" && worthTracking(p, now) {
				rows = append(rows, t.row())
			}
		}
	}
	if err := tx.putTrackings(saveTracking, rows); err != nil {
		return false, err
	}
	over := int64(0)
	if done = n < limit; done {
		over = 1
	}
	_, err = tx.exec(`INSERT INTO tracking_sweeps (merchant, connection, after_id, done) VALUES ($1, $2, $3, $4)
		ON CONFLICT (merchant, connection) DO UPDATE SET after_id = excluded.after_id, done = excluded.done`, s.Merchant, s.Connection, last, over)
	return done, err
}

// parcelsAfter are the orders of the next parcels by their ids.
func (tx *Tx) parcelsAfter(merchant, after string, limit int) (orders []Key, last string, n int, err error) {
	rows, err := tx.query(`SELECT id, order_id FROM refs WHERE merchant = $1 AND kind = 'parcel' AND id > $2 ORDER BY id LIMIT $3`, merchant, after, limit)
	if err != nil {
		return nil, "", 0, err
	}
	seen := map[string]bool{}
	last = after
	err = each(rows, func() error {
		var order string
		if err := rows.Scan(&last, &order); err != nil {
			return err
		}
		n++
		if !seen[order] {
			seen[order] = true
			orders = append(orders, Key{Merchant: merchant, Order: order})
		}
		return nil
	})
	return orders, last, n, err
}

// dropTrackings forgets what a tracking connection had to do with numbers. Another one of the merchant's looks through all
// parcels again.
func (tx *Tx) dropTrackings(merchant, connection string) error {
	if _, err := tx.exec(`DELETE FROM trackings WHERE merchant = $1 AND connection = $2`, merchant, connection); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM tracking_sweeps WHERE merchant = $1`, merchant)
	return err
}
