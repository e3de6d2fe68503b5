package desk_test

import (
	"testing"

	"recourse"
	"recourse/desk"
)

// TestPaymentFindsOrder: what a payment provider tells names its own payment alone, by the one id or the other.
func TestPaymentFindsOrder(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		eur := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }
		about := func(id, payment, ref string) desk.Fact {
			return desk.Fact{Event: recourse.Event{Source: "stripe", ID: id, Type: recourse.RefundSucceeded, Time: march, Data: recourse.Data{Amount: eur(100), Payment: &recourse.Payment{Provider: "stripe", ID: payment}, Ref: ref}}}
		}
		placed := desk.Fact{Event: recourse.Event{Source: "woo", ID: "1", Type: recourse.OrderPlaced, Time: march, Data: recourse.Data{Order: "1001", Channel: "woo", Ref: "727",
			Payment: &recourse.Payment{Provider: "stripe", ID: "ch_1"}, Items: []recourse.Line{{Line: 1, Quantity: 1, Price: eur(1000)}}, Paid: eur(1000)}}}
		for _, f := range []struct {
			fact desk.Fact
			want desk.Status
		}{{placed, desk.Taken}, {about("2", "ch_1", ""), desk.Taken}, {about("3", "pi_1", "ch_1"), desk.Taken}, {about("4", "pi_2", "ch_2"), desk.Refused}} {
			results, err := d.Handle(t.Context(), shop, []desk.Fact{f.fact})
			if err != nil {
				t.Fatal(err)
			}
			if results[0].Status != f.want {
				t.Errorf("%s: %s, %v", f.fact.Event.ID, results[0].Status, results[0].Err)
			}
		}
	})
}
