package text

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"recourse"
)

// open are the sections in which a merchant may add names of their own, those of their playbook above all. In the
// others a key that the program does not know would never be read: it is a mistake, and refused.
//
// A currency or a country is open for another reason: the program has lines for the common ones, and
// a general line for all others, which a merchant may want to put better.
var open = map[string]bool{
	"message": true, "part": true, "situation": true, "outcome": true, "question": true, "choice": true, "state": true,
	"money": true, "place": true,
}

// With is the catalog with a file of a merchant's laid over it: what it names is replaced or added, in a language of
// the program or in one of the merchant's own. A variety ("fr-CA") begins as a copy of its language; any other new
// language takes what its file leaves out from the default, and then from English. All mistakes are returned
// together (errors.Join), each an [recourse.Error] with its line and column.
func (c *Catalog) With(lang Lang, file string, data []byte) (*Catalog, error) {
	lang, err := ParseLang(string(lang)) // in its usual form, so that "FR-ca" does not become a second language beside "fr-CA"
	if err != nil {
		return nil, err
	}
	phrases, err := parsePhrases(file, data)
	if err != nil {
		return nil, err
	}
	if err := c.check(phrases); err != nil {
		return nil, err
	}
	own := c.phrases()
	merged := maps.Clone(own[lang])
	if merged == nil {
		merged = make(map[string]phrase, len(phrases))
		if near := c.Match(string(lang)); strings.HasPrefix(string(lang), string(near)+"-") {
			merged = maps.Clone(own[near])
		}
	}
	maps.Copy(merged, phrases)
	own[lang] = merged
	return build(own, c.fallback)
}

// check refuses keys that nobody would read, and sentences that name what they are not given.
//
// Messages and parts are left to the compiler of templates, which knows more of them than their
// braces.
//
// A misspelt key is answered with the nearest that exists: the usual mistake is one letter.
func (c *Catalog) check(phrases map[string]phrase) error {
	var errs []error
	english := c.languages[English].own
	for _, key := range slices.Sorted(maps.Keys(phrases)) {
		p := phrases[key]
		known, ok := english[model(key)]
		section, _, _ := strings.Cut(key, ".")
		switch {
		case key == keyBase:
		case !ok && !open[section]:
			errs = append(errs, p.fault(0, "text_key", recourse.Nearest(key, slices.Sorted(maps.Keys(english))), "there is no key %q", recourse.Shorten(key, 80)))
		case section == "message" || section == "part":
		default:
			if err := strangers(p, key, known.text); err != nil {
				errs = append(errs, err)
			}
		}
		if len(errs) >= maxErrors {
			break
		}
	}
	return errors.Join(errs...)
}

// model is the English key whose placeholders a key must do with: of a plural form that English has not, the general
// one; of a currency without a line of its own, that of all others.
func model(key string) string {
	if rest, ok := strings.CutPrefix(key, "count."); ok {
		name, form, _ := strings.Cut(rest, ".")
		if slices.Contains(formNames, form) {
			return "count." + name + ".other"
		}
	}
	return key
}

// strangers is the error about a placeholder that a sentence is not given; nil when there is none.
//
// A sentence may name less than the English one. What a language does without, such as the year in a
// short date, is its own business.
func strangers(p phrase, key, english string) error {
	allowed := placeholders(english)
	switch section, _, _ := strings.Cut(key, "."); section {
	case "money":
		allowed = []string{"amount", "code"}
	case "place":
		allowed = []string{"country"}
	case "format", "deadline":
		// What makes up a date differs from language to language, and all of it is at hand.
		allowed = append(allowed, "day", "month", "year", "place", "count_in")
	}
	for _, name := range placeholders(p.text) {
		if !slices.Contains(allowed, name) {
			return p.fault(strings.Index(p.text, "{"+name+"}"), "text_placeholder", "it has: "+strings.Join(allowed, ", "), "{%s} is not filled in here", name)
		}
	}
	return nil
}

// placeholders lists the {names} of a sentence, each once, sorted.
func placeholders(s string) []string {
	var names []string
	for {
		_, after, ok := strings.Cut(s, "{")
		if !ok {
			slices.Sort(names)
			return slices.Compact(names)
		}
		name, rest, ok := strings.Cut(after, "}")
		if ok && isKey(name) {
			names = append(names, name)
			after = rest
		}
		s = after
	}
}

// fault is an error about the byte at an offset of the phrase.
func (p phrase) fault(offset int, code, hint, message string, args ...any) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Hint: hint, Message: fmt.Sprintf(message, args...), Position: p.place(offset)}
}
