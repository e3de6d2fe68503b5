package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/ledger"
	"recourse/store"
)

// This file reads the money that suppliers and the marketplace owe: how old each claim is, what was done for it, and what may be
// done now.

// Awaited is money that a supplier or the marketplace owes the merchant.
type Awaited struct {
	store.OpenItem      // what is still open; no amount where nobody knows it
	Unknown        bool // the amount is not known
	Purchase       string
	Asked          recourse.Money // in all
	Received       recourse.Money // so far
	Version        int64          // of the order's file
	Chased         time.Time      // when somebody was chased last; zero: nobody was yet
	Chases         int            // how often
	Stuck          bool           // the newest chase did not leave
	Next           time.Time      // when somebody is chased for it next; zero: nobody is
	Rule           recourse.Why   // of the next one: the playbook's setting
	Unread         int            // messages of the case that nobody has read
	CanChase       bool           // by the playbook's question
	CanDrop        bool           // it may be written off
	Answer         time.Time      // by when a person is to answer the open question about it; zero: none is asked
}

// Age is how many whole days it has been awaited.
func (a *Awaited) Age(now time.Time) int { return max(0, int(now.Sub(a.Since)/(24*time.Hour))) }

// RecoveryAges are the groups by which recoveries are told apart: up to how many days each goes. The last has no end.
var RecoveryAges = []struct {
	Name string
	UpTo int
}{{"week", 7}, {"month", 30}, {"two_months", 60}, {"three_months", 90}, {"older", 1 << 30}}

// AgeGroup is the place in [RecoveryAges] of something that is so many days old.
func AgeGroup(days int) int {
	for i, g := range RecoveryAges {
		if days <= g.UpTo {
			return i
		}
	}
	return len(RecoveryAges) - 1
}

// RecoveryQuestion is the playbook's question about money that does not come.
const RecoveryQuestion = "recovery"

// Recoveries are the recoveries that are awaited, the oldest first, at most so many, and what was and can be done for each. Those
// of unknown amount are among them.
func (d *Desk) Recoveries(ctx context.Context, merchant string, most int) (out []Awaited, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		items, err := openRecoveries(tx, merchant, most)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(items, maxBatch) {
			told, err := d.awaited(tx, merchant, part)
			if err != nil {
				return err
			}
			out = append(out, told...)
		}
		return nil
	})
	return out, err
}

// openRecoveries are what the books hold of money that is asked back, known or not, the oldest first.
func openRecoveries(tx *store.Tx, merchant string, most int) ([]store.OpenItem, error) {
	known, err := tx.OpenItems(merchant, string(ledger.Recoverable), most)
	if err != nil {
		return nil, err
	}
	memo, err := tx.OpenItems(merchant, string(ledger.UnknownRecoverable), most)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(known, memo)
	slices.SortStableFunc(all, func(a, b store.OpenItem) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Ref, b.Ref)) })
	return all[:min(len(all), most)], nil
}

func (d *Desk) awaited(tx *store.Tx, merchant string, items []store.OpenItem) (out []Awaited, err error) {
	var keys []store.Key
	for _, o := range items {
		if k := (store.Key{Merchant: merchant, Order: o.Order}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	said, err := tx.MessagesTo(keys, recourse.PartyAgent)
	if err != nil {
		return nil, err
	}
	for _, o := range items {
		a := Awaited{OpenItem: o}
		if a.Unknown = a.Amount.Currency == ledger.NoCurrency; a.Unknown {
			a.Amount = recourse.Money{}
		}
		k := store.Key{Merchant: merchant, Order: o.Order}
		if f := files[k]; f.Version > 0 {
			a.Version = f.Version
			decider, err := d.Decider(tx, merchant, f.OrderFile)
			if err != nil {
				return nil, err
			}
			a.of(f.OrderFile, decider)
			a.chased(said[k])
		}
		out = append(out, a)
	}
	return out, nil
}

// of reads what an order's file says of a recovery.
func (a *Awaited) of(f *recourse.OrderFile, decider *decide.Decider) {
	if c := f.Case(a.Case); c != nil {
		a.Unread = c.Unread
	}
	i := slices.IndexFunc(f.Recoveries, func(r recourse.Recovery) bool { return r.ID == a.Ref })
	if i < 0 {
		return
	}
	r := &f.Recoveries[i]
	a.Purchase, a.Asked, a.Received = r.Purchase, r.Amount, r.Received
	if q := decider.PolicyOf(&r.Run).Question(RecoveryQuestion); q != nil {
		a.CanChase, a.CanDrop = slices.Contains(q.Choices, "chase"), slices.Contains(q.Choices, "write_off")
	}
	for _, q := range r.Asks {
		a.Answer = q.Due
	}
	for _, s := range decider.Upcoming(f, a.Case) {
		if s.Recovery == a.Ref && s.Ask == nil {
			a.Next, a.Rule = s.At, s.Why
			return
		}
	}
}

// chased reads what was written for a recovery: by the playbook, whose acts have its id, or by a person, who names the purchase.
func (a *Awaited) chased(said []store.Effect) {
	for i := range said {
		e := &said[i]
		own := e.Template == decide.TemplateWritten && e.Case == a.Case && e.Purchase == a.Purchase
		if n, ok := chaseNumber(e.ID, a.Ref); !own && (!ok || n < 1) || e.At.Before(a.Since) || e.Status == store.Dropped {
			continue
		}
		a.Chases++
		if e.At.After(a.Chased) {
			a.Chased, a.Stuck = e.At, e.Status == store.Failed
		}
	}
}

// chaseNumber is the number of an act of a recovery: 2 of 1001-1/3.2.
func chaseNumber(id, recovery string) (int, bool) {
	if len(id) <= len(recovery)+1 || id[:len(recovery)] != recovery || id[len(recovery)] != '.' {
		return 0, false
	}
	n, err := strconv.Atoi(id[len(recovery)+1:])
	return n, err == nil
}

// Recovery is one recovery that is awaited, by its id: recovery_unknown, of kind [recourse.NotFound], where there is none or it is
// settled.
func (d *Desk) Recovery(ctx context.Context, merchant, id string) (*Awaited, error) {
	var out []Awaited
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		items, err := tx.OpenItem(merchant, id, string(ledger.Recoverable), string(ledger.UnknownRecoverable))
		if err == nil && len(items) > 0 {
			out, err = d.awaited(tx, merchant, items[:1])
		}
		return err
	})
	if err == nil && len(out) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "recovery_unknown", Field: "recovery", Message: "there is no recovery " + recourse.Shorten(id, 60) + " that is awaited", Hint: "it may be settled by now"}
	}
	if err != nil {
		return nil, err
	}
	return &out[0], nil
}
