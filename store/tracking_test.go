package store_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"recourse"
	"recourse/store"
)

// parcels is a change that gives an order parcels.
func parcels(before store.File, event string, list ...recourse.Parcel) *store.Change {
	c := change(before, event)
	c.After.Parcels = list
	for i := range list {
		if before.OrderFile == nil || before.OrderFile.Parcel(list[i].ID) == nil {
			c.Refs = append(c.Refs, store.Ref{Kind: "parcel", ID: list[i].ID})
		}
	}
	return c
}

func connect(t *testing.T, s *store.Store, merchant, id, kind string, at time.Time, settings map[string]string) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		return tx.PutConnection(&store.Connection{Connection: recourse.Connection{Merchant: merchant, ID: id, Kind: kind, Name: id, Settings: settings, Status: recourse.ConnectionActive, CreatedAt: at, ChangedAt: at}})
	})
}

func listed(t *testing.T, s *store.Store, merchant string) (out []store.Tracking) {
	t.Helper()
	read(t, s, func(tx *store.Tx) (err error) {
		out, err = tx.Trackings(merchant, 0, 100)
		return err
	})
	return out
}

// TestTrackings notes numbers with the change that makes them known, of merchants that have a service alone, and keeps what
// is known of their parcels up to date.
func TestTrackings(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		shop, other := store.Key{Merchant: "shop", Order: "1001"}, store.Key{Merchant: "other", Order: "1001"}
		connect(t, s, "shop", "late", "aftership", noon, nil)
		connect(t, s, "shop", "first", "17track", noon.Add(-time.Hour), nil)
		connect(t, s, "shop", "not", "17track", noon.Add(-2*time.Hour), map[string]string{"register": "no"})
		connect(t, s, "other", "store", "shopify", noon, nil)
		p := recourse.Parcel{ID: "LP001122334455", ScannedAt: noon.Add(-time.Hour)}
		old := recourse.Parcel{ID: "LP009999999999", ScannedAt: noon.Add(-100 * 24 * time.Hour)}
		arrived := recourse.Parcel{ID: "LP008888888888", ScannedAt: noon, Status: recourse.Delivered}
		none := recourse.Parcel{ID: "1001-parcel-2", ScannedAt: noon}
		named := recourse.Parcel{ID: "fulfilment 7", Tracking: "RR123456789CN", Carrier: "La Poste"}
		write(t, s, func(tx *store.Tx) error {
			save(t, tx, parcels(fileOf(t, tx, shop), "a", p, old, arrived, none, named), parcels(fileOf(t, tx, other), "b", p))
			return nil
		})
		got := listed(t, s, "shop")
		if len(got) != 2 || got[0].Tracking != "LP001122334455" || got[0].Connection != "first" || got[0].Status != store.TrackingWaiting || got[1].Tracking != "RR123456789CN" || got[1].Parcel != "fulfilment 7" || got[1].Carrier != "La Poste" || got[1].Order != "1001" {
			t.Fatalf("%+v", got)
		}
		if n := listed(t, s, "other"); len(n) != 0 {
			t.Error("without a service", n)
		}
		// A sign of life reaches the row and leaves what the service had to do with it alone.
		row := got[0]
		row.Status, row.Ref, row.RegisteredAt, row.NextAt, row.Failure = store.TrackingWatched, "r", noon, noon.Add(time.Hour), "tracking_not_found"
		row.ScannedAt = noon.Add(-9 * time.Hour) // what the service's side knows may be older
		p.ScannedAt, p.Status = noon.Add(time.Minute), recourse.InTransit
		write(t, s, func(tx *store.Tx) error { return tx.MoveTrackings([]store.Tracking{row}) })
		write(t, s, func(tx *store.Tx) error {
			save(t, tx, parcels(fileOf(t, tx, shop), "c", p, old, arrived, none, named))
			return nil
		})
		got = listed(t, s, "shop")
		if g := got[0]; len(got) != 2 || g.Status != store.TrackingWatched || g.Ref != "r" || !g.ScannedAt.Equal(noon.Add(time.Minute).Add(time.Microsecond).Truncate(time.Microsecond)) || g.ParcelStatus != recourse.InTransit || g.Failure != "tracking_not_found" {
			t.Errorf("%+v", g)
		}
		silentAndCounted(t, s)
		write(t, s, func(tx *store.Tx) error { return tx.DropConnection("shop", "first") })
		if n := listed(t, s, "shop"); len(n) != 0 {
			t.Error(n)
		}
	})
}

// silentAndCounted asks for the silent ones of TestTrackings.
func silentAndCounted(t *testing.T, s *store.Store) {
	t.Helper()
	read(t, s, func(tx *store.Tx) error {
		silent, err := tx.SilentTrackings("shop", noon.Add(-10*24*time.Hour), 10)
		if err != nil || len(silent) != 1 || silent[0].Failure != "tracking_not_found" {
			t.Error(silent, err)
		}
		if silent, err = tx.SilentTrackings("shop", noon.Add(time.Hour), 10); err != nil || len(silent) != 2 {
			t.Error(silent, err)
		}
		counts, err := tx.CountTrackings("shop", noon.Add(-10*24*time.Hour))
		if err != nil || counts["first"] != (store.TrackingCount{Waiting: 1, Watched: 1, Silent: 1}) {
			t.Error(counts, err)
		}
		due, err := tx.DueTrackings(noon.Add(time.Minute), 10)
		if err != nil || len(due) != 1 || due[0].Tracking != "RR123456789CN" {
			t.Error(due, err)
		}
		return nil
	})
}

// TestTrackingSweep finds the parcels that were known before the connection was made, in steps, once.
func TestTrackingSweep(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		for i := range 7 {
			k := store.Key{Merchant: "shop", Order: strconv.Itoa(1000 + i)}
			status := recourse.InTransit
			if i == 3 {
				status = recourse.Delivered
			}
			write(t, s, func(tx *store.Tx) error {
				save(t, tx, parcels(fileOf(t, tx, k), "e"+k.Order, recourse.Parcel{ID: fmt.Sprintf("LP%012d", i), ScannedAt: noon, Status: status}))
				return nil
			})
		}
		connect(t, s, "shop", "t", "aftership", noon, nil)
		steps := 0
		for done := false; !done; steps++ {
			write(t, s, func(tx *store.Tx) error {
				open, err := tx.Sweeps(10)
				if err != nil || len(open) != 1 {
					t.Fatal(open, err)
				}
				done, err = tx.SweepTrackings(open[0], noon, 3)
				return err
			})
		}
		if n := listed(t, s, "shop"); len(n) != 6 || steps != 3 {
			t.Error(len(n), steps)
		}
		read(t, s, func(tx *store.Tx) error {
			if open, err := tx.Sweeps(10); err != nil || len(open) != 0 {
				t.Error("it is swept again", open, err)
			}
			return nil
		})
	})
}

// TestNumberOf: an id is taken for a tracking number only where it looks like one.
func TestNumberOf(t *testing.T) {
	for _, c := range []struct {
		id, tracking, want string
	}{
		{"LP00123456", "", "LP00123456"}, {"P-1", "", ""}, {"1001-parcel-1", "", ""}, {"x", "AB-1234", "AB-1234"}, {"x", "AB12", ""}, {"x", "not a number 1234", ""}, {"10012345", "", "10012345"}, {"x", "深圳12345", ""},
	} {
		if got := store.NumberOf(&recourse.Parcel{ID: c.id, Tracking: c.tracking}); got != c.want {
			t.Errorf("%q %q: %q, want %q", c.id, c.tracking, got, c.want)
		}
	}
}

// BenchmarkTrackings saves 500 changes at a time, each with a new parcel: one that has no tracking number, one that has and
// whose merchant has no service, and one whose merchant has.
func BenchmarkTrackings(b *testing.B) {
	for _, c := range []struct{ name, prefix, kind string }{{"none", "P-", "shopify"}, {"number", "LP0000", "shopify"}, {"watched", "LP0000", "17track"}} {
		b.Run(c.name, func(b *testing.B) {
			s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "recourse.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			n := 0
			saveAll := func(tx *store.Tx) error {
				var changes []*store.Change
				for range 500 {
					n++
					ch := parcels(store.File{Key: store.Key{Merchant: "shop", Order: strconv.Itoa(n)}, OrderFile: &recourse.OrderFile{}}, "e"+strconv.Itoa(n), recourse.Parcel{ID: fmt.Sprintf("%s%08d", c.prefix, n), ScannedAt: noon})
					if err := ch.Prepare(); err != nil {
						return err
					}
					changes = append(changes, ch)
				}
				_, err := tx.Save(changes)
				return err
			}
			if err := s.Write(b.Context(), func(tx *store.Tx) error {
				return tx.PutConnection(&store.Connection{Connection: recourse.Connection{Merchant: "shop", ID: "c", Kind: c.kind, Status: recourse.ConnectionActive, CreatedAt: noon, ChangedAt: noon}})
			}); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := s.Write(b.Context(), saveAll); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/500, "µs/change")
		})
	}
}
