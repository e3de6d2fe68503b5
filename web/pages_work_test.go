package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
)

// told fails unless a form is answered with a page that says so; it gives the page.
func (p *person) told(path string, form url.Values, texts ...string) string {
	p.t.Helper()
	_, page := p.post(path, form)
	wants(p.t.(*testing.T), path, page, texts...)
	return page
}

// proved fails where the shop's history does not hold.
func (h *house) proved() {
	h.t.Helper()
	_, err := h.desk.Verify(h.t.Context(), pageShop, func(f desk.Finding) { h.t.Errorf("%s: %s", f.Code, f.What) }, func(desk.Verified) {})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestAssignOnPages gives a case to somebody, takes that back, and finds what is no name.
func TestAssignOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	wants(t, "before", page, "Nobody looks after it")
	action, form := formWith(t, page, "Take it")
	page = ada.told(action, form, "Done: the case has somebody", "Ada looks after it", "-Take it")
	action, form = formWith(t, page, `class="button small"`, `/undo"`, "Undo")
	form.Set("seq", seqOf(t, page))
	page = ada.told(action, form, "Taken back.", "Nobody looks after it any more")
	if strings.Contains(page, `"told`) {
		t.Error("a key is shown")
	}
	status, page := ada.post("/cases/77-1/assign", url.Values{"person": {nasty}})
	wants(t, "a stranger", page, "does not work here", "-<img src=x")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a stranger is answered with %d", status)
	}
	h.proved()
}

var seqButton = regexp.MustCompile(`name="seq" value="(\d+)"`)

// seqOf is the number of the entry that the first button of a page takes back.
func seqOf(t *testing.T, page string) string {
	t.Helper()
	m := seqButton.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("nothing can be taken back")
	}
	return m[1]
}

// TestSnoozeOnPages lets a case rest until a morning of the shop's clock, and wakes it.
func TestSnoozeOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	for until, want := range map[string]time.Time{
		"tomorrow": time.Date(2026, 3, 17, 8, 0, 0, 0, time.UTC), "three": time.Date(2026, 3, 19, 8, 0, 0, 0, time.UTC), "monday": time.Date(2026, 3, 23, 8, 0, 0, 0, time.UTC),
		"day": time.Date(2026, 4, 1, 7, 0, 0, 0, time.UTC), // the clocks have changed
	} {
		ada.told("/cases/77-1/snooze", url.Values{"until": {until}, "day": {"2026-04-01"}}, "The case rests.", "Rests until", "Wake it")
		if got := h.is("77-1").SnoozedUntil; !got.Equal(want) {
			t.Errorf("%s: the case rests until %s, %s is wanted", until, got, want)
		}
	}
	ada.told("/cases/77-1/snooze", url.Values{"until": {"wake"}}, "The case is awake.", "-Wake it")
	for _, form := range []url.Values{{"until": {"day"}, "day": {"2026-03-16"}}, {"until": {"day"}, "day": {"tomorrow"}}, {"until": {"day"}, "day": {"2031-01-01"}}, {"until": {"never"}}, {}} {
		if status, _ := ada.post("/cases/77-1/snooze", form); status != http.StatusUnprocessableEntity {
			t.Errorf("%v is answered with %d", form, status)
		}
	}
	if !h.is("77-1").SnoozedUntil.IsZero() {
		t.Error("the case rests though nothing sound was said")
	}
	h.proved()
}

func (h *house) is(id string) *recourse.Case {
	h.t.Helper()
	v, err := h.desk.Case(h.t.Context(), pageShop, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v.File.Case(id)
}

// TestNotesCall: a note that calls a colleague stands in their list until they have seen it.
func TestNotesCall(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	ines := h.enter("Inès Marchand", account.Owner)
	h.colleague("Inès Marchand", account.Owner)
	page := ada.told("/cases/77-1/note", url.Values{"form": {"note"}, "text": {"Please look, @inès: " + nasty}}, "The note is kept.", "Please look", "-<img src=x")
	if strings.Contains(page, `href="/mentions"`) {
		t.Error("the one who wrote the note is called")
	}
	_, page = ines.get("/")
	wants(t, "called", page, `href="/mentions"`, "@1")
	_, page = ines.get("/mentions")
	wants(t, "the list", page, "Please look, @inès", "Out of stock", `/cases/77-1#e`, "-<img src=x")
	_, form := formWith(t, page, `action="/mentions"`, `name="order"`)
	form.Set("seq", seqOf(t, page))
	page = ines.told("/mentions", form, "you have seen it", "Please look")
	wants(t, "seen", page, "-@1<")
	status, page := ada.post("/cases/77-1/note", url.Values{"form": {"note"}, "text": {"  "}})
	wants(t, "an empty note", page, "Write something first.", `aria-invalid="true"`)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("an empty note is answered with %d", status)
	}
	h.proved()
}

// TestWriteOnPages: a message of one's own is shown as it will leave, corrected, sent, and taken back before it has left.
func TestWriteOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	action, form := formWith(t, page, `value="message"`)
	form.Set("to", "buyer")
	form.Set("text", "Votre cerf-volant part demain.\nBien à vous "+nasty)
	page = ada.told(action, form, "Send this message?", "This is what will be sent", "Bonjour Camille Roux", "\n\nVotre cerf-volant part demain.", "camille@example.com", "-<img src=x")
	if n := len(h.view("77-1").Thread("message.written")); n != 0 {
		t.Fatalf("looking ahead has written %d messages", n)
	}
	action, form = formWith(t, page, `name="text"`)
	back := url.Values{"step": {"edit"}}
	for k := range form {
		back.Set(k, form.Get(k))
	}
	back.Set("step", "edit")
	ada.told(action, back, "Votre cerf-volant part demain.", `id="write" open`)
	form.Set("step", "send")
	page = ada.told(action, form, "The message is ready to leave.", "Do not send it after all")
	ada.told(action, form, "nothing was done twice")
	undo, form := formWith(t, page, "Do not send it after all")
	form.Set("seq", seqOf(t, page))
	ada.told(undo, form, "Taken back.", "-Do not send it after all")
	ada.told(undo, url.Values{"seq": {form.Get("seq")}, "once": {"again"}}, "can no longer be taken back")
	for _, bad := range []url.Values{{"to": {"bank"}, "text": {"x"}}, {"to": {"buyer"}, "text": {" "}}} {
		bad.Set("form", "message")
		if status, page := ada.post(action, bad); status != http.StatusUnprocessableEntity || !strings.Contains(page, `aria-invalid`) {
			t.Errorf("%v is answered with %d", bad, status)
		}
	}
	h.proved()
}

// looked is a case as the desk reads it.
type looked struct{ *desk.View }

func (h *house) view(id string) looked {
	h.t.Helper()
	v, err := h.desk.Case(h.t.Context(), pageShop, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return looked{v}
}

// Thread are the events of a type.
func (l looked) Thread(kind recourse.EventType) (out []*recourse.Event) {
	for i := range l.History {
		if ev := l.History[i].Event; ev != nil && ev.Type == kind {
			out = append(out, ev)
		}
	}
	return out
}

// held makes a parcel that customs hold, for which a draft to the buyer waits.
func (h *house) held() {
	h.t.Helper()
	h.tell(recourse.OrderPlaced, pageOrder)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"Kites","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.ParcelShipped, `{"purchase":"T-77","parcel":"P1","carrier":"YunExpress","tracking":"YT77","leg":"international"}`)
	h.tell(recourse.ParcelScanned, `{"parcel":"P1","status":"customs_hold","leg":"international","place":"Roissy","customs":{"asks":"an invoice","who_pays":"buyer"}}`)
}

// TestDraftOnPages: a draft stands in the buyer's language beside the desk's own; what a person puts in place of its words
// is shown before it leaves, kept with the act, and shown again.
func TestDraftOnPages(t *testing.T) {
	h := openHouse(t)
	h.held()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	wants(t, "both languages", page, `lang="fr"`, "Bonjour Camille Roux", "Hello Camille Roux", "for you to read", "Edit before sending")
	action, form := formWith(t, page, `name="body"`)
	form.Set("subject", "Votre colis")
	form.Set("body", " ")
	_, page = ada.post(action, form)
	wants(t, "empty words", page, "Write something first.", "aria-invalid", "Votre colis")
	form.Set("body", "Bonjour,\r\n\r\nla douane attend une facture. "+nasty)
	page = ada.told(action, form, "This is what will be sent", "la douane attend une facture.", "With your changes", "-Hello Camille", "-<img src=x")
	confirm, sure := formWith(t, page, "effect.approved")
	if h.view("77-1").Effects[0].Words != "" {
		t.Error("looking ahead has kept the words")
	}
	sure.Set("body", form.Get("body"))
	again := url.Values{}
	for k := range sure {
		again.Set(k, sure.Get(k))
	}
	again.Set("step", "edit")
	ada.told(confirm, again, "la douane attend une facture.", "Edit before sending", "Waits for approval")
	page = ada.told(confirm, sure, "Approved.", "la douane attend une facture.", "Undo the approval", "Words changed")
	found := false
	for _, e := range h.view("77-1").Effects {
		found = found || e.Words == "Votre colis\n\nBonjour,\n\nla douane attend une facture. "+nasty+"\n"
	}
	if !found {
		t.Errorf("the words are not kept with the act: %+v", h.view("77-1").Effects)
	}
	undo, form := formWith(t, page, "Undo the approval")
	form.Set("seq", seqOf(t, page))
	page = ada.told(undo, form, "Taken back.", "Waits for approval", "la douane attend une facture.")
	wants(t, "after", page, "-Undo the approval")
	h.proved()
}

// TestTooLateToUndo: what somebody has begun cannot be taken back, and nothing on the page says that it could.
func TestTooLateToUndo(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	_, page := ada.get("/cases/77-1")
	action, form := formWith(t, page, "effect.approved", "preview")
	page = ada.told(action, form, "€59.80", "Camille Roux")
	action, form = formWith(t, page, "effect.approved")
	page = ada.told(action, form, "Approved.", "Undo the approval", "Take the approval back")
	undo, form := formWith(t, page, "Undo the approval")
	form.Set("seq", seqOf(t, page))
	effect := h.view("77-1").Thread("effect.approved")[0].Effect
	h.tell(recourse.EffectStarted, `{"effect":"`+effect+`"}`)
	_, page = ada.get("/cases/77-1")
	wants(t, "begun", page, "-Undo the approval", "-Take the approval back")
	status, page := ada.post(undo, form)
	wants(t, "too late", page, "can no longer be taken back")
	if status != http.StatusConflict {
		t.Errorf("what is too late is answered with %d", status)
	}
	h.proved()
}

// TestWorkOfRoles: who only looks has none of the forms, and is refused when they send one.
func TestWorkOfRoles(t *testing.T) {
	h := openHouse(t)
	h.held()
	vera := h.enter("Vera", account.Viewer)
	_, page := vera.get("/cases/77-1")
	wants(t, "viewer", page, "Nobody looks after it", "-Take it", "-Write a message", "-Write a note", "-Edit before sending", "-/undo")
	for _, path := range []string{"assign", "snooze", "note", "message", "read", "undo"} {
		if status, _ := vera.post("/cases/77-1/"+path, url.Values{"text": {"x"}, "to": {"buyer"}, "until": {"tomorrow"}}); status != http.StatusForbidden {
			t.Errorf("a viewer who posts to %s is answered with %d", path, status)
		}
	}
	if status, _ := vera.get("/mentions"); status != http.StatusOK {
		t.Errorf("a viewer's list is answered with %d", status)
	}
}

// TestReadOnPages: what came in is new until somebody says that they have read it.
func TestReadOnPages(t *testing.T) {
	h := openHouse(t)
	h.sad()
	h.tell(recourse.MessageReceived, `{"order":"77","case":"77-1","by":"buyer","text":"Où est mon cerf-volant ?"}`)
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	wants(t, "new", page, "Où est mon cerf-volant ?", "Mark as read", "Buyer wrote")
	action, form := formWith(t, page, "Mark as read")
	ada.told(action, form, "Marked as read.", "-Mark as read</button>", "Où est mon cerf-volant ?")
}

// TestWhatWasTypedStays: a form with something wrong comes back open, with what was typed and the error beside its field.
func TestWhatWasTypedStays(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	action, form := formWith(t, page, `value="offers.found"`)
	form.Set("offers.0.supplier", "Shenzhen "+nasty)
	form.Set("offers.0.price", "cheap")
	form.Set("offers.1.supplier", "Yiwu")
	status, page := ada.post(action, form)
	wants(t, "typed", page, "Shenzhen &lt;script&gt;", `value="cheap"`, `value="Yiwu"`, `offers.0.price-error`, `aria-invalid="true"`, "-<img src=x")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("answered with %d", status)
	}
	form.Set("offers.0.price", "40,50")
	form.Set("offers.0.stock", "9")
	form.Set("offers.1.price", "39.00 CNY")
	form.Set("once", "offers")
	form.Del("version")
	ada.told(action, form, "Recorded.")
	offers := h.view("77-1").Thread(recourse.OffersFound)[0].Offers
	if len(offers) != 2 || offers[0].Stock != 9 || offers[0].Price.String() != "40.50 CNY" || offers[1].Supplier != "Yiwu" {
		t.Errorf("the offers came in as %+v", offers)
	}
}

// TestSomePieces: a fact can be about some of the pieces; of none, or more than there are, it cannot.
func TestSomePieces(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Clerk)
	_, page := ada.get("/cases/77-1")
	action, form := formWith(t, page, `value="parcel.shipped"`, `name="lines.1"`)
	form.Set("parcel", "P-78")
	for _, many := range []string{"0", "3", "two", "-1"} {
		form.Set("lines.1", many)
		if status, page := ada.post(action, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, `class="field-error"`) {
			t.Errorf("%s pieces are answered with %d", many, status)
		}
	}
	form.Set("lines.1", "1")
	ada.told(action, form, "Recorded.")
	all := h.view("77-1").Thread(recourse.ParcelShipped)
	if last := all[len(all)-1]; len(last.Lines) != 1 || last.Lines[0].Quantity != 1 {
		t.Errorf("the parcel has %+v", last.Lines)
	}
}

// colleague adds a person who works for the shop.
func (h *house) colleague(name string, role account.Role) {
	h.t.Helper()
	err := h.desk.Store().Write(h.t.Context(), func(tx *store.Tx) error {
		return tx.PutPerson(store.Person{Merchant: pageShop, ID: "p-" + name, Name: name, Email: url.QueryEscape(name) + "@shop.example", Role: string(role), CreatedAt: h.now()})
	})
	if err != nil {
		h.t.Fatal(err)
	}
}
