package effect

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"recourse"
	"recourse/store"
)

// Options are what a runner works with.
type Options struct {
	Store *store.Store
	Clock func() time.Time
	// Tell takes in a fact by the desk's door; by is the connection. The error is the refusal. A fact that was taken in
	// before is none.
	Tell func(ctx context.Context, merchant, by string, ev *recourse.Event) error
	// Open opens a connection's secrets.
	Open func(*store.Connection) (*recourse.Connection, error)
	// Kind is what is known of a kind of connection; nil: there is none of that name.
	Kind func(name string) *Kind
	// Grace is how long what a person has approved waits, so that it can be taken back.
	Grace time.Duration
	// Dies, for tests, says that the process dies at a point. What the runner had in hand is left as it is.
	Dies func(Point) bool
	Log  *slog.Logger
}

// Point is a place on an act's way where a process may die.
type Point string

// The points, in the order of the way.
const (
	Claimed Point = "claimed" // the act is leased
	Started Point = "started" // the desk was told that it is begun
	Asking  Point = "asking"  // written down that the peer is asked; it is not yet
	Asked   Point = "asked"   // the peer was asked, and its answer is not written down
	Written Point = "written" // it is, and the desk was not told
	Told    Point = "told"    // it was
)

// Points lists them.
var Points = []Point{Claimed, Started, Asking, Asked, Written, Told}

// How much a node does at once.
const (
	atOnce        = 32  // acts
	perConnection = 4   // acts of one connection
	aRound        = 200 // acts that are looked at
	idle          = 500 * time.Millisecond
	inLine        = 200 * time.Millisecond // until those in front are through, about
)

// Runner carries out acts whose turn it is. Any number may run on one database.
type Runner struct {
	o       Options
	node    string
	mu      sync.Mutex
	busy    map[string]int // acts in hand, by connection
	senders map[string]made
	running sync.WaitGroup
	dead    bool
}

// made is a sender with the connection that it was made for.
type made struct {
	changed time.Time
	sender  Sender
	open    *recourse.Connection
}

// New makes a runner.
func New(o Options) *Runner {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Runner{o: o, node: rand.Text(), busy: map[string]int{}, senders: map[string]made{}}
}

// Run carries acts out until the context ends; calls in hand may end.
func (r *Runner) Run(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := r.begin(ctx)
		if err != nil && ctx.Err() == nil {
			r.o.Log.Error("acts wait", "error", err)
		}
		wait := idle
		if err == nil && n > 0 {
			wait = inLine / 2 // there may be more
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	r.running.Wait()
}

// Round carries out what is due now, and waits for it. It says how many acts it looked at.
func (r *Runner) Round(ctx context.Context) (int, error) {
	n, err := r.begin(ctx)
	r.running.Wait()
	return n, err
}

// turn is an act that is looked at, with what its order's file and its attempts say.
type turn struct {
	store.Errand
	file     store.File
	attempts []store.Attempt
	conn     *store.Connection // that carries it out; nil: none does
	others   []store.Connection
	next     time.Time // for one that is not begun now; zero: until it is approved anew
	begin    bool
}

// begin looks at what is due, begins what can be begun, and puts off the rest.
func (r *Runner) begin(ctx context.Context) (int, error) {
	if r.isDead() {
		return 0, nil
	}
	now := r.o.Clock()
	turns, err := r.due(ctx, now)
	if err != nil || len(turns) == 0 {
		return 0, err
	}
	p := plan{runner: r, now: now, taken: map[string]int{}, line: map[string]int{}, orders: map[store.Key]bool{}}
	for _, t := range turns {
		p.of(t)
	}
	var begun []*turn
	err = r.o.Store.Write(ctx, func(tx *store.Tx) error {
		begun = begun[:0]
		for _, t := range turns {
			mine, err := r.claim(tx, t, now)
			if err != nil {
				return err
			}
			if mine {
				begun = append(begun, t)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, t := range begun {
		r.hold(t, 1)
		r.running.Go(func() {
			defer r.hold(t, -1)
			r.carry(ctx, t)
		})
	}
	return len(turns), nil
}

// claim leases an act and its order, or puts it off. It says whether the act is to be carried out here.
func (r *Runner) claim(tx *store.Tx, t *turn, now time.Time) (bool, error) {
	if !t.begin {
		mine, err := tx.PutOff(&t.Errand, t.next)
		// While it is not known whether it happened, and nobody asks, a person is asked when the desk's patience is over.
		if err == nil && mine && t.Status == store.Sending && !t.next.IsZero() && !doubtful(t) {
			err = tx.Extend(t.Merchant, t.ID, t.next.Add(beginFor))
		}
		return false, err
	}
	// Acts of one order are carried out one after the other, on all nodes: the second sees what the first has come to.
	free, err := tx.Lease(orderLease(t), r.node+"/"+t.ID, now, now.Add(leaseFor))
	if err != nil {
		return false, err
	}
	if !free {
		_, err := tx.PutOff(&t.Errand, now.Add(orderWait))
		return false, err
	}
	mine, err := tx.PutOff(&t.Errand, now.Add(leaseFor))
	if err == nil && !mine {
		err = tx.Release(orderLease(t), r.node+"/"+t.ID)
	}
	return mine, err
}

func orderLease(t *turn) string { return "act " + t.Merchant + " " + t.Order }

func (r *Runner) hold(t *turn, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy[t.Merchant+" "+t.conn.ID] += n
	r.busy[""] += n
}

// due reads acts whose turn it is, with what is decided by.
func (r *Runner) due(ctx context.Context, now time.Time) (turns []*turn, err error) {
	err = r.o.Store.Read(ctx, func(tx *store.Tx) error {
		due, err := tx.Errands(now, aRound)
		if err != nil {
			return err
		}
		keys := make([]store.Key, len(due))
		conns := map[string][]store.Connection{}
		for i := range due {
			keys[i] = store.Key{Merchant: due[i].Merchant, Order: due[i].Order}
			if _, read := conns[due[i].Merchant]; !read {
				if conns[due[i].Merchant], err = tx.Connections(due[i].Merchant); err != nil {
					return err
				}
			}
		}
		files, err := tx.Files(keys)
		if err != nil {
			return err
		}
		for i := range due {
			t := &turn{Errand: due[i], file: files[keys[i]], others: conns[due[i].Merchant]}
			if len(t.others) > 0 {
				if t.attempts, err = tx.Attempts(t.Merchant, t.ID); err != nil {
					return err
				}
			}
			turns = append(turns, t)
		}
		return nil
	})
	return turns, err
}

// plan divides what is due into what is begun and what is put off.
type plan struct {
	runner *Runner
	now    time.Time
	taken  map[string]int // by connection, in this round
	line   map[string]int // those that stand in line
	orders map[store.Key]bool
	all    int
}

func (p *plan) of(t *turn) {
	t.conn = p.connection(t)
	if t.conn == nil || whatNext(t) == nothing {
		return // a person's
	}
	id := t.Merchant + " " + t.conn.ID
	most := perConnection
	switch c := t.conn; {
	case c.Status != recourse.ConnectionActive:
		t.next = p.now.Add(pausedWait)
		return
	case c.OpenUntil.After(p.now):
		t.next = c.OpenUntil.Add(step([]time.Duration{5 * time.Second}, 1, t.ID) - 5*time.Second)
		return
	case !c.OpenUntil.IsZero():
		most = 1 // half open: one tries
	}
	if begun := t.MovedAt.Add(p.runner.o.Grace); t.Status == store.Pending && t.MovedBy != "" && len(t.attempts) == 0 && begun.After(p.now) {
		t.next = begun
		return
	}
	key := store.Key{Merchant: t.Merchant, Order: t.Order}
	p.runner.mu.Lock()
	held, all := p.runner.busy[id], p.runner.busy[""]
	p.runner.mu.Unlock()
	if p.orders[key] || held+p.taken[id] >= most || all+p.all >= atOnce {
		p.line[id]++
		t.next = p.now.Add(inLine * time.Duration(1+min(p.line[id]/most, 240)))
		return
	}
	t.begin = true
	p.orders[key] = true
	p.taken[id]++
	p.all++
}

// connection is the one that carries an act out: of an act that a peer may have been asked for already, the one that asked.
func (p *plan) connection(t *turn) *store.Connection {
	if n := len(t.attempts); n > 0 {
		if last := &t.attempts[n-1]; last.Connection != "" && (last.Result != string(Later) || t.Status == store.Sending) {
			return named(last.Connection, t.others)
		}
	}
	if t.Status == store.Sending {
		return named(t.MovedBy, t.others)
	}
	return Route(&t.Effect.Effect, t.file.OrderFile, t.others, p.runner.o.Kind)
}

// doubtful says that an act may have happened, and that it is not known whether it did.
func doubtful(t *turn) bool {
	n := len(t.attempts)
	if n == 0 {
		return false
	}
	switch Result(t.attempts[n-1].Result) {
	case Later, Done, Refused:
		return false
	}
	return true
}

// what is what is to be done with an act whose turn it is.
type what int

const (
	nothing what = iota // it is over, waits for a person, or a person does it
	send                // ask the peer for it
	find                // ask the peer whether it happened
	tell                // the desk does not know yet what came of it
)

// whatNext says it from what is written down. The attempts say whether the peer may have been asked; the status is what
// the desk was told.
func whatNext(t *turn) what {
	switch t.Status {
	case store.Done, store.Dropped, store.Failed:
		return nothing
	}
	if t.Effect.Effect.Approval == recourse.ApprovalNeeded {
		return nothing
	}
	var last store.Attempt
	if n := len(t.attempts); n > 0 {
		last = t.attempts[n-1]
	}
	switch Result(last.Result) {
	case Done, Refused:
		return tell
	case Taken, Unknown:
		return find
	case Later:
		if t.Status == store.Unknown {
			return tell // a person was asked meanwhile: what did not happen is theirs to begin again
		}
	default:
		if last.N > 0 {
			return find // whoever asked died before writing down the answer
		}
	}
	// Nothing has happened. What somebody else has begun is theirs.
	if t.Status == store.Pending || t.Status == store.Sending && t.conn != nil && t.MovedBy == t.conn.ID {
		return send
	}
	return nothing
}

// Dead says that a runner died, where a test let it.
func (r *Runner) Dead() bool { return r.isDead() }
