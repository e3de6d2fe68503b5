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
//
// Some examples, for whole numbers:
//
//   - English has one and other: 1 day, 0 days, 2 days.
//   - French takes zero for one: « 0 jour », « 1 jour », « 2 jours », and many for the round
//     millions.
//   - Polish has one, few and many: 1 dzień, 2 dni, 5 dni, where the word for five only happens to
//     be that for two.
//   - Chinese has other alone: a file of that language needs no second line.
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
//
// A file that leaves out a form has it replaced by its own other, and not by English words: «2 days»
// in the middle of a Polish sentence would be worse than a wrong ending. With no words at all the
// bare number is left.
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
//
// A language may have a phrase for one country, under count.business_CN say, because a reader wants
// to be told whose days they are: China's weekends are worked at times, and its new year takes a
// week out.
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
//
// It takes the two shapes that a playbook has, of two words and of four:
//
//	"3 days"                 3   day       ""
//	"12 hours"               12  hour      ""
//	"10 business days CN"    10  business  CN
//	"5 business days merchant"
//
// Anything else is not an error here: the playbook was checked when it was read, and what does not
// look like a duration is shown as it is.
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
//
// With different units both are named, as in "2 days to 10 business days". It is the sentence in
// which a buyer is told how long the marketplace takes to verify a claim.
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
//
// All but the last two are joined by format.more and the last by format.two, so that a language says
// for itself whether a comma stands in front of its «and».
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
