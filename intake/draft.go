package intake

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"recourse"
)

// draft is an order being put together from its rows. Rows are kept as they came, since all of them go to the
// reject file when one is at fault: an order that lacks a line would be refunded wrongly.
//
// All texts lie in one slice with the ends beside it, so that a kept row costs no allocation of its own;
// a draft that was told is emptied and takes the next order.
//
// filled and lastLeft serve the two questions that only all rows together answer: whether a word of
// status was said of the whole order, and whether the order is history.
type draft struct {
	key      string // the order's number
	hash     uint64
	rows     []keptRow
	text     []byte   // of all cells of all rows
	ends     []uint32 // where each cell ends in text
	fault    *fault
	faultRow int
	told     [fieldLine]int // which row told a field of the order, from 1; 0: none yet

	data      recourse.Data // of order.placed
	placed    time.Time
	latest    time.Time // the newest instant that a row told
	currency  recourse.Currency
	left      int // rows that are history
	lastLeft  bool
	filled    []int // for each column of status, the rows that have a word there
	purchases []draftPurchase
	parcels   []draftParcel
	marks     []mark
}

// keptRow is a row of the file inside a draft's text.
type keptRow struct {
	row   int
	first int // its first cell in ends
	cells int
}

// draftPurchase is a purchase being put together from the rows that name it. Rows of one purchase may tell
// different times: the earliest promise, the first handing over and the last delivery count.
type draftPurchase struct {
	id       string
	supplier string
	cost     recourse.Money
	placed   time.Time
	shipBy   time.Time
	shipFrom string
	leg      recourse.Leg
	lines    []recourse.Pieces
}

// draftParcel is a parcel of a purchase.
type draftParcel struct {
	id        string
	purchase  string
	carrier   string
	tracking  string
	leg       recourse.Leg
	shipped   time.Time
	onArrival bool // it was shipped, nobody says when
	delivered time.Time
	lines     []recourse.Pieces
}

// mark is a word of status found in some rows of one order, purchase or parcel.
type mark struct {
	*planHappening
	purchase string
	parcel   string
	at       time.Time
	amount   recourse.Money
	word     string
	lines    []recourse.Pieces
	status   int // its column, as an index of the plan's
	rows     int // that say it
}

// reset empties the draft for another order. What went into events is left to them.
//
// The lines of purchases and parcels are in the events by now and belong to whoever holds those, so the
// elements are cleared and never written over in place.
func (d *draft) reset() {
	clear(d.purchases)
	clear(d.parcels)
	clear(d.marks)
	clear(d.filled)
	*d = draft{rows: d.rows[:0], text: d.text[:0], ends: d.ends[:0], purchases: d.purchases[:0], parcels: d.parcels[:0], marks: d.marks[:0], filled: d.filled}
}

// keep packs a row into the draft.
func (d *draft) keep(rec *record, skip int) {
	d.rows = append(d.rows, keptRow{rec.row, len(d.ends), max(0, len(rec.cells)-skip)})
	for _, c := range rec.cells[min(skip, len(rec.cells)):] {
		d.text = append(d.text, c...)
		d.ends = append(d.ends, uint32(len(d.text)))
	}
}

// cell gives a kept cell; column counts from 0 without the columns of a reject file.
func (d *draft) cell(r keptRow, column int) []byte {
	at, start := r.first+column, uint32(0)
	if at > 0 {
		start = d.ends[at-1]
	}
	return d.text[start:d.ends[at]]
}

// cells gives a kept row as texts of its own.
func (d *draft) cells(r keptRow) []string {
	out := make([]string, r.cells)
	for i := range out {
		out[i] = string(d.cell(r, i))
	}
	return out
}

// blame notes what is wrong with the order. The first fault stays.
//
// A second fault is often only what follows from the first, and a merchant who mends the first gets told
// of the second when the reject file is read.
func (d *draft) blame(row int, f *fault) {
	if d.fault == nil {
		d.fault, d.faultRow = f, row
	}
}

// orderFields are the order's own, which its rows repeat or of which only its first row tells.
var orderFields = [...]field{fieldChannel, fieldPlaced, fieldPaid, fieldShipping, fieldDiscount, fieldTax}

// takeOrder reads what a row tells of the order as a whole. A later row may repeat it or leave it empty; that it
// tells another time, amount or currency means that the columns are not what the profile takes them for.
//
// Three ways of writing the same order, of which the first two are read:
//
//	1001,2024-05-01,51.90,mug      every row repeats the order
//	1001,2024-05-01,51.90,lamp
//
//	1001,2024-05-01,51.90,mug      the first row alone tells of it
//	1001,,,lamp
//
//	1001,2024-05-01,12.90,mug      order_conflict: these are prices of lines
//	1001,2024-05-01,39.00,lamp
//
// The third would be read as an order paid with 12.90, and every refund of it would be reckoned from
// that. The comparison is of the texts as written, which is stricter than of their values and never
// takes a difference for none. A field joined of several columns is not compared, nor is the channel.
func (d *draft) takeOrder(r *rowReader) {
	c := r.currencyOf(d.currency)
	if d.currency != "" && c != d.currency {
		r.fail(fieldCurrency, &fault{value: string(c), code: "order_conflict", reason: "another row of the order is in " + string(d.currency)})
	}
	d.currency = c
	for _, f := range orderFields {
		if r.profile.sources[f].perLine {
			d.add(r, f)
			continue
		}
		b := r.raw(f)
		switch {
		case len(b) == 0 && len(r.slot[f]) > 0:
		case d.told[f] == 0:
			d.told[f] = len(d.rows)
			d.set(r, f)
		case len(r.slot[f]) == 1 && f != fieldChannel && !bytes.Equal(b, trim(d.cell(d.rows[d.told[f]-1], r.slot[f][0]-r.skip))):
			r.fail(f, &fault{value: string(b), code: "order_conflict", reason: fmt.Sprintf("row %d of the same order tells something else", d.rows[d.told[f]-1].row),
				hint: "if the amount is the line's, say per: line in the profile"})
		}
	}
	d.takePeople(r)
}

// set takes a field of the order from the row that tells it first.
func (d *draft) set(r *rowReader, f field) {
	switch f {
	case fieldChannel:
		d.data.Channel = r.text(f)
	case fieldPlaced:
		d.placed = r.when(f)
		d.newer(d.placed)
	default:
		*d.amount(f) = r.money(f, d.currency)
	}
}

// add sums an amount that every line has a part of.
func (d *draft) add(r *rowReader, f field) {
	sum, err := d.amount(f).Add(r.money(f, d.currency))
	if err == nil && sum.Minor <= maxAmount {
		*d.amount(f) = sum
		return
	}
	r.fail(f, &fault{code: "amount_range", reason: "the sum over the lines of the order cannot be"})
}

// amount is where an amount of the order is kept.
func (d *draft) amount(f field) *recourse.Money {
	switch f {
	case fieldPaid:
		return &d.data.Paid
	case fieldShipping:
		return &d.data.Shipping
	case fieldDiscount:
		return &d.data.Discount
	}
	return &d.data.Tax
}

// newer keeps the newest instant that the book tells of the order. Promises (ship_by) do not count: they lie
// ahead.
//
// It is the instant that without_time: latest stands for.
func (d *draft) newer(at time.Time) {
	if at.After(d.latest) {
		d.latest = at
	}
}

// takePeople reads buyer and address, from the first row that has any of either.
//
// The address is taken from one row as a whole: a street from one and a town from another would be a
// place where nobody lives.
func (d *draft) takePeople(r *rowReader) {
	if d.data.Buyer == nil {
		b := recourse.Buyer{Name: r.text(fieldBuyerName), Email: r.text(fieldBuyerEmail), Locale: r.text(fieldBuyerLocale)}
		if b.Name != "" || b.Email != "" {
			d.data.Buyer = &b
		}
	}
	if d.data.ShipTo == nil {
		a := recourse.Address{Country: r.country(fieldCountry), Region: r.text(fieldRegion), City: r.text(fieldCity), Postcode: r.code(fieldPostcode),
			Street: r.text(fieldStreet), Name: r.text(fieldShipName), Phone: r.code(fieldPhone), TaxID: r.code(fieldTaxID)}
		if a.Country+a.Region+a.City+a.Postcode+a.Street != "" {
			a.Partial = r.partial
			d.data.ShipTo = &a
		}
	}
}

// takeLine reads one line with its purchase and parcel. It reports whether there was a line.
//
// The words of status are read before purchase and parcel, since a row that is history has neither. Its
// line still counts for the order, which did happen.
func (d *draft) takeLine(r *rowReader) bool {
	there := r.hasLine()
	var pieces []recourse.Pieces
	r.number = 0
	if there {
		l := r.line(len(d.data.Items)+1, d.currency)
		if slices.ContainsFunc(d.data.Items, func(o recourse.Line) bool { return o.Line == l.Line }) {
			r.fail(fieldLine, &fault{value: fmt.Sprint(l.Line), code: "line_twice", reason: "the order has the line twice"})
		}
		d.data.Items = append(d.data.Items, l)
		pieces, r.number = []recourse.Pieces{{Line: l.Line}}, l.Line
	}
	if r.fault != nil {
		return there
	}
	purchase, parcel := d.ids(r)
	if d.takeStatuses(r, purchase, parcel, pieces) || !there {
		return there
	}
	d.takePurchase(r, purchase, pieces)
	d.takeParcel(r, purchase, parcel, pieces)
	return there
}

// ids puts the numbers of the row's purchase and parcel together; "" where the row has none.
//
// Without a mapped parcel the tracking number is the parcel's id: it is what carriers, suppliers and
// buyers all call it. The id of a purchase seen before is shared with that purchase, so that the rows of
// one hold one text.
func (d *draft) ids(r *rowReader) (purchase, parcel string) {
	var room [2 * maxID]byte
	id := r.compose(fieldPurchase, d.key, "", room[:0])
	if i := slices.IndexFunc(d.purchases, func(p draftPurchase) bool { return p.id == string(id) }); i >= 0 {
		purchase = d.purchases[i].id
	} else {
		purchase = string(id)
	}
	if !r.profile.sources[fieldParcel].mapped() {
		return purchase, string(r.id(fieldTracking))
	}
	id = r.compose(fieldParcel, d.key, purchase, room[:0])
	if string(id) == purchase {
		return purchase, purchase
	}
	return purchase, string(id)
}

// takePurchase adds the line to its purchase.
//
// A row without a purchase is an order that has not been sourced, which is a fact and no fault.
func (d *draft) takePurchase(r *rowReader, id string, pieces []recourse.Pieces) {
	if id == "" {
		return
	}
	at := slices.IndexFunc(d.purchases, func(p draftPurchase) bool { return p.id == id })
	if at < 0 {
		at = len(d.purchases)
		d.purchases = append(d.purchases, draftPurchase{id: id, supplier: r.text(fieldSupplier), shipFrom: r.country(fieldShipFrom), leg: r.leg(fieldLeg)})
		if !r.profile.sources[fieldCost].perLine {
			d.purchases[at].cost = r.money(fieldCost, d.currency)
		}
	}
	p := &d.purchases[at]
	p.lines = append(p.lines, pieces...)
	p.placed = earlier(p.placed, r.when(fieldPurchasePlaced))
	p.shipBy = earlier(p.shipBy, r.when(fieldShipBy))
	if r.profile.sources[fieldCost].perLine {
		sum, err := p.cost.Add(r.money(fieldCost, d.currency))
		if err != nil {
			r.fail(fieldCost, moneyFault(nil, err))
		}
		p.cost = sum
	}
	d.newer(p.placed)
}

// earlier is the earlier of two instants of which the zero one says nothing.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// takeParcel adds the line to its parcel, when one was handed over. Where the book has no column for that
// instant, a tracking number says that it happened.
//
// A row that has an id for a parcel and nothing to say that it was handed over
// tells of a parcel that does not exist yet. Of several deliveries the last counts, since the buyer has all
// pieces only then.
func (d *draft) takeParcel(r *rowReader, purchase, id string, pieces []recourse.Pieces) {
	shipped, delivered := r.when(fieldShippedAt), r.when(fieldDeliveredAt)
	onArrival := len(r.slot[fieldShippedAt]) == 0 && len(r.raw(fieldTracking)) > 0
	if id == "" || shipped.IsZero() && delivered.IsZero() && !onArrival {
		return
	}
	at := slices.IndexFunc(d.parcels, func(p draftParcel) bool { return p.id == id && p.purchase == purchase })
	if at < 0 {
		at = len(d.parcels)
		d.parcels = append(d.parcels, draftParcel{id: id, purchase: purchase, carrier: r.text(fieldCarrier), tracking: string(r.id(fieldTracking)),
			leg: r.leg(fieldParcelLeg), onArrival: onArrival})
	}
	p := &d.parcels[at]
	if !r.profile.sources[fieldParcel].whole {
		p.lines = append(p.lines, pieces...)
	}
	p.shipped = earlier(p.shipped, shipped)
	if delivered.After(p.delivered) {
		p.delivered = delivered
	}
	d.newer(shipped)
	d.newer(delivered)
}

// takeStatuses reads the row's words of status. It reports whether the row is history. A row without any word
// goes with the one before: many exports tell of the order in its first row alone.
func (d *draft) takeStatuses(r *rowReader, purchase, parcel string, pieces []recourse.Pieces) (history bool) {
	if d.filled == nil {
		d.filled = make([]int, len(r.statuses))
	}
	silent := true
	for i := range r.statuses {
		cell := r.join(r.statuses[i].cell)
		if len(cell) == 0 || r.fault != nil {
			continue
		}
		silent = false
		d.filled[i]++
		m := mark{status: i, purchase: purchase, parcel: parcel}
		if d.takeStatus(r, &r.statuses[i], cell, &m, pieces) {
			history = true
		}
	}
	d.lastLeft = history || silent && d.lastLeft
	return d.lastLeft
}

// takeStatus reads one cell of status. It reports whether the row is history.
//
// A word with an amount (a refund) and an empty or zero cell for it is passed over: shops fill that
// column with 0.00 in every row.
func (d *draft) takeStatus(r *rowReader, s *planStatus, cell []byte, m *mark, pieces []recourse.Pieces) (history bool) {
	h, bad := s.read(cell, r)
	if bad != nil {
		bad.column, r.fault = s.cell[0], bad
	}
	if h == nil {
		return false
	}
	m.planHappening, m.word = h, r.words.get(cell[:min(len(cell), maxText)])
	r.timeMark(s, m)
	if m.at.IsZero() && r.fault == nil {
		switch h.untimed {
		case untimedLeaveOut:
			return true
		case untimedReject:
			r.fault = &fault{column: s.cell[0], field: "status", value: m.word, code: "status_time", reason: "the book does not tell when this happened",
				hint: "name its column under at, or say without_time: in the profile"}
			return false
		}
	}
	if len(h.amount) > 0 {
		if m.amount = r.moneyIn(h.amount, fieldPaid, d.currency); m.amount.IsZero() {
			return false
		}
	}
	d.mark(*m, pieces)
	return false
}

// timeMark finds the instant of a word of status. A column that counts when it is filled holds the instant
// itself, unless the profile says where else, or without which, it is known.
//
// The first column that is filled counts, in the profile's order, which is why at may be a list: the
// more exact column stands in front.
func (r *rowReader) timeMark(s *planStatus, m *mark) {
	if s.filled != nil {
		m.word = ""
		if len(s.filled.happening.at.names) == 0 && s.filled.untimed == untimedReject {
			m.at = r.whenIn(s.cell, fieldPlaced)
			return
		}
	}
	for _, columns := range m.planHappening.at {
		if m.at = r.whenIn(columns, fieldPlaced); !m.at.IsZero() {
			return
		}
	}
}

// mark adds the line to what the word is about, once for all rows that say it of the same thing.
//
// What is said of a parcel keeps purchase and parcel, what is said of a purchase keeps that, and the
// rest is of the order. "Refunded" in each of five rows is then one refund of five lines and not five
// refunds.
func (d *draft) mark(m mark, pieces []recourse.Pieces) {
	switch m.event {
	case recourse.ParcelScanned:
	case recourse.PurchaseOutOfStockNow, recourse.PurchaseOversizedNow, recourse.PurchaseCancelledNow:
		m.parcel = ""
	default:
		m.purchase, m.parcel = "", ""
	}
	d.newer(m.at)
	for i := range d.marks {
		o := &d.marks[i]
		if o.planHappening == m.planHappening && o.purchase == m.purchase && o.parcel == m.parcel {
			o.lines = append(o.lines, pieces...)
			o.at = earlier(o.at, m.at)
			o.rows++
			return
		}
	}
	m.lines, m.rows = slices.Clone(pieces), 1
	d.marks = append(d.marks, m)
}

// read finds what a cell of status means; nothing when the word is no event.
//
// Spellings are remembered as they were written, up to a bound; beyond it each is folded anew, which
// costs time and no memory.
func (s *planStatus) read(cell []byte, r *rowReader) (*planHappening, *fault) {
	if s.filled != nil {
		return s.filled, nil
	}
	if h, ok := s.seen[string(cell)]; ok {
		return h, nil
	}
	word := fold(string(cell[:min(len(cell), maxText)]))
	h := s.words[word]
	if h == nil && !s.ignored[word] {
		if s.strict {
			return nil, &fault{field: "status", value: string(cell), code: "status_unknown", reason: "the profile does not know this word of status"}
		}
		r.unknownWord(word)
		return nil, nil
	}
	if len(s.seen) < maxWords {
		s.seen[r.words.get(cell)] = h
	}
	return h, nil
}

// unknownWord counts a word of status that means nothing to the profile, so that the one who reads the book can
// see what it passed over.
//
// Where the column is mapped wrongly every cell is another word, hence the bound.
func (r *rowReader) unknownWord(word string) {
	word = recourse.Shorten(word, 60)
	if _, known := r.unknown[word]; known || len(r.unknown) < maxUnknown {
		r.unknown[word]++
	}
}
