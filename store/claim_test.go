package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse"
	"recourse/store"
)

func window(supplier, marketplace, problem string, days int) recourse.ListedWindow {
	w := recourse.ListedWindow{Supplier: supplier, ClaimWindow: recourse.ClaimWindow{Marketplace: marketplace, Problem: problem, From: recourse.WindowFromDelivered, Days: days, WarnDays: 2}}
	w.Rule = w.RuleOf()
	return w
}

// TestWindows are kept by supplier, marketplace and problem, each change is counted, and merchants are kept apart.
func TestWindows(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			if err := tx.PutWindows("shop", []recourse.ListedWindow{window("A", "", "", 5), window("", "tmall", "damaged_item", 6), window("A", "", "", 7)}, noon, "me"); err != nil {
				return err
			}
			if err := tx.PutWindows("shop", []recourse.ListedWindow{window("", "tmall", "damaged_item", 8)}, noon, "me"); err != nil {
				return err
			}
			if err := tx.PutWindows("other", []recourse.ListedWindow{window("A", "", "", 99)}, noon, "me"); err != nil {
				return err
			}
			if err := tx.PutMarketplace("shop", "A", "tmall"); err != nil {
				return err
			}
			return tx.PutMarketplace("shop", "", "aliexpress")
		})
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.Windows("shop")
			if diff := cmp.Diff([]recourse.ListedWindow{window("", "tmall", "damaged_item", 8), window("A", "", "", 7)}, got); diff != "" {
				t.Error(diff)
			}
			if err != nil {
				return err
			}
			markets, err := tx.Marketplaces("shop")
			if diff := cmp.Diff(map[string]string{"A": "tmall", "": "aliexpress"}, markets); diff != "" {
				t.Error(diff)
			}
			return err
		})
		write(t, s, func(tx *store.Tx) error {
			for _, want := range []bool{true, false} {
				if was, err := tx.DropWindow("shop", "A", "", ""); err != nil || was != want {
					t.Errorf("%v, %v; %v was wanted", was, err, want)
				}
			}
			todo, err := tx.ClaimsTodo()
			if diff := cmp.Diff(map[string]string{"shop": "", "other": ""}, todo); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func claimed(id string, ends time.Time, supplier string, minor int64) recourse.ClaimUntil {
	return recourse.ClaimUntil{Case: id, Situation: "damaged_item", Purchase: "T-1", Parcel: "P-1", Supplier: supplier, From: ends.AddDate(0, 0, -15), WarnAt: ends.AddDate(0, 0, -5), EndsAt: ends,
		Window: recourse.ClaimWindow{From: recourse.WindowFromDelivered, Days: 15, Marketplace: "tmall", Rule: recourse.WindowBuiltIn, Unsure: true}, Amount: recourse.Money{Minor: minor, Currency: "CNY"}}
}

// TestClaims come by when they end, by how they stand, and in pages; what was missed is summed up by currency.
func TestClaims(t *testing.T) {
	now := noon.Truncate(time.Microsecond).UTC()
	contract(t, func(t *testing.T, s *store.Store) {
		open, late, missed, filed := claimed("1-1", now.AddDate(0, 0, 2), "A", 100), claimed("1-2", now.AddDate(0, 0, 9), "B", 200), claimed("1-3", now.AddDate(0, 0, -3), "A", 300), claimed("1-4", now.AddDate(0, 0, 1), "A", 400)
		filed.FiledAt = now.AddDate(0, 0, -1)
		write(t, s, func(tx *store.Tx) error {
			if err := tx.PutClaims(key, []recourse.ClaimUntil{open, late, missed, claimed("1-4", now, "Z", 1)}); err != nil {
				return err
			}
			return tx.PutClaims(key, []recourse.ClaimUntil{filed})
		})
		read(t, s, func(tx *store.Tx) error {
			for name, c := range map[string]struct {
				f    store.ClaimFilter
				want []string
			}{
				"all":         {store.ClaimFilter{}, []string{"1-3", "1-4", "1-1", "1-2"}},
				"open":        {store.ClaimFilter{State: store.ClaimOpen}, []string{"1-1", "1-2"}},
				"filed":       {store.ClaimFilter{State: store.ClaimFiled}, []string{"1-4"}},
				"missed":      {store.ClaimFilter{State: store.ClaimMissed}, []string{"1-3"}},
				"supplier":    {store.ClaimFilter{Supplier: "B"}, []string{"1-2"}},
				"marketplace": {store.ClaimFilter{Marketplace: "1688"}, nil},
				"span":        {store.ClaimFilter{From: now, To: now.AddDate(0, 0, 2)}, []string{"1-4"}},
				"newest":      {store.ClaimFilter{Newest: true, Limit: 2}, []string{"1-2", "1-1"}},
				"page":        {store.ClaimFilter{After: &store.Claim{ClaimUntil: filed}}, []string{"1-1", "1-2"}},
				"back":        {store.ClaimFilter{Newest: true, After: &store.Claim{ClaimUntil: filed}}, []string{"1-3"}},
				"case":        {store.ClaimFilter{Case: "1-2"}, []string{"1-2"}},
			} {
				if c.f.Now = now; c.f.Limit == 0 {
					c.f.Limit = 9
				}
				got, err := tx.Claims("shop", c.f)
				if err != nil {
					return err
				}
				var ids []string
				for _, g := range got {
					ids = append(ids, g.Case)
				}
				if diff := cmp.Diff(c.want, ids); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				if name == "filed" && len(got) == 1 {
					if diff := cmp.Diff(store.Claim{Order: "1001", ClaimUntil: filed}, got[0], cmp.Transformer("stored", func(w recourse.ClaimWindow) recourse.ClaimWindow { w.WarnDays = 0; return w })); diff != "" {
						t.Error(diff)
					}
				}
			}
			sums, err := tx.MissedClaims("shop", now.AddDate(-1, 0, 0), now)
			if diff := cmp.Diff([]store.ClaimSum{{"CNY", 300, 1}}, sums); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
