package desk_test

import (
	"context"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/playbook"
	"recourse/store"
)

// damaged tells a desk an order whose parcel was delivered at the clock's instant, and a buyer's report of damage.
func damaged(t *testing.T, d *desk.Desk, order, supplier string, at time.Time) {
	t.Helper()
	told := []recourse.Event{
		{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Channel: "shop", Items: []recourse.Line{{Line: 1, SKU: "K", Title: "Kite", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}},
			ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: "12 rue Garibaldi"}}},
		{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "T-" + order, Supplier: supplier, Cost: recourse.Money{Minor: 8000, Currency: "CNY"}, ShipFrom: "CN"}},
		{Type: recourse.ParcelShipped, Data: recourse.Data{Order: order, Parcel: "P-" + order, Leg: recourse.International}},
		{Type: recourse.ParcelScanned, Data: recourse.Data{Order: order, Parcel: "P-" + order, Status: recourse.Delivered, Leg: recourse.International}},
		{Type: recourse.ProblemReported, Data: recourse.Data{Order: order, Problem: "damaged_item"}},
	}
	for _, ev := range told {
		ev.Source, ev.ID, ev.Time = "test", string(ev.Type)+order, at
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev}); err != nil {
			t.Fatal(err)
		}
	}
}

// dropship lets the merchant go by the playbook that has claim windows.
func dropship(t *testing.T, d *desk.Desk) {
	t.Helper()
	book, err := playbook.Builtin("dropship")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(map[string]string{"evidence.give_up_after": "60 days"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), shop, "Shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
}

func claimOf(t *testing.T, d *desk.Desk, id string) store.Claim {
	t.Helper()
	c, ok, err := d.ClaimOf(t.Context(), shop, id)
	if err != nil || !ok {
		t.Fatalf("the claim of %s: %v, %v", id, ok, err)
	}
	return c
}

func put(t *testing.T, d *desk.Desk, w ...recourse.ListedWindow) {
	t.Helper()
	if err := d.PutWindows(t.Context(), shop, w, "me"); err != nil {
		t.Fatal(err)
	}
}

func of(supplier, marketplace string, days int) recourse.ListedWindow {
	return recourse.ListedWindow{Supplier: supplier, ClaimWindow: recourse.ClaimWindow{Marketplace: marketplace, From: recourse.WindowFromDelivered, Days: days, WarnDays: 3}}
}

// TestWindowMoves: the most specific window holds, a change moves the deadline of a running case by a fact of its history, and
// what was closed stays closed.
func TestWindowMoves(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		c := &clock{at: start}
		d := open(t, address, c.now)
		dropship(t, d)
		damaged(t, d, "1", "hangzhou", start)
		ends := func(want int, rule recourse.WindowRule) {
			t.Helper()
			if got := claimOf(t, d, "1-1"); !got.EndsAt.Equal(start.AddDate(0, 0, want)) || got.Window.Rule != rule || got.Amount.Minor != 8000 {
				t.Errorf("it ends %s by %s, for %s; day %d by %s was wanted", got.EndsAt, got.Window.Rule, got.Amount, want, rule)
			}
		}
		ends(15, recourse.WindowOfPlaybook)
		put(t, d, of("", "", 20))
		ends(20, recourse.WindowOfAll)
		if err := d.PutMarketplace(t.Context(), shop, "", "alibaba"); err != nil {
			t.Fatal(err)
		}
		ends(20, recourse.WindowOfAll) // the merchant's own word counts more than a default of the program
		if err := d.DropWindow(t.Context(), shop, "", "", ""); err != nil {
			t.Fatal(err)
		}
		ends(30, recourse.WindowBuiltIn)
		put(t, d, of("", "alibaba", 12), of("hangzhou", "", 9))
		ends(9, recourse.WindowOfSupplier)
		c.set(start.AddDate(0, 0, 6))
		drain(t, d)
		warning := func(want time.Time, status recourse.CaseStatus) {
			t.Helper()
			v, err := d.Order(t.Context(), shop, "1")
			if err != nil || len(v.File.Cases) != 2 {
				t.Fatalf("%d cases, %v", len(v.File.Cases), err)
			}
			w := v.File.Cases[1]
			if w.Situation != "claim_window_closing" || w.Status != status || status == recourse.Open && !v.Decider.NextDeadline(v.File, w.ID).Equal(want) {
				t.Errorf("%s is %s, due %s; %s was wanted", w.Situation, w.Status, v.Decider.NextDeadline(v.File, w.ID), want)
			}
		}
		warning(start.AddDate(0, 0, 9), recourse.Open)
		put(t, d, of("hangzhou", "", 11))
		warning(start.AddDate(0, 0, 11), recourse.Open)
		c.set(start.AddDate(0, 0, 11))
		drain(t, d)
		warning(time.Time{}, recourse.Closed)
		if got := claimOf(t, d, "1-1"); got.State(c.now()) != store.ClaimMissed {
			t.Errorf("it is %s", got.State(c.now()))
		}
		put(t, d, of("hangzhou", "", 30))
		c.set(start.AddDate(0, 0, 28))
		drain(t, d)
		warning(time.Time{}, recourse.Closed)
		if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("verify: %+v", f) }, func(desk.Verified) {}); err != nil {
			t.Error(err)
		}
	})
}

// TestWindowToldStays: a window that somebody told by hand is not overwritten by a table, and a supplier whose address is known
// counts to its marketplace.
func TestWindowToldStays(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		d := open(t, address, (&clock{at: start}).now)
		dropship(t, d)
		damaged(t, d, "1", "hangzhou", start)
		damaged(t, d, "2", "kites.aliexpress.com", start)
		if got := claimOf(t, d, "2-1"); got.Window.Marketplace != "aliexpress" || got.Window.Rule != recourse.WindowBuiltIn {
			t.Errorf("it is at %q by %q", got.Window.Marketplace, got.Window.Rule)
		}
		until := start.AddDate(0, 0, 40)
		ev := recourse.Event{Source: "test", ID: "w", Type: recourse.ClaimWindowSet, Data: recourse.Data{Order: "1", Purchase: "T-1", Windows: []recourse.ClaimWindow{{EndsAt: until, WarnDays: 3}}}}
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev}); err != nil {
			t.Fatal(err)
		}
		put(t, d, of("hangzhou", "", 9))
		if got := claimOf(t, d, "1-1"); !got.EndsAt.Equal(until) {
			t.Errorf("it ends %s", got.EndsAt)
		}
		ev.ID, ev.Type, ev.Data = "e", recourse.EvidenceReceived, recourse.Data{Order: "2", Kind: "photo"}
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev}); err != nil {
			t.Fatal(err)
		}
		if got := claimOf(t, d, "2-1"); got.State(start) != store.ClaimFiled {
			t.Errorf("it is %s", got.State(start))
		}
		ev.ID, ev.Type, ev.Data = "p", recourse.ProblemWithdrawn, recourse.Data{Order: "1"}
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev}); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := d.ClaimOf(t.Context(), shop, "1-1"); ok || err != nil {
			t.Errorf("a problem that was taken back is claimed for: %v", err)
		}
	})
}

// TestWindowRefused: what cannot be is refused with its code, and nothing of it is kept.
func TestWindowRefused(t *testing.T) {
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	d := open(t, t.TempDir()+"/r.db", (&clock{at: start}).now)
	for code, w := range map[string]recourse.ListedWindow{
		"window_days":      of("A", "", 0),
		"window_from":      {ClaimWindow: recourse.ClaimWindow{From: "birth", Days: 3}},
		"window_warn":      {ClaimWindow: recourse.ClaimWindow{From: "shipped", Days: 3, WarnDays: -1}},
		"window_country":   {ClaimWindow: recourse.ClaimWindow{From: "shipped", Days: 3, Country: "China"}},
		"windows_calendar": {ClaimWindow: recourse.ClaimWindow{From: "shipped", Days: 3, Country: "QQ"}},
		"window_problem":   {ClaimWindow: recourse.ClaimWindow{From: "shipped", Days: 3, Problem: "It broke"}},
	} {
		if err := d.PutWindows(t.Context(), shop, []recourse.ListedWindow{of("B", "", 3), w}, "me"); recourse.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	all, err := d.Windows(t.Context(), shop)
	if err != nil || len(all.Own) != 0 {
		t.Errorf("%v are kept: %v", all.Own, err)
	}
	if err := d.DropWindow(context.Background(), shop, "A", "", ""); recourse.CodeOf(err) != "window_unknown" {
		t.Errorf("got %v", err)
	}
}
