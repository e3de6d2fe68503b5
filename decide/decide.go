// Package decide is the pure interpreter of a playbook over an order file, and the one place that says what a
// case may do next.
//
// Given an order file, an event (or an instant at which something is due), a playbook and calendars, it gives a
// [Decision]: the next file, entries of history, effects, each with its why. It asks no clock, does no input or
// output, uses no randomness and never changes its arguments; the same input gives the same decision for ever.
//
// One decision goes so:
//
//  1. Deadlines that came before the fact act first, at their own instants. What the fact itself leads to happens now,
//     even when the fact is old: a question put today is to be answered from today on.
//  2. The fact is folded into the file: what is known about order, purchases, parcels, money (fold.go). A fact
//     that was known already is noted and goes no further.
//  3. It is handed to the cases that it concerns, or that wait for such an answer (route.go). Each takes the
//     first transition whose condition holds (step.go), guarded against paying twice (guard.go).
//  4. For lines that no open case took it for, it may open cases (open.go).
//  5. Conditions over facts lead cases on, until none does.
//
// Whatever the order in which facts come, nothing panics: what has not left the house is corrected, what has is
// put to a person.
package decide

import (
	"slices"
	"sync"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/playbook"
)

// Decider holds what decisions are made by. It is immutable in use and safe for concurrent use.
type Decider struct {
	// Policy takes new cases.
	Policy *playbook.Policy
	// Pinned are the policies that running cases began with, by hash. A case whose policy is not among them goes
	// on with Policy.
	Pinned map[string]*playbook.Policy
	// Calendars say what a business day is.
	Calendars *calendar.Set
	// Past turns off the rule that facts older than import.stale_after stay quiet: for a replay, whose clock is
	// the book's.
	Past bool
}

// New is a decider for one policy with the official calendars.
func New(policy *playbook.Policy) *Decider {
	return &Decider{Policy: policy, Calendars: calendar.Default()}
}

// Decision is what was decided. It is to be saved whole before any of its effects is carried out.
type Decision struct {
	File      *recourse.OrderFile // the next state of the file; its Due says when to ask again
	Entries   []recourse.Entry    // to append to the history
	Effects   []recourse.Effect   // to carry out, once each
	Duplicate bool                // the event was taken in before; nothing changed
}

// Event decides what follows from a fact that arrived at now. The file is not changed. The event should have been
// checked (recourse.Event.Check); one that was not is decided on as far as it makes sense.
//
// A duplicate is told before anything else, deadlines included: its decision is not to be saved, and
// what is due is left to the next call of Due.
func (d *Decider) Event(file *recourse.OrderFile, ev *recourse.Event, now time.Time) Decision {
	key := ev.Key()
	if key != 0 && slices.Contains(file.Seen, key) {
		return Decision{File: file, Duplicate: true}
	}
	w := d.begin(file, now)
	w.event(ev, key)
	return w.end()
}

// event takes in a fact that was not taken in before.
//
// A time in the future counts as now: the clocks of other systems run ahead, and no deadline may act
// before its time because of them.
func (w *work) event(ev *recourse.Event, key recourse.EventKey) {
	w.evAt = w.now
	if !ev.Time.IsZero() && ev.Time.Before(w.now) {
		w.evAt = ev.Time
	}
	w.due(w.evAt)
	w.ev, w.at, w.settled = ev, w.now, false
	w.stale = w.isStale(w.evAt)
	if key != 0 {
		if !w.walking {
			w.f.Seen = slices.Clip(w.f.Seen)
		}
		w.f.Seen = append(w.f.Seen, key)
	}
	if len(w.f.Order.Lines) == 0 && ev.Type != recourse.OrderPlaced {
		w.hold()
		return
	}
	w.meet()
	w.release()
}

// meet takes in the event in hand, if something can be meant by it.
func (w *work) meet() {
	switch {
	case w.ev.Type == recourse.EffectPostponed:
		w.postponed()
	case w.ev.Type.OfEffect() && !w.actOfRefund():
		w.noteEvent(w.caseOfEffect(), recourse.WhyNoted)
	case w.ev.Type.OfDesk():
		w.ofDesk()
	case w.resolve():
		w.take()
	default:
		w.noteEvent("", recourse.WhyNoted)
	}
}

// maxHeld bounds the facts kept for an order that is not known; more are noted in the history only.
const maxHeld = 500

// hold keeps a fact until its order is known: without lines and prices nothing can be decided.
//
// What is beyond the bound is lost for the decision but not for the reader: its entry in the history
// says that it came. The bound is for senders that never tell the order at all.
func (w *work) hold() {
	w.noteEvent("", recourse.WhyHeld)
	if len(w.f.Held) < maxHeld {
		w.f.Held = append(slices.Clip(w.f.Held), recourse.Held{Event: *w.ev, At: w.evAt})
	}
}

// release takes in what was held, in order of time, once the order is known.
//
// Sorted by when they happened, they lead the cases through the same ways as if the order had come
// first. Those of the same instant stay in the order of arrival.
func (w *work) release() {
	if len(w.f.Held) == 0 {
		return
	}
	held := slices.Clone(w.f.Held)
	w.f.Held = nil
	slices.SortStableFunc(held, func(a, b recourse.Held) int { return a.At.Compare(b.At) })
	for i := range held {
		w.ev, w.evAt, w.why = &held[i].Event, held[i].At, nil
		w.stale = w.isStale(w.evAt)
		w.meet()
	}
}

// Due decides what has come due by now. Deadlines act in the order of their instants, each at its own, as they
// would have without a pause; a message that a later step has overtaken in the meantime is dropped.
func (d *Decider) Due(file *recourse.OrderFile, now time.Time) Decision {
	w := d.begin(file, now)
	w.due(w.now)
	return w.end()
}

// work is one decision in the making.
//
// The fields fall into groups: the file and the instants, the fact in hand, what was decided so far,
// and the subject that conditions are evaluated about. The last is put back after every condition (see
// holds), since one may be evaluated while another is under way.
type work struct {
	*Decider
	walking bool                // the file is ours and changed in place: see Walker
	f       *recourse.OrderFile // the next file; lists are copied before they are first written
	now     time.Time
	at      time.Time       // the instant that is being decided for: now for a fact, its own for a deadline
	ev      *recourse.Event // nil while a deadline acts
	evAt    time.Time       // when the fact happened, as far as told; anchors count from it
	stale   bool            // the fact in hand is older than import.stale_after

	mine    []*recourse.Case // the cases that may be written
	entries []recourse.Entry
	effects []recourse.Effect
	why     []recourse.Arg // of the fact in hand

	last [2]lookup // the last states looked up

	upcoming moment // what is due next, when settled
	settled  bool

	prospect recourse.Case // that may be opened: here, so that looking at it costs no memory

	policy *playbook.Policy // of the run that conditions are evaluated for
	on     subject
	scope  playbook.Scope
	own    owned
	fresh  fresh
	// guessing is set while what might be told is looked at: facts that the event in hand would tell are open, and what may
	// hold counts. The open ones are listed beside those of the event itself.
	guessing bool
	untold   []playbook.Fact
	// first says that a scan was the first sign of a parcel; failing are the pieces that a failure told now was news of.
	first   bool
	failing []recourse.Pieces
}

// subject is what facts are read of: exactly one of a case (or one that may be opened), a recovery, and what a
// watch looks at.
type subject struct {
	c        *recourse.Case
	recovery *recourse.Recovery
	purchase *recourse.Purchase
	parcel   *recourse.Parcel
}

// owned says which lists of the file were copied and may be written.
type owned struct{ cases, purchases, parcels, refunds, recoveries bool }

// fresh is what the event in hand brought that was not known before.
type fresh struct {
	news     bool // anything at all
	purchase bool // a purchase
}

// benches are workbenches to use again: a decision needs one for a few microseconds. Entries and effects are collected
// on the bench and leave it as exact copies.
var benches = sync.Pool{New: func() any {
	w := &work{}
	w.scope.Fact = w.fact
	return w
}}

// begin takes a bench for one decision. A clock that runs backwards is held at the file's last
// decision: instants in the history of an order only grow.
func (d *Decider) begin(file *recourse.OrderFile, now time.Time) *work {
	next := *file
	w := benches.Get().(*work)
	w.Decider, w.f, w.now = d, &next, now
	if now.Before(file.Now) {
		w.now = file.Now
	}
	return w
}

// end closes the decision: messages overtaken are dropped and the next due instant is found. The workbench is given
// back and not to be used any more.
func (w *work) end() Decision {
	d := w.decided()
	d.Entries, d.Effects = slices.Clone(d.Entries), slices.Clone(d.Effects)
	w.clear()
	w.Decider, w.f = nil, nil
	benches.Put(w)
	return d
}

// decided is the decision as it lies on the bench.
func (w *work) decided() Decision {
	w.dropOvertaken()
	if !w.settled {
		w.upcoming = w.next()
	}
	w.f.Now, w.f.Due = w.now, w.upcoming.at
	return Decision{File: w.f, Entries: w.entries, Effects: w.effects}
}

// clear wipes the bench: nothing of a decision may be seen by the next, nor kept alive.
func (w *work) clear() {
	clear(w.entries)
	clear(w.effects)
	clear(w.mine)
	w.entries, w.effects, w.mine = w.entries[:0], w.effects[:0], w.mine[:0]
	w.ev, w.policy, w.why, w.failing = nil, nil, nil, nil
	w.now, w.at, w.evAt = time.Time{}, time.Time{}, time.Time{}
	w.stale, w.first, w.settled = false, false, false
	w.on, w.own, w.fresh, w.upcoming = subject{}, owned{}, fresh{}, moment{}
	w.scope.Settings = nil
}

// isStale says whether a fact of that instant belongs to the past that stays quiet.
func (w *work) isStale(at time.Time) bool {
	return !w.Past && w.add(at, w.Policy, w.Policy.StaleAfter()).Before(w.now)
}

// The lists of the file are copied when they are first written in a decision.

// caseAt is the i-th case, for writing: a copy, unless it is ours already. The others stay shared with the file before.
func (w *work) caseAt(i int) *recourse.Case {
	c := w.f.Cases[i]
	if w.walking || slices.Contains(w.mine, c) {
		return c
	}
	if !w.own.cases {
		w.own.cases, w.f.Cases = true, slices.Clone(w.f.Cases)
	}
	own := *c
	w.f.Cases[i] = &own
	w.mine = append(w.mine, &own)
	return &own
}

// caseNamed is the case with that id, for writing; nil when the file has none.
func (w *work) caseNamed(id string) *recourse.Case {
	for i := range w.f.Cases {
		if w.f.Cases[i].ID == id {
			return w.caseAt(i)
		}
	}
	return nil
}

// addCase appends a case.
func (w *work) addCase(c recourse.Case) {
	if !w.own.cases {
		w.own.cases, w.f.Cases = true, append(make([]*recourse.Case, 0, len(w.f.Cases)+1), w.f.Cases...)
	}
	w.f.Cases = append(w.f.Cases, &c)
	w.mine = append(w.mine, &c)
}

// These four give a list for writing. The rule for whoever writes: find by reading, then take the
// element from here by its index. A pointer found before points into the old list, and writing there
// would change the caller's file.
func (w *work) purchases() []recourse.Purchase {
	if !w.own.purchases {
		w.own.purchases, w.f.Purchases = true, append(make([]recourse.Purchase, 0, len(w.f.Purchases)+1), w.f.Purchases...)
	}
	return w.f.Purchases
}

func (w *work) parcels() []recourse.Parcel {
	if !w.own.parcels {
		w.own.parcels, w.f.Parcels = true, append(make([]recourse.Parcel, 0, len(w.f.Parcels)+1), w.f.Parcels...)
	}
	return w.f.Parcels
}

func (w *work) refunds() []recourse.Refund {
	if !w.own.refunds {
		w.own.refunds, w.f.Refunds = true, append(make([]recourse.Refund, 0, len(w.f.Refunds)+1), w.f.Refunds...)
	}
	return w.f.Refunds
}

func (w *work) recoveries() []recourse.Recovery {
	if !w.own.recoveries {
		w.own.recoveries, w.f.Recoveries = true, append(make([]recourse.Recovery, 0, len(w.f.Recoveries)+1), w.f.Recoveries...)
	}
	return w.f.Recoveries
}

// PolicyOf is the policy that a run is pinned to.
//
// A case keeps the policy that it began with, so that a merchant who changes a setting does not move
// the deadlines of trouble that buyers were already told dates for.
func (d *Decider) PolicyOf(r *recourse.Run) *playbook.Policy {
	if r.Playbook == d.Policy.Hash {
		return d.Policy
	}
	if p := d.Pinned[r.Playbook]; p != nil {
		return p
	}
	return d.Policy
}

// state is the state that a run is in; nil when its playbook has none of that name. The runs of one decision are mostly in
// one or two states, so that the last answers are kept.
func (w *work) state(p *playbook.Policy, full string) *playbook.State {
	for i := range w.last {
		if l := &w.last[i]; l.playbook == p.Playbook && l.full == full {
			return l.state
		}
	}
	w.last[1] = w.last[0]
	w.last[0] = lookup{p.Playbook, full, p.State(full)}
	return w.last[0].state
}

// lookup is a state that was looked up.
type lookup struct {
	playbook *playbook.Playbook
	full     string
	state    *playbook.State
}

// note appends an entry of history.
func (w *work) note(e recourse.Entry) {
	e.At = w.at
	w.entries = append(w.entries, e)
}

// dropOvertaken drops messages of an earlier instant whose case was moved on by a later one in the same
// decision: after a pause, what would no longer be true when it is read is not sent. (A message that waits in
// the outbox across decisions carries its step, so that its sender can tell the same.)
func (w *work) dropOvertaken() {
	kept := w.effects[:0]
	for _, e := range w.effects {
		c := w.f.Case(e.Case)
		words := e.Kind == recourse.EffectMessage || e.Kind == recourse.EffectAsk
		if !words || c == nil || e.Step >= c.Step || !e.At.Before(c.EnteredAt) {
			kept = append(kept, e)
			continue
		}
		w.note(recourse.Entry{Case: e.Case, Kind: recourse.EntryDropped, Effect: e.ID,
			Why: recourse.Why{Code: recourse.WhyOvertaken, Args: []recourse.Arg{{Name: "template", Text: e.Template + e.Question}}}})
	}
	clear(w.effects[len(kept):])
	w.effects = kept
}
