package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"recourse"
)

// Limits on what is sent.
const (
	maxBody  = 1 << 20
	maxBatch = 8 << 20
	maxDepth = 32
)

// buffers are bodies' rooms, used again and again. One that a batch has made large is let go.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func release(b *bytes.Buffer) {
	if b.Cap() <= 64<<10 {
		buffers.Put(b)
	}
}

// body reads what was sent into a buffer that the caller releases. It has so many bytes at most, and so long to come.
func (s *Server) body(w http.ResponseWriter, r *http.Request, most int64, within time.Duration) (*bytes.Buffer, error) {
	if r.ContentLength > most {
		return nil, tooLarge(most)
	}
	// Not every connection has deadlines (those of tests have not), and then there is no slow peer either.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(within))
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, most))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
		return b, nil
	}
	release(b)
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, tooLarge(most)
	}
	if n, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && n.Timeout() {
		return nil, errSlow
	}
	return nil, &recourse.Error{Kind: recourse.Invalid, Code: "body", Message: "the body broke off", Err: err}
}

func tooLarge(most int64) error {
	return &recourse.Error{Kind: recourse.TooLarge, Code: "body_size", Message: "the body is larger than " + strconv.FormatInt(most, 10) + " bytes", Hint: "send less at once"}
}

// mediaType is the type of a body without its parameters.
func mediaType(r *http.Request) string {
	v := r.Header.Get("Content-Type")
	if t, _, err := mime.ParseMediaType(v); err == nil {
		return t
	}
	return strings.ToLower(v)
}

// screen refuses JSON that is nested too deep, or whose texts hold the letter NUL, which no database column takes. It is
// a look at the bytes only: whether they are JSON is found out by who decodes them.
func screen(data []byte) error {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			if depth++; depth > maxDepth {
				return &recourse.Error{Kind: recourse.TooLarge, Code: "json_depth", Message: "the JSON is nested deeper than " + strconv.Itoa(maxDepth)}
			}
		case '}', ']':
			depth--
		case '"':
			end, nul := skipString(data, i+1)
			if nul {
				return &recourse.Error{Kind: recourse.Invalid, Code: "json_text", Message: `a text holds the letter \u0000`}
			}
			i = end
		}
	}
	return nil
}

// skipString finds the closing quote of a string, and whether there is a NUL in it.
func skipString(data []byte, i int) (end int, nul bool) {
	for ; i < len(data) && data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
			nul = nul || bytes.HasPrefix(data[min(i, len(data)):], []byte("u0000"))
		}
	}
	return i, nul
}

// decode reads a body of JSON into v. Fields that there are not are refused; an empty body is an empty object.
func (s *Server) decode(w http.ResponseWriter, r *http.Request, v any) error {
	if t := mediaType(r); t != "" && t != "application/json" && r.ContentLength != 0 {
		return errMedia("application/json")
	}
	b, err := s.body(w, r, maxBody, s.BodyTime)
	if err != nil {
		return err
	}
	defer release(b)
	data := bytes.TrimSpace(b.Bytes())
	if len(data) == 0 {
		data = []byte("{}")
	}
	if err := screen(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonError(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return &recourse.Error{Kind: recourse.Invalid, Code: "json", Message: "something stands behind the JSON"}
	}
	return nil
}

func errMedia(wants string) error {
	return inHeader("Content-Type", &recourse.Error{Kind: recourse.Invalid, Code: "content_type", Message: "the body is not in a form that is read here", Hint: "send " + wants})
}

// jsonError says in our words, and with a place, what encoding/json found.
func jsonError(err error) error {
	out := &recourse.Error{Kind: recourse.Invalid, Code: "json", Message: "the body is no JSON that can be read: " + recourse.Shorten(err.Error(), 200), Err: err}
	if e, ok := errors.AsType[*recourse.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		out.Code, out.Field, out.Message = "json_value", e.Field, e.Field+" cannot be a "+e.Value
		if e.Field == "" {
			out.Message = "a JSON object is wanted, not a " + e.Value
		}
		return out
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		out.Code, out.Field, out.Message = "json_field", name, `there is no field "`+recourse.Shorten(name, 60)+`" here`
	}
	return out
}
