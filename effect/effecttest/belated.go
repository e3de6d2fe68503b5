package effecttest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

// belated is the line to the stand-in: some requests that change something are lost from sight, and reach it later, when
// whoever asked has given up, or has asked whether the act happened and heard that it did not.
type belated struct {
	w    *World
	next http.Handler
}

// arrival is a request that is on its way.
type arrival struct {
	at      time.Time
	request *http.Request
}

// longestWay is how long a request may be on its way: less than the runner waits before it believes that one which was not
// answered did not happen.
const longestWay = 100 * time.Second

func (b *belated) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if b.w.down() {
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodGet || !b.w.belates() {
		b.next.ServeHTTP(rw, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	later := r.Clone(b.w.T.Context())
	later.Body = io.NopCloser(bytes.NewReader(body))
	b.w.mu.Lock()
	b.w.onTheWay = append(b.w.onTheWay, arrival{b.w.now.Add(time.Duration(b.w.rng.Int64N(int64(longestWay)))), later})
	b.w.late++
	b.w.mu.Unlock()
	panic(http.ErrAbortHandler)
}

// belates says whether a request is late: one in ten, until the world has calmed down.
func (w *World) belates() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.calm && len(w.Faults) > 0 && w.rng.IntN(10) == 0
}

// arrive lets requests reach the stand-in whose instant has come; all, at the zero instant.
func (w *World) arrive(now time.Time) {
	w.mu.Lock()
	var due, rest []arrival
	for _, a := range w.onTheWay {
		if now.IsZero() || !a.at.After(now) {
			due = append(due, a)
		} else {
			rest = append(rest, a)
		}
	}
	w.onTheWay = rest
	w.mu.Unlock()
	for _, a := range due {
		func() {
			defer func() { _ = recover() }() // of a stand-in that breaks the line
			w.Peer.ServeHTTP(httptest.NewRecorder(), a.request)
		}()
	}
}

// How long the stand-in may be away: longer than most peers keep a key, and shorter than an act is tried.
const (
	shortestOutage = 20 * time.Hour
	longestOutage  = 40 * time.Hour
)

// outage lets the stand-in go away for hours, in every other batch, soon after the first acts were carried out.
func (w *World) outage(step int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if step == 0 {
		w.goesAway = w.rng.IntN(40)
	}
	if len(w.Faults) > 0 && step > 1 && step == w.goesAway && step < 20 {
		w.downUntil = w.now.Add(shortestOutage + time.Duration(w.rng.Int64N(int64(longestOutage-shortestOutage))))
	}
}

// down says that the stand-in is away.
func (w *World) down() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now.Before(w.downUntil)
}
