package text

import (
	"maps"
	"strings"
	"testing"
	"time"

	"recourse"
)

// TestFile reads back what is written: a language that was downloaded and sent back unchanged is the same.
func TestFile(t *testing.T) {
	for _, lang := range Builtin().Languages() {
		file := Builtin().File(lang)
		words, err := ParseWords("x.ini", file)
		if err != nil {
			t.Fatal(err)
		}
		for key, p := range In(string(lang)).own {
			if words[key] != p.text {
				t.Errorf("%s: %s was %q and is read back as %q", lang, key, p.text, words[key])
			}
		}
		if err := Builtin().CheckFile(lang, "x.ini", file); err != nil {
			t.Error(err)
		}
	}
	c, err := Builtin().WithWords(map[Lang]Words{"pl": Start("pl", "en")})
	if err != nil {
		t.Fatal(err)
	}
	file := string(c.File("pl"))
	for _, want := range []string{"day.few = {n} dni\n", "# [", "\n# delay_notice.about = delay notice", "polski (pl)"} {
		if (want != "# [") != strings.Contains(file, want) {
			t.Errorf("the file of Polish: %q", want)
		}
	}
}

// TestStart begins languages that the program has not: their dates, money and plural forms are right at once.
func TestStart(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 5, 0, 0, time.UTC)
	for lang, want := range map[Lang][]string{
		"de": {"1. März 2026", "1.234,50 €", "2 Tage", "ca"}, "es": {"1 de marzo de 2026", "1.234,50 €", "2 días"}, "pl": {"1 marca 2026", "1 234,50 €", "2 dni"},
		"de-AT": {"1. März 2026", "1.234,50 €", "2 Tage"}, "ja": {"2026年3月1日", "€1,234.50", "2日"}, "ko": {"2026년 3월 1일", "€1,234.50", "2일"}, "zh-TW": {"2026年3月1日", "1,234.50 歐元", "2 天"},
		"fr-CA": {"1er mars 2026", "1 234,50 €", "2 jours"}, "it": {"1º marzo 2026", "1.234,50 €", "2 giorni"}, "nl": {"1 maart 2026", "€ 1.234,50", "2 dagen"}, "pt": {"1 de março de 2026", "€ 1.234,50", "2 dias"},
		"sv": {"1 March 2026", "€1 234,50", "2 days"}, // begins with the signs alone
	} {
		base := Lang("en")
		if b, _, variety := strings.Cut(string(lang), "-"); variety && Builtin().Has(Lang(b)) {
			base = Lang(b)
		}
		c, err := Builtin().WithWords(map[Lang]Words{lang: Start(lang, base)})
		if err != nil {
			t.Errorf("%s: %v", lang, err)
			continue
		}
		l := c.In(string(lang))
		for i, got := range []string{l.Date(at), l.Money(recourse.Money{Minor: 123450, Currency: "EUR"}), l.Days(2)} {
			if plainSpaces(got) != want[i] {
				t.Errorf("%s: %q, want %q", lang, got, want[i])
			}
		}
		for _, thing := range []string{"day", "business_in"} {
			for _, form := range l.Forms() {
				if _, ok := l.own["count."+thing+"."+form]; !ok && lang != "sv" {
					t.Errorf("%s has no count.%s.%s", lang, thing, form)
				}
			}
		}
	}
	if s := maps.Clone(Start("fr-CA", "fr")); len(s) != 1 {
		t.Errorf("a variety begins with %v", s)
	}
}

func plainSpaces(s string) string {
	return strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(s)
}
