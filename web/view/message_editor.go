package view

import (
	"slices"

	"recourse/store"
	"recourse/text"
)

// Editing is what an editor is made of.
type Editing struct {
	Name    string
	Lang    text.Lang
	Program *text.Catalog            // without the merchant's words
	Try     *text.Catalog            // with the words of the form; nil where they are not good
	Own     map[text.Lang]text.Words // the merchant's words as they are kept
	Changes []store.TextChange       // of this message in this language, the newest first
	Uses    Uses
	Real    []Real
	Sample  string   // which order to show; "": the first
	Form    *Wording // what stands in the form; nil: what is kept
	Err     error    // why it cannot be saved
	Seen    int64    // the version that the writer has read; where it is older than the newest, both are shown
	May     bool
	Shop    string
}

// Real is an order that a message was written for of late.
type Real struct {
	ID    string // of the act
	Label string
	Data  text.Data
}

// The names of the orders that are made up.
const (
	sampleFull   = "much"
	sampleSparse = "little"
)

// NewEditor makes the page where a message is edited.
func NewEditor(r Reader, in Editing) Editor {
	e := Editor{
		Name: in.Name, Path: "/messages/" + in.Name, Part: IsPart(in.Name), Lang: in.Lang, LangName: r.NameOf(in.Lang), Langs: r.langsOf(in.Name, in.Own), May: in.May, About: sentence(r.Language.Template(in.Name)),
	}
	words := r.Catalog().In(string(in.Lang))
	kept := r.kept(&e, in, words)
	e.Text = kept
	if in.Form != nil {
		e.Text, e.Unsaved = *in.Form, *in.Form != kept
	}
	if in.Form != nil && in.Seen < e.Version {
		e.Theirs = &Theirs{By: e.By, At: e.Changed, Text: kept, Diff: Diff(kept.whole(), e.Text.whole())}
	}
	e.Faults = r.Faults(in.Err, in.Name, e.Text)
	use, name := in.Uses[in.Name], in.Name
	if e.Part {
		e.users(r, in)
		name = ""
		if using := r.Catalog().Using(in.Lang, in.Name[len(partPrefix):]); len(using) > 0 {
			name, use = first(using, in.Uses), in.Uses[first(using, in.Uses)]
		}
	}
	if use != nil {
		e.States = r.states(use)
	}
	e.try(r, in, name, use)
	return e
}

// first is a message of those that use a part that the playbook sends, so that its orders can be looked at.
func first(names []string, uses Uses) string {
	for _, n := range names {
		if uses[n] != nil {
			return n
		}
	}
	return names[0]
}

// kept is what the message says as it is kept, with its history and the program's words beside.
func (r Reader) kept(e *Editor, in Editing, words *text.Language) Wording {
	var now, program Wording
	e.Program = &Wording{}
	for _, key := range KeysOf(in.Name) {
		own, has := in.Program.Own(in.Lang, key)
		if !has {
			e.Program = nil
		}
		says, _ := words.Of(key)
		program.set(store.TextChange{Key: key, Text: own}, Wording{})
		now.set(store.TextChange{Key: key, Text: says}, Wording{})
		e.Own = e.Own || in.Own[in.Lang][key] != ""
		if _, here := r.Catalog().Own(in.Lang, key); !here {
			e.Lent = r.NameOf(words.Base())
		}
	}
	if e.Program != nil {
		*e.Program = program
	}
	e.versions(r, in.Changes, program)
	if e.Own && e.Program != nil {
		e.Diff = Diff(program.whole(), now.whole())
	}
	return now
}

// users are the messages that a part stands in.
func (e *Editor) users(r Reader, in Editing) {
	part := in.Name[len(partPrefix):]
	about, _ := r.Of("about_part." + part)
	e.About = sentence(about)
	for _, name := range r.Catalog().Using(in.Lang, part) {
		e.Users = append(e.Users, Link{Label: sentence(r.Language.Template(name)), Href: MessagePath(name, in.Lang)})
	}
}

// try writes the message for an order that is chosen, and for each side of each of its conditions.
func (e *Editor) try(r Reader, in Editing, name string, use *Use) {
	catalog := in.Try
	if catalog == nil {
		catalog = r.Catalog()
	}
	words := catalog.In(string(in.Lang)).At(r.Place())
	full, sparse := words.Example(use.Party(), r.Now), words.Sparse(use.Party(), r.Now)
	var vars []string
	if use != nil {
		vars = use.Vars
	}
	full, sparse = words.Given(full, vars), words.Given(sparse, vars)
	full.Shop, sparse.Shop = in.Shop, in.Shop
	chosen := e.samples(r, in, full, sparse)
	if in.Try == nil && in.Form != nil {
		e.Preview = Preview{Error: r.T("preview_broken"), Lang: string(in.Lang)}
	} else {
		e.Preview = previewOf(r, words, name, chosen)
	}
	var real []text.Data
	var labels []string
	for _, x := range in.Real {
		real, labels = append(real, x.Data), append(labels, x.Label)
	}
	trial, _ := catalog.Prove(in.Lang, name, use.Party(), vars, r.Now, real...)
	e.variables(r, words, full, use, trial.Fields)
	if !e.Part {
		e.parts(r, words, trial.Parts)
	}
	e.ways(r, in.Lang, onlyOf(trial.Ways, in.Name), labels)
}

// onlyOf are the ways of a message, or those in a part alone.
func onlyOf(ways []text.Way, name string) []text.Way {
	if !IsPart(name) {
		return ways
	}
	return slices.DeleteFunc(slices.Clone(ways), func(w text.Way) bool { return w.Key != name })
}

// samples are the orders to choose from, and the one that is chosen.
func (e *Editor) samples(r Reader, in Editing, full, sparse text.Data) text.Data {
	all := append(slices.Clone(in.Real), Real{sampleFull, r.T("sample_much"), full}, Real{sampleSparse, r.T("sample_little"), sparse})
	at := slices.IndexFunc(all, func(x Real) bool { return x.ID == in.Sample })
	at = max(at, 0)
	for i, x := range all {
		e.Samples = append(e.Samples, Sample{x.ID, x.Label, i == at})
	}
	return all[at].Data
}

// previewOf is a message as it would be read.
func previewOf(r Reader, words *text.Language, name string, d text.Data) (p Preview) {
	p.Lang = string(words.Lang())
	if name == "" {
		return p
	}
	var err error
	if p.Subject, p.Body, err = words.Message(name, d); err != nil {
		p.Error = err.Error()
		if say, do, ok := r.Language.Error(err); ok {
			p.Error = say + " " + do
		}
	}
	return p
}
