package effect_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"recourse/effect"
)

// TestDocument: every row of the tables of docs/delivery.md that says what happens names tests, and they are there; every
// connector that carries acts out has a row.
func TestDocument(t *testing.T) {
	data, err := os.ReadFile("../docs/delivery.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsBelow(t, "..")
	words := []string{"cut before", "cut after", "error before", "error after", "garbage", "empty", "busy", "silent", "slow", "twice", "keys only", "two nodes", "late", "away"}
	for _, p := range effect.Points {
		words = append(words, string(p))
	}
	rows := 0
	for _, row := range tableRows(string(data), "shown by") {
		rows++
		shown := row[len(row)-1]
		found := named.FindAllStringSubmatch(shown, -1)
		if len(found) == 0 && shown != "—" {
			t.Errorf("%s: no test is named", row[0])
		}
		for _, m := range found {
			if room := m[1]; !slices.Contains(tests[m[2]], filepath.Clean(filepath.Join("..", room))) && (room != "" || len(tests[m[2]]) == 0) {
				t.Errorf("%s: there is no test %s %s", row[0], m[1], m[2])
			}
			for _, of := range strings.FieldsFunc(m[3], func(r rune) bool { return r == ',' || r == '(' || r == ')' }) {
				if of = strings.TrimSpace(of); of != "" && !slices.ContainsFunc(words, func(w string) bool { return of == w || strings.HasSuffix(w, " "+of) }) {
					t.Errorf("%s: %s knows no %q", row[0], m[2], of)
				}
			}
		}
	}
	if rows < 30 {
		t.Errorf("%d rows were found", rows)
	}
	for _, room := range []string{"shopify", "woocommerce", "stripe", "paypal", "mail"} {
		if !strings.Contains(string(data), "`effect/"+room+" Test") {
			t.Errorf("effect/%s is not spoken of", room)
		}
	}
}

// named is a test as the document names it: `TestFaults` (cut before), `effect/mail TestRuns`.
var named = regexp.MustCompile("`(?:([a-z/]+) )?(Test[A-Za-z]+)`( \\([a-z, ]+\\))?")

// tableRows are the rows of the tables whose last column has that title.
func tableRows(text, last string) (rows [][]string) {
	in := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			in = false
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[len(cells)-1] == last:
			in = true
		case in && !strings.HasPrefix(cells[0], "---"):
			rows = append(rows, cells)
		}
	}
	return rows
}

// testsBelow are the rooms in which there is a test of a name.
func testsBelow(t *testing.T, root string) map[string][]string {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(data, -1) {
			out[string(m[1])] = append(out[string(m[1])], filepath.Dir(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
