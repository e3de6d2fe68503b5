package effect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"recourse"
	"recourse/store"
)

// Key is the name of an act for a peer: a UUID (version 8, RFC 9562) made of the merchant and the act, so that it is the
// same at every attempt and on every node, and no other act's.
func Key(merchant, effect string) string {
	sum := sha256.Sum256([]byte("recourse act 1\x00" + merchant + "\x00" + effect))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// prepare gives the sender for an act and what it needs to know.
func (r *Runner) prepare(ctx context.Context, t *turn) (Sender, *Task, error) {
	m, err := r.sender(t.conn)
	if err != nil {
		return nil, nil, err
	}
	task := &Task{Effect: t.Effect.Effect, Merchant: t.Merchant, Key: Key(t.Merchant, t.ID), File: t.file.OrderFile, Connection: m.open, Words: t.Words, Attempt: len(t.attempts) + 1, Now: r.o.Clock()}
	err = r.o.Store.Read(ctx, func(tx *store.Tx) error {
		shop, err := tx.MerchantOnce(t.Merchant)
		if err != nil {
			return err
		}
		task.Shop = shop.Name
		k := store.Key{Merchant: t.Merchant, Order: t.Order}
		people, err := tx.Personal([]store.Key{k})
		if p := people[k]; p != nil {
			task.Effect, task.File, task.Words = p.Fields.RevealEffect(task.Effect), p.Fields.RevealFile(task.File), p.Fields.Reveal(task.Words)
		}
		return err
	})
	for i := range t.attempts {
		a := &t.attempts[i]
		if i == 0 {
			task.FirstAt = a.AskedAt
		}
		if task.AskedAt = a.AskedAt; a.Ref != "" {
			task.Refs = append(task.Refs, a.Ref)
		}
	}
	for i := range t.others {
		if t.others[i].ID != t.conn.ID {
			task.Others = append(task.Others, t.others[i].Connection)
		}
	}
	return m.sender, task, err
}

// sender gives what carries acts out through a connection, made anew when the connection was changed.
func (r *Runner) sender(c *store.Connection) (made, error) {
	id := c.Merchant + " " + c.ID
	r.mu.Lock()
	m, known := r.senders[id]
	r.mu.Unlock()
	if known && m.changed.Equal(c.ChangedAt) {
		return m, nil
	}
	k := r.o.Kind(c.Kind)
	if k == nil || k.Sender == nil {
		return made{}, &recourse.Error{Kind: recourse.Unavailable, Code: "connection_acts", Message: "a connection of the kind " + c.Kind + " carries out no acts"}
	}
	opened, err := r.o.Open(c)
	if err != nil {
		return made{}, err
	}
	m = made{changed: c.ChangedAt, sender: k.Sender(opened), open: opened}
	r.mu.Lock()
	r.senders[id] = m
	r.mu.Unlock()
	return m, nil
}
