package hook

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"recourse"
	"recourse/effect"
	"recourse/store"
)

// mirror finds how a shop is kept in step: its connection is read and opened once a run.
func (s *Service) mirror(ctx context.Context, w *store.Webhook) (way, error) {
	var c store.Connection
	if err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.Connection(w.Merchant, w.Connection)
		return err
	}); err != nil {
		return nil, err
	}
	if c.Status != recourse.ConnectionActive || s.Mirrors == nil {
		return nil, errConnectionOff
	}
	do, client := s.Mirrors(c.Kind)
	if do == nil || client == nil {
		return nil, errConnectionOff
	}
	if err := s.openConnection(&c); err != nil {
		return nil, err
	}
	peer := client(&c.Connection)
	return func(ctx context.Context, _ *store.Webhook, t *try) {
		n, err := s.mirrorNotice(&c.Connection, t)
		if err != nil {
			t.attempt.Code, t.verdict.final = recourse.CodeOf(err), true
			return
		}
		t.took(do(ctx, &c.Connection, peer, n))
	}, nil
}

var errConnectionOff = &recourse.Error{Kind: recourse.Unavailable, Code: "connection_off", Message: "the connection is paused, or cannot be kept in step"}

func (s *Service) openConnection(c *store.Connection) error {
	if len(c.Sealed) == 0 {
		return nil
	}
	data, err := s.Ring.Open(store.SecretsPlace(c.Merchant, c.ID), c.Sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, &c.Secrets)
}

// mirrorNotice is a notice for a shop, with how its order stands now.
func (s *Service) mirrorNotice(c *recourse.Connection, t *try) (*effect.Notice, error) {
	n, err := notice(t.notice, t.order, false)
	if err != nil {
		return nil, err
	}
	out := &effect.Notice{Notice: n, Merchant: t.merchant.ID, Shop: t.merchant.Name, File: t.order.file, Tags: tags(t.order.file), Attempt: t.delivery.Tries}
	if s.Note != nil {
		if out.Note = s.Note(c, &n); out.Note != "" {
			out.Note += " [" + n.ID + "]"
		}
	}
	return out, nil
}

// tags are the tags that an order is to have: one for each kind of trouble that is open.
func tags(f *recourse.OrderFile) []string {
	set := map[string]bool{}
	if f != nil {
		for _, c := range f.Cases {
			if c.Status == recourse.Open && !c.Quiet {
				set[effect.TagPrefix+string(c.Situation)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// took takes in what came of a mirror's try.
func (t *try) took(o effect.Outcome) {
	t.answer = scrub([]byte(o.Detail), t.order)
	switch o.Result {
	case effect.Done, effect.Taken:
		t.verdict.done = true
		return
	case effect.Refused:
		t.verdict.final = true
	case effect.Later:
		t.verdict.throttle = !o.RetryAt.IsZero()
	}
	t.verdict.retryAt = o.RetryAt
	if t.attempt.Code = o.Code; o.Code == "" {
		t.attempt.Code = string(o.Result)
	}
}
