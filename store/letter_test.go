package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse"
	"recourse/store"
)

func letter(id string, attempt int64, at time.Time) *store.Letter {
	return &store.Letter{Merchant: "shop", ID: id, Order: "1001", Case: "1001-1", Effect: "1001-1/3", Party: recourse.PartyBuyer, Connection: "post", Tag: "tag" + id, Recipient: "hash", Attempt: attempt, Status: store.LetterWritten, At: at, Sealed: []byte("sealed")}
}

// TestLetters: only the attempt that wrote a letter down last may offer it, once; what is known of it is not made less;
// and with the buyer its words are gone.
func TestLetters(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		at := noon.UTC().Truncate(time.Second)
		first, second := letter("a@shop", 1, at), letter("a@shop", 2, at.Add(time.Minute))
		of := letter("a@shop", 9, at)
		of.Merchant = "other"
		try := func(want bool, what string, f func(*store.Tx) (bool, error)) {
			t.Helper()
			write(t, s, func(tx *store.Tx) error {
				got, err := f(tx)
				if got != want {
					t.Errorf("%s: %v, %v is wanted", what, got, want)
				}
				return err
			})
		}
		write(t, s, func(tx *store.Tx) error {
			for _, l := range []*store.Letter{of, first, second} {
				if err := tx.PutLetter(l); err != nil {
					return err
				}
			}
			return nil
		})
		try(false, "an attempt that was thought dead", func(tx *store.Tx) (bool, error) { return tx.OfferLetter(first, at) })
		try(true, "the newest attempt", func(tx *store.Tx) (bool, error) { return tx.OfferLetter(second, at.Add(2*time.Minute)) })
		try(false, "the same attempt again", func(tx *store.Tx) (bool, error) { return tx.OfferLetter(second, at.Add(3*time.Minute)) })
		write(t, s, func(tx *store.Tx) error { return tx.SettleLetter(first, store.LetterRefused, "late", at) })
		write(t, s, func(tx *store.Tx) error { return tx.SettleLetter(second, store.LetterSent, "", at.Add(4*time.Minute)) })
		try(false, "a copy of one that is known to be sent", func(tx *store.Tx) (bool, error) { return tx.SeeLetter("shop", "a@shop", at) })
		read(t, s, func(tx *store.Tx) error {
			got, there, err := tx.Letter("shop", "a@shop")
			want := *second
			want.Status, want.At, want.SentAt = store.LetterSent, at.Add(4*time.Minute), at.Add(2*time.Minute)
			if d := cmp.Diff(want, got); d != "" || !there {
				t.Error(there, d)
			}
			if got, _, _ := tx.LetterByTag("shop", "taga@shop"); got.ID != "a@shop" || got.Merchant != "shop" {
				t.Errorf("by its tag %v is found", got)
			}
			if _, there, _ := tx.LetterByTag("shop", ""); there {
				t.Error("no tag finds a letter")
			}
			left, err2 := tx.LettersTo("shop", "hash", at)
			if !slices.EqualFunc(left, []time.Time{at.Add(2 * time.Minute)}, time.Time.Equal) || err2 != nil {
				t.Error(left, err2)
			}
			if left, _ := tx.LettersTo("shop", "hash", at.Add(3*time.Minute)); left != nil {
				t.Errorf("since then %v left", left)
			}
			return err
		})
		try(true, "a bounce", func(tx *store.Tx) (bool, error) { return tx.BounceLetter("shop", "a@shop", "5.1.1", at.Add(time.Hour)) })
		try(false, "the same bounce", func(tx *store.Tx) (bool, error) { return tx.BounceLetter("shop", "a@shop", "5.1.1", at.Add(time.Hour)) })
		write(t, s, func(tx *store.Tx) error { return tx.Erase(key, at) })
		read(t, s, func(tx *store.Tx) error {
			all, err := tx.LettersOf(key)
			if len(all) != 1 || len(all[0].Sealed) != 0 || all[0].Tag != "" || all[0].Recipient != "" || all[0].Status != store.LetterBounced {
				t.Errorf("after erasing: %+v", all)
			}
			if theirs, _, _ := tx.Letter("other", "a@shop"); string(theirs.Sealed) != "sealed" {
				t.Error("another merchant's letter went along")
			}
			return err
		})
	})
}
