package importer

import (
	"cmp"
	"context"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"recourse"
)

// Shelf has the files that people dropped. They are kept on this node while they are looked at and imported, and no longer,
// since they are full of names and addresses. A restart forgets them; what was imported by then is saved, and dropping
// the file again goes on.
//
// It is safe for many goroutines.
type Shelf struct {
	mu      sync.Mutex
	books   map[string]*Book
	running sync.WaitGroup
	ctx     context.Context // of runs under way
	stop    context.CancelFunc
}

// Limits on what is kept.
const (
	maxBook     = 256 << 20      // bytes of one file
	maxBooks    = 20             // files in all
	booksOfShop = 5              // of one merchant
	keepBook    = 12 * time.Hour // since somebody last looked
)

// NewShelf is an empty one.
func NewShelf() *Shelf {
	ctx, stop := context.WithCancel(context.Background())
	return &Shelf{books: map[string]*Book{}, ctx: ctx, stop: stop}
}

// Close ends runs under way and removes all files.
func (s *Shelf) Close() {
	s.stop()
	s.running.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.books {
		s.remove(id)
	}
}

// Add keeps a file that somebody dropped. Errors are import_large, import_empty and import_busy. Of a merchant's files, and
// of all, those that nobody has looked at for longest make room, unless they are being imported.
func (s *Shelf) Add(d Dropped, content io.Reader) (*Book, error) {
	folder, err := os.MkdirTemp("", "recourse-import-")
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "import_space", Message: "the file cannot be kept: " + err.Error(), Hint: "tell whoever runs this program", Err: err}
	}
	b := &Book{Dropped: d, folder: folder, seen: d.At}
	if b.Size, err = spool(b.path(), content); err == nil {
		err = s.keep(b)
	}
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return b, nil
}

func (s *Shelf) keep(b *Book) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, old := range s.books {
		if b.At.Sub(old.lastSeen()) > keepBook && !old.busy() {
			s.remove(id)
		}
	}
	if !s.room(b.Merchant) {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "import_busy", Message: "too many files are being imported", Hint: "try again when one is done"}
	}
	s.books[b.ID] = b
	return nil
}

// spool writes what comes to a file that only this program's user can read.
func spool(path string, content io.Reader) (int64, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, io.LimitReader(content, maxBook+1))
	if err = cmp.Or(err, f.Close()); err != nil {
		return n, err
	}
	switch {
	case n > maxBook:
		return n, &recourse.Error{Kind: recourse.TooLarge, Code: "import_large", Field: "book", Message: "the file is larger than 256 MiB", Hint: "export a shorter time, or import it with: recourse import"}
	case n == 0:
		return n, &recourse.Error{Kind: recourse.Invalid, Code: "import_empty", Field: "book", Message: "no file was chosen, or it is empty", Hint: "choose an export of your orders: CSV or XLSX"}
	}
	return n, nil
}

// room says whether there is room for one more, and makes it where it can.
func (s *Shelf) room(merchant string) bool {
	for {
		full := s.of(merchant)
		if len(full) < booksOfShop {
			if len(s.books) < maxBooks {
				return true
			}
			full = slices.Collect(maps.Values(s.books))
		}
		idle := slices.DeleteFunc(full, (*Book).busy)
		if len(idle) == 0 {
			return false
		}
		s.remove(slices.MinFunc(idle, func(a, b *Book) int { return a.lastSeen().Compare(b.lastSeen()) }).ID)
	}
}

func (s *Shelf) of(merchant string) (all []*Book) {
	for _, b := range s.books {
		if b.Merchant == merchant {
			all = append(all, b)
		}
	}
	return all
}

func (s *Shelf) remove(id string) {
	os.RemoveAll(s.books[id].folder)
	delete(s.books, id)
}

// Of are a merchant's files, the newest first.
func (s *Shelf) Of(merchant string) []*Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.of(merchant)
	slices.SortFunc(all, func(a, b *Book) int { return b.At.Compare(a.At) })
	return all
}

// Find is a merchant's file: import_unknown, of kind [recourse.NotFound], when it is not there any more.
func (s *Shelf) Find(merchant, id string, now time.Time) (*Book, error) {
	s.mu.Lock()
	b := s.books[id]
	s.mu.Unlock()
	if b == nil || b.Merchant != merchant {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "import_unknown", Message: "this file is not kept any more", Hint: "drop it again: what was imported from it is saved"}
	}
	b.mu.Lock()
	b.seen = now
	b.mu.Unlock()
	return b, nil
}

// Drop forgets a file. A run under way ends; what it has saved stays.
func (s *Shelf) Drop(b *Book) {
	b.Halt()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.books[b.ID] == b {
		s.remove(b.ID)
	}
}
