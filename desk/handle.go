package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"sync/atomic"
	"time"

	"recourse"
	"recourse/store"
)

// This file is the way of a call: checked, queued, gathered with others into a batch, decided, saved, answered.
//
//	submit ─► queue ─► serve: gather ─► decide (from a snapshot) ─► saver: save against the versions ─► answers
//	              ▲                                                    │
//	              └───── what another batch or node was faster with ◄──┘
//
// One goroutine decides while another saves what was decided before, so that the disk and the processors both have work.
// A batch is therefore decided before the one ahead of it is saved. Where both have the same order, the version says so
// and the facts are decided again: the price of a hot order, and only of that one.

// maxBatch is how many facts are decided in one transaction.
const maxBatch = 1000

// call is one caller's facts on their way through the queue.
type call struct {
	ctx     context.Context
	jobs    []*job
	preview bool
	left    atomic.Int64 // jobs that are not over
	done    chan error   // has room for one
}

// answer ends a call, once: with an error, or with none when all its jobs are over.
func (c *call) answer(err error) {
	select {
	case c.done <- err:
	default: // it was answered: an error of one of its jobs came first
	}
}

// over ends jobs. The error is that of all of them.
func over(jobs []*job, err error) {
	for _, j := range jobs {
		if err != nil {
			j.call.answer(err)
		} else if j.call.left.Add(-1) == 0 {
			j.call.answer(nil)
		}
	}
}

// job is one fact and what becomes of it.
type job struct {
	call     *call
	merchant string
	fact     Fact
	result   *Result
	tries    int // how often it was decided and came too late
}

// submit checks facts, queues them a batch at a time, and waits.
func (d *Desk) submit(ctx context.Context, merchant string, facts []Fact, preview bool) ([]Result, error) {
	results := make([]Result, len(facts))
	jobs := make([]*job, 0, len(facts))
	bought := boughtIn(facts)
	for i := range facts {
		j := &job{merchant: merchant, fact: facts[i], result: &results[i]}
		j.fact.Person = cmp.Or(j.fact.Person, personOf(ctx))
		if j.check() {
			lookAtAddress(&j.fact.Event, bought)
			jobs = append(jobs, j)
		}
	}
	return results, d.all(ctx, jobs, preview)
}

// all lets jobs be decided a batch at a time. The second batch is on its way while the first is saved.
func (d *Desk) all(ctx context.Context, jobs []*job, preview bool) error {
	var before *call
	for part := range slices.Chunk(jobs, maxBatch) {
		c := &call{ctx: ctx, jobs: part, preview: preview, done: make(chan error, 1)}
		c.left.Store(int64(len(part)))
		for _, j := range part {
			j.call = c
		}
		if err := d.send(c); err != nil {
			return err
		}
		if before != nil {
			if err := d.wait(before); err != nil {
				return err
			}
		}
		before = c
	}
	if before == nil {
		return nil
	}
	return d.wait(before)
}

func (d *Desk) send(c *call) error {
	select {
	case d.queue <- c:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	case <-d.ctx.Done():
		return errClosed
	}
}

// wait waits for the answer. Once a call is queued it may be decided whatever the caller does: the answer is what tells.
func (d *Desk) wait(c *call) error {
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

var errClosed = &recourse.Error{Kind: recourse.Unavailable, Code: "closing", Message: "the program is stopping before it could answer", Hint: "try again in a few seconds"}

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

// serve decides what has gathered in the queue, batch after batch, and hands it to the saver.
func (d *Desk) serve() {
	defer close(d.stopped)
	s := &saver{decided: make(chan *batch), free: make(chan struct{}, 1), ended: make(chan struct{})}
	go s.run(d)
	var q gatherer
	for {
		q.clear()
		select {
		case <-d.ctx.Done():
			close(s.decided)
			<-s.ended
			return
		case jobs := <-d.late:
			q.late = jobs
		case c := <-d.queue:
			q.take(c)
		}
		q.gather(s, d.queue)
		d.round(&q, s.decided)
	}
}

// round decides a batch.
func (d *Desk) round(q *gatherer, decided chan<- *batch) {
	// The batch in hand is finished even when the desk closes: its callers wait for an answer that is true.
	ctx, stop := context.WithTimeout(context.WithoutCancel(d.ctx), patience)
	defer stop()
	if q.preview != nil {
		jobs := q.preview.jobs
		over(jobs, d.settle(ctx, jobs, true))
	}
	jobs := q.late
	for _, c := range q.calls {
		jobs = append(jobs, c.jobs...)
	}
	if len(jobs) == 0 {
		return
	}
	b := newBatch(d.clock(), jobs)
	b.early, b.callers = true, len(q.calls)
	if err := d.store.Read(ctx, func(tx *store.Tx) error { return d.decideAll(tx, b) }); err != nil {
		d.alone(ctx, q.late, q.calls)
		return
	}
	decided <- b
}

// alone decides calls one by one: when a batch failed, because somebody's merchant is not known, say, the others need not
// suffer for it.
func (d *Desk) alone(ctx context.Context, late []*job, calls []*call) {
	for _, j := range late {
		over([]*job{j}, d.settle(ctx, []*job{j}, false))
	}
	for _, c := range calls {
		over(c.jobs, d.settle(ctx, c.jobs, false))
	}
}

// save saves a batch and answers its callers. What came too late is decided again with the next batch.
func (d *Desk) save(b *batch) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(d.ctx), patience)
	defer stop()
	var lost []*job
	err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
		lost, err = b.save(tx)
		return err
	})
	if recourse.CodeOf(err) == "event_twice" {
		lost, err = b.jobs, nil
	}
	if err != nil {
		over(b.jobs, err)
		return
	}
	if b.soon {
		d.stir()
	}
	d.watchers.saved(b)
	over(slices.DeleteFunc(slices.Clone(b.jobs), func(j *job) bool { return slices.Contains(lost, j) }), nil)
	d.tryAgain(lost)
}

// tryAgain queues jobs that came too late, in their order, or gives up on those that did so many times.
func (d *Desk) tryAgain(lost []*job) {
	var again []*job
	for _, j := range lost {
		if j.tries++; j.tries > maxRounds {
			over([]*job{j}, errBusy)
		} else {
			again = append(again, j)
		}
	}
	if len(again) > 0 {
		go func() { // the one who takes it may be waiting for the saver
			select {
			case d.late <- again:
			case <-d.stopped:
			}
		}()
	}
}

// gatherer collects the calls of the next batch.
type gatherer struct {
	late    []*job // of earlier batches
	calls   []*call
	preview *call // it is decided by itself, and taken back
	facts   int
}

// clear forgets the last batch.
func (q *gatherer) clear() {
	clear(q.calls)
	q.calls, q.facts, q.late, q.preview = q.calls[:0], 0, nil, nil
}

// take adds a call, and says whether there may be room for more.
func (q *gatherer) take(c *call) bool {
	if c.preview {
		q.preview = c
		return false
	}
	q.calls, q.facts = append(q.calls, c), q.facts+len(c.jobs)
	return q.facts < maxBatch
}

// gather takes further calls until there is a batch, or nobody else is there. While the saver has more callers than have
// gathered it waits for others: those who were answered last are back in a moment if they have more to tell, and two
// batches of the same size keep the disk and the processors busy at the same time. Who comes alone waits for nobody.
func (q *gatherer) gather(s *saver, queue <-chan *call) {
	for q.preview == nil && q.facts < maxBatch {
		select {
		case c := <-queue:
			if !q.take(c) {
				return
			}
			continue
		default:
		}
		if len(q.calls) >= int(s.callers.Load()) {
			return
		}
		select {
		case c := <-queue:
			if !q.take(c) {
				return
			}
		case <-s.free: // perhaps of an earlier batch: look again
		}
	}
}

// saver saves what was decided, batch after batch.
type saver struct {
	decided chan *batch
	callers atomic.Int64  // of the batch in hand
	free    chan struct{} // told when a batch is over
	ended   chan struct{}
}

func (s *saver) run(d *Desk) {
	defer close(s.ended)
	for b := range s.decided {
		s.callers.Store(int64(b.callers))
		d.save(b)
		s.callers.Store(0)
		select {
		case s.free <- struct{}{}:
		default:
		}
	}
}

// patience is how long a batch may take before its callers are told that the database cannot be used.
const patience = 30 * time.Second

// maxRounds is how often what other nodes were faster with is decided again before the caller is told to come back.
const maxRounds = 20

var errBusy = &recourse.Error{Kind: recourse.Unavailable, Code: "busy", Message: "others decide the same orders at the moment; what was not answered for was not changed", Hint: "try again in a few seconds"}

// settle decides jobs and saves them in one transaction, again and again for those that other nodes were faster with.
func (d *Desk) settle(ctx context.Context, jobs []*job, preview bool) error {
	run := d.store.Write
	if preview {
		run = d.store.Try
	}
	for range maxRounds {
		b := newBatch(d.clock(), jobs)
		var lost []*job
		err := run(ctx, func(tx *store.Tx) (err error) {
			if err = d.decideAll(tx, b); err == nil {
				lost, err = b.save(tx)
			}
			return err
		})
		switch {
		case recourse.CodeOf(err) == "event_twice":
			continue
		case err != nil:
			return err
		case b.soon && !preview:
			d.stir()
		}
		if !preview {
			d.watchers.saved(b)
		}
		if len(lost) == 0 {
			return nil
		}
		jobs = lost
	}
	return errBusy
}

// decideAll reads what a batch looks at, and decides it.
func (d *Desk) decideAll(tx *store.Tx, b *batch) error {
	if err := b.find(tx); err != nil {
		return err
	}
	if err := b.read(tx); err != nil {
		return err
	}
	if err := b.exchange(tx); err != nil {
		return err
	}
	return d.decide(tx, b)
}
