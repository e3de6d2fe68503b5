package evidence

import (
	"context"
	"errors"
	"io"
	"sync"

	"recourse"
)

// A file over a bad line comes in parts: Begin, then Append as often as the line breaks, then Finish, then Drop. What was
// appended is kept through breaks, restarts and crashes; Size says where to go on.
//
// Who may add to which upload is the caller's to know; an upload's name must not be guessable if it is shown to strangers.
// Finish leaves the parts, so that it can be asked again when the caller crashed before it could write down what became
// of the file; Drop takes them away.

// Begin makes room for a file of so many bytes. Beginning again what was begun changes nothing.
//
// Errors: evidence_upload, of kind [recourse.Invalid], for a name that cannot be one (letters, digits, - and _, up to
// 100); evidence_empty; evidence_too_large.
func (r *Room) Begin(ctx context.Context, merchant, upload string, size int64) error {
	key, err := uploadKey(merchant, upload)
	switch {
	case err != nil:
		return err
	case size <= 0:
		return errEmpty
	case size > MaxVideo:
		return errVideoSize
	}
	if err := r.shelf.begin(ctx, key, size); err != nil {
		return unavailable(err)
	}
	return nil
}

// Append adds what comes, from an offset that must be the present size, and answers the size then. When the line breaks
// the error is that of the reader, and what came before it is kept: the new offset says how much.
//
// Errors: upload_unknown, of kind [recourse.NotFound]; upload_offset, of kind [recourse.Conflict], when the offset is not
// the present size; upload_busy, of kind [recourse.Conflict], while somebody else adds to it; evidence_too_large, of kind
// [recourse.TooLarge], when more comes than was announced: what fits is kept.
func (r *Room) Append(ctx context.Context, merchant, upload string, offset int64, content io.Reader) (int64, error) {
	key, err := uploadKey(merchant, upload)
	if err != nil {
		return 0, err
	}
	if !r.busy.enter(key) {
		return 0, &recourse.Error{Kind: recourse.Conflict, Code: "upload_busy", Message: "somebody else is adding to this upload", Hint: "ask for its size, and go on from there"}
	}
	defer r.busy.leave(key)
	have, total, err := r.length(ctx, key)
	if err != nil {
		return 0, err
	}
	if offset != have {
		return have, &recourse.Error{Kind: recourse.Conflict, Code: "upload_offset", Field: "offset", Message: "the upload goes on somewhere else", Hint: "ask for its size, and go on from there"}
	}
	left := &io.LimitedReader{R: content, N: total - have}
	now, err := r.shelf.append(ctx, key, have, left)
	if err != nil {
		return now, err
	}
	if left.N == 0 && hasMore(content) {
		return now, &recourse.Error{Kind: recourse.TooLarge, Code: "evidence_too_large", Message: "more came than was announced"}
	}
	return now, nil
}

func hasMore(r io.Reader) bool {
	n, _ := io.ReadFull(r, make([]byte, 1))
	return n == 1
}

// Size is how many bytes of an upload are there.
//
// Errors: upload_unknown, of kind [recourse.NotFound].
func (r *Room) Size(ctx context.Context, merchant, upload string) (int64, error) {
	key, err := uploadKey(merchant, upload)
	if err != nil {
		return 0, err
	}
	have, _, err := r.length(ctx, key)
	return have, err
}

// Finish takes in the file that an upload has become, as Take does. The parts stay until Drop.
//
// Errors: those of Take; upload_unknown; upload_unfinished, of kind [recourse.Conflict], when a part is still to come.
func (r *Room) Finish(ctx context.Context, merchant, upload string) (Item, error) {
	key, err := uploadKey(merchant, upload)
	if err != nil {
		return Item{}, err
	}
	have, total, err := r.length(ctx, key)
	if err != nil {
		return Item{}, err
	}
	if have != total {
		return Item{}, &recourse.Error{Kind: recourse.Conflict, Code: "upload_unfinished", Message: "a part of the file is still to come"}
	}
	all, err := r.shelf.parts(ctx, key)
	if err != nil {
		return Item{}, unavailable(err)
	}
	defer all.Close()
	return r.Take(ctx, merchant, all, total)
}

// Drop takes the parts of an upload away. One that is not there is no error.
func (r *Room) Drop(ctx context.Context, merchant, upload string) error {
	key, err := uploadKey(merchant, upload)
	if err != nil {
		return err
	}
	if err := r.shelf.dropParts(ctx, key); err != nil {
		return unavailable(err)
	}
	return nil
}

func (r *Room) length(ctx context.Context, key string) (have, total int64, err error) {
	have, total, err = r.shelf.length(ctx, key)
	if errors.Is(err, errMissing) {
		return 0, 0, missing("upload_unknown", "there is no such upload")
	}
	if err != nil {
		return 0, 0, unavailable(err)
	}
	return have, total, nil
}

// uploadKey is where the parts of an upload stand.
func uploadKey(merchant, upload string) (string, error) {
	sound := len(upload) > 0 && len(upload) <= 100
	for i := range len(upload) {
		c := upload[i]
		sound = sound && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}
	if !sound {
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "evidence_upload", Field: "upload", Message: "this is no name of an upload"}
	}
	return uploadsOf(merchant) + upload, nil
}

// busy are keys that somebody is at work on in this process. Two processes that share a place are kept apart by whoever
// hands out the requests; the offset keeps them from writing one after the other.
type busy struct {
	mu  sync.Mutex
	all map[string]bool
}

func (b *busy) enter(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all[key] {
		return false
	}
	if b.all == nil {
		b.all = map[string]bool{}
	}
	b.all[key] = true
	return true
}

func (b *busy) leave(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.all, key)
}
