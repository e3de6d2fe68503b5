package replay_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/calendar"
	"recourse/playbook"
	"recourse/replay"
)

// projectScenarios are the contract's scenarios and the project's own.
func projectScenarios(t *testing.T) []*replay.Scenario {
	t.Helper()
	files, _ := filepath.Glob("../scenarios/*.yaml")
	own, _ := filepath.Glob("../scenarios/*/*.yaml")
	var all []*replay.Scenario
	for _, file := range append(files, own...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scenarios, err := replay.ParseScenarios(file, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, scenarios...)
	}
	return all
}

// TestMutants holds the scenarios to their bar: so many of the single changes of each built-in playbook must make
// one of them fail. docs/mutants.md explains those that none notices.
func TestMutants(t *testing.T) {
	scenarios := projectScenarios(t)
	for name, bar := range map[string]float64{"tmall-dsers": 95, "dropship": 90} {
		t.Run(name, func(t *testing.T) {
			data, ok := playbook.BuiltinSource(name)
			if !ok {
				t.Fatal("it is not built in")
			}
			m, err := replay.Mutate(name+".yaml", data, scenarios, calendar.Default())
			if err != nil {
				t.Fatal(err)
			}
			report := m.String()
			lines := strings.Split(strings.TrimSpace(report), "\n")
			t.Log(lines[len(lines)-1])
			if m.Percent() < bar {
				t.Errorf("%.0f %% are wanted:\n%s", bar, report)
			}
			if m.Total != m.Killed+len(m.Survivors) {
				t.Errorf("%d mutants, %d killed, %d survivors", m.Total, m.Killed, len(m.Survivors))
			}
		})
	}
}

// TestMutantsUnnoticed: what no scenario shows survives, and stands in the report with its place.
func TestMutantsUnnoticed(t *testing.T) {
	const mine = "playbook: mine\nextends: tmall-dsers\nsettings:\n  customs_hold.remind_every: {duration: 5 days}\n"
	m, err := replay.Mutate("mine.yaml", []byte(mine), projectScenarios(t), calendar.Default())
	if err != nil {
		t.Fatal(err)
	}
	const want = `mine.yaml:4:41: threshold: customs_hold.remind_every: 5 days becomes 6 days
mine.yaml:4:41: threshold: customs_hold.remind_every: 5 days becomes 4 days
2 mutants, 0 killed (0.0 %)
`
	if got := m.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// TestMutantsOfFailing: scenarios that fail before anything is changed would notice everything.
func TestMutantsOfFailing(t *testing.T) {
	const wrong = "scenario: wrong\nstart: 2026-03-02\nsteps:\n- event: order.placed\n- expect: {cases: [{status: open}]}\n"
	if err := mutate(t, "wrong.yaml", wrong); !strings.Contains(err, "wrong.yaml:1:1: the scenario wrong fails before anything is changed") {
		t.Errorf("got %q", err)
	}
}

// TestMutantsRestless: a playbook whose deadlines come every minute is stopped and not waited for.
func TestMutantsRestless(t *testing.T) {
	const restless = `scenario: restless
settings: {customs_hold.remind_every: 1 minutes}
start: 2026-03-02T10:00:00+08:00
steps:
- {event: order.placed}
- {event: purchase.placed}
- {event: parcel.shipped, data: {parcel: P-1}}
- {event: parcel.scanned, data: {parcel: P-1, status: customs_hold}}
- wait: 3000 days
`
	if err := mutate(t, "restless.yaml", restless); !strings.Contains(err, "never come to rest") {
		t.Errorf("got %q", err)
	}
}

// mutate gives the error of a hunt with the scenarios of one text.
func mutate(t *testing.T, file, text string) string {
	t.Helper()
	scenarios, err := replay.ParseScenarios(file, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := playbook.BuiltinSource("tmall-dsers")
	if _, err = replay.Mutate("tmall-dsers.yaml", data, scenarios, calendar.Default()); err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}
