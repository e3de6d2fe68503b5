package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"recourse"
)

const (
	// csvBuffer is the room at the beginning. Only a row longer than that makes it grow, and no row may
	// be longer than maxRow, which is how the memory of a reader stays bounded whatever the file holds.
	csvBuffer = 256 << 10
	// csvChunk is read at a time: a row that does not end is split again after each.
	csvChunk = 64 << 10
	// maxWaste bounds the bytes read twice because of broken quotes, so that a file made of them costs
	// seconds, not hours.
	maxWaste = 256 << 20
)

// csvTable splits text into rows. It is not encoding/csv because that gives up the rest of the file at a quote
// that is never closed, and holds a cell of any size. The rules:
//
//   - A cell that starts with a quote ends at the next single quote; behind it must come a delimiter or the end
//     of the row. Anything else is a fault of that row.
//   - A quote inside a cell that does not start with one stands for itself (5" pipe): nothing else can be meant.
//   - After a fault the reading goes on at the next line of text. A row over several lines that has not as many
//     cells as the header is taken for a lost quote: its first line alone is at fault.
//
// The last rule is what a merchant feels. With an inch sign typed at the start of one cell,
//
//	1001,"17 monitor,120.00
//	1002,mug,12.90
//
// a reader by the book takes everything up to the next quote for one cell, perhaps a thousand orders on.
// Here the first row is rejected with csv_quote and 1002 is read.
//
// Cells point into buf wherever they can, so that a row without doubled quotes costs no allocation. They
// are valid until next is called again, and whoever keeps them copies them.
type csvTable struct {
	src       io.Reader
	srcErr    error // what ended src; io.EOF at the end of the file
	buf       []byte
	at, end   int // the part of buf not yet split
	delimiter byte
	columns   int // of the header; 0 or less: not known
	waste     int
	row       int
	rec       record
}

// newCSVTable splits src, which must be UTF-8 as [decoded] gives it.
func newCSVTable(src io.Reader, delimiter byte) *csvTable {
	return &csvTable{src: src, buf: make([]byte, csvBuffer), delimiter: delimiter}
}

// width keeps the header's number of columns for [csvTable.swallowed].
func (t *csvTable) width(columns int) { t.columns = columns }

// next splits one row off.
//
// A row that is cut off at the buffer's end is split again from its beginning once there is more. That
// is cheaper than a splitter with a memory, since nearly all rows end within the buffer, and the size of
// a chunk bounds how often it can happen to a long one.
func (t *csvTable) next() (*record, error) {
	for {
		if t.at == t.end {
			if err := t.fill(); err != nil {
				return nil, err
			}
		}
		n, f := t.split(t.buf[t.at:t.end])
		if n == 0 && f == nil {
			if t.end-t.at >= maxRow {
				f = &fault{column: -1, code: "row_too_large", reason: fmt.Sprintf("the row has more than %d MiB", maxRow>>20)}
			} else if err := t.fill(); err != nil && err != io.EOF {
				return nil, err
			} else {
				continue // there is more of the row, or srcErr tells split that there is not
			}
		}
		return t.accept(n, f)
	}
}

// accept makes the record of n split bytes, or of the first line when a fault was found.
//
// Rows are counted as records and not as lines of text: a row with a line break in an address is one
// row, as it is in the spreadsheet that shows it. Every row at fault is read again from its second line,
// which a hostile file could make cost the square of its size; waste is the bound on that.
func (t *csvTable) accept(n int, f *fault) (*record, error) {
	t.row++
	t.rec.row, t.rec.fault, t.rec.clean = t.row, f, false
	if f == nil && t.swallowed(n) {
		f = &fault{column: -1, code: "csv_quote", reason: "the row runs over several lines and has not as many cells as the header",
			hint: "look for a quote that is not closed"}
		t.rec.fault = f
	}
	if f != nil {
		t.waste += n
		if t.waste > maxWaste {
			return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "csv_quotes", Position: recourse.Position{Line: t.row},
				Message: "too many broken quotes: this does not look like a table of the delimiter " + fmt.Sprintf("%q", t.delimiter)}
		}
		return &t.rec, t.salvage()
	}
	raw := t.buf[t.at : t.at+n]
	t.rec.clean = utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0
	t.at += n
	t.rec.fault = tooLarge(t.rec.cells)
	t.rec.sure = len(t.rec.cells)
	return &t.rec, nil
}

// swallowed reports whether the row just split most likely lost a quote and took the next rows for text.
//
// An address over two lines gives as many cells as the header and passes. A lost quote that happens to
// find its partner at the right number of cells is not seen here; its values are then checked like all
// others.
func (t *csvTable) swallowed(n int) bool {
	if t.columns <= 0 || len(t.rec.cells) == t.columns {
		return false
	}
	raw := bytes.TrimRight(t.buf[t.at:t.at+n], "\r\n")
	return bytes.IndexByte(raw, '\n') >= 0
}

// salvage takes the first line of a row at fault as cells without regard to quotes, and goes on behind it. A
// line longer than a row may be is dropped up to its end, of which only the beginning is kept.
//
// What it makes is for the reject file and for finding the order's number, not for reading. Only the
// cells left of the first quote are sure to be what they seem.
func (t *csvTable) salvage() error {
	line, whole, err := t.firstLine()
	if err != nil {
		return err
	}
	t.rec.cells, t.rec.sure = t.rec.cells[:0], -1
	for cell := range bytes.SplitSeq(bytes.TrimSuffix(line, []byte{'\r'}), []byte{t.delimiter}) {
		if t.rec.sure < 0 && bytes.HasPrefix(cell, []byte{'"'}) {
			t.rec.sure = len(t.rec.cells)
		}
		if len(t.rec.cells) < maxColumns {
			cell = bytes.ToValidUTF8(bytes.Clone(cell[:min(len(cell), maxCut)]), []byte("\uFFFD"))
			t.rec.cells = append(t.rec.cells, cell)
		}
	}
	if t.rec.sure < 0 {
		t.rec.sure = len(t.rec.cells)
	}
	if !whole {
		return t.skipLine()
	}
	return nil
}

// firstLine takes a line of text, or as much of it as a row may have.
func (t *csvTable) firstLine() (line []byte, whole bool, err error) {
	for {
		line = t.buf[t.at:t.end]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			t.at += i + 1
			return line[:i], true, nil
		}
		if len(line) >= maxRow {
			t.at = t.end
			return line, false, nil
		}
		if err := t.fill(); err == io.EOF {
			line = t.buf[t.at:t.end]
			t.at = t.end
			return line, true, nil
		} else if err != nil {
			return nil, false, err
		}
	}
}

// skipLine drops text up to the next end of line, without holding it.
func (t *csvTable) skipLine() error {
	for {
		t.at = t.end
		if err := t.fill(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if i := bytes.IndexByte(t.buf[t.at:t.end], '\n'); i >= 0 {
			t.at += i + 1
			return nil
		}
	}
}

// fill reads more, moving what is not yet split to the front and growing the buffer when a row needs it.
//
// Cells of the row before point into the buffer, which is why next must not be asked while they are
// still wanted. A source that gives nothing a hundred times over is an error, not a wait without end.
func (t *csvTable) fill() error {
	if t.srcErr != nil {
		return t.readError()
	}
	if t.at > 0 {
		t.end = copy(t.buf, t.buf[t.at:t.end])
		t.at = 0
	}
	if t.end == len(t.buf) {
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	had := t.end
	want := min(len(t.buf), had+csvChunk)
	for empty := 0; t.end < want && t.srcErr == nil; {
		n, err := t.src.Read(t.buf[t.end:])
		t.end += n
		t.srcErr = err
		if empty++; n > 0 {
			empty = 0
		} else if empty == 100 {
			t.srcErr = io.ErrNoProgress
		}
	}
	if t.end == had {
		return t.readError()
	}
	return nil
}

// readError is what ended the file: io.EOF, an error that already speaks our language, or the reader's own,
// with the row that could not be read.
//
// The row is told so that a person can see how far the book was good.
func (t *csvTable) readError() error {
	if t.srcErr == io.EOF {
		return io.EOF
	}
	if e, ok := errors.AsType[*recourse.Error](t.srcErr); ok {
		return e
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "book_read", Position: recourse.Position{Line: t.row + 1},
		Message: "the book cannot be read on from here", Err: t.srcErr}
}

// split cuts the first row of text into t.rec.cells and tells its length with the end of line. 0 without a
// fault: the row goes on behind text. With a fault the length is of what was looked at.
//
// One cell more than the limit is looked at and no further, so that a line of nothing but delimiters
// cannot make a list of millions. The list of cells is handed back and used again by the next row.
func (t *csvTable) split(text []byte) (n int, f *fault) {
	cells := t.rec.cells[:0]
	defer func() { t.rec.cells = cells }()
	for {
		var cell []byte
		var size int
		if n < len(text) && text[n] == '"' {
			cell, size, f = t.quoted(text[n:], len(cells))
		} else {
			cell, size = t.plain(text[n:])
		}
		if f != nil {
			return n + size, f
		}
		if size < 0 {
			return 0, nil
		}
		n += size
		cells = append(cells, cell)
		if len(cells) > maxColumns+1 {
			return n, &fault{column: maxColumns, code: "row_too_wide", reason: fmt.Sprintf("the row has more than %d cells", maxColumns)}
		}
		if n == len(text) {
			if t.srcErr != io.EOF {
				return 0, nil
			}
			return n, nil
		}
		switch text[n] {
		case '\n':
			return n + 1, nil
		case '\r':
			return t.lineEnd(text, n), nil
		}
		n++ // the delimiter
		if n == len(text) {
			if t.srcErr != io.EOF {
				return 0, nil
			}
			cells = append(cells, nil)
			return n, nil
		}
	}
}

// lineEnd is the length of the row with the carriage return at n and the line feed behind it; 0: not yet read.
func (t *csvTable) lineEnd(text []byte, n int) int {
	if n+1 < len(text) {
		return n + 2
	}
	if t.srcErr == io.EOF {
		return n + 1
	}
	return 0
}

// plain gives a cell without quotes and its length; it ends before a delimiter, an end of line or the end of text.
//
// A carriage return inside a cell stays: only the one right before a line feed, or at the very end of
// the file, ends a row.
func (t *csvTable) plain(text []byte) (cell []byte, size int) {
	delimiter := t.delimiter
	for i, c := range text {
		if c == delimiter || c == '\n' {
			if c == '\n' && i > 0 && text[i-1] == '\r' {
				i--
			}
			return text[:i], i
		}
	}
	if t.srcErr == io.EOF && len(text) > 0 && text[len(text)-1] == '\r' {
		return text[:len(text)-1], len(text) - 1
	}
	return text, len(text)
}

// quoted gives the text between quotes, doubled ones made single in place of a copy, and the length with the
// quotes; -1: the closing one is not in text.
//
// At the end of what has been read, a quote may be the closing one or the first of two; only more text
// can tell.
func (t *csvTable) quoted(text []byte, column int) (cell []byte, size int, f *fault) {
	doubled := false
	for i := 1; ; i += 2 {
		q := bytes.IndexByte(text[i:], '"')
		if q < 0 {
			return t.unclosed(text, column)
		}
		i += q
		switch {
		case i+1 == len(text):
			if t.srcErr != io.EOF {
				return nil, -1, nil
			}
		case text[i+1] == '"':
			doubled = true
			continue
		case text[i+1] != t.delimiter && !lineEnds(text[i+1:]):
			return nil, i, &fault{column: column, value: string(text[:min(i+2, 64)]), code: "csv_quote",
				reason: "there is text behind the closing quote of the cell", hint: `a quote inside a quoted cell is written twice: ""`}
		}
		cell = text[1:i]
		if doubled {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
		}
		return cell, i + 1, nil
	}
}

// lineEnds reports whether text starts with the end of a line, as far as it is there.
func lineEnds(text []byte) bool {
	return text[0] == '\n' || text[0] == '\r' && (len(text) == 1 || text[1] == '\n')
}

// unclosed asks for more text, unless there is none or the cell is already larger than one may be.
func (t *csvTable) unclosed(text []byte, column int) ([]byte, int, *fault) {
	if t.srcErr != io.EOF && len(text) <= maxCell {
		return nil, -1, nil
	}
	return nil, len(text), &fault{column: column, value: string(text[:min(len(text), 64)]), code: "csv_quote",
		reason: "the quote that opens the cell is not closed", hint: `a quote inside a quoted cell is written twice: ""`}
}
