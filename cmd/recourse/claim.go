package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/intake"
	"recourse/store"
	"recourse/text"
	"recourse/web"
	"recourse/web/view"
)

// windowCmd is the work with claim windows.
type windowCmd struct {
	List        windowListCmd   `cmd:"" help:"The claim windows: your own, and the defaults of marketplaces."`
	Put         windowPutCmd    `cmd:"" help:"Keep a claim window of your own; running cases go by it at once."`
	Rm          windowRmCmd     `cmd:"" help:"Take a claim window of your own away."`
	Import      windowImportCmd `cmd:"" help:"Read claim windows from a table, CSV or XLSX: all of it, or nothing."`
	Export      windowExportCmd `cmd:"" help:"Write your own claim windows as CSV, as import reads them."`
	Marketplace windowMarketCmd `cmd:"" help:"Say which marketplace a supplier belongs to, or where you usually buy."`
}

// windowListCmd lists claim windows.
type windowListCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run lists them.
func (c *windowListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Windows(ctx, o.merchant)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"own": append([]recourse.ListedWindow{}, all.Own...), "built_in": all.BuiltIn, "marketplace": all.Markets[""]})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tSUPPLIER\tMARKETPLACE\tPROBLEM\tDAYS\tFROM\tURGENT\t")
	for i := range all.Own {
		printWindow(t, &all.Own[i])
	}
	for i := range all.BuiltIn {
		printWindow(t, &all.BuiltIn[i])
	}
	if all.HasBook {
		printWindow(t, &recourse.ListedWindow{ClaimWindow: all.Playbook})
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "usual marketplace: %s\n", cmp.Or(all.Markets[""], "not known"))
	return err
}

func printWindow(t *tabwriter.Writer, w *recourse.ListedWindow) {
	days, check := fmt.Sprint(w.Days), ""
	if w.Country != "" {
		days += " business days " + w.Country
	}
	if w.Unsure {
		check = "check"
	}
	fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d before\t%s\n", w.Rule, cmp.Or(w.Supplier, "–"), cmp.Or(w.Marketplace, "–"), cmp.Or(w.Problem, "every"), days, w.From, w.WarnDays, check)
}

// windowKey says what a claim window is for.
type windowKey struct {
	Supplier    string `help:"For this supplier alone." placeholder:"NAME"`
	Marketplace string `help:"For this marketplace, such as tmall." placeholder:"NAME"`
	Problem     string `help:"For this problem alone, such as damaged_item." placeholder:"SITUATION"`
}

// windowPutCmd keeps one.
type windowPutCmd struct {
	Days          int    `arg:"" help:"How many days it is open."`
	From          string `help:"What it counts from: ordered, shipped or delivered." enum:"ordered,shipped,delivered" default:"delivered"`
	Country       string `help:"Count business days of this country, such as CN." placeholder:"CODE"`
	Warn          int    `help:"So many days before the end a problem without a claim is urgent. Default: a third, five at most." default:"-1"`
	Source        string `help:"Who says so."`
	Note          string `help:"A note."`
	windowKey     `embed:""`
	databaseFlags `embed:""`
	byFlag        `embed:""`
}

// Run keeps it.
func (c *windowPutCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	warn := c.Warn
	if warn < 0 {
		warn = min(5, (c.Days+2)/3)
	}
	w := recourse.ListedWindow{Supplier: c.Supplier, Source: c.Source, Note: c.Note,
		ClaimWindow: recourse.ClaimWindow{Marketplace: c.Marketplace, Problem: c.Problem, From: recourse.WindowStart(c.From), Days: c.Days, Country: c.Country, WarnDays: warn}}
	if err := o.PutWindows(ctx, o.merchant, []recourse.ListedWindow{w}, c.name()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, "the claim window was kept; running cases go by it")
	return err
}

// windowRmCmd takes one away.
type windowRmCmd struct {
	windowKey     `embed:""`
	databaseFlags `embed:""`
}

// Run takes it away.
func (c *windowRmCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	if err := o.DropWindow(ctx, o.merchant, c.Supplier, c.Marketplace, c.Problem); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, "the claim window was taken away; running cases go by what holds now")
	return err
}

// windowImportCmd reads a table.
type windowImportCmd struct {
	Table         string `arg:"" help:"The table: CSV or XLSX, with columns such as supplier, marketplace, problem, from, days."`
	databaseFlags `embed:""`
	byFlag        `embed:""`
	jsonFlag      `embed:""`
}

// Run reads it, all or nothing.
func (c *windowImportCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	f, err := os.Open(c.Table)
	if err != nil {
		return fileError(c.Table, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fileError(c.Table, err)
	}
	all, err := intake.ReadWindows(f, info.Size(), filepath.Base(c.Table))
	if err == nil {
		err = o.PutWindows(ctx, o.merchant, all, c.name())
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]int{"windows": len(all)})
	}
	_, err = fmt.Fprintf(s.out, "%s claim windows were kept\n", count(len(all)))
	return err
}

// windowExportCmd writes a table.
type windowExportCmd struct {
	databaseFlags `embed:""`
}

// Run writes it.
func (c *windowExportCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Windows(ctx, o.merchant)
	if err != nil {
		return err
	}
	t := view.WindowTable(view.NewReader(text.In("en"), time.UTC, o.Now()), all.Own)
	return t.WriteCSV(s.out)
}

// windowMarketCmd says where a supplier belongs.
type windowMarketCmd struct {
	Marketplace   string `arg:"" optional:"" help:"Such as tmall, taobao, 1688, aliexpress; nothing: it is not known any more."`
	Supplier      string `help:"This supplier alone. Default: all of which nothing else is known." placeholder:"NAME"`
	databaseFlags `embed:""`
}

// Run says it.
func (c *windowMarketCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	if err := o.PutMarketplace(ctx, o.merchant, c.Supplier, c.Marketplace); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s\n", cmp.Or(c.Supplier, "all other suppliers"), cmp.Or(c.Marketplace, "not known"))
	return err
}

// claimCmd is the work with claims.
type claimCmd struct {
	List claimListCmd `cmd:"" help:"Until when a claim can be filed, case by case; what ends first on top."`
}

// claimListCmd lists claims.
type claimListCmd struct {
	State         string `help:"open, filed or missed. Default: open; all of them: all." enum:"open,filed,missed,all" default:"open"`
	Supplier      string `help:"Only of this supplier." placeholder:"NAME"`
	Marketplace   string `help:"Only of this marketplace." placeholder:"NAME"`
	ICS           bool   `help:"Write a calendar (RFC 5545) of those that are open." name:"ics"`
	CSV           bool   `help:"Write CSV." name:"csv"`
	Limit         int    `help:"How many at most." default:"1000"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run lists them.
func (c *claimListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	f := store.ClaimFilter{Supplier: c.Supplier, Marketplace: c.Marketplace, State: store.ClaimState(c.State), Limit: min(max(1, c.Limit), 50_000)}
	if c.State == "all" {
		f.State = ""
	}
	all, err := o.Claims(ctx, o.merchant, f)
	if err != nil {
		return err
	}
	now := o.Now()
	r := view.NewReader(text.In(c.Language), now.Location(), now)
	switch {
	case c.ICS:
		return view.WriteICS(s.out, r, all, "")
	case c.CSV:
		t := view.ClaimTable(r, all)
		return t.WriteCSV(s.out)
	case c.JSON:
		out := make([]web.ClaimAnswer, len(all))
		for i := range all {
			out[i] = web.NewClaimAnswer(&all[i], now)
		}
		return printJSON(s.out, map[string]any{"claims": out})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for i := range all {
		k := r.Claim(&all[i])
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Case, k.Situation, cmp.Or(k.Supplier, "–"), k.Left, k.Ends.Exact, k.Amount, k.Rule)
	}
	return t.Flush()
}
