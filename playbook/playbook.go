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
//
// The smallest case that shows the parts: a watch opens it, a time leads on, an outcome closes it.
//
//	situations:
//	  late_shipment:
//	    opens: {per: purchase, from: purchase.ship_by, after: late_shipment.urge_after, if: purchase.waiting}
//	    path: late
//	paths:
//	  late:
//	    states:
//	      urged:
//	        do: message supplier expedite
//	        after: {in: 3 days, go: given_up}
//	      given_up: {do: [refund, recovery], outcome: refunded}
//
// What a fact is, when a parcel counts as delivered or how much of a line is left to refund, is not said here: a
// playbook only says what follows from it.
package playbook

import (
	"recourse"
)

// Playbook is a compiled playbook. It is immutable and shared.
//
// The exported lists are in the order of the text, for those who show, draw or compare; the maps beneath are the same
// things by name, for those who look one up with every event. What it extends is merged in before compiling, so that
// nothing here knows any more which of two files a line came from but by its position.
//
// openers and watches together are all that begins a case: openers by the event that is awaited, watches in one list,
// since nothing announces the time that they wait for.
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

	whole      []byte // what Text gives
	source     []byte // what Source gives
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
//
// It stands for its text and has no life of its own: what uses it takes over its facts and its settings, so that a rule
// about either finds it through any number of names.
type Named struct {
	Name string
	*Condition
}

// Question is something that a person can be asked.
//
// It is declared once and may be asked in many states. Due counts from the asking. It is required because a task
// without a date is forgotten, and so is the case that waits for it. Choices says what a person is shown; what a choice
// leads to is for the state to say, under choose or on.
type Question struct {
	Name    string
	Choices []string // remedies or Answers
	Due     Length
	At      recourse.Position
}

// Template says which durations the words of a message may name: the window of a verification, say.
//
// A message need not be listed. It is when its words promise a time, so that the promise follows the setting and the
// two cannot come apart:
//
//	templates:
//	  claim_filed: {earliest: claim.expect_after, latest: claim.verify_within}
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
//
// The setting is kept by name and by place. The name is what a reader is shown, "in late_shipment.urge_after"; the
// place is how the value is found for each merchant, since policies of one playbook share this Length and differ only
// in their values.
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
//
// Several situations may take one path, and a case can become another situation on its way: it then begins that one's
// path at its first state. Opens is empty for a situation that cases only ever become.
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
//
// The two kinds share a type because both answer the same question, what begins a case of this situation, and are
// listed together in the order of the text:
//
//	opens:
//	- {on: purchase.out_of_stock, per: purchase}
//	- {per: parcel, from: parcel.scanned, after: 10 days, if: parcel.moving}
//
// Its fields:
//
//   - On: the event; empty for a watch.
//   - Per: how the lines of the event are grouped into cases, or what is watched.
//   - From, After: of a watch alone, the anchor and how long after it.
//   - If: what must be true besides; nil for always. A watch has no event and no case to look at yet.
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
//
// A track is a path with less to it: facts lead on, times speak or ask, and nothing else moves it. That is why a
// recovery can outlive its case, with nobody left who could choose for it.
type Path struct {
	Name   string
	Track  bool // of recoveries, not of cases
	States []*State
	At     recourse.Position
}

// State is where a case stands.
//
// A case is in exactly one state, and all that it waits for is listed here. Blocks and the path have been written out
// into the lists by the time a State exists; Transition.Block remembers where an entry came from.
//
//   - Do: what is done on entry, in the order written.
//   - On, Choose: tried in order for one event or one remedy; the first whose condition holds is taken. What the
//     state says itself wins over what a block or its path says for many.
//   - When: tried in order whenever facts have changed, and on entry. The first that holds leads on at once.
//   - Timers: each counts by itself, and any number may be running.
//
// An end is a state like any other but that nothing is awaited in it. A fact may still move a closed case, through the
// state's own On: goods that turn up after the refund, say.
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
//
// Exactly one of three things tells what sets it off: Event, Remedy, or neither, for those under when and of timers. Go
// and Become exclude each other. Without both it is done in place: Do is carried out and the state is not entered anew,
// so that what the state does on entry is not done twice and its times go on counting.
//
// Confirm is a statement about money. It belongs on every choice after which the buyer may have both the money and the
// goods; the interpreter would refuse such a way in any case, but only here can a reader see it coming.
//
// Part is for what concerns some pieces of a case: they go this way as a case of their own, the rest stays.
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
//
//	after: {from: purchase.ship_by, in: late_shipment.give_up_after, go: given_up}
//	every: {first: 1 day, in: 2 days, do: ask merchant stuck}
//
// One whose anchor has not happened yet is not running: it gives no deadline, and a state that has no other way out can
// be a dead end. An Every that moves ends with its first time, as the state is left.
type Timer struct {
	From  Anchor
	In    Length  // after the anchor; of one that repeats: between two times
	First *Length // of one that repeats: until the first time; nil: as In
	Every bool
	Transition
}

// Action is an act on entering a state or on a transition.
//
// Only messages and questions have more than a verb, since the rest follows from the case: what is refunded, which
// purchase is cancelled, which parcel is stopped. Draft is a message that a person reads and sends. An act that finds
// nothing to do does nothing, so that a state may order it without asking first.
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
