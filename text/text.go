// Package text turns what the rest of the house says in data into words that people read: messages to buyers,
// suppliers and agents, the reasons of decisions, questions and buttons, money, dates and deadlines.
//
// No sentence is written in Go. Each language is one file under locales, which translators can reach whole: labels,
// sentences with {names} to be filled in, messages, and the manner in which the language writes money, dates, lists
// and counts. A [Catalog] holds the languages of the program, and those of a merchant laid over them; a [Language]
// speaks:
//
//	french := text.In("fr-CA")                  // the nearest there is
//	french.Money(paid)                          // 1 234,50 €
//	french.Why(entry.Why)                       // Le fournisseur est en rupture de stock (…).
//	subject, body, err := french.Message("delay_notice", text.NewData(file, effect))
//
// A message is true at the moment at which it is written: what it says depends on facts of the order file (is a
// refund requested? was the buyer asked?), never on what a playbook usually does next. What is not known is left out.
//
// Labels never fail: a situation that a merchant named in a playbook of their own is shown by its name until their
// own file has words for it.
package text

import (
	"embed"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"recourse"

	"golang.org/x/text/language"
)

// Lang names a language as BCP 47 does: "fr", or "fr-CA" for one that a merchant added.
type Lang string

// The languages of the program.
const (
	English Lang = "en"
	French  Lang = "fr"
	Chinese Lang = "zh" // in simplified characters
)

//go:embed locales/*.ini
var locales embed.FS

// Catalog is a set of languages. It is immutable and shared; [Catalog.With] makes another.
type Catalog struct {
	languages map[Lang]*Language // English is always among them
	fallback  Lang               // spoken to those whose language there is not
}

// Builtin is the catalog of the program.
var Builtin = sync.OnceValue(func() *Catalog {
	c, err := builtin()
	if err != nil {
		panic(err) // the files are in the binary, and the tests read them
	}
	return c
})

// builtin reads the embedded files. A file is named after its language, and after what it has the words for where that is
// a part: fr.ini, fr.people.ini. A new language is added by adding its files.
func builtin() (*Catalog, error) {
	files, err := fs.Glob(locales, "locales/*.ini")
	if err != nil {
		return nil, err
	}
	own := make(map[Lang]map[string]phrase, len(files))
	for _, name := range files {
		data, err := locales.ReadFile(name)
		if err != nil {
			return nil, err
		}
		phrases, err := parsePhrases(name, data)
		if err != nil {
			return nil, err
		}
		lang, _, _ := strings.Cut(path.Base(name), ".")
		if err := join(own, Lang(lang), phrases); err != nil {
			return nil, err
		}
	}
	return build(own, English)
}

// join adds the phrases of a file to those of its language. The same key in two files is a mistake: of two translations
// only one would be seen.
func join(own map[Lang]map[string]phrase, lang Lang, phrases map[string]phrase) error {
	if own[lang] == nil {
		own[lang] = phrases
		return nil
	}
	for key, p := range phrases {
		if _, twice := own[lang][key]; twice {
			return p.fault(0, "text_syntax", "keep one of the two", "the key %q stands in another file, too", key)
		}
		own[lang][key] = p
	}
	return nil
}

// build makes a catalog of languages given by their own phrases. English comes first and the fallback second,
// since the others lean on them.
func build(own map[Lang]map[string]phrase, fallback Lang) (*Catalog, error) {
	c := &Catalog{languages: make(map[Lang]*Language, len(own)), fallback: fallback}
	for _, lang := range slices.Sorted(maps.Keys(own)) {
		if err := c.add(own, lang, nil); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// add makes a language of its own phrases, and before it those that it leans on. Above are those that are being made: a
// language that leans on one of them leans on English instead.
func (c *Catalog) add(own map[Lang]map[string]phrase, lang Lang, above []Lang) error {
	if c.languages[lang] != nil {
		return nil
	}
	l := &Language{lang: lang, tag: language.Make(string(lang)), own: own[lang], catalog: c}
	if lang != English {
		above = append(above, lang)
		next := c.baseOf(own, lang)
		if slices.Contains(above, next) {
			next = English
		}
		if err := c.add(own, next, above); err != nil {
			return err
		}
		l.next = c.languages[next]
	}
	c.languages[lang] = l
	return l.compile()
}

// baseOf is the language that steps in for what one leaves out: the one that it names, else the fallback.
func (c *Catalog) baseOf(own map[Lang]map[string]phrase, lang Lang) Lang {
	base := Lang(own[lang][keyBase].text)
	switch {
	case base != "" && own[base] != nil && base != lang:
		return base
	case lang != c.fallback && own[c.fallback] != nil:
		return c.fallback
	}
	return English
}

// Match is the nearest language that there is to a BCP 47 tag (or what shops write instead, such as fr_FR): itself,
// else what is left when its parts are taken off from the end, else the fallback, which is English unless a merchant
// has set another.
func (c *Catalog) Match(bcp47 string) Lang {
	// A handful of languages is looked through; a library's matcher would answer Breton with French, and a buyer whose
	// language there is not would not get the one that the merchant chose for that.
	tag := strings.ReplaceAll(strings.ToLower(bcp47), "_", "-")
	for tag != "" {
		for lang := range c.languages {
			if strings.EqualFold(string(lang), tag) {
				return lang
			}
		}
		tag = tag[:max(0, strings.LastIndexByte(tag, '-'))]
	}
	return c.fallback
}

// In is the language that [Catalog.Match] finds.
func (c *Catalog) In(bcp47 string) *Language { return c.languages[c.Match(bcp47)] }

// Languages lists the languages of the catalog.
func (c *Catalog) Languages() []Lang { return slices.Sorted(maps.Keys(c.languages)) }

// WithDefault is the catalog with another language for those whose own there is not. It also steps in for what a
// merchant's language leaves out.
func (c *Catalog) WithDefault(lang Lang) (*Catalog, error) {
	if c.languages[lang] == nil {
		return nil, &recourse.Error{
			Kind: recourse.NotFound, Code: "language_unknown", Field: "language",
			Message: `there are no texts in "` + recourse.Shorten(string(lang), 20) + `"`,
		}
	}
	return build(c.phrases(), lang)
}

// phrases gives what each language says of itself, from which a changed catalog is built: languages lean on each other,
// so that all of them are compiled anew.
func (c *Catalog) phrases() map[Lang]map[string]phrase {
	own := make(map[Lang]map[string]phrase, len(c.languages)+1)
	for lang, l := range c.languages {
		own[lang] = l.own
	}
	return own
}

// Templates lists the messages that the catalog has in any language.
func (c *Catalog) Templates() []string {
	all := make(map[string]bool)
	for _, l := range c.languages {
		for name := range l.messages {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// HasTemplate says whether a message can be written in exactly that language, without falling back to another.
func (c *Catalog) HasTemplate(lang, name string) bool {
	l := c.languages[Lang(lang)]
	return l != nil && l.messages[name]
}

// Match is [Catalog.Match] of the program's own languages.
func Match(bcp47 string) Lang { return Builtin().Match(bcp47) }

// In is [Catalog.In] of the program's own languages.
func In(bcp47 string) *Language { return Builtin().In(bcp47) }

// Templates is [Catalog.Templates] of the program's own languages.
func Templates() []string { return Builtin().Templates() }

// HasTemplate is [Catalog.HasTemplate] of the program's own languages.
func HasTemplate(lang, name string) bool { return Builtin().HasTemplate(lang, name) }
