package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/effect/hook"
	"recourse/store"
	"recourse/vault"
)

// hooksFor is a service that may tell this machine.
func hooksFor(t testing.TB, s *store.Store, now func() time.Time) *hook.Service {
	t.Helper()
	ring, err := vault.Parse(vault.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return hook.New(hook.Options{Store: s, Ring: ring, Clock: now, Loopback: true, Timeout: 2 * time.Second})
}

// webhookPages lets a house have a webhook that was told of something: its address, and that of a delivery.
func webhookPages(t *testing.T, h *house) (hooked, delivered string) {
	t.Helper()
	w, _, err := h.hooks.Add(t.Context(), pageShop, hook.Wanted{URL: "https://hooks.example.org/recourse?shop=lune", Name: "Entrepôt de Lyon et expéditions vers l’étranger"}, "Inès Marchand")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.hooks.Rotate(t.Context(), pageShop, w.ID, "Inès Marchand"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.hooks.Add(t.Context(), pageShop, hook.Wanted{URL: "https://chat.example.org/", Signature: "v1a", Events: []string{"case.*", "deadline.near"}}, "Inès Marchand"); err != nil {
		t.Fatal(err)
	}
	line := recourse.Line{Line: 1, SKU: "S", Title: "Lamp", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}
	results, err := h.desk.Handle(t.Context(), pageShop, []desk.Fact{
		{Event: recourse.Event{Source: "w", ID: "1", Type: recourse.OrderPlaced, Data: recourse.Data{Order: "7711", Items: []recourse.Line{line}, Paid: line.Price}}},
		{Event: recourse.Event{Source: "w", ID: "2", Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "7711", Purchase: "P7711", Lines: []recourse.Pieces{{Line: 1}}}}},
		{Event: recourse.Event{Source: "w", ID: "3", Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Purchase: "P7711"}}},
	})
	if err != nil || results[2].Err != nil {
		t.Fatal(err, results[2].Err)
	}
	d, err := h.hooks.Test(t.Context(), pageShop, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.hooks.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.hooks.Wait()
	return "/webhooks/" + w.ID, "/webhooks/" + w.ID + "/deliveries/" + d.ID
}

// TestWebhooksAPI adds a webhook, hears by it, and does all that can be done with it.
func TestWebhooksAPI(t *testing.T) {
	databases(t, func(s *shop) {
		var mu sync.Mutex
		var last string
		var head http.Header
		status := 204
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			body, _ := io.ReadAll(r.Body)
			last, head = string(body), r.Header.Clone()
			w.WriteHeader(status)
		}))
		defer receiver.Close()
		ask := func(method, path, body string) got {
			return s.ask(method, "/api/v1/webhooks"+path, body, "Authorization", "Bearer "+s.tokens[account.Owner], "Content-Type", "application/json")
		}
		for _, c := range []struct {
			body, contains string
			status         int
		}{
			{`{"url":"http://10.0.0.1/"}`, "url_scheme", 400}, {`{"url":"https://10.0.0.1/"}`, "address_private", 403}, {`{"url":"` + receiver.URL + `","events":["case.open"]}`, "case.opened", 400}, {`{"address":"x"}`, "json", 400}, {`{}`, "url_malformed", 400},
		} {
			if g := ask("POST", "", c.body); g.StatusCode != c.status || !strings.Contains(g.body, c.contains) {
				s.t.Errorf("%s: %d %s", c.body, g.StatusCode, g.body)
			}
		}
		made := ask("POST", "", `{"url":"`+receiver.URL+`/x","name":"Warehouse"}`)
		id, _ := made.at("webhook").(string)
		secret, _ := made.at("secret").(string)
		if made.StatusCode != 200 || id == "" || !strings.HasPrefix(secret, "whsec_") || made.Header.Get("Cache-Control") != "no-store" {
			s.t.Fatalf("%d %s", made.StatusCode, made.body)
		}
		if g := ask("GET", "", ""); strings.Contains(g.body, "whsec_") || g.at("webhooks.0.url") != receiver.URL+"/x" {
			s.t.Errorf("%s", g.body)
		}
		if g := ask("POST", "/"+id+"/test", ""); g.StatusCode != 200 || g.at("status") != "done" || !strings.Contains(last, "webhook.test") {
			s.t.Errorf("%d %s", g.StatusCode, g.body)
		}
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			s.t.Fatal(err)
		}
		if err := w.VerifyIgnoringTimestamp([]byte(last), head); err != nil {
			s.t.Error(err)
		}
		if g := ask("PATCH", "/"+id, `{"events":["case.*"],"status":"paused","personal":true}`); g.StatusCode != 200 || g.at("status") != "paused" || g.at("events.0") != "case.*" || g.at("personal") != true || g.at("name") != "Warehouse" {
			s.t.Errorf("%d %s", g.StatusCode, g.body)
		}
		if g := ask("PATCH", "/"+id, `{"status":"disabled"}`); g.StatusCode != 400 || !strings.Contains(g.body, "webhook_status") {
			s.t.Errorf("%d %s", g.StatusCode, g.body)
		}
		if g := ask("POST", "/"+id+"/rotate", ""); g.StatusCode != 200 || g.at("secret") == secret || g.at("old_until") == nil {
			s.t.Errorf("%d %s", g.StatusCode, g.body)
		}
		mu.Lock()
		status = 500
		mu.Unlock()
		failed := ask("POST", "/"+id+"/test", "")
		delivery, _ := failed.at("delivery").(string)
		if failed.at("status") != "failed" || failed.at("attempts.0.code") != "broken" {
			s.t.Errorf("%s", failed.body)
		}
		if g := ask("GET", "/"+id+"/deliveries?status=failed&limit=1", ""); g.at("deliveries.0.delivery") != delivery {
			s.t.Errorf("%s", g.body)
		}
		if g := ask("GET", "/"+id+"/deliveries/"+delivery, ""); g.at("payload.type") != "webhook.test" {
			s.t.Errorf("%s", g.body)
		}
		if g := ask("POST", "/"+id+"/deliveries/"+delivery+"/replay", ""); g.at("status") != "waiting" {
			s.t.Errorf("%s", g.body)
		}
		if g := ask("POST", "/"+id+"/replay", `{"since":"2026-03-01T00:00:00Z"}`); g.StatusCode != 200 {
			s.t.Errorf("%s", g.body)
		}
		for path, code := range map[string]string{"/x": "webhook_unknown", "/" + id + "/deliveries/x": "webhook_delivery_unknown", "/x/deliveries": "webhook_unknown"} {
			if g := ask("GET", path, ""); g.StatusCode != 404 || !strings.Contains(g.body, code) {
				s.t.Errorf("%s: %d %s", path, g.StatusCode, g.body)
			}
		}
		if g := ask("POST", "/"+id+"/replay", `{"since":"yesterday"}`); g.StatusCode != 400 {
			s.t.Errorf("%s", g.body)
		}
		if g := s.ask("GET", "/api/v1/webhooks/"+id, "", "Authorization", "Bearer "+s.tokens["other"]); g.StatusCode != 404 {
			s.t.Errorf("another merchant: %d", g.StatusCode)
		}
		if g := ask("DELETE", "/"+id, ""); g.StatusCode != 200 || ask("GET", "/"+id, "").StatusCode != 404 {
			s.t.Errorf("%s", g.body)
		}
	})
}

// TestWebhooksDocumented: every notice is in the document, with a sentence and an example of its type that has no field
// that the schema has not.
func TestWebhooksDocumented(t *testing.T) {
	s := open(t, t.TempDir()+"/web.db", patient)
	var doc struct {
		Webhooks map[string]struct {
			Post struct {
				Description string
				RequestBody struct {
					Content map[string]struct {
						Example struct {
							Type string
							Data map[string]any
						}
					}
				} `json:"requestBody"`
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(s.ask("GET", "/openapi.json", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	known := doc.Components.Schemas["NoticeData"].Properties
	for _, n := range recourse.NoticeTypes {
		w := doc.Webhooks[string(n)].Post
		e := w.RequestBody.Content["application/json"].Example
		if w.Description == "" || e.Type != string(n) {
			t.Errorf("%s: %+v", n, w)
		}
		for field := range e.Data {
			if known[field] == nil {
				t.Errorf("%s: %s is not in the schema", n, field)
			}
		}
	}
	if len(doc.Webhooks) != len(recourse.NoticeTypes) {
		t.Errorf("%d webhooks are in the document", len(doc.Webhooks))
	}
}
