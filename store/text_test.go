package store_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse"
	"recourse/store"
)

// put adds a version of a merchant's words.
func put(t *testing.T, s *store.Store, merchant string, version int64, lang, by string, pairs ...string) error {
	t.Helper()
	var texts []store.Text
	for i := 0; i < len(pairs); i += 2 {
		texts = append(texts, store.Text{Key: pairs[i], Text: pairs[i+1]})
	}
	return s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutTexts(merchant, store.TextVersion{Version: version, Language: lang, At: noon, By: by}, texts)
	})
}

// TestTexts keeps every change of a merchant's words, gives the newest of each, and lets nobody write over what they have
// not read.
func TestTexts(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(tx *store.Tx) error {
			return tx.PutMerchant(store.Merchant{ID: "shop", Name: "Shop", CreatedAt: noon})
		})
		for i, err := range []error{
			put(t, s, "shop", 1, "fr", "Ada", "message.a.subject", "Un", "message.a.body", "Corps"),
			put(t, s, "shop", 2, "de", "Bo", "choice.refund", "Erstatten"),
			put(t, s, "shop", 3, "fr", "Bo", "message.a.subject", "Deux"),
			put(t, s, "shop", 4, "fr", "Ada", "message.a.body", ""),
			put(t, s, "other", 1, "fr", "Eve", "message.a.subject", "Autre"),
		} {
			if err != nil {
				t.Fatal(i, err)
			}
		}
		for _, version := range []int64{3, 4, 6} {
			if err := put(t, s, "shop", version, "fr", "Late", "message.a.subject", "x"); recourse.CodeOf(err) != "texts_changed" || recourse.KindOf(err) != recourse.Conflict {
				t.Errorf("version %d: %v", version, err)
			}
		}
		var now []store.Text
		var history []store.TextChange
		var merchant store.Merchant
		read(t, s, func(tx *store.Tx) (err error) {
			if now, err = tx.Texts("shop"); err != nil {
				return err
			}
			if merchant, err = tx.Merchant("shop"); err != nil {
				return err
			}
			history, err = tx.TextHistory("shop", "fr", []string{"message.a.subject", "message.a.body"}, 10)
			return err
		})
		if diff := cmp.Diff([]store.Text{{Language: "de", Key: "choice.refund", Text: "Erstatten", Version: 2}, {Language: "fr", Key: "message.a.subject", Text: "Deux", Version: 3}}, now); diff != "" {
			t.Error(diff)
		}
		var told []string
		for _, c := range history {
			told = append(told, c.By+" "+c.Key+" "+c.Text)
		}
		if diff := cmp.Diff([]string{"Ada message.a.body ", "Bo message.a.subject Deux", "Ada message.a.subject Un", "Ada message.a.body Corps"}, told); diff != "" {
			t.Error(diff)
		}
		if merchant.Texts != 4 {
			t.Errorf("the merchant's words are at version %d", merchant.Texts)
		}
		// They go along into a backup.
		path := filepath.Join(t.TempDir(), "backup.db")
		if err := s.Backup(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		read(t, opened(t, path), func(tx *store.Tx) error {
			kept, err := tx.Texts("shop")
			if diff := cmp.Diff(now, kept); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
