package desk_test

import (
	"slices"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
	"recourse/store"
)

// TestMergeSupplierWhileCasesRun: the offers, the record, the purchases and the cases of a supplier that is merged while a case runs
// are the other's; an offer of the old name can still be chosen; who may see the one's purchases sees the other's; all of it is
// undone, and both are in the log of changes.
func TestMergeSupplierWhileCasesRun(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
		tick := func() time.Time { at.set(at.now().Add(time.Millisecond)); return at.now() }
		d := open(t, address, tick)
		outOfStock(t, d, "1")
		offers := []store.Offer{
			{Title: "黑色蓝牙耳机", Offer: recourse.Offer{Supplier: "gone", SKU: "g1", Price: recourse.Money{Minor: 9000, Currency: "CNY"}, Stock: 5}},
			{Title: "黑色蓝牙耳机", Offer: recourse.Offer{Supplier: "New", SKU: "n1", Price: recourse.Money{Minor: 9100, Currency: "CNY"}, Stock: 5}},
		}
		if _, err := d.PutOffers(t.Context(), shop, offers); err != nil {
			t.Fatal(err)
		}
		if err := d.Tie(t.Context(), shop, store.Substitute{SKU: "BT-9", Offer: 1, Link: "same"}); err != nil {
			t.Fatal(err)
		}
		if err := d.MergeSupplier(t.Context(), shop, "gone", "New", "Ada"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"gone", "New"} {
			f, err := d.Supplier(t.Context(), shop, name)
			if err != nil || f.ID != "New" || len(f.Listed) != 2 || len(f.Cases) != 1 || f.Offers != 2 || f.Record.OutOfStock.Bad == 0 {
				t.Errorf("%s is %+v, with %d offers and %d cases: %v", name, f.SupplierCard, len(f.Listed), len(f.Cases), err)
			}
			var supplies []store.Supply
			if err := d.Store().Read(t.Context(), func(tx *store.Tx) (err error) {
				supplies, err = tx.Supplies(shop, name, false, 0, 10)
				if err == nil {
					_, err = tx.SupplyOf(shop, name, "T1")
				}
				return err
			}); err != nil || len(supplies) != 1 {
				t.Errorf("%s sees %+v: %v", name, supplies, err)
			}
		}
		found, err := d.Source(t.Context(), shop, "1-1", 0)
		if err != nil {
			t.Fatal(err)
		}
		at0 := slices.IndexFunc(found[0].Ranked, func(r sourcing.Ranked) bool { return r.SKU == "g1" })
		if at0 < 0 || found[0].Ranked[at0].Record.OutOfStock.Bad == 0 {
			t.Fatalf("the offer of the old name has not the record: %+v", found[0].Ranked)
		}
		if _, err := d.ChooseOffer(t.Context(), shop, desk.Wish{Case: "1-1", Offer: found[0].Ranked[at0].Offer, By: "Ada"}); err != nil {
			t.Errorf("an offer of the old name: %v", err)
		}
		if err := d.MergeSupplier(t.Context(), shop, "New", "gone", "Ada"); recourse.CodeOf(err) != "supplier_circle" {
			t.Errorf("round in a circle: %v", err)
		}
		if err := d.MergeSupplier(t.Context(), shop, "gone", "", "Bob"); err != nil {
			t.Fatal(err)
		}
		if f, err := d.Supplier(t.Context(), shop, "New"); err != nil || len(f.Listed) != 1 || len(f.Merged) != 0 {
			t.Errorf("after it was undone: %+v %v", f, err)
		}
		if err := d.Store().Read(t.Context(), func(tx *store.Tx) error {
			log, err := tx.Audits(shop, 10)
			if len(log) != 2 || log[0].What != store.AuditParted || log[0].By != "Bob" || log[1].What != store.AuditMerged || log[1].About != "gone" {
				t.Errorf("the log is %+v", log)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("%+v", f) }, func(desk.Verified) {}); err != nil {
			t.Fatal(err)
		}
	})
}
