package web

import (
	"errors"
	"log/slog"
	"strings"
	"sync"

	"recourse"
	"recourse/store"
	"recourse/text"
)

// mostCatalogs is how many merchants' words are held at once, a few megabytes each; merchants without words of their own
// share the program's.
const mostCatalogs = 200

// catalogs are the words that each merchant's messages and pages are made of. A catalog is made when it is first asked for,
// and again when the merchant's row says that their words have changed, on whatever node.
type catalogs struct {
	program *text.Catalog
	log     *slog.Logger
	mu      sync.Mutex
	made    map[string]madeCatalog
}

type madeCatalog struct {
	version int64
	catalog *text.Catalog
}

func newCatalogs(program *text.Catalog, log *slog.Logger) *catalogs {
	return &catalogs{program: program, log: log, made: map[string]madeCatalog{}}
}

// of is a merchant's catalog.
func (t *catalogs) of(tx *store.Tx, merchant string) (*text.Catalog, error) {
	m, err := tx.MerchantOnce(merchant)
	if err != nil || m.Texts == 0 {
		return t.program, err
	}
	t.mu.Lock()
	k, there := t.made[merchant]
	t.mu.Unlock()
	if there && k.version == m.Texts {
		return k.catalog, nil
	}
	all, err := tx.Texts(merchant)
	if err != nil {
		return t.program, err
	}
	c := t.spoken(merchant, wordsOf(all))
	t.mu.Lock()
	defer t.mu.Unlock()
	for other := range t.made {
		if len(t.made) < mostCatalogs {
			break
		}
		delete(t.made, other)
	}
	t.made[merchant] = madeCatalog{m.Texts, c}
	return c, nil
}

// wordsOf are texts by their languages.
func wordsOf(all []store.Text) map[text.Lang]text.Words {
	out := map[text.Lang]text.Words{}
	for _, t := range all {
		lang := text.Lang(t.Language)
		if out[lang] == nil {
			out[lang] = text.Words{}
		}
		out[lang][t.Key] = t.Text
	}
	return out
}

// spoken makes a catalog of words that were good when they were saved. What a newer program no longer takes is left out,
// so that one text does not silence all others.
func (t *catalogs) spoken(merchant string, words map[text.Lang]text.Words) *text.Catalog {
	for range 20 {
		c, err := t.program.WithWords(words)
		if err == nil {
			return c
		}
		dropped := false
		for _, e := range faults(err) {
			lang, key, _ := strings.Cut(e.Position.File, ":")
			if _, ok := words[text.Lang(lang)][key]; ok {
				delete(words[text.Lang(lang)], key)
				dropped = true
				t.log.Warn("words of a merchant are left out", "merchant", merchant, "language", lang, "key", key, "code", e.Code)
			}
		}
		if !dropped {
			break
		}
	}
	t.log.Error("the words of a merchant cannot be used", "merchant", merchant)
	return t.program
}

// faults are the errors of ours in one that joins several.
func faults(err error) (out []*recourse.Error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			out = append(out, faults(e)...)
		}
		return out
	}
	if e, ok := errors.AsType[*recourse.Error](err); ok {
		out = append(out, e)
	}
	return out
}
