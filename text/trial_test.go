package text

import (
	"slices"
	"strings"
	"testing"

	"recourse"
)

// TestEveryWayIsReached: of the program's own messages each side of each condition can be read by somebody.
func TestEveryWayIsReached(t *testing.T) {
	for _, lang := range Builtin().Languages() {
		for _, name := range Templates() {
			trial, err := Builtin().Prove(lang, name, recourse.PartyBuyer, []string{"earliest", "latest", "window", "reason", "text"}, day(3, 6))
			if err != nil {
				t.Errorf("%s %s: %v", lang, name, err)
			}
			for _, w := range trial.Ways {
				if !w.Reached {
					t.Errorf("%s %s: nothing reaches %s:%d:%d %s %v", lang, name, w.Key, w.Line, w.Column, w.Condition, w.Holds)
				}
			}
			if len(trial.Ways)%2 != 0 {
				t.Errorf("%s %s: %d ways", lang, name, len(trial.Ways))
			}
		}
	}
}

// words are a message of a merchant's.
func words(t *testing.T, subject, body string) (*Catalog, error) {
	t.Helper()
	return Builtin().WithWords(map[Lang]Words{"en": {"message.delay_notice.subject": subject, "message.delay_notice.body": body}})
}

// TestTrial tries a message with conditions in conditions, in parts, and one that can never hold.
func TestTrial(t *testing.T) {
	c, err := words(t, "Order {{.Order}}", "{{template \"greeting\" .}}\n{{if and .Choosing (not .ClaimAt.IsZero)}}a{{if eq .Offer \"same\" \"either\"}}b{{else}}c{{end}}{{else}}d{{end}}\n{{if .Lost}}{{if not .Lost}}never{{end}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	trial, err := c.Prove("en", "delay_notice", recourse.PartyBuyer, nil, day(3, 6))
	if err != nil {
		t.Fatal(err)
	}
	var missed, said []string
	for _, w := range trial.Ways {
		if !w.Reached {
			missed = append(missed, w.Condition)
		}
		said = append(said, strings.Split(w.Body+"\n", "\n")[1])
	}
	if !slices.Equal(missed, []string{"not .Lost"}) {
		t.Errorf("not reached: %q", missed)
	}
	for _, s := range []string{"ab", "ac", "d"} {
		if !slices.Contains(said, s) {
			t.Errorf("nobody reads %q: %q", s, said)
		}
	}
	if want := []string{"Buyer", "Choosing", "ClaimAt", "Lost", "Offer", "Order"}; !slices.Equal(trial.Fields, want) || !slices.Equal(trial.Parts, []string{"greeting"}) {
		t.Errorf("names %v and uses %v", trial.Fields, trial.Parts)
	}
}

// TestProof refuses what says nothing, and values that the playbook does not give.
func TestProof(t *testing.T) {
	for body, want := range map[string]string{
		"{{if .Lost}}x{{end}}":          "en:message.delay_notice.body:1:1: there is nothing to read",
		"a\nb {{.Vars.pickup.Text}}":    `en:message.delay_notice.body:2:5: the playbook gives the message no "pickup"`,
		"a {{date .Vars.latest.At}}":    "",
		"{{if .Lost}}x{{else}}y{{end}}": "",
	} {
		c, err := words(t, "s", body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Prove("en", "delay_notice", recourse.PartyBuyer, []string{"latest"}, day(3, 6))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q gives %v, want %s", body, err, want)
		}
	}
}

// TestWords lays several languages over the program's at once.
func TestWordsOfMerchant(t *testing.T) {
	c, err := Builtin().WithWords(map[Lang]Words{
		"fr":    {"choice.refund": "Rembourser tout"},
		"fr-CA": {"language.base": "fr", "choice.reorder": "Racheter"},
		"de":    {"language.base": "fr", "language.name": "Deutsch", "status.open": "in Arbeit"},
		General: {KeyDefault: "fr"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.In("fr-CA").Choice("refund"), c.In("fr-CA").Choice("reorder"), c.In("de").Status(recourse.Open), c.In("de").Choice("refund"), c.In("de").Name(), string(c.Match("ko")), c.In("fr-CA").Name()}
	if want := []string{"Rembourser tout", "Racheter", "in Arbeit", "Rembourser tout", "Deutsch", "fr", "français canadien"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if keys := c.Keys("pl"); !slices.Contains(keys, "count.day.few") || slices.Contains(keys, "count.day.zero") {
		t.Error("plural forms of Polish")
	}
	// Two that lean on each other lean on English in the end.
	if _, err := Builtin().WithWords(map[Lang]Words{"de": {"language.base": "nl"}, "nl": {"language.base": "de"}}); err != nil {
		t.Error(err)
	}
	_, err = Builtin().WithWords(map[Lang]Words{"fr": {"choice.refund": "x {y}", "why.evnt": "x"}, "zz-not a tag": {}})
	if err == nil || !strings.Contains(err.Error(), "fr:choice.refund:1:3") || !strings.Contains(err.Error(), "fr:why.evnt:1:1") || !strings.Contains(err.Error(), "not a language") {
		t.Errorf("mistakes: %v", err)
	}
}
