package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
)

// door says how somebody shows who they are.
type door int

const (
	closed door = iota // nobody comes in: what a pattern that is not in the table has
	open               // anybody
	api                // a program with a token; a browser with a session may look, so that a page can show a picture
	page               // a browser with a session; others are shown how to sign in
	buyer              // whoever has the link to a buyer's page
	system             // another system, which signs what it delivers
)

// access is what a route takes: a door, and a permission.
type access struct {
	door  door
	needs account.Permission
}

// anyone is what takes no permission beyond being known: one's own account.
const anyone account.Permission = ""

// openDoors are the routes that are not of the API, with what they take. Those of the API have it in their own table
// (route.go), those of the pages in theirs (pages.go).
var openDoors = map[string]access{
	"GET /openapi.json": {door: open},
	"GET /docs":         {door: open},
	"GET /docs.css":     {door: open},
	"GET /healthz":      {door: open},
	"GET /readyz":       {door: open},
	"/api/":             {door: open}, // what is not there is not there for anybody
}

type contextKey int

const actorKey contextKey = iota

// actor is who asks; false where nobody had to show who they are.
func (s *Server) actor(r *http.Request) (account.Actor, bool) {
	a, ok := r.Context().Value(actorKey).(account.Actor)
	return a, ok
}

// enter is the one place where it is decided who comes in.
func (s *Server) enter(a *answer, r *http.Request) {
	if err := sound(r); err != nil {
		s.refuse(a, r, err)
		return
	}
	h, pattern := s.mux.Handler(r)
	a.pattern = pattern
	if pattern == "" {
		s.missing(a, r, h)
		return
	}
	take, known := s.access[pattern]
	if !known {
		s.Log.Error("a route is not in the table of access", "route", pattern)
	}
	if take.door == system {
		s.mux.ServeHTTP(a, r) // no cookie is looked at there: what counts is the signature
		return
	}
	if err := s.crossing.Check(r); err != nil {
		s.refuse(a, r, &recourse.Error{Kind: recourse.Forbidden, Code: "cross_site", Message: "a page of another site may not ask for this", Err: err})
		return
	}
	if take.door == buyer {
		if r = s.welcome(a, r); r != nil {
			s.mux.ServeHTTP(a, r)
		}
		return
	}
	if take.door != open {
		who, err := s.admit(take, r)
		if err != nil {
			s.turnAway(a, r, take, who, err)
			return
		}
		a.who = who.Merchant
		if take.door == api {
			if err := s.quotas.take(a, r, s.Clock()); err != nil {
				s.refuse(a, r, err)
				return
			}
		}
		ctx := r.Context()
		if s.long[pattern] {
			leave, err := s.stay(a, who)
			if err != nil {
				s.refuse(a, r, err)
				return
			}
			defer leave()
			ctx = a.whole
		}
		r = r.WithContext(desk.InPerson(context.WithValue(ctx, actorKey, who), who.Person))
	}
	s.mux.ServeHTTP(a, r)
}

// turnAway answers whoever may not come in. A browser without a session is led to where it gets one, and back to the page
// that it wanted; a supplier who opens the desk is led to its own page.
func (s *Server) turnAway(a *answer, r *http.Request, take access, who account.Actor, err error) {
	known := who.Merchant != ""
	switch {
	case take.door != page || !wantsPage(r):
	case !known && exact[recourse.CodeOf(err)].status == http.StatusUnauthorized:
		to := "/signin"
		if back := localPath(r.URL.RequestURI()); r.Method == http.MethodGet && back != "" && back != "/" {
			to += "?" + url.Values{"back": {back}}.Encode()
		}
		http.Redirect(a, r, to, http.StatusSeeOther)
		return
	case known && who.Role == account.Supplier && r.Method == http.MethodGet && r.URL.Path == "/":
		http.Redirect(a, r, supplierPath, http.StatusSeeOther)
		return
	}
	s.refuse(a, r, err)
}

// admit finds out who asks, and whether they may.
func (s *Server) admit(take access, r *http.Request) (who account.Actor, err error) {
	switch take.door {
	case api:
		who, err = s.byToken(r)
	case page:
		who, err = s.bySession(r)
	default:
		return who, &recourse.Error{Kind: recourse.Forbidden, Code: "forbidden", Message: "nobody may do this"}
	}
	if err != nil {
		return who, err
	}
	if take.needs == anyone && take.door == page {
		return who, nil
	}
	return who, who.Allow(take.needs)
}

// byToken is the program whose token stands in the header Authorization. A browser with a session may look too.
func (s *Server) byToken(r *http.Request) (account.Actor, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return s.Accounts.Who(r.Context(), strings.TrimSpace(secret), store.TokenAPI)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if _, err := r.Cookie(cookieName); err == nil {
			return s.bySession(r)
		}
	}
	return account.Actor{}, &recourse.Error{Kind: recourse.Forbidden, Code: "token_missing", Message: "this needs a token", Hint: "send the header: Authorization: Bearer rc_a_…"}
}

// bySession is the person whose session the browser shows.
func (s *Server) bySession(r *http.Request) (account.Actor, error) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return account.Actor{}, &recourse.Error{Kind: recourse.Forbidden, Code: "session_missing", Message: "you are not signed in", Hint: "sign in at /signin"}
	}
	return s.Accounts.Who(r.Context(), c.Value, store.TokenSession)
}

// missing answers where there is no route: 404, or 405 with what is allowed.
func (s *Server) missing(a *answer, r *http.Request, h http.Handler) {
	var probe nothing
	h.ServeHTTP(&probe, r)
	if to := probe.header.Get("Location"); to != "" && probe.status < 400 {
		http.Redirect(a, r, to, probe.status)
		return
	}
	if allow := probe.header.Get("Allow"); allow != "" {
		a.Header().Set("Allow", allow)
		s.refuse(a, r, &recourse.Error{Kind: recourse.Invalid, Code: "method_not_allowed", Message: method(r.Method) + " is not possible here", Hint: "possible: " + allow})
		return
	}
	s.refuse(a, r, errNoRoute)
}

var errNoRoute = &recourse.Error{Kind: recourse.NotFound, Code: "not_found", Message: "there is nothing at this address", Hint: "/docs lists what there is"}

// nothing is a ResponseWriter that keeps the status and the headers alone.
type nothing struct {
	header http.Header
	status int
}

func (n *nothing) Header() http.Header {
	if n.header == nil {
		n.header = http.Header{}
	}
	return n.header
}
func (n *nothing) WriteHeader(status int)      { n.status = status }
func (n *nothing) Write(b []byte) (int, error) { return len(b), nil }
