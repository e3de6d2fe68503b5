package view

import (
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/desk"
	"recourse/playbook"
	"recourse/store"
)

// Timeline is a history by days, the newest first, with the kinds of what happened.
type Timeline struct {
	Days  []Day
	Kinds []KindCount
	Total int
}

// Day is what happened on one day of the shop's clock.
type Day struct {
	Label  string
	Stamp  string
	Events []Event
}

// KindCount is how much of a kind there is; each kind can be folded away.
type KindCount struct {
	Kind  EventKind
	Label string
	N     string
}

// EventKind groups what happens for people who look for one thing.
type EventKind string

// The kinds.
const (
	KindMessage  EventKind = "message"  // words that came in or went out
	KindTracking EventKind = "tracking" // scans
	KindRule     EventKind = "rule"     // the playbook's own steps: a time was up
	KindPeople   EventKind = "people"   // notes, assignments, choices, approvals
	KindMoney    EventKind = "money"    // refunds and recoveries
	KindNews     EventKind = "news"     // all other facts
)

// EventKinds lists them in the order in which they can be folded.
var EventKinds = []EventKind{KindMessage, KindTracking, KindRule, KindPeople, KindMoney, KindNews}

// kindOf is the kind of what an event tells; none: time has passed.
func kindOf(ev *recourse.Event) EventKind {
	if ev == nil {
		return KindRule
	}
	family, _, _ := strings.Cut(string(ev.Type), ".")
	switch {
	case family == "message":
		return KindMessage
	case family == "parcel":
		return KindTracking
	case family == "case" || family == "effect" || ev.Type == recourse.RemedyChosen:
		return KindPeople
	case family == "refund" || family == "recovery" || family == "dispute":
		return KindMoney
	}
	return KindNews
}

// timeline puts a history by days.
func (r Reader) timeline(events []Event) Timeline {
	t := Timeline{Total: len(events)}
	count := map[EventKind]int{}
	for i := range events {
		e := &events[i]
		count[e.Kind]++
		if n := len(t.Days); n == 0 || t.Days[n-1].Stamp != e.Day {
			t.Days = append(t.Days, Day{Label: e.DayLabel, Stamp: e.Day})
		}
		d := &t.Days[len(t.Days)-1]
		d.Events = append(d.Events, *e)
	}
	for _, k := range EventKinds {
		if count[k] > 0 {
			t.Kinds = append(t.Kinds, KindCount{k, r.T("kind_of_" + string(k)), r.Number(count[k])})
		}
	}
	return t
}

// dayOf names a day: today and yesterday in words.
func (r Reader) dayOf(h *store.Entry) (label, stamp string) {
	day := recourse.DateOf(r.Local(h.At))
	label = r.Day(day)
	switch -r.daysTo(h.At) {
	case 0:
		label = r.T("today") + " · " + label
	case 1:
		label = r.T("yesterday") + " · " + label
	}
	return label, day.String()
}

// Reasons are why the system did what it did: the rule in words, and what it looked at.
type Reasons struct {
	Rules    []Rule
	Playbook string // its name and version
	Calendar string // by which the days of a deadline were counted
}

// Rule is one reason.
type Rule struct {
	Text      string // in words
	Condition string // as the playbook writes it
	Named     []Sum  // the named conditions in it, explained
	Since     string // the instant that was counted from
	Due       string
	Setting   string // where the length comes from
}

// reasons tells why of one decision, each reason once.
func (r Reader) reasons(v *desk.View, h *store.Entry, id string) *Reasons {
	out := &Reasons{}
	for _, n := range h.Entries {
		if id != "" && n.Case != "" && n.Case != id || n.Why.Code == "" || n.Why.Code == recourse.WhyNoted {
			continue
		}
		rule := r.rule(v, n.Case, n.Why)
		if !slices.ContainsFunc(out.Rules, func(o Rule) bool { return o.Text == rule.Text && o.Condition == rule.Condition }) {
			out.Rules = append(out.Rules, rule)
		}
		if p := pinnedOf(v, n.Case); p != nil && out.Playbook == "" {
			out.Playbook = r.T("why_version", "name", p.Name, "version", p.Hash[:min(8, len(p.Hash))])
		}
	}
	if len(out.Rules) == 0 {
		return nil
	}
	return out
}

// pinnedOf is the policy that a case is pinned to; that of new cases where there is no such case.
func pinnedOf(v *desk.View, id string) *playbook.Policy {
	if c := v.File.Case(id); c != nil {
		return policyOf(v, c)
	}
	return v.Decider.Policy
}

func (r Reader) rule(v *desk.View, id string, w recourse.Why) Rule {
	out := Rule{Text: r.Why(w), Condition: w.Arg("condition").Text, Setting: w.Arg("setting").Text}
	if w.Code == recourse.WhyFacts {
		out.Text = r.T("by_rule")
	}
	if at := w.Arg("since").At; !at.IsZero() {
		out.Since = r.MomentZone(at)
	}
	if at := w.Arg("due").At; !at.IsZero() {
		out.Due = r.MomentZone(at)
	}
	if p := pinnedOf(v, id); p != nil && out.Condition != "" {
		for _, named := range p.Conditions {
			if mentionsWord(out.Condition, named.Name) {
				out.Named = append(out.Named, Sum{named.Name, named.Source})
			}
		}
	}
	return out
}

// mentionsWord says whether a condition names another, and not a longer word.
func mentionsWord(condition, name string) bool {
	return slices.Contains(strings.FieldsFunc(condition, func(c rune) bool { return strings.ContainsRune(" ()!&|=<>'\"", c) }), name)
}

// Undo is how something that somebody did is taken back, as long as nothing has left the house by it.
type Undo struct {
	Seq   int64
	Label string
	Event recourse.Event // what is told to take it back
}

// UndoOf is how an entry of the history can be taken back now; nil where it cannot. What a message, an approval, an
// assignment or a sleep has changed is taken back only where nothing else has come upon it.
func UndoOf(r Reader, v *desk.View, h *store.Entry, id string) *Undo {
	if h.Event == nil {
		return nil
	}
	u := &Undo{Seq: h.Seq, Event: recourse.Event{Source: "desk", Data: recourse.Data{Order: v.File.Order.ID, Case: id}}}
	ok := false
	switch h.Event.Type {
	case recourse.EffectApproved:
		u.Label, ok = r.T("undo_approval"), u.recall(v, h.Event.Effect, h)
	case recourse.MessageWritten:
		u.Label, ok = r.T("undo_message"), len(h.Effects) == 1 && h.Event.Case == id && u.recall(v, h.Effects[0].ID, h)
	case recourse.CaseAssigned:
		before, last := toldBefore(v, h, id)
		u.Label, ok = r.T("undo_assignment"), last && h.Event.Person != personOf(before)
		u.Event.Type, u.Event.Person = recourse.CaseAssigned, personOf(before)
	case recourse.CaseSnoozed:
		before, last := toldBefore(v, h, id)
		c := v.File.Case(id)
		u.Label, ok = r.T("undo_snooze"), last && c != nil && c.SnoozedUntil.Equal(h.Event.Due) && h.Event.Due.After(r.Now)
		u.Event.Type = recourse.CaseSnoozed
		if before != nil && before.Due.After(r.Now) {
			u.Event.Due = before.Due
		}
	}
	if !ok {
		return nil
	}
	return u
}

// recall says whether an act still waits to be begun as this entry left it.
func (u *Undo) recall(v *desk.View, effect string, h *store.Entry) bool {
	u.Event.Type, u.Event.Effect = recourse.EffectRecalled, effect
	for i := range v.Effects {
		e := &v.Effects[i]
		if e.ID == effect {
			return e.Status == store.Pending && e.Effect.Approval == recourse.ApprovalGiven && !e.MovedAt.After(h.At)
		}
	}
	return false
}

// toldBefore is the fact of the same kind that was told of a case before an entry, and whether none was told after it.
func toldBefore(v *desk.View, h *store.Entry, id string) (before *recourse.Event, last bool) {
	last = h.Event.Case == id
	for i := range v.History {
		o := &v.History[i]
		if o.Event == nil || o.Event.Type != h.Event.Type || o.Event.Case != id {
			continue
		}
		switch {
		case o.Seq < h.Seq:
			before = o.Event
		case o.Seq > h.Seq:
			last = false
		}
	}
	return before, last
}

func personOf(ev *recourse.Event) string {
	if ev == nil {
		return ""
	}
	return ev.Person
}

// UndoNotice is the button that takes back what an entry of the history did; nil where it cannot be.
func (c *Case) UndoNotice(seq int64) *UndoForm {
	for _, d := range c.Past.Days {
		for _, e := range d.Events {
			if e.Undo != nil && e.Seq == seq {
				return c.undo(e.Undo)
			}
		}
	}
	return nil
}

func (c *Case) undo(u *Undo) *UndoForm {
	return &UndoForm{Path: CasePath(c.ID) + "/undo", Label: u.Label, Seq: u.Seq, Once: "undo-" + c.ID + "-" + strconv.FormatInt(u.Seq, 10) + "-" + strconv.FormatInt(c.Version, 10)}
}
