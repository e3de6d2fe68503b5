package effecttest

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"recourse/effect"
)

// Runs that find nothing wrong say little unless they find what is wrong. So a sender is broken, in the ways in which
// senders are broken, and the runs must find it out.

// The ways to break a sender.
const (
	Hasty      = "hasty"      // asks again blind: what was not answered counts as not heard
	Nameless   = "nameless"   // another key at every attempt
	Sightless  = "sightless"  // sees nothing at the peer: whatever it is asked for did not happen
	Believing  = "believing"  // takes silence for success
	Despairing = "despairing" // takes silence for a no
)

// Mutants are all of them.
var Mutants = []string{Hasty, Nameless, Sightless, Believing, Despairing}

var breaks = map[string]func(effect.Sender) effect.Sender{
	Hasty:      func(s effect.Sender) effect.Sender { return broken{Sender: s, silence: effect.Later} },
	Believing:  func(s effect.Sender) effect.Sender { return broken{Sender: s, silence: effect.Done} },
	Despairing: func(s effect.Sender) effect.Sender { return broken{Sender: s, silence: effect.Refused} },
	Nameless:   func(s effect.Sender) effect.Sender { return nameless{s} },
	Sightless:  func(s effect.Sender) effect.Sender { return sightless{s} },
}

// broken takes silence for something.
type broken struct {
	effect.Sender
	silence effect.Result
}

func (b broken) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	out := b.Sender.Send(ctx, t)
	if out.Result == effect.Unknown {
		out.Result = b.silence
	}
	return out
}

type nameless struct{ effect.Sender }

func (n nameless) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	own := *t
	own.Key, own.Attempt, own.Refs = rand.Text(), 1, nil
	return n.Sender.Send(ctx, &own)
}

type sightless struct{ effect.Sender }

func (s sightless) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	own := *t
	own.Attempt, own.Refs = 1, nil
	return s.Sender.Send(ctx, &own)
}

func (s sightless) Find(context.Context, *effect.Task) effect.Outcome {
	return effect.Outcome{Result: effect.Later}
}

// Mutants breaks the sender in every way, and fails where at most so many runs do not find it out. Survives says why one
// may: it is not worse than the sender.
//
// It takes a minute and more: RECOURSE_MUTANTS=1 asks for it.
func (s Suite) Mutants(t *testing.T, runs int, survives map[string]string) {
	if os.Getenv("RECOURSE_MUTANTS") == "" {
		t.Skip("RECOURSE_MUTANTS=1 asks for it")
	}
	for _, name := range slices.Sorted(maps.Keys(breaks)) {
		t.Run(name, func(t *testing.T) {
			own := s
			own.Break = func(sender effect.Sender, _ *World) effect.Sender { return breaks[name](sender) }
			watch := &watcher{TB: t}
			w := own.World(watch, filepath.Join(t.TempDir(), "runs.db"), 1)
			done := 0
			for ; done < runs && watch.first == ""; done += together {
				w.batch(together)
			}
			why, may := survives[name]
			switch {
			case watch.first == "" && !may:
				t.Errorf("%d runs found nothing wrong", done)
			case watch.first == "":
				t.Logf("survived %d runs: %s", done, why)
			case may:
				t.Errorf("it was to survive (%s), and was found out after %d runs: %s", why, done, watch.first)
			default:
				t.Logf("found out after %d runs: %.200s", done, watch.first)
			}
		})
	}
}

// watcher is a test that notes what it would have failed of.
type watcher struct {
	testing.TB
	first string
}

func (w *watcher) Errorf(format string, args ...any) {
	if w.first == "" {
		w.first = fmt.Sprintf(format, args...)
	}
}

func (w *watcher) Error(args ...any) { w.Errorf("%s", fmt.Sprint(args...)) }
func (w *watcher) Failed() bool      { return w.first != "" }
