package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
	"recourse/web/view"
)

// page tells a case or an order to a person at a terminal, in the words of the desk's pages: what it is, what happened
// and why, what comes next and when, what may be done now. Commands to copy stand beside what they do.
type page struct {
	view.Reader
	w io.Writer
	v *desk.View
}

// one tells one case.
func (p *page) one(id string) {
	p.standing(p.v.File.Case(id))
	p.order()
	p.history(id)
	p.next(id)
	p.acts(id)
	p.options(id)
	p.ledger(id)
}

// section begins a part of the page.
func (p *page) section(title string) { fmt.Fprintf(p.w, "\n%s\n", title) }

// standing is where a case stands, in a line.
func (p *page) standing(c *recourse.Case) {
	end := p.State(c.State)
	if c.Status == recourse.Closed {
		end = p.Outcome(c.Outcome)
	}
	fmt.Fprintf(p.w, "%s  %s · %s · %s", c.ID, p.Situation(c.Situation), p.Status(c.Status), end)
	if due := p.v.Decider.NextDeadline(p.v.File, c.ID); !due.IsZero() {
		fmt.Fprintf(p.w, " · %s (%s)", p.Due(due).Text, p.Moment(due))
	}
	if c.Quiet {
		fmt.Fprintf(p.w, " · %s", p.T("quiet"))
	}
	fmt.Fprintln(p.w)
}

// order is what was bought, by whom, and where.
func (p *page) order() {
	o := &p.v.File.Order
	who := []string{p.T("order_n", "order", o.ID)}
	if o.Buyer != nil && o.Buyer.Name != "" {
		who = append(who, o.Buyer.Name)
	}
	if a := o.ShipTo; a != nil {
		who = append(who, strings.TrimSpace(a.City+" "+p.Country(a.Country)))
	}
	if !o.PlacedAt.IsZero() {
		who = append(who, p.Moment(o.PlacedAt))
	}
	fmt.Fprintln(p.w, strings.Join(who, " · "))
	for _, line := range o.Lines {
		fmt.Fprintf(p.w, "  %d × %s  %s\n", line.Quantity, first(line.Title, line.SKU, fmt.Sprint(line.Line)), p.Money(line.Price))
	}
	for i := range p.v.File.Purchases {
		b := &p.v.File.Purchases[i]
		fmt.Fprintf(p.w, "  %s %s  %s  %s\n", p.T("purchase"), b.ID, b.Supplier, p.Money(b.Cost))
	}
}

// history tells what happened, oldest first, each with its why; of one case, or of all the order.
//
// That an act was carried out is told beside the acts and not here: it moves nothing, and there are many.
func (p *page) history(id string) {
	p.section(p.T("history"))
	t := teller{w: p.w, words: p.Language, file: p.v.File, told: map[string]int{}}
	var told []decide.Decision
	for i := range p.v.History {
		e := &p.v.History[i]
		if e.Event != nil && e.Event.Type.OfEffect() && len(e.Effects) == 0 && len(e.Entries) <= 1 {
			continue
		}
		if e.Event != nil && (id == "" || e.Event.Type == recourse.OrderPlaced || concerns(e, id)) {
			t.facts = append(t.facts, *e.Event)
			if at := &t.facts[len(t.facts)-1].Time; at.IsZero() {
				*at = e.At
			}
		}
		told = append(told, decide.Decision{Entries: of(e.Entries, id), Effects: e.Effects})
	}
	slices.SortStableFunc(t.facts, func(a, b recourse.Event) int { return a.Time.Compare(b.Time) })
	for _, d := range told {
		t.decision(d)
	}
	t.factsUntil(p.Now)
	t.again()
}

// of are the entries of one case, or all when none is named. That a fact moved nothing is left out: the fact itself is
// told.
func of(entries []recourse.Entry, id string) []recourse.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(n recourse.Entry) bool {
		return id != "" && n.Case != id || n.Kind == recourse.EntryNoted && n.Why.Code == recourse.WhyNoted
	})
}

// next is what comes by itself, and when, with the deadline explained.
func (p *page) next(id string) {
	steps := p.v.Upcoming(id)
	if len(steps) == 0 {
		return
	}
	p.section(p.T("upcoming"))
	for i := range steps {
		st := &steps[i]
		fmt.Fprintf(p.w, "  %s (%s): %s\n", p.Due(st.At).Text, p.Moment(st.At), p.what(st))
		if !st.Deadline.From.IsZero() && st.Deadline.Days != 0 {
			fmt.Fprintf(p.w, "      %s\n", p.Deadline(st.Deadline))
		}
	}
}

// what is what a step does.
func (p *page) what(st *decide.Step) string {
	var all []string
	switch {
	case st.Ask != nil:
		return p.T("answer_due", "party", p.Party(st.Ask.Of), "question", p.Question(st.Ask.Question))
	case st.Window != "":
		return p.T("window_" + st.Window)
	case st.Become != "":
		all = append(all, p.T("becomes", "situation", p.Situation(st.Become)))
	case st.To != "":
		all = append(all, p.T("goes_on", "state", p.State(st.To)))
	}
	for _, act := range st.Do {
		all = append(all, p.Effect(written(act)))
	}
	return strings.Join(all, "; ")
}

// written is an act as the playbook writes it, "message buyer delay_notice", as an act to put into words.
func written(act string) recourse.Effect {
	words := append(strings.Fields(act), "", "", "", "")
	e := recourse.Effect{Kind: recourse.EffectKind(words[0])}
	switch e.Kind {
	case recourse.EffectMessage:
		e.To, e.Template, e.Draft = recourse.Party(words[1]), words[2], words[3] == "draft"
	case recourse.EffectAsk:
		e.Of, e.Question = recourse.Party(words[1]), words[2]
	}
	return e
}

// acts are those that wait for somebody.
func (p *page) acts(id string) {
	title := "\n" + p.T("acts_do") + "\n"
	for _, e := range p.v.EffectsOf(id) {
		if e.Kind == recourse.EffectAsk || e.Status == store.Done || e.Status == store.Dropped {
			continue
		}
		how, hint := p.T("act_"+string(e.Status)), "recourse case done "+e.ID
		if e.Effect.Approval == recourse.ApprovalNeeded {
			how, hint = p.T("act_to_approve"), "recourse case approve "+e.ID
		}
		fmt.Fprintf(p.w, "%s  %s\n      %s: %s\n", title, p.Effect(e.Effect), how, hint)
		title = ""
	}
}

// options are the actions possible now: those of the playbook, by the same table by which the case moves. Remedies come
// first, then the facts that would mean something.
func (p *page) options(id string) {
	last := ""
	for _, o := range p.v.Options(id) {
		title := p.T("news")
		if o.Event == recourse.RemedyChosen {
			title = p.T("can_choose")
		}
		if title != last {
			p.section(title)
			last = title
		}
		fmt.Fprintf(p.w, "  recourse case act %s %s%s\n      %s%s\n", id, chosenWord(&o), confirmWord(&o), p.label(&o), p.leads(&o))
	}
}

func (p *page) label(o *decide.Option) string {
	if o.Event == recourse.RemedyChosen {
		return p.Choice(string(o.Remedy))
	}
	return p.Event(o.Event)
}

func (p *page) leads(o *decide.Option) string {
	switch {
	case o.Outcome != "":
		return " → " + p.Outcome(o.Outcome)
	case o.Become != "":
		return " → " + p.Situation(o.Become)
	case o.To != "":
		return " → " + p.State(o.To)
	}
	return ""
}

// chosenWord is the word by which an option is chosen on the command line.
func chosenWord(o *decide.Option) string {
	if o.Event == recourse.RemedyChosen {
		return string(o.Remedy)
	}
	return string(o.Event)
}

func confirmWord(o *decide.Option) string {
	if o.Confirm && o.Event == recourse.RemedyChosen {
		return " --confirm"
	}
	return ""
}

// ledger is the money, both sides, never netted.
func (p *page) ledger(id string) {
	title := "\n" + p.T("money") + "\n"
	for _, post := range p.v.File.Postings() {
		if id != "" && post.Case != id {
			continue
		}
		side, status := p.T("owed"), p.Refund(recourse.RefundStatus(post.Status))
		if post.Side == recourse.Due {
			side, status = p.T("due_back"), p.Recovery(recourse.RecoveryStatus(post.Status))
		}
		fmt.Fprintf(p.w, "%s  %s: %s, %s\n", title, side, first(p.Money(post.Amount), p.T("amount_unknown")), status)
		title = ""
	}
}
