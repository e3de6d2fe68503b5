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
	"recourse/web/view"
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

// TestLimitBulk: several cases at once are held to the same limit, in the look ahead and when it is done, each act by itself.
func TestLimitBulk(t *testing.T) {
	for name, c := range map[string]struct {
		role  account.Role
		minor int64
		may   bool
	}{
		"clerk at it": {account.Clerk, 5980, true}, "clerk below it": {account.Clerk, 5979, false},
		"approver at it": {account.Approver, 5980, true}, "approver below it": {account.Approver, 5979, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := openHouse(t)
			h.sad()
			p := h.as(h.add(store.Person{Name: "Mei", Email: "mei@example.org", Role: string(c.role), Limit: recourse.Money{Minor: c.minor, Currency: "EUR"}}))
			_, queue := p.get("/")
			form := url.Values{"do": {"approve"}, "case": boxes(t, queue, "77-1"), "once": {"limit"}}
			for _, step := range []string{"", "do"} {
				form.Set("step", step)
				_, page := p.post("/queue/bulk", form)
				switch {
				case c.may:
					wants(t, "step "+step, page, "(1)", "-above your limit")
				default:
					wants(t, "step "+step, page, "(0)", "above your limit")
				}
			}
			v, err := h.desk.Order(t.Context(), pageShop, "77")
			if err != nil {
				t.Fatal(err)
			}
			for i := range v.Effects {
				if e := &v.Effects[i]; e.Kind == recourse.EffectRefund && (e.Approval == recourse.ApprovalGiven) != c.may {
					t.Errorf("the refund is %s", e.Approval)
				}
			}
		})
	}
}

// TestBulkPeople: cases are given to whoever works for the shop, whether they look after any yet or not, and to nobody else.
func TestBulkPeople(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	h.add(store.Person{Name: "Mei", Email: "mei@example.org", Role: string(account.Clerk)})
	h.add(store.Person{Name: "Vera", Email: "vera@example.org", Role: string(account.Viewer)})
	_, queue := ada.get("/")
	wants(t, "queue", queue, `<option value="`+view.PersonMark("Mei"), `-<option value="`+view.PersonMark("Vera"), "who="+view.PersonMark("Mei"), "who="+view.PersonMark("Vera"))
	form := url.Values{"do": {"assign"}, "person": {view.PersonMark("Vera")}, "case": boxes(t, queue, "77-1"), "step": {"do"}, "once": {"give"}}
	if status, _ := ada.post("/queue/bulk", form); status != http.StatusUnprocessableEntity {
		t.Errorf("giving a case to who only looks is answered with %d", status)
	}
	form.Set("person", view.PersonMark("Mei"))
	_, page := ada.post("/queue/bulk", form)
	wants(t, "given", page, "Assign: done (1)", "Looked after by: Mei")
}

// TestErasePage: an owner erases a buyer after saying that they know what it means, sees what went kept among the changes,
// and nobody else is even offered it.
func TestErasePage(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada, carl := h.enter("Ada <b>", account.Owner), h.enter("Carl", account.Clerk)
	_, page := carl.get("/orders/77")
	wants(t, "a clerk's page", page, "Camille Roux", "-/erase")
	if status, _ := carl.post("/orders/77/erase", url.Values{"confirmed": {"1"}}); status != http.StatusForbidden {
		t.Errorf("a clerk who erases is answered with %d", status)
	}
	_, page = ada.get("/orders/77")
	wants(t, "the page", page, "Camille Roux", `action="/orders/77/erase"`, "Names, address, messages, notes and reasons: ", "Open cases: 1")
	status, page := ada.post("/orders/77/erase", nil)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("without a yes it is answered with %d", status)
	}
	wants(t, "without a yes", page, "the box was not ticked", "Camille Roux")
	_, page = ada.post("/orders/77/erase", url.Values{"confirmed": {"1"}})
	wants(t, "erased", page, "The buyer is erased.", "-Camille", "-Garibaldi", "Nothing here tells who the buyer is")
	_, page = ada.get("/people")
	wants(t, "kept", page, "Who changed what", "Erased the buyer of order 77", "Ada &lt;b&gt;", "-Ada <b>")
}

// TestAuditPage: changes of people, links, words and policies stand together, in words.
func TestAuditPage(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.as(h.add(store.Person{Name: "Ada", Email: "ada@example.org", Role: string(account.Owner)}))
	mei := h.add(store.Person{Name: "Mei <i>", Email: "mei@example.org", Role: string(account.Clerk)})
	ada.post("/people/"+mei.ID, url.Values{"name": {"Mei <i>"}, "email": {"mei@example.org"}, "role": {"approver"}, "limit": {"50 EUR"}})
	ada.post("/people/"+mei.ID+"/disable", nil)
	ada.post("/orders/77/link/make", nil)
	_, page := ada.get("/people")
	wants(t, "changes", page, "Changed Mei &lt;i&gt;", "Role: Clerk → Approver", "Limit: — → €50.00", "Blocked Mei &lt;i&gt;", "Made a link to the buyer’s page of order 77", "-Mei <i>")
}
