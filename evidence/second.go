package evidence

import (
	"bytes"
	"encoding/binary"
	"io"
)

// A file can be a picture to one program and something else to another: an archive whose directory stands at the end, a
// document that a reader finds anywhere in the first bytes, a page in a comment. Nobody sends such a thing by accident. So
// a file that can be read as one of these is refused, although what others see is made anew in any case.
//
// What phones put behind a picture is taken: a second picture, a film of the moment, notes of the maker.

// window is how much of a file is looked at at a time, and overlap how much of it again with the next.
const (
	window  = 256 << 10
	overlap = 512
)

// second refuses a file with a second meaning.
func second(f io.ReaderAt, size int64) error {
	if archive(f, size) {
		return errSecond
	}
	buf := make([]byte, window)
	for at := int64(0); at < size; at += window - overlap {
		n, err := f.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return unavailable(err)
		}
		if active(buf[:n]) {
			return errSecond
		}
		if n < window {
			break
		}
	}
	return nil
}

// archive says that the end of a file is the end of a zip: a directory of files stands where the end says that it does.
// Programs that open zips look for it from the end, through a comment of up to 64 KiB.
func archive(f io.ReaderAt, size int64) bool {
	const header, comment = 22, 1 << 16
	tail := make([]byte, min(size, header+comment))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return false
	}
	for at := len(tail); at > 0; {
		if at = bytes.LastIndex(tail[:at], []byte("PK\x05\x06")); at < 0 {
			return false
		}
		if end := tail[at:]; len(end) >= header && directory(f, end, size-int64(len(end))) {
			return true
		}
	}
	return false
}

// directory says that the end of a zip tells of a directory that is there. Where a picture stands before the archive its
// offset may be counted from either beginning, so that the length is what is gone by.
func directory(f io.ReaderAt, end []byte, at int64) bool {
	length, offset := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	for _, from := range []int64{at - length, offset} {
		var sig [4]byte
		if n, _ := f.ReadAt(sig[:], max(0, from)); from >= 0 && n == 4 && string(sig[:]) == "PK\x01\x02" {
			return true
		}
	}
	return false
}

// active says that a stretch holds a page, a script or a document. Words that chance could make in a large file are asked
// to be followed by what follows them in earnest.
func active(b []byte) bool {
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], '<')
		if j < 0 {
			break
		}
		i += j + 1
		if markup(b[i:]) {
			return true
		}
	}
	for i := 0; ; {
		j := bytes.Index(b[i:], []byte("%PDF-"))
		if j < 0 {
			return false
		}
		i += j + 5
		if i+2 < len(b) && (b[i] == '1' || b[i] == '2') && b[i+1] == '.' {
			return true
		}
	}
}

// markups are beginnings of what a browser or a server would carry out.
var markups = [][]byte{[]byte("script"), []byte("html"), []byte("!doctype html"), []byte("iframe"), []byte("?php"), []byte("svg"), []byte("object"), []byte("embed")}

// markup says that what follows a < makes it active.
func markup(b []byte) bool {
	for _, m := range markups {
		if len(b) <= len(m) || !bytes.EqualFold(b[:len(m)], m) {
			continue
		}
		switch b[len(m)] {
		case '>', ' ', '\t', '\r', '\n', '/':
			return len(m) > 4 || plain(b[len(m):])
		}
	}
	return false
}

// plain says that what follows is text: chance makes a short word now and then, but not a line of letters behind it.
func plain(b []byte) bool {
	b = b[:min(len(b), 12)]
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}
