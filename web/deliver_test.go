package web_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/hub"
	"recourse/intake/signed"
	"recourse/vault"
	"recourse/web"
)

// webhookSecret signs what the tests deliver.
const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// openHub is a shop with a hub, and a connection that delivers by it.
func openHub(t testing.TB) (*shop, *hub.Hub) {
	t.Helper()
	ring, err := vault.Parse(vault.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(t.TempDir(), "web.db"), patient)
	h := hub.New(hub.Options{Desk: s.desk, Vault: ring})
	o := s.server.Options
	o.Hub = h
	if s.server, err = web.New(o); err != nil {
		t.Fatal(err)
	}
	s.http.Config.Handler = s.server.Handler()
	if _, err := h.Add(t.Context(), "shop", hub.Change{ID: "erp", Kind: "signed", Name: "ERP", Secrets: map[string]string{"secret": webhookSecret}, By: "test"}); err != nil {
		t.Fatal(err)
	}
	return s, h
}

// deliver calls the address of a connection.
func (s *shop) deliver(path, id, body string, change func(*http.Request)) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest("POST", s.http.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if r.Header, err = signed.Sign(webhookSecret, id, s.now(), []byte(body)); err != nil {
		s.t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

const webhookOrder = `{"type": "order.placed", "data": {"order": "W1", "buyer": {"name": "Ada Byron"}, "lines": [{"line": 1, "title": "Kite", "quantity": 1, "price": "10.00 EUR"}]}}`

// TestDeliver: the door for other systems takes what is signed, turns away what is not, and says no more than it has to.
func TestDeliver(t *testing.T) {
	s, h := openHub(t)
	for _, test := range []struct {
		what, path, body string
		change           func(*http.Request)
		status           int
		says             string
	}{
		{"a good one", "/in/shop/erp", webhookOrder, nil, 200, ""},
		{"again", "/in/shop/erp", webhookOrder, nil, 200, ""},
		{"from a page of another site", "/in/shop/erp", webhookOrder, func(r *http.Request) {
			r.Header.Set("Origin", "https://evil.example")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}, 200, ""},
		{"unsigned", "/in/shop/erp", webhookOrder, func(r *http.Request) { r.Header.Del("Webhook-Signature") }, 401, "signature_wrong"},
		{"with a token in its place", "/in/shop/erp", webhookOrder, func(r *http.Request) { r.Header = http.Header{"Authorization": {"Bearer " + s.tokens["owner"]}} }, 401, "signature_wrong"},
		{"to nobody", "/in/shop/none", webhookOrder, nil, 404, "not_found"},
		{"to another merchant", "/in/other/erp", webhookOrder, nil, 404, "not_found"},
		{"too large", "/in/shop/erp", strings.Repeat("x", hub.MaxBody+1), nil, 413, "body_size"},
		{"too large, without saying so", "/in/shop/erp", strings.Repeat("x", hub.MaxBody+1), func(r *http.Request) { r.ContentLength = -1 }, 413, "body_size"},
		{"as large as may be", "/in/shop/erp", strings.Repeat("x", hub.MaxBody), nil, 200, ""},
	} {
		if status, text := s.deliver(test.path, "msg "+test.what, test.body, test.change); status != test.status || !strings.Contains(text, test.says) {
			t.Errorf("%s: %d %s, want %d %s", test.what, status, text, test.status, test.says)
		}
	}
	for path, want := range map[string]int{"/in/shop/erp": 204, "/in/shop/none": 404} {
		res, err := http.Get(s.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("GET %s: %d", path, res.StatusCode)
		}
	}
	for n := 1; n > 0; {
		var err error
		if n, err = s.desk.ReadReceipts(t.Context(), h.Read); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := s.desk.Order(t.Context(), "shop", "W1"); err != nil || v.File.Order.ID != "W1" {
		t.Errorf("the order that was delivered: %v", err)
	}
}

// TestDeliverSlowly: a body that does not come is not waited for.
func TestDeliverSlowly(t *testing.T) {
	s, _ := openHub(t)
	o := s.server.Options
	o.BodyTime = 50 * time.Millisecond
	server, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.http.Config.Handler = server.Handler()
	body, in := io.Pipe()
	defer in.Close()
	res, err := http.Post(s.http.URL+"/in/shop/erp", "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 408 {
		t.Errorf("%d", res.StatusCode)
	}
}
