package view

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestCompareLines: from what is said to have gone, come and stayed, both texts can be made again.
func TestCompareLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var a []string
		for range rng.IntN(12) {
			a = append(a, fmt.Sprint(rng.IntN(5)))
		}
		b := append([]string{}, a...)
		for range rng.IntN(5) {
			at := rng.IntN(len(b) + 1)
			if rng.IntN(2) == 0 || at == len(b) {
				b = append(b[:at], append([]string{fmt.Sprint(rng.IntN(5))}, b[at:]...)...)
			} else {
				b = append(b[:at], b[at+1:]...)
			}
		}
		var was, is []string
		for _, l := range edits(a, b) {
			if l.Kind != "new" {
				was = append(was, l.Text)
			}
			if l.Kind != "gone" {
				is = append(is, l.Text)
			}
		}
		if strings.Join(was, "\n") != strings.Join(a, "\n") || strings.Join(is, "\n") != strings.Join(b, "\n") {
			t.Fatalf("%v to %v: %v", a, b, edits(a, b))
		}
	}
	if d := compareLines("a\nb\n", "a\r\nb"); d != nil {
		t.Errorf("the same text differs: %v", d)
	}
	began := time.Now()
	compareLines(strings.Repeat("x\ny\n", 5000), strings.Repeat("y\nz\nx\n", 3000))
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("two texts that have little in common take %s", took)
	}
}
