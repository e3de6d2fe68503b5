package desk_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/insight"
	"recourse/store"
)

// TestInsightsAreKept: a report is the same one while nothing has changed, and another as soon as a fact has come, news were put
// to their days, another desk has written, another question is asked, or the date of a question to the shop has passed.
func TestInsightsAreKept(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		bought := func(by *desk.Desk, order string) {
			t.Helper()
			for _, ev := range []recourse.Event{
				{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Items: []recourse.Line{{Line: 1, Title: "Vase", Quantity: 1}}}},
				{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "T-" + order, Supplier: "Kites"}},
			} {
				if _, err := by.Tell(t.Context(), shop, desk.Fact{Event: ev, By: "test"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		bought(d, "1")
		q := spanOf(march.AddDate(0, 0, -30), march.AddDate(0, 0, 60), march)
		first := report(t, d, q)
		same := func(what string, want bool, q insight.Query) *insight.Report {
			t.Helper()
			r := report(t, d, q)
			// What a report has of its own is its head; the lists are shared with the one that was kept.
			if is := &r.Weeks[0] == &first.Weeks[0]; is != want {
				t.Errorf("%s: the same report is %v, %v is wanted", what, is, want)
			}
			return r
		}
		same("nothing changed", true, q)
		later := q
		later.Now = q.Now.Add(time.Minute)
		if r := same("a minute later", true, later); !r.Query.Now.Equal(later.Now) {
			t.Errorf("the report says that it is of %s", r.Query.Now)
		}
		earlier := q
		earlier.Now = q.Now.Add(-time.Minute)
		same("a clock that went back", false, earlier)
		other := q
		other.Country = "FR"
		same("another question", false, other)

		first = report(t, d, q)
		bought(d, "2")
		if r := same("a fact came", false, q); len(r.Suppliers) != 1 || r.Suppliers[0].Purchases != 2 {
			t.Errorf("two purchases are %+v", r.Suppliers)
		}
		first = report(t, d, q)
		elsewhere := desk.New(d.Store(), c.now)
		defer elsewhere.Close()
		bought(elsewhere, "3")
		same("another desk was told", false, q)
		first = report(t, d, q)
		if err := elsewhere.RollInsights(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		same("news were put to their days", false, q)
	})
}

// TestInsightsStand: an open question counts as missed from its date on, though nobody has told anything.
func TestInsightsStand(t *testing.T) {
	c := &clock{at: march}
	d := open(t, t.TempDir()+"/stand.db", c.now)
	due := march.Add(48 * time.Hour)
	body := insight.Encode([]insight.Weighed{{Fact: insight.Fact{Kind: insight.Asked, At: due.Unix(), Situation: "late"}, Weight: 1}})
	if err := d.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.AddInsight(shop, body) }); err != nil {
		t.Fatal(err)
	}
	q := spanOf(march.AddDate(0, 0, -30), march.AddDate(0, 0, 60), march)
	for _, at := range []struct {
		now time.Time
		due int64
	}{{march, 0}, {due, 0}, {due.Add(time.Second), 1}, {due.Add(time.Hour), 1}, {march, 0}} {
		q.Now = at.now
		if r := report(t, d, q); r.Own.Due != at.due {
			t.Errorf("at %s %d questions have come to their date; %d have", at.now, r.Own.Due, at.due)
		}
	}
}
