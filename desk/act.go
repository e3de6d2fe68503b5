package desk

import (
	"context"

	"recourse"
	"recourse/store"
)

// Act is an act that was decided, as it stands: effect_unknown, of kind [recourse.NotFound], when the merchant has none of
// that id. Personal fields are tokens.
func (d *Desk) Act(ctx context.Context, merchant, id string) (e store.Effect, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.Effects(merchant, []string{id})
		if err != nil {
			return err
		}
		var known bool
		if e, known = found[id]; !known {
			return &recourse.Error{Kind: recourse.NotFound, Code: "effect_unknown", Field: "effect", Message: "there is no act " + recourse.Shorten(id, 60)}
		}
		return nil
	})
	return e, err
}
