package intake

import (
	"os"
	"testing"
	"time"

	"recourse"
)

// olistBook is a real order book of 8,381 rows, kept outside the repository.
const olistBook = "../../shared/data/olist/orders.csv"

// olistPurchase is what simple arithmetic needs of a purchase.
type olistPurchase struct{ placed, shipBy, shipped time.Time }

// readOlist gives every purchase of the real book, the weights of its lines, and what was counted.
func readOlist(t *testing.T) (purchases map[string]*olistPurchase, heavy int, sum Summary) {
	t.Helper()
	f, err := os.Open(olistBook)
	if err != nil {
		t.Skipf("the real order book is not here (%v): run where %s is", err, olistBook)
	}
	defer f.Close()
	book := mustOpen(t, f, Options{File: "orders.csv", Profile: exampleProfile(t, "olist.yaml")})
	book.OnReject(func(r Reject) error { t.Errorf("row %d: %s", r.Row, r); return nil })
	purchases = map[string]*olistPurchase{}
	for batch, err := range book.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		heavy += takeOlist(t, purchases, batch)
	}
	return purchases, heavy, book.Summary()
}

// takeOlist keeps the times of a batch and counts the lines over 20 kg of the orders placed in 2017.
func takeOlist(t *testing.T, purchases map[string]*olistPurchase, batch Batch) (heavy int) {
	for _, e := range batch.Events {
		if err := e.Check(); err != nil {
			t.Errorf("rows %d to %d: %s: %v", batch.FirstRow, batch.LastRow, e.ID, err)
		}
		switch e.Type {
		case recourse.OrderPlaced:
			if !e.ShipTo.Partial {
				t.Errorf("order %s: an address without street counts as whole", e.Order)
			}
			for _, l := range e.Items {
				if l.WeightG > 20_000 && e.Time.Year() == 2017 {
					heavy++
				}
			}
		case recourse.PurchasePlacedEvent:
			purchases[e.Purchase] = &olistPurchase{placed: e.Time, shipBy: e.ShipBy}
		case recourse.ParcelShipped:
			purchases[e.Purchase].shipped = e.Time
		}
	}
	return heavy
}

// The truths stand in the book's own README, computed from the table alone.
func TestOlistTruths(t *testing.T) {
	purchases, heavy, sum := readOlist(t)
	zone, _ := time.LoadLocation("America/Sao_Paulo")
	end := time.Date(2018, 3, 1, 0, 0, 0, 0, zone)
	var placed, late2, late4, between int
	for _, p := range purchases {
		if p.placed.In(zone).Year() != 2017 {
			continue
		}
		placed++
		after := func(days int) bool {
			at := p.shipBy.Add(time.Duration(days) * 24 * time.Hour)
			return !at.After(end) && (p.shipped.IsZero() || p.shipped.After(at))
		}
		switch {
		case after(4):
			late2, late4 = late2+1, late4+1
		case after(2):
			late2++
			if !p.shipped.IsZero() && !p.shipped.After(end) {
				between++
			}
		}
	}
	if placed != 3281 || late2 != 531 || late4 != 506 || between != 25 || heavy != 30 {
		t.Errorf("purchases %d, late by two days %d, by four %d, shipped between %d, heavy lines %d; want 3281, 531, 506, 25, 30", placed, late2, late4, between, heavy)
	}
	if sum.Rows != 8381 || sum.Rejected != 0 || sum.WithoutLine != 775 || len(sum.UnknownWords) != 0 {
		t.Errorf("summary %+v; want 8381 rows, none rejected, 775 without a line", sum)
	}
	t.Logf("%+v", sum)
}
