package desk

import (
	"context"
	"log/slog"
	"time"

	"recourse"
	"recourse/sourcing"
	"recourse/store"
)

// This file answers the acts that look for other offers, from what suppliers are known to have. It tells only what nobody need
// doubt: the same item, one that a person said may stand in, or one so alike that the policy may buy it alone. What merely looks
// alike is a person's to choose, on the case's page. Where nothing is found nothing is told: somebody may still look elsewhere, until the playbook gives up.

const (
	lookAround = 2 * time.Second
	// offersTold is how many offers are told of at most: more than three nobody compares.
	offersTold = 3
	catalogue  = "catalogue" // who says so
)

// keepLooking answers searches until the context ends.
func (d *Desk) keepLooking(ctx context.Context, log *slog.Logger) {
	for {
		if _, err := d.Look(ctx); err != nil && ctx.Err() == nil {
			log.Error("searches for offers wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAround):
		}
	}
}

// Look answers the searches that wait, and says how many there were. Two nodes that answer the same tell the same fact.
func (d *Desk) Look(ctx context.Context) (int, error) {
	var all []store.Search
	if err := d.store.Read(ctx, func(tx *store.Tx) (err error) { all, err = tx.Searches(maxBatch); return err }); err != nil {
		return 0, err
	}
	for _, s := range all {
		offers, err := d.sure(ctx, s)
		if err != nil && recourse.KindOf(err) != recourse.NotFound {
			return 0, err
		}
		if len(offers) > 0 {
			ev := recourse.Event{Source: catalogue, ID: "offers:" + s.Effect, Type: recourse.OffersFound, Data: recourse.Data{Order: s.Order, Case: s.Case, Offers: offers}}
			if _, err := d.Tell(ctx, s.Merchant, Fact{Event: ev, By: catalogue}); recourse.KindOf(err) == recourse.Unavailable {
				return 0, err
			}
		}
		if err := d.store.Write(ctx, func(tx *store.Tx) error { return tx.Searched(s) }); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// sure are the offers that can be told of without asking a person. A case of several goods takes one: no single offer fills
// it.
func (d *Desk) sure(ctx context.Context, s store.Search) (out []recourse.Offer, err error) {
	found, err := d.Source(ctx, s.Merchant, s.Case, 0)
	if err != nil || len(found) != 1 {
		return nil, err
	}
	likeness, err := d.aloneLikeness(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, r := range found[0].Ranked {
		if r.Fits() && (r.Same || r.Link == sourcing.LinkSimilar || r.Offer.Likeness >= likeness) && len(out) < offersTold {
			out = append(out, r.Offer)
		}
	}
	return out, nil
}
