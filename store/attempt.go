package store

import (
	"database/sql"
	"slices"
	"time"

	"recourse"
)

// This file is what is kept of carrying acts out: when an act is looked at next, and what every attempt came to.

// keep leaves a column as it is.
const keep = -1

// sendAt is when an act that stands so is looked at first: at once when nothing has to be waited for. Questions are
// answered, not carried out.
func sendAt(kind recourse.EffectKind, status EffectStatus, approval recourse.Approval, at time.Time) int64 {
	if kind == recourse.EffectAsk || status != Pending || approval == recourse.ApprovalNeeded {
		return never
	}
	return micros(at)
}

// sendAt is when an act is looked at after a move. What is begun or put off by who carries it out is looked at when they
// said; what is over, by nobody.
func (m *Move) sendAt(at time.Time) int64 {
	switch {
	case m.Status == Pending && m.Approval == recourse.ApprovalGiven:
		return micros(at)
	case m.Status == Pending && m.Approval == "", m.Status == Sending, m.Status == Unknown:
		return keep
	}
	return never
}

// Errand is an act whose turn it is to be looked at by who carries acts out, and the instant for which it is.
type Errand struct {
	Effect
	SendAt time.Time
}

// Errands are acts of all merchants whose turn it is by now, the longest overdue first, at most so many. Two nodes may be
// given the same: [Tx.PutOff] says whose it is.
func (tx *Tx) Errands(now time.Time, limit int) ([]Errand, error) {
	rows, err := tx.query(`SELECT e.send_at, `+effectColumns+` FROM effects e WHERE e.send_at <= $1 AND e.send_at < 9223372036854775807 ORDER BY e.send_at LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, err
	}
	var out []Errand
	return out, each(rows, func() error {
		var at int64
		e, err := scanEffect(rows, &at)
		out = append(out, Errand{e, instant(at)})
		return err
	})
}

// NextErrand is when the next act is to be looked at; zero: none is.
func (tx *Tx) NextErrand() (time.Time, error) {
	var at sql.NullInt64
	err := tx.QueryRowContext(tx.ctx, `SELECT MIN(send_at) FROM effects WHERE send_at < 9223372036854775807`).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return instant(at.Int64), nil
}

// PutOff says when an act is looked at next (zero: not until it is approved anew), if it still stands for the instant that
// it was read with, and whether it did: of two nodes, one.
func (tx *Tx) PutOff(s *Errand, next time.Time) (bool, error) {
	res, err := tx.exec(`UPDATE effects SET send_at = $4 WHERE merchant = $1 AND effect_id = $2 AND send_at = $3`, s.Merchant, s.ID, micros(s.SendAt), micros(next))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 1 {
		s.SendAt = instant(micros(next))
	}
	return n == 1, err
}

// Extend gives whoever began an act until a later instant to say how it ended.
func (tx *Tx) Extend(merchant, effect string, until time.Time) error {
	_, err := tx.exec(`UPDATE effects SET until = $3 WHERE merchant = $1 AND effect_id = $2 AND status = 'sending' AND until < $3`, merchant, effect, micros(until))
	return err
}

// Arm lets a merchant's acts that wait for a later instant be looked at now: a connection was mended. What is by hand
// stays by hand.
func (tx *Tx) Arm(merchant string, now time.Time) error {
	_, err := tx.exec(`UPDATE effects SET send_at = $2 WHERE merchant = $1 AND status = 'pending' AND send_at > $2 AND send_at < 9223372036854775807`, merchant, micros(now))
	return err
}

// Attempt is one time that a peer was asked for an act.
type Attempt struct {
	Merchant   string         `json:"-"`
	Effect     string         `json:"effect"`
	N          int            `json:"n"` // from 1
	Connection string         `json:"connection"`
	Key        string         `json:"key"` // the act's name for the peer
	AskedAt    time.Time      `json:"asked_at"`
	EndedAt    time.Time      `json:"ended_at,omitzero"` // zero: it is not known yet what came of it
	Result     string         `json:"result,omitempty"`  // done, taken, refused, later, unknown; "": whoever asked did not write it down
	Ref        string         `json:"ref,omitempty"`     // the peer's own id of what it made
	Code       string         `json:"code,omitempty"`
	Detail     string         `json:"detail,omitempty"` // what the peer said; nothing personal
	Amount     recourse.Money `json:"amount,omitzero"`  // that the peer says it paid
	Looks      int            `json:"looks,omitempty"`  // how often the peer was asked whether it happened
	LookedAt   time.Time      `json:"looked_at,omitzero"`
}

const attemptColumns = `merchant, effect_id, n, connection, key, asked_at, ended_at, result, ref, code, detail, amount, currency, looks, looked_at`

// PutAttempt writes an attempt down, new or with what is known of it now.
func (tx *Tx) PutAttempt(a *Attempt) error {
	_, err := tx.exec(`INSERT INTO attempts (`+attemptColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (merchant, effect_id, n) DO UPDATE SET connection = excluded.connection, key = excluded.key, ended_at = excluded.ended_at, result = excluded.result, ref = excluded.ref, code = excluded.code,
		detail = excluded.detail, amount = excluded.amount, currency = excluded.currency, looks = excluded.looks, looked_at = excluded.looked_at`,
		a.Merchant, a.Effect, a.N, a.Connection, a.Key, micros(a.AskedAt), micros(a.EndedAt), a.Result, a.Ref, a.Code, a.Detail, a.Amount.Minor, string(a.Amount.Currency), a.Looks, micros(a.LookedAt))
	return err
}

// Attempts are the attempts at an act, the first first.
func (tx *Tx) Attempts(merchant, effect string) ([]Attempt, error) {
	return tx.attempts(`merchant = $1 AND effect_id = $2`, merchant, effect)
}

// AttemptsOf are the attempts at all acts of an order, by act.
func (tx *Tx) AttemptsOf(k Key) (map[string][]Attempt, error) {
	from, to := idsOf(k.Order)
	all, err := tx.attempts(`merchant = $1 AND effect_id >= $2 AND effect_id < $3`, k.Merchant, from, to)
	out := map[string][]Attempt{}
	for _, a := range all {
		out[a.Effect] = append(out[a.Effect], a)
	}
	return out, err
}

// AttemptsBy are the newest attempts of a connection, at most so many, the newest first.
func (tx *Tx) AttemptsBy(merchant, connection string, limit int) ([]Attempt, error) {
	all, err := tx.attempts(`merchant = $1 AND (effect_id, n) IN (SELECT effect_id, n FROM attempts WHERE merchant = $1 AND connection = $2 ORDER BY asked_at DESC LIMIT $3)`, merchant, connection, limit)
	slices.SortStableFunc(all, func(a, b Attempt) int { return b.AskedAt.Compare(a.AskedAt) })
	return all, err
}

func (tx *Tx) attempts(where string, args ...any) ([]Attempt, error) {
	rows, err := tx.query(`SELECT `+attemptColumns+` FROM attempts WHERE `+where+` ORDER BY effect_id, n`, args...)
	if err != nil {
		return nil, err
	}
	var out []Attempt
	return out, each(rows, func() error {
		var a Attempt
		var asked, ended, looked int64
		if err := rows.Scan(&a.Merchant, &a.Effect, &a.N, &a.Connection, &a.Key, &asked, &ended, &a.Result, &a.Ref, &a.Code, &a.Detail, &a.Amount.Minor, &a.Amount.Currency, &a.Looks, &looked); err != nil {
			return err
		}
		a.AskedAt, a.EndedAt, a.LookedAt = instant(asked), instant(ended), instant(looked)
		out = append(out, a)
		return nil
	})
}

// DecidedBy is who told the fact that an act was decided on, by name and by the id of their account; "" where it was a
// deadline, or nobody who has a name, and no id where none was kept.
func (tx *Tx) DecidedBy(k Key, effect string) (by, person string, err error) {
	all, err := tx.History(k, 1, maxDecidedBy)
	for i := range all {
		for j := range all[i].Effects {
			if all[i].Effects[j].ID == effect {
				return all[i].By, all[i].Person, err
			}
		}
	}
	return "", "", err
}

// maxDecidedBy bounds how far a history is read for who decided an act.
const maxDecidedBy = 20_000
