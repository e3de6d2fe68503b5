// Package web is HTTP for people and programs: the pages of the desk, and the API.
//
// It decides nothing. What is told here goes to the desk as a fact, and what is shown comes from the desk; the only
// things that live here are how a request is read, who may make it, and how an answer or an error is written.
//
//	web.go       the server: what every request passes through
//	access.go    who may do what: every route with the door it is behind and the permission that it takes
//	route.go     the table of the API, from which also its document is made
//	problem.go   kind of error → status, in one table
//	guard.go     limits: size, depth, time, number
//	openapi.go   the document of the API, from the table and the types that are really sent
//
// # A request's way
//
// Headers that protect, then the limits, then the door (who is it?) and the permission (may they?), then the handler. A
// route that is not in the table of access is closed: what somebody forgot to think about lets nobody in.
//
// # What is never written down
//
// The log has the route's pattern, not the path; no query, no header, no body. Orders' numbers are not personal, but who
// reads logs has no business with them.
package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/effect/hook"
	"recourse/evidence"
	"recourse/hub"
	"recourse/importer"
	"recourse/text"
	"recourse/web/view"
)

// Options are what a server is made of.
type Options struct {
	Desk     *desk.Desk
	Accounts *account.Accounts
	Clock    func() time.Time // default: the desk's
	Log      *slog.Logger     // default: none
	Version  string           // of the program, for the document of the API
	Secure   bool             // people come by https, through a proxy: cookies are for https only
	Texts    *text.Catalog    // default: the program's own
	// URL is where people reach the desk, https://desk.example.org; default: where a request says that it came to. Links
	// that are handed over and passkeys are for that address.
	URL string
	// Provider is another way in, by OpenID Connect; nil: none.
	Provider *account.Provider
	Tour     bool // the shop is made up, and newcomers are shown around
	// Evidence is where photos and videos are kept; nil: none are taken.
	Evidence *evidence.Room
	// Hub has the connections to other systems; nil: nothing is delivered here, and there is no page of them.
	Hub *hub.Hub
	// Sent are the letters of an order that left, by the acts that sent them; nil: none is kept.
	Sent func(ctx context.Context, merchant, order string) (map[string]view.Sent, error)
	// Hooks tells others what happens; nil: nobody is told, and there is no page of them.
	Hooks *hook.Service
	// MostRequests is how many requests are worked on at once; those beyond are told to come back.
	MostRequests int
	// Quota is how often a token may ask; the zero value: as often as it likes.
	Quota Quota
	// BodyTime is how long a body may take to come, BatchTime a batch's.
	BodyTime, BatchTime time.Duration
	// Deadline is how long a request may take.
	Deadline time.Duration
}

// The defaults of Options.
const (
	mostRequests = 1200
	bodyTime     = 10 * time.Second
	batchTime    = time.Minute
	deadline     = 30 * time.Second
)

// Server answers requests. It is safe for many goroutines.
type Server struct {
	Options
	mux      *http.ServeMux
	places   chan struct{} // one for each request that is worked on
	crossing *http.CrossOriginProtection
	streams  streams
	long     map[string]bool        // patterns that answer for as long as somebody looks
	routes   map[string]*route      // of the API, by pattern
	access   map[string]access      // by pattern
	site     *site                  // the pages
	document func() ([]byte, error) // openapi.json, made when it is first asked for: starting is not to wait for it
	docs     func() ([]byte, error) // the page of it
	guests   guests
	quotas   *quotas         // nil: tokens may ask as often as they like
	books    *importer.Shelf // files that people dropped
}

// New makes a server.
func New(o Options) (*Server, error) {
	o.complete()
	s := &Server{Options: o, mux: http.NewServeMux(), places: make(chan struct{}, o.MostRequests), streams: newStreams(), long: map[string]bool{}, crossing: http.NewCrossOriginProtection(), routes: map[string]*route{}, access: map[string]access{}, books: importer.NewShelf(), quotas: newQuotas(o.Quota)}
	maps.Copy(s.access, openDoors)
	s.api()
	s.doors()
	s.deliveries()
	s.pages(s.mux)
	s.document = sync.OnceValues(func() ([]byte, error) { return openAPI(o.Version) })
	s.docs = sync.OnceValues(func() ([]byte, error) {
		document, err := s.document()
		if err != nil {
			return nil, err
		}
		return docsPage(document)
	})
	return s, nil
}

func (o *Options) complete() {
	if o.Clock == nil {
		o.Clock = o.Desk.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Texts == nil {
		o.Texts = text.Builtin()
	}
	if o.MostRequests <= 0 {
		o.MostRequests = mostRequests
	}
	for _, d := range []struct {
		of       *time.Duration
		standard time.Duration
	}{{&o.BodyTime, bodyTime}, {&o.BatchTime, batchTime}, {&o.Deadline, deadline}} {
		if *d.of <= 0 {
			*d.of = d.standard
		}
	}
}

// Handler is all that every request passes through.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// closeTime is how long requests in hand may take once the server is to stop.
const closeTime = 15 * time.Second

// Serve answers what comes to a listener until the context ends; then it takes nothing new and lets what it has in hand
// end. Headers have five seconds to come, and 16 KiB.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, WriteTimeout: s.Deadline + s.BatchTime + 10*time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	h.RegisterOnShutdown(s.streams.end)
	defer s.books.Close()
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	if err := h.Shutdown(wait); err != nil {
		h.Close()
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return &recourse.Error{Kind: recourse.Unavailable, Code: "closing", Message: "requests were still in hand and were cut off", Err: err}
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
