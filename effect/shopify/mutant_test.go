package shopify

import "testing"

// TestMutants: what is broken is found out.
func TestMutants(t *testing.T) { runs(t).Mutants(t, 100, nil) }
