package replay_test

import (
	"os"
	"path/filepath"
	"testing"

	"recourse"
	"recourse/calendar"
	"recourse/replay"
)

// FuzzScenario: whatever a scenario file holds, it is refused with a place or it plays to its end.
func FuzzScenario(f *testing.F) {
	files, _ := filepath.Glob("../scenarios/*.yaml")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			f.Add(data)
		}
	}
	f.Add([]byte("scenario: x\nstart: 2026-03-02T10:00:00+08:00\nsteps:\n- wait: 3 days\n- expect: {cases: []}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		scenarios, err := replay.ParseScenarios("f.yaml", data)
		if err != nil {
			if e, ok := err.(*recourse.Error); !ok || e.Position.File != "f.yaml" {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		for _, s := range scenarios {
			p := builtins()[s.Playbook]
			if p == nil || len(s.Steps) > 100 {
				continue
			}
			if policy, err := p.With(s.Settings); err == nil {
				s.Run(policy, calendar.Default())
			}
		}
	})
}
