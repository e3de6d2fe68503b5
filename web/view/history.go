package view

import (
	"cmp"

	"recourse"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
)

// Event is something that happened and what followed from it.
type Event struct {
	At     Instant
	Title  string
	By     string
	Words  string // what somebody wrote
	Detail []Sum
	Lines  []Line
	Aside  bool // of the order, and nothing followed for this case
	Time   bool // no fact: a time was up

	Seq           int64
	Kind          EventKind
	Day, DayLabel string
	Clock         string   // the time of day
	Reasons       *Reasons // why the system did what followed; nil: nothing did
	Undo          *Undo    // how it is taken back; nil: it cannot be
	Quoted        bool     // the words are a message's or a note's, and are the point of it
}

// Line is one thing that followed.
type Line struct {
	Kind recourse.EntryKind
	Text string
	Why  string // where it is not what the title says
}

// history tells a case's history, or the whole order's where no case is given: newest first.
func (r Reader) history(v *desk.View, id string) (out []Event) {
	names := map[string]string{}
	for i := range v.Effects {
		names[v.Effects[i].ID] = r.Language.Effect(v.Effects[i].Effect)
	}
	for i := len(v.History) - 1; i >= 0; i-- {
		if e, ok := r.happened(v, &v.History[i], id, names); ok {
			if id != "" {
				e.Undo = UndoOf(r, v, &v.History[i], id)
			}
			out = append(out, e)
		}
	}
	return out
}

// teller is the one who told something, by name. Buyers' own names stand with the order alone.
func (r Reader) teller(by string) string {
	if by == string(recourse.PartyBuyer) {
		return r.Party(recourse.PartyBuyer)
	}
	return by
}

// happened tells one decision. What concerns other cases alone is left out.
func (r Reader) happened(v *desk.View, h *store.Entry, id string, acts map[string]string) (Event, bool) {
	e := Event{At: r.Past(h.At), By: r.teller(h.By), Time: h.Event == nil, Seq: h.Seq, Kind: kindOf(h.Event), Clock: r.Clock(h.At)}
	e.DayLabel, e.Day = r.dayOf(h)
	others := false
	for _, n := range h.Entries {
		if id != "" && n.Case != "" && n.Case != id {
			others = true
			continue
		}
		if l, ok := r.line(n, h, acts); ok {
			e.Lines = append(e.Lines, l)
		}
	}
	if h.Event == nil {
		e.Title = r.T("time_came")
		for _, n := range h.Entries {
			if (id == "" || n.Case == id) && n.Why.Code != recourse.WhyFacts {
				e.Title = r.why(n.Why)
				break
			}
		}
	} else {
		r.fact(&e, h.Event, acts)
	}
	if len(e.Lines) == 0 {
		e.Aside = e.Kind != KindPeople && e.Kind != KindMessage
		return e, !others && h.Event != nil
	}
	e.tidy()
	e.Reasons = r.reasons(v, h, id)
	return e, true
}

// tidy leaves out reasons that the title has given already and those that the line before has, and of several states
// that a case went through at once all but the last, which comes to stand at the end.
func (e *Event) tidy() {
	last := -1
	for i := range e.Lines {
		if e.Lines[i].Kind == recourse.EntryMoved {
			last = i
		}
	}
	var lines []Line
	said := e.Title
	for i, l := range e.Lines {
		if l.Kind == recourse.EntryMoved {
			continue
		}
		if l.Why == said {
			l.Why = ""
		}
		said = cmp.Or(l.Why, said)
		lines = append(lines, e.Lines[i])
		lines[len(lines)-1].Why = l.Why
	}
	if last >= 0 {
		l := e.Lines[last]
		l.Why = ""
		lines = append(lines, l)
	}
	e.Lines = lines
}

// why is a reason as the desk tells it. That a rule of the playbook led on is said so: its condition is for those who
// write playbooks.
func (r Reader) why(w recourse.Why) string {
	if w.Code != recourse.WhyFacts {
		return r.Why(w)
	}
	if w.Arg("condition").Text == "" {
		return ""
	}
	return r.T("by_rule")
}

// line tells one entry. Of a fact that was taken in and moved nothing, the title says all.
func (r Reader) line(n recourse.Entry, h *store.Entry, acts map[string]string) (Line, bool) {
	l := Line{Kind: n.Kind, Why: r.why(n.Why)}
	if n.Why.Code == recourse.WhyEvent {
		l.Why = ""
	}
	plain := n
	plain.Why = recourse.Why{}
	l.Text = r.Entry(plain, nil)
	switch n.Kind {
	case recourse.EntryNoted:
		if n.Why.Code == recourse.WhyNoted && h.Event != nil {
			return l, false
		}
		l.Text, l.Why = l.Why, ""
	case recourse.EntryDid:
		if what := acts[n.Effect]; what != "" {
			l.Text = what
		}
	}
	return l, l.Text != ""
}

// fact tells what an event said.
func (r Reader) fact(e *Event, ev *recourse.Event, acts map[string]string) {
	e.Title = r.Language.Event(ev.Type)
	if ev.Remedy != "" {
		e.Title = r.T("chosen", "remedy", r.Choice(string(ev.Remedy)), "party", r.Party(ev.By))
	}
	if what := acts[ev.Effect]; what != "" {
		e.Detail = append(e.Detail, Sum{"", what})
	}
	if ev.Status != "" {
		e.Title = r.T("scan", "status", r.Language.Parcel(ev.Status))
	}
	for _, s := range []Sum{
		{r.T("amount"), r.Money(ev.Amount)}, {r.T("supplier"), ev.Supplier}, {r.T("purchase"), ev.Purchase}, {r.T("parcel"), ev.Parcel},
		{r.T("place"), ev.Place}, {r.T("problem"), r.problem(ev.Problem)},
	} {
		if s.Amount != "" {
			e.Detail = append(e.Detail, s)
		}
	}
	e.Detail = append(e.Detail, r.toldWindows(ev)...)
	e.Words = ev.Text
	e.ofDesk(r, ev)
	if ev.Reason != "" {
		e.Words = ev.Reason
	}
}

// ofDesk tells what people did among themselves: to whom a case went, until when it sleeps, whom they wrote to.
func (e *Event) ofDesk(r Reader, ev *recourse.Event) {
	switch ev.Type {
	case recourse.CaseAssigned:
		e.Title = r.T("assigned_nobody")
		if ev.Person != "" {
			e.Title = r.T("assigned_to", "name", ev.Person)
		}
	case recourse.CaseSnoozed:
		e.Title = r.T("woken")
		if !ev.Due.IsZero() {
			e.Title = r.T("snoozed_until", "time", r.MomentZone(ev.Due))
		}
	case recourse.CaseNoted:
		e.Title, e.Quoted = r.T("noted"), true
	case recourse.MessageWritten:
		e.Title, e.Quoted = r.T("wrote_to", "party", r.Party(cmp.Or(ev.To, recourse.PartyBuyer))), true
	case recourse.MessageReceived:
		e.Title, e.Quoted = r.T("wrote_in", "party", sentence(r.Party(cmp.Or(ev.By, recourse.PartyBuyer)))), true
	case recourse.MessageBounced:
		e.Title = r.T("bounced")
	case recourse.EffectApproved:
		if ev.Text != "" {
			e.Title = r.T("approved_edited")
			e.Words, _ = text.Opened(ev.Text) // the words stand among the messages
		}
	}
}

func (r Reader) problem(name string) string {
	if name == "" {
		return ""
	}
	return r.Language.Situation(recourse.Situation(name))
}
