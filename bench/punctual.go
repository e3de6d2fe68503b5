package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"recourse/desk"
	"recourse/store"
)

// What is required of deadlines that come due one after the other.
const (
	punctualRate = 1000 // a second
	punctualFor  = 10 * time.Second
	punctualLate = 200 // ms
)

// ticking is a clock that goes, from an instant on, and remembers when it was looked at. The desk looks at it once in each
// transaction, so that what was decided at one look was on the disk before the next one.
type ticking struct {
	mu    sync.Mutex
	from  time.Time // what it shows at start
	start time.Time
	looks []time.Time
}

func (t *ticking) now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.from.Add(time.Since(t.start)).Truncate(time.Microsecond)
	t.looks = append(t.looks, at)
	return at
}

// punctual lets a thousand orders a second come due on the database that was drained, under [desk.Desk.Run], and says how
// long after its instant each was decided on and on the disk.
func (d *draining) punctual(ctx context.Context) (line, error) {
	due, err := d.dues(ctx)
	if err != nil {
		return line{}, err
	}
	first := slices.MinFunc(due, func(a, b dueOrder) int { return a.at.Compare(b.at) }).at
	clock := &ticking{from: first.Add(-time.Second), start: time.Now()}
	s := d.desk.Store()
	other := desk.New(s, clock.now)
	run, stop := context.WithTimeout(ctx, punctualFor+3*time.Second)
	defer stop()
	other.Run(run)
	other.Close()
	return clock.lags(ctx, s, due)
}

// punctualOrders is how many orders come due one after the other.
const punctualOrders = int(punctualRate * punctualFor / time.Second)

// seedPunctual takes in orders that come due a thousandth of a second after each other, two hours after those that are
// drained: nothing else is due then. Each is told when it happened, kind by kind, so that they wait for nothing else.
func (d *draining) seedPunctual(ctx context.Context) error {
	for kind := range d.plots {
		var facts [2][]desk.Fact
		var at [2]time.Time
		for i := kind; i < punctualOrders; i += len(d.plots) {
			for j, a := range dueStory(&d.plots[kind], number('p', i), dueAt.Add(2*time.Hour+time.Duration(i)*time.Second/punctualRate)) {
				facts[j], at[j] = append(facts[j], a.fact), a.at
			}
		}
		for j := range facts {
			d.clock.set(at[j])
			results, err := d.desk.Handle(ctx, shop, facts[j])
			if err == nil {
				err = taken(facts[j], results)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// dueOrder is an order and when it comes due.
type dueOrder struct {
	order string
	at    time.Time
}

func (d *draining) dues(ctx context.Context) ([]dueOrder, error) {
	var all []dueOrder
	err := d.desk.Store().Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT order_id, due_at FROM orders WHERE merchant = $1 AND order_id > 'p' AND order_id < 'q'`, shop)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var o dueOrder
			var at int64
			if err := rows.Scan(&o.order, &at); err != nil {
				return err
			}
			o.at = time.UnixMicro(at).UTC()
			all = append(all, o)
		}
		return rows.Err()
	})
	return all, err
}

// lags reads when each order was decided on: the entry behind the two of its facts.
func (t *ticking) lags(ctx context.Context, s *store.Store, due []dueOrder) (line, error) {
	var lags []time.Duration
	err := s.Read(ctx, func(tx *store.Tx) error {
		for _, o := range due {
			entries, err := tx.History(store.Key{Merchant: shop, Order: o.order}, 3, 1)
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return fmt.Errorf("the order %s was due at %s and was not decided on", o.order, o.at)
			}
			at := entries[0].At
			i, _ := slices.BinarySearchFunc(t.looks, at, func(l, at time.Time) int { return l.Compare(at) })
			for i < len(t.looks)-1 && !t.looks[i].After(at) {
				i++
			}
			lags = append(lags, t.looks[i].Sub(o.at))
		}
		return nil
	})
	slices.Sort(lags)
	l := latency(".lag.p99", percentile(lags, 99), punctualLate)
	l.Note = fmt.Sprintf("%d a second for %s; p50 %.1f ms, the latest %.1f ms", punctualRate, punctualFor, percentile(lags, 50), percentile(lags, 100))
	return l, err
}
