package effect_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"recourse"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/store"
)

// TestRestored: an act that was carried out after the backup was made is not carried out again when the backup is
// restored: the peer is asked first. Where it does not say, a person is.
func TestRestored(t *testing.T) {
	for _, said := range []effect.Result{effect.Done, effect.Later, effect.Unknown} {
		t.Run(string(said), func(t *testing.T) {
			s := &script{send: done}
			w, r := play(t, s)
			id := w.Place()
			backup := filepath.Join(t.TempDir(), "backup.db")
			if err := w.Store.Backup(t.Context(), backup, nil); err != nil {
				t.Fatal(err)
			}
			w.Rounds(r, 1)
			want(t, w, id, store.Done, 1)

			database := filepath.Join(t.TempDir(), "restored.db")
			to, err := store.Open(t.Context(), database)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Restore(t.Context(), backup, to, nil); err != nil {
				t.Fatal(err)
			}
			to.Close()
			again := &script{send: done, find: func(int, *effect.Task) effect.Outcome { return effect.Outcome{Result: said} }}
			after := effecttest.Suite{Peer: http.NotFoundHandler(), Connection: w.Connection, Kind: func(string) effect.Kind {
				return effect.Kind{Group: "shop", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: func(*recourse.Connection) effect.Sender { return again }}
			}}.World(t, database, 1)
			after.Set(w.Now().Add(time.Hour))
			after.Rounds(after.Runner(false), 10)
			switch sends, finds := again.asked(); said {
			case effect.Done:
				want(t, after, id, store.Done, 1)
				if sends != 0 {
					t.Error("it was carried out again")
				}
			case effect.Later:
				want(t, after, id, store.Done, 2)
				if sends != 1 || finds != 1 {
					t.Errorf("asked for %d times, about %d times", sends, finds)
				}
			default:
				want(t, after, id, store.Unknown, 1)
				if got := refundOf(t, after, id); sends != 0 || got != recourse.RefundSent {
					t.Errorf("asked for %d times; the refund is %s", sends, got)
				}
			}
		})
	}
}
