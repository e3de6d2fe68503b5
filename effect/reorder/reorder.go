// Package reorder makes the file by which goods are bought again through DSers: its CSV order template, column by column, for
// the cases whose remedy is a reorder. DSers takes a wrong file without saying what is wrong with it, and finds out days later;
// so every field is checked before anything is written, with a sentence for each that is not right.
//
//	reorder.go  rows and their checks
//	column.go   the columns, as DSers documents them
//	address.go  letters, provinces and postcodes
//	tax.go      the numbers that customs want
//	read.go     the acts that wait for it
package reorder

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/sourcing/address"
	"recourse/text"
)

// Item is a reorder that was decided, with its order. Personal values are in the clear.
type Item struct {
	File   *recourse.OrderFile
	Effect recourse.Effect
}

// Options say what the order does not.
type Options struct {
	// Products are DSers' product ids by SKU, for lines that have none of their own.
	Products map[string]string
	// CityOther writes «other» as the city and the city itself into the second line of the address, as DSers wants it where
	// its supplier's list does not have the city.
	CityOther bool
}

// Row is a line of the file.
type Row struct {
	Case  string
	Line  int
	Cells [columns]string
	// Changed are the columns whose texts had to be written differently: without accents or signs.
	Changed []string
	// Doubts are what a person is to look at before it is bought: it may be right, and stops nothing.
	Doubts []address.Finding
}

// Rows makes the rows of a reorder, one for each line of the order. What is wrong with any of them is an error each, all of
// them joined (errors.Join), every one an [recourse.Error] with the column as its field. None of them shows a personal value.
func Rows(item *Item, o Options) ([]Row, error) {
	var out []Row
	var errs []error
	pieces := item.Effect.Lines
	if len(pieces) == 0 {
		errs = append(errs, wrong(item, 0, "", "reorder_lines", "nothing says which goods are to be bought"))
	}
	for _, p := range pieces {
		b := &builder{item: item, o: o, pieces: p, row: Row{Case: item.Effect.Case, Line: p.Line}}
		b.goods()
		b.person()
		b.address()
		b.tax()
		b.looked()
		b.safe()
		out, errs = append(out, b.row), append(errs, b.errs...)
	}
	return out, errors.Join(errs...)
}

// Fault is what is wrong with one column of one line, in a case.
type Fault struct {
	Case string
	Line int // 0: with the case as a whole
	Err  *recourse.Error
}

// Error is the fault in words.
func (f *Fault) Error() string { return f.Err.Error() }

// Unwrap gives the error itself.
func (f *Fault) Unwrap() error { return f.Err }

// Faults are the faults that [Rows] and [File] joined, one by one.
func Faults(err error) (out []*Fault) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			out = append(out, Faults(e)...)
		}
	} else if f, ok := errors.AsType[*Fault](err); ok {
		out = append(out, f)
	}
	return out
}

// wrong is an error about one column of one line.
func wrong(item *Item, line int, column, code, message string) error {
	where := "case " + item.Effect.Case
	if line > 0 {
		where += ", line " + strconv.Itoa(line)
	}
	if column != "" {
		where += ", " + column
	}
	return &Fault{item.Effect.Case, line, &recourse.Error{Kind: recourse.Invalid, Code: code, Field: column, Message: where + ": " + message}}
}

// builder makes one row.
type builder struct {
	item   *Item
	o      Options
	pieces recourse.Pieces
	row    Row
	errs   []error
}

func (b *builder) set(c column, s string) { b.row.Cells[c] = s }

func (b *builder) wrong(c column, code, format string, args ...any) {
	b.errs = append(b.errs, wrong(b.item, b.pieces.Line, names[c], code, fmt.Sprintf(format, args...)))
}

// changed notes that a text is not written as the order has it.
func (b *builder) changed(c column) {
	if !slices.Contains(b.row.Changed, names[c]) {
		b.row.Changed = append(b.row.Changed, names[c])
	}
}

// goods are what is bought: by the product and the SKU that DSers knows, which must be the very same there.
func (b *builder) goods() {
	order, e := &b.item.File.Order, &b.item.Effect
	b.set(orderNumber, order.ID)
	b.set(date, e.At.UTC().Format("2006-01-02"))
	b.set(memo, plain("Reorder of "+order.ID+" ref "+e.Case))
	line := order.Line(b.pieces.Line)
	if line == nil {
		b.wrong(sku, "reorder_lines", "the order has no such line")
		return
	}
	if line.SKU == "" {
		b.wrong(sku, "reorder_sku", "the line has no SKU; DSers knows the goods by it")
	}
	b.set(sku, line.SKU)
	product := cmp.Or(line.Product, b.o.Products[line.SKU])
	if product == "" {
		b.wrong(productID, "reorder_product", "the product's id is not known; DSers knows the goods by it")
	}
	b.set(productID, product)
	n := cmp.Or(b.pieces.Quantity, line.Quantity)
	if n < 1 {
		b.wrong(count, "reorder_count", "there is nothing to buy")
	}
	b.set(count, strconv.Itoa(n))
}

// person is who the parcel is for. Their mail address is left out: DSers does not need it, and it is nobody's business.
func (b *builder) person() {
	to := b.to()
	var name string
	if buyer := b.item.File.Order.Buyer; buyer != nil {
		name = buyer.Name
	}
	b.plainly(contact, cmp.Or(to.Name, name))
	number, err := Phone(to.Phone)
	switch {
	case told(to.Phone) == "":
		b.wrong(mobile, "reorder_phone_missing", "a telephone number is wanted, and the order has none")
	case err != nil:
		b.errs = append(b.errs, wrong(b.item, b.pieces.Line, names[mobile], recourse.CodeOf(err), "a telephone number is digits, with a + before them at most"))
	}
	b.set(mobile, number)
}

var nowhere recourse.Address

func (b *builder) to() *recourse.Address {
	if to := b.item.File.Order.ShipTo; to != nil {
		return to
	}
	return &nowhere
}

// told is a personal value, or nothing where it was erased.
func told(s string) string {
	if s == "—" {
		return ""
	}
	return strings.TrimSpace(s)
}

// plainly sets a text in letters that DSers takes.
func (b *builder) plainly(c column, s string) {
	s = told(s)
	out := plain(s)
	b.set(c, out)
	if out != s {
		b.changed(c)
	}
	if foreign(s) {
		b.wrong(c, "reorder_letters", "it is not in Latin letters, and DSers takes no others")
	}
}

// must sets a text that has to be there.
func (b *builder) must(c column, s string) {
	if told(s) == "" {
		b.wrong(c, "reorder_missing", "it is missing, and DSers wants it")
		return
	}
	b.plainly(c, s)
}

func (b *builder) address() {
	to := b.to()
	if to.Country == "" {
		b.wrong(country, "reorder_missing", "it is missing, and DSers wants it")
	} else {
		b.set(country, Country(to.Country))
	}
	b.must(address1, to.Street)
	b.must(city, to.City)
	if b.o.CityOther && b.row.Cells[city] != "" {
		b.set(address2, b.row.Cells[city])
		b.set(city, "other")
	}
	b.province(to)
	b.postcode(to)
}

// columnOf is where a field of an address stands in the file.
var columnOf = map[address.Field]column{address.Country: country, address.Region: province, address.City: city, address.Postcode: zip, address.Street: address1, address.Name: contact, address.Phone: mobile}

// looked adds what the look at addresses before purchase finds wrong, where the file's own rules have not said it, and keeps
// what is doubtful. The number for customs is the file's own to look at: its columns depend on it.
func (b *builder) looked() {
	t := address.Terms{}
	if buyer := b.item.File.Order.Buyer; buyer != nil {
		t.Name = told(buyer.Name)
	}
	report := address.Check(b.item.File.Order.ShipTo, t)
	for _, f := range report.Findings {
		c, ok := columnOf[f.Field]
		switch {
		case !ok:
		case f.Severity == address.Doubtful:
			b.row.Doubts = append(b.row.Doubts, f)
		case !b.blamed(c):
			say, _ := text.In("en").Finding(f.Code, f.Args)
			b.wrong(c, "reorder_address", "%s", say)
		}
	}
}

// blamed says that something is wrong with a column already.
func (b *builder) blamed(c column) bool {
	return slices.ContainsFunc(b.errs, func(err error) bool {
		f, ok := errors.AsType[*Fault](err)
		return ok && f.Err.Field == names[c]
	})
}

// safe refuses texts that a spreadsheet would take for a formula. Those that DSers must know again cannot be changed; a
// telephone number is a + and digits, which no formula is.
func (b *builder) safe() {
	for c, s := range b.row.Cells {
		if column(c) != mobile && s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
			b.wrong(column(c), "reorder_formula", "it begins with %q: a spreadsheet would take it for a formula", s[:1])
		}
	}
}

// Country is a country's full name as DSers writes it in English; it takes no codes.
func Country(code string) string {
	if name := countryNames[code]; name != "" {
		return name
	}
	return plain(text.In("en").Country(code))
}
