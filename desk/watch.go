package desk

import (
	"context"
	"sync"
	"time"

	"recourse/store"
)

// Who looks at a page wants to know when something has changed. After a batch is saved, those who watch its merchants are
// told which orders it was about. Nobody waits for them: who is slow is told more at once, and past a number only that
// much has changed.

// maxChanged is how many orders are remembered for a watcher that has not looked yet.
const maxChanged = 200

// Watch tells what changes at one merchant.
type Watch struct {
	C        <-chan struct{} // has something in it once something has changed since the last Take
	c        chan struct{}
	of       *watchers
	merchant string
	mu       sync.Mutex
	orders   map[string]bool
	many     bool
}

// watchers are all watches of a desk.
type watchers struct {
	mu  sync.Mutex
	all map[string]map[*Watch]bool // by merchant
}

// Watch begins to watch a merchant. Stop it when done.
func (d *Desk) Watch(merchant string) *Watch {
	c := make(chan struct{}, 1)
	w := &Watch{C: c, c: c, of: &d.watchers, merchant: merchant, orders: map[string]bool{}}
	d.watchers.mu.Lock()
	defer d.watchers.mu.Unlock()
	if d.watchers.all == nil {
		d.watchers.all = map[string]map[*Watch]bool{}
	}
	first := len(d.watchers.all[merchant]) == 0
	if first {
		d.watchers.all[merchant] = map[*Watch]bool{}
	}
	d.watchers.all[merchant][w] = true
	if first && d.store.Shared() {
		go d.peek(merchant)
	}
	return w
}

// Stop ends a watch.
func (w *Watch) Stop() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	if delete(w.of.all[w.merchant], w); len(w.of.all[w.merchant]) == 0 {
		delete(w.of.all, w.merchant)
	}
}

// Take gives the orders that have changed since it was last asked. Many says that they are not all: look at everything.
func (w *Watch) Take() (orders []string, many bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for o := range w.orders {
		orders = append(orders, o)
	}
	many = w.many
	clear(w.orders)
	w.many = false
	return orders, many
}

// tell tells that orders have changed; none: it is not known which.
func (w *Watch) tell(orders ...string) {
	w.mu.Lock()
	w.many = w.many || len(orders) == 0
	for _, o := range orders {
		if len(w.orders) >= maxChanged {
			w.many = true
			break
		}
		w.orders[o] = true
	}
	w.mu.Unlock()
	select {
	case w.c <- struct{}{}:
	default: // it has not looked since it was told last
	}
}

// saved tells those who watch what a batch has changed.
func (s *watchers) saved(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return
	}
	for _, g := range b.order {
		if len(g.change.Entries) == 0 {
			continue
		}
		for w := range s.all[g.key.Merchant] {
			w.tell(g.key.Order)
		}
	}
}

// peekEvery is how often it is looked whether another node has changed something.
const peekEvery = 4 * time.Second

// peek looks, while somebody watches a merchant, whether the front of the queue is another than before: on a database
// that several nodes share, what the others save is not told here.
func (d *Desk) peek(merchant string) {
	var last string
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-time.After(peekEvery):
		}
		d.watchers.mu.Lock()
		watched := len(d.watchers.all[merchant]) > 0
		d.watchers.mu.Unlock()
		if !watched {
			return
		}
		var front string
		ctx, stop := context.WithTimeout(d.ctx, peekEvery)
		err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
			front, err = tx.Front(merchant)
			return err
		})
		stop()
		if err != nil {
			continue
		}
		if last != "" && front != last {
			d.watchers.mu.Lock()
			for w := range d.watchers.all[merchant] {
				w.tell()
			}
			d.watchers.mu.Unlock()
		}
		last = front
	}
}
