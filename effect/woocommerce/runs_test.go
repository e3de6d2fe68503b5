package woocommerce_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/effect/woocommerce"
	"recourse/peer"
)

// TestRuns: random runs through everything that can go wrong, the shop's own death after its gateway has paid among it.
// A shop honours no key: what it does not know is for a person, and nothing leaves twice.
func TestRuns(t *testing.T) { runs(t).Run(t, 25) }

func runs(t *testing.T) effecttest.Suite {
	t.Helper()
	shop := peer.NewWooCommerce("ck", "cs")
	var now atomic.Int64
	shop.Now = func() time.Time { return time.UnixMicro(now.Load()) }
	shop.Died = func() bool { return rand.IntN(10) == 0 }
	return effecttest.Suite{
		Peer: shop,
		Kind: func(url string) effect.Kind {
			peer := call.New(call.Options{Timeout: 100 * time.Millisecond})
			return effect.Kind{Group: "shop", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: func(c *recourse.Connection) effect.Sender {
				own := *c
				own.Settings = map[string]string{"url": url}
				return woocommerce.New(&own, peer)
			}}
		},
		Connection: recourse.Connection{ID: "woo", Kind: "woocommerce", Secrets: map[string]string{"key": "ck", "key_secret": "cs"}},
		Left: func(effectID, _ string) (out []recourse.Money) {
			for _, p := range shop.Payments() {
				if strings.Contains(p.Reason, "[recourse "+effectID+" ") {
					out = append(out, p.Amount)
				}
			}
			return out
		},
		Order: func(d *recourse.Data) {
			l := d.Items[0]
			if _, err := shop.Add(fmt.Sprintf(`{"id":%s,"number":%q,"currency":"EUR","status":"processing","total":"29.90","line_items":[{"id":%s,"quantity":1,"total":"24.92","taxes":[{"id":1,"total":"4.98"}]}]}`, d.Ref, d.Order, l.Ref)); err != nil {
				t.Error(err)
			}
		},
		Clock: func(at time.Time) { now.Store(at.UnixMicro()) },
	}
}
