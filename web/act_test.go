package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/account"
)

func effectPath(effect, verb string) string {
	return "/api/v1/effects/" + url.PathEscape(effect) + "/" + verb
}

// TestCase reads a case with all that belongs to it, and lets every action that it names be previewed.
func TestCase(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		g := s.ask("GET", "/api/v1/cases/1001-1", "")
		if g.StatusCode != 200 || g.text("situation") != "out_of_stock" || g.text("order") != "1001" || g.Header.Get("ETag") != `"3"` {
			t.Fatalf("%v %s", g.Header, g.body)
		}
		for _, path := range []string{"history.0.entries.0.words", "history.0.entries.0.why.code", "upcoming.0.words", "upcoming.0.deadline.due", "effects.0.words", "effects.0.status", "ledger.0.amount", "actions.0.href", "actions.0.method", "file.order.buyer.name"} {
			if g.text(path) == "" {
				t.Errorf("there is no %s: %.3000s", path, g.body)
			}
		}
		if strings.Contains(g.body, "§") {
			t.Error("a token of a personal field is shown")
		}
		fr := s.ask("GET", "/api/v1/cases/1001-1", "", "Accept-Language", "fr-CA, en;q=0.5")
		if fr.Header.Get("Content-Language") != "fr" || fr.text("words.situation") == g.text("words.situation") {
			t.Errorf("in French: %s", fr.text("words.situation"))
		}
		if zh := s.ask("GET", "/api/v1/cases/1001-1?language=zh", "", "Accept-Language", "fr"); zh.Header.Get("Content-Language") != "zh" {
			t.Error("the query's language goes before the header's")
		}
		actions, _ := g.at("actions").([]any)
		tried := 0
		for _, a := range actions {
			action := a.(map[string]any)
			if len(action["required"].([]any)) > 0 {
				continue
			}
			body, _ := json.Marshal(action["body"])
			p := s.ask(action["method"].(string), action["href"].(string)+"?preview=true", string(body))
			if p.StatusCode != 200 || p.at("preview") != true {
				t.Errorf("%s: %d %s", body, p.StatusCode, p.body)
			}
			tried++
		}
		if tried == 0 {
			t.Errorf("there is nothing to do: %s", g.body)
		}
		if after := s.ask("GET", "/api/v1/cases/1001-1", ""); after.Header.Get("ETag") != `"3"` {
			t.Error("a preview was saved")
		}
	})
}

func TestActions(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		s.tell("offers", "offers.found", `{"order":"1001","offers":[{"supplier":"Other","sku":"LAMP","same":true,"price":"30.00 CNY","stock":9}]}`)
		path := "/api/v1/cases/1001-1/actions"
		for _, c := range []scenario{
			{name: "not offered", body: `{"event":"claim.approved"}`, status: 409, contains: []string{"not_offered", `"possible":[{`}},
			{name: "no such remedy", body: `{"remedy":"magic"}`, status: 400, contains: []string{`"/remedy"`}},
			{name: "no such event", body: `{"event":"magic"}`, status: 400, contains: []string{`"/event"`}},
			{name: "nothing", body: `{}`, status: 400, contains: []string{`"/event"`}},
			{name: "no body", body: ``, status: 400, contains: []string{`"/event"`}},
			{name: "a list", body: `[]`, status: 400},
			{name: "another case", body: `{"remedy":"reorder","case":"1001-2"}`, status: 400, contains: []string{`"/case"`}},
			{name: "extra field", body: `{"remedy":"reorder","x":1}`, status: 400, contains: []string{`"/x"`}},
			{name: "no such case", path: "/api/v1/cases/1001-9/actions", body: `{"remedy":"reorder"}`, status: 404, contains: []string{`"parameter":"case"`}},
			{name: "another's case", body: `{"remedy":"reorder"}`, headers: []string{"Authorization", "Bearer " + s.tokens["other"]}, status: 404},
			{name: "an old version", body: `{"remedy":"reorder"}`, headers: []string{"If-Match", `"1"`}, status: 412, contains: []string{"version_changed", `"header":"If-Match"`}},
			{name: "an old version and nothing to do", body: `{"event":"claim.approved"}`, headers: []string{"If-Match", `"1"`}, status: 412},
			{name: "no version", body: `{"remedy":"reorder"}`, headers: []string{"If-Match", `"x"`}, status: 400, contains: []string{`"header":"If-Match"`}},
			{name: "a confirmation by a clerk", body: `{"remedy":"reorder","confirmed":true}`, headers: []string{"Authorization", s.as(account.Clerk)}, status: 403},
			{name: "a viewer", body: `{"remedy":"reorder"}`, headers: []string{"Authorization", s.as(account.Viewer)}, status: 403},
			{name: "a bad key", body: `{"remedy":"reorder"}`, headers: []string{"Idempotency-Key", strings.Repeat("x", 256)}, status: 400, contains: []string{"idempotency_key"}},
			{name: "now", body: `{"remedy":"reorder","supplier":"Other"}`, headers: []string{"If-Match", `"4"`, "Idempotency-Key", `"k-1"`}, status: 200, contains: []string{`"taken"`, `"kind":"reorder"`, `"words"`}, header: [2]string{"ETag", `"5"`}},
			{name: "again, bare, with the old version", body: ` {"supplier":"Other","remedy":"reorder","event":"remedy.chosen"}`, headers: []string{"If-Match", `"4"`, "Idempotency-Key", "k-1"}, status: 200, contains: []string{`"taken"`, `"kind":"reorder"`}, header: [2]string{"Idempotency-Replayed", "true"}},
			{name: "the key for something else", body: `{"remedy":"refund"}`, headers: []string{"Idempotency-Key", "k-1"}, status: 422, contains: []string{"idempotency_key_reused"}},
			{name: "another token's key", body: `{"event":"supplier.replied"}`, headers: []string{"Idempotency-Key", "k-1", "Authorization", s.as(account.Clerk)}, status: 409},
		} {
			c.method = "POST"
			if c.path == "" {
				c.path = path
			}
			c.run(s)
		}
	})
}

func TestEffects(t *testing.T) {
	databases(t, func(s *shop) {
		refund := s.outOfStock()
		g := s.ask("GET", "/api/v1/effects?status=pending&approval=needed", "")
		if g.StatusCode != 200 || g.text("effects.0.id") != refund || g.text("effects.0.actions.0.do") != "approve" || g.at("effects.1") != nil {
			t.Fatalf("what waits for an approval: %s", g.body)
		}
		first := s.ask("GET", "/api/v1/effects?limit=1", "")
		second := s.ask("GET", "/api/v1/effects?limit=200&cursor="+url.QueryEscape(first.text("next")), "")
		if first.text("next") == "" || second.text("next") != "" || second.text("effects.0.id") == first.text("effects.0.id") {
			t.Errorf("pages: %s, then %s", first.body, second.body)
		}
		for _, c := range []scenario{
			{name: "not approved", path: effectPath(refund, "done"), status: 409, contains: []string{"effect_moved"}},
			{name: "a clerk approves", path: effectPath(refund, "approve"), headers: []string{"Authorization", s.as(account.Clerk)}, status: 403},
			{name: "an old version", path: effectPath(refund, "approve"), headers: []string{"If-Match", `"2"`}, status: 412},
			{name: "no such effect", path: effectPath("1001-1/99", "approve"), status: 404, contains: []string{`"parameter":"effect"`}},
			{name: "no such order", path: effectPath("x", "approve"), status: 404},
			{name: "no such verb", path: effectPath(refund, "eat"), status: 404},
			{name: "a long reason", path: effectPath(refund, "approve"), body: `{"reason":"` + strings.Repeat("x", 10_001) + `"}`, status: 413, contains: []string{`"/reason"`}},
			{name: "an extra field", path: effectPath(refund, "approve"), body: `{"reson":"x"}`, status: 400, contains: []string{`"/reson"`}},
			{name: "another form", path: effectPath(refund, "approve"), body: `a=b`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415},
			{name: "preview", path: effectPath(refund, "approve") + "?preview=true", status: 200, contains: []string{`"preview":true`}},
			{name: "no preview", path: effectPath(refund, "approve") + "?preview=maybe", status: 400, contains: []string{`"parameter":"preview"`}},
			{name: "approve", path: effectPath(refund, "approve"), body: `{"reason":"fine"}`, headers: []string{"Authorization", s.as(account.Approver), "If-Match", `"3"`}, status: 200, contains: []string{`"taken"`}},
			{name: "approve again", path: effectPath(refund, "approve"), status: 409},
			{name: "start", path: effectPath(refund, "start"), headers: []string{"Authorization", s.as(account.Clerk)}, status: 200},
			{name: "done", path: effectPath(refund, "done"), headers: []string{"Authorization", s.as(account.Clerk), "Idempotency-Key", "d"}, status: 200},
			{name: "done again", path: effectPath(refund, "done"), headers: []string{"Authorization", s.as(account.Clerk), "Idempotency-Key", "d"}, status: 200, header: [2]string{"Idempotency-Replayed", "true"}},
			{name: "fail with the same key", path: effectPath(refund, "fail"), headers: []string{"Authorization", s.as(account.Clerk), "Idempotency-Key", "d"}, status: 422},
			{name: "too late to fail", path: effectPath(refund, "fail"), status: 409},
		} {
			c.method = "POST"
			c.run(s)
		}
	})
}

// TestThousandApprovals: of a thousand identical approvals of one refund at the same time, one is taken.
func TestThousandApprovals(t *testing.T) {
	databases(t, func(s *shop) {
		client := &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{MaxConnsPerHost: 500, MaxIdleConnsPerHost: 500}}
		ask := func(effect, key string) (int, string, bool) {
			r, _ := http.NewRequest("POST", s.http.URL+effectPath(effect, "approve"), strings.NewReader("{}"))
			r.Header.Set("Authorization", s.as(account.Approver))
			r.Header.Set("Content-Type", "application/json")
			if key != "" {
				r.Header.Set("Idempotency-Key", key)
			}
			resp, err := client.Do(r)
			if err != nil {
				return 0, err.Error(), false
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, string(body), resp.Header.Get("Idempotency-Replayed") == "true"
		}
		thousand := func(effect, key string) map[string]int {
			got := map[string]int{}
			var mu sync.Mutex
			var wait sync.WaitGroup
			for range 1000 {
				wait.Go(func() {
					status, body, replayed := ask(effect, key)
					mu.Lock()
					defer mu.Unlock()
					got[fmt.Sprint(status, " ", replayed)]++
					if status != 200 && status != 409 {
						t.Errorf("%d %s", status, body)
					}
				})
			}
			wait.Wait()
			return got
		}
		refund := s.outOfStock()
		if got := thousand(refund, ""); got["200 false"] != 1 || got["409 false"] != 999 {
			t.Errorf("without a key: %v", got)
		}
		if n := s.approvals("1001"); n != 1 {
			t.Errorf("the history has %d approvals", n)
		}
		s.tell("f1", "order.placed", strings.Replace(order1001, `"1001"`, `"2001"`, 1))
		s.tell("f2", "purchase.placed", `{"order":"2001","purchase":"T2","lines":[1]}`)
		s.tell("f3", "purchase.out_of_stock", `{"purchase":"T2"}`)
		if got := thousand("2001-1/3", "same"); got["200 false"] != 1 || got["200 true"] != 999 {
			t.Errorf("with one key: %v", got)
		}
		if n := s.approvals("2001"); n != 1 {
			t.Errorf("the history has %d approvals", n)
		}
	})
}

func (s *shop) approvals(order string) int {
	return strings.Count(s.ask("GET", "/api/v1/orders/"+order+"/history", "").body, `"type":"effect.approved"`)
}
