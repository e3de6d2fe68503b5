package effect

import (
	"context"
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/store"
)

// This file is the way of one act that is in hand:
//
//	claim ─► effect.started ─► attempt written ─► the peer is asked ─► its answer written ─► effect.done, effect.failed, …
//
// Every arrow but the one to the peer is durable before the next. Whoever finds an act whose holder died sees from the
// attempt whether the peer may have been asked.

// carry carries on with an act from where it stands.
func (r *Runner) carry(ctx context.Context, t *turn) {
	if r.dies(Claimed) {
		return
	}
	var err error
	switch whatNext(t) {
	case send:
		err = r.send(ctx, t)
	case find:
		err = r.find(ctx, t)
	case tell:
		last := t.attempts[len(t.attempts)-1]
		err = r.tell(ctx, t, outcomeOf(&last), last.N)
	}
	if err != nil && ctx.Err() == nil && !r.isDead() {
		r.o.Log.Error("an act waits", "merchant", t.Merchant, "effect", t.ID, "connection", t.conn.ID, "error", err)
	}
	if !r.isDead() {
		r.letGo(t)
	}
}

// dies says that the process dies here, where a test says so. From then on the runner does nothing.
func (r *Runner) dies(p Point) bool {
	if r.o.Dies != nil && r.o.Dies(p) {
		r.mu.Lock()
		r.dead = true
		r.mu.Unlock()
	}
	return r.isDead()
}

func (r *Runner) isDead() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dead
}

// letGo gives the order back, so that its next act need not wait for the lease to end. What could not be done is looked
// at again when the act's own lease is over.
func (r *Runner) letGo(t *turn) {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if err := r.o.Store.Write(ctx, func(tx *store.Tx) error { return tx.Release(orderLease(t), r.node+"/"+t.ID) }); err != nil {
		r.o.Log.Warn("an order was not given back; its lease ends by itself", "error", err)
	}
}

// send asks the peer for the act.
func (r *Runner) send(ctx context.Context, t *turn) error {
	sender, task, err := r.prepare(ctx, t)
	if err != nil {
		return r.waits(ctx, t, err)
	}
	if p, paces := sender.(Pacer); paces && t.Status == store.Pending {
		if at := p.NotBefore(task); at.After(task.Now) {
			return r.putOff(ctx, t, at)
		}
	}
	if t.Status == store.Pending {
		id := t.ID + ":started:" + strconv.Itoa(task.Attempt) + ":" + strconv.FormatInt(t.MovedAt.UnixMicro(), 36)
		if err := r.event(ctx, t, recourse.EffectStarted, id, "", recourse.Money{}); err != nil {
			return r.stale(ctx, t, err)
		}
		if r.dies(Started) {
			return nil
		}
	}
	a := &store.Attempt{Merchant: t.Merchant, Effect: t.ID, N: task.Attempt, Connection: t.conn.ID, Key: task.Key, AskedAt: r.o.Clock()}
	if err := r.ask(ctx, t, a); err != nil || a.Result != "" {
		if err == nil {
			err = r.tell(ctx, t, outcomeOf(a), a.N)
		}
		return err
	}
	if r.dies(Asking) {
		return nil
	}
	// The call may end though the process is told to stop; it may not go on when others may take the act for abandoned.
	to, stop := context.WithTimeout(context.WithoutCancel(ctx), sendFor)
	defer stop()
	task.Now, task.AskedAt = a.AskedAt, a.AskedAt
	if task.FirstAt.IsZero() {
		task.FirstAt = a.AskedAt
	}
	out := sender.Send(to, task)
	if r.dies(Asked) {
		return nil
	}
	return r.came(to, t, a, out, true)
}

// ask writes down that the peer is about to be asked, if the act still may be carried out: what is said against it is
// written down as refused.
func (r *Runner) ask(ctx context.Context, t *turn, a *store.Attempt) error {
	return r.o.Store.Write(ctx, func(tx *store.Tx) error {
		found, err := tx.Effects(t.Merchant, []string{t.ID})
		if err != nil {
			return err
		}
		k := store.Key{Merchant: t.Merchant, Order: t.Order}
		files, err := tx.Files([]store.Key{k})
		if err != nil {
			return err
		}
		e := found[t.ID]
		if code := Guard(&e, files[k].OrderFile); code != "" {
			a.Result, a.Code, a.EndedAt = string(Refused), code, a.AskedAt
		}
		return tx.PutAttempt(a)
	})
}

// find asks the peer whether the act happened.
func (r *Runner) find(ctx context.Context, t *turn) error {
	sender, task, err := r.prepare(ctx, t)
	if err != nil {
		return r.waits(ctx, t, err)
	}
	a := &t.attempts[len(t.attempts)-1]
	task.Attempt, task.AskedAt = a.N, a.AskedAt
	a.Connection, a.Key = t.conn.ID, task.Key // of one that was restored it is not known who was asked
	to, stop := context.WithTimeout(context.WithoutCancel(ctx), sendFor)
	defer stop()
	out := sender.Find(to, task)
	if r.dies(Asked) {
		return nil
	}
	a.Looks, a.LookedAt = a.Looks+1, r.o.Clock()
	// A request that was not answered may still be on its way: that nothing is there yet says nothing.
	if settled := a.AskedAt.Add(settleFor); out.Result == Later && a.LookedAt.Before(settled) {
		out = Outcome{Result: Unknown, RetryAt: settled, Code: out.Code, Detail: out.Detail}
	}
	return r.came(to, t, a, out, false)
}

// came writes down what came of asking, and tells the desk what it has to know.
func (r *Runner) came(ctx context.Context, t *turn, a *store.Attempt, out Outcome, sent bool) error {
	now := r.o.Clock()
	out = judged(t, a, out, sent, now)
	note(a, &out, now)
	next := nextLook(t, a, &out, now)
	err := r.o.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutAttempt(a); err != nil {
			return err
		}
		if _, err := tx.PutOff(&t.Errand, next); err != nil {
			return err
		}
		if !next.IsZero() {
			if err := tx.Extend(t.Merchant, t.ID, next.Add(beginFor)); err != nil {
				return err
			}
		}
		if err := tx.Release(orderLease(t), r.node+"/"+t.ID); err != nil {
			return err
		}
		return circuit(tx, t, &out, sent, now)
	})
	if err != nil || r.dies(Written) {
		return err
	}
	switch asks := askPerson; out.Result {
	case Done, Refused:
		return r.tell(ctx, t, out, a.N)
	case Taken:
		asks = maxLooks
		fallthrough
	case Unknown:
		if a.Looks >= asks && t.Status != store.Unknown {
			return r.unknown(ctx, t, a, &out)
		}
	case Later:
		if next.IsZero() || next.Sub(now) > shortWait {
			return r.said(ctx, t, recourse.EffectPostponed, t.ID+":postponed:"+strconv.Itoa(a.N), &out)
		}
	}
	return nil
}

// unknown asks a person. What may have happened counts as begun, though the desk never heard of it.
func (r *Runner) unknown(ctx context.Context, t *turn, a *store.Attempt, out *Outcome) error {
	n := strconv.Itoa(a.N)
	if t.Status == store.Pending {
		if err := r.said(ctx, t, recourse.EffectStarted, t.ID+":started:"+n, &Outcome{}); err != nil {
			return err
		}
	}
	return r.said(ctx, t, recourse.EffectUnknown, t.ID+":unknown:"+n, out)
}

// judged is an outcome as the runner takes it: what a peer has taken stays taken until it says more, what did not happen
// is not tried for ever, and not at all once a person was asked.
func judged(t *turn, a *store.Attempt, out Outcome, sent bool, now time.Time) Outcome {
	first := a.AskedAt
	if len(t.attempts) > 0 {
		first = t.attempts[0].AskedAt
	}
	switch {
	case out.Result == Unknown && !sent && a.Result == string(Taken):
		out.Result = Taken
	case out.Result == Refused && !sent && out.Ref == "":
		out.Result = Unknown // that an order or a payment is not there says nothing of what was done with it
	case out.Result == Refused && (out.Code == CodeNoAddress || out.Code == CodeNoWords):
		out.Result = Later
	case out.Result == Later && t.Status == store.Unknown:
		out.Result, out.Code = Refused, "not_happened"
	case out.Result == Later && now.Sub(first) >= patience(t.Kind):
		out.Result, out.Code = Refused, "gave_up"
	case !slices.Contains([]Result{Done, Taken, Refused, Later, Unknown}, out.Result):
		out.Result = Unknown
	}
	return out
}

// maxDetail is how much is kept of what a peer said, in letters.
const maxDetail = 300

// note notes an outcome with its attempt. What is unknown is open still.
func note(a *store.Attempt, out *Outcome, now time.Time) {
	a.Result, a.Code, a.Detail = string(out.Result), recourse.Shorten(out.Code, 60), recourse.Shorten(out.Detail, maxDetail)
	if out.Ref != "" {
		a.Ref = recourse.Shorten(out.Ref, 200)
	}
	if out.Amount.Currency != "" {
		a.Amount = out.Amount
	}
	a.EndedAt = time.Time{}
	if out.Result != Unknown && out.Result != Taken {
		a.EndedAt = now
	}
}

// outcomeOf is what was noted.
func outcomeOf(a *store.Attempt) Outcome {
	return Outcome{Result: Result(a.Result), Ref: a.Ref, Code: a.Code, Detail: a.Detail, Amount: a.Amount}
}

// nextLook is when an act is looked at again; zero: it is a person's from now on.
func nextLook(t *turn, a *store.Attempt, out *Outcome, now time.Time) time.Time {
	var next time.Time
	switch out.Result {
	case Done, Refused:
		return now.Add(shortWait) // should the desk not be told now
	case Later:
		if out.Code == CodeNoAddress || out.Code == CodeNoWords {
			return time.Time{}
		}
		next = now.Add(step(againAfter, a.N, t.ID))
	default:
		if a.Looks >= maxLooks {
			return time.Time{}
		}
		next = now.Add(step(lookAfter, a.Looks+1, t.ID))
	}
	if out.RetryAt.After(now) {
		next = out.RetryAt
		if day := now.Add(24 * time.Hour); next.After(day) {
			next = day
		}
	}
	return next
}

// circuit counts what says that a connection is well, or not.
func circuit(tx *store.Tx, t *turn, out *Outcome, sent bool, now time.Time) error {
	c, err := tx.Connection(t.Merchant, t.conn.ID)
	if err != nil {
		if recourse.KindOf(err) == recourse.NotFound {
			return nil // taken away meanwhile
		}
		return err
	}
	if out.Code == CodeNoAddress || out.Code == CodeNoWords {
		return nil
	}
	bad := sent && (out.Result == Unknown || out.Result == Later && out.RetryAt.IsZero()) || out.Code == CodeUnauthorized
	switch {
	case bad:
		code := out.Code
		if code == "" {
			code = string(out.Result)
		}
		return tx.SayFailed(t.Merchant, c.ID, code, now, open(c.Failures+1, out.Code, now))
	case out.Result == Unknown:
		return nil
	case c.Failures > 0 || now.Sub(c.SaidAt) > time.Minute:
		return tx.SaySucceeded(t.Merchant, c.ID, now)
	}
	return nil
}

// tell tells the desk how an act ended, and what else the peer's answer holds.
func (r *Runner) tell(ctx context.Context, t *turn, out Outcome, n int) error {
	typ, id := recourse.EffectDone, t.ID+":done"
	if out.Result != Done {
		typ, id = recourse.EffectFailed, t.ID+":failed:"+strconv.Itoa(n)
	}
	if err := r.said(ctx, t, typ, id, &out); err != nil {
		return err
	}
	for i := range out.Events {
		ev := out.Events[i]
		if ev.Source == "" {
			ev.Source = t.conn.ID
		}
		if err := r.o.Tell(ctx, t.Merchant, t.conn.ID, &ev); err != nil && recourse.KindOf(err) == recourse.Unavailable {
			return err
		}
	}
	r.dies(Told)
	return nil
}

// said tells one thing of an act. That it cannot be said any more (a webhook was faster, a person has said how it ended)
// is no error: then it is over, or theirs.
func (r *Runner) said(ctx context.Context, t *turn, typ recourse.EventType, id string, out *Outcome) error {
	reason := out.Code
	if out.Detail != "" && reason != "" {
		reason += ": "
	}
	reason += out.Detail
	if typ == recourse.EffectDone {
		reason = ""
	}
	var amount recourse.Money
	if t.Kind == recourse.EffectRefund && typ == recourse.EffectDone {
		amount = out.Amount
	}
	err := r.event(ctx, t, typ, id, reason, amount)
	if recourse.KindOf(err) == recourse.Conflict {
		return r.putOff(ctx, t, time.Time{})
	}
	return err
}

func (r *Runner) event(ctx context.Context, t *turn, typ recourse.EventType, id, reason string, amount recourse.Money) error {
	return r.o.Tell(ctx, t.Merchant, t.conn.ID, &recourse.Event{Source: "effect", ID: id, Type: typ, Data: recourse.Data{Order: t.Order, Effect: t.ID, Reason: reason, Amount: amount}})
}

// stale ends the work on an act that has moved on since it was read: it is looked at again, if there is anything left of it.
func (r *Runner) stale(ctx context.Context, t *turn, err error) error {
	if recourse.KindOf(err) != recourse.Conflict && recourse.KindOf(err) != recourse.NotFound {
		return err
	}
	return r.putOff(ctx, t, r.o.Clock().Add(time.Second))
}

// waits puts an act off whose connection cannot be used, and says so on the connection.
func (r *Runner) waits(ctx context.Context, t *turn, cause error) error {
	now := r.o.Clock()
	err := r.o.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.PutOff(&t.Errand, now.Add(time.Minute)); err != nil {
			return err
		}
		if recourse.KindOf(cause) == recourse.Unavailable && recourse.CodeOf(cause) != "database_unavailable" {
			return tx.SayFailed(t.Merchant, t.conn.ID, recourse.CodeOf(cause), now, time.Time{})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return cause
}

func (r *Runner) putOff(ctx context.Context, t *turn, next time.Time) error {
	return r.o.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.PutOff(&t.Errand, next)
		return err
	})
}
