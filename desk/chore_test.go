package desk_test

import (
	"fmt"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// TestChores: what is wrong with connections, deliveries and webhooks is there until it is mended, and no longer.
func TestChores(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		write := func(f func(*store.Tx) error) {
			t.Helper()
			if err := d.Store().Write(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		put := func(change func(*store.Connection)) {
			t.Helper()
			con := store.Connection{Connection: recourse.Connection{Merchant: shop, ID: "erp", Kind: "signed", Name: "ERP", Status: recourse.ConnectionActive, CreatedAt: march, ChangedAt: march}}
			change(&con)
			write(func(tx *store.Tx) error { return tx.PutConnection(&con) })
		}
		want := func(name string, kinds ...desk.ChoreKind) []desk.Chore {
			t.Helper()
			all, err := d.Chores(t.Context(), shop)
			if err != nil {
				t.Fatal(err)
			}
			var got []desk.ChoreKind
			for _, k := range all {
				got = append(got, k.Kind)
			}
			if fmt.Sprint(got) != fmt.Sprint(kinds) {
				t.Errorf("%s: %v, not %v", name, got, kinds)
			}
			return all
		}
		want("nothing")
		put(func(*store.Connection) {})
		want("well")
		fail := func(until time.Time) {
			write(func(tx *store.Tx) error { return tx.SayFailed(shop, "erp", "unreachable", c.now(), until) })
		}
		fail(time.Time{})
		want("failed once")
		fail(time.Time{})
		if k := want("failed twice", desk.ChoreFailing); len(k) == 1 && (k[0].Reason != "unreachable" || k[0].N != 2) {
			t.Errorf("%+v", k[0])
		}
		fail(march.Add(time.Minute))
		want("left alone", desk.ChoreOpen)
		write(func(tx *store.Tx) error { return tx.SaySucceeded(shop, "erp", c.now()) })
		want("mended")
		write(func(tx *store.Tx) error { return tx.RefuseDelivery(shop, "erp", 3, march.Add(time.Second)) })
		want("wrong signatures", desk.ChoreRefused)
		put(func(con *store.Connection) { con.Status = recourse.ConnectionGone })
		want("gone", desk.ChoreGone)
		put(func(con *store.Connection) { con.Status = recourse.ConnectionPaused })
		want("paused by a person")

		write(func(tx *store.Tx) error {
			_, err := tx.PutReceipts([]store.Receipt{{Merchant: shop, Connection: "erp", ID: "r2", At: march.Add(time.Hour), Body: []byte("x")}, {Merchant: shop, Connection: "erp", ID: "r1", At: march, Body: []byte("x")}, {Merchant: shop, Connection: "erp", ID: "r3", At: march, Body: []byte("x")}})
			return err
		})
		want("deliveries that wait")
		end := func(id string, status store.ReceiptStatus, note string) {
			write(func(tx *store.Tx) error {
				r, err := tx.Receipt(shop, "erp", id)
				if err != nil {
					return err
				}
				r.Status, r.Note = status, note
				return tx.EndReceipts([]store.Receipt{r})
			})
		}
		end("r1", store.ReceiptFailed, "json")
		end("r2", store.ReceiptFailed, "json")
		end("r3", store.ReceiptDone, "no_pattern")
		k := want("unread", desk.ChoreUnread, desk.ChoreLetters)
		if len(k) == 2 && (k[0].N != 2 || k[0].Receipt != "r1" || !k[0].Since.Equal(march) || k[1].Receipt != "r3") {
			t.Errorf("%+v", k)
		}
		settle := func(id string) (err error) {
			err = d.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.SettleReceipt(shop, "erp", id) })
			return err
		}
		for _, id := range []string{"r3", "r1"} {
			if err := settle(id); err != nil {
				t.Error(err)
			}
		}
		if err := settle("r1"); recourse.CodeOf(err) != "receipt_settled" {
			t.Errorf("seen to twice: %v", err)
		}
		if err := settle("r9"); recourse.KindOf(err) != recourse.NotFound {
			t.Errorf("one that is not there: %v", err)
		}
		want("one is left", desk.ChoreUnread)
		write(func(tx *store.Tx) error { _, err := tx.ReplayFailed(shop, "erp", march); return err })
		want("read again")

		hook := store.Webhook{Merchant: shop, ID: "w", Kind: store.WebhookHTTP, Host: "hooks.example.org", Status: store.WebhookActive, CreatedAt: march, ChangedAt: march}
		write(func(tx *store.Tx) error { return tx.PutWebhook(&hook) })
		want("a webhook")
		write(func(tx *store.Tx) error { return tx.DisableWebhook(shop, "w", "gone", march) })
		if k := want("switched off", desk.ChoreDisabled); len(k) == 1 && (k[0].Name != "hooks.example.org" || k[0].Reason != "gone") {
			t.Errorf("%+v", k[0])
		}
		write(func(tx *store.Tx) error { return tx.PutWebhook(&hook) })
		want("switched on")
		write(func(tx *store.Tx) error {
			until := march.Add(time.Minute)
			if ok, err := tx.LeaseWebhook(&hook, until); err != nil || !ok {
				return fmt.Errorf("the lease: %v %v", ok, err)
			}
			w := hook
			w.LeaseUntil, w.Failure, w.Failures, w.FailingAt, w.FailedAt, w.SucceededAt = until, "http_500", 4, march, march, march
			return tx.SetWebhookHealth(&w)
		})
		want("failing for a moment")
		c.set(march.Add(time.Hour))
		want("failing for an hour", desk.ChoreHook)
	})
}
