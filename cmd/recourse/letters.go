package main

import (
	"context"

	"recourse"
	"recourse/effect"
	"recourse/effect/dossier"
	"recourse/effect/mail"
	"recourse/evidence"
	"recourse/store"
	"recourse/text"
	"recourse/vault"
	"recourse/web/view"
)

// letters is what writes the letters of all merchants. Words and links are the server's, once there is one.
func (o *office) letters(ring *vault.Ring, room *evidence.Room) *mail.Office {
	return &mail.Office{Store: o.store, Vault: ring,
		Files: func(ctx context.Context, t *effect.Task, in *text.Language) ([]mail.File, error) {
			if t.Kind != recourse.EffectClaim {
				return nil, nil
			}
			c, err := dossier.Read(ctx, o.store, room, t.Merchant, t.Case)
			if err != nil {
				return nil, err
			}
			pdf, err := dossier.Claim(c, in).Bytes()
			return []mail.File{{Name: t.Case + ".pdf", Type: "application/pdf", Content: pdf}}, err
		}}
}

// sentLetters are the letters of an order that left, for pages to show.
func sentLetters(office *mail.Office) func(ctx context.Context, merchant, order string) (map[string]view.Sent, error) {
	return func(ctx context.Context, merchant, order string) (map[string]view.Sent, error) {
		all, err := office.Sent(ctx, merchant, order)
		out := make(map[string]view.Sent, len(all))
		for id, s := range all {
			out[id] = view.Sent{To: s.To, Subject: s.Subject, Body: s.Body, Lang: s.Lang, Bounced: s.Status == store.LetterBounced}
		}
		return out, err
	}
}

// connections are the ids of the merchant's connections of a kind.
func (o *office) connections(ctx context.Context, kind string) (ids []string, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Connections(o.merchant)
		for i := range all {
			if all[i].Kind == kind {
				ids = append(ids, all[i].ID)
			}
		}
		return err
	})
	return ids, err
}
