package hub_test

import (
	"testing"

	"recourse/hub"
	"recourse/vault"
)

// TestRotate: after the keys were changed everything opens with the new one alone; broken off, it goes on.
func TestRotate(t *testing.T) {
	databases(t, func(w *world) {
		old, fresh := vault.NewKey(), vault.NewKey()
		ring := func(keys string) *vault.Ring {
			r, err := vault.Parse(keys)
			w.must(err)
			return r
		}
		w.Hub = hub.New(hub.Options{Desk: w.desk, Vault: ring(old)})
		w.connect("mine")
		w.must(w.deliver("mine", "a/b", placed("1")))
		w.must(w.deliver("mine", "two", placed("2")))
		if n, err := hub.Rotate(w.Context(), w.store, ring(fresh), func(int) {}); code(err) != "vault_sealed" {
			w.Errorf("without the old key: %d %v", n, err)
		}
		both := ring(fresh + "\n" + old)
		for _, want := range []int{3, 0} {
			if n, err := hub.Rotate(w.Context(), w.store, both, func(int) {}); err != nil || n != want {
				w.Errorf("sealed anew: %d %v, want %d", n, err, want)
			}
		}
		w.Hub = hub.New(hub.Options{Desk: w.desk, Vault: ring(fresh)})
		w.read()
		if w.version("1") != 1 || w.version("2") != 1 {
			w.Error("what was sealed before cannot be read")
		}
	})
}
