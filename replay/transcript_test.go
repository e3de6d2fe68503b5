package replay_test

import (
	"bytes"
	"flag"
	"fmt"
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

// Commit a changed transcript only if you understand each of its lines.
var update = flag.Bool("update", false, "write the golden transcripts anew")

// TestTranscripts plays the contract's scenarios and compares everything that was decided, with its why, line by
// line.
func TestTranscripts(t *testing.T) {
	files, _ := filepath.Glob("../scenarios/*.yaml")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			scenarios, err := replay.ParseScenarios(file, data)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			for _, s := range scenarios {
				transcribe(t, &out, s)
			}
			golden := filepath.Join("testdata", "transcripts", name+".txt")
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, out.Bytes()) {
				t.Errorf("%s is no longer what is decided; look at what changed with -update and git diff\n%s", golden, firstDifference(string(want), out.String()))
			}
		})
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\n- %s\n+ %s", i+1, a[i], b[i])
		}
	}
	return "one is longer"
}

// transcribe plays a scenario and writes down every decision.
func transcribe(t *testing.T, out *bytes.Buffer, s *replay.Scenario) {
	p, err := playbook.Builtin(s.Playbook)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := p.With(s.Settings)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(out, "# %s\n", s.Name)
	w := replay.NewWorld(decide.New(policy), s.Start)
	w.Decided = func(d decide.Decision) { writeDecision(out, d) }
	for _, step := range s.Steps {
		switch {
		case step.Event != nil:
			fmt.Fprintf(out, "> %s\n", step.Event.Type)
			if err := w.Event(step.Event); err != nil {
				t.Fatal(err)
			}
		case step.Wait != nil:
			fmt.Fprintf(out, "> wait %s\n", step.Wait)
			w.Until(after(w.Now, *step.Wait))
		case !step.Until.IsZero():
			fmt.Fprintf(out, "> until %s\n", step.Until.Format(time.RFC3339))
			w.Until(step.Until)
		}
	}
	out.WriteString("\n")
}

func after(now time.Time, d playbook.Duration) time.Time {
	if c, ok := calendar.Default().Calendar(d.Calendar); ok {
		return c.Add(now, d.Business)
	}
	return now.Add(d.Time)
}

func writeDecision(out *bytes.Buffer, d decide.Decision) {
	effects := map[string]*recourse.Effect{}
	for i := range d.Effects {
		effects[d.Effects[i].ID] = &d.Effects[i]
	}
	for _, e := range d.Entries {
		fmt.Fprintf(out, "  %s %s %s", e.At.UTC().Format("01-02 15:04:05"), orDash(e.Case), e.Kind)
		if effect := effects[e.Effect]; effect != nil {
			fmt.Fprintf(out, " %s %s", e.Effect, replay.EffectWords(effect))
		} else if e.From+e.To != "" {
			fmt.Fprintf(out, " %s → %s", orDash(e.From), e.To)
		}
		fmt.Fprintf(out, " — %s\n", why(e.Why))
	}
	if d.File.Due.IsZero() {
		out.WriteString("  nothing is due\n")
		return
	}
	fmt.Fprintf(out, "  due %s\n", d.File.Due.UTC().Format("01-02 15:04:05"))
}

func why(w recourse.Why) string {
	parts := []string{string(w.Code)}
	for _, a := range w.Args {
		switch {
		case a.Text != "":
			parts = append(parts, a.Text)
		case !a.At.IsZero():
			parts = append(parts, a.Name+" "+a.At.UTC().Format("01-02 15:04:05"))
		case a.N != 0:
			parts = append(parts, fmt.Sprintf("%s %d", a.Name, a.N))
		}
	}
	return strings.Join(parts, ", ")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
