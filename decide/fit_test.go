package decide_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/ledger"
)

// TestBadMoney: money told wrongly, or an order edited under a refund, loses nothing and pays nothing twice.
func TestBadMoney(t *testing.T) {
	items := func(quantity int, second int64) []recourse.Line {
		return []recourse.Line{{Line: 1, SKU: "A", Quantity: quantity, Price: eur(1500)}, {Line: 2, SKU: "B", Quantity: 1, Price: eur(second)}}
	}
	placed := recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Items: items(2, 1500)}}
	bought := recourse.Event{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Purchase: "T-1", Lines: []recourse.Pieces{{Line: 1}}, Cost: cny(8000)}}
	failed := recourse.Event{Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Purchase: "T-1"}}
	for name, c := range map[string]struct {
		then []recourse.Event
		want string // refunds, then recoveries: amount status, with ! for money that left without us
	}{
		"as it should be":                      {nil, "30.00 EUR requested; 80.00 CNY requested, came "},
		"the other line is refunded, too much": {[]recourse.Event{{Type: recourse.RefundSucceeded, Data: recourse.Data{Amount: eur(2000), Lines: []recourse.Pieces{{Line: 2}}}}}, "30.00 EUR withdrawn, 20.00 EUR done!, 25.00 EUR requested; 80.00 CNY requested, came "},
		"told again with fewer pieces":         {[]recourse.Event{{Type: recourse.OrderPlaced, Data: recourse.Data{Items: items(1, 1500)}}}, "30.00 EUR withdrawn, 15.00 EUR requested; 80.00 CNY requested, came "},
		"told again after it was sent":         {[]recourse.Event{{Type: recourse.RefundSentNow}, {Type: recourse.OrderPlaced, Data: recourse.Data{Items: items(1, 1500)}}}, "30.00 EUR sent; 80.00 CNY requested, came "},
		"more left than was asked for":         {[]recourse.Event{{Type: recourse.RefundSucceeded, Data: recourse.Data{Effect: "refund", Amount: eur(4000)}}}, "30.00 EUR done, 10.00 EUR done!; 80.00 CNY requested, came "},
		"more came than was asked for":         {[]recourse.Event{{Type: recourse.RecoveryReceivedNow, Data: recourse.Data{Purchase: "T-1", Amount: cny(10000)}}}, "30.00 EUR requested; 80.00 CNY received, came 100.00 CNY"},
	} {
		policy, err := builtins()[0].With(nil)
		if err != nil {
			t.Fatal(err)
		}
		d, now := decide.New(policy), time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
		file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
		for i, ev := range append([]recourse.Event{placed, bought, failed}, c.then...) {
			ev.Source, ev.ID, ev.Order = "test", fmt.Sprint(i), "1001"
			if ev.Effect == "refund" {
				ev.Effect = file.Refunds[0].ID
			}
			now = now.Add(time.Hour)
			file = d.Event(file, &ev, now).File
		}
		var refunds, recoveries []string
		for _, r := range file.Refunds {
			mark := ""
			if r.Outside {
				mark = "!"
			}
			refunds = append(refunds, fmt.Sprintf("%s %s%s", r.Amount, r.Status, mark))
		}
		for _, r := range file.Recoveries {
			recoveries = append(recoveries, fmt.Sprintf("%s %s, came %s", r.Amount, r.Status, r.Received))
		}
		if got := strings.Join(refunds, ", ") + "; " + strings.Join(recoveries, ", "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if !ledger.Balanced(ledger.Of(file)) {
			t.Errorf("%s: the books do not balance", name)
		}
	}
}
