package shopify

import (
	"strings"

	"recourse"
	api "recourse/call/shopify"
)

// This file reads orders that were asked for by GraphQL, and has the document that asks.

// money is how an amount is asked for.
const money = `{presentmentMoney{amount currencyCode}}`

// orderFields is all of an order that has a meaning here. The numbers after first bound what it costs: about 800 points by
// the rule that every list counts in full, of the 1,000 that one question may cost. [I] What does not fit is asked for by
// itself (see complete).
const orderFields = `id name test createdAt updatedAt cancelledAt cancelReason email customerLocale
customer{firstName lastName} billingAddress{name}
shippingAddress{name address1 address2 city provinceCode zip countryCodeV2 phone}
totalPriceSet` + money + ` totalTaxSet` + money + ` totalDiscountsSet` + money + `
shippingLines(first:5){nodes{originalPriceSet` + money + ` discountedPriceSet` + money + `}}
lineItems(first:40){nodes{` + lineFields + `} pageInfo{hasNextPage endCursor}}
fulfillments(first:8){` + fulfilmentFields + `}
refunds(first:8){` + refundFields + `}
returns(first:4){` + returnFields + `}
disputes{id status}
transactions(first:5){kind status gateway authorizationCode}`

const (
	fulfilmentFields = `id name status createdAt trackingInfo(first:5){number company} fulfillmentLineItems(first:20){nodes{quantity lineItem{id}}} events(first:10,sortKey:HAPPENED_AT,reverse:true){nodes{id status happenedAt message city province country}}`
	refundFields     = `id createdAt note refundLineItems(first:20){nodes{quantity restockType lineItem{id}}} transactions(first:3){nodes{id kind status processedAt amountSet` + money + `}}`
	returnFields     = `nodes{id status createdAt closedAt returnLineItems(first:10){nodes{quantity ...on ReturnLineItem{returnReason customerNote fulfillmentLineItem{lineItem{id}}}}}}`
)

const lineFields = `id sku name quantity originalUnitPriceSet` + money

// document is an order that was asked for, as a delivery's body.
type document struct {
	Gone     bool           `json:"gone,omitempty"` // the shop has it no more
	Order    *graphOrder    `json:"whole,omitempty"`
	Disputes []graphDispute `json:"disputes,omitempty"` // in full, where the app may see them
}

type graphMoney struct {
	Amount   string `json:"amount"`
	Currency string `json:"currencyCode"`
}

type graphSet struct {
	Presentment graphMoney `json:"presentmentMoney"`
}

func (s graphSet) money() (recourse.Money, error) {
	return parseMoney(s.Presentment.Amount, s.Presentment.Currency)
}

type nodes[T any] struct {
	Nodes []T `json:"nodes"`
}

type lineRef struct {
	ID string `json:"id"`
}

type graphOrder struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Test        bool   `json:"test"`
	CreatedAt   string `json:"createdAt"`
	UpdatedAt   string `json:"updatedAt"`
	CancelledAt string `json:"cancelledAt"`
	Cancel      string `json:"cancelReason"`
	Email       string `json:"email"`
	Locale      string `json:"customerLocale"`
	Customer    struct {
		First string `json:"firstName"`
		Last  string `json:"lastName"`
	} `json:"customer"`
	Billing struct {
		Name string `json:"name"`
	} `json:"billingAddress"`
	ShipTo *struct {
		Name     string `json:"name"`
		One      string `json:"address1"`
		Two      string `json:"address2"`
		City     string `json:"city"`
		Region   string `json:"provinceCode"`
		Postcode string `json:"zip"`
		Country  string `json:"countryCodeV2"`
		Phone    string `json:"phone"`
	} `json:"shippingAddress"`
	Total     graphSet `json:"totalPriceSet"`
	Tax       graphSet `json:"totalTaxSet"`
	Discounts graphSet `json:"totalDiscountsSet"`
	Shipping  nodes[struct {
		Price      graphSet `json:"originalPriceSet"`
		Discounted graphSet `json:"discountedPriceSet"`
	}] `json:"shippingLines"`
	Lines       graphLines         `json:"lineItems"`
	Fulfilments []graphFulfilment  `json:"fulfillments"`
	Refunds     []graphRefund      `json:"refunds"`
	Returns     nodes[graphReturn] `json:"returns"`
	Disputes    []struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"disputes"`
	Payments []graphPayment `json:"transactions"`
}

type graphLines struct {
	Nodes []struct {
		ID       string   `json:"id"`
		SKU      string   `json:"sku"`
		Name     string   `json:"name"`
		Quantity int      `json:"quantity"`
		Price    graphSet `json:"originalUnitPriceSet"`
	} `json:"nodes"`
	Page struct {
		More bool   `json:"hasNextPage"`
		End  string `json:"endCursor"`
	} `json:"pageInfo"`
}

type graphFulfilment struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	At       string `json:"createdAt"`
	Tracking []struct {
		Number  string `json:"number"`
		Company string `json:"company"`
	} `json:"trackingInfo"`
	Lines nodes[struct {
		Quantity int     `json:"quantity"`
		Line     lineRef `json:"lineItem"`
	}] `json:"fulfillmentLineItems"`
	Events nodes[struct {
		ID       string `json:"id"`
		Status   string `json:"status"`
		At       string `json:"happenedAt"`
		Message  string `json:"message"`
		City     string `json:"city"`
		Province string `json:"province"`
		Country  string `json:"country"`
	}] `json:"events"`
}

type graphRefund struct {
	ID    string `json:"id"`
	At    string `json:"createdAt"`
	Note  string `json:"note"`
	Lines nodes[struct {
		Quantity int     `json:"quantity"`
		Restock  string  `json:"restockType"`
		Line     lineRef `json:"lineItem"`
	}] `json:"refundLineItems"`
	Transactions nodes[struct {
		ID     string   `json:"id"`
		Kind   string   `json:"kind"`
		Status string   `json:"status"`
		At     string   `json:"processedAt"`
		Amount graphSet `json:"amountSet"`
	}] `json:"transactions"`
}

type graphReturn struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	At     string `json:"createdAt"`
	Closed string `json:"closedAt"`
	Lines  nodes[struct {
		Quantity    int    `json:"quantity"`
		Reason      string `json:"returnReason"`
		Note        string `json:"customerNote"`
		Fulfillment struct {
			Line lineRef `json:"lineItem"`
		} `json:"fulfillmentLineItem"`
	}] `json:"returnLineItems"`
}

type graphReason struct {
	Reason string `json:"reason"`
}

type graphDispute struct {
	ID     string      `json:"id"`
	Status string      `json:"status"`
	Reason graphReason `json:"reasonDetails"`
	Amount graphMoney  `json:"amount"`
	At     string      `json:"initiatedAt"`
	Due    string      `json:"evidenceDueBy"`
	Ended  string      `json:"finalizedOn"`
}

// sale puts an order that was asked for into the common form.
func (doc *document) sale() (*sale, error) {
	o := doc.Order
	s := &sale{
		id: api.Number(o.ID), number: number(o.Name), test: o.Test, created: parseTime(o.CreatedAt), updated: parseTime(o.UpdatedAt),
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
	for i := range o.Fulfilments {
		s.fulfilments = append(s.fulfilments, o.Fulfilments[i].common())
	}
	for i := range o.Refunds {
		r, err := o.Refunds[i].common()
		if err != nil {
			return nil, err
		}
		s.refunds = append(s.refunds, r)
	}
	for i := range o.Returns.Nodes {
		s.returns = append(s.returns, o.Returns.Nodes[i].common())
	}
	s.disputes, s.provider = doc.allDisputes(), paidBy(o.Payments)
	s.sorted()
	return s, nil
}

func (o *graphOrder) money(s *sale) error {
	sum := summing{}
	s.total, s.tax, s.discounts = sum.of(o.Total.money()), sum.of(o.Tax.money()), sum.of(o.Discounts.money())
	for _, l := range o.Shipping.Nodes {
		s.shipping = sum.add(s.shipping, sum.of(l.Price.money()))
		s.shippedAs = sum.add(s.shippedAs, sum.of(l.Discounted.money()))
	}
	for _, l := range o.Lines.Nodes {
		s.lines = append(s.lines, line{id: api.Number(l.ID), sku: l.SKU, title: l.Name, quantity: l.Quantity, price: sum.of(l.Price.money())})
	}
	return sum.err
}

func (f *graphFulfilment) common() fulfilment {
	out := fulfilment{id: api.Number(f.ID), name: number(f.Name), status: f.Status, at: parseTime(f.At)}
	for _, t := range f.Tracking {
		out.carrier = firstText(out.carrier, t.Company)
		if t.Number != "" {
			out.tracking = append(out.tracking, t.Number)
		}
	}
	for _, l := range f.Lines.Nodes {
		out.pieces = append(out.pieces, piece{line: api.Number(l.Line.ID), quantity: l.Quantity})
	}
	for _, e := range f.Events.Nodes {
		place := strings.Trim(strings.Join([]string{e.City, e.Province, e.Country}, ", "), ", ")
		out.scans = append(out.scans, scan{id: api.Number(e.ID), status: e.Status, text: e.Message, place: strings.ReplaceAll(place, ", , ", ", "), at: parseTime(e.At)})
	}
	return out
}

func (r *graphRefund) common() (refund, error) {
	sum := summing{}
	out := refund{id: api.Number(r.ID), note: r.Note, at: parseTime(r.At)}
	for _, l := range r.Lines.Nodes {
		out.pieces = append(out.pieces, piece{line: api.Number(l.Line.ID), quantity: l.Quantity, restock: l.Restock})
	}
	for _, t := range r.Transactions.Nodes {
		if t.Kind == "REFUND" {
			out.paid = append(out.paid, payment{id: api.Number(t.ID), status: t.Status, amount: sum.of(t.Amount.money()), at: parseTime(t.At)})
		}
	}
	return out, sum.err
}

func (r *graphReturn) common() goingBack {
	out := goingBack{id: api.Number(r.ID), status: r.Status, at: parseTime(r.At), closed: parseTime(r.Closed)}
	for _, l := range r.Lines.Nodes {
		out.pieces = append(out.pieces, piece{line: api.Number(l.Fulfillment.Line.ID), quantity: l.Quantity})
		if out.reason == "" {
			out.reason = strings.TrimSuffix(strings.ToLower(l.Reason)+": "+l.Note, ": ")
		}
	}
	return out
}

// disputes are those of the order, in full where the app may see them, else as far as the order itself tells.
func (doc *document) allDisputes() []dispute {
	var out []dispute
	told := map[string]bool{}
	for _, d := range doc.Disputes {
		told[api.Number(d.ID)] = true
		amount, err := parseMoney(d.Amount.Amount, d.Amount.Currency)
		if err != nil {
			amount = recourse.Money{} // the bank may ask in units that nobody here has; what it asks about stands all the same
		}
		out = append(out, dispute{id: api.Number(d.ID), status: d.Status, reason: strings.ToLower(d.Reason.Reason), at: parseTime(d.At), due: parseTime(d.Due), ended: parseTime(d.Ended), amount: amount})
	}
	for _, d := range doc.Order.Disputes {
		if !told[api.Number(d.ID)] {
			out = append(out, dispute{id: api.Number(d.ID), status: d.Status})
		}
	}
	return out
}
