package store

import (
	"time"

	"recourse"
)

// QueueView is a view of the queue that somebody keeps: the filters of an address, under a name.
type QueueView struct {
	Merchant  string
	ID        string
	Owner     string // whose it is, by the name in the history
	Shared    bool   // everybody of the shop sees it
	Name      string
	Filter    string // the query of the address
	CreatedAt time.Time
}

// MaxQueueViews is how many views a person sees at most: their own and those of all.
const MaxQueueViews = 40

// QueueViews are the views that a person sees, their own and the shared ones, in the order of their names.
func (tx *Tx) QueueViews(merchant, person string) ([]QueueView, error) {
	rows, err := tx.query(`SELECT merchant, view_id, owner, shared, name, filter, created_at FROM views WHERE merchant = $1 AND (owner = $2 OR shared = 1) ORDER BY name, view_id LIMIT $3`,
		merchant, person, MaxQueueViews)
	if err != nil {
		return nil, err
	}
	var out []QueueView
	return out, each(rows, func() error {
		var v QueueView
		var shared, created int64
		err := rows.Scan(&v.Merchant, &v.ID, &v.Owner, &shared, &v.Name, &v.Filter, &created)
		v.Shared, v.CreatedAt = shared == 1, instant(created)
		out = append(out, v)
		return err
	})
}

// PutQueueView keeps a view, or changes the name of one and whether it is shared.
func (tx *Tx) PutQueueView(v QueueView) error {
	_, err := tx.exec(`INSERT INTO views (merchant, view_id, owner, shared, name, filter, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (merchant, view_id) DO UPDATE SET name = excluded.name, shared = excluded.shared`, v.Merchant, v.ID, v.Owner, bit(v.Shared), v.Name, v.Filter, micros(v.CreatedAt))
	return err
}

// DropQueueView forgets a view.
func (tx *Tx) DropQueueView(merchant, id string) error {
	_, err := tx.exec(`DELETE FROM views WHERE merchant = $1 AND view_id = $2`, merchant, id)
	return err
}

// QueueView reads a view: view_unknown, of kind [recourse.NotFound], when there is none.
func (tx *Tx) QueueView(merchant, id string) (v QueueView, err error) {
	rows, err := tx.query(`SELECT owner, shared, name, filter, created_at FROM views WHERE merchant = $1 AND view_id = $2`, merchant, id)
	if err != nil {
		return v, err
	}
	err = each(rows, func() error {
		var shared, created int64
		err := rows.Scan(&v.Owner, &shared, &v.Name, &v.Filter, &created)
		v.Merchant, v.ID, v.Shared, v.CreatedAt = merchant, id, shared == 1, instant(created)
		return err
	})
	if err == nil && v.ID == "" {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "view_unknown", Field: "view", Message: "there is no such view"}
	}
	return v, err
}
