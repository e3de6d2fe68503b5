package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/intake"
	"recourse/replay"
	"recourse/sample"
)

// Where the real order book lies, when it is beside the project: it must not be shipped with it.
const (
	olistBook    = "../shared/data/olist/orders.csv"
	olistProfile = "examples/olist.yaml"
	olistOrders  = 8135
	olistZone    = "America/Sao_Paulo"
)

// Fixed sizes of what is measured. Nothing here fits into a cache, and nothing is held whole: a text is repeated as
// it is read, under new numbers, by [repeat].
const (
	replayTimes = 100
	parseRows   = 1_000_000
	parseOrders = 5_000 // of the made-up text that is repeated to a million rows
)

// A thing to know about replays: a book tells of no answers. Nobody in it approves a refund or writes off a claim, so
// that a case which waits for a person is reminded of until the replay ends, every other business day for as long as it
// goes on. In the real book those are most of the decisions.

// source is a book's text and how to read it.
//
// Until is fixed for each kind of book and never taken from the clock, since a later end means
// more decisions for the same number of orders. The note is printed with the figure.
type source struct {
	text    []byte
	options intake.Options
	until   time.Time // where a replay of it ends
	note    string
}

// realBook is the real order book; a made-up one of as many orders where that is not there.
//
// Only a missing file is a reason to measure something else, and the figure then says so: the
// two books are not alike and their figures must not be compared.
func realBook() (source, error) {
	text, err := os.ReadFile(olistBook)
	if errors.Is(err, os.ErrNotExist) {
		s, err := madeUpBook(olistOrders)
		s.note = "a made-up book: the real one is not here"
		return s, err
	}
	if err != nil {
		return source{}, err
	}
	yaml, err := os.ReadFile(olistProfile)
	if err != nil {
		return source{}, err
	}
	profile, err := intake.ParseProfile(olistProfile, yaml)
	if err != nil {
		return source{}, err
	}
	zone, err := time.LoadLocation(olistZone)
	if err != nil {
		return source{}, err
	}
	return source{text: text, options: intake.Options{Profile: profile}, until: time.Date(2018, 11, 1, 0, 0, 0, 0, zone), note: "Olist"}, nil
}

// madeUpBook is a book of package sample. Its profile is guessed, as for a newcomer.
func madeUpBook(orders int) (source, error) {
	var b bytes.Buffer
	if err := sample.Book(&b, orders, 1); err != nil {
		return source{}, err
	}
	zone, err := time.LoadLocation(sample.Zone)
	if err != nil {
		return source{}, err
	}
	until, err := time.Parse(time.RFC3339, sample.Exported)
	return source{text: b.Bytes(), options: intake.Options{Zone: zone}, until: until}, err
}

// open reads a text of the source's kind. A rejected row is an error: nothing is to be measured by leaving it out.
func (s *source) open(r io.Reader) (*intake.Book, error) {
	book, err := intake.OpenCSV(r, s.options)
	if err != nil {
		return nil, err
	}
	book.OnReject(func(r intake.Reject) error { return fmt.Errorf("row %d was rejected: %s", r.Row, r.Reason) })
	return book, nil
}

// prepareReplay replays the real book a hundred times as one, reading included.
//
// What counts is orders, whatever their number of facts and decisions. To read and parse the
// text is part of the work, because nobody replays a book without reading it; to compile the
// playbook is not, since that happens once.
func prepareReplay() (work, string, error) {
	s, err := realBook()
	if err != nil {
		return nil, "", err
	}
	policy, err := policyOf("tmall-dsers", nil)
	if err != nil {
		return nil, "", err
	}
	// Followed to the end of the book, as the command line does when it is told nothing else.
	o := replay.Options{Deciders: []*decide.Decider{{Policy: policy, Calendars: calendar.Default(), Past: true}}, Until: s.until}
	return func() (int, error) {
		book, err := s.open(newRepeat(s.text, replayTimes, 0))
		if err != nil {
			return 0, err
		}
		ctx := context.Background()
		result, err := replay.Book(ctx, events(ctx, book), o)
		if err != nil {
			return 0, err
		}
		return result.Reports[0].Orders, nil
	}, s.note, nil
}

// events are a book's events, order by order.
func events(ctx context.Context, b *intake.Book) iter.Seq2[[]recourse.Event, error] {
	return func(yield func([]recourse.Event, error) bool) {
		for batch, err := range b.All(ctx) {
			if !yield(batch.Events, err) {
				return
			}
		}
	}
}

// prepareParse reads a million rows of a book into events, on one processor: the second collects the garbage.
//
// The number of rows is checked against what the book itself says it has read, so that a row
// that was skipped cannot make the figure better.
func prepareParse(s source, err error) (work, string, error) {
	if err != nil {
		return nil, "", err
	}
	return func() (int, error) {
		book, err := s.open(newRepeat(s.text, parseRows, parseRows))
		if err != nil {
			return 0, err
		}
		for _, err := range book.All(context.Background()) {
			if err != nil {
				return 0, err
			}
		}
		if n := book.Summary().Rows; n != parseRows {
			return 0, fmt.Errorf("%d rows were read, %d are there", n, parseRows)
		}
		return parseRows, nil
	}, s.note, nil
}
