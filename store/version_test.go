package store_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/store"
)

// TestVersions numbers what is put to work: one number for one, whoever asks for it at the same time.
func TestVersions(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		for i, hash := range []string{"a", "b", "a"} {
			write(t, s, func(tx *store.Tx) error {
				p := store.Policy{Hash: hash, Playbook: "book", Name: "name", Settings: map[string]string{"x.y": hash}, CreatedAt: noon, CreatedBy: "me"}
				if err := tx.KeepPolicy("shop", p, []byte("text")); err != nil {
					return err
				}
				return tx.AddVersion("shop", store.Version{Policy: p, Number: int64(i + 1), At: noon.Add(time.Duration(i) * time.Hour), By: "me", Note: "why"})
			})
		}
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				errs[i] = s.Write(t.Context(), func(tx *store.Tx) error {
					return tx.AddVersion("shop", store.Version{Policy: store.Policy{Hash: "b"}, Number: 4, At: noon, By: fmt.Sprint(i)})
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case recourse.CodeOf(err) != "policy_changed" || recourse.KindOf(err) != recourse.Conflict:
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d got the same number", won)
		}
		read(t, s, func(tx *store.Tx) error {
			all, err := tx.Versions("shop", 0, 10)
			if len(all) != 4 || all[0].Number != 4 || all[1].Hash != "a" || all[1].Settings["x.y"] != "a" || all[3].Note != "why" || !all[1].At.Equal(noon.Add(2*time.Hour).Add(1000-789).UTC().Truncate(time.Microsecond)) {
				t.Errorf("%+v", all)
			}
			two, err2 := tx.Versions("shop", 3, 1)
			if len(two) != 1 || two[0].Number != 2 {
				t.Errorf("before the third: %+v", two)
			}
			if _, err := tx.Version("other", 1); recourse.CodeOf(err) != "version_unknown" {
				t.Errorf("another merchant's version: %v", err)
			}
			return firstOf(err, err2)
		})
		write(t, s, func(tx *store.Tx) error { return tx.KeepSource("shop", "book", []byte("# mine\n")) })
		read(t, s, func(tx *store.Tx) error {
			source, err := tx.PlaybookSource("shop", "book")
			if string(source) != "# mine\n" {
				t.Errorf("the file is %q", source)
			}
			return err
		})
	})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestStates counts and lists open cases by their states, and leaves closed ones and other merchants' out.
func TestStates(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			for i := range 30 {
				k := store.Key{Merchant: "shop", Order: fmt.Sprintf("o%02d", i)}
				c := change(store.File{Key: k, OrderFile: &recourse.OrderFile{}}, k.Order)
				c.After.Order.PlacedAt = noon.Add(time.Duration(i) * time.Hour)
				one := store.Case{Merchant: "shop", ID: k.Order + "-1", Order: k.Order, State: "a.b", Status: recourse.Open, Policy: "p", Due: noon.Add(time.Duration(30-i) * time.Hour), OpenedAt: noon}
				if i%3 == 0 {
					one.State = "a.c"
				}
				if i == 1 {
					one.Status = recourse.Closed
				}
				c.Cases = []store.Case{one}
				save(t, tx, c)
			}
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			states, err := tx.CountStates("shop", 15)
			policies, err2 := tx.CountPolicies("shop", 100)
			none, err3 := tx.CountStates("other", 15)
			if states["a.b"] != 15 || states["a.c"] != 10 || policies["p"] != 29 || len(none) != 0 {
				t.Errorf("%v %v %v", states, policies, none)
			}
			var seen []string
			for after := (store.Cursor{}); ; {
				page, next, err := tx.CasesIn("shop", "a.b", after, 7)
				if err != nil {
					return err
				}
				for _, c := range page {
					seen = append(seen, c.ID)
				}
				if after = next; next.ID == "" {
					break
				}
			}
			if len(seen) != 19 || seen[0] != "o29-1" || !slices.IsSortedFunc(seen, func(a, b string) int { return -strings.Compare(a, b) }) {
				t.Errorf("%d: %v", len(seen), seen)
			}
			keys, err4 := tx.Placed("shop", noon.Add(10*time.Hour), noon.Add(20*time.Hour), 5)
			if len(keys) != 5 || keys[0].Order != "o19" {
				t.Errorf("placed: %v", keys)
			}
			n, err5 := tx.CountPlaced("shop", noon, noon.Add(20*time.Hour), 100)
			if n != 20 {
				t.Errorf("%d placed", n)
			}
			told, err6 := tx.Told(keys, 10)
			if len(told) != 5 || len(told[keys[0]]) != 1 || !told[keys[0]][0].Time.Equal(noon) || told[keys[0]][0].Order != "o19" {
				t.Errorf("told: %v", told)
			}
			return firstOf(err, err2, err3, err4, err5, err6)
		})
	})
}

// TestStatesOfMany measures the counts and a page among a million open cases: RECOURSE_MANY=1 says that there is time.
func TestStatesOfMany(t *testing.T) {
	if os.Getenv("RECOURSE_MANY") == "" {
		t.Skip("RECOURSE_MANY is not set")
	}
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO cases (merchant, case_id, order_id, situation, status, outcome, state, waits, quiet, due_at, opened_at, closed_at, supplier, country, channel, currency, amount, policy)
				WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
				SELECT 'shop', CAST(i AS TEXT) || '-1', CAST(i AS TEXT), 's' || CAST(i % 17 AS TEXT), 'open', '', 'p' || CAST(i % 12 AS TEXT) || '.s' || CAST(i % 7 AS TEXT), '', 0, i, i, 0, 'x', 'FR', 'web', 'EUR', i, 'policy' || CAST(i % 5 AS TEXT) FROM n`)
			return err
		})
		for range 3 {
			read(t, s, func(tx *store.Tx) error {
				began := time.Now()
				states, err := tx.CountStates("shop", 101) // as the page counts
				counted := time.Since(began)
				began = time.Now()
				policies, err2 := tx.CountPolicies("shop", 1001)
				pinned := time.Since(began)
				began = time.Now()
				page, _, err3 := tx.CasesIn("shop", "p3.s3", store.Cursor{}, 50)
				t.Logf("%d states in %s, %d policies in %s, a page of %d in %s", len(states), counted, len(policies), pinned, len(page), time.Since(began))
				if counted > time.Second {
					t.Error("counting takes too long")
				}
				return firstOf(err, err2, err3)
			})
		}
	})
}
