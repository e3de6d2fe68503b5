package web_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"recourse/account"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// shots is where the pictures of pages go, for people to look at. It is ignored by git.
const shots = "../screenshots"

// browser starts Debian's Chromium. Without one the test fails, so that nobody takes pages for looked at that were not;
// RECOURSE_NO_BROWSER=1 says that this is known.
func browser(t *testing.T) context.Context {
	t.Helper()
	if os.Getenv("RECOURSE_NO_BROWSER") != "" {
		t.Skip("RECOURSE_NO_BROWSER is set")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the pages are looked at in chromium: apt-get install chromium fonts-noto-cjk, or set RECOURSE_NO_BROWSER=1")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(path), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	all, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(all)
	t.Cleanup(func() { end(); stop() })
	bare := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { // as on a phone, where they take no room
		_, err := cdp.Call(ctx, t, emulation.SetScrollbarsHidden, emulation.SetScrollbarsHiddenParams{Hidden: true})
		return err
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), bare); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// do runs steps within a time that no page needs.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// eval gives the value of an expression on the page.
func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// seen waits until something stands on a page that has come whole, however often the page changes meanwhile: a wait that began on a
// page that was just being left may never end.
func seen(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	there := fmt.Sprintf(`document.readyState === "complete" && !!document.querySelector(%q)`, selector)
	for range 300 {
		short, cancel := context.WithTimeout(ctx, 5*time.Second)
		found, err := chromedp.Run(short, chromedp.Evaluate[bool](there))
		cancel()
		if err == nil && found {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not come", selector)
}

// look sets the size of the window and the light.
func look(t *testing.T, ctx context.Context, width int64, scheme string) {
	t.Helper()
	height := int64(900)
	if width < 500 {
		height = 780
	}
	do(t, ctx, chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}))
}

// shoot takes a picture of the whole page.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	eval[bool](t, ctx, `Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => 0) })).then(() => true)`)
	var png []byte
	err := context.DeadlineExceeded
	for n := 0; n < 3 && err != nil; n++ { // Chromium now and then never answers for a long page: a picture is for people, and no test
		short, cancel := context.WithTimeout(ctx, 8*time.Second)
		png, err = chromedp.Run(short, chromedp.FullScreenshot(100))
		cancel()
	}
	if err != nil {
		t.Logf("no picture of %s: %v", name, err)
		return
	}
	path := filepath.Join(shots, name+".png")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// fits fails where a page is wider than its window.
func fits(t *testing.T, ctx context.Context, where string) {
	t.Helper()
	if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		wide := eval[string](t, ctx, `[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.picture-in, .rail ul')).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join('\n')`)
		t.Errorf("%s is %d px wider than its window: %s", where, over, wide)
	}
}

// axe looks for what keeps people from using a page. axe-core lies in testdata.
func axe(t *testing.T, ctx context.Context, where string) {
	t.Helper()
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	eval[bool](t, ctx, string(source)+"; true")
	found := eval[string](t, ctx, `axe.run().then(r => r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 160) + ' — ' + n.failureSummary.slice(0, 200)).join(' | ')).join('\n'))`)
	if found != "" {
		t.Errorf("%s: %s", where, found)
	}
}

// TestWalk goes from the link that signs in to an approved refund, by clicking what a person would.
func TestWalk(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.sad()
	look(t, ctx, 1440, "light")
	step := func(name, selector string) {
		t.Helper()
		do(t, ctx, chromedp.WaitVisible(selector))
		fits(t, ctx, name)
		axe(t, ctx, name)
		shoot(t, ctx, "walk-"+name)
	}
	do(t, ctx, chromedp.Navigate(h.link("Ada", account.Owner)))
	step("1-queue", ".row-link")
	do(t, ctx, chromedp.Click(".row-link"))
	step("2-case", ".act-buttons .primary")
	do(t, ctx, chromedp.Click(".act-buttons .primary"))
	step("3-confirm", ".confirm .primary")
	do(t, ctx, chromedp.Click(".confirm .primary"))
	step("4-approved", ".notice.good")
	if path := eval[string](t, ctx, `location.pathname`); path != "/cases/77-1" {
		t.Errorf("after the approval the browser is at %s", path)
	}
	do(t, ctx, chromedp.Click(".fact summary"))
	step("5-news", ".fact[open] .fields")
}
