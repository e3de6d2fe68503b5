package agent

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestSize: an expression that would come to a program of many megabytes is refused before it is made, and so are many that
// come to one together; those of the program itself are far below.
func TestSize(t *testing.T) {
	one := func(re string) string {
		return "from: ['^a@b\\.example$']\npatterns:\n- name: x\n  subject: '" + re + "'\n  event: recovery.received\n"
	}
	for _, re := range []string{strings.Repeat(`\pL{1000}`, 200), `((\pL{9}){9}){9}`, strings.Repeat(`.{1000}`, 30), `(?:[\pL\pN]{30}){30}`} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read("mine.yaml", []byte(one(re)))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "comes to") {
			t.Errorf("%s: %v", re[:min(len(re), 40)], err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 20<<20 {
			t.Errorf("%s: %d MB were allocated to refuse it", re[:min(len(re), 40)], grown>>20)
		}
	}
	var all strings.Builder
	all.WriteString("patterns:\n")
	for i := range 150 {
		fmt.Fprintf(&all, "- name: x%d\n  subject: '%s'\n", i, strings.Repeat(`.{999}`, 9))
	}
	if _, err := read("mine.yaml", []byte(all.String())); err == nil || !strings.Contains(err.Error(), "together") {
		t.Errorf("many together: %v", err)
	}
	if _, err := read("patterns.yaml", builtin); err != nil {
		t.Error(err)
	}
	if n := size(`(?is)refund.{0,200}(\d{10,20})`); n == 0 || n > 1000 {
		t.Errorf("an expression as people write them: %d", n)
	}
}

// FuzzSize: whatever passes compiles to little.
func FuzzSize(f *testing.F) {
	f.Add(`(a{10}){10}`)
	f.Add(`\pL{3,}|[^x]*`)
	f.Fuzz(func(t *testing.T, s string) {
		if n := size("(?is)" + s); len(s) > maxRegexp || n > maxSize {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = regexp.Compile("(?is)" + s)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
			t.Errorf("%q takes %d MB", s, grown>>20)
		}
	})
}
