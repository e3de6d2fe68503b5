package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
	"recourse/store"
	"recourse/web"
)

// supplierCmd is the work with who goods are bought from.
type supplierCmd struct {
	List  supplierListCmd  `cmd:"" help:"The suppliers with their scorecards."`
	Show  supplierShowCmd  `cmd:"" help:"One supplier: how each figure came about."`
	Set   supplierSetCmd   `cmd:"" help:"Write down how a supplier is reached."`
	Merge supplierMergeCmd `cmd:"" help:"Say that one name is another supplier, whose its record, offers, purchases and cases are from then on; without the other, undo it."`
}

// supplierListCmd lists suppliers.
type supplierListCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// jsonSupplier is a supplier for programs.
type jsonSupplier struct {
	Supplier string          `json:"supplier"`
	Name     string          `json:"name"`
	Email    string          `json:"email,omitempty"`
	Merged   []string        `json:"merged,omitempty"`
	Offers   int             `json:"offers"`
	Standing int             `json:"standing"`
	Known    bool            `json:"known"`
	Record   sourcing.Record `json:"record"`
}

func newJSONSupplier(s *desk.SupplierCard) jsonSupplier {
	return jsonSupplier{s.ID, s.Name, s.Email, s.Merged, s.Offers, s.Standing, s.Known, s.Record}
}

// Run lists them.
func (c *supplierListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Suppliers(ctx, o.merchant)
	if err != nil {
		return err
	}
	if c.JSON {
		rows := make([]jsonSupplier, len(all))
		for i := range all {
			rows[i] = newJSONSupplier(&all[i])
		}
		return printJSON(s.out, map[string]any{"suppliers": rows})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SUPPLIER\tSTANDING\tLATE\tOUT OF STOCK\tCLAIMS\tSILENT\tOFFERS")
	for i := range all {
		x := &all[i]
		standing := "too little known"
		if x.Known {
			standing = fmt.Sprintf("%d/1000", x.Standing)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", x.ID, standing, shareText(x.Record.Late), shareText(x.Record.OutOfStock), shareText(x.Record.Claims), shareText(x.Record.Silent), x.Offers)
	}
	return t.Flush()
}

func shareText(s sourcing.Share) string {
	if !s.Enough {
		return "–"
	}
	return fmt.Sprintf("%d.%d %%", s.Permille/10, s.Permille%10)
}

// supplierShowCmd shows one.
type supplierShowCmd struct {
	Supplier      string `arg:"" help:"The name that purchases have."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run shows it.
func (c *supplierShowCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	f, err := o.Supplier(ctx, o.merchant, c.Supplier)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"supplier": newJSONSupplier(&f.SupplierCard), "marks": f.Marks})
	}
	fmt.Fprintf(s.out, "%s\n", f.Name)
	for _, m := range []sourcing.Mark{sourcing.MarkBought, sourcing.MarkLate, sourcing.MarkOutOfStock, sourcing.MarkClaim, sourcing.MarkSilent, sourcing.MarkAnswered} {
		w := f.Marks[m]
		fmt.Fprintf(s.out, "  %s: %d times, by age %d.%03d\n", m, w.Times, w.Weight/1000, w.Weight%1000)
	}
	for _, k := range f.Cases {
		fmt.Fprintf(s.out, "  %s  %s  %s\n", k.ID, k.Situation, k.Status)
	}
	return nil
}

// supplierSetCmd writes a supplier down.
type supplierSetCmd struct {
	Supplier      string  `arg:"" help:"The name that purchases have."`
	Name          *string `help:"For people."`
	Email         *string `help:"Its mail address."`
	Language      *string `help:"That it is written to in."`
	URL           *string `help:"Its page." name:"url"`
	Note          *string `help:"For colleagues."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
}

// Run writes it down. What is not named stays.
func (c *supplierSetCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	next := store.Supplier{ID: c.Supplier}
	switch f, err := o.Supplier(ctx, o.merchant, c.Supplier); {
	case err == nil:
		next = f.Supplier
	case recourse.CodeOf(err) != "supplier_unknown":
		return err
	}
	for _, x := range []struct{ from, to *string }{{c.Name, &next.Name}, {c.Email, &next.Email}, {c.Language, &next.Language}, {c.URL, &next.URL}, {c.Note, &next.Note}} {
		if x.from != nil {
			*x.to = *x.from
		}
	}
	next.ChangedBy = c.name()
	return o.PutSupplier(ctx, o.merchant, next)
}

// supplierMergeCmd merges suppliers.
type supplierMergeCmd struct {
	Supplier      string `arg:"" help:"The name that is another's."`
	Into          string `arg:"" optional:"" help:"Whose; left out: it is one of its own again."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
}

// Run merges them.
func (c *supplierMergeCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return o.MergeSupplier(ctx, o.merchant, c.Supplier, c.Into, c.name())
}

// rateCmd is the work with rates.
type rateCmd struct {
	Import rateImportCmd `cmd:"" help:"Read rates: CSV of day, base, quote, rate."`
	List   rateListCmd   `cmd:"" help:"The newest rate of each pair."`
}

// rateImportCmd reads rates.
type rateImportCmd struct {
	Rates         string `arg:"" help:"The file."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run reads them, all or none.
func (c *rateImportCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	f, err := os.Open(c.Rates)
	if err != nil {
		return fileError(c.Rates, err)
	}
	defer f.Close()
	n, err := web.PutRates(ctx, o.Desk, o.merchant, f, filepath.Base(c.Rates))
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]int{"rates": n})
	}
	fmt.Fprintf(s.out, "%s rates were kept\n", count(n))
	return nil
}

// rateListCmd lists rates.
type rateListCmd struct {
	databaseFlags `embed:""`
}

// Run lists them.
func (c *rateListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	var all []store.RatePair
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) { all, err = tx.RatePairs(o.merchant); return err }); err != nil {
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d/%d\t%s\n", p.Base, p.Quote, p.Day, p.Num, p.Den, cmp.Or(p.Source, "–"))
	}
	return t.Flush()
}
