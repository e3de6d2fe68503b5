package web_test

import (
	"strings"
	"testing"
	"time"

	"recourse/desk"
	"recourse/store"
)

// TestWordsAndRecall: on both databases the words that a person put in place of a draft's are kept with the act, an approval
// can be taken back until somebody has begun, and the history proves all of it.
func TestWordsAndRecall(t *testing.T) {
	databases(t, func(s *shop) {
		s.tell("w1", "order.placed", order1001)
		s.tell("w2", "purchase.placed", `{"order":"1001","purchase":"T1","supplier":"Lamps","lines":[1],"cost":"80.00 CNY","ship_by":"2026-03-25T00:00:00Z"}`)
		s.tell("w3", "parcel.shipped", `{"purchase":"T1","parcel":"P1","carrier":"YunExpress","tracking":"YT1","leg":"international"}`)
		s.tell("w4", "parcel.scanned", `{"parcel":"P1","status":"customs_hold","leg":"international","customs":{"asks":"an invoice"}}`)
		list := s.ask("GET", "/api/v1/effects?approval=needed&kind=message", "")
		draft := "/api/v1/effects/" + strings.ReplaceAll(list.text("effects.0.id"), "/", "%2F")
		say := func(verb, body string, want int) got {
			t.Helper()
			g := s.ask("POST", draft+"/"+verb, body)
			if g.StatusCode != want {
				t.Errorf("%s is answered with %d, %d is wanted: %.300s", verb, g.StatusCode, want, g.body)
			}
			return g
		}
		letter := func() string {
			t.Helper()
			v, err := s.desk.Case(t.Context(), "shop", "1001-1")
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range v.Effects {
				if strings.HasSuffix(draft, strings.ReplaceAll(e.ID, "/", "%2F")) {
					return e.Words + "|" + string(e.Effect.Approval) + "|" + string(e.Status)
				}
			}
			return "none"
		}
		say("recall", "", 409) // nobody has approved it
		say("approve", `{"text":"Votre colis\n\nBonjour Ada, la douane demande une facture."}`, 200)
		if l := letter(); l != "Votre colis\n\nBonjour Ada, la douane demande une facture.|given|pending" {
			t.Errorf("approved, the act has %q", l)
		}
		say("recall", `{"reason":"wrong name"}`, 200)
		if l := letter(); l != "Votre colis\n\nBonjour Ada, la douane demande une facture.|needed|pending" {
			t.Errorf("recalled, the act has %q", l)
		}
		say("start", "", 409)
		say("approve", "", 200) // the words stay
		say("start", "", 200)
		say("recall", "", 409)
		say("done", "", 200)
		if l := letter(); !strings.HasSuffix(l, "facture.|given|done") {
			t.Errorf("done, the act has %q", l)
		}
		verified(t, s)
		// A person who is erased leaves no words behind.
		if err := s.store.Write(t.Context(), func(tx *store.Tx) error { return tx.Erase(store.Key{Merchant: "shop", Order: "1001"}, time.Now()) }); err != nil {
			t.Fatal(err)
		}
		if l := letter(); strings.Contains(l, "Ada") {
			t.Errorf("erased, the act still has %q", l)
		}
		verified(t, s)
	})
}

func verified(t *testing.T, s *shop) {
	t.Helper()
	done, err := s.desk.Verify(t.Context(), "shop", func(f desk.Finding) { t.Errorf("%s %d: %s: %s", f.Order, f.Seq, f.Code, f.What) }, func(desk.Verified) {})
	if err != nil || done.Entries == 0 {
		t.Errorf("%+v were verified: %v", done, err)
	}
}

// TestOnlyMessagesHaveWords: a refund is approved or not; there is nothing in it to edit.
func TestOnlyMessagesHaveWords(t *testing.T) {
	databases(t, func(s *shop) {
		effect := strings.ReplaceAll(s.outOfStock(), "/", "%2F")
		g := s.ask("POST", "/api/v1/effects/"+effect+"/approve", `{"text":"more"}`)
		if g.StatusCode != 400 || g.text("code") != "words_of_no_message" {
			t.Errorf("words for a refund are answered with %d: %s", g.StatusCode, g.body)
		}
	})
}

// TestMentionsKept: on both databases a note calls, and is seen once.
func TestMentionsKept(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		s.tell("m1", "case.noted", `{"case":"1001-1","text":"@Ada @Bo look","mentions":["Ada","Bo"]}`)
		s.tell("m2", "case.noted", `{"case":"1001-1","text":"@Ada again","mentions":["Ada"]}`)
		count := func(who string, want int) {
			t.Helper()
			var n int
			err := s.store.Read(t.Context(), func(tx *store.Tx) (err error) { n, err = tx.Called("shop", who, 10); return err })
			if err != nil || n != want {
				t.Errorf("%s is called %d times, %d is wanted: %v", who, n, want, err)
			}
		}
		count("Ada", 2)
		count("Bo", 1)
		count("Cy", 0)
		var first store.Mention
		err := s.store.Write(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Mentions("shop", "Ada", false, 10)
			if err == nil && (len(all) != 2 || all[0].Seq < all[1].Seq || all[0].Case != "1001-1") {
				t.Errorf("the notes are %+v", all)
			}
			first = all[1]
			return tx.SeeMentions("shop", "Ada", first.Order, first.Seq, s.now())
		})
		if err != nil {
			t.Fatal(err)
		}
		count("Ada", 1)
		err = s.store.Write(t.Context(), func(tx *store.Tx) error { return tx.SeeMentions("shop", "Ada", "", 0, s.now()) })
		if err != nil {
			t.Fatal(err)
		}
		count("Ada", 0)
		count("Bo", 1)
	})
}
