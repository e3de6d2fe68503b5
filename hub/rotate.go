package hub

import (
	"context"

	"recourse/store"
	"recourse/vault"
)

// rotateAtOnce is how many texts are sealed anew in one transaction: few enough that a server beside it does not wait.
const rotateAtOnce = 200

// Rotate seals everything anew with the first key of a ring, in batches, while servers run, and says how many texts were
// sealed with another one before. It may be broken off and begun again.
func Rotate(ctx context.Context, s *store.Store, ring *vault.Ring, progress func(done int)) (changed int, err error) {
	anew := func(place string, text []byte) ([]byte, error) {
		if ring.Fresh(text) {
			return nil, nil
		}
		plain, err := ring.Open(place, text)
		if err != nil {
			return nil, err
		}
		return ring.Seal(place, plain)
	}
	for _, table := range store.SealedTables() {
		for last := []string(nil); ; {
			var n int
			err := s.Write(ctx, func(tx *store.Tx) (err error) {
				last, n, err = tx.Reseal(table, last, rotateAtOnce, anew)
				return err
			})
			if err != nil {
				return changed, err
			}
			changed += n
			progress(changed)
			if last == nil {
				break
			}
		}
	}
	return changed, nil
}
