package web_test

import (
	"net/url"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// TestChores: a letter that nobody understood is a task above the queue, with what to do, and is gone when somebody says
// that they saw to it; who may not manage is told, and not led there.
func TestChores(t *testing.T) {
	h := openHouse(t)
	ines := h.enter("Inès", account.Owner)
	err := h.desk.Store().Write(t.Context(), func(tx *store.Tx) error {
		c := store.Connection{Connection: recourse.Connection{Merchant: pageShop, ID: "letters", Kind: "imap", Name: "Letters", Status: recourse.ConnectionActive, CreatedAt: h.now(), ChangedAt: h.now()}}
		if err := tx.PutConnection(&c); err != nil {
			return err
		}
		r := store.Receipt{Merchant: pageShop, Connection: "letters", ID: "m1", At: h.now(), Body: []byte("x")}
		if _, err := tx.PutReceipts([]store.Receipt{r}); err != nil {
			return err
		}
		r.Status, r.Note = store.ReceiptDone, "no_pattern"
		return tx.EndReceipts([]store.Receipt{r})
	})
	if err != nil {
		t.Fatal(err)
	}
	_, body := ines.get("/")
	wants(t, "a task", body, "To be mended", "Letters: letters that nobody here understood: 1", "Add a pattern", `href="/connections/letters/receipts/m1"`)
	_, body = h.enter("Vera", account.Viewer).get("/")
	wants(t, "a task for others", body, "nobody here understood", `-href="/connections/letters/receipts/m1"`)
	_, body = ines.post("/connections/letters/receipts/m1/settle", nil)
	wants(t, "ticked off", body, "It is ticked off", "Somebody saw to it")
	_, body = ines.get("/")
	wants(t, "nothing left", body, "-To be mended")
	if _, body = ines.post("/connections/letters/receipts/m1/settle", url.Values{}); !strings.Contains(body, "There is nothing left to do about it") {
		t.Error("ticked off twice")
	}
}
