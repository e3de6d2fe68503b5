package sample

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// order is one order of the book. All of its rows repeat what is the order's own, as exports do.
//
// The status is DSers's own word. City and zip are kept beside the place, because an
// incomplete address has lost one of them while the place still tells the region.
type order struct {
	number    string
	placed    time.Time
	land      *land
	place     place
	name      string
	mail      string
	phone     string
	city      string
	zip       string
	street    string
	flat      string
	total     int // cents
	lines     []line
	status    string
	cancelled time.Time
}

// line is one row: some pieces of a product, from one purchase.
type line struct {
	product  *product
	quantity int
	price    int // cents a piece
	cost     int // fen of all pieces
	purchase *purchase
}

// purchase is what an order bought at one supplier. One without a number was not placed.
//
// Times may lie after the export; they are left empty only when written. All lines from one
// supplier share it, so that what becomes of it becomes of all of them.
type purchase struct {
	number    string
	supplier  string
	placed    time.Time
	shipBy    time.Time
	tracking  string
	carrier   string
	shipped   time.Time
	delivered time.Time
	failure   string
}

// firstNumber is the first order's: a shop that has been there for a while.
const firstNumber = 10001

// order makes the i-th order of so many.
//
// The order of the draws is part of the book: one draw more in between, and every order after
// it is another. So new kinds of trouble change all books, and with them the examples and what
// tests expect.
func (m *maker) order(i, orders int) order {
	o := order{number: strconv.Itoa(firstNumber + i), placed: m.placedAt(i, orders), land: m.someLand(), status: "Awaiting shipment"}
	m.person(&o, i)
	m.goods(&o, i)
	// At most one trouble of the order as a whole; those of its purchases were decided with its goods.
	switch trouble := m.rand.IntN(1000); {
	case trouble < 25:
		m.cancel(&o)
	case trouble < 40:
		m.unplaced(&o, "Wrong/missing customer detail")
	case trouble < 55:
		m.incomplete(&o)
	}
	return o
}

// placedAt spreads the orders over the days of the book, the i-th never before the one ahead of it.
func (m *maker) placedAt(i, orders int) time.Time {
	span := int64(lastDay.Sub(firstDay) / time.Second)
	from, to := span*int64(i)/int64(orders), span*int64(i+1)/int64(orders)
	return firstDay.Add(time.Duration(from+m.rand.Int64N(max(1, to-from))) * time.Second)
}

// person gives an order its buyer and where they live.
func (m *maker) person(o *order, i int) {
	l := o.land
	first, last := pick(m, l.first), pick(m, l.last)
	o.name = first + " " + last
	o.mail = plain.Replace(strings.ToLower(first+"."+last)) + strconv.Itoa(i%97) + "@example.com"
	o.phone = fmt.Sprintf(l.phone, m.rand.IntN(100))
	o.place = pick(m, l.places)
	o.city, o.zip = o.place.city, o.place.zip
	o.street = fmt.Sprintf(l.street, 1+m.rand.IntN(140), pick(m, l.streets))
	if m.chance(250) {
		o.flat = fmt.Sprintf(l.flat, 1+m.rand.IntN(40))
	}
}

// plain takes the accents off, for the mail address.
var plain = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "ç", "c", "ã", "a", "á", "a", "â", "a", "ä", "ae", "ö", "oe", "ü", "ue",
	"ô", "o", "õ", "o", "ó", "o", "ò", "o", "í", "i", "ï", "i", "ñ", "n", "ú", "u", "ß", "ss", " ", "-", "'", "")

// goods gives an order its lines. Most come from one supplier: another line tends to be from the shop of the first.
func (m *maker) goods(o *order, i int) {
	m.lines = m.lines[:0]
	for n := 1 + m.rand.IntN(1+m.rand.IntN(4)); len(m.lines) < n; {
		p := &products[m.rand.IntN(len(products))]
		if len(m.lines) > 0 && m.chance(500) {
			p = m.neighbour(m.lines[0].product)
		}
		if m.has(p) {
			continue
		}
		l := line{product: p, quantity: 1 + m.rand.IntN(1+m.rand.IntN(3)), price: p.price}
		if o.land.currency == "USD" {
			l.price += l.price / 12 / 10 * 10
		}
		l.cost = p.cost * l.quantity
		l.purchase = m.purchaseAt(o, p.shop, i)
		o.total += l.price * l.quantity
		m.lines = append(m.lines, l)
	}
	o.lines = m.lines
	// An order is fulfilled when all of it was handed over, not when it has arrived.
	if m.done() {
		o.status = "Fulfilled"
	}
}

// has says that the order in hand has a line of a product already.
func (m *maker) has(p *product) bool {
	for i := range m.lines {
		if m.lines[i].product == p {
			return true
		}
	}
	return false
}

// neighbour is another product of the same shop.
func (m *maker) neighbour(of *product) *product {
	for {
		if p := &products[m.rand.IntN(len(products))]; p.shop == of.shop {
			return p
		}
	}
}

// purchaseAt is the order's purchase at a shop: there is one for all lines from it.
func (m *maker) purchaseAt(o *order, shop *shop, i int) *purchase {
	for j := range m.lines {
		if m.lines[j].product.shop == shop {
			return m.lines[j].purchase
		}
	}
	p := &purchase{number: strconv.FormatInt(4_100_000_000_000_000_000+int64(i)*1_000_000+int64(len(m.lines))*100_000+int64(m.rand.IntN(100_000)), 10), supplier: shop.name}
	p.placed = o.placed.Add(m.between(10*time.Minute, 20*time.Hour))
	p.shipBy = p.placed.Add(time.Duration(shop.days) * day)
	if inFestival(p.shipBy) && m.chance(600) {
		p.shipBy = festivalTo.Add(2 * day) // the careful shops say so beforehand
	}
	m.send(p, o.land)
	return p
}

func inFestival(t time.Time) bool { return t.After(festivalFrom) && t.Before(festivalTo) }

// send decides what becomes of a purchase: handed over in time, late, much later, never, or it fails.
func (m *maker) send(p *purchase, to *land) {
	// Of a thousand: 740 in time, 120 one to three days late, 50 at least five days, 30 never, 35 out of stock and 25
	// too big. Shops are late more often than that around the Spring Festival.
	var late time.Duration
	switch fate := m.rand.IntN(1000); {
	case fate < 740:
		late = -m.between(time.Hour, p.shipBy.Sub(p.placed))
	case fate < 860:
		late = m.between(day, 3*day+time.Hour)
	case fate < 910:
		late = m.between(5*day, 12*day)
	case fate < 940:
		return
	case fate < 975:
		p.failure = pick(m, noStock)
		return
	default:
		p.failure = "Cannot ship because of weight/size"
		return
	}
	p.shipped = p.shipBy.Add(late)
	if inFestival(p.shipped) {
		p.shipped = festivalTo.Add(m.between(0, 3*day))
	}
	// A parcel has no number before it is handed over.
	if !p.shipped.After(exported) {
		c := pick(m, carriers)
		p.carrier, p.tracking = c.name, fmt.Sprintf(c.number, m.rand.IntN(1_000_000_000))
	}
	// Some never arrive, or nobody scans them when they do.
	if !m.chance(15) {
		p.delivered = p.shipped.Add(m.between(time.Duration(to.days)*day, time.Duration(to.days+14)*day))
	}
}

// done says that every purchase of the lines in hand was handed over.
func (m *maker) done() bool {
	for i := range m.lines {
		if t := m.lines[i].purchase.shipped; t.IsZero() || t.After(exported) {
			return false
		}
	}
	return true
}

// cancel lets the buyer change their mind: before anything was bought, before it was handed over, or on its way.
func (m *maker) cancel(o *order) {
	o.status = "Canceled"
	o.cancelled = o.placed.Add(m.between(time.Hour, 6*day))
	for i := range o.lines {
		p := o.lines[i].purchase
		p.failure = ""
		// What would have happened after the cancellation has not.
		switch {
		case p.placed.After(o.cancelled):
			*p = purchase{}
		case p.shipped.After(o.cancelled):
			p.tracking, p.carrier, p.shipped, p.delivered = "", "", time.Time{}, time.Time{}
		}
	}
}

// unplaced is an order that DSers refused to place.
func (m *maker) unplaced(o *order, why string) {
	for i := range o.lines {
		*o.lines[i].purchase = purchase{failure: why}
	}
}

// incomplete is an order whose buyer left out a part of the address; nobody has bought anything for it yet.
func (m *maker) incomplete(o *order) {
	o.status = "Awaiting order"
	// Any one of them makes an address that no carrier delivers to.
	switch m.rand.IntN(3) {
	case 0:
		o.street, o.flat = "", ""
	case 1:
		o.city = ""
	default:
		o.zip = ""
	}
	for i := range o.lines {
		*o.lines[i].purchase = purchase{}
	}
}
