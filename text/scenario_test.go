package text

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/playbook"
	"recourse/replay"
)

// TestEveryDecisionInWords plays every scenario of the project and puts all that is decided into words: no message may
// fail, and nothing may be left that was to be filled in.
func TestEveryDecisionInWords(t *testing.T) {
	said := 0
	for _, s := range scenarios(t) {
		play(t, s, func(d decide.Decision) {
			for _, lang := range Builtin().Languages() {
				said += inWords(t, In(string(lang)), s.Name, d)
			}
		})
	}
	if said < 1000 {
		t.Errorf("only %d messages, reasons and acts were tried", said)
	}
}

func scenarios(t *testing.T) []*replay.Scenario {
	t.Helper()
	files, _ := filepath.Glob("../scenarios/*.yaml")
	more, _ := filepath.Glob("../scenarios/*/*.yaml")
	var all []*replay.Scenario
	for _, file := range append(files, more...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		list, err := replay.ParseScenarios(file, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

// playbooks are those compiled so far: many scenarios share one.
var playbooks = map[string]*playbook.Playbook{}

func compiled(name string) *playbook.Playbook {
	if _, ok := playbooks[name]; !ok {
		playbooks[name], _ = playbook.Builtin(name)
	}
	return playbooks[name]
}

// play lets a scenario's facts arrive and its time pass. Whether what follows is right is package replay's to test.
func play(t *testing.T, s *replay.Scenario, decided func(decide.Decision)) {
	t.Helper()
	p := compiled(s.Playbook)
	if p == nil {
		return // a playbook in a file of its own
	}
	policy, err := p.With(s.Settings)
	if err != nil {
		t.Fatal(err)
	}
	w := replay.NewWorld(&decide.Decider{Policy: policy, Calendars: calendar.Default()}, s.Start)
	w.Decided = decided
	for _, step := range s.Steps {
		switch {
		case step.Event != nil:
			if err := w.Event(step.Event); err != nil {
				t.Fatal(err)
			}
		case step.Wait != nil && step.Wait.Calendar == "":
			w.Until(w.Now.Add(step.Wait.Time))
		case step.Wait != nil:
			w.Until(w.Now.Add(time.Duration(step.Wait.Business) * 36 * time.Hour)) // near enough for words
		case step.Expect == nil:
			w.Until(step.Until)
		}
	}
}

// inWords says all of a decision and counts what was said.
func inWords(t *testing.T, l *Language, scenario string, d decide.Decision) int {
	t.Helper()
	all := make([]string, 0, len(d.Entries)+3*len(d.Effects))
	for _, e := range d.Entries {
		all = append(all, l.Entry(e, d.File))
	}
	for _, e := range d.Effects {
		all = append(all, l.Effect(e))
		if e.Kind != recourse.EffectMessage {
			continue
		}
		subject, body, err := l.Message(e.Template, NewData(d.File, e))
		if err != nil {
			t.Errorf("%s: %s in %s: %v", scenario, e.Template, l.Lang(), err)
		}
		all = append(all, subject, body)
	}
	for _, s := range all {
		if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "{}") || strings.Contains(s, "<no value>") {
			t.Errorf("%s: %s says %q", scenario, l.Lang(), s)
		}
	}
	return len(all)
}
