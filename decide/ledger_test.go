package decide_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
	"recourse/decide"
	"recourse/ledger"
)

// TestLedger: whatever happens to an order, every posting adds up to nothing in each currency, and all of them together are
// the balances of the file as it then stands.
func TestLedger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []ledger.Posting
		file := drawHistory(t).play(func(before *recourse.OrderFile, d decide.Decision, _ time.Time) {
			posted := ledger.Post(before, d.File)
			if !ledger.Balanced(posted) {
				t.Fatalf("one posting is not balanced: %+v", posted)
			}
			if posted == nil && !equalSums(ledger.Of(before), ledger.Of(d.File)) {
				t.Fatalf("money moved and nothing was posted: %+v, %+v", before.Refunds, d.File.Refunds)
			}
			all = append(all, posted...)
		})
		if is := ledger.Of(file); !equalSums(all, is) {
			t.Fatalf("what was posted is %v, the file says %v", ledger.Sum(all), ledger.Sum(is))
		}
	})
}

func equalSums(a, b []ledger.Posting) bool {
	x, y := ledger.Sum(a), ledger.Sum(b)
	for _, account := range ledger.Accounts {
		for _, currency := range []recourse.Currency{"EUR", "CNY", ""} {
			if x[account][currency] != y[account][currency] {
				return false
			}
		}
	}
	return true
}
