package desk_test

import (
	"strings"
	"testing"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"vase.jpg": "vase.jpg", `C:\Users\me\vase.jpg`: "vase.jpg", "../../etc/passwd": "passwd", "..": "", "/": "", "": "", "a\x00b\n.jpg": "ab.jpg", "gpj.\u202eexe": "gpj.exe", "\xff照片.heic": "照片.heic",
		strings.Repeat("é", 300) + ".jpeg": strings.Repeat("é", 94) + "….jpeg", strings.Repeat("x", 300): strings.Repeat("x", 99) + "…",
	} {
		if got := desk.FileName(name); got != want {
			t.Errorf("%q is %q, wanted %q", name, got, want)
		}
	}
}

// TestEvidenceIsThereWithItsEvent: both or neither, once, and nothing of a preview.
func TestEvidenceIsThereWithItsEvent(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1001", Items: []recourse.Line{{Line: 1, Title: "Vase", Quantity: 1}}}}}); err != nil {
			t.Fatal(err)
		}
		rows := func(order string) (all []store.Evidence) {
			t.Helper()
			if err := d.Store().Read(t.Context(), func(tx *store.Tx) (err error) {
				all, err = tx.EvidenceOfOrder(store.Key{Merchant: shop, Order: order})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		e := store.Evidence{Case: "1001-1", File: strings.Repeat("ab", 32), Kind: "photo", Type: "image/jpeg", Bytes: 10, Scan: store.ScanClean, From: recourse.PartyBuyer, By: "case-page", Name: `..\a.jpg`}
		fact := desk.Fact{Event: recourse.Event{Type: recourse.EvidenceReceived, Data: recourse.Data{Order: "1001", Kind: "photo", File: e.File}}, Evidence: &e}
		if r, err := d.Preview(t.Context(), shop, []desk.Fact{fact}); err != nil || r[0].Err != nil || len(rows("1001")) != 0 {
			t.Error("a preview leaves", rows("1001"), err)
		}
		fact.Version = 99
		if _, err := d.Tell(t.Context(), shop, fact); recourse.CodeOf(err) != "version_changed" || len(rows("1001")) != 0 {
			t.Error("a refused fact leaves", rows("1001"), err)
		}
		for i, want := range []desk.Status{desk.Taken, desk.Duplicate} {
			r, err := d.AddEvidence(t.Context(), shop, e, "look at this")
			if err != nil || r.Status != want {
				t.Errorf("%d: %s %v", i, r.Status, err)
			}
		}
		all := rows("1001")
		if len(all) != 1 || all[0].Name != "a.jpg" || all[0].Text != "look at this" || all[0].Order != "1001" || !all[0].At.Equal(march) {
			t.Errorf("%+v", all)
		}
		other := e
		other.Case = "9999-1"
		// Of an order that is not known yet it waits with its event.
		if r, err := d.AddEvidence(t.Context(), shop, other, ""); err != nil || r.Status != desk.Held || len(rows("9999")) != 1 {
			t.Error(r.Status, err, rows("9999"))
		}
		v, err := d.Order(t.Context(), shop, "1001")
		if err != nil || v.History[len(v.History)-1].Event.File != e.File {
			t.Error("the history does not have it", err)
		}
		verify(t, d)
	})
}
