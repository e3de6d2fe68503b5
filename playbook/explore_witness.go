package playbook

import (
	"slices"
	"strings"
)

// A finding is believed when it can be played: what was set, what happened, who chose, and how money and goods stood
// after each. The words are the playbook's own, so that they can be searched for in its text.

// witness tells how a step came about, one line for each thing that happened, the settings that it takes first. A
// person can play it, and a scenario can be written from it.
func (x *explorer) witness(at int) []string {
	var lines []string
	var chosen assignment
	for i := at; i >= 0; i = x.steps[i].from {
		s := &x.steps[i] // from the end to the opening
		x.recall(&chosen, &s.chosen)
		if s.label != "" {
			lines = append(lines, s.line())
		}
	}
	if with := x.settingsOf(&chosen); with != "" {
		lines = append(lines, "with "+with)
	}
	slices.Reverse(lines)
	return lines
}

// recall adds the settings that a step knew and that were forgotten after, when nothing further on looked at them.
//
// The walk goes from the end to the opening, so a value that is known already was chosen later or is the same one: a
// setting does not change its value along a way.
func (x *explorer) recall(chosen, earlier *assignment) {
	for i := range x.Settings {
		if x.assignable(i) && chosen.get(i) == 0 {
			chosen.set(i, earlier.get(i))
		}
	}
}

// settingsOf are the settings of an assignment in words.
func (x *explorer) settingsOf(chosen *assignment) string {
	var out []string
	for i, s := range x.Settings {
		if x.assignable(i) && chosen.get(i) > 0 {
			out = append(out, s.Name+" = "+s.Format(x.domain.settings[i][chosen.get(i)-1]))
		}
	}
	return strings.Join(out, ", ")
}

// line is a step in words: what happened, where it led and, once there is money or goods, how those stand.
func (s *step) line() string {
	line := s.label + " → " + s.state.Full
	var facts []string
	if s.refund != "" && s.refund != "none" {
		facts = append(facts, "refund "+string(s.refund))
	}
	if s.sent != "" && s.sent != "none" {
		facts = append(facts, "sent again: "+s.sent)
	}
	if facts != nil {
		line += " (" + strings.Join(facts, ", ") + ")"
	}
	return line
}

// label says in words what opens a case.
func (o *Opener) label() string {
	label := "case " + string(o.Situation.Name) + ": "
	if o.On != "" {
		return label + string(o.On)
	}
	return label + o.After.String() + " after " + string(o.From)
}

// label says in words when a timer acts.
func (t *Timer) label() string {
	label := t.In.String()
	if t.Every {
		label = "every " + label
	}
	if t.From != FromEntry {
		return label + " from " + string(t.From)
	}
	return label + " later"
}

// text is the condition as written; of none, that nothing is asked.
func (c *Condition) text() string {
	if c == nil {
		return "there"
	}
	return c.Source
}
