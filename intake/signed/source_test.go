package signed

import (
	"testing"

	"recourse"
)

// TestSource: nobody speaks in the name of the desk, of those who carry acts out, or of another connection.
func TestSource(t *testing.T) {
	c := &recourse.Connection{ID: "erp"}
	for source, want := range map[string]string{
		"": "", "erp": "", "desk": "", "effect": "", "supplier": "", "stripe": "erp/stripe", "api:Anne": "erp/api:Anne",
		"https://erp.example.org": "https://erp.example.org", "//erp/orders": "//erp/orders", "api:a.b/c": "erp/api:a.b/c",
	} {
		if got := sourceOf(c, source); got != want {
			t.Errorf("%q is taken as %q, %q is wanted", source, got, want)
		}
	}
}
