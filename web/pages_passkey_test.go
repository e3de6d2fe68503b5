package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// byName is the house's address with a name, for which browsers know passkeys.
func (h *house) byName(path string) string {
	return strings.Replace(h.url, "127.0.0.1", "localhost", 1) + strings.TrimPrefix(path, h.url)
}

// device gives the browser a virtual authenticator, as a phone or a laptop has one.
func device(t *testing.T, ctx context.Context) (id webauthn.AuthenticatorID) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		r, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Ctap2version: "ctap2_1", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		id = r.AuthenticatorID
		return err
	}))
	return id
}

// TestPasskey adds a passkey with a virtual authenticator, signs in with it, renames and removes it; removed, it lets
// nobody in.
func TestPasskey(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	ada := h.add(store.Person{Name: "Ada", Email: "ada@example.org", Role: "owner"})
	secret, err := h.accounts.Link(t.Context(), pageShop, ada.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(h.byName("/signin/"+secret)), chromedp.Navigate(h.byName("/account")))
	device(t, ctx)
	do(t, ctx, chromedp.WaitVisible(`[data-passkey="add"]`), chromedp.Click(`[data-passkey="add"]`), chromedp.WaitVisible(".notice.good"))
	if said := eval[string](t, ctx, `document.querySelector(".notice.good").innerText`); !strings.Contains(said, "The passkey is added.") {
		t.Errorf("it says %q", said)
	}
	axe(t, ctx, "account with a passkey")
	shoot(t, ctx, "people-account-passkey")

	do(t, ctx, chromedp.Click(`.page-head button`), chromedp.WaitVisible(`[data-passkey="signin"]`))
	do(t, ctx, chromedp.Navigate(h.byName("/signin?back=%2Fpeople")), chromedp.WaitVisible(`[data-passkey="signin"]`), chromedp.Click(`[data-passkey="signin"]`), chromedp.WaitVisible(".people"))
	if path := eval[string](t, ctx, `location.pathname`); path != "/people" {
		t.Errorf("the passkey leads to %s", path)
	}
	keys, err := h.accounts.Passkeys(t.Context(), account.Actor{Merchant: pageShop, Person: ada.ID})
	if err != nil || len(keys) != 1 || keys[0].UsedAt.IsZero() {
		t.Fatalf("the keys are %+v, %v", keys, err)
	}
	do(t, ctx, chromedp.Navigate(h.byName("/account")), chromedp.Click(".things details summary"), chromedp.SetValue(`.things input[name="name"]`, "Ada’s <b>laptop</b>"), chromedp.Click(".things .inline button"), chromedp.WaitVisible(".notice.good"))
	if name := eval[string](t, ctx, `document.querySelector(".things b").innerText`); name != "Ada’s <b>laptop</b>" {
		t.Errorf("the passkey is called %q", name)
	}
	do(t, ctx, chromedp.Click(`form[action$="/remove"] button`), chromedp.WaitNotPresent(`form[action$="/remove"]`))
	do(t, ctx, chromedp.Click(`.page-head button`), chromedp.WaitVisible(`[data-passkey="signin"]`), chromedp.Click(`[data-passkey="signin"]`), chromedp.WaitVisible("[data-passkey-said]"))
	if said := eval[string](t, ctx, `document.querySelector("[data-passkey-said]").innerText`); !strings.Contains(said, "could not be taken") {
		t.Errorf("a removed passkey is told %q", said)
	}
	axe(t, ctx, "sign in after a passkey that is none")
}

// TestPasskeyRefuses: an answer counts once, for the browser that was asked, and for who may come in.
func TestPasskeyRefuses(t *testing.T) {
	h := openHouse(t)
	ada := h.add(store.Person{Name: "Ada", Email: "ada@example.org", Role: "owner"})
	who := account.Actor{Merchant: pageShop, Person: ada.ID, Name: "Ada"}
	site := account.Site{Host: "localhost", Origin: "http://localhost", Name: "Recourse"}
	_, ceremony, err := h.accounts.BeginPasskey(t.Context(), who, site)
	if err != nil {
		t.Fatal(err)
	}
	mei := h.add(store.Person{Name: "Mei", Email: "mei@example.org", Role: "clerk"})
	for name, try := range map[string]func() error{
		"nonsense": func() error { return h.accounts.FinishPasskey(t.Context(), who, site, ceremony, "x", []byte("{}")) },
		"a second time": func() error {
			_ = h.accounts.FinishPasskey(t.Context(), who, site, ceremony, "x", []byte("{}"))
			return h.accounts.FinishPasskey(t.Context(), who, site, ceremony, "x", []byte("{}"))
		},
		"another person": func() error {
			_, c, err := h.accounts.BeginPasskey(t.Context(), who, site)
			if err != nil {
				t.Fatal(err)
			}
			return h.accounts.FinishPasskey(t.Context(), account.Actor{Merchant: pageShop, Person: mei.ID}, site, c, "x", []byte("{}"))
		},
		"nothing begun": func() error {
			_, _, err := h.accounts.FinishPasskeySignIn(t.Context(), site, "", []byte("{}"), account.Visit{})
			return err
		},
	} {
		if err := try(); recourse.KindOf(err) != recourse.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// busiest is the supplier of the sample shop with the most to answer.
func (h *house) busiest() (best string) {
	h.t.Helper()
	err := h.desk.Store().Read(h.t.Context(), func(tx *store.Tx) error {
		all, err := tx.SuppliersKnown(pageShop, 100)
		most := -1
		for _, s := range all {
			waiting, bad := tx.Supplies(pageShop, s, true, 0, 100)
			if bad != nil {
				return bad
			}
			if len(waiting) > most {
				best, most = s, len(waiting)
			}
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return best
}
