// Package importer lets an order book be decided on: whole orders are handed to the desk a batch at a time, and what came
// of them is counted.
//
// Reading and deciding overlap: the next orders are read while those before are decided on and saved. Memory does not
// grow with the book. A dry run goes the same way and takes everything back, so that what it tells is what an import
// would do.
package importer

import (
	"context"
	"iter"
	"sync"

	"recourse"
	"recourse/desk"
)

// Options say how a book is imported.
type Options struct {
	Merchant string
	By       string // who tells the facts, as it will stand in the history
	DryRun   bool   // save nothing
	// Progress, when set, is told after each batch how far it is. It is called by one goroutine, which waits for it.
	Progress func(*Figures)
}

// factsAtOnce is how many facts are decided in one transaction. One more order is left to the next batch, so that a
// preview, which takes back what it did, never meets an order of which it has seen half.
const factsAtOnce = 1000

// parcel is what the reader hands to who decides: the facts of whole orders.
type parcel struct {
	facts  []desk.Fact
	orders int
	err    error
}

// question is a parcel on its way through the desk. Two are: one is decided while the one before is saved. An order is
// whole in one of them, so that it does not matter which is first.
type question struct {
	parcel
	answer chan answer
}

type answer struct {
	results []desk.Result
	err     error
}

// Import imports the orders of a book, each given as its events. The figures are those of what was done, also when it ends
// with an error: what was counted is saved whole. The orders are not read any more when Import returns.
func Import(ctx context.Context, d *desk.Desk, orders iter.Seq2[[]recourse.Event, error], o Options) (*Figures, error) {
	sum := newFigures(o.DryRun)
	ctx, stop := context.WithCancel(ctx)
	parcels := make(chan parcel, 2)
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(parcels)
		fill(ctx, orders, o.By, parcels)
	}()
	asked, ended := askAll(ctx, d, o, parcels)
	// The book may only be closed when nobody reads it any more; the desk when nobody asks it.
	defer func() {
		stop()
		for range asked {
		}
		<-read
		ended()
	}()
	for q := range asked {
		a := <-q.answer
		if a.err != nil {
			return sum, a.err
		}
		sum.add(q.parcel, a.results)
		if o.Progress != nil {
			o.Progress(sum)
		}
	}
	return sum, ctx.Err()
}

// askAll lets every parcel be decided, in their order. The function waits until nobody asks any more.
func askAll(ctx context.Context, d *desk.Desk, o Options, parcels <-chan parcel) (<-chan question, func()) {
	take := d.Handle
	if o.DryRun {
		take = d.Preview
	}
	asked := make(chan question)
	var asking sync.WaitGroup
	asking.Go(func() {
		defer close(asked)
		for p := range parcels {
			q := question{p, make(chan answer, 1)}
			asking.Go(func() { q.ask(ctx, take, o.Merchant) })
			asked <- q
		}
	})
	return asked, asking.Wait
}

func (q question) ask(ctx context.Context, take func(context.Context, string, []desk.Fact) ([]desk.Result, error), merchant string) {
	if q.err != nil {
		q.answer <- answer{err: q.err}
		return
	}
	results, err := take(ctx, merchant, q.facts)
	q.answer <- answer{results, err}
}

// fill fills parcels with whole orders.
func fill(ctx context.Context, orders iter.Seq2[[]recourse.Event, error], by string, parcels chan<- parcel) {
	send := func(p parcel) bool {
		select {
		case parcels <- p:
			return true
		case <-ctx.Done():
			return false
		}
	}
	var p parcel
	for events, err := range orders {
		if err != nil {
			send(parcel{err: err})
			return
		}
		if len(p.facts)+len(events) > factsAtOnce && len(p.facts) > 0 {
			if !send(p) {
				return
			}
			p = parcel{facts: make([]desk.Fact, 0, factsAtOnce)}
		}
		for i := range events {
			p.facts = append(p.facts, desk.Fact{Event: events[i], By: by})
		}
		p.orders++
	}
	if p.orders > 0 {
		send(p)
	}
}
