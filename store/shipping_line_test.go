package store_test

import (
	"testing"
	"time"

	"recourse/store"
)

// TestShippingLines are kept by merchant and id, the newest in place of the one before, and taken away.
func TestShippingLines(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			if err := tx.PutShippingLines("shop", []store.ShippingLine{{ID: "b", Body: `{"line":"b"}`, ChangedAt: noon, ChangedBy: "me"}, {ID: "a", Body: `{}`, ChangedAt: noon}}); err != nil {
				return err
			}
			if err := tx.PutShippingLines("other", []store.ShippingLine{{ID: "a", Body: `"other"`, ChangedAt: noon}}); err != nil {
				return err
			}
			return tx.PutShippingLines("shop", []store.ShippingLine{{ID: "a", Body: `{"name":"云途"}`, ChangedAt: noon, ChangedBy: "you"}})
		})
		write(t, s, func(tx *store.Tx) error {
			all, err := tx.ShippingLines("shop")
			if err != nil || len(all) != 2 || all[0].ID != "a" || all[0].Body != `{"name":"云途"}` || all[0].ChangedBy != "you" || all[1].ChangedAt.Sub(noon).Abs() > time.Microsecond {
				t.Errorf("%+v %v", all, err)
			}
			gone, err := tx.DropShippingLine("shop", "a")
			if !gone || err != nil {
				t.Error(gone, err)
			}
			gone, err = tx.DropShippingLine("shop", "a")
			if gone || err != nil {
				t.Error("dropped twice", err)
			}
			if all, err = tx.ShippingLines("other"); len(all) != 1 {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}
