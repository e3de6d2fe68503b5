package sample_test

import (
	"reflect"
	"testing"
	"time"

	"recourse"
	"recourse/sample"
)

// TestShop: facts that can be, in the order of time, none of them in the future, each once, and the same for the same
// now.
func TestShop(t *testing.T) {
	for _, now := range []time.Time{
		time.Date(2026, 11, 25, 18, 10, 12, 345, time.UTC), time.Date(2028, 2, 29, 23, 59, 59, 0, time.FixedZone("", 14*3600)), time.Date(2026, 2, 16, 0, 0, 0, 0, time.UTC),
	} {
		events := sample.Shop(now)
		if !reflect.DeepEqual(events, sample.Shop(now)) {
			t.Error("the same now gives two shops")
		}
		seen := map[string]bool{}
		countries := map[string]bool{}
		var last time.Time
		for i := range events {
			e := &events[i]
			if err := e.Check(); err != nil {
				t.Errorf("%s: %v", e.ID, err)
			}
			if seen[e.Source+e.ID] || e.Time.Before(last) || e.Time.After(now) {
				t.Errorf("%s at %s: twice, out of order or not yet", e.ID, e.Time)
			}
			seen[e.Source+e.ID], last = true, e.Time
			if e.Type == recourse.OrderPlaced {
				countries[e.ShipTo.Country] = true
			}
		}
		if len(events) < 200 || len(countries) < 6 {
			t.Errorf("%d facts of %d countries", len(events), len(countries))
		}
	}
}
