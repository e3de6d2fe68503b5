// Package effecttest lets a connector's sender carry out acts through its stand-in while everything goes wrong: requests
// are cut, answered late, twice, with 500, with garbage or not at all; the process dies at every point of the way; two
// nodes act at once. Whatever happens, the act is done and happened once, or it failed and did not happen, or a person is
// asked with the facts; and none is forgotten.
//
// A test of a connector is:
//
//	effecttest.Suite{
//		Kind:       func(url string) effect.Kind { … },      // with a sender whose calls end after some 100 ms
//		Connection: recourse.Connection{ID: "shop", Kind: "stripe", Secrets: …},
//		Peer:       standIn,
//		Left:       standIn.LeftFor,
//	}.Run(t, 250)
package effecttest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/effect"
	"recourse/peer"
	"recourse/playbook"
	"recourse/store"
	"recourse/store/pgtest"
)

// Suite is a connector beside its stand-in.
type Suite struct {
	// Peer is the stand-in. It is wrapped in a [peer.Faulty], and served.
	Peer http.Handler
	// Kind is the connector's, given the address that the stand-in is served at.
	Kind func(url string) effect.Kind
	// Start, in place of Peer and Kind, serves a stand-in that does not speak HTTP, and makes the kind. It lets go wrong what
	// [World.Fault] says.
	Start func(w *World) effect.Kind
	// Connection has what the connector wants: its id, kind, settings and secrets. Orders come from it as their channel, and
	// it pays refunds itself.
	Connection recourse.Connection
	// Left is how often the stand-in carried an act out, by the act's id and its key, with the amounts of each time (of a
	// letter: zero).
	Left func(effectID, key string) []recourse.Money
	// Order, which may be nil, adds to order.placed what the connector needs: the shop's ids, the payment.
	Order func(d *recourse.Data)
	// Act is the kind of act; "": refund.
	Act recourse.EffectKind
	// Faults are those that can happen; nil: all but [peer.Twice], which only a peer that honours keys withstands.
	Faults []peer.Fault
	// Clock, which may be nil, is told the time of the run whenever it moves, for a stand-in that forgets keys.
	Clock func(time.Time)
	// Certain says that the peer can always be asked whether an act happened: in the end none may be unknown.
	Certain bool
	// Break, which may be nil, breaks the sender, to see that the runs find it out: see [Suite.Mutants].
	Break func(effect.Sender, *World) effect.Sender
}

// Shop is the merchant of the runs.
const Shop = "shop"

// together is how many acts are carried out side by side.
const together = 25

// Run makes so many random runs on SQLite and as many on PostgreSQL. The seed is printed; RECOURSE_SEED repeats one,
// RECOURSE_RUNS changes how many there are.
func (s Suite) Run(t *testing.T, runs int) {
	if n, err := strconv.Atoi(os.Getenv("RECOURSE_RUNS")); err == nil {
		runs = n
	}
	t.Run("sqlite", func(t *testing.T) { s.on(t, filepath.Join(t.TempDir(), "runs.db"), runs) })
	t.Run("postgres", func(t *testing.T) { s.on(t, pgtest.New(t), runs) })
}

func (s Suite) on(t *testing.T, database string, runs int) {
	seed := rand.Uint64()
	if n, err := strconv.ParseUint(os.Getenv("RECOURSE_SEED"), 10, 64); err == nil {
		seed = n
	}
	w := s.World(t, database, seed)
	t.Logf("RECOURSE_SEED=%d", seed)
	for done := 0; done < runs && !t.Failed(); done += together {
		w.batch(min(together, runs-done))
	}
	w.verify()
	t.Logf("%d runs: %d done, %d failed, %d for a person; %d requests, %d of them late, %d processes died", runs, w.Ended[store.Done], w.Ended[store.Failed], w.Ended[store.Unknown], w.requests, w.late, w.deaths)
}

// World is a desk, a stand-in and as many runners as a run needs, on one clock.
type World struct {
	Suite
	T     testing.TB
	Desk  *desk.Desk
	Store *store.Store
	// Faulty is the stand-in as it is served.
	Faulty *peer.Faulty
	Ended  map[store.EffectStatus]int

	mu       sync.Mutex
	now      time.Time
	rng      *rand.Rand
	calm     bool
	requests int
	deaths   int
	onTheWay []arrival // requests that reach the peer later
	late     int       // how many there were

	downUntil time.Time // the stand-in is away until then
	goesAway  int       // at this step of the batch
	kind      effect.Kind
}

// World makes one. What it opens is closed with the test.
func (s Suite) World(t testing.TB, database string, seed uint64) *World {
	t.Helper()
	w := &World{Suite: s, T: t, Ended: map[store.EffectStatus]int{}, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), rng: rand.New(rand.NewPCG(seed, 1))}
	if w.Act == "" {
		w.Act = recourse.EffectRefund
	}
	if w.Faults == nil {
		w.Faults = slices.DeleteFunc(slices.Clone(peer.Faults), func(f peer.Fault) bool { return f == peer.Twice })
	}
	var err error
	if w.Store, err = store.Open(context.Background(), database); err != nil {
		t.Fatal(err)
	}
	w.Desk = desk.New(w.Store, w.Now)
	t.Cleanup(func() { w.Desk.Close(); w.Store.Close() })
	w.serve()
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Desk.Put(t.Context(), Shop, "A shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	c := store.Connection{Connection: s.Connection}
	c.Merchant, c.Status, c.CreatedAt, c.ChangedAt = Shop, recourse.ConnectionActive, w.now, w.now
	if err := w.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.PutConnection(&c) }); err != nil {
		t.Fatal(err)
	}
	w.set(w.now)
	return w
}

// serve serves the stand-in, and makes the kind.
func (w *World) serve() {
	if w.Start != nil {
		w.kind = w.Start(w)
	} else {
		w.Faulty = &peer.Faulty{Handler: w.Peer}
		w.Faulty.Choose(w.fault)
		server := httptest.NewServer(&belated{w, w.Faulty})
		w.T.Cleanup(server.Close)
		w.kind = w.Kind(server.URL)
	}
	if w.Break != nil {
		sender := w.kind.Sender
		w.kind.Sender = func(c *recourse.Connection) effect.Sender { return w.Break(sender(c), w) }
	}
}

// Now is the instant of the run.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *World) set(at time.Time) {
	w.mu.Lock()
	if at.After(w.now) {
		w.now = at
	}
	now := w.now
	w.mu.Unlock()
	if w.Clock != nil {
		w.Clock(now)
	}
	w.arrive(now)
}

func (w *World) chance(oneIn int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rng.IntN(oneIn) == 0
}

// fault picks what goes wrong with a request: with every second, until the world has calmed down.
func (w *World) fault(*http.Request) peer.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if w.calm || len(w.Faults) == 0 || w.rng.IntN(2) == 0 {
		return peer.None
	}
	return w.Faults[w.rng.IntN(len(w.Faults))]
}

// Fault picks what goes wrong with a request to a stand-in of [Suite.Start], among so many faults: -1, nothing.
func (w *World) Fault(faults int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if w.calm || w.rng.IntN(2) == 0 {
		return -1
	}
	return w.rng.IntN(faults)
}

// Runner makes a runner that dies at some point, sooner or later; with deaths false, at none.
func (w *World) Runner(deaths bool) *effect.Runner {
	o := effect.Options{Store: w.Store, Clock: w.Now,
		Tell: func(ctx context.Context, merchant, by string, ev *recourse.Event) error {
			_, err := w.Desk.Tell(ctx, merchant, desk.Fact{Event: *ev, By: by})
			return err
		},
		Open: func(c *store.Connection) (*recourse.Connection, error) {
			open := c.Connection
			open.Secrets = w.Connection.Secrets
			return &open, nil
		},
		Kind: func(name string) *effect.Kind {
			if name != w.Connection.Kind {
				return nil
			}
			return &w.kind
		},
	}
	if deaths {
		o.Dies = func(effect.Point) bool { return w.chance(12) }
	}
	return effect.New(o)
}

// orders numbers the orders of all worlds: a stand-in may serve several.
var orders atomic.Int64

// Place lets an order come into trouble, and gives the act that is to be carried out, approved.
func (w *World) Place() string {
	w.T.Helper()
	order := fmt.Sprint(1000 + orders.Add(1))
	line := recourse.Line{Line: 1, SKU: "LAMP", Title: "Lamp", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}, Ref: "77" + order}
	placed := recourse.Data{Order: order, Channel: w.Connection.ID, Items: []recourse.Line{line}, Paid: line.Price, Ref: "99" + order, Buyer: &recourse.Buyer{Name: "Anne Durand", Email: "anne@example.com", Locale: "fr"},
		Payment: &recourse.Payment{Provider: "stripe", ID: "pi_" + order},
		ShipTo:  &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue du Lac", Postcode: "69001", Name: "Anne Durand"}}
	if w.Order != nil {
		w.Order(&placed)
	}
	results, err := w.Desk.Handle(w.T.Context(), Shop, []desk.Fact{
		{Event: recourse.Event{Source: "t", ID: order + "-1", Type: recourse.OrderPlaced, Data: placed}},
		{Event: recourse.Event{Source: "t", ID: order + "-2", Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "P" + order, Supplier: "灯具店", Cost: recourse.Money{Minor: 8000, Currency: "CNY"}, Lines: []recourse.Pieces{{Line: 1}}}}},
		{Event: recourse.Event{Source: "t", ID: order + "-3", Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Purchase: "P" + order}}},
	})
	if err != nil {
		w.T.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			w.T.Fatal(r.Err)
		}
		for _, e := range r.Effects {
			if e.Kind != w.Act {
				continue
			}
			if e.Approval == recourse.ApprovalNeeded || e.Draft {
				if _, err := w.Desk.Approve(w.T.Context(), Shop, e.ID, "Anne"); err != nil {
					w.T.Fatal(err)
				}
			}
			return e.ID
		}
	}
	w.T.Fatalf("no %s was decided", w.Act)
	return ""
}

// Effect is an act as it stands.
func (w *World) Effect(id string) (e store.Effect, attempts []store.Attempt) {
	w.T.Helper()
	if err := w.Store.Read(w.T.Context(), func(tx *store.Tx) error {
		found, err := tx.Effects(Shop, []string{id})
		if err != nil {
			return err
		}
		e = found[id]
		attempts, err = tx.Attempts(Shop, id)
		return err
	}); err != nil {
		w.T.Fatal(err)
	}
	return e, attempts
}

// A batch is bounded: after calmAfter steps nothing goes wrong any more, and what has not ended after mostSteps is forgotten.
const (
	calmAfter = 150
	mostSteps = 3000
)

// batch lets some acts be carried out by two nodes while everything goes wrong; after a while nothing does any more.
func (w *World) batch(n int) {
	w.T.Helper()
	var acts []string
	for range n {
		acts = append(acts, w.Place())
	}
	w.mu.Lock()
	w.calm = false
	w.mu.Unlock()
	nodes := []*effect.Runner{w.Runner(true), w.Runner(true)}
	for step := range mostSteps {
		if w.ended(acts) {
			break
		}
		if step == calmAfter {
			w.mu.Lock()
			w.calm = true
			w.mu.Unlock()
		}
		w.outage(step)
		w.step(nodes)
	}
	w.arrive(time.Time{})
	for _, id := range acts {
		w.check(id)
	}
	w.forgotten()
}

// step goes to the next instant at which something is due, and lets both nodes act.
func (w *World) step(nodes []*effect.Runner) {
	w.T.Helper()
	var next time.Time
	if err := w.Store.Read(w.T.Context(), func(tx *store.Tx) (err error) { next, err = tx.NextErrand(); return err }); err != nil {
		w.T.Fatal(err)
	}
	if next.IsZero() {
		next = w.Now().Add(time.Hour)
	}
	w.set(next.Add(time.Millisecond))
	var wait sync.WaitGroup
	for i := range nodes {
		wait.Go(func() {
			if _, err := nodes[i].Round(w.T.Context()); err != nil {
				w.T.Error(err)
			}
		})
	}
	wait.Wait()
	for i := range nodes {
		if nodes[i].Dead() { // another process takes its place
			w.deaths++
			nodes[i] = w.Runner(true)
		}
	}
	if err := w.Desk.Sweep(w.T.Context()); err != nil {
		w.T.Error(err)
	}
}

func (w *World) ended(acts []string) bool {
	w.T.Helper()
	all := map[string]store.Effect{}
	if err := w.Store.Read(w.T.Context(), func(tx *store.Tx) (err error) { all, err = tx.Effects(Shop, acts); return err }); err != nil {
		w.T.Fatal(err)
	}
	for _, e := range all {
		if e.Status == store.Pending || e.Status == store.Sending || e.Status == store.Unknown && w.Certain {
			return false
		}
	}
	return true
}

// check says what must be true of an act in the end.
func (w *World) check(id string) {
	w.T.Helper()
	e, attempts := w.Effect(id)
	left := w.Left(id, effect.Key(Shop, id))
	w.Ended[e.Status]++
	fail := func(what string) {
		w.T.Errorf("%s is %s and left %d times (%v): %s\n%+v", id, e.Status, len(left), left, what, attempts)
	}
	switch {
	case len(left) > 1:
		fail("it left more than once")
	case len(left) == 1 && w.Act == recourse.EffectRefund && left[0] != e.Amount:
		fail("another amount left")
	case e.Status == store.Done && len(left) != 1:
		fail("it is done and did not leave")
	case e.Status == store.Failed && len(left) != 0:
		fail("it failed and left")
	case e.Status == store.Unknown && (len(attempts) == 0 || attempts[0].Key == "" || attempts[0].AskedAt.IsZero()):
		fail("a person is asked without the facts")
	case e.Status == store.Unknown && w.Certain:
		fail("the peer could have been asked")
	case e.Status == store.Pending || e.Status == store.Sending:
		fail("it was forgotten")
	}
}

// forgotten looks for rows that nothing would move on.
func (w *World) forgotten() {
	w.T.Helper()
	var stuck []store.Stuck
	if err := w.Store.Read(w.T.Context(), func(tx *store.Tx) (err error) { stuck, err = tx.Stuck(w.Now()); return err }); err != nil {
		w.T.Fatal(err)
	}
	for _, s := range stuck {
		w.T.Errorf("nothing moves it on: %+v", s)
	}
}

// verify proves the histories.
func (w *World) verify() {
	w.T.Helper()
	if _, err := w.Desk.Verify(w.T.Context(), Shop, func(f desk.Finding) { w.T.Errorf("verify: %+v", f) }, func(desk.Verified) {}); err != nil {
		w.T.Error(err)
	}
}

// Rounds goes to the next instant at which something is due, and lets a runner act; so many times.
func (w *World) Rounds(r *effect.Runner, n int) {
	w.T.Helper()
	for range n {
		w.step([]*effect.Runner{r})
	}
}

// Set lets time go on.
func (w *World) Set(at time.Time) { w.set(at) }

// OrderOf is the order of an act.
func (w *World) OrderOf(id string) string {
	e, _ := w.Effect(id)
	return e.Order
}

// Conn is the connection as it stands.
func (w *World) Conn() (c store.Connection) {
	w.T.Helper()
	if err := w.Store.Read(w.T.Context(), func(tx *store.Tx) (err error) { c, err = tx.Connection(Shop, w.Connection.ID); return err }); err != nil {
		w.T.Fatal(err)
	}
	return c
}

// PutConn changes the connection.
func (w *World) PutConn(c store.Connection) {
	w.T.Helper()
	if err := w.Store.Write(w.T.Context(), func(tx *store.Tx) error { return tx.PutConnection(&c) }); err != nil {
		w.T.Fatal(err)
	}
}
