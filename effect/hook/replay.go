package hook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"recourse"
	"recourse/store"
)

// Delivery is one notice on its way to one webhook.
type Delivery struct {
	ID       string               `json:"delivery" doc:"The id of the notice: what the header webhook-id has."`
	Webhook  string               `json:"webhook"`
	Type     recourse.NoticeType  `json:"type"`
	Order    string               `json:"order,omitempty"`
	At       time.Time            `json:"at" doc:"The instant that the notice holds for."`
	Status   store.DeliveryStatus `json:"status" doc:"waiting, done, or failed: tried as often as the schedule says. It can be replayed."`
	NextAt   time.Time            `json:"next_at,omitzero" doc:"While it waits: when it is tried."`
	EndedAt  time.Time            `json:"ended_at,omitzero"`
	Attempts []store.Try          `json:"attempts" doc:"The oldest first."`
	Answer   string               `json:"answer,omitempty" doc:"The beginning of the last answer."`
	Payload  json.RawMessage      `json:"payload,omitempty" doc:"What is sent. It is there where one delivery is asked for."`
}

// deliveryOf is a delivery for who may see it.
func (s *Service) deliveryOf(d *store.Delivery) Delivery {
	out := Delivery{ID: d.Notice, Webhook: d.Webhook, Type: d.Type, Order: d.Order, At: d.At, Status: d.Status, EndedAt: d.EndedAt, Attempts: append([]store.Try{}, d.Attempts...)}
	if d.Status == store.DeliveryWaiting {
		out.NextAt = d.NextAt
	}
	if len(d.Answer) > 0 {
		if text, err := s.Ring.Open(store.AnswerPlace(d.Merchant, d.Webhook, d.Notice), d.Answer); err == nil {
			out.Answer = string(text)
		}
	}
	return out
}

// Deliveries are a webhook's deliveries behind a cursor, the newest first; of one status, or of all.
func (s *Service) Deliveries(ctx context.Context, merchant, id string, status store.DeliveryStatus, after store.Cursor, limit int) (out []Delivery, next store.Cursor, err error) {
	out = []Delivery{}
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.Webhook(merchant, id); err != nil {
			return err
		}
		var all []store.Delivery
		all, next, err = tx.WebhookDeliveries(merchant, id, status, after, limit)
		for i := range all {
			out = append(out, s.deliveryOf(&all[i]))
		}
		return err
	})
	return out, next, err
}

// Delivery is one, with what is sent: webhook_delivery_unknown, of kind [recourse.NotFound], when there is none.
func (s *Service) Delivery(ctx context.Context, merchant, id, delivery string) (out Delivery, err error) {
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		w, err := tx.Webhook(merchant, id)
		if err != nil {
			return err
		}
		d, err := tx.WebhookDelivery(merchant, id, delivery)
		if err != nil {
			return err
		}
		out = s.deliveryOf(&d)
		tries := []try{{delivery: d}}
		if err := s.gather(tx, &w, tries); err != nil || tries[0].notice == nil {
			return err
		}
		out.Payload, err = payload(tries[0].notice, tries[0].order, w.Personal)
		return err
	})
	return out, err
}

// Replay begins a delivery from the beginning, whatever became of it. It has the same id as before.
func (s *Service) Replay(ctx context.Context, merchant, id, delivery, by string) error {
	now := s.Clock()
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		w, err := tx.Webhook(merchant, id)
		if err != nil {
			return err
		}
		if err := tx.ReplayDelivery(merchant, id, delivery, now); err != nil {
			return err
		}
		if err := tx.WakeWebhook(merchant, id, now); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: now, By: by, What: store.AuditWebhookReplayed, About: w.Host})
	})
}

// Replayed is how many deliveries were begun anew.
type Replayed struct {
	Failed int `json:"failed" doc:"Deliveries that had failed."`
	Missed int `json:"missed" doc:"Notices that it was not told of, because it was disabled or not there yet."`
}

// ReplaySince begins all failed deliveries from the beginning whose notices are of an instant or later, and tells of what
// the webhook wants to hear and never was told.
func (s *Service) ReplaySince(ctx context.Context, merchant, id string, since time.Time, by string) (out Replayed, err error) {
	now := s.Clock()
	var w store.Webhook
	for more := true; more; {
		if err := s.Store.Write(ctx, func(tx *store.Tx) (err error) {
			if w, err = tx.Webhook(merchant, id); err != nil {
				return err
			}
			n, err := tx.ReplayFailedDeliveries(merchant, id, since, now, expandMost)
			out.Failed += int(n)
			more = n == expandMost
			return err
		}); err != nil {
			return out, err
		}
	}
	if out.Missed, err = s.missed(ctx, &w, since, now); err != nil {
		return out, err
	}
	return out, s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.WakeWebhook(merchant, id, now); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: now, By: by, What: store.AuditWebhookReplayed, About: w.Host})
	})
}

// missed makes deliveries of notices that a webhook was not told of.
func (s *Service) missed(ctx context.Context, w *store.Webhook, since, now time.Time) (n int, err error) {
	open := *w
	open.Status = store.WebhookActive
	var at store.Cursor
	for more := true; more; {
		if err := s.Store.Write(ctx, func(tx *store.Tx) error {
			all, err := tx.NoticesSince(w.Merchant, since, at, expandMost)
			if err != nil {
				return err
			}
			var out []store.Delivery
			for i := range all {
				if at = all[i].Cursor(); told(&open, &all[i]) {
					out = append(out, delivery(w, &all[i], now))
				}
			}
			made, err := tx.PutDeliveries(out)
			n += int(made)
			more = len(all) == expandMost
			return err
		}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Test sends a webhook a notice of type webhook.test, at once and once, also where it is paused or disabled, and says what
// came of it.
func (s *Service) Test(ctx context.Context, merchant, id string) (Delivery, error) {
	now := s.Clock()
	n := store.Notice{Merchant: merchant, ID: "msg_" + strings.ToLower(rand.Text()[:24]), Type: recourse.NoticeWebhookTest, At: now, Data: json.RawMessage(`{}`)}
	var w store.Webhook
	t := try{delivery: store.Delivery{Merchant: merchant, Webhook: id, Notice: n.ID, Type: n.Type, At: now, Status: store.DeliveryWaiting, NextAt: now}, until: now.Add(deliveryFor).Truncate(time.Microsecond), notice: &n}
	err := s.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if w, err = s.mine(tx, merchant, id); err != nil {
			return err
		}
		if err := tx.PutNotices(n); err != nil {
			return err
		}
		if err := tx.HandOut([]store.Notice{n}); err != nil {
			return err
		}
		if _, err := tx.PutDeliveries([]store.Delivery{t.delivery}); err != nil {
			return err
		}
		_, err = tx.TakeDelivery(&t.delivery, t.until)
		return err
	})
	if err != nil {
		return Delivery{}, err
	}
	how, err := s.way(ctx, &w)
	if err != nil {
		t.attempt = store.Try{At: now, Code: recourse.CodeOf(err)}
	} else {
		tries := []try{t}
		s.send(ctx, &w, how, tries)
		t = tries[0]
	}
	t.verdict.final, t.interrupted = !t.verdict.done, false
	t.settle(s.Clock())
	s.sealAnswer(&t)
	err = s.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.EndTry(&t.delivery, t.until)
		return err
	})
	return s.deliveryOf(&t.delivery), err
}
