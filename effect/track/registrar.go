// Package track has parcels watched: it registers tracking numbers with the merchant's tracking service as soon as they are
// known, takes them out again when there is nothing more to watch, and notices those that are dead or silent.
//
// To register a number is no act of a case: nobody decides on it, and nothing depends on when it happens. It is harmless to
// ask for it again, since a service registers a number once and charges for it once. So a request whose answer did not come
// is simply made again.
package track

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
	"recourse/intake/track"
	"recourse/store"
)

// How long things take.
const (
	round     = 15 * time.Second // between two looks at what is due
	lease     = 2 * time.Minute  // of the one node that does it
	batch     = 400              // numbers of one look
	sweepSize = 500              // parcels of one step of a sweep
	checkIn   = 24 * time.Hour   // from one check of a number that is watched to the next
	pauseFor  = time.Hour        // where the connection is not active
	quotaFor  = 6 * time.Hour    // where the quota is used up
	longest   = 6 * time.Hour    // between two attempts
)

// SilentAfter is how long a number may be without a sign of life before it counts as silent.
const SilentAfter = 10 * 24 * time.Hour

// watchAfter is how long a number is watched after its parcel arrived, came back or got lost: carriers correct themselves.
const watchAfter = 7 * 24 * time.Hour

// giveUpAfter is how long a number is watched without any sign of life.
const giveUpAfter = 120 * 24 * time.Hour

// Registrar registers and stops numbers, for all merchants of a database. On several nodes one of them works at a time.
type Registrar struct {
	Store *store.Store
	Now   func() time.Time
	Node  string // names this process
	// Every is the time between two looks at what is due; default: 15 seconds.
	Every time.Duration
	// Open gives a connection with its secrets open, and how its service is asked.
	Open func(ctx context.Context, merchant, id string) (*recourse.Connection, *call.Client, error)
	// Put takes down deliveries that were fetched, as a poller's; nil: what is fetched is not kept.
	Put func(ctx context.Context, merchant, id string, all []intake.Delivery) error
}

// leaseName is the lease of who works.
const leaseName = "trackings"

// Run works until it is told to stop.
func (r *Registrar) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := cmp.Or(r.Every, round)
		if n, err := r.Round(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("trackings", "error", err)
		} else if n == batch {
			wait = 0
		}
		timer.Reset(wait)
	}
}

// Round does what is due, if it is this node's turn, and says how many numbers it looked at.
func (r *Registrar) Round(ctx context.Context) (int, error) {
	now := r.Now()
	mine, due := false, []store.Tracking(nil)
	err := r.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if mine, err = tx.Lease(leaseName, r.Node, now, now.Add(lease)); err != nil || !mine {
			return err
		}
		if err = sweep(tx, now); err != nil {
			return err
		}
		due, err = tx.DueTrackings(now, batch)
		return err
	})
	if err != nil || !mine {
		return 0, err
	}
	for _, g := range grouped(due) {
		if err := r.work(ctx, g, now); err != nil {
			return len(due), err
		}
	}
	return len(due), nil
}

// sweep takes one step in each of some sweeps.
func sweep(tx *store.Tx, now time.Time) error {
	open, err := tx.Sweeps(4)
	if err != nil {
		return err
	}
	for _, s := range open {
		if _, err := tx.SweepTrackings(s, now, sweepSize); err != nil {
			return err
		}
	}
	return nil
}

// grouped are numbers by their connection, in the order in which they are due.
func grouped(all []store.Tracking) [][]store.Tracking {
	at := map[[2]string]int{}
	var out [][]store.Tracking
	for _, t := range all {
		k := [2]string{t.Merchant, t.Connection}
		if _, there := at[k]; !there {
			at[k] = len(out)
			out = append(out, nil)
		}
		out[at[k]] = append(out[at[k]], t)
	}
	return out
}

// work does what is due for one connection.
func (r *Registrar) work(ctx context.Context, due []store.Tracking, now time.Time) error {
	j := &job{r: r, now: now}
	var files map[store.Key]store.File
	err := r.Store.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.Connection(due[0].Merchant, due[0].Connection)
		if err != nil {
			return err
		}
		j.kept = c
		keys := make([]store.Key, 0, len(due))
		for i := range due {
			keys = append(keys, store.Key{Merchant: due[i].Merchant, Order: due[i].Order})
		}
		files, err = tx.Files(keys)
		return err
	})
	if err != nil && recourse.CodeOf(err) != "connection_unknown" {
		return err
	}
	if err != nil || j.kept.Status != recourse.ConnectionActive || j.kept.OpenUntil.After(now) {
		return j.put(ctx, later(due, now.Add(pauseFor)))
	}
	connection, client, err := r.Open(ctx, j.kept.Merchant, j.kept.ID)
	if err != nil {
		slog.Warn("trackings", "connection", j.kept.ID, "error", recourse.CodeOf(err))
		return j.put(ctx, later(due, now.Add(pauseFor)))
	}
	if j.service = track.ServiceOf(connection, client); j.service == nil {
		return j.put(ctx, later(due, now.Add(checkIn)))
	}
	return j.do(ctx, sorted(due, files, now))
}

// later puts numbers off as they are.
func later(all []store.Tracking, at time.Time) []store.Tracking {
	for i := range all {
		all[i].NextAt = at
	}
	return all
}

// backoff is when a request that failed is made again: a minute, two, four, to six hours, a fifth earlier or later, so that
// not all come at once.
func backoff(tries int, now time.Time) time.Time {
	d := min(time.Minute<<min(max(tries-1, 0), 10), longest)
	return now.Add(d*4/5 + rand.N(d*2/5))
}
