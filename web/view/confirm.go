package view

import (
	"recourse"
	"recourse/desk"
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
			a.letter(r, v.File, *e)
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
