package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/hub"
	"recourse/intake/signed"
	"recourse/store"
)

// connected connects a system to a house, which delivers an order, something that cannot be read, and something unknown.
func (h *house) connected() {
	h.t.Helper()
	ctx := context.Background()
	if _, err := h.hub.Add(ctx, pageShop, hub.Change{ID: "erp", Kind: "signed", Name: "Notre ERP", Secrets: map[string]string{"secret": webhookSecret}, By: "Inès"}); err != nil {
		h.t.Fatal(err)
	}
	for id, body := range map[string]string{"msg_1": webhookOrder, "msg_2": `{"type": "order.placed", "data": {"colour": "<b>red</b>"}}`, "msg_3": `{"type": "coupon.created"}`} {
		header, err := signed.Sign(webhookSecret, id, h.now(), []byte(body))
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.hub.Take(ctx, pageShop, "erp", header, []byte(body)); err != nil {
			h.t.Fatal(err)
		}
	}
	for n := 1; n > 0; {
		var err error
		if n, err = h.desk.ReadReceipts(ctx, h.hub.Read); err != nil {
			h.t.Fatal(err)
		}
	}
}

// TestConnectionsPage: a system is connected, what it delivers is shown with why it failed, and no secret ever comes out.
func TestConnectionsPage(t *testing.T) {
	h := openHouse(t)
	h.connected()
	ines := h.enter("Inès", account.Owner)
	_, body := ines.get("/connections")
	wants(t, "list", body, "Notre ERP", `href="/connections/erp"`, `href="/connections/new/signed"`, `href="/connections/new/shopify"`, "-"+webhookSecret)
	_, body = ines.get("/connections/erp")
	wants(t, "one", body, h.url+"/in/"+pageShop+"/erp", "order.placed", "coupon.created", `href="/orders/W1"`, "Failed · 1", "It is set and cannot be shown", "-"+webhookSecret, "-<b>red")
	_, body = ines.get("/connections/erp?status=failed")
	wants(t, "failed", body, "/connections/erp/receipts/msg_2", "-/connections/erp/receipts/msg_1")
	_, body = ines.get("/connections/erp/receipts/msg_1")
	wants(t, "raw", body, "Ada Byron", "Webhook-Id", "Read it again")
	_, body = ines.get("/connections/erp/receipts/none")
	wants(t, "none", body, "There is no such delivery")

	_, body = ines.post("/connections", url.Values{"kind": {"signed"}, "name": {"Second <i>"}, "f.secret": {"hunter2"}})
	wants(t, "wrong secret", body, "not one of Standard Webhooks", "Second &lt;i&gt;", "-hunter2")
	_, body = ines.post("/connections", url.Values{"kind": {"signed"}, "name": {"Second"}, "f.secret": {webhookSecret}})
	wants(t, "connected", body, "The connection is there", "/in/"+pageShop+"/signed")
	_, body = ines.post("/connections/signed", url.Values{"name": {"Third"}})
	wants(t, "changed", body, "The connection is changed", "Third")
	_, body = ines.post("/connections/signed/do", url.Values{"do": {"test"}})
	wants(t, "tested", body, "There is nothing that could be asked")
	_, body = ines.post("/connections/signed/do", url.Values{"do": {"pause"}})
	wants(t, "paused", body, "The connection is paused", "Resume")
	_, body = ines.post("/connections/signed/do", url.Values{"do": {"resume"}})
	wants(t, "resumed", body, "The connection is used again")
	_, body = ines.post("/connections/erp/do", url.Values{"do": {"replay"}})
	wants(t, "replayed", body, "It is read again now")
	_, body = ines.post("/connections/signed/remove", nil)
	wants(t, "not removed", body, "the box was not ticked")
	_, body = ines.post("/connections/signed/remove", url.Values{"yes": {"1"}})
	wants(t, "removed", body, "The connection is removed", "-Third")

	_, body = ines.get("/")
	wants(t, "calm", body, "-class=\"troubles\"")
	for range 6 {
		if err := h.desk.Store().Write(t.Context(), func(tx *store.Tx) error {
			return tx.SayFailed(pageShop, "erp", "peer_down", h.now(), hub.OpenUntil(6, h.now()))
		}); err != nil {
			t.Fatal(err)
		}
	}
	_, body = ines.get("/")
	wants(t, "trouble", body, `class="troubles"`, "Notre ERP failed 6 times", `href="/connections/erp"`)
	_, body = h.enter("Vera", account.Viewer).get("/")
	wants(t, "trouble for others", body, "Notre ERP failed 6 times", `-href="/connections/erp"`)
	if err := h.hub.SetStatus(t.Context(), pageShop, "erp", recourse.ConnectionGone, "Notre ERP"); err != nil {
		t.Fatal(err)
	}
	_, body = ines.get("/")
	wants(t, "gone", body, "Notre ERP ended the connection")
	if !strings.Contains(body, "</html>") {
		t.Error("the queue is not whole")
	}
}
