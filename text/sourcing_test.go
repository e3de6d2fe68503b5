package text

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse"
)

// TestRankingHasWords: every block and every part of a score that the room sourcing gives has its words in every language,
// and no words are left over.
func TestRankingHasWords(t *testing.T) {
	code, err := os.ReadFile("../sourcing/rank.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`block\("(\w+)"`).FindAllStringSubmatch(string(code), -1) {
		used["block."+m[1]] = true
	}
	for _, name := range []string{"price", "margin", "stock", "shipping"} {
		used["point."+name] = true
	}
	for _, m := range regexp.MustCompile(`said\("(\w+)"|Name: "how", Text: "(\w+)"|Args\[0\]\.Text = "(\w+)"|how := "(\w+)"|how = "(\w+)"`).FindAllStringSubmatch(string(code), -1) {
		how := strings.Join(m[1:], "")
		used["point."+map[string]string{"said_same": "likeness", "sku": "likeness", "never": "likeness", "titles": "likeness", "said_similar": "likeness", "days": "time", "promise": "time",
			"known": "record", "unknown": "record", "sure": "shipping", "unweighed": "shipping"}[how]+"_"+how] = true
	}
	for _, lang := range []string{"en", "fr", "zh"} {
		l := In(lang)
		for key := range used {
			if l.own[key].text == "" {
				t.Errorf("%s: %s has no words", lang, key)
			}
		}
		for key := range l.own {
			if section, _, _ := strings.Cut(key, "."); (section == "point" || section == "block") && !used[strings.TrimSuffix(key, "_bare")] {
				t.Errorf("%s: nothing gives %s", lang, key)
			}
		}
	}
}

func TestPoint(t *testing.T) {
	args := []recourse.Arg{{Name: "permille", N: 1056}, {Name: "sum", Sum: recourse.Money{Minor: 9500, Currency: "CNY"}}, {Name: "cost", Sum: recourse.Money{Minor: 9000, Currency: "CNY"}}}
	for lang, want := range map[string]string{"en": "CN¥95.00 a piece, 105% of the CN¥90.00 that it cost"} {
		if got := In(lang).Point("price", args); got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
	if got := In("en").Point("price", nil); got != "The price cannot be compared" {
		t.Error(got)
	}
	if got := In("fr").Block("too_dear", []recourse.Arg{{Name: "permille", N: 1400}, {Name: "most", N: 1200}}); !strings.Contains(got, "140") || !strings.Contains(got, "20") || strings.Contains(got, "{") {
		t.Error(got)
	}
	if got := In("zh").Point("time", []recourse.Arg{{Name: "how", Text: "promise"}, {Name: "n", N: 0}, {Name: "at", At: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}}); !strings.Contains(got, "2026") {
		t.Error(got)
	}
}
