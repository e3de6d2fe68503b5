package store

import (
	"cmp"
	"slices"
	"time"

	"recourse"
)

// Text is what one key says in a merchant's own words.
type Text struct {
	Language string // BCP 47; "": of no language, as the language that steps in for those that there are not
	Key      string
	Text     string // "": given back to the program
	Version  int64
}

// TextVersion is a change of a merchant's words. The words of a merchant have one row of versions, so that whoever has read
// one knows whether anything has changed since.
type TextVersion struct {
	Version  int64
	Language string
	At       time.Time
	By       string
}

// TextChange is what a version changed in one key.
type TextChange struct {
	TextVersion
	Key  string
	Text string // "": given back to the program
}

var insertTexts = &batch{table: "texts", columns: "merchant text, language text, key text, version bigint, text text"}

func init() {
	tables = append(tables, &batch{table: "text_versions", columns: "merchant text, version bigint, language text, changed_at bigint, changed_by text"}, insertTexts)
}

// Texts are the words of a merchant as they stand; what was given back is not among them.
func (tx *Tx) Texts(merchant string) ([]Text, error) {
	rows, err := tx.query(`SELECT language, key, version, text FROM texts t WHERE merchant = $1 AND text <> ''
		AND version = (SELECT MAX(u.version) FROM texts u WHERE u.merchant = t.merchant AND u.language = t.language AND u.key = t.key) ORDER BY language, key`, merchant)
	if err != nil {
		return nil, err
	}
	var out []Text
	return out, each(rows, func() error {
		var t Text
		err := rows.Scan(&t.Language, &t.Key, &t.Version, &t.Text)
		out = append(out, t)
		return err
	})
}

// TextVersion is the number of the newest version of a merchant's words; 0: they never changed any.
func (tx *Tx) TextVersion(merchant string) (n int64, err error) {
	err = tx.QueryRowContext(tx.ctx, `SELECT COALESCE(MAX(version), 0) FROM text_versions WHERE merchant = $1`, merchant).Scan(&n)
	return n, err
}

// PutTexts adds a version. Its number is the one after the newest that the writer has read: texts_changed, of kind
// [recourse.Conflict], when somebody else was faster.
func (tx *Tx) PutTexts(merchant string, v TextVersion, texts []Text) error {
	newest, err := tx.TextVersion(merchant)
	if err != nil {
		return err
	}
	changed := &recourse.Error{Kind: recourse.Conflict, Code: "texts_changed", Message: "somebody else has changed the words meanwhile", Hint: "look at theirs, then save yours again"}
	if newest != v.Version-1 {
		return changed
	}
	res, err := tx.exec(`INSERT INTO text_versions (merchant, version, language, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		merchant, v.Version, v.Language, micros(v.At), v.By)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return changed
	}
	rows := make([][]any, len(texts))
	for i, t := range texts {
		rows[i] = []any{merchant, v.Language, t.Key, v.Version, t.Text}
	}
	_, err = tx.insert(insertTexts, rows)
	return err
}

// TextHistory are the changes of some keys of a language, the newest first, at most so many of each.
func (tx *Tx) TextHistory(merchant, language string, keys []string, limit int) (out []TextChange, err error) {
	for _, key := range keys {
		rows, err := tx.query(`SELECT t.version, t.text, v.changed_at, v.changed_by FROM texts t JOIN text_versions v ON v.merchant = t.merchant AND v.version = t.version
			WHERE t.merchant = $1 AND t.language = $2 AND t.key = $3 ORDER BY t.version DESC LIMIT $4`, merchant, language, key, limit)
		if err != nil {
			return nil, err
		}
		err = each(rows, func() error {
			c := TextChange{Key: key, TextVersion: TextVersion{Language: language}}
			var at int64
			err := rows.Scan(&c.Version, &c.Text, &at, &c.By)
			c.At = instant(at)
			out = append(out, c)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b TextChange) int { return cmp.Compare(b.Version, a.Version) })
	return out, nil
}

// TextVersions are the newest changes of a merchant's words, at most so many.
func (tx *Tx) TextVersions(merchant string, limit int) ([]TextVersion, error) {
	rows, err := tx.query(`SELECT version, language, changed_at, changed_by FROM text_versions WHERE merchant = $1 ORDER BY version DESC LIMIT $2`, merchant, limit)
	if err != nil {
		return nil, err
	}
	var out []TextVersion
	return out, each(rows, func() error {
		var v TextVersion
		var at int64
		err := rows.Scan(&v.Version, &v.Language, &at, &v.By)
		v.At = instant(at)
		out = append(out, v)
		return err
	})
}

// Said are the newest messages that were decided for a merchant since an instant, the newest first. No more than so many
// acts are looked at, messages or not.
func (tx *Tx) Said(merchant string, since time.Time, looked int) (out []Effect, err error) {
	for _, status := range []EffectStatus{Done, Pending, Failed} {
		rows, err := tx.query(`SELECT `+effectColumns+` FROM (SELECT * FROM effects WHERE merchant = $1 AND status = $2 AND at >= $3 ORDER BY at DESC, effect_id DESC LIMIT $4) e
			WHERE e.kind = 'message' ORDER BY e.at DESC, e.effect_id DESC`, merchant, string(status), micros(since), looked)
		if err != nil {
			return nil, err
		}
		some, err := scanEffects(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortStableFunc(out, func(a, b Effect) int { return b.At.Compare(a.At) })
	return out, nil
}
