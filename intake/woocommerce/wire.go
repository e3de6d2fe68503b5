package woocommerce

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// order is an order as WooCommerce's REST API (wc/v3) gives it, in webhooks too. Amounts are decimal texts in the shop's
// currency; those of lines are for all pieces, after discounts and without taxes.
type order struct {
	ID               int64     `json:"id"`
	Number           text      `json:"number"`
	Status           string    `json:"status"`
	Currency         string    `json:"currency"`
	Created          gmt       `json:"date_created_gmt"`
	Modified         gmt       `json:"date_modified_gmt"`
	Paid             gmt       `json:"date_paid_gmt"`
	Total            text      `json:"total"`
	TotalTax         text      `json:"total_tax"`
	ShippingTotal    text      `json:"shipping_total"`
	ShippingTax      text      `json:"shipping_tax"`
	PricesIncludeTax bool      `json:"prices_include_tax"`
	PaymentMethod    string    `json:"payment_method"`
	Transaction      text      `json:"transaction_id"`
	Billing          address   `json:"billing"`
	Shipping         address   `json:"shipping"`
	Lines            []item    `json:"line_items"`
	Fees             []item    `json:"fee_lines"`
	Refunds          []summary `json:"refunds"`
	Meta             metas     `json:"meta_data"`
	Fetched          []refund  `json:"recourse_refunds"` // nil: not fetched
}

// item is a line of an order, a fee, or a line of a refund, whose amounts and quantity are negative.
type item struct {
	ID       int64       `json:"id"`
	Name     string      `json:"name"`
	SKU      text        `json:"sku"`
	Quantity json.Number `json:"quantity"`
	Total    text        `json:"total"`
	TotalTax text        `json:"total_tax"`
	Meta     metas       `json:"meta_data"`
}

// summary is a refund as an order tells it.
type summary struct {
	ID     int64  `json:"id"`
	Reason string `json:"reason"`
	Total  text   `json:"total"` // negative
}

type address struct {
	First    string `json:"first_name"`
	Last     string `json:"last_name"`
	Company  string `json:"company"`
	Street   string `json:"address_1"`
	Street2  string `json:"address_2"`
	City     string `json:"city"`
	State    string `json:"state"`
	Postcode string `json:"postcode"`
	Country  string `json:"country"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
}

// fetchedField is where [whole] puts the refunds that it fetched.
const fetchedField = "recourse_refunds"

// refund is a refund as the REST API gives it: more than its order tells of it.
type refund struct {
	ID       int64  `json:"id"`
	Created  gmt    `json:"date_created_gmt"`
	Amount   text   `json:"amount"`
	Reason   string `json:"reason"`
	Refunded bool   `json:"refunded_payment"` // the gateway paid it back
	Lines    []item `json:"line_items"`
	Meta     metas  `json:"meta_data"`
}

// metas are fields that plugins add: whatever JSON they like.
type metas []struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// UnmarshalJSON takes a list; PHP writes an empty one, and one whose numbers have a gap, as an object.
func (m *metas) UnmarshalJSON(data []byte) error {
	type plain metas
	if len(data) > 0 && data[0] != '[' {
		*m = nil
		return nil
	}
	return json.Unmarshal(data, (*plain)(m))
}

// get is the value of a field; nil: there is none.
func (m metas) get(key string) json.RawMessage {
	for i := range m {
		if m[i].Key == key {
			return m[i].Value
		}
	}
	return nil
}

// text of a field, whether its value is a text or a number.
func (m metas) text(key string) string {
	var t text
	if v := m.get(key); v != nil && t.UnmarshalJSON(v) == nil {
		return string(t)
	}
	return ""
}

// text is a text that some shops write as a number.
type text string

// UnmarshalJSON takes texts, numbers and null.
func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(t))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

// gmt is an instant as WooCommerce writes it in the fields that end in _gmt: UTC without an offset. Zero: null.
type gmt struct{ time.Time }

const layout = "2006-01-02T15:04:05"

// UnmarshalJSON reads the instant.
func (g *gmt) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil || s == "" {
		return err
	}
	at, err := time.Parse(layout, strings.TrimSuffix(s, "Z"))
	g.Time = at
	return err
}

// amount reads a decimal text. Shops may reckon with more decimals than their currency has: those are rounded, halves
// away from nothing, as the shop does where it charges. An empty text is nothing.
func amount(field string, t text, currency recourse.Currency) (recourse.Money, error) {
	s := strings.TrimSpace(string(t))
	if s == "" {
		return recourse.Money{Currency: currency}, nil
	}
	m, err := recourse.ParseAmount(s, currency)
	if recourse.CodeOf(err) != "money_precision" {
		if err != nil {
			return m, refused("woocommerce_amount", field, "the amount "+strconv.Quote(recourse.Shorten(s, 40))+" of "+field+" cannot be read", err)
		}
		return m, nil
	}
	point := strings.IndexByte(s, '.')
	cut := point + 1 + currency.Exponent()
	up := s[cut] >= '5'
	if m, err = recourse.ParseAmount(strings.TrimSuffix(s[:cut], "."), currency); err == nil && up {
		m.Minor += sign1(s)
	}
	return m, err
}

func sign1(s string) int64 {
	if strings.HasPrefix(s, "-") {
		return -1
	}
	return 1
}
