package main

import (
	"context"
	"fmt"

	"recourse/desk"
	"recourse/text"
	"recourse/web/view"
)

// caseSourceCmd looks for goods elsewhere for a case.
type caseSourceCmd struct {
	Case          string `arg:"" help:"The case."`
	Most          int    `help:"How many offers of each line." default:"3"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run ranks the offers, each with its reasons.
func (c *caseSourceCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	found, err := o.Source(ctx, o.merchant, c.Case, min(max(1, c.Most), 200))
	if err != nil {
		return err
	}
	ways, err := caseWays(ctx, o, c.Case)
	if err != nil {
		return err
	}
	if c.JSON {
		out := map[string]any{"case": c.Case, "lines": found}
		if ways != nil {
			out["shipping"] = ways.Ways
		}
		return printJSON(s.out, out)
	}
	r := view.NewReader(text.In(c.Language), o.Now().Location(), o.Now())
	if ways != nil {
		printWays(s, r.Ways(&ways.Ways, ways.Items))
		fmt.Fprintln(s.out)
	}
	for i := range found {
		printSourcing(s, r, &found[i])
	}
	return nil
}

// caseWays are how the goods of a case could go; nil where they are not too big.
func caseWays(ctx context.Context, o *office, id string) (*desk.Shipping, error) {
	v, err := o.Case(ctx, o.merchant, id)
	if err != nil || v.File.Case(id).Situation != "oversized" {
		return nil, err
	}
	found, err := o.Ways(ctx, o.merchant, id)
	return &found, err
}

func printSourcing(s *streams, r view.Reader, f *desk.Sourcing) {
	fmt.Fprintf(s.out, "%d × %s (%s): %d\n", f.Want.Pieces, f.Line.Title, f.Line.SKU, f.Looked)
	for i := range f.Ranked {
		k := &f.Ranked[i]
		mark := "+"
		if !k.Fits() {
			mark = "-"
		}
		fmt.Fprintf(s.out, "\n%s %d/1000  %s · %s · %s · %s\n", mark, k.Score, k.Supplier, k.SKU, k.Title, k.Price)
		for _, p := range k.Points {
			fmt.Fprintf(s.out, "    %3d/%d  %s\n", p.Is, p.Of, r.Language.Point(p.Name, p.Args))
		}
		for _, b := range k.Blocks {
			fmt.Fprintf(s.out, "    %s\n", r.Language.Block(b.Code, b.Args))
		}
	}
}

// booksCmd is the ledger.
type booksCmd struct {
	Check   booksCheckCmd   `cmd:"" help:"Compare the books with the orders: they must say the same to the cent."`
	Balance booksBalanceCmd `cmd:"" help:"What each account stands at, in each currency."`
	Order   booksOrderCmd   `cmd:"" help:"What was posted for an order."`
	Awaited booksAwaitedCmd `cmd:"" help:"What suppliers and marketplaces owe, by age, and when they are chased next."`
	Losses  booksLossesCmd  `cmd:"" help:"What trouble came to: by month, situation, supplier or channel, in each currency and in the home currency."`
	Export  booksExportCmd  `cmd:"" help:"All postings of some days as CSV or XLSX, for an accountant."`
	Set     booksSetCmd     `cmd:"" help:"Set the home currency, and the language of dossiers for banks; without either, say what is set."`
}
