package playbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/document"
)

// golden compares a text with the file that holds what it should be. With RECOURSE_GOLDEN=write the file is
// written instead; only a difference that was read and understood may be kept.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if os.Getenv("RECOURSE_GOLDEN") == "write" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not as it was:\n%s", file, firstDifference(string(want), string(got)))
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return "-" + a[i] + "\n+" + strings.Join(b[min(i, len(b)):min(i+1, len(b))], "")
		}
	}
	return "more at the end"
}

// overlaid compiles the shop's playbook with a file laid over it, as extends does; "" for nothing over it.
func overlaid(t *testing.T, over string) *Playbook {
	t.Helper()
	read := func(file string) document.Node {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := source(filepath.Base(file), data)
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	tree := read("testdata/draw/shop.yaml")
	if over != "" {
		tree = merge(tree, read(over), mergeDepth)
	}
	p, err := compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestDiff lays each file of testdata/diff over the shop's playbook, compares the two both ways, and compares the
// words with those known.
func TestDiff(t *testing.T) {
	files, _ := filepath.Glob("testdata/diff/*.yaml")
	base := overlaid(t, "")
	for _, file := range files {
		var out strings.Builder
		next := overlaid(t, file)
		for _, c := range Diff(base, next) {
			out.WriteString(c.String() + "\n")
			if c.At.Line == 0 {
				t.Errorf("%s: no place: %s", file, c)
			}
		}
		out.WriteString("\nand back\n")
		for _, c := range Diff(next, base) {
			out.WriteString(c.String() + "\n")
		}
		golden(t, strings.TrimSuffix(file, ".yaml")+".golden", []byte(out.String()))
		if same := Diff(next, next); len(same) > 0 {
			t.Errorf("%s differs from itself: %v", file, same)
		}
	}
}
