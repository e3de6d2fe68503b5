package hub_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/desk"
	"recourse/hub"
	"recourse/intake"
	"recourse/intake/signed"
	"recourse/store"
)

// TestDelivery: a delivery is verified, kept sealed, read once, and told to the desk; a repeat changes nothing.
func TestDelivery(t *testing.T) {
	databases(t, func(w *world) {
		w.connect("mine")
		for range 3 {
			w.must(w.deliver("mine", "msg_1", placed("1001")))
		}
		r := w.receipt("mine", "msg_1")
		if r.Status != store.ReceiptWaiting || r.Topic != "order.placed" || !r.Kept || bytes.Contains(r.Body, []byte("Byron")) {
			w.Fatalf("kept: %+v", r)
		}
		w.read()
		if r = w.receipt("mine", "msg_1"); r.Status != store.ReceiptDone || r.Order != "1001" || r.Events != 1 || r.Tries != 1 {
			w.Fatalf("read: %+v", r)
		}
		version := w.version("1001")
		if version == 0 {
			w.Fatal("the order is not there")
		}
		w.must(w.deliver("mine", "msg_1", placed("1001")))
		_, err := w.Replay(w.Context(), shop, "mine", "msg_1")
		w.must(err)
		w.read()
		if v := w.version("1001"); v != version {
			w.Errorf("read again, the order moved from %d to %d", version, v)
		}
		c, err := w.Connection(w.Context(), shop, "mine")
		w.must(err)
		if c.Secret("secret") != secret {
			w.Error("the secret is another")
		}
		w.pass(time.Minute)
		if c, _ = w.Connection(w.Context(), shop, "mine"); !c.HeardAt.Equal(w.now().Add(-time.Minute)) {
			w.Errorf("heard at %v", c.HeardAt)
		}
	})
}

// TestManyAtOnce: callers share commits, and of the same delivery told by many at once one is kept.
func TestManyAtOnce(t *testing.T) {
	databases(t, func(w *world) {
		w.connect("mine")
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if err := w.deliver("mine", "msg_"+strconv.Itoa(i/2), placed(strconv.Itoa(1000+i/2))); err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		w.read()
		for i := range 100 {
			if v := w.version(strconv.Itoa(1000 + i)); v != 1 {
				w.Fatalf("order %d has version %d", 1000+i, v)
			}
		}
	})
}

// TestTwoReaders: of two nodes that read at once each delivery is one's.
func TestTwoReaders(t *testing.T) {
	databases(t, func(w *world) {
		w.connect("mine")
		for i := range 300 {
			w.must(w.deliver("mine", "msg_"+strconv.Itoa(i), placed(strconv.Itoa(i))))
		}
		var mu sync.Mutex
		seen := map[string]int{}
		read := func(ctx context.Context, r *store.Receipt) desk.Reading {
			mu.Lock()
			seen[r.ID]++
			mu.Unlock()
			return w.Hub.Read(ctx, r)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for n := 1; n > 0; {
					var err error
					if n, err = w.desk.ReadReceipts(w.Context(), read); err != nil {
						w.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		w.read()
		for id, n := range seen {
			if n != 1 {
				w.Errorf("%s was read %d times", id, n)
			}
		}
		if len(seen) != 300 {
			w.Errorf("%d were read", len(seen))
		}
	})
}

// TestRefused: who cannot show who they are is turned away and counted, and nothing is kept.
func TestRefused(t *testing.T) {
	alone(t, func(w *world) {
		w.connect("mine")
		body := []byte(`{"type":"order.placed"}`)
		good, err := signed.Sign(secret, "msg_1", w.now(), body)
		w.must(err)
		with := func(name, value string) http.Header {
			h := good.Clone()
			h.Set(name, value)
			return h
		}
		for what, h := range map[string]http.Header{
			"nothing":          {},
			"another id":       with("Webhook-Id", "msg_2"),
			"another instant":  with("Webhook-Timestamp", strconv.FormatInt(w.now().Unix()+1, 10)),
			"no instant":       with("Webhook-Timestamp", "soon"),
			"another secret":   with("Webhook-Signature", "v1,"+strings.Repeat("A", 43)+"="),
			"another version":  with("Webhook-Signature", strings.Replace(good.Get("Webhook-Signature"), "v1,", "v2,", 1)),
			"too many of them": with("Webhook-Signature", strings.Repeat("v1,AAAA ", 10)+good.Get("Webhook-Signature")),
		} {
			if _, err := w.Take(w.Context(), shop, "mine", h, body); code(err) != "signature_wrong" {
				w.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.Take(w.Context(), shop, "mine", good, append(body, ' ')); code(err) != "signature_wrong" {
			w.Errorf("another body: %v", err)
		}
		w.pass(signed.Tolerance + time.Second)
		if _, err := w.Take(w.Context(), shop, "mine", good, body); code(err) != "signature_wrong" {
			w.Errorf("too old: %v", err)
		}
		w.must(w.Count(w.Context()))
		w.pass(time.Minute)
		if c, err := w.Connection(w.Context(), shop, "mine"); err != nil || c.Refused != 9 || c.RefusedAt.IsZero() {
			w.Errorf("counted: %+v %v", c, err)
		}
		if _, err := w.Take(w.Context(), shop, "none", good, body); code(err) != "connection_unknown" {
			w.Errorf("an unknown connection: %v", err)
		}
	})
}

// TestPaused: what comes to a connection that is paused is kept, and read when it is resumed.
func TestPaused(t *testing.T) {
	alone(t, func(w *world) {
		w.connect("mine")
		w.must(w.deliver("mine", "before", placed("1")))
		w.must(w.SetStatus(w.Context(), shop, "mine", recourse.ConnectionPaused, "Inès"))
		w.must(w.deliver("mine", "after", placed("2")))
		w.read()
		if w.version("1")+w.version("2") != 0 {
			w.Fatal("a paused connection was read")
		}
		w.must(w.SetStatus(w.Context(), shop, "mine", recourse.ConnectionActive, "Inès"))
		w.read()
		if w.version("1") != 1 || w.version("2") != 1 {
			w.Error("what waited was not read")
		}
	})
}

// TestPoison: a delivery that cannot be read fails alone, with the reason; unknown topics are kept and shown.
func TestPoison(t *testing.T) {
	alone(t, func(w *world) {
		w.connect("mine")
		two := []any{placed("3"), map[string]any{"type": "order.placed", "data": map[string]any{"order": "4"}}}
		for id, body := range map[string]any{
			"a-good": placed("1"), "b-garbage": `{"type": "order.placed", `, "c-unknown": map[string]any{"type": "coupon.created", "data": map[string]any{}},
			"d-approval": map[string]any{"type": "effect.approved", "data": map[string]any{"effect": "1-1/1"}}, "e-half": two, "f-deep": strings.Repeat("[", 100), "g-good": placed("2"),
			"h-no-order": map[string]any{"type": "parcel.scanned", "data": map[string]any{"parcel": "P1", "status": "in_transit"}},
		} {
			w.must(w.deliver("mine", id, body))
		}
		w.read()
		for id, want := range map[string][2]string{
			"a-good": {"done", ""}, "b-garbage": {"failed", "json"}, "c-unknown": {"unknown", ""}, "d-approval": {"failed", "connection_approval"}, "e-half": {"failed", "event_missing"},
			"f-deep": {"failed", "json_depth"}, "g-good": {"done", ""}, "h-no-order": {"waiting", "order_unknown"},
		} {
			if r := w.receipt("mine", id); string(r.Status) != want[0] || r.Note != want[1] {
				w.Errorf("%s: %s %s (%s), want %v", id, r.Status, r.Note, r.Detail, want)
			}
		}
		if w.version("3") != 1 {
			w.Error("the good half of a batch was not taken in")
		}
		w.must(w.deliver("mine", "shipped", map[string]any{"type": "parcel.shipped", "data": map[string]any{"order": "1", "parcel": "P1", "carrier": "x", "tracking": "T1"}}))
		w.pass(2 * time.Minute)
		w.read()
		if r := w.receipt("mine", "h-no-order"); r.Status != store.ReceiptDone || r.Order != "1" {
			w.Errorf("what waited for its order: %+v", r)
		}
	})
}

// TestReaderDies: a reader that panics, and a process that died of a delivery, stop nothing else.
func TestReaderDies(t *testing.T) {
	kind := &connect.Kind{Name: "frail", Reader: &intake.Reader{
		Verify: func(_ *recourse.Connection, d *intake.Delivery) error { d.ID = string(d.Body); return nil },
		Read: func(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
			if string(d.Body) == "bad" {
				panic("no")
			}
			return intake.Meaning{Note: "ping"}, nil
		},
	}}
	w := open(t, filepath.Join(t.TempDir(), "r.db"), hub.Options{Kinds: []*connect.Kind{kind}})
	_, err := w.Add(t.Context(), shop, hub.Change{Kind: "frail"})
	w.must(err)
	for _, body := range []string{"bad", "good"} {
		_, err := w.Take(t.Context(), shop, "frail", nil, []byte(body))
		w.must(err)
	}
	w.read()
	if r := w.receipt("frail", "bad"); r.Status != store.ReceiptFailed || r.Note != "delivery_poison" {
		t.Errorf("%+v", r)
	}
	if r := w.receipt("frail", "good"); r.Status != store.ReceiptDone || r.Note != "ping" {
		t.Errorf("%+v", r)
	}
	_, err = w.Take(t.Context(), shop, "frail", nil, []byte("killer"))
	w.must(err)
	for range 6 { // the process dies each time before it says how it went
		w.must(w.store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ClaimReceipts(w.now(), w.now().Add(time.Minute), 10)
			return err
		}))
		w.pass(2 * time.Minute)
	}
	w.read()
	if r := w.receipt("frail", "killer"); r.Note != "delivery_poison" {
		t.Errorf("%+v", r)
	}
}

// TestVaultClosed: without the key nothing is lost and nothing is taken in.
func TestVaultClosed(t *testing.T) {
	address := filepath.Join(t.TempDir(), "r.db")
	w := open(t, address, hub.Options{})
	w.connect("mine")
	w.must(w.deliver("mine", "one", placed("1")))
	closed := hub.New(hub.Options{Desk: w.desk})
	h, err := signed.Sign(secret, "two", w.now(), []byte("{}"))
	w.must(err)
	if _, err := closed.Take(t.Context(), shop, "mine", h, []byte("{}")); code(err) != "vault_closed" || recourse.KindOf(err) != recourse.Unavailable {
		t.Errorf("taken in: %v", err)
	}
	_, err = w.desk.ReadReceipts(t.Context(), closed.Read)
	w.must(err)
	if r := w.receipt("mine", "one"); r.Status != store.ReceiptWaiting || r.Note != "vault_closed" {
		t.Errorf("%+v", r)
	}
	w.must(closed.SetStatus(t.Context(), shop, "mine", recourse.ConnectionPaused, "Inès")) // that takes no key
	w.must(closed.SetStatus(t.Context(), shop, "mine", recourse.ConnectionActive, "Inès"))
	w.pass(2 * time.Minute)
	w.read()
	if w.version("1") != 1 {
		t.Error("it was not read when the key was there")
	}
}

// TestPrivacy: what a peer asks of the desk itself is really done.
func TestPrivacy(t *testing.T) {
	databases(t, func(w *world) {
		asks := map[string]intake.Ask{
			"export": {Kind: intake.AskExport, Email: "ADA@example.org"},
			"erase":  {Kind: intake.AskErase, Refs: []string{"gid-1"}},
			"forget": {Kind: intake.AskForget},
			"gone":   {Kind: intake.AskGone},
		}
		kind := &connect.Kind{Name: "asker", Reader: &intake.Reader{
			Verify: func(_ *recourse.Connection, d *intake.Delivery) error {
				d.ID, d.Topic = string(d.Body), string(d.Body)
				return nil
			},
			Read: func(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
				return intake.Meaning{Asks: []intake.Ask{asks[string(d.Body)]}}, nil
			},
		}}
		w.Hub.Kinds = append([]*connect.Kind{kind}, connect.Kinds()...)
		w.connect("feed")
		_, err := w.Add(w.Context(), shop, hub.Change{ID: "mine", Kind: "asker"})
		w.must(err)
		for _, o := range []string{"1", "2", "3"} {
			w.must(w.deliver("feed", "told-"+o, placed(o)))
		}
		w.read()
		ask := func(what string) {
			w.Helper()
			_, err := w.Take(w.Context(), shop, "mine", nil, []byte(what))
			w.must(err)
			w.read()
			if r := w.receipt("mine", what); r.Status != store.ReceiptDone {
				w.Fatalf("%s: %+v", what, r)
			}
		}
		erased := func(order string) bool {
			w.Helper()
			data, err := w.desk.DataOf(w.Context(), shop, order)
			w.must(err)
			return len(data.Values) == 0
		}
		ask("export")
		file, err := w.Exported(w.Context(), shop, "mine", "export")
		w.must(err)
		if n := bytes.Count(file, []byte("ada@example.org")); n < 3 {
			w.Errorf("the export has the address %d times:\n%s", n, file)
		}
		ask("erase")
		if !erased("1") || erased("2") {
			w.Error("one buyer was to be erased, and no other")
		}
		if r := w.receipt("feed", "told-1"); r.Kept {
			w.Error("what was delivered of the buyer is still there")
		}
		if r := w.receipt("feed", "told-2"); !r.Kept {
			w.Error("what was delivered of another is gone")
		}
		if file, err = w.Exported(w.Context(), shop, "mine", "export"); err != nil || bytes.Count(file, []byte(`"order": "1"`)) != 0 {
			w.Errorf("the export still has the erased order: %v", err)
		}
		if w.receipt("mine", "erase").Kept {
			w.Error("the request names the buyer and is still there")
		}
		ask("forget")
		if !erased("2") || !erased("3") {
			w.Error("all buyers were to be erased")
		}
		if _, err = w.Exported(w.Context(), shop, "mine", "export"); code(err) != "export_none" {
			w.Errorf("the export is still there: %v", err)
		}
		ask("gone")
		if c, err := w.Connection(w.Context(), shop, "mine"); err != nil || c.Status != recourse.ConnectionGone {
			w.Errorf("%+v %v", c, err)
		}
		_, err = w.Take(w.Context(), shop, "mine", nil, []byte("forget")) // two days later the shop is to be forgotten
		w.must(err)
	})
}

// TestPoll: connections are looked at in their rhythm, by one node at a time; a peer that fails is left alone for longer
// and longer, and it is said since when.
func TestPoll(t *testing.T) {
	databases(t, func(w *world) {
		var asked []string
		var fail error
		kind := &connect.Kind{Name: "polled", Reader: &intake.Reader{Read: func(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
			return intake.Meaning{Note: "page"}, nil
		}}, Poller: &intake.Poller{Every: 5 * time.Minute, Poll: func(ctx context.Context, c *recourse.Connection, _ *call.Client, bookmark string, put func(context.Context, []intake.Delivery) error) (string, error) {
			asked = append(asked, bookmark)
			if fail != nil {
				return "", fail
			}
			n := strconv.Itoa(len(asked))
			return n, put(ctx, []intake.Delivery{{ID: "page-" + n, Topic: "page", Body: []byte("x")}})
		}}}
		w.Hub.Kinds = []*connect.Kind{kind}
		_, err := w.Add(w.Context(), shop, hub.Change{Kind: "polled"})
		w.must(err)
		poll := func() {
			_, err := w.Hub.Poll(w.Context())
			w.must(err)
		}
		poll()
		poll() // it is not its turn
		w.pass(5 * time.Minute)
		poll()
		if strings.Join(asked, ",") != ",1" {
			w.Fatalf("asked with %q", asked)
		}
		w.read()
		if r := w.receipt("polled", "page-2"); r.Status != store.ReceiptDone {
			w.Errorf("%+v", r)
		}
		fail = &recourse.Error{Kind: recourse.Unavailable, Code: "peer_down", Message: "no"}
		for range 6 {
			w.pass(time.Hour)
			poll()
		}
		c, err := w.Connection(w.Context(), shop, "polled")
		w.must(err)
		if c.Failure != "peer_down" || c.Failures != 6 || !c.OpenUntil.Equal(w.now().Add(2*time.Minute)) || c.Bookmark != "2" {
			w.Errorf("failing: %+v", *c.Connection)
		}
		fail = nil
		w.pass(time.Hour)
		poll()
		if c, _ = w.Connection(w.Context(), shop, "polled"); c.Failures != 0 || !c.OpenUntil.IsZero() || c.SaidAt.IsZero() {
			w.Errorf("well again: %+v", *c.Connection)
		}
		n := len(asked)
		w.must(w.SetStatus(w.Context(), shop, "polled", recourse.ConnectionPaused, "Inès"))
		w.pass(24 * time.Hour)
		poll()
		if len(asked) != n {
			w.Error("a paused connection was looked at")
		}
	})
}

// TestOpenUntil: five failures in a row, then a minute, doubling to an hour.
func TestOpenUntil(t *testing.T) {
	now := time.Now()
	for failures, want := range map[int]time.Duration{5: time.Minute, 6: 2 * time.Minute, 10: 32 * time.Minute, 11: time.Hour, 1000: time.Hour} {
		if got := hub.OpenUntil(failures, now).Sub(now); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
	if !hub.OpenUntil(4, now).IsZero() {
		t.Error("four failures are not enough")
	}
}

// TestManage: what is wrong with a connection is said with its field; a secret that is not named stays; what is old goes.
func TestManage(t *testing.T) {
	databases(t, func(w *world) {
		for want, ch := range map[string]hub.Change{
			"connection_kind":  {Kind: "shopfy"},
			"connection_field": {Kind: "signed"},
			"connection_id":    {Kind: "signed", ID: "No!", Secrets: map[string]string{"secret": secret}},
			"secret_malformed": {Kind: "signed", Secrets: map[string]string{"secret": "hunter2"}},
		} {
			if _, err := w.Add(w.Context(), shop, ch); code(err) != want {
				w.Errorf("%s: %v", want, err)
			}
		}
		w.connect("")
		w.connect("")
		c, err := w.Connection(w.Context(), shop, "signed-2")
		w.must(err)
		if _, err := w.Add(w.Context(), shop, hub.Change{ID: c.ID, Kind: "signed", Secrets: map[string]string{"secret": secret}}); code(err) != "connection_exists" {
			w.Errorf("twice: %v", err)
		}
		_, err = w.Set(w.Context(), shop, hub.Change{ID: "signed-2", Name: "Another", Secrets: map[string]string{"old_secret": secret}})
		w.must(err)
		if c, _ = w.Connection(w.Context(), shop, "signed-2"); c.Name != "Another" || c.Secret("secret") != secret || c.Secret("old_secret") != secret {
			w.Errorf("changed: %v %v", c.Connection, c.SecretNames())
		}
		if _, err = w.Set(w.Context(), shop, hub.Change{ID: "signed-2", Drop: []string{"secret"}}); code(err) != "connection_field" {
			w.Errorf("without its secret: %v", err)
		}
		if err := w.Test(w.Context(), shop, "signed-2"); code(err) != "test_none" {
			w.Errorf("nothing to ask: %v", err)
		}
		w.must(w.deliver("signed-2", "old", placed("1")))
		w.read()
		w.pass(31 * 24 * time.Hour)
		w.must(w.Sweep(w.Context()))
		if w.receipt("signed-2", "old").Kept {
			w.Error("an old body is still there")
		}
		if _, err := w.Replay(w.Context(), shop, "signed-2", "old"); code(err) != "receipt_gone" {
			w.Errorf("replayed: %v", err)
		}
		w.must(w.Remove(w.Context(), shop, "signed-2", "Inès"))
		if _, err := w.Connection(w.Context(), shop, "signed-2"); code(err) != "connection_unknown" {
			w.Errorf("removed: %v", err)
		}
		var e *recourse.Error
		if !errors.As(w.Remove(w.Context(), shop, "signed-2", "Inès"), &e) || e.Kind != recourse.NotFound {
			w.Error("removed twice")
		}
	})
}
