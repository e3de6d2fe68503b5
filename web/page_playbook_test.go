package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"recourse/account"
)

var selectPart = regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>`)
var chosenPart = regexp.MustCompile(`<option value="([^"]*)" selected`)

// formOf is a form of a page as a browser would send it.
func formOf(t *testing.T, body string, texts ...string) (string, url.Values) {
	t.Helper()
	action, form := formWith(t, body, texts...)
	for k := range form {
		form.Set(k, html.UnescapeString(form.Get(k)))
	}
	return action, form
}

// settingsOf is the form of the settings as a browser would send it.
func settingsOf(t *testing.T, body string) url.Values {
	t.Helper()
	_, form := formOf(t, body, "merchant.country")
	for _, m := range selectPart.FindAllStringSubmatch(body, -1) {
		if chosen := chosenPart.FindStringSubmatch(m[2]); chosen != nil {
			form.Set(m[1], chosen[1])
		}
	}
	return form
}

// saveSettings changes settings as an owner does: fill in, try, save.
func (h *house) saveSettings(who string, change map[string]string, note string) {
	t := h.t.(*testing.T)
	t.Helper()
	p := h.enter(who, account.Owner)
	_, body := p.get("/playbook/settings")
	form := settingsOf(t, body)
	for k, v := range change {
		form.Set(k, v)
	}
	form.Set("step", "try")
	status, body := p.post("/playbook/settings", form)
	if status != http.StatusOK {
		t.Fatalf("trying is answered with %d: %s", status, body)
	}
	action, form := formOf(t, body, `name="note"`)
	form.Set("note", note)
	form.Set("step", "save")
	if status, body = p.post(action, form); status != http.StatusOK {
		t.Fatalf("saving is answered with %d: %s", status, body)
	}
}
