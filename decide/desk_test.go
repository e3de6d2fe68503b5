package decide_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/decide"
)

// TestDesk lets people work on a case: who looks after it, what they note and write, until when it sleeps.
func TestDesk(t *testing.T) {
	d := decide.New(policyOf(t, nil))
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	file := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
	tell := func(ev recourse.Event) decide.Decision {
		t.Helper()
		now = now.Add(time.Minute)
		if err := ev.Check(); err != nil {
			t.Fatal(err)
		}
		out := d.Event(file, &ev, now)
		file = out.File
		return out
	}
	tell(*placed())
	tell(recourse.Event{Type: recourse.ProblemReported, Data: recourse.Data{Order: "1001", Problem: "damaged_item"}})
	id := file.Cases[0].ID
	was := *file.Cases[0]

	tell(recourse.Event{Type: recourse.CaseAssigned, Data: recourse.Data{Case: id, Person: "Mei"}})
	tell(recourse.Event{Type: recourse.CaseNoted, Data: recourse.Data{Case: id, Text: "call on Monday"}})
	tell(recourse.Event{Type: recourse.CaseSnoozed, Data: recourse.Data{Case: id, Due: now.Add(48 * time.Hour)}})
	c := file.Case(id)
	if c.Assignee != "Mei" || c.SnoozedUntil.IsZero() || c.State != was.State || c.Effects != was.Effects || c.Step != was.Step {
		t.Errorf("the case is %+v", c)
	}
	tell(recourse.Event{Type: recourse.MessageReceived, Data: recourse.Data{Order: "1001", Text: "any news?"}})
	if c = file.Case(id); c.Unread != 1 || !c.SnoozedUntil.IsZero() {
		t.Errorf("after a message unread is %d, snoozed until %s", c.Unread, c.SnoozedUntil)
	}
	out := tell(recourse.Event{Type: recourse.MessageWritten, Data: recourse.Data{Case: id, Text: "Soon."}})
	if len(out.Effects) != 1 || out.Effects[0].Template != decide.TemplateWritten || out.Effects[0].To != recourse.PartyBuyer || out.Effects[0].Approval != recourse.ApprovalGiven {
		t.Fatalf("it decided %+v", out.Effects)
	}
	if c = file.Case(id); c.Unread != 0 || c.State != was.State {
		t.Errorf("after an answer the case is %+v", c)
	}
	tell(recourse.Event{Type: recourse.CaseSnoozed, Data: recourse.Data{Case: id, Due: now.Add(48 * time.Hour)}})
	tell(recourse.Event{Type: recourse.EvidenceReceived, Data: recourse.Data{Order: "1001", Case: id, Kind: "photo", File: "ab"}})
	if c = file.Case(id); !c.SnoozedUntil.IsZero() {
		t.Errorf("something happened, and the case sleeps until %s", c.SnoozedUntil)
	}
	if out := tell(recourse.Event{Type: recourse.CaseNoted, Data: recourse.Data{Case: "1001-9", Order: "1001", Text: "x"}}); len(out.Effects) != 0 {
		t.Errorf("a note on no case did %+v", out.Effects)
	}
}

// TestDeskRefuses refuses what cannot be meant.
func TestDeskRefuses(t *testing.T) {
	for _, ev := range []recourse.Event{
		{Type: recourse.CaseNoted, Data: recourse.Data{Case: "1001-1", Text: "  "}},
		{Type: recourse.CaseAssigned, Data: recourse.Data{Person: "Mei"}},
		{Type: recourse.MessageWritten, Data: recourse.Data{Case: "1001-1", Text: "x", To: recourse.PartyMerchant}},
		{Type: recourse.CaseNoted, Data: recourse.Data{Case: "1001-1", Text: "x", Mentions: make([]string, 51)}},
	} {
		if ev.Check() == nil {
			t.Errorf("%s was taken: %+v", ev.Type, ev.Data)
		}
	}
}
