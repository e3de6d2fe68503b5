package text

import (
	"strings"
	"testing"
	"time"

	"recourse"
)

// TestNewData tells facts from what only looks like one.
func TestNewData(t *testing.T) {
	buyer := recourse.Effect{Case: "1001-1", Step: 2, At: day(time.March, 6), To: recourse.PartyBuyer, Lines: []recourse.Pieces{{Line: 1, Quantity: 2}, {Line: 9, Quantity: 1}}}
	for name, tt := range map[string]struct {
		change func(*recourse.OrderFile, *recourse.Effect)
		right  func(Data) bool
	}{
		"the buyer is named to the buyer": {nil, func(d Data) bool { return d.Buyer == "Camille Martin" }},
		"and to nobody else":              {to(recourse.PartySupplier), func(d Data) bool { return d.Buyer == "" }},
		"the parcel of the purchase":      {nil, func(d Data) bool { return d.Tracking == "LP00123456CN" && d.Shipped && d.LateDays == 2 }},
		"nothing on its way":              {unshipped, func(d Data) bool { return d.Tracking == "" && !d.Shipped && d.Customs == recourse.Customs{} }},
		"delivered":                       {delivered, func(d Data) bool { return d.Delivered && d.DeliveredAt.Equal(day(time.March, 19)) }},
		"delivered to the warehouse": {both(delivered, func(f *recourse.OrderFile, _ *recourse.Effect) { f.Parcels[0].Leg = recourse.Domestic }),
			func(d Data) bool { return !d.Delivered && d.DeliveredAt.IsZero() }},
		"a refund is requested": {requested, func(d Data) bool { return d.RefundAsked && d.Amount.Minor == 5980 }},
		"a refund was rejected": {both(requested, func(f *recourse.OrderFile, _ *recourse.Effect) { f.Refunds[0].Status = recourse.RefundRejected }),
			func(d Data) bool { return !d.RefundAsked && d.Amount.IsZero() }},
		"another case's refund": {both(requested, func(f *recourse.OrderFile, _ *recourse.Effect) { f.Refunds[0].Case = "1001-2" }),
			func(d Data) bool { return !d.RefundAsked }},
		"the effect's own amount": {both(requested, func(_ *recourse.OrderFile, e *recourse.Effect) { e.Amount = recourse.Money{Minor: 1, Currency: "EUR"} }),
			func(d Data) bool { return d.RefundAsked && d.Amount.Minor == 1 }},
		"the first message of a state": {nil, func(d Data) bool { return !d.Reminder }},
		"again in the same state":      {func(_ *recourse.OrderFile, e *recourse.Effect) { e.At = day(time.March, 9) }, func(d Data) bool { return d.Reminder }},
		"the state has been left": {func(f *recourse.OrderFile, e *recourse.Effect) { e.At, f.Cases[0].Step = day(time.March, 9), 3 },
			func(d Data) bool { return !d.Reminder }},
		"a question to the merchant": {func(f *recourse.OrderFile, _ *recourse.Effect) {
			f.Cases[0].Asks = []recourse.Question{{Of: recourse.PartyMerchant, Choices: []string{"refund", "close"}, Due: day(time.March, 9)}}
		}, func(d Data) bool { return !d.Choosing && d.ChooseBy.IsZero() }},
		"a question for an address": {func(f *recourse.OrderFile, _ *recourse.Effect) {
			f.Cases[0].Asks = []recourse.Question{{Of: recourse.PartyBuyer, Choices: []string{"address"}, Due: day(time.March, 9)}}
		}, func(d Data) bool { return !d.Choosing }},
		"a line that the order has not": {nil, func(d Data) bool {
			return len(d.Goods) == 2 && d.Goods[0].Title == "Desk lamp, blue" && d.Goods[1] == Goods{Line: 9, Quantity: 1}
		}},
		"no case": {func(_ *recourse.OrderFile, e *recourse.Effect) { e.Case = "" }, func(d Data) bool { return d.Situation == "" && d.Purchase == "TM-5500123" && d.Shipped }},
	} {
		file, e := story(), buyer
		if tt.change != nil {
			tt.change(file, &e)
		}
		if d := NewData(file, e); !tt.right(d) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// TestTimesOnTheReadersClock moves every time of a message to the zone of who reads it.
func TestTimesOnTheReadersClock(t *testing.T) {
	d := NewData(story(), recourse.Effect{Case: "1001-1", At: day(time.March, 6), To: recourse.PartySupplier})
	_, here, err := In("en").Message("expedite", d)
	if err != nil {
		t.Fatal(err)
	}
	_, there, err := In("en").At(time.FixedZone("", -8*3600)).Message("expedite", d)
	if err != nil {
		t.Fatal(err)
	}
	for want, body := range map[string]string{"4 March 2026, 10:00 (UTC+8)": here, "3 March 2026, 18:00 (UTC-8)": there} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}
