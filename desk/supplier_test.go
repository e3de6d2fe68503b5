package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
)

// TestSuppliersAtOnce: whoever something was just bought from is there at once, however much else has just happened.
func TestSuppliersAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		d := open(t, address, at.now)
		paid := recourse.Money{Minor: 10_00, Currency: "EUR"}
		for i := range 60 {
			order := fmt.Sprint(i)
			for _, ev := range []recourse.Event{
				{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Paid: paid, Items: []recourse.Line{{Line: 1, Title: "Kite", Quantity: 1, Price: paid}}}},
				{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "T" + order, Supplier: strings.Repeat("shop", 90) + order}},
			} {
				ev.Source = "test"
				if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev, By: "test"}); err != nil {
					t.Fatal(err)
				}
			}
			if all, err := d.Suppliers(t.Context(), shop); err != nil || len(all) != i+1 {
				t.Fatalf("after %d purchases there are %d suppliers: %v", i+1, len(all), err)
			}
		}
	})
}
