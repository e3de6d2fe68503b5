package playbook

import "testing"

func TestShow(t *testing.T) {
	golden(t, "testdata/draw/show.golden", []byte(overlaid(t, "").Show()))
}
