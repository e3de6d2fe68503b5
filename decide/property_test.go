package decide_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
)

// history is a random run of facts on one order, some late, some twice, some about things not known yet.
type history struct {
	policy *playbook.Policy
	start  time.Time
	steps  []step
}

// step is a fact that arrives, or only time that passes.
type step struct {
	after time.Duration
	event *recourse.Event
}

// builtins are compiled once: each property looks at thousands of histories.
var builtins = sync.OnceValue(func() []*playbook.Playbook {
	var all []*playbook.Playbook
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			panic(err)
		}
		all = append(all, p)
	}
	return all
})

func eur(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }
func cny(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "CNY"} }

func pick[T any](t *rapid.T, all []T, label string) T { return rapid.SampledFrom(all).Draw(t, label) }

// drawPolicy is one of some playbooks with some of its settings otherwise.
func drawPolicy(t *rapid.T, all []*playbook.Playbook) *playbook.Policy {
	p := all[rapid.IntRange(0, len(all)-1).Draw(t, "playbook")]
	settings := map[string]string{}
	for _, s := range p.Settings {
		if s.Type == playbook.Choice && rapid.Bool().Draw(t, s.Name) {
			settings[s.Name] = pick(t, s.Options, s.Name)
		}
	}
	settings["refund.approval"] = pick(t, []string{"always", "never", "above 30.00 EUR"}, "approval")
	policy, err := p.With(settings)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func drawHistory(t *rapid.T) history {
	h := history{policy: drawPolicy(t, builtins()), start: time.Date(2026, 2, 2, 2, 0, 0, 0, time.UTC)}
	lines := rapid.IntRange(1, 3).Draw(t, "lines")
	n := rapid.IntRange(5, 40).Draw(t, "events")
	placed := rapid.IntRange(0, 3).Draw(t, "placed")
	for i := range n {
		types := recourse.EventTypes()
		typ := pick(t, types, "type")
		if typ == recourse.OrderPlaced {
			typ = recourse.ParcelScanned // an order told again with other lines is a test of its own
		}
		if i == placed {
			typ = recourse.OrderPlaced
		} else if i < 6 && rapid.Bool().Draw(t, "buy") {
			typ = recourse.PurchasePlacedEvent
		}
		ev := drawEvent(t, typ, lines)
		ev.ID = fmt.Sprintf("e%d", i)
		hours := pick(t, []int{0, 0, 1, 12, 24, 49, 96, 200, 800}, "hours")
		h.steps = append(h.steps, step{time.Duration(hours) * time.Hour, ev})
	}
	return h
}

func drawEvent(t *rapid.T, typ recourse.EventType, lines int) *recourse.Event {
	e := &recourse.Event{Source: "test", Type: typ}
	e.Order = "1001"
	e.Purchase = pick(t, []string{"T-1", "T-1", "T-2", "T-3", ""}, "purchase")
	e.Parcel = pick(t, []string{"P-1", "P-1", "P-2", "P-3", ""}, "parcel")
	if rapid.Bool().Draw(t, "some lines") {
		e.Lines = []recourse.Pieces{{Line: rapid.IntRange(1, lines).Draw(t, "line"), Quantity: rapid.IntRange(0, 2).Draw(t, "pieces")}}
	}
	e.Leg = pick(t, []recourse.Leg{recourse.Domestic, recourse.International, ""}, "leg")
	e.Status = pick(t, []recourse.ParcelStatus{recourse.InTransit, recourse.CustomsHold, recourse.CustomsReleased, recourse.Delivered, recourse.Lost, recourse.Returned}, "status")
	e.Problem = pick(t, []string{"wrong_item", "missing_item", "damaged_item", "not_received", "not_as_described"}, "problem")
	e.Remedy = pick(t, recourse.Remedies, "remedy")
	e.By = pick(t, []recourse.Party{recourse.PartyBuyer, recourse.PartyMerchant}, "by")
	e.Confirmed = rapid.IntRange(0, 9).Draw(t, "confirmed") == 0
	switch typ {
	case recourse.OrderPlaced:
		for i := range lines {
			e.Items = append(e.Items, recourse.Line{Line: i + 1, SKU: "A", Quantity: rapid.IntRange(1, 3).Draw(t, "quantity"), Price: eur(int64(rapid.IntRange(1, 5000).Draw(t, "price")))})
		}
		e.Lines, e.Purchase, e.Parcel = nil, "", ""
		e.ShipTo = &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: pick(t, []string{"12 rue Garibaldi", ""}, "street")}
		e.Discount = eur(int64(rapid.IntRange(0, 500).Draw(t, "discount")))
		e.Shipping = eur(int64(rapid.IntRange(0, 500).Draw(t, "shipping")))
	case recourse.PurchasePlacedEvent:
		e.Cost, e.Supplier, e.ShipFrom = cny(8000), "hangzhou", "CN"
		e.ShipBy = time.Date(2026, 2, 2+rapid.IntRange(0, 20).Draw(t, "ship by"), 2, 0, 0, 0, time.UTC)
		e.Parcel = ""
	case recourse.OffersFound:
		if rapid.Bool().Draw(t, "found") {
			e.Offers = []recourse.Offer{{Supplier: "ningbo", SKU: "N", Same: rapid.Bool().Draw(t, "same"), Price: cny(int64(rapid.IntRange(1, 12000).Draw(t, "offer"))), Stock: 9}}
		}
	case recourse.RefundSucceeded, recourse.RefundSentNow, recourse.RefundFailedNow, recourse.RecoveryReceivedNow:
		e.Amount = pick(t, []recourse.Money{{}, eur(100), eur(1000), cny(8000)}, "amount")
	case recourse.EffectApproved, recourse.EffectRejected, recourse.EffectStarted, recourse.EffectPostponed, recourse.EffectDone, recourse.EffectFailed:
		e.Effect = fmt.Sprintf("1001-%d/%d", rapid.IntRange(1, 3).Draw(t, "effect's case"), rapid.IntRange(1, 9).Draw(t, "effect"))
		e.Amount = pick(t, []recourse.Money{{}, {}, eur(1000)}, "amount")
		e.Purchase, e.Parcel, e.Lines = "", "", nil
	case recourse.OrderAddressCorrected, recourse.OrderAddressWrong:
		if rapid.Bool().Draw(t, "known") {
			e.ShipTo = &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69006", Street: "3 cours Vitton"}
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "late") == 0 {
		e.Time = time.Date(2026, 1, 20+rapid.IntRange(0, 40).Draw(t, "day"), 2, 0, 0, 0, time.UTC)
	}
	return e
}

// play runs a history, showing each decision to look.
func (h history) play(look func(before *recourse.OrderFile, d decide.Decision, now time.Time)) *recourse.OrderFile {
	decider := decide.New(h.policy)
	file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
	now := h.start
	for _, s := range append(h.steps[:len(h.steps):len(h.steps)], step{}) {
		until := now.Add(s.after)
		for range 500 {
			if file.Due.IsZero() || file.Due.After(until) {
				break
			}
			if file.Due.After(now) {
				now = file.Due
			}
			d := decider.Due(file, now)
			look(file, d, now)
			file = d.File
		}
		now = until
		if s.event != nil {
			d := decider.Event(file, s.event, now)
			look(file, d, now)
			file = d.File
		}
	}
	return file
}

// tell logs a history, for the one that fails.
func (h history) tell(t *rapid.T) {
	for _, s := range h.steps {
		e := s.event
		t.Logf("+%s %s %s purchase=%s parcel=%s lines=%v remedy=%s by=%s confirmed=%v amount=%s time=%s items=%v", s.after, e.ID, e.Type, e.Purchase, e.Parcel, e.Lines, e.Remedy, e.By, e.Confirmed, e.Amount, e.Time.Format("01-02"), e.Items)
	}
}

func snapshot(f *recourse.OrderFile) string {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestInvariants: whatever happens, in whatever order, money leaves at most once, goods and money never both
// unconfirmed, and no open case waits for ever.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		decider := decide.New(h.policy)
		ids := map[string]bool{}
		h.tell(t)
		h.play(func(before *recourse.OrderFile, d decide.Decision, now time.Time) {
			checkMoney(t, d.File)
			checkGuard(t, d.File)
			for i := range d.File.Cases {
				c := d.File.Cases[i]
				if c.Status == recourse.Open && decider.NextDeadline(d.File, c.ID).IsZero() {
					t.Fatalf("%s (%s) in %s waits for ever", c.ID, c.Situation, c.State)
				}
			}
			for _, e := range d.Effects {
				if ids[e.ID] {
					t.Fatalf("the effect %s was decided twice", e.ID)
				}
				ids[e.ID] = true
			}
			if !d.File.Due.IsZero() && !d.File.Due.After(now) && d.File.Due.Equal(before.Due) {
				t.Fatalf("due at %s again after it acted", d.File.Due)
			}
		})
	})
}

// checkMoney: over all cases no piece is paid for twice and no line for more than was paid for it.
func checkMoney(t *rapid.T, f *recourse.OrderFile) {
	var paid, total int64
	for _, l := range f.Order.Lines {
		n := 0
		for _, r := range f.Refunds {
			if r.Status.Active() {
				n += recourse.Count(r.Lines, l.Line)
			}
		}
		if n > l.Quantity {
			t.Fatalf("%d of %d pieces of line %d are refunded", n, l.Quantity, l.Line)
		}
		paid += f.Order.PaidFor(l.Line).Minor
	}
	for _, r := range f.Refunds {
		if r.Amount.Minor < 0 {
			t.Fatalf("a refund of %s", r.Amount)
		}
		if r.Status.Active() && r.Case != "" && !r.Disputed && !r.Outside {
			total += r.Amount.Minor
		}
	}
	if limit := paid + f.Order.Shipping.Minor; len(f.Order.Lines) > 0 && total > limit {
		t.Fatalf("%d refunded of %d paid", total, limit)
	}
}

// checkGuard: nothing is refunded and also sent again unless a person confirmed it.
func checkGuard(t *rapid.T, f *recourse.OrderFile) {
	for _, c := range f.Cases {
		if c.SentAgain.Remedy == "" || c.Confirmed {
			continue
		}
		for _, r := range f.Refunds {
			if r.Case == c.ID && r.Status.Active() && !r.Outside && !r.Disputed {
				t.Fatalf("%s was sent again (%s) and its refund %s is %s", c.ID, c.SentAgain.Remedy, r.ID, r.Status)
			}
		}
	}
}

// TestDuplicates: facts that come again, at any later time, change nothing.
func TestDuplicates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		once := snapshot(h.play(func(*recourse.OrderFile, decide.Decision, time.Time) {}))
		twice := h
		twice.steps = nil
		for i, s := range h.steps {
			twice.steps = append(twice.steps, s)
			if rapid.Bool().Draw(t, "again") {
				again := h.steps[rapid.IntRange(0, i).Draw(t, "which")].event
				twice.steps = append(twice.steps, step{0, again})
			}
		}
		if got := snapshot(twice.play(func(*recourse.OrderFile, decide.Decision, time.Time) {})); got != once {
			t.Fatalf("duplicates changed the file:\n%s\n%s", once, got)
		}
	})
}

// TestPure: a decision changes neither the file nor the event that it is given, and is the same each time.
func TestPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		decider := decide.New(h.policy)
		file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
		now := h.start
		for _, s := range h.steps {
			now = now.Add(s.after)
			before, event := snapshot(file), fmt.Sprint(*s.event)
			one := decider.Event(file, s.event, now)
			two := decider.Event(file, s.event, now)
			if snapshot(file) != before || fmt.Sprint(*s.event) != event {
				t.Fatalf("%s changed its argument", s.event.Type)
			}
			if snapshot(one.File) != snapshot(two.File) || fmt.Sprint(one.Effects) != fmt.Sprint(two.Effects) {
				t.Fatalf("%s was decided differently the second time", s.event.Type)
			}
			file = one.File
		}
	})
}

// TestWalker: a walker, which changes its file in place, decides exactly as the pure functions do.
func TestWalker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		var effects []recourse.Effect
		file := h.play(func(_ *recourse.OrderFile, d decide.Decision, _ time.Time) { effects = append(effects, d.Effects...) })
		walker := decide.New(h.policy).Walk(&recourse.OrderFile{Order: recourse.Order{ID: "1001"}})
		var walked []recourse.Effect
		now := h.start
		for _, s := range append(h.steps[:len(h.steps):len(h.steps)], step{}) {
			until := now.Add(s.after)
			for range 500 {
				due := walker.File().Due
				if due.IsZero() || due.After(until) {
					break
				}
				if due.After(now) {
					now = due
				}
				walked = append(walked, walker.Due(now).Effects...)
			}
			now = until
			if s.event != nil {
				walked = append(walked, walker.Event(s.event, now).Effects...)
			}
		}
		if a, b := snapshot(file), snapshot(walker.File()); a != b {
			t.Fatalf("the walker's file is another:\n%s\n%s", a, b)
		}
		if a, b := fmt.Sprint(effects), fmt.Sprint(walked); a != b {
			t.Fatalf("the walker's effects are others:\n%s\n%s", a, b)
		}
	})
}

// TestFactsCommute: what is known of purchases and parcels does not depend on the order in which it was learned.
func TestFactsCommute(t *testing.T) {
	p, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, _ := p.With(nil)
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 2, 2, 2, 0, 0, 0, time.UTC)
		var events []*recourse.Event
		for i := range rapid.IntRange(2, 8).Draw(t, "events") {
			typ := pick(t, []recourse.EventType{recourse.SupplierContacted, recourse.SupplierReplied, recourse.ParcelScanned, recourse.ParcelShipped}, "type")
			ev := &recourse.Event{Source: "test", ID: fmt.Sprint(i), Type: typ, Time: start.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hour")) * time.Hour)}
			ev.Order, ev.Purchase, ev.Parcel = "1001", "T-1", "P-1"
			ev.Status = pick(t, []recourse.ParcelStatus{recourse.InTransit, recourse.CustomsHold, recourse.CustomsReleased, recourse.Delivered}, "status")
			if typ == recourse.ParcelScanned {
				ev.Leg = pick(t, []recourse.Leg{recourse.Domestic, recourse.International}, "leg")
			}
			events = append(events, ev)
		}
		facts := func(order []int) string {
			d := decide.New(policy)
			f := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
			now := start.Add(41 * time.Hour)
			for _, ev := range []*recourse.Event{
				{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1001", Items: []recourse.Line{{Line: 1, Quantity: 1, Price: eur(1000)}}}},
				{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "1001", Purchase: "T-1", ShipBy: start.Add(9000 * time.Hour)}},
			} {
				f = d.Event(f, ev, now).File
			}
			for _, i := range order {
				f = d.Event(f, events[i], now).File
			}
			b, _ := json.Marshal([]any{f.Purchases, f.Parcels})
			return string(b)
		}
		var order []int
		for i := range events {
			order = append(order, i)
		}
		first := facts(order)
		shuffled := rapid.Permutation(order).Draw(t, "order")
		if got := facts(shuffled); got != first {
			t.Fatalf("learned in another order:\n%s\n%s", first, got)
		}
	})
}
