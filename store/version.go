package store

import (
	"database/sql"
	"encoding/json"
	"time"

	"recourse"
)

// Version is a policy that was put to work for a merchant's new cases: the greatest number is the one that is at work.
// The same policy may come back under another number.
type Version struct {
	Policy           // what it is
	Number int64     // from 1
	At     time.Time // when it was put to work; CreatedAt of the policy is when it was first kept
	By     string
	Note   string // what it was made for, in the words of who made it
}

const versionColumns = `SELECT v.number, v.at, v.by_name, v.note, p.hash, p.playbook, p.name, p.settings, p.created_at, p.created_by
	FROM versions v JOIN policies p ON p.merchant = v.merchant AND p.hash = v.policy WHERE v.merchant = $1`

// Versions are a merchant's versions before one, the newest first, at most so many. 0: from the newest on.
func (tx *Tx) Versions(merchant string, before int64, limit int) ([]Version, error) {
	if before <= 0 {
		before = never
	}
	rows, err := tx.query(versionColumns+` AND v.number < $2 ORDER BY v.number DESC LIMIT $3`, merchant, before, limit)
	if err != nil {
		return nil, err
	}
	return scanVersions(rows)
}

// Version is one of a merchant's versions: version_unknown, of kind [recourse.NotFound], when there is none of that
// number.
func (tx *Tx) Version(merchant string, number int64) (Version, error) {
	rows, err := tx.query(versionColumns+` AND v.number = $2`, merchant, number)
	if err != nil {
		return Version{}, err
	}
	found, err := scanVersions(rows)
	if err != nil || len(found) == 1 {
		return append(found, Version{})[0], err
	}
	return Version{}, &recourse.Error{Kind: recourse.NotFound, Code: "version_unknown", Field: "version", Message: "the playbook has no version of that number"}
}

func scanVersions(rows *sql.Rows) ([]Version, error) {
	var out []Version
	return out, each(rows, func() error {
		var v Version
		var at, created int64
		var settings string
		if err := rows.Scan(&v.Number, &at, &v.By, &v.Note, &v.Hash, &v.Playbook, &v.Name, &settings, &created, &v.CreatedBy); err != nil {
			return err
		}
		v.At, v.CreatedAt = instant(at), instant(created)
		out = append(out, v)
		return json.Unmarshal([]byte(settings), &out[len(out)-1].Settings)
	})
}

// AddVersion puts a policy that is kept to work under a number that must be the next. When somebody else took the number
// meanwhile the error is policy_changed, of kind [recourse.Conflict]: nothing is to be written by this transaction.
func (tx *Tx) AddVersion(merchant string, v Version) error {
	done, err := tx.exec(`INSERT INTO versions (merchant, number, policy, at, by_name, note) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		merchant, v.Number, v.Hash, micros(v.At), v.By, v.Note)
	if err != nil {
		return err
	}
	if n, _ := done.RowsAffected(); n == 0 {
		return &recourse.Error{Kind: recourse.Conflict, Code: "policy_changed", Message: "somebody else changed the playbook meanwhile", Hint: "look at what it is now, then change it again"}
	}
	return nil
}

// KeepSource keeps the file that a playbook was loaded from, the newest in place of an older one: the same playbook may
// have other comments.
func (tx *Tx) KeepSource(merchant, hash string, source []byte) error {
	_, err := tx.exec(`UPDATE playbooks SET source = $3 WHERE merchant = $1 AND hash = $2`, merchant, hash, source)
	return err
}

// PlaybookSource is the file that a playbook was loaded from; empty where it was not kept.
func (tx *Tx) PlaybookSource(merchant, hash string) ([]byte, error) {
	return tx.text(`SELECT source FROM playbooks WHERE merchant = $1 AND hash = $2`, "playbook_unknown", merchant, hash)
}

// CountStates counts the open cases of a merchant in each state that has any, each no further than most: one look into
// the index for each state, however many cases there are.
func (tx *Tx) CountStates(merchant string, most int) (map[string]int, error) {
	return tx.countEach("state", merchant, most)
}

// CountPolicies counts the open cases of a merchant that are pinned to each policy, in the same way.
func (tx *Tx) CountPolicies(merchant string, most int) (map[string]int, error) {
	return tx.countEach("policy", merchant, most)
}

// countEach counts open cases by a column that follows the status in an index.
func (tx *Tx) countEach(column, merchant string, most int) (map[string]int, error) {
	counts := map[string]int{}
	next := `SELECT ` + column + ` FROM cases WHERE merchant = $1 AND status = $2 AND ` + column + ` > $3 ORDER BY ` + column + ` LIMIT 1`
	for last := ""; ; {
		rows, err := tx.query(next, merchant, string(recourse.Open), last)
		if err != nil {
			return nil, err
		}
		found := false
		if err := each(rows, func() error { found = true; return rows.Scan(&last) }); err != nil || !found {
			return counts, err
		}
		if counts[last], err = tx.countOf(column, merchant, last, most); err != nil {
			return nil, err
		}
	}
}

// CountState counts the open cases of a merchant in a state, no further than most.
func (tx *Tx) CountState(merchant, state string, most int) (int, error) {
	return tx.countOf("state", merchant, state, most)
}

// CountPolicy counts those that are pinned to a policy, no further than most.
func (tx *Tx) CountPolicy(merchant, policy string, most int) (int, error) {
	return tx.countOf("policy", merchant, policy, most)
}

func (tx *Tx) countOf(column, merchant, value string, most int) (n int, err error) {
	rows, err := tx.query(`SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE merchant = $1 AND status = $2 AND `+column+` = $3 LIMIT $4) few`, merchant, string(recourse.Open), value, most)
	if err != nil {
		return 0, err
	}
	return n, each(rows, func() error { return rows.Scan(&n) })
}

// CasesIn are a merchant's open cases in a state behind a cursor, by what is due first, at most so many; and the cursor for
// those behind them.
func (tx *Tx) CasesIn(merchant, state string, after Cursor, limit int) ([]Case, Cursor, error) {
	if after.ID == "" {
		after.N = -1 << 63
	}
	rows, err := tx.query(`SELECT `+caseColumns+` FROM cases WHERE merchant = $1 AND status = $2 AND state = $3 AND (due_at, case_id) > ($4, $5) ORDER BY due_at, case_id LIMIT $6`,
		merchant, string(recourse.Open), state, after.N, after.ID, limit+1)
	if err != nil {
		return nil, Cursor{}, err
	}
	out, err := scanCases(rows)
	if err != nil || len(out) <= limit {
		return out, Cursor{}, err
	}
	out = out[:limit]
	return out, (&CaseFilter{}).cursor(&out[limit-1]), nil
}
