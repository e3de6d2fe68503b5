package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestOrder(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		for _, c := range []scenario{
			{name: "order", path: "/api/v1/orders/1001", status: 200, contains: []string{`"Ada Lovelace"`, `"purchase":"T1"`, `"case":"1001-1"`, `"side":"owed"`}, header: [2]string{"ETag", `"3"`}},
			{name: "no order", path: "/api/v1/orders/7", status: 404, contains: []string{`"parameter":"order"`}},
			{name: "another's order", path: "/api/v1/orders/1001", headers: []string{"Authorization", "Bearer " + s.tokens["other"]}, status: 404},
			{name: "no name", path: "/api/v1/orders/a%00b", status: 400},
			{name: "broken name", path: "/api/v1/orders/%ff", status: 400},
			{name: "history", path: "/api/v1/orders/1001/history", status: 200, contains: []string{`"seq":1`, `"type":"order.placed"`, `"lines":[{"line":1,"sku":"LAMP"`, `"by":"owner-token"`}, excludes: []string{`"items"`, `"next"`}},
			{name: "a part", path: "/api/v1/orders/1001/history?from=2&limit=1", status: 200, contains: []string{`"seq":2`, `"next":3`}, excludes: []string{`"seq":1,`}},
			{name: "from nowhere", path: "/api/v1/orders/1001/history?from=0", status: 400, contains: []string{`"parameter":"from"`}},
			{name: "no history", path: "/api/v1/orders/7/history", status: 404},
			{name: "no case", path: "/api/v1/cases/1001-7", status: 404, contains: []string{`"parameter":"case"`}},
			{name: "nothing like a case", path: "/api/v1/cases/x", status: 404},
		} {
			c.method = "GET"
			c.run(s)
		}
	})
}

func TestCases(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		for i := range 5 {
			id := fmt.Sprintf("20%02d", i)
			s.tell("o"+id, "order.placed", strings.NewReplacer(`"1001"`, `"`+id+`"`, "29.90", fmt.Sprintf("%d.00", 10+i), "59.80", fmt.Sprintf("%d.00", 20+2*i), `"FR"`, `"DE"`).Replace(order1001))
			s.tell("c"+id, "order.cancel_requested", `{"order":"`+id+`"}`)
		}
		count := func(query string) int {
			g := s.ask("GET", "/api/v1/cases?"+query, "")
			list, _ := g.at("cases").([]any)
			if g.StatusCode != 200 {
				t.Errorf("%s: %s", query, g.body)
			}
			return len(list)
		}
		tomorrow := url.QueryEscape(start.Add(24 * time.Hour).Format(time.RFC3339))
		for query, want := range map[string]int{
			"": 6, "situation=out_of_stock": 1, "situation=order_cancelled": 5, "supplier=Lamps": 1, "country=DE": 5, "channel=shopify": 6, "channel=x": 0, "order=2001": 1, "amount=24.00+EUR": 4, "amount=24.00+USD": 0,
			"due_after=2100-01-01T00:00:00Z&status=open": 0, "sort=amount": 6, "sort=opened": 6, "limit=2": 2, "waits=buyer": 0, "due_before=2000-01-01T00:00:00Z": 0, "due_before=" + tomorrow + "&due_after=" + tomorrow: 0,
		} {
			if got := count(query); got != want {
				t.Errorf("%s: %d cases, %d are wanted", query, got, want)
			}
		}
		for _, sort := range []string{"due", "opened", "amount"} {
			seen := map[string]bool{}
			for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
				g := s.ask("GET", "/api/v1/cases?limit=2&sort="+sort+"&cursor="+url.QueryEscape(cursor), "")
				for i := range 2 {
					seen[g.text(fmt.Sprintf("cases.%d.case", i))] = true
				}
				if cursor = g.text("next"); pages > 5 {
					t.Fatalf("by %s: the pages do not end", sort)
				}
			}
			delete(seen, "")
			if len(seen) != 6 {
				t.Errorf("by %s: the pages have %d cases", sort, len(seen))
			}
		}
		for _, query := range []string{"status=maybe", "outcome=x", "waits=x", "sort=x", "limit=0", "limit=201", "limit=x", "due_before=yesterday", "due_after=0000-01-01T00:00:00Z", "amount=1", "amount=x+EUR", "amount=-99999999999999999999+EUR", "cursor=x", "situatoin=x", "status=open&status=open", "supplier=%00", "language=%ff"} {
			name, _, _ := strings.Cut(query, "=")
			c := scenario{name: query, method: "GET", path: "/api/v1/cases?" + query, status: 400, contains: []string{`"parameter":"` + name + `"`}}
			if name == "language" {
				continue // whatever it is, there is a language
			}
			c.run(s)
		}
		scenario{name: "broken query", method: "GET", path: "/api/v1/cases?%zz", status: 400}.run(s)
	})
}

func TestPlaybooks(t *testing.T) {
	databases(t, func(s *shop) {
		list := s.ask("GET", "/api/v1/playbooks", "")
		hash := list.text("playbooks.0.hash")
		for _, c := range []scenario{
			{name: "playbook", path: "/api/v1/playbooks/" + hash, status: 200, contains: []string{`"late_shipment.urge_after"`, `"2 days"`, `"text":{`, `"paths":["`}},
			{name: "picture", path: "/api/v1/playbooks/" + hash + "/picture", status: 200, contains: []string{"<svg"}, header: [2]string{"Content-Type", "image/svg+xml"}},
			{name: "picture of a path", path: "/api/v1/playbooks/" + hash + "/picture.svg?path=late", status: 200, contains: []string{"<svg"}},
			{name: "no such path", path: "/api/v1/playbooks/" + hash + "/picture.svg?path=x", status: 400, contains: []string{`"parameter":"path"`, "late"}},
			{name: "no such playbook", path: "/api/v1/playbooks/x", status: 404},
			{name: "no such picture", path: "/api/v1/playbooks/x/picture.svg", status: 404},
			{name: "merchant", path: "/api/v1/merchant", status: 200, contains: []string{`"merchant":"shop"`, `"name":"A shop"`, hash, `"role":"owner"`, `"approve"`}},
			{name: "health", path: "/healthz", headers: []string{"Authorization", ""}, status: 200},
			{name: "ready", path: "/readyz", headers: []string{"Authorization", ""}, status: 200},
		} {
			c.method = "GET"
			c.run(s)
		}
		s.desk.Close()
		s.store.Close()
		scenario{name: "up without a database", method: "GET", path: "/healthz", status: 200}.run(s)
		scenario{name: "not ready", method: "GET", path: "/readyz", status: 503, header: [2]string{"Retry-After", "2"}}.run(s)
	})
}
