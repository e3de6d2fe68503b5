package shopify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
	"recourse/peer"
)

// world is a shop beside a connection to it, on a clock of its own.
type world struct {
	*testing.T
	shop *peer.Shopify
	c    *recourse.Connection
	peer *call.Client
	now  time.Time
	told map[string]string // events by their ids, as they were told
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, shop: peer.NewShopify("lamps"), c: lamps(), now: at, told: map[string]string{}}
	w.shop.Now = func() time.Time { return w.now }
	w.shop.Points, w.shop.Restore = 1e9, 1e9 // the clock stands still: no points would come back
	server := httptest.NewServer(w.shop)
	t.Cleanup(server.Close)
	w.c.Settings["address"] = server.URL
	w.c.Secrets["token"], w.c.Secrets["secret"] = w.shop.Token, w.shop.Secret
	w.peer = call.New(call.Options{Timeout: 5 * time.Second})
	return w
}

func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

func eur(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }

func (w *world) place() *peer.ShopifyOrder {
	return w.shop.Place(peer.ShopifyOrder{
		Buyer: recourse.Buyer{Name: "Marie Curie", Email: "marie@example.org", Locale: "fr"}, ShipTo: recourse.Address{Country: "FR", City: "Paris", Postcode: "75002", Street: "1 Rue de la Paix", Name: "Marie Curie"},
		Lines:    []peer.ShopifyLine{{SKU: "LAMP", Title: "Lamp", Quantity: 1, Price: eur(2990)}, {SKU: "CABLE", Title: "Cable", Quantity: 3, Price: eur(1245)}},
		Shipping: eur(490), Discount: eur(500), Tax: eur(912), TaxIncluded: true, ShopCurrency: "USD",
	})
}

// hear lets webhooks come in: verified, made whole, read.
func (w *world) hear(all []peer.ShopifyWebhook) {
	w.Helper()
	for _, hook := range all {
		d := intake.Delivery{Header: hook.Header, Body: hook.Body, At: w.now}
		if err := Reader.Verify(w.c, &d); err != nil {
			w.Fatal(err)
		}
		full, err := Reader.Whole(w.Context(), w.c, w.peer, &d)
		if err != nil {
			w.Fatal(err)
		}
		w.take(full)
	}
}

func (w *world) take(d *intake.Delivery) {
	w.Helper()
	m, err := Reader.Read(w.c, d)
	if err != nil {
		w.Fatalf("%s: %v", d.Topic, err)
	}
	if m.Unknown || m.Note == noteLater {
		w.Errorf("%s: unknown %v note %q", d.Topic, m.Unknown, m.Note)
	}
	for i := range m.Events {
		e := &m.Events[i]
		if err := e.Check(); err != nil {
			w.Errorf("%s: %v", e.ID, err)
		}
		raw, _ := json.Marshal(e)
		if known, ok := w.told[e.ID]; ok && known != string(raw) {
			w.Errorf("told twice, and differently:\n%s\n%s", known, raw)
		}
		w.told[e.ID] = string(raw)
	}
}

// look runs a round of the poller, and says how many orders it put down.
func (w *world) look(mark string) (next string, orders int) {
	w.Helper()
	next, err := Poller.Poll(w.Context(), w.c, w.peer, mark, func(_ context.Context, all []intake.Delivery) error {
		for i := range all {
			w.take(&all[i])
		}
		orders += len(all)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return next, orders
}

// live lets things happen to orders at random.
func (w *world) live(rng *rand.Rand, n int) {
	orders := []*peer.ShopifyOrder{w.place(), w.place()}
	for range n {
		w.pass(time.Duration(rng.IntN(5)) * time.Minute) // some things happen in the same second
		o := orders[rng.IntN(len(orders))]
		fulfilments := len(o.Fulfilments)
		switch rng.IntN(10) {
		case 0:
			orders = append(orders, w.place())
		case 1:
			w.shop.Fulfil(o, "YunExpress", fmt.Sprintf("YT%d", rng.IntN(1e6)))
		case 2:
			w.shop.Fulfil(o, "")
		case 3, 4:
			if fulfilments > 0 {
				w.shop.Scan(o, o.Fulfilments[0], []string{"IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED", "LABEL_PRINTED"}[rng.IntN(4)], "Lyon")
			}
		case 5:
			w.shop.Refund(o, "goodwill", eur(100), nil)
		case 6:
			w.shop.Return(o, &peer.ShopifyReturn{Reason: "DEFECTIVE", Lines: map[int64]int{o.Lines[0].ID: 1}}, "REQUESTED")
		case 7:
			w.shop.Dispute(o, &peer.ShopifyDispute{Reason: "FRAUDULENT", Amount: eur(2990), Due: w.now.AddDate(0, 0, 10)}, "NEEDS_RESPONSE")
		case 8:
			w.shop.Change(o, func(o *peer.ShopifyOrder) { o.ShipTo.Street = fmt.Sprintf("%d rue du Lac", rng.IntN(99)) })
		case 9:
			if o.CancelledAt.IsZero() {
				w.shop.Cancel(o)
			}
		}
	}
}

// TestReconciled: webhooks come in any order, twice, or not at all. What the reconciliation then tells has the ids of what
// the webhooks told and says the same, and with it nothing is missing.
func TestReconciled(t *testing.T) {
	for range 40 {
		seed := rand.Uint64()
		rng := rand.New(rand.NewPCG(seed, 0))
		w := newWorld(t)
		w.live(rng, 40)
		all := peer.Muddle(rng, w.shop.Webhooks())
		lost := slices.DeleteFunc(slices.Clone(all), func(peer.ShopifyWebhook) bool { return rng.IntN(3) == 0 })
		w.hear(lost)
		w.look("")
		byBoth := len(w.told)
		// A shop that was only asked knows all that the other has heard, but for how orders stood in between.
		only := newWorld(t)
		only.shop, only.c, only.now = w.shop, w.c, w.now
		only.look("")
		for id := range only.told {
			if _, ok := w.told[id]; !ok {
				t.Errorf("seed %d: %s is missing", seed, id)
			}
		}
		for id := range w.told {
			if _, ok := only.told[id]; !ok && !strings.HasPrefix(id, "order/") {
				t.Errorf("seed %d: %s was told by a webhook alone", seed, id)
			}
		}
		if byBoth == 0 || t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestPages: many orders come page by page; the next round asks for those alone that changed since.
func TestPages(t *testing.T) {
	w := newWorld(t)
	var orders []*peer.ShopifyOrder
	for range 230 {
		w.pass(time.Minute)
		orders = append(orders, w.place())
	}
	mark, n := w.look("")
	if n != 230 {
		t.Fatalf("%d orders", n)
	}
	if _, n = w.look(mark); n != 0 {
		t.Errorf("%d orders were read though nothing changed", n)
	}
	w.pass(time.Hour)
	w.shop.Fulfil(orders[3], "YunExpress", "YT3")
	mark, n = w.look(mark)
	if n != 1 || w.told[fmt.Sprintf("fulfilment/%d/YT3", orders[3].Fulfilments[0].ID)] == "" {
		t.Errorf("%d orders, %v", n, mark)
	}
	if len(mark) > 2000 {
		t.Errorf("the bookmark has %d bytes", len(mark))
	}
}

// TestStopped: a round that is stopped is begun again, and what was put down already is put down once more under the same
// ids.
func TestStopped(t *testing.T) {
	w := newWorld(t)
	for range 150 {
		w.pass(time.Minute)
		w.place()
	}
	ids := map[string]int{}
	stop := errors.New("stop")
	for range 2 {
		Poller.Poll(t.Context(), w.c, w.peer, "", func(_ context.Context, all []intake.Delivery) error {
			for i := range all {
				ids[all[i].ID]++
			}
			return stop
		})
	}
	w.look("")
	for id, n := range ids {
		if n != 2 {
			t.Errorf("%s was put down %d times", id, n)
		}
	}
	if len(ids) != 100 {
		t.Errorf("%d ids", len(ids))
	}
}

// TestPoints: with few points the poller waits for them, and gets everything.
func TestPoints(t *testing.T) {
	w := newWorld(t)
	for range 12 {
		w.pass(time.Minute)
		w.place()
	}
	start := time.Now()
	w.shop.Now = func() time.Time { return w.now.Add(time.Since(start)) }
	w.shop.Points, w.shop.Restore = 1000, 20_000
	if _, n := w.look(""); n != 12 {
		t.Errorf("%d orders", n)
	}
}

// TestLongOrder: what does not fit into one question is asked for by itself.
func TestLongOrder(t *testing.T) {
	w := newWorld(t)
	long := peer.ShopifyOrder{Name: "#77"}
	for i := range 130 {
		long.Lines = append(long.Lines, peer.ShopifyLine{SKU: fmt.Sprint(i), Title: "Thing", Quantity: 1, Price: eur(100)})
	}
	o := w.shop.Place(long)
	for i := range 12 {
		w.shop.Refund(o, "", eur(10), nil)
		w.shop.Return(o, &peer.ShopifyReturn{Reason: "OTHER", Lines: map[int64]int{o.Lines[i].ID: 1}}, "REQUESTED")
		f := w.shop.Fulfil(o, "YunExpress", fmt.Sprint("YT", i))
		w.shop.Scan(o, f, "DELIVERED", "Lyon")
	}
	w.shop.Webhooks()
	w.look("")
	count := map[recourse.EventType]int{}
	for _, raw := range w.told {
		var e recourse.Event
		if err := json.Unmarshal([]byte(raw), &e); err != nil {
			t.Fatal(err)
		}
		count[e.Type]++
		if e.Type == recourse.OrderPlaced && len(e.Items) != 130 {
			t.Errorf("%d lines", len(e.Items))
		}
	}
	if count[recourse.RefundSucceeded] != 12 || count[recourse.ReturnRequested] != 12 || count[recourse.ParcelShipped] != 12 || count[recourse.ParcelScanned] != 12 {
		t.Errorf("%v", count)
	}
}

// TestDisputeUnseen: without the scope for disputes the webhook's own words are what is known.
func TestDisputeUnseen(t *testing.T) {
	w := newWorld(t)
	w.shop.Scopes = []string{"read_orders"}
	o := w.place()
	d := &peer.ShopifyDispute{Reason: "FRAUDULENT", Amount: eur(2990), Due: w.now.AddDate(0, 0, 10)}
	w.shop.Dispute(o, d, "NEEDS_RESPONSE")
	w.hear(w.shop.Webhooks())
	told := w.told[fmt.Sprintf("dispute/%d", d.ID)]
	if !strings.Contains(told, `"amount":"29.90 EUR"`) || !strings.Contains(told, `"due":"2026-03-12T10:00:00Z"`) {
		t.Errorf("told %s", told)
	}
}

// TestGone: an order that the shop has no more leaves a note.
func TestGone(t *testing.T) {
	w := newWorld(t)
	d, err := Reader.Whole(t.Context(), w.c, w.peer, &intake.Delivery{Topic: "refunds/create", Body: []byte(`{"id":1,"order_id":2}`)})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := Reader.Read(w.c, d); err != nil || m.Note != noteGone {
		t.Errorf("%+v %v", m, err)
	}
	if m, err := Reader.Read(w.c, &intake.Delivery{Topic: "disputes/create", Body: []byte(`{"id":1,"order_id":null}`)}); err != nil || m.Note != noteNoOrder {
		t.Errorf("%+v %v", m, err)
	}
}

// TestFaults: whatever goes wrong with a question, it is an error with a code, and never half an order.
func TestFaults(t *testing.T) {
	w := newWorld(t)
	o := w.place()
	faulty := &peer.Faulty{Handler: w.shop}
	server := httptest.NewServer(faulty)
	defer server.Close()
	w.c.Settings["address"] = server.URL
	w.peer = call.New(call.Options{Timeout: 100 * time.Millisecond})
	for _, f := range peer.Faults {
		faulty.Choose(func(*http.Request) peer.Fault { return f })
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		d, err := Reader.Whole(ctx, w.c, w.peer, &intake.Delivery{ID: "x", Topic: "refunds/create", Body: fmt.Appendf(nil, `{"order_id":%d}`, o.ID)})
		stop()
		if f == peer.Slow || f == peer.Twice {
			if err != nil || d.ID != "x" {
				t.Errorf("fault %d: %v", f, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("fault %d gave no error", f)
		}
	}
}

func TestRegister(t *testing.T) {
	w := newWorld(t)
	const address = "https://desk.example.org/in/m/lamps"
	w.shop.Scopes = []string{"read_orders", "write_orders"}
	for range 2 {
		if err := Register(t.Context(), w.c, w.peer, address); err != nil {
			t.Fatal(err)
		}
	}
	got := w.shop.Hooks(address)
	if want := len(registered()) - 9; len(got) != want || !slices.Contains(got, "ORDERS_CREATE") || !slices.Contains(got, "APP_UNINSTALLED") || slices.Contains(got, "DISPUTES_CREATE") {
		t.Errorf("%d topics, %d wanted: %v", len(got), want, got)
	}
	if err := Register(t.Context(), w.c, w.peer, "http://desk.example.org/in"); recourse.CodeOf(err) != "shopify_webhooks" {
		t.Errorf("an address without TLS: %v", err)
	}
}

func TestTest(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		code   string
	}{
		"well":         {func(*world) {}, ""},
		"scopes":       {func(w *world) { w.shop.Scopes = []string{"read_orders"} }, "shopify_scopes"},
		"token":        {func(w *world) { w.c.Secrets["token"] = "x" }, "peer_denied"},
		"version":      {func(w *world) { w.c.Settings["version"] = "2024-01" }, "shopify_closed"},
		"another shop": {func(w *world) { w.shop.Domain = "cables.myshopify.com" }, "shopify_shop_other"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			err := Test(t.Context(), w.c, w.peer)
			if c.code == "" && err != nil || c.code != "" && recourse.CodeOf(err) != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
			if err != nil && strings.Contains(err.Error(), w.shop.Token) {
				t.Error("the token is in the error")
			}
		})
	}
}
