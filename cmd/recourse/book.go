package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"recourse"
	"recourse/intake"
)

// bookFlags say how an order book is read.
//
// They are embedded in every command that reads a book, so that a book is read alike wherever
// it is named. None is required: what a flag does not say, the profile says, and the profile
// itself is guessed from the header and shown, so that a wrong guess can be seen.
type bookFlags struct {
	Profile  string `help:"How the book is read: a built-in profile (dsers, shopify, woocommerce) or a mapping file. Default: guessed from the header, and shown." placeholder:"NAME|FILE"`
	Zone     string `help:"The zone of times without an offset, as in Europe/Paris. Default: as the profile says." placeholder:"ZONE"`
	Currency string `help:"The currency of amounts without one. Default: as the profile says." placeholder:"CODE"`
	Sheet    string `help:"The sheet of a workbook. Default: the first." placeholder:"NAME"`
	Rejects  string `help:"Where rows that cannot be read are written, with the reason; corrected, that file can be read alone." placeholder:"FILE"`
}

// options are the flags in the words of intake.
//
// A zone or currency that does not exist ends the command with exit code 2 before the book is
// opened: a book that was read in the wrong zone would give wrong deadlines, and nobody would
// notice.
func (f *bookFlags) options(file string) (intake.Options, error) {
	o := intake.Options{File: filepath.Base(file), Sheet: f.Sheet}
	var err error
	if f.Profile != "" {
		if o.Profile, err = loadProfile(f.Profile); err != nil {
			return o, err
		}
	}
	if f.Zone != "" {
		if o.Zone, err = time.LoadLocation(f.Zone); err != nil {
			return o, &recourse.Error{Kind: recourse.Invalid, Code: "zone", Field: "zone", Message: fmt.Sprintf("there is no time zone %q", recourse.Shorten(f.Zone, 40)), Hint: "as in Europe/Paris"}
		}
	}
	if f.Currency != "" {
		o.Currency, err = recourse.ParseCurrency(f.Currency)
	}
	return o, err
}

// A name with a dot or a slash is a file, anything else a built-in profile. So a mistyped name
// is answered with what intake says about the built-ins, and not with a missing file.
func loadProfile(name string) (*intake.Profile, error) {
	if !strings.ContainsAny(name, "./\\") {
		return intake.Builtin(name)
	}
	data, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	return intake.ParseProfile(filepath.Base(name), data)
}

// openBook is a book being read and the file under it.
//
// Rejects and writer are there only when a file for rejected rows was named; first holds what
// is shown on the screen in either case.
type openBook struct {
	*intake.Book
	file    *os.File
	size    int64
	offset  atomic.Int64 // how far the file was read
	rejects *os.File
	writer  *intake.RejectWriter
	first   []intake.Reject // a few, to show
}

// maxShown is how many rejected rows are shown one by one.
const maxShown = 5

// open opens a book. Rows that cannot be read are counted, the first few kept, and all written when a file for
// them is named.
//
// The file of rejects is made only after the book could be opened, so that a mistyped name of
// a book does not empty it. A folder is refused by name, since what the system says on reading
// one helps nobody.
func (f *bookFlags) open(name string, writeRejects bool) (*openBook, error) {
	o, err := f.options(name)
	if err != nil {
		return nil, err
	}
	b := &openBook{}
	if b.file, err = os.Open(name); err != nil {
		return nil, fileError(name, err)
	}
	info, err := b.file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err == nil {
		b.size = info.Size()
		b.Book, err = intake.Open(watched{b.file, &b.offset}, b.size, o)
	} else {
		err = fileError(name, err)
	}
	if err == nil && writeRejects && f.Rejects != "" {
		err = b.rejectTo(f.Rejects)
	}
	if err != nil {
		b.file.Close()
		return nil, err
	}
	b.OnReject(b.reject)
	return b, nil
}

func (b *openBook) rejectTo(name string) (err error) {
	if b.rejects, err = os.Create(name); err != nil {
		return fileError(name, err)
	}
	b.writer = intake.NewRejectWriter(b.rejects, b.Header())
	return nil
}

// A rejected row is no error: the replay goes on without it and tells how many there were.
// Only a file of rejects that cannot be written ends it.
func (b *openBook) reject(r intake.Reject) error {
	if len(b.first) < maxShown {
		b.first = append(b.first, r)
	}
	if b.writer != nil {
		return b.writer.Write(r)
	}
	return nil
}

// close ends the reading and the file of rejects.
//
// The book was only read, so that closing it cannot lose anything. Closing the rejects can: a
// full disk may show only then.
func (b *openBook) close() error {
	b.file.Close()
	if b.writer == nil {
		return nil
	}
	return errors.Join(b.writer.Close(), b.rejects.Close())
}

// orders are the book's events, order by order.
func (b *openBook) orders(ctx context.Context) iter.Seq2[[]recourse.Event, error] {
	return func(yield func([]recourse.Event, error) bool) {
		for batch, err := range b.All(ctx) {
			if !yield(batch.Events, err) {
				return
			}
		}
	}
}

// span reads a book through once for how far it goes: the newest fact, and how many orders it has.
//
// It writes no rejects, because the book is read again afterwards and each row would be in the
// file twice. The number of orders is what lets the progress bar say how much is left.
func (f *bookFlags) span(ctx context.Context, name string) (newest time.Time, orders int, err error) {
	b, err := f.open(name, false)
	if err != nil {
		return newest, 0, err
	}
	defer b.file.Close()
	for events, err := range b.orders(ctx) {
		if err != nil {
			return newest, orders, err
		}
		orders++
		for i := range events {
			if events[i].Time.After(newest) {
				newest = events[i].Time
			}
		}
	}
	return newest, orders, nil
}
