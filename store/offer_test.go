package store_test

import (
	"slices"
	"testing"
	"time"

	"recourse"
	"recourse/store"
)

func offer(supplier, sku string, minor int64, keys ...int64) store.Offer {
	return store.Offer{Offer: recourse.Offer{Supplier: supplier, SKU: sku, Price: recourse.Money{Minor: minor, Currency: "CNY"}, Stock: 5, SizeMM: recourse.Size{1, 2, 3}}, Title: sku, SeenAt: noon, Source: "test", Keys: keys}
}

// TestOffers are numbered once, found by SKU, by what was said of them, and by keys, and kept apart by merchant.
func TestOffers(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			n, err := tx.PutOffers("shop", []store.Offer{offer("A", "x", 100, 7, 8), offer("B", "x", 200, 8), offer("A", "y", 300, -9), offer("A", "x", 110, 7, 7)})
			if n != 3 {
				t.Errorf("%d are new", n)
			}
			return err
		})
		write(t, s, func(tx *store.Tx) error {
			n, err := tx.PutOffers("shop", []store.Offer{offer("A", "x", 120, 7), offer("C", "z", 1, 8)})
			if n != 1 {
				t.Errorf("%d are new", n)
			}
			if err == nil {
				_, err = tx.PutOffers("other", []store.Offer{offer("A", "x", 999, 7, 8)})
			}
			if err == nil {
				err = tx.PutSubstitute("shop", store.Substitute{SKU: "mine", Offer: 3, Link: "same", At: noon, By: "me"})
			}
			return err
		})
		read(t, s, func(tx *store.Tx) error {
			for _, c := range []struct {
				sku  string
				keys []int64
				most int
				want []int64
			}{{"x", []int64{8}, 10, []int64{2, 1, 4}}, {"mine", []int64{8}, 10, []int64{3, 4, 2}}, {"", []int64{7, 8}, 2, []int64{1, 4}}, {"", []int64{-9}, 2, []int64{3}}, {"nobody's", nil, 9, nil}} {
				got, err := tx.FindOffers("shop", c.sku, c.keys, c.most)
				if err != nil {
					return err
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%q %v: %v, want %v", c.sku, c.keys, got, c.want)
				}
			}
			all, err := tx.ListOffers("shop", store.OfferFilter{Supplier: "A", Limit: 10})
			if err != nil || len(all) != 2 || all[0].Price.Minor != 120 || all[0].SizeMM != (recourse.Size{1, 2, 3}) || all[0].SeenAt.Sub(noon).Abs() > time.Microsecond {
				t.Errorf("%+v %v", all, err)
			}
			some, err := tx.Offers("shop", []int64{4, 99, 1})
			if len(some) != 2 {
				t.Errorf("%+v", some)
			}
			return err
		})
	})
}

// TestRates: that of the day, else the newest before it that is not too old.
func TestRates(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		day := func(d int) recourse.Date { return recourse.Date{Year: 2026, Month: 11, Day: d} }
		write(t, s, func(tx *store.Tx) error {
			return tx.PutRates("shop", []store.Rate{{Base: "CNY", Quote: "EUR", Day: day(2), Num: 127, Den: 1000, Source: "ecb"}, {Base: "CNY", Quote: "EUR", Day: day(9), Num: 1, Den: 1}, {Base: "CNY", Quote: "EUR", Day: day(9), Num: 129, Den: 1000}})
		})
		read(t, s, func(tx *store.Tx) error {
			for on, want := range map[int]int64{1: 0, 2: 127, 5: 127, 8: 0, 9: 129, 12: 129} {
				r, ok, err := tx.RateOn("shop", "CNY", "EUR", day(on), 5)
				if err != nil {
					return err
				}
				if ok != (want > 0) || r.Num != want {
					t.Errorf("on the %d: %+v %v, want %d", on, r, ok, want)
				}
			}
			return nil
		})
	})
}
