package replay_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"recourse/calendar"
	"recourse/playbook"
	"recourse/replay"
)

// builtins are compiled once: there are hundreds of scenarios.
var builtins = sync.OnceValue(func() map[string]*playbook.Playbook {
	all := map[string]*playbook.Playbook{}
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			panic(err)
		}
		all[name] = p
	}
	return all
})

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
				p := builtins()[s.Playbook]
				if p == nil {
					t.Fatalf("there is no playbook %s", s.Playbook)
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

// TestContractIsUnchanged compares the contract's scenarios with their source, where a checkout has both.
func TestContractIsUnchanged(t *testing.T) {
	source := "../../shared/scenarios"
	files, _ := filepath.Glob(source + "/*.yaml")
	if len(files) == 0 {
		t.Skip("the contract's source is not here (shared/scenarios beside the project): its copies were not compared")
	}
	for _, file := range files {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if have, err := os.ReadFile(filepath.Join("../scenarios", filepath.Base(file))); err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is not as in the contract: %v", filepath.Base(file), err)
		}
	}
}
