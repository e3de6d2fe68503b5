package woocommerce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
)

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

// Trouble says for a person why a shop could not be asked, with a code of its own for what a person can mend.
func Trouble(err error) error {
	if _, silent := errors.AsType[*call.Failure](err); silent {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "peer_unreachable", Message: "the shop does not answer", Hint: "look whether its pages open, and compare the address", Err: err}
	}
	f, answered := errors.AsType[*Failed](err)
	if !answered {
		return err
	}
	out := &recourse.Error{Kind: recourse.Unavailable, Code: "peer_refused", Message: "the shop answered " + strconv.Itoa(f.Status), Hint: f.Message, Err: err}
	switch {
	case f.Status == http.StatusUnauthorized || f.Status == http.StatusForbidden:
		out.Kind, out.Code, out.Message, out.Hint = recourse.Forbidden, "unauthorized", "the shop does not accept the key", "make a key for the REST API that may read and write, of a person who manages the shop"
	case f.Status >= 300 && f.Status < 400:
		out.Kind, out.Code, out.Message, out.Hint = recourse.Invalid, "redirected", "the shop answers from another address", "give the address that a browser shows"
	case f.Status == http.StatusNotFound:
		out.Kind, out.Code, out.Message, out.Hint = recourse.Invalid, "no_rest_api", "there is no WooCommerce at this address", "look whether the shop's permalinks are set to anything but plain"
	}
	return out
}

// maxRefunds of one order are read: WooCommerce gives a hundred a page.
const maxRefunds = 10

// Refunds are all refunds of an order, as the shop tells them, and what time it is there; zero when it does not say.
func (s Shop) Refunds(ctx context.Context, id int64) (all []json.RawMessage, now time.Time, err error) {
	for page := 1; page <= maxRefunds; page++ {
		var some []json.RawMessage
		q := url.Values{"per_page": {"100"}, "page": {strconv.Itoa(page)}}
		a, err := s.Ask(ctx, http.MethodGet, "orders/"+strconv.FormatInt(id, 10)+"/refunds", q, nil, &some)
		if err != nil {
			return nil, now, err
		}
		now, _ = http.ParseTime(a.Header.Get("Date"))
		all = append(all, some...)
		if pages, err := strconv.Atoi(a.Header.Get("X-WP-TotalPages")); err != nil || page >= pages {
			return all, now, nil
		}
	}
	return nil, now, &recourse.Error{Kind: recourse.TooLarge, Code: "woocommerce_refunds", Message: "an order has more than 1,000 refunds"}
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
// did is polled, which is no failure. With mend, what was switched off is switched on again, and the error says that it
// had been off.
func (s Shop) WebhooksOn(ctx context.Context, mend bool) error {
	ours, err := s.Webhooks(ctx)
	if err != nil {
		return err
	}
	off := false
	for _, w := range ours {
		if w.Status != "disabled" {
			continue
		}
		off = true
		if !mend {
			continue
		}
		if _, err := s.Ask(ctx, http.MethodPut, "webhooks/"+strconv.FormatInt(w.ID, 10), nil, map[string]string{"status": "active"}, nil); err != nil {
			return err
		}
	}
	if off {
		return ErrWebhookDisabled
	}
	return nil
}
