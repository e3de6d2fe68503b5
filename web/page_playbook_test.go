package web_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/playbook"
	"recourse/store"
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

// ownPlaybook is a merchant's own: the buyer's notice is a draft, and the supplier gets a message that has no words.
const ownPlaybook = `playbook: my-shop
extends: tmall-dsers
about: The shop's own.
settings:
  late_shipment.urge_after: 3 days
paths:
  late:
    states:
      urged:
        do: [message supplier where_is_it, message buyer delay_notice draft]
        after:
        - {from: purchase.ship_by, in: late_shipment.give_up_after, go: given_up}
        - {from: purchase.asked, in: supplier.answer_within, become: supplier_unresponsive}
`

// TestDrawingStyle: a drawing that is part of a page has the colours of one that stands alone.
func TestDrawingStyle(t *testing.T) {
	sheet, err := os.ReadFile("static/desk/drawing.css")
	if err != nil {
		t.Fatal(err)
	}
	if _, rules, _ := strings.Cut(string(sheet), "*/"); rules != playbook.DrawStyle {
		t.Error("static/desk/drawing.css is not playbook.DrawStyle")
	}
}

// TestPlaybookPicture: what is open stands on the states, and a press shows it.
func TestPlaybookPicture(t *testing.T) {
	h := openHouse(t)
	h.sad()
	vera := h.enter("Vera", account.Viewer)
	_, body := vera.get("/playbook")
	wants(t, "picture", body, `class="count-text"`, `href="/playbook/states/resupply.refunding"`, "Open here: 1", "-<style", "Out of stock", "id=\"state-refunding\"")
	_, body = vera.get("/playbook/states/resupply.refunding")
	wants(t, "state", body, `href="/cases/77-1"`, "Refund requested, other offers looked for", "€59.80")
	_, body = vera.get("/playbook/states/repay.refunded")
	wants(t, "an empty state", body, "No case stands here")
	if status, _ := vera.get("/playbook/states/no.where"); status != http.StatusNotFound {
		t.Errorf("a state that is none is answered with %d", status)
	}
	for _, path := range []string{"/playbook?path=late&size=full", "/playbook?path=%3Cscript%3E", "/playbook?path=recovery", "/playbook/versions", "/playbook/versions/1", "/playbook/file", "/playbook/settings"} {
		if status, body := vera.get(path); status != http.StatusOK || strings.Contains(body, `name="step"`) && !strings.Contains(path, "settings") {
			t.Errorf("%s is answered with %d to a viewer, or lets them act", path, status)
		}
	}
	for _, path := range []string{"/playbook/versions/99", "/playbook/versions/x", "/playbook/versions/-1"} {
		if status, _ := vera.get(path); status != http.StatusNotFound {
			t.Errorf("%s is answered with %d", path, status)
		}
	}
}

// TestPlaybookRoles: everybody looks, the owner changes.
func TestPlaybookRoles(t *testing.T) {
	h := openHouse(t)
	for _, role := range account.Roles {
		p := h.enter("P", role)
		status, body := p.get("/playbook/settings")
		may := role.May(account.Manage)
		if status == http.StatusForbidden && !role.May(account.Read) {
			continue
		}
		if status != http.StatusOK || strings.Contains(body, `value="try"`) != may || strings.Contains(body, "<fieldset disabled") == may {
			t.Errorf("%s: %d", role, status)
		}
		for _, path := range []string{"/playbook/settings", "/playbook/versions/1", "/playbook/file"} {
			status, _ := p.post(path, url.Values{"step": {"save"}, "base": {"1"}, "settings": {"{}"}, "text": {ownPlaybook}, "unchecked": {"yes"}})
			if (status != http.StatusForbidden) != may {
				t.Errorf("%s posts to %s: %d", role, path, status)
			}
		}
	}
}

// TestSettingsForm: what cannot be read is told beside its field, with what was filled in; nothing is saved.
func TestSettingsForm(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/playbook/settings")
	form := settingsOf(t, body)
	if form.Get("set.claim.verify_within.unit") != "business" || form.Get("set.claim.verify_within.calendar") != "CN" || form.Get("set.merchant.country") != "FR" || form.Get("set.refund.approval") != "always" {
		t.Errorf("the form is filled in as %v", form)
	}
	form.Set("step", "try")
	_, body = ada.post("/playbook/settings", form)
	wants(t, "unchanged", body, "Nothing would change")
	for name, value := range map[string]string{"set.late_shipment.urge_after": nasty, "set.reorder.max_increase": "-4", "set.merchant.country": "XX", "set.claim.verify_within.calendar": "", "set.late_shipment.urge_after.unit": "weeks", "set.evidence.required": "perhaps", "set.recovery.chase_every": "0"} {
		bad := url.Values{}
		for k := range form {
			bad.Set(k, form.Get(k))
		}
		bad.Set(name, value)
		status, body := ada.post("/playbook/settings", bad)
		wants(t, name, ownScript.ReplaceAllString(body, ""), "Nothing was changed.", `role="alert"`, "-<script", "-<img src=x")
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%s=%s is answered with %d", name, value, status)
		}
	}
	form.Set("set.refund.approval", "above")
	form.Set("set.refund.approval.limit", "30,50 EUR")
	form.Set("set.claim.verify_within", "12")
	_, body = ada.post("/playbook/settings", form)
	wants(t, "tried", body, "above €30.50", "12 Chinese business days", "No order was placed in the last 90 days")
	action, save := formOf(t, body, `name="note"`)
	save.Set("step", "edit")
	_, again := ada.post(action, save)
	if f := settingsOf(t, again); f.Get("set.refund.approval.limit") != "30.50 EUR" || f.Get("set.claim.verify_within") != "12" {
		t.Errorf("changing it again begins with %v", f)
	}
	save.Set("step", "save")
	save.Set("note", nasty)
	_, body = ada.post(action, save)
	wants(t, "saved", ownScript.ReplaceAllString(body, ""), "Saved.", "Version 2", "&lt;script&gt;", "-<script", "-<img src=x")
}

// TestTwoSave: who saves over another's change is shown theirs against it, and can then save.
func TestTwoSave(t *testing.T) {
	h := openHouse(t)
	bo := h.enter("Bo", account.Owner)
	_, body := bo.get("/playbook/settings")
	form := settingsOf(t, body)
	form.Set("set.late_shipment.urge_after", "6")
	form.Set("step", "try")
	_, body = bo.post("/playbook/settings", form)
	action, save := formOf(t, body, `name="note"`)
	h.saveSettings("Ada", map[string]string{"set.late_shipment.urge_after": "3"}, "Golden Week")
	save.Set("step", "save")
	status, body := bo.post(action, save)
	wants(t, "overtaken", body, "Somebody else changed the playbook meanwhile.", "3 days", "6 days", "Golden Week")
	if status != http.StatusConflict {
		t.Errorf("who is too late is answered with %d", status)
	}
	_, save = formOf(t, body, `name="note"`)
	save.Set("step", "save")
	_, body = bo.post(action, save)
	wants(t, "saved all the same", body, "Version 3", "Saved.")
}

// dropPlaybook sends a file as a browser does.
func (p *person) dropPlaybook(file []byte, keep bool) (int, string) {
	p.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("step", "try")
	if keep {
		w.WriteField("keep", "yes")
	}
	part, err := w.CreateFormFile("file", "my<b>.yaml")
	if err != nil {
		p.t.Fatal(err)
	}
	part.Write(file)
	w.Close()
	r, err := http.NewRequest(http.MethodPost, p.url+"/playbook/file", &b)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return p.send(r)
}

// TestPlaybookFile takes the playbook along and brings it back, with the shop's settings or without.
func TestPlaybookFile(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, yaml := ada.get("/playbook/file/playbook.yaml")
	source, _ := playbook.BuiltinSource("tmall-dsers")
	if yaml != string(source) {
		t.Error("the file is not the built-in one, comments and all")
	}
	_, settings := ada.get("/playbook/file/settings.json")
	wants(t, "settings", settings, "{}")
	status, body := ada.dropPlaybook([]byte(ownPlaybook), true)
	wants(t, "own", body, "The check found: 1", "A message has no words", "10:14", "where_is_it", "3 days", "supplier urged to ship")
	if status != http.StatusOK {
		t.Errorf("a playbook is answered with %d", status)
	}
	action, save := formOf(t, body, `name="note"`)
	save.Set("step", "save")
	save.Del("unchecked")
	_, body = ada.post(action, save)
	wants(t, "saved without a word", body, "The check found: 1", "-Saved.")
	save.Set("unchecked", "yes")
	_, body = ada.post(action, save)
	wants(t, "saved", body, "Saved.", "my-shop")
	if _, yaml = ada.get("/playbook/file/playbook.yaml"); yaml != ownPlaybook {
		t.Errorf("what was brought comes back as %q", yaml)
	}
	_, body = ada.dropPlaybook([]byte(`{"late_shipment.urge_after": "7 days"}`), true)
	wants(t, "settings", body, "3 days", "7 days", "Save as a new version")
	err := h.desk.Store().Read(t.Context(), func(tx *store.Tx) error {
		d, err := h.desk.Decider(tx, pageShop, &recourse.OrderFile{})
		if d.Policy.Name != "my-shop" || d.Policy.Country(playbook.Duration{Calendar: "merchant"}) != "FR" {
			t.Errorf("at work is %s", d.Policy.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStrangersFiles: a file that is none, that stands for more than it says, or that names things in markup.
func TestStrangersFiles(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	states := strings.Repeat("      x: {use: b, after: {in: 3 days, go: over}}\n", 3)
	for name, c := range map[string]struct {
		file string
		want string
	}{
		"a picture":         {"\x89PNG\r\n\x1a\n\x00\x00", "not a text"},
		"nothing":           {"   \n", "there is nothing in it"},
		"too much":          {strings.Repeat("# "+strings.Repeat("x", 98)+"\n", 12_000), "larger than one megabyte"},
		"deep":              {strings.Repeat("[", 100_000), "nested deeper"},
		"deep by lines":     {strings.Repeat("- ", 5000) + "x", "indented"},
		"aliases":           {"a: &a [x, x]\nb: &b [*a, *a]\nplaybook: x\n", "This cannot be read"},
		"many lines":        {strings.Repeat("k: v\n", 100_000), "lines and commas"},
		"twice the same":    {"playbook: x\npaths:\n  way:\n    states:\n" + states, "This cannot be read"},
		"settings that are": {`{"late_shipment.urge_after": 3}`, "settings are names with texts"},
		"unknown settings":  {`{"late_shipment.urge": "3 days"}`, "has no setting"},
		"markup":            {"playbook: \"" + strings.ReplaceAll(nasty, `"`, "'") + "\"\nextends: tmall-dsers\npaths:\n  late:\n    states:\n      \"<script>alert(1)</script>\": {after: {in: 3 days, go: \"<img src=x onerror=alert(2)>\"}}\n", "This cannot be read"},
	} {
		status, body := ada.dropPlaybook([]byte(c.file), true)
		wants(t, name, ownScript.ReplaceAllString(body, ""), c.want, "-<script", "-<img src=x")
		if status != http.StatusUnprocessableEntity && status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s is answered with %d", name, status)
		}
	}
	mark := `<script>alert(1)</script><img src=x onerror=alert(2)>`
	good := "playbook: '" + mark + "'\nextends: tmall-dsers\nabout: '" + mark + "'\nsettings:\n  mark: {flag: true, about: '" + mark + "'}\npaths:\n  late:\n    states:\n      asking:\n        do: [ask merchant give_up]\n        choose:\n          refund: {if: mark, become: out_of_stock}\n          reorder: {become: out_of_stock}\n        every: {in: merchant.answer_within, do: [ask merchant give_up, 'message buyer <b>x</b>']}\n"
	status, body := ada.dropPlaybook([]byte(good), true)
	if status != http.StatusOK {
		t.Fatalf("a playbook with odd names is answered with %d: %s", status, body)
	}
	action, save := formOf(t, body, `name="note"`)
	save.Set("step", "save")
	save.Set("unchecked", "yes")
	ada.post(action, save)
	for _, path := range []string{"/playbook?path=late", "/playbook/settings", "/playbook/versions", "/playbook/versions/2", "/playbook/file", "/"} {
		status, body := ada.get(path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		wants(t, path, ownScript.ReplaceAllString(body, ""), "-<script", "-<img src=x", "-<b>x")
	}
	if _, body := ada.get("/playbook?path=late"); !strings.Contains(body, "&lt;script&gt;") {
		t.Error("the odd playbook was not saved")
	}
}
