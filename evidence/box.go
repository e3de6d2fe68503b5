package evidence

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"
)

// HEIC, MP4 and MOV are made of boxes: a length, four letters, content, which may be boxes again. WebM is made of elements
// that are much the same. Walking along the outermost ones tells whether a file is whole: the last ends where the file
// does. What is inside is read only where a number is wanted from it.

// most is how many boxes are walked along: a long video in fragments has some thousands.
const most = 200_000

// box is one, without its header.
type box struct {
	kind     string
	from, to int64
}

// boxes calls f with the boxes of a stretch; f answers false to stop. Boxes that do not fill the stretch exactly are an
// error.
func boxes(r io.ReaderAt, from, to int64, f func(box) bool) error {
	for range most {
		if from == to {
			return nil
		}
		b, err := boxAt(r, from, to)
		if err != nil {
			return err
		}
		if !f(b) {
			return nil
		}
		from = b.to
	}
	return errRead
}

func boxAt(r io.ReaderAt, from, to int64) (box, error) {
	var h [16]byte
	if to-from < 8 {
		return box{}, errTruncated
	}
	if _, err := r.ReadAt(h[:8], from); err != nil {
		return box{}, errTruncated
	}
	b := box{kind: string(h[4:8]), from: from + 8}
	size := int64(binary.BigEndian.Uint32(h[:4]))
	switch size {
	case 0:
		size = to - from
	case 1:
		if n, err := r.ReadAt(h[8:], from+8); n < 8 {
			_ = err // whatever it was, the length is not there
			return box{}, errTruncated
		}
		size, b.from = int64(binary.BigEndian.Uint64(h[8:])), from+16
	}
	if size < b.from-from {
		return box{}, errRead
	}
	if size > to-from {
		return box{}, errTruncated
	}
	for _, c := range []byte(b.kind) {
		if c < ' ' || c > '~' && c != 0xa9 {
			return box{}, errRead
		}
	}
	b.to = from + size
	return b, nil
}

// inner finds a box by the path to it, in another.
func inner(r io.ReaderAt, from, to int64, path ...string) (found box, ok bool) {
	for i, kind := range path {
		ok = false
		boxes(r, from, to, func(b box) bool { // what is broken inside is not found, that is all
			if b.kind == kind {
				found, ok = b, true
			}
			return !ok
		})
		if !ok {
			return box{}, false
		}
		from, to = found.from, found.to
		if kind == "meta" && i < len(path)-1 {
			from += 4 // a version stands before its boxes
		}
	}
	return found, ok
}

// bytesOf reads the beginning of a box.
func bytesOf(r io.ReaderAt, b box, n int) []byte {
	out := make([]byte, min(int64(n), b.to-b.from))
	if _, err := r.ReadAt(out, b.from); err != nil && err != io.EOF {
		return nil
	}
	return out
}

// checkHEIC sees that a HEIC file is whole, and how large its picture is.
func checkHEIC(l *look) error {
	kinds, err := outermost(l)
	if err != nil {
		return err
	}
	if !kinds["meta"] || !kinds["mdat"] && !kinds["idat"] && !kinds["moov"] {
		return errTruncated
	}
	w, h := extentHEIC(l.file, l.item.Bytes)
	l.item.Width, l.item.Height = w, h
	return nil
}

// extentHEIC is the largest picture that a HEIC file speaks of: the whole, beside its tiles and its small preview.
func extentHEIC(r io.ReaderAt, size int64) (w, h int) {
	props, ok := inner(r, 0, size, "meta", "iprp", "ipco")
	if !ok {
		return 0, 0
	}
	boxes(r, props.from, props.to, func(b box) bool {
		if p := bytesOf(r, b, 12); b.kind == "ispe" && len(p) == 12 {
			x, y := int64(binary.BigEndian.Uint32(p[4:])), int64(binary.BigEndian.Uint32(p[8:]))
			if x*y > int64(w)*int64(h) && x < 1<<30 && y < 1<<30 {
				w, h = int(x), int(y)
			}
		}
		return true
	})
	return w, h
}

func outermost(l *look) (map[string]bool, error) {
	kinds := map[string]bool{}
	return kinds, boxes(l.file, 0, l.item.Bytes, func(b box) bool {
		if len(kinds) < 100 {
			kinds[b.kind] = true
		}
		return true
	})
}

// checkMovie sees that an MP4 or a MOV is whole, how large its picture is, and when it was taken.
func checkMovie(l *look) error {
	kinds, err := outermost(l)
	if err != nil {
		return err
	}
	if !kinds["moov"] || !kinds["mdat"] {
		return errTruncated // a phone writes the table of contents last
	}
	moov, _ := inner(l.file, 0, l.item.Bytes, "moov")
	boxes(l.file, moov.from, moov.to, func(b box) bool {
		switch b.kind {
		case "mvhd":
			l.item.Taken = made(bytesOf(l.file, b, 12))
		case "trak":
			if w, h := track(l.file, b); w*h > l.item.Width*l.item.Height {
				l.item.Width, l.item.Height = w, h
			}
		}
		return true
	})
	return nil
}

// epoch1904 is where the clocks of boxes begin.
var epoch1904 = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)

// made is the instant that a movie's header says it was made at.
func made(header []byte) time.Time {
	var s uint64
	switch {
	case len(header) == 12 && header[0] == 1:
		s = binary.BigEndian.Uint64(header[4:])
	case len(header) >= 8:
		s = uint64(binary.BigEndian.Uint32(header[4:]))
	}
	if s < 3_000_000_000 || s > 9_000_000_000 { // before 1999: a clock that was not set
		return time.Time{}
	}
	return epoch1904.Add(time.Duration(s) * time.Second)
}

// track is the size of a track's picture, the right way up; none for sound.
func track(r io.ReaderAt, trak box) (w, h int) {
	header, ok := inner(r, trak.from, trak.to, "tkhd")
	p := bytesOf(r, header, 96)
	if !ok || len(p) < 84 {
		return 0, 0
	}
	matrix := 40
	if p[0] == 1 {
		matrix = 52
	}
	if len(p) < matrix+44 {
		return 0, 0
	}
	at := func(i int) int { return int(int32(binary.BigEndian.Uint32(p[matrix+i:]))) }
	w, h = at(36)>>16, at(40)>>16
	if at(0) == 0 && at(16) == 0 {
		w, h = h, w
	}
	if w <= 0 || h <= 0 {
		return 0, 0
	}
	return w, h
}

// WebM.

var ebmlMagic = []byte("\x1a\x45\xdf\xa3")

const (
	idDocType = 0x4282
	idSegment = 0x18538067
	idVoid    = 0xec
)

// sniffEBML takes WebM, and not the other things that Matroska is.
func sniffEBML(head []byte) (*format, error) {
	r := bytes.NewReader(head)
	header, err := elementAt(r, 0, int64(len(head)))
	if err != nil {
		return nil, errType("this is neither a photo nor a video that we know")
	}
	for at := header.from; at < header.to; {
		e, err := elementAt(r, at, header.to)
		if err != nil {
			break
		}
		if e.id == idDocType {
			if name := strings0(head[e.from:e.to]); name == "webm" {
				return formatWebM, nil
			}
			return nil, errType("this is a Matroska video")
		}
		at = e.to
	}
	return nil, errType("this is neither a photo nor a video that we know")
}

func strings0(b []byte) string { return string(bytes.TrimRight(b, "\x00")) }

// element is one, without its header.
type element struct {
	id       uint64
	from, to int64
	endless  bool // recorded live: its length was not known
}

func elementAt(r io.ReaderAt, from, end int64) (element, error) {
	var e element
	id, n, err := number(r, from, end, false)
	if err != nil {
		return e, err
	}
	size, m, err := number(r, from+n, end, true)
	if err != nil {
		return e, err
	}
	e.id, e.from = id, from+n+m
	if size == 1<<(7*uint(m))-1 {
		e.endless, e.to = true, end
		return e, nil
	}
	if size > uint64(end-e.from) {
		return e, errTruncated
	}
	e.to = e.from + int64(size)
	return e, nil
}

// number reads a number whose first byte tells its length, with or without the mark of that.
func number(r io.ReaderAt, at, end int64, unmarked bool) (v uint64, length int64, err error) {
	var b [8]byte
	k, _ := r.ReadAt(b[:min(8, max(0, end-at))], at)
	if k == 0 || b[0] == 0 {
		return 0, 0, errTruncated
	}
	length = 1
	for mark := byte(0x80); b[0]&mark == 0; mark >>= 1 {
		length++
	}
	if int64(k) < length {
		return 0, 0, errTruncated
	}
	v = uint64(b[0])
	if unmarked {
		v &= 0xff >> uint(length)
	}
	for _, c := range b[1:length] {
		v = v<<8 | uint64(c)
	}
	return v, length, nil
}

// checkWebM sees that a WebM is whole: a header, and one segment up to the end.
func checkWebM(l *look) error {
	end := l.item.Bytes
	header, err := elementAt(l.file, 0, end)
	if err != nil {
		return err
	}
	for at := header.to; at < end; {
		e, err := elementAt(l.file, at, end)
		switch {
		case err != nil:
			return err
		case e.id == idSegment && e.to == end && e.to > e.from:
			return nil
		case e.id == idSegment: // something stands behind it
			return errSecond
		case e.id != idVoid:
			return errRead
		}
		at = e.to
	}
	return errTruncated
}
