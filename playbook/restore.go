package playbook

import (
	"errors"
	"slices"

	"recourse"
	"recourse/document"
)

// Text is all that the playbook says, what it extends merged in, as one line of JSON, from which [Restore] makes the
// playbook again. The same playbook has the same text, byte for byte, and the text is all that the hash covers.
//
// It is what to keep beside a decision. The file that a person wrote may extend a playbook of the program, and says
// something else as soon as that one does; and it needs not be there any more. Comments are not in it, nor the places
// in the files that things came from.
func (p *Playbook) Text() []byte { return slices.Clone(p.whole) }

// restored stands for the file in the places of a playbook that was restored.
const restored = "playbook.json"

// Restore compiles what [Playbook.Text] gave, to a playbook with the same hash. It looks at nothing but the text:
// whatever extends: names in it is in it already, and a country needs no calendar in the program, since one that is
// counted in was kept with the decision. Places in it are columns of the text.
//
// The error is playbook_text, of kind invalid, or too_large for a text that no playbook has: where one was kept that
// this program compiled, it was damaged, or the language has changed since.
func Restore(text []byte) (*Playbook, error) {
	tree, err := document.ParseJSON(restored, text)
	if err != nil {
		return nil, unreadable(err)
	}
	p, err := build(tree, "", once, nil)
	if err != nil {
		return nil, unreadable(err)
	}
	return p, nil
}

// unreadable tells the first of what is wrong with a text: whoever reads it can correct none of it.
func unreadable(err error) error {
	out := &recourse.Error{Kind: recourse.KindOf(err), Code: "playbook_text", Err: err}
	message := err.Error()
	if first, ok := errors.AsType[*recourse.Error](err); ok {
		message, out.Position = first.Message, first.Position
	}
	out.Message = "the text kept of a playbook cannot be read: " + recourse.Shorten(message, 200)
	return out
}

// Restore makes a policy again from what [Policy.Settings] gave, with the same hash. It is With for settings that were
// taken at some time: a country needs no calendar in the program any more. What a person sets today goes through With.
func (p *Playbook) Restore(settings map[string]string) (*Policy, error) {
	return p.with(settings, once)
}

// Settings are those that differ from the playbook's defaults, as With and Restore read them: together with the
// playbook's text they are all of the policy. Empty when none does.
//
// Those that were set to what is the default anyway are not among them; the hash does not tell these apart either.
func (p *Policy) Settings() map[string]string {
	changed := map[string]string{}
	for i, s := range p.Playbook.Settings {
		if text := s.Format(p.Values[i]); text != s.Format(s.Default) {
			changed[s.Name] = text
		}
	}
	return changed
}

// YAML is all that the playbook says as a file for people, what it extends merged in: for a playbook whose own file is not
// at hand. Load makes a playbook of it that does the same; it extends nothing any more, so that its hash is another where
// this one does.
func (p *Playbook) YAML() []byte {
	tree, err := document.ParseJSON(restored, p.whole)
	if err != nil {
		return p.whole // unreachable: the playbook was made of it
	}
	tree.Entries = slices.DeleteFunc(tree.Entries, func(e document.Entry) bool { return e.Key == "extends" })
	return tree.YAML()
}
