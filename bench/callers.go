package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"recourse/desk"
)

// callers is how many tell the desk something at the same time.
const callers = 64

// queues are what the callers are about to tell. All facts of an order go to one caller, who tells them in their order.
type queues [callers][]moment

// fill deals a life's next facts until there are so many, and gives the instant of the last one.
func (q *queues) fill(l *life, facts int) (until time.Time) {
	for range facts - q.left() {
		m := l.step()
		c := uint32(m.thread.number) * 2654435769 >> 26 // a hash of six bits
		q[c], until = append(q[c], m), m.at()
	}
	return until
}

func (q *queues) left() (n int) {
	for c := range q {
		n += len(q[c])
	}
	return n
}

// answers are what became of a run of the callers.
type answers struct {
	done int
	took time.Duration
	each []time.Duration // how long each answer took
}

// tell lets every caller tell what is in its queue, one thing after the other, and stops when the first queue is empty or
// the time is over: from then on there would be fewer callers than were asked for.
func (q *queues) tell(atMost time.Duration, one func(caller int, m moment) error) (answers, error) {
	ctx, stop := context.WithTimeout(context.Background(), atMost)
	defer stop()
	var wait sync.WaitGroup
	var took [callers][]time.Duration
	var errs [callers]error
	start := time.Now()
	for c := range callers {
		wait.Go(func() {
			defer stop()
			for len(q[c]) > 0 && ctx.Err() == nil {
				begun := time.Now()
				if errs[c] = one(c, q[c][0]); errs[c] != nil {
					return
				}
				took[c], q[c] = append(took[c], time.Since(begun)), q[c][1:]
			}
		})
	}
	wait.Wait()
	t := answers{took: time.Since(start)}
	for c := range callers {
		t.done += len(took[c])
		t.each = append(t.each, took[c]...)
	}
	slices.Sort(t.each)
	return t, errors.Join(errs[:]...)
}

// percentile is the time that so many of a hundred did not take longer than, in milliseconds.
func percentile(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(float64(len(sorted))*p/100))]) / float64(time.Millisecond)
}

// What is required of single facts from 64 callers.
const (
	callersRate = 8000
	callersLate = 20 // ms
	// callersMost is a rate that will not be reached, so that there are facts enough for a round.
	callersMost = 20_000
)

// calling is a desk that callers tell of a life.
type calling struct {
	life  *life
	clock *virtual
	desk  *desk.Desk
	queue queues
	close func()
}

// newCalling opens a desk on SQLite and lets it take in the beginning of the life.
func newCalling(o options) (*calling, error) {
	dir, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	c := &calling{clock: newVirtual(lifeBegins), close: dir.close}
	address, err := dir.next()
	if err != nil {
		return c, err
	}
	if c.life, err = newLife(handleEvery, ordinaryLife); err != nil {
		return c, err
	}
	if c.desk, err = openDesk(context.Background(), address, c.clock.now); err != nil {
		return c, err
	}
	c.close = func() { closeDesk(c.desk); dir.close() }
	return c, warm(c.desk, c.life, c.clock, o.or(handleOrders))
}

// rounds lets the callers tell what comes next, each fact as one says.
func (c *calling) rounds(o options, one func(caller int, m moment) error) ([]line, error) {
	return callerRounds(func() (answers, error) {
		c.clock.set(c.queue.fill(c.life, int(o.atLeast.Seconds()*callersMost)+callers))
		return c.queue.tell(o.atLeast, one)
	})
}

// runCallers measures single facts from 64 goroutines that call Handle, on SQLite: what the desk can do, before HTTP.
func runCallers(o options) ([]line, error) {
	c, err := newCalling(o)
	if c != nil {
		defer c.close()
	}
	if err != nil {
		return nil, err
	}
	return c.rounds(o, func(_ int, m moment) error {
		fact := []desk.Fact{m.event()}
		results, err := c.desk.Handle(context.Background(), shop, fact)
		if err != nil {
			return err
		}
		return taken(fact, results)
	})
}

// warm lets a desk take in the beginning of a life, so that most of what follows is about orders that are known.
func warm(d *desk.Desk, l *life, clock *virtual, orders int) error {
	for l.placed < orders {
		facts, at := l.batch(handleBatch)
		clock.set(at)
		results, err := d.Handle(context.Background(), shop, facts)
		if err == nil {
			err = taken(facts, results)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// callerRounds does some rounds and gives the rate and the latency of the median round each.
func callerRounds(do func() (answers, error)) ([]line, error) {
	var rates, perCPU, half, late []float64
	for range handleRounds {
		cpu := processorTime()
		t, err := do()
		if err != nil {
			return nil, err
		}
		rates = append(rates, float64(t.done)/t.took.Seconds())
		perCPU = append(perCPU, float64(t.done)/(processorTime()-cpu).Seconds())
		half, late = append(half, percentile(t.each, 50)), append(late, percentile(t.each, 99))
	}
	rate := median(rates)
	return []line{
		{Rate: rate, Unit: "events/s", Floor: callersRate, Ratio: rate / callersRate, PerCPU: median(perCPU), Note: fmt.Sprintf("p50 %.1f ms", median(half))},
		latency(".p99", median(late), callersLate),
	}, nil
}

// latency is a line of a time in milliseconds, which is good when it is below its limit.
func latency(name string, ms, limit float64) line {
	return line{Name: name, Rate: ms, Unit: "ms", Floor: limit, Ratio: limit / ms}
}
