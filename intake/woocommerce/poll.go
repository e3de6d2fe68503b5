package woocommerce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

const (
	every    = 5 * time.Minute
	overlap  = 10 * time.Minute    // of two rounds: what changed while one was read
	first    = 60 * 24 * time.Hour // how far the first round goes back
	perPage  = 50
	maxPages = 2000 // of one round: 100,000 orders; the next goes on from there
)

// Poller fetches orders by the instant of their last change, and the refunds that they tell of.
var Poller = intake.Poller{Every: every, Poll: poll}

// ErrWebhookDisabled is that the shop has stopped to tell: WooCommerce switches a webhook off after five failures in a
// row, for good, and tells nobody.
var ErrWebhookDisabled = &recourse.Error{Kind: recourse.Unavailable, Code: "webhook_disabled",
	Message: "the shop had switched its webhooks to this desk off, after five that this desk did not take", Hint: "they are switched on again by the next look, and what was missed is fetched; if it comes back, compare the secret of the webhooks"}

type bookmark struct {
	After time.Time `json:"after"` // changes up to here were read
}

// poll reads all that changed since the bookmark. Orders are asked for by the instant of their last change and each page
// begins where the one before ended, since an order that changes meanwhile moves to the end and would shift pages.
//
// When all is read it looks whether the shop still tells by itself. If not, its webhooks are switched on again and the
// error is [ErrWebhookDisabled], so that a person hears of it; the bookmark is good all the same.
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
			return was, Trouble(err)
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
	return string(now), Trouble(shop.WebhooksOn(ctx, true))
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
	for _, raw := range orders {
		d := intake.Delivery{Topic: "order.updated", Body: raw}
		var o order
		if json.Unmarshal(raw, &o) == nil {
			out.last = later(out.last, o.Modified.Time)
			made, err := whole(ctx, s.Connection, s.Peer, &d)
			if err != nil {
				return nil, err
			}
			d = *made
		}
		// The same order with the same refunds is the same delivery.
		sum := sha256.Sum256(d.Body)
		d.ID = "poll/" + strconv.FormatInt(o.ID, 10) + "/" + hex.EncodeToString(sum[:12])
		out.deliveries = append(out.deliveries, d)
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
