package desk

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"recourse"
	"recourse/store"
)

// How often the due loop looks and for how long it leases. Other nodes take over what a dead one had leased when its
// time is over.
const (
	leaseFor   = 10 * time.Second
	renewEvery = 3 * time.Second
	lookEvery  = 100 * time.Millisecond // when other nodes may make something due
	idle       = time.Second            // when nothing is due and only this process writes
)

// Run lets deadlines act at their instants until the context ends. Any number of nodes may run on one database: each
// leases a share of the orders.
//
// A database that is away is waited for. What came due in the meantime acts when it is back, each deadline with its own
// instant.
func (d *Desk) Run(ctx context.Context) {
	l := &dueLoop{desk: d, log: slog.Default()}
	go d.keepIndex(ctx, l.log)
	go d.keepBooks(ctx, l.log)
	go d.keepLooking(ctx, l.log)
	go d.keepClaims(ctx, l.log)
	for ctx.Err() == nil {
		wait, err := l.round(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Error("deadlines wait", "error", err)
			}
			wait = idle
		}
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-time.After(wait):
		}
	}
	l.release()
}

// stir tells the due loop that something may be due earlier than it knows.
func (d *Desk) stir() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

type dueLoop struct {
	desk    *Desk
	log     *slog.Logger
	shards  []int
	renewed time.Time
	rolled  time.Time
}

// round drains what is due and says how long nothing will be.
func (l *dueLoop) round(ctx context.Context) (time.Duration, error) {
	d := l.desk
	if err := l.lease(ctx); err != nil {
		return 0, err
	}
	for {
		n, err := d.Drain(ctx, l.shards)
		if err != nil {
			return 0, err
		}
		if n < maxBatch {
			break
		}
		if err := l.lease(ctx); err != nil {
			return 0, err
		}
	}
	if err := d.Sweep(ctx); err != nil {
		return 0, err
	}
	if now := d.clock(); now.Sub(l.rolled).Abs() >= rollEvery {
		l.rolled = now
		if err := d.keepInsights(ctx); err != nil {
			return 0, err
		}
	}
	if d.store.Shared() {
		return lookEvery, nil
	}
	var next time.Time
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		next, err = tx.NextDue()
		return err
	})
	if err != nil || next.IsZero() {
		return idle, err
	}
	return min(idle, max(time.Millisecond, next.Sub(d.clock()))), nil
}

// Drain decides what is due by now, a batch of it, and says how many orders there were.
func (d *Desk) Drain(ctx context.Context, shards []int) (n int, err error) {
	var b *batch
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		now := d.clock()
		keys, err := tx.Due(now, shards, maxBatch)
		if err != nil || len(keys) == 0 {
			return err
		}
		n = len(keys)
		b = newBatch(now, nil)
		for _, k := range keys {
			b.group(k).due = true
		}
		if err := b.read(tx); err != nil {
			return err
		}
		if err := d.decide(tx, b); err != nil {
			return err
		}
		_, err = b.save(tx) // what lost was decided by another node and is asked about again if it is still due
		return err
	})
	if err == nil && b != nil {
		d.watchers.saved(b)
	}
	return n, err
}

// lease takes this node's share of the orders: all of them when it is alone.
func (l *dueLoop) lease(ctx context.Context) error {
	d := l.desk
	if !d.store.Shared() {
		// Another process on the same file decides the same question to the same answer: the version keeps them apart.
		l.shards = allShards
		return nil
	}
	now := d.clock()
	if age := now.Sub(l.renewed); age >= 0 && age < renewEvery {
		return nil
	}
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		held, err := tx.Leases(now)
		if err != nil {
			return err
		}
		l.shards, err = l.take(tx, held, now)
		return err
	})
	if err == nil {
		l.renewed = now
	}
	return err
}

// take leases what is free up to a fair share, and lets go of what is above it.
func (l *dueLoop) take(tx *store.Tx, held map[string]string, now time.Time) ([]int, error) {
	nodes := map[string]bool{l.desk.node: true}
	for name, holder := range held {
		if name[:2] == "no" {
			nodes[holder] = true
		}
	}
	if _, err := tx.Lease("node-"+l.desk.node, l.desk.node, now, now.Add(leaseFor)); err != nil {
		return nil, err
	}
	fair := (store.Shards + len(nodes) - 1) / len(nodes)
	var mine []int
	for s := range store.Shards {
		name := "due-" + strconv.Itoa(s)
		holder := held[name]
		switch {
		case holder != "" && holder != l.desk.node:
		case len(mine) < fair:
			got, err := tx.Lease(name, l.desk.node, now, now.Add(leaseFor))
			if err != nil {
				return nil, err
			}
			if got {
				mine = append(mine, s)
			}
		case holder == l.desk.node:
			if err := tx.Release(name, l.desk.node); err != nil {
				return nil, err
			}
		}
	}
	return mine, nil
}

var allShards = func() []int {
	all := make([]int, store.Shards)
	for i := range all {
		all[i] = i
	}
	return all
}()

// release gives the leases back, so that other nodes need not wait for their end.
func (l *dueLoop) release() {
	if !l.desk.store.Shared() || len(l.shards) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := l.desk.store.Write(ctx, func(tx *store.Tx) error {
		for _, s := range l.shards {
			if err := tx.Release("due-"+strconv.Itoa(s), l.desk.node); err != nil {
				return err
			}
		}
		return tx.Release("node-"+l.desk.node, l.desk.node)
	})
	if err != nil {
		l.log.Warn("leases were not given back; they end by themselves", "error", err)
	}
}

// Sweep finds acts that somebody began and never ended: nobody knows whether they happened, and a person is to find out.
func (d *Desk) Sweep(ctx context.Context) error {
	var over []store.Effect
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		over, err = tx.Overrun(d.clock(), maxBatch)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range over {
		ev := recourse.Event{Source: "desk", ID: "unknown:" + e.ID + ":" + strconv.FormatInt(e.Until.UnixMicro(), 36), Type: recourse.EffectUnknown, Data: recourse.Data{Order: e.Order, Effect: e.ID}}
		_, err := d.Tell(ctx, e.Merchant, Fact{Event: ev, By: ""})
		if recourse.KindOf(err) != recourse.Conflict {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
