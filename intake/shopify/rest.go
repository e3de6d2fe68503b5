package shopify

import (
	"encoding/json"
	"strings"

	"recourse"
	api "recourse/call/shopify"
)

// This file reads webhooks about orders: the shapes of the REST API. Only what has a meaning here is named.

// restSet is an amount in both currencies; the buyer's is the one that counts.
type restSet struct {
	Presentment struct {
		Amount   string `json:"amount"`
		Currency string `json:"currency_code"`
	} `json:"presentment_money"`
}

func (s restSet) money() (recourse.Money, error) {
	return parseMoney(s.Presentment.Amount, s.Presentment.Currency)
}

type restOrder struct {
	ID          num    `json:"id"`
	Name        string `json:"name"`
	Test        bool   `json:"test"`
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
	CancelledAt string `json:"cancelled_at"`
	Cancel      string `json:"cancel_reason"`
	Email       string `json:"email"`
	Locale      string `json:"customer_locale"`
	Customer    struct {
		First string `json:"first_name"`
		Last  string `json:"last_name"`
	} `json:"customer"`
	Billing   restAddress  `json:"billing_address"`
	ShipTo    *restAddress `json:"shipping_address"`
	Total     restSet      `json:"total_price_set"`
	Tax       restSet      `json:"total_tax_set"`
	Discounts restSet      `json:"total_discounts_set"`
	Shipping  []struct {
		Price      restSet `json:"price_set"`
		Discounted restSet `json:"discounted_price_set"`
	} `json:"shipping_lines"`
	Lines []struct {
		ID       num     `json:"id"`
		SKU      string  `json:"sku"`
		Name     string  `json:"name"`
		Quantity int     `json:"quantity"`
		Price    restSet `json:"price_set"`
	} `json:"line_items"`
	Fulfilments []restFulfilment `json:"fulfillments"`
	Refunds     []restRefund     `json:"refunds"`
}

type restAddress struct {
	Name     string `json:"name"`
	One      string `json:"address1"`
	Two      string `json:"address2"`
	City     string `json:"city"`
	Region   string `json:"province_code"`
	Postcode string `json:"zip"`
	Country  string `json:"country_code"`
	Phone    string `json:"phone"`
}

type restFulfilment struct {
	ID       num      `json:"id"`
	Name     string   `json:"name"`
	Status   string   `json:"status"`
	At       string   `json:"created_at"`
	Carrier  string   `json:"tracking_company"`
	Tracking []string `json:"tracking_numbers"`
	Lines    []struct {
		ID       num `json:"id"`
		Quantity int `json:"quantity"`
	} `json:"line_items"`
}

type restRefund struct {
	ID    num    `json:"id"`
	At    string `json:"created_at"`
	Note  string `json:"note"`
	Lines []struct {
		Line     num    `json:"line_item_id"`
		Quantity int    `json:"quantity"`
		Restock  string `json:"restock_type"`
	} `json:"refund_line_items"`
	Transactions []struct {
		ID       num    `json:"id"`
		Kind     string `json:"kind"`
		Status   string `json:"status"`
		Amount   string `json:"amount"`
		Currency string `json:"currency"` // of the payment, which is the buyer's
		At       string `json:"processed_at"`
	} `json:"transactions"`
}

// sale puts a webhook's order into the common form.
func (o *restOrder) sale() (*sale, error) {
	s := &sale{
		id: string(o.ID), number: number(o.Name), test: o.Test, created: parseTime(o.CreatedAt), updated: parseTime(o.UpdatedAt),
		cancelled: parseTime(o.CancelledAt), cancelReason: strings.ToLower(o.Cancel),
		buyer: recourse.Buyer{Email: o.Email, Locale: o.Locale},
	}
	shipName := ""
	if a := o.ShipTo; a != nil {
		s.shipTo = &recourse.Address{Country: a.Country, Region: a.Region, City: a.City, Postcode: a.Postcode, Street: street(a.One, a.Two), Name: a.Name, Phone: a.Phone}
		shipName = a.Name
	}
	s.buyer.Name = firstText(o.Customer.First+" "+o.Customer.Last, o.Billing.Name, shipName)
	if err := o.money(s); err != nil {
		return nil, err
	}
	for _, f := range o.Fulfilments {
		s.fulfilments = append(s.fulfilments, f.common())
	}
	for _, r := range o.Refunds {
		common, err := r.common()
		if err != nil {
			return nil, err
		}
		s.refunds = append(s.refunds, common)
	}
	s.sorted()
	return s, nil
}

func (o *restOrder) money(s *sale) error {
	sum := summing{}
	s.total, s.tax, s.discounts = sum.of(o.Total.money()), sum.of(o.Tax.money()), sum.of(o.Discounts.money())
	for _, l := range o.Shipping {
		s.shipping = sum.add(s.shipping, sum.of(l.Price.money()))
		s.shippedAs = sum.add(s.shippedAs, sum.of(l.Discounted.money()))
	}
	for _, l := range o.Lines {
		s.lines = append(s.lines, line{id: string(l.ID), sku: l.SKU, title: l.Name, quantity: l.Quantity, price: sum.of(l.Price.money())})
	}
	return sum.err
}

func (f *restFulfilment) common() fulfilment {
	out := fulfilment{id: string(f.ID), name: number(f.Name), status: strings.ToUpper(f.Status), at: parseTime(f.At), carrier: f.Carrier, tracking: f.Tracking}
	for _, l := range f.Lines {
		out.pieces = append(out.pieces, piece{line: string(l.ID), quantity: l.Quantity})
	}
	return out
}

func (r *restRefund) common() (refund, error) {
	sum := summing{}
	out := refund{id: string(r.ID), note: r.Note, at: parseTime(r.At)}
	for _, l := range r.Lines {
		out.pieces = append(out.pieces, piece{line: string(l.Line), quantity: l.Quantity, restock: strings.ToUpper(l.Restock)})
	}
	for _, t := range r.Transactions {
		if strings.EqualFold(t.Kind, "refund") {
			out.paid = append(out.paid, payment{id: string(t.ID), status: strings.ToUpper(t.Status), amount: sum.of(parseMoney(t.Amount, t.Currency)), at: parseTime(t.At)})
		}
	}
	return out, sum.err
}

// summing reckons with amounts and keeps the first error.
type summing struct{ err error }

func (s *summing) of(m recourse.Money, err error) recourse.Money {
	if s.err == nil {
		s.err = err
	}
	return m
}

func (s *summing) add(a, b recourse.Money) recourse.Money { return s.of(a.Add(b)) }

// restDispute is a webhook's dispute.
type restDispute struct {
	ID       num    `json:"id"`
	Status   string `json:"status"`
	Reason   string `json:"reason"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	At       string `json:"initiated_at"`
	Due      string `json:"evidence_due_by"`
	Ended    string `json:"finalized_on"`
}

// told puts what a webhook tells of a dispute into the document of its order, where the app may not ask for it.
func (doc *document) told(body []byte) {
	var d restDispute
	if json.Unmarshal(body, &d) != nil || d.ID == "" {
		return
	}
	id := api.GID("ShopifyPaymentsDispute", string(d.ID))
	for i := range doc.Disputes {
		if api.Number(doc.Disputes[i].ID) == string(d.ID) {
			return
		}
	}
	doc.Disputes = append(doc.Disputes, graphDispute{
		ID: id, Status: strings.ToUpper(d.Status), Reason: graphReason{strings.ToUpper(d.Reason)}, Amount: graphMoney{d.Amount, d.Currency},
		At: d.At, Due: d.Due, Ended: d.Ended,
	})
}
