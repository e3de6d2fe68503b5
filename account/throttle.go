package account

import (
	"sync"
	"time"

	"recourse"
)

// throttle makes those wait who try again and again. What somebody tries is counted before it is known whether it was
// right, so that a thousand guesses at once are a thousand guesses. It is kept in memory: each node counts for itself,
// and a restart forgets.
type throttle struct {
	mu    sync.Mutex
	tried map[string]*tries
}

type tries struct {
	n    int
	last time.Time
}

// pace is how often something may be tried: some times freely, then after a wait that doubles with every try.
type pace struct {
	free int
	most time.Duration
}

var (
	// byEmail: a stranger who tries one person's password. A day of trying is a hundred guesses.
	byEmail = pace{5, 15 * time.Minute}
	// byAddress: a stranger who tries many people's. A shop's people may share an address.
	byAddress = pace{30, 5 * time.Minute}
	// byLink: somebody who makes links up. There are 2^160 of them.
	byLink = pace{60, time.Minute}
)

const (
	forgetAfter = 24 * time.Hour
	mostTried   = 50_000
)

// wait is how long the next try has to wait after the last.
func (p pace) wait(n int) time.Duration {
	if n < p.free {
		return 0
	}
	return min(p.most, time.Second<<min(n-p.free, 20))
}

// attempt counts a try under some keys, or says how long it has to wait: then nothing is counted.
func (t *throttle) attempt(now time.Time, paces map[string]pace) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var left time.Duration
	for key, p := range paces {
		if k := t.tried[key]; k != nil && now.Sub(k.last) < forgetAfter {
			left = max(left, p.wait(k.n)-now.Sub(k.last))
		}
	}
	if left > 0 {
		return &Wait{left}
	}
	for key := range paces {
		t.count(key, now)
	}
	return nil
}

func (t *throttle) count(key string, now time.Time) {
	if t.tried == nil {
		t.tried = map[string]*tries{}
	}
	k := t.tried[key]
	if k == nil || now.Sub(k.last) >= forgetAfter {
		t.room(now)
		k = &tries{}
		t.tried[key] = k
	}
	k.n, k.last = k.n+1, now
}

// room bounds the memory: what is old is forgotten first, then anything.
func (t *throttle) room(now time.Time) {
	if len(t.tried) < mostTried {
		return
	}
	for key, k := range t.tried {
		if now.Sub(k.last) > time.Hour {
			delete(t.tried, key)
		}
	}
	for key := range t.tried {
		if len(t.tried) < mostTried*9/10 {
			break
		}
		delete(t.tried, key)
	}
}

// right takes a try back that was none: of the key it is forgotten that there ever was one, of the others it is one less.
func (t *throttle) right(key string, others ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tried, key)
	for _, o := range others {
		if k := t.tried[o]; k != nil {
			k.n = max(0, k.n-1)
		}
	}
}

// Wait is the error of who has tried too often: signin_wait, of kind [recourse.Forbidden].
type Wait struct{ For time.Duration }

func (w *Wait) Error() string { return w.Unwrap().Error() }

// Unwrap gives the domain's error.
func (w *Wait) Unwrap() error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "signin_wait", Message: "this was tried too often", Hint: "try again in " + max(w.For, time.Second).Round(time.Second).String()}
}
