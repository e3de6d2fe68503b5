package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"recourse"
	"recourse/importer"
	"recourse/intake"
	"recourse/sourcing"
	"recourse/text"
	"recourse/web"
	"recourse/web/view"
)

// lineCmd is the work with shipping lines.
type lineCmd struct {
	List   lineListCmd   `cmd:"" help:"The shipping lines: those that everybody has, and your own beside them or in their place."`
	Put    linePutCmd    `cmd:"" help:"Write a shipping line down, or change columns of one: recourse line put yun max_weight_g=2000 countries=\"FR DE\"."`
	Rm     lineRmCmd     `cmd:"" help:"Take a line of your own away; one that everybody has under that id holds again."`
	Import lineImportCmd `cmd:"" help:"Read a list of shipping lines, CSV or XLSX; what is no line is told with its row and column."`
	Export lineExportCmd `cmd:"" help:"Write all lines as a list that can be read again."`
	Fit    lineFitCmd    `cmd:"" help:"How some goods would go: in one parcel, in several, by which line, for how much, and why not by others."`
}

// lineListCmd lists shipping lines.
type lineListCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// jsonLine is a shipping line for programs.
type jsonLine struct {
	sourcing.Line
	Own      bool `json:"own"`
	Standard bool `json:"standard"`
}

// Run lists them.
func (c *lineListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.ShippingLines(ctx, o.merchant)
	if err != nil {
		return err
	}
	if c.JSON {
		rows := make([]jsonLine, len(all))
		for i, l := range all {
			rows[i] = jsonLine{l.Line, l.Own, l.Standard}
		}
		return printJSON(s.out, map[string]any{"lines": rows})
	}
	r := view.NewReader(text.In(c.Language), o.Now().Location(), o.Now())
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for i := range all {
		row := r.LineRow(&all[i])
		whose := row.Whose
		if all[i].Off {
			whose += ", " + r.T("ln_off")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", row.ID, row.Name, whose, row.Countries, row.Days, strings.Join(row.Limits, "; "))
	}
	return t.Flush()
}

// linePutCmd writes a line down.
type linePutCmd struct {
	Line          string   `arg:"" help:"Its id: letters, digits, points, hyphens and underscores."`
	Columns       []string `arg:"" optional:"" help:"column=value, as in a list: name, carrier, countries, max_weight_g, max_longest_mm, max_sum_mm, max_girth_mm, divisor, days_from, days_to, refuses, no_boxes, prices, source, checked, off."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run writes it.
func (c *linePutCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	known, err := o.ShippingLine(ctx, o.merchant, c.Line)
	if err != nil && recourse.CodeOf(err) != "line_unknown" {
		return err
	}
	l := known.Line
	l.ID = c.Line
	for _, pair := range c.Columns {
		column, value, ok := strings.Cut(pair, "=")
		if !ok || !slices.Contains(sourcing.LineColumns, column) || column == "line" {
			return &recourse.Error{Kind: recourse.Invalid, Code: "lines_column", Field: recourse.Shorten(column, 40), Message: "there is no column " + strconv.Quote(recourse.Shorten(column, 40)), Hint: recourse.Nearest(column, sourcing.LineColumns)}
		}
		if message := l.Set(column, value); message != "" {
			return &recourse.Error{Kind: recourse.Invalid, Code: "lines_value", Field: column, Message: message}
		}
	}
	if _, err := o.PutShippingLines(ctx, o.merchant, c.name(), l); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, l)
	}
	fmt.Fprintln(s.out, l.ID, "is kept")
	return nil
}

// lineRmCmd takes a line away.
type lineRmCmd struct {
	Line          string `arg:"" help:"Its id."`
	databaseFlags `embed:""`
}

// Run takes it away.
func (c *lineRmCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return o.DropShippingLine(ctx, o.merchant, c.Line)
}

// lineImportCmd reads a list.
type lineImportCmd struct {
	List          string `arg:"" help:"The list: CSV or XLSX, with the columns that line export writes."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run reads it. Where a row is no line it exits with 1, and keeps the others.
func (c *lineImportCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	file, err := os.Open(c.List)
	if err != nil {
		return fileError(c.List, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fileError(c.List, err)
	}
	list, err := intake.OpenTable(file, info.Size(), c.List)
	if err != nil {
		return err
	}
	sum, err := importer.ReadLines(ctx, o.Desk, o.merchant, c.name(), filepath.Base(c.List), list, func(e *recourse.Error) {
		fmt.Fprintf(s.err, "%s: %s: %s\n", recourse.Position{File: c.List, Line: e.Position.Line, Column: e.Position.Column}, e.Code, e.Message)
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, sum)
	} else {
		fmt.Fprintf(s.out, "%s lines were kept, %s of them new; %s rows were not\n", count(sum.Rows), count(sum.New), count(sum.Rejected))
	}
	if err == nil && sum.Rejected > 0 {
		return errFailed
	}
	return err
}

// lineExportCmd writes all lines.
type lineExportCmd struct {
	Output        string `short:"o" help:"Where to; default: to standard output." placeholder:"FILE"`
	databaseFlags `embed:""`
}

// Run writes them.
func (c *lineExportCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.ShippingLines(ctx, o.merchant)
	if err != nil {
		return err
	}
	lines := make([]sourcing.Line, len(all))
	for i := range all {
		lines[i] = all[i].Line
	}
	var b bytes.Buffer
	if err := sourcing.WriteLines(&b, lines); err != nil {
		return err
	}
	if c.Output == "" {
		_, err := s.out.Write(b.Bytes())
		return err
	}
	return writeFile(s, c.Output, b.Bytes())
}

// lineFitCmd tries goods.
type lineFitCmd struct {
	Pieces        string `help:"How many." default:"1"`
	Weight        string `help:"Of one: grams, or 1.2kg. Left out: not known."`
	Size          string `help:"Of one: 300x200x100 in millimetres, or 30x20x10cm. Left out: not known."`
	Country       string `help:"Where to: a code of two letters." placeholder:"CODE"`
	Title         string `help:"What it is called; lines that refuse such goods say so."`
	Box           bool   `help:"It goes to a post office box."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run tells the ways. Where none takes all, it exits with 1.
func (c *lineFitCmd) Run(ctx context.Context, s *streams) error {
	item, err := web.FitItem(c.Pieces, c.Weight, c.Size)
	if err != nil {
		return err
	}
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	r := view.NewReader(text.In(c.Language), o.Now().Location(), o.Now())
	if item.Title = c.Title; item.Title == "" {
		item.Title = r.T("ln_fit_goods")
	}
	items := []sourcing.Item{item}
	ways, err := o.Fit(ctx, o.merchant, items, sourcing.Destination{Country: strings.ToUpper(c.Country), Box: c.Box})
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, ways)
	} else {
		printWays(s, r.Ways(&ways, items))
	}
	if err == nil && (len(ways.Ways) == 0 || len(ways.Ways[0].Left) > 0) {
		return errFailed
	}
	return err
}

// printWays tells how goods can go.
func printWays(s *streams, w *view.WaysView) {
	for _, line := range append(append([]string{}, w.Unknown...), w.Alone...) {
		fmt.Fprintln(s.out, line)
	}
	for i, x := range w.Ways {
		fmt.Fprintf(s.out, "%d. %s · %s\n", i+1, x.Title, strings.Join(append([]string{x.Price}, x.Facts()...), " · "))
		for _, line := range []string{x.Over, x.Left} {
			if line != "" {
				fmt.Fprintln(s.out, "    "+line)
			}
		}
		if len(x.Parcels) > 1 {
			for _, p := range x.Parcels {
				fmt.Fprintln(s.out, "    "+p)
			}
		}
	}
	for _, x := range w.Refused {
		fmt.Fprintln(s.out, "- "+x)
	}
}
