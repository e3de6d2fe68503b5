package account

import (
	"context"

	"recourse/store"
)

// People are all people of a merchant in the order of their names, those who may not come in any more among them:
// DisabledAt says so. The list is short; nobody has thousands of colleagues.
func (a *Accounts) People(ctx context.Context, merchant string) (all []store.Person, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.People(merchant)
		return err
	})
	return all, err
}
