package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/store"
)

// seeded is a desk with the sample shop, seen at an instant.
func seeded(t testing.TB, now time.Time) *desk.Desk {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "recourse.db"))
	if err != nil {
		t.Fatal(err)
	}
	seed := &seeder{merchant: "shop", at: now.Add(-365 * 24 * time.Hour), bar: &progress{}}
	seed.desk = desk.New(s, seed.now)
	t.Cleanup(func() { seed.desk.Close(); s.Close() })
	p, err := policy("tmall-dsers", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := seed.desk.Put(t.Context(), "shop", "Atelier Lune", p, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	if err := seed.run(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return seed.desk
}

// TestSeed shows the shop whatever the day on which somebody looks: a case of each situation, most of them open, and a
// history that proves itself.
func TestSeed(t *testing.T) {
	for _, now := range []string{"2026-11-25T18:10:12Z", "2026-02-16T09:00:00Z", "2027-01-02T23:59:59+14:00"} {
		t.Run(now, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				t.Fatal(err)
			}
			d := seeded(t, at)
			checkSeed(t, d, at)
		})
	}
}

func checkSeed(t *testing.T, d *desk.Desk, now time.Time) {
	var cases []store.Case
	opened := map[string]int{}
	err := d.Store().Read(t.Context(), func(tx *store.Tx) (err error) {
		cases, _, err = tx.Cases("shop", store.CaseFilter{Limit: 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, c := range cases {
		v, err := d.Case(context.Background(), "shop", c.ID)
		if err != nil {
			t.Fatal(err)
		}
		opened[string(v.File.Case(c.ID).Opener)]++
		opened[string(c.Situation)] += 0
		if c.Status == recourse.Open {
			open++
		}
		t.Logf("%-8s %-22s %-8s %-12s %-28s waits %-9s due in %s", c.ID, c.Situation, c.Status, c.Outcome, c.State, c.Waits, c.Due.Sub(now).Round(time.Hour))
	}
	p, _ := policy("tmall-dsers", nil)
	for _, s := range p.Playbook.Situations {
		if opened[string(s.Name)] == 0 {
			t.Errorf("no case of %s", s.Name)
		}
	}
	if open < 25 {
		t.Errorf("%d open cases", open)
	}
	if _, err := d.Verify(t.Context(), "shop", func(f desk.Finding) { t.Errorf("%+v", f) }, func(desk.Verified) {}); err != nil {
		t.Error(err)
	}
}
