package peer

import (
	"slices"
	"strings"
	"time"

	"recourse"
)

// This file is how an order looks in GraphQL. What is not here does not exist.

func sortBy[T any](all []T, by func(a, b T) int) { slices.SortStableFunc(all, by) }

// moneySet is a MoneyBag. The shop's own money is at a made-up rate, so that whoever takes the wrong one is found out.
func (o *ShopifyOrder) moneySet(m recourse.Money) object {
	shop := m
	if c := o.shopCurrency(); c != m.Currency {
		shop = recourse.Money{Minor: m.Minor*11/10 + 1, Currency: c}
	}
	return object{"__typename": "MoneyBag", "presentmentMoney": moneyView(m), "shopMoney": moneyView(shop)}
}

func moneyView(m recourse.Money) object {
	return object{"__typename": "MoneyV2", "amount": amount(m), "currencyCode": string(m.Currency)}
}

// amount is a decimal text: Shopify leaves out a zero at the end, but not the first decimal.
func amount(m recourse.Money) string {
	text, _, _ := strings.Cut(m.String(), " ")
	if strings.Contains(text, ".") && strings.HasSuffix(text, "0") && text[len(text)-2] != '.' {
		text = text[:len(text)-1]
	}
	return text
}

func (o *ShopifyOrder) currency() recourse.Currency { return o.Lines[0].Price.Currency }

func (o *ShopifyOrder) shopCurrency() recourse.Currency {
	if o.ShopCurrency != "" {
		return o.ShopCurrency
	}
	return o.currency()
}

// Total is what the buyer paid in all.
func (o *ShopifyOrder) Total() recourse.Money {
	sum := o.Shipping.Minor - o.Discount.Minor
	for _, l := range o.Lines {
		sum += l.Price.Minor * int64(l.Quantity)
	}
	if !o.TaxIncluded {
		sum += o.Tax.Minor
	}
	return recourse.Money{Minor: sum, Currency: o.currency()}
}

// Refunded is what went back, or is on its way.
func (o *ShopifyOrder) Refunded() recourse.Money {
	sum := recourse.Money{Currency: o.currency()}
	for _, r := range o.Refunds {
		sum.Minor += r.total()
	}
	return sum
}

func (r *ShopifyRefund) total() (sum int64) {
	for _, t := range r.Transactions {
		if t.Status == "SUCCESS" || t.Status == "PENDING" {
			sum += t.Amount.Minor
		}
	}
	return sum
}

// left is what can go back by a payment.
func (o *ShopifyOrder) left(p *ShopifyPayment) int64 {
	left := p.Amount.Minor
	for _, r := range o.Refunds {
		for _, t := range r.Transactions {
			if t.Parent == p.ID && (t.Status == "SUCCESS" || t.Status == "PENDING") {
				left -= t.Amount.Minor
			}
		}
	}
	return left
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// view is the order as GraphQL shows it; nil: there is none.
func (s *Shopify) view(o *ShopifyOrder) object {
	if o == nil {
		return nil
	}
	first, last := o.names()
	v := object{
		"__typename": "Order", "id": shopGID("Order", o.ID), "name": o.Name, "test": o.Test, "createdAt": stamp(o.CreatedAt), "updatedAt": stamp(o.UpdatedAt),
		"cancelledAt": stamp(o.CancelledAt), "cancelReason": nil, "closed": false, "note": orNil(o.Note), "tags": append([]string{}, o.Tags...),
		"email": orNil(o.Buyer.Email), "customerLocale": orNil(o.Buyer.Locale), "presentmentCurrencyCode": string(o.currency()), "currencyCode": string(o.shopCurrency()),
		"displayFulfillmentStatus": o.fulfilmentStatus(), "customer": nil, "billingAddress": nil, "shippingAddress": nil,
		"totalPriceSet": o.moneySet(o.Total()), "totalTaxSet": o.moneySet(o.Tax), "totalDiscountsSet": o.moneySet(o.Discount),
	}
	if !o.CancelledAt.IsZero() {
		v["cancelReason"] = "CUSTOMER"
	}
	if s.may("read_customers") && o.Buyer.Name != "" {
		v["customer"] = object{"__typename": "Customer", "firstName": first, "lastName": last}
		v["billingAddress"] = object{"__typename": "MailingAddress", "name": o.Buyer.Name}
	}
	if a := o.ShipTo; a != (recourse.Address{}) {
		first, last, _ := cutLast(a.Name)
		v["shippingAddress"] = object{"__typename": "MailingAddress", "name": a.Name, "firstName": first, "lastName": last, "address1": a.Street, "address2": nil, "city": a.City,
			"provinceCode": orNil(a.Region), "zip": a.Postcode, "countryCodeV2": a.Country, "phone": orNil(a.Phone)}
	}
	s.viewLists(o, v)
	return v
}

func cutLast(name string) (first, last string, ok bool) {
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:], true
	}
	return "", name, false
}

func (o *ShopifyOrder) names() (first, last string) {
	first, last, _ = cutLast(o.Buyer.Name)
	return first, last
}

func (s *Shopify) viewLists(o *ShopifyOrder, v object) {
	var lines, shipping, fulfilments, refunds, returns, disputes, transactions []object
	for i := range o.Lines {
		l := &o.Lines[i]
		lines = append(lines, object{"__typename": "LineItem", "id": shopGID("LineItem", l.ID), "sku": orNil(l.SKU), "name": l.Title, "quantity": l.Quantity,
			"refundableQuantity": l.Quantity - l.refunded, "originalUnitPriceSet": o.moneySet(l.Price)})
	}
	if !o.Shipping.IsZero() {
		shipping = append(shipping, object{"__typename": "ShippingLine", "originalPriceSet": o.moneySet(o.Shipping), "discountedPriceSet": o.moneySet(o.Shipping)})
	}
	for _, f := range o.Fulfilments {
		fulfilments = append(fulfilments, f.view(o))
	}
	for _, r := range o.Refunds {
		refunds = append(refunds, r.view(o))
	}
	for _, r := range o.Returns {
		returns = append(returns, r.view())
	}
	for _, d := range o.Disputes {
		disputes = append(disputes, object{"__typename": "OrderDisputeSummary", "id": shopGID("OrderDisputeSummary", d.ID), "status": d.Status, "initiatedAs": "CHARGEBACK"})
	}
	for i := range o.Gateways {
		transactions = append(transactions, o.paymentView(&o.Gateways[i]))
	}
	for _, r := range o.Refunds {
		for i := range r.Transactions {
			transactions = append(transactions, o.transactionView(&r.Transactions[i]))
		}
	}
	v["lineItems"], v["shippingLines"] = connection("LineItem", lines), connection("ShippingLine", shipping)
	v["fulfillments"], v["refunds"], v["returns"], v["disputes"] = list(fulfilments), list(refunds), connection("Return", returns), disputes
	v["transactions"], v["fulfillmentOrders"] = list(transactions), connection("FulfillmentOrder", o.fulfilmentOrders())
	v["suggestedRefund"] = resolver(o.suggest)
}

func (o *ShopifyOrder) paymentView(p *ShopifyPayment) object {
	return object{"__typename": "OrderTransaction", "id": shopGID("OrderTransaction", p.ID), "kind": "SALE", "status": "SUCCESS", "gateway": p.Gateway, "authorizationCode": orNil(p.Code), "amountSet": o.moneySet(p.Amount),
		"processedAt": stamp(o.CreatedAt), "parentTransaction": nil}
}

func (o *ShopifyOrder) transactionView(t *ShopifyTransaction) object {
	gateway := ""
	for i := range o.Gateways {
		if o.Gateways[i].ID == t.Parent {
			gateway = o.Gateways[i].Gateway
		}
	}
	return object{"__typename": "OrderTransaction", "id": shopGID("OrderTransaction", t.ID), "kind": "REFUND", "status": t.Status, "gateway": gateway, "authorizationCode": nil, "amountSet": o.moneySet(t.Amount),
		"processedAt": stamp(t.At), "parentTransaction": object{"__typename": "OrderTransaction", "id": shopGID("OrderTransaction", t.Parent)}}
}

func (f *ShopifyFulfilment) view(o *ShopifyOrder) object {
	var tracking, pieces, events []object
	for _, n := range f.Tracking {
		tracking = append(tracking, object{"__typename": "FulfillmentTrackingInfo", "number": n, "company": orNil(f.Carrier)})
	}
	for i := range o.Lines {
		if n := f.Lines[o.Lines[i].ID]; n > 0 {
			pieces = append(pieces, object{"__typename": "FulfillmentLineItem", "quantity": n, "lineItem": object{"__typename": "LineItem", "id": shopGID("LineItem", o.Lines[i].ID)}})
		}
	}
	for i := len(f.Events) - 1; i >= 0; i-- {
		e := f.Events[i]
		events = append(events, object{"__typename": "FulfillmentEvent", "id": shopGID("FulfillmentEvent", e.ID), "status": e.Status, "happenedAt": stamp(e.At), "message": orNil(e.Detail),
			"city": orNil(e.City), "province": nil, "country": nil})
	}
	return object{"__typename": "Fulfillment", "id": shopGID("Fulfillment", f.ID), "name": f.Name, "status": "SUCCESS", "createdAt": stamp(f.At), "trackingInfo": list(tracking),
		"fulfillmentLineItems": connection("FulfillmentLineItem", pieces), "events": connection("FulfillmentEvent", events)}
}

func (r *ShopifyRefund) view(o *ShopifyOrder) object {
	var lines, transactions []object
	for _, l := range r.Lines {
		lines = append(lines, object{"__typename": "RefundLineItem", "quantity": l.Quantity, "restockType": l.Restock, "lineItem": object{"__typename": "LineItem", "id": shopGID("LineItem", l.Line)}})
	}
	for i := range r.Transactions {
		transactions = append(transactions, o.transactionView(&r.Transactions[i]))
	}
	return object{"__typename": "Refund", "id": shopGID("Refund", r.ID), "note": orNil(r.Note), "createdAt": stamp(r.At), "totalRefundedSet": o.moneySet(recourse.Money{Minor: r.total(), Currency: o.currency()}),
		"refundLineItems": connection("RefundLineItem", lines), "transactions": connection("OrderTransaction", transactions)}
}

func (r *ShopifyReturn) view() object {
	var lines []object
	for id, n := range r.Lines {
		lines = append(lines, object{"__typename": "ReturnLineItem", "quantity": n, "returnReason": r.Reason, "customerNote": orNil(r.Note),
			"fulfillmentLineItem": object{"__typename": "FulfillmentLineItem", "lineItem": object{"__typename": "LineItem", "id": shopGID("LineItem", id)}}})
	}
	return object{"__typename": "Return", "id": shopGID("Return", r.ID), "status": r.Status, "createdAt": stamp(r.At), "closedAt": stamp(r.Closed), "returnLineItems": connection("ReturnLineItem", lines)}
}

func (s *Shopify) disputeView(id any) object {
	for _, o := range s.orders {
		for _, d := range o.Disputes {
			if id == shopGID("ShopifyPaymentsDispute", d.ID) {
				return object{"__typename": "ShopifyPaymentsDispute", "id": shopGID("ShopifyPaymentsDispute", d.ID), "status": d.Status, "reasonDetails": object{"__typename": "ReasonDetails", "reason": d.Reason},
					"amount": moneyView(d.Amount), "initiatedAt": stamp(d.At), "evidenceDueBy": stamp(d.Due), "finalizedOn": stamp(d.Decided)}
			}
		}
	}
	return nil
}

func (o *ShopifyOrder) fulfilmentStatus() string {
	done, all := 0, 0
	for _, l := range o.Lines {
		done, all = done+l.fulfilled, all+l.Quantity
	}
	switch {
	case done == 0:
		return "UNFULFILLED"
	case done < all:
		return "PARTIALLY_FULFILLED"
	}
	return "FULFILLED"
}

// fulfilmentOrders are what is still to be handed over: one, from one place.
func (o *ShopifyOrder) fulfilmentOrders() []object {
	var lines []object
	open := 0
	for _, l := range o.Lines {
		n := max(0, l.Quantity-l.fulfilled-l.refunded)
		open += n
		lines = append(lines, object{"__typename": "FulfillmentOrderLineItem", "id": shopGID("FulfillmentOrderLineItem", l.ID), "remainingQuantity": n,
			"lineItem": object{"__typename": "LineItem", "id": shopGID("LineItem", l.ID)}})
	}
	status := "OPEN"
	if open == 0 || !o.CancelledAt.IsZero() {
		status = "CLOSED"
	}
	return []object{{"__typename": "FulfillmentOrder", "id": shopGID("FulfillmentOrder", o.ID), "status": status, "lineItems": connection("FulfillmentOrderLineItem", lines)}}
}
