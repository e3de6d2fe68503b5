package intake

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// Limits on what becomes of a row; they are those of the nouns, or narrower.
const (
	maxText  = 10_000 // bytes of any text
	maxID    = 200    // bytes of the number of an order, a purchase or a parcel
	maxItems = 1_000  // lines of an order
)

// rowReader turns the cells of one row into values. The first fault stops it: what it gives after that is
// nothing, and the row is rejected.
//
// It is made once for a book and pointed at one row after the other. Since a fault is kept and not
// returned, the reading of a row is a plain list of fields; whoever asks looks at fault before using
// what was given.
type rowReader struct {
	*plan
	rec     *record
	slot    *slot
	words   *words
	last    [fieldCount]string // what each field held before, which it often holds again
	unknown map[string]int     // words of status, see [Summary]
	number  int                // of the line being read, told or counted; 0: the row has none
	scratch []byte
	fault   *fault
}

// fail notes a fault at a field's first column.
func (r *rowReader) fail(f field, bad *fault) {
	if r.fault != nil {
		return
	}
	r.fault = bad
	bad.field, bad.column = fieldNames[f], -1
	if c := r.slot[f]; len(c) > 0 {
		bad.column = c[0]
	}
}

// raw gives the trimmed text of a field, several columns joined with a blank; empty when it is not in the file.
func (r *rowReader) raw(f field) []byte {
	return r.join(r.slot[f])
}

// join gives the text of columns; that of several is valid until join is called again.
//
// A single column is given as it lies in the table's buffer, which is valid for as long as the row.
func (r *rowReader) join(columns []int) []byte {
	switch len(columns) {
	case 0:
		return nil
	case 1:
		return trim(r.rec.cells[columns[0]])
	}
	r.scratch = r.scratch[:0]
	for _, c := range columns {
		if cell := trim(r.rec.cells[c]); len(cell) > 0 {
			if len(r.scratch) > 0 {
				r.scratch = append(r.scratch, ' ')
			}
			r.scratch = append(r.scratch, cell...)
		}
	}
	return r.scratch
}

// trim takes blanks off both ends, no-break spaces among them.
func trim(b []byte) []byte {
	if n := len(b); n == 0 || b[0] > ' ' && b[0] < 0x80 && b[n-1] > ' ' && b[n-1] < 0x80 {
		return b
	}
	return bytes.TrimFunc(b, func(r rune) bool { return isSpace(r) || r == '\uFEFF' })
}

// text gives a field's text, or its constant.
//
// A column of suppliers or countries says the same in row after row; the text of the row before is then
// given again, without a look at the store.
func (r *rowReader) text(f field) string {
	b := r.raw(f)
	if len(b) == 0 {
		return r.profile.sources[f].value
	}
	if len(b) > maxText {
		r.fail(f, &fault{value: string(b[:64]), code: "text_too_long", reason: "the text has " + strconv.Itoa(len(b)) + " bytes, " + strconv.Itoa(maxText) + " are the most"})
		return ""
	}
	if r.last[f] != string(b) {
		r.last[f] = r.words.get(b)
	}
	return r.last[f]
}

// code gives a postcode or a phone number, without the apostrophe by which exporters keep spreadsheets from
// taking it for a number and dropping its zeros.
func (r *rowReader) code(f field) string { return strings.TrimPrefix(r.text(f), "'") }

// id gives the text of a field that names something, which must be short and exact.
//
// A spreadsheet keeps fifteen digits of a number. Of the tracking number 420941071234567890123 it has
// only the beginning and a row of zeros, which would be another parcel's number or nobody's, and nothing
// in the file can bring the rest back.
func (r *rowReader) id(f field) []byte {
	b := r.raw(f)
	switch {
	case len(b) > maxID:
		r.fail(f, &fault{value: string(b[:64]), code: "id_too_long", reason: "a number or name of " + strconv.Itoa(len(b)) + " bytes, " + strconv.Itoa(maxID) + " are the most"})
	case len(b) > 15 && len(r.slot[f]) == 1 && r.rec.isNumber(r.slot[f][0]):
		r.fail(f, &fault{value: string(b), code: "id_inexact", reason: "the spreadsheet keeps this as a number and has lost its last digits", hint: "export it again with the column as text"})
	default:
		return b
	}
	return nil
}

// compose gives an id that a field holds or a template puts together; empty when one of its parts is.
//
// An id with a part missing would be the same for all rows that lack it, and make one purchase of many.
func (r *rowReader) compose(f field, order, purchase string, into []byte) []byte {
	parts := r.profile.sources[f].template
	if len(parts) == 0 {
		return append(into, r.id(f)...)
	}
	for _, p := range parts {
		if !p.isRef {
			into = append(into, p.text...)
			continue
		}
		before := len(into)
		switch p.field {
		case fieldOrder:
			into = append(into, order...)
		case fieldPurchase:
			into = append(into, purchase...)
		case fieldLine:
			if r.number > 0 {
				into = strconv.AppendInt(into, int64(r.number), 10)
			}
		default:
			into = append(into, r.id(p.field)...)
		}
		if len(into) == before {
			return into[:0]
		}
	}
	return into
}

// when gives a field's time, zero for an empty cell.
func (r *rowReader) when(f field) time.Time {
	return r.whenIn(r.slot[f], f)
}

// whenIn gives the time in columns that belong to no field of their own, those of a status.
func (r *rowReader) whenIn(columns []int, f field) time.Time {
	b := r.join(columns)
	if len(b) == 0 {
		return time.Time{}
	}
	at, bad := r.clock.parse(b, r.rec.isNumber(columns[0]))
	if bad != nil {
		bad.column = columns[0]
		r.failAt(f, bad)
	}
	return at
}

// failAt notes a fault whose column is known.
func (r *rowReader) failAt(f field, bad *fault) {
	if r.fault == nil {
		bad.field, r.fault = fieldNames[f], bad
	}
}

// money gives a field's amount, nothing for an empty cell.
func (r *rowReader) money(f field, currency recourse.Currency) recourse.Money {
	return r.moneyIn(r.slot[f], f, currency)
}

// moneyIn gives the amount in columns. Numbers of a workbook have a point whatever the profile says: its
// decimal mark is of texts.
func (r *rowReader) moneyIn(columns []int, f field, currency recourse.Currency) recourse.Money {
	b := r.join(columns)
	if len(b) == 0 {
		return recourse.Money{}
	}
	mark := r.profile.mark
	if r.rec.isNumber(columns[0]) {
		mark, b = markPoint, cleanFloat(b)
	}
	m, bad := parseAmount(b, mark, currency)
	if bad != nil {
		bad.column = columns[0]
		r.failAt(f, bad)
	}
	return m
}

// cleanFloat takes the dust off a number that a spreadsheet stored in binary: 12.899999999999999 is shown there,
// and was meant, as 12.9. What is left after six decimals is dust in any amount or measure; below a milliard
// the binary form is exact that far.
func cleanFloat(b []byte) []byte {
	if point := bytes.IndexByte(b, '.'); point < 0 || len(b)-point <= 7 {
		return b
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.Abs(v) >= 1e9 {
		return b
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', 6, 64), 64)
	return strconv.AppendFloat(nil, v, 'f', -1, 64)
}

// currencyOf is the currency of the row; known is what earlier rows of its order said.
//
// The row's own column counts first, then what the order's earlier rows said, then the option or the
// profile.
func (r *rowReader) currencyOf(known recourse.Currency) recourse.Currency {
	b := r.raw(fieldCurrency)
	if len(b) == 0 {
		if known == "" {
			return r.currency
		}
		return known
	}
	c, err := recourse.ParseCurrency(r.words.get(b))
	if err != nil {
		r.fail(fieldCurrency, moneyFault(b, err))
	}
	return c
}

// measure gives a weight in grams or a length in millimetres; 0 for an empty cell.
func (r *rowReader) measure(f field, units map[string]float64) int {
	b := r.raw(f)
	if len(b) == 0 {
		return 0
	}
	mark := r.profile.mark
	if r.rec.isNumber(r.slot[f][0]) {
		mark, b = markPoint, cleanFloat(b)
	}
	n, bad := parseMeasure(b, mark, r.profile.sources[f].factor, units)
	if bad != nil {
		r.fail(f, bad)
	}
	return n
}

// size gives length, width and height from three columns or one.
func (r *rowReader) size() (s recourse.Size) {
	if b := r.raw(fieldSize); len(b) > 0 {
		s, bad := parseSize(b, r.profile.mark, r.profile.sources[fieldSize].factor)
		if bad != nil {
			r.fail(fieldSize, bad)
		}
		return s
	}
	return recourse.Size{r.measure(fieldLength, lengthUnits), r.measure(fieldWidth, lengthUnits), r.measure(fieldHeight, lengthUnits)}
}

// country gives a country's code from a code or a name; "" for an empty cell.
func (r *rowReader) country(f field) string {
	b := r.raw(f)
	if len(b) == 0 {
		b = []byte(r.profile.sources[f].value)
		if len(b) == 0 {
			return ""
		}
	}
	code, ok := country(b)
	if !ok {
		r.fail(f, &fault{value: string(b), code: "country_unknown", reason: "unknown country", hint: "write its two letters (ISO 3166) or its English name"})
	}
	return code
}

// leg gives the leg that a cell or the profile names.
func (r *rowReader) leg(f field) recourse.Leg {
	s := r.text(f)
	switch l := recourse.Leg(strings.ToLower(s)); l {
	case "", recourse.Domestic, recourse.International:
		return l
	}
	r.fail(f, &fault{value: s, code: "leg_unknown", reason: "a leg is domestic or international"})
	return ""
}

// hasLine reports whether anything of a line is there.
//
// A line number alone does not make a line, nor do measures: exports fill those in rows that sell
// nothing.
func (r *rowReader) hasLine() bool {
	for _, f := range [...]field{fieldSKU, fieldTitle, fieldQuantity, fieldPrice} {
		if len(r.raw(f)) > 0 {
			return true
		}
	}
	return false
}

// line reads the line of the slot; number is the one it gets when no column numbers it.
//
// A book without a column of quantities sells one piece a row. An empty price is refused and not taken
// for a gift: 0 is easy to write, and a line without a price could never be refunded.
func (r *rowReader) line(number int, currency recourse.Currency) recourse.Line {
	l := recourse.Line{Line: number, Quantity: 1, SKU: r.text(fieldSKU), Title: r.text(fieldTitle), Product: r.text(fieldProduct), Price: r.money(fieldPrice, currency),
		WeightG: r.measure(fieldWeight, weightUnits), SizeMM: r.size()}
	if len(r.slot[fieldLine]) > 0 {
		l.Line = r.count(fieldLine)
	}
	if len(r.slot[fieldQuantity]) > 0 {
		l.Quantity = r.count(fieldQuantity)
	}
	if len(r.slot[fieldPrice]) > 0 && len(r.raw(fieldPrice)) == 0 {
		r.fail(fieldPrice, &fault{code: "price_missing", reason: "the line has no price", hint: "write 0 if it was free"})
	}
	if r.profile.sources[fieldPrice].total && l.Quantity > 1 {
		l.Price.Minor /= int64(l.Quantity) // towards nothing: never more is refunded than was paid
	}
	return l
}

// count reads a number of pieces or of a line.
func (r *rowReader) count(f field) int {
	n, bad := parseQuantity(r.raw(f))
	if bad != nil {
		r.fail(f, bad)
	}
	return n
}

// words shares the texts that come again and again (countries, suppliers, words of status), so that a row costs
// few allocations. It forgets all when it is full: memory stays bounded whatever the book holds.
type words struct{ known map[string]string }

const maxWords = 4096

// newWords makes an empty store.
func newWords() *words { return &words{known: make(map[string]string, maxWords)} }

// get gives b as a string, a shared one where b is short.
func (w *words) get(b []byte) string {
	if s, ok := w.known[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(s) <= 64 {
		if len(w.known) == maxWords {
			clear(w.known)
		}
		w.known[s] = s
	}
	return s
}
