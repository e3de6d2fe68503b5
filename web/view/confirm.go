package view

import (
	"recourse"
	"recourse/desk"
	"recourse/store"
)

// Confirm is a look at what would follow, before it does.
type Confirm struct {
	Title   string
	Back    string
	Action  string // where the confirmation is sent
	Hidden  []Field
	Fields  []Field
	Follows []Line
	Letters []Act
	Warn    string
	Label   string // of the button
	Case    Case
	Reaches string // who it goes to, and where
	Paid    string // how much money leaves
	Letter  *Act   // the message that leaves, whole
	Edited  bool   // a person changed its words
	Step    string // of the form, when it is sent; "": none is named
	Edit    string // the name of the step that goes back to the form with what was typed; "": there is none
	// Otherwise is what to say where nothing would follow by itself.
	Otherwise string
}

// Follow tells what a preview gave.
func (c *Confirm) Follow(r Reader, v *desk.View, p *desk.Result, id string) {
	for i := range p.Effects {
		e := &p.Effects[i]
		if e.Case != id && e.Case != "" || e.Kind == recourse.EffectAsk {
			continue
		}
		c.Follows = append(c.Follows, Line{Kind: recourse.EntryDid, Text: r.Language.Effect(*e)})
		if e.Kind == recourse.EffectMessage {
			a := Act{What: r.Language.Effect(*e)}
			a.letter(r, v.File, &store.Effect{Effect: *e})
			c.Letters = append(c.Letters, a)
		}
	}
	for _, n := range p.Entries {
		if n.Case != id {
			continue
		}
		switch n.Kind {
		case recourse.EntryMoved, recourse.EntryBecame, recourse.EntryClosed, recourse.EntryReopened:
			plain := n
			plain.Why = recourse.Why{}
			c.Follows = append(c.Follows, Line{Kind: n.Kind, Text: r.Entry(plain, nil)})
		case recourse.EntryRefused:
			c.Follows = append(c.Follows, Line{Kind: n.Kind, Text: r.Why(n.Why)})
		}
	}
}

// Act tells what leaves the house when an act is approved: the words whole, with what a person put in their place, or the
// amount; and whom it reaches.
func (c *Confirm) Act(r Reader, v *desk.View, e *store.Effect, words string) {
	own := *e
	if words != "" {
		own.Words = words
	}
	a := r.NewAct(v, &own, Rights{})
	c.Title, c.Label, c.Otherwise, c.Follows = a.What, r.approve(e), r.T("approve_then"), c.others(r, e)
	c.Reaches, c.Paid = a.Reaches, a.Paid
	if e.Kind == recourse.EffectMessage {
		c.Letter, c.Edited = &a, words != ""
		c.Edit = "edit"
	}
}

// Message tells what leaves when a person's own words do.
func (c *Confirm) Message(r Reader, v *desk.View, to recourse.Party) {
	c.Label, c.Edit, c.Reaches, c.Follows = r.T("approve_message"), "edit", r.reached(v.File, to, ""), nil
	if n := len(c.Letters); n > 0 {
		c.Letter, c.Letters = &c.Letters[n-1], c.Letters[:n-1]
	}
}

// stepName is the name under which a button sends its step; a button without one sends nothing.
func stepName(step string) string {
	if step == "" {
		return ""
	}
	return "step"
}

// others are the lines of what follows but for the act itself.
func (c *Confirm) others(r Reader, e *store.Effect) (out []Line) {
	for _, l := range c.Follows {
		if l.Text != r.Language.Effect(e.Effect) {
			out = append(out, l)
		}
	}
	return out
}
