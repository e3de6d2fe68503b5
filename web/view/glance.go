package view

import (
	"strings"

	"slices"

	"recourse"
	"recourse/decide"
	"recourse/desk"
)

// Glance is a case in five seconds: what happened, what is promised to whom by when, and the money on both sides.
type Glance struct {
	What     string // the situation's own sentence: why it is open
	Opened   Instant
	Promises []Promise
	Owed     []Total // to the buyer
	Due      []Total // back to the merchant
}

// Promise is something that somebody is to do, or will be told, by an instant.
type Promise struct {
	Who       string // whose turn it is
	What      string
	At        Instant
	Explained string // the deadline with its calendar
	Mine      bool   // it is the merchant's turn
}

// Total is what the postings of one standing come to, in one currency.
type Total struct {
	Amount string
	Status string
	Class  string
}

// promisesShown is how many are told at a glance; all of them stand under what comes next.
const promisesShown = 3

func (r Reader) glance(v *desk.View, c *recourse.Case, lead string) Glance {
	g := Glance{What: lead, Opened: r.Past(c.OpenedAt), Promises: r.promises(v, c)}
	g.totals(r, v.File, c.ID)
	return g
}

// promises are the questions and the windows that somebody was told, and the next step of the playbook where nobody has
// to do anything.
func (r Reader) promises(v *desk.View, c *recourse.Case) (out []Promise) {
	all := v.Upcoming(c.ID)
	for i := range all {
		s := &all[i]
		p := Promise{At: r.Due(s.At), Explained: r.explained(s.Deadline)}
		switch {
		case s.Ask != nil:
			p.Who, p.What, p.Mine = sentence(r.Party(s.Ask.Of)), r.Question(s.Ask.Question), s.Ask.Of == recourse.PartyMerchant
		case s.Window != "":
			p.Who, p.What = sentence(r.Party(recourse.PartyBuyer)), r.T("window_"+s.Window)
		default:
			continue
		}
		out = append(out, p)
	}
	if i := slices.IndexFunc(all, func(s decide.Step) bool { return s.Ask == nil && s.Window == "" }); i >= 0 && len(out) < promisesShown {
		s := &all[i]
		out = append(out, Promise{Who: r.T("by_itself"), What: strings.Join(r.coming(v, c.ID, s), " · "), At: r.Due(s.At), Explained: r.explained(s.Deadline)})
	}
	return out[:min(len(out), promisesShown)]
}

// totals adds up the money of a case on its two sides, standing by standing; sides and currencies are never netted.
func (g *Glance) totals(r Reader, f *recourse.OrderFile, id string) {
	var owed, due sums
	for i := range f.Refunds {
		if x := &f.Refunds[i]; x.Case == id {
			owed.add(x.Amount, r.Refund(x.Status), standing[string(x.Status)])
		}
	}
	for i := range f.Recoveries {
		x := &f.Recoveries[i]
		if x.Case != id {
			continue
		}
		open := x.Amount
		if x.Received.Sign() > 0 {
			due.add(x.Received, r.Recovery(recourse.RecoveryReceived), "good")
			if rest, err := x.Amount.Sub(x.Received); err == nil {
				open = rest
			}
		}
		if x.Status != recourse.RecoveryReceived {
			due.add(open, r.Recovery(x.Status), standing[string(x.Status)])
		}
	}
	g.Owed, g.Due = owed.told(r), due.told(r)
}

// sums adds up amounts by their standing and currency, in the order in which they come.
type sums []sum

type sum struct {
	amount        recourse.Money
	status, class string
}

func (s *sums) add(m recourse.Money, status, class string) {
	for i := range *s {
		x := &(*s)[i]
		if x.status != status || x.amount.Currency != m.Currency {
			continue
		}
		if total, err := x.amount.Add(m); err == nil {
			x.amount = total
			return
		}
	}
	*s = append(*s, sum{m, status, class})
}

func (s sums) told(r Reader) (out []Total) {
	for _, x := range s {
		t := Total{Amount: r.Money(x.amount), Status: x.status, Class: x.class}
		if t.Amount == "" {
			t.Amount = r.T("amount_unknown")
		}
		out = append(out, t)
	}
	return out
}
