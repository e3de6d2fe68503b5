package desk

import (
	"context"
	"log/slog"
	"time"

	"recourse"
	"recourse/ledger"
	"recourse/store"
)

// This file keeps the books. What a decision moves is posted with it, in the same transaction; orders of before the books
// were are opened in the background, each with what it stands at.

// post posts what a step moved, under the entry of the history that it made.
func (g *group) post(before, after *recourse.OrderFile, now time.Time) {
	posted := ledger.Post(before, after)
	if posted == nil {
		return
	}
	g.change.Postings = appendPosted(g.change.Postings, posted, after, g.key.Order, g.change.Before.Version+int64(len(g.change.Entries)), now)
}

// appendPosted adds postings with what they are filtered by.
func appendPosted(out []store.Posting, posted []ledger.Posting, file *recourse.OrderFile, order string, seq int64, at time.Time) []store.Posting {
	for _, p := range posted {
		s := store.Posting{Order: order, Seq: seq, At: at, Account: string(p.Account), Amount: p.Amount, Ref: p.Ref, Case: p.Case, Channel: file.Order.Channel}
		if c := file.Case(p.Case); c != nil {
			s.Situation, s.Supplier = string(c.Situation), file.SupplierOf(c)
		}
		out = append(out, s)
	}
	return out
}

// keepBooks opens the books of orders that were there before, of all merchants, until there are none left.
func (d *Desk) keepBooks(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		more, err := d.OpenBooks(ctx)
		if err != nil {
			log.Error("the books wait", "error", err)
			return
		}
		if !more {
			return
		}
	}
}

// OpenBooks opens the books of some orders of each merchant that has such, and says whether there are more. An order's first
// posting is what its file stands at less what was posted since, so that it does not matter what happens meanwhile, nor
// whether it is done twice.
func (d *Desk) OpenBooks(ctx context.Context) (more bool, err error) {
	var todo map[string]string
	if err := d.store.Read(ctx, func(tx *store.Tx) (err error) { todo, err = tx.BooksTodo(); return err }); err != nil {
		return false, err
	}
	for merchant, after := range todo {
		var orders []string
		var opening []store.Posting
		err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
			if orders, err = tx.OrdersAfter(merchant, after, maxBatch); err == nil {
				opening, err = openings(tx, merchant, orders)
			}
			return err
		})
		if err != nil {
			return false, err
		}
		last := ""
		if len(orders) == maxBatch {
			last, more = orders[len(orders)-1], true
		}
		err = d.store.Write(ctx, func(tx *store.Tx) error {
			now, err := tx.BooksTodo()
			if at, still := now[merchant]; err != nil || !still || at != after {
				return err // another node was faster
			}
			if err := tx.OpenBooks(merchant, opening); err != nil {
				return err
			}
			return tx.BooksDone(merchant, last)
		})
		if err != nil {
			return false, err
		}
	}
	return more, nil
}

// mostPostings is how many postings one order may have.
const mostPostings = 10_000

// openings are what is to be posted so that orders' books are what their files say.
func openings(tx *store.Tx, merchant string, orders []string) (out []store.Posting, err error) {
	keys := make([]store.Key, len(orders))
	for i, o := range orders {
		keys[i] = store.Key{Merchant: merchant, Order: o}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		f := files[k]
		if len(f.OrderFile.Refunds)+len(f.OrderFile.Recoveries) == 0 {
			continue
		}
		missing, err := unposted(tx, k, f.OrderFile)
		if err != nil {
			return nil, err
		}
		out = appendPosted(out, missing, f.OrderFile, k.Order, 0, f.OrderFile.Now)
	}
	return out, nil
}

// unposted is what an order's file says beyond what was posted: nothing, where the books are right.
func unposted(tx *store.Tx, k store.Key, file *recourse.OrderFile) ([]ledger.Posting, error) {
	posted, err := tx.PostingsOf(k, mostPostings)
	if err != nil {
		return nil, err
	}
	all := ledger.Of(file)
	for _, p := range posted {
		all = append(all, ledger.Posting{Account: ledger.Account(p.Account), Amount: p.Amount.Neg(), Ref: p.Ref, Case: p.Case})
	}
	return ledger.Net(all), nil
}

// CheckBooks compares the books of a merchant with the files, and tells each order whose books say something else.
func (d *Desk) CheckBooks(ctx context.Context, merchant string, tell func(order string, missing []ledger.Posting)) (checked int, err error) {
	for after := ""; ; {
		var orders []string
		err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
			if orders, err = tx.OrdersAfter(merchant, after, maxBatch); err != nil {
				return err
			}
			keys := make([]store.Key, len(orders))
			for i, o := range orders {
				keys[i] = store.Key{Merchant: merchant, Order: o}
			}
			files, err := tx.Files(keys)
			if err != nil {
				return err
			}
			for _, k := range keys {
				missing, err := unposted(tx, k, files[k].OrderFile)
				if err != nil {
					return err
				}
				if len(missing) > 0 {
					tell(k.Order, missing)
				}
			}
			return nil
		})
		checked += len(orders)
		if err != nil || len(orders) < maxBatch {
			return checked, err
		}
		after = orders[len(orders)-1]
	}
}
