package stripe_test

import (
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/effect/stripe"
	"recourse/peer"
)

// TestRuns: random runs through everything that can go wrong, requests that come twice among it. Stripe honours keys for a
// day and tells of its refunds for ever: in the end all is known.
func TestRuns(t *testing.T) { runs(t).Run(t, 25) }

func runs(t *testing.T) effecttest.Suite {
	t.Helper()
	account := peer.NewStripe("sk_test_1")
	var now atomic.Int64
	account.Now = func() time.Time { return time.UnixMicro(now.Load()) }
	return effecttest.Suite{
		Peer: account,
		Kind: func(url string) effect.Kind {
			peer := call.New(call.Options{Timeout: 100 * time.Millisecond})
			return effect.Kind{Group: "payment", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: func(c *recourse.Connection) effect.Sender {
				own := *c
				own.Settings = map[string]string{"url": url}
				return stripe.New(&own, peer)
			}}
		},
		Connection: recourse.Connection{ID: "stripe", Kind: "stripe", Secrets: map[string]string{"key": "sk_test_1"}},
		Left: func(effectID, _ string) (out []recourse.Money) {
			for _, n := range account.LeftFor(effectID) {
				out = append(out, recourse.Money{Minor: n, Currency: "EUR"})
			}
			return out
		},
		Order:   func(d *recourse.Data) { account.Pay(d.Payment.ID, "ch_"+d.Order, "eur", d.Paid.Minor) },
		Faults:  peer.Faults,
		Clock:   func(at time.Time) { now.Store(at.UnixMicro()) },
		Certain: true,
	}
}
