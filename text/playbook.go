package text

import "strings"

// A playbook of a merchant's own has settings and paths that no file has words for. Their names are made readable then,
// and what the playbook itself says about them stands in place of a meaning.

// Setting names a setting of a playbook as a form does: «Urge the supplier after».
func (l *Language) Setting(name string) string {
	if s, ok := l.find("setting." + name); ok {
		return s
	}
	_, last, found := strings.Cut(name, ".")
	if !found {
		last = name
	}
	return bare(last)
}

// Meaning says what a setting means; "" where no language has words for it.
func (l *Language) Meaning(setting string) string {
	s, _ := l.find("meaning." + setting)
	return s
}

// Topic names what a group of settings is about: what stands before the point in their names.
func (l *Language) Topic(name string) string { return l.label("topic", name) }

// Option names a word that a choice can be set to.
func (l *Language) Option(setting, word string) string {
	if s, ok := l.find("option." + setting + "." + word); ok {
		return s
	}
	return bare(word)
}

// Path names a path or a track of a playbook by what it is for.
func (l *Language) Path(name string) string { return l.label("path", name) }

// Anchor names the instant that a time counts from.
func (l *Language) Anchor(name string) string { return l.label("anchor", name) }
