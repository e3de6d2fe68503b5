// Package shopify carries out acts through a shop on Shopify: refunds, corrected addresses, and what keeps the shop's order
// in step with the desk.
//
// Money goes out by refundCreate with @idempotent and the act's key, which Shopify keeps for 24 hours [V3]: the same key
// with the same variables gives the first answer again, with others an error. The note of the refund ends in a mark with
// the act's id, which outlives the key: before money is asked for, and whenever an answer did not come, the refunds of the
// order are looked through for it. A refund that has the mark is never asked for again.
package shopify

import (
	"context"
	"regexp"
	"time"

	"recourse"
	"recourse/call"
	api "recourse/call/shopify"
	"recourse/effect"
)

// Acts are the kinds of act that a shop carries out.
var Acts = []recourse.EffectKind{recourse.EffectRefund, recourse.EffectCorrectAddress}

// Sender carries out acts through one shop. It is safe for many goroutines.
type Sender struct {
	c    *recourse.Connection
	peer *call.Client
}

// New makes a sender.
func New(c *recourse.Connection, peer *call.Client) *Sender { return &Sender{c, peer} }

// Send asks the shop for the act.
func (s *Sender) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	shop := api.Of(s.c, s.peer)
	id, out := s.order(ctx, shop, t.File, t.Now)
	if id == "" {
		return out
	}
	switch t.Kind {
	case recourse.EffectRefund:
		return s.refund(ctx, shop, t, id)
	case recourse.EffectCorrectAddress:
		return s.address(ctx, shop, t, id)
	}
	return effect.Outcome{Result: effect.Refused, Code: "connection_acts", Detail: "a shop on Shopify does not carry out " + string(t.Kind)}
}

// Find asks the shop whether an act happened.
//
// A refund that is not there did not happen, or its request is on its way still. It may be asked for once more all the same:
// a request that is on its way is younger than its key, and the key makes one refund of the two.
func (s *Sender) Find(ctx context.Context, t *effect.Task) effect.Outcome {
	shop := api.Of(s.c, s.peer)
	id, out := s.order(ctx, shop, t.File, t.Now)
	if id == "" {
		out.Result = effect.Unknown // whether it happened is not known by that
		return out
	}
	switch t.Kind {
	case recourse.EffectRefund:
		return s.findRefund(ctx, shop, t, id)
	case recourse.EffectCorrectAddress:
		return s.findAddress(ctx, shop, t, id)
	}
	return effect.Outcome{Result: effect.Unknown, Code: "connection_acts"}
}

const orderNamed = `query named($query:String!){orders(first:5,query:$query){nodes{id name}}}`

// order is the shop's own id of an order: the one that it told, else the one order that has the number, for an order that
// came from an export. "": there is none, and the outcome says why.
func (s *Sender) order(ctx context.Context, shop *api.Shop, f *recourse.OrderFile, now time.Time) (string, effect.Outcome) {
	if api.Number(f.Order.Ref) != "" {
		return f.Order.Ref, effect.Outcome{}
	}
	if !plainName.MatchString(f.Order.ID) { // it would mean something else in Shopify's search
		return "", effect.Outcome{Result: effect.Refused, Code: "order_not_in_shop", Detail: "the order has no id of the shop's"}
	}
	var a struct {
		Orders struct {
			Nodes []struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"nodes"`
		} `json:"orders"`
	}
	if err := shop.Read(ctx, orderNamed, map[string]any{"query": "name:" + f.Order.ID}, &a); err != nil {
		return "", failed(err, false, now)
	}
	found := ""
	for _, n := range a.Orders.Nodes {
		if n.Name != f.Order.ID && n.Name != "#"+f.Order.ID {
			continue
		}
		if found != "" {
			return "", effect.Outcome{Result: effect.Refused, Code: "order_not_in_shop", Detail: "several orders of the shop have that number"}
		}
		found = n.ID
	}
	if found == "" {
		return "", effect.Outcome{Result: effect.Refused, Code: "order_not_in_shop", Detail: "the shop has no order of that number, or the app may not see it"}
	}
	return found, effect.Outcome{}
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,60}$`)

// failed is the outcome of a question that went wrong. Of one that changes something, being heard counts. now is the zero
// instant where nobody waits.
func failed(err error, changes bool, now time.Time) effect.Outcome {
	out := effect.Outcome{Result: effect.Later, Code: recourse.CodeOf(err), Detail: recourse.Shorten(err.Error(), 200)}
	if out.Code == "internal" {
		out.Code = "peer_unreachable"
		if call.Heard(err) {
			out.Code = "peer_no_answer"
		}
	}
	if after := api.BusyFor(err); after > 0 && !now.IsZero() {
		out.RetryAt = now.Add(after)
	}
	switch {
	case changes && call.Heard(err):
		out.Result = effect.Unknown
	case out.Code == "peer_refused" || out.Code == "shopify_cost":
		out.Result = effect.Refused
	}
	return out
}
