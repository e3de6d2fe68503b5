package peer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// This file is as much of GraphQL as a stand-in needs to be strict: it parses a document, refuses variables that are not
// declared, not used or missing, answers with the fields that were asked for and nothing else, refuses those that do not
// exist, and reckons what a question costs.

// selection is a field that is asked for, or a fragment on a type.
type selection struct {
	name, alias string
	on          string // of a fragment: its type
	args        map[string]any
	directives  map[string]map[string]any
	fields      []selection
}

// operation is a parsed document.
type operation struct {
	kind   string // query or mutation
	name   string
	fields []selection
}

type graphParser struct {
	text      string
	at        int
	declared  map[string]bool // whether it must be there
	used      map[string]bool
	variables map[string]any
}

// parseGraph parses a document with one operation and puts the variables in their places. It panics with graphError.
type graphError string

func parseGraph(text string, variables map[string]any) (op operation, err error) {
	p := &graphParser{text: text, declared: map[string]bool{}, used: map[string]bool{}, variables: variables}
	defer func() {
		if e, ok := recover().(graphError); ok {
			err = fmt.Errorf("%s", string(e))
		}
	}()
	op.kind = p.word()
	if op.kind != "query" && op.kind != "mutation" {
		p.fail("Parse error: an operation is wanted")
	}
	op.name = p.word()
	if p.take('(') {
		for !p.take(')') {
			p.declare()
		}
	}
	op.fields = p.selections()
	if p.skip(); p.at < len(p.text) {
		p.fail("Parse error: something follows the operation")
	}
	for name, must := range p.declared {
		if !p.used[name] {
			p.fail("Variable $%s is declared by %s but not used", name, op.name)
		}
		if v, ok := variables[name]; must && (!ok || v == nil) {
			p.fail("Variable $%s was provided invalid value", name)
		}
	}
	return op, nil
}

func (p *graphParser) fail(format string, args ...any) {
	panic(graphError(fmt.Sprintf(format, args...)))
}

func (p *graphParser) skip() {
	for p.at < len(p.text) && (unicode.IsSpace(rune(p.text[p.at])) || p.text[p.at] == ',') {
		p.at++
	}
}

func (p *graphParser) peek() byte {
	p.skip()
	if p.at == len(p.text) {
		p.fail("Parse error: the document ends too early")
	}
	return p.text[p.at]
}

func (p *graphParser) take(c byte) bool {
	p.skip()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *graphParser) want(c byte) {
	if !p.take(c) {
		p.fail("Parse error at %d: %q is wanted", p.at, c)
	}
}

func (p *graphParser) word() string {
	p.skip()
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] == '_' || unicode.IsLetter(rune(p.text[p.at])) || unicode.IsDigit(rune(p.text[p.at]))) {
		p.at++
	}
	if start == p.at {
		p.fail("Parse error at %d: a name is wanted", p.at)
	}
	return p.text[start:p.at]
}

// declare reads $name: Type, where a mark at the end says that it must be there.
func (p *graphParser) declare() {
	p.want('$')
	name := p.word()
	p.want(':')
	depth := 0
	for p.take('[') {
		depth++
	}
	p.word()
	must := p.take('!')
	for ; depth > 0; depth-- {
		p.want(']')
		must = p.take('!')
	}
	p.declared[name] = must
}

func (p *graphParser) selections() []selection {
	p.want('{')
	var out []selection
	for !p.take('}') {
		out = append(out, p.selection())
	}
	if len(out) == 0 {
		p.fail("Parse error: nothing is selected")
	}
	return out
}

func (p *graphParser) selection() selection {
	if p.peek() == '.' {
		if !strings.HasPrefix(p.text[p.at:], "...") {
			p.fail("Parse error at %d", p.at)
		}
		p.at += 3
		if p.word() != "on" {
			p.fail("Parse error: only fragments on a type are known here")
		}
		return selection{on: p.word(), fields: p.selections()}
	}
	s := selection{name: p.word()}
	s.alias = s.name
	if p.take(':') {
		s.name = p.word()
	}
	s.args = p.arguments()
	for p.take('@') {
		if s.directives == nil {
			s.directives = map[string]map[string]any{}
		}
		name := p.word()
		s.directives[name] = p.arguments()
	}
	if p.at < len(p.text) && p.peek() == '{' {
		s.fields = p.selections()
	}
	return s
}

func (p *graphParser) arguments() map[string]any {
	args := map[string]any{}
	if !p.take('(') {
		return args
	}
	for !p.take(')') {
		name := p.word()
		p.want(':')
		args[name] = p.value()
	}
	return args
}

func (p *graphParser) value() any {
	switch c := p.peek(); {
	case c == '$':
		p.at++
		name := p.word()
		if _, ok := p.declared[name]; !ok {
			p.fail("Variable $%s is used but not declared", name)
		}
		p.used[name] = true
		return p.variables[name]
	case c == '"':
		end := strings.IndexByte(p.text[p.at+1:], '"')
		if end < 0 {
			p.fail("Parse error: a text does not end")
		}
		s := p.text[p.at+1 : p.at+1+end]
		p.at += end + 2
		return s
	case c == '[':
		p.at++
		out := []any{}
		for !p.take(']') {
			out = append(out, p.value())
		}
		return out
	case c == '{':
		p.at++
		out := map[string]any{}
		for !p.take('}') {
			name := p.word()
			p.want(':')
			out[name] = p.value()
		}
		return out
	}
	return literal(p.word())
}

func literal(word string) any {
	switch word {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if n, err := strconv.ParseFloat(word, 64); err == nil {
		return n
	}
	return word
}

// object is a value with fields. Its type is its __typename. A field may be a function of its arguments.
type object map[string]any

type resolver func(args map[string]any) (any, error)

// denied is a field that the app may not see.
type denied struct{}

// project answers with what is asked for of a value.
func project(v any, fields []selection) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []object:
		out := make([]any, len(v))
		for i := range v {
			one, err := project(v[i], fields)
			if err != nil {
				return nil, err
			}
			out[i] = one
		}
		return out, nil
	case object:
		if v == nil {
			return nil, nil
		}
		return v.project(fields)
	}
	if len(fields) > 0 {
		return nil, fmt.Errorf("Selections can't be made on scalars")
	}
	return v, nil
}

func (o object) project(fields []selection) (any, error) {
	if len(fields) == 0 {
		return nil, fmt.Errorf("Objects must have selections (type %v)", o["__typename"])
	}
	out := map[string]any{}
	for _, f := range fields {
		if f.on != "" {
			if f.on == o["__typename"] {
				part, err := o.project(f.fields)
				if err != nil {
					return nil, err
				}
				for k, v := range part.(map[string]any) {
					out[k] = v
				}
			}
			continue
		}
		v, known := o[f.name]
		if !known {
			return nil, fmt.Errorf("Field '%s' doesn't exist on type '%v'", f.name, o["__typename"])
		}
		if r, ok := v.(resolver); ok {
			var err error
			if v, err = r(f.args); err != nil {
				return nil, err
			}
		} else if len(f.args) > 0 {
			return nil, fmt.Errorf("Field '%s' doesn't accept arguments", f.name)
		}
		one, err := project(v, f.fields)
		if err != nil {
			return nil, err
		}
		out[f.alias] = one
	}
	return out, nil
}

// connection is a list that is read in pages, with cursors that are places in it.
func connection(kind string, all []object) resolver {
	return func(args map[string]any) (any, error) {
		first, ok := args["first"].(float64)
		if !ok || first < 1 || first > 250 {
			return nil, fmt.Errorf("you must provide one of first or last, from 1 to 250")
		}
		from := 0
		if after, _ := args["after"].(string); after != "" {
			n, err := strconv.Atoi(strings.TrimPrefix(after, "cursor-"))
			if err != nil || n < 0 || n > len(all) {
				return nil, fmt.Errorf("Invalid cursor for current pagination sort")
			}
			from = n
		}
		to := min(len(all), from+int(first))
		return object{"__typename": kind + "Connection", "nodes": all[from:to], "pageInfo": object{
			"__typename": "PageInfo", "hasNextPage": to < len(all), "endCursor": "cursor-" + strconv.Itoa(to),
		}}, nil
	}
}

// list is a list without pages that may be cut short.
func list(all []object) resolver {
	return func(args map[string]any) (any, error) {
		if first, ok := args["first"].(float64); ok {
			return all[:min(len(all), int(first))], nil
		}
		return all, nil
	}
}

// cost is what fields cost: an object a point, a list two and what it may hold.
func cost(fields []selection) float64 {
	total := 0.0
	for _, f := range fields {
		if len(f.fields) == 0 {
			continue
		}
		inner := cost(f.fields)
		n, paged := f.args["first"].(float64)
		if ids, ok := f.args["ids"].([]any); ok {
			n, paged = float64(len(ids)), true
		}
		switch {
		case f.on != "" || f.name == "nodes" && !paged:
			total += inner
		case paged:
			total += 2 + n*math.Max(1, inner)
		default:
			total += 1 + inner
		}
	}
	return total
}
