package playbook

import "strings"

// Speech puts what a drawing says into the words of a language. Conditions stay as they are written: their names are those
// of the file. Without a speech a drawing is in English and names everything as the file does.
type Speech struct {
	// Name is the word for something that the file names. The kinds are state (path.state), path, event, remedy, party,
	// situation, outcome and anchor.
	Name func(kind, name string) string
	// Act tells what is done.
	Act func(a *Action) string
	// Length tells a duration.
	Length func(d Duration) string
	// Phrase is a sentence of the drawing by its key, filled in with pairs of names and values. [Phrases] has them all.
	Phrase func(key string, pairs ...string) string
}

// Phrases are the sentences of a drawing in English, by their keys.
var Phrases = map[string]string{
	"path": "path {name}", "track": "track {name}", "every_state": "In every open state, unless the state itself says otherwise:", "in_every": "in every open state:",
	"also_from": "also entered from: {states}", "also_becomes": "also what cases become from: {states}", "confirms": "a person confirms", "confirmed": "confirmed by a person",
	"answer_due": "answer due in {time}", "again": "begins again here", "ends": "ends", "ends_as": "ends: {outcome}",
	"by": "{remedy} chosen by {parties}", "or_merchant": "{party} or {merchant}", "at": "at {anchor}", "after": "after {time}", "after_anchor": "{time} after {anchor}", "first": "first after {first}, then every {time}",
	"first_from": "first after {first} from {anchor}, then every {time}", "every": "every {time}", "every_from": "every {time} from {anchor}", "if": "if {condition}", "otherwise": "otherwise", "at_once": "at once",
	"becomes": "→ becomes {situation}", "to": "→ {state}", "on": "on {event}", "per": "per {what}",
	"sign_news": "something happened", "sign_hand": "a person chose", "sign_time": "time has passed", "sign_fact": "what is known is enough", "sign_act": "is done", "sign_good": "ends well", "sign_over": "ends without a remedy",
}

// phrase is a sentence of the drawing.
func (w words) phrase(key string, pairs ...string) string {
	if w.say != nil {
		return w.say.Phrase(key, pairs...)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(Phrases[key])
}

// name is the word for something that the file names.
func (w words) name(kind, name string) string {
	if w.say != nil {
		return w.say.Name(kind, name)
	}
	return name
}

// act is what is done, in words.
func (w words) act(a *Action) string {
	if w.say != nil {
		return w.say.Act(a)
	}
	return a.String()
}

// stateName is what a state is called in the picture of its own path: the last part of its name, where nobody has better
// words.
func (w words) stateName(s *State) string {
	if w.say != nil {
		return w.say.Name("state", s.Full)
	}
	return s.Name
}

// plainWords are English, for what needs no settings to be told.
var plainWords words
