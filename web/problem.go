package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"

	"recourse"
)

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type     string   `json:"type" doc:"urn:recourse:problem:CODE"`
	Title    string   `json:"title" doc:"The kind of error, in words."`
	Status   int      `json:"status"`
	Detail   string   `json:"detail,omitempty" doc:"What was wrong, for a person."`
	Hint     string   `json:"hint,omitempty" doc:"What to do about it."`
	Code     string   `json:"code" doc:"Stable, for programs."`
	Instance string   `json:"instance,omitempty" doc:"Of an internal error: its number in the log of the server."`
	Errors   []Fault  `json:"errors,omitempty" doc:"What is at fault, where it can be named."`
	Possible []Action `json:"possible,omitempty" doc:"What the case can be told instead."`
}

// Fault names what is at fault: a place in the body, a parameter of the query, or a header.
type Fault struct {
	Detail    string `json:"detail"`
	Pointer   string `json:"pointer,omitempty" doc:"JSON pointer into the body."`
	Parameter string `json:"parameter,omitempty" doc:"Of the query or the path."`
	Header    string `json:"header,omitempty"`
}

// statuses is the one table of kind of error → status. Input that is wrong is 400, whether it cannot be read or cannot
// be meant: no client does anything else about the one than about the other.
var statuses = map[recourse.Kind]struct {
	status int
	title  string
}{
	recourse.Invalid:     {http.StatusBadRequest, "The input is wrong"},
	recourse.NotFound:    {http.StatusNotFound, "There is no such thing"},
	recourse.Conflict:    {http.StatusConflict, "It has moved on"},
	recourse.Forbidden:   {http.StatusForbidden, "Not allowed"},
	recourse.TooLarge:    {http.StatusRequestEntityTooLarge, "Too large"},
	recourse.Unavailable: {http.StatusServiceUnavailable, "Not at the moment"},
	recourse.Internal:    {http.StatusInternalServerError, "A fault of this program"},
}

// exact are the codes for which HTTP has a status of their own, beside that of their kind.
var exact = map[string]struct {
	status int
	title  string
}{
	"token_missing":          {http.StatusUnauthorized, "Who are you?"},
	"token_unknown":          {http.StatusUnauthorized, "Who are you?"},
	"token_expired":          {http.StatusUnauthorized, "Who are you?"},
	"token_used":             {http.StatusUnauthorized, "Who are you?"},
	"session_missing":        {http.StatusUnauthorized, "Who are you?"},
	"signature_wrong":        {http.StatusUnauthorized, "Who are you?"},
	"signin_wait":            {http.StatusTooManyRequests, "Not so often"},
	"rate_limited":           {http.StatusTooManyRequests, "Not so often"},
	"method_not_allowed":     {http.StatusMethodNotAllowed, "Not possible here"},
	"version_changed":        {http.StatusPreconditionFailed, "It has moved on"},
	"idempotency_key_reused": {http.StatusUnprocessableEntity, "The key was used for something else"},
	"content_type":           {http.StatusUnsupportedMediaType, "Not in this form"},
	"body_slow":              {http.StatusRequestTimeout, "The body took too long"},
}

// problemOf is an error as it is told outside. Of what is internal the detail stays inside.
func problemOf(err error) Problem {
	e := own(err)
	kind := statuses[e.Kind]
	if kind.status == 0 {
		kind = statuses[recourse.Internal]
	}
	if x, ok := exact[e.Code]; ok {
		kind = x
	}
	p := Problem{Type: "urn:recourse:problem:" + e.Code, Title: kind.title, Status: kind.status, Detail: e.Message, Hint: e.Hint, Code: e.Code}
	if kind.status == http.StatusInternalServerError {
		p.Type, p.Code, p.Hint, p.Detail = "urn:recourse:problem:internal", "internal", "", "this program failed; whoever runs it finds the reason in its log"
		return p
	}
	if f, ok := errors.AsType[*fault](err); ok {
		p.Errors = []Fault{f.Fault}
	} else if e.Field != "" {
		p.Errors = []Fault{{Detail: e.Message, Pointer: pointer(e.Field)}}
	}
	if o, ok := errors.AsType[*instead](err); ok {
		p.Possible = o.possible
	}
	return p
}

// own is the domain's error in an error. Time that ran out and a caller that left are nobody's fault.
func own(err error) *recourse.Error {
	if e, ok := errors.AsType[*recourse.Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &recourse.Error{Kind: recourse.Unavailable, Code: "timeout", Message: "this took too long; it may have been done all the same", Hint: "ask again, with the same id or Idempotency-Key"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	}
	return &recourse.Error{Kind: recourse.Internal, Code: "internal", Err: err}
}

var errSlow = &recourse.Error{Kind: recourse.TooLarge, Code: "body_slow", Message: "the body did not come in time", Hint: "send less at once"}

// fault says more exactly than its error's field what is at fault.
type fault struct {
	Fault
	err error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// inParameter says that a parameter is at fault.
func inParameter(name string, err error) error {
	return &fault{Fault{Detail: own(err).Message, Parameter: name}, err}
}

func inHeader(name string, err error) error {
	return &fault{Fault{Detail: own(err).Message, Header: name}, err}
}

// inBody puts the field of an error under a place of the body: "lines[0].price" of data is /data/lines/0/price.
func inBody(at string, err error) error {
	e := own(err)
	if _, known := errors.AsType[*fault](err); known || e.Field == "" {
		return err
	}
	if e.Field == "If-Match" {
		return inHeader("If-Match", err)
	}
	return &fault{Fault{Detail: e.Message, Pointer: at + pointer(e.Field)}, err}
}

// pointer makes a JSON pointer of a field as errors name it: lines[0].price is /lines/0/price.
func pointer(field string) string {
	if strings.HasPrefix(field, "/") {
		return field
	}
	field = strings.NewReplacer("~", "~0", "/", "~1").Replace(field)
	return "/" + strings.NewReplacer("[", "/", "].", "/", "]", "", ".", "/").Replace(field)
}

// instead is a refusal that says what is possible.
type instead struct {
	err      error
	possible []Action
}

func (i *instead) Error() string { return i.err.Error() }
func (i *instead) Unwrap() error { return i.err }

// refuse answers with an error: to programs as a problem, to browsers as a page.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		p.Instance = "urn:recourse:fault:" + number()
		s.Log.Error("a request failed", "fault", p.Instance, "error", err, "cause", own(err).Err)
	}
	h := w.Header()
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="recourse"`)
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		h.Set("Connection", "close") // the rest of the body is not waited for
	}
	if wantsPage(r) {
		s.errorPage(w, r, err, p.Instance)
		return
	}
	h.Set("Content-Type", "application/problem+json")
	writeJSON(w, p.Status, p)
}

// wantsPage says that it is a person who asks, with a browser.
func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// errorPage says an error to a browser, in the reader's language.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error, number string) {
	s.site.stranger(w, r).doorFault(err, number)
}

// writeJSON writes a value. The type of the content is set by whoever has another than JSON.
func writeJSON(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // unreachable: what is sent can always be written
		panic(err)
	}
	h := w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// notReady is whatever keeps the database from answering: to come back later is all that anybody outside can do about it.
func notReady(err error) error {
	return &recourse.Error{Kind: recourse.Unavailable, Code: "database_unavailable", Message: "the database cannot be used at the moment", Hint: "try again in a few seconds", Err: err}
}
