package connect

import (
	"maps"
	"strings"
	"testing"

	"recourse"
)

// TestAgent: what can be set of an agent, and what is wrong with it, with its place.
func TestAgent(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"email":    {"support@dsers.com", ""},
		"language": {"zh", ""},
		"patterns": {"patterns:\n- {name: x, body: y, event: recovery.received}", ""},
		"products": {"# ours\nLAMP-BL = 1005001\n", ""},
		"city":     {"somewhere", "city: it is none of named, other"},
	} {
		checkAgent(t, name, c.value, c.want)
	}
	checkAgent(t, "email", "DSers <support@dsers.com>", "no mail address")
	checkAgent(t, "email", "nobody", "no mail address")
	checkAgent(t, "patterns", "patterns:\n- {name: x, body: '(', event: recovery.received}", "patterns:2:19: this is no regular expression")
	checkAgent(t, "products", "LAMP-BL 1005001", "is not SKU = id")
	got, err := Products("A = 1\n\n B=2 \r\n")
	if want := map[string]string{"A": "1", "B": "2"}; err != nil || !maps.Equal(got, want) {
		t.Error(got, err)
	}
}

func checkAgent(t *testing.T, name, value, want string) {
	t.Helper()
	err := dsers.Check(&recourse.Connection{Kind: "dsers", Settings: map[string]string{name: value}})
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%s %q: %v, wanted %q", name, value, err, want)
	}
}

// TestAgentOf: the first that is not gone.
func TestAgentOf(t *testing.T) {
	all := []recourse.Connection{{Kind: "shopify", ID: "s"}, {Kind: "dsers", ID: "old", Status: recourse.ConnectionGone}, {Kind: "dsers", ID: "new", Status: recourse.ConnectionPaused}}
	if c := AgentOf(all); c == nil || c.ID != "new" || AgentOf(all[:2]) != nil {
		t.Error(c)
	}
}
