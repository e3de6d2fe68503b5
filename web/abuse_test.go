package web_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/intake/signed"
	"recourse/store"
)

// guarded is a buffer that many write to.
type guarded struct {
	mu sync.Mutex
	bytes.Buffer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Buffer.Write(p)
}

// TestFlood: whoever floods the door with what is not signed, or signed long ago, makes no rows: they are counted, in one
// write a second. Neither answers nor the log nor the audit say anything of secrets and buyers.
func TestFlood(t *testing.T) {
	var log guarded
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	s, h := openHub(t)
	old, err := signed.Sign(webhookSecret, "msg_old", s.now().Add(-signed.Tolerance-time.Second), []byte(webhookOrder))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var answers guarded
	const flood = 200
	for i := range 4 {
		all.Go(func() {
			for n := range flood / 4 {
				status, text := s.deliver("/in/shop/erp", fmt.Sprint("msg_", i, "_", n), webhookOrder, func(r *http.Request) {
					if n%2 == 0 {
						r.Header = old.Clone()
					} else {
						r.Header.Set("Webhook-Signature", "v1,"+strings.Repeat("A", 43)+"=")
					}
				})
				if status != http.StatusUnauthorized {
					t.Errorf("%d %s", status, text)
				}
				fmt.Fprintln(&answers, text)
			}
		})
	}
	all.Wait()
	if err := h.Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Read(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Connection("shop", "erp")
		if c.Refused != flood {
			t.Errorf("%d were counted", c.Refused)
		}
		rows, _, failed := tx.Receipts("shop", "erp", store.ReceiptFilter{Limit: 10})
		if len(rows) != 0 {
			t.Errorf("%d are kept", len(rows))
		}
		if err == nil {
			err = failed
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// A poisoned one that is signed fails by itself, and says nothing of the buyer.
	if status, _ := s.deliver("/in/shop/erp", "msg_bad", `{"type": "order.placed", "data": {"order": "W2", "buyer": {"name": "Ada Byron", "email": "ada@byron.example"}, "lines": [{"line": 1, "quantity": -4}]}}`, nil); status != 200 {
		t.Errorf("a bad order was answered with %d", status)
	}
	if _, err := s.desk.ReadReceipts(t.Context(), h.Read); err != nil {
		t.Fatal(err)
	}
	var r store.Receipt
	if err := s.store.Read(t.Context(), func(tx *store.Tx) (err error) { r, err = tx.Receipt("shop", "erp", "msg_bad"); return err }); err != nil || r.Status != store.ReceiptFailed {
		t.Errorf("%+v %v", r, err)
	}
	for where, text := range map[string]string{"the log": log.String(), "the answers": answers.String(), "the receipt": r.Detail + r.Note} {
		for _, secret := range []string{webhookSecret, strings.TrimPrefix(webhookSecret, "whsec_"), "Byron", "byron.example"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: it tells %q: %.300s", where, secret, text)
			}
		}
	}
}

// TestOfAnother: nobody sees or touches deliveries of another merchant, whatever they call them.
func TestOfAnother(t *testing.T) {
	s, _ := openHub(t)
	if status, text := s.deliver("/in/shop/erp", "msg_1", webhookOrder, nil); status != 200 {
		t.Fatal(status, text)
	}
	other := recourse.Connection{Merchant: "other", ID: "till", Kind: "signed", Name: "Till", Status: recourse.ConnectionActive, CreatedAt: s.now(), ChangedAt: s.now()}
	if err := s.store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.PutMerchant(store.Merchant{ID: "other", Name: "Another", CreatedAt: s.now()}); err != nil {
			return err
		}
		return tx.PutConnection(&store.Connection{Connection: other})
	}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v1/connections/till", "/api/v1/connections/till/receipts", "/api/v1/connections/..%2fother%2ftill/receipts"} {
		if g := s.ask("GET", path, ""); g.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, g.StatusCode)
		}
	}
	if g := s.ask("POST", "/api/v1/connections/till/replay", `{"receipt": "msg_1"}`); g.StatusCode != http.StatusNotFound {
		t.Errorf("replay: %d", g.StatusCode)
	}
}
