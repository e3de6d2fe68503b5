package text

import (
	"errors"
	"slices"
	"strings"
	"time"

	"recourse"
)

// Prove tries a message of the catalog in a language: every variable and every side of every condition, and what stands
// when little is known. Real is data of orders that there were, which is used where it leads. Vars are the values that the playbook gives the message under these names. What would fail or say
// nothing is an error at its line and column; all are returned together (errors.Join), each an [recourse.Error] whose file
// is the language and the key, with a colon between.
func (c *Catalog) Prove(lang Lang, name string, to recourse.Party, vars []string, now time.Time, real ...Data) (Trial, error) {
	l := c.In(string(lang))
	trial, err := l.Try(name, l.Given(l.Example(to, now), vars), real)
	if err != nil {
		return trial, err
	}
	var errs []error
	for _, path := range trial.Fields {
		if v, ok := strings.CutPrefix(path, "Vars."); ok {
			if v, _, _ = strings.Cut(v, "."); !slices.Contains(vars, v) {
				errs = append(errs, l.notGiven(name, v))
			}
		}
	}
	all := []Data{l.Given(l.Sparse(to, now), vars), {}}
	for i := range trial.Ways {
		if trial.Ways[i].Reached {
			all = append(all, trial.Ways[i].Data)
		}
	}
	return trial, errors.Join(append(errs, l.silent(name, all))...)
}

// Given is data with the values of a playbook under their names, and no others.
func (l *Language) Given(d Data, vars []string) Data {
	known := d.Vars
	d.Vars = map[string]Span{}
	for _, v := range vars {
		if d.Vars[v] = known[v]; d.Vars[v] == (Span{}) {
			d.Vars[v] = d.Latest
		}
	}
	return d
}

// notGiven is the error about a value that the playbook does not give.
func (l *Language) notGiven(name, v string) error {
	key, offset, p := "message."+name+".body", -1, phrase{}
	for _, half := range []string{".subject", ".body"} {
		if q, ok := l.phrase("message." + name + half); ok && strings.Contains(q.text, ".Vars."+v) {
			key, offset, p = "message."+name+half, strings.Index(q.text, ".Vars."+v), q
			break
		}
	}
	at := phrase{text: p.text, at: recourse.Position{Line: 1, Column: 1}}.place(offset)
	at.File = string(l.lang) + ":" + key
	return &recourse.Error{Kind: recourse.Invalid, Code: "text_variable", Message: `the playbook gives the message no "` + recourse.Shorten(v, 60) + `"`, Position: at}
}

// silent is the error about a half of a message that some data leaves empty; nil when there is none.
func (l *Language) silent(name string, all []Data) error {
	for _, d := range all {
		if d.Vars == nil {
			d.Vars = map[string]Span{}
		}
		subject, body, err := l.Message(name, d)
		key := ""
		switch {
		case err != nil: // of a value that is not given, which was told
			continue
		case strings.TrimSpace(subject) == "":
			key = "message." + name + ".subject"
		case strings.TrimSpace(body) == "":
			key = "message." + name + ".body"
		default:
			continue
		}
		return &recourse.Error{Kind: recourse.Invalid, Code: "text_silent", Message: "there is nothing to read where little is known", Position: recourse.Position{File: string(l.lang) + ":" + key, Line: 1, Column: 1}}
	}
	return nil
}
