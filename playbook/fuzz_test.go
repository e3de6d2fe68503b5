package playbook_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse"
	"recourse/playbook"
)

// malformed are snippets from which the search for a crash begins.
var malformed = []string{
	"", "playbook: x", "- 1", "playbook: [x]\nsettings: 3", "playbook: x\nextends: x", "playbook: x\nextends: dropship\npaths: {late: }",
	"playbook: x\nextends: tmall-dsers\nsettings: {refund.approval: never}",
	"playbook: x\nextends: tmall-dsers\npaths: {late: {states: {urged: {when: {go: urged}}}}}",
	"playbook: x\nextends: tmall-dsers\nconditions: {a: b, b: a}",
	"playbook: x\nextends: tmall-dsers\nconditions: {a: case.fits in [case.similar, 'x']}",
	"playbook: x\nsettings: {a: {choice: [], default: }}\nsituations: {s: {path: p}}\npaths: {p: {states: {a.b: , c: {after: {in: a}}}}}",
	"playbook: x\nextends: tmall-dsers\npaths: {a.b: {states: {c: {outcome: lost}}}, a: {states: {b.c: {outcome: lost}}}}",
	"playbook: x\nsituations: 1\npaths: {p: 2}\ntracks: {p: {states: {s: {ends: true, do: refund}}}}\nblocks: {b: 3}",
}

// all are the errors joined in err.
func all(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// FuzzLoad: whatever a file holds, loading and checking it ends, soon and without a crash; every error is one of
// ours and says where it is. What loads can be kept.
func FuzzLoad(f *testing.F) {
	for _, name := range playbook.Builtins() {
		data, _ := playbook.BuiltinSource(name)
		f.Add(data)
	}
	files, _ := filepath.Glob("testdata/check/*.yaml")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(data)
		}
	}
	for _, text := range malformed {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := playbook.Load("f.yaml", data)
		if err != nil {
			for _, e := range all(err) {
				if ours, ok := e.(*recourse.Error); !ok || ours.Position.File == "" || ours.Position.Line == 0 && ours.Code != "playbook" {
					t.Errorf("an error without a place: %#v", e)
				}
			}
			return
		}
		if again, err := playbook.Restore(p.Text()); err != nil || again.Hash != p.Hash {
			t.Errorf("kept and restored it is another, %v", err)
		}
		began := time.Now()
		p.Check(everywhere, []string{"en"})
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("checked for %s", took)
		}
	})
}
