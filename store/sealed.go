package store

import (
	"strconv"
	"strings"
)

// sealed are the tables with texts that a key outside the database opens: the columns of the primary key, by which the place
// is made that a text is sealed for, and the column with the text. A new one is added here, or it keeps its old key for ever.
var sealed = []struct{ table, keys, column string }{
	{"connections", "merchant, connection", "secrets"},
	{"receipt_bodies", "merchant, connection, receipt", "body"},
	{"exports", "merchant, connection, receipt, order_id", "body"},
}

// SealedTables are the tables with sealed texts.
func SealedTables() []string {
	names := make([]string, len(sealed))
	for i := range sealed {
		names[i] = sealed[i].table
	}
	return names
}

// Reseal gives the sealed texts of a table, at most so many and behind the key that was given, to a function that seals them
// anew, and writes down what it gives; nil leaves a text as it is. It says which key was the last, nil when there are no more.
// One text that somebody else changed meanwhile is left alone: it is sealed with the newer key already.
func (tx *Tx) Reseal(table string, after []string, limit int, anew func(place string, text []byte) ([]byte, error)) (last []string, changed int, err error) {
	for _, s := range sealed {
		if s.table == table {
			return tx.reseal(s.table, strings.Split(s.keys, ", "), s.column, after, limit, anew)
		}
	}
	return nil, 0, nil
}

type sealedRow struct {
	key  []string
	text []byte
}

func (tx *Tx) reseal(table string, keys []string, column string, after []string, limit int, anew func(string, []byte) ([]byte, error)) (last []string, changed int, err error) {
	rows, err := tx.sealedRows(table, keys, column, after, limit)
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	where := make([]string, len(keys))
	for i, k := range keys {
		where[i] = k + " = $" + strconv.Itoa(i+1)
	}
	n := len(keys)
	update := `UPDATE ` + table + ` SET ` + column + ` = $` + strconv.Itoa(n+1) + ` WHERE ` + strings.Join(where, " AND ") + ` AND ` + column + ` = $` + strconv.Itoa(n+2)
	for _, r := range rows {
		text, err := anew(table+"/"+strings.Join(r.key, "/"), r.text)
		if err != nil {
			return nil, changed, err
		}
		if text == nil {
			continue
		}
		args := make([]any, 0, n+2)
		for _, k := range r.key {
			args = append(args, k)
		}
		if _, err := tx.exec(update, append(args, text, r.text)...); err != nil {
			return nil, changed, err
		}
		changed++
	}
	return rows[len(rows)-1].key, changed, nil
}

func (tx *Tx) sealedRows(table string, keys []string, column string, after []string, limit int) ([]sealedRow, error) {
	list := strings.Join(keys, ", ")
	query, args := `SELECT `+list+`, `+column+` FROM `+table+` WHERE length(`+column+`) > 0`, []any{}
	if after != nil {
		places := make([]string, len(keys))
		for i := range keys {
			args = append(args, after[i])
			places[i] = "$" + strconv.Itoa(i+1)
		}
		query += ` AND (` + list + `) > (` + strings.Join(places, ", ") + `)`
	}
	rows, err := tx.query(query+` ORDER BY `+list+` LIMIT $`+strconv.Itoa(len(args)+1), append(args, limit)...)
	if err != nil {
		return nil, err
	}
	var out []sealedRow
	return out, each(rows, func() error {
		r := sealedRow{key: make([]string, len(keys))}
		into := make([]any, 0, len(keys)+1)
		for i := range r.key {
			into = append(into, &r.key[i])
		}
		err := rows.Scan(append(into, &r.text)...)
		out = append(out, r)
		return err
	})
}
