package store_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/store"
)

// TestAttempts keeps what a peer was asked, and what it said, by act.
func TestAttempts(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		a := store.Attempt{Merchant: "shop", Effect: "1001-1/3", N: 1, Connection: "bank", Key: "k", AskedAt: noon}
		b := a
		b.N, b.AskedAt = 2, noon.Add(time.Minute)
		other := a
		other.Merchant, other.Effect = "other", "1001-1/3"
		dash := a
		dash.Effect = "1001-7-1/1" // of the order 1001-7
		write(t, s, func(tx *store.Tx) error {
			for _, x := range []*store.Attempt{&a, &b, &other, &dash} {
				if err := tx.PutAttempt(x); err != nil {
					return err
				}
			}
			a.Result, a.EndedAt, a.Ref, a.Code, a.Detail, a.Looks, a.LookedAt = "later", noon.Add(time.Second), "re_1", "busy", "come back", 2, noon.Add(2*time.Second)
			a.Amount = recourse.Money{Minor: 12, Currency: "EUR"}
			return tx.PutAttempt(&a)
		})
		read(t, s, func(tx *store.Tx) error {
			all, err := tx.Attempts("shop", "1001-1/3")
			if len(all) != 2 || all[0].Result != "later" || all[0].Amount != a.Amount || all[0].Looks != 2 || all[0].Ref != "re_1" || all[0].LookedAt.Sub(all[0].AskedAt) != 2*time.Second || !all[1].EndedAt.IsZero() {
				t.Errorf("%+v", all)
			}
			of, err2 := tx.AttemptsOf(store.Key{Merchant: "shop", Order: "1001"})
			if len(of["1001-1/3"]) != 2 {
				t.Errorf("%+v", of)
			}
			return firstOf(err, err2)
		})
	})
}
