package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"recourse"
)

// Limits on a workbook. A sheet is read as a stream and may be large; its shared texts are held in memory.
const (
	maxSheet    = 4 << 30   // bytes of a sheet's XML
	maxPart     = 16 << 20  // bytes of the XML that describes the workbook
	maxShared   = 64 << 20  // bytes of shared texts
	maxTexts    = 4_000_000 // shared texts
	maxParts    = 20_000    // files in the archive
	bombFrom    = 32 << 20  // bytes from which on the ratio of compression is looked at
	maxBombRate = 300       // bytes of XML a byte of the archive may hold; sheets of numbers reach 30
)

// workbook is an XLSX file opened for one sheet. It is not excelize because that unpacks the whole archive to
// memory and temporary files before the first row (at a fifth of the speed, see
// BenchmarkXLSX), where a book of any size should stream.
//
// What is held is the archive's directory and the shared texts. The sheet itself is unpacked and read as
// it goes by, so its size costs time and not memory.
type workbook struct {
	archive  *zip.Reader
	shared   sharedTexts
	from1904 bool
	sheet    string // its path in the archive
	name     string
}

// sharedTexts are the texts that cells name by number.
//
// Laid end to end they cost four bytes each beside their letters, where a slice of strings would cost
// sixteen and an object for the collector.
type sharedTexts struct {
	text []byte
	ends []uint32
}

// at gives the i-th text; ok is false when there is none. It is capped so that nothing can be appended to it.
func (s *sharedTexts) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(s.ends) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.text[start:s.ends[i]:s.ends[i]], true
}

// OpenXLSX starts reading a sheet of a workbook: the one that the options or the profile name, else the first.
// Dates are a spreadsheet's serial numbers or texts; of a formula the value that was saved with it counts, it
// is never reckoned anew. Errors are those of [OpenCSV], and xlsx_damaged, xlsx_sheet, xlsx_bomb and xlsx_too_large.
func OpenXLSX(r io.ReaderAt, size int64, o Options) (*Book, error) {
	wanted := o.Sheet
	if p := o.Profile; p != nil {
		wanted = first(wanted, p.sheet)
	}
	w, err := openWorkbook(r, size, wanted)
	if err != nil {
		return nil, inFile(err, o.File)
	}
	t, err := w.open()
	if err != nil {
		return nil, inFile(err, o.File)
	}
	b, err := open(t, o, true)
	if err != nil {
		return nil, inFile(err, o.File)
	}
	b.plan.clock.from1904 = from1904(w.from1904)
	return b, nil
}

// openWorkbook reads all of a workbook but the rows: its list of sheets and its shared texts.
func openWorkbook(r io.ReaderAt, size int64, sheet string) (*workbook, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, xlsxError("xlsx_damaged", "the workbook is cut off or damaged: its directory cannot be read", "export or download it again", err)
	}
	if len(archive.File) > maxParts {
		return nil, xlsxError("xlsx_bomb", fmt.Sprintf("the workbook holds %d files, %d are the most", len(archive.File), maxParts), "", nil)
	}
	w := &workbook{archive: archive}
	if err := w.find(sheet); err != nil {
		return nil, err
	}
	return w, w.loadShared()
}

// xlsxError is the one form of what is wrong with a workbook.
func xlsxError(code, message, hint string, cause error) error {
	kind := recourse.Invalid
	if code == "xlsx_bomb" || code == "xlsx_too_large" {
		kind = recourse.TooLarge
	}
	return &recourse.Error{Kind: kind, Code: code, Message: message, Hint: hint, Err: cause}
}

// part opens a file of the archive, counting what it unpacks.
func (w *workbook) part(name string, most int64) (io.ReadCloser, error) {
	for _, f := range w.archive.File {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		src, err := f.Open()
		if err != nil {
			return nil, xlsxError("xlsx_damaged", fmt.Sprintf("the part %s of the workbook cannot be unpacked", name), "export it again", err)
		}
		return &guardedPart{ReadCloser: src, name: name, packed: int64(f.CompressedSize64), most: most}, nil
	}
	return nil, nil
}

// guardedPart ends the reading of a part that unpacks beyond all measure, and says so of one that is damaged.
//
// An archive of a few kilobytes can state and hold gigabytes of zeros. The ratio is only looked at
// beyond a size that does no harm, as small and very regular sheets do pack that well.
type guardedPart struct {
	io.ReadCloser
	name   string
	packed int64
	most   int64
	read   int64
}

// Read passes on what is unpacked until a limit is reached. The size that the archive states is not believed.
func (g *guardedPart) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	g.read += int64(n)
	switch {
	case g.read > g.most:
		return n, xlsxError("xlsx_too_large", fmt.Sprintf("the part %s of the workbook has more than %d MiB", g.name, g.most>>20), "split the book, or save it as CSV", nil)
	case g.read > bombFrom && g.read/max(1, g.packed) > maxBombRate:
		return n, xlsxError("xlsx_bomb", fmt.Sprintf("the part %s of the workbook unpacks to more than %d times its size: it is not a sheet that a spreadsheet wrote", g.name, maxBombRate), "", nil)
	case err != nil && err != io.EOF:
		return n, xlsxError("xlsx_damaged", fmt.Sprintf("the part %s of the workbook is cut off or damaged", g.name), "export or download it again", err)
	}
	return n, err
}

// walk reads a part of the workbook tag by tag. A part that is not there has none.
func (w *workbook) walk(name string, most int64, visit func(*xmlReader) error) error {
	src, err := w.part(name, most)
	if err != nil || src == nil {
		return err
	}
	defer src.Close()
	x := newXMLReader(src)
	for {
		if err := x.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return xmlFault(name, 0, err)
		}
		if err := visit(x); err != nil {
			return err
		}
	}
}

// xmlFault names the part, and the row where there is one, at which XML ended or broke.
func xmlFault(name string, row int, err error) error {
	if e, ok := errors.AsType[*recourse.Error](err); ok {
		out := *e
		out.Position.Line = row
		return &out
	}
	out := xlsxError("xlsx_damaged", fmt.Sprintf("the part %s of the workbook cannot be read: %v", name, err), "open it in a spreadsheet and save it again", err)
	out.(*recourse.Error).Position.Line = row
	return out
}

// sheetRef is a sheet as the workbook lists it.
type sheetRef struct{ name, rel string }

// find settles which sheet is read and where it lies.
func (w *workbook) find(wanted string) error {
	var sheets []sheetRef
	seen := false
	err := w.walk("xl/workbook.xml", maxPart, func(x *xmlReader) error {
		seen = true
		if x.kind != xmlOpen {
			return nil
		}
		switch string(x.name) {
		case "workbookPr":
			v := string(x.attr("date1904"))
			w.from1904 = v == "1" || v == "true"
		case "sheet":
			if len(sheets) < maxColumns {
				sheets = append(sheets, sheetRef{string(x.attr("name")), string(x.prefixed("id"))})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !seen {
		return xlsxError("xlsx_damaged", "the archive is no XLSX workbook: it has no xl/workbook.xml", "export a CSV or an XLSX; unpack an archive of several files first", nil)
	}
	targets, err := w.targets()
	if err != nil {
		return err
	}
	return w.choose(sheets, targets, wanted)
}

// targets are the paths of the worksheets by the ids of their relations.
func (w *workbook) targets() (map[string]string, error) {
	targets := map[string]string{}
	err := w.walk("xl/_rels/workbook.xml.rels", maxPart, func(x *xmlReader) error {
		if x.kind == xmlOpen && string(x.name) == "Relationship" && bytes.HasSuffix(x.attr("Type"), []byte("/worksheet")) && len(targets) < maxColumns {
			target := string(x.attr("Target"))
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[string(x.attr("Id"))] = strings.TrimPrefix(path.Clean(target), "/")
		}
		return nil
	})
	return targets, err
}

// choose takes the sheet of that name, or the first.
//
// A sheet that was named and is not there is an error, never the first one instead: it may be last
// year's.
func (w *workbook) choose(sheets []sheetRef, targets map[string]string, wanted string) error {
	var names []string
	for _, s := range sheets {
		target, ok := targets[s.rel]
		if !ok {
			continue // a chart
		}
		if wanted == "" || strings.EqualFold(strings.TrimSpace(s.name), strings.TrimSpace(wanted)) {
			w.sheet, w.name = target, s.name
			return nil
		}
		names = append(names, s.name)
	}
	if len(names) == 0 {
		return xlsxError("xlsx_sheet", "the workbook has no sheet", "", nil)
	}
	return xlsxError("xlsx_sheet", fmt.Sprintf("the workbook has no sheet %q", recourse.Shorten(wanted, 40)), recourse.Nearest(wanted, names), nil)
}

// loadShared reads the shared texts. Runs of a formatted text are joined; the reading aids of Japanese (rPh) are not text.
func (w *workbook) loadShared() error {
	aids, inText := false, false
	return w.walk("xl/sharedStrings.xml", maxShared*4, func(x *xmlReader) error {
		name := string(x.name)
		switch {
		case x.kind == xmlText:
			if inText && !aids {
				w.shared.text = append(w.shared.text, x.text...)
			}
		case name == "rPh":
			aids = x.kind == xmlOpen && !x.empty
		case name == "t":
			inText = x.kind == xmlOpen && !x.empty
		case name == "si" && (x.kind == xmlClose || x.empty):
			w.shared.ends = append(w.shared.ends, uint32(len(w.shared.text)))
		}
		if len(w.shared.text) > maxShared || len(w.shared.ends) > maxTexts {
			return xlsxError("xlsx_too_large", fmt.Sprintf("the workbook holds more than %d MiB or %d shared texts", maxShared>>20, maxTexts), "save the sheet as CSV", nil)
		}
		return nil
	})
}

// open starts the stream of the chosen sheet's rows.
func (w *workbook) open() (*sheetTable, error) {
	src, err := w.part(w.sheet, maxSheet)
	if err != nil {
		return nil, err
	}
	if src == nil {
		return nil, xlsxError("xlsx_damaged", fmt.Sprintf("the sheet %q is not in the workbook", recourse.Shorten(w.name, 40)), "export it again", nil)
	}
	return &sheetTable{book: w, src: src, xml: newXMLReader(src)}, nil
}

// sheetTable reads the rows of one sheet.
type sheetTable struct {
	book    *workbook
	src     io.Closer
	xml     *xmlReader
	columns int // of the header; 0: not known yet
	row     int
	rec     record
	text    []byte // of the row's cells that are not shared
	cell    cellState
	done    bool
}

// cellState is a cell being read.
type cellState struct {
	column  int
	kind    string // s, str, inlineStr, b, e, d, n
	start   int    // of its value in text
	collect bool   // texts belong to its value
	formula bool
	valued  bool
}

// width keeps the header's number of columns, to which rows are padded.
func (t *sheetTable) width(columns int) { t.columns = columns }

// next reads one row. Rows that the file leaves out are blank and not given, but they count.
//
// The number of a row is the one that the spreadsheet shows beside it, so that a reject can be found
// there even where empty rows were left out of the file.
func (t *sheetTable) next() (*record, error) {
	if t.done {
		return nil, io.EOF
	}
	t.rec = record{cells: t.rec.cells[:0], number: t.rec.number[:0]}
	t.text = t.text[:0]
	for {
		err := t.xml.next()
		if err == io.EOF && t.row == 0 {
			err = nil
			t.done = true
			return nil, io.EOF
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, xmlFault(t.book.sheet, t.row+1, err)
		}
		switch ended, err := t.token(); {
		case err != nil:
			return nil, err
		case t.done:
			return nil, io.EOF
		case ended:
			return t.finish(), nil
		}
	}
}

// token takes one tag or text into the row. ended: the row is whole.
func (t *sheetTable) token() (ended bool, err error) {
	x := t.xml
	switch {
	case x.kind == xmlText:
		if t.cell.collect && len(t.text) <= maxRow {
			t.text = append(t.text, x.text...)
		}
		return false, nil
	case x.kind == xmlClose:
		return t.closeTag(string(x.name))
	}
	switch string(x.name) {
	case "row":
		t.row++
		if n, err := strconv.Atoi(string(x.attr("r"))); err == nil && n > t.row && n < 1<<30 {
			t.row = n
		}
		return x.empty, nil
	case "c":
		t.openCell()
	case "v", "t":
		t.cell.collect = !x.empty
		t.cell.valued = true
	case "f":
		t.cell.formula = true
	}
	return false, nil
}

// closeTag ends a value, a cell, a row or the sheet.
func (t *sheetTable) closeTag(name string) (ended bool, err error) {
	switch name {
	case "row":
		return true, nil
	case "c":
		t.closeCell()
	case "v", "t":
		t.cell.collect = false
	case "sheetData":
		t.done = true
		return false, t.drain()
	}
	return false, nil
}

// drain reads the rest of the sheet, so that its checksum is compared: a damaged sheet is not half a book.
func (t *sheetTable) drain() error {
	defer t.src.Close()
	for {
		if err := t.xml.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return xmlFault(t.book.sheet, t.row, err)
		}
	}
}

// openCell makes place for a cell. A sheet leaves empty cells out, so the reference tells the column; without one
// it is the next.
func (t *sheetTable) openCell() {
	column := t.cell.column + 1
	if len(t.rec.cells) == 0 {
		column = 0
	}
	if c, ok := columnOf(t.xml.attr("r")); ok {
		column = c
	}
	t.cell = cellState{column: column, kind: cellKind(t.xml.attr("t")), start: len(t.text)}
	if column > maxColumns {
		t.fault(maxColumns, "row_too_wide", fmt.Sprintf("the row has more than %d cells", maxColumns), "")
		return
	}
	for len(t.rec.cells) <= column {
		t.rec.cells = append(t.rec.cells, nil)
		t.rec.number = append(t.rec.number, false)
	}
}

// cellKind shares the few words that there are.
func cellKind(b []byte) string {
	for _, k := range [...]string{"s", "n", "str", "inlineStr", "b", "e", "d"} {
		if string(b) == k {
			return k
		}
	}
	return "n"
}

// columnOf reads the column of a reference such as AB12, from 0.
func columnOf(ref []byte) (int, bool) {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > 1<<20 {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, n > 0
}

// closeCell puts the value read into its place.
//
// An error (#N/A) or a formula without a value is a fault of the cell, and costs the row only when its
// column is read. The number in a cell is kept as its text, in full, until it is known what it stands
// for.
func (t *sheetTable) closeCell() {
	c := t.cell
	if c.column > maxColumns || c.column >= len(t.rec.cells) {
		return
	}
	value := t.text[c.start:len(t.text):len(t.text)]
	switch c.kind {
	case "s":
		i := -1
		if len(value) > 0 && len(value) < 10 {
			i = digits(value)
		}
		shared, ok := t.book.shared.at(i)
		if !ok && c.valued {
			t.fault(c.column, "cell_damaged", "the cell names a shared text that is not there", "open the workbook in a spreadsheet and save it again")
		}
		value = shared
	case "b":
		value = []byte(map[bool]string{true: "TRUE", false: "FALSE"}[string(value) == "1"])
	case "e":
		t.fault(c.column, "cell_error", "the cell holds the error "+recourse.Shorten(string(value), 20), "mend it in the spreadsheet")
	case "n":
		t.rec.number[c.column] = len(value) > 0
		value = expandNumber(value)
	}
	if c.formula && !c.valued {
		t.fault(c.column, "formula_unsaved", "the cell holds a formula and no value was saved with it", "open the workbook in a spreadsheet and save it")
	}
	t.rec.cells[c.column] = value
}

// expandNumber writes 1.5E3 as 1500, which is what the cell shows. Others stay as they are.
func expandNumber(b []byte) []byte {
	if !bytes.ContainsAny(b, "eE") {
		return b
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || v >= 1e21 || v <= -1e21 {
		return b
	}
	return strconv.AppendFloat(nil, v, 'f', -1, 64)
}

// fault notes what is wrong with a cell. The first of a row stays.
func (t *sheetTable) fault(column int, code, reason, hint string) {
	if t.rec.fault == nil {
		t.rec.fault = &fault{column: column, code: code, reason: reason, hint: hint}
	}
}

// finish pads the row to the header's width: a sheet leaves empty cells out.
func (t *sheetTable) finish() *record {
	t.rec.row = t.row
	for len(t.rec.cells) < t.columns {
		t.rec.cells = append(t.rec.cells, nil)
		t.rec.number = append(t.rec.number, false)
	}
	if f := tooLarge(t.rec.cells); f != nil {
		t.rec.fault = f
	}
	t.rec.sure = len(t.rec.cells)
	return &t.rec
}
