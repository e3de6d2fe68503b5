package account

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
)

// TestHash: what was kept is verified, at whatever cost it was kept, and what is broken is nobody's password.
func TestHash(t *testing.T) {
	ctx := t.Context()
	h, old := newHasher(standard), newHasher(cost{19 << 10, 2, 1})
	phc, err := h.hash(ctx, "trois lampes bleues")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=65536,t=2,p=1$") || len(phc) != len("$argon2id$v=19$m=65536,t=2,p=1$")+22+1+43 {
		t.Errorf("the hash is %s", phc)
	}
	before, err := old.hash(ctx, "trois lampes bleues")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		phc, password string
		right, old    bool
	}{
		{phc, "trois lampes bleues", true, false},
		{phc, "trois lampes bleue", false, false},
		{phc, "", false, false},
		{phc, strings.Repeat("x", 1<<20), false, false},
		{before, "trois lampes bleues", true, true},
		{before, "trois", false, false},
		{"", "", false, false},
		{h.nobody(), "", false, false},
		{"$argon2id$v=19$m=4194304,t=2,p=1$" + strings.Repeat("A", 22) + "$" + strings.Repeat("A", 43), "x", false, false}, // would take four gigabytes
		{strings.Replace(phc, "v=19", "v=16", 1), "trois lampes bleues", false, false},
		{strings.Replace(phc, "argon2id", "argon2i", 1), "trois lampes bleues", false, false},
		{phc[:len(phc)-4], "trois lampes bleues", false, false},
	} {
		right, isOld, err := h.verify(ctx, c.phc, c.password)
		if err != nil || right != c.right || isOld != c.old {
			t.Errorf("%.40s with %.20q: %v, %v, %v", c.phc, c.password, right, isOld, err)
		}
	}
	// The same letters typed on another keyboard.
	phc, err = h.hash(ctx, "cafe\u0301 cre\u0300me")
	if err != nil {
		t.Fatal(err)
	}
	if right, _, _ := h.verify(ctx, phc, "caf\u00e9 cr\u00e8me"); !right {
		t.Error("accents put together otherwise are another password")
	}
}

// TestConstantWork: for whoever there is not, an answer takes as long as for a wrong password.
func TestConstantWork(t *testing.T) {
	h := newHasher(standard)
	phc, err := h.hash(t.Context(), "trois lampes bleues")
	if err != nil {
		t.Fatal(err)
	}
	least := func(phc string) time.Duration {
		best := time.Hour
		for range 3 {
			began := time.Now()
			if _, _, err := h.verify(t.Context(), phc, "wrong"); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	known, unknown := least(phc), least("")
	t.Logf("a wrong password takes %v, an unknown email %v", known, unknown)
	if unknown < known/2 {
		t.Errorf("an unknown email is answered in %v, a wrong password in %v", unknown, known)
	}
}

// TestHashesAtOnce: many sign-ins at once do not take the memory of many.
func TestHashesAtOnce(t *testing.T) {
	h := newHasher(standard)
	var most uint64
	var wait sync.WaitGroup
	done := make(chan struct{})
	wait.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	})
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			if _, err := h.hash(t.Context(), "trois lampes bleues"); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	close(done)
	wait.Wait()
	t.Logf("ten at once take %d MiB", most>>20)
	if most > 260<<20 {
		t.Errorf("ten sign-ins at once take %d MiB", most>>20)
	}
	// Who cannot wait is told to come back, and so is who stands too far behind.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range hashesAtOnce {
		h.places <- struct{}{}
	}
	if _, err := h.hash(ctx, "x"); recourse.CodeOf(err) != "signin_busy" {
		t.Errorf("who left is told %v", err)
	}
	h.waiting.Store(mostWaiting)
	if _, err := h.hash(t.Context(), "x"); recourse.CodeOf(err) != "signin_busy" {
		t.Errorf("one too many is told %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	for _, c := range []struct{ password, code string }{
		{"trois lampes bleues", ""},
		{"correct staple", ""},
		{"蓝色的灯笼挂在门口迎客人", ""},
		{"x9!kQ2#mZ7$p", ""},
		{"Anna und Otto essen", ""},
		{"elevenchars", "password_short"},
		{"蓝色的灯笼", "password_short"},
		{strings.Repeat("long word ", 101), "password_long"},
		{"password1234", "password_common"},
		{"PASSWORD!!!!!", "password_common"},
		{"P@ssw0rd12345", "password_common"},
		{"motdepasse2026", "password_common"},
		{"azertyuiop123", "password_common"},
		{"qwertyuiop12!", "password_common"},
		{"aaaaaaaaaaaa", "password_common"},
		{"abababababab", "password_common"},
		{"123456789012", "password_common"},
		{"0612345678 2026", "password_common"},
		{"passwordpassword", "password_common"},
		{"woaini1314520", "password_common"},
		{"ada@example.org", "password_common"},
		{"AdaLovelace12", "password_common"},
		{"lovelace-ada-1", "password_common"},
	} {
		if err := CheckPassword(c.password, "ada@example.org", "Ada Lovelace"); recourse.CodeOf(err) != c.code {
			t.Errorf("%q: %v, %q is wanted", c.password, err, c.code)
		}
	}
}

// TestThrottle: waits grow, are bounded, and are forgotten; guesses at once all count; the memory is bounded.
func TestThrottle(t *testing.T) {
	var th throttle
	now := time.Unix(1_770_000_000, 0)
	p := map[string]pace{"email": {3, 10 * time.Second}}
	wait := func() time.Duration {
		if w, slow := th.attempt(now, p).(*Wait); slow {
			return w.For
		}
		return 0
	}
	for range 3 {
		if w := wait(); w != 0 {
			t.Fatalf("a free try waits %v", w)
		}
	}
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second} {
		if w := wait(); w != want {
			t.Errorf("it waits %v, %v is wanted", w, want)
		}
		now = now.Add(want)
		if w := wait(); w != 0 {
			t.Errorf("after %v it waits %v more", want, w)
		}
	}
	now = now.Add(forgetAfter)
	if w := wait(); w != 0 {
		t.Errorf("a day later it waits %v", w)
	}
	th.right("email")
	for range 3 {
		if w := wait(); w != 0 {
			t.Errorf("after a right one it waits %v", w)
		}
	}
	for i := range mostTried + 1000 {
		_ = th.attempt(now, map[string]pace{"made up " + string(rune(i)): {1, time.Minute}})
	}
	if len(th.tried) > mostTried {
		t.Errorf("%d are remembered", len(th.tried))
	}
}
