package desk

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"recourse"
	"recourse/store"
)

// maxBatch is how many facts are decided in one transaction.
const maxBatch = 1000

// call is one caller's facts on their way through the queue.
type call struct {
	ctx     context.Context
	jobs    []*job
	preview bool
	done    chan error
}

// job is one fact and what becomes of it.
type job struct {
	merchant string
	fact     Fact
	result   *Result
}

// submit checks facts, queues them a batch at a time, and waits.
func (d *Desk) submit(ctx context.Context, merchant string, facts []Fact, preview bool) ([]Result, error) {
	results := make([]Result, len(facts))
	jobs := make([]*job, 0, len(facts))
	for i := range facts {
		j := &job{merchant: merchant, fact: facts[i], result: &results[i]}
		if j.check() {
			jobs = append(jobs, j)
		}
	}
	for part := range slices.Chunk(jobs, maxBatch) {
		c := &call{ctx: ctx, jobs: part, preview: preview, done: make(chan error, 1)}
		if err := d.wait(c); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (d *Desk) wait(c *call) error {
	select {
	case d.queue <- c:
	case <-c.ctx.Done():
		return c.ctx.Err()
	case <-d.ctx.Done():
		return errClosed
	}
	// Once it is queued it may be decided whatever the caller does: the answer is what tells.
	select {
	case err := <-c.done:
		return err
	case <-d.stopped:
	}
	select {
	case err := <-c.done: // it was in the last batch
		return err
	default:
		return errClosed
	}
}

var errClosed = &recourse.Error{Kind: recourse.Unavailable, Code: "closing", Message: "the program is stopping; nothing was changed by this call", Hint: "try again in a few seconds"}

// check refuses what could not be decided on, before anybody waits for it, and gives an event without an id one.
func (j *job) check() bool {
	ev := &j.fact.Event
	if err := ev.Check(); err != nil {
		*j.result = Result{Status: Refused, ID: ev.ID, Order: ev.Order, Err: err}
		return false
	}
	if ev.ID == "" {
		ev.ID = rand.Text()
	}
	j.result.ID = ev.ID
	return true
}

// serve takes what has gathered in the queue, batch after batch.
func (d *Desk) serve() {
	defer close(d.stopped)
	var q gatherer
	for {
		select {
		case <-d.ctx.Done():
			return
		case c := <-d.queue:
			q.take(c)
			q.gather(d)
			begun := time.Now()
			d.batch(q.calls)
			q.ended(time.Since(begun))
		}
	}
}

// gatherer collects the calls of the next batch. Those who were just answered are back in a moment if they have more to
// tell, and a commit costs the same for all of them; so it waits a little, but only for as many as lately came together.
type gatherer struct {
	calls []*call
	facts int
	peak  int           // callers who lately came together
	took  time.Duration // by the last batch
}

// linger bounds how long a batch waits for more callers: so small a part of what the last one took, and no longer.
const (
	lingerPart = 6
	lingerMost = time.Millisecond
)

func (q *gatherer) take(c *call) { q.calls, q.facts = append(q.calls[:0], c), len(c.jobs) }

// gather takes further calls, up to a batch. A preview goes alone: it is taken back.
func (q *gatherer) gather(d *Desk) {
	var late <-chan time.Time
	for q.facts < maxBatch && !q.calls[0].preview {
		select {
		case c := <-d.queue:
			if !q.add(d, c) {
				return
			}
			continue
		default:
		}
		if len(q.calls) >= q.peak || len(q.calls) == 1 && q.peak < 3 {
			return
		}
		if late == nil {
			late = time.After(min(q.took/lingerPart, lingerMost))
		}
		select {
		case c := <-d.queue:
			if !q.add(d, c) {
				return
			}
		case <-late:
			return
		}
	}
}

// add puts a call to the batch. One that does not fit lets the batch go first and begins another; it says whether that
// one may go on gathering.
func (q *gatherer) add(d *Desk, c *call) bool {
	if c.preview || q.facts+len(c.jobs) > maxBatch {
		d.batch(q.calls)
		q.take(c)
		return !c.preview
	}
	q.calls, q.facts = append(q.calls, c), q.facts+len(c.jobs)
	return true
}

// ended learns from a batch how many callers come together.
func (q *gatherer) ended(took time.Duration) {
	q.took = took
	q.peak = max(len(q.calls), q.peak*7/8)
	clear(q.calls)
}

// patience is how long a batch may take before its callers are told that the database cannot be used.
const patience = 30 * time.Second

// batch decides calls in one transaction and answers them.
func (d *Desk) batch(calls []*call) {
	if len(calls) == 0 {
		return
	}
	var jobs []*job
	for _, c := range calls {
		jobs = append(jobs, c.jobs...)
	}
	// The batch in hand is finished even when the desk closes: its callers wait for an answer that is true.
	ctx, stop := context.WithTimeout(context.WithoutCancel(d.ctx), patience)
	defer stop()
	err := d.settle(ctx, jobs, calls[0].preview)
	if err != nil && len(calls) > 1 && recourse.KindOf(err) != recourse.Unavailable {
		// Somebody's merchant is not known, say: the others need not suffer for it.
		for _, c := range calls {
			c.done <- d.settle(ctx, c.jobs, c.preview)
		}
		return
	}
	for _, c := range calls {
		c.done <- err
	}
}

// maxRounds is how often what other nodes were faster with is decided again before the caller is told to come back.
const maxRounds = 20

// settle decides jobs and saves them, again and again for those that other nodes were faster with.
func (d *Desk) settle(ctx context.Context, jobs []*job, preview bool) error {
	run := d.store.Write
	if preview {
		run = d.store.Try
	}
	for range maxRounds {
		var lost []*job
		err := run(ctx, func(tx *store.Tx) (err error) {
			lost, err = d.work(tx, jobs, d.clock())
			return err
		})
		switch {
		case recourse.CodeOf(err) == "event_twice":
			continue
		case err != nil:
			return err
		case len(lost) == 0:
			return nil
		}
		jobs = lost
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "busy", Message: "other nodes decide the same orders at the moment; nothing of the rest was changed", Hint: "try again in a few seconds"}
}

// work is one transaction: read, decide, save.
func (d *Desk) work(tx *store.Tx, jobs []*job, now time.Time) (lost []*job, err error) {
	b := &batch{tx: tx, now: now, groups: map[store.Key]*group{}, twins: map[*job]*job{}}
	if err := b.find(jobs); err != nil {
		return nil, err
	}
	if err := b.read(); err != nil {
		return nil, err
	}
	if err := d.decide(tx, b); err != nil {
		return nil, err
	}
	return b.save(d)
}
