package hub

import (
	"context"
	"sync"
	"time"

	"recourse"
	"recourse/intake"
)

// asking is what is known of asking one peer for what its deliveries only name.
type asking struct {
	sync.Mutex           // held while it is asked: one at a time, so that not all readers wait for the same peer
	tired      time.Time // it failed, and is left alone until then
}

// How a peer is asked for the whole of a delivery.
const (
	wholeFor   = 10 * time.Second
	tiredFor   = 30 * time.Second
	wholeAgain = time.Second
)

// whole is a delivery with all that its reader needs, which some kinds ask the peer for. Where somebody asks that peer at
// the moment, or it failed just now, the delivery is to be read again so much later.
func (h *Hub) whole(ctx context.Context, c *Opened, d *intake.Delivery) (*intake.Delivery, time.Duration, error) {
	if c.Kind.Reader.Whole == nil {
		return d, 0, nil
	}
	a := h.askingOf(name{c.Merchant, c.ID})
	if !a.TryLock() {
		return nil, wholeAgain, nil
	}
	defer a.Unlock()
	if now := h.Desk.Now(); a.tired.After(now) {
		return nil, a.tired.Sub(now), nil
	}
	ctx, stop := context.WithTimeout(ctx, wholeFor)
	defer stop()
	out, err := c.Kind.Reader.Whole(ctx, c.Connection, c.Client, d)
	if err != nil {
		a.tired = h.Desk.Now().Add(tiredFor)
		return nil, 0, &recourse.Error{Kind: recourse.Unavailable, Code: recourse.CodeOf(err), Message: "the other side could not be asked for the rest: " + err.Error(), Err: err}
	}
	return out, 0, nil
}

func (h *Hub) askingOf(n name) *asking {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.asking[n]
	if a == nil {
		a = &asking{}
		h.asking[n] = a
	}
	return a
}
