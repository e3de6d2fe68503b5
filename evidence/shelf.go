package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"recourse"
)

// shelf is where blobs stand, by their keys. There are two: a folder and a bucket. Both keep a blob whole or not at all.
//
// Parts are a second kind of blob: one that grows. What was appended is durable when append has answered.
type shelf interface {
	// stage gives a file of the local disk for what is on its way in. Whoever asks for it discards it.
	stage() (*os.File, error)
	// put keeps the content of a staged file under a key. What stands there already is the same and is only marked as used.
	// A folder may take the file itself away.
	put(ctx context.Context, key string, f *os.File) error
	open(ctx context.Context, key string) (io.ReadSeekCloser, state, error)
	drop(ctx context.Context, key string) error
	// each calls f with all keys that begin with a prefix.
	each(ctx context.Context, prefix string, f func(key string, at state) error) error

	// begin makes an empty blob of parts, with a note of how long it is to become.
	begin(ctx context.Context, key string, total int64) error
	// length is how much of it is there, and how much there is to be.
	length(ctx context.Context, key string) (have, total int64, err error)
	// append adds what comes at the end, and answers how long it is now, also when reading broke off.
	append(ctx context.Context, key string, offset int64, r io.Reader) (int64, error)
	// parts reads all of it from the beginning.
	parts(ctx context.Context, key string) (io.ReadCloser, error)
	dropParts(ctx context.Context, key string) error

	close() error
}

// state is what is known of a blob.
type state struct {
	bytes    int64
	modified time.Time // when it was kept, or kept again
}

// errMissing says that nothing stands under a key.
var errMissing = errors.New("no such blob")

func openShelf(place string) (shelf, error) {
	if strings.HasPrefix(place, "s3://") {
		return openBucket(place)
	}
	if place == "" {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "evidence_place", Message: "where evidence is kept was not said", Hint: "a folder, or s3://bucket?endpoint=…"}
	}
	return openFolder(place)
}

// The keys of a merchant begin with a name of its own, those of blobs go on with the first bytes of the hash: a million
// files in one folder are slow on some disks.

// room is the folder of a merchant. A name that is no plain one is replaced by its hash: no two merchants share a folder,
// and none gets out of its own, whatever they are called.
func room(merchant string) string {
	plain := len(merchant) > 0 && len(merchant) <= 60
	for i := range len(merchant) {
		c := merchant[i]
		plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}
	if plain {
		return "m-" + merchant
	}
	sum := sha256.Sum256([]byte(merchant))
	return "x-" + hex.EncodeToString(sum[:16])
}

func blobsOf(merchant string) string { return room(merchant) + "/files/" }

func blobKey(merchant, file string) string {
	return blobsOf(merchant) + file[:2] + "/" + file[2:4] + "/" + file
}

func uploadsOf(merchant string) string { return room(merchant) + "/uploads/" }

// isFile says that a name is one of ours: the 64 small hex digits of a hash.
func isFile(file string) bool {
	if len(file) != 64 {
		return false
	}
	for i := range len(file) {
		if c := file[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// discard closes a staged file and takes it away; what was kept of it stands elsewhere.
func discard(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
