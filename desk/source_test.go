package desk_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// TestSource ranks offers for an out-of-stock case: what the merchant tied to the SKU before what only looks like it, a
// supplier that has often been late behind one that has not, another merchant's offers nowhere.
func TestSource(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		d := open(t, address, at.now)
		tell := func(typ recourse.EventType, data recourse.Data) {
			t.Helper()
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Source: "test", Type: typ, Data: data}, By: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		cny := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "CNY"} }
		sale := recourse.Money{Minor: 3990, Currency: "EUR"}
		tell(recourse.OrderPlaced, recourse.Data{Order: "1", Paid: sale, ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue X", Postcode: "69001"},
			Items: []recourse.Line{{Line: 1, SKU: "BT-9", Title: "Casque Bluetooth noir", Quantity: 1, Price: sale, WeightG: 250, SizeMM: recourse.Size{180, 160, 80}}}})
		tell(recourse.PurchasePlacedEvent, recourse.Data{Order: "1", Purchase: "T1", Supplier: "gone", Cost: cny(9000), ShipBy: at.now().AddDate(0, 0, 3)})
		tell(recourse.PurchaseOutOfStockNow, recourse.Data{Order: "1", Purchase: "T1"})
		listing := func(supplier, sku, title string, price int64) store.Offer {
			return store.Offer{Title: title, Offer: recourse.Offer{Supplier: supplier, SKU: sku, Price: cny(price), Stock: 20, LeadDays: 2, WeightG: 240, SizeMM: recourse.Size{180, 160, 80}}}
		}
		added, err := d.PutOffers(t.Context(), shop, []store.Offer{listing("A", "a1", "黑色蓝牙耳机", 8800), listing("B", "b1", "黑色蓝牙耳机", 8800), listing("C", "c1", "Bluetooth headphones black", 10700), listing("D", "d1", "实木椅子", 100), listing("gone", "g1", "黑色蓝牙耳机", 8800)})
		if err != nil || added != 5 {
			t.Fatal(added, err)
		}
		if err := d.Store().Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.PutSubstitute(shop, store.Substitute{SKU: "BT-9", Offer: 3, Link: "same", At: at.now(), By: "me"}); err != nil {
				return err
			}
			return tx.PutSubstitute(shop, store.Substitute{SKU: "BT-9", Offer: 2, Link: "never", At: at.now(), By: "me"})
		}); err != nil {
			t.Fatal(err)
		}
		found, err := d.Source(t.Context(), shop, "1-1", 10)
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		s := found[0]
		if s.Want.Cost != cny(9000) || s.Want.Country != "FR" || s.Looked != 4 {
			t.Errorf("%+v, %d looked at", s.Want, s.Looked)
		}
		var order string
		for _, r := range s.Ranked {
			order += r.Supplier
			if !r.Fits() {
				order += "-"
			}
			order += " "
		}
		if order != "C A gone B- " {
			t.Errorf("the order is %q", order)
		}
		if n, err := d.Look(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		v, err := d.Case(t.Context(), shop, "1-1")
		if err != nil {
			t.Fatal(err)
		}
		if offers := v.File.Case("1-1").Offers; len(offers) != 1 || offers[0].Supplier != "C" || !offers[0].Same {
			t.Errorf("the case was told of %+v", offers)
		}
		if n, err := d.Look(t.Context()); n != 0 || err != nil {
			t.Error(n, err)
		}
		records, err := d.Records(t.Context(), shop)
		if r := records["gone"]; err != nil || r.OutOfStock.Bad == 0 || r.OutOfStock.Enough {
			t.Errorf("%+v %v", records, err)
		}
		if _, err := d.Source(t.Context(), shop, "9-1", 3); recourse.CodeOf(err) != "case_unknown" {
			t.Error(err)
		}
	})
}
