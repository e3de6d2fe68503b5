package decide_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"recourse"
	"recourse/decide"
)

// people gives an event some personal fields: some empty, some the same as another event's.
func people(t *rapid.T, e *recourse.Event) *recourse.Event {
	own := *e
	some := func(label string) string {
		return pick(t, []string{"", "", "Camille", "camille@example.com", " ", "12 rue Garibaldi", "00000"}, label)
	}
	own.Text, own.Reason = some("text"), some("reason")
	if e.Type == recourse.OrderPlaced && rapid.Bool().Draw(t, "buyer") {
		own.Buyer = &recourse.Buyer{Name: some("name"), Email: some("email"), Locale: pick(t, []string{"", "fr"}, "locale")}
	}
	if e.ShipTo != nil {
		own.ShipTo = &recourse.Address{Country: pick(t, []string{"", "FR", "HK", "CN"}, "country"), City: some("city"), Postcode: some("postcode"), Street: some("street"),
			Name: some("name"), Phone: some("phone"), Partial: rapid.IntRange(0, 9).Draw(t, "partial") == 0}
	}
	return &own
}

// TestPersonalFieldsDoNotMatter: decided on with tokens in place of what would tell who somebody is, and the tokens
// then put back, everything is as if it had been decided on with the values. Only whether such a field is empty counts.
func TestPersonalFieldsDoNotMatter(t *testing.T) {
	reasons := 0
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		d := decide.New(h.policy)
		known := recourse.Personal{}
		plain, sealed := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}, &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
		now := h.start
		for _, s := range h.steps {
			now = now.Add(s.after)
			ev := people(t, s.event)
			token := known.Seal([]byte("salt"), *ev)
			for _, step := range []func(f *recourse.OrderFile, ev *recourse.Event) decide.Decision{
				func(f *recourse.OrderFile, _ *recourse.Event) decide.Decision { return d.Due(f, now) },
				func(f *recourse.OrderFile, ev *recourse.Event) decide.Decision { return d.Event(f, ev, now) },
			} {
				one, two := step(plain, ev), step(sealed, &token)
				if a, b := decided(one, recourse.Personal{}), decided(two, known); a != b {
					t.Fatalf("%s is decided otherwise:\n%s\n%s", ev.Type, a, b)
				}
				if a, b := fmt.Sprint(d.Possible(one.File, "1001-1")), fmt.Sprint(d.Possible(two.File, "1001-1")); a != b {
					t.Fatalf("another choice is offered after %s:\n%s\n%s", ev.Type, a, b)
				}
				reasons += hidden(t, two)
				plain, sealed = one.File, two.File
			}
		}
	})
	if reasons == 0 {
		t.Error("no reason was ever told on: the test looks at too little")
	}
}

// decided is a decision with the values in place of their tokens.
func decided(d decide.Decision, known recourse.Personal) string {
	var effects []recourse.Effect
	for _, e := range d.Effects {
		effects = append(effects, known.RevealEffect(e))
	}
	var entries []recourse.Entry
	for _, e := range d.Entries {
		e.Why = known.RevealWhy(e.Why)
		entries = append(entries, e)
	}
	return snapshot(known.RevealFile(d.File)) + fmt.Sprint(effects, entries, d.Duplicate)
}

// hidden counts the reasons that messages tell on, each of which must be a token still.
func hidden(t *rapid.T, d decide.Decision) (n int) {
	for _, e := range d.Effects {
		for _, a := range e.Variables {
			if a.Name != "reason" {
				continue
			}
			if n++; !recourse.IsToken(a.Text) {
				t.Fatalf("%s tells %q", e.ID, a.Text)
			}
		}
	}
	return n
}

// TestStake: what is at stake is what was paid for the case's pieces, in proportion, whatever was paid back.
func TestStake(t *testing.T) {
	order := placed() // three pieces at 10.00
	order.Discount = eur(2000)
	tests := map[string]struct {
		events []*recourse.Event
		want   recourse.Money
	}{
		"one piece of three for 10.00": {[]*recourse.Event{about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase, x.Lines = "T-1", []recourse.Pieces{{Line: 1, Quantity: 1}} })}, eur(333)},
		"all of them":                  {[]*recourse.Event{about(recourse.OrderCancelRequested, nil)}, eur(1000)},
		"paid back":                    {[]*recourse.Event{about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" }), about(recourse.OffersFound, nil), about(recourse.RefundSucceeded, nil)}, eur(1000)},
		"no case":                      {nil, recourse.Money{}},
	}
	for name, tt := range tests {
		d := decide.New(policyOf(t, nil))
		file, _ := taken(d, start, append([]*recourse.Event{order, bought()}, tt.events...)...)
		if got := d.Stake(file, "1001-1"); got != tt.want {
			t.Errorf("%s: %s, not %s", name, got, tt.want)
		}
	}
}
