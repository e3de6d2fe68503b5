package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
	"recourse/web"
	"recourse/web/view"
)

// booksLossesCmd shows what trouble came to.
type booksLossesCmd struct {
	By            string `help:"month, situation, supplier or channel." enum:"month,situation,supplier,channel" default:"situation"`
	From          string `help:"Only what was posted from that day on." placeholder:"DAY"`
	To            string `help:"Only what was posted before that day." placeholder:"DAY"`
	Home          string `help:"Add up in this currency, in place of the one that is set." placeholder:"EUR"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run shows it.
func (c *booksLossesCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	q, err := lossQuery(ctx, o, c.From, c.To, c.Home)
	if err != nil {
		return err
	}
	losses, err := o.Losses(ctx, o.merchant, q)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"losses": web.NewLossAnswers(losses, desk.LossBy(c.By)), "home": web.NewHomeAnswer(losses)})
	}
	r := view.NewReader(text.In(c.Language), q.Zone, o.Now())
	t := view.LossTable(r, losses, desk.LossBy(c.By), view.MoneyFilter{})
	printTable(s, &t)
	home := r.Home(losses)
	for _, line := range append([]string{home.Amount, home.Missing}, home.Rates...) {
		if line != "" {
			fmt.Fprintln(s.out, line)
		}
	}
	return nil
}

// lossQuery is which losses are asked for, on the merchant's days.
func lossQuery(ctx context.Context, o *office, from, to, home string) (q desk.LossQuery, err error) {
	set, zone, err := o.MoneySettings(ctx, o.merchant)
	if err != nil {
		return q, err
	}
	q.Zone, q.Home = zone, set.Home
	if home != "" {
		if q.Home, err = recourse.ParseCurrency(strings.ToUpper(home)); err != nil {
			return q, err
		}
	}
	if q.From, q.To, err = span(from, to, o.Now()); err != nil {
		return q, err
	}
	q.From, q.To = sameDay(q.From, from, zone), sameDay(q.To, to, zone)
	return q, nil
}

// sameDay is a day's beginning on a clock, where a day was named.
func sameDay(t time.Time, named string, zone *time.Location) time.Time {
	if named == "" {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// booksExportCmd writes postings to a file.
type booksExportCmd struct {
	Out           string `short:"o" help:"The file: .csv or .xlsx; - is the standard output, as CSV." default:"-"`
	From          string `help:"Only what was posted from that day on." placeholder:"DAY"`
	To            string `help:"Only what was posted before that day." placeholder:"DAY"`
	databaseFlags `embed:""`
	languageFlag  `embed:""`
}

// Run writes them, however many there are.
func (c *booksExportCmd) Run(ctx context.Context, s *streams) (err error) {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	q, err := lossQuery(ctx, o, c.From, c.To, "")
	if err != nil {
		return err
	}
	r := view.NewReader(text.In(c.Language), q.Zone, o.Now())
	t, err := web.PostingFile(ctx, o.Desk, o.merchant, r, store.PostingFilter{From: q.From, To: q.To}, q.Home)
	if err != nil {
		return err
	}
	if c.Out == "-" {
		return t.WriteCSV(s.out)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return fileError(c.Out, err)
	}
	if strings.HasSuffix(strings.ToLower(c.Out), ".xlsx") {
		err = t.WriteXLSX(f)
	} else {
		err = t.WriteCSV(f)
	}
	return cmp.Or(err, f.Close())
}

// booksSetCmd sets what is set for the books.
type booksSetCmd struct {
	Home          *string `help:"The home currency, as EUR; empty: none." placeholder:"EUR"`
	BankLanguage  *string `help:"Of dossiers for banks, as fr; empty: by the country of the order." placeholder:"fr"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run sets it, and says what is set.
func (c *booksSetCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	set, _, err := o.MoneySettings(ctx, o.merchant)
	if err != nil {
		return err
	}
	if c.Home != nil || c.BankLanguage != nil {
		home, bank := string(set.Home), set.BankLang
		if c.Home != nil {
			home = *c.Home
		}
		if c.BankLanguage != nil {
			bank = *c.BankLanguage
		}
		if set, err = web.NewMoneySettings(home, bank, "command line", text.Builtin()); err != nil {
			return err
		}
		if err := o.PutMoneySettings(ctx, o.merchant, set); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(s.out, web.MoneySettings{Home: string(set.Home), BankLang: set.BankLang})
	}
	fmt.Fprintf(s.out, "home currency: %s\nlanguage for banks: %s\n", cmp.Or(string(set.Home), "none"), cmp.Or(set.BankLang, "by the country of the order"))
	return nil
}
