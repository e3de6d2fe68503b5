package decide_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
	"recourse/replay"
)

// BenchmarkDecide decides again, round robin, everything that the project's scenarios make decide: an honest mix of
// all situations, guards and whys included.
func BenchmarkDecide(b *testing.B) {
	type pair struct {
		d    *decide.Decider
		file *recourse.OrderFile
		ev   *recourse.Event
		now  time.Time
	}
	var pairs []pair
	files, _ := filepath.Glob("../scenarios/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		scenarios, err := replay.ParseScenarios(file, data)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range scenarios {
			p, _ := playbook.Builtin(s.Playbook)
			policy, err := p.With(s.Settings)
			if err != nil {
				b.Fatal(err)
			}
			d := decide.New(policy)
			f := &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}
			now := s.Start
			for _, step := range s.Steps {
				to := now
				switch {
				case step.Wait != nil:
					to = now.Add(step.Wait.Time)
				case !step.Until.IsZero():
					to = step.Until
				}
				for !f.Due.IsZero() && !f.Due.After(to) {
					if f.Due.After(now) {
						now = f.Due
					}
					pairs = append(pairs, pair{d, f, nil, now})
					f = d.Due(f, now).File
				}
				now = to
				if step.Event != nil {
					pairs = append(pairs, pair{d, f, step.Event, now})
					f = d.Event(f, step.Event, now).File
				}
			}
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		p := &pairs[i%len(pairs)]
		if p.ev != nil {
			p.d.Event(p.file, p.ev, p.now)
		} else {
			p.d.Due(p.file, p.now)
		}
	}
}
