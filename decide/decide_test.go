package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
)

// What scenarios cannot show, since their clock never stops: pauses, a clock set back, versions of a playbook.

var start = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

func day(n float64) time.Time { return start.Add(time.Duration(n * 24 * float64(time.Hour))) }

func policyOf(t *testing.T, settings map[string]string) *playbook.Policy {
	t.Helper()
	for _, p := range builtins() {
		if p.Name == "tmall-dsers" {
			policy, err := p.With(settings)
			if err != nil {
				t.Fatal(err)
			}
			return policy
		}
	}
	t.Fatal("no playbook")
	return nil
}

func placed() *recourse.Event {
	return &recourse.Event{Source: "test", ID: "placed", Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1001",
		ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: "12 rue Garibaldi"},
		Items:  []recourse.Line{{Line: 1, SKU: "KITE", Quantity: 3, Price: eur(1000)}}}}
}

func bought() *recourse.Event {
	return &recourse.Event{Source: "test", ID: "bought", Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "1001", Purchase: "T-1", Cost: cny(9000), ShipBy: day(3), ShipFrom: "CN", Leg: recourse.Domestic}}
}

// about is an event of a type about the order, with its data set by change.
func about(typ recourse.EventType, change func(*recourse.Data)) *recourse.Event {
	e := &recourse.Event{Source: "test", Type: typ, Data: recourse.Data{Order: "1001"}}
	if change != nil {
		change(&e.Data)
	}
	return e
}

// taken hands events in, each at its instant, and gives the file and all effects.
func taken(d *decide.Decider, at time.Time, events ...*recourse.Event) (*recourse.OrderFile, []recourse.Effect) {
	file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
	var all []recourse.Effect
	for _, ev := range events {
		decision := d.Event(file, ev, at)
		file, all = decision.File, append(all, decision.Effects...)
	}
	return file, all
}

func templates(effects []recourse.Effect) []string {
	var out []string
	for _, e := range effects {
		if e.Kind == recourse.EffectMessage {
			out = append(out, string(e.To)+" "+e.Template)
		}
	}
	return out
}

func kinds(effects []recourse.Effect) []recourse.EffectKind {
	var out []recourse.EffectKind
	for _, e := range effects {
		out = append(out, e.Kind)
	}
	return out
}

// TestAfterAPause: nobody asked for six days. Both deadlines act at their own instants, and the words of the first,
// which the second has overtaken, are not sent.
func TestAfterAPause(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought())
	decision := d.Due(file, day(8))
	if got := templates(decision.Effects); !slices.Equal(got, []string{"buyer out_of_stock"}) {
		t.Errorf("sent %q: what was overtaken is not sent", got)
	}
	var opened, became time.Time
	dropped := 0
	for _, e := range decision.Entries {
		switch e.Kind {
		case recourse.EntryOpened:
			opened = e.At
		case recourse.EntryBecame:
			became = e.At
		case recourse.EntryDropped:
			dropped++
		}
	}
	if !opened.Equal(day(5)) || !became.Equal(day(7)) || dropped != 2 {
		t.Errorf("opened %s, became %s, %d dropped", opened, became, dropped)
	}
}

// TestRepetitionAfterAPause: a reminder that was missed three times comes once.
func TestRepetitionAfterAPause(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought(), about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International }),
		about(recourse.ParcelScanned, func(x *recourse.Data) { x.Parcel, x.Status = "P-1", recourse.CustomsHold }))
	decision := d.Due(file, day(10))
	if got := templates(decision.Effects); !slices.Equal(got, []string{"merchant customs_clearance"}) {
		t.Errorf("sent %q", got)
	}
	if next := decision.File.Due; !next.Equal(day(12)) {
		t.Errorf("next %s: the rhythm of three days goes on from where it was", next)
	}
}

// TestClockSetBack: an hour back undoes nothing and acts on nothing twice.
func TestClockSetBack(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought())
	file = d.Due(file, day(5)).File
	back := d.Due(file, day(5).Add(-time.Hour))
	if len(back.Effects) > 0 || !back.File.Now.Equal(day(5)) {
		t.Errorf("%d effects, now %s", len(back.Effects), back.File.Now)
	}
}

// TestVersions: a case goes on under the policy that it began with, a new one takes the newest.
func TestVersions(t *testing.T) {
	old := policyOf(t, nil)
	patient := policyOf(t, map[string]string{"late_shipment.give_up_after": "30 days"})
	file, _ := taken(decide.New(old), start, placed(), bought())
	file = decide.New(old).Due(file, day(5)).File
	both := decide.New(patient)
	both.Pinned = map[string]*playbook.Policy{old.Hash: old}
	if due := both.NextDeadline(file, "1001-1"); !due.Equal(day(7)) {
		t.Errorf("the running case is due %s, not four days after its ship-by instant", due)
	}
	alone := decide.New(patient)
	if due := alone.NextDeadline(file, "1001-1"); !due.Equal(day(33)) {
		t.Errorf("a case whose policy is gone goes on with the newest: due %s", due)
	}
}

// TestApproval: money waits for a person as the setting says, and an amount in another currency always does.
func TestApproval(t *testing.T) {
	for setting, want := range map[string]recourse.Approval{
		"always": recourse.ApprovalNeeded, "never": recourse.ApprovalGiven, "above 30.00 EUR": recourse.ApprovalGiven,
		"above 29.99 EUR": recourse.ApprovalNeeded, "above 100.00 USD": recourse.ApprovalNeeded,
	} {
		d := decide.New(policyOf(t, map[string]string{"refund.approval": setting}))
		_, effects := taken(d, start, placed(), bought(), about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" }))
		i := slices.IndexFunc(effects, func(e recourse.Effect) bool { return e.Kind == recourse.EffectRefund })
		if i < 0 || effects[i].Approval != want || effects[i].Amount != eur(3000) {
			t.Errorf("%s: %+v", setting, effects)
		}
	}
}

// TestPiecesOneByOne: three pieces for 10.00 in all, refunded one after the other, come to 10.00 exactly.
func TestPiecesOneByOne(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	order := placed()
	order.Discount = eur(2000)
	one := func(n int) *recourse.Event {
		return about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase, x.Lines = "T-1", []recourse.Pieces{{Line: 1, Quantity: n}} })
	}
	var amounts []int64
	file, _ := taken(d, start, order, bought())
	for n := 1; n <= 3; n++ {
		for _, ev := range []*recourse.Event{one(n), about(recourse.OffersFound, nil), about(recourse.RefundSucceeded, nil)} {
			decision := d.Event(file, ev, start)
			file = decision.File
			for _, e := range decision.Effects {
				if e.Kind == recourse.EffectRefund {
					amounts = append(amounts, e.Amount.Minor)
				}
			}
		}
	}
	var sum int64
	for _, a := range amounts {
		sum += a
	}
	if len(amounts) != 3 || sum != 1000 {
		t.Errorf("refunds of %v", amounts)
	}
}

// TestHeldFacts: nothing is decided for an order that is not known, and everything once it is.
func TestHeldFacts(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, effects := taken(d, start, bought(), about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" }))
	if len(effects) > 0 || len(file.Held) != 2 || len(file.Cases) > 0 {
		t.Fatalf("%d effects, %d held, %d cases", len(effects), len(file.Held), len(file.Cases))
	}
	decision := d.Event(file, placed(), day(1))
	if len(decision.File.Held) > 0 || len(decision.File.Cases) != 1 || !slices.Contains(kinds(decision.Effects), recourse.EffectRefund) {
		t.Errorf("%d held, %d cases, %v", len(decision.File.Held), len(decision.File.Cases), kinds(decision.Effects))
	}
	if again := d.Event(decision.File, bought(), day(2)); !again.Duplicate {
		t.Error("a fact that was held and came again is no duplicate")
	}
}

// TestQuietPast: what is older than import.stale_after opens a case in silence, and a fresh fact wakes it.
func TestQuietPast(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	old := about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" })
	old.Time = day(-15)
	file, effects := taken(d, start, placed(), bought(), old)
	if len(file.Cases) != 1 || !file.Cases[0].Quiet || len(effects) > 0 {
		t.Fatalf("%d cases, %v", len(file.Cases), kinds(effects))
	}
	decision := d.Event(file, about(recourse.OffersFound, nil), start)
	if decision.File.Cases[0].Quiet {
		t.Error("a fresh answer does not wake the case")
	}
	past := *d
	past.Past = true
	if _, effects := taken(&past, start, placed(), bought(), old); !slices.Contains(kinds(effects), recourse.EffectRefund) {
		t.Error("in a replay the past is not quiet")
	}
}

// TestWhys: every entry and every effect says why.
func TestWhys(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought())
	decision := d.Due(file, day(5))
	for _, e := range decision.Entries {
		if e.Why.Code == "" {
			t.Errorf("%s has no why", e.Kind)
		}
	}
	why := decision.Effects[0].Why
	if why.Code != recourse.WhyWatch || why.Arg("after").Text != "2 days" || why.Arg("setting").Text != "late_shipment.urge_after" || !why.Arg("since").At.Equal(day(3)) {
		t.Errorf("%+v", why)
	}
	if !strings.HasPrefix(decision.Effects[0].ID, "1001-1/") {
		t.Errorf("id %s", decision.Effects[0].ID)
	}
}

// TestGuardAcrossCases: a piece that was sent again for one problem is not paid back for another without a person's
// word; with it, it is.
func TestGuardAcrossCases(t *testing.T) {
	d := decide.New(policyOf(t, map[string]string{"evidence.required": "false"}))
	order := placed()
	order.Items[0].Quantity = 1
	problem := func(kind string) *recourse.Event {
		return about(recourse.ProblemReported, func(x *recourse.Data) { x.Problem = kind })
	}
	choose := func(r recourse.Remedy, confirmed bool) *recourse.Event {
		return about(recourse.RemedyChosen, func(x *recourse.Data) { x.Remedy, x.By, x.Confirmed = r, recourse.PartyMerchant, confirmed })
	}
	file, _ := taken(d, start, order, bought(), about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International }),
		problem("missing_item"), about(recourse.ClaimApprovedNow, nil), choose(recourse.RemedyReplacement, false), about(recourse.ReplacementShipped, nil),
		problem("damaged_item"), about(recourse.ClaimApprovedNow, nil))
	refused := d.Event(file, choose(recourse.RemedyRefund, false), start)
	if slices.Contains(kinds(refused.Effects), recourse.EffectRefund) {
		t.Fatal("paid back what was sent again")
	}
	asked := slices.ContainsFunc(refused.Effects, func(e recourse.Effect) bool { return e.Question == playbook.QuestionDoubleLoss })
	if !asked {
		t.Error("nobody was asked to confirm")
	}
	confirmed := d.Event(refused.File, choose(recourse.RemedyRefund, true), start)
	if !slices.Contains(kinds(confirmed.Effects), recourse.EffectRefund) {
		t.Errorf("confirmed, and not paid back: %v", kinds(confirmed.Effects))
	}
}
