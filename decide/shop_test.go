package decide_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/decide"
)

// stands is the order as a shop tells it, changed last at an instant.
func stands(id string, updated time.Time, street string) *recourse.Event {
	ev := *placed()
	ev.ID, ev.UpdatedAt = id, updated
	ev.ShipTo = &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: street}
	return &ev
}

// TestOrderToldLate: shops tell at least once and in any order. The order stands as its newest telling says, whatever comes
// last.
func TestOrderToldLate(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	first, second, third := stands("u1", day(1), "1 rue A"), stands("u2", day(2), "2 rue B"), stands("u3", day(3), "1 rue A")
	for name, events := range map[string][]*recourse.Event{
		"in order": {first, second, third}, "backwards": {third, second, first}, "muddled": {second, third, first}, "twice": {first, third, second, third, first},
	} {
		file, _ := taken(d, day(4), events...)
		if file.Order.ShipTo.Street != "1 rue A" || !file.Order.UpdatedAt.Equal(day(3)) {
			t.Errorf("%s: %s at %s", name, file.Order.ShipTo.Street, file.Order.UpdatedAt)
		}
	}
	untimed := stands("u4", time.Time{}, "3 rue C") // by an export, which says no instant: taken as it comes
	file, _ := taken(d, day(4), first, third, untimed)
	if file.Order.ShipTo.Street != "3 rue C" || !file.Order.UpdatedAt.Equal(day(3)) {
		t.Errorf("untimed: %s at %s", file.Order.ShipTo.Street, file.Order.UpdatedAt)
	}
}

func shipped(id, parcel, tracking, ref string) *recourse.Event {
	ev := about(recourse.ParcelShipped, func(x *recourse.Data) { x.Parcel, x.Tracking, x.Ref = parcel, tracking, ref })
	ev.ID, ev.Time = id, day(1)
	return ev
}

// TestOneParcel: a parcel whose number is told later, or corrected, stays one; and it is found by its number.
func TestOneParcel(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, day(2), placed(), bought(),
		shipped("s1", "1001.1", "", "gid-1"), shipped("s2", "YT1", "YT1", "gid-1"), shipped("s3", "YT2", "YT2", "gid-1"), shipped("s4", "YT9", "YT9", "gid-2"))
	if len(file.Parcels) != 2 || file.Parcels[0].ID != "1001.1" || file.Parcels[0].Tracking != "YT2" || file.Parcels[1].ID != "YT9" {
		t.Fatalf("%+v", file.Parcels)
	}
	scan := about(recourse.ParcelScanned, func(x *recourse.Data) { x.Parcel, x.Status = "YT2", recourse.Delivered })
	scan.ID, scan.Time = "scan", day(2)
	file = d.Event(file, scan, day(2)).File
	if len(file.Parcels) != 2 || file.Parcels[0].Status != recourse.Delivered {
		t.Errorf("%+v", file.Parcels)
	}
}

// TestOurRefundToldByTheShop: whoever carried the refund out told first, and the shop tells of it as well, in either order.
// It is no money that left without us, and no second refund.
func TestOurRefundToldByTheShop(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, effects := taken(d, day(1), placed(), bought(), about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" }))
	act := ""
	var amount recourse.Money
	for _, e := range effects {
		if e.Kind == recourse.EffectRefund {
			act, amount = e.ID, e.Amount
		}
	}
	ours := about(recourse.EffectDone, func(x *recourse.Data) { x.Effect = act })
	ours.ID = "done"
	shops := about(recourse.RefundSucceeded, func(x *recourse.Data) { x.Effect, x.Amount, x.Lines = act, amount, []recourse.Pieces{{Line: 1}} })
	shops.ID = "refund/1/succeeded"
	for _, order := range [][]*recourse.Event{{ours, shops}, {shops, ours}} {
		f := file
		for _, ev := range order {
			decision := d.Event(f, ev, day(2))
			for _, e := range decision.Entries {
				if e.Why.Code == recourse.WhyOutside {
					t.Errorf("after %s: money outside", ev.ID)
				}
			}
			f = decision.File
		}
		if len(f.Refunds) != 1 || f.Refunds[0].Status != recourse.RefundDone || f.Refunds[0].Outside {
			t.Errorf("%+v", f.Refunds)
		}
	}
}
