package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"recourse"
	"recourse/search"
	"recourse/store"
)

// TestErase: of a buyer who is erased nothing is left that tells who they are, once and for all; what was decided is
// proved as before, and who erased them is kept.
func TestErase(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		refunding(t, d, "1001")
		refunding(t, d, "1002")
		ctx, s, k := t.Context(), d.Store(), store.Key{Merchant: shop, Order: "1001"}
		if _, err := d.AddEvidence(ctx, shop, store.Evidence{Order: "1001", File: strings.Repeat("ab", 32), Kind: "photo", Type: "image/jpeg", Bytes: 10, Scan: store.ScanClean, From: recourse.PartyBuyer, By: "buyer", Name: "anne.jpg"}, "it is broken, Anne"); err != nil {
			t.Fatal(err)
		}
		link := store.Link{Merchant: shop, ID: "abc", Order: "1001", CreatedAt: march, ExpiresAt: march.AddDate(0, 0, 90)}
		upload := store.Upload{Merchant: shop, ID: "up", Link: "abc", Case: "1001-1", Name: "anne2.jpg", Size: 5, CreatedAt: march, ExpiresAt: march.AddDate(0, 0, 1)}
		var stale *store.Personal
		must := func(f func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		must(func(tx *store.Tx) error {
			if err := tx.PutLink(link); err != nil {
				return err
			}
			all, err := tx.Personal([]store.Key{k})
			if stale = all[k]; err != nil {
				return err
			}
			return tx.PutUpload(upload)
		})
		index := func() {
			for more := true; more; {
				var err error
				if more, err = d.Index(ctx, shop); err != nil {
					t.Fatal(err)
				}
			}
		}
		index()
		find := func(words string) (out []string) {
			t.Helper()
			q := search.Ask(words)
			must(func(tx *store.Tx) (err error) { out, err = tx.Search(shop, q.Terms, q.Begun, 10); return err })
			return out
		}
		if !slices.Contains(find("durand"), "1001") {
			t.Fatal("the buyer is not found at all")
		}
		would, err := d.Erasable(ctx, shop, "1001")
		if err != nil || would.Fields == 0 || would.Files != 1 || would.Links != 1 || would.Uploads != 1 || would.Open != 1 {
			t.Errorf("would go: %+v %v", would, err)
		}
		gone, err := d.Erase(ctx, shop, "1001", "Ines")
		if err != nil || gone != would {
			t.Errorf("went: %+v %v", gone, err)
		}
		index()
		if got := find("durand"); slices.Contains(got, "1001") || !slices.Contains(got, "1002") {
			t.Errorf("the name finds %v", got)
		}
		if !slices.Contains(find("1001"), "1001") {
			t.Error("the order is not found by its number any more")
		}
		must(func(tx *store.Tx) error {
			l, err := tx.Link(shop, "abc")
			if err != nil || l.Live(march) {
				t.Errorf("the link: %+v %v", l, err)
			}
			u, err := tx.UploadsExpired(shop, march)
			if err != nil || len(u) != 1 || u[0].Name != "" {
				t.Errorf("the upload: %+v %v", u, err)
			}
			log, err := tx.Audits(shop, 10)
			if err != nil || len(log) != 1 || log[0].What != store.AuditErased || log[0].By != "Ines" || log[0].About != "1001" || !log[0].At.Equal(march) {
				t.Errorf("kept of it: %+v %v", log, err)
			}
			return nil
		})
		back := errors.New("taken back")
		if err := s.Write(ctx, func(tx *store.Tx) error {
			files, err := tx.Files([]store.Key{k})
			if err != nil {
				return err
			}
			// A decision that read the buyer before and saves after does not bring them back.
			c := &store.Change{Before: files[k], After: files[k].OrderFile, Acts: files[k].Acts, Personal: stale}
			c.Entries = []store.Entry{{Record: store.Record{At: march}}}
			if err := c.Prepare(); err != nil {
				return err
			}
			if _, err := tx.Save([]*store.Change{c}); err != nil {
				return err
			}
			all, err := tx.Personal([]store.Key{k})
			if err != nil || len(all[k].Fields) != 0 {
				t.Errorf("they are back: %v %v", all[k], err)
			}
			return back
		}); !errors.Is(err, back) {
			t.Error(err)
		}
		verify(t, d)
		if again, err := d.Erase(ctx, shop, "1001", "Ines"); err != nil || !again.Nothing() {
			t.Errorf("once more: %+v %v", again, err)
		}
		if _, err := d.Erase(ctx, shop, "none", "Ines"); recourse.CodeOf(err) != "order_unknown" {
			t.Errorf("an order that there is not: %v", err)
		}
		if _, err := d.Erase(ctx, "other", "1002", "Ines"); err == nil {
			t.Error("another merchant erases it")
		}
	})
}
