package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/web/view"
)

const pageOrder = `{"order":"77","channel":"shopify","buyer":{"name":"Camille Roux","email":"camille@example.com","locale":"fr"},` +
	`"ship_to":{"country":"FR","city":"Lyon","postcode":"69003","street":"12 rue Garibaldi","name":"Camille Roux"},"lines":[{"line":1,"sku":"KITE","title":"Red kite","quantity":2,"price":"29.90 EUR"}]}`

// sad makes an order whose goods are not to be had: a refund waits for its approval.
func (h *house) sad() {
	h.t.Helper()
	h.tell(recourse.OrderPlaced, pageOrder)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"Hangzhou <Kites> & Co","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-77"}`)
}

// wants fails where a page lacks a text, or has one that it must not have (given with a minus in front).
func wants(t *testing.T, where, body string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		s, not := strings.CutPrefix(s, "-")
		if strings.Contains(body, s) == not {
			t.Errorf("%s: %q is there: %v", where, s, not)
		}
	}
}

var formPart = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
var inputPart = regexp.MustCompile(`<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"`)

// formWith is the form of a page that has all of some texts in it: where it is sent, and its hidden fields.
func formWith(t *testing.T, body string, texts ...string) (string, url.Values) {
	t.Helper()
	for _, m := range formPart.FindAllStringSubmatch(body, -1) {
		found := true
		for _, s := range texts {
			found = found && strings.Contains(m[0], s)
		}
		if !found {
			continue
		}
		v := url.Values{}
		for _, i := range inputPart.FindAllStringSubmatch(m[2], -1) {
			v.Set(i[1], i[2])
		}
		return m[1], v
	}
	t.Fatalf("no form has %q", texts)
	return "", nil
}

// TestApproveOnPages lets an owner approve a refund: a look ahead, a confirmation, a page that says so; and then what is
// told to those who come too late.
func TestApproveOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	_, queue := ada.get("/")
	wants(t, "queue", queue, "Out of stock", "Approve €59.80", "Red kite", `href="/cases/77-1"`)
	_, page := ada.get("/cases/77-1")
	wants(t, "case", page, "To approve", "Refund €59.80 to the buyer", "Camille Roux", "Hangzhou &lt;Kites&gt; &amp; Co", "What comes next", "CN¥80.00")
	action, form := formWith(t, page, "effect.approved")
	status, confirm := ada.post(action, form)
	wants(t, "confirm", confirm, "What would follow", "€59.80", ">Approve<")
	if status != http.StatusOK {
		t.Fatalf("the look ahead is answered with %d", status)
	}
	if _, page := ada.get("/cases/77-1"); !strings.Contains(page, "Waits for approval") {
		t.Error("looking ahead has approved the refund")
	}
	late := url.Values{}
	for k := range form {
		late.Set(k, form.Get(k))
	}
	action, form = formWith(t, confirm, "effect.approved")
	_, page = ada.post(action, form)
	wants(t, "approved", page, "Approved. It now waits to be carried out.", "-Waits for approval", "Mark as paid")
	_, page = ada.post(action, form)
	wants(t, "the same form again", page, "nothing was done twice")
	late.Del("step")
	late.Set("once", "another")
	status, page = ada.post(action, late)
	wants(t, "a stale page", page, "The order has moved on since you opened this page.", "please look again")
	if status != http.StatusConflict {
		t.Errorf("a stale page is answered with %d", status)
	}
	late.Del("version")
	if status, page = ada.post(action, late); status != http.StatusConflict {
		t.Errorf("approving twice is answered with %d", status)
	}
	wants(t, "approved twice", page, "Somebody was faster")
}

// TestChooseOnPages chooses a remedy: what would follow is shown with its words before it does.
func TestChooseOnPages(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, pageOrder)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"Kites","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOversizedNow, `{"purchase":"T-77"}`)
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	wants(t, "case", page, "Change the order", "-effect.approved")
	action, form := formWith(t, page, `value="adjustment"`)
	_, confirm := ada.post(action, form)
	wants(t, "confirm", confirm, "What would follow", "Withdraw the refund", "Change the order to fit the shipping limits")
	action, form = formWith(t, confirm, `value="adjustment"`)
	form.Set("reason", `O'Neill said "two parcels"`)
	_, page = ada.post(action, form)
	wants(t, "chosen", page, "Your choice was taken in.", "The order is being changed to fit", "O&#39;Neill said &#34;two parcels&#34;", "Ada")
}

// TestRecordOnPages records news with fields of its own: an amount with a comma, in the purchase's currency.
func TestRecordOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	action, form := formWith(t, page, `value="recovery.received"`)
	form.Set("amount", "30,50")
	_, page = ada.post(action, form)
	wants(t, "recorded", page, "Recorded.", "CN¥30.50")
	action, form = formWith(t, page, `value="recovery.received"`)
	form.Set("amount", "much")
	status, page := ada.post(action, form)
	wants(t, "refused", page, "“much” is not an amount", "29.90")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("an amount that is none is answered with %d", status)
	}
}

// TestRolesOnPages: who may not act sees no buttons, and is refused when they send the form all the same.
func TestRolesOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	_, owners := h.enter("Ada", account.Owner).get("/cases/77-1")
	action, form := formWith(t, owners, "effect.approved")
	form.Del("step")
	_, viewers := h.enter("Vera", account.Viewer).get("/cases/77-1")
	wants(t, "viewer", viewers, "Refund €59.80 to the buyer", "-/act\"", "-Mark as done")
	clerk := h.enter("Carl", account.Clerk)
	_, clerks := clerk.get("/cases/77-1")
	wants(t, "clerk", clerks, "-effect.approved", "Needs an owner or an approver.", "Mark as sent")
	status, page := clerk.post(action, form)
	wants(t, "clerk approves", page, "Your role may not do this.", "Waits for approval")
	if status != http.StatusForbidden {
		t.Errorf("a clerk who approves is answered with %d", status)
	}
	if status, _ := h.enter("Vera", account.Viewer).post(action, form); status != http.StatusForbidden {
		t.Errorf("a viewer who approves is answered with %d", status)
	}
}

// nasty is what a stranger might write wherever something can be written.
const nasty = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`

// ownScript is the one script that a page of the desk has.
var ownScript = regexp.MustCompile(`<script src="/static/desk\.js\?v=[0-9a-f]+" defer></script>`)

// TestInjection puts markup into every field that a buyer or a file can fill.
func TestInjection(t *testing.T) {
	h := openHouse(t)
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(nasty)
	h.tell(recourse.OrderPlaced, `{"order":"9\"><script>9","channel":"`+quoted+`","buyer":{"name":"`+quoted+`","email":"`+quoted+`","locale":"en"},"ship_to":{"country":"FR","city":"`+quoted+
		`","postcode":"1","street":"`+quoted+`","name":"`+quoted+`","region":"`+quoted+`","phone":"`+quoted+`"},"lines":[{"line":1,"sku":"`+quoted+`","title":"`+quoted+`","quantity":1,"price":"10.00 EUR"}]}`)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"9\"><script>9","purchase":"`+quoted+`","supplier":"`+quoted+`","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.ParcelShipped, `{"purchase":"`+quoted+`","parcel":"`+quoted+`","carrier":"`+quoted+`","tracking":"`+quoted+`","leg":"international"}`)
	h.tell(recourse.ParcelScanned, `{"parcel":"`+quoted+`","status":"customs_hold","place":"`+quoted+`","text":"`+quoted+`","customs":{"asks":"`+quoted+`","who_pays":"`+quoted+`"}}`)
	ada := h.enter(`Ada <b>"x"`, account.Owner)
	id := h.open("customs_hold")
	for _, path := range []string{"/", view.CasePath(id), view.OrderPath(`9"><script>9`), "/?supplier=" + url.QueryEscape(nasty), "/?situation=" + url.QueryEscape(nasty) + "&after=" + url.QueryEscape("1."+nasty)} {
		status, body := ada.get(path)
		if status != http.StatusOK {
			t.Errorf("%s is answered with %d", path, status)
		}
		body = ownScript.ReplaceAllString(body, "")
		wants(t, path, body, "-<script", "-<img src=x", "-<b>", "-mailto:", "&lt;")
		bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(body, `""`) // what is quoted is a value, whatever it looks like
		if bad := regexp.MustCompile(`(?i)<[^>]*\s(on\w+|style)\s*=[^>]*>`).FindString(bare); bad != "" {
			t.Errorf("%s has an attribute that the policy forbids: %s", path, bad)
		}
		if bad := regexp.MustCompile(`href="(?:javascript|data):`).FindString(body); bad != "" {
			t.Errorf("%s has a link that acts: %s", path, bad)
		}
	}
	_, body := ada.post("/find", url.Values{"number": {nasty}})
	wants(t, "find", ownScript.ReplaceAllString(body, ""), "-<script", "&lt;script&gt;")
}

// TestNoPersonInAddresses: neither a link nor a form's address tells who a buyer is.
func TestNoPersonInAddresses(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	for _, path := range []string{"/", "/cases/77-1", "/orders/77"} {
		_, body := ada.get(path)
		for _, m := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(m[1], "mailto:") && regexp.MustCompile(`(?i)camille|roux|garibaldi`).MatchString(m[1]) {
				t.Errorf("%s has the address %s", path, m[1])
			}
		}
	}
}

// TestLanguages: the browser's language, until somebody chooses another.
func TestLanguages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	for accept, want := range map[string]string{"fr-CA, en;q=0.5": "Rupture de stock", "zh-CN": "缺货", "br, de;q=0.8": "Out of stock", "": "Out of stock", "de, fr;q=0.3, zh;q=0.9": "缺货"} {
		ada.lang = accept
		_, body := ada.get("/")
		wants(t, "Accept-Language: "+accept, body, want)
	}
	_, body := ada.get("/language?to=fr&back=" + url.QueryEscape("/cases/77-1"))
	wants(t, "chosen", body, `<html lang="fr">`, "Rupture de stock", "À approuver")
	for _, back := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, ""} {
		if _, body := ada.get("/language?to=en&back=" + url.QueryEscape(back)); !strings.Contains(body, `class="tiles `) {
			t.Errorf("back=%q does not lead to the queue", back)
		}
	}
}

// TestFind goes from a number to the page of what has it.
func TestFind(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	for _, number := range []string{"77", "#77", " 77-1 ", "T-77"} {
		_, body := ada.post("/find", url.Values{"number": {number}})
		wants(t, number, body, "Refund €59.80 to the buyer")
	}
	for _, number := range []string{"78", "77-2", "camilla@example.com", ""} {
		if _, body := ada.post("/find", url.Values{"number": {number}}); number == "77-2" {
			wants(t, number, body, "Refund €59.80 to the buyer") // the order's only open case
		} else {
			wants(t, number, body, "Nothing found")
		}
	}
}

// TestEmptyPages: an empty queue says why it is empty, and what is not there gets a kind page.
func TestEmptyPages(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/")
	wants(t, "new", body, "No orders yet", "recourse import")
	h.tell(recourse.OrderPlaced, pageOrder)
	_, body = ada.get("/")
	wants(t, "calm", body, "Nothing to do")
	_, body = ada.get("/?situation=none")
	wants(t, "filtered", body, "No case fits these filters", "Show all")
	_, body = ada.get("/orders/77")
	wants(t, "an order without cases", body, "No trouble with this order so far.", "Red kite")
	for _, path := range []string{"/cases/1-1", "/cases/nonsense", "/orders/1"} {
		status, body := ada.get(path)
		wants(t, path, body, "There is no such ")
		if status != http.StatusNotFound {
			t.Errorf("%s is answered with %d", path, status)
		}
	}
	if status, _ := ada.get("/?after=nonsense"); status != http.StatusUnprocessableEntity {
		t.Errorf("a cursor that is none is answered with %d", status)
	}
}

// TestQueuePages walks through more cases than a page has.
func TestQueuePages(t *testing.T) {
	h := openHouse(t)
	for i := range 120 {
		n := string(rune('A'+i/26)) + string(rune('A'+i%26))
		h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"order":"77"`, `"order":"`+n+`"`, 1))
		h.tell(recourse.PurchasePlacedEvent, `{"order":"`+n+`","purchase":"T-`+n+`","supplier":"S","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
		h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-`+n+`"}`)
	}
	ada := h.enter("Ada", account.Owner)
	seen := map[string]bool{}
	path := "/"
	for range 5 {
		_, body := ada.get(path)
		for _, m := range regexp.MustCompile(`class="row-link" href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s is there twice", m[1])
			}
			seen[m[1]] = true
		}
		next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(body)
		if next == nil {
			break
		}
		path = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	if len(seen) != 120 {
		t.Errorf("%d cases were shown, there are 120", len(seen))
	}
}
