package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"recourse"
	"recourse/playbook"
)

// ahead are the messages that no playbook sends: that of words which a person wrote, and those that an act of another kind
// sends.
var ahead = append([]string{"written"}, Requests()...)

// constants are the values of the constants of a type in a room, read from its source so that a new one
// cannot be forgotten here.
func constants(t *testing.T, room, typ string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if id, ok := spec.Type.(*ast.Ident); ok && id.Name == typ {
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
					s, _ := strconv.Unquote(lit.Value)
					values = append(values, s)
				}
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("no constants of type %s", typ)
	}
	return values
}

// spoken is what the built-in playbooks name: keys that must have words.
func spoken(t *testing.T) (keys map[string]bool) {
	t.Helper()
	keys = make(map[string]bool)
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Situations {
			keys["situation."+string(s.Name)] = true
		}
		for _, q := range p.Questions {
			keys["question."+q.Name] = true
			for _, c := range q.Choices {
				keys["choice."+c] = true
			}
		}
		for _, template := range templates(p) {
			for _, field := range []string{"about", "subject", "body"} {
				keys["message."+template+"."+field] = true
			}
		}
		for _, s := range p.Settings {
			topic, _, _ := strings.Cut(s.Name, ".")
			keys["setting."+s.Name], keys["meaning."+s.Name], keys["topic."+topic] = true, true, true
			for _, word := range s.Options {
				keys["option."+s.Name+"."+word] = true
			}
		}
		for _, path := range p.Paths {
			keys["path."+path.Name] = true
			for _, s := range path.States {
				keys["state."+s.Full] = true
			}
		}
	}
	return keys
}

// templates are the messages that a playbook sends, wherever it does.
func templates(p *playbook.Playbook) []string {
	var names []string
	take := func(do []*playbook.Action) {
		for _, a := range do {
			if a.Verb == recourse.EffectMessage {
				names = append(names, a.Template)
			}
		}
	}
	for _, path := range p.Paths {
		for _, s := range path.States {
			take(s.Do)
			for _, t := range slices.Concat(s.On, s.When, s.Choose) {
				take(t.Do)
			}
			for _, timer := range s.Timers {
				take(timer.Do)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wanted are all keys that something reads, with the plural forms and the countries left out.
func wanted(t *testing.T) map[string]bool {
	keys := spoken(t)
	for section, typ := range map[string]string{
		"why": "WhyCode", "event": "EventType", "effect": "EffectKind", "outcome": "Outcome", "status": "CaseStatus", "refund": "RefundStatus",
		"recovery": "RecoveryStatus", "parcel": "ParcelStatus", "leg": "Leg", "party": "Party", "to": "Party", "act": "EffectKind", "choice": "Remedy",
	} {
		for _, value := range constants(t, "", typ) {
			keys[section+"."+value] = true
		}
	}
	for _, kind := range constants(t, "", "EntryKind") {
		if kind != string(recourse.EntryNoted) { // its reason alone tells it
			keys["entry."+kind] = true
		}
	}
	for answer := range playbook.Answers {
		keys["choice."+answer] = true
	}
	for _, anchor := range constants(t, "playbook", "Anchor") {
		if anchor != "" { // the state itself, which needs no name
			keys["anchor."+anchor] = true
		}
	}
	for _, v := range Variables() {
		keys["variable."+v.Path] = true
	}
	for month := range 12 {
		keys["month."+strconv.Itoa(month+1)] = true
		keys["short_month."+strconv.Itoa(month+1)] = true
	}
	return keys
}

// TestEverythingHasWords holds every name of the house and of its playbooks against every language.
func TestEverythingHasWords(t *testing.T) {
	for _, lang := range Builtin().Languages() {
		own := In(string(lang)).own
		for key := range wanted(t) {
			if own[key].text == "" {
				t.Errorf("%s: %s has no words", lang, key)
			}
		}
	}
}

// TestNoWordsUnused refuses a key that nothing reads.
func TestNoWordsUnused(t *testing.T) {
	keys := wanted(t)
	source, house := sources(t), codeOfHouse(t)
	for key, p := range In("en").own {
		section, name, _ := strings.Cut(key, ".")
		name = strings.TrimSuffix(strings.TrimSuffix(name, "_bare"), "_named")
		switch section {
		case "count":
			name, _, _ = strings.Cut(name, ".")
			name = strings.TrimSuffix(name, "_CN")
		case "deadline":
			name = strings.TrimPrefix(name, "business_")
		}
		template, _, _ := strings.Cut(name, ".")
		switch {
		case keys[section+"."+name], section == "money", section == "place", section == "desk", section == "buyer", section == "connect", section == "dossier", section == "point", section == "block", slices.Contains([]string{"finding", "tax", "address_field", "excess"}, section): // the pages have tests of their own
		case section == "message" && slices.Contains(ahead, template):
		case (section == "part" || section == "about_part") && usedPart(name):
		case section == "example" && strings.Contains(source, `say("`+name+`")`):
		case section == "error" && strings.Contains(house, `"`+strings.TrimSuffix(name, "_do")+`"`):
		case strings.Contains(source, `"`+section+"."+name+`"`), strings.Contains(source, `"`+name+`"`):
		default:
			t.Errorf("%s: nothing reads %s", p.at, key)
		}
	}
}

// codeOfHouse is the code of all rooms, without its tests.
func codeOfHouse(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		b.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// unspoken are codes of errors that no page can come to show: they are told to programs, or to whoever runs the program.
var unspoken = []string{
	"body", "body_damaged", "body_size", "body_slow", "content_type", "cursor", "event_attribute", "event_count", "event_data", "event_order", "event_twice", "idempotency_key", "idempotency_key_reused", "if_match",
	"json", "json_depth", "json_text", "json_value", "parameter", "parameter_unknown", "query", "token_missing", "case_other", "address", "unreadable",
	"merchant_id", "money_scale", "money_weights", "not_empty", "file", "database_missing", "database_newer", "policy_changed", "policy_missing", "chain_broken", "closing", "confirm", "interrupted",
	"entry_missing", "decision_differs", "head_differs", "file_differs", "case_differs", "prefetch", "token_kind", "token_name", "token_several", "role_unknown", "calendars_unknown", "playbook_unknown",
	"term", "words_of_no_message", "too_many_streams",
	// Made in the reader's words where they are found.
	"bulk_not_offered", "bulk_nothing", "words_empty", "party_unknown", "undo_late", "colleague_unknown",
}

var coded = regexp.MustCompile(`(?:Code: |invalid\(|moneyRefused\(|fault\([^"\n]*, )"([a-z_]+)"`)

// TestErrorsHaveWords: an error that a page can show is said in the reader's language, with what to do about it.
func TestErrorsHaveWords(t *testing.T) {
	own := In("en").own
	for _, room := range []string{"..", "../desk", "../account", "../store", "../web", "../text"} {
		files, _ := filepath.Glob(room + "/*.go")
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range coded.FindAllStringSubmatch(string(data), -1) {
				code := m[1]
				say, do := own["error."+code].text != "", own["error."+code+"_do"].text != ""
				if on := In("en").HasDesk("error_" + code); !on && (!say || !do) && !slices.Contains(unspoken, code) {
					t.Errorf("%s: the error %s has no words, or not what to do: write error.%s and error.%[2]s_do in the files errors.ini, or list it as unspoken", name, code, code)
				}
			}
		}
	}
}

func usedPart(name string) bool {
	for key, p := range In("en").own {
		if strings.HasPrefix(key, "message.") && strings.Contains(p.text, `{{template "`+name+`" .}}`) {
			return true
		}
	}
	return false
}
