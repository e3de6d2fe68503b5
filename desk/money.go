package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/ledger"
	"recourse/playbook"
	"recourse/store"
)

// This file reads from the books what was lost: by what, in which currency, and in the shop's own at the rates of the days.

// Figures are what trouble came to in one currency: what buyers were given back and banks took, less what suppliers owe back, and
// what of that will not come. All are minor units.
type Figures struct {
	Refunded int64
	Taken    int64 // by banks
	Owed     int64 // by suppliers and marketplaces, what has come included
	Lost     int64 // of that: denied or given up
	Net      int64
}

func (f *Figures) add(a ledger.Account, minor int64) {
	switch a {
	case ledger.Refunds:
		f.Refunded += minor
	case ledger.Chargebacks:
		f.Taken += minor
	case ledger.Recoveries:
		f.Owed -= minor
	case ledger.NotRecovered:
		f.Lost += minor
	}
	f.Net += minor
}

// LossAccounts are the accounts that a loss is made of: expenses, and the income that stands against them.
var LossAccounts = []ledger.Account{ledger.Refunds, ledger.Chargebacks, ledger.Recoveries, ledger.NotRecovered}

// Loss is what trouble of one kind came to in one currency over a span of time.
type Loss struct {
	Name     string // the situation, the supplier, the channel, or the month as 2026-03
	Currency recourse.Currency
	Figures
	Home  Figures // the same in the home currency, each posting at the rate of its day
	Apart Figures // of Figures: what no rate is known for, and is not in Home
}

// LossBy says by what losses are told apart.
type LossBy string

// What losses are told apart by; "": by the currency alone.
const (
	BySituation LossBy = "situation"
	BySupplier  LossBy = "supplier"
	ByChannel   LossBy = "channel"
	ByMonth     LossBy = "month"
)

// LossBys lists them in the order of a page.
var LossBys = []LossBy{ByMonth, BySituation, BySupplier, ByChannel}

// LossQuery says which losses are wanted.
type LossQuery struct {
	From, To time.Time         // to is not in it
	Home     recourse.Currency // what is added up in; "": nothing is converted
	Zone     *time.Location    // whose days and months
}

// RateUse is how the rates of a currency to the home currency were used.
type RateUse struct {
	Currency  recourse.Currency
	Days      int        // on so many days
	Low, High store.Rate // the lowest and the highest
}

// Losses are the losses of a span of time.
type Losses struct {
	Query   LossQuery
	By      map[LossBy][]Loss // the dearest first in each currency; months in their order
	Total   []Loss            // by currency
	Home    Figures           // of all that a rate is known for
	Rates   []RateUse
	Missing []recourse.Currency // of which something stands apart
}

// Losses reads what trouble came to. Nothing is netted over currencies but in the home currency, and nothing is guessed: what no
// rate is known for stands apart.
func (d *Desk) Losses(ctx context.Context, merchant string, q LossQuery) (out *Losses, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = LossesOf(tx, merchant, q)
		return err
	})
	return out, err
}

// LossesOf is [Desk.Losses] in a transaction.
func LossesOf(tx *store.Tx, merchant string, q LossQuery) (*Losses, error) {
	rates, err := NewConverter(tx, merchant, q.Home, q.Zone, q.From, q.To)
	if err != nil {
		return nil, err
	}
	s := lossSum{rates: rates, all: map[LossBy]map[lossKey]*Loss{}}
	err = tx.EachMoved(merchant, q.From, q.To, func(m *store.Moved) error {
		if slices.Contains(LossAccounts, ledger.Account(m.Account)) {
			s.take(m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &Losses{Query: q, By: map[LossBy][]Loss{}, Rates: s.rates.Used(), Missing: s.rates.Missing()}
	for _, by := range LossBys {
		out.By[by] = s.list(by)
	}
	out.Total = s.list("")
	for i := range out.Total {
		out.Home.plus(&out.Total[i].Home)
	}
	return out, nil
}

func (f *Figures) plus(o *Figures) {
	f.Refunded, f.Taken, f.Owed, f.Lost, f.Net = f.Refunded+o.Refunded, f.Taken+o.Taken, f.Owed+o.Owed, f.Lost+o.Lost, f.Net+o.Net
}

type lossKey struct {
	name     string
	currency recourse.Currency
}

type lossSum struct {
	rates *Converter
	all   map[LossBy]map[lossKey]*Loss
}

// take adds a posting to all that it belongs to. Each is converted by itself, so that the sums are the same however they are told
// apart.
func (s *lossSum) take(m *store.Moved) {
	home, _, known := s.rates.At(m.Amount, m.At)
	month := m.At.In(s.rates.zone).Format("2006-01")
	for by, name := range map[LossBy]string{"": "", BySituation: m.Situation, BySupplier: m.Supplier, ByChannel: m.Channel, ByMonth: month} {
		l := s.of(by, lossKey{name, m.Amount.Currency})
		a := ledger.Account(m.Account)
		l.Figures.add(a, m.Amount.Minor)
		if known {
			l.Home.add(a, home.Minor)
		} else {
			l.Apart.add(a, m.Amount.Minor)
		}
	}
}

func (s *lossSum) of(by LossBy, k lossKey) *Loss {
	if s.all[by] == nil {
		s.all[by] = map[lossKey]*Loss{}
	}
	if s.all[by][k] == nil {
		s.all[by][k] = &Loss{Name: k.name, Currency: k.currency}
	}
	return s.all[by][k]
}

func (s *lossSum) list(by LossBy) []Loss {
	out := make([]Loss, 0, len(s.all[by]))
	for _, l := range s.all[by] {
		if l.Figures != (Figures{}) || l.Home != (Figures{}) {
			out = append(out, *l)
		}
	}
	slices.SortFunc(out, func(a, b Loss) int {
		if by == ByMonth {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Currency, b.Currency))
		}
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(b.Net, a.Net), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// MoneySettings are what a merchant set for their books, and whose days they are told in.
func (d *Desk) MoneySettings(ctx context.Context, merchant string) (m store.MoneySettings, zone *time.Location, err error) {
	zone = time.UTC
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if m, err = tx.MoneySettings(merchant); err != nil {
			return err
		}
		decider, err := d.Decider(tx, merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		if c, ok := decider.Calendars.Calendar(decider.Policy.Country(playbook.Duration{Calendar: "merchant"})); ok {
			zone = c.Location()
		}
		return nil
	})
	return m, zone, err
}

// PutMoneySettings keeps what a merchant sets for their books, and that they did. The currency is one that there is; the language is
// looked at by who knows which there are.
func (d *Desk) PutMoneySettings(ctx context.Context, merchant string, m store.MoneySettings) error {
	m.ChangedAt = d.clock()
	return d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		if err := tx.PutMoneySettings(merchant, m); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: m.ChangedAt, By: m.ChangedBy, What: store.AuditMoney, About: strings.Join([]string{cmp.Or(string(m.Home), "-"), cmp.Or(m.BankLang, "-")}, " ")})
	})
}
