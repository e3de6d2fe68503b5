package text

import (
	"strconv"
	"strings"

	"recourse"
)

// Why says in a sentence why something was decided.
func (l *Language) Why(w recourse.Why) string {
	if w.Code == "" {
		return ""
	}
	v := values{"code": bare(string(w.Code))}
	for _, name := range whyNames {
		v[name] = ""
	}
	for _, a := range w.Args {
		v[a.Name] = l.argument(w.Code, a)
	}
	if _, ok := l.find("why." + string(w.Code)); !ok {
		return l.say("why.unknown", v)
	}
	return l.say("why."+string(w.Code), v)
}

// whyNames are the arguments that a reason may have. One that is left out counts as empty, so that the sentence
// for what is not known is taken.
var whyNames = []string{"event", "time", "after", "from", "to", "since", "due", "remedy", "by", "condition", "situation", "case", "line", "template", "state", "amount", "sum", "cost", "bound", "likeness", "least"}

// argument puts one argument of a reason into words. What its text is, is told by its name.
func (l *Language) argument(code recourse.WhyCode, a recourse.Arg) string {
	switch a.Name {
	case "event":
		return l.Event(recourse.EventType(a.Text))
	case "time", "since", "due":
		return l.Moment(a.At)
	case "after":
		return l.Duration(a.Text)
	case "line":
		return strconv.FormatInt(a.N, 10)
	case "amount", "sum", "cost", "more":
		return l.Money(a.Sum)
	case "likeness", "least":
		return l.number(a.N)
	case "bound":
		return l.Bound(a.Text)
	}
	if a.Text == "" {
		return ""
	}
	switch a.Name {
	case "from":
		if code == recourse.WhyBecame {
			return l.Situation(recourse.Situation(a.Text))
		}
		return l.label("anchor", a.Text)
	case "to", "situation":
		return l.Situation(recourse.Situation(a.Text))
	case "remedy":
		return l.Choice(a.Text)
	case "by":
		return l.Party(recourse.Party(a.Text))
	case "template":
		return l.words(a.Text)
	case "state":
		return l.State(a.Text)
	}
	return recourse.Shorten(a.Text, longest)
}

// Bound is how much dearer something may be, as a setting has it: "5 %" or "10.00 CNY".
func (l *Language) Bound(text string) string {
	if percent, ok := strings.CutSuffix(text, " %"); ok {
		if n, err := strconv.ParseInt(percent, 10, 64); err == nil {
			return fill(l.get("desk.percent"), values{"n": l.number(n)})
		}
	}
	if m, err := recourse.ParseMoney(text); err == nil {
		return l.Money(m)
	}
	return text
}

// words names a message by what it is about, or a question by itself: both stand for something that was to be said.
func (l *Language) words(name string) string {
	if s, ok := l.find("message."+name+".about", "question."+name); ok {
		return s
	}
	return bare(name)
}

// Entry tells a line of an order's history: what happened, and why. The file says which case it is about, where the
// order has several; it may be nil.
func (l *Language) Entry(e recourse.Entry, file *recourse.OrderFile) string {
	what := l.say("entry."+string(e.Kind), values{"case": e.Case, "from": l.end(e.Kind, e.From), "to": l.end(e.Kind, e.To), "effect": l.EffectKind(recourse.EffectKind(e.To))})
	why := l.Why(e.Why)
	line := what
	switch {
	case what == "":
		line = why
	case why != "":
		line = fill(l.get("format.sentence"), values{"a": what, "b": why})
	}
	if e.Kind == recourse.EntryOpened || e.Kind == recourse.EntryReopened || file == nil || len(file.Cases) < 2 {
		return line
	}
	c := file.Case(e.Case)
	if c == nil {
		return line
	}
	return fill(l.get("entry.of"), values{"case": c.ID, "situation": l.Situation(c.Situation), "line": line})
}

// end is a word for where an entry of that kind came from or went to.
func (l *Language) end(kind recourse.EntryKind, name string) string {
	switch {
	case name == "":
		return ""
	case kind == recourse.EntryMoved:
		return l.State(name)
	case kind == recourse.EntryClosed:
		return l.Outcome(recourse.Outcome(name))
	}
	return l.Situation(recourse.Situation(name))
}

// Effect says what an act is going to do, for the person who approves it or looks back at it.
func (l *Language) Effect(e recourse.Effect) string {
	// A question is put to whom it is of; every other act has at most somebody whom it goes to.
	key, to := string(e.Kind), e.To
	if e.Draft {
		key = "draft"
	}
	if e.Kind == recourse.EffectAsk {
		to = e.Of
	}
	v := values{
		"to": l.label("to", string(to)), "template": l.Template(e.Template), "question": l.Question(e.Question), "amount": l.Money(e.Amount),
		"purchase": recourse.Shorten(e.Purchase, longest), "parcel": recourse.Shorten(e.Parcel, longest), "supplier": recourse.Shorten(e.Supplier, longest),
	}
	if s := l.say("act."+key, v); s != "" {
		return s
	}
	return bare(key)
}
