package store

import (
	"io"
	"time"

	"recourse"
)

// A file of rejects holds the rows of a list that could not be read, to be mended and read again. It is full of names and
// addresses, so that it is kept for some days only.

// RejectsKept is how long a file of rejects is kept, MostRejects how large it may be: what is beyond is not in it.
const (
	RejectsKept = 7 * 24 * time.Hour
	MostRejects = 16 << 20
)

// rejectPart is how much of a file stands in one row.
const rejectPart = 256 << 10

var insertRejects = &batch{table: "reject_files", columns: "merchant text, file text, bytes bigint, at bigint, expires_at bigint"}
var insertRejectParts = &batch{table: "reject_parts", columns: "merchant text, file text, n bigint, body bytea"}

// PutRejects keeps a file of rejects of an import in place of the one before, and forgets those of whoever whose time is over. No
// more than [MostRejects] of it is read; an empty file is none.
func (tx *Tx) PutRejects(merchant, file string, r io.Reader, now time.Time) error {
	if err := tx.ExpireRejects(now); err != nil {
		return err
	}
	if err := tx.DropRejects(merchant, file); err != nil {
		return err
	}
	var parts [][]any
	var size int64
	for r = io.LimitReader(r, MostRejects); ; {
		part := make([]byte, rejectPart)
		n, err := io.ReadFull(r, part)
		if n > 0 {
			parts = append(parts, []any{merchant, file, int64(len(parts)), part[:n]})
			size += int64(n)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if size == 0 {
		return nil
	}
	if _, err := tx.insert(insertRejects, [][]any{{merchant, file, size, micros(now), micros(now.Add(RejectsKept))}}); err != nil {
		return err
	}
	_, err := tx.insert(insertRejectParts, parts)
	return err
}

// Rejects writes a file of rejects to w: not_found, of kind [recourse.NotFound], where there is none or its time is over.
func (tx *Tx) Rejects(merchant, file string, w io.Writer, now time.Time) error {
	rows, err := tx.query(`SELECT p.body FROM reject_files f JOIN reject_parts p ON p.merchant = f.merchant AND p.file = f.file
		WHERE f.merchant = $1 AND f.file = $2 AND f.expires_at > $3 ORDER BY p.n`, merchant, file, micros(now))
	if err != nil {
		return err
	}
	found := false
	err = each(rows, func() error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		found = true
		_, err := w.Write(body)
		return err
	})
	if err == nil && !found {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "not_found", Message: "no rows were rejected, or they are not kept any more", Hint: "they are kept for seven days"}
	}
	return err
}

// HasRejects says whether there is a file of rejects of an import.
func (tx *Tx) HasRejects(merchant, file string, now time.Time) (has bool, err error) {
	rows, err := tx.query(`SELECT 1 FROM reject_files WHERE merchant = $1 AND file = $2 AND expires_at > $3`, merchant, file, micros(now))
	if err != nil {
		return false, err
	}
	return has, each(rows, func() error { has = true; return nil })
}

// DropRejects forgets a file of rejects.
func (tx *Tx) DropRejects(merchant, file string) error {
	_, err := tx.exec(`DELETE FROM reject_parts WHERE merchant = $1 AND file = $2`, merchant, file)
	if err == nil {
		_, err = tx.exec(`DELETE FROM reject_files WHERE merchant = $1 AND file = $2`, merchant, file)
	}
	return err
}

// ExpireRejects forgets the files whose time is over.
func (tx *Tx) ExpireRejects(now time.Time) error {
	_, err := tx.exec(`DELETE FROM reject_parts WHERE EXISTS (SELECT 1 FROM reject_files f WHERE f.merchant = reject_parts.merchant AND f.file = reject_parts.file AND f.expires_at <= $1)`, micros(now))
	if err == nil {
		_, err = tx.exec(`DELETE FROM reject_files WHERE expires_at <= $1`, micros(now))
	}
	return err
}
