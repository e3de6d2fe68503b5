package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
)

// upload sends a file by a form.
func (p *person) upload(path, name, content string) (int, string) {
	p.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		p.t.Fatal(err)
	}
	part.Write([]byte(content))
	w.Close()
	r, err := http.NewRequest(http.MethodPost, p.url+path, &b)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return p.send(r)
}

// to is an address as a browser reads it.
func to(action string) string { return strings.ReplaceAll(action, "&amp;", "&") }

// TestAddLanguage adds German, translates it on the page, in the editor and by a file, and writes to a buyer in it.
func TestAddLanguage(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"locale":"fr"`, `"locale":"de-DE"`, 1))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"Kites","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-77"}`)
	ada := h.enter("Ada", account.Owner)
	_, page := ada.post("/messages/languages", url.Values{"tag": {"DE"}, "base": {"fr"}})
	wants(t, "added", page, "The language was added.", "German", "0 of ", "is written in French")
	_, page = ada.get("/messages/languages")
	wants(t, "list", page, "Deutsch", "otherwise French")
	_, page = ada.post("/messages/languages", url.Values{"tag": {"de"}, "base": {"fr"}})
	wants(t, "twice", page, "That language is there already.")
	_, page = ada.post("/messages/languages", url.Values{"tag": {"not a tag<b>"}, "base": {"fr"}})
	wants(t, "no tag", page, "“not a tag&lt;b&gt;” is not a language.")

	_, page = ada.get("/messages/languages/de?group=names")
	action, form := formWith(t, page, `class="phrases card"`)
	key := form.Get("key0")
	form.Set("text0", "Eine Übersetzung <i>")
	_, page = ada.post(to(action), form)
	wants(t, "translated", page, "Saved.", "-"+key+"<")
	_, page = ada.get("/messages/languages/de?group=names&show=own")
	wants(t, "own", page, "Eine Übersetzung &lt;i&gt;", key)
	_, page = ada.get("/messages/languages/de?group=names")
	action, form = formWith(t, page, `class="phrases card"`)
	form.Set("text1", "{nonsense}")
	status, page := ada.post(to(action), form)
	wants(t, "a placeholder that is none", page, "Something in braces is not filled in here.", "{nonsense}")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("answered with %d", status)
	}

	editor, letter := ada.written("/messages/out_of_stock?lang=de")
	letter.Set("subject", "Bestellung {{.Order}}")
	letter.Set("body", "Guten Tag, {{money .Amount}} am {{date .ChooseBy}}.")
	_, page = ada.post(editor, letter)
	wants(t, "letter", page, "Saved.")
	_, page = ada.get("/cases/77-1")
	wants(t, "the buyer is written to in German", page, "Bestellung 77", `lang="de"`)

	_, file := ada.get("/messages/languages/de/file")
	wants(t, "file", file, "Bestellung {{.Order}}", "name = Deutsch", "# offer.subject =")
	status, page = ada.upload("/messages/languages/de/file", "de.ini", file+"\n[nonsense]\nx = y\n")
	wants(t, "a file with a mistake", page, "de.ini, line ", "There is no text of that name.")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("answered with %d", status)
	}
	_, page = ada.upload("/messages/languages/de/file", "de.ini", strings.Replace(file, "Bestellung {{.Order}}", "Ihre Bestellung {{.Order}}", 1))
	wants(t, "a file", page, "Saved.")
	_, page = ada.get("/cases/77-1")
	wants(t, "after the file", page, "Ihre Bestellung 77")
	status, page = ada.upload("/messages/languages/de/file", "de.ini", strings.Repeat("# x\n", 200_000))
	wants(t, "a large file", page, "The text is too long.")
	if status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large file is answered with %d", status)
	}

	_, page = ada.post("/messages/languages/default", url.Values{"default": {"de"}})
	wants(t, "default", page, "Saved.", "For all others")
	_, page = ada.post("/messages/languages/de/remove", url.Values{})
	wants(t, "removed", page, "The language was removed.", "-Deutsch")
	_, page = ada.get("/cases/77-1")
	wants(t, "after it was removed", page, "-Bestellung 77")
}

// TestLanguageRoles: others than owners and approvers read.
func TestLanguageRoles(t *testing.T) {
	h := openHouse(t)
	for _, role := range []account.Role{account.Clerk, account.Viewer} {
		p := h.enter("Bo", role)
		for path, want := range map[string]int{"/messages/languages": http.StatusOK, "/messages/languages/fr": http.StatusOK, "/messages/languages/fr/file": http.StatusOK, "/messages/languages/xx": http.StatusNotFound} {
			if status, _ := p.get(path); status != want {
				t.Errorf("%s gets %s: %d", role, path, status)
			}
		}
		for _, path := range []string{"/messages/languages", "/messages/languages/default", "/messages/languages/fr/texts", "/messages/languages/fr/remove"} {
			if status, _ := p.post(path, url.Values{}); status != http.StatusForbidden {
				t.Errorf("%s posts to %s: %d", role, path, status)
			}
		}
		if status, _ := p.upload("/messages/languages/fr/file", "fr.ini", "[desk]\nqueue = x\n"); status != http.StatusForbidden {
			t.Errorf("%s uploads: %d", role, status)
		}
	}
	ada := h.enter("Ada", account.Approver)
	if status, _ := ada.post("/messages/languages/fr/remove", url.Values{}); status != http.StatusForbidden {
		t.Errorf("French is removed: %d", status)
	}
	// A language of the program's is changed, and given back by an empty text.
	_, page := ada.get("/messages/languages/en?group=desk&show=all")
	action, form := formWith(t, page, `class="phrases card"`)
	key := form.Get("key0")
	form.Set("text0", "Changed words")
	_, page = ada.post(to(action), form)
	wants(t, "changed", page, "Changed words", key)
	action, form = formWith(t, page, `class="phrases card"`)
	form.Set("text0", "")
	_, page = ada.post(to(action), form)
	wants(t, "given back", page, "Saved.", "-Changed words")
}
