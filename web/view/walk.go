package view

import (
	"slices"

	"recourse"
	"recourse/desk"
	"recourse/playbook"
)

// Walk is the way of a case in words: what the picture shows, for who does not see it.
type Walk struct {
	Steps []WalkStep
	Ahead []WalkAhead
}

// WalkStep is a state that the case was in.
type WalkStep struct {
	State string
	At    Instant
	Why   string
	Here  bool // it stands there now
}

// WalkAhead is a state that the case may go to next.
type WalkAhead struct {
	State string
	Whens []string // what sets it off
	Ends  string   // the outcome, where the case is over then
}

// walk tells it, oldest first. A state that the case only passed through in one decision stands there too: it is on the
// picture.
func (r Reader) walk(v *desk.View, c *recourse.Case) (w Walk) {
	for i := range v.History {
		for _, e := range v.History[i].Entries {
			if e.Case == c.ID && e.Kind == recourse.EntryMoved {
				w.Steps = append(w.Steps, WalkStep{State: sentence(r.State(e.To)), At: r.Past(e.At), Why: r.why(e.Why)})
			}
		}
	}
	if n := len(w.Steps); n > 0 {
		w.Steps[n-1].Here = true
	}
	p := pinnedOf(v, c.ID)
	if c.Status != recourse.Open || p == nil {
		return w
	}
	for _, on := range p.Ahead(c.State) {
		w.ahead(r, on)
	}
	return w
}

func (w *Walk) ahead(r Reader, on playbook.Onward) {
	a := WalkAhead{State: sentence(r.State(on.To))}
	switch {
	case on.Event != "":
		a.Whens = []string{r.Language.Event(recourse.EventType(on.Event))}
	case on.Remedy != "":
		a.Whens = []string{r.Choice(on.Remedy)}
	case on.Time:
		a.Whens = []string{r.T("time_up")}
	default:
		a.Whens = []string{r.T("by_facts")}
	}
	if on.Outcome != "" {
		a.Ends = r.Language.Outcome(recourse.Outcome(on.Outcome))
	}
	for i := range w.Ahead {
		if o := &w.Ahead[i]; o.State == a.State && o.Ends == a.Ends {
			if !slices.Contains(o.Whens, a.Whens[0]) {
				o.Whens = append(o.Whens, a.Whens[0])
			}
			return
		}
	}
	w.Ahead = append(w.Ahead, a)
}
