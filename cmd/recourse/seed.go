package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/evidence"
	"recourse/sample"
	"recourse/store"
)

// seeder tells the facts of the sample shop to a desk, each at its own instant, on a clock of its own that walks from
// the past to now. So deadlines act when they were due, and what comes to stand in the histories is what would stand
// there had the program run all along: nothing is written past the desk.
type seeder struct {
	desk     *desk.Desk
	merchant string
	at       time.Time      // the clock
	carried  time.Time      // when somebody last carried out what waited
	bar      *progress      // shows how far it is
	room     *evidence.Room // where the buyers' photos are kept; nil: only that there were some is told
}

// now is the seeder's clock, to be given to its desk.
func (s *seeder) now() time.Time { return s.at }

// shards are all of the orders.
var shards = func() []int {
	all := make([]int, store.Shards)
	for i := range all {
		all[i] = i
	}
	return all
}()

// run tells the sample shop until an instant.
func (s *seeder) run(ctx context.Context, until time.Time) error {
	for i, ev := range sample.Claims(until) {
		s.bar.at(i)
		if err := s.walk(ctx, ev.Time); err != nil {
			return err
		}
		fact := desk.Fact{Event: ev, By: toldBy(&ev)}
		if err := s.attach(ctx, &fact); err != nil {
			return err
		}
		if _, err := s.desk.Tell(ctx, s.merchant, fact); err != nil {
			return fmt.Errorf("the sample shop: %s of order %s: %w", ev.Type, ev.Order, err)
		}
	}
	return s.walk(ctx, until)
}

// attach takes the photo in that a fact tells of, as if the buyer had sent it from their page.
func (s *seeder) attach(ctx context.Context, fact *desk.Fact) error {
	name, photo := sample.Photo(&fact.Event)
	if photo == nil || s.room == nil {
		return nil
	}
	item, err := s.room.Take(ctx, s.merchant, bytes.NewReader(photo), int64(len(photo)))
	if err != nil {
		return err
	}
	order, err := s.desk.Order(ctx, s.merchant, fact.Event.Order)
	if err != nil {
		return err
	}
	if n := len(order.File.Cases); n > 0 {
		fact.Event.Case = order.File.Cases[n-1].ID
	}
	fact.Event.File = item.File
	fact.Evidence = &store.Evidence{Merchant: s.merchant, Order: fact.Event.Order, Case: fact.Event.Case, File: item.File, Kind: string(item.Kind), Type: item.Type, Bytes: item.Bytes,
		Width: item.Width, Height: item.Height, Shown: item.Shown, Scan: store.ScanClean, From: recourse.PartyBuyer, By: fact.By, Name: name, Text: fact.Event.Text, At: fact.Event.Time, Hash: item.Hash}
	return nil
}

// toldBy is who told a fact, as it stands in the history. What a person does at the desk has the person's name.
func toldBy(ev *recourse.Event) string {
	if ev.Source == "desk" {
		return clerk
	}
	return ev.Source
}

// clerk is the person who works at the sample shop's desk.
const clerk = "Inès Marchand"

// walk lets time pass until an instant: deadlines act at theirs, and once a day somebody carries out what waits.
func (s *seeder) walk(ctx context.Context, until time.Time) error {
	for {
		next, err := s.nextDue(ctx)
		if err != nil {
			return err
		}
		if evening := s.carried.Add(24 * time.Hour); !s.carried.IsZero() && evening.Before(until) && (next.IsZero() || evening.Before(next)) {
			s.at = evening
			if err := s.carryOut(ctx); err != nil {
				return err
			}
			continue
		}
		if next.IsZero() || next.After(until) {
			break
		}
		s.at = next
		if _, err := s.desk.Drain(ctx, shards); err != nil {
			return err
		}
	}
	s.at = until
	if s.carried.IsZero() {
		s.carried = until
	}
	return nil
}

func (s *seeder) nextDue(ctx context.Context) (next time.Time, err error) {
	err = s.desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		next, err = tx.NextDue()
		return err
	})
	return next, err
}

// byHand are the acts that a person carries out and marks as done the same day. Money, purchases and parcels are not
// among them: facts of their own tell of those.
var byHand = []recourse.EffectKind{
	recourse.EffectMessage, recourse.EffectRecovery, recourse.EffectWithdrawRecovery, recourse.EffectSource, recourse.EffectClaim, recourse.EffectIntercept, recourse.EffectCancelPurchase,
	recourse.EffectCorrectAddress, recourse.EffectWithdrawRefund, recourse.EffectWithdrawReplacement,
}

// carryOut marks as done what was decided until now and waits for nobody's approval; what does is approved a day later.
func (s *seeder) carryOut(ctx context.Context) error {
	s.carried = s.at
	var waiting []store.Effect
	err := s.desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.ListEffects(s.merchant, store.EffectFilter{Status: store.Pending, Limit: 1000})
		return err
	})
	if err != nil {
		return err
	}
	var facts []desk.Fact
	for _, e := range waiting {
		if !slices.Contains(byHand, e.Kind) {
			continue
		}
		if e.Effect.Approval == recourse.ApprovalNeeded {
			if s.at.Sub(e.At) < 24*time.Hour {
				continue
			}
			facts = append(facts, s.mark(recourse.EffectApproved, e.ID))
		}
		facts = append(facts, s.mark(recourse.EffectDone, e.ID))
	}
	_, err = s.desk.Handle(ctx, s.merchant, facts)
	return err
}

func (s *seeder) mark(t recourse.EventType, effect string) desk.Fact {
	return desk.Fact{Event: recourse.Event{Source: "desk", ID: string(t) + ":" + effect, Type: t, Data: recourse.Data{Effect: effect}}, By: clerk}
}
