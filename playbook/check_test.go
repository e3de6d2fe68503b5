package playbook_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
)

// everywhere stands for words in every language, but for the one template of which the test of missing ones asks.
func everywhere(lang, template string) bool { return lang == "en" || template != "nowhere" }

// checked are the places at which the playbook of each rule breaks it.
var checked = map[string]string{
	"dead_end":            "24:7",
	"final_choose":        "23:16",
	"final_do_ask":        "27:14",
	"instant_loop":        "23:7",
	"missing_template":    "24:14",
	"never_true":          "25:32",
	"refund_and_send":     "32:21",
	"shadowed_transition": "27:14",
	"track_act":           "31:34",
	"unanswerable_choice": "25:14",
	"unopened_situation":  "19:3",
	"unreachable_state":   "30:7",
	"unused_condition":    "11:9",
	"unused_path":         "26:3",
	"unused_question":     "14:3",
	"unused_setting":      "9:3",
	"unused_template":     "16:3",
}

// findings loads and checks a file, and gives what was found as code and place.
func findings(t *testing.T, file string) (found []playbook.Finding, short []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := playbook.Load(filepath.Base(file), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Check(everywhere, []string{"en", "fr"}) {
		found = append(found, f)
		short = append(short, f.Code+" "+f.At.String())
	}
	return found, short
}

// TestCheckRules: a playbook that breaks one rule breaks that one, there, and no other.
func TestCheckRules(t *testing.T) {
	files, _ := filepath.Glob("testdata/check/*.yaml")
	if len(files) != len(checked) {
		t.Errorf("%d files, %d rules", len(files), len(checked))
	}
	for code, place := range checked {
		t.Run(code, func(t *testing.T) {
			found, short := findings(t, filepath.Join("testdata", "check", code+".yaml"))
			if want := []string{code + " " + code + ".yaml:" + place}; !slices.Equal(short, want) {
				t.Errorf("found %v, want %v\n%v", short, want, found)
			}
		})
	}
}

// TestCheckWitness: what would have to happen is told step by step.
func TestCheckWitness(t *testing.T) {
	found, _ := findings(t, "testdata/check/refund_and_send.yaml")
	want := `refund_and_send.yaml:32:21: way.reordering would send again what is paid back (ask for confirm: true, or guard it with case.refund and withdraw_refund)
    with remedy = both
    case trouble: purchase.out_of_stock → way.begin
    when remedy == 'both' → way.offering (refund requested)
    refund.sent → way.offering (refund sent)
    the merchant chooses reorder → way.reordering`
	if len(found) != 1 || found[0].String() != want {
		t.Errorf("got\n%v\nwant\n%s", found, want)
	}
}

func TestBuiltinsHaveNoFindings(t *testing.T) {
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Check(nil, nil) {
			t.Errorf("%s: %s", f.Code, f)
		}
	}
}

// TestCheckMutants: a built-in playbook with a confirmation taken away is found to lose twice.
func TestCheckMutants(t *testing.T) {
	for _, name := range playbook.Builtins() {
		data, _ := playbook.BuiltinSource(name)
		mutants, err := playbook.Mutants(name+".yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutants {
			if m.Kind != playbook.MutantConfirm {
				continue
			}
			p, err := m.Playbook()
			if err != nil {
				t.Fatal(err)
			}
			if codes := codesOf(p.Check(nil, nil)); !slices.Contains(codes, "refund_and_send") {
				t.Errorf("%s %s: found %s", m.At, m.Description, strings.Join(codes, ", "))
			}
		}
	}
}

func codesOf(all []playbook.Finding) (codes []string) {
	for _, f := range all {
		codes = append(codes, f.Code)
	}
	return codes
}

func BenchmarkCheck(b *testing.B) {
	p, err := playbook.Builtin("dropship")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.Check(everywhere, []string{"en", "fr"})
	}
	if b.Elapsed()/time.Duration(b.N) > 100*time.Millisecond {
		b.Error("a check takes longer than a person's glance")
	}
}

// TestCheckBounded: a playbook whose settings make more merchants than can be looked at is checked in part, and the
// check says so.
func TestCheckBounded(t *testing.T) {
	text, err := os.ReadFile("testdata/check/unused_question.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flags, conds := "settings:\n", ""
	for c := 'a'; c < 'a'+20; c++ {
		flags += "  " + string(c) + ": {flag: true}\n"
		conds += " || " + string(c)
	}
	many := strings.Replace(string(text), "settings:\n", flags, 1)
	many = strings.Replace(many, "after: {in: 3 days, go: over}", "after: {in: 3 days, go: over, if: case.shipped"+conds+"}", 1)
	p, err := playbook.Load("many.yaml", []byte(many))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	codes := codesOf(p.Check(nil, nil))
	if took := time.Since(began); took > 10*time.Second || !slices.Contains(codes, "too_large") {
		t.Errorf("%v in %s", codes, took)
	}
}
