package peer

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"recourse"
)

// This file is what happens in the shop, and what it tells of it: webhooks in the shapes of the REST API, signed.

// ShopifyWebhook is a call that the shop makes.
type ShopifyWebhook struct {
	ID, Topic string
	Body      []byte
	Header    http.Header
}

// Place puts an order into the shop: ids, instants and a payment are made where they are missing.
func (s *Shopify) Place(o ShopifyOrder) *ShopifyOrder {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := o
	own.ID, own.CreatedAt = s.id(), s.Now()
	if own.Name == "" {
		own.Name = "#" + strconv.Itoa(1001+len(s.orders))
	}
	own.Lines = slices.Clone(o.Lines)
	for i := range own.Lines {
		own.Lines[i].ID = s.id()
	}
	own.Gateways = slices.Clone(o.Gateways)
	if own.Gateways == nil {
		own.Gateways = []ShopifyPayment{{Gateway: "shopify_payments", Amount: own.Total()}}
	}
	for i := range own.Gateways {
		own.Gateways[i].ID = s.id()
	}
	s.orders = append(s.orders, &own)
	s.changed(&own, "orders/create", s.restOrder(&own))
	return &own
}

// Change lets something of an order be changed, as a person does in the shop's pages, and tells it.
func (s *Shopify) Change(o *ShopifyOrder, change func(*ShopifyOrder)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(o)
	s.changed(o, "", nil)
}

// Read looks at an order while nobody changes it.
func (s *Shopify) Read(o *ShopifyOrder, look func(*ShopifyOrder)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look(o)
}

// Cancel cancels an order in the shop's pages.
func (s *Shopify) Cancel(o *ShopifyOrder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel(o)
}

// Fulfil hands all pieces that are left over, under tracking numbers or none.
func (s *Shopify) Fulfil(o *ShopifyOrder, carrier string, tracking ...string) *ShopifyFulfilment {
	s.mu.Lock()
	defer s.mu.Unlock()
	pieces := map[int64]int{}
	for _, l := range o.Lines {
		pieces[l.ID] = l.Quantity - l.fulfilled - l.refunded
	}
	return s.fulfil(o, carrier, pieces, tracking...)
}

func (s *Shopify) fulfil(o *ShopifyOrder, carrier string, pieces map[int64]int, tracking ...string) *ShopifyFulfilment {
	f := &ShopifyFulfilment{ID: s.id(), Name: fmt.Sprintf("%s.%d", o.Name, len(o.Fulfilments)+1), Carrier: carrier, Tracking: tracking, Lines: maps.Clone(pieces), At: s.Now()}
	for i := range o.Lines {
		o.Lines[i].fulfilled += pieces[o.Lines[i].ID]
	}
	o.Fulfilments = append(o.Fulfilments, f)
	s.changed(o, "fulfillments/create", s.restFulfilment(o, f))
	return f
}

// Retrack gives a fulfilment other tracking numbers.
func (s *Shopify) Retrack(o *ShopifyOrder, f *ShopifyFulfilment, tracking ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Tracking = tracking
	s.changed(o, "fulfillments/update", s.restFulfilment(o, f))
}

// Scan tells where a fulfilment is: IN_TRANSIT, DELIVERED.
func (s *Shopify) Scan(o *ShopifyOrder, f *ShopifyFulfilment, status, city string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := ShopifyScan{ID: s.id(), Status: status, City: city, At: s.Now()}
	f.Events = append(f.Events, e)
	s.changed(o, "fulfillment_events/create", map[string]any{
		"id": e.ID, "fulfillment_id": f.ID, "order_id": o.ID, "status": lower(status), "city": city, "happened_at": stamp(e.At), "admin_graphql_api_id": shopGID("FulfillmentEvent", e.ID),
	})
}

// Refund pays money back in the shop's own pages.
func (s *Shopify) Refund(o *ShopifyOrder, note string, amount recourse.Money, lines map[int64]int) *ShopifyRefund {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &ShopifyRefund{ID: s.id(), Note: note, At: s.Now()}
	for i := range o.Lines {
		if n := lines[o.Lines[i].ID]; n > 0 {
			restock := "NO_RESTOCK"
			if amount.IsZero() {
				restock = "CANCEL"
			}
			r.Lines = append(r.Lines, ShopifyRefundLine{o.Lines[i].ID, n, restock})
		}
	}
	if !amount.IsZero() {
		r.Transactions = []ShopifyTransaction{{ID: s.id(), Parent: o.Gateways[0].ID, Status: "SUCCESS", Amount: amount, At: s.Now()}}
	}
	s.commit(o, r)
	return r
}

// Settle lets refunds that are on their way arrive, or fail.
func (s *Shopify) Settle(o *ShopifyOrder, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range o.Refunds {
		for i := range r.Transactions {
			if r.Transactions[i].Status == "PENDING" {
				r.Transactions[i].Status = status
			}
		}
	}
	s.changed(o, "", nil)
}

// Return asks for a return, or moves one: REQUESTED, OPEN, CLOSED, DECLINED, CANCELED.
func (s *Shopify) Return(o *ShopifyOrder, r *ShopifyReturn, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	topic := map[string]string{"REQUESTED": "returns/request", "OPEN": "returns/approve", "CLOSED": "returns/close", "DECLINED": "returns/decline", "CANCELED": "returns/cancel"}[status]
	if r.ID == 0 {
		r.ID, r.At = s.id(), s.Now()
		o.Returns = append(o.Returns, r)
	}
	if r.Status = status; status == "CLOSED" {
		r.Closed = s.Now()
	}
	s.changed(o, topic, map[string]any{"id": r.ID, "admin_graphql_api_id": shopGID("Return", r.ID), "status": lower(status), "order": map[string]any{"id": o.ID, "admin_graphql_api_id": shopGID("Order", o.ID)}})
}

// Dispute opens a dispute, or moves one: NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST, ACCEPTED.
func (s *Shopify) Dispute(o *ShopifyOrder, d *ShopifyDispute, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	topic := "disputes/update"
	if d.ID == 0 {
		d.ID, d.At, topic = s.id(), s.Now(), "disputes/create"
		o.Disputes = append(o.Disputes, d)
	}
	if d.Status = status; status == "WON" || status == "LOST" || status == "ACCEPTED" {
		d.Decided = s.Now()
	}
	s.changed(o, topic, map[string]any{"id": d.ID, "order_id": o.ID, "type": "chargeback", "amount": amount(d.Amount), "currency": string(d.Amount.Currency), "reason": lower(d.Reason),
		"status": lower(status), "initiated_at": stamp(d.At), "evidence_due_by": stamp(d.Due), "finalized_on": stamp(d.Decided)})
}

// Tell queues a webhook that is about no order: app/uninstalled, customers/redact.
func (s *Shopify) Tell(topic string, body any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queueUp(topic, body)
}

// changed notes that an order changed, and queues what the shop tells of it: the topic itself, and orders/updated.
func (s *Shopify) changed(o *ShopifyOrder, topic string, body any) {
	o.UpdatedAt = s.Now()
	if m, ok := body.(map[string]any); ok && m["updated_at"] != nil {
		m["updated_at"] = stamp(o.UpdatedAt)
	}
	if topic != "" {
		s.queueUp(topic, body)
	}
	if topic != "orders/create" {
		s.queueUp("orders/updated", s.restOrder(o))
	}
}

func (s *Shopify) queueUp(topic string, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // the shapes are ours
	}
	id := fmt.Sprintf("webhook-%d", s.id())
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	for name, v := range map[string]string{"Topic": topic, "Shop-Domain": s.Domain, "Api-Version": "2026-10", "Webhook-Id": id, "Triggered-At": s.Now().UTC().Format(time.RFC3339Nano), "Hmac-Sha256": s.Sign(data)} {
		h.Set("X-Shopify-"+name, v)
	}
	s.queue = append(s.queue, ShopifyWebhook{id, topic, data, h})
}

// Sign signs a body.
func (s *Shopify) Sign(body []byte) string {
	h := hmac.New(sha256.New, []byte(s.Secret))
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Webhooks takes what is queued, oldest first.
func (s *Shopify) Webhooks() []ShopifyWebhook {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.queue
	s.queue = nil
	return out
}

// Muddle puts webhooks in any order, and some of them twice, as Shopify may.
func Muddle(rng *rand.Rand, all []ShopifyWebhook) []ShopifyWebhook {
	for _, w := range slices.Clone(all) {
		if rng.IntN(4) == 0 {
			all = append(all, w)
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// Send makes the calls to an address, each up to nine times until the answer is 2xx, without the pauses between them. It
// gives the first that was never taken.
func (s *Shopify) Send(ctx context.Context, client *http.Client, address string, all []ShopifyWebhook) error {
	for _, w := range all {
		if err := w.send(ctx, client, address); err != nil {
			return fmt.Errorf("%s: %w", w.Topic, err)
		}
	}
	return nil
}

func (w *ShopifyWebhook) send(ctx context.Context, client *http.Client, address string) error {
	var last error
	for range 9 {
		ctx, stop := context.WithTimeout(ctx, 5*time.Second)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(w.Body))
		if err != nil {
			stop()
			return err
		}
		req.Header = w.Header.Clone()
		res, err := client.Do(req)
		if last = err; err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if last = nil; res.StatusCode/100 != 2 {
				last = fmt.Errorf("answered %d", res.StatusCode)
			}
		}
		if stop(); last == nil {
			return nil
		}
	}
	return last
}

// Hooks are the topics that the shop was asked to tell at an address.
func (s *Shopify) Hooks(address string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, h := range s.hooks {
		if h.uri == address {
			out = append(out, h.topic)
		}
	}
	return out
}

// Asked is how often a field of the query or the mutation was asked for.
func (s *Shopify) Asked(field string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[field]
}

// RefundsMade is how many refunds were made through the API.
func (s *Shopify) RefundsMade() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refunds
}
