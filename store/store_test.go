package store_test

import (
	stdcmp "cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse"
	"recourse/store"
	"recourse/store/pgtest"
)

// contract runs a test on an empty database of each kind. What holds for one holds for the other, or it is no contract.
func contract(t *testing.T, test func(t *testing.T, s *store.Store)) {
	for name, address := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "recourse.db") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) { test(t, opened(t, address(t))) })
	}
}

func opened(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func write(t *testing.T, s *store.Store, f func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *store.Store, f func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.FixedZone("", 8*3600))
	key  = store.Key{Merchant: "shop", Order: "1001"}
)

// change is a decision for an order, made up: the store does not look into it.
func change(before store.File, event string) *store.Change {
	file := *before.OrderFile
	file.Order.ID, file.Now, file.Due = before.Order, noon, noon.Add(time.Hour)
	file.Cases = append(file.Cases, &recourse.Case{ID: before.Order + "-" + strconv.Itoa(len(file.Cases)+1), Status: recourse.Open})
	ev := &recourse.Event{Source: "test", ID: event, Type: recourse.OrderPlaced}
	return &store.Change{
		Before: before, After: &file,
		Entries: []store.Entry{{Record: store.Record{At: noon, By: "me", Policy: "p", Calendars: "c", Event: ev, Entries: []recourse.Entry{{At: noon, Kind: recourse.EntryNoted}}}}},
	}
}

func save(t *testing.T, tx *store.Tx, changes ...*store.Change) (lost []store.Key) {
	t.Helper()
	for _, c := range changes {
		if err := c.Prepare(); err != nil {
			t.Fatal(err)
		}
	}
	lost, err := tx.Save(changes)
	if err != nil {
		t.Fatal(err)
	}
	return lost
}

func fileOf(t *testing.T, tx *store.Tx, k store.Key) store.File {
	t.Helper()
	files, err := tx.Files([]store.Key{k})
	if err != nil {
		t.Fatal(err)
	}
	return files[k]
}

// TestSave saves an order three times over and reads back what was saved, to the nanosecond and the zone.
func TestSave(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		for i := range 3 {
			write(t, s, func(tx *store.Tx) error {
				c := change(fileOf(t, tx, key), strconv.Itoa(i))
				if i == 0 {
					c.Refs = []store.Ref{{Kind: "purchase", ID: "T1"}}
					c.Personal = &store.Personal{Salt: []byte("salt"), Fields: recourse.Personal{"␟x": "Ann"}}
				}
				if lost := save(t, tx, c); len(lost) > 0 {
					t.Errorf("lost %v", lost)
				}
				return nil
			})
		}
		read(t, s, func(tx *store.Tx) error {
			f := fileOf(t, tx, key)
			if f.Version != 3 || len(f.OrderFile.Cases) != 3 {
				t.Errorf("version %d with %d cases, three are wanted", f.Version, len(f.OrderFile.Cases))
			}
			if !f.OrderFile.Due.Equal(noon.Add(time.Hour)) {
				t.Errorf("due %v", f.OrderFile.Due)
			}
			checkHistory(t, tx, f)
			found, err := tx.FindOrders("shop", []store.Ref{{Kind: "purchase", ID: "T1"}, {Kind: "parcel", ID: "T1"}})
			if want := map[store.Ref]string{{Kind: "purchase", ID: "T1"}: "1001"}; err != nil || !cmp.Equal(found, want) {
				t.Errorf("found %v %v, %v is wanted", found, err, want)
			}
			people, err := tx.Personal([]store.Key{key, {Merchant: "other", Order: "1001"}})
			if err != nil || len(people) != 1 || people[key].Fields["␟x"] != "Ann" {
				t.Errorf("personal fields: %v %v", people, err)
			}
			return nil
		})
	})
}

func checkHistory(t *testing.T, tx *store.Tx, f store.File) {
	t.Helper()
	entries, err := tx.History(key, 1, 10)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	hash := store.Origin(key)
	for i, e := range entries {
		if hash = store.Chain(hash, e.Body); hash != e.Hash || e.Seq != int64(i)+1 {
			t.Errorf("entry %d does not follow from the one before", i+1)
		}
		if !e.At.Equal(noon) || e.At.Format(time.RFC3339Nano) != noon.Format(time.RFC3339Nano) {
			t.Errorf("the instant is %s, %s is wanted", e.At.Format(time.RFC3339Nano), noon.Format(time.RFC3339Nano))
		}
	}
	if hash != f.Hash {
		t.Error("the file does not carry the hash of its last entry")
	}
}

// TestSeen: the identity of a fact is its merchant, source and id.
func TestSeen(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error { save(t, tx, change(fileOf(t, tx, key), "e1")); return nil })
		read(t, s, func(tx *store.Tx) error {
			for _, c := range []struct {
				merchant, source, id string
				want                 bool
			}{{"shop", "test", "e1", true}, {"shop", "test", "e2", false}, {"shop", "tes", "te1", false}, {"other", "test", "e1", false}} {
				seen, err := tx.Seen(c.merchant, []store.EventID{{Source: c.source, ID: c.id}})
				if err != nil || (len(seen) == 1) != c.want {
					t.Errorf("%v: %v %v", c, seen, err)
				}
			}
			return nil
		})
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			c := change(fileOf(t, tx, store.Key{Merchant: "shop", Order: "1002"}), "e1")
			if err := c.Prepare(); err != nil {
				return err
			}
			_, err := tx.Save([]*store.Change{c})
			return err
		})
		if recourse.CodeOf(err) != "event_twice" {
			t.Errorf("the same fact for another order: %v", err)
		}
		read(t, s, func(tx *store.Tx) error {
			if f := fileOf(t, tx, store.Key{Merchant: "shop", Order: "1002"}); f.Version != 0 {
				t.Error("half of a transaction that failed is there")
			}
			return nil
		})
	})
}

// TestLost: what was decided from a version that is gone is not written, and named; the rest of the batch is.
func TestLost(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		other := store.Key{Merchant: "shop", Order: "1002"}
		var stale, fresh store.File
		write(t, s, func(tx *store.Tx) error {
			stale, fresh = fileOf(t, tx, key), fileOf(t, tx, other)
			save(t, tx, change(stale, "first"))
			return nil
		})
		write(t, s, func(tx *store.Tx) error {
			lost := save(t, tx, change(stale, "second"), change(fresh, "third"))
			if !cmp.Equal(lost, []store.Key{key}) {
				t.Errorf("lost %v, %v is wanted", lost, key)
			}
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			a, b := fileOf(t, tx, key), fileOf(t, tx, other)
			if a.Version != 1 || b.Version != 1 {
				t.Errorf("versions %d and %d", a.Version, b.Version)
			}
			seen, err := tx.Seen("shop", []store.EventID{{"test", "second"}, {"test", "third"}})
			if err != nil || len(seen) != 1 {
				t.Errorf("seen %v %v: of what was lost nothing is kept", seen, err)
			}
			return nil
		})
	})
}

// TestRace lets many write the same orders at once: what is acknowledged is there, once.
func TestRace(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		var wait sync.WaitGroup
		const writers, rounds = 8, 20
		for w := range writers {
			wait.Go(func() {
				for r := range rounds {
					for saved := false; !saved; {
						err := s.Write(t.Context(), func(tx *store.Tx) error {
							a := change(fileOf(t, tx, store.Key{Merchant: "shop", Order: "a"}), strconv.Itoa(w*rounds+r)+"a")
							b := change(fileOf(t, tx, store.Key{Merchant: "shop", Order: "b"}), strconv.Itoa(w*rounds+r)+"b")
							lost := save(t, tx, b, a)
							saved = len(lost) == 0
							if !saved {
								return errRetry
							}
							return nil
						})
						if err != nil && !errors.Is(err, errRetry) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		wait.Wait()
		read(t, s, func(tx *store.Tx) error {
			for _, order := range []string{"a", "b"} {
				if f := fileOf(t, tx, store.Key{Merchant: "shop", Order: order}); f.Version != writers*rounds || len(f.OrderFile.Cases) != writers*rounds {
					t.Errorf("order %s has version %d and %d cases, %d is wanted", order, f.Version, len(f.OrderFile.Cases), writers*rounds)
				}
			}
			return nil
		})
	})
}

var errRetry = errors.New("lost")

// TestTry: what was only tried is not there.
func TestTry(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		if err := s.Try(t.Context(), func(tx *store.Tx) error { save(t, tx, change(fileOf(t, tx, key), "e1")); return nil }); err != nil {
			t.Fatal(err)
		}
		read(t, s, func(tx *store.Tx) error {
			if f := fileOf(t, tx, key); f.Version != 0 {
				t.Error("it is there")
			}
			return nil
		})
	})
}

// TestDue: orders are due at their instants, in order of them, by shards.
func TestDue(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			var all []*store.Change
			for i := range 40 {
				c := change(fileOf(t, tx, store.Key{Merchant: "shop", Order: strconv.Itoa(i)}), strconv.Itoa(i))
				c.After.Due = noon.Add(time.Duration(40-i) * time.Minute)
				if i == 0 {
					c.After.Due = time.Time{}
				}
				all = append(all, c)
			}
			save(t, tx, all...)
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			keys, err := tx.Due(noon.Add(10*time.Minute), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 100)
			if err != nil || len(keys) != 10 || keys[0].Order != "39" || keys[9].Order != "30" {
				t.Errorf("due: %v %v", keys, err)
			}
			next, err := tx.NextDue()
			if err != nil || next.Before(noon.Add(time.Minute)) || next.After(noon.Add(time.Minute+time.Microsecond)) {
				t.Errorf("next due %v %v", next, err)
			}
			n := 0
			for shard := range store.Shards {
				part, err := tx.Due(noon.Add(time.Hour), []int{shard}, 100)
				if err != nil {
					t.Error(err)
				}
				n += len(part)
			}
			if n != 39 {
				t.Errorf("%d orders in all shards, 39 are wanted: one is never due", n)
			}
			return nil
		})
	})
}

// TestLease: one holder at a time; over time, anybody's.
func TestLease(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		for i, c := range []struct {
			holder string
			at     time.Duration
			want   bool
		}{{"a", 0, true}, {"b", 1, false}, {"a", 5, true}, {"b", 11, false}, {"b", 15, true}, {"a", 16, false}} {
			write(t, s, func(tx *store.Tx) error {
				now := noon.Add(c.at * time.Second)
				got, err := tx.Lease("due-1", c.holder, now, now.Add(10*time.Second))
				if err != nil || got != c.want {
					t.Errorf("step %d: %v %v, %v is wanted", i, got, err, c.want)
				}
				return nil
			})
		}
	})
}

// TestTokens: a link is used up by one of those who come at the same time.
func TestTokens(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		link := store.Token{Merchant: "shop", Hash: "h", Name: "n", Role: "owner", Kind: store.TokenLink, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
		write(t, s, func(tx *store.Tx) error { return tx.PutToken(link) })
		var wait sync.WaitGroup
		var mu sync.Mutex
		used := 0
		for range 8 {
			wait.Go(func() {
				err := s.Write(context.Background(), func(tx *store.Tx) error {
					ok, err := tx.UseToken("shop", "h", noon)
					mu.Lock()
					defer mu.Unlock()
					if ok {
						used++
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if used != 1 {
			t.Errorf("used %d times", used)
		}
		write(t, s, func(tx *store.Tx) error {
			if ok, err := tx.UseToken("other", "h", noon); ok || err != nil {
				t.Errorf("another merchant's: %v %v", ok, err)
			}
			if ok, err := tx.DropToken("shop", "h"); !ok || err != nil {
				t.Errorf("dropped: %v %v", ok, err)
			}
			_, err := tx.Token("shop", "h")
			if recourse.CodeOf(err) != "token_unknown" {
				t.Error(err)
			}
			return nil
		})
	})
}

// TestBackup makes a copy while others write, and puts it into a database of either kind.
func TestBackup(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			if err := tx.KeepPolicy("shop", store.Policy{Hash: "p", Playbook: "b", Settings: map[string]string{"a": "b"}, CreatedAt: noon}, []byte("{}")); err != nil {
				return err
			}
			if err := tx.PutMerchant(store.Merchant{ID: "shop", Name: "A shop", Policy: "p", Calendars: "c", CreatedAt: noon}); err != nil {
				return err
			}
			save(t, tx, change(fileOf(t, tx, key), "e1"))
			return nil
		})
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := s.Backup(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Backup(t.Context(), path, nil); recourse.CodeOf(err) != "file_exists" {
			t.Errorf("over another backup: %v", err)
		}
		if _, err := os.Stat(path + ".part"); err == nil {
			t.Error("the part file is left")
		}
		for name, address := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "new.db"), "postgres": pgtest.New(t)} {
			to := opened(t, address)
			if err := store.Restore(t.Context(), path, to, nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			read(t, to, func(tx *store.Tx) error {
				if f := fileOf(t, tx, key); f.Version != 1 {
					t.Errorf("%s: version %d", name, f.Version)
				}
				all, err := tx.Policies("shop")
				if err != nil || len(all) != 1 || all[0].Settings["a"] != "b" {
					t.Errorf("%s: policies %v %v", name, all, err)
				}
				return nil
			})
			if err := store.Restore(t.Context(), path, to, nil); recourse.CodeOf(err) != "not_empty" {
				t.Errorf("%s: into one that is not empty: %v", name, err)
			}
		}
	})
}

// TestCases asks for cases by every filter and order, page by page, and compares with what a plain look at all of them
// gives.
func TestCases(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		all := caseRows()
		write(t, s, func(tx *store.Tx) error {
			c := change(fileOf(t, tx, key), "e")
			c.Cases = all
			save(t, tx, c)
			return nil
		})
		for _, f := range caseFilters() {
			var want []string
			for _, c := range sortedCases(all, f) {
				want = append(want, c.ID)
			}
			var got []string
			f.Limit = 7
			read(t, s, func(tx *store.Tx) error {
				for page := f; ; {
					part, next, err := tx.Cases("shop", page)
					if err != nil {
						return err
					}
					for _, c := range part {
						got = append(got, c.ID)
					}
					if page.After = next; next.ID == "" {
						break
					}
				}
				n, err := tx.CountCases("shop", f, 10_000)
				if n != len(want) {
					t.Errorf("%+v: counted %d, %d is right", f, n, len(want))
				}
				return err
			})
			if !cmp.Equal(got, want) {
				t.Errorf("%+v: %v, %v is wanted", f, got, want)
			}
		}
	})
}

// caseRows are some dozens of cases, with every combination of what is filtered by.
func caseRows() []store.Case {
	var all []store.Case
	for i := range 60 {
		c := store.Case{Merchant: "shop", ID: "1001-" + strconv.Itoa(i+1), Order: "1001", Situation: "late", Status: recourse.Open, Waits: recourse.PartyMerchant, OpenedAt: noon.Add(time.Duration(i%9) * time.Hour).Truncate(time.Second).UTC(),
			Due: noon.Add(time.Duration(i%7) * time.Hour).Truncate(time.Second).UTC(), Supplier: "a", Country: "FR", Channel: "x", Amount: recourse.Money{Minor: int64(i % 11 * 100), Currency: "EUR"}}
		if i%2 == 0 {
			c.Situation, c.Waits = "wrong", ""
		}
		if i%3 == 0 {
			c.Supplier, c.Status, c.Country = "b", recourse.Closed, "DE"
		}
		if i%5 == 0 {
			c.Waits, c.Amount.Currency = recourse.PartyBuyer, "USD"
		}
		c.Mine = i%4 < 2
		if i%7 == 0 {
			c.Assignee, c.Snoozed = "Ada", noon.Add(time.Duration(i%5-2)*time.Hour).Truncate(time.Second).UTC()
		}
		if c.Mine && i%3 == 1 {
			c.Approve, c.Unread, c.Money = i%2, 1-i%2, recourse.Money{Minor: int64(i%2) * 250, Currency: c.Amount.Currency}
		}
		all = append(all, c)
	}
	return all
}

func caseFilters() []store.CaseFilter {
	var all []store.CaseFilter
	for _, sort := range store.Sorts {
		for _, status := range []recourse.CaseStatus{"", recourse.Open, recourse.Closed} {
			for _, f := range []store.CaseFilter{
				{}, {Situation: "late"}, {Supplier: "b"}, {Waits: recourse.PartyBuyer}, {Supplier: "a", Waits: recourse.PartyMerchant, Situation: "late"}, {Country: "DE"}, {Order: "1001"}, {Order: "10"},
				{Least: recourse.Money{Minor: 500, Currency: "EUR"}}, {DueBefore: noon.Add(3 * time.Hour)}, {DueAfter: noon.Add(3 * time.Hour), Supplier: "a"}, {Channel: "y"},
				{Turn: store.TurnMine}, {Turn: store.TurnOthers, Awake: noon}, {Turn: store.TurnMine, Situation: "late", Awake: noon}, {Assignee: "Ada"}, {Assignee: "Ada", Turn: store.TurnOthers},
				{Nobody: true, Turn: store.TurnMine}, {Approve: true}, {Unread: true, Turn: store.TurnMine}, {Asleep: noon}, {Asleep: noon, Supplier: "a"}, {Awake: noon, Waits: recourse.PartyBuyer},
				{Turn: store.TurnMine, Least: recourse.Money{Minor: 500, Currency: "EUR"}}, {Approve: true, Unread: true}, {Order: "1001", Turn: store.TurnMine},
			} {
				f.Sort, f.Status = sort, status
				all = append(all, f)
			}
		}
	}
	return all
}

func sortedCases(all []store.Case, f store.CaseFilter) []store.Case {
	var out []store.Case
	for _, c := range all {
		is := (f.Status == "" || c.Status == f.Status) && (f.Situation == "" || c.Situation == f.Situation) && (f.Supplier == "" || c.Supplier == f.Supplier) &&
			(f.Waits == "" || c.Waits == f.Waits) && (f.Country == "" || c.Country == f.Country) && (f.Channel == "" || c.Channel == f.Channel) && (f.Order == "" || c.Order == f.Order) &&
			(f.Least.Currency == "" || c.Amount.Currency == f.Least.Currency && c.Amount.Minor >= f.Least.Minor) &&
			(f.Turn == "" || c.Mine == (f.Turn == store.TurnMine)) && (f.Assignee == "" || c.Assignee == f.Assignee) && (!f.Nobody || c.Assignee == "") && (!f.Approve || c.Approve > 0) &&
			(!f.Unread || c.Unread > 0) && (f.Awake.IsZero() || !c.Snoozed.After(f.Awake)) && (f.Asleep.IsZero() || c.Snoozed.After(f.Asleep)) &&
			(f.DueBefore.IsZero() || c.Due.Before(f.DueBefore)) && (f.DueAfter.IsZero() || !c.Due.Before(f.DueAfter))
		if is {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b store.Case) int {
		id := strings.Compare(a.ID, b.ID)
		switch f.Sort {
		case store.ByOpened:
			return -stdcmp.Or(a.OpenedAt.Compare(b.OpenedAt), id)
		case store.ByAmount:
			return -stdcmp.Or(int(a.Amount.Minor-b.Amount.Minor), id)
		}
		return stdcmp.Or(a.Due.Compare(b.Due), id)
	})
	return out
}
