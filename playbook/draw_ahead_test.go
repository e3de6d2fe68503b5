package playbook

import (
	"bytes"
	"strings"
	"testing"
)

// TestAhead marks where a case may go on from, and leaves out what the settings rule out.
func TestAhead(t *testing.T) {
	book, err := Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	ways := func(settings map[string]string) string {
		t.Helper()
		policy, err := book.With(settings)
		if err != nil {
			t.Fatal(err)
		}
		var to []string
		for _, on := range policy.Ahead("late.urged") {
			to = append(to, on.To)
		}
		drawn := policy.DrawPath("late", DrawOptions{Policy: policy, Walked: []string{"late.urged"}, Current: "late.urged"})
		if n := bytes.Count(drawn, []byte(` ahead"`)); n == 0 {
			t.Error("no arrow of the drawing leads on")
		}
		if bytes.Contains(policy.DrawPath("late", DrawOptions{Policy: policy}), []byte(` ahead"`)) {
			t.Error("an arrow leads on though no case stands anywhere")
		}
		return strings.Join(to, " ")
	}
	path, ask := ways(nil), ways(map[string]string{"late_shipment.at_give_up": "ask"})
	if !strings.Contains(path, "late.given_up") {
		t.Errorf("late.urged leads to %s", path)
	}
	if ask != path && ask == "" {
		t.Errorf("with another setting late.urged leads to %q", ask)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if on := policy.Ahead("nowhere.at_all"); on != nil {
		t.Errorf("a state that there is not leads to %v", on)
	}
	for _, p := range book.Paths {
		for _, s := range p.States {
			for _, on := range policy.Ahead(s.Full) {
				if book.State(on.To) == nil || on.To == s.Full {
					t.Errorf("%s leads to %q", s.Full, on.To)
				}
			}
		}
	}
}
