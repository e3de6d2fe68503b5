// Package playbook is the policy language: what happens when an order goes wrong, as data that a merchant can
// read, copy, change and try.
//
// A playbook is a statechart in YAML. Typed settings with defaults; situations, each with what opens a case of it
// (an event, or a watch: so long after an anchor, if a condition over facts holds) and the path it takes; paths of
// states. A state says what is done on entering it, where events lead, which conditions lead on by themselves, what
// happens after a time, what a person may choose and, where it ends, the outcome. docs/playbook.md teaches it.
//
// Load parses a file with the exact place of every error, links names and compiles conditions. Check explores all
// that could happen. Package decide interprets the result; nothing here acts or asks the time.
package playbook

import (
	"recourse"
)

// Playbook is a compiled playbook. It is immutable and shared.
type Playbook struct {
	Name       string
	About      string
	Extends    string
	Hash       string // SHA-256, hex, of all that it says, what it extends included
	Settings   []*Setting
	Conditions []*Named
	Questions  []*Question
	Templates  []*Template
	Situations []*Situation
	Paths      []*Path // the tracks, too

	settings   map[string]int
	questions  map[string]*Question
	templates  map[string]*Template
	situations map[recourse.Situation]*Situation
	paths      map[string]*Path
	states     map[string]*State
	openers    map[recourse.EventType][]*Opener
	watches    []*Opener
	repeats    []int // the settings that say how often something repeats
	country    int   // the places of the settings that the interpreter reads
	approval   int
	stale      int
	increase   int
}

// Named is a condition with a name, for use in others.
type Named struct {
	Name string
	*Condition
}

// Question is something that a person can be asked.
type Question struct {
	Name    string
	Choices []string // remedies or Answers
	Due     Length
	At      recourse.Position
}

// Template says which durations the words of a message may name: the window of a verification, say.
type Template struct {
	Name      string
	Variables []Variable
	At        recourse.Position
}

// Variable is a duration with the name that the words use.
type Variable struct {
	Name   string
	Length Length
}

// Length is a duration as a playbook writes it: a setting, or a literal.
type Length struct {
	Setting string // "": a literal
	setting int
	Literal Duration
	At      recourse.Position
}

// Of is the duration under the given settings.
func (l *Length) Of(settings []Value) Duration {
	if l.Setting != "" {
		return *settings[l.setting].Span
	}
	return l.Literal
}

// String is the setting's name or the literal.
func (l *Length) String() string {
	if l.Setting != "" {
		return l.Setting
	}
	return l.Literal.String()
}

// Situation is a kind of trouble.
type Situation struct {
	Name  recourse.Situation
	About string
	Path  *Path
	Opens []*Opener
	At    recourse.Position
}

// Per says what a watch looks at, or how the lines of an opening event are grouped into cases.
type Per string

const (
	// PerOrder makes one case of all lines.
	PerOrder Per = "order"
	// PerPurchase makes a case of the lines bought in one purchase, and one of those not bought.
	PerPurchase Per = "purchase"
	// PerParcel makes a case of the lines in one parcel.
	PerParcel Per = "parcel"
	// PerShipment makes a case of what can be stopped by one act: a parcel, a purchase not shipped, or what was
	// not bought.
	PerShipment Per = "shipment"
)

// Opener is what opens a case: an event, or (On empty) a watch.
type Opener struct {
	Situation *Situation
	On        recourse.EventType
	Per       Per
	From      Anchor
	After     Length
	If        *Condition
	At        recourse.Position
}

// Path is a set of states that cases move through, beginning with the first.
type Path struct {
	Name   string
	Track  bool // of recoveries, not of cases
	States []*State
	At     recourse.Position
}

// State is where a case stands.
type State struct {
	Path    *Path
	Name    string
	Full    string // path.name
	Do      []*Action
	On      []*Transition // by event, its own first, then its blocks', then the path's
	Choose  []*Transition // by remedy, likewise
	When    []*Transition
	Timers  []*Timer
	Outcome recourse.Outcome // not "": a case that gets here is closed
	Ends    bool             // a recovery that gets here is over
	At      recourse.Position
}

// Final says that nothing is awaited here.
func (s *State) Final() bool { return s.Outcome != "" || s.Ends }

// Transition is one way on: under which condition, what is done, and where it leads. Without a target it is
// done in place.
type Transition struct {
	Event   recourse.EventType // of On
	Remedy  recourse.Remedy    // of Choose
	By      []recourse.Party   // of Choose: who may; the merchant always may
	Confirm bool               // of Choose: a person of the merchant must confirm that the buyer gets money and goods
	Part    bool               // only the event's lines go this way; the case's others stay as they are
	If      *Condition
	Do      []*Action
	Go      *State
	Become  *Situation
	Block   string // the block it was written in
	At      recourse.Position
}

// Moves says that the transition leaves the state.
func (t *Transition) Moves() bool { return t.Go != nil || t.Become != nil }

// target is the state that the transition leads to; nil: it stays.
func (t *Transition) target() *State {
	if t.Become != nil {
		return t.Become.Path.States[0]
	}
	return t.Go
}

// Timer is a transition that time makes: once, or again and again.
type Timer struct {
	From  Anchor
	In    Length  // after the anchor; of one that repeats: between two times
	First *Length // of one that repeats: until the first time; nil: as In
	Every bool
	Transition
}

// Action is an act on entering a state or on a transition.
type Action struct {
	Verb     recourse.EffectKind
	Party    recourse.Party // of a message or a question
	Template string
	Draft    bool
	Question *Question
	At       recourse.Position
}

// String is the action as written.
func (a *Action) String() string {
	switch a.Verb {
	case recourse.EffectMessage:
		s := "message " + string(a.Party) + " " + a.Template
		if a.Draft {
			s += " draft"
		}
		return s
	case recourse.EffectAsk:
		return "ask " + string(a.Party) + " " + a.Question.Name
	}
	return string(a.Verb)
}

// State returns a state by its full name, path.state.
func (p *Playbook) State(full string) *State { return p.states[full] }

// Situation returns a situation by its name.
func (p *Playbook) Situation(name recourse.Situation) *Situation { return p.situations[name] }

// Path returns a path or a track by its name.
func (p *Playbook) Path(name string) *Path { return p.paths[name] }

// Question returns a question by its name.
func (p *Playbook) Question(name string) *Question { return p.questions[name] }

// Template returns what the playbook gives a template to speak of; nil for one that it gives nothing.
func (p *Playbook) Template(name string) *Template { return p.templates[name] }

// Setting returns a setting by its name.
func (p *Playbook) Setting(name string) *Setting {
	if i, ok := p.settings[name]; ok {
		return p.Settings[i]
	}
	return nil
}

// OpenedBy returns what an event of that type may open, in the order written.
func (p *Playbook) OpenedBy(t recourse.EventType) []*Opener { return p.openers[t] }

// Watches returns the openers that wait for nothing to happen.
func (p *Playbook) Watches() []*Opener { return p.watches }
