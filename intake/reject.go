package intake

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"recourse"
)

// Reject is a row that was not turned into events, and why. When one row of an order is at fault, all its rows
// are rejected, each saying so: an order that lacks a line would be refunded wrongly.
//
// The code is for programs and does not change; reason and hint are for people and may be worded better
// at any time. One row of a reject file looks like this:
//
//	57,Price,"amount_ambiguous: the number can be read in two ways: … ",1001,mug,"1,234"
//
// Row 57 of the merchant's file is where to look, and the cells behind are that row as it was.
type Reject struct {
	Row    int      // of the book, from 1, the header's included
	Column int      // from 1; 0: the row as a whole
	Name   string   // the column's name in the header
	Order  string   // the order's number, "" where it is not known
	Field  string   // the field of the profile that the column was read as
	Value  string   // the offending value, shortened
	Code   string   // stable, snake_case
	Reason string   // one sentence for a person
	Hint   string   // what to do, where that is not plain
	Cells  []string // the row, as the header has its columns
}

// String is the reason with all that belongs to it, on one line.
func (r Reject) String() string {
	s := r.Code + ": " + r.Reason
	if r.Value != "" {
		s += `: "` + r.Value + `"`
	}
	if r.Hint != "" {
		s += " (" + r.Hint + ")"
	}
	return s
}

// reject makes a Reject of a fault. cells are without the columns of a reject file.
func (pl *plan) reject(row int, order string, f *fault, cells []string) Reject {
	r := Reject{Row: row, Order: order, Field: f.field, Value: recourse.Shorten(f.value, 60), Code: f.code, Reason: f.reason, Hint: f.hint, Cells: cells}
	if f.column >= 0 {
		r.Column, r.Name = f.column+1, pl.columnName(f.column)
	}
	return r
}

// RejectWriter writes rejected rows as a book of their own: a CSV in UTF-8 with the header of the book they came
// from and, in front, the row, the column and the reason. Corrected in any editor or spreadsheet, it is read by
// the same profile like any other book; the columns in front are then passed over.
//
// The way back is the point. A merchant mends the cell that is named, keeps the columns in front or not,
// and reads the file again; an order whose rows are all there is then told as if it had been right from
// the beginning.
type RejectWriter struct {
	out     *csv.Writer
	columns int
	err     error
}

// NewRejectWriter starts a reject file for a book with that header, see [Book.Header].
func NewRejectWriter(w io.Writer, header []string) *RejectWriter {
	rw := &RejectWriter{out: csv.NewWriter(w), columns: len(header)}
	// Unguarded: the header is read by name, and it comes from the same file as the profile's match.
	rw.err = rw.out.Write(append(append([]string(nil), rejectColumns...), header...))
	return rw
}

// Write adds a row. A row of fewer or more cells than the header is written with all it has.
func (w *RejectWriter) Write(r Reject) error {
	if w.err != nil {
		return w.err
	}
	at := r.Name
	if at == "" && r.Column > 0 {
		at = strconv.Itoa(r.Column)
	}
	out := append(make([]string, 0, len(rejectColumns)+len(r.Cells)), strconv.Itoa(r.Row), guard(at), guard(r.String()))
	for _, c := range r.Cells {
		out = append(out, guard(strings.ToValidUTF8(c, "\uFFFD")))
	}
	w.err = w.out.Write(out)
	return w.err
}

// Close writes out what is still held. It does not close the writer below.
func (w *RejectWriter) Close() error {
	if w.err == nil {
		w.out.Flush()
		w.err = w.out.Error()
	}
	return w.err
}

// guard puts an apostrophe before text that a spreadsheet would run as a formula. What looks guarded already
// gets one more, so that [unguard] gives back exactly what was there.
//
// A title of =HYPERLINK(…) in a stranger's order would otherwise run on the merchant's machine when the
// reject file is opened.
func guard(s string) string {
	if isFormula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// isFormula reports whether a spreadsheet would run the text, or cut it at a tab or a carriage return and run
// the rest.
func isFormula(s string) bool {
	return strings.IndexAny(s, "=+-@\t\r\n|＝＋－＠") == 0
}

// unguard takes the apostrophe of a reject file off again.
func unguard(cell []byte) []byte {
	if len(cell) > 1 && cell[0] == '\'' && isFormula(string(bytes.TrimLeft(cell[:min(len(cell), 64)], "'"))) {
		return cell[1:]
	}
	return cell
}
