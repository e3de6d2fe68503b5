package web_test

import (
	"testing"

	"recourse/account"

	"github.com/chromedp/chromedp"
)

// TestLivePreview: what is written is shown beside it at once, a click inserts a variable, and a mistake is shown where it
// is.
func TestLivePreview(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.live()
	do(t, ctx, chromedp.Navigate(h.link("Inès Marchand", account.Owner)))
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(h.url+"/messages/out_of_stock?lang=en"), chromedp.WaitVisible(".editor-preview .body"))
	waits := func(what, condition string) {
		t.Helper()
		if !eval[bool](t, ctx, `new Promise(done => { let n = 0; const look = () => (`+condition+`) ? done(true) : ++n > 100 ? done(false) : setTimeout(look, 100); look() })`) {
			t.Errorf("%s: the preview says %q", what, eval[string](t, ctx, `document.getElementById('preview').textContent`))
		}
	}
	eval[bool](t, ctx, `(() => { const b = document.getElementById('body'); b.focus(); b.value = 'Dear ' + b.value; b.setSelectionRange(5, 5); b.dispatchEvent(new Event('input', {bubbles: true})); return true })()`)
	waits("written", `document.querySelector('#preview .body').textContent.startsWith('Dear ')`)
	do(t, ctx, chromedp.Click(`button[data-insert="{{.Order}}"]`))
	waits("inserted", `/^Dear \d+/.test(document.querySelector('#preview .body').textContent)`)
	eval[bool](t, ctx, `(() => { const b = document.getElementById('body'); b.value = 'Hello,\n\nyour parcel {{.Trakking}} is late.'; b.dispatchEvent(new Event('input', {bubbles: true})); return true })()`)
	waits("a mistake", `(document.querySelector('#preview .fault-line mark') || {textContent: ''}).textContent.includes('Trakking')`)
	axe(t, ctx, "a mistake")
	shoot(t, ctx, "editor-mistake")
	do(t, ctx, chromedp.Click(`.editor .primary`), chromedp.WaitVisible(".faults"))
	if path := eval[string](t, ctx, `location.pathname`); path != "/messages/out_of_stock" {
		t.Errorf("after saving the browser is at %s", path)
	}
}
