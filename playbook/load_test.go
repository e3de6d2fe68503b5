package playbook_test

import (
	"testing"

	"recourse/playbook"
)

func TestBuiltinsLoad(t *testing.T) {
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.With(nil); err != nil {
			t.Error(err)
		}
	}
}
