package playbook

import (
	"regexp"
	"slices"
	"strconv"

	"recourse"
)

// A check asks what could happen. It tries every world: every combination of the values that the facts and
// settings of some conditions can have. What has too many values to try is left unknown, and conditions about it
// answer maybe, so that a check errs by thinking too much possible and never too little.
//
// Trying worlds, rather than asking each condition by itself, is what makes the answers sharp: that a parcel is lost
// and that it is delivered may each be, and both at once may not; and of "offered" and "not offered", one holds.

// world is what is known while conditions are evaluated: the facts and the settings, each Unknown where open.
//
// Its values are varied in place, by pointers into it, and put back: worlds are tried by the million, and a copy for
// each would be most of the work.
type world struct {
	facts    [factCount]Value
	settings []Value
}

// scope is the world as conditions see it.
func (w *world) scope() *Scope {
	return &Scope{Fact: func(f Fact) Value { return w.facts[f] }, Settings: w.settings}
}

// domain lists the values that facts and settings can have; none: too many to try.
//
// An empty list and a long one end in the same way: the place stays open, and conditions about it answer maybe. tried
// is what an exploration's budget is counted in.
type domain struct {
	facts    [factCount][]Value
	settings [][]Value
	tried    int         // worlds tried so far
	stop     func() bool // asked from time to time whether to go on no further; nil: never
	stopped  bool
}

const (
	// maxWorlds bounds how many worlds are tried for one set of conditions; what would exceed it stays unknown.
	maxWorlds = 5_000
	// maxNumbers bounds how many values of a number are tried; a playbook that compares with more leaves them open.
	maxNumbers = 16
)

// newDomain reads the domains from a playbook.
//
// Of settings only flags and choices are tried. All that counts of an approval or a percentage is its amount, and that
// of a duration never stands in a condition.
func newDomain(p *Playbook) *domain {
	d := &domain{settings: make([][]Value, len(p.Settings))}
	numbers := p.numbers()
	for f := range factCount {
		d.facts[f] = valuesOf(facts[f].kind, facts[f].options, numbers)
	}
	for i, s := range p.Settings {
		if s.Type == Choice || s.Type == Flag {
			d.settings[i] = valuesOf(s.Default.Kind, s.Options, nil)
		}
	}
	return d
}

// valuesOf are the values of a type that are tried.
func valuesOf(k Kind, options []string, numbers []Value) (out []Value) {
	switch k {
	case Bool:
		return []Value{Truth(false), Truth(true)}
	case Int:
		return numbers
	}
	for _, o := range options {
		out = append(out, Word(o))
	}
	return out
}

var (
	quotedText   = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	comparedWith = regexp.MustCompile(`-?\b\d{1,15}\b`)
)

// numbers are those that a number is tried with: each that a condition compares with, and its neighbours. Between two
// of them all numbers behave alike.
//
// The text of the conditions is read, without what is quoted in it. Two facts that are compared with each other are
// tried with the same numbers, so that equal, less and greater all come up if there is any number at all.
func (p *Playbook) numbers() (out []Value) {
	for _, c := range p.everyCondition() {
		for _, text := range comparedWith.FindAllString(quotedText.ReplaceAllString(c.Source, ""), -1) {
			n, _ := strconv.ParseInt(text, 10, 64) // no more than 15 digits
			for v := n - 1; v <= n+1; v++ {
				if value := (Value{Kind: Int, N: v}); !slices.Contains(out, value) {
					out = append(out, value)
				}
			}
		}
	}
	if len(out) > maxNumbers {
		return nil
	}
	return out
}

// open is a world in which nothing is known.
func (d *domain) open() *world { return &world{settings: make([]Value, len(d.settings))} }

// variable is a place in a world whose values are tried.
type variable struct {
	at     *Value
	values []Value
}

// variables collects what is tried, as long as its worlds can be counted.
type variables struct {
	list    []variable
	product int
}

// add lets a place vary that is open and can be tried.
//
// The order in which conditions are read thus decides what is tried when there is too much of it. What is left out is
// not lost: it answers maybe.
func (v *variables) add(at *Value, values []Value) {
	known := at.Kind != Unknown || len(values) == 0
	if known || v.product*len(values) > maxWorlds || slices.ContainsFunc(v.list, func(o variable) bool { return o.at == at }) {
		return
	}
	v.product *= len(values)
	v.list = append(v.list, variable{at, values})
}

// unknowns are the open facts and settings that the conditions look at.
func (d *domain) unknowns(w *world, conds []*Condition) []variable {
	out := variables{product: 1}
	for _, c := range conds {
		if c == nil {
			continue
		}
		for _, i := range c.settings {
			out.add(&w.settings[i], d.settings[i])
		}
		for _, f := range c.facts {
			out.add(&w.facts[f], d.facts[f])
		}
	}
	return out.list
}

// each calls try in every world that agrees with w about what w knows, until try says no. It leaves w as it was.
func (d *domain) each(w *world, conds []*Condition, try func(*Scope) bool) {
	d.vary(d.unknowns(w, conds), w.scope(), try)
}

// vary tries each value of the first of some variables, with all values of the others.
func (d *domain) vary(open []variable, s *Scope, try func(*Scope) bool) bool {
	if len(open) == 0 {
		d.tried++
		if d.stop != nil && d.tried&0xff == 0 {
			d.stopped = d.stopped || d.stop()
		}
		return !d.stopped && try(s)
	}
	v := open[0]
	defer func(was Value) { *v.at = was }(*v.at)
	for _, value := range v.values {
		*v.at = value
		if !d.vary(open[1:], s, try) {
			return false
		}
	}
	return true
}

// first says which ways of an ordered list can be the one that is taken, and whether it can be that none is. One
// world decides for all of them together: what comes after two conditions that exclude nothing but each other is never
// taken.
//
// A condition that answers maybe in a world lets the way be taken there, and lets the list go on: only a yes ends it.
// With no conditions at all there is one world, in which the first way is taken.
func (d *domain) first(w *world, list []*Transition) (can []bool, none bool) {
	can = make([]bool, len(list))
	d.each(w, conditionsOf(list), func(s *Scope) bool {
		for i, t := range list {
			answer := t.If.Holds(s)
			can[i] = can[i] || answer != No
			if answer == Yes {
				return true
			}
		}
		none = true
		return true
	})
	return can, none
}

// always says that in every world at least one of the conditions surely holds.
//
// A maybe does not count here. What a case waits for must come in each world, not in some.
func (d *domain) always(w *world, conds []*Condition) bool {
	all := true
	d.each(w, conds, func(s *Scope) bool {
		all = slices.ContainsFunc(conds, func(c *Condition) bool { return c.Holds(s) == Yes })
		return all
	})
	return all
}

// act notes in a world what acts make known.
//
// Only facts that follow from the act at once are noted. That a refund is sent, or a claim answered, comes as an event,
// and where a circle of conditions is looked for, none comes.
func (w *world) act(do []*Action) {
	for _, a := range do {
		if f, value, ok := w.made(a.Verb); ok {
			w.facts[f] = value
		}
	}
}

// made is the fact that an act makes known, if it does.
func (w *world) made(verb recourse.EffectKind) (Fact, Value, bool) {
	refund := recourse.RefundStatus(w.facts[CaseRefund].Text)
	switch verb {
	case recourse.EffectRefund:
		return CaseRefund, Word(recourse.RefundRequested), refund != "" && !refund.Active()
	case recourse.EffectWithdrawRefund:
		return CaseRefund, Word(recourse.RefundWithdrawn), refund == recourse.RefundRequested
	case recourse.EffectSource:
		return CaseSearched, Truth(false), true
	case recourse.EffectReorder, recourse.EffectReplacement, recourse.EffectAdjust:
		return CaseSentAgain, Word("ordered"), true
	case recourse.EffectWithdrawReplacement:
		return CaseSentAgain, Value{}, true // it may have left
	case recourse.EffectClaim:
		return CaseClaim, Word(recourse.ClaimFiled), true
	case recourse.EffectIntercept:
		return CaseInterception, Word(recourse.InterceptionAsked), true
	}
	return 0, Value{}, false
}
