package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"Élodie LEFÈVRE, Orléans": "elodie lefevre orleans",
		"Œuvre du cœur":           "coeur du oeuvre",
		"Straße 12-b":             "12 b strasse",
		"手机壳":                     "壳 手机 机壳",
		"屏幕碎了 iPhone15":           "iphone15 了 屏幕 幕碎 碎了",
		"LP00123456789CN":         "lp00123456789cn",
		"ＡＢＣ１２３":                  "abc123",
		"camille@example.com":     "camille com example",
		"e\u0301te\u0301":         "ete",
		"한국어 단어":                  "", // below: decomposed the same in texts and questions
		"  --  ":                  "",
		"a\xffb":                  "a b",
	} {
		got := strings.Join(Terms(text), " ")
		if want != "" && got != want {
			t.Errorf("%q has the terms %q, %q is wanted", text, got, want)
		}
	}
}

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		ask, text string
		want      bool
	}{
		{"elodie", "Élodie", true}, {"ÉLO", "élodie", true}, {"elo ", "Élodie", true}, {"odie", "Élodie", false}, {"elodie orl", "Orléans, Élodie", true},
		{"orl elodie", "Orléans, Élodie", false}, {"屏幕", "手机屏幕碎了", true}, {"幕", "屏幕", true}, {"屏", "屏幕", true}, {"屏幕碎", "屏幕碎了", true}, {"幕屏", "屏幕", false},
		{"lp0012", "LP00123456789CN", true}, {"00123", "LP00123456789CN", false}, {"", "x", false}, {"--", "--", false}, {"t-77", "T-77", true}, {"coeur", "Cœur", true},
		{strings.Repeat("x", 100), strings.Repeat("x", 90), true},
	} {
		q := Ask(c.ask)
		if got := q.Match(Terms(c.text)); got != c.want {
			t.Errorf("%q finds %q: %v, terms %q begun %v", c.ask, c.text, got, q.Terms, q.Begun)
		}
		if found := len(q.Find(c.text)) > 0; c.want && !found {
			t.Errorf("%q is not marked in %q", c.ask, c.text)
		}
	}
	if q := Ask(strings.Repeat("a b c d e f g ", 20) + "1 2 3 4 5 6 7 8 9"); len(q.Terms) > MaxAsked {
		t.Errorf("%d terms are asked for", len(q.Terms))
	}
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{"Élodie 屏幕碎了", "a\xff\u0301", "ﬃ ǅ İ", "e\u0301\u0301", "𝔘𝔫𝔦 한국", "٣٤ ½ ²", "か゚き"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all := Terms(s)
		if !slices.IsSorted(all) || len(all) > MaxTerms {
			t.Fatal("not sorted, or too many")
		}
		for _, k := range all {
			if k == "" || len(k) > MaxTerm || !utf8.ValidString(k) || strings.ContainsFunc(k, func(r rune) bool { return !inWord(r) }) {
				t.Fatalf("%q is no term", k)
			}
			if again := Ask(k); len(again.Terms) > 0 && !again.Match(all) {
				t.Fatalf("the term %q does not find its own text: %q", k, again.Terms)
			}
		}
		last := 0
		for _, p := range Ask(s).Find(s) {
			if p[0] < last || p[1] <= p[0] || p[1] > len(s) {
				t.Fatalf("the places overlap or lie outside: %v", p)
			}
			last = p[1]
		}
	})
}
