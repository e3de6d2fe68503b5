package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
)

// chosen is a remedy chosen for a case.
func chosen(caseID string, r recourse.Remedy, by recourse.Party, confirmed bool) *recourse.Event {
	return about(recourse.RemedyChosen, func(x *recourse.Data) { x.Case, x.Remedy, x.By, x.Confirmed = caseID, r, by, confirmed })
}

// moved says that a case took an event: entries say that it moved, changed, closed or did something because of it.
func moved(d decide.Decision, caseID string, code recourse.WhyCode) bool {
	return slices.ContainsFunc(d.Entries, func(e recourse.Entry) bool {
		return e.Case == caseID && e.Why.Code == code && slices.Contains([]recourse.EntryKind{recourse.EntryMoved, recourse.EntryBecame, recourse.EntryClosed, recourse.EntryDid}, e.Kind)
	})
}

func optionFor(options []decide.Option, r recourse.Remedy, by recourse.Party) *decide.Option {
	for i := range options {
		if options[i].Remedy == r && slices.Contains(options[i].By, by) {
			return &options[i]
		}
	}
	return nil
}

func offers(options []decide.Option, t recourse.EventType) bool {
	return slices.ContainsFunc(options, func(o decide.Option) bool { return o.Event == t })
}

// walk leads an order through a random life, showing each file before an event and what was decided on it. Half of the
// events are what some case was offered, so that the walk gets to where random facts seldom come.
func walk(t *rapid.T, look func(d *decide.Decider, before *recourse.OrderFile, ev *recourse.Event, got decide.Decision)) {
	h := drawHistory(t)
	h.tell(t)
	d := decide.New(h.policy)
	file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
	now := h.start
	for _, s := range h.steps {
		now = now.Add(s.after)
		file = d.Due(file, now).File
		ev := s.event
		if len(file.Cases) > 0 && ev.Type != recourse.OrderPlaced && rapid.Bool().Draw(t, "offered") {
			ev = drawOffered(t, d, file, ev)
		}
		got := d.Event(file, ev, now)
		look(d, file, ev, got)
		file = got.File
	}
}

// drawOffered makes an event of something that a case is offered; the event given where it is offered nothing.
func drawOffered(t *rapid.T, d *decide.Decider, f *recourse.OrderFile, ev *recourse.Event) *recourse.Event {
	c := pick(t, f.Cases, "case")
	options := d.Possible(f, c.ID)
	if len(options) == 0 {
		return ev
	}
	o := pick(t, options, "option")
	out := drawEvent(t, o.Event, len(f.Order.Lines))
	out.ID, out.Case, out.Lines, out.Time = ev.ID, c.ID, nil, time.Time{}
	if o.Event == recourse.RemedyChosen {
		out.Remedy, out.By, out.Confirmed = o.Remedy, o.By[0], o.Confirm
	}
	t.Logf("%s: %s is told %s %s", ev.ID, c.ID, o.Event, o.Remedy)
	return out
}

// TestRemediesOffered: a remedy is offered to whoever may choose it, and to nobody else; what is said of a
// confirmation and of where it leads is what happens.
func TestRemediesOffered(t *testing.T) {
	seen := map[recourse.Remedy]int{}
	rapid.Check(t, func(t *rapid.T) {
		walk(t, func(d *decide.Decider, _ *recourse.OrderFile, _ *recourse.Event, got decide.Decision) {
			if len(got.Entries) == 0 {
				return
			}
			f, text := got.File, snapshot(got.File)
			for _, c := range f.Cases {
				options := d.Possible(f, c.ID)
				for _, r := range recourse.Remedies {
					for _, by := range []recourse.Party{recourse.PartyMerchant, recourse.PartyBuyer} {
						o := optionFor(options, r, by)
						if o != nil {
							seen[r]++
						}
						checkRemedy(t, d, f, c, r, by, o)
					}
				}
			}
			if snapshot(f) != text {
				t.Fatal("looking changed the file")
			}
		})
	})
	for _, r := range []recourse.Remedy{recourse.RemedyRefund, recourse.RemedyReplacement, recourse.RemedyClose} {
		if seen[r] < 20 {
			t.Errorf("%s was offered %d times: too few to tell", r, seen[r])
		}
	}
}

// checkRemedy holds an option, or that there is none, against what choosing the remedy does.
func checkRemedy(t *rapid.T, decider *decide.Decider, f *recourse.OrderFile, c *recourse.Case, r recourse.Remedy, by recourse.Party, o *decide.Option) {
	choose := func(by recourse.Party, confirmed bool) decide.Decision {
		return decider.Event(f, chosen(c.ID, r, by, confirmed), f.Now)
	}
	plain := choose(by, false)
	switch {
	case o == nil && (moved(plain, c.ID, recourse.WhyChosen) || moved(choose(by, true), c.ID, recourse.WhyChosen)):
		t.Fatalf("%s in %s: %s is not offered to the %s and does something", c.ID, c.State, r, by)
	case o == nil:
		return
	case o.Confirm && moved(plain, c.ID, recourse.WhyChosen):
		t.Fatalf("%s in %s: %s needs a confirmation and is taken without", c.ID, c.State, r)
	case o.Confirm && by == recourse.PartyBuyer:
		return // the merchant is asked
	}
	got := choose(by, o.Confirm)
	if !moved(got, c.ID, recourse.WhyChosen) {
		t.Fatalf("%s in %s: %s is offered to the %s (%+v) and does nothing: %+v", c.ID, c.State, r, by, o, got.Entries)
	}
	checkTarget(t, got, c.ID, o)
}

// checkTarget compares where an option leads with the first move of its case.
func checkTarget(t *rapid.T, d decide.Decision, caseID string, o *decide.Option) {
	to, become, outcome := "", "", ""
	for _, e := range d.Entries {
		if e.Case != caseID || e.Why.Code != recourse.WhyChosen {
			continue
		}
		switch e.Kind {
		case recourse.EntryMoved:
			to = e.To
		case recourse.EntryBecame:
			become = e.To
		case recourse.EntryClosed:
			outcome = e.To
		}
	}
	if to != o.To || outcome != string(o.Outcome) && o.Become == "" || become != string(o.Become) {
		t.Fatalf("%s was to lead to %q %q %q, and led to %q %q %q", o.Remedy, o.To, o.Become, o.Outcome, to, become, outcome)
	}
}

// TestEventsOffered: whatever event a case takes was offered before, whatever it said.
func TestEventsOffered(t *testing.T) {
	taken := map[recourse.EventType]int{}
	rapid.Check(t, func(t *rapid.T) {
		walk(t, func(d *decide.Decider, file *recourse.OrderFile, ev *recourse.Event, got decide.Decision) {
			for _, c := range file.Cases {
				if !moved(got, c.ID, recourse.WhyEvent) || exempt(file, c, ev.Type) || fitted(got, c.ID) {
					continue
				}
				taken[ev.Type]++
				options := d.Possible(file, c.ID)
				if !offers(options, ev.Type) && !(ev.Type == recourse.ParcelScanned && offers(options, recourse.ParcelShipped)) {
					t.Fatalf("%s in %s took %s, which was not offered: %v", c.ID, c.State, ev.Type, words(options))
				}
			}
		})
	})
	if len(taken) < 12 {
		t.Errorf("only these were taken: %v", taken)
	}
}

// exempt is what happens to a case though nothing was told to it: money left that had been taken back, or a bank took the
// money of another case. What is told of an act is offered as the refund's own news.
func exempt(f *recourse.OrderFile, c *recourse.Case, typ recourse.EventType) bool {
	takenBack := slices.ContainsFunc(f.Refunds, func(r recourse.Refund) bool { return r.Case == c.ID && !r.Status.Active() })
	left := typ == recourse.RefundSentNow || typ == recourse.RefundSucceeded
	return typ.OfEffect() || typ.OfDesk() || typ == recourse.DisputeOpened || left && takenBack
}

// TestOptionsAreNeat: nothing is offered twice, remedies come before events, and a closed case has none.
func TestOptionsAreNeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		walk(t, func(d *decide.Decider, file *recourse.OrderFile, _ *recourse.Event, _ decide.Decision) {
			for _, c := range file.Cases {
				seen := map[string]bool{}
				events := 0
				for _, o := range d.Possible(file, c.ID) {
					key := string(o.Event)
					if o.Event != recourse.RemedyChosen {
						events++
					} else if key += string(o.Remedy) + string(o.By[0]); events > 0 || c.Status == recourse.Closed {
						t.Fatalf("%s (%s): %s stands behind %d events", c.ID, c.Status, o.Remedy, events)
					}
					if seen[key] {
						t.Fatalf("%s: %s is offered twice", c.ID, key)
					}
					seen[key] = true
				}
			}
		})
	})
}

// words are options in short: what, by whom, where to.
func words(options []decide.Option) []string {
	var out []string
	for _, o := range options {
		s := string(o.Event)
		if o.Remedy != "" {
			s = string(o.Remedy)
		}
		for _, by := range o.By {
			s += " " + string(by)[:1]
		}
		if o.Confirm {
			s += " confirm"
		}
		if o.To != "" {
			s += " → " + o.To
		}
		if o.Outcome != "" {
			s += " (" + string(o.Outcome) + ")"
		}
		if o.Question != "" {
			s += " ? " + o.Question + " " + strings.Join(o.Choices, "/")
		}
		out = append(out, s)
	}
	return out
}

// TestPossible shows what a page offers at some points of a case's life.
func TestPossible(t *testing.T) {
	out := about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" })
	found := about(recourse.OffersFound, func(x *recourse.Data) {
		x.Offers = []recourse.Offer{{Supplier: "ningbo", SKU: "K", Same: true, Price: cny(3000), Stock: 9}}
	})
	none, sent, paid := about(recourse.OffersFound, nil), about(recourse.RefundSentNow, nil), about(recourse.RefundSucceeded, nil)
	shipped := about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International })
	held := about(recourse.ParcelScanned, func(x *recourse.Data) { x.Parcel, x.Status = "P-1", recourse.CustomsHold })
	broken := about(recourse.ProblemReported, func(x *recourse.Data) { x.Problem = "damaged_item" })
	photo, approved := about(recourse.EvidenceReceived, nil), about(recourse.ClaimApprovedNow, nil)
	reorder := chosen("1001-1", recourse.RemedyReorder, recourse.PartyBuyer, false)
	const recovery = "recovery.denied; recovery.received; recovery.written_off"
	const offer = "offers.found; order.cancel_requested → repay.paying; "
	tests := map[string]struct {
		events []*recourse.Event
		days   float64
		want   string
	}{
		"an offer stands beside the refund": {[]*recourse.Event{out, found}, 0,
			"reorder m b → resupply.reordering ? offer reorder; refund m b → repay.paying ? offer refund; " + offer + "parcel.shipped → resupply.surfaced; " +
				"refund.succeeded; refund.failed; refund.rejected; refund.withdrawn; order.address_wrong; order.address_corrected; " + recovery + "; refund.sent"},
		"an offer, and the money is out": {[]*recourse.Event{out, found, sent}, 0,
			"reorder m b confirm → resupply.reordering ? offer reorder; refund m b → repay.paying ? offer refund; " + offer + "parcel.shipped → resupply.stopping; " +
				"refund.succeeded; refund.failed; order.address_wrong; order.address_corrected; " + recovery},
		"refused until somebody confirms": {[]*recourse.Event{out, found, sent, reorder}, 0,
			"reorder m b confirm → resupply.reordering ? confirm_double_loss confirm; refund m b → repay.paying ? offer refund; " + offer + "parcel.shipped → resupply.stopping; " +
				"refund.succeeded; refund.failed; order.address_wrong; order.address_corrected; " + recovery},
		"a refund waits for approval": {[]*recourse.Event{out, none}, 2,
			"parcel.shipped → resupply.surfaced; refund.succeeded; refund.failed; refund.rejected m ? refund_waiting reject; refund.withdrawn; " + recovery + "; refund.sent m ? refund_waiting approve"},
		"paid, and the recovery goes on": {[]*recourse.Event{out, none, paid}, 8,
			"parcel.shipped → resupply.stopping; refund.failed → repay.paying; recovery.denied; recovery.received; recovery.written_off m ? recovery write_off"},
		"customs":                             {[]*recourse.Event{shipped, held}, 0, "parcel.scanned"},
		"customs, and the merchant was asked": {[]*recourse.Event{shipped, held}, 3, "parcel.scanned m ? customs clear"},
		"evidence is awaited":                 {[]*recourse.Event{shipped, broken}, 0, "evidence.received → proof.claiming; problem.withdrawn → proof.withdrawn (withdrawn)"},
		"no evidence came":                    {[]*recourse.Event{shipped, broken}, 15, "evidence.received → proof.claiming; problem.reported → proof.begin"},
		"a claim": {[]*recourse.Event{shipped, broken, photo}, 0,
			"claim.approved → proof.approved; claim.denied → proof.denied; problem.withdrawn → proof.withdrawn (withdrawn); evidence.received"},
		"a claim approved": {[]*recourse.Event{shipped, broken, photo, approved}, 0,
			"replacement m → proof.replacing ? claim_remedy replacement; refund m → proof.refunding ? claim_remedy refund; problem.withdrawn → proof.withdrawn (withdrawn); evidence.received; " + recovery},
		"late": {nil, 5,
			"parcel.shipped → late.shipped (shipped); purchase.out_of_stock → resupply.told; purchase.cancelled → resupply.told; purchase.oversized → fit.deciding; " +
				"order.cancel_requested → cancel.begin; order.address_wrong; order.address_corrected"},
		"a wrong address": {[]*recourse.Event{about(recourse.OrderAddressWrong, nil)}, 0,
			"refund m b → cancel.begin ? address refund; order.address_corrected m b → address.correcting ? address address; order.address_wrong → address.correcting; " +
				"parcel.shipped → address.begin; order.cancel_requested → cancel.begin; purchase.out_of_stock → resupply.told; purchase.cancelled → resupply.told; purchase.oversized → fit.deciding"},
	}
	for name, tt := range tests {
		d := decide.New(policyOf(t, nil))
		file, _ := taken(d, start, append([]*recourse.Event{placed(), bought()}, tt.events...)...)
		file = d.Due(file, day(tt.days)).File
		if got := strings.Join(words(d.Possible(file, "1001-1")), "; "); got != tt.want {
			t.Errorf("%s:\n\t%s\nnot\n\t%s", name, got, tt.want)
		}
	}
}

// TestPossibleSays what is no case, what an event may carry, and that what is due acts first.
func TestPossibleSays(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought())
	if got := d.Possible(file, "1001-1"); got != nil {
		t.Errorf("a case that is none is offered %v", words(got))
	}
	file = d.Due(file, day(5)).File
	options := d.Possible(file, "1001-1")
	if i := slices.IndexFunc(options, func(o decide.Option) bool { return o.Event == recourse.PurchaseOutOfStockNow }); i < 0 ||
		!slices.Equal(options[i].Fields, []string{"purchase", "lines", "reason", "effect"}) || options[i].Become != "out_of_stock" {
		t.Errorf("%+v", options)
	}
	file.Now = day(7) // the clock has gone on, and nobody has asked what is due
	if got := d.Possible(file, "1001-1"); offers(got, recourse.PurchaseOversizedNow) || optionFor(got, recourse.RemedyRefund, recourse.PartyMerchant) == nil {
		t.Errorf("the purchase was given up by now: %v", words(got))
	}
}

// TestAQuietCaseIsAwake: what a quiet case is offered is what it takes when it is told today, the guard included.
func TestAQuietCaseIsAwake(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	old := about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" })
	old.Time = day(-15)
	inShop := about(recourse.RefundSucceeded, func(x *recourse.Data) { x.Lines = []recourse.Pieces{{Line: 1}} })
	file, _ := taken(d, start, placed(), bought(), old, inShop)
	found := about(recourse.OffersFound, func(x *recourse.Data) {
		x.Offers = []recourse.Offer{{Supplier: "ningbo", SKU: "K", Same: true, Price: cny(3000), Stock: 9}}
	})
	found.Time = old.Time
	file = d.Event(file, found, start).File
	if !file.Cases[0].Quiet {
		t.Fatal("the case is awake")
	}
	o := optionFor(d.Possible(file, "1001-1"), recourse.RemedyReorder, recourse.PartyMerchant)
	if o == nil || !o.Confirm {
		t.Errorf("%+v: the pieces were paid back in the shop", o)
	}
	if !file.Cases[0].Quiet {
		t.Error("looking woke the case")
	}
}

// shop is a policy of a playbook that changes some states of tmall-dsers.
func shop(t *testing.T, states string) *playbook.Policy {
	t.Helper()
	p, err := playbook.Load("shop.yaml", []byte("playbook: shop\nextends: tmall-dsers\n"+states))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := p.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// TestWhatAnEventMeans: what an event means by its kind is known before its ways are looked at, as when it really comes.
func TestWhatAnEventMeans(t *testing.T) {
	out := about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" })
	found := about(recourse.OffersFound, func(x *recourse.Data) {
		x.Offers = []recourse.Offer{{Supplier: "ningbo", SKU: "K", Same: true, Price: cny(3000), Stock: 9}}
	})
	shipped := about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International })
	broken := about(recourse.ProblemReported, func(x *recourse.Data) { x.Problem = "damaged_item" })
	reorder := chosen("1001-1", recourse.RemedyReorder, recourse.PartyMerchant, false)
	claimed := []*recourse.Event{shipped, broken, about(recourse.EvidenceReceived, nil)}
	refunding := append(slices.Clone(claimed), about(recourse.ClaimApprovedNow, nil), chosen("1001-1", recourse.RemedyRefund, recourse.PartyMerchant, false), about(recourse.RefundSentNow, nil))
	tests := map[string]struct {
		states string
		events []*recourse.Event
		want   string
		wanted bool
	}{
		"a verdict": {"paths: {proof: {states: {claiming: {do: [claim], on: {claim.denied: [{if: case.claim == 'denied', go: denied}, {go: approved}]}}}}}", claimed,
			"claim.denied → proof.denied", true},
		"a refusal": {"paths: {repay: {states: {paying: {on: {refund.rejected: [{if: case.refund == 'requested', go: refunded}, {go: kept}]}}}}}",
			[]*recourse.Event{out, about(recourse.OffersFound, nil)}, "refund.rejected → repay.kept (denied)", true},
		"goods for money that is back": {"paths: {repay: {states: {paying: {on: {refund.failed: {do: [replacement], go: kept}}}}}}",
			[]*recourse.Event{out, about(recourse.OffersFound, nil)}, "refund.failed → repay.kept (denied)", true},
		"goods for money that is out": {"paths: {repay: {states: {paying: {on: {refund.sent: {do: [replacement], go: kept}}}}}}",
			[]*recourse.Event{out, about(recourse.OffersFound, nil)}, "refund.sent confirm → repay.kept (denied)", true},
		"money for goods that are bought": {"paths: {resupply: {states: {reordering: {do: [withdraw_refund, reorder], on: {purchase.placed: {do: [withdraw_replacement, refund]}}}}}}",
			[]*recourse.Event{out, found, reorder}, "purchase.placed confirm", true},
		"money on its way when its case is closed":    {"", append(slices.Clone(refunding), about(recourse.ProblemWithdrawn, nil)), "refund.succeeded", true},
		"money that is there when its case is closed": {"", append(slices.Clone(refunding), about(recourse.RefundSucceeded, nil)), "refund.succeeded", false},
	}
	for name, tt := range tests {
		d := decide.New(shop(t, tt.states))
		file, _ := taken(d, start, append([]*recourse.Event{placed(), bought()}, tt.events...)...)
		if got := words(d.Possible(file, "1001-1")); slices.Contains(got, tt.want) != tt.wanted {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// fitted says that all that an event did in a case was to ask anew for money that no longer fits: money left elsewhere, and
// the case took nothing.
func fitted(d decide.Decision, caseID string) bool {
	withdrew := false
	for _, e := range d.Entries {
		if e.Case != caseID || e.Why.Code != recourse.WhyEvent {
			continue
		}
		if e.Kind != recourse.EntryDid || e.To != string(recourse.EffectWithdrawRefund) && e.To != string(recourse.EffectRefund) {
			return false
		}
		withdrew = withdrew || e.To == string(recourse.EffectWithdrawRefund)
	}
	return withdrew
}
