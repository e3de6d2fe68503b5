package store_test

import (
	"strconv"
	"testing"
	"time"

	"recourse"
	"recourse/search"
	"recourse/store"

	"github.com/google/go-cmp/cmp"
)

// TestSearch: the same questions find the same on both databases, whatever the words, and nothing of another merchant.
func TestSearch(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		texts := map[string]string{
			"1001": "Élodie Lefèvre Orléans LP00123456789CN", "1002": "手机屏幕碎了 elodie@example.com", "1003": "Straße 12 'quoted' \"double\" & | ! : * ( ) <-> AND OR NOT NEAR", "1004": "ＡＢＣ１２３ Ünïcödé 한국어",
		}
		put := func(merchant, order, text string) {
			write(t, s, func(tx *store.Tx) error {
				return tx.PutWords([]store.Words{{Key: store.Key{Merchant: merchant, Order: order}, Terms: search.Terms(text)}})
			})
		}
		for i := range 4 {
			n := strconv.Itoa(1001 + i)
			put("shop", n, texts[n])
		}
		put("other", "9", "elodie")
		put("shop", "1003", texts["1003"]) // again
		find := func(merchant, ask string) (out []string) {
			t.Helper()
			q := search.Ask(ask)
			read(t, s, func(tx *store.Tx) (err error) { out, err = tx.Search(merchant, q.Terms, q.Begun, 10); return err })
			return out
		}
		for ask, want := range map[string][]string{
			"elodie": {"1002", "1001"}, "ÉLO": {"1002", "1001"}, "elodie orleans": {"1001"}, "屏幕": {"1002"}, "幕碎": {"1002"}, "碎": {"1002"}, "屏碎": nil, "lp0012": {"1001"}, "0012": nil,
			"strasse": {"1003"}, "and or not near": {"1003"}, "quoted": {"1003"}, "abc123": {"1004"}, "unicode": {"1004"}, "한국": {"1004"}, "": nil, "' OR 1=1": {"1003"}, "exam": {"1002"}, "' OR 2=2": nil,
		} {
			if got := find("shop", ask); !cmp.Equal(got, want) {
				t.Errorf("%q finds %v, %v is wanted", ask, got, want)
			}
		}
		if got := find("other", "elodie"); !cmp.Equal(got, []string{"9"}) {
			t.Errorf("the other shop finds %v", got)
		}
		put("shop", "1001", "Jean Petit")
		if got := find("shop", "elodie"); !cmp.Equal(got, []string{"1002"}) {
			t.Errorf("after a change %v is found", got)
		}
		write(t, s, func(tx *store.Tx) error { return tx.Erase(store.Key{Merchant: "shop", Order: "1002"}, time.Now()) })
		if got := find("shop", "elodie"); got != nil {
			t.Errorf("after erasing %v is found", got)
		}
		read(t, s, func(tx *store.Tx) error {
			if _, err := tx.Search("shop", []string{`x" OR "y`}, false, 1); recourse.CodeOf(err) != "term" {
				t.Errorf("what is no term is answered with %v", err)
			}
			return nil
		})
	})
}

// TestReworded: what is put in as of a version stays to be done when the order has changed since.
func TestReworded(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		todo := func() (all []store.Todo) {
			read(t, s, func(tx *store.Tx) (err error) { all, err = tx.Reworded("shop", 10); return err })
			return all
		}
		step := func() {
			write(t, s, func(tx *store.Tx) error {
				c := change(fileOf(t, tx, key), "e"+strconv.FormatInt(fileOf(t, tx, key).Version, 10))
				c.Reworded = true
				save(t, tx, c)
				return nil
			})
		}
		step()
		first := todo()
		step()
		if len(first) != 1 || len(todo()) != 1 || todo()[0].Version <= first[0].Version {
			t.Fatalf("to be done: %v, then %v", first, todo())
		}
		write(t, s, func(tx *store.Tx) error { return tx.Worded(first[0]) })
		if len(todo()) != 1 {
			t.Error("an order that has changed since is taken for done")
		}
		write(t, s, func(tx *store.Tx) error { return tx.Worded(todo()[0]) })
		if len(todo()) != 0 {
			t.Error("it is still to be done")
		}
	})
}

// TestBurning counts what burns, and sums money by currency.
func TestBurning(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		all := caseRows()
		want := store.Burning{}
		sums := map[recourse.Currency]int64{}
		at := noon.Add(3 * time.Hour)
		for _, c := range all {
			if !c.Mine || c.Snoozed.After(at) {
				continue
			}
			if c.Due.Before(at) {
				want.Overdue++
			}
			if c.Unread > 0 {
				want.Unread++
			}
			if c.Approve > 0 {
				want.Approve++
				sums[c.Amount.Currency] += c.Money.Minor
			}
		}
		write(t, s, func(tx *store.Tx) error {
			c := change(fileOf(t, tx, key), "e")
			c.Cases = all
			save(t, tx, c)
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.Burning("shop", at, 1000)
			for _, m := range got.Money {
				if sums[m.Currency] != m.Minor {
					t.Errorf("%v waits, %d is right", m, sums[m.Currency])
				}
			}
			if len(got.Money) == 0 {
				t.Error("no money waits")
			}
			got.Money = nil
			if !cmp.Equal(got, want) {
				t.Errorf("%+v burns, %+v is right", got, want)
			}
			return err
		})
	})
}

// TestQueueViews: a person sees their own views and the shared ones.
func TestQueueViews(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			for _, v := range []store.QueueView{
				{Merchant: "shop", ID: "a", Owner: "Ada", Name: "b", Filter: "x=1", CreatedAt: noon}, {Merchant: "shop", ID: "b", Owner: "Ada", Name: "a", Shared: true, CreatedAt: noon},
				{Merchant: "other", ID: "c", Owner: "Ada", Name: "c", Shared: true, CreatedAt: noon},
			} {
				if err := tx.PutQueueView(v); err != nil {
					return err
				}
			}
			return nil
		})
		names := func(person string) (out []string) {
			read(t, s, func(tx *store.Tx) error {
				all, err := tx.QueueViews("shop", person)
				for _, v := range all {
					out = append(out, v.Name)
				}
				return err
			})
			return out
		}
		if got := names("Ada"); !cmp.Equal(got, []string{"a", "b"}) {
			t.Errorf("Ada sees %v", got)
		}
		if got := names("Bob"); !cmp.Equal(got, []string{"a"}) {
			t.Errorf("Bob sees %v", got)
		}
		write(t, s, func(tx *store.Tx) error { return tx.DropQueueView("shop", "b") })
		if got := names("Bob"); got != nil {
			t.Errorf("after removing Bob sees %v", got)
		}
		read(t, s, func(tx *store.Tx) error {
			if _, err := tx.QueueView("shop", "c"); recourse.CodeOf(err) != "view_unknown" {
				t.Errorf("another shop's view: %v", err)
			}
			return nil
		})
	})
}
