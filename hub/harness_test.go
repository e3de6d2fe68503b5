package hub_test

import (
	"encoding/json"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/hub"
	"recourse/intake/signed"
	"recourse/playbook"
	"recourse/store"
	"recourse/store/pgtest"
	"recourse/vault"
)

// secret signs what the tests tell.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

const shop = "shop"

// world is a hub on a desk with one merchant, and a clock that tests set.
type world struct {
	*testing.T
	*hub.Hub
	desk  *desk.Desk
	store *store.Store
	mu    sync.Mutex
	at    time.Time
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func databases(t *testing.T, test func(*world)) {
	t.Run("sqlite", func(t *testing.T) {
		test(open(t, filepath.Join(t.TempDir(), "recourse.db"), hub.Options{}))
	})
	t.Run("postgres", func(t *testing.T) { test(open(t, pgtest.New(t), hub.Options{})) })
}

// alone runs a test on SQLite, where it is not the database that is tested.
func alone(t *testing.T, test func(*world)) {
	test(open(t, filepath.Join(t.TempDir(), "recourse.db"), hub.Options{}))
}

func open(t *testing.T, address string, o hub.Options) *world {
	t.Helper()
	w := &world{T: t, at: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	var err error
	if w.store, err = store.Open(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	w.desk = desk.New(w.store, w.now)
	t.Cleanup(func() { w.desk.Close(); w.store.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	w.must(err)
	policy, err := book.With(nil)
	w.must(err)
	w.must(w.desk.Put(t.Context(), shop, "A shop", policy, calendar.Default(), "test"))
	o.Desk = w.desk
	if o.Vault == nil {
		o.Vault, err = vault.Parse(vault.NewKey())
		w.must(err)
	}
	w.Hub = hub.New(o)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// connect makes a connection of the signed kind.
func (w *world) connect(id string) {
	w.Helper()
	_, err := w.Add(w.Context(), shop, hub.Change{ID: id, Kind: "signed", Name: "The shop", Secrets: map[string]string{"secret": secret}, By: "Inès"})
	w.must(err)
}

// deliver signs a body and delivers it.
func (w *world) deliver(connection, id string, body any) error {
	w.Helper()
	text, ok := body.(string)
	if !ok {
		data, err := json.Marshal(body)
		w.must(err)
		text = string(data)
	}
	h, err := signed.Sign(secret, id, w.now(), []byte(text))
	w.must(err)
	_, err = w.Take(w.Context(), shop, connection, h, []byte(text))
	return err
}

// read reads all that waits.
func (w *world) read() {
	w.Helper()
	for {
		n, err := w.desk.ReadReceipts(w.Context(), w.Hub.Read)
		w.must(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) receipt(connection, id string) store.Receipt {
	w.Helper()
	var r store.Receipt
	w.must(w.store.Read(w.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.Receipt(shop, connection, id)
		return err
	}))
	return r
}

func (w *world) version(order string) int64 {
	w.Helper()
	k := store.Key{Merchant: shop, Order: order}
	var files map[store.Key]store.File
	w.must(w.store.Read(w.Context(), func(tx *store.Tx) (err error) {
		files, err = tx.Files([]store.Key{k})
		return err
	}))
	return files[k].Version
}

// placed is an order as a shop tells it.
func placed(order string) map[string]any {
	return map[string]any{"type": "order.placed", "time": "2026-03-01T09:00:00Z", "data": map[string]any{
		"order": order, "ref": "gid-" + order, "channel": "mine", "buyer": map[string]any{"name": "Ada Byron", "email": "ada@example.org"},
		"lines": []any{map[string]any{"line": 1, "title": "Kite", "quantity": 1, "price": "10.00 EUR"}},
		"paid":  "10.00 EUR"}}
}

func code(err error) string { return recourse.CodeOf(err) }
