package reorder

import (
	"context"
	"errors"
	"slices"

	"recourse"
	"recourse/store"
)

// mostItems bounds how many reorders go into one file.
const mostItems = 1000

// Read reads the reorders that wait to be carried out: of some cases, or of all of a merchant's when none is named.
//
// Errors: reorder_none, of kind [recourse.NotFound], when none waits, or none of a case that was named.
func Read(ctx context.Context, st *store.Store, merchant string, cases ...string) (items []Item, err error) {
	err = st.Read(ctx, func(tx *store.Tx) error {
		acts, err := tx.ListEffects(merchant, store.EffectFilter{Status: store.Pending, Kind: recourse.EffectReorder, Limit: mostItems})
		if err != nil {
			return err
		}
		acts = slices.DeleteFunc(acts, func(e store.Effect) bool {
			return e.Effect.Approval == recourse.ApprovalNeeded || len(cases) > 0 && !slices.Contains(cases, e.Case)
		})
		items, err = ordersOf(tx, merchant, acts)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if !slices.ContainsFunc(items, func(i Item) bool { return i.Effect.Case == c }) {
			return nil, &recourse.Error{Kind: recourse.NotFound, Code: "reorder_none", Field: "case", Message: "no reorder of case " + recourse.Shorten(c, 60) + " waits to be placed"}
		}
	}
	if len(items) == 0 {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "reorder_none", Message: "no reorder waits to be placed"}
	}
	return items, nil
}

// ordersOf puts the orders beside their acts.
func ordersOf(tx *store.Tx, merchant string, acts []store.Effect) (items []Item, err error) {
	var keys []store.Key
	for i := range acts {
		if k := (store.Key{Merchant: merchant, Order: acts[i].Order}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	personal, err := tx.Personal(keys)
	if err != nil {
		return nil, err
	}
	for i := range acts {
		k := store.Key{Merchant: merchant, Order: acts[i].Order}
		var known recourse.Personal
		if p := personal[k]; p != nil {
			known = p.Fields
		}
		items = append(items, Item{File: known.RevealFile(files[k].OrderFile), Effect: acts[i].Effect})
	}
	return items, nil
}

// File makes the rows of all reorders. What is wrong is an error each, all of them joined; the rows are those of the
// reorders that nothing is wrong with.
func File(items []Item, o Options) (rows []Row, err error) {
	var errs []error
	for i := range items {
		own, err := Rows(&items[i], o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows = append(rows, own...)
	}
	return rows, errors.Join(errs...)
}
