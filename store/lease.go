package store

import "time"

// Lease takes a lease, or renews one that the holder has, until an instant, and says whether it is the holder's. One
// whose time is over is anybody's.
func (tx *Tx) Lease(name, holder string, now, until time.Time) (bool, error) {
	res, err := tx.exec(`INSERT INTO leases (name, holder, until_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at WHERE leases.holder = excluded.holder OR leases.until_at <= $4`,
		name, holder, micros(until), micros(now))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Release gives a lease back before its time.
func (tx *Tx) Release(name, holder string) error {
	_, err := tx.exec(`DELETE FROM leases WHERE name = $1 AND holder = $2`, name, holder)
	return err
}

// Leases are those that are held now, with their holders.
func (tx *Tx) Leases(now time.Time) (map[string]string, error) {
	rows, err := tx.query(`SELECT name, holder FROM leases WHERE until_at > $1`, micros(now))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, each(rows, func() error {
		var name, holder string
		err := rows.Scan(&name, &holder)
		out[name] = holder
		return err
	})
}
