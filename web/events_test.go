package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"recourse/account"
)

const ceOne, ceBatch = "application/cloudevents+json", "application/cloudevents-batch+json"

// TestEvents tells events in every form that CloudEvents has, and twice.
func TestEvents(t *testing.T) {
	databases(t, func(s *shop) {
		one := event("a", "order.placed", order1001)
		for _, c := range []scenario{
			{name: "structured", body: one, headers: []string{"Content-Type", ceOne}, contains: []string{`"status":"taken"`, `"order":"1001"`, `"version":1`, `"source":"test"`, `"cases":[]`, `"effects":[]`}},
			{name: "again", body: one, headers: []string{"Content-Type", ceOne + "; charset=utf-8"}, contains: []string{`"status":"duplicate"`, `"version":1`}},
			{name: "as JSON", body: event("b", "recourse.purchase.placed", `{"order":"1001","purchase":"T1","lines":[1]}`), contains: []string{`"status":"taken"`, `"version":2`}},
			{name: "binary", body: `{"purchase":"T1"}`, headers: []string{"ce-specversion", "1.0", "ce-id", "c%20c", "ce-source", "https://example.org/x", "ce-type", "purchase.out_of_stock"},
				contains: []string{`"id":"c c"`, `"status":"taken"`, `{"case":"1001-1","situation":"out_of_stock","status":"open"}`, `"kind":"refund"`}},
			{name: "before its order", body: event("d", "problem.reported", `{"order":"77","problem":"wrong_item"}`), contains: []string{`"status":"held"`}},
			{name: "extension attributes", body: `{"specversion":"1.0","id":"x","source":"test","type":"supplier.replied","traceparent":"00-1","subject":"s","data":{"purchase":"T1","text":"no"}}`, contains: []string{`"status":"taken"`}},
			{name: "a touched case that was there", body: event("y", "offers.found", `{"order":"1001","offers":[]}`), contains: []string{`{"case":"1001-1","situation":"out_of_stock","status":"open"}`}},
		} {
			c.method, c.path, c.status = "POST", "/api/v1/events", 200
			c.run(s)
		}
	})
}

func TestBatch(t *testing.T) {
	databases(t, func(s *shop) {
		batch := "[" + strings.Join([]string{
			event("1", "order.placed", order1001),
			event("2", "order.placed", `{"order":"1002","lines":[{"line":0}]}`),
			`7`,
			event("1", "order.placed", order1001),
			event("3", "order.eaten", `{}`),
			event("4", "purchase.placed", `{"order":"1001","purchase":"T1","lines":[1]}`),
			event("5", "parcel.scanned", `{"parcel":"unknown","status":"lost"}`),
		}, ",") + "]"
		for round, first := range []string{"taken", "duplicate"} {
			g := s.ask("POST", "/api/v1/events", batch, "Content-Type", ceBatch)
			if g.StatusCode != 200 {
				t.Fatal(g.body)
			}
			for i, want := range []string{first, "refused", "refused", "duplicate", "refused", first, "refused"} {
				if got := g.text(fmt.Sprintf("results.%d.status", i)); got != want {
					t.Errorf("round %d: the event %d is %s, %s is wanted: %s", round, i, got, want, g.body)
				}
			}
			for i, want := range map[int]string{1: "/1/data/lines/0/line", 4: "/4/type", 6: "/6/data/parcel"} {
				if got := g.text(fmt.Sprintf("results.%d.error.errors.0.pointer", i)); got != want {
					t.Errorf("the event %d is at fault at %q, %q is wanted: %s", i, got, want, g.body)
				}
			}
			if v, _ := g.at("results.3.version").(json.Number); v != "1" {
				t.Errorf("the twin's version is %v", v)
			}
		}
		many := strings.TrimSuffix(strings.Repeat(`{},`, 1001), ",")
		scenario{name: "too many", method: "POST", path: "/api/v1/events", body: "[" + many + "]", headers: []string{"Content-Type", ceBatch}, status: 413, contains: []string{"event_count"}}.run(s)
		thousand := make([]string, 1000)
		for i := range thousand {
			thousand[i] = event(fmt.Sprintf("m%d", i), "order.placed", strings.Replace(order1001, `"1001"`, fmt.Sprintf(`"M%d"`, i), 1))
		}
		g := s.ask("POST", "/api/v1/events", "["+strings.Join(thousand, ",")+"]")
		if g.StatusCode != 200 || strings.Count(g.body, `"taken"`) != 1000 {
			t.Errorf("a thousand: %d, %d taken", g.StatusCode, strings.Count(g.body, `"taken"`))
		}
	})
}

// TestBadEvents: whatever is wrong is told as a problem that names the field, and nothing is taken in.
func TestBadEvents(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	long := strings.Repeat("x", 10<<20)
	order := func(fields string) string { return event("bad", "order.placed", `{"order":"9",`+fields+`}`) }
	line := func(fields string) string { return order(`"lines":[{"line":1,` + fields + `}]`) }
	cases := []scenario{
		{name: "no JSON", body: `{`, status: 400, contains: []string{`"json"`}},
		{name: "nothing", body: ` `, status: 400},
		{name: "null", body: `null`, status: 400},
		{name: "a text", body: `"x"`, status: 400},
		{name: "two documents", body: event("bad", "order.placed", order1001) + "{}", status: 400},
		{name: "deep", body: event("bad", "order.placed", deep), status: 413, contains: []string{"json_depth"}},
		{name: "10 MB", body: event("bad", "order.placed", `{"order":"`+long+`"}`), status: 413, contains: []string{"body_size"}},
		{name: "a long text", body: event("bad", "supplier.replied", `{"purchase":"T1","text":"`+long[:20_000]+`"}`), status: 413, contains: []string{`"/data/text"`}},
		{name: "a long key", body: event("bad", "order.placed", strings.Replace(order1001, "1001", long[:5000], 1)), status: 413, contains: []string{`"/data/order"`}},
		{name: "a long id", body: event(long[:5000], "order.placed", order1001), status: 413, contains: []string{`"/id"`}},
		{name: "NUL", body: event("bad", "order.placed", strings.Replace(order1001, "1001", `a\u0000b`, 1)), status: 400, contains: []string{"json_text"}},
		{name: "control", body: event("bad", "order.placed", strings.Replace(order1001, "1001", `a\nb`, 1)), status: 400, contains: []string{`"/data/order"`}},
		{name: "unknown type", body: event("bad", "order.plcaed", order1001), status: 400, contains: []string{`"/type"`, `order.placed`}},
		{name: "unknown field", body: event("bad", "order.placed", `{"order":"9","lnes":[]}`), status: 400, contains: []string{`"/data/lnes"`, `lines`}},
		{name: "a field of another type", body: event("bad", "problem.reported", `{"order":"9","problem":"x","offers":[]}`), status: 400, contains: []string{`"/data/offers"`}},
		{name: "missing field", body: event("bad", "order.placed", `{"order":"9"}`), status: 400, contains: []string{`"/data/lines"`}},
		{name: "missing id", body: `{"specversion":"1.0","source":"x","type":"order.placed","data":{}}`, status: 400, contains: []string{`"/id"`}},
		{name: "missing source", body: `{"specversion":"1.0","id":"x","type":"order.placed","data":{}}`, status: 400, contains: []string{`"/source"`}},
		{name: "missing version", body: `{"id":"x","source":"x","type":"order.placed","data":{}}`, status: 400, contains: []string{`"/specversion"`}},
		{name: "id is a number", body: `{"specversion":"1.0","id":7,"source":"x","type":"order.placed","data":{}}`, status: 400, contains: []string{`"/id"`}},
		{name: "no such attribute", body: `{"specversion":"1.0","id":"x","source":"x","Type":"order.placed","data":{}}`, status: 400, contains: []string{`"/Type"`}},
		{name: "base64", body: `{"specversion":"1.0","id":"x","source":"x","type":"order.placed","data_base64":"e30="}`, status: 400, contains: []string{`"/data_base64"`}},
		{name: "XML inside", body: `{"specversion":"1.0","id":"x","source":"x","type":"order.placed","datacontenttype":"text/xml","data":"<a/>"}`, status: 400, contains: []string{`"/datacontenttype"`}},
		{name: "data is a list", body: event("bad", "order.placed", `[]`), status: 400},
		{name: "year 0", body: strings.Replace(event("bad", "order.placed", order1001), `"id"`, `"time":"0000-01-01T00:00:00Z","id"`, 1), status: 400, contains: []string{`"/time"`}},
		{name: "far future", body: strings.Replace(event("bad", "order.placed", order1001), `"id"`, `"time":"9999-12-31T23:59:59Z","id"`, 1), status: 400, contains: []string{`"/time"`}},
		{name: "year 10000", body: strings.Replace(event("bad", "order.placed", order1001), `"id"`, `"time":"10000-01-01T00:00:00Z","id"`, 1), status: 400, contains: []string{`"/time"`}},
		{name: "ship_by far away", body: event("bad", "purchase.placed", `{"order":"9","purchase":"P","ship_by":"2999-01-01T00:00:00Z"}`), status: 400, contains: []string{`"/data/ship_by"`}},
		{name: "negative price", body: line(`"price":"-1.00 EUR"`), status: 400, contains: []string{`"/data/lines/0/price"`}},
		{name: "overflowing price", body: line(`"price":"99999999999999999999.00 EUR"`), status: 400},
		{name: "huge price", body: line(`"price":"90000000000000000.00 EUR"`), status: 400, contains: []string{`"/data/lines/0/price"`}},
		{name: "no such currency", body: line(`"price":"1.00 XYZ"`), status: 400},
		{name: "price is a number", body: line(`"price":29.9`), status: 400},
		{name: "negative amount", body: event("bad", "refund.sent", `{"order":"9","amount":"-5.00 EUR"}`), status: 400, contains: []string{`"/data/amount"`}},
		{name: "quantity 0", body: line(`"quantity":0`), status: 400, contains: []string{`"/data/lines/0/quantity"`}},
		{name: "quantity too large", body: line(`"quantity":99999999999999999999`), status: 400},
		{name: "no such status", body: event("bad", "parcel.scanned", `{"parcel":"P","status":"eaten"}`), status: 400, contains: []string{`"/data/status"`}},
		{name: "no such order", body: event("bad", "parcel.scanned", `{"parcel":"P","status":"lost"}`), status: 404, contains: []string{`"/data/parcel"`}},
		{name: "no such effect", body: event("bad", "effect.done", `{"effect":"9-1/1"}`), status: 404},
		{name: "another form", body: "a=b", headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, contains: []string{`"header":"Content-Type"`}},
		{name: "no form", body: "a=b", headers: []string{"Content-Type", ""}, status: 415},
		{name: "binary without an id", body: `{}`, headers: []string{"ce-specversion", "1.0", "ce-source", "x", "ce-type", "order.placed"}, status: 400, contains: []string{`"header":"ce-id"`}},
		{name: "binary with wrong data", body: `{"order":"9","x":1}`, headers: []string{"ce-specversion", "1.0", "ce-id", "a", "ce-source", "x", "ce-type", "order.placed"}, status: 400, contains: []string{`"pointer":"/x"`}},
		{name: "binary with NUL", body: order1001, headers: []string{"ce-specversion", "1.0", "ce-id", "a%00", "ce-source", "x", "ce-type", "order.placed"}, status: 400, contains: []string{`"header":"ce-id"`}},
		{name: "unknown parameter", path: "/api/v1/events?previw=true", body: event("bad", "order.placed", order1001), status: 400, contains: []string{`"parameter":"previw"`, "preview"}},
	}
	databases(t, func(s *shop) {
		for _, c := range cases {
			c.method = "POST"
			if c.path == "" {
				c.path = "/api/v1/events"
			}
			c.run(s)
		}
		if g := s.ask("GET", "/api/v1/orders/9", ""); g.StatusCode != 404 {
			t.Errorf("something bad was taken in: %s", g.body)
		}
	})
}

func TestPreviewEvents(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		g := s.ask("POST", "/api/v1/events?preview=true", event("p", "offers.found", `{"order":"1001","offers":[]}`))
		if g.StatusCode != 200 || g.at("preview") != true || g.at("version") != nil || g.text("cases.0.case") != "1001-1" {
			t.Errorf("the preview is %s", g.body)
		}
		s.tell("p", "offers.found", `{"order":"1001","offers":[]}`) // it was not saved
		g = s.ask("POST", "/api/v1/events?preview=true", event("q", "order.placed", strings.Replace(order1001, `"1001"`, `"1002"`, 1)))
		if g.StatusCode != 200 {
			t.Error(g.body)
		}
		scenario{name: "not saved", method: "GET", path: "/api/v1/orders/1002", status: 404}.run(s)
	})
}

// TestEventRights: an approval is no less an approval for being sent as an event.
func TestEventRights(t *testing.T) {
	databases(t, func(s *shop) {
		effect := s.outOfStock()
		approve := event("ap", "effect.approved", `{"effect":"`+effect+`"}`)
		scenario{name: "a viewer tells nothing", method: "POST", path: "/api/v1/events", body: event("v", "problem.withdrawn", `{"order":"1001"}`), headers: []string{"Authorization", s.as(account.Viewer)}, status: 403}.run(s)
		scenario{name: "a clerk approves nothing", method: "POST", path: "/api/v1/events", body: approve, headers: []string{"Authorization", s.as(account.Clerk)}, status: 403, contains: []string{"approve"}}.run(s)
		scenario{name: "nor in a batch", method: "POST", path: "/api/v1/events", body: "[" + approve + "]", headers: []string{"Authorization", s.as(account.Clerk)}, status: 200, contains: []string{`"refused"`, `"forbidden"`}}.run(s)
		scenario{name: "an approver does", method: "POST", path: "/api/v1/events", body: approve, headers: []string{"Authorization", s.as(account.Approver)}, status: 200, contains: []string{`"taken"`}}.run(s)
	})
}
