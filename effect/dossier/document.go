// Package dossier makes one PDF of a case, for somebody outside who has to judge it: the agent and the marketplace behind a
// claim, a bank in a dispute. What happened, what the buyer said, the photos with their checksums, the way of the parcel,
// and the proof that nothing of it was written afterwards.
//
//	document.go  a document: sections of blocks, which know nothing of cases or of PDF
//	font.go      two families of letters, and which of them has a character
//	line.go      texts into lines, of whatever scripts
//	page.go      blocks onto pages
//	picture.go   photos small enough to be sent
//	read.go      a case, as it is kept
//	claim.go     the document of a claim
//	chargeback.go  the document of a dispute, for a bank
//
// The same case at the same point of its history gives the same bytes.
package dossier

import "time"

// Document is a document, in its reader's words. Texts may be of any script; line breaks in them are kept.
type Document struct {
	Lang      string // BCP 47, of the words
	Shop      string // who hands it in
	Kind      string // what it is, as in «Claim dossier»
	Title     string // what it is about
	Subtitle  string // the trouble
	Reference string // by which it is named in letters
	Date      string // the day that it tells the state of
	Asked     Asked
	Facts     []Fact // on the cover
	Contents  string // the heading of the list of sections with their pages; "": there is none
	Sections  []Section
	Page      string    // «Page {page} of {pages}»
	Made      time.Time // the instant that the file names as that of its making; not the clock's, so that bytes repeat
}

// Asked says what the document is for.
type Asked struct{ Label, Text string }

// Fact is a value with its name.
type Fact struct {
	Label, Value string
	Sum          bool // a checksum: a long word that is to stay in one line
}

// Section is a chapter.
type Section struct {
	Title  string
	Blocks []Block
}

// Block is a part of a section: exactly one of its fields is set.
type Block struct {
	Text   string // a paragraph
	Note   string // a paragraph that explains, in small letters
	Facts  []Fact
	Table  *Table
	Quote  *Quote
	Photos []Photo
}

// Table is rows under headings. A cell may be of several lines.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// Column is a column of a table.
type Column struct {
	Title string
	Share float64 // of the width; all together 1
	Small bool    // figures that are compared and not read: checksums
}

// Quote is what somebody said, in their own words.
type Quote struct {
	Who  string // and when
	Text string
}

// Photo is a picture with what is known of it.
type Photo struct {
	JPEG    []byte // nil: it cannot be shown
	Title   string
	Caption []string
	Sum     string // of the file
}
