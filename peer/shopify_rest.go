package peer

import (
	"strings"

	"recourse"
)

// This file is how an order looks in webhooks: the shapes of the REST API.

func lower(s string) string { return strings.ToLower(s) }

func (o *ShopifyOrder) restSet(m recourse.Money) map[string]any {
	v := o.moneySet(m)
	side := func(k string) map[string]any {
		m := v[k].(object)
		return map[string]any{"amount": m["amount"], "currency_code": m["currencyCode"]}
	}
	return map[string]any{"shop_money": side("shopMoney"), "presentment_money": side("presentmentMoney")}
}

func restAddressOf(a recourse.Address) any {
	if a == (recourse.Address{}) {
		return nil
	}
	first, last, _ := cutLast(a.Name)
	return map[string]any{"name": a.Name, "first_name": first, "last_name": last, "address1": a.Street, "address2": nil, "city": a.City, "province": nil, "province_code": orNil(a.Region),
		"zip": a.Postcode, "country": a.Country, "country_code": a.Country, "phone": orNil(a.Phone)}
}

func (s *Shopify) restOrder(o *ShopifyOrder) map[string]any {
	first, last := o.names()
	v := map[string]any{
		"id": o.ID, "admin_graphql_api_id": shopGID("Order", o.ID), "name": o.Name, "order_number": o.ID % 10000, "test": o.Test, "created_at": stamp(o.CreatedAt), "updated_at": stamp(o.CreatedAt),
		"cancelled_at": stamp(o.CancelledAt), "cancel_reason": nil, "email": o.Buyer.Email, "customer_locale": orNil(o.Buyer.Locale), "note": orNil(o.Note), "tags": strings.Join(o.Tags, ", "),
		"currency": string(o.shopCurrency()), "presentment_currency": string(o.currency()), "taxes_included": o.TaxIncluded, "financial_status": "paid",
		"total_price_set": o.restSet(o.Total()), "total_tax_set": o.restSet(o.Tax), "total_discounts_set": o.restSet(o.Discount),
		"shipping_address": restAddressOf(o.ShipTo), "customer": nil, "billing_address": nil, "payment_gateway_names": []string{o.Gateways[0].Gateway},
	}
	if !o.UpdatedAt.IsZero() {
		v["updated_at"] = stamp(o.UpdatedAt)
	}
	if !o.CancelledAt.IsZero() {
		v["cancel_reason"] = "customer"
	}
	if s.may("read_customers") && o.Buyer.Name != "" {
		v["customer"] = map[string]any{"first_name": first, "last_name": last, "email": o.Buyer.Email}
		v["billing_address"] = map[string]any{"name": o.Buyer.Name}
	}
	var lines, shipping, fulfilments, refunds []any
	for i := range o.Lines {
		lines = append(lines, o.restLine(&o.Lines[i], o.Lines[i].Quantity))
	}
	if !o.Shipping.IsZero() {
		shipping = append(shipping, map[string]any{"title": "Standard", "price_set": o.restSet(o.Shipping), "discounted_price_set": o.restSet(o.Shipping)})
	}
	for _, f := range o.Fulfilments {
		fulfilments = append(fulfilments, s.restFulfilment(o, f))
	}
	for _, r := range o.Refunds {
		refunds = append(refunds, s.restRefund(o, r))
	}
	v["line_items"], v["shipping_lines"], v["fulfillments"], v["refunds"] = lines, shipping, fulfilments, refunds
	return v
}

func (o *ShopifyOrder) restLine(l *ShopifyLine, quantity int) map[string]any {
	return map[string]any{"id": l.ID, "admin_graphql_api_id": shopGID("LineItem", l.ID), "sku": orNil(l.SKU), "name": l.Title, "title": l.Title, "quantity": quantity, "price": amount(l.Price), "price_set": o.restSet(l.Price)}
}

func (s *Shopify) restFulfilment(o *ShopifyOrder, f *ShopifyFulfilment) map[string]any {
	var lines []any
	for i := range o.Lines {
		if n := f.Lines[o.Lines[i].ID]; n > 0 {
			lines = append(lines, o.restLine(&o.Lines[i], n))
		}
	}
	var number any
	if len(f.Tracking) > 0 {
		number = f.Tracking[0]
	}
	return map[string]any{"id": f.ID, "admin_graphql_api_id": shopGID("Fulfillment", f.ID), "order_id": o.ID, "name": f.Name, "status": "success", "created_at": stamp(f.At), "tracking_company": orNil(f.Carrier),
		"tracking_number": number, "tracking_numbers": append([]string{}, f.Tracking...), "line_items": lines}
}

func (s *Shopify) restRefund(o *ShopifyOrder, r *ShopifyRefund) map[string]any {
	var lines, transactions []any
	for _, l := range r.Lines {
		lines = append(lines, map[string]any{"line_item_id": l.Line, "quantity": l.Quantity, "restock_type": lower(l.Restock)})
	}
	for _, t := range r.Transactions {
		transactions = append(transactions, map[string]any{"id": t.ID, "order_id": o.ID, "parent_id": t.Parent, "kind": "refund", "status": lower(t.Status), "amount": amount(t.Amount), "currency": string(t.Amount.Currency), "processed_at": stamp(t.At)})
	}
	return map[string]any{"id": r.ID, "admin_graphql_api_id": shopGID("Refund", r.ID), "order_id": o.ID, "created_at": stamp(r.At), "note": orNil(r.Note), "refund_line_items": lines, "transactions": transactions}
}
