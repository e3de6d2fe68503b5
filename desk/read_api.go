package desk

import (
	"context"
	"slices"

	"recourse"
	"recourse/store"
)

// This file has what the API reads beside what the pages do.

// said are the events about an act that somebody outside may tell, in the order of an act's life.
var said = []recourse.EventType{recourse.EffectApproved, recourse.EffectRejected, recourse.EffectRecalled, recourse.EffectStarted, recourse.EffectDone, recourse.EffectFailed}

// Sayable are the events that can be told of an act as it stands now, by the table that the desk itself goes by.
func Sayable(e *store.Effect) []recourse.EventType {
	var out []recourse.EventType
	act := store.Act{Kind: e.Kind, Status: e.Status, Approval: e.Effect.Approval}
	for _, t := range said {
		s := steps[t]
		if s.check(t, &act) == nil {
			out = append(out, t)
		}
	}
	return out
}

// Told is a fact that was taken in, with what was decided on it at that time. Nil when no fact of that identity was.
type Told struct {
	Order string
	store.Entry
}

// Told finds a fact by its identity.
func (d *Desk) Told(ctx context.Context, merchant string, id store.EventID) (*Told, error) {
	var out *Told
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		seen, err := tx.Seen(merchant, []store.EventID{id})
		if err != nil {
			return err
		}
		place, known := seen[id]
		if !known {
			return nil
		}
		v, err := history(tx, store.Key{Merchant: merchant, Order: place.Order}, place.Seq, 1)
		if err == nil && len(v.History) == 1 {
			out = &Told{place.Order, v.History[0]}
		}
		return err
	})
	return out, err
}

// History reads some entries of an order's history from one on: order_unknown, of kind [recourse.NotFound], when the
// merchant has no such order.
func (d *Desk) History(ctx context.Context, merchant, order string, from int64, limit int) (v *View, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		v, err = history(tx, store.Key{Merchant: merchant, Order: order}, from, limit)
		return err
	})
	return v, err
}

func history(tx *store.Tx, k store.Key, from int64, limit int) (*View, error) {
	files, err := tx.Files([]store.Key{k})
	if err != nil {
		return nil, err
	}
	f := files[k]
	if f.Version == 0 {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "order_unknown", Field: "order", Message: "there is no order " + recourse.Shorten(k.Order, 60)}
	}
	personal, err := tx.Personal([]store.Key{k})
	if err != nil {
		return nil, err
	}
	v := &View{Version: f.Version}
	if v.History, err = tx.History(k, from, limit); err != nil {
		return nil, err
	}
	var known recourse.Personal
	if p := personal[k]; p != nil {
		known = p.Fields
	}
	v.reveal(known, f.OrderFile)
	return v, nil
}

// Acts lists a merchant's effects, the oldest first, with personal fields in the place of their tokens.
func (d *Desk) Acts(ctx context.Context, merchant string, f store.EffectFilter) (all []store.Effect, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if all, err = tx.ListEffects(merchant, f); err != nil {
			return err
		}
		var keys []store.Key
		for i := range all {
			if k := (store.Key{Merchant: merchant, Order: all[i].Order}); !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		people, err := tx.Personal(keys)
		for i := range all {
			if p := people[store.Key{Merchant: merchant, Order: all[i].Order}]; p != nil {
				all[i].Effect, all[i].Note = p.Fields.RevealEffect(all[i].Effect), p.Fields.Reveal(all[i].Note)
				all[i].Words = p.Fields.Reveal(all[i].Words)
			}
		}
		return err
	})
	return all, err
}
