// Package evidence keeps the photos and videos that people send, and makes of them what others may see.
//
// What comes in is a stranger's. It is known by its content and never by its name, only a handful of kinds are taken
// (sniff.go), and what others see is never the file itself but a picture that was made from it here: no metadata, no
// second meaning. The file itself is kept as it came, for the people of the merchant, who may have to show it to a
// marketplace or a bank.
//
//	evidence.go  the room: taking a file in, and giving out what was made of it
//	upload.go    files that come in parts, over lines that break
//	sniff.go     what a file is, by its content
//	box.go       the boxes that HEIC, MP4 and MOV are made of, and WebM's elements
//	second.go    a second meaning in a file: an archive, a page, a program
//	picture.go   decoding within limits, the right way up, and what is made of a picture
//	hash.go      the perceptual hash, by which the same photo is known again
//	tools.go     heif-convert and ffmpeg, where they are installed
//	clamd.go     the virus scanner, where there is one
//	shelf.go     where blobs stand: keys, and what both places have in common
//	folder.go    … on a disk
//	bucket.go    … in S3
//	sweep.go     what nobody refers to any more
//
// A blob is kept once by the SHA-256 of its content, for each merchant apart. Who it belongs to (an order, a case) is not
// known here: that is in the database, and what nobody there refers to any more is swept away (Room.Sweep).
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"recourse"
)

// Limits on what a stranger may send.
const (
	MaxPhoto  = 50 << 20  // bytes of a photo
	MaxVideo  = 200 << 20 // bytes of a video, and so of any file
	MaxPixels = 50_000_000
)

// Kind is what a person sees in a file.
type Kind string

// The kinds of evidence.
const (
	Photo Kind = "photo"
	Video Kind = "video"
)

// Size names a picture that is made for others to see.
type Size string

// The sizes of pictures: neither side is longer than so many pixels.
const (
	Thumb Size = "thumb" // 320
	Full  Size = "full"  // 1600
)

// Item is a file that was taken in.
type Item struct {
	File    string // SHA-256 of the content, hex: its name from now on
	Kind    Kind
	Type    string // the media type, by content: image/jpeg, video/mp4, …
	Bytes   int64
	Width   int       // in pixels, the right way up; 0 when it could not be looked into
	Height  int       //
	Taken   time.Time // when, as the camera's clock says; zero: not known
	Hash    uint64    // perceptual; 0: none, or too plain a picture to be known again by it
	Shown   bool      // there is a picture for others to see
	Played  bool      // there is a video for others to see
	Scanned bool      // the virus scanner has passed it, or there is none; until then others are not to see it
}

// Info is what an answer says about a file.
type Info struct {
	Type     string
	Bytes    int64
	Modified time.Time
}

// Options say where and how evidence is kept.
type Options struct {
	// Place is a folder, or s3://bucket/prefix?endpoint=host:port&region=…&secure=false. The credentials of S3 come from the
	// environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or from the machine's role.
	Place string
	// Scanner is where clamd listens, host:port or the path of a socket; "": nothing is scanned.
	Scanner string
	// Tools are looked for in this path rather than in $PATH. "none": none are used.
	Tools string
	Clock func() time.Time // default: time.Now
	Log   *slog.Logger     // default: none
}

// Room keeps evidence. It is safe for many goroutines.
type Room struct {
	shelf   shelf
	scanner *scanner // nil: nothing is scanned
	tools   tools
	clock   func() time.Time
	log     *slog.Logger
	gate    gate
	busy    busy // uploads that somebody is adding to
}

// Open opens the place where evidence is kept, and makes it if it is not there.
//
// Errors: evidence_place, of kind [recourse.Invalid], when it cannot be one; evidence_unavailable when it cannot be
// reached or written to.
func Open(o Options) (*Room, error) {
	r := &Room{clock: o.Clock, log: o.Log, gate: newGate()}
	if r.clock == nil {
		r.clock = time.Now
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if o.Scanner != "" {
		r.scanner = newScanner(o.Scanner)
	}
	r.tools = findTools(o.Tools)
	var err error
	r.shelf, err = openShelf(o.Place)
	return r, err
}

// Close lets go of the place.
func (r *Room) Close() error { return r.shelf.close() }

// Scans says that a virus scanner looks at what comes in.
func (r *Room) Scans() bool { return r.scanner != nil }

// Take takes a file in: reads it to its end, finds out what it is, refuses what is not allowed, makes what others may see
// of it, and keeps it. The content is never in memory as a whole. size is how many bytes are to come; negative: not known.
//
// The same content twice is kept once and answers the same. When an error is given nothing was kept. Refusals are of kind
// [recourse.Invalid] or [recourse.TooLarge], each with a code that begins with evidence_ and a sentence for who sent it.
func (r *Room) Take(ctx context.Context, merchant string, content io.Reader, size int64) (Item, error) {
	if size > MaxVideo {
		return Item{}, errVideoSize
	}
	f, err := r.shelf.stage()
	if err != nil {
		return Item{}, unavailable(err)
	}
	defer discard(f)
	item, err := receive(f, content, size)
	if err != nil {
		return Item{}, err
	}
	return r.keep(ctx, merchant, f, item)
}

// receive writes a file to the disk and says what it is, as far as its first bytes tell.
func receive(f *os.File, content io.Reader, size int64) (Item, error) {
	head := make([]byte, headBytes)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Item{}, brokenOff(err)
	}
	head = head[:n]
	format, err := sniff(head)
	if err != nil {
		return Item{}, err
	}
	limit, tooLarge := format.limit()
	if size > limit {
		return Item{}, tooLarge
	}
	sum := sha256.New()
	to := io.MultiWriter(f, sum)
	if _, err := to.Write(head); err != nil {
		return Item{}, unavailable(err)
	}
	rest, err := io.Copy(to, io.LimitReader(content, limit+1-int64(n)))
	total := int64(n) + rest
	switch {
	case err != nil:
		return Item{}, brokenOff(err)
	case total > limit:
		return Item{}, tooLarge
	case size >= 0 && total != size:
		return Item{}, brokenOff(io.ErrUnexpectedEOF)
	}
	return Item{File: hex.EncodeToString(sum.Sum(nil)), Kind: format.kind, Type: format.media, Bytes: total}, nil
}

// keep looks into a staged file and keeps it. What others may see is there before the file itself, so that a file that is
// there is there with all that belongs to it.
func (r *Room) keep(ctx context.Context, merchant string, f *os.File, item Item) (Item, error) {
	if err := r.look(ctx, f, &item); err != nil {
		return Item{}, err
	}
	var err error
	if item.Scanned, err = r.scan(ctx, f); err != nil {
		return Item{}, err
	}
	made, err := r.make(ctx, f, &item)
	if err != nil {
		return Item{}, err
	}
	defer made.discard()
	for suffix, m := range made {
		if err := r.shelf.put(ctx, blobKey(merchant, item.File)+suffix, m); err != nil {
			return Item{}, unavailable(err)
		}
	}
	if err := r.shelf.put(ctx, blobKey(merchant, item.File), f); err != nil {
		return Item{}, unavailable(err)
	}
	return item, nil
}

// Picture opens a picture that others may see: a JPEG of a size, the right way up, without metadata.
//
// Errors: picture_missing, of kind [recourse.NotFound], when there is no such file or none could be made of it.
func (r *Room) Picture(ctx context.Context, merchant, file string, size Size) (io.ReadSeekCloser, Info, error) {
	if size != Thumb && size != Full {
		return nil, Info{}, missing("picture_missing", "there is no picture of this size")
	}
	return r.open(ctx, merchant, file, "."+string(size), "image/jpeg", missing("picture_missing", "there is no picture of this file"))
}

// Video opens a video that others may see, without metadata. Videos can be shown only where ffmpeg is installed.
//
// Errors: video_missing, of kind [recourse.NotFound].
func (r *Room) Video(ctx context.Context, merchant, file string) (io.ReadSeekCloser, Info, error) {
	none := missing("video_missing", "this video cannot be shown")
	for suffix, media := range map[string]string{videoMP4: "video/mp4", videoWebM: "video/webm"} {
		f, info, err := r.open(ctx, merchant, file, suffix, media, none)
		if recourse.CodeOf(err) != "video_missing" {
			return f, info, err
		}
	}
	return nil, Info{}, none
}

// Original opens a file as it came. It may hold anything, the place where it was taken included: it is for people of the
// merchant alone, and never to be shown by a browser.
//
// Errors: evidence_missing, of kind [recourse.NotFound].
func (r *Room) Original(ctx context.Context, merchant, file string) (io.ReadSeekCloser, Info, error) {
	return r.open(ctx, merchant, file, "", "application/octet-stream", missing("evidence_missing", "there is no such file"))
}

func (r *Room) open(ctx context.Context, merchant, file, suffix, media string, none error) (io.ReadSeekCloser, Info, error) {
	if !isFile(file) {
		return nil, Info{}, none
	}
	f, at, err := r.shelf.open(ctx, blobKey(merchant, file)+suffix)
	if errors.Is(err, errMissing) {
		return nil, Info{}, none
	}
	if err != nil {
		return nil, Info{}, unavailable(err)
	}
	return f, Info{Type: media, Bytes: at.bytes, Modified: at.modified}, nil
}

func missing(code, message string) error {
	return &recourse.Error{Kind: recourse.NotFound, Code: code, Message: message}
}

// unavailable is an error of the place: nothing is wrong with the file.
func unavailable(err error) error {
	if recourse.KindOf(err) != recourse.Internal {
		return err
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "evidence_unavailable", Message: "files cannot be kept or shown at the moment", Hint: "try again in a minute", Err: err}
}

// brokenOff is what is said when fewer bytes came than were announced.
func brokenOff(err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "evidence_broken_off", Message: "the file did not arrive whole", Hint: "send it again", Err: err}
}
