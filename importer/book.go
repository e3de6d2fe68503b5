package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/intake"
)

// Dropped says of a file whose it is.
type Dropped struct {
	ID       string
	Merchant string
	By       string // who dropped it
	Name     string // as it was called, without folders
	At       time.Time
}

// Book is a dropped file, and what is being done with it.
type Book struct {
	Dropped
	Size   int64
	folder string

	mu      sync.Mutex
	seen    time.Time
	reading Reading
	run     *work // the last one; nil: none
}

// Reading is how a book is to be read. What is empty is as the profile says, and the profile is guessed.
type Reading struct {
	Profile  string          // a built-in one
	Mapping  *intake.Profile // of a file of the merchant's own; it comes before Profile
	Zone     string          // of times that name none; the shop's own where the profile has none either
	Currency string
	Sheet    string
}

// Run is one import of a book, or a dry one, as it stands.
type Run struct {
	Dry     bool
	Began   time.Time
	Ended   time.Time // zero: under way
	Read    int64     // bytes of the file
	Figures *Figures  // nil: nothing yet
	Rejects []intake.Reject
	Err     error
}

// work is a run from the inside.
type work struct {
	Run
	read atomic.Int64
	stop context.CancelFunc
}

// firstRejects is how many rejected rows are kept to be shown one by one; all are in the file of them.
const firstRejects = 20

func (b *Book) path() string        { return filepath.Join(b.folder, "book") }
func (b *Book) lastSeen() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.seen }
func (b *Book) busy() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.run != nil && b.run.Ended.IsZero()
}

// RejectsPath is the file of the last run's rejected rows while it runs; then they are kept by the desk, for every node.
func (b *Book) RejectsPath() string { return filepath.Join(b.folder, "rejects.csv") }

// State is how the book is read, and its last run as it stands; nil: there was none.
func (b *Book) State() (Reading, *Run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.run == nil {
		return b.reading, nil
	}
	own := b.run.Run
	own.Read, own.Rejects = b.run.read.Load(), slices.Clone(own.Rejects)
	return b.reading, &own
}

// Read sets how the book is read. What a run found out by another reading is forgotten: import_running, of kind
// [recourse.Conflict], while one is under way.
func (b *Book) Read(r Reading) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.run != nil && b.run.Ended.IsZero() {
		return errRunning
	}
	b.reading, b.run = r, nil
	return nil
}

var errRunning = &recourse.Error{Kind: recourse.Conflict, Code: "import_running", Message: "this file is being imported already", Hint: "wait until it is done, or stop it"}

// Halt ends a run under way; what it has saved stays.
func (b *Book) Halt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.run != nil {
		b.run.stop()
	}
}

// options are how the book is read, in the words of intake.
func (r Reading) options(name string) (o intake.Options, err error) {
	o = intake.Options{File: name, Sheet: r.Sheet, Profile: r.Mapping}
	if r.Mapping == nil && r.Profile != "" {
		if o.Profile, err = intake.Builtin(r.Profile); err != nil {
			return o, err
		}
	}
	if r.Zone != "" {
		if o.Zone, err = time.LoadLocation(r.Zone); err != nil || strings.EqualFold(r.Zone, "local") {
			return o, &recourse.Error{Kind: recourse.Invalid, Code: "zone", Field: "zone", Message: `there is no time zone "` + recourse.Shorten(r.Zone, 40) + `"`, Hint: "as in Europe/Paris"}
		}
	}
	if r.Currency != "" {
		o.Currency, err = recourse.ParseCurrency(strings.ToUpper(r.Currency))
	}
	return o, err
}

// Opened is a book that is being read.
type Opened struct {
	*intake.Book
	Zone *time.Location // the shop's, taken because nothing named one; nil: one was named, or none is needed
	file *os.File
}

// Close lets go of the file.
func (o *Opened) Close() error { return o.file.Close() }

// Open opens the book as it is to be read. Where its times need a zone that nothing names, the shop's own is taken.
func (b *Book) Open(shop *time.Location) (*Opened, error) {
	reading, _ := b.State()
	return b.open(reading, shop, new(atomic.Int64))
}

func (b *Book) open(r Reading, shop *time.Location, far *atomic.Int64) (*Opened, error) {
	o, err := r.options(b.Name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(b.path())
	if err != nil {
		return nil, err
	}
	out := &Opened{file: f}
	out.Book, err = intake.Open(watched{f, far}, b.Size, o)
	if recourse.CodeOf(err) == "zone_missing" {
		o.Zone, out.Zone = shop, shop
		out.Book, err = intake.Open(watched{f, far}, b.Size, o)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return out, nil
}

// watched is a file that knows how far it was read.
type watched struct {
	io.ReaderAt
	far *atomic.Int64
}

func (w watched) ReadAt(p []byte, at int64) (int, error) {
	n, err := w.ReaderAt.ReadAt(p, at)
	for end := at + int64(n); ; {
		if was := w.far.Load(); end <= was || w.far.CompareAndSwap(was, end) {
			return n, err
		}
	}
}

// orders are the events of each order.
func (o *Opened) orders(ctx context.Context) iter.Seq2[[]recourse.Event, error] {
	return func(yield func([]recourse.Event, error) bool) {
		for batch, err := range o.All(ctx) {
			if !yield(batch.Events, err) || err != nil {
				return
			}
		}
	}
}

// Start begins to import a book, or to try it: import_running, of kind [recourse.Conflict], while that is under way.
func (s *Shelf) Start(b *Book, d *desk.Desk, shop *time.Location, by string, dry bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.run != nil && b.run.Ended.IsZero() {
		return errRunning
	}
	ctx, stop := context.WithCancel(s.ctx)
	now := &work{Run: Run{Dry: dry, Began: d.Now()}, stop: stop}
	b.run = now
	reading := b.reading
	s.running.Go(func() {
		defer stop()
		err := b.carry(ctx, d, shop, by, now, reading)
		err = cmp.Or(err, b.keepRejects(context.WithoutCancel(ctx), d))
		b.mu.Lock()
		defer b.mu.Unlock()
		now.Err, now.Ended = err, d.Now()
	})
	return nil
}

// carry is a run: everything is read, decided on and, unless it is dry, saved.
func (b *Book) carry(ctx context.Context, d *desk.Desk, shop *time.Location, by string, now *work, reading Reading) (err error) {
	o, err := b.open(reading, shop, &now.read)
	if err != nil {
		return err
	}
	defer o.Close()
	rejects, err := os.OpenFile(b.RejectsPath(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	writer := intake.NewRejectWriter(rejects, o.Header())
	defer func() {
		if closed := errors.Join(writer.Close(), rejects.Close()); err == nil {
			err = closed
		}
	}()
	o.OnReject(func(r intake.Reject) error { b.reject(now, r); return writer.Write(r) })
	sum, err := Import(ctx, d, o.orders(ctx), Options{Merchant: b.Merchant, By: by, DryRun: now.Dry, Progress: func(f *Figures) { b.tell(now, f.Clone()) }})
	sum.Profile, sum.Rows, sum.Rejected, sum.Seconds = o.Match().Profile.Name, o.Summary().Rows, o.Summary().Rejected, d.Now().Sub(now.Began).Seconds()
	b.tell(now, sum)
	return err
}

// keepRejects puts the rejected rows where every node finds them.
func (b *Book) keepRejects(ctx context.Context, d *desk.Desk) error {
	f, err := os.Open(b.RejectsPath())
	if os.IsNotExist(err) {
		return nil // the run ended before it read anything
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return d.KeepRejects(ctx, b.Merchant, b.ID, f)
}

func (b *Book) tell(now *work, sum *Figures) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now.Figures = sum
}

func (b *Book) reject(now *work, r intake.Reject) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(now.Rejects) < firstRejects {
		now.Rejects = append(now.Rejects, r)
	}
}
