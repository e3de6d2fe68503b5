package decide_test

import (
	"fmt"
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/ledger"
)

// TestLateMoney: money that comes for a recovery that is settled is an income of its own, in the books of the day that it came.
func TestLateMoney(t *testing.T) {
	cny := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "CNY"} }
	usd := recourse.Money{Minor: 1100, Currency: "USD"}
	came := func(m recourse.Money) recourse.Event {
		return recourse.Event{Type: recourse.RecoveryReceivedNow, Data: recourse.Data{Purchase: "T-1", Amount: m}}
	}
	denied := recourse.Event{Type: recourse.RecoveryDeniedNow, Data: recourse.Data{Purchase: "T-1"}}
	off := recourse.Event{Type: recourse.RecoveryWrittenOffNow, Data: recourse.Data{Purchase: "T-1"}}
	for name, c := range map[string]struct {
		cost               recourse.Money
		then               []recourse.Event
		cash, income, lost int64 // of CNY: debits positive, credits negative
		dollars            int64
		recoveries         int
	}{
		"denied, then it comes":            {cny(8000), []recourse.Event{denied, came(cny(8000))}, 8000, -16000, 8000, 0, 2},
		"written off, then it comes twice": {cny(8000), []recourse.Event{off, came(cny(5000)), came(cny(1000))}, 6000, -14000, 8000, 0, 2},
		"come in full, then more":          {cny(8000), []recourse.Event{came(cny(8000)), came(cny(500))}, 8500, -8500, 0, 0, 2},
		"in two currencies":                {cny(8000), []recourse.Event{denied, came(cny(100)), came(usd), came(usd), came(cny(1))}, 101, -8101, 8000, 2200, 3},
		"without an amount":                {cny(8000), []recourse.Event{denied, came(recourse.Money{})}, 0, -8000, 8000, 0, 1},
		"of another purchase":              {cny(8000), []recourse.Event{denied, {Type: recourse.RecoveryReceivedNow, Data: recourse.Data{Purchase: "T-9", Amount: cny(100)}}}, 0, -8000, 8000, 0, 1},
		"not known, then it comes":         {recourse.Money{}, []recourse.Event{came(cny(700)), came(cny(300))}, 1000, -1000, 0, 0, 2},
	} {
		policy, err := builtins()[0].With(nil)
		if err != nil {
			t.Fatal(err)
		}
		d, now := decide.New(policy), time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
		file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
		var posted []ledger.Posting
		buy := recourse.Event{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Purchase: "T-1", Lines: []recourse.Pieces{{Line: 1}}, Cost: c.cost}}
		for i, ev := range append([]recourse.Event{*placed(), buy, {Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Purchase: "T-1"}}}, c.then...) {
			ev.Source, ev.ID, ev.Order = "test", fmt.Sprint(i), "1001"
			now = now.Add(time.Hour)
			next := d.Event(file, &ev, now).File
			posted = append(posted, ledger.Post(file, next)...)
			file = next
			if i == 2 && c.cost.IsZero() && ledger.Sum(posted)[ledger.UnknownRecoverable][ledger.NoCurrency] != 1 {
				t.Errorf("%s: a claim of unknown amount has no memorandum: %v", name, ledger.Sum(posted))
			}
		}
		sum := ledger.Sum(posted)
		if sum[ledger.Cash]["CNY"] != c.cash || sum[ledger.Recoveries]["CNY"] != c.income || sum[ledger.NotRecovered]["CNY"] != c.lost || sum[ledger.Cash]["USD"] != c.dollars || sum[ledger.UnknownRecoverable][ledger.NoCurrency] != 0 {
			t.Errorf("%s: %v", name, sum)
		}
		if len(file.Recoveries) != c.recoveries || !ledger.Balanced(posted) || !equalSums(posted, ledger.Of(file)) {
			t.Errorf("%s: %d recoveries, %v", name, len(file.Recoveries), ledger.Sum(ledger.Of(file)))
		}
	}
}
