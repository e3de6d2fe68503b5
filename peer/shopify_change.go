package peer

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// This file is what the shop can be asked to change.

type objection struct {
	field   []string
	message string
}

func payload(kind string, fields object, objections ...objection) object {
	out := object{"__typename": kind}
	for k, v := range fields {
		out[k] = v
	}
	errors := []object{}
	for _, o := range objections {
		errors = append(errors, object{"__typename": "UserError", "field": o.field, "message": o.message, "code": nil})
	}
	out["userErrors"], out["orderCancelUserErrors"] = errors, errors
	return out
}

func (s *Shopify) mutate(version string, f selection) (any, error) {
	scope := map[string]string{"webhookSubscriptionCreate": "", "fulfillmentCreate": "write_merchant_managed_fulfillment_orders", "fulfillmentTrackingInfoUpdate": "write_merchant_managed_fulfillment_orders"}
	want, listed := scope[f.name]
	if !listed {
		want = "write_orders"
	}
	if want != "" && !s.may(want) {
		return nil, shopifyError{"ACCESS_DENIED", "Access denied for " + f.name + " field. Required access: `" + want + "` access scope."}
	}
	switch f.name {
	case "refundCreate":
		return s.refundCreate(version, f)
	case "webhookSubscriptionCreate":
		return s.subscribe(f.args)
	case "orderUpdate":
		return s.orderUpdate(f.args)
	case "tagsAdd", "tagsRemove":
		return s.retag(f)
	case "orderCancel":
		return s.orderCancel(f.args)
	case "fulfillmentCreate":
		return s.fulfillmentCreate(f.args)
	case "fulfillmentTrackingInfoUpdate":
		return s.retrack(f.args)
	}
	return nil, undefined("Field '%s' doesn't exist on type 'Mutation'", f.name)
}

// keyLife is how long an idempotency key is kept. [V3]
const keyLife = 24 * time.Hour

func (s *Shopify) refundCreate(version string, f selection) (any, error) {
	key, _ := f.directives["idempotent"]["key"].(string)
	if key == "" && version >= "2026-04" {
		return nil, shopifyError{"BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided."}
	}
	input, _ := f.args["input"].(map[string]any)
	told, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	if k := s.keys[key]; key != "" && k != nil && now.Sub(k.at) < keyLife {
		if k.input != string(told) {
			return payload("RefundCreatePayload", object{"refund": nil}, objection{nil, "The same idempotency key cannot be used with different operation parameters."}), nil
		}
		return k.answer, nil
	}
	o := s.byGID(input["orderId"])
	if o == nil {
		return payload("RefundCreatePayload", object{"refund": nil}, objection{[]string{"orderId"}, "Order does not exist"}), nil
	}
	r, against := s.refundOf(o, input)
	if against != nil {
		return payload("RefundCreatePayload", object{"refund": nil}, *against), nil
	}
	s.commit(o, r)
	s.refunds++
	answer := payload("RefundCreatePayload", object{"refund": r.view(o)})
	if key != "" {
		s.keys[key] = &keyed{string(told), now, answer}
	}
	return answer, nil
}

// refundOf is the refund that an input asks for, or what is wrong with it.
func (s *Shopify) refundOf(o *ShopifyOrder, input map[string]any) (*ShopifyRefund, *objection) {
	for k := range input {
		if !slices.Contains([]string{"orderId", "currency", "note", "notify", "refundLineItems", "transactions", "shipping"}, k) {
			return nil, &objection{[]string{k}, "Field is not defined on RefundInput"}
		}
	}
	currency, _ := input["currency"].(string)
	if currency == "" && o.currency() != o.shopCurrency() || currency != "" && currency != string(o.currency()) {
		return nil, &objection{[]string{"currency"}, "Currency must be the presentment currency of the order"}
	}
	r := &ShopifyRefund{ID: s.id(), At: s.Now()}
	r.Note, _ = input["note"].(string)
	if against := r.take(o, input); against != nil {
		return nil, against
	}
	if ship, ok := input["shipping"].(map[string]any); ok {
		m, err := o.amountOf(ship["amount"])
		if err != nil || m.Minor > o.Shipping.Minor {
			return nil, &objection{[]string{"shipping"}, "Shipping refund amount is greater than the shipping that was paid"}
		}
	}
	return r, s.pay(o, r, input)
}

func (r *ShopifyRefund) take(o *ShopifyOrder, input map[string]any) *objection {
	lines, _ := input["refundLineItems"].([]any)
	for _, one := range lines {
		l, _ := one.(map[string]any)
		n, _ := l["quantity"].(float64)
		restock, _ := l["restockType"].(string)
		if !slices.Contains([]string{"NO_RESTOCK", "CANCEL", "RETURN"}, restock) {
			return &objection{[]string{"refundLineItems"}, "Restock type is invalid"}
		}
		i := slices.IndexFunc(o.Lines, func(have ShopifyLine) bool { return shopGID("LineItem", have.ID) == l["lineItemId"] })
		if i < 0 || n < 1 {
			return &objection{[]string{"refundLineItems"}, "Line item does not exist"}
		}
		if int(n) > o.Lines[i].Quantity-o.Lines[i].refunded {
			return &objection{[]string{"refundLineItems"}, "Refund line items quantity cannot refund more items than were purchased"}
		}
		r.Lines = append(r.Lines, ShopifyRefundLine{o.Lines[i].ID, int(n), restock})
	}
	return nil
}

func (o *ShopifyOrder) amountOf(v any) (recourse.Money, error) {
	text, _ := v.(string)
	return recourse.ParseAmount(text, o.currency())
}

// pay checks the payments of a refund: each by a payment of this order, and no more than it can bear.
func (s *Shopify) pay(o *ShopifyOrder, r *ShopifyRefund, input map[string]any) *objection {
	all, _ := input["transactions"].([]any)
	status := "SUCCESS"
	if s.PendingRefunds {
		status = "PENDING"
	}
	left := map[int64]int64{}
	for i := range o.Gateways {
		left[o.Gateways[i].ID] = o.left(&o.Gateways[i])
	}
	for _, one := range all {
		t, _ := one.(map[string]any)
		m, err := o.amountOf(t["amount"])
		i := slices.IndexFunc(o.Gateways, func(p ShopifyPayment) bool { return shopGID("OrderTransaction", p.ID) == t["parentId"] })
		switch {
		case t["kind"] != "REFUND" || t["orderId"] != shopGID("Order", o.ID) || i < 0 || o.Gateways[i].Gateway != t["gateway"]:
			return &objection{[]string{"transactions"}, "Transaction is invalid"}
		case err != nil || m.Minor <= 0:
			return &objection{[]string{"transactions"}, "Amount must be greater than zero"}
		case m.Minor > left[o.Gateways[i].ID]:
			return &objection{[]string{"transactions"}, "Refund amount is greater than the amount that can be refunded"}
		}
		left[o.Gateways[i].ID] -= m.Minor
		r.Transactions = append(r.Transactions, ShopifyTransaction{ID: s.id(), Parent: o.Gateways[i].ID, Status: status, Amount: m, At: s.Now()})
	}
	return nil
}

// commit adds a refund to its order and tells.
func (s *Shopify) commit(o *ShopifyOrder, r *ShopifyRefund) {
	o.Refunds = append(o.Refunds, r)
	for _, l := range r.Lines {
		for i := range o.Lines {
			if o.Lines[i].ID == l.Line {
				o.Lines[i].refunded += l.Quantity
			}
		}
	}
	s.changed(o, "refunds/create", s.restRefund(o, r))
}

// suggest is Order.suggestedRefund: what the pieces and the shipping are worth, by the order's payments in turn.
func (o *ShopifyOrder) suggest(args map[string]any) (any, error) {
	var want, most int64
	lines, _ := args["refundLineItems"].([]any)
	for _, one := range lines {
		l, _ := one.(map[string]any)
		n, _ := l["quantity"].(float64)
		for i := range o.Lines {
			if shopGID("LineItem", o.Lines[i].ID) == l["lineItemId"] {
				want += o.Lines[i].Price.Minor * int64(n)
			}
		}
	}
	if text, ok := args["shippingAmount"].(string); ok {
		m, err := o.amountOf(text)
		if err != nil {
			return nil, err
		}
		want += m.Minor
	}
	var out []object
	for i := range o.Gateways {
		p := &o.Gateways[i]
		left := o.left(p)
		part := min(want, left)
		most, want = most+left, want-part
		if left > 0 {
			view := o.paymentView(p)
			out = append(out, object{"__typename": "SuggestedOrderTransaction", "gateway": p.Gateway, "kind": "SUGGESTED_REFUND", "parentTransaction": view,
				"amountSet": o.moneySet(recourse.Money{Minor: part, Currency: o.currency()}), "maximumRefundableSet": o.moneySet(recourse.Money{Minor: left, Currency: o.currency()})})
		}
	}
	return object{"__typename": "SuggestedRefund", "maximumRefundableSet": o.moneySet(recourse.Money{Minor: most, Currency: o.currency()}), "suggestedTransactions": out}, nil
}

func (s *Shopify) subscribe(args map[string]any) (any, error) {
	in, _ := args["webhookSubscription"].(map[string]any)
	topic, _ := args["topic"].(string)
	uri, _ := in["uri"].(string)
	nothing := object{"webhookSubscription": nil}
	switch {
	case slices.Contains([]string{"CUSTOMERS_DATA_REQUEST", "CUSTOMERS_REDACT", "SHOP_REDACT"}, topic):
		return nil, undefined("Variable $topic was provided invalid value")
	case !strings.HasPrefix(uri, "https://") && !(s.Loopback && strings.HasPrefix(uri, "http://127.0.0.1")):
		return payload("WebhookSubscriptionCreatePayload", nothing, objection{[]string{"webhookSubscription", "uri"}, "Address protocol http:// is not supported"}), nil
	case strings.HasPrefix(topic, "DISPUTES_") && !s.may("read_shopify_payments_disputes"), strings.HasPrefix(topic, "RETURNS_") && !s.may("read_returns"):
		return payload("WebhookSubscriptionCreatePayload", nothing, objection{nil, "You do not have permission to create or update webhooks with " + strings.ToLower(topic) + " topic."}), nil
	}
	for _, h := range s.hooks {
		if h.topic == topic && h.uri == uri {
			return payload("WebhookSubscriptionCreatePayload", nothing, objection{[]string{"webhookSubscription", "uri"}, "Address for this topic has already been taken"}), nil
		}
	}
	h := hook{shopGID("WebhookSubscription", s.id()), topic, uri}
	s.hooks = append(s.hooks, h)
	return payload("WebhookSubscriptionCreatePayload", object{"webhookSubscription": object{"__typename": "WebhookSubscription", "id": h.id}}), nil
}

func (s *Shopify) orderUpdate(args map[string]any) (any, error) {
	in, _ := args["input"].(map[string]any)
	o := s.byGID(in["id"])
	if o == nil {
		return payload("OrderUpdatePayload", object{"order": nil}, objection{[]string{"id"}, "Order does not exist"}), nil
	}
	if a, ok := in["shippingAddress"].(map[string]any); ok {
		text := func(k string) string { v, _ := a[k].(string); return v }
		if text("countryCode") == "" || text("address1") == "" || text("lastName") == "" {
			return payload("OrderUpdatePayload", object{"order": nil}, objection{[]string{"shippingAddress"}, "Address is incomplete"}), nil
		}
		o.ShipTo = recourse.Address{Country: text("countryCode"), Region: text("provinceCode"), City: text("city"), Postcode: text("zip"), Street: text("address1"), Name: strings.TrimSpace(text("firstName") + " " + text("lastName")), Phone: text("phone")}
	}
	if n, ok := in["note"].(string); ok {
		o.Note = n
	}
	s.changed(o, "", nil)
	return payload("OrderUpdatePayload", object{"order": object{"__typename": "Order", "id": in["id"]}}), nil
}

func (s *Shopify) retag(f selection) (any, error) {
	o := s.byGID(f.args["id"])
	if o == nil {
		return payload("TagsPayload", object{"node": nil}, objection{[]string{"id"}, "Node does not exist"}), nil
	}
	all, _ := f.args["tags"].([]any)
	for _, one := range all {
		t, _ := one.(string)
		have := slices.Index(o.Tags, t)
		if f.name == "tagsAdd" && have < 0 {
			o.Tags = append(o.Tags, t)
		} else if f.name == "tagsRemove" && have >= 0 {
			o.Tags = slices.Delete(o.Tags, have, have+1)
		}
	}
	s.changed(o, "", nil)
	return payload("TagsPayload", object{"node": object{"__typename": "Order", "id": f.args["id"]}}), nil
}

func (s *Shopify) orderCancel(args map[string]any) (any, error) {
	o := s.byGID(args["orderId"])
	refund, asked := args["refundMethod"].(map[string]any)
	switch {
	case o == nil:
		return payload("OrderCancelPayload", object{"job": nil}, objection{[]string{"orderId"}, "Order does not exist"}), nil
	case !asked || args["reason"] == nil || args["restock"] == nil:
		return nil, undefined("Field 'orderCancel' is missing required arguments: refundMethod, restock, reason")
	case !o.CancelledAt.IsZero():
		return payload("OrderCancelPayload", object{"job": nil}, objection{[]string{"orderId"}, "Order has already been cancelled"}), nil
	case refund["originalPaymentMethodsRefund"] == true:
		return nil, shopifyError{"INTERNAL_SERVER_ERROR", "the stand-in pays nothing back with a cancellation"}
	}
	s.cancel(o)
	return payload("OrderCancelPayload", object{"job": object{"__typename": "Job", "id": shopGID("Job", s.id()), "done": false}}), nil
}

func (s *Shopify) cancel(o *ShopifyOrder) {
	o.CancelledAt = s.Now()
	s.changed(o, "orders/cancelled", s.restOrder(o))
}

func (s *Shopify) fulfillmentCreate(args map[string]any) (any, error) {
	in, _ := args["fulfillment"].(map[string]any)
	groups, _ := in["lineItemsByFulfillmentOrder"].([]any)
	info, _ := in["trackingInfo"].(map[string]any)
	number, _ := info["number"].(string)
	company, _ := info["company"].(string)
	pieces := map[int64]int{}
	var o *ShopifyOrder
	for _, one := range groups {
		g, _ := one.(map[string]any)
		id, _ := g["fulfillmentOrderId"].(string)
		o = s.byGID(strings.Replace(id, "FulfillmentOrder", "Order", 1))
		lines, _ := g["fulfillmentOrderLineItems"].([]any)
		for _, one := range lines {
			l, _ := one.(map[string]any)
			text, _ := l["id"].(string)
			n, _ := l["quantity"].(float64)
			line, _ := strconv.ParseInt(strings.TrimPrefix(text, "gid://shopify/FulfillmentOrderLineItem/"), 10, 64)
			pieces[line] += int(n)
		}
	}
	if o == nil || len(pieces) == 0 {
		return payload("FulfillmentCreatePayload", object{"fulfillment": nil}, objection{nil, "Fulfillment order does not exist"}), nil
	}
	for i := range o.Lines {
		if l := &o.Lines[i]; pieces[l.ID] > l.Quantity-l.fulfilled-l.refunded {
			return payload("FulfillmentCreatePayload", object{"fulfillment": nil}, objection{nil, "Invalid fulfillment order line item quantity requested."}), nil
		}
	}
	f := s.fulfil(o, company, pieces, number)
	return payload("FulfillmentCreatePayload", object{"fulfillment": object{"__typename": "Fulfillment", "id": shopGID("Fulfillment", f.ID)}}), nil
}

func (s *Shopify) retrack(args map[string]any) (any, error) {
	info, _ := args["trackingInfoInput"].(map[string]any)
	numbers, _ := info["numbers"].([]any)
	for _, o := range s.orders {
		for _, f := range o.Fulfilments {
			if shopGID("Fulfillment", f.ID) != args["fulfillmentId"] {
				continue
			}
			f.Tracking = nil
			for _, n := range numbers {
				text, _ := n.(string)
				f.Tracking = append(f.Tracking, text)
			}
			s.changed(o, "fulfillments/update", s.restFulfilment(o, f))
			return payload("FulfillmentTrackingInfoUpdatePayload", object{"fulfillment": object{"__typename": "Fulfillment", "id": args["fulfillmentId"]}}), nil
		}
	}
	return payload("FulfillmentTrackingInfoUpdatePayload", object{"fulfillment": nil}, objection{nil, "Fulfillment does not exist"}), nil
}
