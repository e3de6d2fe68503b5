package sourcing

import (
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// spellings are the concepts of the vocabulary as each language writes them first.
var spellings = sync.OnceValue(func() map[concept]map[string]string {
	rows, err := csv.NewReader(strings.NewReader(vocabularyFile)).ReadAll()
	if err != nil {
		panic(err) // the file is part of the program
	}
	out := map[concept]map[string]string{}
	for _, r := range rows[1:] {
		first := func(all string) string { w, _, _ := strings.Cut(all, "|"); return w }
		out[conceptOf(r[0], r[1])] = map[string]string{"en": first(r[2]), "fr": first(r[3]), "zh": first(r[4])}
	}
	return out
})

// conceptOf is a row of the vocabulary.
func conceptOf(kind, name string) concept {
	switch kind {
	case "thing":
		return concept{kind: thing, name: name}
	case "property":
		return concept{kind: property, name: name}
	}
	return concept{kind: trait, group: kind, name: name}
}

// measuresIn are the units that a measure is written in: so many of the smallest make one.
var measuresIn = map[string]struct {
	of   int64
	unit string
}{"mm": {10, "cm"}, "g": {1, "g"}, "ml": {1, "ml"}, "volt": {1, "V"}, "watt": {1, "W"}, "mah": {1, "mAh"}, "gb": {1, "GB"}}

// describeOrder is how a thing is told: what it is, which one, how it looks, how big.
var describeOrder = []termKind{thing, model, trait, property, measure}

// mostDescribed bounds how much of a title is told.
const mostDescribed = 7

// Describe tells what a title says, in English, French or Chinese, as far as the vocabulary knows: a red kite is «cerf-volant,
// rouge». Names of shops, praise and whatever else is not known are left out. "" where not even the thing is known, or where the
// language is another.
func Describe(title, lang string) string {
	terms := termsOf(title)
	if !slices.ContainsFunc(terms, func(t term) bool { return t.kind == thing }) {
		return ""
	}
	var out []string
	for _, kind := range describeOrder {
		for _, t := range terms {
			if w := t.spelled(lang); t.kind == kind && w != "" && len(out) < mostDescribed && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	if len(out) == 0 {
		return ""
	}
	if lang == "zh" {
		return strings.Join(out, "，")
	}
	return capital(strings.Join(out, ", "))
}

// spelled is a term in a language; "" where it has no word there.
func (t term) spelled(lang string) string {
	switch t.kind {
	case model:
		return strings.ToUpper(t.text)
	case measure:
		m, ok := measuresIn[t.group]
		n, err := strconv.ParseInt(t.text, 10, 64)
		if !ok || err != nil {
			return ""
		}
		if n%m.of != 0 {
			return strconv.FormatInt(n, 10) + "\u00a0" + t.group
		}
		return strconv.FormatInt(n/m.of, 10) + "\u00a0" + m.unit
	}
	return spellings()[concept{kind: t.kind, group: t.group, name: t.text}][lang]
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
