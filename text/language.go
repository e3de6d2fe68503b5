package text

import (
	"strings"
	"text/template"
	"time"

	"recourse"

	"golang.org/x/text/language"
)

// Language speaks one language of a catalog. It is immutable and may be shared.
//
// The chain that next makes is walked for each key by itself: a file with three keys changes three
// phrases, and all the rest is as it was. English ends every chain and has every key.
//
// The messages are not copied along: one that a language does not have is written by the next,
// whole, with the numbers and dates of that one, so that no letter is in two languages.
type Language struct {
	lang     Lang
	tag      language.Tag
	own      map[string]phrase
	next     *Language          // asked for what is not in own; nil for English
	set      *template.Template // own messages, and the parts that they share
	messages map[string]bool    // names of own messages
	zone     *time.Location     // that times are told in; nil: each in its own
	catalog  *Catalog
}

// Lang is the language's name.
func (l *Language) Lang() Lang { return l.lang }

// Other is the language of the same catalog that [Catalog.Match] finds, on the same clock: that of the one to whom a reader
// writes.
func (l *Language) Other(bcp47 string) *Language { return l.catalog.In(bcp47).At(l.zone) }

// Catalog is the catalog that the language belongs to.
func (l *Language) Catalog() *Catalog { return l.catalog }

// At speaks the same language and tells times of day as clocks show them in that zone. The days of a [recourse.Deadline]
// stay those of its calendar.
func (l *Language) At(zone *time.Location) *Language {
	local := *l
	local.zone = zone
	return &local
}

// local is t on the reader's clock.
func (l *Language) local(t time.Time) time.Time {
	if l.zone == nil {
		return t
	}
	return t.In(l.zone)
}

// find is the text of the first of the keys that the language has, else of the first that the next has.
//
// The order matters: a general phrase in the reader's own language goes before an exact one in
// another.
func (l *Language) find(keys ...string) (string, bool) {
	for ; l != nil; l = l.next {
		for _, key := range keys {
			if p, ok := l.own[key]; ok {
				return p.text, true
			}
		}
	}
	return "", false
}

// get is find for a key that is in every program.
func (l *Language) get(keys ...string) string {
	s, _ := l.find(keys...)
	return s
}

// values are what a sentence names.
type values map[string]string

// say fills in the sentence of a key. Where something that it names is empty, the sentence for that case is taken,
// if there is one: its key ends in _bare.
//
// So "the supplier {supplier} does not answer" has beside it "the supplier does not answer", and
// nobody reads a sentence with a hole in it.
func (l *Language) say(key string, v values) string {
	s, ok := l.find(key)
	if !ok {
		return ""
	}
	for _, name := range placeholders(s) {
		if v[name] == "" {
			if bare, ok := l.find(key + "_bare"); ok {
				s = bare
			}
			break
		}
	}
	return fill(s, v)
}

// fill puts values where a sentence names them. Values are not looked into, so that braces in a stranger's text
// stay what they are.
func fill(s string, v values) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, rest, ok := strings.Cut(after, "}")
		value, known := v[name]
		if !ok || !known {
			b.WriteByte('{')
			s = after
			continue
		}
		b.WriteString(value)
		s = rest
	}
}

// label is the word for a name of the given section; a name without a word is shown as it is, its underscores as
// spaces.
//
// A playbook of a merchant's own may name situations and states that no file has a word for:
// "gift_wrap_torn" then reads "gift wrap torn", which is better than nothing and shows which word is
// wanted.
func (l *Language) label(section, name string) string {
	if s, ok := l.find(section + "." + name); ok {
		return s
	}
	return bare(name)
}

// bare is a name made readable.
func bare(name string) string {
	return recourse.Shorten(strings.ReplaceAll(name, "_", " "), 120)
}

// Situation is the word for a kind of trouble.
func (l *Language) Situation(s recourse.Situation) string { return l.label("situation", string(s)) }

// Outcome is the word for how a case ended.
func (l *Language) Outcome(o recourse.Outcome) string { return l.label("outcome", string(o)) }

// Status is the word for whether a case is still worked on.
func (l *Language) Status(s recourse.CaseStatus) string { return l.label("status", string(s)) }

// State is a short phrase for a state of a playbook, named path.state.
func (l *Language) State(full string) string { return l.label("state", full) }

// Refund is the word for how a refund stands.
func (l *Language) Refund(s recourse.RefundStatus) string { return l.label("refund", string(s)) }

// Recovery is the word for how a recovery stands.
func (l *Language) Recovery(s recourse.RecoveryStatus) string { return l.label("recovery", string(s)) }

// Parcel is the word for what a checkpoint says.
func (l *Language) Parcel(s recourse.ParcelStatus) string { return l.label("parcel", string(s)) }

// Leg is the word for the stretch of the way that a parcel is on.
func (l *Language) Leg(leg recourse.Leg) string { return l.label("leg", string(leg)) }

// Party is the word for one of those involved.
func (l *Language) Party(p recourse.Party) string { return l.label("party", string(p)) }

// Question is what a person is asked, as a sentence.
func (l *Language) Question(name string) string { return l.label("question", name) }

// Choice is what stands on the button of an answer. Of a question that names cases, the answer is the case's number.
func (l *Language) Choice(name string) string { return l.label("choice", name) }

// Event says what happened, as a sentence without its full stop.
func (l *Language) Event(t recourse.EventType) string { return l.label("event", string(t)) }

// EffectKind is a few words for a kind of act.
func (l *Language) EffectKind(k recourse.EffectKind) string { return l.label("effect", string(k)) }

// Template is a few words for what a message is about.
func (l *Language) Template(name string) string {
	if s, ok := l.find("message." + name + ".about"); ok {
		return s
	}
	return bare(name)
}
