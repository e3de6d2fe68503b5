package shopify

import (
	"context"
	"encoding/json"
	"time"

	"recourse"
	"recourse/call"
	api "recourse/call/shopify"
	"recourse/intake"
)

// Poller is the first import and the reconciliation: all orders that changed since the last look, oldest change first.
var Poller = &intake.Poller{Every: 15 * time.Minute, Poll: poll}

const (
	// overlap is how far a look reaches back behind the last order that was seen: Shopify's index of orders may lag. [I]
	overlap = 10 * time.Minute
	pageIDs = 100
	// mostPages bounds one round, so that its bookmark is kept now and then during a long first import.
	mostPages = 100
	// mostCost is what one question may cost, of the 1,000 points that Shopify allows.
	mostCost = 900
	// firstCost is what an order is taken to cost before Shopify said so.
	firstCost = 450
	mostBatch = 25
)

// bookmark is where the next round begins.
type bookmark struct {
	Since time.Time `json:"since"`
	// Told are the orders within the overlap, by their number, with the change that was read: they are not asked for again.
	Told map[string]string `json:"told,omitempty"`
}

const changedOrders = `query changed($query:String,$after:String,$first:Int!){orders(first:$first,after:$after,sortKey:UPDATED_AT,query:$query){nodes{id updatedAt} pageInfo{hasNextPage endCursor}}}`

type changed struct {
	Orders struct {
		Nodes []changedOrder `json:"nodes"`
		Page  struct {
			More bool   `json:"hasNextPage"`
			End  string `json:"endCursor"`
		} `json:"pageInfo"`
	} `json:"orders"`
}

type changedOrder struct {
	ID        string `json:"id"`
	UpdatedAt string `json:"updatedAt"`
}

// poll reads what changed since the bookmark. Without one it reads all that the app may see: 60 days, or everything with
// the scope read_all_orders.
func poll(ctx context.Context, c *recourse.Connection, peer *call.Client, mark string, put func(context.Context, []intake.Delivery) error) (string, error) {
	var from bookmark
	if mark != "" {
		if err := json.Unmarshal([]byte(mark), &from); err != nil {
			return "", &recourse.Error{Kind: recourse.Internal, Code: "bookmark", Message: "the bookmark of a shop cannot be read", Err: err}
		}
	}
	shop := api.Of(c, peer)
	round := &round{shop: shop, put: put, told: from.Told, next: bookmark{Since: from.Since, Told: map[string]string{}}}
	variables := map[string]any{"first": pageIDs}
	if !from.Since.IsZero() {
		variables["query"] = "updated_at:>='" + from.Since.Add(-overlap).UTC().Format(time.RFC3339) + "'"
	}
	for range mostPages {
		var page changed
		if err := shop.Query(ctx, changedOrders, variables, &page); err != nil {
			return "", err
		}
		if err := round.page(ctx, page.Orders.Nodes); err != nil {
			return "", err
		}
		if !page.Orders.Page.More {
			break
		}
		variables["after"] = page.Orders.Page.End
	}
	next, err := json.Marshal(round.done())
	return string(next), err
}

// round is one look at what changed.
type round struct {
	shop *api.Shop
	put  func(context.Context, []intake.Delivery) error
	told map[string]string // by the round before
	next bookmark
}

// page asks for the orders of one page and puts them down.
func (r *round) page(ctx context.Context, nodes []changedOrder) error {
	var ids []string
	for _, n := range nodes {
		number := api.Number(n.ID)
		if r.told[number] != n.UpdatedAt {
			ids = append(ids, n.ID)
		}
		r.next.Told[number] = n.UpdatedAt
		if at := parseTime(n.UpdatedAt); at.After(r.next.Since) {
			r.next.Since = at
		}
	}
	docs, err := documents(ctx, r.shop, ids)
	if err != nil {
		return err
	}
	deliveries := make([]intake.Delivery, 0, len(docs))
	for i := range docs {
		body, err := json.Marshal(docs[i])
		if err != nil {
			return err
		}
		o := docs[i].Order
		deliveries = append(deliveries, intake.Delivery{ID: topicOrder + "/" + api.Number(o.ID) + "@" + o.UpdatedAt, Topic: topicOrder, Body: body})
	}
	if len(deliveries) == 0 {
		return nil
	}
	return r.put(ctx, deliveries)
}

// done is the bookmark of the next round: of the orders that were told, those which it will meet again are kept.
func (r *round) done() bookmark {
	for number, at := range r.next.Told {
		if parseTime(at).Before(r.next.Since.Add(-overlap)) {
			delete(r.next.Told, number)
		}
	}
	return r.next
}

const wholeOrders = `query orders($ids:[ID!]!){nodes(ids:$ids){__typename ...on Order{` + orderFields + `}}}`

// documents asks for orders by their global ids, as many at once as their cost allows. Those that the shop has no more are
// not among them.
func documents(ctx context.Context, shop *api.Shop, ids []string) ([]document, error) {
	var out []document
	for cost := float64(firstCost); len(ids) > 0; {
		n := min(len(ids), mostBatch, max(1, int(mostCost/cost)))
		var found struct {
			Nodes []*graphOrder `json:"nodes"`
		}
		spent, err := shop.QueryCost(ctx, wholeOrders, map[string]any{"ids": ids[:n]}, &found)
		if recourse.CodeOf(err) == "shopify_cost" && n > 1 {
			cost = mostCost // one at a time from here on
			continue
		}
		if err != nil {
			return nil, err
		}
		if spent > 0 {
			cost = spent / float64(n)
		}
		for _, o := range found.Nodes {
			if o == nil || o.ID == "" {
				continue
			}
			doc := document{Order: o}
			if err := doc.complete(ctx, shop); err != nil {
				return nil, err
			}
			out = append(out, doc)
		}
		ids = ids[n:]
	}
	return out, nil
}

const (
	moreLines   = `query lines($id:ID!,$after:String){order(id:$id){lineItems(first:100,after:$after){nodes{` + lineFields + `} pageInfo{hasNextPage endCursor}}}}`
	wholeBank   = `query dispute($id:ID!){dispute(id:$id){id status reasonDetails{reason} amount{amount currencyCode} initiatedAt evidenceDueBy finalizedOn}}`
	moreParcels = `query parcels($id:ID!){order(id:$id){fulfillments(first:20){` + fulfilmentFields + `}}}`
	moreRefunds = `query refunds($id:ID!){order(id:$id){refunds(first:30){` + refundFields + `}}}`
	moreReturns = `query returns($id:ID!){order(id:$id){returns(first:25){` + returnFields + `}}}`
	mostLines   = 1000
	mostDispute = 10
)

// complete asks for what did not fit: the lines of a long order, parcels, refunds and returns of one with many, and the
// disputes as far as the app may see them.
func (doc *document) complete(ctx context.Context, shop *api.Shop) error {
	for _, part := range []func(context.Context, *api.Shop) error{doc.lines, doc.parcels, doc.refunds, doc.returns, doc.banks} {
		if err := part(ctx, shop); err != nil {
			return err
		}
	}
	return nil
}

func (doc *document) lines(ctx context.Context, shop *api.Shop) error {
	lines := &doc.Order.Lines
	for lines.Page.More && len(lines.Nodes) < mostLines {
		more, err := doc.more(ctx, shop, moreLines, map[string]any{"after": lines.Page.End})
		if err != nil {
			return err
		}
		lines.Nodes, lines.Page = append(lines.Nodes, more.Lines.Nodes...), more.Lines.Page
	}
	return nil
}

func (doc *document) parcels(ctx context.Context, shop *api.Shop) error {
	if len(doc.Order.Fulfilments) < 8 {
		return nil
	}
	more, err := doc.more(ctx, shop, moreParcels, nil)
	doc.Order.Fulfilments = more.Fulfilments
	return err
}

func (doc *document) refunds(ctx context.Context, shop *api.Shop) error {
	if len(doc.Order.Refunds) < 8 {
		return nil
	}
	more, err := doc.more(ctx, shop, moreRefunds, nil)
	doc.Order.Refunds = more.Refunds
	return err
}

func (doc *document) returns(ctx context.Context, shop *api.Shop) error {
	if len(doc.Order.Returns.Nodes) < 4 {
		return nil
	}
	more, err := doc.more(ctx, shop, moreReturns, nil)
	doc.Order.Returns = more.Returns
	return err
}

// more asks for one part of the order.
func (doc *document) more(ctx context.Context, shop *api.Shop, question string, variables map[string]any) (graphOrder, error) {
	var part struct {
		Order graphOrder `json:"order"`
	}
	if variables == nil {
		variables = map[string]any{}
	}
	variables["id"] = doc.Order.ID
	err := shop.Query(ctx, question, variables, &part)
	return part.Order, err
}

func (doc *document) banks(ctx context.Context, shop *api.Shop) error {
	for i, d := range doc.Order.Disputes {
		if i == mostDispute {
			break
		}
		var full struct {
			Dispute *graphDispute `json:"dispute"`
		}
		err := shop.Query(ctx, wholeBank, map[string]any{"id": api.GID("ShopifyPaymentsDispute", api.Number(d.ID))}, &full)
		if err != nil && recourse.CodeOf(err) != "peer_denied" {
			return err
		}
		if full.Dispute != nil {
			doc.Disputes = append(doc.Disputes, *full.Dispute)
		}
	}
	return nil
}
