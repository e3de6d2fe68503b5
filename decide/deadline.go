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
type moment struct {
	at       time.Time // when it acts
	due      time.Time // when it was due: earlier, when the fact that lets it act was learned after
	from     time.Time // the anchor's instant
	caseAt   int       // index of a case, -1
	recovery int       // index of a recovery, -1
	timer    int       // of the state
	watch    *playbook.Opener
	purchase int // index, of a watch
	parcel   int
}

var never = moment{caseAt: -1, recovery: -1, purchase: -1, parcel: -1}

// sooner keeps the earlier of two moments, the first of two at the same instant.
func sooner(a, b moment) moment {
	if a.at.IsZero() || !b.at.IsZero() && b.at.Before(a.at) {
		return b
	}
	return a
}

// nextDue is the instant at which the file must be looked at again; zero: never.
func (w *work) nextDue() time.Time { return w.next().at }

// next finds the earliest moment of all.
func (w *work) next() moment {
	out := never
	for i := range w.f.Cases {
		if w.f.Cases[i].Status == recourse.Open {
			out = sooner(out, w.nextOfCase(i))
		}
	}
	for i := range w.f.Recoveries {
		if w.f.Recoveries[i].Status == recourse.RecoveryRequested {
			m := w.nextOfRun(&w.f.Recoveries[i].Run, subject{recovery: &w.f.Recoveries[i]})
			m.recovery = i
			out = sooner(out, m)
		}
	}
	for _, o := range w.Policy.Watches() {
		out = sooner(out, w.nextOfWatch(o))
	}
	return out
}

func (w *work) nextOfCase(i int) moment {
	m := w.nextOfRun(&w.f.Cases[i].Run, subject{c: &w.f.Cases[i]})
	m.caseAt = i
	return m
}

// nextOfRun is the earliest timer of a run's state.
func (w *work) nextOfRun(r *recourse.Run, on subject) moment {
	p := w.policyOf(r)
	out := never
	s := p.State(r.State)
	if s == nil {
		return out
	}
	for i, t := range s.Timers {
		at, from := w.timerAt(t, i, r, p, on)
		if at.IsZero() || !w.holds(t.If, p, on) {
			continue
		}
		m := never
		m.at, m.due, m.from, m.timer = later(at, w.f.Now), at, from, i
		out = sooner(out, m)
	}
	return out
}

// What comes due acts at its own instant, but never before the file was last decided on: a watch whose condition a fact
// of today makes true for a time of last week acts today.

// timerAt is when a timer acts next, and the instant that it counts from; zero when it has acted or its anchor
// has not happened.
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
		return w.add(fired, p, t.In.Of(p.Values)), from
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

func firedAt(r *recourse.Run, timer int) time.Time {
	for _, f := range r.Fired {
		if f.Timer == timer {
			return f.At
		}
	}
	return time.Time{}
}

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
	case playbook.FromRefundRequested:
		if f := w.refundOf(c); f != nil {
			return f.At
		}
		return time.Time{}
	case playbook.FromShipBy, playbook.FromAsked, playbook.FromPurchase:
		if p := w.f.Purchase(c.Purchase); p != nil {
			return purchaseAnchor(a, p)
		}
		return time.Time{}
	}
	for i := range w.f.Parcels {
		if p := &w.f.Parcels[i]; w.carries(p, c) {
			return w.parcelAnchor(a, p)
		}
	}
	return time.Time{}
}

func purchaseAnchor(a playbook.Anchor, p *recourse.Purchase) time.Time {
	switch a {
	case playbook.FromShipBy:
		return p.ShipBy
	case playbook.FromAsked:
		return p.AskedAt()
	}
	return p.PlacedAt
}

func (w *work) parcelAnchor(a playbook.Anchor, p *recourse.Parcel) time.Time {
	switch a {
	case playbook.FromShipped:
		return p.ShippedAt
	case playbook.FromScanned:
		return p.ScannedAt
	}
	if w.delivered(p) {
		return p.StatusAt
	}
	return time.Time{}
}

// nextOfWatch is the earliest moment of one watch over all that it looks at.
func (w *work) nextOfWatch(o *playbook.Opener) moment {
	out := never
	if o.Per == playbook.PerPurchase {
		for i := range w.f.Purchases {
			m := w.watchMoment(o, purchaseAnchor(o.From, &w.f.Purchases[i]), subject{purchase: &w.f.Purchases[i]})
			m.purchase = i
			out = sooner(out, m)
		}
		return out
	}
	for i := range w.f.Parcels {
		p := &w.f.Parcels[i]
		m := w.watchMoment(o, w.parcelAnchor(o.From, p), subject{parcel: p, purchase: w.f.Purchase(p.Purchase)})
		m.parcel = i
		out = sooner(out, m)
	}
	return out
}

// watchMoment is when a watch that counts from an instant opens a case: never while its condition fails, when all
// lines are in cases that came first, or when it has counted from that instant before.
func (w *work) watchMoment(o *playbook.Opener, from time.Time, on subject) moment {
	m := never
	if from.IsZero() || !w.holds(o.If, w.Policy, on) {
		return m
	}
	lines, free := w.watched(o, from, on)
	if len(lines) == 0 {
		return m
	}
	m.watch, m.from, m.due = o, from, later(w.add(from, w.Policy, o.After.Of(w.Policy.Values)), free)
	m.at = later(m.due, w.f.Now)
	return m
}

// maxReopened is how often one watch may open a case from the same anchor: again when its case took another
// situation and was closed though the watch's condition still holds (late, then a wrong address that was corrected).
const maxReopened = 3

// watched are the lines for which a watch would open a case, and since when they are free to.
func (w *work) watched(o *playbook.Opener, from time.Time, on subject) (lines []recourse.Pieces, free time.Time) {
	before := 0
	for i := range w.f.Cases {
		c := &w.f.Cases[i]
		if c.Opener == o.Situation.Name && c.Anchor.Equal(from) && about(c, on) {
			before++
			if c.Status == recourse.Open || c.Situation == o.Situation.Name || before >= maxReopened {
				return nil, free
			}
			free = later(free, c.ClosedAt)
		}
	}
	if len(w.f.Cases) == 0 {
		return w.watchedLines(on), free
	}
	lines = w.watchedLines(on)
	for i := range w.f.Cases {
		c := &w.f.Cases[i]
		if !recourse.Overlap(lines, c.Lines) {
			continue
		}
		if c.Status == recourse.Open && on.parcel == nil {
			lines = recourse.WithoutLines(lines, c.Lines)
		} else if c.Status == recourse.Closed && on.parcel == nil {
			free = later(free, c.ClosedAt)
		}
	}
	return lines, free
}

// about says whether a case was opened about what a watch looks at.
func about(c *recourse.Case, on subject) bool {
	if on.parcel != nil {
		return c.Parcel == on.parcel.ID
	}
	return c.Purchase == on.purchase.ID
}

// watchedLines are the pieces of what a watch looks at.
func (w *work) watchedLines(on subject) []recourse.Pieces {
	if on.parcel != nil {
		return w.linesOfParcel(on.parcel)
	}
	if len(on.purchase.Failed) == 0 {
		return w.linesOfPurchase(on.purchase)
	}
	return recourse.Without(w.linesOfPurchase(on.purchase), on.purchase.Failed)
}

// due lets every deadline until an instant act, in order of time.
func (w *work) due(until time.Time) {
	if !w.f.Due.IsZero() && w.f.Due.After(until) {
		return
	}
	ev := w.ev
	w.ev = nil
	for range maxSteps {
		m := w.next()
		if m.at.IsZero() || m.at.After(until) {
			break
		}
		w.at = m.at
		w.act(m, until)
	}
	w.ev, w.at = ev, until
}

// act does what has come due.
func (w *work) act(m moment, until time.Time) {
	switch {
	case m.watch != nil:
		w.openWatched(m)
	case m.caseAt >= 0:
		c := &w.cases()[m.caseAt]
		p := w.policyOf(&c.Run)
		t := p.State(c.State).Timers[m.timer]
		w.fire(&c.Run, t, m, p, until)
		w.apply(m.caseAt, &t.Transition, whyTimer(t, p, m))
	default:
		r := &w.recoveries()[m.recovery]
		p := w.policyOf(&r.Run)
		t := p.State(r.State).Timers[m.timer]
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
	length := &t.In
	if t.First != nil {
		length = t.First
	}
	return whyTime(recourse.WhyDeadline, length, p, t.From, m)
}

// whyTime says how long after what it was, and by which setting.
func whyTime(code recourse.WhyCode, length *playbook.Length, p *playbook.Policy, from playbook.Anchor, m moment) recourse.Why {
	d := length.Of(p.Values)
	if d.Calendar != "" {
		d.Calendar = p.Country(d)
	}
	return recourse.Why{Code: code, Args: []recourse.Arg{
		{Name: "after", Text: d.String()}, {Name: "setting", Text: length.Setting}, {Name: "from", Text: string(from)}, {Name: "since", At: m.from}, {Name: "due", At: m.due},
	}}
}

// NextDeadline is the instant at which a case moves by itself; without such an instant the first date by which a
// person is to answer. Zero for a closed case.
func (d *Decider) NextDeadline(file *recourse.OrderFile, caseID string) time.Time {
	w := d.begin(file, file.Now)
	for i := range w.f.Cases {
		c := &w.f.Cases[i]
		if c.ID != caseID || c.Status != recourse.Open {
			continue
		}
		at := w.nextOfCase(i).at
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
