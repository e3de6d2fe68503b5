package replay

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"recourse"
	"recourse/decide"
)

// Options say how a book is replayed.
//
// Deciders are the policies side by side; a comparison is of the first two only, however many are
// given. Before is exclusive, so that months can be put one after the other without an order in both.
// With Until every case that is open at that instant has waited until then, which makes books of
// different length comparable; without it an order ends with its own last fact, and deadlines after
// that do not act.
type Options struct {
	// Policies are replayed side by side; the first is the one reported on, a second one is compared with it.
	Deciders []*decide.Decider
	// Until is where the replay ends: later facts are left out, and deadlines up to then act. Zero: every order is
	// followed to its own last fact and no further.
	Until time.Time
	// From and Before bound the orders by when they were placed; zero: unbounded.
	From, Before time.Time
	// Answers is what is assumed of those whom the book does not quote; nil: nobody answers.
	Answers *Answers
	// Progress, when set, is told from time to time how many orders were replayed.
	Progress func(orders int)
}

// Result is what a replay found.
//
// Each worker fills a result of its own, with a walker of its own, and they are put together at the
// end. Changed counts all orders that differ, Differs tells some of them.
type Result struct {
	Reports []*Report    // one for each decider
	Differs []Difference // of the first two, at most maxDiffers
	Changed int          // orders for which the first two differ
	// Sooner and Later are the orders whose buyers have their goods or their money sooner, or later, under the second policy
	// than under the first. Who has nothing by the end has it later than anybody.
	Sooner, Later int

	walker    decide.Walker
	answering *answering // nil: nobody answers
}

// maxDiffers bounds how many orders that differ are told one by one.
const maxDiffers = 1000

// chunk is how many orders a worker takes at a time, so that handing them over costs little.
const chunk = 256

// Book replays the past: each order's facts at their own times, every deadline between them. Orders do not know of
// each other, so that they are replayed on all processors; the result does not depend on who replays which. The
// first error of the book ends the replay.
//
// What is found until an error or a cancellation is given beside the error: half a report may still be
// of use, and the caller must look at the error to know that it is half. Progress is called under a
// lock, one call at a time, and should be quick.
//
// Sums are whole numbers until the end (seconds, minor units), and the orders that differ are sorted,
// so that the same book gives the same report on one processor and on sixty-four.
func Book(ctx context.Context, orders iter.Seq2[[]recourse.Event, error], o Options) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan [][]recourse.Event, 2)
	var failed error
	go func() {
		defer close(work)
		failed = feed(ctx, orders, work)
	}()
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := newResult(len(o.Deciders))
	done := 0
	for range max(1, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			own := newResult(len(o.Deciders))
			if o.Answers != nil {
				own.answering = &answering{Answers: o.Answers}
			}
			for batch := range work {
				n := 0
				for ; n < len(batch) && ctx.Err() == nil; n++ {
					own.order(batch[n], &o)
				}
				mu.Lock()
				done += n
				if o.Progress != nil {
					o.Progress(done)
				}
				mu.Unlock()
			}
			mu.Lock()
			total.merge(own)
			mu.Unlock()
		})
	}
	wg.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	total.finish()
	for _, r := range total.Reports {
		r.Assumed = o.Answers.Assumed()
	}
	return total, failed
}

// feed hands the orders to the workers in chunks.
//
// The sequence is read by one goroutine only, and no further ahead than the workers can take, so that
// a book larger than memory can be replayed. Batches are made anew each time: a worker may still read
// the one before.
func feed(ctx context.Context, orders iter.Seq2[[]recourse.Event, error], work chan<- [][]recourse.Event) error {
	var batch [][]recourse.Event
	send := func() bool {
		select {
		case work <- batch:
			batch = make([][]recourse.Event, 0, chunk)
			return true
		case <-ctx.Done():
			return false
		}
	}
	for events, err := range orders {
		if err != nil {
			return err
		}
		batch = append(batch, events)
		if len(batch) == chunk && !send() {
			return ctx.Err()
		}
	}
	send()
	return nil
}

// Story replays one order and gives everything that was decided, in order, with the file at its end.
//
// It is for one order that somebody wants to read. The walker's bench is used again by the next
// decision, which is why entries and effects are copied; the file of all decisions is the same one, as
// it stands at the end.
func Story(d *decide.Decider, events []recourse.Event, until time.Time) (*recourse.OrderFile, []decide.Decision) {
	var all []decide.Decision
	file := walk(new(decide.Walker), d, events, until, keeping(&all))
	return file, all
}

// AnsweredStory is a story in which those who are asked answer as assumed. What they said is given as well: facts from the
// source «assumed».
func AnsweredStory(d *decide.Decider, events []recourse.Event, until time.Time, answers *Answers) (*recourse.OrderFile, []decide.Decision, []recourse.Event) {
	if answers == nil {
		file, all := Story(d, events, until)
		return file, all, nil
	}
	var all []decide.Decision
	var said []recourse.Event
	a := &answering{Answers: answers, heard: func(ev recourse.Event) { said = append(said, ev) }}
	file := a.walk(new(decide.Walker), d, answers.priced(events), until, keeping(&all))
	return file, all, said
}

// keeping keeps decisions with lists of their own.
func keeping(all *[]decide.Decision) func(decide.Decision) {
	return func(d decide.Decision) {
		d.Entries, d.Effects = slices.Clone(d.Entries), slices.Clone(d.Effects)
		*all = append(*all, d)
	}
}

// maxDue bounds how often one order may come due: a repetition every day for ten years.
const maxDue = 4000

// walk replays one order's facts under one decider. What seen is given holds until it returns.
//
// Between two facts every deadline acts at its own instant, as it would have with a desk that was
// never down. A fact is handed in at its own time, so that nothing is late here: a replay shows what a
// policy would have done with what was known then. Facts are expected in order of time; one that is
// not is decided on all the same, as late as it comes. After maxDue deadlines the clock is only moved
// by facts.
func walk(k *decide.Walker, d *decide.Decider, events []recourse.Event, until time.Time, seen func(decide.Decision)) *recourse.OrderFile {
	file := &recourse.OrderFile{}
	if len(events) > 0 {
		file.Order.ID = events[0].Order
	}
	k.Begin(d, file)
	left := maxDue
	pass := func(to time.Time) {
		for !file.Due.IsZero() && !file.Due.After(to) && left > 0 {
			left--
			seen(k.Due(file.Due))
		}
	}
	for i := range events {
		ev := &events[i]
		if !until.IsZero() && ev.Time.After(until) {
			break
		}
		pass(ev.Time)
		if decision := k.Event(ev, ev.Time); !decision.Duplicate {
			seen(decision)
		}
	}
	if !until.IsZero() {
		pass(until)
	}
	return file
}

// newResult is a result with an empty report for each of n deciders.
func newResult(n int) *Result {
	r := &Result{}
	for range n {
		r.Reports = append(r.Reports, newReport())
	}
	return r
}

// order replays one order under every decider and takes what was found.
//
// Orders are chosen by when they were placed, not by their facts, so that an order is either in with
// its whole story or out. The sums for the comparison live on the stack of this call; only what
// differs is kept.
func (r *Result) order(events []recourse.Event, o *Options) {
	placed, in := placedAt(events), true
	if !o.From.IsZero() && placed.Before(o.From) || !o.Before.IsZero() && !placed.Before(o.Before) || !o.Until.IsZero() && placed.After(o.Until) {
		in = false
	}
	if !in || len(events) == 0 {
		return
	}
	events = o.Answers.priced(events)
	var sums [2]summary
	for i, d := range o.Deciders {
		sum := summary{compared: len(o.Deciders) > 1}
		file := r.walk(d, events, o.Until, func(d decide.Decision) { r.Reports[i].take(d, &sum) })
		r.Reports[i].file(d, file, o.Until, &sum)
		if i < 2 {
			sums[i] = sum
		}
	}
	if len(o.Deciders) > 1 {
		r.compare(events[0].Order, &sums[0], &sums[1])
	}
}

// walk replays an order with answers or without.
func (r *Result) walk(d *decide.Decider, events []recourse.Event, until time.Time, seen func(decide.Decision)) *recourse.OrderFile {
	if r.answering != nil {
		return r.answering.walk(&r.walker, d, events, until, seen)
	}
	return walk(&r.walker, d, events, until, seen)
}

// placedAt is when an order was placed; the time of its first fact when that is not told.
func placedAt(events []recourse.Event) time.Time {
	for i := range events {
		if events[i].Type == recourse.OrderPlaced {
			return events[i].Time
		}
	}
	if len(events) == 0 {
		return time.Time{}
	}
	return events[0].Time
}

// merge adds what another worker found. The reports stay in the order of the deciders.
func (r *Result) merge(o *Result) {
	for i := range r.Reports {
		r.Reports[i].merge(o.Reports[i])
	}
	r.Differs = append(r.Differs, o.Differs...)
	r.Changed += o.Changed
	r.Sooner += o.Sooner
	r.Later += o.Later
}

// finish puts what the workers found in an order that does not depend on them.
func (r *Result) finish() {
	r.sortDiffers()
	for _, report := range r.Reports {
		report.Waited.finish()
		report.Whole.finish()
		report.tell()
	}
}

// sortDiffers keeps the orders that come first by their numbers.
//
// Workers call it, too, when their list has grown to twice the bound: to keep the first of each
// worker's is to keep the first of all, since what is not among the first of a part cannot be among
// the first of the whole.
func (r *Result) sortDiffers() {
	slices.SortFunc(r.Differs, func(a, b Difference) int { return strings.Compare(a.Order, b.Order) })
	r.Differs = slices.Clone(r.Differs[:min(len(r.Differs), maxDiffers)])
}
