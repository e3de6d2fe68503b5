package hub_test

import (
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"recourse"
	"recourse/connect"
	"recourse/hub"
	"recourse/peer"
	"recourse/store"
)

// TestPayPal lets PayPal tell, through the door, what was done in its own pages: a refund, which counts as money that left,
// once however often and by whatever transmission it is told; a dispute with its date, and how it ended. What is forged is
// turned away and counted.
func TestPayPal(t *testing.T) {
	connect.Loopback = true
	databases(t, func(w *world) {
		bank := peer.NewPayPal("client", "secret")
		bank.Now = w.now
		bank.Pay("CAP1", recourse.Money{Minor: 5000, Currency: "EUR"})
		server := httptest.NewServer(bank)
		w.Cleanup(server.Close)
		roots, err := bank.Roots()
		w.must(err)
		_, err = w.Add(w.Context(), shop, hub.Change{ID: "paypal", Kind: "paypal", Settings: map[string]string{"client": "client", "webhook": "WEBHOOK1"}, Secrets: map[string]string{"secret": "secret"}})
		w.must(err)
		w.leadTo("paypal", map[string]string{"client": "client", "webhook": "WEBHOOK1", "url": server.URL, "roots": roots})
		w.connect("erp")
		w.must(w.deliver("erp", "o", map[string]any{"type": "order.placed", "id": "o1", "time": w.now(), "data": map[string]any{"order": "1001", "lines": []any{map[string]any{"line": 1, "title": "Lamp", "quantity": 2, "price": "25.00 EUR"}},
			"paid": "50.00 EUR", "payment": map[string]string{"provider": "paypal", "id": "CAP1"}}}))
		w.read()
		tell := func(id, topic string, resource any) error {
			req, err := peer.PayPalWebhook(server.URL, server.URL, "WEBHOOK1", id, topic, resource, w.now())
			w.must(err)
			body, err := io.ReadAll(req.Body)
			w.must(err)
			_, err = w.Take(w.Context(), shop, "paypal", req.Header, body)
			w.read()
			return err
		}
		refund := bank.ByHand("CAP1", recourse.Money{Minor: 2500, Currency: "EUR"})
		for _, id := range []string{"1", "1", "2"} {
			w.must(tell(id, "PAYMENT.CAPTURE.REFUNDED", refund))
			f := w.file("1001")
			if len(f.Refunds) != 1 || !f.Refunds[0].Outside || f.Refunds[0].Amount.Minor != 2500 || f.Refunds[0].Status != recourse.RefundDone {
				w.Fatalf("%+v", f.Refunds)
			}
		}
		due := w.now().Add(9 * 24 * time.Hour)
		w.must(tell("3", "CUSTOMER.DISPUTE.CREATED", peer.PayPalDispute("PP-D-1", "CAP1", "OPEN", "", recourse.Money{Minor: 2500, Currency: "EUR"}, w.now(), due)))
		w.must(tell("4", "CUSTOMER.DISPUTE.RESOLVED", peer.PayPalDispute("PP-D-1", "CAP1", "RESOLVED", "RESOLVED_BUYER_FAVOUR", recourse.Money{Minor: 2500, Currency: "EUR"}, w.now(), due)))
		told := map[recourse.EventType]recourse.Event{}
		for _, e := range w.history("1001") {
			if e.Event != nil {
				told[e.Event.Type] = *e.Event
			}
		}
		if opened := told[recourse.DisputeOpened]; !opened.Due.Equal(due) || told[recourse.DisputeLost].Payment.ID != "CAP1" {
			w.Errorf("%+v", told)
		}

		if err := tell("5", "PAYMENT.CAPTURE.REFUNDED", refund); err != nil {
			w.Fatal(err)
		}
		w.must(w.forge(server.URL))
		w.must(w.Count(w.Context()))
		var c store.Connection
		w.must(w.store.Read(w.Context(), func(tx *store.Tx) (err error) { c, err = tx.Connection(shop, "paypal"); return err }))
		if c.Refused != 1 {
			w.Errorf("%d were turned away", c.Refused)
		}
	})
}

// leadTo gives a connection settings that nobody can enter, such as the address of a stand-in.
func (w *world) leadTo(id string, settings map[string]string) {
	w.Helper()
	w.must(w.store.Write(w.Context(), func(tx *store.Tx) error {
		c, err := tx.Connection(shop, id)
		if err != nil {
			return err
		}
		c.Settings, c.ChangedAt = settings, w.now().Add(time.Second)
		return tx.PutConnection(&c)
	}))
	w.pass(3 * time.Second)
}

// history is all that happened to an order.
func (w *world) history(order string) (out []store.Entry) {
	w.Helper()
	w.must(w.store.Read(w.Context(), func(tx *store.Tx) (err error) {
		out, err = tx.History(store.Key{Merchant: shop, Order: order}, 0, 100)
		return err
	}))
	return out
}

// forge delivers what PayPal signed for another webhook.
func (w *world) forge(url string) error {
	req, err := peer.PayPalWebhook(url, url, "WEBHOOK2", "9", "PAYMENT.CAPTURE.REFUNDED", map[string]string{"id": "R9"}, w.now())
	if err != nil {
		return err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	if _, err := w.Take(w.Context(), shop, "paypal", req.Header, body); recourse.CodeOf(err) != "signature_wrong" {
		w.Errorf("forged: %v", err)
	}
	return nil
}
