package main

import (
	"io"
	"strconv"
)

// repeat reads a book's text again and again as one long book: the header once, then all rows as often as wanted. So
// that no order comes twice, its number, which stands first in every row, gets the repetition's before it. The text is
// held once, whatever the book's length.
type repeat struct {
	text   []byte
	rows   []int // where each row begins in text; one more: the end
	times  int   // repetitions
	left   int   // rows still to come; below nothing: all of the repetitions
	at     int   // the row to come
	begun  int   // repetitions begun
	prefix []byte
	rest   []byte // of the row in hand
}

// newRepeat repeats a book; most bounds the rows, 0 does not.
func newRepeat(text []byte, times, most int) *repeat {
	r := &repeat{text: text, rows: rowsOf(text), times: times, left: -1}
	if most > 0 {
		r.left = most
	}
	// The header goes first, without a number, and the row behind the last one makes next begin a repetition.
	r.rest = text[:r.rows[0]]
	r.at = len(r.rows) - 1
	return r
}

// rowsOf finds where the rows behind the header begin. A line break inside quotes begins none.
func rowsOf(text []byte) []int {
	var rows []int
	quoted := false // a doubled quote turns it twice
	for i, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			rows = append(rows, i+1)
		}
	}
	if len(rows) == 0 || rows[len(rows)-1] != len(text) {
		rows = append(rows, len(text))
	}
	return rows
}

// Read implements io.Reader.
func (r *repeat) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(r.rest) == 0 && !r.next() {
			break
		}
		c := copy(p[n:], r.rest)
		r.rest = r.rest[c:]
		n += c
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// next takes the next row in hand: its prefix first, then its text. It reports whether there is one.
//
// A row comes in two pieces, so that no copy of it with its new number is ever made: to feed
// the reader should cost next to nothing of what is measured.
func (r *repeat) next() bool {
	if len(r.prefix) > 0 {
		r.rest, r.prefix = r.text[r.rows[r.at]:r.rows[r.at+1]], r.prefix[:0]
		r.at++
		return true
	}
	if r.left == 0 {
		return false
	}
	if r.at == len(r.rows)-1 {
		if r.begun == r.times || len(r.rows) == 1 {
			return false
		}
		r.at, r.begun = 0, r.begun+1
	}
	r.left--
	r.prefix = append(strconv.AppendInt(r.prefix, int64(r.begun), 10), '-')
	r.rest = r.prefix
	return true
}
