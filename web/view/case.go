package view

import (
	"cmp"
	"slices"
	"strings"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/playbook"
	"recourse/store"
)

// Case is a case on one page: what happened, what comes next, what can be done.
type Case struct {
	ID        string
	Situation string
	Open      bool
	Status    string
	Outcome   string
	Quiet     bool
	State     string
	Opened    Instant
	Closed    Instant
	Lead      string // why it is open, in a sentence
	Next      Instant
	Order     Order
	Goods     []Goods
	Stake     string
	Asks      []Ask
	Facts     []Form // news that could be told
	Acts      Acts
	Steps     []Step
	Ledger    Ledger
	Glance    Glance
	Work      Work
	Thread    Thread
	Past      Timeline
	Walk      Walk
	Link      LinkModel
	Files     bool // photos and videos are kept
	Evidence  []EvidenceItem
	Version   int64
	Rights    Rights
	Picture   Picture
	Others    []Row      // the order's other cases
	Sourcing  *Sourcing  // nil: nobody looks for goods elsewhere
	Books     *Books     // nil: nothing was posted
	Claim     *ClaimCard // nil: it has no claim window
	Bank      *Bank      // nil: it is no dispute
}

// asks are the questions that were put, or what may be chosen though nobody was asked.
func (c Case) asks(put bool) (out []Ask) {
	for _, a := range c.Asks {
		if (a.Question != "") == put {
			out = append(out, a)
		}
	}
	return out
}

// Picture is where the drawing of the case's path is.
type Picture struct {
	Src           string
	Width, Height int
}

// NewCase makes the page of a case of what the desk read.
func NewCase(r Reader, v *desk.View, id string, rights Rights) Case {
	is := v.File.Case(id)
	c := Case{
		ID: id, Situation: r.Language.Situation(is.Situation), Open: is.Status == recourse.Open, Status: r.Status(is.Status), Quiet: is.Quiet, State: sentence(r.State(is.State)),
		Opened: r.Past(is.OpenedAt), Closed: r.Past(is.ClosedAt), Lead: r.lead(v, id), Order: NewOrder(r, v), Goods: r.priced(&v.File.Order, is.Lines),
		Stake: r.Money(v.Decider.Stake(v.File, id)), Ledger: NewLedger(r, v.File, id), Version: v.Version, Rights: rights,
	}
	if is.Outcome != "" {
		c.Outcome = r.Language.Outcome(is.Outcome)
	}
	c.Acts = r.acts(v, id, rights)
	c.Asks, c.Facts = r.options(v, is)
	c.Steps = r.steps(v, id)
	for _, s := range c.Steps {
		if !s.Back {
			c.Next = s.At
			break
		}
	}
	c.Glance = r.glance(v, is, c.Lead)
	c.Thread = NewThread(r, v, id)
	c.Walk = r.walk(v, is)
	c.Past = r.timeline(r.history(v, id))
	for _, row := range c.Order.Cases {
		if row.ID != id {
			c.Others = append(c.Others, row)
		}
	}
	c.Picture = Picture{Src: CasePath(id) + "/picture.svg"}
	return c
}

// Team adds what people keep beside the case; me is the visitor, people are the names of those who work for the merchant.
func (c *Case) Team(r Reader, v *desk.View, me string, people []string) {
	c.Work = r.work(v, v.File.Case(c.ID), me, people)
}

// lead is why a case was opened, or opened again.
func (r Reader) lead(v *desk.View, id string) string {
	var out string
	for i := range v.History {
		for _, e := range v.History[i].Entries {
			if e.Case == id && (e.Kind == recourse.EntryOpened || e.Kind == recourse.EntryReopened || e.Kind == recourse.EntryBecame) {
				out = cmp.Or(r.why(e.Why), out) // what the playbook made of it has no reason of its own
			}
		}
	}
	return out
}

// priced is goods with what was paid for all pieces of their lines.
func (r Reader) priced(o *recourse.Order, pieces []recourse.Pieces) []Goods {
	out := goods(o, pieces)
	for i, p := range pieces {
		out[i].Price = r.Money(o.PaidFor(p.Line))
	}
	return out
}

// Step is something that will come by itself.
type Step struct {
	At     Instant
	What   []string
	Detail string // the deadline explained, with the calendar
	Ask    bool   // it is the date of a question
	Back   bool   // it is about money to get back, which outlives the case
}

// steps tell what comes next.
func (r Reader) steps(v *desk.View, id string) (out []Step) {
	for _, s := range v.Upcoming(id) {
		step := Step{At: r.Due(s.At), Ask: s.Ask != nil, Back: s.Recovery != "", Detail: r.explained(s.Deadline)}
		step.What = r.coming(v, id, &s)
		if n := len(out); n > 0 && out[n-1].At == step.At && out[n-1].Back == step.Back && out[n-1].Detail == step.Detail {
			out[n-1].What = append(out[n-1].What, step.What...)
			continue
		}
		out = append(out, step)
	}
	return out
}

// coming is what happens at a step.
func (r Reader) coming(v *desk.View, id string, s *decide.Step) (out []string) {
	switch {
	case s.Ask != nil:
		return []string{r.T("answer_due", "party", r.Party(s.Ask.Of), "question", r.Question(s.Ask.Question))}
	case s.Window != "":
		return []string{r.T("window_" + s.Window)}
	}
	if s.To != "" {
		out = append(out, strings.TrimSpace(r.T("goes_on", "state", r.State(s.To))+" "+r.becoming(s.Become)))
	}
	for _, a := range s.Do {
		out = append(out, cmp.Or(r.firstAsked(v, id, a), r.act(a)))
	}
	if len(out) == 0 {
		out = append(out, r.T("time_up"))
	}
	return out
}

// firstAsked tells an act that puts a question which nobody was asked yet; "" for any other.
func (r Reader) firstAsked(v *desk.View, id, written string) string {
	words := strings.Fields(written)
	if len(words) < 3 || words[0] != string(recourse.EffectAsk) {
		return ""
	}
	if slices.ContainsFunc(v.Effects, func(e store.Effect) bool { return e.Case == id && e.Question == words[2] }) {
		return ""
	}
	return r.Language.Effect(recourse.Effect{Kind: recourse.EffectAsk, Of: recourse.Party(words[1]), Question: words[2]})
}

func (r Reader) becoming(s recourse.Situation) string {
	if s == "" {
		return ""
	}
	return r.T("becomes", "situation", r.Language.Situation(s))
}

// explained is a deadline in words, where it was counted in days.
func (r Reader) explained(d recourse.Deadline) string {
	if d.Days == 0 || d.From.IsZero() {
		return ""
	}
	return r.Deadline(d)
}

// act tells an act as a playbook writes it: a verb and what goes with it, «message merchant customs_clearance».
func (r Reader) act(written string) string {
	words := strings.Fields(written)
	e := recourse.Effect{Kind: recourse.EffectKind(words[0]), Draft: len(words) > 3}
	switch {
	case e.Kind == recourse.EffectMessage && len(words) > 2:
		e.To, e.Template = recourse.Party(words[1]), words[2]
		return r.Language.Effect(e)
	case e.Kind == recourse.EffectAsk && len(words) > 2:
		return r.T("asks", "party", r.Party(recourse.Party(words[1])))
	}
	return r.EffectKind(e.Kind)
}

// Way is the path that a case goes, as it is drawn.
type Way struct {
	Policy  *playbook.Policy
	Path    string
	Current string   // the state that the case is in
	Walked  []string // those that it was in, oldest first
}

// WayOf is the way of a case.
func WayOf(v *desk.View, id string) Way {
	c := v.File.Case(id)
	p := v.Decider.Pinned[c.Playbook]
	if p == nil {
		p = v.Decider.Policy
	}
	path, _, _ := strings.Cut(c.State, ".")
	return Way{Policy: p, Path: path, Current: c.State, Walked: walked(v, id, path)}
}

// Draw draws a way in the reader's words; nil where its policy has no such path.
func (r Reader) Draw(w Way) []byte {
	return w.Policy.DrawPath(w.Path, playbook.DrawOptions{Policy: w.Policy, Walked: w.Walked, Current: w.Current, Speech: r.Speech()})
}

// walked are the states of a path that a case was in, oldest first.
func walked(v *desk.View, id, path string) (out []string) {
	for i := range v.History {
		for _, e := range v.History[i].Entries {
			if e.Case == id && e.Kind == recourse.EntryMoved && strings.HasPrefix(e.To, path+".") {
				out = append(out, e.To)
			}
		}
	}
	return out
}
