package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// look is a file that is being looked into.
type look struct {
	file *os.File
	item *Item
}

// look sees that a file is whole, within the limits, and only one thing.
func (r *Room) look(_ context.Context, f *os.File, item *Item) error {
	if err := formatOf(item.Type).check(&look{f, item}); err != nil {
		return err
	}
	if item.Kind == Photo && int64(item.Width)*int64(item.Height) > MaxPixels {
		return errPixels
	}
	return second(f, item.Bytes)
}

// checkPicture reads how large a picture is, before anything is unpacked.
func checkPicture(l *look) error {
	c, err := configOf(l.item.Type, section(l.file, l.item.Bytes))
	if err != nil {
		return undecoded(l.file, l.item, err)
	}
	l.item.Width, l.item.Height = c.Width, c.Height
	if c.Width <= 0 || c.Height <= 0 {
		return errRead
	}
	return nil
}

// checkGIF also asks for the end: of a GIF only the first picture is unpacked.
func checkGIF(l *look) error {
	if err := checkPicture(l); err != nil {
		return err
	}
	tail := make([]byte, min(64, l.item.Bytes))
	if _, err := l.file.ReadAt(tail, l.item.Bytes-int64(len(tail))); err != nil && err != io.EOF {
		return unavailable(err)
	}
	for i := len(tail) - 1; i >= 0; i-- {
		if tail[i] == ';' {
			return nil
		}
		if tail[i] != 0 {
			break
		}
	}
	return errTruncated
}

// checkWebP also asks whether the file is as long as it says.
func checkWebP(l *look) error {
	var h [8]byte
	if _, err := l.file.ReadAt(h[:], 0); err != nil {
		return errTruncated
	}
	if says := int64(binary.LittleEndian.Uint32(h[4:])) + 8; says > l.item.Bytes {
		return errTruncated
	}
	return checkPicture(l)
}

func section(f io.ReaderAt, size int64) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 64<<10)
}

func configOf(media string, r io.Reader) (image.Config, error) {
	switch media {
	case "image/jpeg":
		return jpeg.DecodeConfig(r)
	case "image/png":
		return png.DecodeConfig(r)
	case "image/gif":
		return gif.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

func decodeOf(media string, r io.Reader) (image.Image, error) {
	switch media {
	case "image/jpeg":
		return jpeg.Decode(r)
	case "image/png":
		return png.Decode(r)
	case "image/gif":
		return gif.Decode(r)
	}
	return webp.Decode(r)
}

// derived are files that were made of one, by the ends of their keys.
type derived map[string]*os.File

func (d derived) discard() {
	for _, f := range d {
		discard(f)
	}
}

// make makes of a file what others may see.
func (r *Room) make(ctx context.Context, f *os.File, item *Item) (derived, error) {
	out := derived{}
	var err error
	switch {
	case item.Kind == Video:
		err = r.makeVideo(ctx, f, item, out)
	case item.Type == "image/heic":
		err = r.makeHEIC(ctx, f, item, out)
	default:
		err = r.makePhoto(f, item, out)
	}
	if err != nil {
		out.discard()
		return nil, err
	}
	return out, nil
}

func (r *Room) makePhoto(f *os.File, item *Item, out derived) error {
	leave := r.gate.enter(item.Width * item.Height)
	defer leave()
	m, err := decodeOf(item.Type, section(f, item.Bytes))
	if err != nil {
		return undecoded(f, item, err)
	}
	turn, taken := metadata(f, item)
	item.Taken = taken
	if turn >= 5 {
		item.Width, item.Height = item.Height, item.Width
	}
	return r.pictures(m, turn, item, out)
}

// ends are what a picture ends with.
var ends = map[string][]byte{"image/jpeg": []byte("\xff\xd9"), "image/png": []byte("IEND")}

// undecoded says why a picture could not be unpacked: without its end it was cut off, else it is damaged.
func undecoded(f io.ReaderAt, item *Item, err error) error {
	tail := make([]byte, min(item.Bytes, 64<<10))
	if _, err := f.ReadAt(tail, item.Bytes-int64(len(tail))); err != nil && err != io.EOF {
		return unavailable(err)
	}
	if end, known := ends[item.Type]; known && !bytes.Contains(tail, end) || !known && errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return errRead
}

// The longest side of what others see, in pixels, and how well it is kept.
const (
	fullSide, fullQuality   = 1600, 82
	thumbSide, thumbQuality = 320, 76
)

// pictures makes both sizes of a picture, and its hash.
func (r *Room) pictures(m image.Image, turn int, item *Item, out derived) error {
	full := upright(fit(m, fullSide), turn)
	thumb := fit(full, thumbSide)
	if item.Kind == Photo {
		item.Hash = perceptual(full)
	}
	for size, p := range map[Size]struct {
		m       image.Image
		quality int
	}{Full: {full, fullQuality}, Thumb: {thumb, thumbQuality}} {
		f, err := r.shelf.stage()
		if err != nil {
			return unavailable(err)
		}
		out["."+string(size)] = f
		w := bufio.NewWriter(f)
		if err := jpeg.Encode(w, p.m, &jpeg.Options{Quality: p.quality}); err != nil {
			return unavailable(err)
		}
		if err := w.Flush(); err != nil {
			return unavailable(err)
		}
	}
	item.Shown = true
	return nil
}

// fit makes a picture no longer than side, on white where it was transparent. What is small stays as it is.
func fit(m image.Image, side int) *image.RGBA {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(out, out.Bounds(), m, b.Min, draw.Over)
		return out
	}
	draw.CatmullRom.Scale(out, out.Bounds(), m, b, draw.Over, nil)
	return out
}

// upright turns a picture as the camera noted that it was held: 1 is upright, 2 to 8 are the other ways.
func upright(m *image.RGBA, turn int) *image.RGBA {
	if turn < 2 || turn > 8 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			to := [9][2]int{2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y}, 5: {y, x}, 6: {h - 1 - y, x}, 7: {h - 1 - y, w - 1 - x}, 8: {y, w - 1 - x}}[turn]
			copy(out.Pix[out.PixOffset(to[0], to[1]):][:4], m.Pix[m.PixOffset(x, y):][:4])
		}
	}
	return out
}

// metadata reads which way up a picture is and when it was taken. Nothing else is looked at, and what cannot be read is
// not known.
func metadata(f *os.File, item *Item) (turn int, taken time.Time) {
	turn = 1
	kinds := map[string]imagemeta.ImageFormat{"image/jpeg": imagemeta.JPEG, "image/png": imagemeta.PNG, "image/webp": imagemeta.WebP, "image/heic": imagemeta.HEIF}
	kind, known := kinds[item.Type]
	if !known {
		return turn, taken
	}
	defer func() { recover() }() // a stranger's metadata is not worth a picture
	var tags imagemeta.Tags
	_, err := imagemeta.Decode(imagemeta.Options{
		R: io.NewSectionReader(f, 0, item.Bytes), ImageFormat: kind, Sources: imagemeta.EXIF, LimitNumTags: 500, LimitTagSize: 200, Timeout: 2 * time.Second,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return t.Tag == "Orientation" && t.Namespace == "IFD0" || t.Tag == "DateTimeOriginal" || t.Tag == "OffsetTimeOriginal"
		},
		HandleTag: func(t imagemeta.TagInfo) error { tags.Add(t); return nil },
	})
	if err != nil && len(tags.EXIF()) == 0 {
		return turn, taken
	}
	if t, ok := tags.EXIF()["Orientation"]; ok {
		if n, ok := t.Value.(uint16); ok && n >= 1 && n <= 8 {
			turn = int(n)
		}
	}
	if at, err := tags.GetDateTime(); err == nil && at.Year() >= 1990 && at.Year() < 2200 {
		taken = at
	}
	return turn, taken
}

// gate bounds how many pictures are unpacked at once: a large one takes a few hundred megabytes for a second.
type gate struct {
	all   chan struct{}
	large *sync.Mutex
}

// largePixels is from where on a picture is unpacked alone.
const largePixels = 16_000_000

func newGate() gate {
	return gate{make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), new(sync.Mutex)}
}

// enter waits for a place, and gives what leaves it.
func (g gate) enter(pixels int) func() {
	g.all <- struct{}{}
	if pixels <= largePixels {
		return func() { <-g.all }
	}
	g.large.Lock()
	return func() { g.large.Unlock(); <-g.all }
}
