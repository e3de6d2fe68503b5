package intake

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Limits on what a stranger's file may hold. They are far above what order books hold and far below what would
// hurt: a book that passes them is refused, or the row is, with the limit in the message.
const (
	// A table holds one row at a time, so that these bound its memory as well.
	maxCell    = 1 << 20 // bytes of one cell
	maxColumns = 2_000
	maxRow     = 4 << 20 // bytes of one row
)

// record is one row of a book as cells of UTF-8 text, whatever the format of the file.
//
// sure is what makes salvage honest: left of it the cells are as written, right of it they are a guess
// at where the row was meant to be cut. number matters for amounts, times and ids alone, which a
// workbook keeps in binary.
type record struct {
	row    int      // from 1, the header's included: the number that a spreadsheet shows beside it
	cells  [][]byte // valid until the next row is asked for
	number []bool   // which cells the format itself calls numbers (XLSX); nil: none
	clean  bool     // the cells are known to be text
	sure   int      // with a fault: how many cells from the left are what they seem
	fault  *fault   // why the row cannot be used as it is; its cells are then what could be made out
}

// table is a source of records, a CSV or an XLSX file. next gives io.EOF behind the last row; any other error
// ends the reading, while what is wrong with a single row is told by the record's fault.
type table interface {
	next() (*record, error)
	// width tells the number of columns once the header is known, so that a row that swallowed its
	// neighbours through a lost quote can be told from one that is long by right.
	width(columns int)
}

// fault is what is wrong with a row or a cell, before it is known which order that concerns.
//
// The reason is a whole thought without the value, which stands beside it shortened; the hint says what
// to do, and is left out where that is plain.
type fault struct {
	column int // from 0; -1: the row as a whole
	field  string
	value  string
	code   string
	reason string
	hint   string
}

// isNumber reports whether the format of the file calls that cell a number.
func (r *record) isNumber(column int) bool { return column < len(r.number) && r.number[column] }

// blank reports whether every cell is empty.
func (r *record) blank() bool {
	for _, c := range r.cells {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// checkText finds the first cell, of those that are used (nil: all), that is no text: bytes that are not UTF-8,
// or a NUL, which no order book holds and which databases refuse.
func (r *record) checkText(used []bool) *fault {
	if r.clean {
		return nil
	}
	for i, c := range r.cells {
		switch {
		case used != nil && !used[i]:
		case bytes.IndexByte(c, 0) >= 0:
			return &fault{column: i, value: string(c), code: "cell_binary", reason: "the cell holds a NUL byte and is no text"}
		case !utf8.Valid(c):
			return &fault{column: i, value: string(c), code: "cell_encoding", reason: "the cell is not valid text in the file's encoding",
				hint: "name the encoding that the file is in: utf-8, utf-16le, utf-16be, gb18030 or windows-1252"}
		}
	}
	return nil
}

// tooLarge finds a cell or a row beyond the limits, and then cuts the cells short, since they are kept for the
// reject file.
//
// The reject file gets the beginnings, enough to find the row by.
func tooLarge(cells [][]byte) (f *fault) {
	total := 0
	for i, c := range cells {
		total += len(c)
		if len(c) > maxCell && f == nil {
			f = &fault{column: i, value: string(c[:64]), code: "cell_too_large", reason: fmt.Sprintf("the cell has %d bytes, %d are the most", len(c), maxCell)}
		}
	}
	switch {
	case len(cells) > maxColumns:
		f = &fault{column: maxColumns, code: "row_too_wide", reason: fmt.Sprintf("the row has %d cells, %d are the most", len(cells), maxColumns)}
	case total > maxRow && f == nil:
		f = &fault{column: -1, code: "row_too_large", reason: fmt.Sprintf("the row has %d bytes, %d are the most", total, maxRow)}
	}
	if f != nil {
		for i := range cells {
			cells[i] = cells[i][:min(len(cells[i]), maxCut)]
		}
	}
	return f
}

// maxCut is how much of a cell is kept of a row that is too large to be kept whole.
const maxCut = 1 << 10

// onlyUnused reports whether the fault is of one cell, in a column that nothing is read from.
//
// A broken formula in a column of the merchant's own notes must not cost the order. Faults of the row's
// shape are never passed over: they put the other columns in doubt.
func (f *fault) onlyUnused(used []bool) bool {
	if f.column < 0 || f.column >= len(used) || used[f.column] {
		return false
	}
	switch f.code {
	case "cell_too_large", "cell_error", "cell_damaged", "formula_unsaved":
		return true
	}
	return false
}
