package web_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/account"
	"recourse/store"
)

// routeTable says what every route answers to whom, a line each: owner, approver, clerk, viewer, supplier, nobody. It is
// written down a second time on purpose: a right that somebody changes must be changed here, too.
//
//	ok    let in, whatever follows
//	no    403: not allowed
//	in    led to where one signs in
//	401   a program is asked for its token
//	own   a supplier is led to its own page
//	open  for anybody, the same to all
//	link  for who shows a buyer's link, and for nobody else: not for the owner, either
var routeTable = map[string]string{
	// The queue and what is asked from everywhere
	"GET /{$}":                  "ok ok ok ok own in",
	"POST /find":                "ok ok ok ok no in",
	"GET /queue":                "ok ok ok ok no in",
	"POST /queue/bulk":          "ok ok ok no no in",
	"POST /views":               "ok ok ok ok no in",
	"POST /views/{view}":        "ok ok ok ok no in",
	"POST /views/{view}/remove": "ok ok ok ok no in",
	"GET /live":                 "ok ok ok ok no in",
	"GET /keys":                 "ok ok ok ok no in",
	"GET /tour":                 "ok ok ok ok no in",
	"GET /language":             "open",
	"GET /static/{file}":        "open",

	// A case and its order
	"GET /cases/{case}":                "ok ok ok ok no in",
	"GET /cases/{case}/picture.svg":    "ok ok ok ok no in",
	"POST /cases/{case}/act":           "ok ok ok no no in",
	"GET /cases/{case}/dossier.pdf":    "ok ok ok ok no in",
	"GET /cases/{case}/chargeback.pdf": "ok ok ok ok no in",
	"GET /cases/{case}/reorder.csv":    "ok ok ok no no in",
	"GET /reorders.csv":                "ok ok ok no no in",
	"POST /effects/{effect}/act":       "ok ok ok no no in",
	"GET /orders/{order}":              "ok ok ok ok no in",

	"POST /cases/{case}/assign":   "ok ok ok no no in",
	"POST /cases/{case}/snooze":   "ok ok ok no no in",
	"POST /cases/{case}/note":     "ok ok ok no no in",
	"POST /cases/{case}/message":  "ok ok ok no no in",
	"POST /cases/{case}/read":     "ok ok ok no no in",
	"POST /cases/{case}/undo":     "ok ok ok no no in",
	"POST /cases/{case}/evidence": "ok ok ok no no in",
	"GET /evidence/{file}/{size}": "ok ok ok ok no in",
	"GET /mentions":               "ok ok ok ok no in",
	"POST /mentions":              "ok ok ok ok no in",

	// The buyer's link, made and revoked from the desk
	"POST /orders/{order}/link/make":   "ok ok ok no no in",
	"POST /orders/{order}/link/revoke": "ok ok ok no no in",

	// The buyer's page
	"GET /b/{link}":                     "link",
	"POST /b/{link}/act":                "link",
	"POST /b/{link}/files":              "link",
	"OPTIONS /b/{link}/uploads":         "link",
	"POST /b/{link}/uploads":            "link",
	"HEAD /b/{link}/uploads/{upload}":   "link",
	"PATCH /b/{link}/uploads/{upload}":  "link",
	"DELETE /b/{link}/uploads/{upload}": "link",

	// Goods from elsewhere, suppliers, offers, rates, the books
	"POST /cases/{case}/offer":         "ok ok ok no no in",
	"POST /offers/tie":                 "ok ok ok no no in",
	"GET /offers":                      "ok ok ok ok no in",
	"POST /offers":                     "ok ok ok no no in",
	"POST /offers/import":              "ok ok ok no no in",
	"GET /offers/rejects.csv":          "ok ok ok no no in",
	"GET /offers/offers.csv":           "ok ok ok ok no in",
	"GET /suppliers":                   "ok ok ok ok no in",
	"GET /suppliers/{supplier}":        "ok ok ok ok no in",
	"POST /suppliers/{supplier}":       "ok ok ok no no in",
	"POST /suppliers/{supplier}/merge": "ok no no no no in",
	"GET /lines":                       "ok ok ok ok no in",
	"POST /lines":                      "ok ok ok no no in",
	"POST /lines/import":               "ok ok ok no no in",
	"GET /lines/lines.csv":             "ok ok ok ok no in",
	"GET /lines/{line}":                "ok ok ok ok no in",
	"POST /lines/{line}":               "ok ok ok no no in",
	"POST /lines/{line}/drop":          "ok ok ok no no in",
	"GET /rates":                       "ok ok ok ok no in",
	"POST /rates":                      "ok ok ok no no in",
	"GET /money":                       "ok ok ok ok no in",
	"GET /money/{file}":                "ok ok ok ok no in",
	"GET /claims":                      "ok ok ok ok no in",
	"GET /claims.ics":                  "ok ok ok ok no in",
	"GET /claims/{file}":               "ok ok ok ok no in",
	"GET /claims/windows":              "ok ok ok ok no in",
	"POST /claims/windows":             "ok ok ok no no in",
	"POST /claims/windows/remove":      "ok ok ok no no in",
	"POST /claims/windows/import":      "ok ok ok no no in",
	"POST /claims/windows/marketplace": "ok ok ok no no in",
	"GET /money/behind":                "ok ok ok ok no in",
	"GET /money/settings":              "ok ok ok ok no in",
	"POST /money/settings":             "ok no no no no in",
	"GET /recoveries":                  "ok ok ok ok no in",
	"GET /recoveries/{file}":           "ok ok ok ok no in",
	"POST /recoveries/act":             "ok ok ok no no in",

	// Figures
	"GET /insights":        "ok ok ok ok no in",
	"GET /insights/{file}": "ok ok ok ok no in",

	// Messages and languages: owner and approver edit
	"GET /messages":                          "ok ok ok ok no in",
	"GET /messages/{template}":               "ok ok ok ok no in",
	"POST /messages/{template}":              "ok ok no no no in",
	"POST /messages/{template}/preview":      "ok ok ok ok no in",
	"POST /messages/{template}/restore":      "ok ok no no no in",
	"GET /messages/languages":                "ok ok ok ok no in",
	"POST /messages/languages":               "ok ok no no no in",
	"POST /messages/languages/default":       "ok ok no no no in",
	"GET /messages/languages/{lang}":         "ok ok ok ok no in",
	"GET /messages/languages/{lang}/file":    "ok ok ok ok no in",
	"POST /messages/languages/{lang}/file":   "ok ok no no no in",
	"POST /messages/languages/{lang}/remove": "ok ok no no no in",
	"POST /messages/languages/{lang}/texts":  "ok ok no no no in",

	// The playbook: the owner changes it
	"GET /playbook":                     "ok ok ok ok no in",
	"GET /playbook/states/{state}":      "ok ok ok ok no in",
	"GET /playbook/settings":            "ok ok ok ok no in",
	"POST /playbook/settings":           "ok no no no no in",
	"GET /playbook/versions":            "ok ok ok ok no in",
	"GET /playbook/versions/{version}":  "ok ok ok ok no in",
	"POST /playbook/versions/{version}": "ok no no no no in",
	"GET /playbook/file":                "ok ok ok ok no in",
	"POST /playbook/file":               "ok no no no no in",
	"GET /playbook/file/playbook.yaml":  "ok ok ok ok no in",
	"GET /playbook/file/settings.json":  "ok ok ok ok no in",

	// Import
	"GET /import":                    "ok ok ok no no in",
	"POST /import":                   "ok ok ok no no in",
	"GET /import/{book}":             "ok ok ok no no in",
	"GET /import/{book}/rejects.csv": "ok ok ok no no in",
	"POST /import/{book}/drop":       "ok ok ok no no in",
	"POST /import/{book}/read":       "ok ok ok no no in",
	"POST /import/{book}/run":        "ok ok ok no no in",
	"POST /import/{book}/stop":       "ok ok ok no no in",
	"GET /mappings/{profile}":        "ok ok ok no no in",

	// Coming in
	"GET /signin":                "open",
	"POST /signin":               "open",
	"GET /signin/{secret}":       "open",
	"GET /signin/oidc":           "open",
	"GET /signin/oidc/back":      "open",
	"POST /signin/passkey":       "open",
	"POST /signin/passkey/begin": "open",
	"POST /signout":              "open",
	"GET /setup/{secret}":        "open",
	"POST /setup/{secret}":       "open",
	"GET /invite/{secret}":       "open",
	"POST /invite/{secret}":      "open",

	// One's own account
	"GET /account":                            "ok ok ok ok ok in",
	"POST /account":                           "ok ok ok ok ok in",
	"POST /account/password":                  "ok ok ok ok ok in",
	"POST /account/sessions/end":              "ok ok ok ok ok in",
	"POST /account/sessions/{session}/end":    "ok ok ok ok ok in",
	"POST /account/passkeys":                  "no no no no no in", // nothing was begun
	"POST /account/passkeys/begin":            "ok ok ok ok ok in",
	"POST /account/passkeys/{passkey}":        "ok ok ok ok ok in",
	"POST /account/passkeys/{passkey}/remove": "ok ok ok ok ok in",

	// People
	"GET /connections":                                             "ok no no no no in",
	"GET /connections/new/{kind}":                                  "ok no no no no in",
	"POST /connections":                                            "ok no no no no in",
	"GET /connections/{connection}":                                "ok no no no no in",
	"POST /connections/{connection}":                               "ok no no no no in",
	"POST /connections/{connection}/do":                            "ok no no no no in",
	"POST /connections/{connection}/remove":                        "ok no no no no in",
	"GET /connections/{connection}/receipts/{receipt}":             "ok no no no no in",
	"POST /connections/{connection}/receipts/{receipt}/replay":     "ok no no no no in",
	"POST /connections/{connection}/receipts/{receipt}/settle":     "ok no no no no in",
	"GET /api/v1/chores":                                           "ok ok ok ok no 401",
	"POST /api/v1/connections/{connection}/settle":                 "ok no no no no 401",
	"GET /connections/{connection}/receipts/{receipt}/export.json": "ok no no no no in",
	"GET /api/v1/connections":                                      "ok no no no no 401",
	"POST /api/v1/connections":                                     "ok no no no no 401",
	"GET /api/v1/connections/{connection}":                         "ok no no no no 401",
	"GET /api/v1/connections/{connection}/receipts":                "ok no no no no 401",
	"POST /api/v1/connections/{connection}/replay":                 "ok no no no no 401",
	"POST /in/{merchant}/{connection}":                             "open", // whoever signs as the connection does
	"GET /in/{merchant}/{connection}":                              "open",

	"GET /people":                   "ok no no no no in",
	"POST /people":                  "ok no no no no in",
	"GET /people/{person}":          "ok no no no no in",
	"POST /people/{person}":         "ok no no no no in",
	"POST /people/{person}/invite":  "ok no no no no in",
	"POST /people/{person}/signout": "ok no no no no in",
	"POST /people/{person}/disable": "ok no no no no in",
	"POST /people/{person}/enable":  "ok no no no no in",

	"POST /orders/{order}/erase": "ok no no no no in",

	// A supplier's own page: those who work on cases have the desk for it
	"GET /supplier":             "ok ok ok no ok in",
	"POST /supplier/{purchase}": "no no no no ok in",

	// The API
	"POST /api/v1/events":                                          "ok ok ok no no 401",
	"GET /api/v1/orders/{order}":                                   "ok ok ok ok no 401",
	"GET /api/v1/orders/{order}/history":                           "ok ok ok ok no 401",
	"GET /api/v1/cases":                                            "ok ok ok ok no 401",
	"GET /api/v1/cases/{case}":                                     "ok ok ok ok no 401",
	"POST /api/v1/cases/{case}/actions":                            "ok ok ok no no 401",
	"GET /api/v1/effects":                                          "ok ok ok ok no 401",
	"POST /api/v1/effects/{effect}/approve":                        "ok ok ok no no 401", // then the amount counts
	"POST /api/v1/effects/{effect}/reject":                         "ok ok ok no no 401",
	"POST /api/v1/effects/{effect}/recall":                         "ok ok ok no no 401",
	"GET /api/v1/insights":                                         "ok ok ok ok no 401",
	"POST /api/v1/effects/{effect}/start":                          "ok ok ok no no 401",
	"POST /api/v1/effects/{effect}/done":                           "ok ok ok no no 401",
	"POST /api/v1/effects/{effect}/fail":                           "ok ok ok no no 401",
	"GET /webhooks":                                                "ok no no no no in",
	"POST /webhooks":                                               "ok no no no no in",
	"GET /webhooks/{webhook}":                                      "ok no no no no in",
	"POST /webhooks/{webhook}":                                     "ok no no no no in",
	"POST /webhooks/{webhook}/pause":                               "ok no no no no in",
	"POST /webhooks/{webhook}/resume":                              "ok no no no no in",
	"POST /webhooks/{webhook}/rotate":                              "ok no no no no in",
	"POST /webhooks/{webhook}/remove":                              "ok no no no no in",
	"POST /webhooks/{webhook}/test":                                "ok no no no no in",
	"POST /webhooks/{webhook}/replay":                              "ok no no no no in",
	"GET /webhooks/{webhook}/deliveries/{delivery}":                "ok no no no no in",
	"POST /webhooks/{webhook}/deliveries/{delivery}/replay":        "ok no no no no in",
	"GET /api/v1/webhooks":                                         "ok no no no no 401",
	"POST /api/v1/webhooks":                                        "ok no no no no 401",
	"GET /api/v1/webhooks/{webhook}":                               "ok no no no no 401",
	"PATCH /api/v1/webhooks/{webhook}":                             "ok no no no no 401",
	"DELETE /api/v1/webhooks/{webhook}":                            "ok no no no no 401",
	"POST /api/v1/webhooks/{webhook}/rotate":                       "ok no no no no 401",
	"POST /api/v1/webhooks/{webhook}/test":                         "ok no no no no 401",
	"POST /api/v1/webhooks/{webhook}/replay":                       "ok no no no no 401",
	"GET /api/v1/webhooks/{webhook}/deliveries":                    "ok no no no no 401",
	"GET /api/v1/webhooks/{webhook}/deliveries/{delivery}":         "ok no no no no 401",
	"POST /api/v1/webhooks/{webhook}/deliveries/{delivery}/replay": "ok no no no no 401",
	"GET /api/v1/playbooks":                                        "ok ok ok ok no 401",
	"GET /api/v1/playbooks/{hash}":                                 "ok ok ok ok no 401",
	"GET /api/v1/playbooks/{hash}/picture":                         "ok ok ok ok no 401",
	"GET /api/v1/playbooks/{hash}/picture.svg":                     "ok ok ok ok no 401",
	"GET /api/v1/cases/{case}/sourcing":                            "ok ok ok ok no 401",
	"POST /api/v1/cases/{case}/offer":                              "ok ok ok no no 401",
	"GET /api/v1/suppliers":                                        "ok ok ok ok no 401",
	"GET /api/v1/suppliers/{supplier}":                             "ok ok ok ok no 401",
	"PUT /api/v1/suppliers/{supplier}":                             "ok ok ok no no 401",
	"POST /api/v1/suppliers/{supplier}/merge":                      "ok no no no no 401",
	"GET /api/v1/offers":                                           "ok ok ok ok no 401",
	"POST /api/v1/offers":                                          "ok ok ok no no 401",
	"POST /api/v1/offers/tie":                                      "ok ok ok no no 401",
	"GET /api/v1/lines":                                            "ok ok ok ok no 401",
	"GET /api/v1/lines/{line}":                                     "ok ok ok ok no 401",
	"PUT /api/v1/lines/{line}":                                     "ok ok ok no no 401",
	"DELETE /api/v1/lines/{line}":                                  "ok ok ok no no 401",
	"POST /api/v1/lines":                                           "ok ok ok no no 401",
	"POST /api/v1/packing":                                         "ok ok ok ok no 401",
	"GET /api/v1/cases/{case}/shipping":                            "ok ok ok ok no 401",
	"POST /api/v1/addresses/check":                                 "ok ok ok ok no 401",
	"GET /api/v1/orders/{order}/address":                           "ok ok ok ok no 401",
	"GET /api/v1/rates":                                            "ok ok ok ok no 401",
	"POST /api/v1/rates":                                           "ok ok ok no no 401",
	"GET /api/v1/orders/{order}/books":                             "ok ok ok ok no 401",
	"GET /api/v1/money":                                            "ok ok ok ok no 401",
	"GET /api/v1/windows":                                          "ok ok ok ok no 401",
	"PUT /api/v1/windows":                                          "ok ok ok no no 401",
	"DELETE /api/v1/windows":                                       "ok ok ok no no 401",
	"PUT /api/v1/windows/marketplace":                              "ok ok ok no no 401",
	"GET /api/v1/claims":                                           "ok ok ok ok no 401",
	"GET /api/v1/claims.csv":                                       "ok ok ok ok no 401",
	"GET /api/v1/claims.ics":                                       "ok ok ok ok no 401",
	"GET /api/v1/money/postings":                                   "ok ok ok ok no 401",
	"GET /api/v1/money/settings":                                   "ok ok ok ok no 401",
	"PUT /api/v1/money/settings":                                   "ok no no no no 401",
	"GET /api/v1/recoveries":                                       "ok ok ok ok no 401",
	"POST /api/v1/recoveries/{recovery}/chase":                     "ok ok ok no no 401",
	"GET /api/v1/merchant":                                         "ok ok ok ok no 401",
	"GET /openapi.json":                                            "open",
	"GET /docs":                                                    "open",
	"GET /docs.css":                                                "open",
	"GET /healthz":                                                 "open",
	"GET /readyz":                                                  "open",
}

// visitors are the columns of the table.
var visitors = append(slices.Clone(account.Roles), "nobody")

// TestRouteTable asks every route as everybody, and finds those that the table lacks.
func TestRouteTable(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "routes.db"), patient)
	people := map[account.Role]string{}
	accounts := account.New(s.store, s.now)
	for _, r := range account.Roles {
		p, err := accounts.Add(t.Context(), store.Person{Merchant: "shop", Name: string(r), Email: string(r) + "@example.org", Role: string(r), Supplier: "Lamps"})
		if err != nil {
			t.Fatal(err)
		}
		people[r] = p.ID
	}
	routes := s.server.Routes()
	for _, route := range routes {
		line, known := routeTable[route]
		cells := strings.Fields(line)
		switch {
		case !known:
			t.Errorf("%q is not in the table of routes: add a line to routeTable in web/routes_test.go that says what it answers to owner, approver, clerk, viewer, supplier and nobody", route)
		case line == "open":
			if !s.server.Open(route) {
				t.Errorf("%s is open in the table, and takes something in the server", route)
			}
			askOpen(s, route)
		case line == "link":
			askByLink(s, accounts, route, people[account.Owner])
		case len(cells) != len(visitors) || s.server.Open(route):
			t.Errorf("%s: %q has not a cell for each of %v, or is open in the server", route, line, visitors)
		default:
			for i, who := range visitors {
				if got := askAs(s, accounts, route, who, people[who]); got != cells[i] {
					t.Errorf("%s as %s: %s, %s is wanted", route, who, got, cells[i])
				}
			}
		}
	}
	for route := range routeTable {
		if !slices.Contains(routes, route) {
			t.Errorf("%q is in the table of routes, and there is no such route", route)
		}
	}
}

var placeholder = regexp.MustCompile(`\{[a-z$]+\}`)

// addressFor is an address of a route: of something that there is not.
func addressFor(route string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	return method, placeholder.ReplaceAllStringFunc(path, func(w string) string { return map[bool]string{true: "", false: "x"}[w == "{$}"] })
}

// askOpen asks an open route as nobody: it may refuse what is sent, but does not ask who it is.
func askOpen(s *shop, route string) {
	s.t.Helper()
	method, path := addressFor(route)
	g := s.ask(method, path, "", "Authorization", "", "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded")
	to := g.Header.Get("Location")
	if strings.Contains(g.body, "nobody may do this") || route != "POST /signout" && strings.HasPrefix(to, "/signin") {
		s.t.Errorf("%s is not open: %d %s", route, g.StatusCode, to)
	}
}

// askByLink asks a route of the buyer's page with a link that is none, as nobody and as the owner.
func askByLink(s *shop, accounts *account.Accounts, route, owner string) {
	s.t.Helper()
	method, path := addressFor(route)
	for who, cookie := range map[string]string{"nobody": "", "the owner": "recourse_session=" + sessionOf(s, accounts, owner)} {
		g := s.ask(method, path, "", "Authorization", "", "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie)
		if g.StatusCode != http.StatusNotFound && g.StatusCode != http.StatusTooManyRequests && g.StatusCode != http.StatusServiceUnavailable {
			s.t.Errorf("%s without a link, as %s: %d", route, who, g.StatusCode)
		}
	}
}

// askAs asks a route as somebody, with a session of its own, since some routes end it; and gives a cell of the table.
func askAs(s *shop, accounts *account.Accounts, route string, who account.Role, person string) string {
	s.t.Helper()
	method, path := addressFor(route)
	headers := []string{"Authorization", ""}
	api := strings.HasPrefix(path, "/api/")
	switch {
	case api && who != "nobody":
		headers = []string{"Authorization", s.as(who)}
	case !api:
		headers = append(headers, "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded")
		if who != "nobody" {
			headers = append(headers, "Cookie", "recourse_session="+sessionOf(s, accounts, person))
		}
	}
	g := s.ask(method, path, "", headers...)
	switch to := g.Header.Get("Location"); {
	case g.StatusCode == http.StatusUnauthorized:
		return "401"
	case g.StatusCode == http.StatusForbidden:
		return "no"
	case strings.HasPrefix(to, "/signin"):
		return "in"
	case to == "/supplier" && path == "/":
		return "own"
	case g.StatusCode >= 500:
		return g.Status
	}
	return "ok"
}

// sessionOf is a session of a person.
func sessionOf(s *shop, accounts *account.Accounts, person string) string {
	s.t.Helper()
	link, err := accounts.Link(s.t.Context(), "shop", person, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	session, _, err := accounts.Redeem(s.t.Context(), link, account.Visit{Agent: "Firefox · Linux"})
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}
