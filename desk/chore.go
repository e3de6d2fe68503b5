package desk

import (
	"context"
	"time"

	"recourse"
	"recourse/store"
)

// A chore is something about the desk's own links that a person has to mend: it is no case, belongs to no order, and is gone
// by itself when what is wrong is mended.

// ChoreKind says what is wrong.
type ChoreKind string

const (
	ChoreGone     ChoreKind = "connection_gone"    // the other side ended the connection
	ChoreOpen     ChoreKind = "connection_open"    // it failed so often that it is left alone
	ChoreFailing  ChoreKind = "connection_failing" // it failed several times in a row
	ChoreRefused  ChoreKind = "connection_refused" // all that came lately was not signed as it should be
	ChoreUnread   ChoreKind = "receipts_failed"    // deliveries could not be read
	ChoreLetters  ChoreKind = "letters_unread"     // letters were read and not understood
	ChoreDisabled ChoreKind = "webhook_disabled"   // a webhook was given up
	ChoreHook     ChoreKind = "webhook_failing"    // it has failed for hours
)

// ChoreKinds lists them.
var ChoreKinds = []ChoreKind{ChoreGone, ChoreOpen, ChoreFailing, ChoreRefused, ChoreUnread, ChoreLetters, ChoreDisabled, ChoreHook}

// Chore is one of them.
type Chore struct {
	Kind       ChoreKind
	Connection string // the one that it is about; "" for webhooks
	Webhook    string
	Name       string    // of either, for people
	Reason     string    // a code: what went wrong last; "": not known
	N          int       // failures in a row, deliveries, or letters
	Since      time.Time // zero: not known
	Until      time.Time // the other side is left alone until then; zero: it is not
	Receipt    string    // the oldest of several deliveries
}

// From when on people are told: a connection that failed twice in a row, a webhook that has failed for an hour.
const (
	choreAfter = 2
	hookAfter  = time.Hour
)

// Chores are what is to be mended for a merchant now: connections first, then deliveries, then webhooks.
func (d *Desk) Chores(ctx context.Context, merchant string) (out []Chore, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out, err = chores(tx, merchant, d.clock())
		return err
	})
	return out, err
}

func chores(tx *store.Tx, merchant string, now time.Time) ([]Chore, error) {
	connections, err := tx.Connections(merchant)
	if err != nil {
		return nil, err
	}
	failed, err := tx.FailedReceipts(merchant)
	if err != nil {
		return nil, err
	}
	letters, err := tx.UnreadReceipts(merchant)
	if err != nil {
		return nil, err
	}
	hooks, err := tx.Webhooks(merchant)
	if err != nil {
		return nil, err
	}
	var out []Chore
	names := map[string]string{}
	for i := range connections {
		c := &connections[i].Connection
		names[c.ID] = c.Name
		if chore, any := choreOf(c, now); any {
			out = append(out, chore)
		}
	}
	out = append(out, heapsOf(ChoreUnread, failed, names)...)
	out = append(out, heapsOf(ChoreLetters, letters, names)...)
	for i := range hooks {
		if chore, any := hookChore(&hooks[i], now); any {
			out = append(out, chore)
		}
	}
	return out, nil
}

// choreOf says what is wrong with a connection. One that a person paused is as they want it.
func choreOf(c *recourse.Connection, now time.Time) (Chore, bool) {
	out := Chore{Connection: c.ID, Name: c.Name, Reason: c.Failure, N: c.Failures, Since: c.SaidAt}
	switch {
	case c.Status == recourse.ConnectionGone:
		out.Kind, out.N, out.Since = ChoreGone, 0, c.ChangedAt
	case c.Status == recourse.ConnectionPaused:
		return out, false
	case c.OpenUntil.After(now):
		out.Kind, out.Until = ChoreOpen, c.OpenUntil
	case c.Failures >= choreAfter:
		out.Kind = ChoreFailing
	case c.RefusedAt.After(c.HeardAt):
		out.Kind, out.N, out.Since, out.Reason = ChoreRefused, c.Refused, c.RefusedAt, "signature_wrong"
	default:
		return out, false
	}
	return out, true
}

func heapsOf(kind ChoreKind, heaps []store.ReceiptHeap, names map[string]string) (out []Chore) {
	for _, h := range heaps {
		name, known := names[h.Connection]
		if !known {
			continue
		}
		out = append(out, Chore{Kind: kind, Connection: h.Connection, Name: name, N: h.N, Since: h.Since, Receipt: h.Oldest})
	}
	return out
}

// hookChore says what is wrong with a webhook. That of a shop that is kept in step is the connection's.
func hookChore(w *store.Webhook, now time.Time) (Chore, bool) {
	name := w.Name
	if name == "" {
		name = w.Host
	}
	out := Chore{Webhook: w.ID, Connection: w.Connection, Name: name, Reason: w.Failure, N: w.Failures, Since: w.FailingAt}
	switch {
	case w.Kind == store.WebhookMirror && w.Reason == "connection_gone":
		return out, false
	case w.Status == store.WebhookDisabled:
		out.Kind, out.Reason, out.Since = ChoreDisabled, w.Reason, w.ChangedAt
	case w.Status == store.WebhookActive && w.Failures >= choreAfter && !w.FailingAt.IsZero() && now.Sub(w.FailingAt) >= hookAfter:
		out.Kind, out.Until = ChoreHook, w.OpenUntil
	default:
		return out, false
	}
	return out, true
}
