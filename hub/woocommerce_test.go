package hub_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/connect"
	"recourse/hub"
	"recourse/peer"
	"recourse/store"
)

// TestWooCommerce lets a shop and its payment provider tell all they have to tell, through the door: an order, a refund
// made in the shop, a dispute that names the payment alone; then the shop falls silent, which the connection says.
func TestWooCommerce(t *testing.T) {
	connect.Loopback = true
	databases(t, func(w *world) {
		shopAt := peer.NewWooCommerce("ck", "cs")
		shopAt.Now = w.now
		rest := httptest.NewServer(shopAt)
		refusing := false
		door := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, err := w.Take(r.Context(), shop, filepath.Base(r.URL.Path), r.Header, body)
			if err != nil || refusing {
				rw.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		w.Cleanup(func() { rest.Close(); door.Close() })
		_, err := w.Add(w.Context(), shop, hub.Change{ID: "woo", Kind: "woocommerce", Settings: map[string]string{"url": rest.URL}, Secrets: map[string]string{"key": "ck", "key_secret": "cs", "secret": "whsec"}})
		w.must(err)
		_, err = w.Add(w.Context(), shop, hub.Change{ID: "stripe", Kind: "stripe", Secrets: map[string]string{"key": "sk_test_1", "secret": "whsec_test"}})
		w.must(err)
		w.must(w.Register(w.Context(), shop, "woo", door.URL))
		w.must(w.Test(w.Context(), shop, "woo"))

		body, err := os.ReadFile("../intake/woocommerce/testdata/order.json")
		w.must(err)
		now := w.now().Format("2006-01-02T15:04:05")
		_, err = shopAt.Add(strings.NewReplacer("2026-11-02T09:05:00", now, "2026-11-02T09:04:05", now).Replace(string(body)))
		w.must(err)
		told := func(topic string, want int) {
			w.Helper()
			n, err := shopAt.Tell(door.Client(), topic, 727)
			w.must(err)
			if n != want {
				w.Fatalf("%s: %d took it", topic, n)
			}
			w.read()
		}
		told("order.created", 1)
		f := w.file("10727")
		if f.Order.Ref != "727" || f.Order.Payment == nil || f.Order.Payment.ID != "ch_3PxWoo" || f.Order.Channel != "woo" || len(f.Parcels) != 1 || f.Order.PaidFor(1).Minor != 3000 {
			w.Fatalf("%+v", f.Order)
		}

		req, err := http.NewRequest(http.MethodPost, rest.URL+"/wp-json/wc/v3/orders/727/refunds", strings.NewReader(`{"amount":"10.00","line_items":[{"id":315,"quantity":1,"refund_total":"8.33","refund_tax":[{"id":75,"refund_total":"1.67"}]}]}`))
		w.must(err)
		req.SetBasicAuth("ck", "cs")
		res, err := http.DefaultClient.Do(req)
		w.must(err)
		res.Body.Close()
		told("order.updated", 1)
		for range 2 { // by the webhook, and then by the look at the shop: once
			if f = w.file("10727"); len(f.Refunds) != 1 || !f.Refunds[0].Outside || f.Refunds[0].Amount.Minor != 1000 || len(f.Refunds[0].Lines) != 1 || f.Refunds[0].Lines[0] != (recourse.Pieces{Line: 1, Quantity: 1}) {
				w.Fatalf("%+v", f.Refunds)
			}
			w.pass(6 * time.Minute)
			_, err = w.Poll(w.Context())
			w.must(err)
			w.read()
		}

		call, err := peer.StripeWebhook(door.URL+"/in/shop/stripe", "whsec_test", "evt_1", "refund.created",
			map[string]any{"id": "re_1", "amount": 500, "currency": "eur", "payment_intent": "pi_other", "charge": "ch_3PxWoo", "status": "succeeded"}, w.now())
		w.must(err)
		res, err = door.Client().Do(call)
		w.must(err)
		res.Body.Close()
		w.read()
		if r := w.receipt("stripe", "evt_1"); r.Status != store.ReceiptDone {
			w.Errorf("what Stripe told of a payment: %+v", r)
		}

		refusing = true
		for range 5 {
			told("order.updated", 0)
		}
		refusing = false
		if err := w.Test(w.Context(), shop, "woo"); code(err) != "webhook_disabled" {
			w.Errorf("the test says %v", err)
		}
		w.pass(6 * time.Minute)
		_, err = w.Poll(w.Context())
		w.must(err)
		if c, err := w.Connection(w.Context(), shop, "woo"); err != nil || c.Failure != "webhook_disabled" {
			w.Errorf("the connection says %q, %v", c.Failure, err)
		}
		told("order.updated", 1)
	})
}

// file is an order as it stands.
