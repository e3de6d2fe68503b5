package playbook

import (
	"fmt"
	"regexp"
	"slices"

	"recourse"
)

// unused looks for what is declared and counts nowhere: it misleads those who set it or read it. What is used only
// by something unused counts as used, so that one cause is one finding.
//
// Hints are to use it or to drop it, since a check cannot know which of the two was meant. In a playbook that extends
// another a finding may stand in the one below: what used it was replaced.
func (c *checker) unused() {
	c.unusedSettings()
	names := c.namesInConditions()
	for _, n := range c.Conditions {
		c.useless(names[n.Name], "unused_condition", n.At, "condition", n.Name)
	}
	questions, templates := c.spoken()
	for _, q := range c.Questions {
		c.useless(questions[q.Name], "unused_question", q.At, "question", q.Name)
	}
	for _, t := range c.Templates {
		c.useless(templates[t.Name], "unused_template", t.At, "template", t.Name)
	}
	for _, p := range c.Paths {
		c.useless(c.usedPath(p), "unused_path", p.At, "path", p.Name)
	}
}

// useless notes that nothing uses something, unless it is used.
func (c *checker) useless(used bool, code string, at recourse.Position, kind, name string) {
	if !used {
		c.add(Finding{Code: code, At: at, Message: fmt.Sprintf("nothing uses the %s %q", kind, name), Hint: "use it, or drop it"})
	}
}

// unusedSettings looks for settings that nothing reads: neither a condition nor a time, nor the interpreter itself.
func (c *checker) unusedSettings() {
	used := map[int]bool{c.approval: true, c.stale: true, c.country: true, c.increase: true}
	for _, cond := range c.everyCondition() {
		for _, i := range cond.settings {
			used[i] = true
		}
		if slices.Contains(cond.facts, CaseAlone) { // which the interpreter reckons by them
			for _, name := range []string{SettingAlone, SettingAloneLikeness} {
				if i, ok := c.Playbook.settings[name]; ok {
					used[i] = true
				}
			}
		}
	}
	for _, l := range c.lengths() {
		if l.Setting != "" {
			used[l.setting] = true
		}
	}
	for i, s := range c.Settings {
		c.useless(used[i], "unused_setting", s.At, "setting", s.Name)
	}
}

// lengths lists every duration that a playbook names.
func (p *Playbook) lengths() (out []Length) {
	for _, q := range p.Questions {
		out = append(out, q.Due)
	}
	for _, t := range p.Templates {
		for _, v := range t.Variables {
			out = append(out, v.Length)
		}
	}
	for _, o := range p.watches {
		out = append(out, o.After)
	}
	for _, s := range p.everyState() {
		for _, t := range s.Timers {
			out = append(out, t.lengths()...)
		}
	}
	return out
}

// lengths are a timer's durations.
func (t *Timer) lengths() []Length {
	if t.First != nil {
		return []Length{t.In, *t.First}
	}
	return []Length{t.In}
}

var dottedName = regexp.MustCompile(`[\pL_][\pL\d_.]*`)

// namesInConditions are the names that conditions mention. A compiled condition no longer knows by which name it got
// at a part of itself, so the text is read.
//
// Quoted words are taken out first, or a condition called lost would be used by parcel.status == 'lost'.
func (c *checker) namesInConditions() map[string]bool {
	names := map[string]bool{}
	for _, cond := range c.everyCondition() {
		for _, n := range dottedName.FindAllString(quotedText.ReplaceAllString(cond.Source, ""), -1) {
			names[n] = true
		}
	}
	return names
}

// spoken are the questions asked and the templates sent. Two questions the interpreter asks by itself.
func (c *checker) spoken() (questions, templates map[string]bool) {
	questions, templates = map[string]bool{QuestionDoubleLoss: true, QuestionWhichCase: true}, map[string]bool{}
	c.eachAct(func(_ *State, _ *Transition, a *Action) {
		switch a.Verb {
		case recourse.EffectAsk:
			questions[a.Question.Name] = true
		case recourse.EffectMessage:
			templates[a.Template] = true
		}
	})
	return questions, templates
}

// Ways on stand in lists, and the first that holds is taken. Order is therefore meaning, and the likeliest slip of all
// is a way without a condition that stands too high.

// lists looks at what is tried in order: what an earlier one always wins over, and what can never hold, is never
// taken. Whoever wrote it believes that it is.
func (c *checker) lists() {
	for _, s := range c.everyState() {
		p := c.reach.plans[s]
		c.ordered(s.When)
		for _, m := range slices.Concat(p.events, p.choices) {
			c.ordered(m.list)
		}
	}
}

// ordered looks at one list.
//
// Of two ways under the same event the second here is never taken, and changing places mends it:
//
//	on:
//	  parcel.scanned:
//	  - {go: waiting}
//	  - {if: event.status == 'lost', go: lost}
func (c *checker) ordered(list []*Transition) {
	for i, t := range list {
		if !c.possible(nil, t) {
			c.add(Finding{Code: "never_true", At: t.If.At, Message: fmt.Sprintf("%q can never hold", recourse.Shorten(t.If.Source, 80)), Hint: "two of its parts exclude each other"})
			continue
		}
		if before := rivals(list[:i], t); !c.possible(before, t) {
			c.add(Finding{Code: "shadowed_transition", At: t.At, Message: fmt.Sprintf("this is never taken: %s wins whenever it could be", before[len(before)-1].At), Hint: "put it first, or drop it"})
		}
	}
}

// rivals are those of the ways before one that it competes with. A state's own stand before those of its blocks and its
// path on purpose, so only ways written together are compared; and what only the merchant may choose takes nothing
// away from the buyer.
//
// A block that is written once and used in many states may well be partly covered by what one of them says itself. That
// is precedence at work, and no slip.
func rivals(before []*Transition, t *Transition) (out []*Transition) {
	for _, o := range before {
		if o.Block == t.Block && o.At != t.At && (o.byBuyer() || !t.byBuyer()) {
			out = append(out, o)
		}
	}
	return out
}

// possible says whether a way on can be the first that holds after some others.
//
// It asks the worlds, not the conditions one by one: a way is also shadowed by several before it that only together
// leave nothing over.
func (c *checker) possible(before []*Transition, t *Transition) bool {
	can, _ := c.first(c.open(), append(slices.Clone(before), t))
	return can[len(before)]
}
