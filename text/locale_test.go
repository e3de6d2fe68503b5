package text

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources is the text of the package's own code.
func sources(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(data)
	}
	return b.String()
}

// TestLanguagesHaveTheSameKeys compares the languages with English, plural forms aside.
func TestLanguagesHaveTheSameKeys(t *testing.T) {
	english := In("en").own
	for _, lang := range Builtin().Languages() {
		own := In(string(lang)).own
		for key := range english {
			if _, ok := own[key]; !ok && model(key) == key {
				t.Errorf("%s lacks %s", lang, key)
			}
		}
		for key, p := range own {
			if _, ok := english[model(key)]; !ok {
				t.Errorf("%s: English lacks %s", p.at, key)
			}
		}
	}
}

// varying are the sections in which languages may differ in what they name: a date needs no month's name in Chinese.
var varying = []string{"format", "deadline", "place", "money"}

// TestLanguagesNameTheSame compares what each text names with what the English one does.
func TestLanguagesNameTheSame(t *testing.T) {
	english := In("en").own
	for _, lang := range Builtin().Languages() {
		for key, p := range In(string(lang)).own {
			section, _, _ := strings.Cut(key, ".")
			if slices.Contains(varying, section) {
				continue
			}
			if got, want := named(p.text), named(english[model(key)].text); !slices.Equal(got, want) {
				t.Errorf("%s: %s names %v, English %v", p.at, key, got, want)
			}
		}
	}
}

var inBraces = regexp.MustCompile(`\{\{.*?\}\}|\{\w+\}`)

// named is all that a text has in braces, each once. The conditions count: a language that says something in fewer
// cases than the others is a mistake, too.
func named(s string) []string {
	all := slices.DeleteFunc(inBraces.FindAllString(s, -1), func(s string) bool { return s == "{{else}}" || s == "{{end}}" })
	slices.Sort(all)
	return slices.Compact(all)
}

// TestPluralForms wants a form for every number that a language's rules can meet.
func TestPluralForms(t *testing.T) {
	for _, lang := range Builtin().Languages() {
		l := In(string(lang))
		for key := range l.own {
			rest, ok := strings.CutPrefix(key, "count.")
			if !ok {
				continue
			}
			thing, _, _ := strings.Cut(rest, ".")
			for _, n := range []int64{0, 1, 2, 3, 5, 10, 11, 21, 100, 1_000_000, 2_000_000} {
				if !l.has("count." + thing + "." + l.form(n)) {
					t.Errorf("%s: %s has no form %s, for %d", lang, thing, l.form(n), n)
				}
			}
		}
	}
}

var (
	frenchSpace = regexp.MustCompile(`[^\x{202f}\x{a0}][;:!?](?:[ \n]|$)| [;:!?»]|« |'|\.\.\.`)
	chineseHalf = regexp.MustCompile(`\p{Han}[,;:!?()]|[,;:!?()]\p{Han}|\p{Han}\.`)
	doubled     = regexp.MustCompile(`[^\n]  +`)
)

// TestTypography reads the texts as a printer would.
func TestTypography(t *testing.T) {
	rules := map[Lang]*regexp.Regexp{French: frenchSpace, Chinese: chineseHalf}
	for _, lang := range Builtin().Languages() {
		for key, p := range In(string(lang)).own {
			words := inBraces.ReplaceAllString(p.text, "x")
			if key == "format.group" {
				continue
			}
			if at := doubled.FindStringIndex(words); at != nil {
				t.Errorf("%s: %s has two blanks", p.at, key)
			}
			if rule := rules[lang]; rule != nil && !strings.HasPrefix(key, "format.") {
				if at := rule.FindStringIndex(words); at != nil {
					t.Errorf("%s: %s: %q", p.at, key, words[at[0]:at[1]])
				}
			}
		}
	}
}
