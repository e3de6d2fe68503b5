package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
	"recourse/web/view"
)

// What people of the merchant do beside a case: who looks after it, what they tell each other, when it may rest, what they
// write to others, and taking any of it back. All of it is told to the desk as a fact, with their name.

// workRoutes are the forms for it.
var workRoutes = []pageRoute{
	{pattern: "POST /cases/{case}/assign", access: access{page, account.Work}, serve: (*site).assign},
	{pattern: "POST /cases/{case}/snooze", access: access{page, account.Work}, serve: (*site).snooze},
	{pattern: "POST /cases/{case}/note", access: access{page, account.Work}, serve: (*site).note},
	{pattern: "POST /cases/{case}/message", access: access{page, account.Work}, serve: (*site).write},
	{pattern: "POST /cases/{case}/read", access: access{page, account.Work}, serve: (*site).markRead},
	{pattern: "POST /cases/{case}/undo", access: access{page, account.Work}, serve: (*site).undo},
	{pattern: "GET /mentions", access: access{page, account.Read}, serve: (*site).showMentions},
	{pattern: "POST /mentions", access: access{page, account.Read}, serve: (*site).seeMentions},
}

// calledMost is how far the notes that call somebody are counted, mentionsShown how many are shown at once.
const (
	calledMost    = 100
	mentionsShown = 50
)

// posted reads a form and the case that it is about; the reader's clock is the merchant's from here on.
func (v *visit) posted() (string, *desk.View, error) {
	id := v.r.PathValue("case")
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return id, nil, &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return id, nil, err
	}
	v.decider(d.Decider)
	return id, d, nil
}

// beside is a fact about a case that people keep beside it. It is held against no version: two notes at once are two notes.
func (v *visit) beside(id string, d *desk.View, kind recourse.EventType, data recourse.Data) desk.Fact {
	data.Case, data.Order = id, d.File.Order.ID
	return desk.Fact{By: v.who.Name, Event: recourse.Event{Source: deskSource, ID: v.r.PostForm.Get("once"), Type: kind, Data: data}}
}

// colleagues are the names of those who work for the merchant and may come in, the visitor's among them.
func (v *visit) colleagues() ([]string, error) {
	all, err := v.accounts.People(v.r.Context(), v.who.Merchant)
	if err != nil {
		return nil, err
	}
	return v.team(all), nil
}

// team are the names of those among some people who may look after a case, the visitor's among them.
func (v *visit) team(all []store.Person) (names []string) {
	for i := range all {
		p := &all[i]
		if p.DisabledAt.IsZero() && account.Role(p.Role).May(account.Work) {
			names = append(names, p.Name)
		}
	}
	if v.who.Role.May(account.Work) && !slices.Contains(names, v.who.Name) {
		names = append(names, v.who.Name)
	}
	return names
}

// assign says who looks after a case from now on, or nobody.
func (s *site) assign(v *visit) error {
	id, d, err := v.posted()
	if err != nil {
		return err
	}
	name := v.r.PostForm.Get("person")
	names, err := v.colleagues()
	if err != nil {
		return err
	}
	if name != "" && !slices.Contains(names, name) {
		return v.again(id, &recourse.Error{Kind: recourse.Invalid, Code: "colleague_unknown", Field: "person", Message: v.read.T("person_unknown", "name", name)})
	}
	return v.tell(id, v.beside(id, d, recourse.CaseAssigned, recourse.Data{Person: name}), "told_assigned")
}

// snooze lets a case rest until a morning, or wakes it.
func (s *site) snooze(v *visit) error {
	id, d, err := v.posted()
	if err != nil {
		return err
	}
	var data recourse.Data
	said := "told_woken"
	if until := v.r.PostForm.Get("until"); until != "wake" {
		said = "told_snoozed"
		if data.Due, err = v.read.SnoozeUntil(until, v.r.PostForm.Get("day")); err != nil {
			return v.again(id, err)
		}
	}
	return v.tell(id, v.beside(id, d, recourse.CaseSnoozed, data), said)
}

// note keeps words for colleagues.
func (s *site) note(v *visit) error {
	id, d, err := v.posted()
	if err != nil {
		return err
	}
	words := strings.TrimSpace(v.r.PostForm.Get("text"))
	if words == "" {
		return v.again(id, &recourse.Error{Kind: recourse.Invalid, Code: "words_empty", Field: "text", Message: v.read.T("words_empty")})
	}
	names, err := v.colleagues()
	if err != nil {
		return err
	}
	fact := v.beside(id, d, recourse.CaseNoted, recourse.Data{Text: words, Mentions: view.Mentioned(words, names)})
	return v.tell(id, fact, "told_noted")
}

// write sends words of one's own: shown first as they will be read, in the language of who reads them.
func (s *site) write(v *visit) error {
	id, d, err := v.posted()
	if err != nil {
		return err
	}
	to, words := recourse.Party(v.r.PostForm.Get("to")), strings.TrimSpace(v.r.PostForm.Get("text"))
	switch {
	case !slices.Contains(view.WritesTo, to):
		return v.again(id, &recourse.Error{Kind: recourse.Invalid, Code: "party_unknown", Field: "to", Message: v.read.T("party_unknown")})
	case words == "":
		return v.again(id, &recourse.Error{Kind: recourse.Invalid, Code: "words_empty", Field: "text", Message: v.read.T("words_empty")})
	}
	fact := v.beside(id, d, recourse.MessageWritten, recourse.Data{Text: strings.ReplaceAll(words, "\r\n", "\n"), To: to})
	switch v.r.PostForm.Get("step") {
	case "edit":
		v.typed = view.Typed{Key: "message", Values: v.r.PostForm}
		return v.caseAs(id, http.StatusOK, nil)
	case "send":
		return v.tell(id, fact, "told_written")
	}
	return v.confirmMessage(id, fact)
}

// confirmMessage shows a message as it will leave.
func (v *visit) confirmMessage(id string, fact desk.Fact) error {
	c := view.Confirm{Action: view.CasePath(id) + "/message", Title: v.read.T("confirm_message"), Step: "send"}
	d, err := v.preview(&c, id, fact)
	if err != nil {
		return v.again(id, err)
	}
	c.Message(v.read, d, fact.Event.To)
	for _, name := range []string{"to", "text", "once"} {
		c.Hidden = append(c.Hidden, view.Field{Name: name, Kind: view.FieldHidden, Value: v.r.PostForm.Get(name)})
	}
	return v.show(http.StatusOK, view.ConfirmPage(v.page(c.Title), c))
}

// markRead says that what came in needs no answer.
func (s *site) markRead(v *visit) error {
	id, d, err := v.posted()
	if err != nil {
		return err
	}
	return v.tell(id, v.beside(id, d, recourse.MessageRead, recourse.Data{}), "told_read")
}

// undo takes back what an entry of the history did, if that is still possible.
func (s *site) undo(v *visit) error {
	id, d, err := v.posted()
	if err != nil {
		return err
	}
	seq, _ := strconv.ParseInt(v.r.PostForm.Get("seq"), 10, 64)
	for i := range d.History {
		if d.History[i].Seq != seq {
			continue
		}
		u := view.UndoOf(v.read, d, &d.History[i], id)
		if u == nil {
			break
		}
		fact := desk.Fact{By: v.who.Name, Event: u.Event, Version: d.Version}
		fact.Event.ID = v.r.PostForm.Get("once")
		return v.tell(id, fact, "told_undone")
	}
	return v.again(id, &recourse.Error{Kind: recourse.Conflict, Code: "undo_late", Message: v.read.T("undo_late")})
}

// showMentions lists the notes that call the visitor.
func (s *site) showMentions(v *visit) error {
	var open, seen []store.Mention
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if open, err = tx.Mentions(v.who.Merchant, v.who.Name, false, mentionsShown); err != nil {
			return err
		}
		seen, err = tx.Mentions(v.who.Merchant, v.who.Name, true, mentionsShown-len(open))
		return err
	})
	if err != nil {
		return err
	}
	var list []view.Called
	for _, m := range slices.Concat(open, seen) {
		d, err := v.desk.History(v.r.Context(), m.Merchant, m.Order, m.Seq, 1)
		if err != nil {
			return err
		}
		if c, ok := v.read.Called(d, &m); ok {
			list = append(list, c)
		}
	}
	return v.show(http.StatusOK, view.MentionsPage(v.page(v.read.T("mentions")), list, len(open)))
}

// seeMentions notes that the visitor has seen some: those of one order up to an entry, or all.
func (s *site) seeMentions(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	order := v.r.PostFormValue("order")
	seq, _ := strconv.ParseInt(v.r.PostForm.Get("seq"), 10, 64)
	err := v.desk.Store().Write(v.r.Context(), func(tx *store.Tx) error {
		return tx.SeeMentions(v.who.Merchant, v.who.Name, order, seq, v.read.Now)
	})
	if err != nil {
		return err
	}
	return v.goOn("/mentions", "told_seen")
}
