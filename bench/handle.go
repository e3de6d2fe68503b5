package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"time"

	"recourse/calendar"
	"recourse/desk"
	"recourse/store"
	"recourse/store/pgtest"
)

// shop is the one merchant of the benchmarks.
const shop = "shop"

// Sizes of the benchmark of Handle. An order every twenty seconds is a shop with 4,300 a day.
const (
	handleBatch   = 1000
	handleSegment = 5      // batches that are measured in one go
	handleOrders  = 14_000 // placed before anything is measured: by then most facts are about orders that are known
	handleEvery   = 20 * time.Second
	handleRounds  = 3
)

// virtual is a clock that is set.
type virtual struct{ at atomic.Int64 }

func (v *virtual) now() time.Time      { return time.UnixMicro(v.at.Load()).UTC() }
func (v *virtual) set(to time.Time)    { v.at.Store(to.UnixMicro()) }
func newVirtual(at time.Time) *virtual { v := &virtual{}; v.set(at); return v }

// openDesk opens a desk on a database, with the one merchant.
func openDesk(ctx context.Context, address string, now func() time.Time) (*desk.Desk, error) {
	s, err := store.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	d := desk.New(s, now)
	return d, putMerchant(ctx, d, shop)
}

// closeDesk closes a desk and its database.
func closeDesk(d *desk.Desk) {
	d.Close()
	d.Store().Close()
}

// putMerchant adds a merchant under the default playbook.
func putMerchant(ctx context.Context, d *desk.Desk, id string) error {
	policy, err := policyOf("tmall-dsers", nil)
	if err != nil {
		return err
	}
	return d.Put(ctx, id, "A shop", policy, calendar.Default(), "bench")
}

// phase names what is being done in a profile of the processor: `go tool pprof -tagfocus handle` shows the desk alone.
// What a goroutine starts has its name, so that a desk must be opened under it.
func phase(name string, f func(context.Context) error) (err error) {
	pprof.Do(context.Background(), pprof.Labels("phase", name), func(ctx context.Context) { err = f(ctx) })
	return err
}

// handling measures a desk against the floor: the same batches, on three databases. On the first a desk is measured; on
// the second another one does the same work again, for the rows that it reads and writes; on the third these are read and
// written without a thought.
type handling struct {
	life   *life
	clock  *virtual
	desk   *desk.Desk
	double *desk.Desk
	log    *rowLog
	bare   *bare
	note   string
	told   bool     // there is a webhook; nothing is delivered, since that is no part of taking a fact in
	took   [2]spent // desk, floor
	close  []func()
}

// fresh gives addresses of empty databases, and removes them.
type fresh struct {
	next  func() (string, error)
	close func()
}

func freshSQLite() (*fresh, error) {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	n := 0
	return &fresh{
		next:  func() (string, error) { n++; return filepath.Join(dir, fmt.Sprintf("%d.db", n)), nil },
		close: func() { os.RemoveAll(dir) },
	}, err
}

// freshPostgres starts a server that keeps every commit.
func freshPostgres() (*fresh, error) {
	server, err := pgtest.Start(context.Background(), pgtest.Durable)
	if err != nil {
		return nil, err
	}
	n := 0
	return &fresh{close: server.Stop, next: func() (string, error) {
		n++
		name := fmt.Sprintf("bench_%d", n)
		return server.URL(name), createDatabase(server.URL("postgres"), name)
	}}, nil
}

func createDatabase(url, name string) error {
	db, err := openBare(url)
	if err != nil {
		return err
	}
	defer db.close()
	_, err = db.db.Exec("CREATE DATABASE " + name)
	return err
}

// newHandling opens the three databases. told: the merchant has a webhook, so that notices are written with every decision.
func newHandling(open func() (*fresh, error), told bool) (h *handling, err error) {
	h = &handling{clock: newVirtual(lifeBegins), told: told}
	if h.life, err = newLife(handleEvery, hardLife); err != nil {
		return nil, err
	}
	measured, err := open()
	if err != nil {
		return nil, err
	}
	h.close = append(h.close, measured.close)
	recorded, err := freshSQLite()
	if err != nil {
		return h, err
	}
	h.close = append(h.close, recorded.close)
	return h, h.open(measured, recorded)
}

func (h *handling) open(measured, recorded *fresh) error {
	var addresses [3]string
	for i, from := range []*fresh{measured, recorded, measured} {
		var err error
		if addresses[i], err = from.next(); err != nil {
			return err
		}
	}
	// The tables of the floor are the store's own, without an index less.
	if err := withDesk(context.Background(), addresses[2], h.clock.now); err != nil {
		return err
	}
	return h.openFilled(addresses)
}

// openFilled opens what works on the three databases.
func (h *handling) openFilled(addresses [3]string) error {
	for i, d := range []**desk.Desk{&h.desk, &h.double} {
		if err := phase([]string{"handle", "record"}[i], func(ctx context.Context) (err error) {
			if *d, err = openDesk(ctx, addresses[i], h.clock.now); err == nil && h.told {
				err = putWebhook(ctx, *d)
			}
			return err
		}); err != nil {
			return err
		}
		h.close = append(h.close, func() { closeDesk(*d) })
	}
	var err error
	if h.log, err = openRowLog(addresses[1]); err != nil {
		return err
	}
	h.close = append(h.close, func() { h.log.db.Close() })
	h.bare, err = openBare(addresses[2])
	h.close = append(h.close, func() { h.bare.close() })
	return err
}

func (h *handling) end() {
	for i := len(h.close) - 1; i >= 0; i-- {
		h.close[i]()
	}
}

// part is a batch of facts and the instant at which they are taken in.
type part struct {
	facts []desk.Fact
	at    time.Time
	rows  *batchRows
}

// segment does a few batches, first by the desk, then without a thought. Each pays for its own garbage: it is collected
// before the clock is looked at for the last time.
func (h *handling) segment() error {
	parts := make([]part, handleSegment)
	for i := range parts {
		parts[i].facts, parts[i].at = h.life.batch(handleBatch)
	}
	took, err := timed("handle", func(ctx context.Context) error {
		for i := range parts {
			h.clock.set(parts[i].at)
			results, err := h.desk.Handle(ctx, shop, parts[i].facts)
			if err == nil {
				err = taken(parts[i].facts, results)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	h.took[0].add(took)
	if err := phase("record", func(ctx context.Context) error { return h.record(ctx, parts) }); err != nil {
		return err
	}
	took, err = timed("floor", func(ctx context.Context) error {
		for i := range parts {
			if err := h.bare.do(ctx, parts[i].rows); err != nil {
				return err
			}
		}
		return nil
	})
	h.took[1].add(took)
	return err
}

// spent is time, of the clock and of processors.
type spent struct{ clock, processors time.Duration }

func (s *spent) add(o spent) { s.clock, s.processors = s.clock+o.clock, s.processors+o.processors }

// timed does something and says how long it took, with the garbage that it made and none that others did.
func timed(name string, f func(context.Context) error) (spent, error) {
	runtime.GC()
	start, cpu := time.Now(), processorTime()
	err := phase(name, func(ctx context.Context) error {
		err := f(ctx)
		runtime.GC()
		return err
	})
	return spent{time.Since(start), processorTime() - cpu}, err
}

// record lets the second desk do the same, and writes down what it read and wrote.
func (h *handling) record(ctx context.Context, parts []part) error {
	for i := range parts {
		h.clock.set(parts[i].at)
		results, err := h.double.Handle(ctx, shop, parts[i].facts)
		if err != nil {
			return err
		}
		rows := reads(shop, parts[i].facts, results)
		if rows.writes, err = h.log.take(ctx); err != nil {
			return err
		}
		if err := h.bare.prepare(rows); err != nil {
			return err
		}
		parts[i].rows = rows
		h.note = rows.count()
	}
	return nil
}

// round does segments until the desk has worked for so long, and says how many facts that were.
func (h *handling) round(atLeast time.Duration) (done float64, err error) {
	h.took = [2]spent{}
	for h.took[0].clock < atLeast {
		if err := h.segment(); err != nil {
			return 0, err
		}
		done += handleSegment * handleBatch
	}
	return done, nil
}

// putWebhook adds one who is told everything.
func putWebhook(ctx context.Context, d *desk.Desk) error {
	return d.Store().Write(ctx, func(tx *store.Tx) error {
		return tx.PutWebhook(&store.Webhook{Merchant: shop, ID: "wh_bench", Kind: store.WebhookHTTP, Name: "bench", Host: "localhost", Status: store.WebhookPaused, CreatedAt: lifeBegins, ChangedAt: lifeBegins})
	})
}

// runHandle measures Handle in batches of a thousand on one kind of database.
func runHandle(open func() (*fresh, error), told bool) func(options) ([]line, error) {
	return func(o options) ([]line, error) {
		h, err := newHandling(open, told)
		if h != nil {
			defer h.end()
		}
		if err != nil {
			return nil, err
		}
		for h.life.placed < o.or(handleOrders) {
			if err := h.segment(); err != nil {
				return nil, err
			}
		}
		var c comparison
		for range handleRounds {
			done, err := h.round(o.atLeast)
			if err != nil {
				return nil, err
			}
			c.add(done, h.took)
		}
		return []line{c.line("events/s", fmt.Sprintf("%d orders; rows of a batch, new+changed: %s", h.life.placed, h.note))}, nil
	}
}

// comparison collects the rounds of something that is measured beside its floor.
type comparison struct{ rates, floors, ratios, perCPU, floorPerCPU []float64 }

func (c *comparison) add(done float64, took [2]spent) {
	rate, floor := done/took[0].clock.Seconds(), done/took[1].clock.Seconds()
	c.rates, c.floors, c.ratios = append(c.rates, rate), append(c.floors, floor), append(c.ratios, rate/floor)
	c.perCPU, c.floorPerCPU = append(c.perCPU, done/took[0].processors.Seconds()), append(c.floorPerCPU, done/took[1].processors.Seconds())
}

// line is the median of each. The floor's rate for a second of a processor stands in the note: where others use the
// machine it says more than the clock.
func (c *comparison) line(unit, note string) line {
	return line{Rate: median(c.rates), Unit: unit, Floor: median(c.floors), Ratio: median(c.ratios), PerCPU: median(c.perCPU),
		Note: fmt.Sprintf("floor %.0f per CPU second; %s", median(c.floorPerCPU), note)}
}
