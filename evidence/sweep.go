package evidence

import (
	"context"
	"errors"
	"path"
	"time"
)

// How long things are left alone that may still be on their way.
const (
	// blobGrace is for files that were taken in and not written down: the database may have been away, the program may have
	// crashed, or the file is being written down this very moment.
	blobGrace = 24 * time.Hour
	// uploadGrace is for uploads that broke off: a person on a bad line comes back tomorrow.
	uploadGrace = 7 * 24 * time.Hour
)

// sweepBatch is how many files are asked about at a time.
const sweepBatch = 500

// Sweep takes away the files of a merchant that nobody refers to any more, of which unknown says which they are, and
// uploads that broke off long ago. It says how many files went. What came within a day stays.
func (r *Room) Sweep(ctx context.Context, merchant string, unknown func(files []string) ([]string, error)) (int, error) {
	now := r.clock()
	if err := r.sweepUploads(ctx, merchant, now.Add(-uploadGrace)); err != nil {
		return 0, unavailable(err)
	}
	s := sweeping{room: r, merchant: merchant, before: now.Add(-blobGrace), unknown: unknown, last: map[string]time.Time{}}
	err := r.shelf.each(ctx, blobsOf(merchant), func(key string, at state) error { return s.see(ctx, key, at) })
	if err == nil {
		err = s.ask(ctx)
	}
	if err != nil {
		return s.gone, unavailable(err)
	}
	return s.gone, nil
}

// sweeping is a sweep on its way. Keys come in order, so that what belongs to one file comes together.
type sweeping struct {
	room     *Room
	merchant string
	before   time.Time
	unknown  func([]string) ([]string, error)
	last     map[string]time.Time // when a file, or what was made of it, was kept last
	gone     int
}

func (s *sweeping) see(ctx context.Context, key string, at state) error {
	name := path.Base(key)
	file := name[:min(64, len(name))]
	if !isFile(file) {
		return nil
	}
	_, begun := s.last[file]
	if !begun && len(s.last) >= sweepBatch {
		if err := s.ask(ctx); err != nil {
			return err
		}
	}
	if at.modified.After(s.last[file]) {
		s.last[file] = at.modified
	}
	return nil
}

// ask asks about the files seen, and drops those that are unknown.
func (s *sweeping) ask(ctx context.Context) error {
	var old []string
	for file, last := range s.last {
		if last.Before(s.before) {
			old = append(old, file)
		}
	}
	clear(s.last)
	if len(old) == 0 {
		return nil
	}
	none, err := s.unknown(old)
	for _, file := range none {
		if err == nil {
			err = s.room.Forget(ctx, s.merchant, file)
			s.gone++
		}
	}
	return err
}

// Forget takes a file away with all that was made of it. One that is not there is no error.
func (r *Room) Forget(ctx context.Context, merchant, file string) error {
	if !isFile(file) {
		return missing("evidence_missing", "there is no such file")
	}
	var err error
	for _, suffix := range []string{"", "." + string(Thumb), "." + string(Full), videoMP4, videoWebM} {
		err = errors.Join(err, r.shelf.drop(ctx, blobKey(merchant, file)+suffix))
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

func (r *Room) sweepUploads(ctx context.Context, merchant string, before time.Time) error {
	var old []string
	add := func(key string, at state) error {
		if at.modified.Before(before) {
			old = append(old, key)
		}
		return nil
	}
	if err := r.shelf.each(ctx, uploadsOf(merchant), add); err != nil {
		return err
	}
	if err := r.shelf.each(ctx, staging+"/", add); err != nil {
		return err
	}
	for _, key := range old {
		if err := r.shelf.drop(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
