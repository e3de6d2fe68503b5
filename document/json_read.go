package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"recourse"
)

// MaxJSON is the largest JSON text that is read, in bytes. A text of MaxBytes can grow to six times its size as JSON,
// each of its signs written as \u003c, and may have had another one merged in.
const MaxJSON = 8 * MaxBytes

// ParseJSON reads what [Node.JSON] wrote: the tree it gives has the same JSON. The file's name is used in errors only,
// which are of kind invalid or too_large and name the line and column. Nothing but white space may follow.
//
// JSON could be read by Parse, as YAML. But such texts are kept for years and are what decisions are made from again,
// and what a text means must not depend on a library for the much larger language.
func ParseJSON(file string, data []byte) (Node, error) {
	r := &jsonReader{file: file, data: data, line: 1, column: 1, decoder: json.NewDecoder(bytes.NewReader(data))}
	if len(data) > MaxJSON {
		return Node{}, refuse(recourse.TooLarge, "document_size", recourse.Position{File: file}, fmt.Sprintf("%d bytes, %d are the most", len(data), MaxJSON))
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return Node{}, r.syntax(err)
	}
	r.decoder.UseNumber()
	return r.value(0)
}

// jsonReader reads a text that is known to be JSON, and keeps count of the place that it has come to.
type jsonReader struct {
	file         string
	data         []byte
	decoder      *json.Decoder
	seen         int // bytes counted in line and column
	line, column int
}

// at is the place of the next token: what separates it from the one before is passed over.
func (r *jsonReader) at() recourse.Position {
	next := int(r.decoder.InputOffset())
	for next < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[next]) >= 0 {
		next++
	}
	return r.place(next)
}

// place is the line and column of an offset, which must not be before the one asked for last.
func (r *jsonReader) place(offset int) recourse.Position {
	for _, c := range string(r.data[r.seen:offset]) {
		r.column++
		if c == '\n' {
			r.line, r.column = r.line+1, 1
		}
	}
	r.seen = offset
	return recourse.Position{File: r.file, Line: r.line, Column: r.column}
}

// syntax puts the error of the standard library into ours.
func (r *jsonReader) syntax(err error) error {
	out := &recourse.Error{Kind: recourse.Invalid, Code: "document_syntax", Position: recourse.Position{File: r.file}, Message: "this is no JSON: " + recourse.Shorten(err.Error(), 200), Err: err}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		out.Position = r.place(min(max(0, int(e.Offset)-1), len(r.data)))
	}
	return out
}

// value reads a value with all below it. A text is marked as quoted, which it was or might as well have been: it would
// have been written bare only as a number or a truth value.
func (r *jsonReader) value(depth int) (Node, error) {
	at := r.at()
	if depth > maxDepth {
		return Node{}, refuse(recourse.TooLarge, "document_depth", at, fmt.Sprintf("nested deeper than %d", maxDepth))
	}
	token, err := r.decoder.Token()
	if err != nil { // unreachable: the text is JSON
		return Node{}, r.syntax(err)
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return r.mapping(at, depth)
		}
		return r.list(at, depth)
	case string:
		return Node{Kind: Scalar, Text: v, Quoted: true, At: at}, nil
	case json.Number:
		return Node{Kind: Scalar, Text: v.String(), At: at}, nil
	case bool:
		return Node{Kind: Scalar, Text: strconv.FormatBool(v), At: at}, nil
	}
	return Node{At: at}, nil
}

// mapping reads the rest of a map. A key that stands twice is refused, as in YAML: readers of JSON disagree about it.
func (r *jsonReader) mapping(at recourse.Position, depth int) (Node, error) {
	out := Node{Kind: Map, At: at, Entries: []Entry{}}
	seen := map[string]bool{}
	for r.decoder.More() {
		e := Entry{At: r.at()}
		token, err := r.decoder.Token()
		if err != nil { // unreachable: the text is JSON
			return Node{}, r.syntax(err)
		}
		e.Key, _ = token.(string)
		if seen[e.Key] {
			return Node{}, refuse(recourse.Invalid, "document_twice", e.At, fmt.Sprintf("the key %q stands here twice", recourse.Shorten(e.Key, 60)))
		}
		seen[e.Key] = true
		if e.Value, err = r.value(depth + 1); err != nil {
			return Node{}, err
		}
		out.Entries = append(out.Entries, e)
	}
	_, err := r.decoder.Token()
	return out, err
}

// list reads the rest of a list.
func (r *jsonReader) list(at recourse.Position, depth int) (Node, error) {
	out := Node{Kind: List, At: at, Items: []Node{}}
	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return Node{}, err
		}
		out.Items = append(out.Items, item)
	}
	_, err := r.decoder.Token()
	return out, err
}
