package desk

import (
	"context"

	"recourse"
	"recourse/decide"
	"recourse/store"
)

// View is an order as a person looks at it: with personal fields in the place of their tokens. It is read in one
// transaction, so that its parts fit together.
type View struct {
	Version int64
	File    *recourse.OrderFile
	History []store.Entry // oldest first
	Effects []store.Effect
	// Attempts are what peers were asked of each act, and what they said.
	Attempts map[string][]store.Attempt
	Decider  *decide.Decider
	// Choices are the substitutes that a buyer may choose, by case; nil where nobody asked [Desk.Substitutes].
	Choices map[string]Choices
}

// maxHistory bounds how much of an order's history is shown at once.
const maxHistory = 2000

// Order reads an order: order_unknown, of kind [recourse.NotFound], when the merchant has none of that id.
func (d *Desk) Order(ctx context.Context, merchant, order string) (*View, error) {
	k := store.Key{Merchant: merchant, Order: order}
	var v *View
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		files, err := tx.Files([]store.Key{k})
		if err != nil {
			return err
		}
		f := files[k]
		if f.Version == 0 {
			return &recourse.Error{Kind: recourse.NotFound, Code: "order_unknown", Field: "order", Message: "there is no order " + recourse.Shorten(order, 60)}
		}
		personal, err := tx.Personal([]store.Key{k})
		if err != nil {
			return err
		}
		v = &View{Version: f.Version}
		if v.Decider, err = d.policies.of(tx, merchant, f.OrderFile); err != nil {
			return err
		}
		if v.Effects, err = tx.EffectsOf(k); err != nil {
			return err
		}
		if v.Attempts, err = tx.AttemptsOf(k); err != nil {
			return err
		}
		if v.History, err = tx.History(k, max(1, f.Version-maxHistory+1), maxHistory); err != nil {
			return err
		}
		var known recourse.Personal
		if p := personal[k]; p != nil {
			known = p.Fields
		}
		v.reveal(known, f.OrderFile)
		return nil
	})
	return v, err
}

// Case reads the order of a case: case_unknown, of kind [recourse.NotFound], when the merchant has none of that id.
func (d *Desk) Case(ctx context.Context, merchant, id string) (*View, error) {
	unknown := &recourse.Error{Kind: recourse.NotFound, Code: "case_unknown", Field: "case", Message: "there is no case " + recourse.Shorten(id, 60)}
	order := orderOf(&recourse.Event{Data: recourse.Data{Case: id}})
	if order == "" {
		return nil, unknown
	}
	v, err := d.Order(ctx, merchant, order)
	switch {
	case recourse.CodeOf(err) == "order_unknown":
		return nil, unknown
	case err == nil && v.File.Case(id) == nil:
		return nil, unknown
	}
	return v, err
}

func (v *View) reveal(p recourse.Personal, f *recourse.OrderFile) {
	v.File = p.RevealFile(f)
	for i := range v.Effects {
		v.Effects[i].Effect, v.Effects[i].Note = p.RevealEffect(v.Effects[i].Effect), p.Reveal(v.Effects[i].Note)
		v.Effects[i].Words = p.Reveal(v.Effects[i].Words)
	}
	for i := range v.History {
		e := &v.History[i]
		if e.Event != nil {
			ev := p.RevealEvent(*e.Event)
			e.Event = &ev
		}
		for j := range e.Entries {
			e.Entries[j].Why = p.RevealWhy(e.Entries[j].Why)
		}
		for j := range e.Effects {
			e.Effects[j] = p.RevealEffect(e.Effects[j])
		}
	}
}

// Options are what a case may be told now: the buttons.
func (v *View) Options(caseID string) []decide.Option { return v.Decider.Possible(v.File, caseID) }

// Upcoming is what comes next for a case, and when.
func (v *View) Upcoming(caseID string) []decide.Step { return v.Decider.Upcoming(v.File, caseID) }

// EffectsOf are the acts of one case.
func (v *View) EffectsOf(caseID string) []store.Effect {
	var out []store.Effect
	for _, e := range v.Effects {
		if e.Case == caseID {
			out = append(out, e)
		}
	}
	return out
}
