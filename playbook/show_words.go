package playbook

import (
	"slices"
	"strings"

	"recourse"
)

// This file puts the parts of a playbook into words: for the picture, for the text on a terminal and for what
// changed between two playbooks, so that all three say the same thing alike.

// wayKind says what makes a case take a way.
type wayKind int

// The kinds, in the order in which a state's ways are told.
const (
	byEvent  wayKind = iota // something happened
	byChoice                // a person chose
	byFacts                 // what is known is enough
	byTime                  // time has passed
)

// way is a transition or a timer of a state: one thing that can happen there.
//
// A timer is kept beside its transition, since a time is what sets it off. The three marks are
// about the place among a state's other ways and not about the way itself; off is set by a
// drawing only, under a merchant's settings.
type way struct {
	*Transition
	kind      wayKind
	timer     *Timer
	otherwise bool // others for the same trigger stand before it, and it has no condition
	shadowed  bool // one without a condition stands before it: it is never taken
	off       bool // the settings rule it out
}

// trigger names what sets a way off: ways of one trigger are tried in their order.
func (w way) trigger() string {
	switch w.kind {
	case byEvent:
		return string(w.Event)
	case byChoice:
		return string(w.Remedy)
	case byFacts:
		return "when"
	}
	if w.timer.Every {
		return "every"
	}
	return "after"
}

// ways are all of a state's, in the order in which they are tried. The order counts: the first whose condition holds
// is taken, so what comes later may mean less than it says, or nothing.
//
// Of one trigger, the first without a condition shadows all after it. Timers neither shadow
// nor are shadowed, because two of them seldom fall due at the same instant.
func (s *State) ways() []way {
	var out []way
	for _, t := range s.On {
		out = append(out, way{Transition: t, kind: byEvent})
	}
	for _, t := range s.Choose {
		out = append(out, way{Transition: t, kind: byChoice})
	}
	for _, t := range s.When {
		out = append(out, way{Transition: t, kind: byFacts})
	}
	for _, t := range s.Timers {
		out = append(out, way{Transition: &t.Transition, timer: t, kind: byTime})
	}
	for i := range out {
		for _, o := range out[:i] {
			if out[i].kind != byTime && o.kind == out[i].kind && o.trigger() == out[i].trigger() {
				out[i].otherwise = out[i].otherwise || out[i].If == nil
				out[i].shadowed = out[i].shadowed || o.If == nil
			}
		}
	}
	return out
}

// wayID tells ways apart across states: one written once, for the path or in a block, is the same everywhere.
//
// A position alone is not enough: one line of a file may name several events, or lead to
// another state in each path that uses the block.
type wayID struct {
	at      recourse.Position
	kind    wayKind
	trigger string
	to      *State
	becomes *Situation
}

// id is the place where a way is written, with what tells apart the ways that one place makes.
func (w way) id() wayID { return wayID{w.At, w.kind, w.trigger(), w.Go, w.Become} }

// common are the ways that every open state of the path has, when there are several such states; what stands for
// the whole path is told once.
//
// Only ways of the first open state can be common, and they keep its order. No count passes
// the number of open states seen so far, so that a way which one state has twice does not make
// up for a state that comes later without it.
func (p *Path) common() []way {
	count, first, open := map[wayID]int{}, []way(nil), 0
	for _, s := range p.States {
		if s.Final() {
			continue
		}
		open++
		for _, w := range s.ways() {
			if id := w.id(); count[id] < open {
				count[id]++
				if open == 1 {
					first = append(first, w)
				}
			}
		}
	}
	if open < 2 {
		return nil
	}
	return slices.DeleteFunc(first, func(w way) bool { return count[w.id()] < open })
}

// own are the state's ways without those common to its path and those that are never taken.
func (s *State) own(common []way) []way {
	if s.Final() {
		common = nil
	}
	return slices.DeleteFunc(s.ways(), func(w way) bool {
		return w.shadowed || slices.ContainsFunc(common, func(c way) bool { return c.id() == w.id() })
	})
}

// lost are the outcomes by which nobody got what was asked for.
var lost = map[recourse.Outcome]bool{
	recourse.OutcomeNotPossible: true, recourse.OutcomeDenied: true, recourse.OutcomeWithdrawn: true, recourse.OutcomeExpired: true, recourse.OutcomeLost: true,
}

// words tells of a playbook under some settings.
type words struct {
	values []Value
	say    *Speech // nil: in English
}

// words are those under a policy's settings; under the defaults without one, or with that of another playbook.
//
// Values stand in the order of the playbook's settings. A policy whose number of settings is
// another cannot be one of this playbook, and reading its values would tell wrong times.
func (p *Playbook) words(policy *Policy) words {
	if policy != nil && len(policy.Values) == len(p.Settings) {
		return words{values: policy.Values}
	}
	values := make([]Value, len(p.Settings))
	for i, s := range p.Settings {
		values[i] = s.Default
	}
	return words{values: values}
}

// length is a duration as it is under the settings: "4 days", "2 business days (merchant)".
//
// The merchant's calendar is put in brackets because it is a choice of the settings; which
// country it is stands there.
func (w words) length(l Length) string {
	d := l.Of(w.values)
	if w.say != nil {
		return w.say.Length(d)
	}
	if d.Calendar == "merchant" {
		return strings.Replace(d.String(), " merchant", " (merchant)", 1)
	}
	return d.String()
}

// lead says what sets a way off: "parcel.shipped", "refund chosen by buyer or merchant", "4 days after
// purchase.ship_by", "every 3 days". It is empty for what is known, whose condition says all.
func (w words) lead(y way) string {
	switch y.kind {
	case byEvent:
		return w.name("event", string(y.Event))
	case byChoice:
		return w.phrase("by", "remedy", w.name("remedy", string(y.Remedy)), "parties", w.choosers(y.By))
	case byTime:
		return w.time(y.timer)
	}
	return ""
}

// time says when a timer acts.
//
// No time at all after an anchor is the anchor itself, which people call "at". A time that is
// repeated counts "from" its anchor, since "every 3 days after" would read as if it began only
// then.
func (w words) time(t *Timer) string {
	in, anchor := w.length(t.In), w.name("anchor", string(t.From))
	now := t.In.Of(w.values)
	switch {
	case !t.Every && now.Time == 0 && now.Business == 0 && t.From != FromEntry:
		return w.phrase("at", "anchor", anchor)
	case !t.Every && t.From == FromEntry:
		return w.phrase("after", "time", in)
	case !t.Every:
		return w.phrase("after_anchor", "time", in, "anchor", anchor)
	case t.First != nil && t.From == FromEntry:
		return w.phrase("first", "first", w.length(*t.First), "time", in)
	case t.First != nil:
		return w.phrase("first_from", "first", w.length(*t.First), "time", in, "anchor", anchor)
	case t.From == FromEntry:
		return w.phrase("every", "time", in)
	}
	return w.phrase("every_from", "time", in, "anchor", anchor)
}

// settings names the settings that a timer's times come from.
func (t *Timer) settings() string {
	var out []string
	if t.First != nil && t.First.Setting != "" {
		out = append(out, t.First.Setting)
	}
	if t.In.Setting != "" {
		out = append(out, t.In.Setting)
	}
	return strings.Join(out, ", ")
}

// choosers says who may choose; the merchant always may.
//
// A way that names nobody is the merchant's alone.
func (w words) choosers(by []recourse.Party) string {
	for _, p := range by {
		if p != recourse.PartyMerchant {
			return w.phrase("or_merchant", "party", w.name("party", string(p)), "merchant", w.name("party", string(recourse.PartyMerchant)))
		}
	}
	return w.name("party", string(recourse.PartyMerchant))
}

// guard says under which condition a way is taken: "if offered", "otherwise", "at once"; "" for always.
func (w words) guard(y way) string {
	switch {
	case y.If != nil:
		return w.phrase("if", "condition", plain(y.If.Source))
	case y.otherwise:
		return w.phrase("otherwise")
	case y.kind == byFacts:
		return w.phrase("at_once")
	}
	return ""
}

// acts lists what is done, "" for nothing.
func (w words) acts(do []*Action) string {
	out := make([]string, len(do))
	for i, a := range do {
		out[i] = w.act(a)
	}
	return strings.Join(out, ", ")
}

// to says where a way leads, seen from a path: a state of it by its name, another by path.state, or the situation
// that the case becomes. It is empty for one that stays.
func (w words) to(y way, here *Path) string {
	switch {
	case y.Become != nil:
		return w.phrase("becomes", "situation", w.name("situation", string(y.Become.Name)))
	case y.Go != nil && here != nil && y.Go.Path.Name == here.Name:
		return w.phrase("to", "state", w.stateName(y.Go))
	case y.Go != nil:
		return w.phrase("to", "state", w.name("state", y.Go.Full))
	}
	return ""
}

// sentence is a way in one line: "parcel.shipped, if refund_left: withdraw_refund → surfaced".
//
// The order is that in which things happen: what sets it off, whether it holds, who confirms,
// what is done, where it leads.
func (w words) sentence(y way, here *Path) string {
	out := w.lead(y)
	if g := w.guard(y); g != "" && out != "" {
		out += ", " + g
	} else if g != "" {
		out = g
	}
	if y.Confirm {
		out += ", " + w.phrase("confirmed")
	}
	if len(y.Do) > 0 {
		out += ": " + w.acts(y.Do)
	}
	if to := w.to(y, here); to != "" {
		out += " " + to
	}
	return out
}

// opens says what opens a case: "on parcel.scanned, if …" or "2 days after purchase.ship_by, if …".
//
// What is named after "per" is what gets a case each: several lines of one event may open
// several.
func (w words) opens(o *Opener) string {
	out := w.phrase("on", "event", w.name("event", string(o.On)))
	switch {
	case o.On != "":
	case o.From == FromEntry:
		out = w.length(o.After)
	default:
		out = w.phrase("after_anchor", "time", w.length(o.After), "anchor", w.name("anchor", string(o.From)))
	}
	if o.If != nil {
		out += ", " + w.phrase("if", "condition", plain(o.If.Source))
	}
	if o.On != "" && o.Per != "" {
		out += ", " + w.phrase("per", "what", string(o.Per))
	}
	return out
}

// spoken are the words for CEL's signs.
var spoken = strings.NewReplacer("&&", " and ", "||", " or ", "==", " is ", "!=", " is not ", "<=", " ≤ ", ">=", " ≥ ", "!", "not ", "'", "", `"`, "")

// plain puts a condition's signs into words: "not offered and case.refund is done". Names stay as they are
// written, to be found again in the file, in the history and on the buttons: one word per notion.
//
// It is for reading and cannot be read back. Where signs are nested, the brackets stay and
// keep the meaning apart.
func plain(source string) string {
	return listed(strings.Join(strings.Fields(spoken.Replace(source)), " "))
}

// listed shortens "x is a or x is b or x is c" to "x is a, b or c"; anything else stays.
func listed(text string) string {
	parts := strings.Split(text, " or ")
	name, _, ok := strings.Cut(text, " is ")
	if !ok || len(parts) < 2 || strings.ContainsAny(text, "()") || strings.Contains(text, " and ") {
		return text
	}
	values := make([]string, len(parts))
	for i, p := range parts {
		value, ok := strings.CutPrefix(p, name+" is ")
		if !ok || strings.Contains(value, " ") {
			return text
		}
		values[i] = value
	}
	last := len(values) - 1
	return name + " is " + strings.Join(values[:last], ", ") + " or " + values[last]
}
