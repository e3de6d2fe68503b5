package playbook_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/playbook"
)

// many repeats a text with numbers.
func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i+1)
	}
	return b.String()
}

// TestBombs: what stands for more than it says is refused, and soon.
func TestBombs(t *testing.T) {
	base, err := os.ReadFile("testdata/check/unused_question.yaml")
	if err != nil {
		t.Fatal(err)
	}
	put := func(at, text string) string { return strings.Replace(string(base), at, at+text, 1) }
	const states = "    states:\n"
	for name, text := range map[string]string{
		"conditions that double": put("unused_question\n", "conditions:\n  c0: case.shipped || case.purchased\n"+many(60, "  c%[2]d: c%[1]d || c%[1]d\n")),
		"truths that double":     put("unused_question\n", "conditions:\n  c0: true || true\n"+many(60, "  c%[2]d: c%[1]d || c%[1]d\n")),
		"many settings":          put("settings:\n", many(1500, "  s%[1]d: {flag: true}\n")),
		"a block in every state": strings.Replace(put(states, many(900, "      q%[1]d: {use: b, after: {in: 3 days, go: over}}\n")), "paths:", "blocks:\n  b:\n    when:\n"+strings.Repeat("    - {if: case.shipped, go: way.over}\n", 900)+"paths:", 1),
		"many states":            put(states, many(2000, "      q%[1]d: {after: {in: 3 days, go: q%[2]d}}\n")),
		"a list without end":     put("questions:\n", "  long: {choices: [refund"+strings.Repeat(", refund", 5000)+"], due: 2 days}\n"),
		"a map without end":      many(40_000, "k%[1]d: v\n"),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := playbook.Load("bomb.yaml", []byte(text))
			if recourse.KindOf(err) != recourse.TooLarge {
				t.Errorf("it is taken: %.200v", err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("refused after %s", took)
			}
		})
	}
}

// TestCheckWithin: a check ends with its context, and says that it did.
func TestCheckWithin(t *testing.T) {
	base, err := os.ReadFile("testdata/check/unused_question.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flags, conds := "settings:\n", ""
	for c := 'a'; c < 'a'+20; c++ {
		flags += "  " + string(c) + ": {flag: true}\n"
		conds += " || " + string(c)
	}
	slow := strings.Replace(string(base), "settings:\n", flags, 1)
	slow = strings.Replace(slow, "after: {in: 3 days, go: over}", "after: {in: 3 days, go: over, if: case.shipped"+conds+"}", 1)
	p, err := playbook.Load("slow.yaml", []byte(slow))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	began := time.Now()
	found := p.CheckWithin(ctx, nil, nil)
	if took := time.Since(began); took > 2*time.Second || len(found) != 1 || found[0].Code != "too_large" {
		t.Errorf("%s, found %v", took, found)
	}
}
