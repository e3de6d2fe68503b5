package web_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"

	"github.com/chromedp/chromedp"
)

// harm looks for what keeps people from using a page.
func harm(t *testing.T, where string, eval func(string) string) {
	t.Helper()
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	eval(string(source) + "; ''")
	if found := eval(`axe.run().then(r => r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 200) + ' — ' + n.failureSummary.slice(0, 250)).join(' | ')).join('\n'))`); found != "" {
		t.Errorf("%s: %s", where, found)
	}
}

// TestQueueKeys works the queue by the keyboard alone, then lets something happen while it is looked at.
func TestQueueKeys(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.two()
	look(t, ctx, 1440, "light")
	js := func(s string) string { t.Helper(); return eval[string](t, ctx, s) }
	do(t, ctx, chromedp.Navigate(h.link("Ada", account.Owner)), chromedp.WaitVisible(".row-link"))
	press := func(keys ...string) {
		t.Helper()
		for _, k := range keys {
			do(t, ctx, chromedp.KeyEvent(k))
		}
	}
	is := func(what, expression, want string) {
		t.Helper()
		for range 40 {
			if js("String("+expression+")") == want {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Errorf("%s: %s is %s, %s is wanted", what, expression, js("String("+expression+")"), want)
	}
	here := `document.activeElement.closest('tr')?.dataset.case`
	first, second := js(`document.querySelectorAll('tr.case')[0].dataset.case`), js(`document.querySelectorAll('tr.case')[1].dataset.case`)
	press("j")
	is("j", here, first)
	press("j")
	is("j again", here, second)
	press("k")
	is("k", here, first)
	press("x")
	is("x", `document.querySelectorAll('input[name=case]:checked').length`, "1")
	is("the count", `document.querySelector('[data-count]').textContent`, "1 selected")
	harm(t, "queue", js)
	shoot(t, ctx, "queue-selected")

	// Something happens: the row is new, and the selection and the focus are where they were.
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"order":"77"`, `"order":"80"`, 1))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"80","purchase":"T-80","supplier":"S","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-80"}`)
	is("live", `document.querySelectorAll('tr.case').length`, "3")
	is("the focus after", here, first)
	is("the selection after", `document.querySelector('input[name=case]:checked').closest('tr').dataset.case`, first)
	is("said", `document.querySelector('[data-say]').textContent`, "1 new")

	press("?")
	is("help", `document.querySelector('dialog.help')?.open`, "true")
	press("j")
	is("keys do nothing behind the help", here, "undefined")
	harm(t, "help", js)
	shoot(t, ctx, "queue-help")
	do(t, ctx, chromedp.KeyEvent("\u001b"))
	is("closed", `document.querySelector('dialog.help').open`, "false")
	press("/")
	is("search", `document.activeElement.id`, "find")
	press("j", "x", "?")
	is("typed", `document.activeElement.value.endsWith('jx?')`, "true")
	js(`document.activeElement.value = ''; document.activeElement.blur(); ''`)
	press("j", "e")
	do(t, ctx, chromedp.WaitVisible(".bulk-page"))
	harm(t, "answer", js)
	shoot(t, ctx, "bulk-answer")
	press("g", "q")
	do(t, ctx, chromedp.WaitVisible(".row-link"))
	press("j", "o")
	do(t, ctx, chromedp.WaitVisible(".title"))
	is("opened", `location.pathname.startsWith('/cases/')`, "true")
}
