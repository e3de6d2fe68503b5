package hook_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/hook"
	"recourse/store"
)

// TestSchedule lets a receiver fail for ever, and looks at when it is tried.
func TestSchedule(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		r := newReceiver(t, status(500))
		w, secret := b.add(hook.Wanted{URL: r.URL})
		b.put("1001", 0, 1)
		var at []time.Duration
		for range 40_000 {
			n := len(r.heard())
			b.deliver()
			if len(r.heard()) > n {
				at = append(at, b.clock.now().Sub(march))
			}
			d := b.deliveries(w.ID)[0]
			if d.Status == store.DeliveryFailed {
				break
			}
			b.clock.pass(max(time.Second, d.NextAt.Sub(b.clock.now())))
		}
		waits := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
		if len(at) != len(waits) {
			t.Fatalf("tried at %v", at)
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i] - at[i-1]; gap < waits[i] || gap > waits[i]+waits[i]/10+2*time.Second+15*time.Minute {
				t.Errorf("try %d came %v after the one before; %v is the schedule", i+1, gap, waits[i])
			}
		}
		d := b.deliveries(w.ID)[0]
		if len(d.Attempts) != 10 || d.Attempts[9].Status != 500 || d.Attempts[9].Code != "broken" {
			t.Errorf("%+v", d)
		}
		ids, stamps := map[string]bool{}, map[string]bool{}
		for _, h := range r.heard() {
			verified(t, secret, h)
			ids[h.id], stamps[h.head.Get("webhook-timestamp")] = true, true
		}
		if len(ids) != 1 || len(stamps) != 10 {
			t.Errorf("ids %v, timestamps %v: the same id and another instant each time are wanted", ids, stamps)
		}
		// It is given up, and a person replays it.
		r.become(nil)
		b.clock.pass(time.Hour)
		if n, err := b.ReplaySince(t.Context(), shop, w.ID, march.Add(-time.Hour), "Ann"); err != nil || n.Failed != 1 || n.Missed != 0 {
			t.Errorf("%+v, %v", n, err)
		}
		b.deliver()
		if d := b.deliveries(w.ID)[0]; d.Status != store.DeliveryDone || len(d.Attempts) != 11 {
			t.Errorf("%+v", d)
		}
	})
}

// TestAnswers: what each answer means for the delivery and for the webhook.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(int, *http.Request, http.ResponseWriter)
		code   string
		next   time.Duration // of the delivery; 0: it is over
		alone  time.Duration // the webhook is left alone
		hook   store.WebhookStatus
	}{
		{"ok", status(200), "", 0, 0, "active"},
		{"no content", status(204), "", 0, 0, "active"},
		{"gone", status(410), "gone", 0, 0, "disabled"},
		{"redirect", func(_ int, r *http.Request, w http.ResponseWriter) {
			http.Redirect(w, r, "http://"+r.Host+"/elsewhere", http.StatusTemporaryRedirect)
		}, "redirected", 5 * time.Second, 0, "active"},
		{"not found", status(404), "refused", 5 * time.Second, 0, "active"},
		{"broken", status(500), "broken", 5 * time.Second, 0, "active"},
		{"unavailable", status(503), "broken", 5 * time.Second, 0, "active"},
		{"throttled", status(429), "throttled", 5 * time.Second, 30 * time.Second, "active"},
		{"gateway", status(502), "throttled", 5 * time.Second, 30 * time.Second, "active"},
		{"later", func(_ int, _ *http.Request, w http.ResponseWriter) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(429)
		}, "throttled", 10 * time.Minute, 10 * time.Minute, "active"},
		{"much later", func(_ int, _ *http.Request, w http.ResponseWriter) {
			w.Header().Set("Retry-After", "999999999")
			w.WriteHeader(503)
		}, "broken", 24 * time.Hour, 24 * time.Hour, "active"},
		{"endless", func(_ int, _ *http.Request, w http.ResponseWriter) {
			w.WriteHeader(200)
			for range 100 {
				if _, err := io.WriteString(w, strings.Repeat("x", 64<<10)); err != nil {
					return
				}
			}
		}, "", 0, 0, "active"},
		{"silent", func(_ int, r *http.Request, _ http.ResponseWriter) { <-r.Context().Done() }, "timeout", 5 * time.Second, 0, "active"},
		{"cut", func(_ int, _ *http.Request, w http.ResponseWriter) {
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		}, "cut", 5 * time.Second, 0, "active"},
		{"garbage", func(_ int, _ *http.Request, w http.ResponseWriter) {
			c, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(c, "\x00\xff\n\n")
			c.Close()
		}, "cut", 5 * time.Second, 0, "active"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
			b.Service = b.node(hook.Options{Timeout: 300 * time.Millisecond})
			r := newReceiver(t, c.answer)
			w, _ := b.add(hook.Wanted{URL: r.URL})
			b.put("1001", 0, 1)
			b.deliver()
			d, is := b.deliveries(w.ID)[0], b.webhook(w.ID)
			if n := len(r.heard()); n != 1 {
				t.Errorf("%d requests came", n)
			}
			if a := d.Attempts; len(a) != 1 || a[0].Code != c.code {
				t.Errorf("%+v, %q is wanted", a, c.code)
			}
			if gap := d.NextAt.Sub(march); c.next == 0 && d.Status == store.DeliveryWaiting || c.next > 0 && (gap < c.next || gap > c.next+c.next/8) {
				t.Errorf("%s, next after %v; %v is wanted", d.Status, gap, c.next)
			}
			if alone := is.OpenUntil.Sub(march); c.alone > 0 && alone != c.alone || c.alone == 0 && !is.OpenUntil.IsZero() || is.Status != c.hook {
				t.Errorf("%s, left alone until %v; %s and %v are wanted", is.Status, is.OpenUntil, c.hook, c.alone)
			}
			if len(d.Answer) > 1<<10 {
				t.Errorf("%d bytes of the answer were kept", len(d.Answer))
			}
		})
	}
}

// TestUnreachable: a port where nobody is, a name that is not there, and an address that may not be reached any more.
func TestUnreachable(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, nil)
	r.Close()
	gone, _ := b.add(hook.Wanted{URL: r.URL})
	nowhere, _ := b.add(hook.Wanted{URL: "https://nowhere.invalid/x"})
	b.put("1001", 0, 1)
	strict := hook.New(hook.Options{Store: b.desk.Store(), Ring: b.ring, Clock: b.clock.now})
	b.deliver()
	for id, code := range map[string]string{gone.ID: "unreachable", nowhere.ID: "dns"} {
		if a := b.deliveries(id)[0].Attempts; len(a) != 1 || a[0].Code != code {
			t.Errorf("%+v, %s is wanted", a, code)
		}
	}
	b.clock.pass(time.Minute)
	b.deliver(strict)
	if a := b.deliveries(gone.ID)[0].Attempts; len(a) != 2 || a[1].Code != "url_scheme" {
		t.Errorf("%+v", a)
	}
}

// TestRotation: for a day both secrets verify, afterwards the new one alone; a third in between is no trouble.
func TestRotation(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, nil)
	w, first := b.add(hook.Wanted{URL: r.URL})
	_, second, err := b.Rotate(t.Context(), shop, w.ID, "Ann")
	if err != nil || second == first || !strings.HasPrefix(second, "whsec_") {
		t.Fatal(second, err)
	}
	if is := b.webhook(w.ID); !is.OldUntil.Equal(march.Add(24 * time.Hour)) {
		t.Errorf("%+v", is)
	}
	b.put("1001", 0, 1)
	b.deliver()
	verified(t, first, r.heard()[0])
	verified(t, second, r.heard()[0])
	b.clock.pass(24*time.Hour + time.Second)
	b.put("1001", 1, 2)
	b.deliver()
	last := r.heard()[1]
	verified(t, second, last)
	old, _ := standardwebhooks.NewWebhook(first)
	if err := old.VerifyIgnoringTimestamp([]byte(last.body), last.head); err == nil {
		t.Error("the old secret still signs after a day")
	}
}

// TestEd25519 verifies v1a with the public key alone, written out as the specification says.
func TestEd25519(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, nil)
	w, shown := b.add(hook.Wanted{URL: r.URL, Signature: "v1a"})
	if w.PublicKey != shown || !strings.HasPrefix(shown, "whpk_") {
		t.Fatalf("%q %q", w.PublicKey, shown)
	}
	b.put("1001", 0, 1)
	b.deliver()
	h := r.heard()[0]
	public, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(shown, "whpk_"))
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(h.head.Get("webhook-signature"), "v1a,")
	signature, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || !ed25519.Verify(public, []byte(h.id+"."+h.head.Get("webhook-timestamp")+"."+h.body), signature) {
		t.Errorf("%q does not verify: %v", text, err)
	}
}

// TestOrder: the news of an order wait for the one that fails, for three tries; those of others do not.
func TestOrder(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		poison := "msg_1001_" + number(0)
		r := newReceiver(t, func(_ int, r *http.Request, w http.ResponseWriter) {
			if r.Header.Get("webhook-id") == poison {
				w.WriteHeader(500)
			}
		})
		b.add(hook.Wanted{URL: r.URL})
		b.put("1001", 0, 4)
		b.put("1002", 0, 3)
		b.settle(r)
		var others []string
		for _, id := range r.ids() {
			if strings.HasPrefix(id, "msg_1001") && id != poison {
				t.Errorf("%s did not wait", id)
			}
			if strings.HasPrefix(id, "msg_1002") {
				others = append(others, id)
			}
		}
		if len(others) != 3 || !slices.IsSorted(others) {
			t.Errorf("of the other order: %v", others)
		}
		for range 8 {
			b.clock.pass(time.Minute)
			b.settle(r)
		}
		var seen []string
		tries := 0
		for _, id := range r.ids() {
			if id == poison {
				tries++
			} else if strings.HasPrefix(id, "msg_1001") {
				seen = append(seen, id)
				if tries < 3 {
					t.Errorf("%s came after %d tries", id, tries)
				}
			}
		}
		if len(seen) != 3 || !slices.IsSorted(seen) {
			t.Errorf("behind it came %v", seen)
		}
		// Once it arrives the order is kept as if nothing had been.
		r.become(nil)
		b.clock.pass(time.Hour)
		b.settle(r)
		if ids := r.ids(); ids[len(ids)-1] != poison {
			t.Errorf("%v", ids)
		}
	})
}

// TestNodes: many nodes deliver much, and each delivery leaves once.
func TestNodes(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		r := newReceiver(t, nil)
		var hooks []string
		for range 3 {
			w, _ := b.add(hook.Wanted{URL: r.URL})
			hooks = append(hooks, w.ID)
		}
		for i := range 40 {
			b.put(number(i), 0, 5)
		}
		nodes := []*hook.Service{b.Service, b.node(hook.Options{}), b.node(hook.Options{}), b.node(hook.Options{})}
		for last := -1; last != len(r.heard()); {
			last = len(r.heard())
			var all sync.WaitGroup
			for _, s := range nodes {
				all.Go(func() {
					if err := s.Round(t.Context()); err != nil {
						t.Error(err)
					}
					s.Wait()
				})
			}
			all.Wait()
		}
		if n := len(r.heard()); n != 3*200 {
			t.Errorf("%d were heard; 600 are wanted", n)
		}
		for _, id := range hooks {
			for _, d := range b.deliveries(id) {
				if d.Status != store.DeliveryDone || len(d.Attempts) != 1 {
					t.Fatalf("%+v", d)
				}
			}
		}
	})
}

// TestCrashes lets nodes die in the middle of what they do, and receivers fail as they like: nothing is lost, whatever
// arrived is what was told, and no try leaves twice.
func TestCrashes(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		rng := rand.New(rand.NewPCG(seed, 0))
		var mu sync.Mutex
		chance := func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			return rng.IntN(n)
		}
		b := opened(t, address)
		r := newReceiver(t, func(_ int, _ *http.Request, w http.ResponseWriter) {
			switch chance(6) {
			case 0:
				w.WriteHeader(500)
			case 1:
				time.Sleep(time.Duration(chance(20)) * time.Millisecond)
			}
		})
		w, _ := b.add(hook.Wanted{URL: r.URL})
		for i := range 20 {
			b.put(number(i), 0, 4)
		}
		for range 60 {
			ctx, kill := context.WithCancel(t.Context())
			s := b.node(hook.Options{})
			go func() {
				time.Sleep(time.Duration(chance(15)) * time.Millisecond)
				kill()
			}()
			_ = s.Round(ctx) // it may have been killed
			s.Wait()
			kill()
			b.clock.pass(time.Duration(chance(400)) * time.Second)
		}
		r.become(nil)
		for range 200 {
			b.deliver()
			b.clock.pass(10 * time.Minute)
		}
		heard := map[string]int{}
		for _, id := range r.ids() {
			heard[id]++
		}
		if len(heard) != 80 {
			t.Errorf("%d of 80 were heard", len(heard))
		}
		for _, d := range b.deliveries(w.ID) {
			if d.Status != store.DeliveryDone {
				t.Errorf("%+v", d)
			}
			if heard[d.ID] == 0 {
				t.Errorf("%s was never heard", d.ID)
			}
		}
	})
}

// TestDead: a hundred thousand deliveries to a receiver that answers nothing make others wait for nothing.
func TestDead(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		b.Service = b.node(hook.Options{Timeout: 200 * time.Millisecond})
		dead := newReceiver(t, func(_ int, r *http.Request, _ http.ResponseWriter) { <-r.Context().Done() })
		gone, _ := b.add(hook.Wanted{URL: dead.URL})
		const many = 100_000
		const each = ` FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n) all_of_them`
		if err := b.desk.Store().Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO notices (merchant, notice, order_id, place, channel, type, at, fresh, body) SELECT 'shop', 'dead_' || i, 'dead_' || i, 1, '', 'case.moved', CAST($1 AS BIGINT) + i, 0, $2`+each, march.UnixMicro(), []byte("{}"))
			if err == nil {
				_, err = tx.ExecContext(t.Context(), `INSERT INTO webhook_deliveries (merchant, webhook, notice, order_id, place, type, at, status, next_at, tries, ended_at, attempts, answer)
					SELECT 'shop', $1, 'dead_' || i, 'dead_' || i, 1, 'case.moved', CAST($2 AS BIGINT) + i, 'waiting', CAST($2 AS BIGINT), 0, 9223372036854775807, $3, $4`+each, gone.ID, march.UnixMicro(), []byte("[]"), []byte{})
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		live := newReceiver(t, nil)
		w, _ := b.add(hook.Wanted{URL: live.URL})
		began := time.Now()
		b.put("1001", 0, 3)
		for range 5 {
			if err := b.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(time.Second); len(live.heard()) < 3 && time.Now().Before(end); {
				time.Sleep(2 * time.Millisecond)
			}
		}
		took := time.Since(began)
		b.Wait()
		t.Logf("three arrived in %v beside %d that wait; the dead one was asked %d times", took, many, len(dead.heard()))
		if n := len(live.heard()); n != 3 || took > 3*time.Second {
			t.Errorf("%d arrived in %v", n, took)
		}
		if is := b.webhook(w.ID); is.Waiting > 0 {
			t.Errorf("%+v", is)
		}
		if is := b.webhook(gone.ID); is.OpenUntil.IsZero() || len(dead.heard()) < 5 || len(dead.heard()) > 64 {
			t.Errorf("the dead one is not left alone: %+v", is)
		}
	})
}

// TestLeftAlone: a receiver that is down is asked less and less, is given up after five days, and goes on when a person
// says so.
func TestLeftAlone(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, status(500))
	w, _ := b.add(hook.Wanted{URL: r.URL})
	for i := range 300 {
		b.put(number(i), 0, 1)
	}
	b.deliver()
	first := len(r.heard())
	for range 60 {
		b.clock.pass(time.Minute)
		b.deliver()
	}
	if n := len(r.heard()) - first; n > 20 {
		t.Errorf("it was asked %d times in an hour, after %d at first", n, first)
	}
	for range 6 * 24 {
		b.clock.pass(time.Hour)
		b.deliver()
	}
	if is := b.webhook(w.ID); is.Status != store.WebhookDisabled || is.Reason != "failing" {
		t.Fatalf("%+v", is)
	}
	n := len(r.heard())
	b.put("2001", 0, 1) // it is not told of this one
	b.clock.pass(time.Hour)
	b.deliver()
	if len(r.heard()) != n {
		t.Error("it was asked though it is disabled")
	}
	r.become(nil)
	if err := b.Resume(t.Context(), shop, w.ID, "Ann"); err != nil {
		t.Fatal(err)
	}
	if n, err := b.ReplaySince(t.Context(), shop, w.ID, march.Add(-time.Hour), "Ann"); err != nil || n.Missed != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	for range 30 {
		b.deliver()
		b.clock.pass(3 * time.Hour)
	}
	if is := b.webhook(w.ID); is.Waiting+is.Failed != 0 || is.Status != store.WebhookActive || is.Failures != 0 {
		t.Errorf("%+v", is)
	}
}

// TestPause: what happens meanwhile waits. A test goes all the same.
func TestPause(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, nil)
	w, secret := b.add(hook.Wanted{URL: r.URL})
	if err := b.Pause(t.Context(), shop, w.ID, "Ann"); err != nil {
		t.Fatal(err)
	}
	b.put("1001", 0, 2)
	b.deliver()
	if n := len(r.heard()); n != 0 || b.webhook(w.ID).Waiting != 2 {
		t.Errorf("%d came", n)
	}
	d, err := b.Test(t.Context(), shop, w.ID)
	if err != nil || d.Status != store.DeliveryDone || d.Attempts[0].Status != 204 || d.Type != recourse.NoticeWebhookTest {
		t.Errorf("%+v, %v", d, err)
	}
	verified(t, secret, r.heard()[0])
	if err := b.Resume(t.Context(), shop, w.ID, "Ann"); err != nil {
		t.Fatal(err)
	}
	b.settle(r)
	if ids := r.ids(); len(ids) != 3 {
		t.Errorf("%v", ids)
	}
	r.become(status(500))
	if d, err := b.Test(t.Context(), shop, w.ID); err != nil || d.Status != store.DeliveryFailed || d.Attempts[0].Code != "broken" {
		t.Errorf("%+v, %v", d, err)
	}
	if err := b.Remove(t.Context(), shop, w.ID, "Ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Webhook(t.Context(), shop, w.ID); recourse.CodeOf(err) != "webhook_unknown" {
		t.Errorf("%v", err)
	}
}

// TestSealed: another key opens nothing, and no try is lost by it.
func TestSealed(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, nil)
	w, _ := b.add(hook.Wanted{URL: r.URL})
	b.put("1001", 0, 1)
	blind := hook.New(hook.Options{Store: b.desk.Store(), Clock: b.clock.now, Loopback: true})
	b.deliver(blind)
	if d := b.deliveries(w.ID)[0]; len(d.Attempts) != 0 || d.Status != store.DeliveryWaiting || len(r.heard()) != 0 {
		t.Errorf("%+v", d)
	}
	if is := b.webhook(w.ID); is.Failure != "vault_closed" {
		t.Errorf("%+v", is)
	}
	if _, _, err := blind.Add(t.Context(), shop, hook.Wanted{URL: r.URL}, "Ann"); recourse.CodeOf(err) != "vault_closed" {
		t.Errorf("%v", err)
	}
	b.clock.pass(2 * time.Minute)
	b.deliver()
	if n := len(r.heard()); n != 1 {
		t.Errorf("%d came", n)
	}
}

// TestMirror keeps a shop in step: its own orders, what means something to it, until it says that it is done.
func TestMirror(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		var mu sync.Mutex
		var got []effect.Notice
		answer := effect.Outcome{Result: effect.Later, Code: "busy"}
		mirror := func(_ context.Context, c *recourse.Connection, peer *call.Client, n *effect.Notice) effect.Outcome {
			mu.Lock()
			defer mu.Unlock()
			if c.Secret("token") != "s3cret" || peer == nil {
				t.Errorf("%v", c)
			}
			got = append(got, *n)
			return answer
		}
		b.Service = b.node(hook.Options{
			Mirrors: func(kind string) (effect.Mirror, func(*recourse.Connection) *call.Client) {
				if kind != "shopify" {
					return nil, nil
				}
				return mirror, func(*recourse.Connection) *call.Client { return call.New(call.Options{}) }
			},
			Note: func(_ *recourse.Connection, n *recourse.Notice) string { return "Recourse: " + string(n.Type) },
		})
		sealed, err := b.ring.Seal(store.SecretsPlace(shop, "main"), []byte(`{"token":"s3cret"}`))
		if err != nil {
			t.Fatal(err)
		}
		c := store.Connection{Connection: recourse.Connection{Merchant: shop, ID: "main", Kind: "shopify", Name: "Main", Status: recourse.ConnectionActive, CreatedAt: march, ChangedAt: march}, Sealed: sealed}
		put := func() {
			t.Helper()
			if err := b.desk.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.PutConnection(&c) }); err != nil {
				t.Fatal(err)
			}
			b.clock.pass(time.Minute)
			b.deliver()
		}
		put()
		b.tell("1001")
		b.deliver()
		if len(got) != 1 || got[0].Type != recourse.NoticeCaseOpened || !slices.Equal(got[0].Tags, []string{"recourse:out_of_stock"}) || got[0].File.Order.Ref != "gid-1001" || !strings.HasPrefix(got[0].Note, "Recourse: case.opened [msg_") {
			t.Fatalf("%+v", got)
		}
		answer = effect.Outcome{Result: effect.Done}
		b.clock.pass(time.Minute)
		b.deliver()
		if len(got) != 2 || got[1].ID != got[0].ID || got[1].Attempt != 2 {
			t.Errorf("%+v", got)
		}
		c.Status = recourse.ConnectionPaused
		put()
		b.tell("1002")
		b.deliver()
		if len(got) != 2 {
			t.Errorf("%d came though the connection is paused", len(got))
		}
		c.Status = recourse.ConnectionActive
		put()
		b.deliver()
		if len(got) != 3 || got[2].Data.Order != "1002" {
			t.Errorf("%+v", got)
		}
		if all, err := b.Webhooks(t.Context(), shop); err != nil || len(all) != 0 {
			t.Errorf("mirrors stand among the webhooks: %+v, %v", all, err)
		}
		if err := b.Remove(t.Context(), shop, "mirror-main", "Ann"); recourse.CodeOf(err) != "webhook_mirror" {
			t.Errorf("%v", err)
		}
	})
}
