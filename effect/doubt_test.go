package effect_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/effect"
	"recourse/store"
)

// TestDoubtWithoutPeer: nobody knows whether a refund was paid, and the connection that could be asked is paused, or gone.
// A person is asked when the desk's patience is over, not when somebody resumes it.
func TestDoubtWithoutPeer(t *testing.T) {
	for _, status := range []recourse.ConnectionStatus{recourse.ConnectionPaused, recourse.ConnectionGone} {
		t.Run(string(status), func(t *testing.T) {
			s := &script{send: func(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: effect.Unknown} }}
			w, r := play(t, s)
			id := w.Place()
			w.Rounds(r, 1)
			want(t, w, id, store.Sending, 1)
			c := w.Conn()
			c.Status = status
			w.PutConn(c)
			for end := w.Now().Add(2 * time.Hour); w.Now().Before(end); {
				w.Rounds(r, 1)
			}
			want(t, w, id, store.Unknown, 1)
		})
	}
}

// TestNotFoundIsNoNo: whoever looks for a refund and finds that the payment is not there any more does not know that
// nothing was paid back of it.
func TestNotFoundIsNoNo(t *testing.T) {
	ref := ""
	s := &script{send: func(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: effect.Unknown} },
		find: func(int, *effect.Task) effect.Outcome {
			return effect.Outcome{Result: effect.Refused, Code: "payment_unknown", Ref: ref}
		}}
	w, r := play(t, s)
	id := w.Place()
	w.Rounds(r, 2)
	want(t, w, id, store.Sending, 1)
	w.Rounds(r, 8)
	want(t, w, id, store.Unknown, 1)
	ref = "re_1" // found, and refused
	w.Rounds(r, 2)
	want(t, w, id, store.Failed, 1)
}
