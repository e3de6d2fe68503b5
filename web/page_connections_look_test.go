package web_test

import (
	"net/url"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/connect"
	"recourse/desk"
	"recourse/hub"
	"recourse/store"
)

// joined are connections of every kind, in the states that people find them in: most are well, one is left alone, one
// fails, one is paused, one has ended, one is called with wrong signatures, one has a long name.
var joined = []hub.Change{
	{ID: "shopify", Kind: "shopify", Name: "Lune & Co. online shop", Settings: map[string]string{"shop": "lune-and-co.myshopify.com", "refunds": "stripe"}, Secrets: map[string]string{"token": "shpat_0123456789abcdef", "secret": "0123456789abcdef", "old_secret": "fedcba9876543210"}},
	{ID: "woo", Kind: "woocommerce", Name: "Boutique de la rue Garibaldi, décoration et luminaires artisanaux", Settings: map[string]string{"url": "https://boutique.example.org"}, Secrets: map[string]string{"key": "ck_1", "key_secret": "cs_1", "secret": "s"}},
	{ID: "17track", Kind: "17track", Name: "17TRACK", Secrets: map[string]string{"key": "0123456789ABCDEF"}},
	{ID: "aftership", Kind: "aftership", Name: "AfterShip", Secrets: map[string]string{"key": "asat_1", "secret": "s"}},
	{ID: "inbox", Kind: "imap", Name: "Mailbox help@lune.example", Settings: map[string]string{"host": "imap.lune.example", "user": "help@lune.example"}, Secrets: map[string]string{"password": "p"}},
	{ID: "letters", Kind: "smtp", Name: "Outgoing mail", Settings: map[string]string{"host": "smtp.lune.example", "from": "Lune & Co. <help@lune.example>"}, Secrets: map[string]string{"password": "p"}},
	{ID: "dsers", Kind: "dsers", Name: "DSers", Settings: map[string]string{"email": "support@agent.example", "products": "LAMP-BL = 1005001\nLAMP-GR = 1005002\n"}},
	{ID: "supplier", Kind: "taobao", Name: "明亮灯具旗舰店", Settings: map[string]string{"app_key": "12345678"}, Secrets: map[string]string{"app_secret": "s", "session": "s"}},
	{ID: "stripe", Kind: "stripe", Name: "Stripe", Settings: map[string]string{"four_eyes_above": "200.00 EUR"}, Secrets: map[string]string{"key": "rk_live_1"}},
	{ID: "paypal", Kind: "paypal", Name: "PayPal", Settings: map[string]string{"client": "AZ-1"}, Secrets: map[string]string{"secret": "s"}},
}

// joins connects a house with a system of every kind.
func (h *house) joins() {
	h.t.Helper()
	h.connected()
	for _, ch := range joined {
		ch.By = "Inès Marchand"
		if _, err := h.hub.Add(h.t.Context(), pageShop, ch); err != nil {
			h.t.Fatal(ch.ID, err)
		}
	}
	now := h.now()
	fails := func(tx *store.Tx, id, code string, n int) error {
		for i := range n {
			if err := tx.SayFailed(pageShop, id, code, now.Add(-time.Minute), hub.OpenUntil(i+1, now)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := h.desk.Store().Write(h.t.Context(), func(tx *store.Tx) error {
		for _, ch := range joined {
			if err := tx.SaySucceeded(pageShop, ch.ID, now.Add(-40*time.Minute)); err != nil {
				return err
			}
		}
		c, err := tx.Connection(pageShop, "erp")
		if err != nil {
			return err
		}
		c.Refused, c.RefusedAt = 14, now.Add(time.Minute)
		if err := tx.PutConnection(&c); err != nil {
			return err
		}
		if err := fails(tx, "woo", "unauthorized", 3); err != nil {
			return err
		}
		return fails(tx, "aftership", "peer_no_answer", 9)
	}); err != nil {
		h.t.Fatal(err)
	}
	for id, to := range map[string]recourse.ConnectionStatus{"supplier": recourse.ConnectionPaused, "paypal": recourse.ConnectionGone} {
		if err := h.hub.SetStatus(h.t.Context(), pageShop, id, to, "Inès Marchand"); err != nil {
			h.t.Fatal(err)
		}
	}
}

// unsure is a refund by Stripe of which nobody knows whether it was made, and its case.
func (h *house) unsure() string {
	h.t.Helper()
	h.sad()
	effect := h.refund("77")
	for _, typ := range []recourse.EventType{recourse.EffectApproved, recourse.EffectStarted, recourse.EffectUnknown} {
		if _, err := h.desk.Tell(h.t.Context(), pageShop, desk.Fact{Event: recourse.Event{Source: "t", Type: typ, Data: recourse.Data{Effect: effect}}, By: "stripe"}); err != nil {
			h.t.Fatal(err)
		}
	}
	now := h.now()
	tries := []store.Attempt{
		{N: 1, AskedAt: now.Add(-70 * time.Minute), Result: "later", Code: "peer_busy"},
		{N: 2, AskedAt: now.Add(-40 * time.Minute), Result: "unknown", Code: "peer_no_answer", Detail: "POST /v1/refunds: the answer broke off after 80 s", Looks: 6, LookedAt: now.Add(-5 * time.Minute)},
	}
	if err := h.desk.Store().Write(h.t.Context(), func(tx *store.Tx) error {
		for i := range tries {
			a := &tries[i]
			a.Merchant, a.Effect, a.Connection, a.Key = pageShop, effect, "stripe", "6f1f0f0e-2d6f-5d0a-9a55-7b1f7a3f1c11"
			if err := tx.PutAttempt(a); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	return "/cases/77-1"
}

// connectionPages are the pages of a house that is connected with everything.
func connectionPages(t *testing.T, h *house) (pages []onePage) {
	t.Helper()
	h.joins()
	pages = []onePage{
		{name: "joined", path: "/connections", says: "Outgoing mail"}, {name: "joined-queue", path: "/", says: "troubles"},
		{name: "joined-unsure", path: h.unsure(), says: "Attempt 2", open: "details"}, {name: "joined-wrong", path: "/connections", form: url.Values{"kind": {"shopify"}, "name": {"Shop"}, "f.shop": {"www.lune.example"}}, says: "myshopify.com"},
	}
	for _, k := range connect.Kinds() {
		pages = append(pages, onePage{name: "connect-" + k.Name, path: "/connections/new/" + k.Name, says: "Name"})
	}
	for _, ch := range joined {
		pages = append(pages, onePage{name: "joined-" + ch.ID, path: "/connections/" + ch.ID, says: "Settings"})
	}
	return pages
}

// joinedHouse is a house that is connected with everything, as its owner finds it.
func joinedHouse(t *testing.T) visitor {
	t.Helper()
	h := openHouse(t)
	return visitor{h, func() string { return h.link("Inès Marchand", account.Owner) }, connectionPages(t, h)}
}
