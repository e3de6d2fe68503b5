package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"recourse"
)

// The limits of a file, far above what all years of a calendar need.
const (
	maxFile = 1 << 20 // bytes
	maxLine = 4 << 10 // bytes
)

// limits are on what the parser of YAML is not made for in masses. It calls itself once for each level of nesting:
// with lines so short and so few brackets there cannot be more levels than its stack holds. And the time it takes
// grows with the square of the number of keys, documents and entries of a list, which are bounded by the lines.
var limits = []struct {
	what  string
	marks []string
	most  int
}{
	{"lines", []string{"\n"}, 1 << 13},
	{"opening brackets", []string{"[", "{"}, 1 << 10},
	{"keys", []string{":", "?"}, 1 << 12},
	{"documents", []string{"\n---", "\n..."}, 1 << 7},
}

// document is one YAML document, read no further than its keys. The tree of the parser is walked by hand and never
// decoded into a struct: that way each value keeps its place in the file, and an alias is a word like another and
// is never followed.
//
//   - file is the name that errors give, and is never opened.
//   - position is the first key, where errors about the document as a whole point.
//   - fields are the nodes by key, each read later by the method that knows what it should be.
type document struct {
	file     string
	position recourse.Position
	fields   map[string]ast.Node
}

// keys are all that a document may have, in the order in which errors list them.
var keys = []string{"announced", "calendar", "off", "source", "weekend", "worked", "year", "zone"}

// scalar is a plain value and where it stands. The text is as it was written, quotes aside: what YAML takes for a
// number or for true is a word here, so that a year and a country are read by the same rule.
type scalar struct {
	field, text string
	position    recourse.Position
}

// refused quotes the value and says what is wrong with it, at its own place in the file.
func (s scalar) refused(what, hint string) error {
	return &recourse.Error{
		Kind: recourse.Invalid, Code: "calendar_value", Field: s.field, Position: s.position, Hint: hint,
		Message: s.field + ` "` + recourse.Shorten(s.text, 40) + `" ` + what,
	}
}

// parseDocuments reads the outer shape of a file: documents that are maps of known keys. Documents with nothing but
// comments are passed over, a file with nothing else is refused: it is most likely not the one that was meant.
func parseDocuments(file string, data []byte) ([]document, error) {
	if err := checkSize(file, data); err != nil {
		return nil, err
	}
	tree, err := parseYAML(file, data)
	if err != nil {
		return nil, err
	}
	var documents []document
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.NullType {
			continue
		}
		d, err := newDocument(file, doc.Body)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	if len(documents) == 0 {
		return nil, syntaxRefused(recourse.Position{File: file}, "the file is empty")
	}
	return documents, nil
}

// checkSize keeps from the parser what would cost it more than a file of days is worth.
func checkSize(file string, data []byte) error {
	tooLarge := func(line int, what, limit string) error {
		return &recourse.Error{
			Kind: recourse.TooLarge, Code: "calendar_too_large", Position: recourse.Position{File: file, Line: line},
			Message: "the " + what, Hint: "at most " + limit,
		}
	}
	if len(data) > maxFile {
		return tooLarge(0, "file has "+strconv.Itoa(len(data))+" bytes", strconv.Itoa(maxFile))
	}
	for _, limit := range limits {
		n := 0
		for _, mark := range limit.marks {
			n += bytes.Count(data, []byte(mark))
		}
		if n > limit.most {
			return tooLarge(0, "file has "+strconv.Itoa(n)+" "+limit.what, strconv.Itoa(limit.most))
		}
	}
	line := 0
	for text := range bytes.Lines(data) {
		if line++; len(text) > maxLine {
			return tooLarge(line, "line has "+strconv.Itoa(len(text))+" bytes", strconv.Itoa(maxLine))
		}
	}
	return nil
}

// parseYAML gives the parser's own errors the form of ours, and its faults too: it is a large program fed by
// strangers, and one of its panics must not end ours.
func parseYAML(file string, data []byte) (tree *ast.File, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			tree, err = nil, syntaxRefused(recourse.Position{File: file}, "the file cannot be read as YAML")
			err.(*recourse.Error).Err = fmt.Errorf("YAML parser: %v", fault)
		}
	}()
	if tree, err = parser.ParseBytes(data, 0); err == nil {
		return tree, nil
	}
	if fault, ok := errors.AsType[yaml.Error](err); ok {
		return nil, syntaxRefused(positionOf(file, fault.GetToken()), fault.GetMessage())
	}
	return nil, syntaxRefused(recourse.Position{File: file}, err.Error())
}

// syntaxRefused is a file that is no YAML, or not of the outer shape of a calendar.
func syntaxRefused(at recourse.Position, message string) *recourse.Error {
	return &recourse.Error{
		Kind: recourse.Invalid, Code: "calendar_syntax", Position: at, Message: recourse.Shorten(message, 200),
		Hint: "a calendar is a YAML map with " + strings.Join(keys, ", "),
	}
}

// positionOf takes the place from the parser, which counts as we do: lines and characters from 1.
func positionOf(file string, t *token.Token) recourse.Position {
	if t == nil || t.Position == nil {
		return recourse.Position{File: file}
	}
	return recourse.Position{File: file, Line: t.Position.Line, Column: t.Position.Column}
}

// newDocument takes the map apart without looking at the values. A key that is there twice has already been refused by
// the parser; one that is not known is refused here, because a misspelt worked would silently leave a day off.
func newDocument(file string, body ast.Node) (document, error) {
	d := document{file: file, position: positionOf(file, body.GetToken()), fields: map[string]ast.Node{}}
	m, ok := body.(ast.MapNode)
	if !ok {
		return document{}, syntaxRefused(d.position, "a calendar is a map of keys and values")
	}
	for entries := m.MapRange(); entries.Next(); {
		at := positionOf(file, entries.Key().GetToken())
		if len(d.fields) == 0 {
			d.position = at
		}
		key := entries.Key().GetToken().Value
		if entries.Key().Type() != ast.StringType || !slices.Contains(keys, key) {
			return document{}, &recourse.Error{
				Kind: recourse.Invalid, Code: "calendar_unknown_key", Position: at,
				Message: `unknown key "` + recourse.Shorten(key, 40) + `"`,
				Hint:    "the keys are " + strings.Join(keys, ", "),
			}
		}
		d.fields[key] = entries.Value()
	}
	return d, nil
}

// scalar is the value of a key; ok is false where the key is not there.
func (d document) scalar(key string) (s scalar, ok bool, err error) {
	node, ok := d.fields[key]
	if !ok {
		return scalar{field: key}, false, nil
	}
	s, err = d.plain(key, node)
	return s, true, err
}

// required is the value of a key that must be there.
func (d document) required(key string) (scalar, error) {
	s, ok, err := d.scalar(key)
	if err == nil && !ok {
		err = &recourse.Error{
			Kind: recourse.Invalid, Code: "calendar_missing_key", Field: key, Position: d.position,
			Message: `the key "` + key + `" is missing`,
		}
	}
	return s, err
}

// list is the values of a key that holds several; ok is false where the key is not there.
func (d document) list(key string) (values []scalar, ok bool, err error) {
	node, ok := d.fields[key]
	if !ok {
		return nil, false, nil
	}
	sequence, isList := node.(*ast.SequenceNode)
	if !isList {
		s := scalar{field: key, text: node.GetToken().Value, position: positionOf(d.file, node.GetToken())}
		return nil, true, s.refused("is not a list", "write "+key+": [first, second]")
	}
	for _, value := range sequence.Values {
		s, err := d.plain(key, value)
		if err != nil {
			return nil, true, err
		}
		values = append(values, s)
	}
	return values, true, nil
}

// plain reads a node as text: a number is taken as it is written.
func (d document) plain(key string, node ast.Node) (scalar, error) {
	s := scalar{field: key, position: positionOf(d.file, node.GetToken())}
	switch n := node.(type) {
	case *ast.StringNode:
		s.text = n.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s.text = node.GetToken().Value
	default:
		s.text = node.Type().String()
		return s, s.refused("is not a plain value", "write a word, a number or a date, without anchors, aliases or tags")
	}
	return s, nil
}
