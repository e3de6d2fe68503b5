package store

import (
	"database/sql"
	"fmt"
	"time"

	"recourse"
)

// EffectStatus says what has become of an act.
type EffectStatus string

const (
	// Pending: decided, saved, and not begun. It waits for its approval where that is needed, then for a sender or a person
	// to take it up. A later decision may still drop it.
	Pending EffectStatus = "pending"
	// Sending: somebody has begun, and has until an instant to say how it ended. It can no longer be dropped.
	Sending EffectStatus = "sending"
	// Done: it was carried out. Final, but for a refund that a bank gives back.
	Done EffectStatus = "done"
	// Failed: it was tried and did not happen. The decision was told and says what follows.
	Failed EffectStatus = "failed"
	// Unknown: whoever had begun did not say how it ended in time. Never begun again blind: the peer is asked whether it
	// happened, or a person is.
	Unknown EffectStatus = "unknown"
	// Dropped: it is not to be carried out any more: rejected, withdrawn, answered otherwise, or overtaken. Final.
	Dropped EffectStatus = "dropped"
)

// EffectStatuses lists them in the order of an effect's life.
var EffectStatuses = []EffectStatus{Pending, Sending, Done, Failed, Unknown, Dropped}

// ApprovalRejected: a person said no. Beside the two that a decision gives.
const ApprovalRejected recourse.Approval = "rejected"

// Effect is an act as it is kept.
type Effect struct {
	recourse.Effect
	Merchant string
	Order    string
	Status   EffectStatus
	Until    time.Time // while sending
	MovedAt  time.Time
	MovedBy  string
	Note     string // what the one who moved it last had to say
	Words    string // of a message that a person edited: what is sent in place of its template's words; "": those. See text.Letter
	body     []byte
}

// Move is a change of what has become of an effect.
type Move struct {
	Effect   string            `json:"effect"`
	Status   EffectStatus      `json:"status"`
	Approval recourse.Approval `json:"approval,omitempty"` // "": as it was
	Until    time.Time         `json:"until,omitzero"`
	Note     string            `json:"note,omitempty"`
	Words    string            `json:"words,omitempty"` // in place of a message's own; "": as they were
}

// Act is an effect that is not over, as it stands beside its order's file: what may still become of it is decided with
// the file, without looking further.
type Act struct {
	ID       string              `json:"id"`
	Case     string              `json:"case,omitempty"`
	Kind     recourse.EffectKind `json:"kind"`
	Status   EffectStatus        `json:"status"`
	Approval recourse.Approval   `json:"approval,omitempty"`
	At       time.Time           `json:"at"`
	Own      bool                `json:"own,omitempty"` // words that a person wrote: no step of the case makes them untrue
}

var insertEffects = &batch{table: "effects", columns: "merchant text, effect_id text, order_id text, case_id text, kind text, status text, approval text, at bigint, due_at bigint, until bigint, moved_at bigint, moved_by text, note text, words text, send_at bigint, body bytea"}

func (tx *Tx) saveEffects(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		for i := range c.Effects {
			e := &c.Effects[i]
			rows = append(rows, []any{c.Before.Merchant, e.ID, c.Before.Order, e.Case, string(e.Kind), string(e.Status), string(e.Effect.Approval), micros(e.At), micros(e.Due),
				int64(never), micros(e.MovedAt), e.MovedBy, "", "", sendAt(e.Kind, e.Status, e.Effect.Approval, e.MovedAt), e.body})
		}
	}
	_, err := tx.insert(insertEffects, rows)
	return err
}

var updateEffects = &batch{table: "effects", columns: "merchant text, effect_id text, status text, approval text, until bigint, moved_at bigint, moved_by text, note text, words text, send_at bigint"}

// saveMoves changes effects by their keys. Of one that moved several times in a change the last counts.
func (tx *Tx) saveMoves(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		last := map[string]int{}
		for i := range c.Entries {
			for _, m := range c.Entries[i].Moves {
				row := []any{c.Before.Merchant, m.Effect, string(m.Status), string(m.Approval), micros(m.Until), micros(c.Entries[i].At), c.Entries[i].By, m.Note, m.Words, m.sendAt(c.Entries[i].At)}
				at, moved := last[m.Effect]
				if !moved {
					last[m.Effect] = len(rows)
					rows = append(rows, row)
					continue
				}
				for _, stays := range []int{3, 8} { // the approval, the words
					if row[stays] == "" {
						row[stays] = rows[at][stays]
					}
				}
				rows[at] = row
			}
		}
	}
	return tx.update(updateEffects, rows)
}

const effectColumns = `e.merchant, e.effect_id, e.order_id, e.status, e.approval, e.until, e.moved_at, e.moved_by, e.note, e.words, e.body`

func scanEffects(rows *sql.Rows) ([]Effect, error) {
	var out []Effect
	return out, each(rows, func() error {
		e, err := scanEffect(rows)
		out = append(out, e)
		return err
	})
}

// scanEffect reads an effect, behind the columns that come first.
func scanEffect(rows *sql.Rows, first ...any) (e Effect, err error) {
	var id, approval string
	var until, moved int64
	var body sql.RawBytes
	if err := rows.Scan(append(first, &e.Merchant, &id, &e.Order, &e.Status, &approval, &until, &moved, &e.MovedBy, &e.Note, &e.Words, &body)...); err != nil {
		return e, err
	}
	err = decode(body, &e.Effect)
	e.Effect.Approval, e.Until, e.MovedAt = recourse.Approval(approval), instant(until), instant(moved)
	return e, err
}

// Effects reads effects of a merchant by their ids; one that there is not is not in the answer.
func (tx *Tx) Effects(merchant string, ids []string) (map[string]Effect, error) {
	out := map[string]Effect{}
	keys := make([][]string, len(ids))
	for i, id := range ids {
		keys[i] = []string{merchant, id}
	}
	return out, tx.lookup(`SELECT `+effectColumns+` FROM %s effects e WHERE e.merchant = k.k1 AND e.effect_id = k.k2`, keys, func(rows *sql.Rows) error {
		e, err := scanEffect(rows)
		out[e.ID] = e
		return err
	})
}

// EffectsOf are all effects of an order, in the order they were decided in. Their ids begin with the order's, so that
// their own index leads to them.
func (tx *Tx) EffectsOf(k Key) ([]Effect, error) {
	from, to := idsOf(k.Order)
	rows, err := tx.query(`SELECT `+effectColumns+` FROM effects e WHERE e.merchant = $1 AND e.effect_id >= $2 AND e.effect_id < $3 AND e.order_id = $4 ORDER BY e.at, e.effect_id`,
		k.Merchant, from, to, k.Order)
	if err != nil {
		return nil, err
	}
	return scanEffects(rows)
}

// idsOf is where the ids of an order's cases and acts begin and end: 1001-1, 1001-1/3. Some of other orders may stand
// between: 1001-7-1 of the order 1001-7.
func idsOf(order string) (from, to string) { return order + "-", order + "." }

// EffectFilter says which effects are wanted. Empty fields want all.
type EffectFilter struct {
	Status   EffectStatus
	Approval recourse.Approval
	Kind     recourse.EffectKind
	After    Cursor // those behind this one
	Limit    int
}

// ListEffects are a merchant's effects, the oldest first.
func (tx *Tx) ListEffects(merchant string, f EffectFilter) ([]Effect, error) {
	where, args := "e.merchant = $1 AND e.status = $2", []any{merchant, string(f.Status)}
	for _, c := range []struct{ column, value string }{{"approval", string(f.Approval)}, {"kind", string(f.Kind)}} {
		if c.value != "" {
			args = append(args, c.value)
			where += fmt.Sprintf(" AND e.%s = $%d", c.column, len(args))
		}
	}
	if f.After.ID != "" {
		args = append(args, f.After.N, f.After.ID)
		where += fmt.Sprintf(" AND (e.at, e.effect_id) > ($%d, $%d)", len(args)-1, len(args))
	}
	args = append(args, f.Limit)
	rows, err := tx.query(`SELECT `+effectColumns+` FROM effects e WHERE `+where+fmt.Sprintf(` ORDER BY e.at, e.effect_id LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, err
	}
	return scanEffects(rows)
}

// Overrun are effects that somebody began and whose time to say how they ended is over, at most so many.
func (tx *Tx) Overrun(now time.Time, limit int) ([]Effect, error) {
	rows, err := tx.query(`SELECT `+effectColumns+` FROM effects e WHERE e.status = 'sending' AND e.until <= $1 ORDER BY e.until LIMIT $2`, now.UnixMicro(), limit)
	if err != nil {
		return nil, err
	}
	return scanEffects(rows)
}
