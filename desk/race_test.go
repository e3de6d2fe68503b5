package desk_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/store"
)

// TestTwoChooseAtOnce: two people of the desk, the buyer, a program and the policy choose for one case at the same instant, on two
// nodes of one database, many rounds. The first stands: one purchase is to be made, no refund waits beside it, and whoever came too
// late is told so, by name where another offer stands. The buyer may as well have taken the money: then nothing is bought.
func TestTwoChooseAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		begin := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		var ticks atomic.Int64
		tick := func() time.Time { return begin.Add(time.Duration(ticks.Add(1)) * time.Microsecond) }
		d := open(t, address, tick)
		other := desk.New(d.Store(), tick)
		defer other.Close()
		rounds := 25
		if testing.Short() {
			rounds = 5
		}
		if err := d.Put(t.Context(), shop, "A shop", policyOf(t, map[string]string{"reorder.alone_below": "1 %"}), calendar.Default(), "Ada"); err != nil {
			t.Fatal(err)
		}
		stood := map[string]int{}
		for round := range rounds {
			stood[race(t, d, other, fmt.Sprint(round))]++
		}
		if len(stood) < 2 {
			t.Errorf("whoever raced, the same one won: %v", stood)
		}
		t.Logf("of %d rounds stood %v", rounds, stood)
		if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("%+v", f) }, func(desk.Verified) {}); err != nil {
			t.Fatal(err)
		}
	})
}

// race lets all choose for one order at once, and says what stands.
func race(t *testing.T, d, other *desk.Desk, order string) string {
	t.Helper()
	outOfStock(t, d, order)
	id := order + "-1"
	offer := func(supplier string, price int64) recourse.Offer {
		return recourse.Offer{Supplier: supplier, SKU: "x", Same: true, Price: recourse.Money{Minor: price, Currency: "CNY"}, Stock: 9}
	}
	tell := func(n *desk.Desk, ev recourse.Event) (desk.Result, error) {
		ev.Data.Order, ev.Data.Case = order, id
		return n.Tell(context.Background(), shop, desk.Fact{Event: ev, By: ev.Source})
	}
	if _, err := tell(d, recourse.Event{Source: "agent", Type: recourse.OffersFound, Data: recourse.Data{Offers: []recourse.Offer{offer("A", 9200), offer("B", 9300), offer("C", 9400)}}}); err != nil {
		t.Fatal(err)
	}
	wish := func(n *desk.Desk, w desk.Wish) error {
		w.Case = id
		_, err := n.ChooseOffer(context.Background(), shop, w)
		return err
	}
	runners := []func() error{
		func() error { return wish(d, desk.Wish{Offer: offer("A", 9200), By: "Ada", Once: "ada" + order}) },
		func() error { return wish(other, desk.Wish{Offer: offer("B", 9300), By: "Bob", Once: "bob" + order}) },
		func() error {
			return wish(other, desk.Wish{Offer: offer("C", 9400), By: "buyer", Buyer: true, Once: "buyer" + order})
		},
		func() error { // a program, by the bare fact
			_, err := tell(d, recourse.Event{Source: "program", Type: recourse.RemedyChosen, Data: recourse.Data{Remedy: recourse.RemedyReorder, By: recourse.PartyMerchant, Supplier: "B"}})
			return err
		},
		func() error { // the catalogue has one that the policy may take alone
			_, err := tell(other, recourse.Event{Source: "catalogue", Type: recourse.OffersFound, Data: recourse.Data{Offers: []recourse.Offer{offer("D", 9000)}}})
			return err
		},
		func() error { // the buyer's money, in another window
			if len(order)%2 == 0 {
				return nil
			}
			_, err := tell(d, recourse.Event{Source: "buyer", Type: recourse.RemedyChosen, Data: recourse.Data{Remedy: recourse.RemedyRefund, By: recourse.PartyBuyer}})
			return err
		},
	}
	errs := make([]error, len(runners))
	var start, done sync.WaitGroup
	start.Add(1)
	for i, run := range runners {
		done.Go(func() { start.Wait(); errs[i] = run() })
	}
	start.Done()
	done.Wait()
	won := 0
	for i, err := range errs[:3] {
		switch code := recourse.CodeOf(err); {
		case err == nil:
			won++
		case code != "offer_stands" && code != "version_changed" && code != "offer_not_taken" && code != "confirmation_needed":
			t.Errorf("round %s: runner %d is told %v", order, i, err)
		}
	}
	if won > 1 {
		t.Errorf("round %s: %d of three who chose offers were told that theirs was taken", order, won)
	}
	return standing(t, d, id)
}

// standing is what stands of a case: no money and goods both.
func standing(t *testing.T, d *desk.Desk, id string) string {
	t.Helper()
	v, err := d.Case(t.Context(), shop, id)
	if err != nil {
		t.Fatal(err)
	}
	bought, taken := 0, ""
	for _, e := range v.EffectsOf(id) {
		switch {
		case e.Kind == recourse.EffectReorder && e.Status != store.Dropped && e.Status != store.Failed:
			bought++
			taken = e.Supplier
		}
	}
	money := 0
	for _, r := range v.File.Refunds {
		if r.Case == id && r.Status.Active() {
			money++
		}
	}
	c := v.File.Case(id)
	switch {
	case bought > 1 || money > 1:
		t.Errorf("%s: %d purchases and %d refunds", id, bought, money)
	case c.SentAgain.Remedy == "" && money == 0:
		t.Errorf("%s: the buyer has neither goods nor money", id)
	case c.SentAgain.Remedy != "" && money > 0:
		t.Errorf("%s: the buyer would get goods and money", id)
	case c.SentAgain.Remedy == "":
		return "money"
	}
	return taken
}
