// Package insight counts what an owner wants to know of the shop: how many troubles came and went, how long they took,
// whether what was promised was kept, and what it cost.
//
// # From orders to figures
//
// What an order adds to the figures is a list of facts, each with an instant and the words that it can be filtered by. Most
// facts follow from the order's file alone ([Of]); when the file changes, those that no longer hold are taken away
// and the new ones are added ([Diff]), so that a case that is reopened, or a fact that was learned late, leaves
// nothing wrong behind. A few are told by a step of the history and hold for ever ([Told]): that a question was answered in
// time, how long a supplier took.
//
// Facts of a day are kept together as bytes ([Encode], [Merge]), and a report reads the days that it is about ([Count]). A
// million cases are some thousand days; no report looks at a case.
//
// Like the nouns, the room knows no database and no clock: the same facts give the same report for ever.
package insight

import (
	"hash/fnv"
	"slices"
	"time"

	"recourse"
)

// Kind is what a fact counts. Its number is kept: a kind may be added at the end and may not change its meaning.
type Kind uint8

const (
	// Opened: a case was opened.
	Opened Kind = iota + 1
	// Settled: a case was closed, and is closed still. N is how many seconds it was open.
	Settled
	// Asked: a person was asked, and has not answered. At is by when; M says who (see [ofBuyer]).
	Asked
	// Answered: a question is over. N is 1 where it was answered by its date, 0 where that passed. M as above.
	Answered
	// Refunded: the buyer has the money. N is the amount in minor units.
	Refunded
	// Recovered: money came back from supplier or marketplace. N as above.
	Recovered
	// Lost: money that nobody gives back: see docs/insights.md. N as above.
	Lost
	// Awaited: money that supplier or marketplace were asked for, and that has not come. N as above.
	Awaited
	// Bought: a purchase was placed.
	Bought
	// Troubled: a purchase, by when it was placed, has a case of the situation. N counts its situations from 0, so that
	// a purchase in two kinds of trouble can be counted once.
	Troubled
	// Replied: a supplier answered, or shipped, after having been asked something. N is how many seconds that took.
	Replied
	// Claimed: the buyer of an order, by when it was placed, reported a problem. N is the order's hash, Text its number.
	Claimed
	// Ordered: whose an order is, by when it was placed. N is the order's hash, M the buyer's (see [BuyerKey]).
	Ordered
	kinds
)

// ofBuyer is the M of a question to the buyer; one to the merchant has 0.
const ofBuyer = 1

// Fact is one thing that counts. At is in seconds since 1970. Two facts are the same when all of their fields are.
type Fact struct {
	Kind                                  Kind
	At                                    int64
	Situation, Supplier, Country, Channel string
	Text                                  string // a currency, or an order
	N, M                                  int64
}

// Weighed is a fact and how often it is added; below zero, how often it is taken away.
type Weighed struct {
	Fact
	Weight int64
}

// Of are the facts that follow from an order's file as it stands.
func Of(f *recourse.OrderFile) []Fact {
	l := lister{file: f, out: make([]Fact, 0, 4+3*len(f.Cases)+2*len(f.Purchases)+len(f.Refunds)+len(f.Recoveries))}
	for _, c := range f.Cases {
		l.ofCase(c)
	}
	l.money()
	for i := range f.Purchases {
		l.purchase(&f.Purchases[i])
	}
	if slices.ContainsFunc(f.Cases, func(c *recourse.Case) bool { return c.Problem }) {
		l.add(Fact{Kind: Claimed, Text: f.Order.ID, N: hash(f.Order.ID)}, f.Order.PlacedAt, nil)
	}
	return l.out
}

// lister collects the facts of an order.
type lister struct {
	file *recourse.OrderFile
	out  []Fact
}

// add adds a fact of a case, or of none. What has no instant cannot be counted by any.
func (l *lister) add(fact Fact, at time.Time, c *recourse.Case) {
	if at.IsZero() {
		return
	}
	fact.At, fact.Channel = at.Unix(), l.file.Order.Channel
	if a := l.file.Order.ShipTo; a != nil {
		fact.Country = a.Country
	}
	if c != nil {
		fact.Situation, fact.Supplier = string(c.Situation), l.file.SupplierOf(c)
	}
	l.out = append(l.out, fact)
}

func (l *lister) ofCase(c *recourse.Case) {
	l.add(Fact{Kind: Opened}, c.OpenedAt, c)
	if c.Status == recourse.Closed {
		l.add(Fact{Kind: Settled, N: seconds(c.ClosedAt.Sub(c.OpenedAt))}, c.ClosedAt, c)
	}
	if c.Quiet {
		return // it asks nobody
	}
	for _, q := range c.Asks {
		l.add(Fact{Kind: Asked, M: party(q.Of)}, q.Due, c)
	}
}

func party(p recourse.Party) int64 {
	if p == recourse.PartyBuyer {
		return ofBuyer
	}
	return 0
}

func seconds(d time.Duration) int64 { return max(0, int64(d/time.Second)) }

func (l *lister) money() {
	for i := range l.file.Refunds {
		r := &l.file.Refunds[i]
		if r.Status != recourse.RefundDone {
			continue
		}
		c := l.file.Case(r.Case)
		l.amount(Refunded, r.Amount, r.At, c)
		if !l.recoveryAsked(r) && l.bought(r.Lines) {
			l.amount(Lost, r.Amount, r.At, c)
		}
	}
	for i := range l.file.Recoveries {
		r := &l.file.Recoveries[i]
		c := l.file.Case(r.Case)
		l.amount(Recovered, r.Received, r.At, c)
		open := r.Amount
		if r.Received.Currency == open.Currency {
			open.Minor -= r.Received.Minor
		}
		switch r.Status {
		case recourse.RecoveryRequested:
			l.amount(Awaited, open, r.At, c)
		case recourse.RecoveryDenied, recourse.RecoveryWrittenOff:
			l.amount(Lost, open, r.At, c)
		}
	}
}

func (l *lister) amount(k Kind, m recourse.Money, at time.Time, c *recourse.Case) {
	if m.Minor > 0 && m.Currency != "" {
		l.add(Fact{Kind: k, Text: string(m.Currency), N: m.Minor}, at, c)
	}
}

// recoveryAsked says whether somebody was asked to give the merchant back what a refund's pieces had cost.
func (l *lister) recoveryAsked(r *recourse.Refund) bool {
	return slices.ContainsFunc(l.file.Recoveries, func(v recourse.Recovery) bool {
		return v.Status != recourse.RecoveryWithdrawn && (v.Case == r.Case && r.Case != "" || recourse.Overlap(v.Lines, r.Lines))
	})
}

// bought says whether pieces were bought at a supplier: where none were, a refund gives back what was never spent.
func (l *lister) bought(pieces []recourse.Pieces) bool {
	return slices.ContainsFunc(l.file.Purchases, func(p recourse.Purchase) bool {
		return p.Status != recourse.PurchaseCancelled && (len(p.Lines) == 0 || recourse.Overlap(p.Lines, pieces))
	})
}

func (l *lister) purchase(p *recourse.Purchase) {
	at := p.PlacedAt
	if at.IsZero() {
		at = l.file.Order.PlacedAt
	}
	l.add(Fact{Kind: Bought, Supplier: p.Supplier}, at, nil)
	var seen []recourse.Situation
	for _, c := range l.file.Cases {
		if l.file.PurchaseOf(c) == p && !slices.Contains(seen, c.Situation) {
			l.add(Fact{Kind: Troubled, Supplier: p.Supplier, Situation: string(c.Situation), N: int64(len(seen))}, at, nil)
			seen = append(seen, c.Situation)
		}
	}
}

// Told are the facts that a step of an order's history tells for ever: before and after it, what came (nil: a deadline),
// and the instant at which it was decided.
func Told(before, after *recourse.OrderFile, ev *recourse.Event, at time.Time) (facts []Fact) {
	l := lister{file: after}
	for _, c := range after.Cases {
		if was := before.Case(c.ID); was != nil && was != c && !was.Quiet {
			l.answers(was, c, ev != nil && ev.Type == recourse.RemedyChosen, at)
		}
	}
	for i := range after.Purchases {
		p := &after.Purchases[i]
		if was := before.Purchase(p.ID); was != nil && was != p && len(was.Asked) > 0 {
			l.reply(was, p)
		}
	}
	return l.out
}

// answers tells of the questions that a step has ended. One that nobody needs to answer any more, before its date, says
// nothing of anybody.
func (l *lister) answers(was, is *recourse.Case, chosen bool, at time.Time) {
	for _, q := range was.Asks {
		if slices.ContainsFunc(is.Asks, func(o recourse.Question) bool { return o.Effect == q.Effect }) {
			continue
		}
		late := at.After(q.Due)
		switch {
		case late:
			l.add(Fact{Kind: Answered, M: party(q.Of)}, q.Due, is)
		case chosen:
			l.add(Fact{Kind: Answered, N: 1, M: party(q.Of)}, at, is)
		}
	}
}

// reply tells that a supplier broke the silence: by an answer, or by shipping.
func (l *lister) reply(was, is *recourse.Purchase) {
	asked := was.AskedAt()
	if !was.ShippedAt.IsZero() && !was.ShippedAt.Before(asked) {
		return // shipping was the answer
	}
	at := is.AnsweredAt
	if len(is.Asked) > 0 && !is.AskedAt().After(asked) { // it is open still
		if at = is.ShippedAt; at.Before(asked) {
			return
		}
	}
	l.add(Fact{Kind: Replied, Supplier: is.Supplier, N: seconds(at.Sub(asked))}, at, nil)
}

// Buyer is the fact whose an order is; false where that is not known. The key is BuyerKey's.
func Buyer(f *recourse.OrderFile, key int64) (Fact, bool) {
	if key == 0 || f.Order.PlacedAt.IsZero() {
		return Fact{}, false
	}
	l := lister{file: f}
	l.add(Fact{Kind: Ordered, N: hash(f.Order.ID), M: key}, f.Order.PlacedAt, nil)
	return l.out[0], true
}

// hash is a short name of an order: forty bits, of which no two of one shop are likely to be the same.
func hash(order string) int64 {
	h := fnv.New64a()
	h.Write([]byte(order))
	return int64(h.Sum64() >> 24)
}

// Diff is what has to be added and taken away so that the facts before become those after.
func Diff(before, after []Fact) (out []Weighed) {
	if slices.Equal(before, after) {
		return nil
	}
	rest := slices.Clone(before)
	for _, f := range after {
		if i := slices.Index(rest, f); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		out = append(out, Weighed{f, 1})
	}
	for _, f := range rest {
		out = append(out, Weighed{f, -1})
	}
	return out
}
