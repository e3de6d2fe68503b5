package desk

import (
	"context"
	"maps"
	"slices"

	"recourse"
	"recourse/store"
)

// Limits on a merchant's own words.
const (
	maxText  = 20_000    // bytes of one text
	maxTexts = 4000      // texts changed at once
	maxWords = 512 << 10 // bytes of all texts changed at once
)

// PutTexts changes words of a merchant in one language, by their keys; an empty text gives a key back to the program. From
// is the version that the writer has read; the answer is the new one. Whether the words can be written is for who knows
// them to see: here they are kept, with who changed them.
//
// Errors: texts_changed, of kind [recourse.Conflict], when there is a newer version; text_too_large.
func (d *Desk) PutTexts(ctx context.Context, merchant string, from int64, language string, words map[string]string, by string) (int64, error) {
	var texts []store.Text
	size := 0
	for _, key := range slices.Sorted(maps.Keys(words)) {
		texts = append(texts, store.Text{Key: key, Text: words[key]})
		size += len(words[key])
		if len(words[key]) > maxText || len(key) > 200 {
			return 0, textTooLarge(key)
		}
	}
	if len(texts) > maxTexts || size > maxWords {
		return 0, textTooLarge(language)
	}
	v := store.TextVersion{Version: from + 1, Language: language, At: d.clock(), By: by}
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Merchant(merchant); err != nil {
			return err
		}
		return tx.PutTexts(merchant, v, texts)
	})
	return v.Version, err
}

func textTooLarge(what string) error {
	return &recourse.Error{Kind: recourse.TooLarge, Code: "text_too_large", Field: recourse.Shorten(what, 80), Message: "the text is too long", Hint: "20,000 bytes are the most of one, 512 KiB of all"}
}
