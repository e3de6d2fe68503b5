package web_test

import (
	"context"
	"testing"

	"recourse/account"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestPlaybookWalk changes a setting, tries it, saves it and goes back, in a browser without scripts.
func TestPlaybookWalk(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.live()
	noScript(t, ctx)
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(h.link("Inès Marchand", account.Owner)), chromedp.Navigate(h.url+"/playbook/settings"), chromedp.WaitVisible(".pb-set .primary"))
	step := func(name, selector string) {
		t.Helper()
		seen(t, ctx, selector)
		fits(t, ctx, name)
		shoot(t, ctx, "playbook-"+name)
	}
	do(t, ctx, chromedp.SetValue("#set-late_shipment-urge_after", "9"), chromedp.SetValue("#set-late_shipment-give_up_after", "12"), chromedp.Click(".pb-set .primary"))
	step("1-trial", ".pb-measures")
	do(t, ctx, chromedp.SendKeys("#note", "Golden Week"), chromedp.Click(".pb-save .primary"))
	step("2-saved", ".notice.good")
	do(t, ctx, chromedp.Click(".pb-versions li:nth-child(2) h2 a"), chromedp.WaitVisible("button[value=try]"), chromedp.Click("button[value=try]"))
	step("3-back", ".pb-measures")
	do(t, ctx, chromedp.Click(".pb-save .primary"))
	step("4-back", ".notice.good")
	do(t, ctx, chromedp.Navigate(h.url+"/playbook/file"), chromedp.WaitVisible("#text"))
	do(t, ctx, chromedp.SetValue("#text", "playbook: my-shop\nextends: tmall-dsers\nsettings:\n  late_shipment.urge_after: 3 dayz\npaths:\n  late:\n    states:\n      urged: {do: [message supplier expedit], after: {in: 3 days, go: given_upp}}\n"), chromedp.Focus(".pb-file .primary"), chromedp.SendKeys(".pb-file .primary", "\r"))
	step("5-wrong", ".pb-excerpt")
	do(t, ctx, chromedp.SetValue("#text", ownPlaybook), chromedp.Focus(".pb-file .primary"), chromedp.SendKeys(".pb-file .primary", "\r"))
	step("6-file", ".pb-findings")
	do(t, ctx, chromedp.Click("#unchecked"), chromedp.Click(".pb-save .primary"))
	step("7-saved", ".notice.good")
	do(t, ctx, chromedp.Click(".pb-versions li:first-child h2 a"))
	step("8-version", ".pb-linediff")
}

// noScript turns scripts off.
func noScript(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}
