package playbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"recourse"
)

// Ternary is the answer of a condition: yes, no, or not known. Only a check, which leaves facts open, ever sees
// the third.
//
// The third answer is what keeps a check honest. A condition about something that was not tried is neither taken to
// hold nor taken not to: a way on behind it may be taken, and the next one, too.
type Ternary int8

// The three answers.
const (
	No Ternary = iota
	Yes
	Maybe
)

func ternary(b bool) Ternary {
	if b {
		return Yes
	}
	return No
}

// Scope is what a condition is evaluated against: where its facts come from, and the settings.
//
// Facts come from a function and not from a table, as most of them need not be known: an order file reckons those that
// a condition really asks for.
type Scope struct {
	Fact     func(Fact) Value
	Settings []Value // by the setting's place in the playbook
}

// Condition is a compiled guard. It is written in CEL, the Common Expression Language, of which a playbook may use
// comparisons, &&, ||, ! and lists: CEL parses it and checks its types, and what is left becomes a chain of
// closures, since guards are evaluated a million times a second and facts are flat.
//
//   - Source: as written, for whoever is told why something happened or did not.
//   - facts, settings: all that it looks at, those of the named conditions in it included, some of them perhaps
//     twice. A check varies these and nothing else.
//
// There is no arithmetic, no function and no time in it. So a condition cannot fail, cannot take long, and gives the
// same answer for the same facts whenever it is asked.
type Condition struct {
	Source   string
	At       recourse.Position
	eval     func(*Scope) Ternary
	facts    []Fact
	settings []int
	weight   int // comparisons, those of the named conditions in it included
}

// Holds evaluates the condition; a nil condition always holds.
func (c *Condition) Holds(s *Scope) Ternary {
	if c == nil {
		return Yes
	}
	return c.eval(s)
}

// Not is the opposite condition.
func (c *Condition) Not() *Condition {
	out := &Condition{Source: "!(" + c.Source + ")", At: c.At, facts: c.facts, settings: c.settings}
	out.eval = negate(c.eval)
	return out
}

func negate(x func(*Scope) Ternary) func(*Scope) Ternary {
	return func(s *Scope) Ternary {
		switch x(s) {
		case Yes:
			return No
		case No:
			return Yes
		}
		return Maybe
	}
}

// compiler compiles the conditions of one playbook.
//
// named grows while the named conditions are compiled from top to bottom. A name is declared to CEL before it has a
// meaning here, so one that is used above its own line is refused as something that cannot be compared.
type compiler struct {
	env      *cel.Env
	shared   *checked
	declared string // what env declares
	settings []*Setting
	index    map[string]int // of settings
	named    map[string]*Condition
	used     map[string]bool // named conditions that were used
}

// newCompiler declares every fact, every setting that has a plain value, and the names of conditions.
//
// Macros are cleared, and with them has, all and exists: they would bring loops. The standard library is there for the
// types of the operators; what else it offers is refused when the tree is translated. Durations are not declared, and
// so unknown to conditions.
func newCompiler(settings []*Setting, names []string, shared *checked) (*compiler, error) {
	c := &compiler{shared: shared, declared: declaredBy(settings, names), settings: settings, index: map[string]int{}, named: map[string]*Condition{}, used: map[string]bool{}}
	var options []cel.EnvOption
	for _, f := range facts {
		options = append(options, cel.Variable(f.name, celType(f.kind)))
	}
	for i, s := range settings {
		c.index[s.Name] = i
		if s.Default.Kind != Span {
			options = append(options, cel.Variable(s.Name, celType(s.Default.Kind)))
		}
	}
	for _, n := range names {
		options = append(options, cel.Variable(n, cel.BoolType))
	}
	env, err := shared.env(c.declared, func() (*cel.Env, error) {
		return cel.NewCustomEnv(append(options, cel.StdLib(), cel.ClearMacros())...)
	})
	c.env = env
	return c, err
}

func celType(k Kind) *types.Type {
	switch k {
	case Bool:
		return cel.BoolType
	case Int:
		return cel.IntType
	}
	return cel.StringType
}

// maxCondition bounds the text of a condition, and with it CEL's recursion.
const maxCondition = 2_000

// compile reads a condition that stands at a place in a file.
//
// CEL finds what is no expression and what compares a number with a word. What is left to find is what CEL allows and a
// playbook does not, functions and arithmetic, and words that a fact can never be.
func (c *compiler) compile(source string, at recourse.Position) (*Condition, error) {
	if len(source) > maxCondition {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "condition", Position: at, Message: fmt.Sprintf("a condition of %d characters, %d are the most", len(source), maxCondition)}
	}
	tree, issues := c.shared.read(c.env, c.declared, source)
	if issues != nil && issues.Err() != nil {
		return nil, c.explain(issues, at)
	}
	if tree.OutputType() != cel.BoolType {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "condition", Position: at, Message: fmt.Sprintf("%q is not true or false", recourse.Shorten(source, 80))}
	}
	out := &Condition{Source: source, At: at}
	native := tree.NativeRep()
	t := translator{compiler: c, out: out, refs: native.ReferenceMap(), source: native.SourceInfo()}
	eval, err := t.test(native.Expr())
	if err != nil {
		return nil, err
	}
	out.eval = eval
	return out, nil
}

// explain puts CEL's first complaint into our words, with the nearest name for one that is not known.
func (c *compiler) explain(issues *cel.Issues, at recourse.Position) error {
	first := issues.Errors()[0]
	at.Column += first.Location.Column()
	message, _, _ := strings.Cut(first.Message, " expecting {") // a list of CEL's tokens
	out := &recourse.Error{Kind: recourse.Invalid, Code: "condition", Position: at, Message: "the condition cannot be read: " + recourse.Shorten(message, 160)}
	if name, ok := strings.CutPrefix(first.Message, "undeclared reference to '"); ok {
		name, _, _ = strings.Cut(name, "'")
		out.Position.Column -= max(0, strings.LastIndexByte(name, '.')) // CEL points at the last dot of a name
		out.Message = fmt.Sprintf("nothing is called %q", recourse.Shorten(name, 60))
		out.Hint = recourse.Nearest(name, c.names(name))
	}
	return out
}

// names are those a condition may use; of one family when the unknown name tells the family.
func (c *compiler) names(unknown string) []string {
	var all, family []string
	for _, f := range facts {
		all = append(all, f.name)
	}
	for _, s := range c.settings {
		all = append(all, s.Name)
	}
	for n := range c.named {
		all = append(all, n)
	}
	for _, n := range all {
		if strings.HasPrefix(n, unknown+".") {
			family = append(family, n)
		}
	}
	if family != nil {
		return family
	}
	return all
}

// translator turns a checked CEL tree into closures.
type translator struct {
	*compiler
	out    *Condition
	refs   map[int64]*ast.ReferenceInfo
	source *ast.SourceInfo
}

func (t *translator) unsupported(e ast.Expr, what string) error {
	at := t.out.At
	if loc := t.source.GetStartLocation(e.ID()); loc.Column() >= 0 {
		at.Column += loc.Column()
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "condition", Position: at, Message: what, Hint: "a condition is made of ==, !=, <, <=, >, >=, in, &&, ||, ! and parentheses"}
}

// test translates an expression that is true or false.
func (t *translator) test(e ast.Expr) (func(*Scope) Ternary, error) {
	if err := t.weigh(1); err != nil {
		return nil, err
	}
	switch e.Kind() {
	case ast.LiteralKind:
		if b, ok := e.AsLiteral().Value().(bool); ok {
			answer := ternary(b)
			return func(*Scope) Ternary { return answer }, nil
		}
	case ast.IdentKind, ast.SelectKind:
		return t.variable(e)
	case ast.CallKind:
		return t.call(e)
	}
	return nil, t.unsupported(e, "that cannot stand in a condition")
}

// variable translates a name that is true or false by itself: a fact, a flag or a named condition.
func (t *translator) variable(e ast.Expr) (func(*Scope) Ternary, error) {
	name := t.name(e)
	if named, ok := t.named[name]; ok {
		t.used[name] = true
		t.note(named.facts, named.settings)
		return named.eval, t.weigh(named.weight)
	}
	read, err := t.operand(e)
	if err != nil {
		return nil, err
	}
	if f := read.fact; read.isFact { // the most frequent guard, without a detour
		return func(s *Scope) Ternary { return s.Fact(f).truth() }, nil
	}
	return func(s *Scope) Ternary { return read.value(s).truth() }, nil
}

// truth is the answer that a flag gives.
func (v Value) truth() Ternary {
	if v.Kind == Unknown {
		return Maybe
	}
	return ternary(v.N != 0)
}

func (t *translator) note(facts []Fact, settings []int) {
	t.out.facts = append(t.out.facts, facts...)
	t.out.settings = append(t.out.settings, settings...)
}

// name is the dotted name that an expression refers to.
func (t *translator) name(e ast.Expr) string {
	if ref := t.refs[e.ID()]; ref != nil && ref.Name != "" {
		return ref.Name
	}
	if e.Kind() == ast.SelectKind {
		return t.name(e.AsSelect().Operand()) + "." + e.AsSelect().FieldName()
	}
	return e.AsIdent()
}

func (t *translator) call(e ast.Expr) (func(*Scope) Ternary, error) {
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalNot:
		x, err := t.test(args[0])
		if err != nil {
			return nil, err
		}
		return negate(x), nil
	case operators.LogicalAnd, operators.LogicalOr:
		return t.both(call.FunctionName() == operators.LogicalAnd, args)
	case operators.In:
		return t.in(args[0], args[1])
	}
	compare, ok := comparisons[call.FunctionName()]
	if !ok || len(args) != 2 {
		return nil, t.unsupported(e, fmt.Sprintf("%q cannot stand in a condition", call.FunctionName()))
	}
	return t.compare(e, args[0], args[1], compare)
}

// both translates && and || with three answers: a no decides an and, a yes decides an or, whatever is not known.
//
// The right side is not evaluated when the left decides; when the left is not known it is, since a right side that
// decides makes the whole known. So case.refund == 'sent' && false is no, whatever is known about the refund.
func (t *translator) both(and bool, args []ast.Expr) (func(*Scope) Ternary, error) {
	a, err := t.test(args[0])
	if err != nil {
		return nil, err
	}
	b, err := t.test(args[1])
	if err != nil {
		return nil, err
	}
	decides := ternary(!and)
	return func(s *Scope) Ternary {
		x := a(s)
		if x == decides {
			return x
		}
		y := b(s)
		if y == decides || x != Maybe {
			return y
		}
		return Maybe
	}, nil
}

// comparisons say which outcomes of a three-way comparison they accept.
var comparisons = map[string]func(int) bool{
	operators.Equals:        func(c int) bool { return c == 0 },
	operators.NotEquals:     func(c int) bool { return c != 0 },
	operators.Less:          func(c int) bool { return c < 0 },
	operators.LessEquals:    func(c int) bool { return c <= 0 },
	operators.Greater:       func(c int) bool { return c > 0 },
	operators.GreaterEquals: func(c int) bool { return c >= 0 },
}

func (t *translator) compare(e, left, right ast.Expr, accept func(int) bool) (func(*Scope) Ternary, error) {
	a, err := t.operand(left)
	if err != nil {
		return nil, err
	}
	b, err := t.operand(right)
	if err != nil {
		return nil, err
	}
	if err := t.possible(e, a, b); err != nil {
		return nil, err
	}
	if quick := a.equals(e.AsCall().FunctionName(), b); quick != nil {
		return quick, nil
	}
	return func(s *Scope) Ternary {
		x, y := a.value(s), b.value(s)
		if x.Kind == Unknown || y.Kind == Unknown {
			return Maybe
		}
		return ternary(accept(order(x, y)))
	}, nil
}

func order(x, y Value) int {
	if x.Kind == Text {
		return strings.Compare(x.Text, y.Text)
	}
	return cmp.Compare(x.N, y.N)
}

// in translates membership in a list. The list holds constants only, so that it is made once and each of its words can
// be held against what the left side can be:
//
//	case.refund in ['sent', 'done']
func (t *translator) in(left, right ast.Expr) (func(*Scope) Ternary, error) {
	a, err := t.operand(left)
	if err != nil {
		return nil, err
	}
	if right.Kind() != ast.ListKind {
		return nil, t.unsupported(right, "a list is wanted after in")
	}
	var options []Value
	for _, el := range right.AsList().Elements() {
		b, err := t.operand(el)
		if err != nil {
			return nil, err
		}
		if b.isFact || b.isSet || b.constant.Kind != t.kind(a) {
			return nil, t.unsupported(el, "a list after in holds constants, of the type that is looked for")
		}
		if err := t.possible(el, a, b); err != nil {
			return nil, err
		}
		options = append(options, b.constant)
	}
	return func(s *Scope) Ternary {
		x := a.value(s)
		if x.Kind == Unknown {
			return Maybe
		}
		return ternary(slices.ContainsFunc(options, func(y Value) bool { return order(x, y) == 0 }))
	}, nil
}

// operand is one side of a comparison: a fact, a setting or a constant.
//
// It is one of three things: a fact (isFact), a setting (isSet), or neither and then the constant. A number or a word
// as such is no operand of a condition by itself, only of a comparison.
type operand struct {
	fact     Fact // when isFact
	setting  int  // when isSetting
	isFact   bool
	isSet    bool
	constant Value
}

func (o *operand) value(s *Scope) Value {
	switch {
	case o.isFact:
		return s.Fact(o.fact)
	case o.isSet:
		return s.Settings[o.setting]
	}
	return o.constant
}

// equals is the comparison of a fact or a setting with a constant word for being the same, or not: the most frequent
// one by far, without a detour. Nil for any other.
func (o *operand) equals(function string, constant *operand) func(*Scope) Ternary {
	same := function == operators.Equals
	if !same && function != operators.NotEquals || constant.isFact || constant.isSet || constant.constant.Kind != Text {
		return nil
	}
	word := constant.constant.Text
	if o.isSet {
		i := o.setting
		return func(s *Scope) Ternary {
			if v := &s.Settings[i]; v.Kind != Unknown {
				return ternary((v.Text == word) == same)
			}
			return Maybe
		}
	}
	f := o.fact
	if !o.isFact {
		return nil
	}
	return func(s *Scope) Ternary {
		if v := s.Fact(f); v.Kind != Unknown {
			return ternary((v.Text == word) == same)
		}
		return Maybe
	}
}

// kind is the type of an operand's values.
func (t *translator) kind(o *operand) Kind {
	switch {
	case o.isFact:
		return facts[o.fact].kind
	case o.isSet:
		return t.settings[o.setting].Default.Kind
	}
	return o.constant.Kind
}

// operand reads one side. A named condition cannot be compared; it stands for itself, or behind a !.
func (t *translator) operand(e ast.Expr) (*operand, error) {
	if e.Kind() == ast.LiteralKind {
		switch v := e.AsLiteral().Value().(type) {
		case bool:
			return &operand{constant: Truth(v)}, nil
		case int64:
			return &operand{constant: Value{Kind: Int, N: v}}, nil
		case string:
			return &operand{constant: Value{Kind: Text, Text: v}}, nil
		}
	}
	if e.Kind() == ast.IdentKind || e.Kind() == ast.SelectKind {
		name := t.name(e)
		if i, ok := t.index[name]; ok {
			t.note(nil, []int{i})
			return &operand{setting: i, isSet: true}, nil
		}
		for f := range factCount {
			if facts[f].name == name {
				t.note([]Fact{f}, nil)
				return &operand{fact: f, isFact: true}, nil
			}
		}
	}
	return nil, t.unsupported(e, "only a fact, a setting or a constant can be compared")
}

// possible refuses a comparison with a word that the other side can never be: a typing error that no type
// finds.
//
// Such a condition would be valid, never hold, and be noticed on the day it was needed. Where any word is possible, as
// for the problem that a buyer reports, nothing can be said.
func (t *translator) possible(e ast.Expr, a, b *operand) error {
	if b.isFact || b.isSet {
		a, b = b, a
	}
	if b.isFact || b.isSet || b.constant.Kind != Text {
		return nil
	}
	var options []string
	var name string
	switch {
	case a.isFact:
		options, name = facts[a.fact].options, facts[a.fact].name
	case a.isSet:
		options, name = t.settings[a.setting].Options, t.settings[a.setting].Name
	}
	if options == nil || slices.Contains(options, b.constant.Text) {
		return nil
	}
	err := t.unsupported(e, fmt.Sprintf("%s is never %q", name, recourse.Shorten(b.constant.Text, 40))).(*recourse.Error)
	err.Hint = recourse.Nearest(b.constant.Text, options)
	return err
}
