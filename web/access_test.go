package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/account"
	"recourse/store"
)

// rights is what each route of the API takes, written down a second time on purpose.
var rights = map[string]account.Permission{
	"POST /api/v1/events":                                          account.Work,
	"GET /api/v1/orders/{order}":                                   account.Read,
	"GET /api/v1/orders/{order}/history":                           account.Read,
	"GET /api/v1/cases":                                            account.Read,
	"GET /api/v1/cases/{case}":                                     account.Read,
	"POST /api/v1/cases/{case}/actions":                            account.Work,
	"GET /api/v1/effects":                                          account.Read,
	"POST /api/v1/effects/{effect}/approve":                        account.Work,
	"POST /api/v1/effects/{effect}/reject":                         account.Work,
	"POST /api/v1/effects/{effect}/recall":                         account.Work,
	"POST /api/v1/effects/{effect}/start":                          account.Work,
	"POST /api/v1/effects/{effect}/done":                           account.Work,
	"POST /api/v1/effects/{effect}/fail":                           account.Work,
	"GET /api/v1/playbooks":                                        account.Read,
	"GET /api/v1/playbooks/{hash}":                                 account.Read,
	"GET /api/v1/playbooks/{hash}/picture":                         account.Read,
	"GET /api/v1/playbooks/{hash}/picture.svg":                     account.Read,
	"GET /api/v1/merchant":                                         account.Read,
	"GET /api/v1/insights":                                         account.Read,
	"GET /api/v1/webhooks":                                         account.Manage,
	"POST /api/v1/webhooks":                                        account.Manage,
	"GET /api/v1/webhooks/{webhook}":                               account.Manage,
	"PATCH /api/v1/webhooks/{webhook}":                             account.Manage,
	"DELETE /api/v1/webhooks/{webhook}":                            account.Manage,
	"POST /api/v1/webhooks/{webhook}/rotate":                       account.Manage,
	"POST /api/v1/webhooks/{webhook}/test":                         account.Manage,
	"GET /api/v1/webhooks/{webhook}/deliveries":                    account.Manage,
	"GET /api/v1/webhooks/{webhook}/deliveries/{delivery}":         account.Manage,
	"POST /api/v1/webhooks/{webhook}/deliveries/{delivery}/replay": account.Manage,
	"POST /api/v1/webhooks/{webhook}/replay":                       account.Manage,
	"GET /api/v1/connections":                                      account.Manage,
	"POST /api/v1/connections":                                     account.Manage,
	"GET /api/v1/connections/{connection}":                         account.Manage,
	"GET /api/v1/connections/{connection}/receipts":                account.Manage,
	"POST /api/v1/connections/{connection}/replay":                 account.Manage,
	"GET /api/v1/chores":                                           account.Read,
	"POST /api/v1/connections/{connection}/settle":                 account.Manage,
	"GET /api/v1/cases/{case}/sourcing":                            account.Read,
	"POST /api/v1/cases/{case}/offer":                              account.Work,
	"GET /api/v1/suppliers":                                        account.Read,
	"GET /api/v1/suppliers/{supplier}":                             account.Read,
	"PUT /api/v1/suppliers/{supplier}":                             account.Work,
	"POST /api/v1/suppliers/{supplier}/merge":                      account.Manage,
	"GET /api/v1/offers":                                           account.Read,
	"POST /api/v1/offers":                                          account.Work,
	"POST /api/v1/offers/tie":                                      account.Work,
	"GET /api/v1/rates":                                            account.Read,
	"POST /api/v1/rates":                                           account.Work,
	"GET /api/v1/orders/{order}/books":                             account.Read,
	"GET /api/v1/money":                                            account.Read,
	"GET /api/v1/lines":                                            account.Read,
	"GET /api/v1/lines/{line}":                                     account.Read,
	"PUT /api/v1/lines/{line}":                                     account.Work,
	"DELETE /api/v1/lines/{line}":                                  account.Work,
	"POST /api/v1/lines":                                           account.Work,
	"POST /api/v1/packing":                                         account.Read,
	"GET /api/v1/cases/{case}/shipping":                            account.Read,
	"POST /api/v1/addresses/check":                                 account.Read,
	"GET /api/v1/orders/{order}/address":                           account.Read,
	"GET /api/v1/windows":                                          account.Read,
	"PUT /api/v1/windows":                                          account.Work,
	"DELETE /api/v1/windows":                                       account.Work,
	"PUT /api/v1/windows/marketplace":                              account.Work,
	"GET /api/v1/claims":                                           account.Read,
	"GET /api/v1/claims.csv":                                       account.Read,
	"GET /api/v1/claims.ics":                                       account.Read,
	"GET /api/v1/money/postings":                                   account.Read,
	"GET /api/v1/money/settings":                                   account.Read,
	"PUT /api/v1/money/settings":                                   account.Manage,
	"GET /api/v1/recoveries":                                       account.Read,
	"POST /api/v1/recoveries/{recovery}/chase":                     account.Work,
}

// everybody are the routes for which nobody shows anything.
var everybody = []string{"GET /openapi.json", "GET /docs", "GET /docs.css", "GET /healthz", "GET /readyz", "GET /signin", "GET /signin/{secret}", "POST /signout", "GET /language", "GET /static/{file}"}

// TestEveryRouteAndRole asks every route of the document as every role, and as nobody.
func TestEveryRouteAndRole(t *testing.T) {
	databases(t, func(s *shop) {
		tree, _ := document()
		for path, item := range tree["paths"].(map[string]any) {
			for method := range item.(map[string]any) {
				route := strings.ToUpper(method) + " " + path
				needs, known := rights[route]
				if !known {
					if !strings.Contains(strings.Join(everybody, ","), route) {
						t.Errorf("the test does not know what %s takes", route)
					}
					continue
				}
				at := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "x")
				for _, r := range account.Roles {
					g := s.ask(strings.ToUpper(method), at, "", "Authorization", s.as(r))
					if refused := g.StatusCode == http.StatusForbidden; refused == r.May(needs) {
						t.Errorf("%s as %s: %d", route, r, g.StatusCode)
					}
				}
				for name, header := range map[string]string{"nobody": "", "another scheme": "Basic eDp4", "a wrong token": "Bearer rc_a_shop_" + strings.Repeat("a", 32), "no token": "Bearer", "nonsense": "Bearer ';--"} {
					g := s.ask(strings.ToUpper(method), at, "", "Authorization", header)
					if g.StatusCode != http.StatusUnauthorized || g.Header.Get("WWW-Authenticate") == "" {
						t.Errorf("%s with %s: %d", route, name, g.StatusCode)
					}
					isProblem(t, route, g)
				}
			}
		}
		if len(rights)+2 != countRoutes(tree) {
			t.Errorf("%d routes are known here, the document has %d", len(rights)+2, countRoutes(tree))
		}
	})
}

func countRoutes(tree map[string]any) (n int) {
	for _, item := range tree["paths"].(map[string]any) {
		n += len(item.(map[string]any))
	}
	return n
}

func TestTokens(t *testing.T) {
	databases(t, func(s *shop) {
		accounts := account.New(s.store, s.now)
		short, err := accounts.Issue(t.Context(), "shop", "short", account.Owner, store.TokenAPI, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		link, err := accounts.Issue(t.Context(), "shop", "link", account.Owner, store.TokenLink, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(name, token string, status int, code string) {
			t.Helper()
			scenario{name: name, method: "GET", path: "/api/v1/merchant", headers: []string{"Authorization", "Bearer " + token}, status: status, contains: []string{code}}.run(s)
		}
		ask("good", short, 200, `"shop"`)
		ask("a link is no token", link, 401, "token_unknown")
		s.wait(time.Hour)
		ask("expired", short, 401, "token_expired")
	})
}

func TestSignIn(t *testing.T) {
	databases(t, func(s *shop) {
		accounts := account.New(s.store, s.now)
		link := func() string {
			l, err := accounts.Issue(t.Context(), "shop", "Ada", account.Viewer, store.TokenLink, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return "/signin/" + l
		}
		none := []string{"Authorization", "", "Accept", "text/html"}
		first := link()
		if g := s.ask("GET", first, "", append(none, "Sec-Purpose", "prefetch")...); g.StatusCode != 409 {
			t.Errorf("fetched ahead: %d", g.StatusCode)
		}
		g := s.ask("GET", first, "", none...)
		if g.StatusCode != http.StatusSeeOther || g.Header.Get("Location") != "/" {
			t.Fatalf("%d %v", g.StatusCode, g.Header)
		}
		c := g.Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || c.MaxAge != 0 {
			t.Errorf("the cookie is %v", c)
		}
		cookie := []string{"Authorization", "", "Cookie", c.Name + "=" + c.Value}
		for _, x := range []scenario{
			{name: "signed in", method: "GET", path: "/", headers: cookie, status: 200},
			{name: "a browser may look", method: "GET", path: "/api/v1/merchant", headers: cookie, status: 200, contains: []string{`"Ada"`}},
			{name: "a browser's session tells nothing", method: "POST", path: "/api/v1/events", body: event("x", "order.placed", order1001), headers: cookie, status: 401, contains: []string{"token_missing"}},
			{name: "another site", method: "POST", path: "/signout", headers: append(cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), status: 403, contains: []string{"cross_site"}},
			{name: "no session", method: "GET", path: "/", headers: []string{"Authorization", ""}, status: 401, contains: []string{"session_missing"}},
			{name: "a wrong session", method: "GET", path: "/", headers: []string{"Authorization", "", "Cookie", c.Name + "=rc_s_shop_" + strings.Repeat("a", 32)}, status: 401},
			{name: "a token is no session", method: "GET", path: "/", headers: []string{"Authorization", "", "Cookie", c.Name + "=" + s.tokens[account.Owner]}, status: 401},
		} {
			x.run(s)
		}
		if g := s.ask("GET", first, "", none...); g.StatusCode != 401 || !strings.Contains(g.body, "used already") || !strings.Contains(g.Header.Get("Content-Type"), "text/html") {
			t.Errorf("used: %d %s", g.StatusCode, g.body)
		}
		if g := s.ask("GET", first, "", cookie...); g.StatusCode != http.StatusSeeOther {
			t.Errorf("who is in goes on: %d", g.StatusCode)
		}
		late := link()
		s.wait(time.Hour)
		if g := s.ask("GET", late, "", none...); g.StatusCode != 401 || !strings.Contains(g.body, "too old") {
			t.Errorf("late: %d %s", g.StatusCode, g.body)
		}
		if g := s.ask("POST", "/signout", "", cookie...); g.StatusCode != http.StatusSeeOther || g.Cookies()[0].MaxAge >= 0 {
			t.Errorf("signed out: %d", g.StatusCode)
		}
		scenario{name: "signed out", method: "GET", path: "/", headers: cookie, status: 401}.run(s)
	})
}
