package text

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"recourse"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// A merchant's words are kept key by key, with who changed them. Here they are laid over the program's, all languages at
// once; [Catalog.With] does the same for a file.

// Words are texts by their keys: "message.delay_notice.subject".
type Words map[string]string

// The keys by which a language speaks of itself. They have no English model to do with.
const (
	keyBase = "language.base" // the language that steps in for what is left out
	keyName = "language.name" // its own name for itself
)

// General is the name under which words stand that are of no language, and KeyDefault the key among them that names the
// language of those whose own there is not.
const (
	General    Lang = ""
	KeyDefault      = "default"
)

// maxLanguages bounds the languages of a catalog, the program's included.
const maxLanguages = 40

// WithWords is the catalog with words of a merchant's laid over it. A language that the catalog has not begins as a copy of
// its base where it is a variety of it ("fr-CA"), else it takes from its base what its words leave out. All mistakes are
// returned together (errors.Join), each an [recourse.Error]; its file is the language and the key, with a colon between.
func (c *Catalog) WithWords(all map[Lang]Words) (*Catalog, error) {
	own, fallback := c.phrases(), c.fallback
	var errs []error
	langs := slices.SortedFunc(maps.Keys(all), func(a, b Lang) int {
		return cmp.Or(cmp.Compare(strings.Count(string(a), "-"), strings.Count(string(b), "-")), cmp.Compare(a, b))
	})
	for _, lang := range langs {
		if lang == General {
			if d := Lang(all[lang][KeyDefault]); d != "" {
				fallback = d
			}
			continue
		}
		merged, err := c.overlaid(own, lang, all[lang])
		own[lang] = merged
		errs = append(errs, err)
	}
	if len(own) > maxLanguages {
		errs = append(errs, &recourse.Error{Kind: recourse.TooLarge, Code: "text_too_large", Field: "language", Message: "40 languages are the most"})
	}
	if own[fallback] == nil {
		fallback = English
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return build(own, fallback)
}

// overlaid is a language with words of a merchant's.
func (c *Catalog) overlaid(own map[Lang]map[string]phrase, lang Lang, words Words) (map[string]phrase, error) {
	merged := maps.Clone(own[lang])
	if _, err := ParseLang(string(lang)); err != nil {
		return merged, err
	}
	if merged == nil {
		merged = make(map[string]phrase, len(words))
		if base := Lang(words[keyBase]); base != "" && strings.HasPrefix(string(lang), string(base)+"-") {
			merged = maps.Clone(own[base])
			delete(merged, keyName)
			delete(merged, keyBase)
		}
	}
	phrases := make(map[string]phrase, len(words))
	for key, text := range words {
		phrases[key] = phrase{text: text, at: recourse.Position{File: string(lang) + ":" + key, Line: 1, Column: 1}}
	}
	maps.Copy(merged, phrases)
	return merged, c.check(phrases)
}

// ParseLang reads the name of a language in its usual form: language_malformed when it is none.
func ParseLang(s string) (Lang, error) {
	tag, err := language.Parse(strings.TrimSpace(s))
	if err != nil || tag == language.Und {
		return "", &recourse.Error{
			Kind: recourse.Invalid, Code: "language_malformed", Field: "language", Err: err,
			Message: `"` + recourse.Shorten(s, 40) + `" is not a language`, Hint: `write a tag of BCP 47, such as "de" or "fr-CA"`,
		}
	}
	return Lang(tag.String()), nil
}

// Own is what a language of the catalog says itself under a key, without leaning on another.
func (c *Catalog) Own(lang Lang, key string) (string, bool) {
	l := c.languages[lang]
	if l == nil {
		return "", false
	}
	p, ok := l.own[key]
	return p.text, ok
}

// Keys are the keys that a language is complete with, in the order of their sections and names: all of the program's, and
// those that the catalog has beside in English. Plural forms are those that the language itself has.
func (c *Catalog) Keys(lang Lang) []string {
	l := c.In(string(lang))
	if c.languages[lang] == nil {
		l = &Language{lang: lang, tag: language.Make(string(lang))}
	}
	forms := l.Forms()
	keys := map[string]bool{}
	for key := range c.languages[English].own {
		thing, form, counted := strings.Cut(strings.TrimPrefix(key, "count."), ".")
		if !strings.HasPrefix(key, "count.") || !counted || !slices.Contains(formNames, form) {
			keys[key] = key != keyBase
			continue
		}
		for _, form := range forms {
			keys["count."+thing+"."+form] = true
		}
	}
	maps.DeleteFunc(keys, func(_ string, in bool) bool { return !in })
	return slices.Sorted(maps.Keys(keys))
}

// Forms are the plural forms of the language, as its rules have them for whole numbers.
func (l *Language) Forms() []string {
	found := map[string]bool{"other": true}
	for n := range int64(200) {
		found[l.form(n)] = true
	}
	for _, n := range []int64{1_000_000, 2_000_000} {
		found[l.form(n)] = true
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b string) int { return slices.Index(formOrder, a) - slices.Index(formOrder, b) })
}

// formOrder is the order in which people count.
var formOrder = []string{"zero", "one", "two", "few", "many", "other"}

// Of is what a reader of the language sees under a key: its own text, else that of the one that steps in.
func (l *Language) Of(key string) (string, bool) {
	if p, ok := l.phrase(key); ok {
		return p.text, true
	}
	if m := model(key); m != key {
		return l.Of(m)
	}
	return "", false
}

// Name is the language's own name for itself: whoever looks for theirs may read no other.
func (l *Language) Name() string {
	if p, ok := l.own[keyName]; ok {
		return p.text
	}
	return cmp.Or(display.Self.Name(l.tag), string(l.lang))
}

// NameOf is the name of a language in this one.
func (l *Language) NameOf(lang Lang) string {
	namer := display.Tags(l.tag)
	if namer == nil {
		namer = display.English.Tags()
	}
	return cmp.Or(namer.Name(language.Make(string(lang))), string(lang))
}

// Base is the language that steps in for what this one leaves out; "" for English.
func (l *Language) Base() Lang {
	if l.next == nil {
		return ""
	}
	return l.next.lang
}

// SpeaksDesk says whether the language has words of its own for the desk's pages: only then is it one to work in.
func (l *Language) SpeaksDesk() bool { return l.has("desk.queue") }

// Default is the language of those whose own the catalog has not.
func (c *Catalog) Default() Lang { return c.fallback }

// Has says whether the catalog has exactly that language.
func (c *Catalog) Has(lang Lang) bool { return c.languages[lang] != nil }

// Parts are the parts that messages share, of all languages.
func (c *Catalog) Parts() []string {
	all := map[string]bool{}
	for _, l := range c.languages {
		for key := range l.own {
			if name, ok := strings.CutPrefix(key, "part."); ok {
				all[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Using are the messages of the catalog that use a part in a language.
func (c *Catalog) Using(lang Lang, part string) (out []string) {
	for _, name := range c.Templates() {
		for _, half := range []string{".subject", ".body"} {
			if s, ok := c.In(string(lang)).Of("message." + name + half); ok && strings.Contains(s, `{{template "`+part+`" .}}`) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}
