package desk

import (
	"context"
	"iter"
	"slices"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
	"recourse/replay"
	"recourse/store"
)

// TrialOptions say on what a policy is tried.
type TrialOptions struct {
	Days   int           // orders placed in so many days until now; default 90
	Orders int           // at most so many of them, the newest; default 2,000
	Time   time.Duration // it ends after that with what it has; default 4 seconds
}

// Trial is what a policy would have meant for the newest orders, beside the policy that is at work. Reports has the
// policy at work first and the tried one second.
//
// The facts are those that came in, each at its own time: an answer, an approval, a choice is taken as it was given, also
// where the other policy would not have asked for it. What nobody was asked then, nobody answers now. Acts are counted as
// they are decided, also where a person would have had to approve them.
type Trial struct {
	*replay.Result
	From, Until time.Time // when the orders were placed
	Tried       int       // orders
	Placed      int       // orders placed in that time, no further than mostPlaced
	Cut         bool      // the time was over before all that were to be tried had been
}

// The bounds of a trial. One uses all processors for as long as it lasts, so that few are made at once.
const (
	trialDays    = 90
	trialOrders  = 2000
	trialTime    = 4 * time.Second
	mostPlaced   = 100_000
	mostTrials   = 2
	trialAtOnce  = 100  // orders read in one look at the database
	mostFactsTry = 1000 // of an order
)

func (o *TrialOptions) complete() {
	if o.Days <= 0 {
		o.Days = trialDays
	}
	if o.Orders <= 0 {
		o.Orders = trialOrders
	}
	if o.Time <= 0 {
		o.Time = trialTime
	}
}

// Try replays the newest orders of a merchant under the policy at work and under another. Nothing is changed. It ends
// with the context, with an error, and with the time of the options, with what was found until then.
func (d *Desk) Try(ctx context.Context, merchant string, policy *playbook.Policy, o TrialOptions) (*Trial, error) {
	o.complete()
	select {
	case d.trials <- struct{}{}:
		defer func() { <-d.trials }()
	case <-ctx.Done():
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "trials_busy", Message: "other changes are being tried at the moment", Hint: "try again in a few seconds", Err: ctx.Err()}
	}
	now := d.clock()
	t := &Trial{From: now.AddDate(0, 0, -o.Days), Until: now}
	p := &past{desk: d, merchant: merchant}
	var deciders []*decide.Decider
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		at, err := d.Decider(tx, merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		deciders = []*decide.Decider{{Policy: at.Policy, Calendars: at.Calendars, Past: true}, {Policy: policy, Calendars: at.Calendars, Past: true}}
		if p.keys, err = tx.Placed(merchant, t.From, now.Add(time.Microsecond), o.Orders); err != nil {
			return err
		}
		t.Placed, err = tx.CountPlaced(merchant, t.From, now.Add(time.Microsecond), mostPlaced)
		return err
	})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, o.Time)
	defer cancel()
	t.Result, err = replay.Book(limited, p.orders(limited), replay.Options{Deciders: deciders, Until: now, Progress: func(n int) { t.Tried = n }})
	if limited.Err() != nil && ctx.Err() == nil {
		t.Cut, err = t.Tried < len(p.keys), nil
	}
	return t, err
}

// past reads the facts of orders from their histories, some orders at a time: a trial holds no state of the database for
// long.
type past struct {
	desk     *Desk
	merchant string
	keys     []store.Key
}

func (p *past) orders(ctx context.Context) iter.Seq2[[]recourse.Event, error] {
	return func(yield func([]recourse.Event, error) bool) {
		for keys := p.keys; len(keys) > 0; {
			some := keys[:min(trialAtOnce, len(keys))]
			keys = keys[len(some):]
			var facts map[store.Key][]recourse.Event
			err := p.desk.store.Read(ctx, func(tx *store.Tx) (err error) {
				facts, err = tx.Told(some, mostFactsTry)
				return err
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, k := range some {
				// A replay's clock goes by the facts' own times: what came in late is taken when it happened.
				slices.SortStableFunc(facts[k], func(a, b recourse.Event) int { return a.Time.Compare(b.Time) })
				if !yield(facts[k], nil) {
					return
				}
			}
		}
	}
}
