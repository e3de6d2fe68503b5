package view

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/store"
	"recourse/text"
)

// Wording is the text of a message in one language, or of a part, which has no subject.
type Wording struct{ Subject, Body string }

// Editor is the page where a message is edited, or a part.
type Editor struct {
	Name      string
	Path      string // without its query
	Part      bool
	About     string
	States    []string
	Lang      text.Lang
	LangName  string
	Langs     []MessageLang
	Text      Wording
	Unsaved   bool   // the text is not what is kept
	Own       bool   // what is kept are the merchant's own words
	Lent      string // the language whose words stand here, since this one has none
	Version   int64
	Changed   Instant
	By        string
	May       bool
	Faults    []TextFault
	Samples   []Sample
	Preview   Preview
	Variables []Variable
	Used      int // of the variables, which come first
	Parts     []Variable
	Ways      []WayRow
	Reached   int
	Program   *Wording // the program's words; nil where it has none
	Diff      []TextLine
	Versions  []MessageVersion
	Theirs    *Theirs // somebody else was faster
	Users     []Link  // of a part: the messages that use it
}

// TextFault is something that keeps a message from being saved.
type TextFault struct {
	Where        string // subject, body, or the name of another text
	Line, Column int
	Before, At   string // the line, up to the place and from it on
	Say, Do      string
}

// Sample is an order by which a message is tried.
type Sample struct {
	ID    string
	Label string
	On    bool
}

// Preview is a message as somebody would read it.
type Preview struct {
	Subject, Body, Lang string
	Error               string
}

// Variable is something that can be inserted.
type Variable struct {
	Insert  string
	Means   string
	Example string
	Used    bool
}

// WayRow is one side of a condition.
type WayRow struct {
	Condition string
	Means     string // of its first variable
	Holds     string // «yes», «no»
	Where     string // the text and the line that it stands in
	Reached   bool
	Real      string // the order that leads there; "": a made-up one
	Preview   Preview
}

// MessageVersion is a change of a message.
type MessageVersion struct {
	Number  int64
	By      string
	At      Instant
	Back    bool // it gave the message back to the program
	Now     bool // it is what is kept
	Changes []TextLine
}

// Theirs is what somebody else saved meanwhile.
type Theirs struct {
	By   string
	At   Instant
	Text Wording
	Diff []TextLine // from theirs to what stands in the form
}

// fault tells an error of a text that stands in the form.
func (r Reader) fault(e *recourse.Error, name string, w Wording) TextFault {
	say, do, ok := r.Language.Error(e)
	if !ok {
		say, do = e.Message, e.Hint
	}
	_, key, _ := strings.Cut(e.Position.File, ":")
	f := TextFault{Line: e.Position.Line, Column: e.Position.Column, Say: say, Do: do, Where: key}
	source := ""
	switch {
	case strings.HasSuffix(key, ".subject") && strings.HasPrefix(key, "message."+name+"."):
		f.Where, source = r.T("message_subject"), w.Subject
	case strings.HasPrefix(key, "message."+name+".") || key == name:
		f.Where, source = r.T("message_body"), w.Body
	}
	if line := strings.Split(source, "\n"); f.Line > 0 && f.Line <= len(line) {
		letters := []rune(line[f.Line-1])
		at := min(max(f.Column-1, 0), len(letters))
		f.Before, f.At = string(letters[max(0, at-40):at]), string(letters[at:min(len(letters), at+40)])
	}
	return f
}

// Faults tells the errors of a text that stands in the form.
func (r Reader) Faults(err error, name string, w Wording) (out []TextFault) {
	if err == nil {
		return nil
	}
	for _, e := range joined(err) {
		out = append(out, r.fault(e, name, w))
	}
	return out
}

// joined are the errors of ours in one that joins several.
func joined(err error) (out []*recourse.Error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			out = append(out, joined(e)...)
		}
		return out
	}
	if e, ok := errors.AsType[*recourse.Error](err); ok {
		out = append(out, e)
	}
	return out
}

// variables are what can be inserted, with an example in the language of the text.
func (e *Editor) variables(r Reader, in *text.Language, d text.Data, use *Use, used []string) {
	for _, v := range text.Variables() {
		means, _ := r.Of("variable." + v.Path)
		example := in.Written(v, d)
		if v.Kind == "yes" {
			example = r.T("variable_yes")
		}
		e.Variables = append(e.Variables, Variable{v.Insert, means, example, slices.Contains(used, v.Path)})
	}
	if use != nil {
		for _, name := range use.Vars {
			if name == "text" || name == "earliest" || name == "latest" || name == "window" {
				continue // they have names of their own
			}
			e.Variables = append(e.Variables, Variable{"{{date .Vars." + name + ".At}}", r.T("variable_given", "name", name), in.Date(d.Latest.At), slices.Contains(used, "Vars."+name+".At")})
		}
	}
	for _, v := range e.Variables {
		if v.Used {
			e.Used++
		}
	}
	slices.SortStableFunc(e.Variables, func(a, b Variable) int {
		switch {
		case a.Used == b.Used:
			return 0
		case a.Used:
			return -1
		}
		return 1
	})
}

// parts are the parts that can be inserted.
func (e *Editor) parts(r Reader, in *text.Language, used []string) {
	for _, name := range r.Catalog().Parts() {
		about, _ := r.Of("about_part." + name)
		says, _ := in.Of("part." + name)
		e.Parts = append(e.Parts, Variable{`{{template "` + name + `" .}}`, sentence(about), recourse.Shorten(says, 90), slices.Contains(used, name)})
	}
}

// ways tell what came of a trial. Real names the orders that were tried.
func (e *Editor) ways(r Reader, lang text.Lang, ways []text.Way, real []string) {
	for _, w := range ways {
		row := WayRow{Condition: w.Condition, Holds: r.T("way_no"), Reached: w.Reached, Preview: Preview{Subject: w.Subject, Body: w.Body, Lang: string(lang)}}
		if w.Holds {
			row.Holds = r.T("way_yes")
		}
		if w.Reached {
			e.Reached++
		}
		if len(w.Fields) > 0 {
			row.Means, _ = r.Of("variable." + w.Fields[0])
		}
		row.Where = r.T("way_where", "text", r.textOf(w.Key), "line", strconv.Itoa(w.Line))
		if w.Real > 0 {
			row.Real = real[w.Real-1]
		}
		e.Ways = append(e.Ways, row)
	}
}

// textOf names the text of a key.
func (r Reader) textOf(key string) string {
	switch {
	case strings.HasSuffix(key, ".subject"):
		return r.T("message_subject")
	case strings.HasPrefix(key, partPrefix):
		return strings.TrimPrefix(key, partPrefix)
	}
	return r.T("message_body")
}

// versions tell the changes of a message, the newest first, each against the one before.
func (e *Editor) versions(r Reader, changes []store.TextChange, program Wording) {
	now := program
	for i := len(changes) - 1; i >= 0; {
		c, before := changes[i], now
		for ; i >= 0 && changes[i].Version == c.Version; i-- {
			now.set(changes[i], program)
		}
		e.Versions = append(e.Versions, MessageVersion{Number: c.Version, By: c.By, At: r.Past(c.At), Back: now == program, Changes: Diff(before.whole(), now.whole())})
	}
	slices.Reverse(e.Versions)
	if len(e.Versions) > 0 {
		e.Versions[0].Now = true
		e.By, e.Changed, e.Version = e.Versions[0].By, e.Versions[0].At, e.Versions[0].Number
	}
}

// set takes one change into a text; what was given back is the program's.
func (w *Wording) set(c store.TextChange, program Wording) {
	to, from := &w.Body, program.Body
	if strings.HasSuffix(c.Key, ".subject") {
		to, from = &w.Subject, program.Subject
	}
	if *to = c.Text; c.Text == "" {
		*to = from
	}
}

// At is what a message said after a version of it.
func At(changes []store.TextChange, version int64, program Wording) Wording {
	w := program
	for i := len(changes) - 1; i >= 0; i-- {
		if changes[i].Version <= version {
			w.set(changes[i], program)
		}
	}
	return w
}

// whole is the text with its subject on top.
func (w Wording) whole() string {
	if w.Subject == "" {
		return w.Body
	}
	return w.Subject + "\n\n" + w.Body
}

// Words are the texts under their keys.
func (w Wording) Words(name string) text.Words {
	if IsPart(name) {
		return text.Words{name: w.Body}
	}
	return text.Words{"message." + name + ".subject": w.Subject, "message." + name + ".body": w.Body}
}
