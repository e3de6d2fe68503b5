package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/ledger"
	"recourse/store"
	"recourse/web"
)

// booksCheckCmd checks the books.
type booksCheckCmd struct {
	databaseFlags `embed:""`
}

// Run checks them; a difference is a failure.
func (c *booksCheckCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	wrong := 0
	n, err := o.CheckBooks(ctx, o.merchant, func(order string, missing []ledger.Posting) {
		wrong++
		for _, p := range missing {
			fmt.Fprintf(s.out, "%s: %s lacks %s for %s\n", order, p.Account, p.Amount, p.Ref)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s orders were compared with the books, %s differ\n", count(n), count(wrong))
	if wrong > 0 {
		return errFailed
	}
	return nil
}

// booksBalanceCmd shows balances.
type booksBalanceCmd struct {
	From          string `help:"Only what was posted from that day on." placeholder:"DAY"`
	To            string `help:"Only what was posted before that day." placeholder:"DAY"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// span is the time that is asked for; all of it where none is.
func span(from, to string, now time.Time) (a, b time.Time, err error) {
	a, b = time.Unix(0, 0), now.AddDate(1, 0, 0)
	for _, f := range []struct {
		text string
		to   *time.Time
	}{{from, &a}, {to, &b}} {
		if f.text == "" {
			continue
		}
		d, err := recourse.ParseDate(f.text)
		if err != nil {
			return a, b, err
		}
		*f.to = time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	}
	return a, b, nil
}

// Run shows them.
func (c *booksBalanceCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	from, to, err := span(c.From, c.To, o.Now())
	if err != nil {
		return err
	}
	var all []store.Balance
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) { all, err = tx.Balances(o.merchant, from, to); return err }); err != nil {
		return err
	}
	sums := map[ledger.Account]map[recourse.Currency]int64{}
	unknown := int64(0)
	for _, b := range all {
		a := ledger.Account(b.Account)
		if a.Memo() {
			if a == ledger.UnknownRecoverable {
				unknown += b.Minor
			}
			continue
		}
		if sums[a] == nil {
			sums[a] = map[recourse.Currency]int64{}
		}
		sums[a][b.Currency] += b.Minor
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"balances": sums, "amount_unknown": unknown})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, a := range ledger.Accounts {
		for _, currency := range slices.Sorted(maps.Keys(sums[a])) {
			fmt.Fprintf(t, "%s\t%s\t\n", a, recourse.Money{Minor: sums[a][currency], Currency: currency})
		}
	}
	if unknown > 0 {
		fmt.Fprintf(t, "%s\t%d\t\n", ledger.UnknownRecoverable, unknown)
	}
	return t.Flush()
}

// booksOrderCmd shows an order's postings.
type booksOrderCmd struct {
	Order         string `arg:"" help:"The order."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run shows them.
func (c *booksOrderCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	var all []store.Posting
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.PostingsOf(store.Key{Merchant: o.merchant, Order: c.Order}, 10_000)
		return err
	}); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, web.NewBooksAnswer(c.Order, all))
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, p := range all {
		debit, credit := p.Amount.String(), ""
		switch {
		case ledger.Account(p.Account).Memo():
			debit, credit = "amount unknown", ""
		case p.Amount.Minor < 0:
			debit, credit = "", p.Amount.Neg().String()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", p.At.Format(time.DateTime), p.Account, debit, credit, p.Ref)
	}
	return t.Flush()
}
