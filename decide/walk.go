package decide

import (
	"slices"
	"time"

	"recourse"
)

// Walker takes one file from fact to fact without keeping what was before: it decides exactly as Event and Due do, but
// changes the file in place and gives its decisions on a bench that the next one uses again. It is for replays, which
// make many millions of decisions and look at each once. Not for several goroutines at a time.
type Walker struct{ work work }

// Walk begins with a file, which is the walker's from now on.
func (d *Decider) Walk(file *recourse.OrderFile) *Walker {
	k := &Walker{}
	k.Begin(d, file)
	return k
}

// Begin takes another file, with the same bench.
func (k *Walker) Begin(d *Decider, file *recourse.OrderFile) {
	w := &k.work
	w.clear()
	w.Decider, w.f, w.walking = d, file, true
	w.scope.Fact = w.fact
}

// File is the file as it stands.
func (k *Walker) File() *recourse.OrderFile { return k.work.f }

// Event is as [Decider.Event]. The decision holds until the next call.
func (k *Walker) Event(ev *recourse.Event, now time.Time) Decision {
	key := ev.Key()
	if key != 0 && slices.Contains(k.work.f.Seen, key) {
		return Decision{File: k.work.f, Duplicate: true}
	}
	k.step(now)
	k.work.event(ev, key)
	return k.work.decided()
}

// Due is as [Decider.Due]. The decision holds until the next call.
func (k *Walker) Due(now time.Time) Decision {
	k.step(now)
	k.work.due(k.work.now)
	return k.work.decided()
}

// step clears the bench for the next decision. All lists of the file may be written.
func (k *Walker) step(now time.Time) {
	w := &k.work
	w.clear()
	w.own = owned{true, true, true, true, true}
	w.now = later(now, w.f.Now)
}
