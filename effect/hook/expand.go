package hook

import (
	"context"
	"maps"
	"slices"
	"time"

	"recourse"
	"recourse/store"
)

const (
	expandMost = 500              // notices that are handed out in one transaction
	syncEvery  = 15 * time.Second // how often mirrors are compared with connections
	sweepEvery = time.Hour
	sweepMost  = 1000
	// KeepFor is how long notices and deliveries are kept, and can be replayed.
	KeepFor = 30 * 24 * time.Hour
)

// expand hands fresh notices out: one delivery for each webhook that wants to hear one. Two nodes that do the same make the
// same deliveries, and the second of each is none.
func (s *Service) expand(ctx context.Context) (n int, err error) {
	now := s.Clock()
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		fresh, err := tx.FreshNotices(expandMost)
		if n = len(fresh); err != nil || n == 0 {
			return err
		}
		all := map[string][]store.Webhook{}
		var out []store.Delivery
		wake := map[store.Key]bool{} // of merchant and webhook
		for i := range fresh {
			f := &fresh[i]
			hooks, known := all[f.Merchant]
			if !known {
				if hooks, err = tx.Webhooks(f.Merchant); err != nil {
					return err
				}
				all[f.Merchant] = hooks
			}
			for j := range hooks {
				if told(&hooks[j], f) {
					out = append(out, delivery(&hooks[j], f, now))
					wake[store.Key{Merchant: f.Merchant, Order: hooks[j].ID}] = true
				}
			}
		}
		if _, err := tx.PutDeliveries(out); err != nil {
			return err
		}
		if err := tx.HandOut(fresh); err != nil {
			return err
		}
		return wakeAll(tx, wake, now)
	})
	return n, err
}

// wakeAll wakes webhooks, on every node in the same order.
func wakeAll(tx *store.Tx, wake map[store.Key]bool, now time.Time) error {
	keys := slices.SortedFunc(maps.Keys(wake), func(a, b store.Key) int {
		if a.Merchant != b.Merchant {
			return compare(a.Merchant, b.Merchant)
		}
		return compare(a.Order, b.Order)
	})
	for _, k := range keys {
		if err := tx.WakeWebhook(k.Merchant, k.Order, now); err != nil {
			return err
		}
	}
	return nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func delivery(w *store.Webhook, n *store.Notice, now time.Time) store.Delivery {
	return store.Delivery{Merchant: w.Merchant, Webhook: w.ID, Notice: n.ID, Order: n.Order, Place: n.Place, Type: n.Type, At: n.At, Status: store.DeliveryWaiting, NextAt: now}
}

// told says whether a webhook is told of a notice.
func told(w *store.Webhook, n *store.Notice) bool {
	switch {
	case w.Status == store.WebhookDisabled || n.Type == recourse.NoticeWebhookTest:
		return false
	case w.Kind == store.WebhookMirror:
		return n.Channel == w.Connection && slices.Contains(mirrored, n.Type)
	}
	return wants(w.Events, n.Type)
}

// mirrored are the notices that mean something to a shop.
var mirrored = []recourse.NoticeType{recourse.NoticeCaseOpened, recourse.NoticeCaseBecame, recourse.NoticeCaseClosed, recourse.NoticeCaseReopened, recourse.NoticeOrderCancelled,
	recourse.NoticeReplacementShipped, recourse.NoticeRefundDone}

// MirrorSetting is the setting of a connection that says whether it is kept in step: off, or anything else.
const MirrorSetting = "mirror"

// sync lets there be a mirror for each connection that is to be kept in step, as its connection stands.
func (s *Service) sync(ctx context.Context) error {
	var wanted map[store.Key]store.Webhook
	var stale []store.Webhook
	now := s.Clock()
	err := s.Store.Read(ctx, func(tx *store.Tx) error {
		connections, err := tx.AllConnections()
		if err != nil {
			return err
		}
		wanted = s.wanted(connections, now)
		all, err := tx.AllWebhooks()
		for i := range all {
			if all[i].Kind != store.WebhookMirror {
				continue
			}
			k := store.Key{Merchant: all[i].Merchant, Order: all[i].ID}
			w, there := wanted[k]
			switch {
			case !there:
				stale = append(stale, all[i])
			case w.Status == all[i].Status && w.Name == all[i].Name:
				delete(wanted, k)
			}
		}
		return err
	})
	if err != nil || len(wanted)+len(stale) == 0 {
		return err
	}
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		for _, w := range stale {
			if err := tx.DropWebhook(w.Merchant, w.ID); err != nil {
				return err
			}
		}
		for _, w := range wanted {
			if err := tx.PutWebhook(&w); err != nil {
				return err
			}
		}
		return nil
	})
}

// wanted are the mirrors that there are to be.
func (s *Service) wanted(connections []store.Connection, now time.Time) map[store.Key]store.Webhook {
	out := map[store.Key]store.Webhook{}
	if s.Mirrors == nil {
		return out
	}
	status := map[recourse.ConnectionStatus]store.WebhookStatus{recourse.ConnectionActive: store.WebhookActive, recourse.ConnectionPaused: store.WebhookPaused, recourse.ConnectionGone: store.WebhookDisabled}
	for i := range connections {
		c := &connections[i]
		mirror, _ := s.Mirrors(c.Kind)
		if mirror == nil || c.Setting(MirrorSetting, "on") == "off" {
			continue
		}
		w := store.Webhook{Merchant: c.Merchant, ID: "mirror-" + c.ID, Kind: store.WebhookMirror, Connection: c.ID, Name: c.Name, Status: status[c.Status], CreatedAt: now, ChangedAt: now}
		if w.Status == store.WebhookDisabled {
			w.Reason = "connection_gone"
		}
		out[store.Key{Merchant: w.Merchant, Order: w.ID}] = w
	}
	return out
}

// sweep takes notices and deliveries away that are older than they are kept.
func (s *Service) sweep(ctx context.Context) error {
	var merchants []store.Merchant
	if err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		merchants, err = tx.Merchants()
		return err
	}); err != nil {
		return err
	}
	before := s.Clock().Add(-KeepFor)
	for _, m := range merchants {
		for gone := int64(1); gone > 0 && ctx.Err() == nil; {
			if err := s.Store.Write(ctx, func(tx *store.Tx) (err error) {
				gone, err = tx.DropNotices(m.ID, before, sweepMost)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
