package text

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"recourse"
)

// Messages are written by merchants too, so their language is a small part of text/template: fields, if and else,
// the parts, and the functions below. There is nothing to loop with, so that a message is never longer than its text
// and what it names; and all is tried once when it is read, so that no message fails when it is to be sent.

// functions are what a message may call. They write in l's language.
func (l *Language) functions() template.FuncMap {
	return template.FuncMap{
		"money":     l.Money,
		"date":      l.Date,
		"moment":    l.MomentZone, // letters cross time zones
		"day":       l.dayText,
		"days":      l.Days,
		"duration":  l.Duration,
		"window":    func(from, to Span) string { return l.Window(from.Text, to.Text) },
		"goods":     l.goods,
		"items":     l.items,
		"party":     func(name string) string { return l.Party(recourse.Party(name)) },
		"country":   l.Country,
		"situation": func(name string) string { return l.Situation(recourse.Situation(name)) },
	}
}

// logic are the functions of text/template that a message may call. Left out are those that write code or reach
// into things.
var logic = []string{"and", "eq", "ne", "not", "or"}

// compile reads the messages of a language, and the parts that they share, and tries each.
func (l *Language) compile() error {
	l.messages = make(map[string]bool)
	l.set = template.New("").Option("missingkey=error").Funcs(l.functions())
	var errs []error
	for _, name := range l.parts() {
		p, _ := l.phrase("part." + name)
		errs = append(errs, l.add(name, p, nil))
	}
	// Parts are added first: a message that uses one must find it.
	parts := l.parts()
	for _, key := range slices.Sorted(maps.Keys(l.own)) {
		rest, ok := strings.CutPrefix(key, "message.")
		if !ok {
			continue
		}
		at := strings.LastIndexByte(rest, '.')
		name, field := rest[:max(at, 0)], rest[at+1:]
		switch p := l.own[key]; {
		case name == "" || field != "about" && field != "subject" && field != "body":
			errs = append(errs, p.fault(0, "text_key", "", "a message has about, subject and body, not %q", recourse.Shorten(rest, 60)))
		case field != "about":
			l.messages[name] = true
			errs = append(errs, l.add(key, p, parts))
		}
		if len(errs) > maxKeys {
			break
		}
	}
	return errors.Join(append(errs, l.whole())...)
}

// whole refuses a message of which one half is missing.
func (l *Language) whole() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(l.messages)) {
		subject, has := l.own["message."+name+".subject"]
		body, both := l.own["message."+name+".body"]
		if !has {
			errs = append(errs, body.fault(0, "text_key", "", "the message %q has no subject", name))
		} else if !both {
			errs = append(errs, subject.fault(0, "text_key", "", "the message %q has no body", name))
		}
	}
	return errors.Join(errs...)
}

// parts names the parts that the language's messages may use, those that it takes from the next included.
//
// A part is what several letters share, such as greeting and signature; a merchant who replaces it
// has it changed in all of them.
func (l *Language) parts() []string {
	names := make(map[string]bool)
	for ; l != nil; l = l.next {
		for key := range l.own {
			if name, ok := strings.CutPrefix(key, "part."); ok {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// phrase is the phrase of the nearest language that has the key; its place may be in another language's file.
func (l *Language) phrase(key string) (phrase, bool) {
	for ; l != nil; l = l.next {
		if p, ok := l.own[key]; ok {
			return p, true
		}
	}
	return phrase{}, false
}

// add parses, checks and tries one template.
//
// The trial finds what looking cannot: a function that is given a date where it wants money.
func (l *Language) add(name string, p phrase, parts []string) error {
	trees, err := parse.Parse(name, p.text, "", "", l.functions(), comparisons)
	if err != nil {
		return p.broken(err)
	}
	for other, tree := range trees {
		if other != name {
			return p.fault(int(tree.Root.Position()), "text_define", "", "a message cannot define templates")
		}
	}
	tree := trees[name]
	if tree == nil {
		return p.fault(0, "text_empty", "write the text", "there is no text")
	}
	c := checker{phrase: p, parts: parts, spans: map[string]Span{}}
	if err := c.node(tree.Root); err != nil {
		return err
	}
	if _, err := l.set.AddParseTree(name, tree); err != nil {
		return p.broken(err)
	}
	// Once with nothing known and once with all: what would fail at a buyer's order fails here.
	for _, d := range []Data{{Vars: c.spans}, sample(c.spans)} {
		if _, err := l.execute(name, d); err != nil {
			return p.broken(err)
		}
	}
	return nil
}

// comparisons stand in, while parsing, for the functions of text/template that are allowed.
var comparisons = func() map[string]any {
	m := make(map[string]any, len(logic))
	for _, name := range logic {
		m[name] = name
	}
	return m
}()

// broken is an error of text/template, at the place in the file that it means.
//
// The position that text/template gives is inside the phrase. The lines before it are walked to make
// an offset, and that is turned into a line of the file as for every other mistake.
func (p phrase) broken(err error) error {
	message, offset := err.Error(), 0
	if m := templateError.FindStringSubmatch(message); m != nil {
		line, _ := strconv.Atoi(m[1])
		column, _ := strconv.Atoi(m[2])
		for ; line > 1; line-- {
			offset += strings.IndexByte(p.text[offset:], '\n') + 1
		}
		offset += column
		message = m[3]
	}
	return p.fault(offset, codeOf(message), "", "%s", recourse.Shorten(message, 160))
}

// codeOf tells the mistakes apart that text/template finds.
func codeOf(message string) string {
	for _, m := range []struct{ part, code string }{
		{"the message has more than", "text_too_large"}, {"not defined", "text_function"}, {"unexpected EOF", "text_unclosed"}, {"unclosed action", "text_brace"}, {"unexpected {{end}}", "text_end"}, {"unexpected {{else}}", "text_end"},
		{"wrong type", "text_type"}, {"wrong number of args", "text_arguments"}, {"incompatible types", "text_type"}, {"not enough arguments", "text_arguments"},
	} {
		if strings.Contains(message, m.part) {
			return m.code
		}
	}
	return "text_template"
}

// templateError is how text/template begins its errors: template: name:line:column: what.
var templateError = regexp.MustCompile(`(?s)^template: [^:]*:(\d+):(?:(\d+):)? (.*)$`)

// checker looks through a template for what a message may not do.
//
// It looks at the tree and not at the text, after the parser has read it, so that no way of writing
// a thing differently gets past.
type checker struct {
	phrase
	parts []string        // that it may use; nil in a part
	spans map[string]Span // the names of Vars that it uses, each with something to try
}

// node refuses every construct that is not listed, so that one that text/template gets tomorrow is refused, too.
func (c *checker) node(n parse.Node) error {
	switch n := n.(type) {
	case *parse.ListNode:
		return c.nodes(n)
	case *parse.TextNode, *parse.CommentNode, *parse.StringNode, *parse.NumberNode, *parse.BoolNode:
		return nil
	case *parse.ActionNode:
		return c.node(n.Pipe)
	case *parse.IfNode:
		return errors.Join(c.node(n.Pipe), c.nodes(n.List), c.nodes(n.ElseList))
	case *parse.PipeNode:
		return c.pipe(n)
	case *parse.TemplateNode:
		return c.part(n)
	case *parse.IdentifierNode:
		return nil // the parser knows only those that are allowed
	case *parse.FieldNode:
		return c.field(n)
	}
	return c.fault(int(n.Position()), "text_construct", "a message has fields, if and else, parts and functions", "%s has no meaning here", recourse.Shorten(n.String(), 40))
}

// nodes checks all of a list, which is nil for an else that is not there, and reports every mistake in it.
func (c *checker) nodes(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	var errs []error
	for _, n := range list.Nodes {
		errs = append(errs, c.node(n))
	}
	return errors.Join(errs...)
}

// pipe checks what stands between two pairs of braces. Variables are refused, since a field through one of them would
// pass unchecked.
func (c *checker) pipe(p *parse.PipeNode) error {
	if len(p.Decl) > 0 {
		return c.fault(int(p.Position()), "text_construct", "", "a message has no variables")
	}
	var errs []error
	for _, command := range p.Cmds {
		for _, arg := range command.Args {
			errs = append(errs, c.node(arg))
		}
	}
	return errors.Join(errs...)
}

// part checks the use of a part. Parts use none, so that none can use itself.
func (c *checker) part(n *parse.TemplateNode) error {
	if slices.Contains(c.parts, n.Name) && n.Pipe != nil && n.Pipe.String() == "." {
		return nil
	}
	return c.fault(int(n.Position()), "text_part", recourse.Nearest(n.Name, c.parts), `there is no part to use as {{template "%s" .}} here`, recourse.Shorten(n.Name, 40))
}

// field checks that what a message names is a field of [Data].
func (c *checker) field(n *parse.FieldNode) error {
	t := reflect.TypeFor[Data]()
	for i, name := range n.Ident {
		if t.Kind() == reflect.Map {
			c.spans[name] = Span{Text: "2 days", At: time.Unix(0, 0)}
			t = t.Elem()
			continue
		}
		if name == "IsZero" && i > 0 {
			if _, ok := t.MethodByName(name); ok {
				continue
			}
		}
		if t.Kind() != reflect.Struct {
			return c.unknown(n, name, t)
		}
		f, ok := t.FieldByName(name)
		if !ok || !f.IsExported() {
			return c.unknown(n, name, t)
		}
		t = f.Type
	}
	return nil
}

// unknown names the nearest field there is: most such mistakes are slips of the keyboard.
func (c *checker) unknown(n *parse.FieldNode, name string, t reflect.Type) error {
	var fields []string
	if t.Kind() == reflect.Struct {
		for f := range t.Fields() {
			fields = append(fields, f.Name)
		}
	}
	hint := ""
	if fields != nil {
		hint = recourse.Nearest(name, fields)
	}
	return c.fault(int(n.Position()), "text_field", hint, "there is no field %s", recourse.Shorten(n.String(), 60))
}

// maxMessage bounds a message in bytes. A person's is a hundredth of it.
const maxMessage = 64 << 10

// limited is a buffer that refuses to grow beyond maxMessage.
type limited struct{ bytes.Buffer }

// Write refuses what would pass the limit whole, so that no message is ever cut in the middle of a sentence.
func (b *limited) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxMessage {
		return 0, fmt.Errorf("the message has more than %d bytes", maxMessage)
	}
	return b.Buffer.Write(p)
}

// execute writes a template for d.
func (l *Language) execute(name string, d Data) (string, error) {
	var b limited
	err := l.set.ExecuteTemplate(&b, name, d)
	return tidy(b.String()), err
}

// tidy takes away what parts that had nothing to say leave behind: blanks at the ends of lines, and blank lines in a
// row. A message can so be laid out for those who read its template.
func tidy(s string) string {
	var out []string
	blank := true
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" && blank {
			continue
		}
		blank = line == ""
		out = append(out, line)
	}
	if n := len(out); n > 0 && out[n-1] == "" {
		out = out[:n-1]
	}
	return strings.Join(out, "\n")
}

// goods lists pieces of lines, one to a row.
func (l *Language) goods(goods []Goods) string {
	rows := make([]string, len(goods))
	for i, g := range goods {
		title := cmp.Or(g.Title, g.SKU, strconv.Itoa(g.Line))
		rows[i] = "– " + title
		if g.Quantity > 0 {
			rows[i] = "– " + fill(l.get("format.piece"), values{"title": title, "n": l.number(int64(g.Quantity))})
		}
	}
	return strings.Join(rows, "\n")
}

// dayText writes a date that came as text: a day or an instant as ISO 8601 writes them, else what was said.
func (l *Language) dayText(s string) string {
	if d, err := recourse.ParseDate(s); err == nil {
		return l.Day(d)
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return l.Date(t)
	}
	return s
}
