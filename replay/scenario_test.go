package replay_test

import (
	"os"
	"path/filepath"
	"testing"

	"recourse/calendar"
	"recourse/playbook"
	"recourse/replay"
)

// TestScenarios runs every scenario of the project: the contract's and its own.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	more, _ := filepath.Glob("../scenarios/*/*.yaml")
	for _, file := range append(files, more...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scenarios, err := replay.ParseScenarios(file, data)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, s := range scenarios {
			t.Run(s.Name, func(t *testing.T) {
				p, err := playbook.Builtin(s.Playbook)
				if err != nil {
					t.Fatal(err)
				}
				policy, err := p.With(s.Settings)
				if err != nil {
					t.Fatal(err)
				}
				if f := s.Run(policy, calendar.Default()); f != nil {
					t.Error(f)
				}
			})
		}
	}
}
