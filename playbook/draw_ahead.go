package playbook

// This file marks in a drawing where a case may go on from where it stands.

// lookAhead notes the states that the present one may lead to, those aside that the settings rule out. A way that leads to
// another path shows as an exit.
func (p *pen) lookAhead() {
	p.walk.ahead = map[[2]string]bool{}
	s := p.playbook.State(p.walk.current)
	if s == nil {
		return
	}
	for _, y := range p.own(s, nil) {
		if to := y.target(); !y.off && !y.shadowed && y.Moves() && to != nil && to != s {
			p.walk.ahead[[2]string{s.Full, to.Full}] = true
		}
	}
}

// leads says that the case may go there next.
func (w walk) leads(to string) bool { return w.ahead[[2]string{w.current, to}] }

// Ahead are the states that a case may go to next from a state, in the order in which the playbook names the ways, with
// what sets each way off. Ways that the settings rule out are left out, and so are those that stay.
func (p *Policy) Ahead(state string) (out []Onward) {
	pen := p.pen(DrawOptions{Policy: p, Current: state})
	s := p.State(state)
	if s == nil {
		return nil
	}
	for _, y := range pen.own(s, nil) {
		to := y.target()
		if y.off || y.shadowed || !y.Moves() || to == nil || to == s {
			continue
		}
		on := Onward{To: to.Full, Outcome: string(to.Outcome)}
		switch y.kind {
		case byEvent:
			on.Event = string(y.Event)
		case byChoice:
			on.Remedy = string(y.Remedy)
		case byTime:
			on.Time = true
		}
		out = append(out, on)
	}
	return out
}

// Onward is one way on from a state.
type Onward struct {
	To      string // the state that it leads to, by its full name
	Outcome string // the end that this state is; "": the case goes on
	Event   string // what sets it off: a fact, a choice, or time; none of them: what is known is enough
	Remedy  string
	Time    bool
}
