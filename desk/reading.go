package desk

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"recourse"
	"recourse/store"
)

// Reading is what a delivery was found to mean.
type Reading struct {
	Facts   []Fact
	Order   string // that it is about, where it is known
	Unknown bool   // nobody here knows that topic
	Hold    bool   // its connection is paused: it waits until a person resumes it
	Note    string // a code: why nothing follows
	// Err is what was wrong with it. Of kind [recourse.Unavailable] it is not the delivery's fault, and it is read again.
	Err error
	// Refused says why facts of it were left out, while the others are taken in; nil: none was.
	Refused error
	// Then is what is to be done once its facts are taken in: attachments, what the peer asked of the desk. An error of it is
	// the delivery's, as Err.
	Then func(context.Context) error
}

// RunReceipts reads deliveries that wait, as they come, until the context ends. Any number of nodes may do so: each takes
// batches under a lease. A database that is away is waited for.
func (d *Desk) RunReceipts(ctx context.Context, read func(context.Context, *store.Receipt) Reading) {
	for ctx.Err() == nil {
		n, err := d.ReadReceipts(ctx, read)
		if err != nil && ctx.Err() == nil {
			slog.Error("deliveries wait", "error", err)
		}
		if n == readAtOnce && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.receiver.arrived:
		case <-time.After(readEvery):
		}
	}
}

// ReadReceipts reads one batch of deliveries that wait, and says how many there were.
func (d *Desk) ReadReceipts(ctx context.Context, read func(context.Context, *store.Receipt) Reading) (int, error) {
	var all []store.Receipt
	now := d.clock()
	err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.ClaimReceipts(now, now.Add(readFor), readAtOnce)
		return err
	})
	if err != nil || len(all) == 0 {
		return 0, err
	}
	readings := make([]Reading, len(all))
	for i := range all {
		readings[i] = readOne(ctx, &all[i], read)
	}
	if err := d.tellReadings(ctx, all, readings); err != nil {
		return len(all), err
	}
	for i := range all {
		d.follow(ctx, &all[i], &readings[i])
	}
	return len(all), d.store.Write(ctx, func(tx *store.Tx) error { return tx.EndReceipts(all) })
}

// readOne reads a delivery. One that the reader dies of, or that a process died of again and again, is put aside.
func readOne(ctx context.Context, r *store.Receipt, read func(context.Context, *store.Receipt) Reading) (out Reading) {
	defer func() {
		if fault := recover(); fault != nil {
			slog.Error("a delivery could not be read", "merchant", r.Merchant, "connection", r.Connection, "topic", r.Topic, "fault", fault, "stack", string(debug.Stack()))
			out = Reading{Err: &recourse.Error{Kind: recourse.Invalid, Code: "delivery_poison", Message: "this program failed while it read the delivery; the log says where"}}
		}
	}()
	if r.Tries > mostTries {
		return Reading{Err: &recourse.Error{Kind: recourse.Invalid, Code: "delivery_poison", Message: "the program stopped again and again while it read the delivery"}}
	}
	if !r.Kept {
		return Reading{Err: &recourse.Error{Kind: recourse.Invalid, Code: "receipt_gone", Message: "what it said is not kept any more"}}
	}
	return read(ctx, r)
}

// share is which of the facts that are handed in together are one delivery's.
type share struct{ from, to int }

// tellReadings hands the facts of a batch to the desk, a merchant's together, and writes into the receipts what became of
// them. The error is that of the database, and nothing is known of the batch.
func (d *Desk) tellReadings(ctx context.Context, all []store.Receipt, readings []Reading) error {
	facts, shares := map[string][]Fact{}, make([]share, len(all))
	for i := range all {
		m := all[i].Merchant
		from := len(facts[m])
		if readings[i].Err == nil {
			facts[m] = append(facts[m], readings[i].Facts...)
		}
		shares[i] = share{from, len(facts[m])}
	}
	results := map[string][]Result{}
	for m, list := range facts {
		r, err := d.Handle(ctx, m, list)
		if recourse.KindOf(err) == recourse.Unavailable || ctx.Err() != nil {
			return err
		}
		if err == nil {
			results[m] = r
		}
	}
	for i := range all {
		r, known := results[all[i].Merchant]
		own := readings[i].Facts
		if readings[i].Err != nil {
			own = nil
		}
		if !known && len(own) > 0 { // somebody's facts stopped all: each is told by itself
			alone, err := d.Handle(ctx, all[i].Merchant, own)
			if err != nil {
				if recourse.KindOf(err) == recourse.Unavailable || ctx.Err() != nil {
					return err
				}
				readings[i].Err = err
				continue
			}
			d.conclude(&all[i], &readings[i], alone)
			continue
		}
		if len(own) > 0 {
			d.conclude(&all[i], &readings[i], r[shares[i].from:shares[i].to])
		}
	}
	return nil
}

// conclude writes into a receipt what became of its facts.
func (d *Desk) conclude(r *store.Receipt, reading *Reading, results []Result) {
	var refused int
	var first error
	for i := range results {
		res := &results[i]
		if res.Status != Refused {
			r.Events++
			if reading.Order == "" {
				reading.Order = res.Order
			}
			continue
		}
		if refused++; first == nil {
			first = res.Err
		}
	}
	if first == nil {
		return
	}
	reading.Err = first
	if len(results) > 1 {
		reading.Err = &recourse.Error{Kind: recourse.KindOf(first), Code: recourse.CodeOf(first), Message: fmt.Sprintf("%d of %d facts were refused; the first: %v", refused, len(results), first), Err: first}
	}
}

// follow does what is to be done after the facts, and settles how the receipt stands.
func (d *Desk) follow(ctx context.Context, r *store.Receipt, reading *Reading) {
	if reading.Err == nil && reading.Then != nil {
		reading.Err = d.then(ctx, r, reading.Then)
	}
	if reading.Err == nil {
		reading.Err = reading.Refused
	}
	r.Note, r.Detail, r.Status, r.NextAt = reading.Note, "", store.ReceiptDone, time.Time{}
	if reading.Order != "" {
		r.Order = reading.Order
	}
	now := d.clock()
	age := now.Sub(r.At)
	switch err := reading.Err; {
	case reading.Hold:
		r.Status = store.ReceiptWaiting
	case err == nil && reading.Unknown:
		r.Status = store.ReceiptUnknown
	case err == nil:
	case recourse.KindOf(err) == recourse.Unavailable, recourse.CodeOf(err) == "order_unknown" && age < waitOrder:
		r.Status, r.NextAt = store.ReceiptWaiting, now.Add(min(max(age, time.Minute), 2*time.Hour))
		r.Note, r.Detail, r.Events = recourse.CodeOf(err), recourse.Shorten(err.Error(), maxDetail), 0
	case recourse.KindOf(err) == recourse.Internal:
		slog.Error("a delivery could not be taken in", "merchant", r.Merchant, "connection", r.Connection, "topic", r.Topic, "error", err)
		r.Status, r.Note, r.Detail = store.ReceiptFailed, recourse.CodeOf(err), "this program failed; whoever runs it finds the reason in its log"
	default:
		r.Status, r.Note, r.Detail = store.ReceiptFailed, recourse.CodeOf(err), recourse.Shorten(err.Error(), maxDetail)
	}
}

func (d *Desk) then(ctx context.Context, r *store.Receipt, do func(context.Context) error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			slog.Error("what follows a delivery failed", "merchant", r.Merchant, "connection", r.Connection, "topic", r.Topic, "fault", fault, "stack", string(debug.Stack()))
			err = &recourse.Error{Kind: recourse.Invalid, Code: "delivery_poison", Message: "this program failed while it did what follows the delivery; the log says where"}
		}
	}()
	return do(ctx)
}

// maxDetail bounds what a receipt says of why it failed, in letters.
const maxDetail = 400
