package web_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/evidence"
)

// openEvidence is a place for photos and videos.
func openEvidence(t testing.TB) *evidence.Room {
	t.Helper()
	room, err := evidence.Open(evidence.Options{Place: t.TempDir(), Tools: "none"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.Close() })
	return room
}

// buyer is the one who bought, with the link to their order's page and a browser that has no scripts. They read English.
func (h *house) buyer(order string) (*person, string) {
	h.t.Helper()
	base, err := h.accounts.BuyerLink(h.t.Context(), pageShop, order, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &person{house: h, client: &http.Client{Jar: jar}, lang: "en"}
	p.get(base + "?lang=en")
	return p, base
}

func (h *house) caseOf(id string) *recourse.Case {
	h.t.Helper()
	v, err := h.desk.Case(h.t.Context(), pageShop, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v.File.Case(id)
}

// TestBuyerSees shows the truth of a refund that waits, in the words of its state, and nothing of the house behind it.
func TestBuyerSees(t *testing.T) {
	h := openHouse(t)
	h.sad()
	h.tell(recourse.CaseNoted, `{"case":"77-1","text":"a difficult person"}`)
	h.tell(recourse.SupplierContacted, `{"purchase":"T-77","text":"hurry"}`)
	h.tell(recourse.MessageReceived, `{"order":"77","text":"we are closed"}`)
	camille, base := h.buyer("77")
	status, page := camille.get(base)
	wants(t, "page", page, "Hello Camille Roux", "Red kite", "€59.80", "Arranged, not paid yet", "Not available from our supplier", "your refund goes ahead", `name="robots" content="noindex`,
		"-Hangzhou", "-T-77", "-CN¥", "-difficult", "-hurry", "-we are closed")
	if status != http.StatusOK {
		t.Errorf("the page is answered with %d", status)
	}
	for _, c := range []struct {
		tell   recourse.EventType
		says   []string
		closed bool
	}{
		{recourse.RefundSentNow, []string{"On its way to you", "€59.80"}, false},
		{recourse.RefundFailedNow, []string{"The refund has not been carried out", "Did not go through", "-You are to get your money back"}, false},
	} {
		h.tell(c.tell, `{"order":"77"}`)
		_, page = camille.get(base)
		wants(t, string(c.tell), page, c.says...)
	}
}

// TestBuyerLanguages speaks the language that the shop knows the buyer by, until they choose another.
func TestBuyerLanguages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	camille, base := h.buyer("77")
	camille.client.Jar, _ = cookiejar.New(nil)
	_, page := camille.get(base)
	wants(t, "first", page, `<html lang="fr">`, "Bonjour Camille Roux", "59,80", "Vous pouvez aussi")
	_, page = camille.get(base + "?lang=zh")
	wants(t, "chosen", page, `<html lang="zh">`, "Camille Roux，您好")
	_, page = camille.get(base)
	wants(t, "kept", page, `<html lang="zh">`)
	_, page = camille.get(base + "?lang=xx")
	wants(t, "none such", page, `<html lang="zh">`)
}

// TestBuyerChooses: a choice is shown with what follows, then made, once; and it is the buyer's in the history.
func TestBuyerChooses(t *testing.T) {
	h := openHouse(t)
	h.sad()
	h.tell(recourse.OffersFound, `{"order":"77","offers":[{"supplier":"Secret Kites","same":true,"price":"38.00 CNY","stock":90}]}`)
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	wants(t, "page", page, "Your turn", "Please answer by 19 March 2026", "Choose this one", "The same item", "Only my money back", "-Secret", "-38.00")
	action, form := formWith(t, page, "remedy.chosen 77-1 reorder")
	status, confirm := camille.post(action, form)
	wants(t, "ahead", confirm, "What happens then", "We are ordering these goods for you", "Yes, please do that", "-Secret")
	if status != http.StatusOK || h.caseOf("77-1").State != "resupply.offering" {
		t.Fatalf("looking ahead: %d, the case is in %s", status, h.caseOf("77-1").State)
	}
	action, form = formWith(t, confirm, "remedy.chosen 77-1 reorder")
	_, page = camille.post(action, form)
	wants(t, "chosen", page, "we are ordering it for you", "You chose: order it for me", "We are on it")
	if c := h.caseOf("77-1"); c.State != "resupply.reordering" {
		t.Errorf("the case is in %s", c.State)
	}
	_, page = camille.post(action, form)
	wants(t, "the same form again", page, "Nothing was done twice")
	form.Set("once", strings.Repeat("a", 16))
	status, page = camille.post(action, form)
	wants(t, "gone", page, "Your choice stands")
	if status != http.StatusConflict {
		t.Errorf("a choice that is gone is answered with %d", status)
	}
	v, _ := h.desk.Order(t.Context(), pageShop, "77")
	last := v.History[len(v.History)-1]
	if last.By != "buyer" || last.Event.Source != "buyer" || last.Event.By != recourse.PartyBuyer {
		t.Errorf("the history says %+v by %q", last.Event, last.By)
	}
}

// TestBuyerStale: who decided on a page that is out of date is shown how it stands now.
func TestBuyerStale(t *testing.T) {
	h := openHouse(t)
	h.sad()
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	action, form := formWith(t, page, "remedy.chosen 77-1 refund")
	form.Del("step")
	h.tell(recourse.CaseNoted, `{"case":"77-1","text":"x"}`)
	status, page := camille.post(action, form)
	wants(t, "stale", page, "This has changed in the meantime", "please look again")
	if status != http.StatusConflict {
		t.Errorf("a stale page is answered with %d", status)
	}
}

// TestBuyerCancels cancels, and takes it back.
func TestBuyerCancels(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, pageOrder)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"K","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	wants(t, "calm", page, "Nothing is wrong with this order", "Cancel my order", "Correct the address", "-Report a problem", "-Send goods back")
	action, form := formWith(t, page, `value="order.cancel_requested"`)
	form.Set("reason", "<b>too late</b>")
	_, confirm := camille.post(action, form)
	wants(t, "ahead", confirm, "We are having the purchase cancelled", `value="&lt;b&gt;too late&lt;/b&gt;"`)
	action, form = formWith(t, confirm, `value="order.cancel_requested"`)
	_, page = camille.post(action, form)
	wants(t, "cancelled", page, "Your request has been taken in", "Your cancellation", "We are having the purchase cancelled", "You asked to cancel", "take my request back")
	action, form = formWith(t, page, "problem.withdrawn 77-1")
	_, confirm = camille.post(action, form)
	action, form = formWith(t, confirm, "problem.withdrawn 77-1")
	_, page = camille.post(action, form)
	wants(t, "withdrawn", page, "The order goes on", "Settled")
}

// TestBuyerReports reports a problem with some of the goods, after having filled the form in wrongly.
func TestBuyerReports(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `}]}`, `},{"line":2,"sku":"TAIL","title":"<img src=x onerror=alert(1)>","quantity":1,"price":"5.00 EUR"}]}`, 1))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"K","cost":"80.00 CNY"}`)
	h.tell(recourse.ParcelShipped, `{"purchase":"T-77","parcel":"LP1","carrier":"<i>Yanwen</i>","tracking":"LP1","leg":"international"}`)
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	wants(t, "page", page, "Report a problem", "I received something else", "Something is missing", "Which goods?", "&lt;img src=x", "-<img", "-<i>Yan", "-Cancel my order")
	action, form := formWith(t, page, `value="problem.reported"`)
	form.Del("problem")
	form.Del("line")
	status, page := camille.post(action, form)
	wants(t, "empty", page, "Please say what is wrong.", "Please say which goods you mean.", "Please write a few words.", `aria-invalid="true"`, `<details class="act" open`)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("an empty form is answered with %d", status)
	}
	action, form = formWith(t, page, `value="problem.reported"`)
	form.Del("line")
	form.Set("problem", "damaged_item")
	form.Add("line", "1")
	form.Set("quantity.1", "1")
	form.Set("text", strings.Repeat("字", 3001))
	_, page = camille.post(action, form)
	wants(t, "too long", page, "3,000 characters are the most", "字字字")
	form.Set("text", `It's "broken" </textarea><script>alert(1)</script>`)
	form.Set("problem", "customs_hold")
	_, page = camille.post(action, form)
	wants(t, "no such problem", page, "Please say what is wrong.", "-<script>alert")
	form.Set("problem", "damaged_item")
	_, page = camille.post(action, form)
	wants(t, "reported", page, "your report has been taken in", "Something arrived damaged", "Your turn", "Please send us a photo or a short video", "You reported: Something is damaged", "&lt;script&gt;", "-<script>alert")
	if c := h.caseOf("77-1"); !slices.Equal(c.Lines, []recourse.Pieces{{Line: 1, Quantity: 1}}) || !c.ByBuyer || c.Situation != "damaged_item" {
		t.Errorf("the case is %+v", c)
	}
	_, page = camille.post(action, form)
	wants(t, "again", page, "Nothing was done twice")
}

// TestBuyerAddress corrects an address where it is asked for, and is helped with what is missing.
func TestBuyerAddress(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"name":"Camille Roux"},"lines"`, `"name":"Camille Roux","phone":"+33 6 12 34 56 78"},"lines"`, 1))
	h.tell(recourse.OrderAddressWrong, `{"order":"77"}`)
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	wants(t, "page", page, "Your turn", "12 rue Garibaldi", "I would like my money back", "-12 34 56 78")
	action, form := formWith(t, page, `value="order.address_corrected 77-1"`)
	form.Set("ship_to.street", " ")
	form.Set("ship_to.country", "XX")
	_, page = camille.post(action, form)
	wants(t, "wrong", page, "Please write the street with the number.", "Please choose the country.", `value="Lyon"`)
	form.Set("ship_to.street", `14 rue "Garibaldi" <2e>`)
	form.Set("ship_to.country", "FR")
	form.Set("ship_to.postcode", "")
	_, page = camille.post(action, form)
	wants(t, "no postcode", page, "Please write the postcode.", `14 rue &#34;Garibaldi&#34; &lt;2e&gt;`)
	form.Set("ship_to.postcode", "69003")
	_, page = camille.post(action, form)
	wants(t, "corrected", page, "we have the new address", "The right address is in place")
	v, _ := h.desk.Order(t.Context(), pageShop, "77")
	if to := v.File.Order.ShipTo; to.Street != `14 rue "Garibaldi" <2e>` || to.Phone != "+33 6 12 34 56 78" {
		t.Errorf("it goes to %+v", to)
	}
}

// TestBuyerWrites writes, is answered on the page, and cannot flood the shop.
func TestBuyerWrites(t *testing.T) {
	h := openHouse(t)
	h.sad()
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	action, form := formWith(t, page, `value="message.received"`)
	form.Set("text", "Où est <mon> cerf-volant ?")
	_, page = camille.post(action, form)
	wants(t, "written", page, "your message has arrived", "Où est &lt;mon&gt; cerf-volant ?", "You wrote")
	if c := h.caseOf("77-1"); c.Unread != 1 {
		t.Errorf("%d messages are unread", c.Unread)
	}
	h.tell(recourse.MessageWritten, `{"case":"77-1","text":"It comes.","to":"buyer"}`)
	h.tell(recourse.MessageWritten, `{"case":"77-1","text":"Where is it, supplier?","to":"supplier"}`)
	_, page = camille.get(base)
	wants(t, "answered", page, "We wrote", "It comes.", "-Where is it, supplier?")
	for i := range 19 {
		form.Set("once", fmt.Sprintf("%016s", strings.Repeat(string(rune('a'+i)), 16)))
		if status, page := camille.post(action, form); status != http.StatusOK {
			t.Fatalf("message %d is answered with %d: %.300s", i+2, status, page)
		}
	}
	form.Set("once", strings.Repeat("z", 16))
	status, page := camille.post(action, form)
	wants(t, "too many", page, "You have written 20 messages within a day")
	if status != http.StatusRequestEntityTooLarge {
		t.Errorf("the twenty-first message is answered with %d", status)
	}
	h.at.Add((25 * time.Hour).Microseconds())
	if status, _ = camille.post(action, form); status != http.StatusOK {
		t.Errorf("a day later a message is answered with %d", status)
	}
}

// TestBuyerOthers: a link is good for its own order, its own forms, and nothing of the desk's.
func TestBuyerOthers(t *testing.T) {
	h := openHouse(t)
	h.sad()
	h.tell(recourse.OrderPlaced, strings.NewReplacer(`"77"`, `"78"`, "Camille Roux", "Noé Petit").Replace(pageOrder))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"78","purchase":"T-78","supplier":"K","cost":"80.00 CNY"}`)
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-78"}`)
	noe, base := h.buyer("78")
	_, page := noe.get(base)
	wants(t, "page", page, "Noé Petit", "-Camille", "-77-1")
	action, form := formWith(t, page, "remedy.chosen 78-1 refund")
	for _, act := range []string{"remedy.chosen 77-1 refund", "refund.succeeded", "remedy.chosen 78-1 reorder", "effect.approved", "remedy.chosen 78-1 close", ""} {
		form.Set("act", act)
		form.Set("order", "77")
		form.Set("case", "77-1")
		if status, page := noe.post(action, form); status != http.StatusConflict {
			t.Errorf("%q is answered with %d: %.200s", act, status, page)
		}
	}
	for _, path := range []string{"/", "/cases/78-1", "/orders/78", "/api/v1/orders/78", base + "/../../orders/78"} {
		if status, page := noe.get(path); strings.Contains(page, "T-78") || status == http.StatusOK && strings.Contains(page, "Camille") {
			t.Errorf("%s is open to a buyer: %d", path, status)
		}
	}
}

// TestBuyerTurnedAway: links that let nobody in are answered alike, kindly, and with nothing of the order.
func TestBuyerTurnedAway(t *testing.T) {
	h := openHouse(t)
	h.sad()
	camille, good := h.buyer("77")
	links, err := h.accounts.ListLinks(t.Context(), pageShop, "77")
	if err != nil {
		t.Fatal(err)
	}
	camille.client.Jar, _ = cookiejar.New(nil)
	camille.lang = "en"
	try := func(name, path string, status int, has ...string) time.Duration {
		t.Helper()
		began := time.Now()
		got, page := camille.get(path)
		took := time.Since(began)
		if got != status {
			t.Errorf("%s: %d, %d is wanted", name, got, status)
		}
		wants(t, name, page, append(has, "-Red kite", "-59", "-Camille", "-77", "-<script", "-<form", "-<nav")...)
		return took
	}
	parts := strings.Split(good, "_")
	false_ := try("false", good[:len(good)-1]+"0", http.StatusNotFound, "This link does not work", "ask the shop for a new link", "-Lune")
	unknown := try("no such shop", strings.Replace(good, "/b/lune_", "/b/nobody_", 1), http.StatusNotFound, "This link does not work", "-Lune")
	try("garbage", "/b/%3Cscript%3E", http.StatusNotFound, "This link does not work", "-Lune")
	try("another date", strings.Join([]string{parts[0], parts[1], "zzzzzz", parts[3]}, "_"), http.StatusNotFound, "This link does not work", "-Lune")
	if err := h.accounts.RevokeLink(t.Context(), pageShop, links[0].ID); err != nil {
		t.Fatal(err)
	}
	revoked := try("revoked", good, http.StatusGone, `lang="fr"`, "Ce lien ne fonctionne plus", "Demandez un nouveau lien à Atelier Lune")
	_, other := h.buyer("77")
	h.at.Add((91 * 24 * time.Hour).Microseconds())
	expired := try("expired", other, http.StatusGone, `lang="fr"`, "Ce lien a expiré", "Atelier Lune")
	for name, took := range map[string]time.Duration{"false": false_, "unknown": unknown, "revoked": revoked, "expired": expired} {
		if took < 120*time.Millisecond {
			t.Errorf("%s is answered in %s: its time tells", name, took)
		}
	}
	// The forms and the uploads are behind the same door.
	for _, path := range []string{"/act", "/files", "/uploads"} {
		if status, page := camille.post(good+path, url.Values{"act": {"message.received"}, "text": {"x"}}); status != http.StatusGone {
			t.Errorf("%s of a revoked link is answered with %d: %.200s", path, status, page)
		}
	}
}

// TestBuyerTooFast: whoever tries links is slowed down, and is told so kindly.
func TestBuyerTooFast(t *testing.T) {
	h := openHouse(t)
	h.sad()
	camille, _ := h.buyer("77")
	slow := 0
	done := make(chan int, 60)
	for range 60 {
		go func() {
			status, _ := camille.get("/b/lune_aaaaaaaaaaaaaaaa_tgm4y0_aaaaaaaaaaaaaaaaaaaaaaaaaa")
			done <- status
		}()
	}
	for range 60 {
		if <-done == http.StatusTooManyRequests {
			slow++
		}
	}
	if slow < 20 {
		t.Errorf("%d of 60 tries were slowed down", slow)
	}
}

// TestLinkOnDesk makes, shows and revokes the link on the desk, where the role may.
func TestLinkOnDesk(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/orders/77")
	wants(t, "none", page, "The buyer has no link yet", "Make a link")
	action, form := formWith(t, page, "Make a link")
	_, page = ada.post(action, form)
	wants(t, "made", page, "The link is ready", h.url+"/b/lune_", "never opened", "Revoke it")
	viewer := h.enter("Vic", account.Viewer)
	_, seen := viewer.get("/orders/77")
	wants(t, "viewer", seen, "/b/lune_", "-Revoke it")
	if status, _ := viewer.post(action, form); status != http.StatusForbidden {
		t.Errorf("a viewer makes a link: %d", status)
	}
	action, form = formWith(t, page, "Revoke it")
	if status, _ := viewer.post(action, form); status != http.StatusForbidden {
		t.Errorf("a viewer revokes a link: %d", status)
	}
	if status, _ := ada.post(strings.Replace(action, "/77/", "/78/", 1), form); status != http.StatusNotFound {
		t.Errorf("a link is revoked on another order: %d", status)
	}
	_, page = ada.post(action, form)
	wants(t, "revoked", page, "The link no longer works", "The buyer has no link yet")
}
