package connect

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
	"recourse/peer"
)

// wooShop is a shop behind a connection, and the desk's door, which answers a status.
type wooShop struct {
	*peer.WooCommerce
	c      *recourse.Connection
	client *call.Client
	door   *httptest.Server
	status int
	heard  []intake.Delivery
	now    time.Time
}

func openShop(t *testing.T) *wooShop {
	t.Helper()
	s := &wooShop{WooCommerce: peer.NewWooCommerce("ck", "cs"), status: 200, now: time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)}
	s.Now = func() time.Time { return s.now }
	server := httptest.NewServer(s.WooCommerce)
	s.c = &recourse.Connection{Merchant: "m", ID: "woo", Kind: "woocommerce", Settings: map[string]string{"url": server.URL}, Secrets: map[string]string{"key": "ck", "key_secret": "cs", "secret": "whsec"}}
	s.client = call.New(call.Options{})
	s.door = httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(func() { server.Close(); s.door.Close() })
	return s
}

// take verifies a webhook's call as the door does.
func (s *wooShop) take(w http.ResponseWriter, r *http.Request) {
	d := intake.Delivery{Header: r.Header, Body: make([]byte, r.ContentLength)}
	if _, err := r.Body.Read(d.Body); err != nil && err.Error() != "EOF" {
		w.WriteHeader(500)
		return
	}
	if err := woocommerce.Reader.Verify(s.c, &d); err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.heard = append(s.heard, d)
	w.WriteHeader(s.status)
}

func (s *wooShop) add(t *testing.T, id, modified string, change ...string) {
	t.Helper()
	body, err := os.ReadFile("../intake/woocommerce/testdata/order.json")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(append([]string{`"id":727`, `"id":` + id, `"number":"10727"`, `"number":"` + id + `"`, `"date_modified_gmt":"2026-11-02T09:05:00"`, `"date_modified_gmt":"` + modified + `"`}, change...)...).Replace(string(body))
	if _, err := s.Add(text); err != nil {
		t.Fatal(err)
	}
}

// facts are the events of deliveries, by their ids.
func (s *wooShop) facts(t *testing.T, all []intake.Delivery) map[string]recourse.Event {
	t.Helper()
	out := map[string]recourse.Event{}
	for i := range all {
		m, err := woocommerce.Reader.Read(s.c, &all[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Events {
			out[e.ID] = e
		}
	}
	return out
}

func (s *wooShop) poll(t *testing.T, bookmark string) (string, []intake.Delivery, error) {
	t.Helper()
	var all []intake.Delivery
	next, err := woocommerce.Poller.Poll(t.Context(), s.c, s.client, bookmark, func(_ context.Context, some []intake.Delivery) error {
		all = append(all, some...)
		return nil
	})
	return next, all, err
}

// TestWooWebhooks: registered once, called, switched off after five failures, which the test and the next look say; the
// look switches them on again.
func TestWooWebhooks(t *testing.T) {
	s := openShop(t)
	address := s.door.URL + "/in/m/woo"
	for range 2 {
		if err := woocommerce.Register(t.Context(), s.c, s.client, address); err != nil {
			t.Fatal(err)
		}
	}
	s.add(t, "727", "2026-11-05T11:00:00")
	if n, err := s.Tell(s.door.Client(), "order.created", 727); n != 1 || err != nil {
		t.Fatalf("%d took it, %v", n, err)
	}
	if status, err := s.Ping(s.door.Client(), address, 5); status != 200 || err != nil {
		t.Errorf("the ping: %d, %v", status, err)
	}
	if err := woocommerce.Test(t.Context(), s.c, s.client); err != nil {
		t.Error(err)
	}
	s.status = 500
	for range 5 {
		if n, err := s.Tell(s.door.Client(), "order.updated", 727); n != 0 || err != nil {
			t.Fatalf("%d took it, %v", n, err)
		}
	}
	if err := woocommerce.Test(t.Context(), s.c, s.client); recourse.CodeOf(err) != "webhook_disabled" {
		t.Errorf("the test says %v", err)
	}
	s.status = 200
	bookmark, all, err := s.poll(t, "")
	if recourse.CodeOf(err) != "webhook_disabled" || len(all) != 1 || bookmark == "" {
		t.Errorf("the look says %v, %d deliveries, %q", err, len(all), bookmark)
	}
	if _, _, err := s.poll(t, bookmark); err != nil {
		t.Errorf("the next look says %v", err)
	}
	if n, _ := s.Tell(s.door.Client(), "order.updated", 727); n != 1 {
		t.Error("the webhook is off still")
	}
	// Webhook and back-fill told the same facts.
	byHook, byPoll := s.facts(t, s.heard[:1]), s.facts(t, all)
	for id := range byHook {
		if _, same := byPoll[id]; !same {
			t.Errorf("the back-fill does not tell %s", id)
		}
	}
	if len(byHook) != len(byPoll) {
		t.Errorf("%d and %d facts", len(byHook), len(byPoll))
	}
	s.c.Secrets["secret"] = "another"
	if n, _ := s.Tell(s.door.Client(), "order.updated", 727); n != 0 {
		t.Error("a wrong signature was taken")
	}
}

// TestWooBackfill: 130 orders in pages of 50, three seconds of them with more than a page; each once, and after the
// bookmark only what changed.
func TestWooBackfill(t *testing.T) {
	s := openShop(t)
	for i := range 130 {
		s.add(t, strconv.Itoa(1000+i), s.now.Add(-time.Hour+time.Duration(i/60)*time.Second).Format("2006-01-02T15:04:05"))
	}
	bookmark, all, err := s.poll(t, "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, d := range all {
		seen[d.ID] = true
	}
	if len(seen) != 130 {
		t.Errorf("%d orders of 130", len(seen))
	}
	s.add(t, "2000", s.now.Format("2006-01-02T15:04:05"))
	_, again, err := s.poll(t, bookmark)
	fresh := 0
	for _, d := range again {
		if !seen[d.ID] {
			fresh++
		}
	}
	if err != nil || fresh != 1 {
		t.Errorf("%d new deliveries, %v", fresh, err)
	}
}

// TestWooRefunds: a refund made in the shop is fetched with its lines, by a webhook and by a look alike; one in the making
// is left for the next look.
func TestWooRefunds(t *testing.T) {
	s := openShop(t)
	s.add(t, "727", "2026-11-05T11:00:00")
	refund := func(body string) {
		t.Helper()
		req, err := http.NewRequest("POST", s.c.Settings["url"]+"/wp-json/wc/v3/orders/727/refunds", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("ck", "cs")
		res, err := http.DefaultClient.Do(req)
		if err != nil || res.StatusCode != 201 {
			t.Fatalf("%v %v", res, err)
		}
		res.Body.Close()
	}
	refund(`{"amount":"10.00","line_items":[{"id":315,"quantity":1,"refund_total":"8.33","refund_tax":[{"id":75,"refund_total":"1.67"}]}]}`)
	refund(`{"amount":"2.00","api_refund":false}`)
	refunds := func(all []intake.Delivery) (out []recourse.Event) {
		for _, e := range s.facts(t, all) {
			if e.Type == recourse.RefundSucceeded {
				out = append(out, e)
			}
		}
		return out
	}
	_, all, err := s.poll(t, "")
	if got := refunds(all); err != nil || len(got) != 1 || got[0].Amount.Minor != 1000 || len(got[0].Lines) != 1 || got[0].Lines[0] != (recourse.Pieces{Line: 1, Quantity: 1}) {
		t.Errorf("%v, %+v", err, got)
	}
	s.now = s.now.Add(5 * time.Minute)
	_, all, err = s.poll(t, "")
	if got := refunds(all); err != nil || len(got) != 2 {
		t.Errorf("%v, %+v", err, got)
	}
}

// TestWooShift: an order of the first page changes while the next is asked for, and moves to the end: none is missed.
func TestWooShift(t *testing.T) {
	s := openShop(t)
	for i := range 120 {
		s.add(t, strconv.Itoa(1000+i), s.now.Add(-time.Hour+time.Duration(i)*time.Second).Format("2006-01-02T15:04:05"))
	}
	seen, pages := map[string]bool{}, 0
	_, err := woocommerce.Poller.Poll(t.Context(), s.c, s.client, "", func(_ context.Context, some []intake.Delivery) error {
		for _, d := range some {
			seen[strings.Split(d.ID, "/")[1]] = true
		}
		if pages++; pages == 1 {
			for i := range 5 {
				s.add(t, strconv.Itoa(1000+i), s.now.Format("2006-01-02T15:04:05"))
			}
		}
		return nil
	})
	if err != nil || len(seen) != 120 {
		t.Errorf("%d orders of 120, %v", len(seen), err)
	}
}

func TestWooTrouble(t *testing.T) {
	s := openShop(t)
	for name, tt := range map[string]struct {
		change func()
		code   string
	}{
		"a wrong key": {func() { s.c.Secrets["key"] = "x" }, "unauthorized"},
		"no shop":     {func() { s.c.Settings["url"] += "/blog" }, "no_rest_api"},
		"nobody":      {func() { s.c.Settings["url"] = "http://127.0.0.1:1" }, "peer_unreachable"},
	} {
		s = openShop(t)
		tt.change()
		if err := woocommerce.Test(t.Context(), s.c, s.client); recourse.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := s.poll(t, ""); recourse.CodeOf(err) != tt.code {
			t.Errorf("%s, looked at: %v", name, err)
		}
	}
	for _, url := range []string{"http://shop.example.org", "https://127.0.0.1", "https://10.0.0.1", "shop.example.org", "https://shop.example.org/?p=1"} {
		c := &recourse.Connection{Settings: map[string]string{"url": url}, Secrets: s.c.Secrets}
		if err := KindOf("woocommerce").Check(c); err == nil {
			t.Errorf("%s is taken", url)
		}
	}
	c := &recourse.Connection{Settings: map[string]string{"url": "https://shop.example.org/"}, Secrets: s.c.Secrets}
	if err := KindOf("woocommerce").Check(c); err != nil || c.Settings["url"] != "https://shop.example.org" {
		t.Errorf("%v, %v", err, c.Settings)
	}
}
