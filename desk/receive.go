package desk

import (
	"context"
	"time"

	"recourse/store"
)

// Deliveries of other systems are kept before they are answered, and read afterwards. As with facts, commits are shared:
// callers queue, and one goroutine saves what has gathered while the next gather.

// Limits of one commit of deliveries.
const (
	mostReceipts     = 256
	mostReceiptBytes = 8 << 20
)

// arrival is one caller's deliveries on their way to the disk.
type arrival struct {
	receipts []store.Receipt
	bytes    int
	fresh    int
	done     chan error // has room for one
}

// receiver keeps deliveries.
type receiver struct {
	queue   chan *arrival
	arrived chan struct{} // something is there to be read
	stopped chan struct{}
}

func newReceiver() receiver {
	return receiver{queue: make(chan *arrival, mostReceipts), arrived: make(chan struct{}, 1), stopped: make(chan struct{})}
}

// Receive keeps deliveries, their bodies sealed, and answers when they are on the disk: how many were not there before. One
// that was is not kept again and is not read again. Whoever runs [Desk.RunReceipts] on this database reads them.
func (d *Desk) Receive(ctx context.Context, receipts ...store.Receipt) (fresh int, err error) {
	for len(receipts) > 0 {
		n := min(len(receipts), mostReceipts)
		a := &arrival{receipts: receipts[:n], done: make(chan error, 1)}
		for i := range a.receipts {
			a.bytes += len(a.receipts[i].Body)
		}
		if err := d.arrive(ctx, a); err != nil {
			return fresh, err
		}
		fresh += a.fresh
		receipts = receipts[n:]
	}
	return fresh, nil
}

func (d *Desk) arrive(ctx context.Context, a *arrival) error {
	select {
	case d.receiver.queue <- a:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.ctx.Done():
		return errClosed
	}
	select {
	case err := <-a.done:
		return err
	case <-d.receiver.stopped:
	}
	select {
	case err := <-a.done: // it was in the last commit
		return err
	default:
		return errClosed
	}
}

// receive saves what has gathered, again and again, until the desk closes.
func (d *Desk) receive() {
	defer close(d.receiver.stopped)
	var batch []*arrival
	for {
		select {
		case <-d.ctx.Done():
			return
		case a := <-d.receiver.queue:
			batch = append(batch[:0], a)
		}
		n, size := len(batch[0].receipts), batch[0].bytes
	gather:
		for n < mostReceipts && size < mostReceiptBytes {
			select {
			case a := <-d.receiver.queue:
				batch = append(batch, a)
				n, size = n+len(a.receipts), size+a.bytes
			default:
				break gather
			}
		}
		d.keep(batch)
	}
}

// keep saves a batch with one commit and answers its callers. Where it fails each is tried alone: one delivery that the
// database does not take is not to stop the others.
func (d *Desk) keep(batch []*arrival) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(d.ctx), patience)
	defer stop()
	if err := d.keepAll(ctx, batch); err == nil || len(batch) == 1 {
		answer(batch, err)
	} else {
		for i := range batch {
			answer(batch[i:i+1], d.keepAll(ctx, batch[i:i+1]))
		}
	}
	d.Arrived()
}

func answer(batch []*arrival, err error) {
	for _, a := range batch {
		a.done <- err
	}
}

func (d *Desk) keepAll(ctx context.Context, batch []*arrival) error {
	var all []store.Receipt
	for _, a := range batch {
		all = append(all, a.receipts...)
	}
	var fresh []bool
	err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
		fresh, err = tx.PutReceipts(all)
		return err
	})
	if err != nil {
		return err
	}
	i := 0
	for _, a := range batch {
		a.fresh = 0
		for range a.receipts {
			if fresh[i] {
				a.fresh++
			}
			i++
		}
	}
	return nil
}

// Arrived tells who reads deliveries that some are there whose turn it is.
func (d *Desk) Arrived() {
	select {
	case d.receiver.arrived <- struct{}{}:
	default:
	}
}

// How deliveries are read.
const (
	readAtOnce = 64          // receipts of one round: few enough that who delivers meanwhile does not wait for the disk
	readFor    = time.Minute // the lease of a round; another node takes over what a dead one had
	readEvery  = time.Second // how often it is looked for those whose turn comes by time, or that another node kept
	// mostTries is how often a delivery may be begun before it is put aside: this process, or the one before, died of it.
	mostTries = 5
	// waitOrder is how long a fact about an order that is not known waits for it.
	waitOrder = 24 * time.Hour
)
