package effect_test

import (
	"context"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/store"
)

// script answers as a test says.
type script struct {
	mu    sync.Mutex
	sends int
	finds int
	send  func(n int, t *effect.Task) effect.Outcome
	find  func(n int, t *effect.Task) effect.Outcome
	pace  func(t *effect.Task) time.Time
}

func (s *script) Send(_ context.Context, t *effect.Task) effect.Outcome {
	s.mu.Lock()
	s.sends++
	n := s.sends
	s.mu.Unlock()
	return s.send(n, t)
}

func (s *script) Find(_ context.Context, t *effect.Task) effect.Outcome {
	s.mu.Lock()
	s.finds++
	n := s.finds
	s.mu.Unlock()
	if s.find == nil {
		return effect.Outcome{Result: effect.Unknown}
	}
	return s.find(n, t)
}

func (s *script) NotBefore(t *effect.Task) time.Time {
	if s.pace == nil {
		return time.Time{}
	}
	return s.pace(t)
}

func done(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: effect.Done, Ref: "re_1"} }

// play is a world on SQLite whose peer is a script.
func play(t *testing.T, s *script) (*effecttest.World, *effect.Runner) {
	w := effecttest.Suite{Peer: http.NotFoundHandler(), Left: func(string, string) []recourse.Money { return nil },
		Connection: recourse.Connection{ID: "bank", Kind: "bank", Name: "Bank"},
		Kind: func(string) effect.Kind {
			return effect.Kind{Group: "shop", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: func(*recourse.Connection) effect.Sender { return s }}
		}}.World(t, filepath.Join(t.TempDir(), "play.db"), 1)
	return w, w.Runner(false)
}

func (s *script) asked() (sends, finds int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sends, s.finds
}

func want(t *testing.T, w *effecttest.World, id string, status store.EffectStatus, attempts int) store.Effect {
	t.Helper()
	e, all := w.Effect(id)
	if e.Status != status || len(all) != attempts {
		t.Errorf("%s is %s after %d attempts, %s after %d is wanted: %+v", id, e.Status, len(all), status, attempts, all)
	}
	return e
}

func refundOf(t *testing.T, w *effecttest.World, id string) recourse.RefundStatus {
	t.Helper()
	v, err := w.Desk.Case(t.Context(), effecttest.Shop, id[:len(id)-2])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range v.File.Refunds {
		if r.ID == id {
			return r.Status
		}
	}
	return ""
}

func say(t *testing.T, w *effecttest.World, typ recourse.EventType, d recourse.Data) {
	t.Helper()
	if _, err := w.Desk.Tell(t.Context(), effecttest.Shop, desk.Fact{Event: recourse.Event{Source: "t", Type: typ, Data: d}, By: "Anne"}); err != nil {
		t.Fatal(err)
	}
}

// TestTask: what a sender is told.
func TestTask(t *testing.T) {
	var task effect.Task
	s := &script{send: func(_ int, got *effect.Task) effect.Outcome { task = *got; return done(0, got) }}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 1)
	e := want(t, w, id, store.Done, 1)
	if refundOf(t, w, id) != recourse.RefundDone || e.MovedBy != "bank" {
		t.Errorf("the refund is %s by %q", refundOf(t, w, id), e.MovedBy)
	}
	if task.Key != effect.Key(effecttest.Shop, id) || task.Attempt != 1 || task.Shop != "A shop" || task.File.Order.Buyer.Name != "Anne Durand" || task.Amount.Minor != 2990 || !task.FirstAt.Equal(task.AskedAt) || task.AskedAt.IsZero() {
		t.Errorf("the task is %+v", task)
	}
	if a, b := effect.Key("shop", "1-1/1"), effect.Key("shop1", "-1/1"); a == b || len(a) != 36 || a[14] != '8' {
		t.Errorf("the keys are %s and %s", a, b)
	}
}

// TestLater: what did not happen is tried again, after a short while without a word, after a long one as an act that
// nobody has begun: it can be taken back, and then the peer is not asked again.
func TestLater(t *testing.T) {
	s := &script{send: func(n int, t *effect.Task) effect.Outcome {
		out := effect.Outcome{Result: effect.Later, Code: "busy", RetryAt: t.Now.Add(time.Second)}
		if n == 3 {
			out.RetryAt = t.Now.Add(time.Hour)
		}
		return out
	}}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 2)
	want(t, w, id, store.Sending, 2)
	w.Rounds(r, 1)
	want(t, w, id, store.Pending, 3)
	if got := refundOf(t, w, id); got != recourse.RefundRequested {
		t.Errorf("the refund is %s while it waits", got)
	}
	say(t, w, recourse.RefundWithdrawnNow, recourse.Data{Order: w.OrderOf(id), Effect: id})
	w.Rounds(r, 3)
	want(t, w, id, store.Dropped, 3)
}

// TestGaveUp: after three days a person is told.
func TestGaveUp(t *testing.T) {
	s := &script{send: func(int, *effect.Task) effect.Outcome {
		return effect.Outcome{Result: effect.Later, Code: "down"}
	}}
	w, r := play(t, s)
	id := w.Place()
	began := w.Now()
	w.Rounds(r, 80)
	e := want(t, w, id, store.Failed, 0+len(attempts(w, id)))
	if took := e.MovedAt.Sub(began); took < 72*time.Hour || took > 80*time.Hour || e.Note == "" {
		t.Errorf("it was given up after %s: %q", took, e.Note)
	}
	if n := len(attempts(w, id)); n < 10 || n > 30 {
		t.Errorf("%d attempts in three days", n)
	}
}

func attempts(w *effecttest.World, id string) []store.Attempt {
	_, all := w.Effect(id)
	return all
}

// TestUnknown: a peer that does not say whether it happened is asked again on a rhythm, never for the act; then a person
// is, with the facts; and when it says so after all, that counts.
func TestUnknown(t *testing.T) {
	s := &script{send: func(int, *effect.Task) effect.Outcome {
		return effect.Outcome{Result: effect.Unknown, Code: "no_answer"}
	}}
	s.find = func(n int, _ *effect.Task) effect.Outcome {
		if n == 9 {
			return effect.Outcome{Result: effect.Done, Ref: "re_9", Amount: recourse.Money{Minor: 2990, Currency: "EUR"}}
		}
		return effect.Outcome{Result: effect.Unknown, Code: "no_answer", Detail: "try later"}
	}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 6)
	want(t, w, id, store.Sending, 1)
	w.Rounds(r, 1)
	want(t, w, id, store.Unknown, 1)
	if a := attempts(w, id)[0]; a.Looks != 6 || a.Code != "no_answer" || a.Detail != "try later" || a.Key == "" || !a.EndedAt.IsZero() {
		t.Errorf("the facts are %+v", a)
	}
	w.Rounds(r, 3)
	want(t, w, id, store.Done, 1)
	if sends, _ := s.asked(); sends != 1 {
		t.Errorf("it was asked for %d times", sends)
	}
}

// TestNotHappened: a person was asked, and then the peer says that it did not happen: it is not sent behind their back.
func TestNotHappened(t *testing.T) {
	s := &script{send: func(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: effect.Unknown} }}
	s.find = func(n int, _ *effect.Task) effect.Outcome {
		if n == 7 {
			return effect.Outcome{Result: effect.Later}
		}
		return effect.Outcome{Result: effect.Unknown}
	}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 20)
	want(t, w, id, store.Failed, 1)
	if sends, finds := s.asked(); sends != 1 || finds != 7 {
		t.Errorf("it was asked for %d times, and asked about %d times", sends, finds)
	}
}

// TestNotYet: that nothing is there a moment after a request that was not answered says nothing.
func TestNotYet(t *testing.T) {
	s := &script{find: func(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: effect.Later} }}
	var first time.Time
	s.send = func(n int, t *effect.Task) effect.Outcome {
		if n == 1 {
			first = t.Now
			return effect.Outcome{Result: effect.Unknown}
		}
		if t.Now.Sub(first) < 2*time.Minute || t.Attempt != 2 || !t.FirstAt.Equal(first) {
			return effect.Outcome{Result: effect.Refused, Code: "too_soon"}
		}
		return done(0, t)
	}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 5)
	want(t, w, id, store.Done, 2)
}

// TestTaken: what a peer has taken is asked about, not asked for, until it says how it ended.
func TestTaken(t *testing.T) {
	s := &script{send: func(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: effect.Taken, Ref: "re_5"} }}
	s.find = func(n int, t *effect.Task) effect.Outcome {
		switch {
		case len(t.Refs) != 1 || t.Refs[0] != "re_5":
			return effect.Outcome{Result: effect.Refused, Code: "no_ref"}
		case n < 8:
			return effect.Outcome{Result: []effect.Result{effect.Taken, effect.Unknown}[n%2]}
		}
		return effect.Outcome{Result: effect.Refused, Code: "card_expired", Ref: "re_5", Detail: "the card has expired"}
	}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 8)
	want(t, w, id, store.Sending, 1)
	w.Rounds(r, 1)
	if e := want(t, w, id, store.Failed, 1); e.Note == "" || refundOf(t, w, id) != recourse.RefundFailed {
		t.Errorf("%q, %s", e.Note, refundOf(t, w, id))
	}
}

// TestCircuit: after five failures in a row a connection is left alone; its acts wait without being tried; then one tries.
func TestCircuit(t *testing.T) {
	var well atomic.Bool
	s := &script{send: func(int, *effect.Task) effect.Outcome {
		if well.Load() {
			return effect.Outcome{Result: effect.Done}
		}
		return effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable}
	}}
	w, r := play(t, s)
	first := w.Place()
	w.Rounds(r, 5)
	if c := w.Conn(); c.Failures != 5 || c.Failure != effect.CodeUnreachable || !c.OpenUntil.After(w.Now()) {
		t.Fatalf("the connection is %+v", c.Connection)
	}
	var more []string
	for range 5 {
		more = append(more, w.Place())
	}
	if _, err := r.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range more {
		want(t, w, id, store.Pending, 0)
	}
	w.Set(w.Conn().OpenUntil.Add(10 * time.Second))
	before, _ := s.asked()
	if _, err := r.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sends, _ := s.asked(); sends-before != 1 {
		t.Errorf("half open, %d tried", sends-before)
	}
	if c := w.Conn(); c.Failures != 6 || c.OpenUntil.Sub(w.Now()) != 2*time.Minute {
		t.Errorf("after another failure it is left alone for %s", c.OpenUntil.Sub(w.Now()))
	}
	well.Store(true)
	w.Rounds(r, 40)
	for _, id := range append(more, first) {
		if e, _ := w.Effect(id); e.Status != store.Done {
			t.Errorf("%s is %s", id, e.Status)
		}
	}
	if c := w.Conn(); c.Failures != 0 || !c.OpenUntil.IsZero() {
		t.Errorf("the connection is %+v", c.Connection)
	}
}

// TestUnauthorized: a key that is no longer good stops the connection at once, and fails no act.
func TestUnauthorized(t *testing.T) {
	s := &script{send: func(n int, t *effect.Task) effect.Outcome {
		if n == 1 {
			return effect.Outcome{Result: effect.Later, Code: effect.CodeUnauthorized}
		}
		return done(n, t)
	}}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 1)
	if c := w.Conn(); c.OpenUntil.IsZero() || c.Failure != effect.CodeUnauthorized {
		t.Errorf("the connection is %+v", c.Connection)
	}
	c := w.Conn() // a person gives it another key
	c.ChangedAt = w.Now()
	w.PutConn(c)
	w.Rounds(r, 2)
	want(t, w, id, store.Done, 2)
}

// TestByHand: what a person has begun is theirs; what the shop says is paid by hand is theirs; what a connection cannot
// carry out goes back to them.
func TestByHand(t *testing.T) {
	s := &script{send: func(n int, t *effect.Task) effect.Outcome {
		return effect.Outcome{Result: effect.Refused, Code: effect.CodeNoAddress}
	}}
	w, r := play(t, s)
	begun := w.Place()
	say(t, w, recourse.EffectStarted, recourse.Data{Effect: begun})
	cannot := w.Place()
	w.Rounds(r, 1)
	want(t, w, begun, store.Sending, 0)
	want(t, w, cannot, store.Pending, 1)
	c := w.Conn()
	c.Settings = map[string]string{"refunds": "hand"}
	w.PutConn(c)
	hand := w.Place()
	w.Rounds(r, 5)
	want(t, w, hand, store.Pending, 0)
	if sends, _ := s.asked(); sends != 1 {
		t.Errorf("the peer was asked %d times", sends)
	}
}

// TestPaused: what waits for a connection that was stopped goes out when it goes on.
func TestPaused(t *testing.T) {
	s := &script{send: done}
	w, r := play(t, s)
	c := w.Conn()
	c.Status = recourse.ConnectionPaused
	w.PutConn(c)
	id := w.Place()
	w.Rounds(r, 3)
	want(t, w, id, store.Pending, 0)
	c.Status, c.ChangedAt = recourse.ConnectionActive, w.Now()
	w.PutConn(c)
	w.Rounds(r, 1)
	want(t, w, id, store.Done, 1)
}

// TestPace: what a sender has wait is not begun, so that it can be taken back.
func TestPace(t *testing.T) {
	s := &script{send: done}
	s.pace = func(t *effect.Task) time.Time { return time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC) }
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 1)
	want(t, w, id, store.Pending, 0)
	w.Rounds(r, 1)
	if e := want(t, w, id, store.Done, 1); e.MovedAt.Hour() != 18 {
		t.Errorf("it left at %s", e.MovedAt)
	}
}

// TestTold: a webhook tells how an act ended before its own answer is told. That is no second refund.
func TestTold(t *testing.T) {
	s := &script{}
	w, r := play(t, s)
	var id string
	s.send = func(_ int, task *effect.Task) effect.Outcome {
		say(t, w, recourse.RefundSucceeded, recourse.Data{Order: task.File.Order.ID, Effect: id, Amount: task.Amount})
		return effect.Outcome{Result: effect.Done, Amount: task.Amount}
	}
	id = w.Place()
	w.Rounds(r, 5)
	want(t, w, id, store.Done, 1)
	v, err := w.Desk.Order(t.Context(), effecttest.Shop, w.OrderOf(id))
	if err != nil || len(v.File.Refunds) != 1 || v.File.Refunds[0].Status != recourse.RefundDone {
		t.Errorf("%+v %v", v.File.Refunds, err)
	}
}

// TestAtOnce: so many acts of a connection are carried out at once, and no more.
func TestAtOnce(t *testing.T) {
	var now, most atomic.Int64
	gate := make(chan struct{})
	s := &script{send: func(int, *effect.Task) effect.Outcome {
		most.Store(max(most.Load(), now.Add(1)))
		<-gate
		now.Add(-1)
		return effect.Outcome{Result: effect.Done}
	}}
	w, r := play(t, s)
	for range 12 {
		w.Place()
	}
	go func() {
		for now.Load() < 4 {
			time.Sleep(time.Millisecond)
		}
		close(gate)
	}()
	w.Rounds(r, 10)
	if most.Load() != 4 {
		t.Errorf("%d at once", most.Load())
	}
}
