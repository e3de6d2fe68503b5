package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"recourse"
)

// policy is the Content-Security-Policy of everything: own files only, no scripts or styles in the page, no frames.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// protect sets the headers that every answer has.
func protect(h http.Header) {
	h["Content-Security-Policy"] = headerPolicy
	h["X-Content-Type-Options"] = headerNosniff
	h["Referrer-Policy"] = headerReferrer
	h["X-Frame-Options"] = headerFrame
	h["Cross-Origin-Resource-Policy"] = headerSame
	h["Cross-Origin-Opener-Policy"] = headerSame
	h["Cache-Control"] = headerStore
}

var (
	headerPolicy   = []string{policy}
	headerNosniff  = []string{"nosniff"}
	headerReferrer = []string{"no-referrer"}
	headerFrame    = []string{"DENY"}
	headerSame     = []string{"same-origin"}
	headerStore    = []string{"no-store"}
)

// answer is a ResponseWriter that knows what was answered.
type answer struct {
	http.ResponseWriter
	status  int
	bytes   int
	pattern string
	who     string // the merchant
	placed  bool   // it has a place among those that are worked on
	whole   context.Context
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController find what is underneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// serve is what every request passes through. The time that it took is real time, whatever clock decides.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	a := &answer{ResponseWriter: w}
	protect(a.Header())
	defer func() {
		if fault := recover(); fault != nil {
			s.fault(a, r, fault)
		}
		s.log(a, r, time.Since(began))
	}()
	select {
	case s.places <- struct{}{}:
		a.placed = true
		defer func() { s.unplace(a) }()
	default:
		s.refuse(a, r, &recourse.Error{Kind: recourse.Unavailable, Code: "too_many_requests", Message: "more requests are in hand than can be worked on", Hint: "try again in a second"})
		return
	}
	a.whole = r.Context()
	ctx, cancel := context.WithTimeout(a.whole, s.Deadline)
	defer cancel()
	s.enter(a, r.WithContext(ctx))
}

// unplace gives a place back, once.
func (s *Server) unplace(a *answer) {
	if a.placed {
		a.placed = false
		<-s.places
	}
}

// fault answers a request whose handler panicked. Of what went wrong, the one who asked learns the number under which
// it is in the log.
func (s *Server) fault(a *answer, r *http.Request, fault any) {
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	s.Log.Error("a handler failed", "route", a.pattern, "fault", fault, "stack", string(debug.Stack()))
	if a.status == 0 {
		s.refuse(a, r, &recourse.Error{Kind: recourse.Internal, Code: "internal", Message: "panic"})
	}
}

// log notes a request: no path, no query, no name.
func (s *Server) log(a *answer, r *http.Request, took time.Duration) {
	level := slog.LevelInfo
	if a.status >= 500 {
		level = slog.LevelWarn
	}
	if !s.Log.Enabled(r.Context(), level) {
		return
	}
	s.Log.LogAttrs(r.Context(), level, "request", slog.String("method", method(r.Method)), slog.String("route", a.pattern), slog.Int("status", a.status),
		slog.Int("bytes", a.bytes), slog.Duration("took", took), slog.String("merchant", a.who))
}

// method is a method as far as it is one: a stranger's words do not go into the log.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

// sound refuses an address that holds what no name can: a letter NUL, which a database would choke on, or broken UTF-8.
func sound(r *http.Request) error {
	if strings.IndexByte(r.URL.Path, 0) < 0 && utf8.ValidString(r.URL.Path) && len(r.URL.Path) < 4000 && len(r.URL.RawQuery) < 8000 {
		return nil
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "address", Message: "the address cannot be one of ours"}
}

// number names a fault, for the log and for the one who reports it.
func number() string { return rand.Text()[:12] }
