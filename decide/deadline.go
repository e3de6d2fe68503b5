package decide

import (
	"time"

	"recourse"
	"recourse/playbook"
)

// Deadlines are not kept in a list: what is due next follows from the file. A state's timers count from the
// instants that their anchors have now, so that a new ship-by date moves them, and what no longer applies is
// never asked about.

// maxSteps bounds how often deadlines may act, and conditions lead on, in one decision. No honest playbook comes
// near it; one that turns in circles is stopped there and the file still says so.
const maxSteps = 1000

// add is the instant a duration after another.
//
// Calendar days are lengths of time: 2 days are 48 hours from that very instant, as «late by N days»
// wants it. Business days go by a country's calendar with its make-up weekends, and end at the same
// local time.
func (w *work) add(from time.Time, p *playbook.Policy, d playbook.Duration) time.Time {
	if d.Calendar == "" {
		return from.Add(d.Time)
	}
	if c, ok := w.Calendars.Calendar(p.Country(d)); ok {
		return c.Add(from, d.Business)
	}
	return from.AddDate(0, 0, d.Business) // unreachable for a checked playbook: its calendars exist
}

// moment is something that will move by itself: a timer of a case or a recovery, or a watch.
//
// at and due differ when a fact came late: a ship-by date of last week learned today was due last week
// and acts now. The history is told both, so that a merchant sees when it should have been.
type moment struct {
	at    time.Time // when it acts; zero: never
	due   time.Time // when it was due: earlier, when the fact that lets it act was learned after
	from  time.Time // the anchor's instant
	watch *playbook.Opener
	// Of a timer: the case's index, or the recovery's when the case's is -1, and the timer's place in the state. Of a
	// watch: the index of the purchase or the parcel that it looks at.
	caseAt, recovery, timer, thing int
	again                          bool // a repetition that has acted before
}

// beats says whether something at an instant comes before the earliest moment found so far; of two at the same instant
// the first found acts first. Looking at the instant before anything else spares most conditions.
func (m *moment) beats(at time.Time) bool { return m.at.IsZero() || at.Before(m.at) }

// next finds the earliest moment of all.
//
// Cases come before recoveries and both before watches, which decides who acts first at one instant:
// what is open already may still take the lines that a watch would open a case for.
func (w *work) next() moment {
	var best moment
	for i := range w.f.Cases {
		if c := w.f.Cases[i]; c.Status == recourse.Open {
			w.timers(&c.Run, subject{c: c}, &best, i, 0)
		}
	}
	for i := range w.f.Recoveries {
		if r := &w.f.Recoveries[i]; r.Status == recourse.RecoveryRequested {
			w.timers(&r.Run, subject{recovery: r}, &best, -1, i)
		}
	}
	for _, o := range w.Policy.Watches() {
		w.watch(o, &best)
	}
	return best
}

// timers looks for an earlier moment among the timers of a run's state.
//
// A state that the playbook no longer has gives no moments: the case then moves by facts or by a
// person only.
func (w *work) timers(r *recourse.Run, on subject, best *moment, caseAt, recovery int) {
	p := w.PolicyOf(r)
	s := w.state(p, r.State)
	if s == nil {
		return
	}
	for i, t := range s.Timers {
		due, from := w.timerAt(t, i, r, p, on)
		if due.IsZero() {
			continue
		}
		at := later(due, w.f.Now)
		if best.beats(at) && w.holds(t.If, p, on) {
			*best = moment{at: at, due: due, from: from, caseAt: caseAt, recovery: recovery, timer: i, again: !firedAt(r, i).IsZero()}
		}
	}
}

// What comes due acts at its own instant, but never before the file was last decided on: a watch whose condition a fact
// of today makes true for a time of last week acts today.

// timerAt is when a timer acts next, and the instant that it counts from; zero when it has acted or its anchor
// has not happened.
//
// A timer that acts once never acts before its state was entered: its anchor may lie long before, and
// what was due earlier belongs to a state that the case was not in. A repetition that counts from
// elsewhere than the entry begins at the first of its beats after the entry, so that a case that
// enters late is not reminded at once for every beat that it missed.
func (w *work) timerAt(t *playbook.Timer, i int, r *recourse.Run, p *playbook.Policy, on subject) (at, from time.Time) {
	from = w.anchor(t.From, r, on)
	if from.IsZero() {
		return time.Time{}, from
	}
	fired := firedAt(r, i)
	if !t.Every {
		if !fired.IsZero() {
			return time.Time{}, from
		}
		return later(w.add(from, p, t.In.Of(p.Values)), r.EnteredAt), from
	}
	if !fired.IsZero() {
		return w.add(fired, p, t.In.Of(p.Values)), fired
	}
	first := &t.In
	if t.First != nil {
		first = t.First
	}
	at = w.add(from, p, first.Of(p.Values))
	if t.From != playbook.FromEntry {
		at = w.skipTo(at, r.EnteredAt, p, t, false)
	}
	return at, from
}

// skipTo is the last (or the first after) instant of a repetition around a limit: what repeats does not act
// for each time that was missed.
//
// Example: a reminder every 3 days from the 1st, looked at on the 12th. The last beat until then is
// the 10th, the first one after it the 13th. With business days no division would do, hence the loop.
func (w *work) skipTo(at, limit time.Time, p *playbook.Policy, t *playbook.Timer, last bool) time.Time {
	step := t.In.Of(p.Values)
	for range maxSteps {
		next := w.add(at, p, step)
		if !next.After(at) {
			break
		}
		if last && next.After(limit) || !last && at.After(limit) {
			break
		}
		at = next
	}
	return at
}

// firedAt is when a timer of the present state last acted; zero when it has not. Entering a state
// forgets what has fired in the one before.
func firedAt(r *recourse.Run, timer int) time.Time {
	for _, f := range r.Fired {
		if f.Timer == timer {
			return f.At
		}
	}
	return time.Time{}
}

// later is the later of two instants; one that is not known counts as the earliest.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// anchor is the instant that a timer counts from; zero when it has not happened.
func (w *work) anchor(a playbook.Anchor, r *recourse.Run, on subject) time.Time {
	if a == playbook.FromEntry {
		return r.EnteredAt
	}
	c := on.c
	if c == nil {
		return time.Time{}
	}
	switch a {
	case playbook.FromOpened:
		return c.OpenedAt
	case playbook.FromClaim:
		return c.ClaimAt
	case playbook.FromVerdict:
		return c.VerdictAt
	case playbook.FromEventDue:
		return c.EventDue
	case playbook.FromShipBy, playbook.FromAsked, playbook.FromPurchase:
		if p := w.f.Purchase(c.Purchase); p != nil {
			return purchaseAnchor(a, p)
		}
		return time.Time{}
	}
	if p := w.parcelOf(c); p != nil {
		return w.parcelAnchor(a, p)
	}
	return time.Time{}
}

// due lets every deadline until an instant act, in order of time.
//
// What was due next is known from the decision before, which spares the look at everything for most
// facts: nothing can have become due earlier without a decision.
func (w *work) due(until time.Time) {
	if decided := !w.f.Now.IsZero(); decided && (w.f.Due.IsZero() || w.f.Due.After(until)) {
		return
	}
	for range maxSteps {
		w.upcoming = w.next()
		if w.upcoming.at.IsZero() || w.upcoming.at.After(until) {
			w.settled = true // what is due next is known as long as no fact is taken in
			break
		}
		w.at = w.upcoming.at
		w.act(w.upcoming, until)
	}
	w.at = until
}

// act does what has come due.
//
// The firing is remembered before the way is taken: entering another state then clears it, while a
// timer that stays, or that the guard refuses, has acted and does not act again at once.
func (w *work) act(m moment, until time.Time) {
	switch {
	case m.watch != nil:
		w.openWatched(m)
	case m.caseAt >= 0:
		c := w.caseAt(m.caseAt)
		p := w.PolicyOf(&c.Run)
		t := w.state(p, c.State).Timers[m.timer]
		w.fire(&c.Run, t, m, p, until)
		w.apply(m.caseAt, &t.Transition, whyTimer(t, p, m))
	default:
		r := &w.recoveries()[m.recovery]
		p := w.PolicyOf(&r.Run)
		t := w.state(p, r.State).Timers[m.timer]
		w.fire(&r.Run, t, m, p, until)
		w.actions(subject{recovery: r}, t.Do, whyTimer(t, p, m))
	}
	w.settle()
}

// fire remembers that a timer acted; of one that repeats, at the last of the times that have passed.
func (w *work) fire(r *recourse.Run, t *playbook.Timer, m moment, p *playbook.Policy, until time.Time) {
	at := m.at
	if t.Every {
		at = w.skipTo(at, until, p, t, true)
		w.at = at
	}
	if w.walking { // the file is ours: nothing else looks at the list
		for i := range r.Fired {
			if r.Fired[i].Timer == m.timer {
				r.Fired[i].At = at
				return
			}
		}
	}
	fired := make([]recourse.Firing, 0, len(r.Fired)+1)
	for _, f := range r.Fired {
		if f.Timer != m.timer {
			fired = append(fired, f)
		}
	}
	r.Fired = append(fired, recourse.Firing{Timer: m.timer, At: at})
}

// whyTimer says which time was up.
func whyTimer(t *playbook.Timer, p *playbook.Policy, m moment) recourse.Why {
	length, from := counted(t, m.again)
	return whyTime(recourse.WhyDeadline, length, p, from, m)
}

// counted is how long a timer's next time is after what.
func counted(t *playbook.Timer, again bool) (*playbook.Length, playbook.Anchor) {
	switch {
	case again:
		return &t.In, playbook.FromLast
	case t.First != nil:
		return t.First, t.From
	}
	return &t.In, t.From
}

// whyTime says how long after what it was, and by which setting.
func whyTime(code recourse.WhyCode, length *playbook.Length, p *playbook.Policy, from playbook.Anchor, m moment) recourse.Why {
	return recourse.Why{Code: code, Args: []recourse.Arg{
		{Name: "after", Text: p.Text(length)}, {Name: "setting", Text: length.Setting}, {Name: "from", Text: string(from)}, {Name: "since", At: m.from}, {Name: "due", At: m.due},
	}}
}

// NextDeadline is the instant at which a case moves by itself; without such an instant the first date by which a
// person is to answer. Zero for a closed case.
func (d *Decider) NextDeadline(file *recourse.OrderFile, caseID string) time.Time {
	w := d.begin(file, file.Now)
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		if c.ID != caseID || c.Status != recourse.Open {
			continue
		}
		var next moment
		w.timers(&c.Run, subject{c: c}, &next, i, 0)
		at := next.due
		if !at.IsZero() {
			return at
		}
		for _, q := range c.Asks {
			if at.IsZero() || q.Due.Before(at) {
				at = q.Due
			}
		}
		return at
	}
	return time.Time{}
}
