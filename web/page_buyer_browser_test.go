package web_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// line sets how good the browser's line is: bytes a second, or none at all.
func line(t *testing.T, ctx context.Context, offline bool, upload float64) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: offline, DownloadThroughput: -1, UploadThroughput: upload}}})
		if err == nil {
			_, err = cdp.Call(ctx, tab, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: offline, DownloadThroughput: -1, UploadThroughput: upload})
		}
		return err
	}))
}

// comes waits for an expression on the page to be true.
func comes(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	for range 300 {
		if eval[bool](t, ctx, `!!(`+expression+`)`) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not come: %s", what, eval[string](t, ctx, `document.querySelector('.files')?.innerText || document.body.innerText.slice(0, 500)`))
}

// TestUploadInBrowser sends a photo over a line that is slow, breaks and comes back; and another through a reload.
func TestUploadInBrowser(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	_, base := h.broken()
	look(t, ctx, 360, "light")
	file := filepath.Join(t.TempDir(), "broken kite.jpg")
	if err := os.WriteFile(file, photo(t, 1800), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(h.url+base+"?lang=en"), chromedp.WaitReady(".scripted"))
	visit(t, ctx)
	line(t, ctx, false, 700_000)
	do(t, ctx, chromedp.SetUploadFiles(".picks .wide input", []string{file}))
	comes(t, ctx, "progress", `document.querySelector('.file progress')?.value > 0.2`)
	fits(t, ctx, "sending")
	axe(t, ctx, "sending")
	shoot(t, ctx, "buyer-sending")
	line(t, ctx, true, 0)
	comes(t, ctx, "the break", `document.querySelector('.file.offline')`)
	axe(t, ctx, "offline")
	shoot(t, ctx, "buyer-offline")
	before := eval[float64](t, ctx, `document.querySelector('.file progress').value`)
	line(t, ctx, false, 5_000_000)
	comes(t, ctx, "the end", `document.querySelector('.file.done') || document.body?.innerText.includes('Received so far: 1')`)
	comes(t, ctx, "the page as it stands then", `document.body?.innerText.includes('Received so far: 1')`)
	if before == 0 {
		t.Error("nothing had come before the break")
	}
	if c := h.caseOf("77-1"); c.Evidence != 1 {
		t.Errorf("%d pieces of evidence came", c.Evidence)
	}

	if err := os.WriteFile(file, photo(t, 1700), 0o600); err != nil {
		t.Fatal(err)
	}
	line(t, ctx, false, 500_000)
	do(t, ctx, chromedp.SetUploadFiles(".picks .wide input", []string{file}))
	comes(t, ctx, "progress", `document.querySelector('.file progress')?.value > 0.3`)
	do(t, ctx, chromedp.Reload())
	comes(t, ctx, "the file of before the reload", `document.querySelector('.file progress')?.value > 0.3`)
	line(t, ctx, false, 5_000_000)
	comes(t, ctx, "the second photo", `document.body?.innerText.includes('Received so far: 2')`)

	// What is no photo is said to be none, and can be taken off the list.
	line(t, ctx, false, -1)
	if err := os.WriteFile(file, []byte("no photo, whatever it is called"), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.SetUploadFiles(".picks .wide input", []string{file}))
	comes(t, ctx, "the refusal", `document.querySelector('.file.failed')?.innerText.includes('neither a photo nor a video')`)
	axe(t, ctx, "refused")
	shoot(t, ctx, "buyer-refused")
	do(t, ctx, chromedp.Click(".file-acts button:not([hidden])"))
	comes(t, ctx, "an empty list", `!document.querySelector('.file')`)
}

// visit measures a first visit: what it loads, and how much the page moves while it does.
func visit(t *testing.T, ctx context.Context) {
	t.Helper()
	weight := eval[int](t, ctx, `performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).reduce((n, e) => n + e.decodedBodySize, 0)`)
	shift := eval[float64](t, ctx, `new Promise(yes => { let n = 0; new PerformanceObserver(l => l.getEntries().forEach(e => n += e.value)).observe({type: 'layout-shift', buffered: true}); setTimeout(() => yes(n), 300) })`)
	t.Logf("a first visit loads %d bytes and shifts by %g", weight, shift)
	if weight > 140_000 || shift > 0 {
		t.Errorf("a first visit loads %d bytes and shifts by %g", weight, shift)
	}
}
