package account_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// ordered keeps an order of a merchant, as far as a link needs one.
func ordered(t *testing.T, s *store.Store, merchant, order string) {
	t.Helper()
	c := &store.Change{Before: store.File{Key: store.Key{Merchant: merchant, Order: order}, OrderFile: &recourse.OrderFile{}},
		After:   &recourse.OrderFile{Order: recourse.Order{ID: order, Lines: []recourse.Line{{Line: 1, Quantity: 1}}}},
		Entries: []store.Entry{{Record: store.Record{At: time.Unix(1, 0), Event: &recourse.Event{Source: "test", ID: order, Type: recourse.OrderPlaced}}}}}
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Save([]*store.Change{c}); return err }); err != nil {
		t.Fatal(err)
	}
}

func TestBuyerLink(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		ordered(t, s, "shop", "1001")
		ordered(t, s, "shop", "1002")
		_, err := a.BuyerLink(ctx, "shop", "nothing", "Ada")
		code(t, err, "order_unknown")
		path, err := a.BuyerLink(ctx, "shop", "1001", "Ada")
		if err != nil {
			t.Fatal(err)
		}
		link, ok := strings.CutPrefix(path, account.LinkPath)
		if !ok || len(link) > 80 || strings.Contains(link, "1001") {
			t.Errorf("the address is %q", path)
		}
		clock.Add(59 * 24 * 3600)
		if again, _ := a.BuyerLink(ctx, "shop", "1001", "Bo"); again != path {
			t.Errorf("the second message has another link: %q, %q", again, path)
		}
		g, err := a.Guest(ctx, link)
		if err != nil || g.Merchant != "shop" || g.Order != "1001" || g.Expires.Before(time.Unix(clock.Load(), 0)) {
			t.Errorf("the guest is %+v, %v", g, err)
		}
		all, err := a.ListLinks(ctx, "shop", "1001")
		if err != nil || len(all) != 1 || all[0].CreatedBy != "Ada" || all[0].SeenAt.Unix() != clock.Load() {
			t.Errorf("the links are %+v, %v", all, err)
		}
		clock.Add(2 * 24 * 3600) // less than a month is left
		fresh, err := a.BuyerLink(ctx, "shop", "1001", "Ada")
		if err != nil || fresh == path {
			t.Errorf("a link that ends soon is written into a message: %q, %v", fresh, err)
		}
		if _, err := a.Guest(ctx, link); err != nil {
			t.Errorf("the old link does not go on: %v", err)
		}
		clock.Add(30 * 24 * 3600)
		g, err = a.Guest(ctx, link)
		code(t, err, "link_expired")
		if g.Merchant != "shop" || g.Order != "" {
			t.Errorf("of an expired link the guest is %+v", g)
		}
		code(t, a.RevokeLink(ctx, "other", all[0].ID), "link_unknown")
		link = strings.TrimPrefix(fresh, account.LinkPath)
		if g, err = a.Guest(ctx, link); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := a.RevokeLink(ctx, "shop", g.Link); err != nil {
				t.Error(err)
			}
		}
		_, err = a.Guest(ctx, link)
		code(t, err, "link_revoked")
		if next, _ := a.BuyerLink(ctx, "shop", "1001", "Ada"); next == fresh {
			t.Error("a revoked link is given again")
		}
	})
}

// TestFalseLinks changes every letter of a link, and every part of it.
func TestFalseLinks(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		ordered(t, s, "shop", "1001")
		ordered(t, s, "other", "1001")
		path, err := a.BuyerLink(ctx, "shop", "1001", "Ada")
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := a.BuyerLink(ctx, "other", "1001", "Ada")
		if err != nil {
			t.Fatal(err)
		}
		link := strings.TrimPrefix(path, account.LinkPath)
		parts, other := strings.Split(link, "_"), strings.Split(strings.TrimPrefix(theirs, account.LinkPath), "_")
		if _, err := a.Guest(ctx, link); err != nil {
			t.Fatal(err)
		}
		s.Close() // whoever is refused for the signature is refused without the database
		false_ := []string{"", "x", link + "a", link[1:], strings.ToUpper(link), "nobody_" + strings.Join(parts[1:], "_"), strings.Repeat("a", 1<<16)}
		for i := range parts {
			mixed := append([]string{}, parts...)
			mixed[i] = other[i]
			if mixed[i] != parts[i] {
				false_ = append(false_, strings.Join(mixed, "_"))
			}
		}
		for i := range link {
			c := byte('b')
			if link[i] == c {
				c = 'c'
			}
			false_ = append(false_, link[:i]+string(c)+link[i+1:])
		}
		for _, l := range false_ {
			if strings.HasPrefix(l, "shop_") || !strings.Contains(l, "_") {
				if _, err := a.Guest(ctx, l); recourse.CodeOf(err) != "link_false" {
					t.Errorf("%.100q: %v", l, err)
				}
			} else if _, err := a.Guest(ctx, l); err == nil { // the key of another merchant has to be looked up
				t.Errorf("%.100q lets in", l)
			}
		}
	})
}

// TestUploadsKept keeps what is known of files on their way.
func TestUploadsKept(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ordered(t, s, "shop", "1001")
		path, err := a.BuyerLink(t.Context(), "shop", "1001", "Ada")
		if err != nil {
			t.Fatal(err)
		}
		g, err := a.Guest(t.Context(), strings.TrimPrefix(path, account.LinkPath))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(clock.Load(), 0).UTC()
		u := store.Upload{Merchant: "shop", ID: "u1", Link: g.Link, Case: "1001-1", Name: "photo.jpg", Size: 7, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		late := u
		late.ID, late.ExpiresAt = "u2", now
		err = s.Write(t.Context(), func(tx *store.Tx) error {
			for _, u := range []store.Upload{u, late} {
				if err := tx.PutUpload(u); err != nil {
					return err
				}
			}
			got, err := tx.Upload("shop", g.Link, "u1")
			if err != nil || got != u {
				t.Errorf("kept is %+v, %v", got, err)
			}
			_, err = tx.Upload("shop", "another", "u1")
			code(t, err, "upload_unknown")
			_, err = tx.Upload("other", g.Link, "u1")
			code(t, err, "upload_unknown")
			running, err := tx.UploadsUnderWay("shop", g.Link, now)
			if err != nil || len(running) != 1 || running[0].ID != "u1" {
				t.Errorf("under way are %+v, %v", running, err)
			}
			over, err := tx.UploadsExpired("shop", now)
			if err != nil || len(over) != 1 || over[0].ID != "u2" {
				t.Errorf("expired are %+v, %v", over, err)
			}
			if err := tx.EndUpload("shop", "u1", "abc"); err != nil {
				return err
			}
			if running, _ = tx.UploadsUnderWay("shop", g.Link, now); len(running) != 0 {
				t.Errorf("one that is whole is under way: %+v", running)
			}
			return tx.DropUpload("shop", "u2")
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
