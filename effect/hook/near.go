package hook

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/store"
)

// What is due within a day is told once for each instant: one that moves is told again.
const (
	nearFor   = 24 * time.Hour
	nearEvery = 5 * time.Minute
	nearMost  = 200 // cases in one transaction
	nearPages = 25  // of those, at one look
)

// near tells of open cases that are due within a day, at merchants that have a webhook which wants to hear it.
func (s *Service) near(ctx context.Context) error {
	var hooks []store.Webhook
	if err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		hooks, err = tx.AllWebhooks()
		return err
	}); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range hooks {
		h := &hooks[i]
		if seen[h.Merchant] || h.Kind != store.WebhookHTTP || h.Status != store.WebhookActive || !wants(h.Events, recourse.NoticeDeadlineNear) {
			continue
		}
		seen[h.Merchant] = true
		if err := s.nearOf(ctx, h.Merchant); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) nearOf(ctx context.Context, merchant string) error {
	now := s.Clock()
	f := store.CaseFilter{Status: recourse.Open, DueAfter: now, DueBefore: now.Add(nearFor), Sort: store.ByDue, Limit: nearMost}
	for range nearPages {
		var next store.Cursor
		var missing []store.Case
		if err := s.Store.Read(ctx, func(tx *store.Tx) error {
			cases, more, err := tx.Cases(merchant, f)
			if err != nil {
				return err
			}
			next = more
			missing, err = untold(tx, merchant, cases)
			return err
		}); err != nil {
			return err
		}
		if err := s.tellNear(ctx, merchant, missing, now); err != nil {
			return err
		}
		if f.After = next; next.ID == "" {
			return nil
		}
	}
	return nil
}

// untold are the cases that were not told of yet.
func untold(tx *store.Tx, merchant string, cases []store.Case) (out []store.Case, err error) {
	ids := make([]string, len(cases))
	for i := range cases {
		ids[i] = nearID(&cases[i])
	}
	known, err := tx.Notices(merchant, ids)
	for i := range cases {
		if _, told := known[ids[i]]; !told && !cases[i].Quiet {
			out = append(out, cases[i])
		}
	}
	return out, err
}

func (s *Service) tellNear(ctx context.Context, merchant string, cases []store.Case, now time.Time) error {
	if len(cases) == 0 {
		return nil
	}
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		keys := make([]store.Key, len(cases))
		for i := range cases {
			keys[i] = store.Key{Merchant: merchant, Order: cases[i].Order}
		}
		files, err := tx.Files(keys)
		if err != nil {
			return err
		}
		var out []store.Notice
		for i := range cases {
			f := files[keys[i]]
			c := f.OrderFile.Case(cases[i].ID)
			if c == nil || c.Status != recourse.Open {
				continue
			}
			own := *c
			own.Offers = nil
			data, err := json.Marshal(recourse.NoticeData{Order: f.Order, Version: f.Version, Channel: f.OrderFile.Order.Channel, Ref: f.OrderFile.Order.Ref, Case: &own, Due: cases[i].Due})
			if err != nil {
				return err
			}
			out = append(out, store.Notice{Merchant: merchant, Order: f.Order, Place: store.NoticePlace(f.Version, 999), Channel: f.OrderFile.Order.Channel, ID: nearID(&cases[i]), Type: recourse.NoticeDeadlineNear, At: now, Data: data})
		}
		return tx.PutNotices(out...)
	})
}

func nearID(c *store.Case) string {
	sum := sha256.Sum256([]byte("recourse near 1\x00" + c.Merchant + "\x00" + c.ID + "\x00" + strconv.FormatInt(c.Due.UnixMicro(), 10)))
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}
