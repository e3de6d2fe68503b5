package effect_test

import "testing"

// TestMutants: what is broken is found out.
func TestMutants(t *testing.T) {
	const forever, looked, none = "the key holds for ever", "what happened is looked up by the act's id", "there is no key"
	for name, tt := range map[string]struct {
		style
		survives map[string]string
	}{
		"keyed":    {keyed, map[string]string{"hasty": forever, "sightless": forever}},
		"dayKey":   {dayKey, map[string]string{"nameless": looked}},
		"readable": {readable, map[string]string{"nameless": looked}},
		"blind":    {blind, map[string]string{"nameless": none}},
	} {
		t.Run(name, func(t *testing.T) { suite(tt.style).Mutants(t, 100, tt.survives) })
	}
}
