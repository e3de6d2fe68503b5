package desk_test

import (
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/store"
)

// outOfStock tells an order whose purchase of 90.00 CNY failed. Its case is order-1.
func outOfStock(t *testing.T, d *desk.Desk, order string) {
	t.Helper()
	sale := recourse.Money{Minor: 3990, Currency: "EUR"}
	for _, ev := range []recourse.Event{
		{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Paid: sale, ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue X", Postcode: "69001"},
			Items: []recourse.Line{{Line: 1, SKU: "BT-9", Title: "Casque Bluetooth noir", Quantity: 1, Price: sale}}}},
		{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "T" + order, Supplier: "gone", Cost: recourse.Money{Minor: 9000, Currency: "CNY"}, ShipBy: d.Now().AddDate(0, 0, 3)}},
		{Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Order: order, Purchase: "T" + order}},
	} {
		ev.Source = "test"
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev, By: "test"}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOfferInAnotherCurrency: without a rate the choice says which one is missing; with one the offer is bought at its own price, and
// the history has the sum, the rate and its day; a fact told by another program is completed the same way; all of it verifies
// after the rate has changed.
func TestOfferInAnotherCurrency(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
		tick := func() time.Time { at.set(at.now().Add(time.Millisecond)); return at.now() }
		d := open(t, address, tick)
		outOfStock(t, d, "1")
		outOfStock(t, d, "2")
		offer := recourse.Offer{Supplier: "US", SKU: "u1", Same: true, Price: recourse.Money{Minor: 1300, Currency: "USD"}, Stock: 3}
		w := desk.Wish{Case: "1-1", Offer: offer, By: "Ada"}
		_, err := d.ChooseOffer(t.Context(), shop, w)
		if recourse.CodeOf(err) != "rate_missing" || !strings.Contains(err.Error(), "no rate from USD to CNY for 26 November 2026") {
			t.Fatalf("without a rate: %v", err)
		}
		rate := store.Rate{Base: "USD", Quote: "CNY", Day: recourse.Date{Year: 2026, Month: 11, Day: 25}, Num: 72, Den: 10, Source: "me"}
		if err := d.PutRates(t.Context(), shop, []store.Rate{rate}); err != nil {
			t.Fatal(err)
		}
		done, err := d.ChooseOffer(t.Context(), shop, w)
		if err != nil {
			t.Fatal(err)
		}
		bought := false
		for _, e := range done.Results[len(done.Results)-1].Effects {
			bought = bought || e.Kind == recourse.EffectReorder && e.Supplier == "US" && e.Amount == offer.Price
		}
		v, err := d.Case(t.Context(), shop, "1-1")
		if err != nil || !bought {
			t.Fatalf("bought: %v, %v", bought, err)
		}
		want := recourse.Exchange{Sum: recourse.Money{Minor: 9360, Currency: "CNY"}, Num: 72, Den: 10, Day: rate.Day}
		if offers := v.File.Case("1-1").Offers; len(offers) != 1 || offers[0].Exchanged != want {
			t.Errorf("kept is %+v", offers)
		}
		told := recourse.Event{Source: "agent", ID: "x", Type: recourse.OffersFound, Data: recourse.Data{Order: "2", Offers: []recourse.Offer{offer}}}
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: told, By: "agent"}); err != nil {
			t.Fatal(err)
		}
		if v, err = d.Case(t.Context(), shop, "2-1"); err != nil {
			t.Fatal(err)
		}
		if c := v.File.Case("2-1"); c.Offers[0].Exchanged != want || len(c.Asks) == 0 {
			t.Errorf("what a program told is kept as %+v, and %+v is asked", c.Offers, c.Asks)
		}
		if told.Offers[0].Exchanged != (recourse.Exchange{}) {
			t.Error("the caller's own offers were changed")
		}
		rate.Num = 90
		if err := d.PutRates(t.Context(), shop, []store.Rate{rate}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("%+v", f) }, func(desk.Verified) {}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestPolicyBuysAlone: where a merchant has allowed it, what the catalogue has below the limit is bought without a question, and
// the act says why; the same offer a little dearer is put to the buyer.
func TestPolicyBuysAlone(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
		tick := func() time.Time { at.set(at.now().Add(time.Millisecond)); return at.now() }
		d := open(t, address, tick)
		if err := d.Put(t.Context(), shop, "A shop", policyOf(t, map[string]string{"reorder.alone_below": "5 %", "reorder.alone_likeness": "60 %"}), calendar.Default(), "Ada"); err != nil {
			t.Fatal(err)
		}
		listing := store.Offer{Title: "黑色蓝牙耳机", Offer: recourse.Offer{Supplier: "A", SKU: "a1", Price: recourse.Money{Minor: 9450, Currency: "CNY"}, Stock: 20, LeadDays: 2}}
		tie := func(link string) {
			t.Helper()
			if err := d.Tie(t.Context(), shop, store.Substitute{SKU: "BT-9", Offer: 1, Link: link}); err != nil {
				t.Fatal(err)
			}
		}
		for _, x := range []struct {
			order string
			price int64
			alone bool
		}{{"1", 9450, true}, {"2", 9451, false}} {
			listing.Price.Minor = x.price
			if _, err := d.PutOffers(t.Context(), shop, []store.Offer{listing}); err != nil {
				t.Fatal(err)
			}
			tie("same")
			outOfStock(t, d, x.order)
			if _, err := d.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
			v, err := d.Case(t.Context(), shop, x.order+"-1")
			if err != nil {
				t.Fatal(err)
			}
			why := recourse.WhyCode("")
			for _, e := range v.Effects {
				if e.Kind == recourse.EffectReorder {
					why = e.Why.Code
				}
			}
			if c := v.File.Case(x.order + "-1"); (why == recourse.WhyAlone) != x.alone || (c.SentAgain.Remedy != "") != x.alone {
				t.Errorf("at %d: the act says %q, and %+v is sent again", x.price, why, c.SentAgain)
			}
		}
	})
}
