package decide_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
)

// claims plays facts a day apart under dropship, and gives what can be claimed at the end.
func claims(t *testing.T, told ...recourse.Event) ([]recourse.ClaimUntil, time.Time) {
	t.Helper()
	book, err := playbook.Builtin("dropship")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	d, file, now := decide.New(policy), &recourse.OrderFile{}, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for i := range told {
		ev := told[i]
		ev.Order = "1"
		if err := ev.Check(); err != nil {
			t.Fatal(err)
		}
		file = d.Event(file, &ev, now).File
		now = now.AddDate(0, 0, 1)
	}
	return d.ClaimWindows(file), now.AddDate(0, 0, -1)
}

func tell(typ recourse.EventType, data recourse.Data) recourse.Event {
	return recourse.Event{Type: typ, Data: data}
}

var arrived = []recourse.Event{
	tell(recourse.OrderPlaced, recourse.Data{Items: []recourse.Line{{Line: 1, SKU: "A", Quantity: 1, Price: eur(1000)}, {Line: 2, SKU: "B", Quantity: 1, Price: eur(3000)}}, Paid: eur(4000)}),
	tell(recourse.PurchasePlacedEvent, recourse.Data{Purchase: "T-1", Supplier: "hangzhou", Cost: cny(8000)}),
	tell(recourse.ParcelShipped, recourse.Data{Parcel: "P-1", Leg: recourse.International}),
	tell(recourse.ParcelScanned, recourse.Data{Parcel: "P-1", Status: recourse.Delivered, Leg: recourse.International}),
}

func after(more ...recourse.Event) []recourse.Event {
	return append(append([]recourse.Event{}, arrived...), more...)
}

// TestClaimWindows: the playbook's setting counts from delivery, a window that was told counts in its place, the amount is the part
// of the cost, and a claim that was filed says when.
func TestClaimWindows(t *testing.T) {
	delivered := time.Date(2026, 3, 5, 10, 0, 0, 0, time.UTC)
	report := tell(recourse.ProblemReported, recourse.Data{Problem: "damaged_item", Lines: []recourse.Pieces{{Line: 1}}})
	got, _ := claims(t, after(report)...)
	if len(got) != 1 || !got[0].EndsAt.Equal(delivered.AddDate(0, 0, 15)) || !got[0].WarnAt.Equal(delivered.AddDate(0, 0, 10)) || got[0].Amount != cny(2000) || !got[0].FiledAt.IsZero() || got[0].Window.Rule != recourse.WindowOfPlaybook || got[0].Supplier != "hangzhou" || got[0].Parcel != "P-1" {
		t.Errorf("by the playbook: %+v", got)
	}
	told := tell(recourse.ClaimWindowSet, recourse.Data{Purchase: "T-1", Windows: []recourse.ClaimWindow{{From: recourse.WindowFromOrdered, Days: 30, WarnDays: 40}}})
	got, now := claims(t, after(report, told, tell(recourse.EvidenceReceived, recourse.Data{Kind: "photo"}))...)
	ordered := delivered.AddDate(0, 0, -2)
	if len(got) != 1 || !got[0].EndsAt.Equal(ordered.AddDate(0, 0, 30)) || !got[0].WarnAt.Equal(ordered) || !got[0].FiledAt.Equal(now) {
		t.Errorf("as it was told, filed %s: %+v", now, got)
	}
	if got, _ = claims(t, after(report, tell(recourse.ProblemWithdrawn, recourse.Data{}))...); len(got) != 0 {
		t.Errorf("a problem that was taken back: %+v", got)
	}
	if got, _ = claims(t, arrived...); len(got) != 0 {
		t.Errorf("goods without a problem: %+v", got)
	}
}

// TestClaimWindowsOfDispute: a bank is to be answered by its date, and an answer is one that came before it.
func TestClaimWindowsOfDispute(t *testing.T) {
	due := time.Date(2026, 3, 12, 10, 0, 0, 0, time.UTC)
	opened := tell(recourse.DisputeOpened, recourse.Data{Due: due, Amount: eur(4000)})
	got, _ := claims(t, after(opened)...)
	if len(got) != 1 || !got[0].Dispute || !got[0].EndsAt.Equal(due) || !got[0].WarnAt.Equal(due.AddDate(0, 0, -3)) || got[0].Amount != eur(4000) || !got[0].FiledAt.IsZero() {
		t.Errorf("it is opened: %+v", got)
	}
	got, now := claims(t, after(opened, tell(recourse.RemedyChosen, recourse.Data{Remedy: recourse.RemedyAppeal, By: recourse.PartyMerchant}))...)
	if len(got) != 1 || !got[0].FiledAt.Equal(now) {
		t.Errorf("it is answered at %s: %+v", now, got)
	}
	late := make([]recourse.Event, 9)
	for i := range late {
		late[i] = tell(recourse.ParcelScanned, recourse.Data{Parcel: "P-1", Status: recourse.Delivered, Leg: recourse.International})
	}
	if got, now = claims(t, after(append([]recourse.Event{opened}, late...)...)...); len(got) != 1 || !got[0].FiledAt.IsZero() || !now.After(due) {
		t.Errorf("its date passed by %s: %+v", now, got)
	}
}
