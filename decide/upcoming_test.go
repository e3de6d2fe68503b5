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

// stepWords are steps in short: when, by which setting, what for.
func stepWords(steps []decide.Step) []string {
	var out []string
	for _, s := range steps {
		parts := []string{s.At.UTC().Format("01-02 15:04")}
		for _, w := range []string{s.Why.Arg("setting").Text, s.Why.Arg("from").Text, s.Window, s.Recovery, strings.Join(s.Do, "+")} {
			if w != "" {
				parts = append(parts, w)
			}
		}
		if s.Ask != nil {
			parts = append(parts, "ask "+string(s.Ask.Of)+" "+s.Ask.Question)
		}
		if s.To != "" {
			parts = append(parts, "→ "+s.To)
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

// TestUpcomingLate: a supplier who was urged is given up four days after the ship-by instant.
func TestUpcomingLate(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought())
	file = d.Due(file, day(5)).File
	steps := d.Upcoming(file, "1001-1")
	if got := stepWords(steps); !slices.Equal(got, []string{"03-09 02:00 late_shipment.give_up_after purchase.ship_by → late.given_up"}) {
		t.Fatalf("%q", got)
	}
	want := recourse.Deadline{Due: day(7), From: day(3), Days: 4}
	if got := steps[0].Deadline; !got.Due.Equal(want.Due) || !got.From.Equal(want.From) || got.Days != 4 || got.Country != "" {
		t.Errorf("%s", got)
	}
	if d.Upcoming(file, "1001-2") != nil {
		t.Error("something comes for a case that is none")
	}
	asked := about(recourse.SupplierContacted, func(x *recourse.Data) { x.Purchase = "T-1" })
	asked.Time = day(4.5)
	steps = d.Upcoming(d.Event(file, asked, day(5)).File, "1001-1")
	want2 := []string{"03-08 14:00 supplier.answer_within purchase.asked → silent.silent", "03-09 02:00 late_shipment.give_up_after purchase.ship_by → late.given_up"}
	if got := stepWords(steps); !slices.Equal(got, want2) || steps[0].Become != "supplier_unresponsive" {
		t.Errorf("%q", got)
	}
}

// TestUpcomingRecovery: when the buyer has the money, the merchant's is still chased, and the question about it is due.
func TestUpcomingRecovery(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought(), about(recourse.PurchaseOutOfStockNow, func(x *recourse.Data) { x.Purchase = "T-1" }), about(recourse.OffersFound, nil))
	want := []string{
		"03-04 02:00 merchant.answer_within ask merchant refund_waiting",
		"03-09 02:00 recovery.chase_every 1001-1/1 message agent recovery_chase+ask merchant recovery",
	}
	if got := stepWords(d.Upcoming(file, "1001-1")); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	file = d.Event(file, about(recourse.RefundSucceeded, nil), start).File
	file = d.Due(file, day(7)).File
	steps := d.Upcoming(file, "1001-1")
	want = []string{
		"03-11 02:00 1001-1/1 ask merchant recovery",
		"03-16 02:00 recovery.chase_every last 1001-1/1 message agent recovery_chase+ask merchant recovery",
	}
	if got := stepWords(steps); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	for i, want := range []string{"due 11 Mar 2026, 2 business days after 9 Mar in France", "due 16 Mar 2026, 7 days after 9 Mar"} {
		if got := steps[i].Deadline.String(); got != want {
			t.Errorf("%s", got)
		}
	}
	file = d.Event(file, about(recourse.RecoveryReceivedNow, nil), day(8)).File
	if steps := d.Upcoming(file, "1001-1"); len(steps) > 0 {
		t.Errorf("all is over, and %q comes", stepWords(steps))
	}
}

// TestUpcomingBeats: a repetition that has passed beats over before its state was entered is explained from the last of
// them, and not from the anchor.
func TestUpcomingBeats(t *testing.T) {
	d := decide.New(policyOf(t, map[string]string{"evidence.required": "false", "claim.resolve_within": "3 days", "claim.chase_every": "2 days"}))
	file, _ := taken(d, start, placed(), bought(), about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International }),
		about(recourse.ProblemReported, func(x *recourse.Data) { x.Problem = "damaged_item" }), about(recourse.ClaimApprovedNow, nil))
	file = d.Event(file, chosen("1001-1", recourse.RemedyReplacement, recourse.PartyMerchant, false), day(6)).File
	steps := d.Upcoming(file, "1001-1")
	i := slices.IndexFunc(steps, func(s decide.Step) bool { return s.Ask == nil && s.Recovery == "" })
	if i < 0 || !steps[i].At.Equal(day(7)) || steps[i].Deadline.String() != "due 9 Mar 2026, 2 days after 7 Mar" {
		t.Errorf("%q: %+v", stepWords(steps), steps)
	}
}

// TestUpcomingClaim: a claim that was filed is answered within ten to thirty business days in China, holidays named.
func TestUpcomingClaim(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	filed := time.Date(2026, 2, 10, 2, 0, 0, 0, time.UTC)
	buy := bought()
	buy.ShipBy = filed
	file, _ := taken(d, filed, placed(), buy, about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International }),
		about(recourse.ProblemReported, func(x *recourse.Data) { x.Problem = "damaged_item" }), about(recourse.EvidenceReceived, nil))
	steps := d.Upcoming(file, "1001-1")
	want := []string{
		"03-02 02:00 claim.expect_after earliest",
		"03-30 02:00 claim.verify_within message agent verification_overdue+message merchant verification_overdue+ask merchant verification",
	}
	if got := stepWords(steps); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	for i, want := range []string{
		"due 2 Mar 2026, 10 business days after 10 Feb in China: 14 Feb worked, 15–23 Feb holiday, 28 Feb worked",
		"due 30 Mar 2026, 30 business days after 10 Feb in China: 14 Feb worked, 15–23 Feb holiday, 28 Feb worked",
	} {
		if got := steps[i].Deadline.String(); got != want {
			t.Errorf("%s", got)
		}
	}
}

// TestUpcomingLeavesOut what will not come: a time whose condition fails, a bound that is over or was told to nobody, and
// durations that a message names and that are no dates.
func TestUpcomingLeavesOut(t *testing.T) {
	shipped := about(recourse.ParcelShipped, func(x *recourse.Data) { x.Purchase, x.Parcel, x.Leg = "T-1", "P-1", recourse.International })
	problem := func(kind string) *recourse.Event {
		return about(recourse.ProblemReported, func(x *recourse.Data) { x.Problem = kind })
	}
	verify := "claim.verify_within message agent verification_overdue+message merchant verification_overdue+ask merchant verification"
	urged := shop(t, "paths: {late: {states: {urged: {after: [{in: 1 day, if: case.shipped, go: shipped}, {in: 3 days, if: '!case.shipped', go: given_up}]}}}}")
	if got := stepWords(late(t, urged, 5)); !slices.Equal(got, []string{"03-10 02:00 → late.given_up"}) {
		t.Errorf("%q", got)
	}
	d := decide.New(policyOf(t, nil))
	file, _ := taken(d, start, placed(), bought(), shipped, problem("damaged_item"), about(recourse.EvidenceReceived, nil))
	if got := stepWords(d.Upcoming(d.Due(file, day(20)).File, "1001-1")); !slices.Equal(got, []string{"04-14 02:00 " + verify}) {
		t.Errorf("after ten business days: %q", got)
	}
	old := []*recourse.Event{problem("damaged_item"), about(recourse.EvidenceReceived, nil)}
	old[0].Time, old[1].Time = day(-15), day(-15)
	file, _ = taken(d, start, append([]*recourse.Event{placed(), bought(), shipped}, old...)...)
	if got := stepWords(d.Upcoming(file, "1001-1")); !slices.Equal(got, []string{"04-14 02:00 " + verify}) {
		t.Errorf("in silence: %q", got)
	}
	for _, p := range builtins() {
		if policy, err := p.With(nil); err == nil && p.Name == "dropship" {
			d = decide.New(policy)
		}
	}
	file, _ = taken(d, start, placed(), bought(), shipped, problem("not_received"))
	file = d.Event(file, about(recourse.ParcelScanned, func(x *recourse.Data) { x.Parcel, x.Status = "P-1", recourse.InTransit }), day(1)).File
	if got := stepWords(d.Upcoming(file, "1001-1")); !slices.Equal(got, []string{"03-18 02:00 lost.after parcel.scanned → not_received.silent"}) {
		t.Errorf("a parcel on its way: %q", got)
	}
}

// late is what comes for the first case of an order whose purchase is late, on some day.
func late(t *testing.T, policy *playbook.Policy, on float64) []decide.Step {
	t.Helper()
	d := decide.New(policy)
	file, _ := taken(d, start, placed(), bought())
	return d.Upcoming(d.Due(file, day(on)).File, "1001-1")
}

// TestUpcomingComes: what is said to come next comes, at its instant, for its reason.
func TestUpcomingComes(t *testing.T) {
	came := 0
	rapid.Check(t, func(t *rapid.T) {
		walk(t, func(d *decide.Decider, _ *recourse.OrderFile, _ *recourse.Event, got decide.Decision) {
			f, text := got.File, snapshot(got.File)
			for _, c := range f.Cases {
				steps := d.Upcoming(f, c.ID)
				checkOrder(t, d, f, c, steps)
				i := slices.IndexFunc(steps, func(s decide.Step) bool { return s.Ask == nil && s.Window == "" })
				if i < 0 || !steps[i].At.Equal(f.Due) || slices.ContainsFunc(steps[i+1:], func(s decide.Step) bool { return s.At.Equal(f.Due) && s.Ask == nil }) {
					continue // something else is due before, or at the same instant
				}
				came++
				next := d.Due(f, f.Due)
				acts := slices.ContainsFunc(next.Entries, func(e recourse.Entry) bool {
					return e.Case == c.ID && e.Why.Code == recourse.WhyDeadline && e.Why.Arg("setting") == steps[i].Why.Arg("setting") && e.Why.Arg("due").At.Equal(steps[i].At)
				})
				alone := !slices.ContainsFunc(f.Cases, func(o *recourse.Case) bool { return o != c && d.NextDeadline(f, o.ID).Equal(f.Due) })
				refused := slices.ContainsFunc(next.Entries, func(e recourse.Entry) bool { return e.Kind == recourse.EntryRefused })
				if !acts && alone && !c.Quiet && !refused {
					t.Fatalf("%s in %s: %+v did not come: %+v", c.ID, c.State, steps[i], next.Entries)
				}
			}
			if snapshot(f) != text {
				t.Fatal("looking changed the file")
			}
		})
	})
	if came < 100 {
		t.Errorf("%d times came: too few to tell", came)
	}
}

// checkOrder holds steps against each other, against their explanations and against the case's next deadline.
func checkOrder(t *rapid.T, d *decide.Decider, f *recourse.OrderFile, c *recourse.Case, steps []decide.Step) {
	var first, asked time.Time
	for i, s := range steps {
		if i > 0 && s.At.Before(steps[i-1].At) {
			t.Fatalf("%s comes before %s", s.At, steps[i-1].At)
		}
		if c.Status == recourse.Closed && s.Recovery == "" {
			t.Fatalf("%s is closed, and %+v comes", c.ID, s)
		}
		if !s.Deadline.Due.Equal(s.At) && !(s.Deadline.Due.Before(s.At) && s.At.Equal(c.EnteredAt)) {
			t.Fatalf("%s in %s: %s is explained by %s: %+v", c.ID, c.State, s.At, s.Deadline, s)
		}
		switch {
		case s.Recovery != "" || s.Window != "":
		case s.Ask != nil && asked.IsZero():
			asked = s.At
		case s.Ask == nil && first.IsZero():
			first = s.At
		}
	}
	if first.IsZero() {
		first = asked
	}
	if c.Status == recourse.Open && !d.NextDeadline(f, c.ID).Equal(first) {
		t.Fatalf("%s in %s: the next deadline is %s, and %s comes first", c.ID, c.State, d.NextDeadline(f, c.ID), first)
	}
}
