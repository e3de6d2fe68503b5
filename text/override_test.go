package text

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"recourse"
)

// german is a merchant's own language, of which most is left out.
const german = `# Deutsch
[situation]
out_of_stock = Nicht lieferbar

[part]
greeting = Guten Tag{{if .Buyer}} {{.Buyer}}{{end}},

[count]
day.one = {n} Tag
day.other = {n} Tage

[message.refund_done]
about = Erstattung
subject = Bestellung {{.Order}}: erstattet
body =
    {{template "greeting" .}}

    wir haben {{money .Amount}} erstattet, {{days .LateDays}} zu spät.

    {{template "closing" .}}
`

func with(t *testing.T, c *Catalog, lang Lang, source string) *Catalog {
	t.Helper()
	out, err := c.With(lang, "shop.ini", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMerchantsLanguage(t *testing.T) {
	french, err := Builtin().WithDefault(French)
	if err != nil {
		t.Fatal(err)
	}
	c := with(t, french, "de", german)
	de := c.In("de-AT")
	for got, want := range map[string]string{
		string(de.Lang()):              "de",
		string(c.Match("pt-BR")):       "fr",
		de.Situation("out_of_stock"):   "Nicht lieferbar",
		de.Situation("customs_hold"):   "Retenu en douane", // the merchant's default steps in
		de.Days(1):                     "1 Tag",
		de.Duration("2 days"):          "2 Tage",
		de.Duration("2 hours"):         "2\u00a0heures",
		c.In("xx").Situation("oddity"): "oddity",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	d := Data{Order: "7", Buyer: "Ada", LateDays: 2, Amount: recourse.Money{Minor: 100, Currency: "EUR"}}
	subject, body, err := de.Message("refund_done", d)
	if err != nil || subject != "Bestellung 7: erstattet" || body != "Guten Tag Ada,\n\nwir haben 1,00\u00a0€ erstattet, 2 Tage zu spät.\n\nBien cordialement\n" {
		t.Errorf("%q %q %v", subject, body, err)
	}
	if subject, _, _ = de.Message("evidence_closed", d); !strings.HasPrefix(subject, "Commande 7") {
		t.Errorf("what is missing should be French: %q", subject)
	}
	if c.HasTemplate("de", "evidence_closed") || !c.HasTemplate("de", "refund_done") || c.HasTemplate("xx", "refund_done") {
		t.Error("HasTemplate looks at one language only")
	}
	if HasTemplate("de", "refund_done") || len(c.Languages()) != 4 || len(Builtin().Languages()) != 3 {
		t.Error("the program's own catalog has changed")
	}
}

func TestMerchantsWords(t *testing.T) {
	c := with(t, Builtin(), "fr", "[part]\nclosing = À bientôt\n[situation]\nmoon_missing = Lune absente\n[money]\nEUR = {amount} euros\n")
	l := c.In("fr-CA")
	_, body, err := l.Message("refund_done", Data{Order: "7"})
	if err != nil || !strings.HasSuffix(body, "\n\nÀ bientôt\n") || !strings.Contains(body, "commande 7") {
		t.Errorf("%q %v", body, err)
	}
	if got := l.Situation("moon_missing") + l.Money(recourse.Money{Minor: 100, Currency: "EUR"}); got != "Lune absente1,00 euros" {
		t.Error(got)
	}
	canada := with(t, c, "fr-CA", "[choice]\nrefund = Redonner\n")
	if got := canada.In("fr_CA").Choice("refund") + canada.In("fr").Choice("refund") + canada.In("fr-CA").Situation("moon_missing"); got != "RedonnerRembourserLune absente" {
		t.Error(got)
	}
	own := with(t, Builtin(), "en", "[message.mine]\nsubject = Hi\nbody = Until {{date .Vars.pickup.At}}\n")
	if _, _, err := own.In("en").Message("mine", Data{}); recourse.CodeOf(err) != "template_failed" {
		t.Errorf("a variable that is not given: %v", err)
	}
	if _, _, err := In("en").Message("mine", Data{}); recourse.CodeOf(err) != "template_unknown" {
		t.Errorf("an unknown message: %v", err)
	}
	if _, err := Builtin().WithDefault("de"); recourse.CodeOf(err) != "language_unknown" {
		t.Errorf("an unknown default: %v", err)
	}
}

// TestMistakes wants each mistake at its line and column.
func TestMistakes(t *testing.T) {
	message := "[message.m]\nsubject = s\nbody =\n    one\n\n    "
	for source, want := range map[string]string{
		"key = x":                                     `1:1: the key "key" stands in no section`,
		"[situation\na = b":                           `1:1: "[situation" is not a section`,
		"[situation]\nword":                           `2:1: "word" is not a line of a language file`,
		"[situation]\na = b\na = c":                   `3:1: the key "a" stands here twice`,
		"[situation]\n  a = b":                        `2:3: an indented line that belongs to no key`,
		"[situation]\na =\n\n[choice]":                `4:1: the key "situation.a" has no text`,
		"[situation]\na = \x01":                       `2:5: this is not a text`,
		"[situation]\na = \xff":                       `2:5: this is not a text`,
		"[why]\nevnt = x":                             `2:8: there is no key "why.evnt" (did you mean "why.event"?)`,
		"[why]\nevent = x {tim}":                      `2:11: {tim} is not filled in here`,
		"[count]\nday.few = {n} of {m}":               `2:18: {m} is not filled in here`,
		"[message]\nx = y":                            `2:5: a message has about, subject and body, not "x"`,
		"[message.m]\nsubject = s":                    `2:11: the message "m" has no body`,
		"[message.m]\nbody = b":                       `2:8: the message "m" has no subject`,
		message + "é {{.Ordr}}":                       `6:9: there is no field .Ordr (did you mean "Order"?)`,
		message + "{{.Order.Length}}":                 `there is no field .Order.Length`,
		message + "{{if .Order}}":                     `unexpected EOF`,
		message + "{{printf \"%999999999d\" 1}}":      `function "printf" not defined`,
		message + "{{index .Vars \"x\"}}":             `function "index" not defined`,
		message + "{{range .Goods}}{{end}}":           `{{range .Goods}}{{end}} has no meaning here`,
		message + "{{with .Order}}{{end}}":            `has no meaning here`,
		message + "{{$x := 1}}":                       `a message has no variables`,
		message + "{{define \"y\"}}z{{end}}":          `a message cannot define templates`,
		message + "{{template \"facts\"}}":            `there is no part to use as {{template "facts" .}} here`,
		message + "{{template \"fact\" .}}":           `did you mean "facts"?`,
		message + "{{money .Order}}":                  `wrong type for value; expected recourse.Money; got string`,
		"[part]\ngreeting = {{template \"facts\" .}}": `there is no part to use as {{template "facts" .}} here`,
	} {
		_, err := Builtin().With("en", "shop.ini", []byte(source))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "shop.ini:") {
			t.Errorf("%q\n gives %v\n want  %s", source, err, want)
		}
		if _, ok := errors.AsType[*recourse.Error](err); !ok {
			t.Errorf("%q gives no error of ours", source)
		}
	}
}

// TestMistakeAfterMany finds a mistake behind many keys that are good.
func TestMistakeAfterMany(t *testing.T) {
	file := string(Builtin().File("fr")) + "\n[why]\nzzz = x\n"
	if _, err := Builtin().With("fr", "shop.ini", []byte(file)); err == nil || !strings.Contains(err.Error(), `there is no key "why.zzz"`) {
		t.Errorf("a key that there is not, at the end of a whole file: %v", err)
	}
}

func TestLimits(t *testing.T) {
	var many strings.Builder
	many.WriteString("[choice]\n")
	for i := range maxKeys + 1 {
		many.WriteString("a" + strconv.Itoa(i) + " = x\n")
	}
	for name, source := range map[string]string{
		"bytes": strings.Repeat("#\n", MaxBytes),
		"line":  "[choice]\na = " + strings.Repeat("x", maxLine),
		"keys":  many.String(),
	} {
		if _, err := Builtin().With("en", "shop.ini", []byte(source)); recourse.KindOf(err) != recourse.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Builtin().With("not a language", "shop.ini", nil); recourse.CodeOf(err) != "language_malformed" {
		t.Error(err)
	}
	long := with(t, Builtin(), "en", "[message.m]\nsubject = s\nbody = "+strings.Repeat("{{goods .Goods}}", 400)+"\n")
	goods := make([]Goods, 50)
	for i := range goods {
		goods[i].Title = strings.Repeat("x", 100)
	}
	if _, _, err := long.In("en").Message("m", Data{Goods: goods}); recourse.CodeOf(err) != "template_failed" {
		t.Errorf("a message without end: %v", err)
	}
}

// TestStrangersText keeps what strangers wrote from becoming lines, subjects or templates of ours.
func TestStrangersText(t *testing.T) {
	d := Data{Order: "7\r\nBcc: x@example.com", Buyer: "{{.Order}}", Reason: "a\n\nPay here: evil\u0000", Goods: []Goods{{Title: "lamp\n\nmug {n}"}}}
	subject, body, err := In("en").Message("claim_denied", d)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(subject, "\r\n") || !strings.Contains(body, "Hello {{.Order}},") || !strings.Contains(body, "– lamp  mug {n}\n") || strings.Contains(body, "\nPay") {
		t.Errorf("%q\n%s", subject, body)
	}
}

// FuzzOverride wants an answer to every file: a catalog that speaks, or errors of ours.
func FuzzOverride(f *testing.F) {
	f.Add("de", german)
	f.Add("fr-CA", "[choice]\nrefund = Redonner\n")
	f.Add("en", "[message.m]\nsubject = {{if .Order}}a{{else}}b{{end}}\nbody =\n  {{goods .Goods}}\n")
	f.Add("en", "[format]\ngroup = {day}\n[count]\nday.few = {n}\n[money]\nEUR = {amount}{code}\n")
	f.Fuzz(func(t *testing.T, lang, source string) {
		c, err := Builtin().With(Lang(lang), "shop.ini", []byte(source))
		if err != nil {
			if e, ok := errors.AsType[*recourse.Error](err); !ok || !utf8.ValidString(e.Error()) {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, name := range c.Languages() {
			l := c.In(string(name))
			for template := range l.messages {
				if _, _, err := l.Message(template, NewData(story(), recourse.Effect{Case: "1001-1"})); err != nil && recourse.CodeOf(err) != "template_failed" {
					t.Fatal(err)
				}
			}
			l.Money(recourse.Money{Minor: 1, Currency: "EUR"})
			l.Days(3)
		}
	})
}
