// Package ledger keeps the books of trouble: what refunds and recoveries mean in double entry, so that an accountant can
// follow every cent and a program can prove that none is missing.
//
// What stands in an order's file (refunds with their status, recoveries with what came) says which balances the order has.
// A decision that changes the file is posted as the difference of the balances before and after it. Every state's balances
// add up to nothing in each currency, and so does every posting, whatever happened: no rule has to be kept in mind for
// it. And since the postings of an order always add up to the balances of its file, the books can be checked against
// the files at any time.
//
// Amounts are in their own currencies and are never netted. What one currency is worth in another is a matter of a report,
// which names the rate that it used.
//
//	a refund      promised   Dr refunds      Cr refunds_payable
//	              sent       Dr refunds      Cr refunds_in_transit
//	              done       Dr refunds      Cr cash
//	a recovery    asked      Dr recoverable  Cr recoveries
//	              part came  Dr cash + recoverable      Cr recoveries
//	              all came   Dr cash         Cr recoveries
//	              given up   Dr not_recovered + cash    Cr recoveries
//	              late       Dr cash         Cr recoveries (money that came after it was settled: a recovery of its own)
//	a dispute     open       Dr disputed     Cr cash
//	              lost       Dr chargebacks  Cr cash
//
// A recovery whose amount nobody knows has a memorandum: one claim, Dr unknown_recoverable, Cr unknown_recoveries, counted in XXX,
// which is ISO 4217's code for no currency. It is undone when the claim is settled.
package ledger

import (
	"cmp"
	"slices"

	"recourse"
)

// Account is an account of the books. A debit is positive, a credit negative.
type Account string

// The accounts.
const (
	Refunds          Account = "refunds"            // an expense: what buyers are given back
	RefundsPayable   Account = "refunds_payable"    // a liability: promised and not sent
	RefundsInTransit Account = "refunds_in_transit" // a liability: sent, and not known to have come
	Cash             Account = "cash"               // an asset: what left and what came
	Recoverable      Account = "recoverable"        // an asset: asked back from suppliers and marketplaces
	Recoveries       Account = "recoveries"         // an income: what suppliers owe back
	NotRecovered     Account = "not_recovered"      // an expense: denied, or given up
	Disputed         Account = "disputed"           // an asset: held by a bank until it has decided
	Chargebacks      Account = "chargebacks"        // an expense: what banks took for good
)

// Accounts lists them in the order of a balance.
var Accounts = []Account{Cash, Recoverable, Disputed, RefundsPayable, RefundsInTransit, Refunds, Chargebacks, NotRecovered, Recoveries}

// The two accounts of memoranda hold no money: they count claims of unknown amount, in [NoCurrency].
const (
	UnknownRecoverable Account = "unknown_recoverable"
	UnknownRecoveries  Account = "unknown_recoveries"
)

// NoCurrency is what memoranda are counted in: ISO 4217's code for no currency. It is never read from, nor written to, the outside.
const NoCurrency recourse.Currency = "XXX"

// Memo says that an account counts claims, and holds no money.
func (a Account) Memo() bool { return a == UnknownRecoverable || a == UnknownRecoveries }

// Posting is one side of an entry.
type Posting struct {
	Account Account
	Amount  recourse.Money // debit positive, credit negative
	Ref     string         // the refund or the recovery
	Case    string
}

// Of are the balances that an order's file has, by account and what they are of.
func Of(f *recourse.OrderFile) []Posting {
	b := balances{}
	b.file(f, 1)
	return b.postings()
}

// Post is what a decision posts: the difference of the balances after and before it. Nothing where no money moved.
func Post(before, after *recourse.OrderFile) []Posting {
	if same(before.Refunds, after.Refunds) && same(before.Recoveries, after.Recoveries) {
		return nil
	}
	b := balances{}
	b.file(before, -1)
	b.file(after, 1)
	return b.postings()
}

// same says that two lists are one: files share what a decision did not touch.
func same[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

type key struct {
	account  Account
	currency recourse.Currency
	ref, of  string
}

// balances adds up amounts by what they are of.
type balances map[key]int64

func (b balances) add(account Account, m recourse.Money, ref, of string, times int64) {
	if m.Minor != 0 {
		b[key{account, m.Currency, ref, of}] += m.Minor * times
	}
}

// entry adds a debit and the credit that belongs to it.
func (b balances) entry(debit, credit Account, m recourse.Money, ref, of string, times int64) {
	b.add(debit, m, ref, of, times)
	b.add(credit, m, ref, of, -times)
}

// file adds all that an order's file has.
func (b balances) file(f *recourse.OrderFile, times int64) {
	for i := range f.Refunds {
		b.refund(&f.Refunds[i], caseOf(f, &f.Refunds[i]), times)
	}
	for i := range f.Recoveries {
		b.recovery(&f.Recoveries[i], times)
	}
}

// caseOf is the case of a refund; of money that left beyond what another one had asked for, that one's.
func caseOf(f *recourse.OrderFile, r *recourse.Refund) string {
	of, beside := r.Beside()
	for i := range f.Refunds {
		if beside && f.Refunds[i].ID == of {
			return f.Refunds[i].Case
		}
	}
	return r.Case
}

func (b balances) refund(r *recourse.Refund, of string, times int64) {
	expense, credit := Refunds, Account("")
	switch r.Status {
	case recourse.RefundRequested:
		credit = RefundsPayable
	case recourse.RefundSent:
		credit = RefundsInTransit
	case recourse.RefundDone:
		credit = Cash
	default:
		return
	}
	if r.Disputed { // the bank has the money from the beginning
		credit, expense = Cash, Chargebacks
		if r.Status != recourse.RefundDone {
			expense = Disputed
		}
	}
	b.entry(expense, credit, r.Amount, r.ID, of, times)
}

// recovery posts what came as cash and the rest as what it is. More than was asked for is income as well; what came in
// another currency than was asked for stands beside it.
func (b balances) recovery(r *recourse.Recovery, times int64) {
	b.entry(Cash, Recoveries, r.Received, r.ID, r.Case, times)
	rest := r.Amount
	if r.Received.Currency == r.Amount.Currency {
		rest.Minor = max(0, rest.Minor-r.Received.Minor)
	}
	switch r.Status {
	case recourse.RecoveryRequested:
		b.entry(Recoverable, Recoveries, rest, r.ID, r.Case, times)
		if r.Amount.IsZero() {
			b.entry(UnknownRecoverable, UnknownRecoveries, recourse.Money{Minor: 1, Currency: NoCurrency}, r.ID, r.Case, times)
		}
	case recourse.RecoveryReceived, recourse.RecoveryDenied, recourse.RecoveryWrittenOff:
		if r.Status == recourse.RecoveryReceived && r.Received.Currency != r.Amount.Currency {
			return // what came was taken for all
		}
		b.entry(NotRecovered, Recoveries, rest, r.ID, r.Case, times)
	}
}

// postings are the balances that are not nothing, in a fixed order.
func (b balances) postings() []Posting {
	out := make([]Posting, 0, len(b))
	for k, n := range b {
		if n != 0 {
			out = append(out, Posting{Account: k.account, Amount: recourse.Money{Minor: n, Currency: k.currency}, Ref: k.ref, Case: k.of})
		}
	}
	slices.SortFunc(out, func(a, b Posting) int {
		return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(b.Amount.Minor, a.Amount.Minor), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Amount.Currency, b.Amount.Currency))
	})
	return out
}

// Net adds up what is of the same account, currency, reference and case, and leaves out what comes to nothing.
func Net(all []Posting) []Posting {
	b := balances{}
	for _, p := range all {
		b.add(p.Account, p.Amount, p.Ref, p.Case, 1)
	}
	return b.postings()
}

// Sum adds postings up by account and currency. What is owed, what came and what was lost are read from it.
func Sum(all []Posting) map[Account]map[recourse.Currency]int64 {
	out := map[Account]map[recourse.Currency]int64{}
	for _, p := range all {
		if out[p.Account] == nil {
			out[p.Account] = map[recourse.Currency]int64{}
		}
		out[p.Account][p.Amount.Currency] += p.Amount.Minor
	}
	return out
}

// Balanced says that postings add up to nothing in each currency.
func Balanced(all []Posting) bool {
	sums := map[recourse.Currency]int64{}
	for _, p := range all {
		sums[p.Amount.Currency] += p.Amount.Minor
	}
	for _, n := range sums {
		if n != 0 {
			return false
		}
	}
	return true
}
