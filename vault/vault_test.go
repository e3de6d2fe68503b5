package vault

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"recourse"
)

func ring(t *testing.T, keys ...string) *Ring {
	t.Helper()
	r, err := Parse(strings.Join(keys, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRing: what was sealed opens in its place and nowhere else, unchanged and not otherwise, with its key and no other.
func TestRing(t *testing.T) {
	old, now := NewKey(), NewKey()
	before, both, after := ring(t, old), ring(t, now, old), ring(t, now)
	sealed, err := before.Seal("connections/shop/a", []byte("secret"))
	if err != nil || bytes.Contains(sealed, []byte("secret")) {
		t.Fatal(sealed, err)
	}
	if text, err := both.Open("connections/shop/a", sealed); err != nil || string(text) != "secret" {
		t.Errorf("the ring with the old key behind gives %q, %v", text, err)
	}
	if !before.Fresh(sealed) || both.Fresh(sealed) {
		t.Error("what is fresh is told wrongly")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return before.Open("connections/other/a", sealed) },
		"changed":       func() ([]byte, error) { return before.Open("connections/shop/a", changed) },
		"another key":   func() ([]byte, error) { return after.Open("connections/shop/a", sealed) },
		"cut":           func() ([]byte, error) { return before.Open("connections/shop/a", sealed[:3]) },
	} {
		if text, err := open(); recourse.CodeOf(err) != "vault_sealed" || text != nil {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	var none *Ring
	if _, err := none.Seal("x", nil); recourse.CodeOf(err) != "vault_closed" {
		t.Error(err)
	}
	if _, err := none.Open("x", sealed); recourse.CodeOf(err) != "vault_closed" {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"", "no base64!", base64.StdEncoding.EncodeToString([]byte("short")), NewKey() + ",x"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q is taken for a ring", text)
		}
	}
}

// TestOpenFile: the file is made once, whoever comes at the same time, and nobody else may read it.
func TestOpenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "recourse.key")
	if _, err := OpenFile(path, false); recourse.CodeOf(err) != "vault_file" {
		t.Error(err)
	}
	rings := make([]*Ring, 8)
	var wait sync.WaitGroup
	for i := range rings {
		wait.Go(func() {
			for rings[i] == nil { // one that is being written is not whole yet
				rings[i], _ = OpenFile(path, true)
			}
		})
	}
	wait.Wait()
	sealed, err := rings[0].Seal("x", []byte("y"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rings {
		if text, err := r.Open("x", sealed); err != nil || string(text) != "y" {
			t.Errorf("two keys were made: %v", err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}
