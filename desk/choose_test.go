package desk_test

import (
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// TestChooseOffer: an offer is bought in the order that the case's state takes it; the buyer is not asked about it on the way; who
// looked at an older version is told; and an offer that is too dear is not taken.
func TestChooseOffer(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		tick := func() time.Time { at.set(at.now().Add(time.Millisecond)); return at.now() }
		d := open(t, address, tick)
		tell := func(typ recourse.EventType, data recourse.Data) {
			t.Helper()
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Source: "test", Type: typ, Data: data}, By: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		sale := recourse.Money{Minor: 3990, Currency: "EUR"}
		tell(recourse.OrderPlaced, recourse.Data{Order: "1", Paid: sale, Items: []recourse.Line{{Line: 1, SKU: "BT-9", Title: "Casque", Quantity: 1, Price: sale}}})
		tell(recourse.PurchasePlacedEvent, recourse.Data{Order: "1", Purchase: "T1", Supplier: "gone", Cost: recourse.Money{Minor: 9000, Currency: "CNY"}, ShipBy: at.now().AddDate(0, 0, 3)})
		tell(recourse.PurchaseOutOfStockNow, recourse.Data{Order: "1", Purchase: "T1"})
		offer := recourse.Offer{Supplier: "A", SKU: "a1", Price: recourse.Money{Minor: 9100, Currency: "CNY"}, Stock: 3}
		dear := offer
		dear.Price.Minor = 90_000
		before, err := d.Case(t.Context(), shop, "1-1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ChooseOffer(t.Context(), shop, desk.Wish{Case: "1-1", Offer: dear, By: "Ada"}); recourse.CodeOf(err) != "offer_not_taken" {
			t.Errorf("an offer that is too dear: %v", err)
		}
		w := desk.Wish{Case: "1-1", Offer: offer, By: "Ada", Once: "x", Version: before.Version}
		plan, err := d.PlanOffer(t.Context(), shop, w)
		if err != nil || plan.Confirm {
			t.Fatal(plan, err)
		}
		if _, err := d.ChooseOffer(t.Context(), shop, w); err != nil {
			t.Fatal(err)
		}
		w.Once, w.By = "y", "Bob"
		if _, err := d.ChooseOffer(t.Context(), shop, w); recourse.CodeOf(err) != "offer_stands" || !strings.Contains(err.Error(), "A a1 at 91.00 CNY, chosen by Ada") {
			t.Errorf("the second is told %v", err)
		}
		v, err := d.Case(t.Context(), shop, "1-1")
		if err != nil {
			t.Fatal(err)
		}
		bought := 0
		for _, e := range v.Effects {
			switch {
			case e.Kind == recourse.EffectReorder && e.Supplier == "A":
				bought++
			case e.Kind == recourse.EffectMessage && e.Template == "offer" && e.Status == store.Pending:
				t.Error("the buyer would be offered what is bought already")
			}
		}
		if bought != 1 {
			t.Errorf("%d purchases are to be made", bought)
		}
	})
}
