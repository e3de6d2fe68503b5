package desk

import (
	"context"
	"log/slog"
	"time"

	"recourse"
	"recourse/search"
	"recourse/store"
)

// This file says what an order is found by: its numbers, its goods, its suppliers, and whatever the buyer is called and
// was written. The words are saved with the decision that made them, and only when they have changed.

// tellsWords are the events after which an order may be found by other words, though nothing personal came with them.
var tellsWords = map[recourse.EventType]bool{
	recourse.OrderPlaced: true, recourse.PurchasePlacedEvent: true, recourse.ParcelShipped: true, recourse.ParcelScanned: false, recourse.ReplacementShipped: true,
	recourse.OrderAddressCorrected: true,
}

// words are the terms of an order after a decision; nil when they are those before.
func (g *group) words() []string {
	before, after := g.change.Before.OrderFile, g.change.After
	if g.change.Personal == nil && sameTexts(before, after) {
		return nil
	}
	var known recourse.Personal
	if g.personal != nil {
		known = g.personal.Fields
	}
	return WordsOf(after, known)
}

// WordsOf are the terms that an order is found by. Of the personal values all are taken, whatever they are: names,
// addresses, and what people wrote.
func WordsOf(f *recourse.OrderFile, known recourse.Personal) []string {
	texts := make([]string, 0, 16+len(known))
	eachText(f, func(s string) { texts = append(texts, s) })
	for _, v := range known {
		texts = append(texts, v)
	}
	return search.Terms(texts...)
}

// eachText gives the texts of a file that are looked for and not personal.
func eachText(f *recourse.OrderFile, give func(string)) {
	give(f.Order.ID)
	for i := range f.Order.Lines {
		give(f.Order.Lines[i].SKU)
		give(f.Order.Lines[i].Title)
	}
	for i := range f.Purchases {
		give(f.Purchases[i].ID)
		give(f.Purchases[i].Supplier)
	}
	for i := range f.Parcels {
		give(f.Parcels[i].ID)
		give(f.Parcels[i].Tracking)
	}
}

// sameTexts says whether two states of a file are found by the same.
func sameTexts(a, b *recourse.OrderFile) bool {
	if len(a.Order.Lines) != len(b.Order.Lines) || len(a.Purchases) != len(b.Purchases) || len(a.Parcels) != len(b.Parcels) || a.Order.ID != b.Order.ID {
		return false
	}
	for i := range a.Order.Lines {
		if x, y := &a.Order.Lines[i], &b.Order.Lines[i]; x.SKU != y.SKU || x.Title != y.Title {
			return false
		}
	}
	for i := range a.Purchases {
		if x, y := &a.Purchases[i], &b.Purchases[i]; x.ID != y.ID || x.Supplier != y.Supplier {
			return false
		}
	}
	for i := range a.Parcels {
		if x, y := &a.Parcels[i], &b.Parcels[i]; x.ID != y.ID || x.Tracking != y.Tracking {
			return false
		}
	}
	return true
}

// needsPeople says that the personal fields of an order must be at hand for a fact to be taken in.
func needsPeople(ev *recourse.Event) bool { return ev.HasPersonal() || tellsWords[ev.Type] }

// fillAtOnce is how many orders are put into the index of words in one transaction.
const fillAtOnce = 200

// fillPause is how long the filling lets others write between two of its transactions.
const fillPause = 20 * time.Millisecond

// fillAll fills the index of words until all is in it. What cannot be done now is tried again when the program starts.
func (d *Desk) fillAll(ctx context.Context, log *slog.Logger) {
	for more := true; more && ctx.Err() == nil; {
		err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
			more, err = d.fill(tx)
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				log.Error("the search is not filled", "error", err)
			}
			return
		}
		if more {
			select {
			case <-ctx.Done():
			case <-time.After(fillPause):
			}
		}
	}
}

// fill puts the orders into the index of words that a database had before there was one, and writes their cases again as
// they are looked for now; a few, and says whether there may be more. It is for the background, and changes no decision.
func (d *Desk) fill(tx *store.Tx) (more bool, err error) {
	merchant, after, err := tx.Unfilled()
	if err != nil || merchant == "" {
		return false, err
	}
	keys, err := tx.Keys(merchant, after, fillAtOnce)
	if err != nil {
		return false, err
	}
	if len(keys) == 0 {
		return true, tx.Filled(merchant, "", true)
	}
	files, err := tx.Files(keys)
	if err != nil {
		return false, err
	}
	personal, err := tx.Personal(keys)
	if err != nil {
		return false, err
	}
	var words []store.Words
	var cases []store.Case
	for _, k := range keys {
		f := files[k]
		var known recourse.Personal
		if p := personal[k]; p != nil {
			known = p.Fields
		}
		words = append(words, store.Words{Key: k, Terms: WordsOf(f.OrderFile, known)})
		if len(f.OrderFile.Cases) == 0 {
			continue
		}
		g := group{key: k, acts: f.Acts}
		if g.decider, err = d.policies.of(tx, merchant, f.OrderFile); err != nil {
			return false, err
		}
		for _, c := range f.OrderFile.Cases {
			cases = append(cases, g.row(f.OrderFile, c, f.Acts))
		}
	}
	if err := tx.PutWords(words); err != nil {
		return false, err
	}
	if err := tx.PutCases(cases); err != nil {
		return false, err
	}
	return true, tx.Filled(merchant, keys[len(keys)-1].Order, false)
}
