package peer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"recourse"
)

// Shopify stands in for a shop on Shopify: its Admin API in GraphQL, and the webhooks that it sends. It knows the fields and
// mutations that Recourse uses and refuses all others as Shopify does.
//
// Assumed, from shopify.dev: refundCreate needs @idempotent from version 2026-04 on [V], keeps a key for 24 hours [V3],
// gives the first answer again for the same key and variables [V], and objects to other variables [V3]. The wording of
// objections is [M].
type Shopify struct {
	Domain string // example.myshopify.com
	Token  string // of the Admin API, that never ends
	Client string // the app's client id: with the secret it gets tokens that end; "": it gets none
	Secret string // signs webhooks
	Scopes []string
	// Points are the most that a shop has, Restore those that come back every second; defaults 2,000 and 100.
	Points, Restore float64
	Now             func() time.Time // default time.Now
	// PendingRefunds: refunds are on their way until [Shopify.Settle].
	PendingRefunds bool

	mu       sync.Mutex
	granted  map[string]time.Time // tokens that end, and when
	grants   int
	points   float64
	pointsAt time.Time
	ids      int64
	orders   []*ShopifyOrder
	keys     map[string]*keyed
	hooks    []hook
	queue    []ShopifyWebhook
	asked    map[string]int
	refunds  int // refunds made through the API
}

// keyed is what was answered under an idempotency key.
type keyed struct {
	input  string
	at     time.Time
	answer object
}

type hook struct{ id, topic, uri string }

// ShopifyOrder is an order of the shop. Money is in the buyer's currency.
type ShopifyOrder struct {
	ID           int64
	Name         string // #1001
	Test         bool
	Buyer        recourse.Buyer
	ShipTo       recourse.Address
	Lines        []ShopifyLine
	Shipping     recourse.Money // what the buyer paid for it
	Discount     recourse.Money
	Tax          recourse.Money
	TaxIncluded  bool
	ShopCurrency recourse.Currency // default: the buyer's
	Gateways     []ShopifyPayment  // default: all of it by shopify_payments

	CreatedAt, UpdatedAt time.Time
	CancelledAt          time.Time
	Note                 string
	Tags                 []string
	Fulfilments          []*ShopifyFulfilment
	Refunds              []*ShopifyRefund
	Returns              []*ShopifyReturn
	Disputes             []*ShopifyDispute
}

// ShopifyLine is a line of an order.
type ShopifyLine struct {
	ID         int64
	SKU, Title string
	Quantity   int
	Price      recourse.Money // of one piece
	refunded   int
	fulfilled  int
}

// ShopifyPayment is a payment of an order.
type ShopifyPayment struct {
	ID      int64
	Gateway string
	Amount  recourse.Money
}

// ShopifyFulfilment is a fulfilment with what the carrier told.
type ShopifyFulfilment struct {
	ID       int64
	Name     string
	Carrier  string
	Tracking []string
	Lines    map[int64]int // pieces by the id of the line
	At       time.Time
	Events   []ShopifyScan
}

// ShopifyScan is a fulfilment's event.
type ShopifyScan struct {
	ID                   int64
	Status, City, Detail string
	At                   time.Time
}

// ShopifyRefund is a refund with its payments.
type ShopifyRefund struct {
	ID           int64
	Note         string
	At           time.Time
	Lines        []ShopifyRefundLine
	Transactions []ShopifyTransaction
}

// ShopifyRefundLine is pieces of a line in a refund.
type ShopifyRefundLine struct {
	Line     int64
	Quantity int
	Restock  string
}

// ShopifyTransaction is money that went back by a payment.
type ShopifyTransaction struct {
	ID, Parent int64
	Status     string
	Amount     recourse.Money
	At         time.Time
}

// ShopifyReturn is a return.
type ShopifyReturn struct {
	ID           int64
	Status       string
	Reason, Note string
	Lines        map[int64]int
	At, Closed   time.Time
}

// ShopifyDispute is a bank's dispute.
type ShopifyDispute struct {
	ID               int64
	Status, Reason   string
	Amount           recourse.Money
	At, Due, Decided time.Time
}

// NewShopify makes a shop.
func NewShopify(name string) *Shopify {
	return &Shopify{
		Domain: name + ".myshopify.com", Token: "shpat_" + name, Secret: "shpss_" + name, Points: 2000, Restore: 100, Now: time.Now,
		Scopes: []string{"read_orders", "write_orders", "read_returns", "read_customers", "read_fulfillments", "write_merchant_managed_fulfillment_orders", "read_shopify_payments_disputes"},
		keys:   map[string]*keyed{}, asked: map[string]int{}, ids: 5_000_000_000_000,
	}
}

func (s *Shopify) id() int64 {
	s.ids++
	return s.ids
}

// may says whether the app has a scope.
func (s *Shopify) may(scope string) bool {
	for _, have := range s.Scopes {
		if have == scope {
			return true
		}
	}
	return false
}

// ServeHTTP is the Admin API.
func (s *Shopify) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/admin/oauth/access_token" && s.Client != "" {
		s.grant(w, r)
		return
	}
	version, ok := strings.CutPrefix(strings.TrimSuffix(r.URL.Path, "/graphql.json"), "/admin/api/")
	switch {
	case !ok || r.Method != http.MethodPost || version < "2025-10" || len(version) != 7:
		http.Error(w, `{"errors":"Not Found"}`, http.StatusNotFound)
		return
	case !s.lets(r.Header.Get("X-Shopify-Access-Token")):
		http.Error(w, `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`, http.StatusUnauthorized)
		return
	case r.Header.Get("Content-Type") != "application/json":
		http.Error(w, `{"errors":"Unsupported Media Type"}`, http.StatusUnsupportedMediaType)
		return
	}
	var q struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		http.Error(w, `{"errors":"bad request"}`, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(s.answer(version, q.Query, q.Variables))
}

// answer carries a question out.
func (s *Shopify) answer(version, text string, variables map[string]any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	op, err := parseGraph(text, variables)
	if err != nil {
		return problem("undefinedField", err.Error())
	}
	price := cost(op.fields)
	if op.kind == "mutation" {
		price += 10
	}
	if price > 1000 {
		return problem("MAX_COST_EXCEEDED", fmt.Sprintf("Query cost is %v, which exceeds the single query max cost limit (1000).", price))
	}
	s.refill()
	var out map[string]any
	if s.points < price {
		out = problem("THROTTLED", "Throttled")
	} else {
		s.points -= price / 4 // what was found is less than what might have been
		out = s.run(version, op, variables)
	}
	out["extensions"] = map[string]any{"cost": map[string]any{
		"requestedQueryCost": price, "throttleStatus": map[string]any{"maximumAvailable": s.Points, "currentlyAvailable": s.points, "restoreRate": s.Restore},
	}}
	return out
}

func (s *Shopify) refill() {
	now := s.Now()
	if s.pointsAt.IsZero() {
		s.points = s.Points
	} else {
		s.points = min(s.Points, s.points+now.Sub(s.pointsAt).Seconds()*s.Restore)
	}
	s.pointsAt = now
}

func problem(code, message string) map[string]any {
	return map[string]any{"errors": []any{map[string]any{"message": message, "extensions": map[string]any{"code": code}}}}
}

func (s *Shopify) run(version string, op operation, variables map[string]any) map[string]any {
	data := map[string]any{}
	for _, f := range op.fields {
		s.asked[f.name]++
		v, err := s.root(version, op.kind, f)
		if err == nil {
			v, err = project(v, f.fields)
		}
		if e, ok := err.(shopifyError); ok {
			out := problem(string(e.code), e.message)
			out["data"] = map[string]any{f.alias: nil}
			if op.kind == "mutation" {
				delete(out, "data")
			}
			return out
		}
		if err != nil {
			return problem("undefinedField", err.Error())
		}
		data[f.alias] = v
	}
	return map[string]any{"data": data}
}

// shopifyError is an error of the API beside those of the schema.
type shopifyError struct {
	code    string
	message string
}

func (e shopifyError) Error() string { return e.message }

// root answers a field of the query or the mutation.
func (s *Shopify) root(version, kind string, f selection) (any, error) {
	if kind == "mutation" {
		return s.mutate(version, f)
	}
	switch f.name {
	case "shop":
		return object{"__typename": "Shop", "name": s.Domain, "myshopifyDomain": s.Domain}, nil
	case "currentAppInstallation":
		var scopes []object
		for _, h := range s.Scopes {
			scopes = append(scopes, object{"__typename": "AccessScope", "handle": h})
		}
		return object{"__typename": "AppInstallation", "accessScopes": scopes}, nil
	case "webhookSubscriptions":
		var all []object
		for _, h := range s.hooks {
			all = append(all, object{"__typename": "WebhookSubscription", "id": h.id, "topic": h.topic, "uri": h.uri})
		}
		return connection("WebhookSubscription", all)(f.args)
	}
	if !s.may("read_orders") {
		return nil, shopifyError{"ACCESS_DENIED", "Access denied for " + f.name + " field."}
	}
	switch f.name {
	case "orders":
		return s.search(f.args)
	case "order":
		return s.view(s.byGID(f.args["id"])), nil
	case "nodes":
		ids, _ := f.args["ids"].([]any)
		out := make([]object, len(ids))
		for i, id := range ids {
			out[i] = s.view(s.byGID(id))
		}
		return out, nil
	case "dispute":
		if !s.may("read_shopify_payments_disputes") {
			return nil, shopifyError{"ACCESS_DENIED", "Access denied for dispute field."}
		}
		return s.disputeView(f.args["id"]), nil
	}
	return nil, undefined("Field '%s' doesn't exist on type 'QueryRoot'", f.name)
}

// search is the list of orders: by name, or by the time of the last change, oldest first.
func (s *Shopify) search(args map[string]any) (any, error) {
	query, _ := args["query"].(string)
	var since time.Time
	name := ""
	switch {
	case strings.HasPrefix(query, "updated_at:>='"):
		t, err := time.Parse(time.RFC3339, strings.TrimSuffix(strings.TrimPrefix(query, "updated_at:>='"), "'"))
		if err != nil {
			return nil, undefined("Invalid query")
		}
		since = t
	case strings.HasPrefix(query, "name:"):
		name = strings.TrimPrefix(query, "name:")
	case query != "":
		return nil, undefined("the stand-in knows no such search")
	}
	var all []*ShopifyOrder
	for _, o := range s.orders {
		if !o.UpdatedAt.Before(since) && (name == "" || strings.Contains(o.Name, name)) {
			all = append(all, o)
		}
	}
	sortBy(all, func(a, b *ShopifyOrder) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	var views []object
	for _, o := range all {
		views = append(views, s.view(o))
	}
	return connection("Order", views)(args)
}

func (s *Shopify) byGID(id any) *ShopifyOrder {
	text, _ := id.(string)
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "gid://shopify/Order/"), 10, 64)
	if err != nil {
		return nil
	}
	for _, o := range s.orders {
		if o.ID == n {
			return o
		}
	}
	return nil
}

func shopGID(kind string, id int64) string {
	return "gid://shopify/" + kind + "/" + strconv.FormatInt(id, 10)
}
