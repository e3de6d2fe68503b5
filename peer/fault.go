// Package peer are strict stand-ins for the systems that Recourse talks to, for tests and for the demo: they verify
// signatures, versions, required fields and idempotency as the real ones do, from their public documentation, and keep
// what they were asked for, so that a test can count how often money left. All that is assumed of a real system stands
// here and in its connector, so that it can be corrected when reality differs.
package peer

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Fault is something that goes wrong with one request.
type Fault int

// The faults.
const (
	None         Fault = iota
	CutBefore          // the line breaks before the peer acted
	CutAfter           // the peer acted, and the line breaks before it answered
	ErrorBefore        // 500, nothing done
	ErrorAfter         // the peer acted, and answers 500
	GarbageAfter       // the peer acted, and answers with something that is not its language
	EmptyAfter         // the peer acted, and answers 200 with nothing
	Busy               // 429 with Retry-After: 1, nothing done
	Silent             // the peer acted and does not answer until the caller has gone
	Slow               // the peer answers late
	Twice              // the line delivers the request twice
)

// Faults are all of them but None.
var Faults = []Fault{CutBefore, CutAfter, ErrorBefore, ErrorAfter, GarbageAfter, EmptyAfter, Busy, Silent, Slow, Twice}

// Faulty answers as a handler does, with faults that choose picks for each request. It may be changed while it serves.
type Faulty struct {
	Handler http.Handler
	Delay   time.Duration // of a slow answer; default 20 ms

	mu     sync.Mutex
	choose func(*http.Request) Fault
}

// Choose says which fault a request gets; nil: none.
func (f *Faulty) Choose(choose func(*http.Request) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.choose = choose
}

// Random picks faults at random, one in so many requests.
func Random(rng *rand.Rand, oneIn int) func(*http.Request) Fault {
	var mu sync.Mutex
	return func(*http.Request) Fault {
		mu.Lock()
		defer mu.Unlock()
		if rng.IntN(oneIn) != 0 {
			return None
		}
		return Faults[rng.IntN(len(Faults))]
	}
}

// ServeHTTP serves.
func (f *Faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	choose := f.choose
	f.mu.Unlock()
	fault := None
	if choose != nil {
		fault = choose(r)
	}
	switch fault {
	case None:
		f.Handler.ServeHTTP(w, r)
		return
	case CutBefore:
		panic(http.ErrAbortHandler)
	case ErrorBefore:
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	case Busy:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	f.after(w, r, fault)
}

// after lets the peer act first.
func (f *Faulty) after(w http.ResponseWriter, r *http.Request, fault Fault) {
	var body bytes.Buffer
	if r.Body != nil {
		body.ReadFrom(http.MaxBytesReader(w, r.Body, 16<<20))
	}
	act := func() *httptest.ResponseRecorder {
		again := r.Clone(r.Context())
		again.Body = http.NoBody
		if body.Len() > 0 {
			again.Body = readCloser{bytes.NewReader(body.Bytes())}
		}
		rec := httptest.NewRecorder()
		f.Handler.ServeHTTP(rec, again)
		return rec
	}
	rec := act()
	switch fault {
	case CutAfter:
		panic(http.ErrAbortHandler)
	case ErrorAfter:
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	case GarbageAfter:
		w.Write([]byte("<html>the proxy is not well</html>"))
		return
	case EmptyAfter:
		w.WriteHeader(http.StatusOK)
		return
	case Silent:
		<-r.Context().Done()
		return
	case Slow:
		time.Sleep(max(f.Delay, 20*time.Millisecond))
	case Twice:
		rec = act()
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	w.Write(rec.Body.Bytes())
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }
