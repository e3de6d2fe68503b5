package hub_test

import (
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/hub"
	"recourse/peer"
	"recourse/store"
)

// TestReplayedDelivery: a delivery that somebody caught and sends again makes no second receipt, however often, for as long
// as receipts are kept (180 days), its body long gone. With another X-Shopify-Webhook-Id, which no signature covers, it is
// taken in, and its facts are known by their own ids: nothing happens a second time.
func TestReplayedDelivery(t *testing.T) {
	lamps := peer.NewShopify("lamps")
	lamps.Points, lamps.Restore = 1e9, 1e9
	server := httptest.NewServer(lamps)
	defer server.Close()
	there, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kind := *connect.KindOf("shopify")
	kind.Client = func(*recourse.Connection) *call.Client { return call.New(call.Options{Transport: elsewhere{there}}) }
	w := open(t, filepath.Join(t.TempDir(), "recourse.db"), hub.Options{Kinds: []*connect.Kind{&kind}})
	lamps.Now = w.now
	_, err = w.Add(t.Context(), shop, hub.Change{ID: "lamps", Kind: "shopify", Settings: map[string]string{"shop": "lamps"}, Secrets: map[string]string{"token": lamps.Token, "secret": lamps.Secret}})
	w.must(err)
	o := lamps.Place(peer.ShopifyOrder{Lines: []peer.ShopifyLine{{SKU: "LAMP", Title: "Lamp", Quantity: 2, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}}})
	lamps.Refund(o, "goodwill", recourse.Money{Minor: 2990, Currency: "EUR"}, map[int64]int{o.Lines[0].ID: 1})
	caught := lamps.Webhooks()
	receipts := func() int {
		t.Helper()
		var all []store.Receipt
		w.must(w.store.Read(t.Context(), func(tx *store.Tx) (err error) {
			all, _, err = tx.Receipts(shop, "lamps", store.ReceiptFilter{Limit: 200})
			return err
		}))
		return len(all)
	}
	again := func(id string) {
		t.Helper()
		for i, hook := range caught {
			h := hook.Header.Clone()
			if id != "" {
				h.Set("X-Shopify-Webhook-Id", id+string(rune('a'+i)))
			}
			_, err := w.Take(t.Context(), shop, "lamps", h, hook.Body)
			w.must(err)
		}
		for range 4 {
			w.read()
			w.pass(2 * time.Second)
		}
	}
	again("")
	first, version := receipts(), w.version("1001")
	if first == 0 || version == 0 || len(w.file("1001").Refunds) != 1 {
		t.Fatalf("%d receipts, version %d, %+v", first, version, w.file("1001").Refunds)
	}
	for _, later := range []time.Duration{time.Minute, 29 * 24 * time.Hour, 60 * 24 * time.Hour, 89 * 24 * time.Hour} {
		w.pass(later)
		w.must(w.Sweep(t.Context()))
		again("")
		if n := receipts(); n != first {
			t.Errorf("%s later: %d receipts, not %d", later, n, first)
		}
	}
	again("forged-")
	if n := receipts(); n != 2*first {
		t.Errorf("under other ids: %d receipts, not %d", n, 2*first)
	}
	w.pass(180 * 24 * time.Hour)
	w.must(w.Sweep(t.Context()))
	again("")
	if f := w.file("1001"); len(f.Refunds) != 1 || f.Refunds[0].Amount.Minor != 2990 || f.Order.Paid.Minor != 5980 {
		t.Errorf("paid twice: %+v", f.Refunds)
	}
	events := map[recourse.EventType]int{}
	for _, e := range w.history("1001") {
		if e.Event != nil {
			events[e.Event.Type]++
		}
	}
	if events[recourse.RefundSucceeded] != 1 {
		t.Errorf("%v", events)
	}
}
