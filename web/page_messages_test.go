package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"recourse/account"
)

// TestMessagesList shows every message of the playbook to everybody who may come in.
func TestMessagesList(t *testing.T) {
	h := openHouse(t)
	h.live()
	for _, role := range account.Roles {
		p := h.enter("Somebody", role)
		status, body := p.get("/messages")
		if role == account.Supplier {
			if status != http.StatusForbidden {
				t.Errorf("a supplier is answered with %d", status)
			}
			continue
		}
		if status != http.StatusOK {
			t.Fatalf("%s: %d", role, status)
		}
		wants(t, string(role), body, `href="/messages/delay_notice?lang=en"`, "in 90 days", `href="/messages/part.greeting?lang=en"`, "Written to: Buyer", "Written to: Supplier")
	}
}

// written is the editor's form of a message, as it stands on its page.
func (p *person) written(path string) (string, url.Values) {
	p.t.Helper()
	status, body := p.get(path)
	if status != http.StatusOK {
		p.t.Fatalf("%s: %d %s", path, status, body)
	}
	action, form := formWith(p.t.(*testing.T), body, `class="editor"`)
	form.Set("body", between(body, `<textarea id="body"`, "</textarea>"))
	return action, form
}

// between is what stands in the element that begins so.
func between(body, start, end string) string {
	_, after, _ := strings.Cut(body, start)
	_, after, _ = strings.Cut(after, ">\n")
	in, _, _ := strings.Cut(after, end)
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(in)
}

// TestEditMessage changes a message: what is kept is what buyers read from then on, who changed it is told, and the
// program's words come back.
func TestEditMessage(t *testing.T) {
	h := openHouse(t)
	h.live()
	ada := h.enter("Ada", account.Approver)
	action, form := ada.written("/messages/out_of_stock?lang=fr")
	if !strings.Contains(form.Get("body"), "{{") {
		t.Fatalf("the form has %q", form)
	}
	form.Set("subject", "Commande {{.Order}} : <b>rupture</b>")
	_, page := ada.post(action+"/preview", form)
	wants(t, "preview", page, "Not saved yet", "&lt;b&gt;rupture&lt;/b&gt;", "-<b>rupture", "-Saved.")
	_, page = ada.get("/messages/out_of_stock?lang=fr")
	wants(t, "after the preview", page, "-rupture&lt;")
	status, page := ada.post(action, form)
	wants(t, "saved", page, "Saved. New messages", "Your own words, by Ada", "Commande {{.Order}} : &lt;b&gt;rupture")
	if status != http.StatusOK {
		t.Errorf("saved with %d", status)
	}
	_, body := ada.get("/messages")
	wants(t, "list", body, "your own words")
	// A buyer who reads French gets the new words, on the case's own page too.
	_, body = ada.get("/cases/" + h.open("out_of_stock"))
	wants(t, "case", body, "&lt;b&gt;rupture")
	action, form = formWith(t, page, "Go back to the program")
	_, page = ada.post(action, form)
	wants(t, "restored", page, "Restored.", "-Commande {{.Order}} : &lt;b&gt;rupture&lt;/b&gt;\" lang")
}

// TestFaults refuses what cannot be written, at its line and column, with what to do; nothing is kept.
func TestFaults(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	action, form := ada.written("/messages/delay_notice?lang=en")
	for body, want := range map[string][]string{
		"Hello\n{{.Ordr}}":                         {"Message, line 2, column 3", "There is no variable “.Ordr”.", "Did you mean “Order”?"},
		"{{if .Order}}x":                           {"Write {{end}} where it ends."},
		"{{if .Lost}}x{{end}}":                     {"With some orders this says nothing at all."},
		"":                                         {"There is no text here."},
		"{{range .Goods}}x{{end}}":                 {"This has no meaning in a message."},
		"{{template \"greting\" .}}":               {"There is no part “greting”.", "Did you mean “greeting”?"},
		"{{printf \"%09999999999d\" 1}}":           {"There is no function “printf”."},
		"{{money .Order}}":                         {"This function wants another kind of variable."},
		"{{.Vars.other.Text}}":                     {"The playbook does not give this message the value “other”."},
		"{{.Order.X.Y}}":                           {"There is no variable"},
		"{{html .Order}}":                          {"There is no function “html”."},
		"{{call .Order}}":                          {"There is no function “call”."},
		strings.Repeat("{{goods .Goods}}\n", 1100): {"says nothing at all"},
		strings.Repeat("x", 30_000):                {"The text is too long."},
	} {
		form.Set("body", body)
		status, page := ada.post(action, form)
		if status == http.StatusOK {
			t.Errorf("%.40q was saved", body)
		}
		wants(t, body[:min(len(body), 40)], page, want...)
	}
	_, page := ada.get("/messages/delay_notice?lang=en")
	wants(t, "after all", page, "the program’s words", "-Your own words")
}

// TestTwoEditors: of two who change the same message, the second sees what the first has kept, and loses nothing.
func TestTwoEditors(t *testing.T) {
	h := openHouse(t)
	ada, bo := h.enter("Ada", account.Owner), h.enter("Bo", account.Owner)
	action, hers := ada.written("/messages/delay_notice?lang=en")
	_, his := bo.written("/messages/delay_notice?lang=en")
	hers.Set("subject", "Hers {{.Order}}")
	his.Set("subject", "His {{.Order}}")
	ada.post(action, hers)
	status, page := bo.post(action, his)
	wants(t, "the second", page, "Ada has changed this message since you opened it.", "Hers {{.Order}}", `value="His {{.Order}}"`, "-Saved.")
	if status != http.StatusConflict {
		t.Errorf("the second is answered with %d", status)
	}
	_, his = formWith(t, page, `class="editor"`)
	his.Set("body", between(page, `<textarea id="body"`, "</textarea>"))
	_, page = bo.post(action, his)
	wants(t, "again", page, "Saved.", `value="His {{.Order}}"`)
	// Another message in the meantime is no conflict.
	_, hers = ada.written("/messages/offer?lang=en")
	_, his = bo.written("/messages/delay_notice?lang=en")
	hers.Set("subject", "Offer {{.Order}}")
	his.Set("subject", "His own {{.Order}}")
	ada.post("/messages/offer", hers)
	_, page = bo.post(action, his)
	wants(t, "two messages", page, "Saved.")
	_, page = bo.get("/messages/delay_notice?lang=en")
	if n := strings.Count(page, "Go back to this"); n != 2 {
		t.Errorf("%d earlier versions are offered", n)
	}
}

// TestMessageRoles: who may not let money leave reads, and is refused when they send the form all the same.
func TestMessageRoles(t *testing.T) {
	h := openHouse(t)
	owner := h.enter("Ada", account.Owner)
	action, form := owner.written("/messages/delay_notice?lang=en")
	form.Set("subject", "Changed {{.Order}}")
	for _, role := range []account.Role{account.Clerk, account.Viewer} {
		p := h.enter("Bo", role)
		_, page := p.get("/messages/delay_notice?lang=en")
		wants(t, string(role), page, "You may read the messages.", "-type=\"submit\">Save<", "readonly")
		for _, path := range []string{action, action + "/restore"} {
			if status, _ := p.post(path, form); status != http.StatusForbidden {
				t.Errorf("%s posts to %s: %d", role, path, status)
			}
		}
		if status, _ := p.post(action+"/preview", form); status != http.StatusOK {
			t.Errorf("%s may not look: %d", role, status)
		}
	}
	for _, path := range []string{"/messages/nonsense", "/messages/delay_notice?lang=xx", "/messages/part.nonsense"} {
		if status, _ := owner.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestEditPart changes what several messages share.
func TestEditPart(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	action, form := ada.written("/messages/part.closing?lang=en")
	form.Set("body", "With kindest regards,\n{{.Shop}}")
	_, page := ada.post(action, form)
	wants(t, "saved", page, "Saved.", "Messages that use it")
	_, page = ada.get("/messages/delay_notice?lang=en")
	wants(t, "a message that uses it", page, "With kindest regards,")
	form.Set("body", "{{template \"facts\" .}}")
	form.Set("version", "1")
	status, page := ada.post(action, form)
	wants(t, "a part in a part", page, "There is no part “facts”.")
	if status != http.StatusUnprocessableEntity {
		t.Error(strconv.Itoa(status))
	}
}
