package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"recourse"
	"recourse/decide"
	"recourse/intake"
	"recourse/replay"
	"recourse/sourcing"
)

// answerFlags say what a replay assumes of those whom a book does not quote. With none of them nobody answers. With one, all
// the others are as usual, and every assumption stands in the head of the report.
type answerFlags struct {
	Assume         map[string]string `help:"What is assumed where the book is silent, as in --assume 'refund.approved_after=1 day'; every assumption is told with the report. answer.QUESTION=CHOICE is what the merchant answers." mapsep:"none" placeholder:"NAME=VALUE"`
	Offers         string            `help:"A list of offers, as recourse offer import reads it: searches are answered from it, as of their day." placeholder:"FILE"`
	OffersCurrency string            `help:"The currency of prices of --offers that do not carry their own." placeholder:"CODE"`
	OffersFromBook string            `help:"Searches are answered from the book: what others sold before, the same product or (alike) one of the same title and weight." enum:"none,same,alike" default:"none"`
}

// answers are what was assumed; nil when nothing was. A market made of the book reads it once more before.
func (f *answerFlags) answers(ctx context.Context, name string, book *bookFlags, deciders []*decide.Decider) (*replay.Answers, error) {
	if len(f.Assume) == 0 && f.Offers == "" && f.OffersFromBook == "none" {
		return nil, nil
	}
	a, err := replay.NewAnswers(f.Assume)
	if err == nil {
		err = a.Check(deciders)
	}
	switch {
	case err != nil:
	case f.Offers != "" && f.OffersFromBook != "none":
		err = &recourse.Error{Kind: recourse.Invalid, Code: "offers_twice", Field: "offers", Message: "offers come from a list or from the book, not from both", Hint: "leave out --offers or --offers-from-book"}
	case f.Offers != "":
		a.Market, err = f.list()
	case f.OffersFromBook != "none":
		a.Market, err = sales(ctx, name, book, f.OffersFromBook == "alike")
	}
	return a, err
}

// sales reads a book for what was sold when, by whom and for how much.
func sales(ctx context.Context, name string, flags *bookFlags, alike bool) (replay.Market, error) {
	book, err := flags.open(name, false)
	if err != nil {
		return nil, err
	}
	defer book.file.Close()
	s := replay.NewSales(alike)
	for events, err := range book.orders(ctx) {
		if err == nil {
			err = s.Add(events)
		}
		if err != nil {
			return nil, err
		}
	}
	s.Seal()
	return s, nil
}

// list reads a list of offers. A row that is none ends the command: a comparison with half a list would be another one.
func (f *answerFlags) list() (replay.Market, error) {
	currency := recourse.Currency("")
	if f.OffersCurrency != "" {
		var err error
		if currency, err = recourse.ParseCurrency(strings.ToUpper(f.OffersCurrency)); err != nil {
			return nil, err
		}
	}
	file, err := os.Open(f.Offers)
	if err != nil {
		return nil, fileError(f.Offers, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fileError(f.Offers, err)
	}
	list, err := intake.OpenOffers(file, info.Size(), f.Offers, currency)
	if err != nil {
		return nil, err
	}
	l := replay.NewListings(filepath.Base(f.Offers), sourcing.Lines())
	return l, list.All(func(row intake.OfferRow, bad *intake.Reject) error {
		if bad != nil {
			return &recourse.Error{Kind: recourse.Invalid, Code: "offers_row", Field: "offers", Position: recourse.Position{File: f.Offers, Line: bad.Row, Column: bad.Column}, Message: bad.String(), Hint: "recourse offer import --rejects FILE writes all such rows, to be mended"}
		}
		return l.Add(replay.Listing{Offer: row.Offer, Title: row.Title, Line: row.Line, SeenAt: row.SeenAt, For: row.For, Same: row.Same, Stock: row.StockTold})
	})
}
