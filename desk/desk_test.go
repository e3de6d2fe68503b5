package desk_test

import (
	"bytes"
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/intake"
	"recourse/playbook"
	"recourse/sample"
	"recourse/store"
	"recourse/store/pgtest"
)

// databases runs a test on both databases.
func databases(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "recourse.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.New(t)) })
}

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

const shop = "shop"

// open opens a desk on a database, with one merchant under tmall-dsers.
func open(t testing.TB, address string, now func() time.Time) *desk.Desk {
	t.Helper()
	s, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(s, now)
	t.Cleanup(func() { d.Close(); s.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), shop, "A shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	return d
}

// facts are those of a made-up book.
func facts(t testing.TB, orders int, seed uint64) []desk.Fact {
	t.Helper()
	var b bytes.Buffer
	if err := sample.Book(&b, orders, seed); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(sample.Zone)
	if err != nil {
		t.Fatal(err)
	}
	book, err := intake.OpenCSV(&b, intake.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	var all []desk.Fact
	for batch, err := range book.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range batch.Events {
			all = append(all, desk.Fact{Event: ev, By: "import"})
		}
	}
	return all
}

// checkOpened compares the cases that callers were told of with those that there are.
func checkOpened(t testing.TB, d *desk.Desk, told int) {
	t.Helper()
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) error {
		n, err := tx.CountCases(shop, store.CaseFilter{}, 10_000)
		if n != told {
			t.Errorf("callers were told of %d cases, and there are %d", told, n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func verify(t testing.TB, d *desk.Desk) desk.Verified {
	t.Helper()
	done, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("verify: %+v", f) }, func(desk.Verified) {})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

var march = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// TestImport takes in a book twice, and verifies what came of it.
func TestImport(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		all := facts(t, 300, 1)
		told := 0
		for round := range 2 {
			results, err := d.Handle(t.Context(), shop, all)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range results {
				for _, e := range r.Entries {
					if e.Kind == recourse.EntryOpened {
						told++
					}
				}
				want := desk.Taken
				if round == 1 {
					want = desk.Duplicate
				}
				if r.Status != want {
					t.Fatalf("round %d: %s %s is %s, %s is wanted: %v", round, all[i].Event.Type, all[i].Event.ID, r.Status, want, r.Err)
				}
			}
		}
		checkOpened(t, d, told)
		before := verify(t, d)
		if before.Orders != 300 {
			t.Errorf("%d orders verified, 300 are wanted", before.Orders)
		}
		c.set(march.AddDate(0, 0, 40))
		for {
			n, err := d.Drain(t.Context(), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		if after := verify(t, d); after.Entries <= before.Entries {
			t.Errorf("forty days moved nothing: %d entries before, %d after", before.Entries, after.Entries)
		}
	})
}
