package paypal_test

import (
	"testing"

	"recourse/effect/effecttest"
)

// TestMutants: what is broken is found out.
func TestMutants(t *testing.T) {
	runs(t).Mutants(t, 100, map[string]string{effecttest.Hasty: "every repetition looks for the refund before it asks"})
}
