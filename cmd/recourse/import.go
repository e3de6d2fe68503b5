package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/importer"
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
	started := time.Now()
	sum, err := c.stream(ctx, s, o, book)
	if closed := book.close(); err == nil {
		err = closed
	}
	if err != nil {
		return c.stopped(err, sum)
	}
	sum.Seconds = time.Since(started).Seconds()
	sum.Profile, sum.Rows, sum.Rejected = book.Match().Profile.Name, book.Summary().Rows, book.Summary().Rejected
	if c.JSON {
		return printJSON(s.out, sum)
	}
	imported{sum}.print(s.out, book, c.words(), c)
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
func (c *importCmd) stopped(err error, sum *importer.Figures) error {
	if !errors.Is(err, context.Canceled) || c.DryRun {
		return err
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "interrupted", Message: fmt.Sprintf("interrupted after %s orders, all of them saved whole", count(sum.Orders)),
		Hint: "run the same command again: it goes on where it stopped"}
}

// stream reads the book and lets it be decided on.
func (c *importCmd) stream(ctx context.Context, s *streams, o *office, book *openBook) (*importer.Figures, error) {
	bar := newBytes(s, "importing", book.size)
	defer bar.end()
	return importer.Import(ctx, o.Desk, book.orders(ctx), importer.Options{
		Merchant: o.merchant, By: "import " + filepath.Base(c.Book), DryRun: c.DryRun,
		Progress: func(*importer.Figures) { bar.at(int(book.offset.Load())) },
	})
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
