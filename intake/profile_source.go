package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse"
)

// field is a value of an order book in our own vocabulary.
//
// The order of the constants is that of fieldNames: what is added to one is added to both.
type field int

// The fields. Those up to fieldTax are the order's, up to fieldSizes the line's, then the purchase's and the parcel's.
const (
	fieldOrder field = iota
	fieldChannel
	fieldPlaced
	fieldBuyerName
	fieldBuyerEmail
	fieldBuyerLocale
	fieldCountry
	fieldRegion
	fieldCity
	fieldPostcode
	fieldStreet
	fieldShipName
	fieldPhone
	fieldTaxID
	fieldCurrency
	fieldPaid
	fieldShipping
	fieldDiscount
	fieldTax
	fieldLine
	fieldSKU
	fieldTitle
	fieldProduct
	fieldQuantity
	fieldPrice
	fieldWeight
	fieldLength
	fieldWidth
	fieldHeight
	fieldSize
	fieldPurchase
	fieldPurchasePlaced
	fieldSupplier
	fieldCost
	fieldShipBy
	fieldShipFrom
	fieldLeg
	fieldParcel
	fieldCarrier
	fieldTracking
	fieldShippedAt
	fieldDeliveredAt
	fieldParcelLeg
	fieldCount
)

// fieldNames are the fields as a profile writes them, section first. They are the words of the events.
var fieldNames = [fieldCount]string{
	"order.order", "order.channel", "order.placed", "order.buyer.name", "order.buyer.email", "order.buyer.locale",
	"order.ship_to.country", "order.ship_to.region", "order.ship_to.city", "order.ship_to.postcode", "order.ship_to.street",
	"order.ship_to.name", "order.ship_to.phone", "order.ship_to.tax_id", "currency", "order.paid", "order.shipping", "order.discount", "order.tax",
	"line.line", "line.sku", "line.title", "line.product", "line.quantity", "line.price", "line.weight", "line.length", "line.width", "line.height", "line.size",
	"purchase.purchase", "purchase.placed", "purchase.supplier", "purchase.cost", "purchase.ship_by", "purchase.ship_from", "purchase.leg",
	"parcel.parcel", "parcel.carrier", "parcel.tracking", "parcel.shipped_at", "parcel.delivered_at", "parcel.leg",
}

// Fields are the names of the fields that a mapping file can give columns to, as [Reading] has them.
func Fields() []string { return append(slices.Clone(fieldNames[:]), "status") }

// readSource reads what a profile says about one field: a column, a list of columns of which the first present
// counts, a template for the ids, or a mapping with more to say.
//
// A text with a brace is a template for ids alone; elsewhere a column may well be called "{n}". A text
// under currency that is a known code is the currency and not a column: a column is hardly ever called
// EUR.
func (p *Profile) readSource(f field, n *node) (err error) {
	s, what := &p.sources[f], fieldNames[f]
	s.factor, s.pos = 1, n.pos
	if n.isText && (f == fieldPurchase || f == fieldParcel) && strings.ContainsRune(n.text, '{') {
		s.template, err = parseTemplate(n, f)
		return err
	}
	if f == fieldCurrency && n.isText {
		if c, err := recourse.ParseCurrency(n.text); err == nil {
			s.value = string(c)
			return nil
		}
	}
	if !n.isTable {
		s.column, err = readColumn(n, what)
		return err
	}
	if err := n.table(what, s.readers(f)); err != nil {
		return err
	}
	if !s.mapped() {
		return profileError(n.pos, "profile_value", what, what+" says nothing about where its value comes from", "name a column, or a value for all rows")
	}
	return checkConstant(f, s)
}

// readers is the vocabulary of the mapping form of a field.
func (s *source) readers(f field) map[string]func(*node) error {
	what := fieldNames[f]
	readers := map[string]func(*node) error{
		"column": func(n *node) (err error) { s.column, err = readColumn(n, what); return },
		"join": func(n *node) (err error) {
			names, err := n.strings(what)
			s.names = []alternative{names}
			return err
		},
		"value": func(n *node) (err error) { s.value, err = n.string(what); return },
	}
	switch f {
	case fieldPurchase, fieldParcel:
		readers["template"] = func(n *node) (err error) { s.template, err = parseTemplate(n, f); return }
		if f == fieldParcel {
			readers["of"] = func(n *node) (err error) {
				s.whole, err = choice(n, "of", map[string]bool{"line": false, "order": true})
				return
			}
		}
	case fieldWeight:
		readers["unit"] = func(n *node) (err error) { s.factor, err = choice(n, "unit", weightUnits); return }
	case fieldLength, fieldWidth, fieldHeight, fieldSize:
		readers["unit"] = func(n *node) (err error) { s.factor, err = choice(n, "unit", lengthUnits); return }
	case fieldPaid, fieldShipping, fieldDiscount, fieldTax, fieldCost:
		readers["per"] = func(n *node) (err error) {
			s.perLine, err = choice(n, "per", map[string]bool{"order": false, "purchase": false, "line": true})
			return
		}
	case fieldPrice:
		readers["of"] = func(n *node) (err error) {
			s.total, err = choice(n, "of", map[string]bool{"piece": false, "line": true})
			return
		}
	case fieldShipBy:
		readers["within_days"] = func(n *node) error {
			days, err := n.count("within_days", 365)
			s.within = time.Duration(days) * 24 * time.Hour
			return err
		}
	}
	return readers
}

// checkConstant refuses a constant that no row could have as its value.
//
// A constant order number or price would be the same mistake in every row; the fields listed are those
// of which a whole book may truly share one value.
func checkConstant(f field, s *source) error {
	if s.value == "" {
		return nil
	}
	var err error
	switch f {
	case fieldCurrency:
		_, err = recourse.ParseCurrency(s.value)
	case fieldCountry, fieldShipFrom:
		if _, ok := country([]byte(s.value)); !ok {
			err = fmt.Errorf("unknown country")
		}
	case fieldLeg, fieldParcelLeg:
		if l := recourse.Leg(s.value); l != recourse.Domestic && l != recourse.International {
			err = fmt.Errorf("a leg is domestic or international")
		}
	case fieldChannel, fieldSupplier, fieldCarrier, fieldBuyerLocale, fieldTitle:
	default:
		err = fmt.Errorf("a value for all rows makes no sense here")
	}
	if err != nil {
		return profileError(s.pos, "profile_value", fieldNames[f], fmt.Sprintf("%s cannot be %q for all rows: %s", fieldNames[f], recourse.Shorten(s.value, 40), err), "")
	}
	return nil
}

// templateFields are what an id may be put together from.
var templateFields = map[string]field{"order": fieldOrder, "supplier": fieldSupplier, "line": fieldLine, "sku": fieldSKU,
	"carrier": fieldCarrier, "tracking": fieldTracking, "purchase": fieldPurchase}

// parseTemplate reads an id such as "{order}-{supplier}". The purchase's may not name itself.
//
// Templates are for agents that give a purchase no number of its own. With "{order}-{supplier}" the
// lines that one supplier sends are one purchase, and the id comes out the same from every export.
func parseTemplate(n *node, f field) (parts []templatePart, err error) {
	rest, err := n.string(fieldNames[f])
	if err != nil {
		return nil, err
	}
	for rest != "" {
		text, after, open := strings.Cut(rest, "{")
		if text != "" {
			parts = append(parts, templatePart{text: text})
		}
		if !open {
			break
		}
		name, behind, closed := strings.Cut(after, "}")
		ref, known := templateFields[name]
		if !closed || !known || ref == f || f == fieldPurchase && (ref == fieldTracking || ref == fieldCarrier) {
			names := []string{"order", "supplier", "line", "sku", "carrier", "tracking", "purchase"}
			return nil, profileError(n.pos, "profile_template", fieldNames[f], fmt.Sprintf("the template %q cannot use {%s}", recourse.Shorten(n.text, 60), recourse.Shorten(name, 20)), recourse.Nearest(name, names))
		}
		parts = append(parts, templatePart{field: ref, isRef: true})
		rest = behind
	}
	return parts, nil
}

// readStatuses takes one column of status words, or a list of them.
func (p *Profile) readStatuses(n *node) error {
	items := n.items
	if n.isTable {
		items = []*node{n}
	}
	for _, item := range items {
		s := status{words: map[string]*happening{}, ignored: map[string]bool{}}
		err := item.table("status", map[string]func(*node) error{
			"column": func(n *node) (err error) { s.column, err = readColumn(n, "status.column"); return },
			"words":  func(n *node) error { return s.readWords(n) },
			"filled": func(n *node) (err error) { s.filled, err = readHappening(n); return },
			"ignore": func(n *node) error { return s.readIgnored(n) },
			"unknown": func(n *node) (err error) {
				s.strict, err = choice(n, "status.unknown", map[string]bool{"count": false, "reject": true})
				return
			},
		})
		if err != nil {
			return err
		}
		if len(s.column.names) == 0 || (s.filled != nil) == (len(s.words) > 0) {
			return profileError(item.pos, "profile_value", "status", "a status has a column, and either words or what its filling means", "write {column: …, words: {…}} or {column: …, filled: {event: …}}")
		}
		p.statuses = append(p.statuses, s)
	}
	return nil
}

// readIgnored takes the words that are known and mean no event, so that they are not counted as unknown.
//
// "Processing" says nothing that would have to be acted upon, and whoever wrote the profile has seen
// that.
func (s *status) readIgnored(n *node) error {
	words, err := n.strings("status.ignore")
	for _, w := range words {
		s.ignored[fold(w)] = true
	}
	return err
}

// readWords takes what each word means, under its folded form.
func (s *status) readWords(n *node) error {
	if !n.isTable {
		return profileError(n.pos, "profile_value", "status.words", "words must be a mapping of words to events", "")
	}
	for _, k := range n.keys {
		h, err := readHappening(k.value)
		if err != nil {
			return err
		}
		s.words[fold(k.name)] = h
	}
	return nil
}

// readHappening takes an event's name, or a mapping that says more of it.
func readHappening(n *node) (h *happening, err error) {
	h = &happening{}
	if n.isText {
		h.event, err = choice(n, "event", statusEvents)
		return h, err
	}
	scans := map[string]recourse.ParcelStatus{}
	for _, s := range []recourse.ParcelStatus{recourse.InTransit, recourse.CustomsHold, recourse.CustomsReleased, recourse.OutForDelivery,
		recourse.Delivered, recourse.DeliveryFailed, recourse.Returning, recourse.Returned, recourse.Damaged, recourse.Lost} {
		scans[string(s)] = s
	}
	err = n.table("a status word", map[string]func(*node) error{
		"event":        func(n *node) (err error) { h.event, err = choice(n, "event", statusEvents); return },
		"at":           func(n *node) (err error) { h.at, err = readColumn(n, "at"); return },
		"without_time": func(n *node) (err error) { h.untimed, err = choice(n, "without_time", untimedWords); return },
		"scan":         func(n *node) (err error) { h.scan, err = choice(n, "scan", scans); return },
		"amount":       func(n *node) (err error) { h.amount, err = readColumn(n, "amount"); return },
		"reason":       func(n *node) (err error) { h.reason, err = n.string("reason"); return },
	})
	if err == nil && h.event == "" {
		err = profileError(n.pos, "profile_missing", "event", "the status word names no event", "")
	}
	return h, err
}

// fold is the form in which names of columns and words of status are compared: small letters, blanks,
// underscores and dashes alike, no marks of requirement.
//
// "Order-No*" and "order no" are one name. Letters with accents are not made plain, as in some languages
// that makes another word.
func fold(s string) string {
	s = strings.ToLower(strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', '\u00A0', '\t', '\n', '\r':
			return ' '
		case '*', '\uFEFF', '\u200B':
			return -1
		}
		return r
	}, s))
	return strings.Join(strings.Fields(s), " ")
}
