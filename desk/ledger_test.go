package desk_test

import (
	"testing"
	"time"

	"recourse/ledger"
	"recourse/store"
)

// TestBooks: after a made-up book was told and its deadlines acted, the books say what the files say, in double entry; and
// books that are thrown away are opened again to the same balances.
func TestBooks(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		d := open(t, address, at.now)
		if _, err := d.Handle(t.Context(), shop, facts(t, 300, 5)); err != nil {
			t.Fatal(err)
		}
		at.set(at.now().AddDate(0, 2, 0))
		for n := 1; n > 0; {
			var err error
			if n, err = d.Drain(t.Context(), shards()); err != nil {
				t.Fatal(err)
			}
		}
		right := func() []store.Balance {
			t.Helper()
			n, err := d.CheckBooks(t.Context(), shop, func(order string, missing []ledger.Posting) { t.Errorf("%s lacks %+v", order, missing) })
			if err != nil || n < 290 {
				t.Fatal(n, err)
			}
			var all []store.Balance
			if err := d.Store().Read(t.Context(), func(tx *store.Tx) (err error) {
				all, err = tx.Balances(shop, time.Time{}, at.now().AddDate(1, 0, 0))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			sums := map[string]int64{}
			for _, b := range all {
				sums[string(b.Currency)] += b.Minor
			}
			for currency, n := range sums {
				if n != 0 {
					t.Errorf("the books are off by %d %s", n, currency)
				}
			}
			if len(all) == 0 {
				t.Error("nothing was posted")
			}
			return all
		}
		before := total(right())
		if err := d.Store().Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.ExecContext(t.Context(), `DELETE FROM postings`); err != nil {
				return err
			}
			_, err := tx.ExecContext(t.Context(), `INSERT INTO ledger_todo (merchant, after) VALUES ('shop', '')`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			var err error
			if more, err = d.OpenBooks(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if after := total(right()); len(after) != len(before) {
			t.Errorf("opened again: %v, before: %v", after, before)
		} else {
			for k, n := range before {
				if after[k] != n {
					t.Errorf("%s: %d, before %d", k, after[k], n)
				}
			}
		}
	})
}

// total is the balance of each account in each currency.
func total(all []store.Balance) map[string]int64 {
	out := map[string]int64{}
	for _, b := range all {
		if out[b.Account+" "+string(b.Currency)] += b.Minor; out[b.Account+" "+string(b.Currency)] == 0 {
			delete(out, b.Account+" "+string(b.Currency))
		}
	}
	return out
}

// shards are all of them.
func shards() []int {
	all := make([]int, store.Shards)
	for i := range all {
		all[i] = i
	}
	return all
}
