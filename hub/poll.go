package hub

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"recourse"
	"recourse/intake"
	"recourse/store"
)

// How connections are looked at whose turn has come.
const (
	lookEvery   = time.Second
	pollsAtOnce = 4
	pollFor     = 10 * time.Minute // the lease of a round, and the longest that one may take
)

// The circuit: a peer that failed so often in a row is left alone, for longer and longer.
const (
	opensAfter = 5
	openLeast  = time.Minute
	openMost   = time.Hour
)

// OpenUntil is until when a peer is to be left alone after it failed so many times in a row; zero: it is not.
func OpenUntil(failures int, now time.Time) time.Time {
	if failures < opensAfter {
		return time.Time{}
	}
	return now.Add(min(openMost, openLeast<<min(failures-opensAfter, 10)))
}

// RunPolls fetches what peers do not tell by themselves, each connection in its rhythm, until the context ends. Of several
// nodes one takes each round.
func (h *Hub) RunPolls(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := h.Poll(ctx); err != nil && ctx.Err() == nil {
			h.Log.Error("connections are not looked at", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
}

// Poll looks at the connections whose turn it is, and says how many there were.
func (h *Hub) Poll(ctx context.Context) (int, error) {
	var due []store.Connection
	now := h.Desk.Now()
	err := h.Desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.Polls(now, pollsAtOnce)
		return err
	})
	var running sync.WaitGroup
	for i := range due {
		c := &due[i]
		var mine bool
		err := h.Desk.Store().Write(ctx, func(tx *store.Tx) (err error) {
			mine, err = tx.TakePoll(c, now.Add(pollFor))
			return err
		})
		if err != nil {
			return 0, err
		}
		if mine {
			running.Go(func() { h.pollOne(ctx, c) })
		}
	}
	running.Wait()
	return len(due), err
}

// pollOne looks at one connection, and writes down how it went.
func (h *Hub) pollOne(ctx context.Context, c *store.Connection) {
	bookmark, every, err := h.fetch(ctx, c)
	if ctx.Err() != nil { // the program stops: the next look is at the end of the lease, or sooner by whoever changes it
		ctx = context.WithoutCancel(ctx)
		err = nil
		every = 0
	}
	now := h.Desk.Now()
	written := h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if bookmark == "" {
			bookmark = c.Bookmark
		}
		if err == nil {
			if every > 0 {
				if err := tx.SaySucceeded(c.Merchant, c.ID, now); err != nil {
					return err
				}
			}
			return tx.PutBookmark(c.Merchant, c.ID, bookmark, now.Add(every))
		}
		until := OpenUntil(c.Failures+1, now)
		if err := tx.SayFailed(c.Merchant, c.ID, recourse.CodeOf(err), now, until); err != nil {
			return err
		}
		next := now.Add(every)
		if until.After(next) {
			next = until
		}
		return tx.PutBookmark(c.Merchant, c.ID, bookmark, next)
	})
	h.forget(c.Merchant, c.ID)
	if written != nil {
		h.Log.Error("how a look at a connection went is not written down", "merchant", c.Merchant, "connection", c.ID, "error", written)
	}
	if err != nil {
		h.Log.Warn("a connection could not be looked at", "merchant", c.Merchant, "connection", c.ID, "code", recourse.CodeOf(err), "error", err)
	}
}

// fetch runs the kind's poller, and gives how far it came, and after what time it wants to look again.
func (h *Hub) fetch(ctx context.Context, c *store.Connection) (bookmark string, every time.Duration, err error) {
	every = openMost
	defer func() {
		if fault := recover(); fault != nil {
			h.Log.Error("a poller failed", "merchant", c.Merchant, "connection", c.ID, "fault", fault, "stack", string(debug.Stack()))
			err = &recourse.Error{Kind: recourse.Internal, Code: "internal", Message: "this program failed while it looked at the connection", Err: fmt.Errorf("%v", fault)}
		}
	}()
	h.forget(c.Merchant, c.ID)
	o, err := h.Connection(ctx, c.Merchant, c.ID)
	if err != nil || o.Kind.Poller == nil {
		return "", every, err
	}
	every = max(o.Kind.Poller.Every, lookEvery)
	ctx, stop := context.WithTimeout(ctx, pollFor-time.Minute)
	defer stop()
	bookmark, err = o.Kind.Poller.Poll(ctx, o.Connection, o.Client, c.Bookmark, func(ctx context.Context, all []intake.Delivery) error {
		return h.Put(ctx, o, all)
	})
	return bookmark, every, err
}
