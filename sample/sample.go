// Package sample makes up an order book: what a shop that sources from Tmall through DSers could export, in the
// columns that the built-in dsers profile reads.
//
// It is there so that a newcomer sees a replay before having a book of their own, so that tests have every kind of
// trouble at hand, and so that benchmarks have as many rows as they want. Nobody in it exists: names are put together
// from lists, mail goes to example.com, telephone numbers are from the ranges that are kept for fiction where a
// country has one.
//
// The same seed always gives the same book, byte by byte and whatever the machine. Orders come in the sequence of
// their dates, over January to April 2026, so that the Spring Festival lies in the middle and does to ship-by dates
// what it does every year.
package sample

import (
	"encoding/csv"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

// Zone is where the book's times are local. They carry no offset, as those of DSers carry none, so that whoever
// reads the book has to be told.
const Zone = "Asia/Shanghai"

// Exported is when the book was made: nothing in it is later, and a replay of it may follow its orders until then.
const Exported = "2026-04-30T18:00:00+08:00"

// The instants of the book are reckoned in UTC and mean the clock of [Zone], which never changes.
var (
	firstDay = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2026, 4, 12, 22, 0, 0, 0, time.UTC)
	exported = time.Date(2026, 4, 30, 18, 0, 0, 0, time.UTC)

	// The shops close before the official days off and open after them.
	festivalFrom = time.Date(2026, 2, 12, 18, 0, 0, 0, time.UTC)
	festivalTo   = time.Date(2026, 2, 25, 9, 0, 0, 0, time.UTC)
)

// header is the book's first row. Its amounts carry their own currency, since what is bought and what is sold are
// not in the same one.
var header = []string{
	"Order number", "Date", "Store", "Contact person", "Email", "Mobile no", "Country", "Province", "City", "Zip", "Address", "Address2",
	"Product title", "SKU", "Product count", "Selling price", "Order total",
	"Supplier order number", "Supplier order time", "Supplier name", "Product cost", "Ship by", "Ship from",
	"Tracking number", "Shipping carrier", "Shipped at", "Delivered at", "Order status", "Canceled at", "Failure reason",
}

// Book writes a book of that many orders. Rows are written as they are made, so that a book of any length takes no
// memory. The error is the writer's. The example in examples/book.csv is Book(w, 300, 1).
func Book(w io.Writer, orders int, seed uint64) error {
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	// The second half of the seed is fixed: it spells the project's name and has no meaning.
	m := maker{rand: rand.New(rand.NewPCG(seed, 0x7265636f75727365))}
	for i := range orders {
		o := m.order(i, orders)
		for j := range o.lines {
			if err := out.Write(m.row(&o, &o.lines[j])); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// maker makes one order after the other.
type maker struct {
	rand  *rand.Rand
	cells []string // of the row in hand; the writer keeps none of them
	lines []line   // room for those of the order in hand
}

// row puts a line into the columns of the header.
func (m *maker) row(o *order, l *line) []string {
	p := l.purchase
	m.cells = append(m.cells[:0],
		o.number, written(o.placed), o.land.store, o.name, o.mail, o.phone, o.land.name, o.place.region, o.city, o.zip, o.street, o.flat,
		l.product.title, l.product.sku, strconv.Itoa(l.quantity), amount(l.price, o.land.currency), amount(o.total, o.land.currency),
		p.number, written(p.placed), p.supplier, "", written(p.shipBy), "",
		p.tracking, p.carrier, written(p.shipped), written(p.delivered), o.status, written(o.cancelled), p.failure)
	// What was not bought has no cost, and is shipped from nowhere.
	if p.number != "" {
		m.cells[20], m.cells[22] = amount(l.cost, "CNY"), "CN"
	}
	// DSers moves what failed to a tab of its own, whatever becomes of the order's other lines.
	if p.failure != "" {
		m.cells[27] = "Failed orders"
	}
	return m.cells
}

// written is a time as the export has it; nothing for what did not happen, or not before the export.
func written(t time.Time) string {
	if t.IsZero() || t.After(exported) {
		return ""
	}
	return t.Format(time.DateTime)
}

// amount is a number of cents with its currency.
func amount(cents int, currency string) string {
	b := strconv.AppendInt(make([]byte, 0, 16), int64(cents/100), 10)
	b = append(b, '.', byte('0'+cents/10%10), byte('0'+cents%10), ' ')
	return string(append(b, currency...))
}

// pick gives one of several.
func pick[T any](m *maker, of []T) T { return of[m.rand.IntN(len(of))] }

// between gives a duration of whole seconds from one to less than another.
func (m *maker) between(from, to time.Duration) time.Duration {
	return from + time.Duration(m.rand.Int64N(int64((to-from)/time.Second)))*time.Second
}

// chance is true so many times in a thousand.
func (m *maker) chance(perMille int) bool { return m.rand.IntN(1000) < perMille }
