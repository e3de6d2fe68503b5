package document_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse"
	"recourse/document"
)

func TestParseKeepsPlaces(t *testing.T) {
	docs, err := document.Parse("a.yaml", []byte("one: 1\nlist:\n- {deep: \"x: y\", n: 007}\n---\ntwo: |\n  text\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) != 2 {
		t.Fatalf("%d documents", len(docs))
	}
	list, _ := docs[0].Get("list")
	deep, ok := list.Items[0].Get("deep")
	if !ok || deep.Text != "x: y" || deep.At.String() != "a.yaml:3:10" {
		t.Errorf("deep = %q at %s", deep.Text, deep.At)
	}
	if got := string(docs[0].JSON()); got != `{"one":1,"list":[{"deep":"x: y","n":"007"}]}` {
		t.Errorf("JSON %s", got)
	}
	two, _ := docs[1].Get("two")
	if two.Text != "text\n" || !two.Quoted {
		t.Errorf("block %q", two.Text)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct{ text, code, at string }{
		"anchor":     {"a: &x 1\nb: *x", "document_construct", "b.yaml:1:4"},
		"tag":        {"a: !!binary xx", "document_construct", "b.yaml:1:4"},
		"merge":      {"a:\n  <<: {b: 1}", "document_construct", "b.yaml:2:3"},
		"twice":      {"a: 1\na: 2", "", "b.yaml:2:1"},
		"brackets":   {strings.Repeat("[", 500_000), "document_depth", "b.yaml:1"},
		"dashes":     {strings.Repeat("- ", 200_000) + "x", "document_depth", "b.yaml:1"},
		"size":       {strings.Repeat("x", document.MaxBytes+1), "document_size", "b.yaml"},
		"zero":       {"a: \x00", "document_syntax", "b.yaml:1:4"},
		"unbalanced": {"a: [1, 2", "document_syntax", "b.yaml:1:4"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := document.Parse("b.yaml", []byte(tt.text))
			e, ok := err.(*recourse.Error)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if tt.code != "" && e.Code != tt.code || e.Position.String() != tt.at {
				t.Errorf("code %s at %s: %v", e.Code, e.Position, e)
			}
		})
	}
}

func TestKeysHint(t *testing.T) {
	docs, _ := document.Parse("c.yaml", []byte("after: 1\nafer: 2"))
	err := docs[0].Keys("after", "every")
	if err == nil || err.Error() != `c.yaml:2:1: unknown key "afer" (did you mean "after"?)` {
		t.Errorf("got %v", err)
	}
}

// FuzzParse: whatever the bytes, an answer comes, and a tree that was read can be written as JSON.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../scenarios/*.yaml")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(data)
		}
	}
	for _, s := range []string{"a: [1, {b: c}]", "- - - x", "? a\n: b", "a: >\n x", "\t", "a: 'b", "{a: b}: c", "&a [*a]", "---\n---\n", "!!map {a: 1}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := document.Parse("f.yaml", data)
		if err != nil {
			if _, ok := err.(*recourse.Error); !ok {
				t.Fatalf("a foreign error: %v", err)
			}
			return
		}
		for _, d := range docs {
			d.JSON()
		}
	})
}
