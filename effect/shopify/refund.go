package shopify

import (
	"context"
	"strings"

	"recourse"
	api "recourse/call/shopify"
	"recourse/effect"
	intake "recourse/intake/shopify"
)

const bag = `{presentmentMoney{amount currencyCode}}`

const refundFields = `id note totalRefundedSet` + bag + ` transactions(first:3){nodes{id kind status}}`

// readOrder is what a refund depends on, read right before it: what was paid and by what, and what can go back.
const readOrder = `query refundable($id:ID!,$lines:[RefundLineItemInput!],$shipping:Money){order(id:$id){id name cancelledAt presentmentCurrencyCode
transactions(first:50){id kind status gateway amountSet` + bag + ` parentTransaction{id}}
suggestedRefund(refundLineItems:$lines,shippingAmount:$shipping){maximumRefundableSet` + bag + `
suggestedTransactions{gateway parentTransaction{id} amountSet` + bag + ` maximumRefundableSet` + bag + `}}}}`

// readLines is what was refunded, with the marks of our own, and what of each line can be. An order with more than 80 refunds
// is none that anybody has seen.
const readLines = `query lines($id:ID!,$after:String){order(id:$id){id refunds(first:80){` + refundFields + `} lineItems(first:100,after:$after){nodes{id refundableQuantity} pageInfo{hasNextPage endCursor}}}}`

const createRefund = `mutation refund($input:RefundInput!,$key:String!){refundCreate(input:$input) @idempotent(key:$key){refund{` + refundFields + `} userErrors{field message}}}`

type set struct {
	Presentment struct {
		Amount   string `json:"amount"`
		Currency string `json:"currencyCode"`
	} `json:"presentmentMoney"`
}

func (s set) money() recourse.Money {
	c, err := recourse.ParseCurrency(s.Presentment.Currency)
	if err != nil {
		return recourse.Money{}
	}
	m, err := recourse.ParseAmount(s.Presentment.Amount, c)
	if err != nil {
		return recourse.Money{}
	}
	return m
}

type refundRead struct {
	ID           string `json:"id"`
	Note         string `json:"note"`
	Total        set    `json:"totalRefundedSet"`
	Transactions struct {
		Nodes []transaction `json:"nodes"`
	} `json:"transactions"`
}

// transaction is a payment of the order, or, in a suggestion, one that is to be made.
type transaction struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Status  string `json:"status"`
	Gateway string `json:"gateway"`
	Amount  set    `json:"amountSet"`
	Most    *set   `json:"maximumRefundableSet"`
	Parent  *struct {
		ID string `json:"id"`
	} `json:"parentTransaction"`
}

func (t *transaction) parent() string {
	if t.Parent == nil {
		return ""
	}
	return t.Parent.ID
}

type suggestion struct {
	Most         set           `json:"maximumRefundableSet"`
	Transactions []transaction `json:"suggestedTransactions"`
}

type orderRead struct {
	Currency     string        `json:"presentmentCurrencyCode"`
	Transactions []transaction `json:"transactions"`
	Refunds      []refundRead  `json:"refunds"`
	Suggested    *suggestion   `json:"suggestedRefund"`
	Lines        struct {
		Nodes []struct {
			ID         string `json:"id"`
			Refundable int    `json:"refundableQuantity"`
		} `json:"nodes"`
		Page struct {
			More bool   `json:"hasNextPage"`
			End  string `json:"endCursor"`
		} `json:"pageInfo"`
	} `json:"lineItems"`
}

// orderAnswer is an order that was asked for; nil: the shop has none of that id.
type orderAnswer struct {
	Order *orderRead `json:"order"`
}

// refund reads the order, looks for the act's mark, and asks for the money when it is not there.
func (s *Sender) refund(ctx context.Context, shop *api.Shop, t *effect.Task, id string) effect.Outcome {
	if t.Amount.Minor <= 0 {
		return effect.Outcome{Result: effect.Refused, Code: "amount_missing", Detail: "the refund has no amount"}
	}
	refundable, found, out := s.lines(ctx, shop, t, id)
	if found || out.Result != "" {
		return out
	}
	plan := planOf(t, refundable)
	var a orderAnswer
	err := shop.Read(ctx, readOrder, map[string]any{"id": id, "lines": plan.lineInput(), "shipping": plan.shippingText()}, &a)
	if err != nil {
		return failed(err, false, t.Now)
	}
	if a.Order == nil {
		return gone
	}
	input, refused := plan.input(t, id, a.Order)
	if refused.Result != "" {
		return refused
	}
	return s.create(ctx, shop, t, input)
}

var gone = effect.Outcome{Result: effect.Refused, Code: "order_not_in_shop", Detail: "the shop has the order no more"}

// lines reads how many pieces of each line can be refunded, and looks for the act's mark on the way.
func (s *Sender) lines(ctx context.Context, shop *api.Shop, t *effect.Task, id string) (refundable map[string]int, found bool, out effect.Outcome) {
	refundable = map[string]int{}
	for after := ""; ; {
		variables := map[string]any{"id": id}
		if after != "" {
			variables["after"] = after
		}
		var a orderAnswer
		if err := shop.Read(ctx, readLines, variables, &a); err != nil {
			return nil, false, failed(err, false, t.Now)
		}
		if a.Order == nil {
			return nil, false, gone
		}
		if r := marked(a.Order.Refunds, t.ID); r != nil {
			return nil, true, r.outcome()
		}
		for _, l := range a.Order.Lines.Nodes {
			refundable[l.ID] = l.Refundable
		}
		if after = a.Order.Lines.Page.End; !a.Order.Lines.Page.More || after == "" {
			return refundable, false, effect.Outcome{}
		}
	}
}

// marked is the refund that carries out an act; nil: there is none.
func marked(all []refundRead, act string) *refundRead {
	for i := range all {
		if intake.Marked(all[i].Note) == act {
			return &all[i]
		}
	}
	return nil
}

// outcome is what a refund that the shop has says about the act: done, on its way, or refused by the provider.
func (r *refundRead) outcome() effect.Outcome {
	out := effect.Outcome{Result: effect.Done, Ref: r.ID, Amount: r.Total.money()}
	states := map[string]bool{}
	for _, p := range r.Transactions.Nodes {
		if p.Kind == "REFUND" {
			states[p.Status] = true
		}
	}
	switch {
	case states["PENDING"]:
		out.Result, out.Amount = effect.Taken, recourse.Money{}
	case states["SUCCESS"]:
	case states["FAILURE"] || states["ERROR"]:
		out = effect.Outcome{Result: effect.Refused, Ref: r.ID, Code: "payment_failed", Detail: "the payment provider refused the refund"}
	case out.Amount.Minor == 0:
		out = effect.Outcome{Result: effect.Unknown, Ref: r.ID, Code: "refund_without_payment", Detail: "the shop has the refund, and no payment for it"}
	}
	return out
}

// create asks for the money, once.
func (s *Sender) create(ctx context.Context, shop *api.Shop, t *effect.Task, input map[string]any) effect.Outcome {
	var a struct {
		Create struct {
			Refund *refundRead `json:"refund"`
			Errors userErrors  `json:"userErrors"`
		} `json:"refundCreate"`
	}
	err := shop.Mutate(ctx, createRefund, map[string]any{"input": input, "key": t.Key}, &a)
	if err != nil {
		return failed(err, true, t.Now)
	}
	switch {
	case len(a.Create.Errors) > 0:
		return a.Create.Errors.outcome()
	case a.Create.Refund == nil:
		return effect.Outcome{Result: effect.Unknown, Code: "peer_answer", Detail: "Shopify answered neither with a refund nor with an error"}
	}
	return a.Create.Refund.outcome()
}

type userErrors []struct {
	Field   []string `json:"field"`
	Message string   `json:"message"`
	Code    string   `json:"code"`
}

// outcome is what the objections of a mutation mean. Two speak of the key: another request with it is running, or one was
// sent with other variables; then the first may have happened. All others say that nothing did. [V3] for the words.
func (u userErrors) outcome() effect.Outcome {
	e := u[0]
	text := strings.ToLower(e.Message)
	out := effect.Outcome{Result: effect.Refused, Code: "shop_refused", Detail: recourse.Shorten(e.Message, 200)}
	switch {
	case e.Code == "IDEMPOTENCY_CONCURRENT_REQUEST" || strings.Contains(text, "currently in progress"):
		out.Result, out.Code = effect.Unknown, "attempt_running"
	case e.Code == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" || strings.Contains(text, "same idempotency key"):
		out.Result, out.Code = effect.Unknown, "key_reused"
	case strings.Contains(text, "greater than") || strings.Contains(text, "exceed") || strings.Contains(text, "cannot refund more"):
		out.Code = "amount_too_high"
	}
	return out
}

// findRefund looks for the refund that an act made.
func (s *Sender) findRefund(ctx context.Context, shop *api.Shop, t *effect.Task, id string) effect.Outcome {
	var a orderAnswer
	if err := shop.Read(ctx, readLines, map[string]any{"id": id}, &a); err != nil {
		out := failed(err, false, t.Now)
		out.Result = effect.Unknown
		return out
	}
	if a.Order == nil {
		return effect.Outcome{Result: effect.Unknown, Code: gone.Code, Detail: gone.Detail}
	}
	if r := marked(a.Order.Refunds, t.ID); r != nil {
		return r.outcome()
	}
	return effect.Outcome{Result: effect.Later, Code: "not_there", Detail: "the order has no such refund"}
}
