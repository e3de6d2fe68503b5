package decide_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
	"recourse/decide"
)

// asRefund is what news of an act means when the act is a refund.
var asRefund = map[recourse.EventType]recourse.EventType{
	recourse.EffectStarted: recourse.RefundSentNow, recourse.EffectDone: recourse.RefundSucceeded,
	recourse.EffectFailed: recourse.RefundFailedNow, recourse.EffectRejected: recourse.RefundRejectedNow,
}

// told is all that a decision says, but for the identities of the events taken in.
func told(d decide.Decision) string {
	f := *d.File
	f.Seen = nil
	return fmt.Sprint(snapshot(&f), d.Entries, d.Effects)
}

// TestNewsOfRefunds: what is told of a refund as of any act is decided as if it were told of the refund.
func TestNewsOfRefunds(t *testing.T) {
	looked := 0
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		decider := decide.New(h.policy)
		h.play(func(_ *recourse.OrderFile, d decide.Decision, now time.Time) {
			for i := range d.File.Refunds {
				r := &d.File.Refunds[i]
				if r.Disputed {
					continue
				}
				for act, news := range asRefund {
					looked++
					a := about(act, func(x *recourse.Data) { x.Effect = r.ID })
					b := about(news, func(x *recourse.Data) { x.Effect, x.Case, x.Amount = r.ID, r.Case, r.Amount })
					if one, two := told(decider.Event(d.File, a, now)), told(decider.Event(d.File, b, now)); one != two {
						t.Fatalf("%s of a refund that is %s is not %s:\n%s\n%s", act, r.Status, news, one, two)
					}
				}
			}
		})
	})
	if looked == 0 {
		t.Error("no refund was looked at")
	}
}

// TestNewsOfOtherActs: what is told of an act that is no refund is noted for its case, and nothing else happens.
func TestNewsOfOtherActs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		decider := decide.New(h.policy)
		acts := []recourse.EventType{recourse.EffectApproved, recourse.EffectRejected, recourse.EffectStarted, recourse.EffectPostponed, recourse.EffectDone, recourse.EffectFailed}
		h.play(func(_ *recourse.OrderFile, d decide.Decision, now time.Time) {
			effects := slices.Clone(d.Effects)
			d = decider.Due(d.File, now) // what is due would act first
			for _, e := range append(effects, recourse.Effect{ID: "1001/1"}, recourse.Effect{ID: "1001-1/1.1", Case: "1001-1"}, recourse.Effect{ID: "nothing"}) {
				isRefund := slices.ContainsFunc(d.File.Refunds, func(r recourse.Refund) bool { return r.ID == e.ID })
				for _, act := range acts {
					if isRefund && act != recourse.EffectApproved || len(d.File.Order.Lines) == 0 {
						continue
					}
					got := decider.Event(d.File, about(act, func(x *recourse.Data) { x.Effect = e.ID }), now)
					want := e.Case
					if d.File.Case(want) == nil {
						want = ""
					}
					if len(got.Entries) != 1 || got.Entries[0].Kind != recourse.EntryNoted || got.Entries[0].Case != want || len(got.Effects) > 0 {
						t.Fatalf("%s of %s: %+v", act, e.ID, got.Entries)
					}
					if before, after := snapshot(d.File), snapshot(got.File); before != after {
						t.Fatalf("%s of %s moved the file:\n%s\n%s", act, e.ID, before, after)
					}
				}
			}
		})
	})
}

// TestNewsNamesItsCase: an order's own number may have a stroke, and a recovery's acts belong to its case.
func TestNewsNamesItsCase(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	order := placed()
	order.Order = "A/7"
	file, _ := taken(d, start, order, about(recourse.OrderCancelRequested, func(x *recourse.Data) { x.Order = "A/7" }))
	if len(file.Cases) != 1 || file.Cases[0].ID != "A/7-1" {
		t.Fatalf("cases %v", file.Cases)
	}
	for effect, want := range map[string]string{"A/7-1/9": "A/7-1", "A/7-1/1.2": "A/7-1", "A/7/1": "", "A/7-2/1": "", "": "", "/": ""} {
		got := d.Event(file, about(recourse.EffectApproved, func(x *recourse.Data) { x.Effect = effect }), start)
		if len(got.Entries) != 1 || got.Entries[0].Case != want {
			t.Errorf("%q is noted as %+v, not for %q", effect, got.Entries, want)
		}
	}
}

// TestNewsOfNoAct: the money that a bank holds in a dispute has an entry and a number, and is no act of ours.
func TestNewsOfNoAct(t *testing.T) {
	for _, p := range builtins() {
		policy, err := p.With(nil)
		if err != nil || p.Name != "dropship" {
			continue
		}
		d := decide.New(policy)
		file, _ := taken(d, start, placed(), about(recourse.DisputeOpened, func(x *recourse.Data) { x.Amount, x.Due = eur(3000), day(9) }), about(recourse.DisputeWon, nil))
		if len(file.Refunds) != 1 || !file.Refunds[0].Disputed {
			t.Fatalf("refunds %+v", file.Refunds)
		}
		got := d.Event(file, about(recourse.EffectDone, func(x *recourse.Data) { x.Effect = file.Refunds[0].ID }), start)
		if len(got.File.Refunds) != 1 || got.File.Refunds[0].Status != recourse.RefundWithdrawn {
			t.Errorf("refunds %+v", got.File.Refunds)
		}
	}
}
