package hook

import (
	"context"
	"errors"
	"sync"
	"time"

	"recourse"
	"recourse/store"
)

// How deliveries are taken.
const (
	lookEvery   = 500 * time.Millisecond
	mostBusy    = 200              // webhooks that one node delivers to at once
	batchMost   = 32               // deliveries that are taken in one transaction
	parallel    = 8                // requests at once to one webhook, from all nodes
	runFor      = 30 * time.Second // then others have their turn, and the lease is renewed
	webhookFor  = 2 * time.Minute  // the lease of a webhook: longer than a run and its last batch
	deliveryFor = time.Minute      // the lease of a delivery: longer than a try
)

// Run delivers until the context ends. Any number of nodes may run on one database; a database that is away is waited for.
func (s *Service) Run(ctx context.Context) {
	defer s.running.Wait()
	for ctx.Err() == nil {
		if err := s.Round(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("webhooks wait", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
}

// Round hands out what is fresh, and begins to deliver to each webhook that has something to be delivered. It does not wait
// for the deliveries: see [Service.Wait].
func (s *Service) Round(ctx context.Context) error {
	if err := s.keep(ctx); err != nil {
		return err
	}
	for {
		fresh, due, err := s.look(ctx)
		if err != nil {
			return err
		}
		for i := range due {
			s.begin(ctx, &due[i])
		}
		if !fresh {
			return nil
		}
		if _, err := s.expand(ctx); err != nil {
			return err
		}
	}
}

// Wait waits until all that Round has begun is over.
func (s *Service) Wait() { s.running.Wait() }

// keep does what is to be done now and then.
func (s *Service) keep(ctx context.Context) error {
	now := s.Clock()
	if now.Sub(s.synced).Abs() >= syncEvery {
		if err := s.sync(ctx); err != nil {
			return err
		}
		s.synced = now
	}
	if now.Sub(s.neared).Abs() >= nearEvery {
		if err := s.near(ctx); err != nil {
			return err
		}
		s.neared = now
	}
	if now.Sub(s.swept).Abs() >= sweepEvery {
		if err := s.sweep(ctx); err != nil {
			return err
		}
		s.swept = now
	}
	return nil
}

// look finds whether notices are fresh, and which webhooks something is to be delivered to.
func (s *Service) look(ctx context.Context) (fresh bool, due []store.Webhook, err error) {
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		one, err := tx.FreshNotices(1)
		if err != nil {
			return err
		}
		fresh = len(one) > 0
		due, err = tx.WakingWebhooks(s.Clock(), mostBusy)
		return err
	})
	return fresh, due, err
}

// begin delivers to a webhook, unless this node does so already or another was faster.
func (s *Service) begin(ctx context.Context, w *store.Webhook) {
	id := w.Merchant + "/" + w.ID
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[id] || len(s.busy) >= mostBusy {
		return
	}
	s.busy[id] = true
	s.running.Go(func() {
		defer func() {
			s.mu.Lock()
			delete(s.busy, id)
			s.mu.Unlock()
		}()
		if err := s.run(ctx, w); err != nil && ctx.Err() == nil {
			s.Log.Error("a webhook waits", "webhook", w.ID, "error", err)
		}
	})
}

// run leases a webhook and delivers to it until nothing is due, it is to be left alone, or others are to have their turn.
func (s *Service) run(ctx context.Context, w *store.Webhook) error {
	began := s.Clock()
	until := began.Add(webhookFor).Truncate(time.Microsecond)
	mine := false
	if err := s.Store.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.LeaseWebhook(w, until)
		return err
	}); err != nil || !mine {
		return err
	}
	w.LeaseUntil = until
	err := s.drain(ctx, w, began.Add(runFor))
	freed := s.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.FreeWebhook(w.Merchant, w.ID, w.LeaseUntil) })
	return errors.Join(err, freed)
}

func (s *Service) drain(ctx context.Context, w *store.Webhook, end time.Time) error {
	how, err := s.way(ctx, w)
	if err != nil {
		return s.ill(ctx, w, err)
	}
	for ctx.Err() == nil && s.Clock().Before(end) && w.Status == store.WebhookActive && !w.OpenUntil.After(s.Clock()) {
		tries, more, err := s.take(ctx, w)
		if err != nil || !more {
			return err
		}
		s.send(ctx, w, how, tries)
		if err := s.ended(context.WithoutCancel(ctx), w, tries); err != nil {
			return err
		}
	}
	return nil
}

// ill notes that nothing can be sent to a webhook whatever it is: its secret cannot be opened. No try is counted.
func (s *Service) ill(ctx context.Context, w *store.Webhook, why error) error {
	now := s.Clock()
	w.FailedAt, w.Failure, w.OpenUntil = now, recourse.CodeOf(why), now.Add(time.Minute)
	return errors.Join(why, s.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetWebhookHealth(w) }))
}

// try is one try of one delivery.
type try struct {
	delivery store.Delivery
	until    time.Time // its lease
	notice   *store.Notice
	order    order
	merchant store.Merchant

	attempt     store.Try
	answer      string
	verdict     verdict
	interrupted bool // this node stops: nothing is known, and another is to try again
}

// verdict is what came of a try.
type verdict struct {
	done     bool
	final    bool      // it is of no use to try again
	gone     bool      // the webhook wants to hear nothing any more
	throttle bool      // it wants to be left alone
	retryAt  time.Time // until then; zero: it does not say
}

// take takes deliveries whose turn it is: of an order one after the other. More says that there may be others.
func (s *Service) take(ctx context.Context, w *store.Webhook) (tries []try, more bool, err error) {
	most := batchMost
	if w.Failures >= openAfter {
		most = 1 // how this one goes decides about the others
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		tries = tries[:0]
		now := s.Clock()
		due, err := tx.DueDeliveries(w.Merchant, w.ID, now, most)
		more = len(due) > 0
		if err != nil {
			return err
		}
		for i := range due {
			t, ok, err := takeOne(tx, &due[i], now)
			if err != nil {
				return err
			}
			if ok {
				tries = append(tries, t)
			}
		}
		return s.gather(tx, w, tries)
	})
	return tries, more, err
}

// takeOne takes one delivery; false: an earlier one of its order is on its way, or somebody was faster.
func takeOne(tx *store.Tx, d *store.Delivery, now time.Time) (t try, ok bool, err error) {
	if d.Order != "" {
		ahead, err := tx.Ahead(d, patientTries, now.Add(deliveryFor))
		if err != nil {
			return t, false, err
		}
		if ahead != nil {
			return t, false, tx.DelayDelivery(d, later(ahead.NextAt, now.Add(time.Second)))
		}
	}
	t = try{delivery: *d, until: now.Add(deliveryFor).Truncate(time.Microsecond)}
	ok, err = tx.TakeDelivery(&t.delivery, t.until)
	return t, ok, err
}

// gather reads what is to be sent.
func (s *Service) gather(tx *store.Tx, w *store.Webhook, tries []try) error {
	ids, keys := make([]string, len(tries)), make([]store.Key, len(tries))
	for i := range tries {
		ids[i], keys[i] = tries[i].delivery.Notice, store.Key{Merchant: w.Merchant, Order: tries[i].delivery.Order}
	}
	notices, err := tx.Notices(w.Merchant, ids)
	if err != nil {
		return err
	}
	files, personal := map[store.Key]store.File{}, map[store.Key]*store.Personal{}
	if w.Personal || w.Kind == store.WebhookMirror {
		if files, err = tx.Files(keys); err != nil {
			return err
		}
		if personal, err = tx.Personal(keys); err != nil {
			return err
		}
	}
	m, err := tx.MerchantOnce(w.Merchant)
	if err != nil {
		return err
	}
	for i := range tries {
		t := &tries[i]
		t.merchant, t.order.file = m, files[keys[i]].OrderFile
		if n, there := notices[ids[i]]; there {
			t.notice = &n
		}
		if p := personal[keys[i]]; p != nil {
			t.order.known = p.Fields
		}
	}
	return nil
}

// send tries some deliveries, several at once.
func (s *Service) send(ctx context.Context, w *store.Webhook, how way, tries []try) {
	places := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for i := range tries {
		t := &tries[i]
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			began := time.Now()
			t.attempt.At = s.Clock()
			if t.notice == nil {
				t.attempt.Code, t.verdict.final = "notice_gone", true
				return
			}
			how(ctx, w, t)
			t.attempt.Millis = time.Since(began).Milliseconds()
			t.interrupted = ctx.Err() != nil && !t.verdict.done
		})
	}
	all.Wait()
}

// ended keeps what came of tries.
func (s *Service) ended(ctx context.Context, w *store.Webhook, tries []try) error {
	now := s.Clock()
	gone := ""
	for i := range tries {
		tries[i].settle(now)
		s.sealAnswer(&tries[i])
		if tries[i].verdict.gone {
			gone = "gone"
		}
	}
	health(w, tries, now)
	if gone == "" && w.Kind == store.WebhookHTTP && !w.FailingAt.IsZero() && now.Sub(w.FailingAt) >= disableAfter {
		gone = "failing"
	}
	if gone != "" {
		w.Status = store.WebhookDisabled
	}
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		for i := range tries {
			if err := tries[i].save(tx, now); err != nil {
				return err
			}
		}
		if gone != "" {
			if err := tx.DisableWebhook(w.Merchant, w.ID, gone, now); err != nil {
				return err
			}
		}
		return tx.SetWebhookHealth(w)
	})
}

// settle makes of what came of a try what becomes of the delivery.
func (t *try) settle(now time.Time) {
	d := &t.delivery
	if t.interrupted {
		d.Tries, d.NextAt = d.Tries-1, now
		return
	}
	d.Attempts = append(d.Attempts, t.attempt)
	if over := len(d.Attempts) - maxAttempts; over > 0 {
		d.Attempts = d.Attempts[over:]
	}
	d.EndedAt = now
	if t.verdict.done {
		d.Status, d.NextAt = store.DeliveryDone, time.Time{}
		return
	}
	pause, more := wait(d.Notice, d.Tries)
	if !more || t.verdict.final {
		d.Status, d.NextAt = store.DeliveryFailed, time.Time{}
		return
	}
	d.EndedAt = time.Time{}
	d.NextAt = later(now.Add(pause), earlier(t.verdict.retryAt, now.Add(throttleMost)))
}

// maxAttempts is how many tries of a delivery are remembered, the newest.
const maxAttempts = 30

func (t *try) save(tx *store.Tx, now time.Time) error {
	d := &t.delivery
	mine, err := tx.EndTry(d, t.until)
	if err != nil || !mine || d.Order == "" {
		return err
	}
	if d.Status != store.DeliveryWaiting || d.Tries >= patientTries {
		return tx.LetGo(d, now)
	}
	return nil
}

// sealAnswer keeps the beginning of an answer, where it can be sealed.
func (s *Service) sealAnswer(t *try) {
	d := &t.delivery
	d.Answer = nil
	if t.answer == "" {
		return
	}
	if sealed, err := s.Ring.Seal(store.AnswerPlace(d.Merchant, d.Webhook, d.Notice), []byte(t.answer)); err == nil {
		d.Answer = sealed
	}
}
