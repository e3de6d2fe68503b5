package woocommerce

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

const (
	every     = 5 * time.Minute
	overlap   = 10 * time.Minute    // of two rounds: what changed while one was read
	first     = 60 * 24 * time.Hour // how far the first round goes back
	perPage   = 50
	maxPages  = 2000            // of one round: 100,000 orders; the next goes on from there
	unsettled = 2 * time.Minute // a refund as young as that may be still in the making
)

// Poller fetches orders by the instant of their last change, and the refunds that they tell of.
var Poller = intake.Poller{Every: every, Poll: poll}

// ErrWebhookDisabled is that the shop has stopped to tell: WooCommerce switches a webhook off after five failures in a
// row, for good, and tells nobody.
var ErrWebhookDisabled = &recourse.Error{Kind: recourse.Unavailable, Code: "webhook_disabled",
	Message: "the shop has switched its webhooks to this desk off", Hint: "switch them on again under WooCommerce → Settings → Advanced → Webhooks; what was missed is fetched"}

type bookmark struct {
	After time.Time `json:"after"` // changes up to here were read
}

// poll reads all that changed since the bookmark. Orders are asked for by the instant of their last change and each page
// begins where the one before ended, since an order that changes meanwhile moves to the end and would shift pages.
//
// When all is read it looks whether the shop still tells by itself; if not, the error is [ErrWebhookDisabled], and the
// bookmark is good all the same.
func poll(ctx context.Context, c *recourse.Connection, peer *call.Client, was string, put func(context.Context, []intake.Delivery) error) (string, error) {
	var b bookmark
	if was != "" && json.Unmarshal([]byte(was), &b) != nil {
		b = bookmark{}
	}
	from := b.After.Add(-overlap)
	if b.After.IsZero() && !c.CreatedAt.IsZero() {
		from = c.CreatedAt.Add(-first)
	}
	shop := Shop{c, peer}
	for page, round := 1, 0; round < maxPages; round++ {
		got, err := shop.changed(ctx, from, page)
		if err != nil {
			return was, err
		}
		if err := put(ctx, got.deliveries); err != nil {
			return was, err
		}
		if got.last.After(b.After) {
			b.After = got.last
		}
		if page >= got.pages || got.count == 0 {
			break
		}
		if next := got.last.Add(-time.Second); next.After(from) {
			from, page = next, 1
		} else {
			page++
		}
	}
	now, err := json.Marshal(b)
	if err != nil {
		return was, err
	}
	return string(now), shop.WebhooksOn(ctx)
}

// changes are a page of orders that changed.
type changes struct {
	deliveries   []intake.Delivery
	count, pages int
	last         time.Time // change of the last of them
}

func (s Shop) changed(ctx context.Context, from time.Time, page int) (*changes, error) {
	q := url.Values{"orderby": {"modified"}, "order": {"asc"}, "per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(page)}, "dates_are_gmt": {"true"}}
	if !from.IsZero() {
		q.Set("modified_after", from.UTC().Format(layout))
	}
	var orders []json.RawMessage
	a, err := s.Ask(ctx, http.MethodGet, "orders", q, nil, &orders)
	if err != nil {
		return nil, err
	}
	out := &changes{count: len(orders), pages: 1}
	if n, err := strconv.Atoi(a.Header.Get("X-WP-TotalPages")); err == nil {
		out.pages = n
	}
	now, _ := http.ParseTime(a.Header.Get("Date"))
	for _, raw := range orders {
		var o order
		if err := json.Unmarshal(raw, &o); err != nil || o.ID <= 0 {
			// Kept and shown as a delivery that cannot be read; the others go on.
			out.deliveries = append(out.deliveries, intake.Delivery{ID: "poll/unread/" + from.Format(layout), Topic: "order.updated", Body: raw})
			continue
		}
		out.last = later(out.last, o.Modified.Time)
		id := strconv.FormatInt(o.ID, 10)
		out.deliveries = append(out.deliveries, intake.Delivery{ID: "poll/" + id + "/" + o.Modified.Format(layout), Topic: "order.updated", Body: raw})
		if err := s.refundsOf(ctx, &o, now, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// refundsOf fetches what an order's refunds are for. One that the gateway has not paid and that is a few seconds old
// may be in the making, and vanish again: the next round, which overlaps with this, will know.
func (s Shop) refundsOf(ctx context.Context, o *order, now time.Time, out *changes) error {
	if len(o.Refunds) == 0 {
		return nil
	}
	all, err := s.Refunds(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, raw := range all {
		var r refund
		if json.Unmarshal(raw, &r) != nil || !r.Refunded && !now.IsZero() && now.Sub(r.Created.Time) < unsettled {
			continue
		}
		body, err := pack(o, raw)
		if err != nil {
			return err
		}
		paid := strconv.FormatBool(r.Refunded)
		out.deliveries = append(out.deliveries, intake.Delivery{ID: "refund/" + strconv.FormatInt(r.ID, 10) + "/" + paid, Topic: topicRefund, Body: body})
	}
	return nil
}

// Shop asks a shop's REST API.
type Shop struct {
	Connection *recourse.Connection
	Peer       *call.Client
}

// Failed is an answer that was no success.
type Failed struct {
	Status  int
	Code    string // WooCommerce's own: woocommerce_rest_invalid_order_refund
	Message string // its own words; they may be in the shop's language
	Answer  *call.Answer
}

// Error says what the shop said.
func (f *Failed) Error() string {
	return "the shop answered " + strconv.Itoa(f.Status) + " " + recourse.Shorten(f.Code, 80)
}

// base is where wc/v3 lives; credentials go there alone.
func (s Shop) base() string {
	return strings.TrimRight(s.Connection.Setting("url", ""), "/") + "/wp-json/wc/v3/"
}

// Ask asks for a path. An answer that is no success gives a *[Failed]; no answer a *[call.Failure].
func (s Shop) Ask(ctx context.Context, method, path string, query url.Values, body, into any) (*call.Answer, error) {
	address := s.base() + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(s.Connection.Secret("key"), s.Connection.Secret("key_secret"))
	a, err := s.Peer.JSON(ctx, method, address, req.Header, body, into)
	if err != nil {
		return a, err
	}
	if a.Good() {
		return a, nil
	}
	f := &Failed{Status: a.Status, Answer: a}
	var told struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(a.Body, &told) == nil {
		f.Code, f.Message = told.Code, recourse.Shorten(told.Message, 300)
	}
	return a, f
}

// maxRefunds of one order are read: WooCommerce gives a hundred a page.
const maxRefunds = 10

// Refunds are all refunds of an order, as the shop tells them.
func (s Shop) Refunds(ctx context.Context, id int64) ([]json.RawMessage, error) {
	var all []json.RawMessage
	for page := 1; page <= maxRefunds; page++ {
		var some []json.RawMessage
		q := url.Values{"per_page": {"100"}, "page": {strconv.Itoa(page)}}
		a, err := s.Ask(ctx, http.MethodGet, "orders/"+strconv.FormatInt(id, 10)+"/refunds", q, nil, &some)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if pages, err := strconv.Atoi(a.Header.Get("X-WP-TotalPages")); err != nil || page >= pages {
			return all, nil
		}
	}
	return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "woocommerce_refunds", Message: "an order has more than 1,000 refunds"}
}

// Webhook is one of a shop's.
type Webhook struct {
	ID     int64  `json:"id"`
	Status string `json:"status"` // active, paused, disabled
	Topic  string `json:"topic"`
	URL    string `json:"delivery_url"`
}

// Webhooks are those of the shop that call this connection.
func (s Shop) Webhooks(ctx context.Context) ([]Webhook, error) {
	var ours []Webhook
	for page := 1; page <= 20; page++ {
		var some []Webhook
		a, err := s.Ask(ctx, http.MethodGet, "webhooks", url.Values{"per_page": {"100"}, "page": {strconv.Itoa(page)}}, nil, &some)
		if err != nil {
			return nil, err
		}
		for _, w := range some {
			if strings.HasSuffix(strings.TrimRight(w.URL, "/"), "/in/"+s.Connection.Merchant+"/"+s.Connection.ID) {
				ours = append(ours, w)
			}
		}
		if pages, err := strconv.Atoi(a.Header.Get("X-WP-TotalPages")); err != nil || page >= pages {
			break
		}
	}
	return ours, nil
}

// WebhooksOn gives [ErrWebhookDisabled] when the shop does not tell this connection by itself any more. A shop that never
// did is polled, which is no failure.
func (s Shop) WebhooksOn(ctx context.Context) error {
	ours, err := s.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range ours {
		if w.Status == "disabled" {
			return ErrWebhookDisabled
		}
	}
	return nil
}
