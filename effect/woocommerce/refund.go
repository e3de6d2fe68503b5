package woocommerce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"recourse"
	"recourse/call"
	"recourse/effect"
	shop "recourse/intake/woocommerce"
)

// order is as much of a shop's order as a refund needs.
type order struct {
	ID       int64           `json:"id"`
	Currency string          `json:"currency"`
	Total    json.RawMessage `json:"total"`
	Lines    []item          `json:"line_items"`
	Shipping []item          `json:"shipping_lines"`
}

// item is a line of it: what was paid for all its pieces without taxes, and each tax.
type item struct {
	ID       int64           `json:"id"`
	Quantity json.Number     `json:"quantity"`
	Total    json.RawMessage `json:"total"`
	Taxes    []struct {
		ID    int64           `json:"id"` // of the rate
		Total json.RawMessage `json:"total"`
	} `json:"taxes"`
}

// refund asks for money. Before it asks, it looks whether the refund is there already, and whether so much is left.
func (s *Sender) refund(ctx context.Context, t *effect.Task) effect.Outcome {
	id, missing := orderID(t)
	if missing != nil {
		return *missing
	}
	path := "orders/" + strconv.FormatInt(id, 10)
	var o order
	if _, err := s.shop.Ask(ctx, http.MethodGet, path, nil, nil, &o); err != nil {
		return asked(err, t.Now)
	}
	all, _, err := s.shop.Refunds(ctx, id)
	if err != nil {
		return asked(err, t.Now)
	}
	if there := s.found(all, t); there != nil {
		return *there
	}
	if no := o.refuses(all, t.Amount); no != nil {
		return *no
	}
	var m made
	_, err = s.shop.Ask(ctx, http.MethodPost, path+"/refunds", nil, s.request(&o, t), &m)
	if err == nil && m.ID > 0 {
		return s.answered(&m, t)
	}
	return failed(err, t)
}

// answered is the outcome of a refund that the shop says it has made: WooCommerce answers when its gateway has paid.
func (s *Sender) answered(m *made, t *effect.Task) effect.Outcome {
	o := s.outcome(m, t)
	if s.pays() && o.Code == CodeGatewaySilent && m.ours(t) {
		// Old versions do not tell refunded_payment. They answer after the gateway, too.
		o = effect.Outcome{Result: effect.Done, Ref: o.Ref, Amount: m.money(t.Amount.Currency)}
	}
	return o
}

// refuses says why an amount cannot be refunded from an order; nil: it can.
func (o *order) refuses(all []json.RawMessage, sum recourse.Money) *effect.Outcome {
	if !strings.EqualFold(o.Currency, string(sum.Currency)) {
		return &effect.Outcome{Result: effect.Refused, Code: CodeCurrency, Detail: "the order is in " + recourse.Shorten(o.Currency, 10)}
	}
	left := minor(o.Total, sum.Currency)
	for _, raw := range all {
		var m made
		if json.Unmarshal(raw, &m) == nil {
			left -= m.money(sum.Currency).Minor
		}
	}
	if sum.Minor <= 0 || sum.Minor > left {
		return &effect.Outcome{Result: effect.Refused, Code: CodeAmount, Detail: "left to refund: " + recourse.Money{Minor: max(0, left), Currency: sum.Currency}.String()}
	}
	return nil
}

// minor is a decimal in minor units, 0 where it cannot be read; digits below the minor unit are cut off.
func minor(raw json.RawMessage, c recourse.Currency) int64 {
	s := strings.Trim(string(raw), `"`)
	if point := strings.IndexByte(s, '.'); point >= 0 && len(s)-point-1 > c.Exponent() {
		s = strings.TrimSuffix(s[:point+1+c.Exponent()], ".")
	}
	m, err := recourse.ParseAmount(s, c)
	if err != nil {
		return 0
	}
	return m.Minor
}

// decimal is an amount as WooCommerce reads it.
func decimal(m recourse.Money) string {
	amount, _, _ := strings.Cut(m.String(), " ")
	return amount
}

// wanted is the body of a request for a refund.
type wanted struct {
	Amount  string  `json:"amount"`
	Reason  string  `json:"reason"`
	Lines   []share `json:"line_items,omitempty"`
	Pay     bool    `json:"api_refund"`
	Restock bool    `json:"api_restock"` // never: what comes back, if anything, is no business of a refund
	Meta    []meta  `json:"meta_data"`
}

// share is the part of a refund that one line takes back.
type share struct {
	ID       int64     `json:"id"`
	Quantity int       `json:"quantity"`
	Total    string    `json:"refund_total"` // without taxes
	Tax      []taxPart `json:"refund_tax,omitempty"`
}

type taxPart struct {
	ID    int64  `json:"id"`
	Total string `json:"refund_total"`
}

type meta struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (s *Sender) request(o *order, t *effect.Task) *wanted {
	return &wanted{
		Amount: decimal(t.Amount), Reason: "Recourse " + shop.Mark(t.ID, t.Key), Pay: s.pays(), Lines: o.shares(t),
		Meta: []meta{{shop.KeyMeta, t.Key}, {shop.EffectMeta, t.ID}},
	}
}

// shares are what each line takes back. They add up to the amount to the last minor unit, or there are none: the amount
// is what counts, and a shop's own reports are better without lines than with wrong ones.
func (o *order) shares(t *effect.Task) []share {
	r := refundIn(t)
	if r == nil || len(r.Shares) != len(r.Lines) || len(r.Lines) == 0 {
		return nil
	}
	left := t.Amount.Minor
	var out []share
	for i, p := range r.Lines {
		line := t.File.Order.Line(p.Line)
		if line == nil || r.Shares[i].Currency != t.Amount.Currency {
			return nil
		}
		at := o.line(line.Ref)
		if at == nil {
			return nil
		}
		if r.Shares[i].Minor > 0 {
			out = append(out, at.share(r.Shares[i], p.Quantity))
		}
		left -= r.Shares[i].Minor
	}
	out, left = o.shippingShares(out, r.Shipping, left)
	if left != 0 {
		return nil
	}
	return out
}

// refundIn is the refund that the act is to pay, as the file has it.
func refundIn(t *effect.Task) *recourse.Refund {
	for i := range t.File.Refunds {
		if r := &t.File.Refunds[i]; r.ID == t.ID && r.Amount == t.Amount {
			return r
		}
	}
	return nil
}

func (o *order) line(ref string) *item {
	for i := range o.Lines {
		if strconv.FormatInt(o.Lines[i].ID, 10) == ref {
			return &o.Lines[i]
		}
	}
	return nil
}

// shippingShares adds what the shipping takes back, shared out among its lines by what they cost.
func (o *order) shippingShares(out []share, shipping recourse.Money, left int64) ([]share, int64) {
	if shipping.Minor <= 0 || len(o.Shipping) == 0 {
		return out, left
	}
	weights := make([]int64, len(o.Shipping))
	for i := range o.Shipping {
		for _, w := range o.Shipping[i].weights(shipping.Currency) {
			weights[i] += w
		}
	}
	parts, err := shipping.Allocate(weights...)
	if err != nil {
		return out, left
	}
	for i, p := range parts {
		if p.Minor > 0 {
			out = append(out, o.Shipping[i].share(p, 0))
			left -= p.Minor
		}
	}
	return out, left
}

// weights are what a line cost without taxes, and each of its taxes.
func (i *item) weights(c recourse.Currency) []int64 {
	out := []int64{max(0, minor(i.Total, c))}
	for _, t := range i.Taxes {
		out = append(out, max(0, minor(t.Total, c)))
	}
	return out
}

// share splits a part of what was paid for a line into price and taxes, in the proportion in which they were paid. Pieces
// are named only where they are paid for whole: a part of a price takes no piece back.
func (i *item) share(sum recourse.Money, pieces int) share {
	weights := i.weights(sum.Currency)
	parts, err := sum.Allocate(weights...)
	if err != nil {
		return share{ID: i.ID, Total: decimal(sum)}
	}
	out := share{ID: i.ID, Total: decimal(parts[0])}
	for at, t := range i.Taxes {
		out.Tax = append(out.Tax, taxPart{t.ID, decimal(parts[at+1])})
	}
	var paid int64
	for _, w := range weights {
		paid += w
	}
	if n, err := i.Quantity.Int64(); err == nil && n > 0 && sum.Minor >= paid*int64(pieces)/n {
		out.Quantity = pieces
	}
	return out
}

// failed is the outcome of a request for a refund that was not answered with one. What the shop itself refused has not
// happened. Of what its gateway said, the shop knows as much as the gateway told it, and takes the refund away again: where
// the words are not those of a plain no, only a look at the gateway can tell.
func failed(err error, t *effect.Task) effect.Outcome {
	f, answered := errors.AsType[*shop.Failed](err)
	if !answered {
		if err != nil && !call.Heard(err) {
			return effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable}
		}
		return effect.Outcome{Result: effect.Unknown}
	}
	o := effect.Outcome{Result: effect.Refused, Code: CodeRefused, Detail: f.Message, RetryAt: f.Answer.RetryAt(t.Now)}
	switch {
	case f.Status == http.StatusTooManyRequests:
		o.Result, o.Code = effect.Later, ""
	case f.Code == "": // not WooCommerce's own words: of something between
		o.Result, o.Code = effect.Unknown, ""
	case f.Code == "woocommerce_rest_cannot_create_order_refund":
		return gateway(o, f.Message)
	case f.Status == http.StatusUnauthorized || f.Status == http.StatusForbidden:
		o.Result, o.Code = effect.Later, effect.CodeUnauthorized
	case f.Status == http.StatusNotFound:
		o.Code = CodeOrderUnknown
	case f.Status >= 500:
		o.Result, o.Code = effect.Unknown, ""
	}
	return o
}

// Words by which WooCommerce and its gateways say what went wrong, in English: it knows no codes for that. Whatever is not
// among them, and all that a shop says in another language, leaves it open whether money left, and is a person's to find
// out. (The first two lists are from WooCommerce's source; correct them here.)
var (
	wordsAmount  = []string{"invalid refund amount"}
	wordsNone    = []string{"does not support automatic refunds", "gateway for this order does not exist"}
	wordsRefused = []string{"already been refunded", "already refunded", "fully refunded", "insufficient", "greater than", "exceed", "cannot be refunded", "can't be refunded", "can not be refunded", "not refundable", "no such", "transaction id", "expired", "too old"}
	wordsSilent  = []string{"curl", "timed out", "timeout", "resolve", "connect", "try again", "http error", "empty response"}
)

func gateway(o effect.Outcome, message string) effect.Outcome {
	says := func(words []string) bool {
		for _, w := range words {
			if strings.Contains(strings.ToLower(message), w) {
				return true
			}
		}
		return false
	}
	switch {
	case says(wordsAmount):
		o.Code = CodeAmount
	case says(wordsNone):
		o.Code = CodeNoGateway
	case says(wordsRefused) && !says(wordsSilent):
		o.Code = CodeGateway
	default:
		// The mark among the refs keeps Find from taking the refund's absence for a no.
		o.Result, o.Code, o.Ref = effect.Unknown, CodeGatewaySilent, CodeGatewaySilent
	}
	return o
}
