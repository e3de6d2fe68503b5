package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/text"
)

// call is a request to the API on its way through a handler.
type call struct {
	*Server
	w     http.ResponseWriter
	r     *http.Request
	who   account.Actor
	query url.Values
	route *route
}

// handle makes a handler of a route: the query is held against the table before anything else.
func (s *Server) handle(t *route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, _ := s.actor(r)
		c := &call{Server: s, w: w, r: r, who: who, route: t}
		err := c.readQuery()
		if err == nil {
			err = t.serve(c)
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	}
}

// readQuery refuses parameters that the route has not: a filter with a typing error would otherwise list everything.
func (c *call) readQuery() error {
	if c.r.URL.RawQuery == "" {
		return nil
	}
	q, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return &recourse.Error{Kind: recourse.Invalid, Code: "query", Message: "the query of the address cannot be read"}
	}
	for name, values := range q {
		if !slices.ContainsFunc(c.route.query, func(p param) bool { return p.name == name }) {
			return inParameter(recourse.Shorten(name, 60), &recourse.Error{Kind: recourse.Invalid, Code: "parameter_unknown", Message: `there is no parameter "` + recourse.Shorten(name, 60) + `" here`, Hint: recourse.Nearest(name, c.route.parameters())})
		}
		if len(values) > 1 || strings.IndexByte(values[0], 0) >= 0 || len(values[0]) > 2000 {
			return inParameter(name, &recourse.Error{Kind: recourse.Invalid, Code: "parameter", Message: name + " is there more than once, or cannot be read"})
		}
	}
	c.query = q
	return nil
}

// lang is the language of the words in the answer: the one of the query, else of the header, else English.
func (c *call) lang() *text.Language {
	if tag := c.query.Get("language"); tag != "" {
		return c.Texts.In(tag)
	}
	for _, tag := range accepted(c.r.Header.Get("Accept-Language")) {
		l := c.Texts.Match(tag)
		if base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base == string(l) {
			return c.Texts.In(tag)
		}
	}
	return c.Texts.In("en")
}

// send writes an answer in the language that its words are in.
func (c *call) send(v any) error {
	if slices.ContainsFunc(c.route.query, func(p param) bool { return p.name == "language" }) {
		c.w.Header().Set("Content-Language", string(c.lang().Lang()))
		c.w.Header().Set("Vary", "Accept-Language")
	}
	writeJSON(c.w, http.StatusOK, v)
	return nil
}

// version sets the ETag of an order: what If-Match is held against.
func (c *call) version(v int64) { c.w.Header().Set("ETag", etag(v)) }

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// wanted is the version of If-Match; 0: whichever.
func (c *call) wanted() (int64, error) {
	h := strings.TrimSpace(c.r.Header.Get("If-Match"))
	if h == "" || h == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(strings.Trim(h, `"`), 10, 64)
	if err != nil || v < 1 {
		return 0, inHeader("If-Match", &recourse.Error{Kind: recourse.Invalid, Code: "if_match", Message: "If-Match is not the ETag of an order", Hint: `send it as it came, such as "7"`})
	}
	return v, nil
}

// preview says that nothing is to be saved.
func (c *call) preview() (bool, error) {
	switch v := c.query.Get("preview"); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, inParameter("preview", oneOf("preview", v, []string{"true", "false"}))
	}
}

// limit is how many are wanted.
func (c *call) limit(standard, most int) (int, error) {
	v := c.query.Get("limit")
	if v == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > most {
		return 0, inParameter("limit", &recourse.Error{Kind: recourse.Invalid, Code: "parameter", Message: `limit cannot be "` + recourse.Shorten(v, 40) + `"`, Hint: "from 1 to " + strconv.Itoa(most)})
	}
	return n, nil
}

// instant reads a parameter that is an instant.
func (c *call) instant(name string) (time.Time, error) {
	v := c.query.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, v)
	if err != nil || at.Year() < 1900 || at.Year() > 2999 {
		return time.Time{}, inParameter(name, &recourse.Error{Kind: recourse.Invalid, Code: "parameter", Message: name + ` cannot be "` + recourse.Shorten(v, 40) + `"`, Hint: "write an instant such as 2026-03-02T10:00:00Z"})
	}
	return at, nil
}

// word reads a parameter that is one of some words.
func (c *call) word(name string, of ...string) (string, error) {
	v := c.query.Get(name)
	if v == "" || slices.Contains(of, v) {
		return v, nil
	}
	return "", inParameter(name, oneOf(name, v, of))
}

func oneOf(name, got string, of []string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "parameter", Message: name + ` cannot be "` + recourse.Shorten(got, 40) + `"`, Hint: recourse.Nearest(got, of)}
}

// cursor reads the place that a list goes on from.
func (c *call) cursor() (store.Cursor, error) {
	at, err := store.ParseCursor(c.query.Get("cursor"))
	if err != nil {
		return at, inParameter("cursor", err)
	}
	return at, nil
}

func texts[S ~string](of []S) []string {
	out := make([]string, len(of))
	for i, v := range of {
		out[i] = string(v)
	}
	return out
}
