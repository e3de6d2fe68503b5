package view

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
)

// Uses says what a playbook does with its messages.
type Uses map[string]*Use

// Use is what a playbook does with one message.
type Use struct {
	To     []recourse.Party
	States []string // that send it, by their full names, each once
	Vars   []string // the values that it is given beside the facts
	Draft  bool     // somewhere it waits for a person to read it
}

// UsesOf are the uses of all messages of a playbook; the one that a person writes is among them, and the letters by which the
// agent is asked for its acts.
func UsesOf(p *playbook.Playbook) Uses {
	u := Uses{decide.TemplateWritten: {To: []recourse.Party{recourse.PartyBuyer, recourse.PartySupplier}, Vars: []string{"text"}}}
	for _, path := range p.Paths {
		for _, s := range path.States {
			u.take(p, s, s.Do)
			for _, list := range [][]*playbook.Transition{s.On, s.Choose, s.When} {
				for _, t := range list {
					u.take(p, s, t.Do)
				}
			}
			for _, t := range s.Timers {
				u.take(p, s, t.Do)
			}
		}
	}
	return u
}

func (u Uses) take(p *playbook.Playbook, s *playbook.State, acts []*playbook.Action) {
	for _, a := range acts {
		template, to := a.Template, a.Party
		if a.Verb != recourse.EffectMessage {
			if template, to = text.Request(a.Verb), recourse.PartyAgent; template == "" {
				continue
			}
		}
		use := u[template]
		if use == nil {
			use = &Use{}
			if t := p.Template(template); t != nil {
				for _, v := range t.Variables {
					use.Vars = append(use.Vars, v.Name)
				}
			}
			u[template] = use
		}
		if !slices.Contains(use.To, to) {
			use.To = append(use.To, to)
		}
		if !slices.Contains(use.States, s.Full) {
			use.States = append(use.States, s.Full)
		}
		use.Draft = use.Draft || a.Draft
	}
}

// Party is whom the message is written to first of all: the buyer, where they read it.
func (u *Use) Party() recourse.Party {
	switch {
	case u == nil || len(u.To) == 0 || slices.Contains(u.To, recourse.PartyBuyer):
		return recourse.PartyBuyer
	}
	return u.To[0]
}

// MessageList is the page of all messages.
type MessageList struct {
	Groups    []MessageGroup
	Parts     []MessageRow
	Languages []Link
	May       bool
}

// MessageGroup is the messages that one party reads.
type MessageGroup struct {
	Title string
	Rows  []MessageRow
}

// MessageRow is one message, or a part that several share.
type MessageRow struct {
	Name    string
	Href    string
	About   string
	Subject string // as it would be of an order that much is known of
	States  []string
	Draft   bool
	Sent    string // how often of late; "": never
	Langs   []MessageLang
}

// MessageLang is a message in one language.
type MessageLang struct {
	Label   string
	Title   string
	Href    string
	Own     bool // the merchant's own words
	Missing bool // another language steps in
}

// MessagePath is the page where a message is edited in a language.
func MessagePath(name string, lang text.Lang) string {
	return "/messages/" + url.PathEscape(name) + "?" + url.Values{"lang": {string(lang)}}.Encode()
}

// partPrefix stands before the name of a part in addresses, where messages have theirs.
const partPrefix = "part."

// Recent counts messages of late by their templates.
type Recent struct {
	Count  map[string]int
	Capped bool // no more were looked at
}

// RecentOf counts messages.
func RecentOf(said []store.Effect, looked int) Recent {
	r := Recent{Count: map[string]int{}, Capped: len(said) >= looked}
	for i := range said {
		r.Count[said[i].Template]++
	}
	return r
}

// parties are those who are written to, in the order of the page.
var parties = []recourse.Party{recourse.PartyBuyer, recourse.PartySupplier, recourse.PartyAgent, recourse.PartyCarrier, recourse.PartyMerchant}

// NewMessageList makes the page of all messages of a playbook.
func NewMessageList(r Reader, uses Uses, own map[text.Lang]text.Words, recent Recent, may bool) MessageList {
	m := MessageList{May: may}
	for _, party := range parties {
		g := MessageGroup{Title: r.T("messages_to", "party", r.Party(party))}
		for _, name := range slices.Sorted(maps.Keys(uses)) {
			if uses[name].Party() == party {
				g.Rows = append(g.Rows, r.message(name, uses[name], own, recent))
			}
		}
		if g.Rows != nil {
			m.Groups = append(m.Groups, g)
		}
	}
	for _, name := range r.Catalog().Parts() {
		about, _ := r.Of("about_part." + name)
		m.Parts = append(m.Parts, MessageRow{Name: name, Href: MessagePath(partPrefix+name, r.Lang()), About: sentence(cmp.Or(about, strings.ReplaceAll(name, "_", " "))), Langs: r.langsOf(partPrefix+name, own)})
	}
	return m
}

func (r Reader) message(name string, use *Use, own map[text.Lang]text.Words, recent Recent) MessageRow {
	row := MessageRow{Name: name, Href: MessagePath(name, r.Lang()), About: sentence(r.Language.Template(name)), Draft: use.Draft, Langs: r.langsOf(name, own)}
	row.Subject, _, _ = r.Message(name, r.Example(use.Party(), r.Now))
	row.States = r.states(use)
	if n := recent.Count[name]; n > 0 {
		row.Sent = r.Number(n)
		if recent.Capped {
			row.Sent = r.T("at_least", "n", row.Sent)
		}
	}
	return row
}

// states are the states that send a message, in words; several may have the same.
func (r Reader) states(use *Use) (out []string) {
	for _, s := range use.States {
		if w := r.State(s); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// langsOf says in which languages a message or a part is there.
func (r Reader) langsOf(name string, own map[text.Lang]text.Words) (out []MessageLang) {
	keys := KeysOf(name)
	for _, lang := range r.Catalog().Languages() {
		l := MessageLang{Label: string(lang), Title: r.NameOf(lang), Href: MessagePath(name, lang)}
		for _, key := range keys {
			_, has := r.Catalog().Own(lang, key)
			l.Missing = l.Missing || !has
			l.Own = l.Own || own[lang][key] != ""
		}
		out = append(out, l)
	}
	return out
}

// KeysOf are the keys of the texts of a message, or of a part.
func KeysOf(name string) []string {
	if strings.HasPrefix(name, partPrefix) {
		return []string{name}
	}
	return []string{"message." + name + ".subject", "message." + name + ".body"}
}

// IsPart says whether a name in an address is that of a part.
func IsPart(name string) bool { return strings.HasPrefix(name, partPrefix) }

// since is how long back «of late» goes.
const since = 90 * 24 * time.Hour

// Since is the instant from which messages are counted and shown as examples.
func (r Reader) Since() time.Time { return r.Now.Add(-since) }
