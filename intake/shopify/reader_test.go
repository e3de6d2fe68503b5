package shopify

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/intake"
)

var update = flag.Bool("update", false, "write the golden transcripts anew; read the difference before committing it")

var at = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func lamps() *recourse.Connection {
	return &recourse.Connection{Merchant: "m", ID: "lamps", Kind: "shopify", ChangedAt: at.Add(-59 * time.Minute),
		Settings: map[string]string{"shop": "lamps.myshopify.com"}, Secrets: map[string]string{"secret": "shpss_lamps", "old_secret": "hush", "token": "t"}}
}

func body(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func signed(prefix, signature string) http.Header {
	h := http.Header{}
	for k, v := range map[string]string{"Hmac-Sha256": signature, "Topic": "orders/create", "Shop-Domain": "lamps.myshopify.com", "Webhook-Id": "b54557e4"} {
		h.Set(prefix+k, v)
	}
	return h
}

// The signatures were made by openssl: openssl dgst -sha256 -hmac SECRET -binary FILE | base64.
const (
	opensslOrder = "e2HRv2hPE09sdf2ieT4In4HB02GWFggk8+ShRTIUPzg=" // shpss_lamps over testdata/orders_create.json
	opensslOld   = "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=" // hush over {"id":1}
)

func TestVerify(t *testing.T) {
	order := body(t, "orders_create.json")
	for name, c := range map[string]struct {
		header http.Header
		body   []byte
		change func(*recourse.Connection)
		code   string
	}{
		"webhook":            {header: signed("X-Shopify-", opensslOrder), body: order},
		"event":              {header: signed("Shopify-", opensslOrder), body: order},
		"old secret":         {header: signed("X-Shopify-", opensslOld), body: []byte(`{"id":1}`)},
		"old secret, late":   {header: signed("X-Shopify-", opensslOld), body: []byte(`{"id":1}`), change: func(c *recourse.Connection) { c.ChangedAt = at.Add(-time.Hour) }, code: "signature_wrong"},
		"no old secret":      {header: signed("X-Shopify-", opensslOld), body: []byte(`{"id":1}`), change: func(c *recourse.Connection) { delete(c.Secrets, "old_secret") }, code: "signature_wrong"},
		"no secret at all":   {header: signed("X-Shopify-", opensslOrder), body: order, change: func(c *recourse.Connection) { c.Secrets = nil }, code: "signature_wrong"},
		"another body":       {header: signed("X-Shopify-", opensslOrder), body: append(order, ' '), code: "signature_wrong"},
		"no signature":       {header: signed("X-Shopify-", ""), body: order, code: "signature_wrong"},
		"hex":                {header: signed("X-Shopify-", "7b61d1bf684f134f6c75fda2793e089f81c1d361961608"), body: order, code: "signature_wrong"},
		"another shop's app": {header: signed("X-Shopify-", opensslOrder), body: order, change: func(c *recourse.Connection) { c.Settings["shop"] = "cables.myshopify.com" }, code: "shopify_shop_other"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := lamps()
			if c.change != nil {
				c.change(conn)
			}
			d := intake.Delivery{Header: c.header, Body: c.body, At: at}
			err := Reader.Verify(conn, &d)
			if code := recourse.CodeOf(err); code != c.code && (err != nil || c.code != "") {
				t.Fatalf("got %q (%v), want %q", code, err, c.code)
			}
			if err != nil && recourse.KindOf(err) != recourse.Forbidden {
				t.Errorf("the kind is %s", recourse.KindOf(err))
			}
			if err == nil && (d.ID != "b54557e4" || d.Topic != "orders/create") {
				t.Errorf("named %q %q", d.ID, d.Topic)
			}
		})
	}
	for _, name := range []string{"X-Shopify-Hmac-Sha256", "Shopify-Topic", "X-Shopify-Webhook-Id"} {
		found := false
		for _, k := range Reader.Keep {
			found = found || http.CanonicalHeaderKey(k) == name
		}
		if !found {
			t.Errorf("%s is not kept", name)
		}
	}
}

// TestGolden: what each topic means, from bodies made after the public documentation.
func TestGolden(t *testing.T) {
	for _, c := range []struct{ topic, file string }{
		{"orders/create", "orders_create.json"}, {"orders/updated", "orders_updated.json"}, {"orders/create", "orders_create.test.json"}, {"orders/updated", "orders_edited_yen.json"},
		{"order", "order.json"}, {"refunds/create", "order.json"}, {"refunds/create", "refunds_create.json"}, {"fulfillment_events/create", "fulfillment_events_create.json"},
		{"orders/edited", "orders_edited.json"}, {"disputes/create", "disputes_create.json"},
		{"customers/data_request", "customers_data_request.json"}, {"customers/redact", "customers_redact.json"}, {"shop/redact", "shop_redact.json"}, {"app/uninstalled", "app_uninstalled.json"},
		{"fulfillment_holds/added", "shop_redact.json"}, {"products/update", "shop_redact.json"},
	} {
		t.Run(c.topic+" "+c.file, func(t *testing.T) {
			d := intake.Delivery{ID: "1", Topic: c.topic, Body: body(t, c.file), At: at}
			m, err := Reader.Read(lamps(), &d)
			if err != nil {
				t.Fatal(err)
			}
			for i := range m.Events {
				if err := m.Events[i].Check(); err != nil {
					t.Errorf("%s: %v", m.Events[i].ID, err)
				}
				raw, _ := json.Marshal(m.Events[i].Data)
				if m.Events[i].Type != recourse.OrderPlaced {
					if _, err := recourse.DecodeData(m.Events[i].Type, raw); err != nil {
						t.Errorf("%s carries what it may not: %v", m.Events[i].ID, err)
					}
				}
			}
			got := transcript(m)
			golden := filepath.Join("testdata", strings.ReplaceAll(c.topic, "/", "_")+"."+strings.TrimSuffix(c.file, ".json")+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func transcript(m intake.Meaning) string {
	var b strings.Builder
	fmt.Fprintf(&b, "order %q unknown %v note %q\n", m.Order, m.Unknown, m.Note)
	for _, a := range m.Asks {
		raw, _ := json.Marshal(a)
		fmt.Fprintf(&b, "ask %s\n", raw)
	}
	for i := range m.Events {
		raw, _ := json.Marshal(m.Events[i])
		fmt.Fprintf(&b, "%s\n", raw)
	}
	return b.String()
}

// TestBothWaysTellOne: an order in a webhook and the same order when it was asked for have the same event ids and say the
// same.
func TestBothWaysTellOne(t *testing.T) {
	hook, err := Reader.Read(lamps(), &intake.Delivery{Topic: "orders/create", Body: body(t, "orders_create.json")})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := Reader.Read(lamps(), &intake.Delivery{Topic: "order", Body: body(t, "order.json")})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(hook.Events[0])
	b, _ := json.Marshal(asked.Events[0])
	if string(a) != string(b) {
		t.Errorf("by webhook\n%s\nasked for\n%s", a, b)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ topic, body string }{
		"no JSON":           {"orders/create", "payload=1"},
		"no lines":          {"orders/create", `{"id":1,"name":"#1"}`},
		"no number":         {"orders/create", `{"id":1,"line_items":[{"id":2,"quantity":1}]}`},
		"strange currency":  {"orders/create", `{"id":1,"name":"#1","line_items":[{"id":2,"quantity":1,"price_set":{"presentment_money":{"amount":"1.00","currency_code":"XXX"}}}]}`},
		"strange amount":    {"orders/create", `{"id":1,"name":"#1","line_items":[{"id":2,"quantity":1,"price_set":{"presentment_money":{"amount":"1,00","currency_code":"EUR"}}}]}`},
		"too many decimals": {"orders/create", `{"id":1,"name":"#1","line_items":[{"id":2,"quantity":1,"price_set":{"presentment_money":{"amount":"1.005","currency_code":"EUR"}}}]}`},
		"text for an id":    {"orders/create", `{"id":"abc","name":"#1","line_items":[{"id":2,"quantity":1}]}`},
		"asks for nothing":  {"customers/redact", `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Reader.Read(lamps(), &intake.Delivery{Topic: c.topic, Body: []byte(c.body)})
			if err == nil || recourse.KindOf(err) != recourse.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestMarks: a refund is ours by the mark in its note, and only the order's own.
func TestMarks(t *testing.T) {
	for note, want := range map[string]string{
		"Recourse " + Mark("1001-1/3"): "1001-1/3", "[recourse 1001-2/1] thanks": "1001-2/1", "recourse 1001-1/3": "", "[recourse 1001 1/3]": "", "[recourse ]": "", "": "", "[recourse [recourse A-1/2]": "A-1/2",
	} {
		if got := Marked(note); got != want {
			t.Errorf("%q is marked %q, not %q", note, got, want)
		}
	}
}

// FuzzRead reads any bytes as any topic. Whatever comes out can be decided on, and reading again gives the same.
func FuzzRead(f *testing.F) {
	topics := append(append(append([]string{topicOrder, "customers/redact", "shop/redact", "app/uninstalled"}, tellOrder...), nameOrder...), "products/update")
	files, _ := filepath.Glob("testdata/*.json")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for i := range topics {
			f.Add(b, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, topic byte) {
		d := intake.Delivery{ID: "1", Topic: topics[int(topic)%len(topics)], Body: b, At: at}
		m, err := Reader.Read(lamps(), &d)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for i := range m.Events {
			e := &m.Events[i]
			if e.ID == "" || e.Order == "" {
				t.Errorf("an event without a name: %+v", e)
			}
			seen[e.ID] = true
			_ = e.Check()
		}
		again, err := Reader.Read(lamps(), &d)
		if err != nil || transcript(again) != transcript(m) {
			t.Errorf("first\n%s\nthen\n%s", transcript(m), transcript(again))
		}
	})
}
