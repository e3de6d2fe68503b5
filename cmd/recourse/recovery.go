package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"recourse/desk"
	"recourse/effect/dossier"
	"recourse/store"
	"recourse/text"
	"recourse/web"
	"recourse/web/view"
)

// recoveryCmd is the work with what suppliers and marketplaces owe.
type recoveryCmd struct {
	List  recoveryListCmd  `cmd:"" help:"What is awaited, the oldest first; --aged adds it up by age."`
	Chase recoveryChaseCmd `cmd:"" help:"Write to the agent about a recovery now."`
}

// recoveryListCmd lists recoveries.
type recoveryListCmd struct {
	Aged          bool   `help:"Add them up by age and currency."`
	Supplier      string `help:"Only of this supplier."`
	Out           string `short:"o" help:"Write a file instead: .csv or .xlsx." placeholder:"FILE"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// mostRecoveries is how many are listed.
const mostRecoveries = 50_000

// Run lists them.
func (c *recoveryListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Recoveries(ctx, o.merchant, mostRecoveries)
	if err != nil {
		return err
	}
	if c.Supplier != "" {
		all = slices.DeleteFunc(all, func(a desk.Awaited) bool { return a.Supplier != c.Supplier })
	}
	_, zone, err := o.MoneySettings(ctx, o.merchant)
	if err != nil {
		return err
	}
	r := view.NewReader(text.In(c.Language), zone, o.Now())
	switch {
	case c.JSON:
		return printJSON(s.out, web.NewRecoveriesAnswer(all, o.Now()))
	case c.Out != "":
		return c.write(r, all)
	case c.Aged:
		printAges(s, r, all)
	}
	return printRecoveries(s, all, o.Now())
}

func (c *recoveryListCmd) write(r view.Reader, all []desk.Awaited) error {
	f, err := os.Create(c.Out)
	if err != nil {
		return fileError(c.Out, err)
	}
	defer f.Close()
	t := view.RecoveryTable(r, all)
	if strings.HasSuffix(strings.ToLower(c.Out), ".xlsx") {
		return t.WriteXLSX(f)
	}
	return t.WriteCSV(f)
}

func printAges(s *streams, r view.Reader, all []desk.Awaited) {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, g := range r.Ages(all) {
		sums := "–"
		if len(g.Sums) > 0 {
			sums = strings.Join(g.Sums, ", ")
		}
		fmt.Fprintf(t, "%s\t%d\t%s\n", g.Label, len(g.Rows), sums)
	}
	t.Flush()
	fmt.Fprintln(s.out)
}

func printRecoveries(s *streams, all []desk.Awaited, now time.Time) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RECOVERY\tSUPPLIER\tAMOUNT\tDAYS\tCHASED\tNEXT\tRULE")
	day := func(at time.Time) string {
		if at.IsZero() {
			return "–"
		}
		return at.Format(time.DateOnly)
	}
	for i := range all {
		a := &all[i]
		amount := a.Amount.String()
		if a.Unknown {
			amount = "amount unknown"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", a.Ref, a.Supplier, amount, a.Age(now), day(a.Chased), day(a.Next), a.Rule.Arg("setting").Text)
	}
	return t.Flush()
}

// recoveryChaseCmd chases one.
type recoveryChaseCmd struct {
	Recovery      string `arg:"" help:"Its number, as 1001-1/3."`
	By            string `help:"Who does it, for the history." default:"command line"`
	databaseFlags `embed:""`
}

// Run chases it.
func (c *recoveryChaseCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	a, err := o.Recovery(ctx, o.merchant, c.Recovery)
	if err != nil {
		return err
	}
	var agent string
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) { agent, err = dossier.AgentLanguage(tx, o.merchant); return err }); err != nil {
		return err
	}
	ev, err := web.ChaseEvent(view.NewReader(text.In("en"), time.UTC, o.Now()), a, agent)
	if err != nil {
		return err
	}
	ev.Source = "cli"
	if _, err := o.Tell(ctx, o.merchant, desk.Fact{Event: ev, By: c.By}); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "the agent is written to about %s\n", a.Ref)
	return nil
}

// booksAwaitedCmd shows what suppliers owe.
type booksAwaitedCmd struct{ recoveryListCmd }
