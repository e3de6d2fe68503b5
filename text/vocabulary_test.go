package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"recourse"
	"recourse/playbook"
)

// ahead are the messages that no playbook sends: that of words which a person wrote.
var ahead = []string{"written"}

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
	source := sources(t)
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
		case keys[section+"."+name], section == "money", section == "place", section == "desk": // the desk has a test of its own
		case section == "message" && slices.Contains(ahead, template):
		case section == "part" && usedPart(name):
		case strings.Contains(source, `"`+section+"."+name+`"`), strings.Contains(source, `"`+name+`"`):
		default:
			t.Errorf("%s: nothing reads %s", p.at, key)
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
