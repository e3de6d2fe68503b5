// Package desk is the only room with a clock and a transaction. Facts come in, decisions are made and saved whole; time
// comes, and what is due is decided. Nothing leaves the house from here: what was saved is carried out elsewhere, and
// what the world answers comes back as a fact, by the same door.
//
//	Handle   takes in facts: decides, saves, answers when it is durable
//	Preview  the same path, rolled back: what would follow
//	Approve, Reject, and every other word about an act are facts too (effect.approved, …)
//	Run      lets deadlines act at their instants, on as many nodes as there are
//	Verify   makes every decision again from the history, and compares
//
// # Commits are shared
//
// A commit waits for the disk, and the disk takes as long for one decision as for a thousand. So callers queue, one
// goroutine takes what has gathered and decides all of it, another saves it with one commit; meanwhile the next is
// decided, and the next callers gather. Orders do not know of each other and are decided on all processors.
//
// # Nobody is locked
//
// A file is read with its version and saved against it. Where another node was faster, what was decided here is thrown
// away and decided again from the newer file. Decisions are pure, so that throwing one away costs nothing but time.
package desk

import (
	"context"
	"crypto/rand"
	"time"

	"recourse"
	"recourse/store"
)

// Desk decides for all merchants of one database. It is safe for many goroutines.
type Desk struct {
	store     *store.Store
	clock     func() time.Time
	node      string // names this process among those that share the database
	policies  policies
	queue     chan *call
	late      chan []*job   // to be decided again
	wake      chan struct{} // something became due earlier than the due loop knows
	ctx       context.Context
	stop      context.CancelFunc
	stopped   chan struct{}
	watchers  watchers
	trials    chan struct{} // one for each trial that is made
	reports   reports
	receiver  receiver
	suppliers recordCache
	windows   windowTables
}

// New opens a desk on a store. The clock is asked once for each transaction. Close it before the store.
func New(s *store.Store, clock func() time.Time) *Desk {
	d := &Desk{store: s, clock: clock, node: rand.Text(), queue: make(chan *call, maxBatch), late: make(chan []*job), wake: make(chan struct{}, 1), stopped: make(chan struct{}), trials: make(chan struct{}, mostTrials), receiver: newReceiver()}
	d.ctx, d.stop = context.WithCancel(context.Background())
	go d.serve()
	go d.receive()
	return d
}

// Close lets the batch in hand finish; whoever waits behind it is told that the desk closed.
func (d *Desk) Close() {
	d.stop()
	<-d.stopped
	<-d.receiver.stopped
}

// Store is where the desk keeps everything, for who reads.
func (d *Desk) Store() *store.Store { return d.store }

// Now is the instant that a decision would be made at.
func (d *Desk) Now() time.Time { return d.clock() }

// Fact is an event with who told it.
type Fact struct {
	Event recourse.Event
	By    string // the person, the token or the connection; kept in the history
	// Person is the id of the person's account, by which two of one name are told apart: "" where it is nobody's. It is taken
	// from the context where it is empty; see [InPerson].
	Person string
	// Version is that of the order that the teller had before their eyes; 0: any. Where the order has moved on, the fact is
	// refused with version_changed, of kind [recourse.Conflict].
	Version int64
	// Evidence is what evidence.received is told of: it is written down with the decision, or neither is.
	Evidence *store.Evidence
}

// Status says what became of a fact.
type Status string

const (
	// Taken: it was decided on and saved, whatever followed.
	Taken Status = "taken"
	// Held: it was saved and waits until its order is known.
	Held Status = "held"
	// Duplicate: the same source and id was there before. Nothing was changed; Seq says where it stands in the history.
	Duplicate Status = "duplicate"
	// Refused: it cannot be taken in, and Err says why. Nothing was changed.
	Refused Status = "refused"
)

// Result is what became of one fact. When it comes, it is durable.
type Result struct {
	Status  Status
	Order   string
	ID      string // of the event; one was given to a fact without
	Seq     int64  // of its entry in the order's history, and the order's version by it
	Entries []recourse.Entry
	Effects []recourse.Effect
	Cases   []*recourse.Case // that it touched, as they stand then; nil unless it was taken in now. Not to be changed
	Err     error
}

// Handle takes in the facts of one merchant, in their order, and answers when what was decided is durable. A fact that
// is refused stops none of the others. The error is that of all of them: the database cannot be used, or the merchant
// is not known; then nothing was taken in.
//
// More than a thousand facts are taken in a thousand at a time: if the error comes late, the first thousands stand, and
// telling all of them again changes nothing, as long as they have ids.
func (d *Desk) Handle(ctx context.Context, merchant string, facts []Fact) ([]Result, error) {
	return d.submit(ctx, merchant, facts, false)
}

// Preview tells what Handle would answer, by the same path, and takes everything back. What would act by its deadline
// at once is part of it. Effects are in the results, with the ids that they would have.
func (d *Desk) Preview(ctx context.Context, merchant string, facts []Fact) ([]Result, error) {
	return d.submit(ctx, merchant, facts, true)
}

// Tell takes in one fact, and gives its refusal as the error.
func (d *Desk) Tell(ctx context.Context, merchant string, f Fact) (Result, error) {
	results, err := d.Handle(ctx, merchant, []Fact{f})
	if err != nil {
		return Result{}, err
	}
	return results[0], results[0].Err
}

// Approve lets an act that waits for a person go ahead. It may be done once: effect_moved, of kind
// [recourse.Conflict], says that somebody was faster.
func (d *Desk) Approve(ctx context.Context, merchant, effect, by string) (Result, error) {
	return d.Tell(ctx, merchant, Fact{Event: recourse.Event{Source: "desk", Type: recourse.EffectApproved, Data: recourse.Data{Effect: effect}}, By: by})
}

// Reject says no to an act that waits for a person. What follows is the playbook's to say.
func (d *Desk) Reject(ctx context.Context, merchant, effect, reason, by string) (Result, error) {
	return d.Tell(ctx, merchant, Fact{Event: recourse.Event{Source: "desk", Type: recourse.EffectRejected, Data: recourse.Data{Effect: effect, Reason: reason}}, By: by})
}
