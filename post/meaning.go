package post

import (
	"cmp"
	"strings"

	"recourse"
	"recourse/intake"
	"recourse/intake/agent"
)

// meaning is what a letter tells, once it is known whose it is.
func (o *Office) meaning(c *recourse.Connection, f *finding, m intake.Meaning) (intake.Meaning, error) {
	l := f.letter
	m.Order, m.Note = f.order, f.note
	if f.agent != nil {
		return o.ofAgent(f, c, m)
	}
	switch {
	case l.Auto != "":
		m.Note = l.Auto
		return m, nil
	case f.order == "":
		m.Note = cmp.Or(f.note, NoteNoOrder)
		return m, nil
	}
	if l.Forged {
		m.Note = NoteForged
	}
	if l.Left > 0 {
		m.Note = cmp.Or(m.Note, NoteFiles)
	}
	text := said(l)
	if f.party == recourse.PartySupplier {
		m.Events = append(m.Events, o.replied(c, f, text))
	}
	m.Events = append(m.Events, o.received(c, f, text))
	m.Files = filesOf(f)
	return m, nil
}

// said is what a letter says; one that only brings files says what it is called.
func said(l *intake.Mail) string { return cmp.Or(strings.TrimSpace(l.Text), l.Subject, "…") }

// received is the fact that words came in.
func (o *Office) received(c *recourse.Connection, f *finding, text string) recourse.Event {
	return recourse.Event{Source: c.ID, ID: "mail:" + f.letter.Key, Type: recourse.MessageReceived, Time: f.letter.At, Data: recourse.Data{Order: f.order, Case: f.cas, Text: text, By: f.party}}
}

// replied is the fact that a supplier answered, about the purchase that was asked about, else the first of theirs.
func (o *Office) replied(c *recourse.Connection, f *finding, text string) recourse.Event {
	purchase := ""
	if k := f.file.Case(f.cas); k != nil {
		purchase = k.Purchase
		if p := f.file.PurchaseOf(k); purchase == "" && p != nil {
			purchase = p.ID
		}
	}
	if purchase == "" && len(f.file.Purchases) > 0 {
		purchase = f.file.Purchases[0].ID
	}
	return recourse.Event{Source: c.ID, ID: "mail:" + f.letter.Key + ":reply", Type: recourse.SupplierReplied, Time: f.letter.At, Data: recourse.Data{Order: f.order, Case: f.cas, Purchase: purchase, Text: text}}
}

// ofAgent is what the agent writes: facts, where one of its patterns fits, and words for a person to read where it is
// about a case.
func (o *Office) ofAgent(f *finding, c *recourse.Connection, m intake.Meaning) (intake.Meaning, error) {
	l := f.letter
	f.party = recourse.PartyAgent
	if l.Auto == "loop" {
		m.Note = l.Auto
		return m, nil
	}
	whole := l.Whole
	if f.sure && f.cas != "" { // an answer without our words below it names no case, and the thread does
		whole += "\n\nOur reference: " + f.cas + "\n"
	}
	events, note, err := f.agent.Match(l.From, l.Subject, whole, l.At)
	if err != nil {
		return m, err
	}
	if note != agent.NoteOther { // an address of its own that the merchant named
		m.Note = cmp.Or(note, m.Note)
	}
	for i := range events {
		e := &events[i]
		e.Source, e.ID = cmp.Or(e.Source, c.ID), cmp.Or(e.ID, "mail:"+l.Key+":"+string(e.Type))
		if e.Order == "" && e.Purchase == "" && e.Parcel == "" {
			e.Order, e.Case = f.order, f.cas
		}
		m.Order = cmp.Or(m.Order, e.Order)
	}
	m.Events = append(m.Events, events...)
	switch {
	case l.Auto == "auto_reply" && len(m.Events) == 0 && autoSaid(l):
		m.Note = NoteAuto
	case f.order != "":
		m.Events, m.Files = append(m.Events, o.received(c, f, said(l))), filesOf(f)
	case len(m.Events) == 0:
		m.Note = cmp.Or(m.Note, NoteNoOrder)
	}
	return m, nil
}

// autoSaid says that a letter of the agent's is an answer of a program that only says that it came: one to a letter of
// ours. The agent's own programs write of their own accord.
func autoSaid(l *intake.Mail) bool { return len(l.Refs) > 0 }

// filesOf are a letter's files, with the order and the case that they are evidence for.
func filesOf(f *finding) []intake.File {
	files := f.letter.Files
	for i := range files {
		files[i].Order, files[i].Case, files[i].By = f.order, f.cas, f.party
	}
	return files
}
