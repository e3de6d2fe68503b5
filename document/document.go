// Package document reads the YAML that people write for this program (playbooks, scenarios) as a tree that
// keeps the place of everything, so that whoever reads it can say what was wrong in which line and column.
//
// It reads a plain subset on purpose: maps with text keys, lists and scalars, several documents to a file.
// Anchors, aliases, merge keys and tags are refused: they hide where a value comes from, and a few hundred bytes
// of them can stand for gigabytes. Size and nesting are bounded before the parser sees the text.
package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"recourse"
)

const (
	// MaxBytes is the largest text that is read.
	MaxBytes = 1 << 20
	// maxDepth is the deepest nesting that is read, and the longest run of indentation and markers a line may
	// begin with, which bounds the parser's recursion for block style.
	maxDepth  = 64
	maxIndent = 256
	// maxSigns is how many lines and commas are read: the parser's time for a map grows with the square of its members.
	// The largest playbook of the program has fifteen hundred.
	maxSigns = 10_000
)

// Kind is what a node is.
//
// Whether a scalar is a number, a truth value or a word is not decided here: who reads it knows what
// is wanted, and can say so in the error.
type Kind int

// The kinds of node.
const (
	Null Kind = iota
	Scalar
	List
	Map
)

// String names the kind in words for an error.
func (k Kind) String() string { return [...]string{"nothing", "a value", "a list", "a map"}[k] }

// Node is a part of a document. The zero Node is null, without a place.
//
// Text is as it was written, so that 1.10 stays 1.10 and a number with a leading zero keeps it; what
// YAML would make of it is of no interest. Quoted matters only where a bare word would be read as
// something else: "true" in quotes is a text. A node is a value without pointers to its parent and may
// be copied freely.
type Node struct {
	Kind    Kind
	Text    string  // of a scalar
	Quoted  bool    // the scalar stood in quotes or in a block: text, whatever it looks like
	Entries []Entry // of a map, in the order written
	Items   []Node  // of a list
	At      recourse.Position
}

// Entry is a key of a map with its value.
type Entry struct {
	Key   string
	At    recourse.Position // of the key
	Value Node
}

// Parse reads every document of a file. The file's name is used in errors only. Errors are of kind invalid or
// too_large and name the line and column.
//
// A document without a body (only comments, or two separators in a row) is left out. The first error
// ends the reading: after a wrong indentation the following ones would be noise.
func Parse(file string, data []byte) ([]Node, error) {
	if err := bound(file, data); err != nil {
		return nil, err
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntax(file, err)
	}
	c := converter{file: file}
	var docs []Node
	for _, d := range tree.Docs {
		if d.Body == nil {
			continue
		}
		n, err := c.node(d.Body, 0)
		if err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
	return docs, nil
}

// bound refuses what would take the parser too long or too deep, by a look at the bytes alone. Brackets in quoted
// text are counted too: no honest file has 64 of them open.
//
// The bounds are for text from strangers: a playbook may be uploaded at the desk. The parser calls
// itself for every level, so that depth is what could exhaust it; a map in block style needs
// indentation for each level, a list in block style a marker, and one in flow style a bracket. All
// three are counted here, and the converter counts levels once more in the tree.
func bound(file string, data []byte) error {
	if len(data) > MaxBytes {
		return refuse(recourse.TooLarge, "document_size", recourse.Position{File: file}, fmt.Sprintf("%d bytes, %d are the most", len(data), MaxBytes))
	}
	number, depth, commas := 0, 0, 0
	for line := range bytes.Lines(data) {
		number++
		at := recourse.Position{File: file, Line: number}
		if commas += bytes.Count(line, []byte{','}); number+commas > maxSigns {
			return refuse(recourse.TooLarge, "document_size", at, fmt.Sprintf("more than %d lines and commas", maxSigns))
		}
		if run := len(line) - len(bytes.TrimLeft(line, " \t-?:!&*|>")); run > maxIndent {
			return refuse(recourse.TooLarge, "document_depth", at, fmt.Sprintf("the line is indented by %d, %d is the most", run, maxIndent))
		}
		if i := bytes.IndexByte(line, 0); i >= 0 {
			at.Column = i + 1
			return refuse(recourse.Invalid, "document_syntax", at, "a zero byte: this is not a text")
		}
		for _, b := range line {
			switch b {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
		}
		if depth > maxDepth {
			return refuse(recourse.TooLarge, "document_depth", at, fmt.Sprintf("nested deeper than %d", maxDepth))
		}
	}
	return nil
}

// syntax puts the parser's error into ours.
//
// Only the first line of the parser's message is kept, since it goes on with an excerpt of the text. A
// tab is by far the most common cause of all, and the parser's words for it help nobody.
func syntax(file string, err error) error {
	at := recourse.Position{File: file}
	message := err.Error()
	if e, ok := err.(interface {
		GetMessage() string
		GetToken() *token.Token
	}); ok {
		message = e.GetMessage()
		at = position(file, e.GetToken())
	}
	message, _, _ = strings.Cut(message, "\n")
	out := &recourse.Error{Kind: recourse.Invalid, Code: "document_syntax", Message: recourse.Shorten(message, 200), Position: at, Err: err}
	if strings.HasPrefix(message, "found character '\t'") {
		out.Message, out.Hint = "a tab stands where the line is indented", "indent with spaces"
	}
	return out
}

// position is where a token stands. A node that the parser made up has no token; then the file alone
// is named.
func position(file string, t *token.Token) recourse.Position {
	if t == nil || t.Position == nil {
		return recourse.Position{File: file}
	}
	return recourse.Position{File: file, Line: t.Position.Line, Column: t.Position.Column}
}

// refuse is an error with a place, for what is wrong before there is a node to ask for one.
func refuse(kind recourse.Kind, code string, at recourse.Position, message string) error {
	return &recourse.Error{Kind: kind, Code: code, Message: message, Position: at}
}

// converter turns the library's tree into ours.
type converter struct{ file string }

// node converts a node with all below it. What is not listed is refused, rather than let through: a
// construct that a later version of the library adds must not find its way in by itself.
func (c *converter) node(n ast.Node, depth int) (Node, error) {
	if n == nil {
		return Node{At: recourse.Position{File: c.file}}, nil
	}
	at := position(c.file, n.GetToken())
	if depth > maxDepth {
		return Node{}, refuse(recourse.TooLarge, "document_depth", at, fmt.Sprintf("nested deeper than %d", maxDepth))
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return Node{At: at}, nil
	case *ast.StringNode:
		t := n.GetToken().Type
		return Node{Kind: Scalar, Text: n.Value, Quoted: t == token.SingleQuoteType || t == token.DoubleQuoteType, At: at}, nil
	case *ast.LiteralNode:
		return Node{Kind: Scalar, Text: n.Value.Value, Quoted: true, At: at}, nil
	case *ast.MappingNode:
		return c.mapping(n.Values, position(c.file, n.GetToken()), depth)
	case *ast.MappingValueNode:
		return c.mapping([]*ast.MappingValueNode{n}, position(c.file, n.GetToken()), depth)
	case *ast.SequenceNode:
		return c.list(n, at, depth)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return Node{Kind: Scalar, Text: n.GetToken().Value, At: at}, nil
	}
	return Node{}, &recourse.Error{Kind: recourse.Invalid, Code: "document_construct", Position: at,
		Message: "anchors, aliases, tags and merge keys are not read here", Hint: "write the value out"}
}

// mapping converts a map. A key that stands twice is an error, because YAML readers disagree about
// which of the two counts, and a policy about money must not depend on that. A value that has no place
// of its own (nothing was written) is given the place of its key, so that errors about it can be
// found.
func (c *converter) mapping(values []*ast.MappingValueNode, at recourse.Position, depth int) (Node, error) {
	out := Node{Kind: Map, At: at, Entries: make([]Entry, 0, len(values))}
	seen := make(map[string]bool, len(values))
	for i, v := range values {
		key, err := c.node(v.Key, depth+1)
		if err != nil {
			return Node{}, err
		}
		if i == 0 {
			out.At = key.At
		}
		if key.Kind != Scalar {
			return Node{}, refuse(recourse.Invalid, "document_key", key.At, "a key must be a word")
		}
		if seen[key.Text] {
			return Node{}, refuse(recourse.Invalid, "document_twice", key.At, fmt.Sprintf("the key %q stands here twice", recourse.Shorten(key.Text, 60)))
		}
		seen[key.Text] = true
		value, err := c.node(v.Value, depth+1)
		if err != nil {
			return Node{}, err
		}
		if value.At.Line == 0 {
			value.At = key.At
		}
		out.Entries = append(out.Entries, Entry{key.Text, key.At, value})
	}
	return out, nil
}

// list converts a list; the order of its items is that of the text and has a meaning to whoever wrote
// it.
func (c *converter) list(n *ast.SequenceNode, at recourse.Position, depth int) (Node, error) {
	out := Node{Kind: List, At: at, Items: make([]Node, 0, len(n.Values))}
	for _, v := range n.Values {
		item, err := c.node(v, depth+1)
		if err != nil {
			return Node{}, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// Get returns the value of a map's key, and whether it is there.
//
// Asked of anything but a map it finds nothing, so that a caller may ask first and check the kind with
// Keys. Maps that people write are short: a search beats an index.
func (n Node) Get(key string) (Node, bool) {
	for _, e := range n.Entries {
		if e.Key == key {
			return e.Value, true
		}
	}
	return Node{}, false
}

// Err is an error about this node, of kind invalid.
func (n Node) Err(code, message string, args ...any) *recourse.Error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Message: fmt.Sprintf(message, args...), Position: n.At}
}

// String is the text of a scalar; the error says what stands there instead.
func (n Node) String() (string, error) {
	if n.Kind != Scalar {
		return "", n.Err("document_type", "a word is wanted here, not %s", n.Kind)
	}
	return n.Text, nil
}

// Bool is a scalar that is true or false.
func (n Node) Bool() (bool, error) {
	if n.Kind == Scalar && !n.Quoted && (n.Text == "true" || n.Text == "false") {
		return n.Text == "true", nil
	}
	return false, n.Err("document_type", "true or false is wanted here, not %s", n.what())
}

// Int is a scalar that is a whole number.
//
// Quotes make no difference here, unlike for true and false: whoever puts quotes around a number means
// it nevertheless.
func (n Node) Int() (int, error) {
	if i, err := strconv.Atoi(n.Text); err == nil && n.Kind == Scalar {
		return i, nil
	}
	return 0, n.Err("document_type", "a whole number is wanted here, not %s", n.what())
}

// Keys refuses a key of a map that is not among known, with the nearest one that is; and anything but a map.
//
// Every reader of a map calls it before it looks at the values. A setting with a typing error that is
// silently left out would leave the default in force, and nobody would notice until money left.
func (n Node) Keys(known ...string) error {
	if n.Kind != Map {
		return n.Err("document_type", "a map is wanted here, not %s", n.what())
	}
	for _, e := range n.Entries {
		if !contains(known, e.Key) {
			err := n.Err("document_key", "unknown key %q", recourse.Shorten(e.Key, 60))
			err.Position, err.Hint = e.At, recourse.Nearest(e.Key, known)
			return err
		}
	}
	return nil
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// what names a node in an error.
func (n Node) what() string {
	if n.Kind == Scalar {
		return strconv.Quote(recourse.Shorten(n.Text, 40))
	}
	return n.Kind.String()
}

// List is the items of a list; a single value counts as a list of one, null as an empty one.
//
// It lets people write one thing without brackets. The caller must check the items, not the list.
func (n Node) List() []Node {
	switch n.Kind {
	case List:
		return n.Items
	case Null:
		return nil
	}
	return []Node{n}
}
