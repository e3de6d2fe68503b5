package desk_test

import (
	"testing"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// TestFourEyes: above an amount a refund is not approved by who decided it.
func TestFourEyes(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		setting := func(v string) {
			t.Helper()
			c := store.Connection{Connection: recourse.Connection{Merchant: shop, ID: "pay", Kind: "stripe", Name: "Pay", Status: recourse.ConnectionActive, CreatedAt: march, ChangedAt: march, Settings: map[string]string{desk.FourEyes: v}}}
			if err := d.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.PutConnection(&c) }); err != nil {
				t.Fatal(err)
			}
		}
		decided := func(order string) string { // by Anne, who asks for the refund in words of her own
			t.Helper()
			line := recourse.Line{Line: 1, SKU: "S", Title: "Lamp", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Items: []recourse.Line{line}, Paid: line.Price}}, By: "import"}); err != nil {
				t.Fatal(err)
			}
			r, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Type: recourse.OrderCancelRequested, Data: recourse.Data{Order: order}}, By: "Anne"})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range r.Effects {
				if e.Kind == recourse.EffectRefund {
					return e.ID
				}
			}
			t.Fatal("no refund was decided")
			return ""
		}
		for i, c := range []struct{ setting, by, code string }{
			{"", "Anne", ""},
			{"29.90 EUR", "Anne", ""},
			{"29.89 EUR", "Anne", "four_eyes"},
			{"29.89 EUR", "Bob", ""},
			{"1000.00 USD", "Anne", "four_eyes"},
			{"a lot", "Anne", "four_eyes"},
			{"0.00 EUR", "", ""}, // the house itself
		} {
			setting(c.setting)
			id := decided("40" + string(rune('0'+i)))
			if _, err := d.Approve(t.Context(), shop, id, c.by); recourse.CodeOf(err) != c.code {
				t.Errorf("above %q, approved by %q: %v, %q is wanted", c.setting, c.by, err, c.code)
			}
		}
		verify(t, d)
	})
}

// TestPostponed: an act that was begun and did not happen is as if nobody had begun.
func TestPostponed(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		refund := refunding(t, d, "1001")
		say := func(typ recourse.EventType) error {
			_, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Source: "effect", Type: typ, Data: recourse.Data{Effect: refund}}, By: "bank"})
			return err
		}
		if err := say(recourse.EffectPostponed); recourse.CodeOf(err) != "effect_moved" {
			t.Errorf("what nobody has begun was put off: %v", err)
		}
		for _, typ := range []recourse.EventType{recourse.EffectApproved, recourse.EffectStarted, recourse.EffectPostponed} {
			if err := say(typ); err != nil {
				t.Fatal(err)
			}
		}
		v, err := d.Case(t.Context(), shop, "1001-1")
		if err != nil || v.File.Refunds[0].Status != recourse.RefundRequested || effect(t, d, refund).Status != store.Pending {
			t.Errorf("it is %s, %+v %v", effect(t, d, refund).Status, v.File.Refunds, err)
		}
		if err := say(recourse.EffectRecalled); err != nil { // as one that was never begun
			t.Error(err)
		}
		if e := effect(t, d, refund); e.Effect.Approval != recourse.ApprovalNeeded {
			t.Errorf("it was recalled and is %s", e.Effect.Approval)
		}
		verify(t, d)
	})
}
