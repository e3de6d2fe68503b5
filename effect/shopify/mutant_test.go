package shopify

import (
	"testing"

	"recourse/effect/effecttest"
)

// TestMutants: what is broken is found out.
func TestMutants(t *testing.T) {
	const looks = "every request looks for the act's mark before it asks"
	runs(t).Mutants(t, 75, map[string]string{effecttest.Hasty: looks, effecttest.Nameless: looks, effecttest.Sightless: looks})
}
