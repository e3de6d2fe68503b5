package web_test

import (
	"testing"

	"recourse"
	"recourse/account"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// busy makes a case with something of everything: a draft to the buyer, words that came in, a note, somebody who looks
// after it.
func (h *house) busy() {
	h.t.Helper()
	h.held()
	h.colleague("Inès Marchand", account.Owner)
	h.colleague("Karl-Heinz Feuerbach-Lindenschmidt", account.Clerk)
	h.tell(recourse.MessageReceived, `{"order":"77","case":"77-1","by":"buyer","text":"Bonjour, où est mon cerf-volant ? La douane ne m’a rien envoyé."}`)
	h.tell(recourse.CaseNoted, `{"case":"77-1","order":"77","text":"@Ada the invoice is in the shared folder.","mentions":["Ada"]}`)
	h.tell(recourse.CaseAssigned, `{"case":"77-1","order":"77","person":"Karl-Heinz Feuerbach-Lindenschmidt"}`)
}

// TestCaseWalk goes through a case by clicking what a person would: a draft edited and let go, taken back, a message, a
// note, the picture.
func TestCaseWalk(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.busy()
	look(t, ctx, 1440, "light")
	step := func(name, selector string) {
		t.Helper()
		do(t, ctx, chromedp.WaitVisible(selector))
		fits(t, ctx, name)
		axe(t, ctx, name)
		shoot(t, ctx, "case-"+name)
	}
	do(t, ctx, chromedp.Navigate(h.link("Ada", account.Owner)))
	do(t, ctx, chromedp.Navigate(h.url+"/cases/77-1"))
	step("1-whole", ".glance")
	do(t, ctx, chromedp.Click(".fold.edit > summary"), chromedp.WaitVisible(".edit textarea"), chromedp.SendKeys(".edit textarea", " PS"))
	step("2-edit", ".edit textarea")
	do(t, ctx, chromedp.Click(".edit .primary"))
	step("3-preview", ".confirm .primary")
	do(t, ctx, chromedp.Click(".confirm .primary"))
	step("4-sent", ".notice .undo")
	do(t, ctx, chromedp.Click(".notice .undo button"))
	step("5-undone", ".notice.good")
	do(t, ctx, chromedp.Click(".team .menu > summary"))
	step("6-assign", ".menu[open] .menu-in")
	do(t, ctx, chromedp.Click(".picture > summary"), chromedp.Click(".reasons > summary"))
	step("7-picture", ".legend")
	do(t, ctx, chromedp.Navigate(h.url+"/mentions"))
	step("8-mentions", ".mention-list")
}

// TestCaseKeys settles a draft by the keyboard alone: m writes, the fields follow each other, Enter on what has the focus
// goes on.
func TestCaseKeys(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.busy()
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(h.link("Ada", account.Owner)), chromedp.Navigate(h.url+"/cases/77-1"), chromedp.WaitVisible(".glance"))
	do(t, ctx, chromedp.KeyEvent("n"))
	if at := eval[string](t, ctx, `document.activeElement.id`); at != "note-text" {
		t.Fatalf("n leads to %q", at)
	}
	do(t, ctx, chromedp.KeyEvent("customs called"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".notice.good"))
	do(t, ctx, chromedp.KeyEvent("m"))
	if at := eval[string](t, ctx, `document.activeElement.id`); at != "message-text" {
		t.Fatalf("m leads to %q", at)
	}
	do(t, ctx, chromedp.KeyEvent("Bonjour"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".confirm"))
	if !eval[bool](t, ctx, `document.activeElement.matches(".confirm .primary")`) {
		t.Fatal("the button that sends does not have the focus")
	}
	do(t, ctx, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".notice .undo"))
	eval[bool](t, ctx, `(document.querySelector(".notice").classList.add("seen"), true)`)
	do(t, ctx, chromedp.KeyEvent("a"), chromedp.WaitVisible(".notice:not(.seen) .undo"))
	if name := h.is("77-1").Assignee; name != "Ada" {
		t.Errorf("a gives the case to %q", name)
	}
	if n := len(h.view("77-1").Thread(recourse.MessageWritten)); n != 1 {
		t.Errorf("%d messages were written", n)
	}
}
