package view

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recourse/text"
)

// Languages is the page of the languages that the shop writes in.
type Languages struct {
	Rows    []LanguageRow
	Bases   []LanguageRow // that a new one can begin with
	Default text.Lang
	May     bool
	Version int64
}

// LanguageRow is one language.
type LanguageRow struct {
	Lang     text.Lang
	Name     string // in the reader's language
	Own      string // its own name
	Href     string
	Program  bool // it is the program's
	Base     string
	Groups   []LanguageGroup
	Changed  string // how many of its texts are the merchant's own
	Fallback bool   // it steps in for those that there are not
}

// LanguageGroup is how much of a part of a language is there.
type LanguageGroup struct {
	Name  string
	Title string
	Href  string
	Done  int
	All   int
	On    bool
}

// Percent is the part that is there, rounded down: a hundred means all.
func (g LanguageGroup) Percent() int {
	if g.All == 0 {
		return 100
	}
	return g.Done * 100 / g.All
}

// Groups of texts, in the order in which they are worth translating.
const (
	groupLetters = "letters" // what buyers and others are written
	groupFormats = "formats" // numbers, dates, money
	groupBuyer   = "buyer"   // the buyer's page
	groupNames   = "names"   // of situations, states, answers: what letters and pages call things
	groupDesk    = "desk"    // the desk's own pages
)

// LanguageGroups lists the groups.
var LanguageGroups = []string{groupLetters, groupFormats, groupBuyer, groupNames, groupDesk}

var groupOf = map[string]string{
	"message": groupLetters, "part": groupLetters,
	"language": groupFormats, "format": groupFormats, "month": groupFormats, "short_month": groupFormats, "money": groupFormats, "count": groupFormats, "duration": groupFormats, "place": groupFormats, "deadline": groupFormats,
	"buyer":     groupBuyer,
	"situation": groupNames, "outcome": groupNames, "status": groupNames, "state": groupNames, "refund": groupNames, "recovery": groupNames, "parcel": groupNames, "leg": groupNames, "party": groupNames, "to": groupNames,
	"question": groupNames, "choice": groupNames, "event": groupNames, "anchor": groupNames, "why": groupNames, "entry": groupNames, "effect": groupNames, "act": groupNames,
}

// groupOfKey is the group of a key.
func groupOfKey(key string) string {
	section, _, _ := strings.Cut(key, ".")
	return cmp.Or(groupOf[section], groupDesk)
}

// LanguagePath is the page of a language, of one of its groups.
func LanguagePath(lang text.Lang, group, show string) string {
	q := url.Values{}
	if group != "" {
		q.Set("group", group)
	}
	if show != "" {
		q.Set("show", show)
	}
	path := "/messages/languages/" + url.PathEscape(string(lang))
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// NewLanguages makes the page of all languages.
func NewLanguages(r Reader, program *text.Catalog, own map[text.Lang]text.Words, version int64, may bool) Languages {
	c := r.Catalog()
	m := Languages{May: may, Default: c.Default(), Version: version}
	for _, lang := range c.Languages() {
		m.Rows = append(m.Rows, r.language(program, own, lang, ""))
	}
	m.Bases = m.Rows
	return m
}

func (r Reader) language(program *text.Catalog, own map[text.Lang]text.Words, lang text.Lang, on string) LanguageRow {
	c := r.Catalog()
	l := c.In(string(lang))
	row := LanguageRow{Lang: lang, Name: sentence(r.NameOf(lang)), Own: l.Name(), Href: LanguagePath(lang, "", ""), Program: program.Has(lang), Groups: r.languageGroups(lang, on), Fallback: c.Default() == lang}
	if b := l.Base(); b != "" {
		row.Base = r.NameOf(b)
	}
	if n := len(own[lang]); n > 0 && program.Has(lang) {
		row.Changed = r.T("language_changed", "n", r.Number(n))
	}
	return row
}

// languageGroups count what is there of a language.
func (r Reader) languageGroups(lang text.Lang, on string) (out []LanguageGroup) {
	c := r.Catalog()
	done, all := map[string]int{}, map[string]int{}
	for _, key := range c.Keys(lang) {
		all[groupOfKey(key)]++
		if _, ok := c.Own(lang, key); ok {
			done[groupOfKey(key)]++
		}
	}
	for _, g := range LanguageGroups {
		if all[g] > 0 {
			out = append(out, LanguageGroup{Name: g, Title: r.T("group_" + g), Href: LanguagePath(lang, g, ""), Done: done[g], All: all[g], On: g == on})
		}
	}
	return out
}

// LanguagePage is the page where a language is translated.
type LanguagePage struct {
	LanguageRow
	Group    string
	Show     string // "": what is still to be translated; all; own
	Shows    []Link
	Fields   []Phrase
	Messages []MessageRow // of the letters: they have an editor of their own
	More     string       // the next page; "": there is none
	Count    int
	May      bool
	Version  int64
	Faults   []TextFault
	Action   string
	File     string
	Base     string
}

// Phrase is one text to be translated.
type Phrase struct {
	Key    string
	Number int // of the field on the page
	From   string
	Text   string
	Rows   int
	Fault  *TextFault
	Own    bool
}

// LanguageView says what of a language is to be shown.
type LanguageView struct {
	Lang    text.Lang
	Group   string
	Show    string
	After   string            // the last key of the page before
	Form    map[string]string // what stands in the form
	Faults  []TextFault
	Version int64
	May     bool
}

// mostPhrases is how many texts a page has.
const mostPhrases = 40

// NewLanguagePage makes the page where a language is translated.
func NewLanguagePage(r Reader, program *text.Catalog, own map[text.Lang]text.Words, in LanguageView) LanguagePage {
	if !slices.Contains(LanguageGroups, in.Group) {
		in.Group = groupLetters
	}
	p := LanguagePage{LanguageRow: r.language(program, own, in.Lang, in.Group), Group: in.Group, Show: in.Show, May: in.May, Version: in.Version, Faults: in.Faults}
	p.Action, p.File = "/messages/languages/"+url.PathEscape(string(in.Lang))+"/texts?"+url.Values{"group": {in.Group}, "show": {in.Show}}.Encode(), "/messages/languages/"+url.PathEscape(string(in.Lang))+"/file"
	for _, s := range []string{"", "all", "own"} {
		p.Shows = append(p.Shows, Link{Label: r.T("show_" + cmp.Or(s, "todo")), Href: LanguagePath(in.Lang, in.Group, s), On: s == in.Show})
	}
	c := r.Catalog()
	base := c.In(string(in.Lang)).Base()
	p.Base = r.NameOf(cmp.Or(base, text.English))
	var keys []string
	for _, key := range c.Keys(in.Lang) {
		if groupOfKey(key) == in.Group && in.shows(c, own, key) {
			keys = append(keys, key)
		}
	}
	p.Count = len(keys)
	if in.Group == groupLetters {
		p.Messages = r.lettersOf(in.Lang, own, keys)
		return p
	}
	p.fields(r, own, in, cmp.Or(base, text.English), keys)
	return p
}

// shows says whether a key is among those that were asked for.
func (in LanguageView) shows(c *text.Catalog, own map[text.Lang]text.Words, key string) bool {
	_, has := c.Own(in.Lang, key)
	switch in.Show {
	case "all":
		return true
	case "own":
		return own[in.Lang][key] != ""
	}
	_, typed := in.Form[key]
	return !has || typed
}

// lettersOf are the messages and parts that some keys belong to.
func (r Reader) lettersOf(lang text.Lang, own map[text.Lang]text.Words, keys []string) (out []MessageRow) {
	seen := map[string]bool{}
	for _, key := range keys {
		name := key
		if rest, ok := strings.CutPrefix(key, "message."); ok {
			name, _, _ = strings.Cut(rest, ".")
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		about := r.Language.Template(name)
		if IsPart(name) {
			about, _ = r.Of("about_part." + strings.TrimPrefix(name, partPrefix))
		}
		out = append(out, MessageRow{Name: name, Href: MessagePath(name, lang), About: sentence(about), Langs: slices.DeleteFunc(r.langsOf(name, own), func(l MessageLang) bool { return l.Label != string(lang) })})
	}
	return out
}

// fields are the texts of one page, with what the base says.
func (p *LanguagePage) fields(r Reader, own map[text.Lang]text.Words, in LanguageView, base text.Lang, keys []string) {
	c := r.Catalog()
	if at, found := slices.BinarySearch(keys, in.After); in.After != "" {
		if found {
			at++
		}
		keys = keys[at:]
	}
	if len(keys) > mostPhrases {
		p.More = LanguagePath(in.Lang, in.Group, in.Show)
		sep := "?"
		if strings.Contains(p.More, "?") {
			sep = "&"
		}
		p.More += sep + url.Values{"after": {keys[mostPhrases-1]}}.Encode()
		keys = keys[:mostPhrases]
	}
	for i, key := range keys {
		f := Phrase{Key: key, Number: i, Own: own[in.Lang][key] != ""}
		f.From, _ = c.In(string(base)).Of(key)
		f.Text, _ = c.Own(in.Lang, key)
		if s, ok := in.Form[key]; ok {
			f.Text = s
		}
		for j := range in.Faults {
			if in.Faults[j].Where == key {
				f.Fault = &in.Faults[j]
			}
		}
		f.Rows = min(1+max(len(f.From), len(f.Text))/60+strings.Count(f.From, "\n"), 12)
		p.Fields = append(p.Fields, f)
	}
}

// field is the name of a text's field in the form; the key itself stands beside it.
func (f Phrase) field() string { return "text" + strconv.Itoa(f.Number) }

func asLang(s string) text.Lang { return text.Lang(s) }

// FileFaults tells the errors of a language's file, each with the line that it is in.
func (r Reader) FileFaults(err error, file string, data []byte) (out []TextFault) {
	lines := strings.Split(string(data), "\n")
	for _, e := range faultsIn(err) {
		f := r.fault(e, "", Wording{})
		f.Where = file
		if f.Line > 0 && f.Line <= len(lines) {
			letters := []rune(strings.TrimRight(strings.ToValidUTF8(lines[f.Line-1], "\uFFFD"), "\r"))
			at := min(max(f.Column-1, 0), len(letters))
			f.Before, f.At = string(letters[max(0, at-40):at]), string(letters[at:min(len(letters), at+40)])
		}
		out = append(out, f)
	}
	return out
}
