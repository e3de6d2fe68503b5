package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/evidence"
	"recourse/store"
)

// TestSweepUploads: the daily sweep takes away what buyers began to send and never ended, rows and parts, and leaves what
// may still come.
func TestSweepUploads(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "recourse.db"))
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(s, func() time.Time { return now })
	t.Cleanup(func() { d.Close(); s.Close() })
	p, err := policy("tmall-dsers", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Put(ctx, "shop", "Shop", p, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	room, err := evidence.Open(evidence.Options{Place: filepath.Join(t.TempDir(), "files")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.Close() })
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutLink(store.Link{Merchant: "shop", ID: "l", Order: "1", CreatedAt: now, ExpiresAt: now.AddDate(0, 1, 0)}); err != nil {
			return err
		}
		for id, until := range map[string]time.Time{"old": now.Add(-time.Hour), "young": now.Add(time.Hour)} {
			if err := tx.PutUpload(store.Upload{Merchant: "shop", ID: id, Link: "l", Case: "1-1", Name: "a.jpg", Size: 9, CreatedAt: now.Add(-24 * time.Hour), ExpiresAt: until}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"old", "young"} {
		if err := room.Begin(ctx, "shop", id, 9); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Append(ctx, "shop", id, 0, strings.NewReader("half")); err != nil {
			t.Fatal(err)
		}
	}
	o := &office{Desk: d, store: s, merchant: "shop"}
	if err := o.sweepEvidence(ctx, room, "shop"); err != nil {
		t.Fatal(err)
	}
	if _, err := room.Size(ctx, "shop", "old"); recourse.CodeOf(err) != "upload_unknown" {
		t.Errorf("the parts of the old one: %v", err)
	}
	if n, err := room.Size(ctx, "shop", "young"); n != 4 || err != nil {
		t.Errorf("the young one has %d bytes: %v", n, err)
	}
	err = s.Read(ctx, func(tx *store.Tx) error {
		_, old := tx.Upload("shop", "l", "old")
		_, young := tx.Upload("shop", "l", "young")
		if recourse.CodeOf(old) != "upload_unknown" || young != nil {
			t.Errorf("the rows: %v, %v", old, young)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
