package hub_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/hub"
	"recourse/store"
	"recourse/vault"
)

// TestStranded: a node that has not heard yet that a connection was resumed keeps a delivery as one that waits for that.
// It is read all the same.
func TestStranded(t *testing.T) {
	databases(t, func(w *world) {
		w.connect("mine")
		w.must(w.SetStatus(w.Context(), shop, "mine", recourse.ConnectionPaused, "Inès"))
		other := hub.New(hub.Options{Desk: w.desk, Vault: w.Vault})
		w.must(other.Takes(w.Context(), shop, "mine")) // it knows the connection as paused
		w.must(w.SetStatus(w.Context(), shop, "mine", recourse.ConnectionActive, "Inès"))
		mine := w.Hub
		w.Hub = other
		w.must(w.deliver("mine", "msg_1", placed("1001")))
		w.Hub = mine
		w.pass(time.Hour)
		w.read()
		if w.stuck() != 1 {
			t.Errorf("%d are stuck, one is wanted before it is looked for them", w.stuck())
		}
		w.must(w.Strand(w.Context()))
		w.read()
		if r := w.receipt("mine", "msg_1"); r.Status != store.ReceiptDone || w.stuck() != 0 {
			t.Errorf("%+v, %d are stuck", r, w.stuck())
		}
		// Of one that is paused it waits.
		w.must(w.SetStatus(w.Context(), shop, "mine", recourse.ConnectionPaused, "Inès"))
		w.must(w.deliver("mine", "msg_2", placed("1002")))
		w.must(w.Strand(w.Context()))
		w.read()
		if r := w.receipt("mine", "msg_2"); r.Status != store.ReceiptWaiting {
			t.Errorf("%+v", r)
		}
	})
}

func (w *world) stuck() int {
	w.Helper()
	var all []store.Stuck
	w.must(w.store.Read(w.Context(), func(tx *store.Tx) (err error) { all, err = tx.Stuck(w.now()); return err }))
	return len(all)
}

// TestLostKey: the key to the secrets is lost. What is delivered is to come again, what waits stays, and a person who
// writes the secrets anew keeps the connection.
func TestLostKey(t *testing.T) {
	alone(t, func(w *world) {
		w.connect("mine")
		w.must(w.deliver("mine", "msg_1", placed("1001")))
		ring, err := vault.Parse(vault.NewKey())
		w.must(err)
		w.Hub = hub.New(hub.Options{Desk: w.desk, Vault: ring})
		if err := w.deliver("mine", "msg_2", placed("1002")); recourse.CodeOf(err) != "vault_sealed" || recourse.KindOf(err) != recourse.Unavailable {
			t.Errorf("delivered: %v", err)
		}
		w.read()
		if r := w.receipt("mine", "msg_1"); r.Status != store.ReceiptWaiting || r.Note != "vault_sealed" || !r.Kept {
			t.Errorf("read: %+v", r)
		}
		if _, err := w.Set(w.Context(), shop, hub.Change{ID: "mine", By: "Inès"}); recourse.CodeOf(err) != "vault_sealed" {
			t.Errorf("without secrets: %v", err)
		}
		if _, err := w.Set(w.Context(), shop, hub.Change{ID: "mine", Secrets: map[string]string{"secret": secret}, By: "Inès"}); err != nil {
			t.Fatal(err)
		}
		w.must(w.deliver("mine", "msg_2", placed("1002")))
		w.read()
		if r := w.receipt("mine", "msg_2"); r.Status != store.ReceiptDone {
			t.Errorf("read: %+v", r)
		}
	})
}
