package decide

import (
	"cmp"
	"time"

	"recourse"
)

// This file takes what people write to each other about a case and how they divide the work. None of it moves a case:
// a note is no news of the goods, and a case that one person snoozes goes on by its deadlines all the same.

// ofDesk keeps what was told of the desk's work, with the case that it names; what came in without a name belongs to the
// newest open case, else to the newest of all.
func (w *work) ofDesk() {
	i := w.caseOfDesk()
	if i < 0 {
		w.noteEvent("", recourse.WhyNoted)
		return
	}
	c := w.caseAt(i)
	switch w.ev.Type {
	case recourse.CaseAssigned:
		c.Assignee = w.ev.Person
	case recourse.CaseSnoozed:
		c.SnoozedUntil = w.ev.Due
	case recourse.MessageReceived, recourse.MessageBounced:
		c.Unread++
		c.SnoozedUntil = time.Time{}
	case recourse.MessageRead:
		c.Unread = 0
	case recourse.MessageWritten:
		c.Unread = 0
		w.write(c)
	}
	w.noteEvent(c.ID, recourse.WhyNoted)
}

// caseOfDesk is the place of the case that the fact in hand is about; -1: there is none.
func (w *work) caseOfDesk() int {
	last := -1
	for i, c := range w.f.Cases {
		switch {
		case c.ID == w.ev.Case:
			return i
		case w.ev.Case != "":
		case last < 0, c.Status == recourse.Open, w.f.Cases[last].Status == recourse.Closed:
			last = i
		}
	}
	return last
}

// TemplateWritten is the template of words that a person wrote: it has a greeting's place and theirs.
const TemplateWritten = "written"

// write decides the act that sends what a person wrote. Who writes it has agreed that it leaves.
//
// A case that is quiet sends nothing by itself, but this is a person who speaks.
func (w *work) write(c *recourse.Case) {
	c.Quiet = false
	to := w.ev.To
	if to == "" {
		to = recourse.PartyBuyer
	}
	w.emit(c, recourse.Effect{Kind: recourse.EffectMessage, To: to, Template: TemplateWritten, Purchase: cmp.Or(w.ev.Purchase, c.Purchase), Parcel: c.Parcel, Approval: recourse.ApprovalGiven,
		Variables: []recourse.Arg{{Name: "text", Text: w.ev.Text}}, Why: w.whyEvent(recourse.WhyEvent)})
}
