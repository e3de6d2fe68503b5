package intake

import (
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

// Limits on a profile before it is parsed. The parser of YAML recurses and, on deep nesting, takes time with
// the square of the depth; a profile written by a person comes nowhere near.
const (
	maxProfile     = 256 << 10 // bytes
	maxProfileLine = 4 << 10   // bytes of one line
	maxFlow        = 2_000     // brackets opened in all
)

// node is a value of YAML in the little that a profile uses of it: a text, a list or a mapping.
//
// Every node keeps its place, because an error without a line is of little use in a file of two hundred.
type node struct {
	pos     recourse.Position
	text    string
	isText  bool
	items   []*node
	keys    []key // in the file's order; nil: no mapping
	isTable bool
}

// key is one entry of a mapping.
type key struct {
	name  string
	pos   recourse.Position
	value *node
}

// parseYAML reads one document. file is its name in errors.
//
// The parser's tree is turned into nodes by hand instead of being decoded into structs, for three
// reasons: positions survive, an unknown key is refused with the nearest known one, and what YAML makes
// of a bare no or 1e3 does not reach us.
func parseYAML(file string, data []byte) (root *node, err error) {
	if err := checkBulk(file, data); err != nil {
		return nil, err
	}
	defer func() {
		// A parser of a third party meets a stranger's bytes here: whatever it trips over, the file is
		// what has to change.
		if r := recover(); r != nil {
			root, err = nil, profileError(recourse.Position{File: file}, "profile_syntax", "", "this is not YAML that can be read", "")
		}
	}()
	parsed, perr := parser.ParseBytes(data, 0)
	if perr != nil {
		return nil, syntaxError(file, perr)
	}
	r := yamlReader{file: file}
	switch docs := parsed.Docs; {
	case len(docs) > 1:
		return nil, profileError(r.at(docs[1].GetToken()), "profile_documents", "", "a profile is a single document", "write each into a file of its own")
	case len(docs) == 0 || docs[0].Body == nil:
		return nil, profileError(recourse.Position{File: file, Line: 1}, "profile_empty", "", "the profile is empty", "")
	default:
		return r.node(docs[0].Body)
	}
}

// checkBulk refuses what could hurt the parser.
func checkBulk(file string, data []byte) error {
	tooLarge := func(line int, what string) error {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "profile_too_large", Position: recourse.Position{File: file, Line: line}, Message: what}
	}
	if len(data) > maxProfile {
		return tooLarge(0, fmt.Sprintf("the profile has %d bytes, %d are the most", len(data), maxProfile))
	}
	line, length, open := 1, 0, 0
	for _, c := range data {
		length++
		switch c {
		case '\n', '\r':
			length = 0
			if c == '\n' {
				line++
			}
		case '[', '{':
			open++
		}
		if length > maxProfileLine {
			return tooLarge(line, fmt.Sprintf("the line has more than %d bytes", maxProfileLine))
		}
		if open > maxFlow {
			return tooLarge(line, fmt.Sprintf("the profile opens more than %d brackets", maxFlow))
		}
	}
	return nil
}

// syntaxError carries over what the parser says and where.
func syntaxError(file string, err error) error {
	pos, message := recourse.Position{File: file}, "this is not YAML that can be read"
	if e, ok := errors.AsType[yaml.Error](err); ok {
		message = recourse.Shorten(e.GetMessage(), 200)
		pos = yamlReader{file: file}.at(e.GetToken())
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "profile_syntax", Position: pos, Message: message, Err: err}
}

// profileError is the one form of what is wrong with a profile.
func profileError(pos recourse.Position, code, field, message, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: field, Position: pos, Message: message, Hint: hint}
}

// yamlReader turns the parser's tree into nodes, refusing what a profile has no use for: anchors and aliases
// (a bomb in ten lines), tags, merge keys, keys that are no texts.
type yamlReader struct{ file string }

// at is the place of a token, as far as the parser knows it.
func (r yamlReader) at(t *token.Token) recourse.Position {
	if t == nil || t.Position == nil {
		return recourse.Position{File: r.file}
	}
	return recourse.Position{File: r.file, Line: t.Position.Line, Column: t.Position.Column}
}

// node turns one value. Numbers and truth values are taken as the text that was written: a column may be
// called 2026, and a word of status yes.
func (r yamlReader) node(n ast.Node) (*node, error) {
	out := &node{pos: r.at(n.GetToken())}
	switch n := n.(type) {
	case *ast.NullNode:
		out.isText = true
	case *ast.StringNode:
		out.text, out.isText = n.Value, true
	case *ast.LiteralNode:
		out.text, out.isText = n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.text, out.isText = n.GetToken().Value, true
	case *ast.SequenceNode:
		return out, r.items(out, n)
	case *ast.MappingNode:
		out.isTable = true
		return out, r.entries(out, n.Values)
	case *ast.MappingValueNode:
		out.isTable = true
		return out, r.entries(out, []*ast.MappingValueNode{n})
	default:
		return nil, profileError(out.pos, "profile_yaml", "", "anchors, aliases and tags have no meaning in a profile", "write the value out")
	}
	return out, nil
}

// items turns the values of a list.
func (r yamlReader) items(out *node, n *ast.SequenceNode) error {
	out.items = make([]*node, 0, len(n.Values))
	for _, v := range n.Values {
		item, err := r.node(v)
		if err != nil {
			return err
		}
		out.items = append(out.items, item)
	}
	return nil
}

// entries turns the keys and values of a mapping, in the file's order so that the first mistake is reported
// first.
func (r yamlReader) entries(out *node, values []*ast.MappingValueNode) error {
	for _, v := range values {
		if v.Key == nil || v.Value == nil {
			return profileError(out.pos, "profile_yaml", "", "a key without a value, or a value without a key", "")
		}
		k, ok := v.Key.(ast.Node)
		pos := r.at(k.GetToken())
		if _, merge := v.Key.(*ast.MergeKeyNode); !ok || merge {
			return profileError(pos, "profile_yaml", "", "merge keys have no meaning in a profile", "write the values out")
		}
		name, err := r.node(k)
		if err != nil {
			return err
		}
		if !name.isText {
			return profileError(pos, "profile_yaml", "", "a key must be a text", "")
		}
		value, err := r.node(v.Value)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(out.keys, func(k key) bool { return k.name == name.text }) {
			return profileError(pos, "profile_key_twice", name.text, fmt.Sprintf("the key %q is there twice", recourse.Shorten(name.text, 40)), "")
		}
		out.keys = append(out.keys, key{name.text, pos, value})
	}
	return nil
}

// table gives each key of a mapping to its reader. An unknown key is refused with the nearest known one.
//
// An unknown key is never passed over. "witout_time: skip" would otherwise leave the default in force,
// and its writer in the belief that it is not.
func (n *node) table(what string, readers map[string]func(*node) error) error {
	if !n.isTable {
		return profileError(n.pos, "profile_value", what, what+" must be a mapping of keys to values", "")
	}
	for _, k := range n.keys {
		read, ok := readers[k.name]
		if !ok {
			names := make([]string, 0, len(readers))
			for name := range readers {
				names = append(names, name)
			}
			return profileError(k.pos, "profile_key", k.name, fmt.Sprintf("%s has no key %q", what, recourse.Shorten(k.name, 40)), recourse.Nearest(k.name, names))
		}
		if err := read(k.value); err != nil {
			return err
		}
	}
	return nil
}

// string gives the text of a node that must be one, and not empty.
func (n *node) string(what string) (string, error) {
	s := strings.TrimSpace(n.text)
	if !n.isText || s == "" {
		return "", profileError(n.pos, "profile_value", what, what+" must be a text", "")
	}
	return s, nil
}

// strings gives the texts of a list, or of a single text.
func (n *node) strings(what string) ([]string, error) {
	if n.isText || n.isTable {
		s, err := n.string(what)
		return []string{s}, err
	}
	out := make([]string, 0, len(n.items))
	for _, i := range n.items {
		s, err := i.string(what)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, profileError(n.pos, "profile_value", what, what+" is an empty list", "")
	}
	return out, nil
}

// choice gives the value of a word out of a few.
func choice[T any](n *node, what string, words map[string]T) (value T, err error) {
	s, err := n.string(what)
	if err != nil {
		return value, err
	}
	value, ok := words[s]
	if !ok {
		names := make([]string, 0, len(words))
		for name := range words {
			names = append(names, name)
		}
		err = profileError(n.pos, "profile_word", what, fmt.Sprintf("%s cannot be %q", what, recourse.Shorten(s, 40)), recourse.Nearest(s, names))
	}
	return value, err
}

// count gives a whole number from 1 to most.
func (n *node) count(what string, most int) (int, error) {
	i, err := strconv.Atoi(strings.TrimSpace(n.text))
	if !n.isText || err != nil || i < 1 || i > most {
		return 0, profileError(n.pos, "profile_value", what, fmt.Sprintf("%s must be a whole number from 1 to %d", what, most), "")
	}
	return i, nil
}
