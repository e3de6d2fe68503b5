package woocommerce

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// CancelledMeta marks an order that was cancelled in the shop because its cancellation was settled here: it is no news.
const CancelledMeta = "_recourse_cancelled"

// meaning is what an order tells: that it was placed, once it is a sale; that it was cancelled; which parcels left; and
// that all of it was refunded. What is no sale yet tells nothing: the shop tells the order again when it is paid.
func (o *order) meaning() (intake.Meaning, error) {
	if o.ID <= 0 {
		return intake.Meaning{}, refused("woocommerce_order", "id", "the order has no id", nil)
	}
	m := intake.Meaning{Order: o.number()}
	if !o.sale() {
		m.Note = NoteNotPaid
		return m, nil
	}
	placed, err := o.placed()
	if err != nil {
		return m, err
	}
	m.Events = append(m.Events, placed)
	m.Events = append(m.Events, o.shipped()...)
	if o.Status == "cancelled" && o.Meta.get(CancelledMeta) == nil {
		m.Events = append(m.Events, o.event("cancelled", recourse.OrderCancelRequested, o.Modified.Time))
	}
	return m, o.refunds(&m)
}

// number is the order's number, as people know it: plugins give orders other numbers than their ids.
func (o *order) number() string { return numberOf(o.Number, o.ID) }

func numberOf(number text, id int64) string {
	if n := strings.TrimPrefix(strings.TrimSpace(string(number)), "#"); n != "" {
		return n
	}
	return strconv.FormatInt(id, 10)
}

// sale says that the order was paid, or is carried out all the same. One that is on hold and was paid is a sale: shops
// put orders on hold by hand, too.
func (o *order) sale() bool {
	switch o.Status {
	case "processing", "completed", "refunded":
		return true
	case "checkout-draft", "auto-draft", "trash":
		return false
	}
	return !o.Paid.IsZero()
}

// event is a fact of the order. Its id is made of the shop's own ids, so that webhook and back-fill tell the same fact.
func (o *order) event(id string, t recourse.EventType, at time.Time) recourse.Event {
	return recourse.Event{ID: "order/" + strconv.FormatInt(o.ID, 10) + "/" + id, Type: t, Time: at, Data: recourse.Data{Order: o.number()}}
}

// placed is the order as it stands. Its id holds the instant of its last change and a hash of what is told: the shop's
// instants are of whole seconds, in which an order may change twice.
func (o *order) placed() (recourse.Event, error) {
	e := o.event("", recourse.OrderPlaced, o.Created.Time)
	currency, err := recourse.ParseCurrency(o.Currency)
	if err != nil {
		return e, refused("woocommerce_currency", "currency", "the order's currency is "+strconv.Quote(recourse.Shorten(o.Currency, 20)), err)
	}
	e.Ref, e.UpdatedAt = strconv.FormatInt(o.ID, 10), o.Modified.Time
	e.Buyer, e.ShipTo, e.Payment = o.buyer(), o.shipTo(), o.payment()
	if err := o.money(&e.Data, currency); err != nil {
		return e, err
	}
	if len(e.Items) == 0 {
		return e, refused("woocommerce_lines", "line_items", "the order has no lines", nil)
	}
	told, err := json.Marshal(e.Data)
	if err != nil {
		return e, refused("woocommerce_order", "", "the order cannot be taken in", err)
	}
	sum := sha256.Sum256(told)
	e.ID += o.Modified.Format("20060102150405") + "/" + hex.EncodeToString(sum[:6])
	return e, e.Check()
}

// money fills in lines and amounts. The price of a piece is what was paid for it: taxes inside, discounts taken off, as
// the shop shared them out among the lines, since another sharing would refund other amounts than were paid. What does
// not divide into whole minor units is rounded up, and the difference stands as a discount: the sum is exact.
func (o *order) money(d *recourse.Data, currency recourse.Currency) error {
	var paid, gross int64
	for i := range o.Lines {
		line, sum, err := o.Lines[i].line(i+1, currency)
		if err != nil {
			return err
		}
		paid += sum
		gross += line.Price.Minor * int64(line.Quantity)
		d.Items = append(d.Items, line)
	}
	d.Discount = recourse.Money{Minor: gross - paid, Currency: currency}
	var err error
	if d.Paid, err = amount("total", o.Total, currency); err != nil {
		return err
	}
	if d.Shipping, err = sum("shipping", o.ShippingTotal, o.ShippingTax, currency); err != nil {
		return err
	}
	// Taxes are inside the prices. They are told only where nobody could take them for taxes on top.
	tax, err := amount("total_tax", o.TotalTax, currency)
	if err == nil && d.Paid.Minor-d.Shipping.Minor < paid+tax.Minor {
		d.Tax = tax
	}
	return err
}

// line is a line with what was paid for all its pieces.
func (i *item) line(number int, currency recourse.Currency) (recourse.Line, int64, error) {
	field := "line_items[" + strconv.Itoa(number-1) + "]"
	total, err := sum(field, i.Total, i.TotalTax, currency)
	if err != nil {
		return recourse.Line{}, 0, err
	}
	if total.Minor < 0 {
		return recourse.Line{}, 0, refused("woocommerce_amount", field, "a line costs less than nothing", nil)
	}
	n := pieces(i.Quantity)
	price := (total.Minor + int64(n) - 1) / int64(n)
	return recourse.Line{Line: number, SKU: string(i.SKU), Title: i.Name, Quantity: n, Ref: strconv.FormatInt(i.ID, 10),
		Price: recourse.Money{Minor: price, Currency: currency}}, total.Minor, nil
}

// pieces are a line's: at least one. Some plugins sell by weight; part of a piece is a piece.
func pieces(n json.Number) int {
	f, err := n.Float64()
	if err != nil || !(f > 1) {
		return 1
	}
	return int(math.Ceil(min(f, 1_000_000)))
}

// sum is an amount with its tax. Shops that reckon with more decimals than the currency has round the sum.
func sum(field string, net, tax text, currency recourse.Currency) (recourse.Money, error) {
	a, err := amount(field, net, currency)
	if err != nil {
		return a, err
	}
	b, err := amount(field+".tax", tax, currency)
	if err != nil {
		return a, err
	}
	return a.Add(b)
}

func (o *order) buyer() *recourse.Buyer {
	b := recourse.Buyer{Name: o.Billing.name(), Email: strings.TrimSpace(o.Billing.Email), Locale: locale(o.Meta)}
	if b == (recourse.Buyer{}) {
		return nil
	}
	return &b
}

// locale is the language that the buyer read the shop in, as the plugins for languages note it (WPML, TranslatePress).
func locale(m metas) string {
	for _, key := range []string{"wpml_language", "trp_language"} {
		if l := m.text(key); l != "" && len(l) <= 12 {
			return strings.ReplaceAll(l, "_", "-")
		}
	}
	return ""
}

func (a *address) name() string {
	return strings.TrimSpace(strings.TrimSpace(a.First) + " " + strings.TrimSpace(a.Last))
}

// shipTo is where the order goes. Shops that ship to the billing address leave the other one empty.
func (o *order) shipTo() *recourse.Address {
	a := o.Shipping
	if a.Street == "" && a.Country == "" {
		a = o.Billing
	}
	out := recourse.Address{Country: strings.ToUpper(strings.TrimSpace(a.Country)), Region: a.State, City: a.City, Postcode: a.Postcode, Name: a.name(), Phone: a.Phone,
		Street: joined(", ", a.Street, a.Street2)}
	out.Name = joined(", ", out.Name, a.Company)
	if out.Phone == "" {
		out.Phone = o.Billing.Phone
	}
	if out == (recourse.Address{}) {
		return nil
	}
	return &out
}

func joined(by string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, by)
}

// providers are the payment providers behind the gateways whose transaction is the provider's own id. WooPayments is not
// among them: its payments stand in an account that only the shop can refund from.
var providers = []struct{ gateway, provider string }{
	{"stripe", "stripe"}, {"ppcp", "paypal"}, {"paypal", "paypal"}, {"ppec_paypal", "paypal"},
}

func (o *order) payment() *recourse.Payment {
	id := strings.TrimSpace(string(o.Transaction))
	if o.PaymentMethod == "" || id == "" {
		return nil
	}
	for _, p := range providers {
		if o.PaymentMethod == p.gateway || strings.HasPrefix(o.PaymentMethod, p.gateway+"_") || strings.HasPrefix(o.PaymentMethod, p.gateway+"-") {
			return &recourse.Payment{Provider: p.provider, ID: id}
		}
	}
	return &recourse.Payment{Provider: o.PaymentMethod, ID: id}
}
