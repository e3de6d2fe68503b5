// Package hub is where connections come together: it has the key to their secrets and knows who speaks by which. A
// delivery comes in here from whatever door, is verified, sealed and kept, and read afterwards by its kind's reader; what
// it means is told to the desk. What peers do not tell by themselves is fetched from here.
//
// A connection that was opened is kept open for a moment, since thousands of deliveries a second may come by it. What is
// changed through this hub holds at once here; on another node within that moment.
//
// Secrets are opened here and nowhere else, and never leave but to the peer.
package hub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/desk"
	"recourse/evidence"
	"recourse/intake"
	"recourse/store"
	"recourse/vault"
)

// Options are what a hub is made of.
type Options struct {
	Desk     *desk.Desk
	Vault    *vault.Ring    // nil: connections with secrets cannot be used
	Evidence *evidence.Room // nil: attachments are not kept
	Log      *slog.Logger   // default: none
	// URL is where other systems reach the desk, https://desk.example.org; "": it is not known here.
	URL string
	// Resolve finds whose case a letter belongs to, and completes what it means; nil: letters tell nothing.
	Resolve func(ctx context.Context, c *recourse.Connection, m intake.Meaning, now time.Time) (intake.Meaning, error)
	// Kinds are the kinds of system; default: all that the program has.
	Kinds []*connect.Kind
}

// Hub has the connections of all merchants of one database. It is safe for many goroutines.
type Hub struct {
	Options
	mu      sync.Mutex
	open    map[name]*entry
	refused map[name]int // deliveries turned away since it was last written down
	asking  map[name]*asking
}

// name is a connection's.
type name struct{ merchant, id string }

// entry is a connection that was opened, or an error that is as good for a moment.
type entry struct {
	*Opened
	err error
	at  time.Time
}

// Opened is a connection with its secrets open. It is shared, and not to be changed.
type Opened struct {
	*recourse.Connection
	Kind   *connect.Kind
	Client *call.Client // nil: the kind is not asked over HTTP
	PollAt time.Time
	sealed []byte
}

// How long a connection stays open without another look at the database, and how many are held.
const (
	openFor  = 2 * time.Second
	mostOpen = 5000
)

// New makes a hub.
func New(o Options) *Hub {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Kinds == nil {
		o.Kinds = connect.Kinds()
	}
	return &Hub{Options: o, open: map[name]*entry{}, refused: map[name]int{}, asking: map[name]*asking{}}
}

// Kind is the kind of that name; nil: there is none.
func (h *Hub) Kind(name string) *connect.Kind {
	for _, k := range h.Kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Connection opens a connection: connection_unknown, of kind [recourse.NotFound], when there is none; vault_closed or
// vault_sealed, of kind [recourse.Unavailable], when its secrets cannot be opened.
func (h *Hub) Connection(ctx context.Context, merchant, id string) (*Opened, error) {
	n, now := name{merchant, id}, h.Desk.Now()
	h.mu.Lock()
	e := h.open[n]
	h.mu.Unlock()
	if e != nil && now.Sub(e.at).Abs() < openFor {
		return e.Opened, e.err
	}
	var before *Opened
	if e != nil {
		before = e.Opened
	}
	o, err := h.load(ctx, n, before)
	if err != nil && recourse.KindOf(err) != recourse.NotFound {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.open) >= mostOpen {
		clear(h.open) // strangers ask for names that there are not
	}
	h.open[n] = &entry{o, err, now}
	return o, err
}

// load reads and opens a connection. Its client stays the same as long as nothing was changed: it knows how often the peer
// was asked.
func (h *Hub) load(ctx context.Context, n name, before *Opened) (*Opened, error) {
	var c store.Connection
	err := h.Desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.Connection(n.merchant, n.id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if before != nil && before.ChangedAt.Equal(c.ChangedAt) && bytes.Equal(before.sealed, c.Sealed) {
		c.Secrets = before.Secrets
		return &Opened{&c.Connection, before.Kind, before.Client, c.PollAt, c.Sealed}, nil
	}
	return h.unseal(&c)
}

// unseal opens a connection's secrets.
func (h *Hub) unseal(c *store.Connection) (*Opened, error) {
	o := &Opened{Connection: &c.Connection, Kind: h.Kind(c.Kind), PollAt: c.PollAt, sealed: c.Sealed}
	if o.Kind == nil {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "connection_kind", Field: "kind", Message: "there is no kind of system " + recourse.Shorten(c.Kind, 60)}
	}
	c.Secrets = map[string]string{}
	if len(c.Sealed) > 0 {
		plain, err := h.Vault.Open(store.SecretsPlace(c.Merchant, c.ID), c.Sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &c.Secrets); err != nil {
			return nil, &recourse.Error{Kind: recourse.Internal, Code: "body_damaged", Message: "the secrets of a connection cannot be read", Err: err}
		}
	}
	if o.Kind.Client != nil {
		o.Client = o.Kind.Client(o.Connection)
	}
	return o, nil
}

// forget lets the next who asks look at the database again.
func (h *Hub) forget(merchant, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, name{merchant, id})
}

// readers is how many batches of deliveries are read at once: while one waits for a peer that is asked for more, the other
// reads on.
const readers = 2

// Run reads deliveries, fetches what is to be fetched, and looks after what is kept, until the context ends.
func (h *Hub) Run(ctx context.Context) {
	var running sync.WaitGroup
	for range readers {
		running.Go(func() { h.Desk.RunReceipts(ctx, h.Read) })
	}
	running.Go(func() { h.RunPolls(ctx) })
	running.Go(func() { h.tend(ctx) })
	running.Wait()
}

// How often what is counted is written down, and what is old is dropped.
const (
	countEvery  = time.Second
	strandEvery = time.Minute
	sweepEvery  = time.Hour
	keepBodies  = 30 * 24 * time.Hour  // what deliveries said
	keepRows    = 180 * 24 * time.Hour // that they came: a repeat is known by it
)

// tend writes down how many deliveries were turned away, and drops what is old.
func (h *Hub) tend(ctx context.Context) {
	count, sweep, strand := time.NewTicker(countEvery), time.NewTicker(sweepEvery), time.NewTicker(strandEvery)
	defer count.Stop()
	defer strand.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), countEvery)
			defer stop()
			_ = h.Count(last) // what is lost of it is a number
			return
		case <-count.C:
			err = h.Count(ctx)
		case <-strand.C:
			err = h.Strand(ctx)
		case <-sweep.C:
			err = h.Sweep(ctx)
		}
		if err != nil && ctx.Err() == nil {
			h.Log.Warn("connections are not looked after", "error", err)
		}
	}
}

// Count writes down how many deliveries were turned away since it was last called.
func (h *Hub) Count(ctx context.Context) error {
	h.mu.Lock()
	counted := h.refused
	h.refused = map[name]int{}
	h.mu.Unlock()
	if len(counted) == 0 {
		return nil
	}
	return h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		for n, k := range counted {
			if err := tx.RefuseDelivery(n.merchant, n.id, k, h.Desk.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Strand lets deliveries be read that would wait for ever: see [store.Tx.ResumeStranded].
func (h *Hub) Strand(ctx context.Context) error {
	n := 0
	err := h.Desk.Store().Write(ctx, func(tx *store.Tx) (err error) { n, err = tx.ResumeStranded(h.Desk.Now()); return err })
	if n > 0 {
		h.Desk.Arrived()
	}
	return err
}

// Sweep drops what deliveries said more than thirty days ago, and after half a year that they came.
func (h *Hub) Sweep(ctx context.Context) error {
	var all []store.Connection
	err := h.Desk.Store().Read(ctx, func(tx *store.Tx) error {
		merchants, err := tx.Merchants()
		for _, m := range merchants {
			of, failed := tx.Connections(m.ID)
			all, err = append(all, of...), cmp.Or(err, failed)
		}
		return err
	})
	now := h.Desk.Now()
	for i := range all {
		c := &all[i]
		err = cmp.Or(err, h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
			return tx.SweepReceipts(c.Merchant, c.ID, now.Add(-keepBodies), now.Add(-keepRows))
		}))
	}
	return err
}
