package web_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// TestLimitPages: the refund of the case is 59.80 EUR; who may approve it sees the button, and who may not is refused when
// the form is sent all the same.
func TestLimitPages(t *testing.T) {
	eur := func(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }
	for name, c := range map[string]struct {
		role  account.Role
		limit recourse.Money
		may   bool
	}{
		"clerk":                       {account.Clerk, recourse.Money{}, false},
		"clerk with a limit at it":    {account.Clerk, eur(5980), true},
		"clerk with a limit below it": {account.Clerk, eur(5979), false},
		"approver":                    {account.Approver, recourse.Money{}, true},
		"approver at it":              {account.Approver, eur(5980), true},
		"approver below it":           {account.Approver, eur(5979), false},
		"approver in dollars":         {account.Approver, recourse.Money{Minor: 1_000_00, Currency: "USD"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := openHouse(t)
			h.sad()
			p := h.as(h.add(store.Person{Name: "Mei", Email: "mei@example.org", Role: string(c.role), Limit: c.limit}))
			_, body := p.get("/cases/77-1")
			if got := strings.Contains(body, "effect.approved"); got != c.may {
				t.Errorf("the button is there: %v", got)
			}
			effect := h.refund("77")
			status, body := p.post("/effects/"+url.PathEscape(effect)+"/act", url.Values{"event": {"effect.approved"}, "case": {"77-1"}, "amount": {"0.01 EUR"}})
			switch {
			case c.may && status != http.StatusOK:
				t.Errorf("it is answered with %d %.300s", status, body)
			case !c.may && (status != http.StatusForbidden || !strings.Contains(body, "Waits for approval")):
				t.Errorf("it is answered with %d", status)
			}
			if c.limit.Currency != "" && !c.may {
				wants(t, "says why", body, "above your limit")
			}
		})
	}
}

// refund is the act of an order that refunds.
func (h *house) refund(order string) string {
	h.t.Helper()
	v, err := h.desk.Order(h.t.Context(), pageShop, order)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range v.Effects {
		if e.Kind == recourse.EffectRefund {
			return e.ID
		}
	}
	h.t.Fatal("there is no refund")
	return ""
}

// TestLimitAPI: a session with a limit has no way around it by the API, and tokens know no limits: of two tokens the
// approver's approves and the clerk's does not, whichever address it is told at.
func TestLimitAPI(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "limit.db"), patient)
	refund := s.outOfStock()
	told := event("a1", "effect.approved", `{"effect":"`+refund+`","amount":"0.01 EUR"}`)
	for _, x := range []scenario{
		{name: "an event", method: "POST", path: "/api/v1/events", body: told, headers: []string{"Authorization", s.as(account.Clerk)}, status: 403, contains: []string{"approve"}},
		{name: "an address", method: "POST", path: effectPath(refund, "approve"), headers: []string{"Authorization", s.as(account.Clerk)}, status: 403},
		{name: "a rejection", method: "POST", path: effectPath(refund, "reject"), headers: []string{"Authorization", s.as(account.Clerk)}, status: 403},
		{name: "an act that there is not", method: "POST", path: effectPath("1001-1/99", "approve"), headers: []string{"Authorization", s.as(account.Clerk)}, status: 404},
		{name: "a supplier", method: "POST", path: "/api/v1/events", body: told, headers: []string{"Authorization", s.as(account.Supplier)}, status: 403},
		{name: "an approver", method: "POST", path: "/api/v1/events", body: told, headers: []string{"Authorization", s.as(account.Approver)}, status: 200},
	} {
		x.run(s)
	}
}
