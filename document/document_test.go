package document_test

import (
	"bytes"
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

func TestParseJSONKeepsPlaces(t *testing.T) {
	text := "{\"é\": 1.10,\n \"list\":[null,{\"deep\":\"\\u003c\",\"yes\":true}, [], {}]}"
	n, err := document.ParseJSON("a.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	list, _ := n.Get("list")
	deep, _ := list.Items[1].Get("deep")
	yes, _ := list.Items[1].Get("yes")
	first, _ := n.Get("é")
	if deep.At.String() != "a.json:2:23" || list.Items[1].Entries[1].At.String() != "a.json:2:32" || first.At.String() != "a.json:1:7" || n.At.String() != "a.json:1:1" {
		t.Errorf("places %s, %s, %s, %s", deep.At, list.Items[1].Entries[1].At, first.At, n.At)
	}
	if v, err := yes.Bool(); !v || err != nil || deep.Text != "<" || !deep.Quoted || list.Items[0].Kind != document.Null || list.Items[2].Kind != document.List || list.Items[3].Kind != document.Map {
		t.Errorf("read as %+v", n)
	}
	if got := string(n.JSON()); got != `{"é":1.10,"list":[null,{"deep":"\u003c","yes":true},[],{}]}` {
		t.Errorf("JSON %s", got)
	}
}

func TestParseJSONRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, code, at string }{
		"empty":  {"", "document_syntax", "b.json:1:1"},
		"YAML":   {"a: 1", "document_syntax", "b.json:1:1"},
		"comma":  {"{\"a\": 1,\n}", "document_syntax", "b.json:2:1"},
		"open":   {"[1", "document_syntax", "b.json:1:2"},
		"behind": {"{} {}", "document_syntax", "b.json:1:4"},
		"twice":  {"{\"a\":{\"b\":1,\"b\":1}}", "document_twice", "b.json:1:13"},
		"deep":   {strings.Repeat("[", 66) + strings.Repeat("]", 66), "document_depth", "b.json:1:66"},
		"deeper": {strings.Repeat("[", 1<<20), "document_syntax", "b.json:1:10001"},
		"size":   {strings.Repeat(" ", document.MaxJSON+1), "document_size", "b.json"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := document.ParseJSON("b.json", []byte(tt.text))
			e, ok := err.(*recourse.Error)
			if !ok || e.Code != tt.code || e.Position.String() != tt.at {
				t.Errorf("got %#v", err)
			}
		})
	}
}

// FuzzParse: whatever the bytes, an answer comes, and a tree that was read can be written as JSON and read from it.
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
			again, err := document.ParseJSON("f.json", d.JSON())
			if err != nil || !bytes.Equal(again.JSON(), d.JSON()) {
				t.Fatalf("%s was read as %s, %v", d.JSON(), again.JSON(), err)
			}
		}
	})
}
