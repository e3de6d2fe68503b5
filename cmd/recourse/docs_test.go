package main

import (
	"bytes"
	"os"
	"testing"

	"recourse/playbook"
)

// TestPictureIsCurrent holds README's picture to the playbook that it shows. To draw it anew:
// recourse playbook draw tmall-dsers --path late -o docs/late.svg
func TestPictureIsCurrent(t *testing.T) {
	p, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../docs/late.svg")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, p.DrawPath("late", playbook.DrawOptions{})) {
		t.Error("docs/late.svg does not show the playbook as it is: draw it anew")
	}
}
