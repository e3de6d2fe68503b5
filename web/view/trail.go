package view

import (
	"cmp"
	"strconv"

	"recourse"
	"recourse/desk"
	"recourse/ledger"
	"recourse/store"
)

// Books are what was posted for an order or a case: what stands, how each refund and each recovery went, and all of it as an accountant
// reads it.
type Books struct {
	Sums    []Sum
	Trails  []Trail
	Entries []BookEntry
}

// BookEntry is what one decision posted.
type BookEntry struct {
	At    Instant
	Event string // what it followed from
	Href  string // its place in the history of the page
	Lines []BookLine
}

// BookLine is one side of an entry.
type BookLine struct{ Account, Debit, Credit, Ref string }

// Trail is how one refund or one recovery went.
type Trail struct {
	Ref, What string
	Steps     []TrailStep
}

// TrailStep is one thing that became of it.
type TrailStep struct {
	At            Instant
	Amount, Words string
	Event, Href   string // what it followed from, and its place in the history
	Rate          string // its worth in the home currency at the rate of the day; "": there is none, or it is the same
}

// NewBooks tells postings; nil where there are none. Rates are those of a home currency.
func NewBooks(r Reader, v *desk.View, all []store.Posting, rates *desk.Converter) *Books {
	if len(all) == 0 {
		return nil
	}
	b := &Books{}
	sums := map[ledger.Account]map[recourse.Currency]int64{}
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].Seq == all[from].Seq {
			to++
		}
		b.entry(r, v, all[from:to], rates)
		from = to
	}
	for i := range all {
		a := ledger.Account(all[i].Account)
		if sums[a] == nil {
			sums[a] = map[recourse.Currency]int64{}
		}
		sums[a][all[i].Amount.Currency] += all[i].Amount.Minor
	}
	b.Sums = r.standingIn(sums)
	return b
}

// entry tells what one decision posted.
func (b *Books) entry(r Reader, v *desk.View, all []store.Posting, rates *desk.Converter) {
	e := BookEntry{At: r.Past(all[0].At)}
	e.Event, e.Href = r.behindEntry(v, all[0].Seq)
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].Ref == all[from].Ref {
			to++
		}
		b.step(r, v, all[from:to], TrailStep{At: e.At, Event: e.Event, Href: e.Href}, rates)
		from = to
	}
	for i := range all {
		p := &all[i]
		l := BookLine{Account: r.Account(ledger.Account(p.Account)), Ref: p.Ref}
		amount := r.Money(recourse.Money{Minor: max(p.Amount.Minor, -p.Amount.Minor), Currency: p.Amount.Currency})
		if ledger.Account(p.Account).Memo() {
			amount = r.T("amount_unknown")
		}
		if p.Amount.Minor < 0 {
			l.Credit = amount
		} else {
			l.Debit = amount
		}
		e.Lines = append(e.Lines, l)
	}
	b.Entries = append(b.Entries, e)
}

// behindEntry is what an entry of the books followed from: a fact, or a time that was up.
func (r Reader) behindEntry(v *desk.View, seq int64) (what, href string) {
	if seq == 0 {
		return r.T("tr_opened"), ""
	}
	for i := range v.History {
		e := &v.History[i]
		if e.Seq != seq {
			continue
		}
		if what = r.T("tr_time"); e.Event != nil {
			what = r.Language.Event(e.Event.Type)
		}
		return what, "#e" + strconv.FormatInt(seq, 10)
	}
	return "", ""
}

// step adds what an entry says of one refund or recovery to its trail.
func (b *Books) step(r Reader, v *desk.View, all []store.Posting, s TrailStep, rates *desk.Converter) {
	ref := all[0].Ref
	var t *Trail
	for i := range b.Trails {
		if b.Trails[i].Ref == ref {
			t = &b.Trails[i]
		}
	}
	if t == nil {
		b.Trails = append(b.Trails, Trail{Ref: ref, What: r.trailOf(v.File, ref)})
		t = &b.Trails[len(b.Trails)-1]
	}
	for _, x := range r.became(v.File, ref, all) {
		s.Amount, s.Words, s.Rate = r.Money(x.amount), x.words, ""
		if x.amount.Currency == ledger.NoCurrency {
			s.Amount = r.T("amount_unknown")
		} else if in, rate, known := rates.At(x.amount, all[0].At); known && rate.Den != 0 {
			s.Rate = r.T("tr_rate", "amount", r.Money(in), "rate", RateText(rate), "day", r.Day(rate.Day))
		} else if !known && rates.Converts() {
			s.Rate = r.T("tr_no_rate")
		}
		t.Steps = append(t.Steps, s)
	}
}

// trailOf is what a refund or a recovery is, in words.
func (r Reader) trailOf(f *recourse.OrderFile, ref string) string {
	for i := range f.Refunds {
		if x := &f.Refunds[i]; x.ID == ref {
			switch {
			case x.Disputed:
				return r.T("tr_dispute")
			case x.Outside:
				return r.T("refund_outside")
			}
			return r.T("tr_refund")
		}
	}
	for i := range f.Recoveries {
		if x := &f.Recoveries[i]; x.ID == ref {
			if _, beside := x.Beside(); beside {
				return r.T("tr_late", "purchase", x.Purchase)
			}
			return r.T("tr_recovery", "purchase", x.Purchase)
		}
	}
	return r.T("tr_refund")
}

// becomes is what became of money, with how much of it.
type becomes struct {
	words  string
	amount recourse.Money
}

// became reads from one entry's postings what became of a refund or a recovery.
func (r Reader) became(f *recourse.OrderFile, ref string, all []store.Posting) (out []becomes) {
	net := map[ledger.Account]recourse.Money{}
	for i := range all {
		a := ledger.Account(all[i].Account)
		sum := net[a]
		sum.Minor, sum.Currency = sum.Minor+all[i].Amount.Minor, cmp.Or(sum.Currency, all[i].Amount.Currency)
		net[a] = sum
	}
	is := func(a ledger.Account, sign int) bool { return net[a].Sign() == sign }
	say := func(words string, a ledger.Account) {
		m := net[a]
		m.Minor = max(m.Minor, -m.Minor)
		out = append(out, becomes{words, m})
	}
	disputed := net[ledger.Disputed].Sign() != 0 || is(ledger.Chargebacks, 1)
	switch {
	case is(ledger.RefundsPayable, -1):
		say(r.T("tr_promised"), ledger.RefundsPayable)
	case is(ledger.RefundsInTransit, -1):
		say(r.T("tr_sent"), ledger.RefundsInTransit)
	case is(ledger.Disputed, 1):
		say(r.T("tr_held"), ledger.Disputed)
	case is(ledger.Chargebacks, 1):
		say(r.T("tr_taken"), ledger.Chargebacks)
	case disputed && is(ledger.Cash, 1):
		say(r.T("tr_given_back"), ledger.Cash)
	case is(ledger.Refunds, -1):
		say(r.T("tr_taken_back", "status", r.statusOf(f, ref)), ledger.Refunds)
	case is(ledger.Cash, -1):
		say(r.T("tr_arrived"), ledger.Cash)
	}
	if is(ledger.UnknownRecoverable, 1) {
		say(r.T("tr_asked"), ledger.UnknownRecoverable)
	}
	if is(ledger.Recoverable, 1) {
		say(r.T("tr_asked"), ledger.Recoverable)
	}
	if !disputed && is(ledger.Cash, 1) {
		say(r.T("tr_came"), ledger.Cash)
	}
	if is(ledger.NotRecovered, 1) {
		say(r.T("tr_lost", "status", r.statusOf(f, ref)), ledger.NotRecovered)
	}
	if is(ledger.Recoveries, 1) {
		say(r.T("tr_not_owed"), ledger.Recoveries)
	}
	return out
}

// statusOf is how a refund or a recovery stands, in words.
func (r Reader) statusOf(f *recourse.OrderFile, ref string) string {
	for i := range f.Refunds {
		if f.Refunds[i].ID == ref {
			return r.Refund(f.Refunds[i].Status)
		}
	}
	for i := range f.Recoveries {
		if f.Recoveries[i].ID == ref {
			return r.Recovery(f.Recoveries[i].Status)
		}
	}
	return ""
}
