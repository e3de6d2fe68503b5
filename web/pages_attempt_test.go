package web_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
)

// TestAttemptsPage: of an act of which nobody knows whether it happened, the page of the case says what the other side was
// asked and by which name it can be looked up there.
func TestAttemptsPage(t *testing.T) {
	h := openHouse(t)
	h.sad()
	effect := h.refund("77")
	for _, typ := range []recourse.EventType{recourse.EffectApproved, recourse.EffectStarted, recourse.EffectUnknown} {
		if _, err := h.desk.Tell(t.Context(), pageShop, desk.Fact{Event: recourse.Event{Source: "t", Type: typ, Data: recourse.Data{Effect: effect}}, By: "bank"}); err != nil {
			t.Fatal(err)
		}
	}
	a := store.Attempt{Merchant: pageShop, Effect: effect, N: 1, Connection: "bank", Key: "the-name-there", AskedAt: h.desk.Now(), Result: "unknown", Code: "no_answer", Detail: "<b>gateway</b>", Ref: "re_1", Looks: 6, LookedAt: h.desk.Now().Add(time.Minute)}
	if err := h.desk.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.PutAttempt(&a) }); err != nil {
		t.Fatal(err)
	}
	_, page := h.enter("Ada", account.Owner).get("/cases/77-1")
	wants(t, "the facts", page, "Look there for it", "Attempt 1, through bank", "the-name-there", "no_answer", "&lt;b&gt;gateway", "re_1", "6×")
}
