package text

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	"recourse"
)

// A trial writes a message once for every way through it: each condition once true and once false. What no data can reach
// is told, since whoever wrote it believes that somebody will read it.

// Trial is what came of trying a message.
type Trial struct {
	Ways   []Way
	Fields []string // the variables that it names, parts included, as paths of [Variable]
	Parts  []string // the parts that it uses
}

// Way is one side of one condition, with the message that goes this way.
type Way struct {
	Key       string // of the text that the condition stands in: message.delay_notice.body, part.greeting
	Line      int    // in that text
	Column    int
	Condition string // as it is written: .Choosing
	Fields    []string
	Holds     bool
	Reached   bool
	Real      int  // which of the real data leads here, from 1; 0: none does, and it was made up
	Data      Data // by which it was reached
	Subject   string
	Body      string
	needs     []need
}

// need is a condition that must hold, or must not, for a way to be reached.
type need struct {
	pipe  *parse.PipeNode
	holds bool
}

// Limits of a trial: the sides of conditions that are looked at, and the data that is tried for each.
const (
	mostWays  = 400
	mostTries = 64
)

// Try writes a message of the language for each of its ways: with real data that leads there, else with data that is
// changed until it does, beginning with data that knows much. Errors: template_unknown, and template_failed for what cannot
// be written.
func (l *Language) Try(name string, from Data, real []Data) (Trial, error) {
	in := l
	for in != nil && !in.messages[name] {
		in = in.next
	}
	if in == nil {
		_, _, err := l.Message(name, from)
		return Trial{}, err
	}
	set, err := in.set.Clone()
	if err != nil { // unreachable: only a set that was closed cannot be copied
		return Trial{}, err
	}
	t := trier{language: in, name: name, set: set, parts: map[string]bool{}, fields: map[string]bool{}}
	for _, half := range []string{".subject", ".body"} {
		if err := t.mark("message."+name+half, nil); err != nil {
			return Trial{}, err
		}
	}
	for n, d := range real {
		t.takes(n+1, d.clean(l))
	}
	for i := range t.ways {
		if t.ways[i].Reached {
			continue
		}
		if err := t.reach(i, from.clean(l)); err != nil {
			return Trial{}, unwritten(name, err)
		}
	}
	return Trial{Ways: t.ways, Fields: slices.Sorted(maps.Keys(t.fields)), Parts: slices.Sorted(maps.Keys(t.parts))}, nil
}

// trier tries one message. Its set is a copy in which each side of a condition begins with a mark.
type trier struct {
	language *Language
	name     string
	set      *template.Template
	ways     []Way
	parts    map[string]bool
	fields   map[string]bool
}

// markOf stands in what is written at the beginning of a way; no text may have such a sign.
func markOf(i int) string { return "\x00" + strconv.Itoa(i) + "\x00" }

// mark puts the marks into one template, and into the parts that it uses: each once, where it is first used.
func (t *trier) mark(key string, above []need) error {
	name := strings.TrimPrefix(key, "part.")
	is := t.set.Lookup(name)
	if is == nil || is.Tree == nil {
		return nil
	}
	p, _ := t.language.phrase(key)
	tree := is.Tree.Copy()
	if err := t.list(tree, tree.Root, key, p, above); err != nil {
		return err
	}
	_, err := t.set.AddParseTree(name, tree)
	return err
}

func (t *trier) list(tree *parse.Tree, list *parse.ListNode, key string, p phrase, above []need) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		t.note(n)
		switch n := n.(type) {
		case *parse.TemplateNode:
			if t.parts[n.Name] {
				continue
			}
			t.parts[n.Name] = true
			if err := t.mark("part."+n.Name, above); err != nil {
				return err
			}
		case *parse.IfNode:
			if err := t.sides(tree, n, key, p, above); err != nil {
				return err
			}
		}
	}
	return nil
}

// sides marks both sides of a condition; an else that is not there gets one that says nothing.
func (t *trier) sides(tree *parse.Tree, n *parse.IfNode, key string, p phrase, above []need) error {
	if n.ElseList == nil {
		n.ElseList = &parse.ListNode{NodeType: parse.NodeList, Pos: n.Pos}
	}
	for _, s := range []struct {
		list  *parse.ListNode
		holds bool
	}{{n.List, true}, {n.ElseList, false}} {
		if len(t.ways) >= mostWays {
			return nil
		}
		needs := append(slices.Clone(above), need{n.Pipe, s.holds})
		at := phrase{text: p.text, at: recourse.Position{Line: 1, Column: 1}}.place(int(n.Pos))
		i := len(t.ways)
		t.ways = append(t.ways, Way{Key: key, Line: at.Line, Column: at.Column, Condition: n.Pipe.String(), Fields: fieldsOf(n.Pipe), Holds: s.holds, needs: needs})
		if err := t.list(tree, s.list, key, p, needs); err != nil {
			return err
		}
		s.list.Nodes = append([]parse.Node{&parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(markOf(i))}}, s.list.Nodes...)
	}
	return nil
}

// note keeps the variables that a node names.
func (t *trier) note(n parse.Node) {
	var pipe *parse.PipeNode
	switch n := n.(type) {
	case *parse.ActionNode:
		pipe = n.Pipe
	case *parse.IfNode:
		pipe = n.Pipe
	}
	for _, f := range fieldsOf(pipe) {
		t.fields[f] = true
	}
}

// fieldsOf are the variables of what stands between braces, each once.
func fieldsOf(pipe *parse.PipeNode) (out []string) {
	if pipe == nil {
		return nil
	}
	for _, c := range pipe.Cmds {
		for _, arg := range c.Args {
			switch n := arg.(type) {
			case *parse.FieldNode:
				path := strings.TrimSuffix(strings.Join(n.Ident, "."), ".IsZero")
				if !slices.Contains(out, path) {
					out = append(out, path)
				}
			case *parse.PipeNode:
				out = append(out, fieldsOf(n)...)
			}
		}
	}
	return out
}

// takes writes the message with real data. What cannot be written with it is told where it is looked at.
func (t *trier) takes(n int, d Data) {
	subject, body, marks, err := t.write(d)
	if err != nil {
		return
	}
	for i := range t.ways {
		if w := &t.ways[i]; !w.Reached && strings.Contains(marks, markOf(i)) {
			w.Reached, w.Real, w.Data, w.Subject, w.Body = true, n, d, subject, body
		}
	}
}

// reach looks for data that leads down a way.
func (t *trier) reach(i int, from Data) error {
	w := &t.ways[i]
	for _, a := range t.alternatives(w.needs) {
		d := from
		for _, change := range a {
			change(&d)
		}
		subject, body, marks, err := t.write(d)
		if err != nil {
			return err
		}
		w.Data, w.Subject, w.Body = d, subject, body
		if w.Reached = strings.Contains(marks, markOf(i)); w.Reached {
			return nil
		}
	}
	w.Data, w.Subject, w.Body = Data{}, "", ""
	return nil
}

// write writes the message, and gives the marks that were passed.
func (t *trier) write(d Data) (subject, body, marks string, err error) {
	var halves [2]string
	for i, half := range []string{".subject", ".body"} {
		var b limited
		if err := t.set.ExecuteTemplate(&b, "message."+t.name+half, d); err != nil {
			return "", "", "", err
		}
		var clean strings.Builder
		for j, piece := range strings.Split(b.String(), "\x00") {
			if j%2 == 0 {
				clean.WriteString(piece)
			} else {
				marks += "\x00" + piece + "\x00"
			}
		}
		halves[i] = tidy(clean.String())
	}
	return strings.ReplaceAll(halves[0], "\n", " "), halves[1], marks, nil
}
