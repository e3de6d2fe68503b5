package playbook

import "slices"

// Way is one thing that can happen in a state, for those who tell of it in words of their own: the transition, with the
// timer that sets it off where time does.
type Way struct {
	*Transition
	Timer     *Timer // nil: something happened, a person chose, or what is known is enough
	Otherwise bool   // others for the same trigger stand before it, and it has no condition
	Off       bool   // the policy's settings rule it out
}

// Ways are what can happen in a state beside what is common to its path, in the order in which it is tried. What can
// never be taken is left out.
func (p *Policy) Ways(s *State) []Way {
	pen := p.pen(DrawOptions{Policy: p})
	return waysOf(pen.own(s, pen.common(s.Path)))
}

// Common are what can happen in every open state of a path, unless the state itself says otherwise.
func (p *Policy) Common(path *Path) []Way { return waysOf(path.common()) }

func waysOf(ways []way) []Way {
	out := make([]Way, len(ways))
	for i, w := range ways {
		out[i] = Way{w.Transition, w.timer, w.otherwise, w.off}
	}
	return out
}

// Span is a duration under the policy's settings.
func (p *Policy) Span(l Length) Duration { return l.Of(p.Values) }

// Plain is the condition with its signs in words: «not offered and case.refund is done»; "" for none.
func (c *Condition) Plain() string {
	if c == nil {
		return ""
	}
	return plain(c.Source)
}

// Use says where a setting acts. One of the fields is set.
type Use struct {
	Situation *Situation // it decides what opens a case
	Question  *Question  // by when an answer is due
	Template  *Template  // a time that a message names
	State     *State     // a time of the state, or a way on
}

// Uses are the places where a setting acts, in the order of the text; none where the program itself reads it.
func (p *Playbook) Uses(setting string) (out []Use) {
	place, ok := p.settings[setting]
	if !ok {
		return nil
	}
	reads := func(c *Condition) bool { return c != nil && slices.Contains(c.settings, place) }
	is := func(l Length) bool { return l.Setting == setting }
	for _, s := range p.Situations {
		if slices.ContainsFunc(s.Opens, func(o *Opener) bool { return is(o.After) || reads(o.If) }) {
			out = append(out, Use{Situation: s})
		}
	}
	for _, q := range p.Questions {
		if is(q.Due) {
			out = append(out, Use{Question: q})
		}
	}
	for _, t := range p.Templates {
		if slices.ContainsFunc(t.Variables, func(v Variable) bool { return is(v.Length) }) {
			out = append(out, Use{Template: t})
		}
	}
	for _, s := range p.everyState() {
		if slices.ContainsFunc(s.ways(), func(w way) bool {
			return reads(w.If) || w.timer != nil && slices.ContainsFunc(w.timer.lengths(), is)
		}) {
			out = append(out, Use{State: s})
		}
	}
	return out
}
