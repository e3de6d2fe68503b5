package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"recourse"
)

// Bounds on what is held of a book at once.
const (
	maxOpen     = 64      // orders whose rows may still come
	maxHeld     = 8 << 20 // bytes of their rows
	maxRemember = 2 << 20 // orders remembered, in each of two generations
	maxUnknown  = 50      // different unknown words of status that are counted
)

// Batch is one order's events, oldest first.
//
// The rows are told so that what the book says can be looked up by hand. Between FirstRow and LastRow
// there may be rows of other orders.
type Batch struct {
	Order    string
	FirstRow int // of the book, from 1, the header's included
	LastRow  int
	Events   []recourse.Event
}

// Summary counts what has been read so far. Every row but the header is in exactly one of Blank, Rejected,
// History and the rows of Orders and of Empty.
//
// The sum is what a merchant can check against the last row number of the spreadsheet: nothing has
// silently fallen out between the file and the events. UnknownWords is the list to read first after a
// new export was mapped, since each word in it is something that the shop said and that was not
// understood.
type Summary struct {
	Rows         int // read, without the header
	Blank        int // rows of empty cells
	Rejected     int // rows in the reject file
	Orders       int // orders turned into events
	Events       int
	Lines        int            // lines of those orders
	Purchases    int            // purchases of those orders
	WithoutLine  int            // rows that tell of an order and of no line of it
	Empty        int            // orders left out since no row of theirs has a line
	History      int            // orders left out since their status has no time
	UnknownWords map[string]int // words of status that are no event of the profile, with their rows; the first 50
}

// Book is an order book being read. It is not for several goroutines at once.
//
// Its memory does not grow with the file. The open orders are bounded in number and bytes, drafts are
// used again, texts that repeat are shared in a store that forgets, and of orders already told only a
// hash is kept.
//
// An order is open from its first row until too many others are open behind it, or the book ends. Nobody
// has to sort an export first, as long as the rows of an order are not far apart.
type Book struct {
	match    Match
	encoding string // "": a workbook
	file     string
	table    table
	plan     *plan
	open     []*draft // by their first row
	last     *draft   // the order of the row before; nil: unknown
	suspect  int      // a row before this one that could belong to any order; 0: none
	held     int      // bytes of rows in open
	free     []*draft
	ready    []Batch
	begun    remembered // every order that was opened
	seed     maphash.Seed
	reader   rowReader
	teller   teller
	onReject func(Reject) error
	summary  Summary
	err      error
}

// OpenCSV starts reading a text file: encoding, delimiter and profile are found out from its beginning where
// the options do not say. Errors have the file's name and row 1: book_empty, column_missing, profile_none,
// profile_ambiguous, zone_missing and others.
//
// What the caller says wins over the profile, and the profile over what the bytes look like. A byte
// order mark wins over all of them.
func OpenCSV(r io.Reader, o Options) (*Book, error) {
	encoding, delimiter := o.Encoding, o.Delimiter
	if p := o.Profile; p != nil {
		encoding, delimiter = first(encoding, p.encoding), first(delimiter, p.delimiter)
	}
	encoding, err := parseEncoding(encoding)
	if err != nil {
		return nil, err
	}
	t, encoding, err := openCSV(r, encoding, delimiter)
	if err != nil {
		return nil, inFile(err, o.File)
	}
	b, err := open(t, o, false)
	if err != nil {
		return nil, inFile(err, o.File)
	}
	b.encoding = encoding
	return b, nil
}

// first is a if it says anything, else b.
func first[T comparable](a, b T) T {
	var nothing T
	if a != nothing {
		return a
	}
	return b
}

// Open reads a workbook or a text file, whichever the bytes are.
//
// The name's ending is not asked: people rename files, and a workbook called orders.csv is still a
// workbook.
func Open(r io.ReaderAt, size int64, o Options) (*Book, error) {
	var magic [4]byte
	if n, _ := r.ReadAt(magic[:], 0); n == len(magic) && string(magic[:]) == "PK\x03\x04" {
		return OpenXLSX(r, size, o)
	}
	return OpenCSV(io.NewSectionReader(r, 0, size), o)
}

// open reads the header and puts the profile to it.
//
// The profile is guessed only when none was named. A guess that two profiles would answer alike is an
// error and not a choice; see [Guess].
func open(t table, o Options, workbook bool) (*Book, error) {
	b := &Book{table: t, file: o.File, seed: maphash.MakeSeed(), onReject: func(Reject) error { return nil }}
	header, err := b.header()
	if err != nil {
		return nil, err
	}
	if o.Profile != nil {
		b.match = match(o.Profile, header)
	} else if b.match, err = Guess(header, o.among()); err != nil {
		return nil, err
	}
	if b.plan, err = newPlan(b.match.Profile, header, o); err != nil {
		return nil, err
	}
	b.plan.clock.serial = workbook
	t.width(len(header))
	b.summary.UnknownWords = map[string]int{}
	b.teller.source = "book:" + b.plan.profile.Name
	b.reader = rowReader{plan: b.plan, words: newWords(), unknown: b.summary.UnknownWords}
	return b, nil
}

// header is the first row that is not blank.
//
// Exports often begin with an empty line or empty cells. A header that is not text, or has a quote
// that does not close, does end the reading: without names of columns every row behind it would be
// guesswork. Empty names at its end are dropped, since spreadsheets save columns that were once touched.
func (b *Book) header() ([]string, error) {
	for {
		rec, err := b.table.next()
		if err == io.EOF {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "book_empty", Position: recourse.Position{Line: 1}, Message: "the book has no header"}
		}
		if err != nil {
			return nil, err
		}
		if rec.fault == nil {
			rec.fault = rec.checkText(nil)
		}
		if f := rec.fault; f != nil {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: f.code, Position: recourse.Position{Line: rec.row, Column: f.column + 1}, Message: "the header cannot be read: " + f.reason, Hint: f.hint}
		}
		if rec.blank() {
			continue
		}
		header := make([]string, len(rec.cells))
		for i, c := range rec.cells {
			header[i] = strings.TrimSpace(string(bytes.TrimPrefix(c, []byte("\uFEFF"))))
		}
		for len(header) > 1 && header[len(header)-1] == "" {
			header = header[:len(header)-1]
		}
		return header, nil
	}
}

// Match says which profile reads the book and what it finds in the header, to be shown to the one who reads it.
func (b *Book) Match() Match { return b.match }

// Encoding is the encoding that the text was read in; "" for a workbook.
func (b *Book) Encoding() string { return b.encoding }

// Header is the book's header, without the columns of a reject file: what [NewRejectWriter] wants.
func (b *Book) Header() []string { return slices.Clone(b.plan.header) }

// Summary counts what has been read so far.
func (b *Book) Summary() Summary {
	s := b.summary
	s.UnknownWords = maps.Clone(s.UnknownWords)
	return s
}

// OnReject sets what is called with each rejected row; an error of it ends the reading. Unset, rejects are only
// counted. Rows of one order come together; orders in the sequence of their last rows.
//
// A merchant with a bad file gets, through this, every row that was not understood, with the row's
// number, the column's name and a sentence, and can mend them in place with [RejectWriter].
func (b *Book) OnReject(f func(Reject) error) { b.onReject = f }

// All gives every order's batch. After an error, which is given with an empty batch, there are no more.
func (b *Book) All(ctx context.Context) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for {
			batch, err := b.Next()
			if err == nil {
				err = ctx.Err()
			}
			if err == io.EOF || !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// Next gives the next order's events, io.EOF when there are no more. Another error ends the reading: the file
// could not be read on, or an error of OnReject. Orders whose rows were not all read by then are not given.
//
// The error, once given, is given again by every later call.
func (b *Book) Next() (Batch, error) {
	for {
		if len(b.ready) > 0 {
			batch := b.ready[0]
			b.ready = b.ready[1:]
			return batch, nil
		}
		if b.err != nil {
			return Batch{}, b.err
		}
		b.ready = b.ready[:0]
		b.err = b.step()
	}
}

// step reads one row, or closes what is open at the end.
//
// At the end of a book that could be read to its end, the open orders are whole and are told. After any
// other error they are not: the row that would have blamed or completed one of them may be in the part
// that could not be read.
func (b *Book) step() error {
	rec, err := b.table.next()
	if err == io.EOF {
		for len(b.open) > 0 {
			if err := b.close(b.open[0]); err != nil {
				return err
			}
		}
		return io.EOF
	}
	if err != nil {
		return inFile(err, b.file)
	}
	b.summary.Rows++
	return b.take(rec)
}

// take puts a row to its order.
//
// The row is kept in its order even when it is at fault, so that the reject file has the order's rows
// together and complete. Once an order is blamed its later rows are kept and no longer read: what they
// say cannot make it good again.
func (b *Book) take(rec *record) error {
	if rec.fault == nil && rec.blank() {
		b.summary.Blank++
		return nil
	}
	if b.plan.skip > 0 && rec.fault == nil {
		for i := b.plan.skip; i < len(rec.cells); i++ {
			rec.cells[i] = unguard(rec.cells[i])
		}
	}
	b.fit(rec)
	d, err := b.draftOf(rec)
	if d == nil || err != nil {
		return err
	}
	if len(d.rows) == maxItems || len(d.text) > maxHeld {
		d.blame(rec.row, &fault{column: -1, code: "order_too_large", reason: fmt.Sprintf("the order has more than %d rows, or %d MiB", maxItems, maxHeld>>20)})
		return b.turnAway(rec, d.key, &fault{column: -1, code: "order_rejected", reason: "the order of this row is too large"})
	}
	before := len(d.text)
	d.keep(rec, b.plan.skip)
	b.held += len(d.text) - before
	if b.suspect > 0 && !b.plan.profile.perOrder {
		d.blame(b.suspect, unknownRow(b.suspect))
	}
	b.last, b.suspect = d, 0
	if rec.fault != nil {
		d.blame(rec.row, rec.fault)
	}
	if d.fault == nil {
		b.read(d, rec)
	}
	return b.relieve()
}

// fit checks a row's text and its number of cells. Cells behind the header's last are passed over when empty.
//
// A row with a cell too many is nearly always a delimiter that was not quoted:
//
//	order,title,price
//	1001,Mug, blue,12.90
//
// Every value behind that place has moved one column to the right, and read on trust would put a title
// into the price. Such a row is rejected even where the columns that are read happen to look well.
func (b *Book) fit(rec *record) {
	want := b.plan.columns
	for len(rec.cells) > want && len(bytes.TrimSpace(rec.cells[len(rec.cells)-1])) == 0 {
		rec.cells = rec.cells[:len(rec.cells)-1]
	}
	if rec.fault != nil && rec.fault.onlyUnused(b.plan.used) {
		rec.fault = nil
	}
	if rec.fault == nil && len(rec.cells) != want {
		rec.fault = &fault{column: -1, code: "row_ragged", reason: fmt.Sprintf("the row has %d cells, the header %d", len(rec.cells), want),
			hint: "look for a delimiter inside a cell that is not quoted, or a row cut off"}
		rec.sure = 1
	}
	if rec.fault == nil {
		rec.fault = rec.checkText(b.plan.used)
		rec.sure = len(rec.cells)
	}
}

// OrderNumber is an order's number as it is kept: without the # that Shopify shows in front of it, so that an order is one
// and the same whether an export, an agent or the shop itself tells it.
func OrderNumber(shown string) string { return string(orderNumber([]byte(strings.TrimSpace(shown)))) }

func orderNumber(shown []byte) []byte {
	if bare := bytes.TrimPrefix(shown, []byte{'#'}); len(bare) > 0 {
		return bare
	}
	return shown
}

// draftOf finds or opens the order of a row. Nil without an error: the row was turned away.
//
// The number of cells that can be trusted decides how far a fault reaches. If the order's number stands
// left of the place where the row broke, the row's order is known and is blamed. If it stands right of
// it the row could be anyone's, see [Book.lost].
//
// The key is compared behind the hash, as two order numbers may share one. The row before is asked first
// because it almost always is the answer.
func (b *Book) draftOf(rec *record) (*draft, error) {
	columns := b.plan.slots[0][fieldOrder]
	last := columns[len(columns)-1]
	if rec.fault != nil && (last-b.plan.skip >= rec.sure || last >= len(rec.cells)) {
		return nil, b.lost(rec, rec.fault)
	}
	r := &b.reader
	r.rec, r.slot, r.fault = rec, &b.plan.slots[0], nil
	key := r.id(fieldOrder)
	if r.fault != nil {
		return nil, b.lost(rec, r.fault)
	}
	if len(key) == 0 {
		return nil, b.lost(rec, &fault{column: last, field: fieldNames[fieldOrder], code: "order_missing", reason: "the row has no order number"})
	}
	key = orderNumber(key)
	hash := maphash.Bytes(b.seed, key)
	if b.last != nil && b.last.hash == hash && b.last.key == string(key) {
		return b.last, nil
	}
	if !b.scattered(rec) {
		if b.begun.add(hash) {
			return b.begin(string(key), hash), nil
		}
		for _, d := range b.open {
			if d.hash == hash && d.key == string(key) {
				return d, nil
			}
		}
	}
	b.last = nil
	return nil, b.turnAway(rec, string(key), &fault{column: last, field: fieldNames[fieldOrder], value: string(key), code: scatteredCode,
		reason: "other rows of this order stand far above in the book, and its events are told already", hint: "sort the whole book by this column and read it again; this row alone would make half an order"})
}

// scatteredCode marks rows that must not be read alone: a reject file that still has them gives them back.
const scatteredCode = "order_scattered"

// scattered recognises a row of a reject file that was there for want of its order's other rows. The reason,
// which the user need not have touched, is in the third column.
func (b *Book) scattered(rec *record) bool {
	return b.plan.skip > 0 && bytes.HasPrefix(rec.cells[2], []byte(scatteredCode))
}

// begin opens an order, in the room of one that is told.
func (b *Book) begin(key string, hash uint64) *draft {
	var d *draft
	if n := len(b.free); n > 0 {
		d, b.free = b.free[n-1], b.free[:n-1]
		d.reset()
	} else {
		d = &draft{}
	}
	d.key, d.hash = key, hash
	b.open = append(b.open, d)
	return d
}

// lost rejects a row whose order cannot be told. It may be a line of the order before it or behind it: both are
// rejected too, unless every row is an order of its own.
//
// For instance, where the second row lost a quote:
//
//	1001,mug,12.90
//	"1001,lamp,39.00
//	1002,chair,80.00
//
// Nobody can say whether the lamp was of 1001 or of 1002. To tell 1001 with the mug alone would make a
// complete order of half of one, so both are held back until the row is mended.
func (b *Book) lost(rec *record, f *fault) error {
	if b.last != nil && !b.plan.profile.perOrder {
		b.last.blame(rec.row, unknownRow(rec.row))
	}
	b.suspect, b.last = rec.row, nil
	return b.turnAway(rec, "", f)
}

// unknownRow is the fault of an order beside a row that nobody can read.
func unknownRow(row int) *fault {
	return &fault{column: -1, code: "order_uncertain", reason: fmt.Sprintf("row %d, beside this order, cannot be read and may be a line of it", row)}
}

// turnAway rejects a single row.
//
// Unlike the rows of a draft it is told at once, since there is no order it would have to wait for.
func (b *Book) turnAway(rec *record, order string, f *fault) error {
	cells := make([]string, 0, len(rec.cells))
	for _, c := range rec.cells[min(b.plan.skip, len(rec.cells)):] {
		cells = append(cells, string(c))
	}
	b.summary.Rejected++
	return b.onReject(b.plan.reject(rec.row, order, f, cells))
}

// read takes a row's values into its order.
func (b *Book) read(d *draft, rec *record) {
	if b.plan.profile.perOrder && len(d.rows) > 1 {
		d.blame(rec.row, &fault{column: b.plan.slots[0][fieldOrder][0], field: fieldNames[fieldOrder], value: d.key, code: "order_twice", reason: "the order is there twice, in a book with a row for each order"})
		return
	}
	r := &b.reader
	r.rec, r.slot, r.fault = rec, &b.plan.slots[0], nil
	if d.takeOrder(r); r.fault == nil {
		b.readLines(d, r)
	}
	if r.fault != nil {
		d.blame(rec.row, r.fault)
	}
}

// readLines reads the lines of a row: one, or all the items of an order that is a row.
//
// The first slot is always tried, since a row that has no line may still tell of the order. A row
// without a line is a fault only as long as its order has none: a shop that writes a row for shipping
// behind the articles does nothing wrong.
func (b *Book) readLines(d *draft, r *rowReader) {
	lines := 0
	for i := range b.plan.slots {
		r.slot = &b.plan.slots[i]
		if i > 0 && !r.hasLine() {
			continue
		}
		if d.takeLine(r) {
			lines++
		}
	}
	if d.lastLeft {
		d.left++
	}
	if lines > 0 || r.fault != nil {
		return
	}
	b.summary.WithoutLine++
	if !b.plan.profile.lineless && len(d.data.Items) == 0 {
		r.slot = &b.plan.slots[0]
		r.fail(fieldSKU, &fault{code: "line_missing", reason: "the row tells of no line: nothing was bought", hint: "say without_line: count in the profile if such rows are usual"})
	}
}

// relieve closes the oldest orders when too much is open.
//
// The oldest are the likeliest to be whole. A single order is never closed for its size here; one that
// outgrows the bound is rejected by [Book.take].
func (b *Book) relieve() error {
	for len(b.open) > maxOpen || b.held > maxHeld && len(b.open) > 1 {
		if err := b.close(b.open[0]); err != nil {
			return err
		}
	}
	return nil
}

// close turns a finished order into events, or rejects its rows.
//
// Its room goes to the next order that begins.
func (b *Book) close(d *draft) error {
	b.open = slices.Delete(b.open, slices.Index(b.open, d), slices.Index(b.open, d)+1)
	b.held -= len(d.text)
	if b.last == d {
		b.last = nil
	}
	b.finish(d)
	if d.fault != nil {
		for _, r := range d.rows {
			b.summary.Rejected++
			if err := b.onReject(b.plan.reject(r.row, d.key, d.faultOf(r.row), d.cells(r))); err != nil {
				return err
			}
		}
	}
	b.free = append(b.free, d)
	return nil
}

// faultOf is what to say of a row of a rejected order: its own fault, or that another row has one.
//
// So the reject file points at the one cell to mend, and the rows beside it say where that is.
func (d *draft) faultOf(row int) *fault {
	if row == d.faultRow || d.fault.code == "order_uncertain" {
		return d.fault
	}
	return &fault{column: -1, code: "order_rejected", reason: fmt.Sprintf("row %d of the same order is at fault: %s", d.faultRow, d.fault.reason)}
}

// finish counts a faultless order and makes its batch.
//
// An order without the instant at which it was placed is refused when the profile maps one, because
// every deadline is counted from it. A ship-by date is reckoned here and not row by row, since the
// purchase's own instant may come from a later row.
func (b *Book) finish(d *draft) {
	p := b.plan.profile
	if d.fault == nil && d.placed.IsZero() && p.sources[fieldPlaced].mapped() && len(d.data.Items) > 0 {
		d.blame(d.rows[0].row, &fault{column: b.plan.columnOf(fieldPlaced), field: fieldNames[fieldPlaced], code: "placed_missing", reason: "no row tells when the order was placed"})
	}
	switch {
	case d.fault != nil:
		return
	case d.left == len(d.rows):
		b.summary.History++
		return
	case len(d.data.Items) == 0:
		b.summary.Empty++
		return
	}
	for i := range d.purchases {
		if q := &d.purchases[i]; q.shipBy.IsZero() && p.sources[fieldShipBy].within > 0 {
			q.shipBy = earlierOr(q.placed, d.placed).Add(p.sources[fieldShipBy].within)
		}
	}
	batch := Batch{Order: d.key, FirstRow: d.rows[0].row, LastRow: d.rows[len(d.rows)-1].row, Events: b.teller.tell(d)}
	b.ready = append(b.ready, batch)
	b.summary.Orders++
	b.summary.Events += len(batch.Events)
	b.summary.Lines += len(d.data.Items)
	b.summary.Purchases += len(d.purchases)
}

// columnOf is a field's first column, -1 when the book has none.
func (pl *plan) columnOf(f field) int {
	if c := pl.slots[0][f]; len(c) > 0 {
		return c[0]
	}
	return -1
}

// inFile puts the file's name into an error's position.
func inFile(err error, file string) error {
	if e, ok := errors.AsType[*recourse.Error](err); ok && e.Position.File == "" {
		out := *e
		out.Position.File = file
		return &out
	}
	return err
}
