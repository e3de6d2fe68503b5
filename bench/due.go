package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// dueOrders is how many orders come due at once.
const dueOrders = 1_000_000

// Sizes of the benchmark of deadlines: how many kinds of order there are, and how many of them are drained beside the
// floor. The rest is drained by the desk alone: to read and write the same a second and a third time for all of them
// would take half an hour and would say nothing more.
const (
	dueMolds    = 60
	dueCompared = 12
)

// dueAt is about when the orders were to be shipped: a Wednesday without a holiday near it.
var dueAt = time.Date(2026, 3, 11, 2, 0, 0, 0, time.UTC)

// dueStory is an order that was placed and bought, and is to be shipped by an instant.
func dueStory(p *plot, number string, shipBy time.Time) []arrival {
	var story []arrival
	shift := shipBy.Sub(p.events[1].ShipBy)
	for i := range p.events[:2] {
		ev := p.events[i]
		ev.Order, ev.Source, ev.ID = number, "bench", fmt.Sprintf("%s/%d", number, i)
		if ev.Purchase != "" {
			ev.Purchase = number + "-T"
		}
		for _, at := range []*time.Time{&ev.Time, &ev.ShipBy} {
			if !at.IsZero() {
				*at = at.Add(shift)
			}
		}
		story = append(story, arrival{desk.Fact{Event: ev, By: "bench"}, ev.Time})
	}
	return story
}

// duePlots are the plots that begin with an order and its purchase, which is to be shipped by a date.
func duePlots() ([]plot, error) {
	all, err := bookPlots(2000)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p plot) bool {
		return len(p.events) < 2 || p.events[0].Type != recourse.OrderPlaced || p.events[1].Type != recourse.PurchasePlacedEvent || p.events[1].ShipBy.IsZero()
	}), nil
}

// draining is a desk with very many orders that are due, another with the first of them whose work is written down, and
// a database with all of them on which the same is done without a thought.
type draining struct {
	handling
	molds []mold
	plots []plot
}

// newDraining makes the databases. What is the same in two is made once and copied.
func newDraining(ctx context.Context, n int) (d *draining, err error) {
	d = &draining{}
	d.clock = newVirtual(lifeBegins)
	if err = d.cast(ctx); err != nil {
		return nil, err
	}
	dir, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	d.close = append(d.close, dir.close)
	var paths [3]string
	for i := range paths {
		paths[i], _ = dir.next() // a name is always there
	}
	if err := d.fill(ctx, paths, n); err != nil {
		return d, err
	}
	if err := d.openFilled(paths); err != nil {
		return d, err
	}
	return d, d.seedPunctual(ctx)
}

// cast makes the molds: of orders that wait for nothing but that they should be shipped, and that are looked at two days
// after they should have been, so that all come due within an hour.
func (d *draining) cast(ctx context.Context) error {
	plots, err := duePlots()
	if err != nil {
		return err
	}
	stories := make([][]arrival, 2*dueMolds)
	for i := range stories {
		stories[i] = dueStory(&plots[i], number('m', i), dueAt.Add(time.Duration(i)*20*time.Second))
	}
	molds, err := newMolds(ctx, stories)
	if err != nil {
		return err
	}
	for i := range molds {
		if molds[i].due.Equal(stories[i][1].fact.Event.ShipBy.Add(48*time.Hour)) && len(d.molds) < dueMolds {
			d.molds, d.plots = append(d.molds, molds[i]), append(d.plots, plots[i])
		}
	}
	if len(d.molds) < dueMolds {
		return fmt.Errorf("%d orders come due as they should, %d are wanted", len(d.molds), dueMolds)
	}
	return nil
}

// fill fills the databases: the first and the third with all orders, the second with those that are due first.
func (d *draining) fill(ctx context.Context, paths [3]string, n int) error {
	for i, most := range []int{dueMolds, dueCompared} {
		if err := withDesk(ctx, paths[i], d.clock.now); err != nil {
			return err
		}
		err := clone(ctx, paths[i], n, func(i int) (*mold, func([]written)) {
			if i%dueMolds >= most {
				return nil, nil
			}
			return &d.molds[i%dueMolds], nil
		})
		if err != nil {
			return err
		}
	}
	return copyFile(paths[2], paths[0])
}

// withDesk makes a database with the tables and the merchant, and leaves it closed.
func withDesk(ctx context.Context, path string, now func() time.Time) error {
	d, err := openDesk(ctx, path, now)
	if err != nil {
		return err
	}
	d.Close()
	return d.Store().Close()
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// drainSegment drains a few batches on all three databases.
func (d *draining) drainSegment(batches int) (drained int, err error) {
	parts := make([]*batchRows, 0, batches)
	took, err := timed("handle", func(ctx context.Context) error {
		n, err := drain(ctx, d.desk, batches)
		drained = n
		return err
	})
	if err != nil {
		return 0, err
	}
	d.took[0].add(took)
	err = phase("record", func(ctx context.Context) error {
		for range batches {
			rows, err := d.recordDue(ctx)
			if err != nil {
				return err
			}
			parts = append(parts, rows)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	took, err = timed("floor", func(ctx context.Context) error {
		for _, rows := range parts {
			if err := d.bare.do(ctx, rows); err != nil {
				return err
			}
		}
		return nil
	})
	d.took[1].add(took)
	return drained, err
}

func drain(ctx context.Context, d *desk.Desk, batches int) (drained int, err error) {
	for range batches {
		n, err := d.Drain(ctx, shards)
		if err != nil {
			return 0, err
		}
		drained += n
	}
	return drained, nil
}

// shards are all parts of the orders.
var shards = func() (all []int) {
	for i := range store.Shards {
		all = append(all, i)
	}
	return all
}()

// recordDue lets the second desk drain a batch, and gives what it read and wrote.
func (d *draining) recordDue(ctx context.Context) (*batchRows, error) {
	if _, err := d.double.Drain(ctx, shards); err != nil {
		return nil, err
	}
	rows := &batchRows{dueBy: d.clock.now().UnixMicro()}
	var err error
	if rows.writes, err = d.log.take(ctx); err != nil {
		return nil, err
	}
	orders := &rows.writes[0]
	for _, row := range append(orders.inserted, orders.updated...) {
		rows.files = append(rows.files, []string{row[orders.table.key[0]].(string), row[orders.table.key[1]].(string)})
	}
	d.note = rows.count()
	return rows, d.bare.prepare(rows)
}

// runDue lets very many deadlines come due at once, and then a thousand every second.
func runDue(o options) ([]line, error) {
	ctx, n := context.Background(), o.or(dueOrders)
	d, err := newDraining(ctx, n)
	if d != nil {
		defer d.end()
	}
	if err != nil {
		return nil, err
	}
	d.clock.set(d.molds[dueMolds-1].due.Add(time.Second))
	compared := max(1, n*dueCompared/dueMolds/(handleSegment*handleBatch))
	var c comparison
	done := 0
	for range compared {
		d.took = [2]spent{}
		drained, err := d.drainSegment(handleSegment)
		if err != nil {
			return nil, err
		}
		done += drained
		c.add(float64(drained), d.took)
	}
	rest, took, err := d.drainRest(ctx)
	if err != nil {
		return nil, err
	}
	l := c.line("orders/s", fmt.Sprintf("%d orders beside the floor; the other %d alone, %.0f/s; rows of a batch, new+changed: %s", done, rest, float64(rest)/took.Seconds(), d.note))
	late, err := d.punctual(ctx)
	return []line{l, late}, err
}

// drainRest drains what is still due, by the desk alone.
func (d *draining) drainRest(ctx context.Context) (done int, took time.Duration, err error) {
	start := time.Now()
	for {
		n, err := d.desk.Drain(ctx, shards)
		if err != nil || n == 0 {
			return done, max(1, time.Since(start)), err
		}
		done += n
	}
}
