package desk

import (
	"context"
	"log/slog"
	"time"

	"recourse"
	"recourse/search"
	"recourse/store"
)

// This file says what an order is found by: its numbers, its goods, its suppliers, and whatever the buyer is called and
// was written. A decision that changes any of it notes the order; here it is put into the index.

// WordsOf are the terms that an order is found by. Of the personal values all are taken, whatever they are: names,
// addresses, and what people wrote.
func WordsOf(f *recourse.OrderFile, known recourse.Personal) []string {
	texts := make([]string, 0, 16+len(known))
	eachText(f, func(s string) { texts = append(texts, s) })
	for _, v := range known {
		texts = append(texts, v)
	}
	return search.Terms(texts...)
}

// eachText gives the texts of a file that are looked for and not personal.
func eachText(f *recourse.OrderFile, give func(string)) {
	give(f.Order.ID)
	for i := range f.Order.Lines {
		give(f.Order.Lines[i].SKU)
		give(f.Order.Lines[i].Title)
	}
	for i := range f.Purchases {
		give(f.Purchases[i].ID)
		give(f.Purchases[i].Supplier)
	}
	for i := range f.Parcels {
		give(f.Parcels[i].ID)
		give(f.Parcels[i].Tracking)
	}
}

// sameTexts says whether two states of a file are found by the same.
func sameTexts(a, b *recourse.OrderFile) bool {
	if len(a.Order.Lines) != len(b.Order.Lines) || len(a.Purchases) != len(b.Purchases) || len(a.Parcels) != len(b.Parcels) || a.Order.ID != b.Order.ID {
		return false
	}
	for i := range a.Order.Lines {
		if x, y := &a.Order.Lines[i], &b.Order.Lines[i]; x.SKU != y.SKU || x.Title != y.Title {
			return false
		}
	}
	for i := range a.Purchases {
		if x, y := &a.Purchases[i], &b.Purchases[i]; x.ID != y.ID || x.Supplier != y.Supplier {
			return false
		}
	}
	for i := range a.Parcels {
		if x, y := &a.Parcels[i], &b.Parcels[i]; x.ID != y.ID || x.Tracking != y.Tracking {
			return false
		}
	}
	return true
}

const (
	// indexAtOnce is how many orders are put into the index in one transaction.
	indexAtOnce = 250
	// indexEvery is how often it is looked for orders that have changed.
	indexEvery = 500 * time.Millisecond
	// indexPause is how long others may write between two transactions of the index.
	indexPause = 20 * time.Millisecond
	// indexLease names who fills the index, of the nodes that share a database.
	indexLease = "search"
)

// Index puts orders into the index of words whose words have changed, those of one merchant or of all (""), one
// transaction of them, and says whether there may be more. It changes no decision.
func (d *Desk) Index(ctx context.Context, merchant string) (more bool, err error) {
	var todo []store.Todo
	if err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		todo, err = tx.Reworded(merchant, 1)
		return err
	}); err != nil || len(todo) == 0 {
		return false, err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) (err error) {
		if todo, err = tx.Reworded(merchant, indexAtOnce); err != nil {
			return err
		}
		more = len(todo) == indexAtOnce
		return d.index(tx, todo)
	})
	return more, err
}

func (d *Desk) index(tx *store.Tx, todo []store.Todo) error {
	keys := make([]store.Key, len(todo))
	for i, t := range todo {
		keys[i] = t.Key
	}
	files, err := tx.Files(keys)
	if err != nil {
		return err
	}
	personal, err := tx.Personal(keys)
	if err != nil {
		return err
	}
	var words []store.Words
	var cases []store.Case
	for _, t := range todo {
		f := files[t.Key]
		var known recourse.Personal
		if p := personal[t.Key]; p != nil {
			known = p.Fields
		}
		words = append(words, store.Words{Key: t.Key, Terms: WordsOf(f.OrderFile, known)})
		if t.Cases {
			rows, err := d.rowsOf(tx, f)
			if err != nil {
				return err
			}
			cases = append(cases, rows...)
		}
	}
	if err := tx.PutWords(words); err != nil {
		return err
	}
	if err := tx.PutCases(cases); err != nil {
		return err
	}
	for _, t := range todo {
		if err := tx.Worded(t); err != nil {
			return err
		}
	}
	return nil
}

// rowsOf are the cases of an order as they are looked for now.
func (d *Desk) rowsOf(tx *store.Tx, f store.File) (rows []store.Case, err error) {
	if len(f.OrderFile.Cases) == 0 {
		return nil, nil
	}
	g := group{key: f.Key}
	if g.decider, err = d.policies.of(tx, f.Merchant, f.OrderFile); err != nil {
		return nil, err
	}
	for _, c := range f.OrderFile.Cases {
		rows = append(rows, g.row(f.OrderFile, c, f.Acts))
	}
	return rows, nil
}

// keepIndex keeps the index of words up with what is decided, until the context ends.
func (d *Desk) keepIndex(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		wait := indexEvery
		mine, err := d.mayIndex(ctx)
		if err == nil && mine {
			var more bool
			if more, err = d.Index(ctx, ""); more {
				wait = indexPause
			}
		}
		if err != nil && ctx.Err() == nil {
			log.Error("the search waits", "error", err)
			wait = idle
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// mayIndex says whether this node fills the index: the only one, or the one that has the lease.
func (d *Desk) mayIndex(ctx context.Context) (mine bool, err error) {
	if !d.store.Shared() {
		return true, nil
	}
	now := d.clock()
	err = d.store.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.Lease(indexLease, d.node, now, now.Add(leaseFor))
		return err
	})
	return mine, err
}
