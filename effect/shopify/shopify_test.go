package shopify

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/effecttest"
	intake "recourse/intake/shopify"
	"recourse/peer"
)

var at = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func eur(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }

// world is a shop with an order, as the desk knows it, and a sender.
type world struct {
	*testing.T
	shop   *peer.Shopify
	faulty *peer.Faulty
	order  *peer.ShopifyOrder
	c      *recourse.Connection
	s      *Sender
	file   *recourse.OrderFile
}

func newWorld(t *testing.T, change ...func(*peer.ShopifyOrder)) *world {
	w := &world{T: t, shop: peer.NewShopify("lamps")}
	w.shop.Now = func() time.Time { return at }
	w.shop.Points, w.shop.Restore = 1e9, 1e9
	o := peer.ShopifyOrder{
		ShipTo:   recourse.Address{Country: "FR", City: "Paris", Postcode: "75002", Street: "1 Rue de la Paix", Name: "Marie Curie"},
		Lines:    []peer.ShopifyLine{{SKU: "LAMP", Title: "Lamp", Quantity: 1, Price: eur(2990)}, {SKU: "CABLE", Title: "Cable", Quantity: 3, Price: eur(1245)}},
		Shipping: eur(490), Tax: eur(700), ShopCurrency: "USD",
	}
	for _, c := range change {
		c(&o)
	}
	w.order = w.shop.Place(o)
	w.faulty = &peer.Faulty{Handler: w.shop}
	server := httptest.NewServer(w.faulty)
	t.Cleanup(server.Close)
	w.c = &recourse.Connection{Merchant: "m", ID: "lamps", Kind: "shopify", Settings: map[string]string{"shop": w.shop.Domain, "address": server.URL}, Secrets: map[string]string{"token": w.shop.Token}}
	w.s = New(w.c, call.New(call.Options{Timeout: 100 * time.Millisecond}))
	w.file = &recourse.OrderFile{Order: recourse.Order{ID: "1001", Channel: "lamps", Ref: gid("Order", w.order.ID), Lines: []recourse.Line{
		{Line: 1, Quantity: 1, Price: eur(2990), Ref: gid("LineItem", w.order.Lines[0].ID)}, {Line: 2, Quantity: 3, Price: eur(1245), Ref: gid("LineItem", w.order.Lines[1].ID)}}}}
	return w
}

func gid(kind string, id int64) string {
	return "gid://shopify/" + kind + "/" + itoa(id)
}

func itoa(n int64) string {
	var b []byte
	for ; n > 0; n /= 10 {
		b = append(b, byte('0'+n%10))
	}
	slices.Reverse(b)
	return string(b)
}

// task is a refund of an amount, for pieces and with a part of it for shipping.
func (w *world) task(id string, amount, shipping recourse.Money, lines ...recourse.Pieces) *effect.Task {
	w.file.Refunds = append(w.file.Refunds, recourse.Refund{ID: id, Case: "1001-1", Lines: lines, Amount: amount, Shipping: shipping, Status: recourse.RefundSent})
	return &effect.Task{Effect: recourse.Effect{ID: id, Kind: recourse.EffectRefund, Case: "1001-1", Lines: lines, Amount: amount}, Merchant: "m", Key: effect.Key("m", id), File: w.file, Connection: w.c, Attempt: 1, FirstAt: at, Now: at}
}

func (w *world) left() (all []recourse.Money) {
	w.shop.Read(w.order, func(o *peer.ShopifyOrder) {
		for _, r := range o.Refunds {
			var sum int64
			for _, p := range r.Transactions {
				sum += p.Amount.Minor
			}
			all = append(all, recourse.Money{Minor: sum, Currency: o.Lines[0].Price.Currency})
		}
	})
	return all
}

// TestRefund: several pieces with tax and shipping, then the rest, then nothing more.
func TestRefund(t *testing.T) {
	w := newWorld(t)
	first := w.task("1001-1/1", eur(3180), eur(490), recourse.Pieces{Line: 2, Quantity: 2})
	out := w.s.Send(t.Context(), first)
	if out.Result != effect.Done || out.Amount != eur(3180) || !strings.HasPrefix(out.Ref, "gid://shopify/Refund/") {
		t.Fatalf("%+v", out)
	}
	if again := w.s.Send(t.Context(), first); !reflect.DeepEqual(again, out) || len(w.left()) != 1 {
		t.Errorf("sent again: %+v, %v", again, w.left())
	}
	if found := w.s.Find(t.Context(), first); !reflect.DeepEqual(found, out) {
		t.Errorf("found %+v", found)
	}
	w.shop.Read(w.order, func(o *peer.ShopifyOrder) {
		r := o.Refunds[0]
		if intake.Marked(r.Note) != "1001-1/1" || len(r.Lines) != 1 || r.Lines[0].Quantity != 2 || r.Lines[0].Line != o.Lines[1].ID || r.Transactions[0].Parent != o.Gateways[0].ID {
			t.Errorf("%+v", r)
		}
	})
	total := w.order.Total()
	rest := w.task("1001-2/1", eur(total.Minor-3180), recourse.Money{}, recourse.Pieces{Line: 1, Quantity: 1}, recourse.Pieces{Line: 2, Quantity: 3})
	if out := w.s.Send(t.Context(), rest); out.Result != effect.Done {
		t.Errorf("the rest: %+v", out)
	}
	if out := w.s.Send(t.Context(), w.task("1001-3/1", eur(1), recourse.Money{})); out.Result != effect.Refused || out.Code != "amount_too_high" {
		t.Errorf("one cent more: %+v", out)
	}
	if got := w.order.Refunded(); got != total {
		t.Errorf("%s of %s went back", got, total)
	}
}

// TestSeveralPayments: money goes back by the payments it came by, none beyond what it can bear.
func TestSeveralPayments(t *testing.T) {
	w := newWorld(t, func(o *peer.ShopifyOrder) {
		o.Gateways = []peer.ShopifyPayment{{Gateway: "gift_card", Amount: eur(2000)}, {Gateway: "shopify_payments", Amount: eur(5915)}}
	})
	if out := w.s.Send(t.Context(), w.task("1001-1/1", eur(2990), recourse.Money{}, recourse.Pieces{Line: 1, Quantity: 1})); out.Result != effect.Done || out.Amount != eur(2990) {
		t.Fatalf("%+v", out)
	}
	w.shop.Read(w.order, func(o *peer.ShopifyOrder) {
		if p := o.Refunds[0].Transactions; len(p) != 2 || p[0].Amount != eur(2000) || p[1].Amount != eur(990) {
			t.Errorf("%+v", p)
		}
	})
}

func TestCurrencies(t *testing.T) {
	for _, c := range []struct {
		price, refund recourse.Money
		code          string
	}{
		{recourse.Money{Minor: 1250, Currency: "JPY"}, recourse.Money{Minor: 1250, Currency: "JPY"}, ""},
		{recourse.Money{Minor: 12345, Currency: "KWD"}, recourse.Money{Minor: 12345, Currency: "KWD"}, ""},
		{recourse.Money{Minor: 1250, Currency: "JPY"}, eur(1250), "currency_other"},
		{eur(1250), recourse.Money{Minor: 1250, Currency: "USD"}, "currency_other"}, // the shop's own is not what was paid
		{eur(1250), recourse.Money{Currency: "EUR"}, "amount_missing"},
	} {
		w := newWorld(t, func(o *peer.ShopifyOrder) {
			*o = peer.ShopifyOrder{Lines: []peer.ShopifyLine{{Title: "Lamp", Quantity: 1, Price: c.price}}, ShopCurrency: "USD"}
			if c.price.Currency == "EUR" {
				o.Lines = append(o.Lines, peer.ShopifyLine{Title: "Cable", Quantity: 1, Price: eur(1)})
			} else {
				o.Lines = append(o.Lines, peer.ShopifyLine{Title: "Cable", Quantity: 1, Price: recourse.Money{Minor: 1, Currency: c.price.Currency}})
			}
		})
		out := w.s.Send(t.Context(), w.task("1001-1/1", c.refund, recourse.Money{}, recourse.Pieces{Line: 1, Quantity: 1}))
		if c.code == "" && (out.Result != effect.Done || out.Amount != c.refund) || c.code != "" && (out.Result != effect.Refused || out.Code != c.code || len(w.left()) > 0) {
			t.Errorf("%s of %s: %+v", c.refund, c.price, out)
		}
	}
}

// TestRefused: what the shop or we refuse leaves nothing behind, and says why by a code.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		amount recourse.Money
		result effect.Result
		code   string
	}{
		"more than was paid":  {func(*world) {}, eur(1_000_000), effect.Refused, "amount_too_high"},
		"no such order":       {func(w *world) { w.file.Order.Ref = "gid://shopify/Order/1" }, eur(100), effect.Refused, "order_not_in_shop"},
		"no id, no such name": {func(w *world) { w.file.Order.Ref, w.file.Order.ID = "", "1002" }, eur(100), effect.Refused, "order_not_in_shop"},
		"no id, a wild name":  {func(w *world) { w.file.Order.Ref, w.file.Order.ID = "", "1001 OR name:*" }, eur(100), effect.Refused, "order_not_in_shop"},
		"no scope":            {func(w *world) { w.shop.Scopes = []string{"read_orders"} }, eur(100), effect.Later, "peer_denied"},
		"wrong token":         {func(w *world) { w.shop.Token = "another" }, eur(100), effect.Later, "peer_denied"},
		"too old a version":   {func(w *world) { w.c.Settings["version"] = "2025-01" }, eur(100), effect.Later, "shopify_closed"},
		"pieces unknown here": {func(w *world) { w.file.Order.Lines[0].Ref = "gid://shopify/LineItem/1" }, eur(100), effect.Done, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			out := w.s.Send(t.Context(), w.task("1001-1/1", c.amount, recourse.Money{}, recourse.Pieces{Line: 1, Quantity: 1}))
			if out.Result != c.result || out.Code != c.code {
				t.Errorf("%+v", out)
			}
			if n := len(w.left()); (n > 0) != (c.result == effect.Done) {
				t.Errorf("%d refunds", n)
			}
			if strings.Contains(out.Detail, "shpat_") {
				t.Error("the token is told")
			}
		})
	}
}

// TestByName: an order that came from an export is found by its number.
func TestByName(t *testing.T) {
	w := newWorld(t)
	w.shop.Place(peer.ShopifyOrder{Name: "#10010", Lines: []peer.ShopifyLine{{Title: "Lamp", Quantity: 1, Price: eur(100)}}})
	w.file.Order.Ref = ""
	if out := w.s.Send(t.Context(), w.task("1001-1/1", eur(100), recourse.Money{})); out.Result != effect.Done || len(w.left()) != 1 {
		t.Errorf("%+v", out)
	}
}

// TestPending: a refund that is on its way is taken, and found again when it arrived or bounced.
func TestPending(t *testing.T) {
	for status, want := range map[string]effect.Result{"SUCCESS": effect.Done, "FAILURE": effect.Refused} {
		w := newWorld(t)
		w.shop.PendingRefunds = true
		task := w.task("1001-1/1", eur(2990), recourse.Money{}, recourse.Pieces{Line: 1, Quantity: 1})
		if out := w.s.Send(t.Context(), task); out.Result != effect.Taken {
			t.Errorf("%+v", out)
		}
		if out := w.s.Find(t.Context(), task); out.Result != effect.Taken {
			t.Errorf("%+v", out)
		}
		w.shop.Settle(w.order, status)
		if out := w.s.Find(t.Context(), task); out.Result != want {
			t.Errorf("%s: %+v", status, out)
		}
	}
}

// TestKey: without the directive the shop refuses, and another amount under the same key is never paid.
func TestKey(t *testing.T) {
	w := newWorld(t)
	task := w.task("1001-1/1", eur(100), recourse.Money{})
	if out := w.s.Send(t.Context(), task); out.Result != effect.Done {
		t.Fatalf("%+v", out)
	}
	w.shop.Change(w.order, func(o *peer.ShopifyOrder) { o.Refunds[0].Note = "somebody took the mark away" })
	task.Amount = eur(200)
	if out := w.s.Send(t.Context(), task); out.Result != effect.Unknown || out.Code != "key_reused" {
		t.Errorf("%+v", out)
	}
	if len(w.left()) != 1 {
		t.Errorf("%v left", w.left())
	}
}

// TestEachFault: whatever goes wrong with the mutation itself, the outcome is not Done unless it happened, and never Later
// when it may have.
func TestEachFault(t *testing.T) {
	for _, f := range peer.Faults {
		w := newWorld(t)
		task := w.task("1001-1/1", eur(2990), recourse.Money{}, recourse.Pieces{Line: 1, Quantity: 1})
		calls := 0
		w.faulty.Choose(func(*http.Request) peer.Fault {
			if calls++; calls == 3 { // lines, order, refund
				return f
			}
			return peer.None
		})
		out := w.s.Send(t.Context(), task)
		happened := len(w.left()) == 1
		switch {
		case out.Result == effect.Done && !happened, out.Result == effect.Later && happened, out.Result == effect.Refused, out.Result == effect.Taken, len(w.left()) > 1:
			t.Errorf("fault %d: %+v, %v left", f, out, w.left())
		}
		if f == peer.Busy && (out.Result != effect.Later || !out.RetryAt.After(at)) {
			t.Errorf("busy: %+v", out)
		}
		found := w.s.Find(t.Context(), task)
		if want := map[bool]effect.Result{true: effect.Done, false: effect.Later}[happened]; found.Result != want {
			t.Errorf("fault %d: found %+v, happened %v", f, found, happened)
		}
	}
}

// TestFaults lets refunds go out through a shop where everything goes wrong, with nodes that die.
func TestFaults(t *testing.T) { runs(t).Run(t, 25) }

func runs(t *testing.T) effecttest.Suite {
	t.Helper()
	shop := peer.NewShopify("lamps")
	shop.Points, shop.Restore = 1e9, 1e9
	var mu sync.Mutex
	now := at
	shop.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	var all []*peer.ShopifyOrder
	return effecttest.Suite{
		Peer: shop,
		Kind: func(url string) effect.Kind {
			return effect.Kind{Group: "shop", Acts: Acts, Sender: func(c *recourse.Connection) effect.Sender {
				own := *c
				own.Settings = map[string]string{"shop": shop.Domain, "address": url}
				return New(&own, call.New(call.Options{Timeout: 100 * time.Millisecond}))
			}}
		},
		Connection: recourse.Connection{ID: "lamps", Kind: "shopify", Settings: map[string]string{"shop": shop.Domain}, Secrets: map[string]string{"token": shop.Token}},
		Order: func(d *recourse.Data) {
			o := shop.Place(peer.ShopifyOrder{Name: "#" + d.Order, Lines: []peer.ShopifyLine{{SKU: "LAMP", Title: "Lamp", Quantity: 1, Price: d.Items[0].Price}}})
			shop.Webhooks()
			all = append(all, o)
			d.Ref, d.Items[0].Ref = gid("Order", o.ID), gid("LineItem", o.Lines[0].ID)
		},
		Left: func(id, _ string) (sums []recourse.Money) {
			for _, o := range all {
				shop.Read(o, func(o *peer.ShopifyOrder) {
					for _, r := range o.Refunds {
						if intake.Marked(r.Note) == id {
							sums = append(sums, r.Transactions[0].Amount)
						}
					}
				})
			}
			return sums
		},
		Faults:  peer.Faults,
		Clock:   func(t time.Time) { mu.Lock(); now = t; mu.Unlock() },
		Certain: true,
	}
}
