package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"recourse"
	"recourse/importer"
	"recourse/intake"
	"recourse/store"
)

// offerCmd is the work with what suppliers offer.
type offerCmd struct {
	Import offerImportCmd `cmd:"" help:"Read a list of offers, CSV or XLSX; what is no offer is told with its row."`
	List   offerListCmd   `cmd:"" help:"The offers that are kept."`
	Tie    offerTieCmd    `cmd:"" help:"Say that an offer is the same as an item of the shop, may stand in for it, or never."`
}

// offerImportCmd reads a list of offers.
type offerImportCmd struct {
	List          string `arg:"" help:"The list: CSV or XLSX, with columns such as supplier, sku, title, price, stock."`
	Currency      string `help:"The currency of prices that do not carry their own." placeholder:"CODE"`
	Rejects       string `help:"Where rows go that are no offers, to be mended and read again." placeholder:"FILE"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run reads it.
func (c *offerImportCmd) Run(ctx context.Context, s *streams) error {
	currency := recourse.Currency("")
	if c.Currency != "" {
		var err error
		if currency, err = recourse.ParseCurrency(strings.ToUpper(c.Currency)); err != nil {
			return err
		}
	}
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
	list, err := intake.OpenOffers(file, info.Size(), c.List, currency)
	if err != nil {
		return err
	}
	rejects, done, err := c.rejects(list)
	if err != nil {
		return err
	}
	sum, err := importer.ReadOffers(ctx, o.Desk, o.merchant, list, filepath.Base(c.List), func(r *intake.Reject) error {
		fmt.Fprintf(s.err, "%s: %s\n", recourse.Position{File: c.List, Line: r.Row, Column: r.Column}, r)
		return rejects(r)
	})
	if closed := done(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, sum)
	}
	fmt.Fprintf(s.out, "%s offers were read, %s of them new; %s rows were not, %s offers were tied to an item\n", count(sum.Rows), count(sum.New), count(sum.Rejected), count(sum.Tied))
	return nil
}

// rejects is where rows go that are no offers, and what ends it.
func (c *offerImportCmd) rejects(list *intake.OfferList) (func(*intake.Reject) error, func() error, error) {
	if c.Rejects == "" {
		return func(*intake.Reject) error { return nil }, func() error { return nil }, nil
	}
	f, err := os.Create(c.Rejects)
	if err != nil {
		return nil, nil, fileError(c.Rejects, err)
	}
	w := intake.NewRejectWriter(f, list.Header())
	return func(r *intake.Reject) error { return w.Write(*r) }, func() error {
		err := w.Close()
		if closed := f.Close(); err == nil {
			err = closed
		}
		return err
	}, nil
}

// offerListCmd lists offers.
type offerListCmd struct {
	Supplier      string `help:"Only of this supplier."`
	SKU           string `help:"Only this SKU of a supplier." name:"sku"`
	After         int64  `help:"Go on behind this number."`
	Limit         int    `help:"How many at most." default:"50"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run lists them.
func (c *offerListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	var all []store.Offer
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.ListOffers(o.merchant, store.OfferFilter{Supplier: c.Supplier, SKU: c.SKU, After: c.After, Limit: min(max(1, c.Limit), 1000)})
		return err
	}); err != nil {
		return err
	}
	if c.JSON {
		rows := make([]jsonOffer, len(all))
		for i := range all {
			rows[i] = newJSONOffer(&all[i])
		}
		return printJSON(s.out, map[string]any{"offers": rows})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, of := range all {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%d\n", of.Number, of.Supplier, of.SKU, of.Title, of.Price, of.Stock)
	}
	return t.Flush()
}

// jsonOffer is an offer for programs.
type jsonOffer struct {
	Number int64 `json:"offer"`
	recourse.Offer
	Title  string `json:"title"`
	Line   string `json:"line,omitempty"`
	URL    string `json:"url,omitempty"`
	SeenAt string `json:"seen_at"`
	Source string `json:"source,omitempty"`
}

func newJSONOffer(o *store.Offer) jsonOffer {
	return jsonOffer{Number: o.Number, Offer: o.Offer, Title: o.Title, Line: o.Line, URL: o.URL, SeenAt: o.SeenAt.Format("2006-01-02T15:04:05Z07:00"), Source: o.Source}
}

// offerTieCmd says what an offer is to an item of the shop.
type offerTieCmd struct {
	SKU           string `arg:"" help:"The shop's SKU."`
	Offer         int64  `arg:"" help:"The offer's number, as offer list shows it."`
	As            string `arg:"" help:"same, similar, never, or nothing to take it back." enum:"same,similar,never,nothing"`
	byFlag        `embed:""`
	databaseFlags `embed:""`
}

// Run says it.
func (c *offerTieCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return o.store.Write(ctx, func(tx *store.Tx) error {
		found, err := tx.Offers(o.merchant, []int64{c.Offer})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return &recourse.Error{Kind: recourse.NotFound, Code: "offer_unknown", Field: "offer", Message: fmt.Sprintf("there is no offer %d", c.Offer), Hint: "recourse offer list has the numbers"}
		}
		if c.As == "nothing" {
			return tx.DropSubstitute(o.merchant, c.SKU, c.Offer)
		}
		return tx.PutSubstitute(o.merchant, store.Substitute{SKU: c.SKU, Offer: c.Offer, Link: c.As, At: o.Now(), By: c.name()})
	})
}
