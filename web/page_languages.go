package web

import (
	"cmp"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// languageRoutes are the pages of the languages that a shop writes in.
var languageRoutes = []pageRoute{
	{pattern: "GET /messages/languages", access: access{page, account.Read}, serve: (*site).languages},
	{pattern: "POST /messages/languages", access: access{page, account.Approve}, serve: (*site).addLanguage},
	{pattern: "POST /messages/languages/default", access: access{page, account.Approve}, serve: (*site).defaultLanguage},
	{pattern: "GET /messages/languages/{lang}", access: access{page, account.Read}, serve: (*site).oneLanguage},
	{pattern: "POST /messages/languages/{lang}/texts", access: access{page, account.Approve}, serve: (*site).translate},
	{pattern: "POST /messages/languages/{lang}/remove", access: access{page, account.Approve}, serve: (*site).removeLanguage},
	{pattern: "GET /messages/languages/{lang}/file", access: access{page, account.Read}, serve: (*site).languageFile},
	{pattern: "POST /messages/languages/{lang}/file", access: access{page, account.Approve}, serve: (*site).uploadLanguage},
}

// wordsKept are a merchant's words with their version.
type wordsKept struct {
	version int64
	own     map[text.Lang]text.Words
}

func (v *visit) words() (w wordsKept, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		if w.version, err = tx.TextVersion(v.who.Merchant); err != nil {
			return err
		}
		all, err := tx.Texts(v.who.Merchant)
		w.own = wordsOf(all)
		return err
	})
	return w, err
}

// languages lists the languages.
func (s *site) languages(v *visit) error { return v.allLanguages(http.StatusOK, nil) }

func (v *visit) allLanguages(status int, fault error) error {
	w, err := v.words()
	if err != nil {
		return err
	}
	p := v.page(v.read.T("message_languages"))
	p.Here = "/messages/languages"
	if fault != nil {
		p.Notice = v.notice(fault)
	}
	return v.show(status, view.LanguagesPage(p, view.NewLanguages(v.read, v.texts.program, w.own, w.version, v.mayWrite())))
}

// parsed reads a small form.
func (v *visit) parsed(most int64) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, most)
	if err := v.r.ParseForm(); err != nil {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	return nil
}

// addLanguage adds a language with what the program knows of it.
func (s *site) addLanguage(v *visit) error {
	if err := v.parsed(maxForm); err != nil {
		return err
	}
	lang, err := text.ParseLang(v.r.PostForm.Get("tag"))
	if err != nil {
		return v.allLanguages(http.StatusUnprocessableEntity, err)
	}
	if v.lang.Catalog().Has(lang) {
		return v.allLanguages(http.StatusConflict, &recourse.Error{Kind: recourse.Conflict, Code: "language_there", Field: "language", Message: `"` + string(lang) + `" is there already`})
	}
	base := text.Lang(v.r.PostForm.Get("base"))
	if near, _, variety := strings.Cut(string(lang), "-"); variety && v.lang.Catalog().Has(text.Lang(near)) {
		base = text.Lang(near)
	}
	if !v.lang.Catalog().Has(base) {
		base = text.English
	}
	if err := v.change(lang, text.Start(lang, base)); err != nil {
		return v.allLanguages(pageStatus[recourse.KindOf(err)], err)
	}
	return v.goOn(view.LanguagePath(lang, "", ""), "told_language_added")
}

// defaultLanguage says which language is written to those whose own there is not.
func (s *site) defaultLanguage(v *visit) error {
	if err := v.parsed(maxForm); err != nil {
		return err
	}
	lang := text.Lang(v.r.PostForm.Get("default"))
	if !v.lang.Catalog().Has(lang) {
		return v.allLanguages(http.StatusUnprocessableEntity, &recourse.Error{Kind: recourse.NotFound, Code: "language_unknown", Message: "there is no such language"})
	}
	words := text.Words{text.KeyDefault: string(lang)}
	if lang == text.English {
		words[text.KeyDefault] = "" // as it is without a word
	}
	if err := v.change(text.General, words); err != nil {
		return v.allLanguages(pageStatus[recourse.KindOf(err)], err)
	}
	return v.goOn("/messages/languages", "told_text_saved")
}

// change keeps some words of a language, if the catalog can be made of them. Who was faster with other words is waited for.
func (v *visit) change(lang text.Lang, words text.Words) error {
	for range keepTries {
		w, err := v.words()
		if err != nil {
			return err
		}
		if err := v.good(w, lang, words); err != nil {
			return err
		}
		_, err = v.desk.PutTexts(v.r.Context(), v.who.Merchant, w.version, string(lang), words, v.who.Name)
		if recourse.CodeOf(err) != "texts_changed" {
			return err
		}
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "busy", Message: "others are changing words at the same time"}
}

// good makes the catalog as it would be.
func (v *visit) good(w wordsKept, lang text.Lang, words text.Words) error {
	if w.own[lang] == nil {
		w.own[lang] = text.Words{}
	}
	for key, s := range words {
		if s == "" {
			delete(w.own[lang], key)
		} else {
			w.own[lang][key] = s
		}
	}
	_, err := v.texts.program.WithWords(w.own)
	return err
}

// asked is the language of the address.
func (v *visit) asked() (text.Lang, error) {
	lang := text.Lang(v.r.PathValue("lang"))
	if !v.lang.Catalog().Has(lang) {
		return "", &recourse.Error{Kind: recourse.NotFound, Code: "language_unknown", Field: "language", Message: `there are no texts in "` + recourse.Shorten(string(lang), 20) + `"`}
	}
	return lang, nil
}

// oneLanguage shows what is there of a language and what is not.
func (s *site) oneLanguage(v *visit) error {
	return v.translation(http.StatusOK, view.LanguageView{})
}

func (v *visit) translation(status int, in view.LanguageView) error {
	lang, err := v.asked()
	if err != nil {
		return err
	}
	w, err := v.words()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	in.Lang, in.Group, in.Show, in.After, in.Version, in.May = lang, q.Get("group"), q.Get("show"), q.Get("after"), w.version, v.mayWrite()
	model := view.NewLanguagePage(v.read, v.texts.program, w.own, in)
	p := v.page(model.Name + " · " + v.read.T("message_languages"))
	p.Here = view.LanguagePath(lang, in.Group, in.Show)
	return v.show(status, view.LanguageOnePage(p, model))
}

// translate keeps the texts of one page: those that were filled in or changed.
func (s *site) translate(v *visit) error {
	lang, err := v.asked()
	if err == nil {
		err = v.parsed(maxTranslation)
	}
	if err != nil {
		return err
	}
	words, form := text.Words{}, map[string]string{}
	for i := range 100 {
		n := strconv.Itoa(i)
		key := v.r.PostForm.Get("key" + n)
		if key == "" {
			break
		}
		s := strings.TrimRight(strings.ReplaceAll(strings.ToValidUTF8(v.r.PostForm.Get("text"+n), "\uFFFD"), "\r\n", "\n"), "\n")
		s = strings.TrimLeft(s, "\n")
		if is, _ := v.lang.Catalog().Own(lang, key); is == s {
			continue
		}
		form[key] = s
		if own, ok := v.texts.program.Own(lang, key); ok && own == s {
			s = ""
		}
		words[key] = s
	}
	if len(words) > 0 {
		err = v.change(lang, words)
	}
	if err != nil {
		return v.translation(pageStatus[recourse.KindOf(err)], view.LanguageView{Form: form, Faults: v.read.Faults(err, "", view.Wording{})})
	}
	q := v.r.URL.Query()
	return v.goOn(view.LanguagePath(lang, q.Get("group"), q.Get("show")), "told_text_saved")
}

// Limits of a page of translations, and of an uploaded file.
const (
	maxTranslation = 512 << 10
	maxLanguage    = text.MaxBytes + 64<<10
)

// removeLanguage takes a language of the merchant's back. Its history stays.
func (s *site) removeLanguage(v *visit) error {
	lang, err := v.asked()
	if err != nil {
		return err
	}
	if v.texts.program.Has(lang) {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "forbidden", Message: "the program's languages stay"}
	}
	w, err := v.words()
	if err != nil {
		return err
	}
	words := text.Words{}
	for key := range w.own[lang] {
		words[key] = ""
	}
	if err := v.change(lang, words); err != nil {
		return err
	}
	return v.goOn("/messages/languages", "told_language_removed")
}

// languageFile sends a language as a file.
func (s *site) languageFile(v *visit) error {
	lang, err := v.asked()
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+string(lang)+`.ini"`)
	h.Set("Cache-Control", "private, no-cache")
	v.w.Write(v.lang.Catalog().File(lang))
	return nil
}

// uploadLanguage puts a file in the place of all the merchant's words in a language.
func (s *site) uploadLanguage(v *visit) error {
	lang, err := v.asked()
	if err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxLanguage)
	name, data, err := v.sentLanguage()
	if err != nil {
		return v.translation(pageStatus[recourse.KindOf(err)], view.LanguageView{Faults: v.read.FileFaults(err, cmp.Or(name, "file"), nil)})
	}
	words, err := text.ParseWords(name, data)
	if err == nil {
		err = v.texts.program.CheckFile(lang, name, data)
	}
	if err != nil {
		return v.translation(http.StatusUnprocessableEntity, view.LanguageView{Faults: v.read.FileFaults(err, name, data)})
	}
	w, err := v.words()
	if err != nil {
		return err
	}
	changes := text.Words{}
	for key := range w.own[lang] {
		if words[key] == "" && key != "language.base" {
			changes[key] = ""
		}
	}
	for key, s := range words {
		if own, ok := v.texts.program.Own(lang, key); ok && own == s {
			s = ""
		}
		if w.own[lang][key] != s {
			changes[key] = s
		}
	}
	if len(changes) > 0 {
		if err := v.change(lang, changes); err != nil {
			return v.translation(pageStatus[recourse.KindOf(err)], view.LanguageView{Faults: v.read.FileFaults(err, name, nil)})
		}
	}
	return v.goOn(view.LanguagePath(lang, "", ""), "told_text_saved")
}

// sentLanguage is the file of a form, without its byte order mark.
func (v *visit) sentLanguage() (name string, data []byte, err error) {
	tooLarge := &recourse.Error{Kind: recourse.TooLarge, Code: "text_too_large", Message: "the file is too large"}
	f, head, err := v.r.FormFile("file")
	if err != nil {
		if _, long := err.(*http.MaxBytesError); long || strings.Contains(err.Error(), "too large") {
			return "", nil, tooLarge
		}
		return "", nil, &recourse.Error{Kind: recourse.Invalid, Code: "form", Message: "there is no file", Err: err}
	}
	defer f.Close()
	name = recourse.Shorten(path.Base(strings.ReplaceAll(head.Filename, `\`, "/")), 60)
	if data, err = io.ReadAll(io.LimitReader(f, text.MaxBytes+1)); err != nil {
		return name, nil, tooLarge
	}
	return name, []byte(strings.TrimPrefix(string(data), "\ufeff")), nil
}
