package playbook

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/document"
)

// This file says which changes there are. A change should be one that a person could make by mistake and that a
// scenario can see: a number one off rather than ten times as large, the neighbouring state rather than any other.
// What cannot be seen from outside (the words of about:, the order of independent acts) is left alone.

// walk visits every place of a playbook that can be changed.
//
// Blocks are changed where they are written, in one stroke for all states that use them: that
// is how a person would make the mistake.
func (m *mutator) walk(root spot) {
	root.member("settings", m.setting)
	root.member("conditions", func(name string, s spot) { m.condition(s, "the condition "+name) })
	root.member("questions", func(name string, s spot) {
		if due, ok := s.key("due"); ok {
			m.length(MutantDue, due, "the question "+name, false)
		}
	})
	root.member("templates", func(name string, s spot) {
		s.each(func(variable string, v spot) { m.length(MutantDue, v, "the template "+name+", "+variable, false) })
	})
	root.member("situations", m.situation)
	root.member("blocks", func(name string, s spot) { m.part(s, "the block "+name, "") })
	for _, section := range []string{"paths", "tracks"} {
		root.member(section, m.path)
	}
}

// setting changes a default. A playbook that extends another may give a bare value: its type is then the one
// declared below, which the compiled playbook knows.
//
// A choice, a flag, a country or an approval has no unit and is changed to another word.
func (m *mutator) setting(name string, s spot) {
	declared := m.original.Setting(name)
	value := s
	for _, key := range []string{string(declared.Type), "default"} {
		if v, ok := s.key(key); ok && v.node.Kind == document.Scalar {
			value = v
		}
	}
	if value.node.Kind != document.Scalar {
		return
	}
	// A duration or a number is a threshold wherever it stands; scenarios see it by what happens a second before.
	kind := MutantDefault
	if declared.Type == Period || declared.Type == Percent || declared.Type == Count {
		kind = MutantThreshold
	}
	for _, text := range otherValues(declared) {
		m.say(kind, value, text, name)
	}
}

// otherValues are what a setting could be by default instead: every other word, or one unit more and less. One unit
// is the change that is hardest to notice; who notices it notices a doubled value as well.
func otherValues(s *Setting) []string {
	switch s.Type {
	case Choice:
		return slices.DeleteFunc(slices.Clone(s.Options), func(o string) bool { return o == s.Default.Text })
	case Flag:
		return []string{strconv.FormatBool(s.Default.N == 0)}
	case Period:
		return aroundDuration(*s.Default.Span)
	case Percent, Count:
		if s.Default.N == 0 {
			return []string{"1"}
		}
		return []string{strconv.FormatInt(s.Default.N+1, 10), strconv.FormatInt(s.Default.N-1, 10)}
	case Surcharge:
		if s.Default.Text == "never" {
			return []string{"1000 %"}
		}
		return []string{"never"}
	case ApprovalT:
		if s.Default.Text == "never" {
			return []string{"always"}
		}
		return []string{"never"}
	}
	// What is left is a country: one whose weekend and holidays differ.
	if s.Default.Text == "US" {
		return []string{"FR"}
	}
	return []string{"US"}
}

// aroundDuration is a duration one unit longer, and one shorter unless that would be negative. The unit is the
// largest that the duration is a whole number of, as people write it.
//
// Business days are counted in days and have no smaller unit, so that only their number
// changes and the calendar stays.
func aroundDuration(d Duration) []string {
	longer, shorter := d, d
	longer.Business, shorter.Business = d.Business+1, d.Business-1
	// The smallest unit that a playbook can write is the minute.
	unit := time.Minute
	for _, u := range []time.Duration{time.Hour, 24 * time.Hour} {
		if d.Time%u == 0 {
			unit = u
		}
	}
	longer.Time, shorter.Time = d.Time+unit, d.Time-unit
	if d.Calendar != "" {
		longer.Time, shorter.Time = 0, 0
	}
	if shorter.Time < 0 || d.Calendar != "" && shorter.Business < 0 {
		return []string{longer.String()}
	}
	return []string{longer.String(), shorter.String()}
}

// length changes a duration in one place: a setting's name becomes a literal near its default. This is another
// mistake than a wrong default, which shows in every place at once. For a date that is only named (a question's due)
// one direction is enough: it is compared, not waited for.
//
// A text that is neither a duration nor a setting is left alone; such a file would not have
// compiled.
func (m *mutator) length(kind MutantKind, s spot, where string, both bool) {
	d, err := ParseDuration(s.node.Text)
	if set := m.original.Setting(s.node.Text); set != nil {
		d, err = *set.Default.Span, nil
	}
	if err != nil {
		return
	}
	others := aroundDuration(d)
	if !both {
		others = others[:1]
	}
	for _, text := range others {
		m.say(kind, s, text, where)
	}
}

// wholeNumber finds the thresholds of a condition.
var wholeNumber = regexp.MustCompile(`\b[0-9]+\b`)

// condition turns a condition round and moves the numbers in it. Numbers within quotes are words.
//
// An odd number of quotes before a number means that it stands inside a word. Names that hold
// digits are no numbers, since the digits do not stand alone.
func (m *mutator) condition(s spot, where string) {
	m.say(MutantNegated, s, "!("+s.node.Text+")", where)
	for _, at := range wholeNumber.FindAllStringIndex(s.node.Text, -1) {
		n, err := strconv.Atoi(s.node.Text[at[0]:at[1]])
		if err == nil && strings.Count(s.node.Text[:at[0]], "'")%2 == 0 {
			m.say(MutantThreshold, s, s.node.Text[:at[0]]+strconv.Itoa(n+1)+s.node.Text[at[1]:], where)
		}
	}
}

// guard changes the condition of an opening or a way on, if it has one. Negated and taken away are two changes:
// the first is noticed where the condition holds, the second only where it does not.
func (m *mutator) guard(s spot, where string) {
	if c, ok := s.key("if"); ok {
		m.condition(c, where)
		m.change(MutantUnguarded, c, nil, where+": without the condition "+recourse.Shorten(c.node.Text, 60))
	}
}

// situation changes what opens a situation and which path it takes.
//
// Its explanation is not changed, since no case could show it.
func (m *mutator) situation(name string, s spot) {
	if p, ok := s.key("path"); ok {
		m.say(MutantTarget, p, after(m.original.pathNames(), p.node.Text), "the situation "+name)
	}
	if opens, ok := s.key("opens"); ok {
		for _, o := range opens.items() {
			m.opener(o, "the opening of "+name)
		}
	}
}

// opener changes one opening. What a watch looks at (its per) cannot be left out; how the lines of an event are
// grouped can.
//
// An opening that is taken away must be missed by some scenario: it is what makes the shop see
// the trouble at all.
func (m *mutator) opener(o spot, where string) {
	on, _ := o.node.Get("on")
	if on.Text != "" {
		where += " by " + on.Text
	}
	m.change(MutantRemoved, o, nil, where+" is taken away")
	m.guard(o, where)
	if length, ok := o.key("after"); ok {
		m.length(MutantThreshold, length, where, true)
	}
	if per, ok := o.key("per"); ok && on.Text != "" {
		m.change(MutantGrouping, per, nil, where+": not per "+per.node.Text)
	}
}

// after is the name that follows another, the first after the last: one alternative for each place, and the same one
// every time, so that two hunts give the same report.
func after[S ~string](names []S, name string) string {
	for i, n := range names {
		if string(n) == name {
			return string(names[(i+1)%len(names)])
		}
	}
	return name
}

// pathNames are the paths that a situation may take, in the order written.
func (p *Playbook) pathNames() []string {
	var out []string
	for _, q := range p.Paths {
		if !q.Track {
			out = append(out, q.Name)
		}
	}
	return out
}

// path changes a path or a track: what holds in all its states, then each state.
//
// Names of states are not changed: they would be wrong in every place that mentions them,
// which the compiler says.
func (m *mutator) path(name string, s spot) {
	m.part(s, "the path "+name, name)
	s.member("states", func(state string, v spot) {
		m.part(v, name+"."+state, name)
		m.end(v, name+"."+state)
	})
}

// end changes what a state says about how it ends.
func (m *mutator) end(s spot, where string) {
	if o, ok := s.key("outcome"); ok {
		m.say(MutantOutcome, o, after(recourse.Outcomes, o.node.Text), where)
	}
	if e, ok := s.key("ends"); ok {
		m.change(MutantOutcome, e, nil, where+" no longer ends")
	}
}

// part changes what a path, a state or a block says: the blocks it uses, its acts and its ways on. Path is where
// its targets are looked for, "" for a block.
//
// Each way on is visited on its own, also where several stand under one event: that one of
// them is tested says nothing about the next.
func (m *mutator) part(s spot, where, path string) {
	if use, ok := s.key("use"); ok {
		for _, b := range use.items() {
			m.change(MutantRemoved, b, nil, where+" no longer uses "+b.node.Text)
		}
	}
	m.acts(s, where)
	// Ways on by a name: an event, or a remedy that a person chooses.
	for _, key := range []string{"on", "choose"} {
		s.member(key, func(name string, v spot) {
			for _, t := range v.items() {
				m.transition(t, where+", "+key+" "+name, path)
				if key == "choose" {
					m.choosers(t, where+", choose "+name)
				}
			}
		})
	}
	// Ways on by themselves: because of facts, or of time.
	for _, key := range []string{"when", "after", "every"} {
		if v, ok := s.key(key); ok {
			for _, t := range v.items() {
				m.transition(t, where+", "+key, path)
				m.timer(t, where+", "+key)
			}
		}
	}
}

// acts drops each act, and sends at once what was a draft: a message under a person's name that the person has not
// seen is as wrong as one that is missing.
func (m *mutator) acts(s spot, where string) {
	do, ok := s.key("do")
	if !ok {
		return
	}
	for _, a := range do.items() {
		m.change(MutantEffect, a, nil, where+" does not: "+a.node.Text)
		if text, ok := strings.CutSuffix(a.node.Text, " draft"); ok {
			m.say(MutantEffect, a, text, where)
		}
	}
}

// transition changes a way on: whether it is there, its condition, what is done and where it leads.
//
// The target is changed to one that exists, because a wrong name would not compile and so
// could not be a mistake that goes unnoticed.
func (m *mutator) transition(s spot, where, path string) {
	m.change(MutantRemoved, s, nil, where+" is taken away")
	m.guard(s, where)
	m.acts(s, where)
	if p, ok := s.key("part"); ok {
		m.change(MutantGrouping, p, nil, where+": with all its lines")
	}
	if g, ok := s.key("go"); ok {
		if to := m.otherState(g.node.Text, path); to != "" {
			m.say(MutantTarget, g, to, where)
		}
	}
	if b, ok := s.key("become"); ok {
		var names []recourse.Situation
		for _, other := range m.original.Situations {
			names = append(names, other.Name)
		}
		m.say(MutantTarget, b, after(names, b.node.Text), where)
	}
}

// choosers changes who may choose: a confirmation less, the buyer more or not any more. The merchant always may.
func (m *mutator) choosers(s spot, where string) {
	if c, ok := s.key("confirm"); ok {
		m.change(MutantConfirm, c, nil, where+" needs no confirmation")
	}
	if by, ok := s.key("by"); ok {
		m.change(MutantChoosers, by, nil, where+": only the merchant")
		return
	}
	both := document.Node{Kind: document.List, At: s.node.At}
	for _, party := range []recourse.Party{recourse.PartyBuyer, recourse.PartyMerchant} {
		both.Items = append(both.Items, document.Node{Kind: document.Scalar, Text: string(party), At: s.node.At})
	}
	to := s.node
	to.Entries = append(slices.Clip(to.Entries), document.Entry{Key: "by", At: s.node.At, Value: both})
	m.change(MutantChoosers, s, &to, where+": the buyer, too")
}

// otherState is another state of the target's path, written as the target was; "" when there is none. A block's
// target without a path is another state for each path that uses it: such a way on is only taken away.
func (m *mutator) otherState(target, path string) string {
	name, qualified := target, ""
	if p, s, ok := strings.Cut(target, "."); ok {
		path, name, qualified = p, s, p+"."
	}
	p := m.original.Path(path)
	if p == nil || len(p.States) < 2 {
		return ""
	}
	var names []string
	for _, s := range p.States {
		names = append(names, s.Name)
	}
	return qualified + after(names, name)
}

// timer changes how long a time is and what it counts from.
//
// Ways by facts come here as well; they have none of these keys and nothing happens.
func (m *mutator) timer(s spot, where string) {
	for _, key := range []string{"in", "first"} {
		if v, ok := s.key(key); ok {
			m.length(MutantThreshold, v, where+" "+key, true)
		}
	}
	if from, ok := s.key("from"); ok {
		m.change(MutantAnchor, from, nil, where+": not from "+from.node.Text)
	}
}
