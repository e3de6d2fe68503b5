package document

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestYAML writes trees and reads them back: the playbooks of the program, and texts that could be taken for something
// else.
func TestYAML(t *testing.T) {
	files, _ := filepath.Glob("../playbook/builtin/*.yaml")
	more, _ := filepath.Glob("../playbook/testdata/check/*.yaml")
	if len(files) == 0 || len(more) == 0 {
		t.Fatal("no playbooks")
	}
	texts := map[string][]byte{"odd": []byte(`{"a": ["true", true, "1", 1, "", "x: y", "# no", "- a", "é ü", "a\nb", "yes", "null", null, "!x", "it's", "a, b", "[x]", "{", "a \"b\"", " lead", "trail ", "<b>&", "1e5", "0x10", "~", "*a", "&a", "%a", "@a", "on", "2026-01-01"], "on": {"x y": {}, "l": []}, "": "k"}`)}
	for _, name := range append(files, more...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = data
	}
	for name, data := range texts {
		docs, err := Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := ParseJSON(name, docs[0].JSON())
		if err != nil {
			t.Fatal(err)
		}
		text := tree.YAML()
		again, err := Parse("again.yaml", text)
		if err != nil || len(again) != 1 {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if !bytes.Equal(again[0].JSON(), docs[0].JSON()) {
			t.Errorf("%s reads otherwise:\n%s\n%s", name, again[0].JSON(), docs[0].JSON())
		}
	}
}
