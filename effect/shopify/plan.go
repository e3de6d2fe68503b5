package shopify

import (
	"strings"

	"recourse"
	"recourse/effect"
	intake "recourse/intake/shopify"
)

// plan is what a refund asks for: pieces of lines, shipping, and the money in all.
type plan struct {
	lines    []piece
	shipping recourse.Money
}

type piece struct {
	ref      string
	quantity int
}

// planOf is the plan of an act: its pieces as far as the shop has them to refund, and its share of shipping. Pieces that
// the shop has not (they were taken out of the order, or paid back without us) are left out: the amount stands by itself.
func planOf(t *effect.Task, refundable map[string]int) plan {
	p := plan{}
	pieces := t.Lines
	for i := range t.File.Refunds {
		if r := &t.File.Refunds[i]; r.ID == t.ID {
			pieces, p.shipping = r.Lines, r.Shipping // a rest has an amount and no pieces: they were refunded with the first part
		}
	}
	for _, l := range pieces {
		line := t.File.Order.Line(l.Line)
		if line == nil || line.Ref == "" {
			continue
		}
		if n := min(l.Quantity, refundable[line.Ref]); n > 0 {
			p.lines = append(p.lines, piece{line.Ref, n})
		}
	}
	return p
}

func (p *plan) lineInput() []map[string]any {
	out := []map[string]any{}
	for _, l := range p.lines {
		// What was bought for one order alone goes back on no shelf.
		out = append(out, map[string]any{"lineItemId": l.ref, "quantity": l.quantity, "restockType": "NO_RESTOCK"})
	}
	return out
}

// shippingText is the shipping as an amount, or nothing.
func (p *plan) shippingText() any {
	if p.shipping.Minor <= 0 {
		return nil
	}
	return decimal(p.shipping)
}

// decimal is an amount without its currency, as Shopify wants it: 12.50, 1250 JPY as 1250.
func decimal(m recourse.Money) string {
	text, _, _ := strings.Cut(m.String(), " ")
	return text
}

// input is what refundCreate is given. It is refused when the order is in another currency, or when the shop would not pay
// so much back: never more than it says that it can.
func (p *plan) input(t *effect.Task, id string, o *orderRead) (map[string]any, effect.Outcome) {
	currency, can := o.Currency, o.Suggested
	if string(t.Amount.Currency) != currency {
		return nil, effect.Outcome{Result: effect.Refused, Code: "currency_other", Detail: "the order was paid in " + recourse.Shorten(currency, 10) + ", the refund is in " + string(t.Amount.Currency)}
	}
	if can == nil || can.Most.money().Minor < t.Amount.Minor {
		return nil, tooHigh(can)
	}
	paid, left := transactions(t.Amount, id, sources(o.Transactions, can))
	if left > 0 {
		return nil, tooHigh(can)
	}
	input := map[string]any{
		"orderId": id, "currency": currency, "note": "Recourse " + intake.Mark(t.ID), "notify": false,
		"refundLineItems": p.lineInput(), "transactions": paid,
	}
	if p.shipping.Minor > 0 {
		input["shipping"] = map[string]any{"amount": decimal(p.shipping)}
	}
	return input, effect.Outcome{}
}

func tooHigh(can *suggestion) effect.Outcome {
	out := effect.Outcome{Result: effect.Refused, Code: "amount_too_high", Detail: "the shop has nothing left to refund"}
	if can != nil {
		out.Detail = "the shop can refund " + can.Most.money().String() + " at most"
	}
	return out
}

// source is a payment of the order that money can go back by.
type source struct {
	id, gateway string
	suggested   int64 // what Shopify would take from it for these pieces, in minor units
	most        int64 // what it can bear
}

// sources are the payments of an order that have something left, with what Shopify suggests to take from each.
func sources(paid []transaction, can *suggestion) []source {
	var out []source
	at := map[string]int{}
	for _, p := range paid {
		if (p.Kind == "SALE" || p.Kind == "CAPTURE") && p.Status == "SUCCESS" {
			at[p.ID] = len(out)
			out = append(out, source{id: p.ID, gateway: p.Gateway, most: p.Amount.money().Minor})
		}
	}
	for _, p := range paid {
		if i, ok := at[p.parent()]; ok && p.Kind == "REFUND" && (p.Status == "SUCCESS" || p.Status == "PENDING") {
			out[i].most -= p.Amount.money().Minor
		}
	}
	for _, c := range can.Transactions {
		if i, ok := at[c.parent()]; ok {
			out[i].suggested = c.Amount.money().Minor
			if c.Most != nil {
				out[i].most = min(out[i].most, c.Most.money().Minor)
			}
		}
	}
	return out
}

// transactions share the amount out over the payments of the order: first what Shopify suggests for these pieces, then what
// each can bear beyond it. left is what none can bear, in minor units.
func transactions(amount recourse.Money, order string, from []source) (out []map[string]any, left int64) {
	left = amount.Minor
	share := make([]int64, len(from))
	take := func(i int, most int64) {
		n := max(0, min(left, most-share[i]))
		share[i], left = share[i]+n, left-n
	}
	for i, s := range from {
		take(i, min(s.suggested, s.most))
	}
	for i, s := range from {
		take(i, s.most)
	}
	for i, s := range from {
		if share[i] > 0 {
			out = append(out, map[string]any{
				"orderId": order, "parentId": s.id, "gateway": s.gateway, "kind": "REFUND",
				"amount": decimal(recourse.Money{Minor: share[i], Currency: amount.Currency}),
			})
		}
	}
	return out, left
}
