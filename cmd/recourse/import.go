package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
)

// importCmd puts an order book into a database.
type importCmd struct {
	Book          string `arg:"" help:"The order book: CSV or XLSX."`
	DryRun        bool   `help:"Say what would open and what would leave, and save nothing. Works without a database, too."`
	databaseFlags `embed:""`
	bookFlags     `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Help is what recourse import --help says at more length.
func (importCmd) Help() string {
	return `The first import takes stock: facts older than the playbook's import.stale_after open or close cases as history, and nothing is
sent or asked because of them. What is fresh is decided on at once. Every row makes the same facts with the same ids each time, so that a
newer export of the same shop adds what is new, and an import that was interrupted goes on where it stopped when it is run again.`
}

// Run imports the book, or says what importing it would do.
//
// Reading and deciding overlap: a book is parsed while the facts before are decided on and saved. The two hand over a
// batch at a time, so that memory does not grow with the book.
func (c *importCmd) Run(ctx context.Context, s *streams) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	}
	o, done, err := c.office(ctx)
	if err != nil {
		return err
	}
	defer done()
	book, err := c.bookFlags.open(c.Book, true)
	if err != nil {
		return err
	}
	sum := newImported(c.DryRun)
	started := time.Now()
	err = c.stream(ctx, s, o, book, sum)
	if closed := book.close(); err == nil {
		err = closed
	}
	if err != nil {
		return c.stopped(err, sum)
	}
	sum.Seconds = time.Since(started).Seconds()
	sum.book(book)
	if c.JSON {
		return printJSON(s.out, sum)
	}
	sum.print(s.out, book, c.words(), c)
	return nil
}

// importMemory is how much an import may hold before memory is collected more often than elsewhere: a shop's small machine
// has other things to do beside. The database's own buffers come on top.
const importMemory = 64 << 20

// office is the database to import into. A dry run without one is tried on an empty one that is thrown away.
func (c *importCmd) office(ctx context.Context) (*office, func(), error) {
	if c.DryRun && recourse.CodeOf(c.there()) == "database_missing" {
		return scratch(ctx)
	}
	o, err := c.databaseFlags.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	return o, o.close, nil
}

// scratch is an empty shop under the built-in playbook, for as long as a command runs.
func scratch(ctx context.Context) (*office, func(), error) {
	folder, err := os.MkdirTemp("", "recourse-")
	if err != nil {
		return nil, nil, err
	}
	f := databaseFlags{Database: filepath.Join(folder, "recourse.db"), Merchant: "shop"}
	o, err := f.create(ctx)
	if err == nil {
		err = o.setUp(ctx, "A shop", "", nil, "dry run")
	}
	if err != nil {
		os.RemoveAll(folder)
		return nil, nil, err
	}
	return o, func() { o.close(); os.RemoveAll(folder) }, nil
}

// setUp gives the merchant a playbook: the built-in one when none is named.
func (o *office) setUp(ctx context.Context, name, playbook string, settings map[string]string, by string) error {
	p, err := policy(first(playbook, defaultPlaybook), settings)
	if err != nil {
		return err
	}
	return o.Put(ctx, o.merchant, name, p, calendar.Default(), by)
}

// defaultPlaybook is that of a merchant who names none.
const defaultPlaybook = "tmall-dsers"

// stopped says of an import that ended early how far it came, and how to go on.
func (c *importCmd) stopped(err error, sum *imported) error {
	if !errors.Is(err, context.Canceled) || c.DryRun {
		return err
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "interrupted", Message: fmt.Sprintf("interrupted after %s orders, all of them saved whole", count(sum.Orders)),
		Hint: "run the same command again: it goes on where it stopped"}
}

// parcel is what the reader hands to who decides: the facts of whole orders, and how far the book was read.
type parcel struct {
	facts  []desk.Fact
	orders int
	err    error
}

// factsAtOnce is how many facts are decided in one transaction. One more order is left to the next batch, so that a
// preview, which takes back what it did, never meets an order of which it has seen half.
const factsAtOnce = 1000

// stream reads the book and lets it be decided on.
func (c *importCmd) stream(ctx context.Context, s *streams, o *office, book *openBook, sum *imported) error {
	ctx, stop := context.WithCancel(ctx)
	parcels := make(chan parcel, 2)
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(parcels)
		c.read(ctx, book, parcels)
	}()
	take := o.Handle
	if c.DryRun {
		take = o.Preview
	}
	asked := make(chan question)
	var asking sync.WaitGroup
	asking.Go(func() {
		defer close(asked)
		for p := range parcels {
			q := question{p, make(chan answer, 1)}
			asking.Go(func() { q.ask(ctx, take, o.merchant) })
			asked <- q
		}
	})
	// The book may only be closed, and its rejects looked at, when nobody reads it any more; the desk when nobody asks it.
	defer func() {
		stop()
		for range asked {
		}
		<-read
		asking.Wait()
	}()
	bar := newBytes(s, "importing", book.size)
	defer bar.end()
	for q := range asked {
		a := <-q.answer
		if a.err != nil {
			return a.err
		}
		sum.add(q.parcel, a.results)
		bar.at(int(book.offset.Load()))
	}
	return ctx.Err()
}

// question is a parcel on its way through the desk. Two are: one is decided while the one before is saved. An order is
// whole in one of them, so that it does not matter which is first.
type question struct {
	parcel
	answer chan answer
}

type answer struct {
	results []desk.Result
	err     error
}

func (q question) ask(ctx context.Context, take func(context.Context, string, []desk.Fact) ([]desk.Result, error), merchant string) {
	if q.err != nil {
		q.answer <- answer{err: q.err}
		return
	}
	results, err := take(ctx, merchant, q.facts)
	q.answer <- answer{results, err}
}

// read fills parcels with whole orders.
func (c *importCmd) read(ctx context.Context, book *openBook, parcels chan<- parcel) {
	send := func(p parcel) bool {
		select {
		case parcels <- p:
			return true
		case <-ctx.Done():
			return false
		}
	}
	by := "import " + filepath.Base(c.Book)
	var p parcel
	for events, err := range book.orders(ctx) {
		if err != nil {
			send(parcel{err: err})
			return
		}
		if len(p.facts)+len(events) > factsAtOnce && len(p.facts) > 0 {
			if !send(p) {
				return
			}
			p = parcel{facts: make([]desk.Fact, 0, factsAtOnce)}
		}
		for i := range events {
			p.facts = append(p.facts, desk.Fact{Event: events[i], By: by})
		}
		p.orders++
	}
	if p.orders > 0 {
		send(p)
	}
}

// watched is a file that knows how far it was read, for the progress bar.
type watched struct {
	io.ReaderAt
	offset *atomic.Int64
}

func (w watched) ReadAt(p []byte, at int64) (int, error) {
	n, err := w.ReaderAt.ReadAt(p, at)
	for end := at + int64(n); ; {
		if was := w.offset.Load(); end <= was || w.offset.CompareAndSwap(was, end) {
			return n, err
		}
	}
}
