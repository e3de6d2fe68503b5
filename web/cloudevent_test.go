package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"recourse"
)

// FuzzEvent: whatever comes is an event that can be decided on, or an error that a stranger may see.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"specversion":"1.0","id":"a","source":"s","type":"order.placed","time":"2026-03-01T00:00:00Z","data":{"order":"1","lines":[{"line":1,"price":"29.90 EUR"}]}}`,
		`{"specversion":"1.0","id":"\ud800","source":"\\","type":"recourse.parcel.scanned","data":{"parcel":"p","status":"lost","customs":{"by":"2026-01-01T00:00:00Z"}}}`,
		`{"id":null}`, `[]`, `null`, `{"data":{"a":{"a":[[[[]]]]}}}`, "{\"id\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := screen(data); err != nil {
			told(t, err)
			return
		}
		ev, err := parseEvent(data)
		if err != nil {
			told(t, err)
			return
		}
		if ev.ID == "" || ev.Source == "" || ev.Check() != nil || strings.IndexByte(ev.Order, 0) >= 0 {
			t.Errorf("taken: %+v", ev)
		}
		if _, err := binaryEvent(http.Header{"Ce-Id": {string(data)}, "Ce-Specversion": {"1.0"}, "Ce-Source": {"s"}, "Ce-Type": {"supplier.replied"}}, []byte(`{"purchase":"p"}`)); err != nil {
			told(t, err)
		}
	})
}

func told(t *testing.T, err error) {
	t.Helper()
	p := problemOf(err)
	if p.Status >= 500 || p.Code == "" || p.Detail == "" {
		t.Errorf("%v is told as %+v", err, p)
	}
	for _, f := range p.Errors {
		if !strings.HasPrefix(f.Pointer, "/") && f.Header == "" && f.Parameter == "" {
			t.Errorf("%v is at %+v", err, f)
		}
	}
}

func TestScreen(t *testing.T) {
	for text, code := range map[string]string{
		`{"a":"\\u0000"}`: "", `{"a":"\u0000"}`: "json_text", `{"a":"\\\u0000"}`: "json_text", `"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"`: "", `{"a":"`: "", `"\`: "",
		strings.Repeat("[", 32): "", strings.Repeat("[", 33): "json_depth", strings.Repeat(`{"a":`, 33): "json_depth", `["]]]",` + strings.Repeat("[", 31): "",
	} {
		if got := recourse.CodeOf(screen([]byte(text))); got != code {
			t.Errorf("%.40s: %q, %q is wanted", text, got, code)
		}
	}
}

// TestStatuses: every kind of error has a status, and every status is one of an error.
func TestStatuses(t *testing.T) {
	for _, k := range []recourse.Kind{recourse.Invalid, recourse.NotFound, recourse.Conflict, recourse.Forbidden, recourse.TooLarge, recourse.Unavailable, recourse.Internal} {
		if s := statuses[k]; s.status < 400 || s.title == "" {
			t.Errorf("%s is answered with %+v", k, s)
		}
	}
	if p := problemOf(&recourse.Error{Kind: recourse.Internal, Code: "secret", Message: "the password is x", Hint: "x"}); strings.Contains(p.Detail+p.Hint+p.Code, "secret") || strings.Contains(p.Detail, "password") {
		t.Errorf("what is internal is told: %+v", p)
	}
	for field, want := range map[string]string{"order": "/order", "lines[0].price": "/lines/0/price", "a.b": "/a/b", "x/y": "/x~1y", "/a/b": "/a/b", "lines[10]": "/lines/10"} {
		if got := pointer(field); got != want {
			t.Errorf("%s is at %s, %s is wanted", field, got, want)
		}
	}
}

// TestPanic: a handler that fails is answered, and says nothing of why.
func TestPanic(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.access["GET /panic"] = access{door: open}
	s.mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("the password is x") })
	var w recorder
	r, _ := http.NewRequest("GET", "/panic", nil)
	s.Handler().ServeHTTP(&w, r)
	if w.status != http.StatusInternalServerError || strings.Contains(w.String(), "password") || !strings.Contains(w.String(), "urn:recourse:fault:") {
		t.Errorf("%d %s", w.status, w.String())
	}
}

// recorder keeps an answer.
type recorder struct {
	nothing
	bytes.Buffer
}

func (r *recorder) Write(b []byte) (int, error) { return r.Buffer.Write(b) }

// TestClosed: a route that is in no table lets nobody in.
func TestClosed(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.mux.HandleFunc("GET /forgotten", func(http.ResponseWriter, *http.Request) { t.Error("somebody came in") })
	var w recorder
	r, _ := http.NewRequest("GET", "/forgotten", nil)
	s.Handler().ServeHTTP(&w, r)
	if w.status != http.StatusForbidden {
		t.Errorf("%d", w.status)
	}
}
