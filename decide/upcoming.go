package decide

import (
	"slices"
	"time"

	"recourse"
	"recourse/playbook"
)

// Step is something that comes by itself: a time of the case's state or of a recovery's track, the date of a question,
// or a bound of what somebody was promised.
type Step struct {
	At time.Time `json:"at"`
	// Why is the reason that the history will give when a time has come. A question has none.
	Why recourse.Why `json:"why,omitzero"`
	// Deadline explains the instant by the calendar. Its Due is before At where a time was over when the state was
	// entered. Days is 0 for a length that is not in whole days; From is zero for a question of which nobody knows any
	// more when it was put.
	Deadline recourse.Deadline `json:"deadline"`
	// To is the state that the case goes to then, Become the situation that it takes; empty: it stays.
	To     string             `json:"to,omitempty"`
	Become recourse.Situation `json:"become,omitempty"`
	Do     []string           `json:"do,omitempty"`  // the acts of that time, as the playbook writes them
	Ask    *recourse.Question `json:"ask,omitempty"` // the question that is to be answered by then
	// Window names a bound that a message told, earliest or latest: nothing is done then.
	Window   string `json:"window,omitempty"`
	Recovery string `json:"recovery,omitempty"` // the recovery that it belongs to; "": the case itself
}

// Upcoming is what comes next for a case and its recoveries, and when, in order of time, as far as it is known now:
// any fact may change it. Of a closed case its recoveries alone go on.
//
// It is read from the same timers by which the interpreter finds what is due. A time whose condition does not hold now
// is not among them, one that repeats is there once, and what is due already has an instant in the past.
func (d *Decider) Upcoming(file *recourse.OrderFile, caseID string) []Step {
	next := *file
	w := &work{Decider: d, f: &next, now: next.Now, at: next.Now}
	w.scope.Fact = w.fact
	c := next.Case(caseID)
	if c == nil {
		return nil
	}
	var out []Step
	if c.Status == recourse.Open {
		out = w.steps(&c.Run, subject{c: c})
		out = append(out, w.windows(c, out)...)
	}
	for i := range next.Recoveries {
		if r := &next.Recoveries[i]; r.Case == caseID && r.Status == recourse.RecoveryRequested {
			own := w.steps(&r.Run, subject{recovery: r})
			for j := range own {
				own[j].Recovery = r.ID
			}
			out = append(out, own...)
		}
	}
	slices.SortStableFunc(out, func(a, b Step) int { return a.At.Compare(b.At) })
	return out
}

// steps are the running times of a run's state and its open questions.
func (w *work) steps(r *recourse.Run, on subject) (out []Step) {
	p := w.PolicyOf(r)
	if s := w.state(p, r.State); s != nil {
		for i, t := range s.Timers {
			due, from := w.timerAt(t, i, r, p, on)
			if !due.IsZero() && w.holds(t.If, p, on) {
				out = append(out, w.stepOf(t, p, moment{due: due, from: from, again: !firedAt(r, i).IsZero()}))
			}
		}
	}
	for i := range r.Asks {
		q := r.Asks[i]
		out = append(out, Step{At: q.Due, Ask: &q, Deadline: w.askDeadline(&q, r, p)})
	}
	return out
}

// stepOf is a time that will come.
func (w *work) stepOf(t *playbook.Timer, p *playbook.Policy, m moment) Step {
	out := Step{At: m.due, Why: whyTimer(t, p, m), Deadline: w.timerDeadline(t, p, m)}
	if to := targetOf(&t.Transition); to != nil {
		out.To = to.Full
	}
	if t.Become != nil {
		out.Become = t.Become.Name
	}
	for _, a := range t.Do {
		out.Do = append(out.Do, a.String())
	}
	return out
}

// timerDeadline explains when a timer acts next. Where a repetition has passed over beats that were over when the state
// was entered, it is counted from the last of them.
func (w *work) timerDeadline(t *playbook.Timer, p *playbook.Policy, m moment) recourse.Deadline {
	length, _ := counted(t, m.again)
	first := w.add(m.from, p, length.Of(p.Values))
	if t.Every && first.Before(m.due) {
		return w.explained(w.skipTo(first, m.due.Add(-1), p, t, true), p, t.In.Of(p.Values))
	}
	return w.explained(m.from, p, length.Of(p.Values))
}

// explained is the instant a duration after another, with the days that were out of the ordinary.
func (w *work) explained(from time.Time, p *playbook.Policy, d playbook.Duration) recourse.Deadline {
	if c, ok := w.Calendars.Calendar(p.Country(d)); ok && d.Calendar != "" {
		return c.Explain(from, d.Business)
	}
	out := recourse.Deadline{Due: w.add(from, p, d), From: from}
	if d.Time%(24*time.Hour) == 0 {
		out.Days = int(d.Time / (24 * time.Hour))
	}
	return out
}

// askDeadline explains the date of a question. When it was put is not kept with it, but it was on entering the state or
// when one of the state's times came: the instant from which its date follows is the one.
func (w *work) askDeadline(q *recourse.Question, r *recourse.Run, p *playbook.Policy) recourse.Deadline {
	asked := p.Question(q.Question)
	if asked == nil {
		return recourse.Deadline{Due: q.Due}
	}
	d := asked.Due.Of(p.Values)
	put := []time.Time{r.EnteredAt}
	for _, f := range r.Fired {
		put = append(put, f.At)
	}
	if d.Calendar == "" {
		put = append(put, q.Due.Add(-d.Time))
	}
	for _, from := range put {
		if w.add(from, p, d).Equal(q.Due) {
			return w.explained(from, p, d)
		}
	}
	return recourse.Deadline{Due: q.Due}
}

// The variables of a message that are bounds of a window: instants that it promises, counted from its sending. Other
// durations that a message names are no dates.
var bounds = []string{"earliest", "latest"}

// windows are the bounds still ahead that the messages of a case's state have told, but for those at which a time of
// the state comes by the same setting: that one says more.
func (w *work) windows(c *recourse.Case, known []Step) (out []Step) {
	p := w.PolicyOf(&c.Run)
	s := w.state(p, c.State)
	if s == nil || c.Quiet {
		return nil
	}
	for _, a := range s.Do {
		given := p.Template(a.Template)
		if a.Verb != recourse.EffectMessage || given == nil {
			continue
		}
		for i := range given.Variables {
			v := &given.Variables[i]
			told := w.window(v, c, p)
			if slices.Contains(bounds, v.Name) && told.At.After(w.f.Now) && !slices.ContainsFunc(known, told.repeats) {
				out = append(out, told)
			}
		}
	}
	return out
}

// window is a bound that was told on entering a case's state.
func (w *work) window(v *playbook.Variable, c *recourse.Case, p *playbook.Policy) Step {
	at := w.add(c.EnteredAt, p, v.Length.Of(p.Values))
	why := whyTime(recourse.WhyDeadline, &v.Length, p, playbook.FromEntry, moment{due: at, from: c.EnteredAt})
	return Step{At: at, Why: why, Deadline: w.explained(c.EnteredAt, p, v.Length.Of(p.Values)), Window: v.Name}
}

// repeats says that a step is another one's, told once more.
func (s Step) repeats(o Step) bool {
	return s.At.Equal(o.At) && s.Why.Arg("setting").Text == o.Why.Arg("setting").Text
}
