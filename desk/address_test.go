package desk_test

import (
	"slices"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
)

// TestAddressBeforePurchase: an address that cannot be right opens its case before anything is bought; one that is doubtful
// opens none, nor does one of an order that is told with its purchase; what a sender writes as faults counts for nothing; and
// every decision can be made again.
func TestAddressBeforePurchase(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		d := open(t, database, at.now)
		paid := recourse.Money{Minor: 3990, Currency: "EUR"}
		placed := func(order string, to recourse.Address) desk.Fact {
			to.Street, to.City, to.Name, to.Phone = "9 Elm St", "Springfield", "Bea Cruz", "+1 312 555 0199"
			return desk.Fact{By: "test", Event: recourse.Event{Source: "test", Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Paid: paid, ShipTo: &to, Items: []recourse.Line{{Line: 1, SKU: "A", Quantity: 1, Price: paid}}}}}
		}
		invented := placed("right", recourse.Address{Country: "US", Region: "IL", Postcode: "62701"})
		invented.Event.Faults = []string{"postcode_shape"}
		past := placed("past", recourse.Address{Country: "US", Region: "CA", Postcode: "62701"})
		bought := desk.Fact{By: "test", Event: recourse.Event{Source: "test", Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "past", Purchase: "T1", Supplier: "s"}}}
		for _, facts := range [][]desk.Fact{{invented}, {past, bought}, {placed("zero", recourse.Address{Country: "US", Region: "IL", Postcode: "2701"})}, {placed("wrong", recourse.Address{Country: "US", Region: "CA", Postcode: "62701"})}} {
			results, err := d.Handle(t.Context(), shop, facts)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				if r.Err != nil {
					t.Fatal(r.Err)
				}
			}
		}
		for order, want := range map[string][]string{"right": nil, "past": nil, "zero": nil, "wrong": {"postcode_region"}} {
			v, err := d.Order(t.Context(), shop, order)
			if err != nil {
				t.Fatal(err)
			}
			cases := v.File.Cases
			if !slices.Equal(v.File.AddressFaults, want) || len(cases) != len(want) || len(cases) == 1 && cases[0].Situation != "wrong_address" {
				t.Errorf("%s: %v, %d cases", order, v.File.AddressFaults, len(cases))
			}
		}
		// A correction that is wrong again does not end it, a right one does.
		for _, c := range []struct{ postcode, state string }{{"1234567", "address.asking"}, {"90012", "address.corrected"}} {
			ev := recourse.Event{Source: "test", Type: recourse.OrderAddressCorrected, Data: recourse.Data{Order: "wrong", ShipTo: &recourse.Address{Country: "US", Region: "CA", Postcode: c.postcode, Street: "9 Elm St", City: "Los Angeles", Name: "Bea Cruz"}}}
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev, By: "test"}); err != nil {
				t.Fatal(err)
			}
			v, err := d.Order(t.Context(), shop, "wrong")
			if err != nil || v.File.Cases[0].State != c.state {
				t.Errorf("%s: %s %v", c.postcode, v.File.Cases[0].State, err)
			}
		}
		if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("verify: %+v", f) }, func(desk.Verified) {}); err != nil {
			t.Error(err)
		}
	})
}
