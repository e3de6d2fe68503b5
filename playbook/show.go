package playbook

import (
	"fmt"
	"strings"
)

// The text is the drawing for those who have no screen for pictures, or cannot see them; it is also what can be
// searched and mailed. Both take their words from show_words.go, so that neither says what the other does not.

// Show is the playbook in plain text, for a terminal: the settings with their defaults, what opens each situation,
// and of each path the states with what is done there and what leads on. It says what Draw draws.
//
// It is always told under the defaults: a text is for comparing with the file, while what a
// merchant has set is shown where the merchant's own cases are. The same playbook gives the
// same text.
func (p *Playbook) Show() string {
	t := &teller{words: p.words(nil)}
	t.line(0, "playbook %s", p.Name)
	if p.Extends != "" {
		t.line(1, "extends %s", p.Extends)
	}
	t.wrapped(1, p.About)
	t.settings(p)
	t.line(0, "")
	t.line(0, "situations")
	for _, s := range p.Situations {
		t.situation(s)
	}
	for _, path := range p.Paths {
		t.path(path)
	}
	t.conditions(p)
	return t.String()
}

// teller writes indented lines.
//
// It has words of its own for what stands on a line, as "does" and "opens", but none for what
// a way is.
type teller struct {
	strings.Builder
	words words
}

// showWidth is the width that lines are broken at: a terminal's, so that it can also be mailed.
const showWidth = 100

// line writes one line, two spaces for each step of depth.
func (t *teller) line(depth int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if text != "" {
		text = strings.Repeat("  ", depth) + text
	}
	t.WriteString(text + "\n")
}

// wrapped writes a text over several lines, those after the first indented once more.
//
// Nothing is cut off: a word that is longer than a line gets a line to itself. What is counted
// are characters, not bytes.
func (t *teller) wrapped(depth int, text string) {
	line, deep := "", depth
	for word := range strings.FieldsSeq(text) {
		if line != "" && 2*deep+len([]rune(line))+1+len([]rune(word)) > showWidth {
			t.line(deep, "%s", line)
			line, deep = "", depth+1
		}
		line = strings.TrimSpace(line + " " + word)
	}
	if line != "" {
		t.line(deep, "%s", line)
	}
}

// settings lists them with their defaults.
func (t *teller) settings(p *Playbook) {
	t.line(0, "")
	t.line(0, "settings")
	for _, s := range p.Settings {
		value := s.Format(s.Default)
		if s.Options != nil {
			value += "  (of " + strings.Join(s.Options, ", ") + ")"
		}
		t.line(1, "%s: %s", s.Name, value)
		t.wrapped(2, s.About)
	}
}

// situation tells what it is, what opens a case of it and where that begins.
func (t *teller) situation(s *Situation) {
	t.line(1, "%s → %s", s.Name, s.Path.States[0].Full)
	t.wrapped(2, s.About)
	for _, o := range s.Opens {
		text := "opens " + t.words.opens(o)
		if o.On == "" && o.After.Setting != "" {
			text += " (" + o.After.Setting + ")"
		}
		t.wrapped(2, text)
	}
}

// path tells the common rules first: they are read with every state that follows.
//
// Tracks are told as paths are; they run beside a case's own path, so that their name says
// which of the two they are.
func (t *teller) path(p *Path) {
	kind := "path"
	if p.Track {
		kind = "track"
	}
	t.line(0, "")
	t.line(0, "%s %s", kind, p.Name)
	common := p.common()
	if common != nil {
		t.line(1, "in every open state, unless the state itself says otherwise")
		for _, y := range common {
			t.way(2, y, p)
		}
	}
	for i, s := range p.States {
		t.state(s, common, i == 0)
	}
}

// state tells what is done on entering, then what can happen.
//
// The ways common to the path are left out here, for they stand above. A state that has
// nothing below its name waits for one of those.
func (t *teller) state(s *State, common []way, first bool) {
	name := s.Name
	if first {
		name += " (first)"
	}
	switch {
	case s.Ends:
		name += ", ends"
	case s.Final():
		name += ", ends: " + string(s.Outcome)
	}
	t.line(1, "%s", name)
	for _, a := range s.Do {
		text := "does " + a.String()
		if a.Question != nil {
			text += fmt.Sprintf(" (%s; due in %s)", strings.Join(a.Question.Choices, ", "), t.words.length(a.Question.Due))
		}
		t.wrapped(2, text)
	}
	for _, y := range s.own(common) {
		t.way(2, y, s.Path)
	}
}

// way tells one, with the settings that its times come from.
func (t *teller) way(depth int, y way, here *Path) {
	text := t.words.sentence(y, here)
	if y.timer != nil && y.timer.settings() != "" {
		text += " (" + y.timer.settings() + ")"
	}
	t.wrapped(depth, text)
}

// conditions explains the named ones at the end, where the eye looks for a footnote.
func (t *teller) conditions(p *Playbook) {
	if len(p.Conditions) == 0 {
		return
	}
	t.line(0, "")
	t.line(0, "conditions")
	for _, c := range p.Conditions {
		t.wrapped(1, c.Name+": "+plain(c.Source))
	}
}
