package recourse

import "time"

// Order is what a buyer bought in one of the merchant's shops: a sale.
type Order struct {
	ID       string    `json:"order"`             // the shop's order number; the key of the order file
	Channel  string    `json:"channel,omitempty"` // the shop: shopify, woocommerce, …
	Buyer    *Buyer    `json:"buyer,omitempty"`
	ShipTo   *Address  `json:"ship_to,omitempty"` // nil: not known
	Lines    []Line    `json:"lines"`
	Paid     Money     `json:"paid,omitzero"`     // what the buyer paid in all; zero: not told
	Shipping Money     `json:"shipping,omitzero"` // part of Paid
	Discount Money     `json:"discount,omitzero"` // already taken off Paid; a positive amount
	Tax      Money     `json:"tax,omitzero"`      // on top of or inside the prices: see PaidFor
	PlacedAt time.Time `json:"placed_at,omitzero"`
	Ref      string    `json:"ref,omitempty"`     // the shop's own id of it, where that is not the number that people know
	Payment  *Payment  `json:"payment,omitempty"` // how it was paid, where that is known
	// UpdatedAt is when the shop changed it last, where the shop tells: what stood there before that is older news.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// Payment is what a payment provider knows a sale by: what a refund names.
type Payment struct {
	Provider string `json:"provider"` // stripe, paypal, or the gateway's name in the shop
	ID       string `json:"id"`       // of the charge, the payment intent or the capture
}

// Line is some pieces of one SKU at a price.
type Line struct {
	Line     int    `json:"line"` // from 1, as the shop numbers it
	SKU      string `json:"sku,omitempty"`
	Title    string `json:"title,omitempty"`
	Quantity int    `json:"quantity"`           // pieces, at least 1
	Price    Money  `json:"price,omitzero"`     // of one piece
	WeightG  int    `json:"weight_g,omitempty"` // of one piece, grams; 0: not known
	SizeMM   Size   `json:"size_mm,omitzero"`   // of one piece
	Ref      string `json:"ref,omitempty"`      // the shop's own id of it: what a refund of this line names
	Product  string `json:"product,omitempty"`  // the id of the product, by which the agent knows it beside the SKU
}

// Size is length, width and height in millimetres; all zero: not known.
type Size [3]int

// Buyer is the person who bought. Personal data: never in logs or URLs, and kept apart from the history.
type Buyer struct {
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Locale string `json:"locale,omitempty"` // BCP 47; the language that buyer is written to
}

// Address is where an order is to be delivered. Personal data, as [Buyer].
type Address struct {
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region   string `json:"region,omitempty"`
	City     string `json:"city,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Street   string `json:"street,omitempty"`
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	// TaxID is the number by which customs there know the recipient, where they want one: a CPF in Brazil, a RUT in Chile, a
	// personal clearance id in Korea.
	TaxID string `json:"tax_id,omitempty"`
	// Partial says that the source leaves fields out (an anonymised or shortened export), so that nothing
	// can be concluded from what is missing.
	Partial bool `json:"partial,omitempty"`
}

// noPostcode are countries without a postcode system in daily use (Universal Postal Union, member
// countries' addressing pages), where an empty postcode is no mistake.
var noPostcode = map[string]bool{
	"AE": true, "AG": true, "AO": true, "AW": true, "BF": true, "BI": true, "BJ": true, "BO": true, "BS": true, "BW": true,
	"BZ": true, "CD": true, "CF": true, "CG": true, "CI": true, "CM": true, "DJ": true, "DM": true, "ER": true, "FJ": true,
	"GA": true, "GD": true, "GH": true, "GM": true, "GQ": true, "GY": true, "HK": true, "IE": true, "JM": true, "KI": true,
	"KM": true, "KN": true, "LC": true, "ML": true, "MO": true, "MR": true, "MW": true, "NR": true, "PA": true, "QA": true,
	"RW": true, "SB": true, "SC": true, "SL": true, "SR": true, "ST": true, "SY": true, "TD": true, "TG": true, "TL": true,
	"TO": true, "TV": true, "UG": true, "VU": true, "YE": true, "ZW": true,
}

// Deliverable says whether a parcel could be delivered there as far as the fields tell: country, city and
// street, and a postcode where the country has them. A partial or unknown address counts as deliverable:
// what was not told is not wrong.
func (a *Address) Deliverable() bool {
	if a == nil || a.Partial {
		return true
	}
	return a.Country != "" && a.City != "" && a.Street != "" && (a.Postcode != "" || noPostcode[a.Country])
}

// Pieces is a number of pieces of one line.
type Pieces struct {
	Line     int `json:"line"`
	Quantity int `json:"quantity"` // 0 in an event: all pieces of the line
}

// Line returns the line with that number, nil when the order has none.
func (o *Order) Line(number int) *Line {
	for i := range o.Lines {
		if o.Lines[i].Line == number {
			return &o.Lines[i]
		}
	}
	return nil
}

// Currency is the currency that the order is in: of its lines, else of what was paid; "" when nothing says so.
func (o *Order) Currency() Currency {
	for i := range o.Lines {
		if o.Lines[i].Price.Currency != "" {
			return o.Lines[i].Price.Currency
		}
	}
	return o.Paid.Currency
}

// PaidFor is what the buyer paid for all pieces of a line: price times quantity, less its share of the
// discount, plus its share of the tax where the total shows that tax came on top of the prices, and never more
// than its share of what was paid in all. Shares are by value, without a lost cent. Zero for an unknown line.
func (o *Order) PaidFor(number int) Money {
	at := -1
	weights := make([]int64, len(o.Lines))
	var sum int64
	for i := range o.Lines {
		weights[i] = o.gross(i)
		sum += weights[i]
		if o.Lines[i].Line == number {
			at = i
		}
	}
	if at < 0 {
		return Money{}
	}
	goods := Money{sum, o.Currency()}
	paid := o.paidForGoods(goods)
	if paid == goods {
		return Money{weights[at], goods.Currency}
	}
	shares, err := paid.Allocate(weights...)
	if err != nil { // unreachable: gross never gives a negative weight
		return Money{}
	}
	return shares[at]
}

// gross is the price of all pieces of the i-th line in minor units; 0 when it is negative, absent, too large
// or in another currency than the order: such a line cannot be refunded by itself.
func (o *Order) gross(i int) int64 {
	l := &o.Lines[i]
	if l.Price.Currency != o.Currency() || l.Price.Minor <= 0 || l.Quantity <= 0 {
		return 0
	}
	m, err := l.Price.Mul(int64(l.Quantity))
	if err != nil || m.Minor > maxOrder {
		return 0
	}
	return m.Minor
}

// maxOrder bounds one line's value in minor units so that a sum over an order cannot overflow.
const maxOrder = 1 << 50

// paidForGoods is what was paid for the goods alone, shipping left out, given their gross value.
func (o *Order) paidForGoods(goods Money) Money {
	paid := goods
	if o.same(o.Discount) {
		paid.Minor -= min(o.Discount.Minor, paid.Minor)
	}
	if !o.same(o.Paid) || o.Paid.Minor == 0 {
		return paid
	}
	rest := o.Paid.Minor
	if o.same(o.Shipping) {
		rest -= min(o.Shipping.Minor, rest)
	}
	if o.same(o.Tax) && rest >= paid.Minor+o.Tax.Minor {
		paid.Minor += o.Tax.Minor
	}
	paid.Minor = min(paid.Minor, rest)
	return paid
}

// same says that m is an amount in the order's currency that can be reckoned with.
func (o *Order) same(m Money) bool {
	return m.Currency != "" && m.Currency == o.Currency() && m.Minor >= 0 && m.Minor < maxOrder
}
