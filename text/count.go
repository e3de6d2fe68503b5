package text

import (
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// formNames are the plural forms of CLDR as a file writes them, by the number that x/text gives them.
var formNames = []string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}

// form is the plural form that goes with n. The rules are those of CLDR 32 in x/text, which know every language a
// merchant may add; newer ones have, in the Romance languages, a form for round millions (« 1 000 000 de jours »),
// which is added here. A library with newer rules exists, but keeps them to itself behind its own message format.
func (l *Language) form(n int64) string {
	base, _ := l.tag.Base()
	switch base.String() {
	case "ca", "es", "fr", "it", "pt":
		if n != 0 && n%1_000_000 == 0 {
			return "many"
		}
	}
	n = max(n, -n)
	// The rules look at the last digits and at whether the number is small: what is left out changes nothing.
	if n > 10_000_000 {
		n = 10_000_000 + n%1_000_000
	}
	return formNames[plural.Cardinal.MatchPlural(pluralTag(l.tag), int(n), 0, 0, 0, 0)]
}

// pluralTag keeps a language without rules from being taken for one that has any.
func pluralTag(t language.Tag) language.Tag {
	if t == language.Und {
		return language.English
	}
	return t
}

// counted writes a number of things in the form that goes with it: "1 day", "2 days".
func (l *Language) counted(thing string, n int64, v values) string {
	if v == nil {
		v = values{}
	}
	v["n"] = l.number(n)
	// The form is asked of each language in turn: one that lacks the words must not lend its form to the next.
	for ; l != nil; l = l.next {
		for _, form := range []string{l.form(n), "other"} {
			if p, ok := l.own["count."+thing+"."+form]; ok {
				return fill(p.text, v)
			}
		}
	}
	return v["n"]
}

// Days writes a number of days.
func (l *Language) Days(n int) string { return l.counted("day", int64(n), nil) }

// BusinessDays writes a number of business days of a country; "" or "merchant": of the reader's own.
func (l *Language) BusinessDays(n int, country string) string {
	switch {
	case country == "" || country == "merchant":
		return l.counted("business", int64(n), nil)
	case l.has("count.business_" + country + ".other"):
		return l.counted("business_"+country, int64(n), nil)
	}
	return l.counted("business_in", int64(n), values{"place": l.place(country)})
}

// has looks at the language alone: of a country, say, only this language may have a phrase of its own.
func (l *Language) has(key string) bool {
	_, ok := l.own[key]
	return ok
}

// Duration puts a playbook's duration into words: "2 days", "10 business days CN". What is none, the name of a
// setting for instance, stays as it is.
func (l *Language) Duration(s string) string {
	if n, unit, country, ok := span(s); ok {
		return l.length(n, unit, country)
	}
	return s
}

// length words a duration that was taken apart.
func (l *Language) length(n int, unit, country string) string {
	if unit == "business" {
		return l.BusinessDays(n, country)
	}
	return l.counted(unit, int64(n), nil)
}

// span takes a duration apart: its number, its unit (minute, hour, day, business) and, of business days, the country.
func span(s string) (n int, unit, country string, ok bool) {
	words := strings.Fields(s)
	if len(words) != 2 && len(words) != 4 {
		return 0, "", "", false
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 0 {
		return 0, "", "", false
	}
	if len(words) == 4 {
		return n, words[1], words[3], words[1] == "business" && strings.TrimSuffix(words[2], "s") == "day"
	}
	unit = strings.TrimSuffix(words[1], "s")
	return n, unit, "", unit == "minute" || unit == "hour" || unit == "day"
}

// Window puts the time between two durations into words, the unit named once where both have the same: "10 to 30
// business days".
func (l *Language) Window(from, to string) string {
	n, unit, country, ok := span(from)
	_, unit2, country2, ok2 := span(to)
	a := l.Duration(from)
	if ok && ok2 && unit == unit2 && country == country2 {
		a = l.number(int64(n))
	}
	if a == "" {
		return l.Duration(to)
	}
	return fill(l.get("duration.window"), values{"a": a, "b": l.Duration(to)})
}

// List joins items as a sentence does: "a, b and c", « a, b et c », "a、b和c".
func (l *Language) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	s := items[0]
	for _, item := range items[1:last] {
		s = fill(l.get("format.more"), values{"a": s, "b": item})
	}
	return fill(l.get("format.two"), values{"a": s, "b": items[last]})
}
