package shopify

import (
	"context"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	api "recourse/call/shopify"
	"recourse/effect"
)

// This file keeps the shop's order in step with the desk. Every step looks first and changes only what is not so yet, so
// that a notice that comes twice does nothing the second time.

const readMirror = `query mirror($id:ID!){order(id:$id){id note tags cancelledAt closed displayFulfillmentStatus
fulfillments(first:50){id status trackingInfo(first:10){number}}
fulfillmentOrders(first:20){nodes{id status lineItems(first:50){nodes{id remainingQuantity lineItem{id}}}}}}}`

const (
	addTags    = `mutation addTags($id:ID!,$tags:[String!]!){tagsAdd(id:$id,tags:$tags){node{id} userErrors{field message}}}`
	removeTags = `mutation removeTags($id:ID!,$tags:[String!]!){tagsRemove(id:$id,tags:$tags){node{id} userErrors{field message}}}`
	editNote   = `mutation note($input:OrderInput!){orderUpdate(input:$input){order{id} userErrors{field message}}}`
	cancel     = `mutation cancel($id:ID!,$reason:OrderCancelReason!,$refund:OrderCancelRefundMethodInput!,$note:String){orderCancel(orderId:$id,reason:$reason,refundMethod:$refund,restock:false,notifyCustomer:false,staffNote:$note){job{id done} orderCancelUserErrors{field message code}}}`
	ship       = `mutation ship($fulfillment:FulfillmentInput!){fulfillmentCreate(fulfillment:$fulfillment){fulfillment{id} userErrors{field message}}}`
	track      = `mutation track($id:ID!,$info:FulfillmentTrackingInput!){fulfillmentTrackingInfoUpdate(fulfillmentId:$id,trackingInfoInput:$info,notifyCustomer:false){fulfillment{id} userErrors{field message}}}`
)

type mirrored struct {
	ID          string   `json:"id"`
	Note        string   `json:"note"`
	Tags        []string `json:"tags"`
	Cancelled   string   `json:"cancelledAt"`
	Status      string   `json:"displayFulfillmentStatus"`
	Fulfilments []struct {
		ID       string `json:"id"`
		Status   string `json:"status"`
		Tracking []struct {
			Number string `json:"number"`
		} `json:"trackingInfo"`
	} `json:"fulfillments"`
	Orders struct {
		Nodes []fulfilmentOrder `json:"nodes"`
	} `json:"fulfillmentOrders"`
}

type fulfilmentOrder struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Lines  struct {
		Nodes []struct {
			ID        string `json:"id"`
			Remaining int    `json:"remainingQuantity"`
			Line      struct {
				ID string `json:"id"`
			} `json:"lineItem"`
		} `json:"nodes"`
	} `json:"lineItems"`
}

// Mirror keeps the shop's order in step with a notice.
func Mirror(ctx context.Context, c *recourse.Connection, peer *call.Client, n *effect.Notice) effect.Outcome {
	s := New(c, peer)
	if n.File == nil || n.File.Order.Channel != c.ID {
		return effect.Outcome{Result: effect.Done} // another shop's
	}
	shop := api.Of(c, peer)
	id, out := s.order(ctx, shop, n.File, time.Time{})
	if id == "" {
		return out
	}
	var a struct {
		Order *mirrored `json:"order"`
	}
	if err := shop.Read(ctx, readMirror, map[string]any{"id": id}, &a); err != nil {
		return failed(err, false, time.Time{})
	}
	if a.Order == nil {
		return gone
	}
	for _, step := range []func(context.Context, *api.Shop, *mirrored, *effect.Notice) effect.Outcome{tags, note, cancelled, shipped} {
		if out := step(ctx, shop, a.Order, n); out.Result != effect.Done {
			return out
		}
	}
	return effect.Outcome{Result: effect.Done, Ref: id}
}

var done = effect.Outcome{Result: effect.Done}

// tags gives the order the tags that it is to have, and takes ours away that it is not to have any more.
func tags(ctx context.Context, shop *api.Shop, o *mirrored, n *effect.Notice) effect.Outcome {
	var add, remove []string
	for _, t := range n.Tags {
		if !slices.ContainsFunc(o.Tags, func(have string) bool { return strings.EqualFold(have, t) }) {
			add = append(add, t)
		}
	}
	for _, have := range o.Tags {
		ours := len(have) >= len(effect.TagPrefix) && strings.EqualFold(have[:len(effect.TagPrefix)], effect.TagPrefix)
		if ours && !slices.ContainsFunc(n.Tags, func(t string) bool { return strings.EqualFold(have, t) }) {
			remove = append(remove, have)
		}
	}
	if len(add) > 0 {
		if out := update(ctx, shop, time.Time{}, addTags, map[string]any{"id": o.ID, "tags": add}, "tagsAdd", o.ID); out.Result != effect.Done {
			return out
		}
	}
	if len(remove) > 0 {
		return update(ctx, shop, time.Time{}, removeTags, map[string]any{"id": o.ID, "tags": remove}, "tagsRemove", o.ID)
	}
	return done
}

// mostNote is how long a note may get, in bytes: Shopify keeps 5,000 characters. [M]
const mostNote = 4500

// note adds a line below what the people of the shop wrote, unless it is there, or there is no room: theirs stays.
func note(ctx context.Context, shop *api.Shop, o *mirrored, n *effect.Notice) effect.Outcome {
	if n.Note == "" || strings.Contains(o.Note, n.Note) || n.ID != "" && strings.Contains(o.Note, "["+n.ID+"]") || len(o.Note)+len(n.Note) > mostNote {
		return done
	}
	return update(ctx, shop, time.Time{}, editNote, map[string]any{"input": map[string]any{"id": o.ID, "note": strings.TrimLeft(o.Note+"\n"+n.Note, "\n")}}, "orderUpdate", o.ID)
}

// cancelled cancels the order in the shop, without money: that went back by the refund of its case. What was handed over
// cannot be cancelled, and is left. Shopify does it in a job; whether it was done shows in the order.
func cancelled(ctx context.Context, shop *api.Shop, o *mirrored, n *effect.Notice) effect.Outcome {
	if n.Type != recourse.NoticeOrderCancelled || o.Cancelled != "" || o.Status != "UNFULFILLED" && o.Status != "ON_HOLD" {
		return done
	}
	variables := map[string]any{"id": o.ID, "reason": "CUSTOMER", "refund": map[string]any{"originalPaymentMethodsRefund": false}, "note": "Recourse " + n.Data.Order}
	return update(ctx, shop, time.Time{}, cancel, variables, "orderCancel", o.ID)
}

// shipped tells the shop the tracking number of a replacement: as a fulfilment of what is still to be handed over, else in
// the order's newest fulfilment, beside the numbers that it has.
func shipped(ctx context.Context, shop *api.Shop, o *mirrored, n *effect.Notice) effect.Outcome {
	if n.Type != recourse.NoticeReplacementShipped || n.Data.Parcel == nil {
		return done
	}
	number, carrier := n.Data.Parcel.Tracking, n.Data.Parcel.Carrier
	if number == "" {
		number = n.Data.Parcel.ID
	}
	last := -1
	for i, f := range o.Fulfilments {
		for _, t := range f.Tracking {
			if t.Number == number {
				return done
			}
		}
		if f.Status == "SUCCESS" {
			last = i
		}
	}
	if groups := remaining(o, n); len(groups) > 0 {
		input := map[string]any{"lineItemsByFulfillmentOrder": groups, "notifyCustomer": false, "trackingInfo": map[string]any{"number": number, "company": carrier}}
		return update(ctx, shop, time.Time{}, ship, map[string]any{"fulfillment": input}, "fulfillmentCreate", o.ID)
	}
	if last < 0 {
		return done
	}
	numbers := []string{}
	for _, t := range o.Fulfilments[last].Tracking {
		numbers = append(numbers, t.Number)
	}
	info := map[string]any{"numbers": append(numbers, number), "company": carrier}
	return update(ctx, shop, time.Time{}, track, map[string]any{"id": o.Fulfilments[last].ID, "info": info}, "fulfillmentTrackingInfoUpdate", o.ID)
}

// remaining are the pieces of the replacement that the shop still has to hand over, by its fulfilment orders.
func remaining(o *mirrored, n *effect.Notice) []map[string]any {
	want := map[string]int{}
	for _, p := range n.Data.Parcel.Lines {
		if l := n.File.Order.Line(p.Line); l != nil && l.Ref != "" {
			want[l.Ref] = max(1, p.Quantity)
		}
	}
	var out []map[string]any
	for _, f := range o.Orders.Nodes {
		if f.Status != "OPEN" && f.Status != "IN_PROGRESS" {
			continue
		}
		var lines []map[string]any
		for _, l := range f.Lines.Nodes {
			if k := min(l.Remaining, want[l.Line.ID]); k > 0 {
				lines = append(lines, map[string]any{"id": l.ID, "quantity": k})
				want[l.Line.ID] -= k
			}
		}
		if len(lines) > 0 {
			out = append(out, map[string]any{"fulfillmentOrderId": f.ID, "fulfillmentOrderLineItems": lines})
		}
	}
	return out
}
