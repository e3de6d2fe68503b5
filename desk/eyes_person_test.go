package desk_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// TestFourEyesByAccount: who decided and who approves are told apart by their accounts. Two of one name are two; one who was
// renamed is one; where an account is not known, every name that the person bore counts.
func TestFourEyesByAccount(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		err := d.Store().Write(t.Context(), func(tx *store.Tx) error {
			c := store.Connection{Connection: recourse.Connection{Merchant: shop, ID: "pay", Kind: "stripe", Name: "Pay", Status: recourse.ConnectionActive, CreatedAt: march, ChangedAt: march, Settings: map[string]string{desk.FourEyes: "0.01 EUR"}}}
			if err := tx.PutConnection(&c); err != nil {
				return err
			}
			for id, name := range map[string]string{"p1": "Anne Wed", "p2": "Anne", "p3": "Bob"} {
				if err := tx.PutPerson(store.Person{Merchant: shop, ID: id, Name: name, Email: id + "@example.org", Role: "approver", CreatedAt: march}); err != nil {
					return err
				}
			}
			for i, names := range [][2]string{{"Anna", "Anne Maid"}, {"Anne Maid", "Anne Wed"}} { // p1 was called Anna, then Anne Maid
				if err := tx.PutAudit(store.Audit{Merchant: shop, At: march.Add(time.Duration(i) * time.Hour), What: store.AuditChanged, About: names[0], Changes: []store.FieldChange{{Field: "name", Was: names[0], Is: names[1]}}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range []struct{ why, by, person, approves, account, code string }{
			{"the same account", "Anne", "p2", "Anne", "p2", "four_eyes"},
			{"two of one name", "Anne", "p1", "Anne", "p2", ""},
			{"one who was renamed since", "Anne Maid", "p1", "Anne Wed", "p1", "four_eyes"},
			{"a program that acts for the person", "Anne Wed", "p1", "Anne Wed", "p1", "four_eyes"},
			{"an old history, the same name", "Anne Wed", "", "Anne Wed", "p1", "four_eyes"},
			{"an old history, renamed since", "Anne Maid", "", "Anne Wed", "p1", "four_eyes"},
			{"an old history, renamed twice since", "Anna", "", "Anne Wed", "p1", "four_eyes"},
			{"an old history, another", "Anna", "", "Bob", "p3", ""},
			{"a program of that name approves", "Anne Maid", "p1", "Anne Wed", "", "four_eyes"},
			{"a program of the old name approves", "Anne Wed", "p1", "Anna", "", "four_eyes"},
			{"a program of another name approves", "Anne Wed", "p1", "Bob", "", ""},
			{"names alone", "Anne", "", "Anne", "", "four_eyes"},
			{"a system decided", "", "", "Anne", "p2", ""},
			{"an account that is gone decided", "Gone", "p9", "Gone", "", "four_eyes"},
		} {
			order := "50" + string(rune('a'+i))
			line := recourse.Line{Line: 1, SKU: "S", Title: "Lamp", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Items: []recourse.Line{line}, Paid: line.Price}}, By: "import"}); err != nil {
				t.Fatal(err)
			}
			r, err := d.Tell(desk.InPerson(t.Context(), c.person), shop, desk.Fact{Event: recourse.Event{Type: recourse.OrderCancelRequested, Data: recourse.Data{Order: order}}, By: c.by})
			if err != nil {
				t.Fatal(err)
			}
			refund := ""
			for _, e := range r.Effects {
				if e.Kind == recourse.EffectRefund {
					refund = e.ID
				}
			}
			if _, err := d.Approve(desk.InPerson(t.Context(), c.account), shop, refund, c.approves); recourse.CodeOf(err) != c.code {
				t.Errorf("%s: %v, %q is wanted", c.why, err, c.code)
			}
		}
		verify(t, d)
	})
}
