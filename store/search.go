package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"recourse"
)

// The index of words. What a term is, and what a question means, is told from outside: here terms are letters and digits
// in small letters, and they are kept and found as they are, the same on both databases.
//
// In the index each term stands behind four letters made of its merchant's id, so that one merchant's words are not among
// another's. Two merchants may have the same four letters: what is found is compared with the merchant once more.

// mark is what stands before a merchant's terms.
func mark(merchant string) string {
	h := fnv.New32a()
	h.Write([]byte(merchant))
	n := h.Sum32()
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	return string([]byte{letters[n&31], letters[n>>5&31], letters[n>>10&31], letters[n>>15&31]})
}

// marked are terms as the index has them, with spaces between.
func marked(merchant string, terms []string) string {
	m := mark(merchant)
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(m)
		b.WriteString(t)
	}
	return b.String()
}

// Words are an order's terms.
type Words struct {
	Key
	Terms []string
}

// To put an order into the index with the decision that changed its words would make deciding slower by a quarter. So the
// decision notes the order, in the same transaction, and it is put in soon after: once for all that changed meanwhile.
var insertTodo = &batch{table: "search_todo", columns: "merchant text, order_id text, version bigint, cases bigint",
	tail: "ON CONFLICT (merchant, order_id) DO UPDATE SET version = excluded.version"}

func (tx *Tx) saveReworded(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		if c.Reworded {
			rows = append(rows, []any{c.Before.Merchant, c.Before.Order, c.Before.Version + int64(len(c.Entries)), int64(0)})
		}
	}
	_, err := tx.insert(insertTodo, rows)
	return err
}

// Todo is an order whose words in the index are not those that it has.
type Todo struct {
	Key
	Version int64 // that changed them
	Cases   bool  // its cases are to be written again, too: they are of before a column of theirs
}

// Reworded are orders that are to be put into the index, of one merchant or of all ("").
func (tx *Tx) Reworded(merchant string, limit int) ([]Todo, error) {
	query, args := `SELECT merchant, order_id, version, cases FROM search_todo WHERE merchant = $1 ORDER BY order_id LIMIT $2`, []any{merchant, limit}
	if merchant == "" {
		query, args = `SELECT merchant, order_id, version, cases FROM search_todo ORDER BY merchant, order_id LIMIT $1`, args[1:]
	}
	rows, err := tx.query(query, args...)
	if err != nil {
		return nil, err
	}
	var out []Todo
	return out, each(rows, func() error {
		var t Todo
		var cases int64
		err := rows.Scan(&t.Merchant, &t.Order, &t.Version, &cases)
		t.Cases = cases == 1
		out = append(out, t)
		return err
	})
}

// Worded says that an order is in the index as of a version. One that has changed since stays to be done.
func (tx *Tx) Worded(t Todo) error {
	_, err := tx.exec(`DELETE FROM search_todo WHERE merchant = $1 AND order_id = $2 AND version = $3`, t.Merchant, t.Order, t.Version)
	return err
}

// PutWords puts orders into the index, or others in the place of their words.
func (tx *Tx) PutWords(all []Words) error {
	if len(all) == 0 {
		return nil
	}
	if tx.store.dialect == &postgres {
		rows := make([][]any, len(all))
		for i, w := range all {
			rows[i] = []any{w.Merchant, w.Order, marked(w.Merchant, w.Terms)}
		}
		cols := columnwise(insertSearch, rows)
		_, err := tx.exec(`INSERT INTO search (merchant, order_id, terms) SELECT m, o, array_to_tsvector(array_remove(string_to_array(t, ' '), '')) FROM unnest($1::text[], $2::text[], $3::text[]) AS u (m, o, t)
			ON CONFLICT (merchant, order_id) DO UPDATE SET terms = excluded.terms`, cols...)
		return err
	}
	return tx.putWordsLite(all)
}

var insertSearch = &batch{table: "search", columns: "merchant text, order_id text, terms text"}

// putWordsLite gives each order its row, then writes the words under the rows' ids, in their order: the index takes them
// so without writing itself out in between.
func (tx *Tx) putWordsLite(all []Words) error {
	ids := make(map[Key]int64, len(all))
	keys := make([]Key, len(all))
	rows := make([][]any, len(all))
	for i, w := range all {
		keys[i], rows[i] = w.Key, []any{w.Merchant, w.Order}
	}
	if _, err := tx.insert(insertSearchLite, rows); err != nil {
		return err
	}
	if err := tx.lookup(`SELECT s.merchant, s.order_id, s.id FROM %s search s WHERE s.merchant = k.k1 AND s.order_id = k.k2`, keyTexts(keys), func(rows *sql.Rows) error {
		var k Key
		var id int64
		err := rows.Scan(&k.Merchant, &k.Order, &id)
		ids[k] = id
		return err
	}); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Words) int { return cmp.Compare(ids[a.Key], ids[b.Key]) })
	for _, w := range all {
		if _, err := tx.exec(`INSERT OR REPLACE INTO words (rowid, terms) VALUES ($1, $2)`, ids[w.Key], marked(w.Merchant, w.Terms)); err != nil {
			return err
		}
	}
	return nil
}

var insertSearchLite = &batch{table: "search", columns: "merchant text, order_id text", tail: "ON CONFLICT DO NOTHING"}

// dropWords takes an order out of the index, and its words out of the file: SQLite's index only notes that a row is gone
// until it is written anew, which is done here. It takes a second for a hundred thousand orders, and a person is rarely
// erased.
func (tx *Tx) dropWords(k Key) error {
	if tx.store.dialect == &sqlite {
		if _, err := tx.exec(`DELETE FROM words WHERE rowid IN (SELECT id FROM search WHERE merchant = $1 AND order_id = $2)`, k.Merchant, k.Order); err != nil {
			return err
		}
		if _, err := tx.exec(`INSERT INTO words (words) VALUES ('optimize')`); err != nil {
			return err
		}
	}
	_, err := tx.exec(`DELETE FROM search WHERE merchant = $1 AND order_id = $2`, k.Merchant, k.Order)
	return err
}

// Search are the orders that have all of some terms, the latest first, at most so many. Begun says that the last term may
// be the beginning of one.
func (tx *Tx) Search(merchant string, terms []string, begun bool, limit int) ([]string, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	if err := checkTerms(terms); err != nil {
		return nil, err
	}
	lite := tx.store.dialect == &sqlite
	parts := make([]string, len(terms))
	for i, t := range terms {
		t = mark(merchant) + t
		last := begun && i == len(terms)-1
		switch {
		case lite && last:
			parts[i] = `"` + t + `"*`
		case lite:
			parts[i] = `"` + t + `"`
		case last:
			parts[i] = "'" + t + "':*"
		default:
			parts[i] = "'" + t + "'"
		}
	}
	query, between := `SELECT s.order_id FROM search s WHERE s.merchant = $1 AND s.terms @@ $2::tsquery ORDER BY s.id DESC LIMIT $3`, " & "
	if lite {
		query, between = `SELECT s.order_id FROM words w CROSS JOIN search s ON s.id = w.rowid WHERE w.terms MATCH $2 AND s.merchant = $1 ORDER BY w.rowid DESC LIMIT $3`, " AND "
	}
	rows, err := tx.query(query, merchant, strings.Join(parts, between), limit)
	if err != nil {
		return nil, err
	}
	var out []string
	return out, each(rows, func() error {
		var order string
		err := rows.Scan(&order)
		out = append(out, order)
		return err
	})
}

// PutCases writes cases as they are looked for, in place of those that are there.
func (tx *Tx) PutCases(cases []Case) error {
	return tx.saveCases([]*Change{{Cases: cases}})
}

// checkTerms refuses what no term is: it would be read as a part of a question.
func checkTerms(terms []string) error {
	for _, t := range terms {
		if strings.ContainsFunc(t, func(r rune) bool { return r < 0x80 && !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }) {
			return &recourse.Error{Kind: recourse.Invalid, Code: "term", Message: fmt.Sprintf("%q is no term", recourse.Shorten(t, 40))}
		}
	}
	return nil
}
