package web

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// messageRoutes are the pages where messages are edited, and the languages that they are written in. Everybody reads; who
// lets money leave also decides what the shop says in its name.
var messageRoutes = []pageRoute{
	{pattern: "GET /messages", access: access{page, account.Read}, serve: (*site).messages},
	{pattern: "GET /messages/{template}", access: access{page, account.Read}, serve: (*site).message},
	{pattern: "POST /messages/{template}", access: access{page, account.Approve}, serve: (*site).saveMessage},
	{pattern: "POST /messages/{template}/preview", access: access{page, account.Read}, serve: (*site).previewMessage},
	{pattern: "POST /messages/{template}/restore", access: access{page, account.Approve}, serve: (*site).restoreMessage},
}

// Limits of what is looked at for the pages of messages.
const (
	looked       = 1500      // acts of each status, for what was sent of late
	mostReal     = 8         // orders that an editor offers to try a message with
	mostVersions = 200       // changes of a message
	maxSubject   = 2000      // bytes
	maxWriting   = 20_000    // bytes
	maxEdit      = 128 << 10 // bytes of a form with both, as browsers send it
)

// messages lists the messages of the playbook in use.
func (s *site) messages(v *visit) error {
	var list view.MessageList
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		uses, err := v.uses(tx)
		if err != nil {
			return err
		}
		own, err := tx.Texts(v.who.Merchant)
		if err != nil {
			return err
		}
		said, err := tx.Said(v.who.Merchant, v.read.Since(), looked)
		list = view.NewMessageList(v.read, uses, wordsOf(own), view.RecentOf(said, looked), v.mayWrite())
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.MessagesPage(v.page(v.read.T("messages")), list))
}

// mayWrite says whether the visitor may change what the shop says.
func (v *visit) mayWrite() bool { return v.who.Role.May(account.Approve) }

// uses is what the merchant's playbook does with its messages; the reader's clock is the merchant's from here on.
func (v *visit) uses(tx *store.Tx) (view.Uses, error) {
	d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
	if err != nil {
		return nil, err
	}
	v.decider(d)
	return view.UsesOf(d.Policy.Playbook), nil
}

// message shows the editor of a message as it is kept.
func (s *site) message(v *visit) error { return v.editor(http.StatusOK, &edit{}) }

// edit is what a form of the editor has.
type edit struct {
	form   *view.Wording
	seen   int64
	sample string
	err    error
	try    *text.Catalog
}

// editing reads what an editor is made of.
func (v *visit) editing(tx *store.Tx) (in view.Editing, err error) {
	in = view.Editing{Name: v.r.PathValue("template"), Program: v.texts.program, May: v.mayWrite(), Shop: v.shop}
	if in.Lang, err = v.languageAsked(in.Name); err != nil {
		return in, err
	}
	if in.Uses, err = v.uses(tx); err != nil {
		return in, err
	}
	own, err := tx.Texts(v.who.Merchant)
	if err != nil {
		return in, err
	}
	in.Own = wordsOf(own)
	in.Changes, err = tx.TextHistory(v.who.Merchant, string(in.Lang), view.KeysOf(in.Name), mostVersions)
	return in, err
}

// languageAsked is the language of the address or of the form, of a message that there is.
func (v *visit) languageAsked(name string) (text.Lang, error) {
	words := v.lang.Catalog()
	there := slices.Contains(words.Templates(), name)
	if part, ok := strings.CutPrefix(name, "part."); ok {
		there = slices.Contains(words.Parts(), part)
	}
	if !there {
		return "", &recourse.Error{Kind: recourse.NotFound, Code: "template_unknown", Message: `there is no message "` + recourse.Shorten(name, 60) + `"`}
	}
	lang := text.Lang(cmp.Or(v.r.FormValue("lang"), string(v.lang.Lang())))
	if !words.Has(lang) {
		return "", &recourse.Error{Kind: recourse.NotFound, Code: "language_unknown", Field: "language", Message: `there are no texts in "` + recourse.Shorten(string(lang), 20) + `"`}
	}
	return lang, nil
}

// editor shows the editor with what a form has.
func (v *visit) editor(status int, e *edit) error {
	model, err := v.edited(e)
	if err != nil {
		return err
	}
	p := v.page(model.About + " · " + v.read.T("messages"))
	p.Here = view.MessagePath(model.Name, model.Lang)
	return v.show(status, view.EditorPage(p, model))
}

func (v *visit) edited(e *edit) (model view.Editor, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		in, err := v.editing(tx)
		if err != nil {
			return err
		}
		if in.Real, err = v.real(tx, in); err != nil {
			return err
		}
		in.Form, in.Seen, in.Sample, in.Err, in.Try = e.form, e.seen, e.sample, e.err, e.try
		if e.form != nil && e.try == nil && e.err == nil {
			in.Try, in.Err = v.tried(in, *e.form)
		}
		model = view.NewEditor(v.read, in)
		return nil
	})
	return model, err
}

// real are orders for which a message was written of late, one of each situation before a second of any.
func (v *visit) real(tx *store.Tx, in view.Editing) ([]view.Real, error) {
	said, err := tx.Said(v.who.Merchant, v.read.Since(), looked)
	if err != nil {
		return nil, err
	}
	names := []string{in.Name}
	if view.IsPart(in.Name) {
		names = v.lang.Catalog().Using(in.Lang, strings.TrimPrefix(in.Name, "part."))
		names = names[:min(len(names), 1)]
	}
	said = slices.DeleteFunc(said, func(e store.Effect) bool { return !slices.Contains(names, e.Template) })
	said = said[:min(len(said), 4*mostReal)]
	keys := make([]store.Key, len(said))
	for i := range said {
		keys[i] = store.Key{Merchant: v.who.Merchant, Order: said[i].Order}
	}
	slices.SortFunc(keys, func(a, b store.Key) int { return strings.Compare(a.Order, b.Order) })
	keys = slices.Compact(keys)
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	people, err := tx.Personal(keys)
	if err != nil {
		return nil, err
	}
	return v.labelled(said, files, people), nil
}

// labelled names the orders that were found, with their personal fields in place.
func (v *visit) labelled(said []store.Effect, files map[store.Key]store.File, people map[store.Key]*store.Personal) (out []view.Real) {
	var first, rest []view.Real
	seen := map[string]bool{}
	for i := range said {
		k := store.Key{Merchant: v.who.Merchant, Order: said[i].Order}
		file, effect := files[k].OrderFile, said[i].Effect
		if file == nil {
			continue
		}
		if p := people[k]; p != nil {
			file, effect = p.Fields.RevealFile(file), p.Fields.RevealEffect(effect)
		}
		d := text.NewData(file, effect)
		d.Shop = v.shop
		situation := v.read.Language.Situation(recourse.Situation(d.Situation))
		r := view.Real{ID: effect.ID, Label: v.read.T("sample_real", "order", d.Order, "situation", situation), Data: d}
		if seen[d.Situation] {
			rest = append(rest, r)
			continue
		}
		seen[d.Situation] = true
		first = append(first, r)
	}
	out = append(first, rest...)
	return out[:min(len(out), mostReal)]
}

// formOf reads the form of an editor.
func (v *visit) formOf() (*edit, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxEdit)
	if err := v.r.ParseForm(); err != nil {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "text_too_large", Message: "the form cannot be read", Err: err}
	}
	f := v.r.PostForm
	plain := func(name string) string {
		s := strings.ReplaceAll(strings.ToValidUTF8(f.Get(name), "\uFFFD"), "\r\n", "\n")
		return strings.Trim(strings.ReplaceAll(s, "\x00", ""), "\n")
	}
	e := &edit{form: &view.Wording{Subject: strings.TrimSpace(strings.ReplaceAll(plain("subject"), "\n", " ")), Body: strings.TrimRight(plain("body"), " \t\n")}, sample: f.Get("sample")}
	e.seen, _ = strconv.ParseInt(f.Get("version"), 10, 64)
	if len(e.form.Subject) > maxSubject || len(e.form.Body) > maxWriting {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "text_too_large", Field: "body", Message: "the text is too long"}
	}
	return e, nil
}

// tried is the merchant's catalog with what stands in a form, proved by example and by real orders; or why it is no good.
func (v *visit) tried(in view.Editing, form view.Wording) (*text.Catalog, error) {
	words := in.Own
	if words[in.Lang] == nil {
		words[in.Lang] = text.Words{}
	}
	mine := form.Words(in.Name)
	kept := text.Words{}
	for key, s := range mine {
		kept[key] = words[in.Lang][key]
		words[in.Lang][key] = s
		if s == "" {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "text_empty", Message: "there is no text", Position: recourse.Position{File: string(in.Lang) + ":" + key, Line: 1, Column: 1}}
		}
	}
	c, err := v.texts.program.WithWords(words)
	for key, s := range kept {
		if words[in.Lang][key] = s; s == "" {
			delete(words[in.Lang], key)
		}
	}
	if err != nil {
		return nil, err
	}
	return c, v.proved(c, in)
}

// proved tries a message, or those that use a part.
func (v *visit) proved(c *text.Catalog, in view.Editing) error {
	names := []string{in.Name}
	if part, ok := strings.CutPrefix(in.Name, "part."); ok {
		names = c.Using(in.Lang, part)
	}
	for _, name := range names {
		use := in.Uses[name]
		var vars []string
		if use != nil {
			vars = use.Vars
		} else {
			vars = []string{"earliest", "latest", "window", "reason", "text"}
		}
		if _, err := c.Prove(in.Lang, name, use.Party(), vars, v.read.Now); err != nil {
			return err
		}
	}
	return nil
}

// previewMessage shows what stands in the form as somebody would read it; nothing is kept. Of a script's request the part
// that changes is sent alone.
func (s *site) previewMessage(v *visit) error {
	e, err := v.formOf()
	if err != nil {
		return err
	}
	if v.r.Header.Get("X-Part") == "" {
		return v.editor(http.StatusOK, e)
	}
	model, err := v.edited(e)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := view.Previewed(v.page(""), model).Render(v.r.Context(), &b); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Write(b.Bytes())
	return nil
}

// saveMessage keeps what stands in the form, if it can be written for everybody and nobody was faster.
func (s *site) saveMessage(v *visit) error {
	e, err := v.formOf()
	if err != nil {
		return err
	}
	return v.keep(e, "told_text_saved")
}

// keepTries is how often a change is tried again when another message was changed at the same time.
const keepTries = 5

// keep keeps a text, and goes back to its editor.
func (v *visit) keep(e *edit, said string) error {
	for range keepTries {
		var in view.Editing
		var from int64
		err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
			if from, err = tx.TextVersion(v.who.Merchant); err != nil {
				return err
			}
			in, err = v.editing(tx)
			return err
		})
		if err != nil {
			return err
		}
		if newest(in.Changes) > e.seen {
			return v.editor(http.StatusConflict, e)
		}
		if e.try, e.err = v.tried(in, *e.form); e.err != nil {
			return v.editor(pageStatus[recourse.KindOf(e.err)], e)
		}
		_, err = v.desk.PutTexts(v.r.Context(), v.who.Merchant, from, string(in.Lang), v.changed(in, *e.form), v.who.Name)
		if err == nil {
			return v.goOn(view.MessagePath(in.Name, in.Lang), said)
		}
		if recourse.CodeOf(err) != "texts_changed" {
			return err
		}
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "busy", Message: "others are changing words at the same time"}
}

// newest is the newest version of a message.
func newest(changes []store.TextChange) int64 {
	if len(changes) == 0 {
		return 0
	}
	return changes[0].Version
}

// changed are the words to be kept: those that are the program's own are given back to it.
func (v *visit) changed(in view.Editing, form view.Wording) map[string]string {
	words := form.Words(in.Name)
	for key, s := range words {
		if own, ok := in.Program.Own(in.Lang, key); ok && own == s {
			words[key] = ""
		}
	}
	return words
}

// restoreMessage goes back to an earlier version, or to the program's words.
func (s *site) restoreMessage(v *visit) error {
	e, err := v.formOf()
	if err != nil {
		return err
	}
	to, _ := strconv.ParseInt(v.r.PostForm.Get("to"), 10, 64)
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		in, err := v.editing(tx)
		if err != nil {
			return err
		}
		var program view.Wording
		for _, key := range view.KeysOf(in.Name) {
			own, _ := in.Program.Own(in.Lang, key)
			if strings.HasSuffix(key, ".subject") {
				program.Subject = own
			} else {
				program.Body = own
			}
		}
		form := view.At(in.Changes, to, program)
		e.form = &form
		return nil
	})
	if err != nil {
		return err
	}
	return v.keep(e, "told_text_restored")
}
