package desk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/desk"
	"recourse/playbook"
	"recourse/replay"
	"recourse/store"
)

// policyOf is tmall-dsers with some settings.
func policyOf(t testing.TB, settings map[string]string) *playbook.Policy {
	t.Helper()
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	p, err := book.With(settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told imports a made-up book and gives the facts by their orders, and an instant at which all of them were placed in the
// last days.
func told(t testing.TB, address string, orders int) (*desk.Desk, [][]recourse.Event, time.Time) {
	t.Helper()
	all := facts(t, orders, 7)
	first, last := all[0].Event.Time, all[0].Event.Time
	byOrder := map[string][]recourse.Event{}
	var ids []string
	for i := range all {
		ev := all[i].Event
		if byOrder[ev.Order] == nil {
			ids = append(ids, ev.Order)
		}
		byOrder[ev.Order] = append(byOrder[ev.Order], ev)
		if ev.Time.Before(first) {
			first = ev.Time
		}
		if ev.Time.After(last) {
			last = ev.Time
		}
	}
	now := last.Add(time.Hour)
	d := open(t, address, func() time.Time { return now })
	for part := range slices.Chunk(all, 500) {
		results, err := d.Handle(t.Context(), shop, part)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
	}
	var book [][]recourse.Event
	for _, id := range ids {
		slices.SortStableFunc(byOrder[id], func(a, b recourse.Event) int { return a.Time.Compare(b.Time) })
		book = append(book, byOrder[id])
	}
	return d, book, now
}

// days reach back further than any made-up book.
const days = 4000

// TestTrial: what a trial finds is what a replay of the same orders finds (recourse replay --compare), on both databases.
func TestTrial(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d, book, now := told(t, address, 300)
		other := policyOf(t, map[string]string{"late_shipment.urge_after": "5 days", "out_of_stock.remedy": "reorder_first"})
		got, err := d.Try(t.Context(), shop, other, desk.TrialOptions{Days: days, Time: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		deciders := []*decide.Decider{{Policy: policyOf(t, nil), Calendars: calendar.Default(), Past: true}, {Policy: other, Calendars: calendar.Default(), Past: true}}
		want, err := replay.Book(t.Context(), func(yield func([]recourse.Event, error) bool) {
			for _, events := range book {
				if !yield(events, nil) {
					return
				}
			}
		}, replay.Options{Deciders: deciders, Until: now})
		if err != nil {
			t.Fatal(err)
		}
		if want.Changed == 0 || got.Tried != len(book) || got.Placed != len(book) || got.Cut {
			t.Errorf("%d changed; tried %d of %d, %d orders, cut %v", want.Changed, got.Tried, got.Placed, len(book), got.Cut)
		}
		a, _ := json.Marshal(got.Result)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("the trial found\n%.3000s\nthe replay\n%.3000s", a, b)
		}
		few, err := d.Try(t.Context(), shop, other, desk.TrialOptions{Days: days, Orders: 20})
		if err != nil || few.Tried != 20 || few.Placed != len(book) {
			t.Errorf("of twenty: %+v %v", few, err)
		}
		verify(t, d)
	})
}

// TestTrialEnds: a trial ends with its time, with what it has, and with its context.
func TestTrialEnds(t *testing.T) {
	d, book, _ := told(t, t.TempDir()+"/recourse.db", 300)
	other := policyOf(t, map[string]string{"late_shipment.urge_after": "5 days"})
	part, err := d.Try(t.Context(), shop, other, desk.TrialOptions{Days: days, Time: time.Nanosecond})
	if err != nil || !part.Cut || part.Tried >= len(book) {
		t.Errorf("%+v %v", part, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Try(ctx, shop, other, desk.TrialOptions{Days: days}); err == nil {
		t.Error("a trial nobody waits for goes on")
	}
}

// TestTrialCost tells what it takes to try a policy on two thousand orders.
func TestTrialCost(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes its time")
	}
	databases(t, func(t *testing.T, address string) {
		d, _, _ := told(t, address, 2000)
		other := policyOf(t, map[string]string{"late_shipment.urge_after": "5 days"})
		for range 2 {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			most := before.HeapAlloc
			stop, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				for {
					select {
					case <-stop:
						return
					case <-time.After(5 * time.Millisecond):
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapAlloc)
					}
				}
			}()
			began := time.Now()
			trial, err := d.Try(t.Context(), shop, other, desk.TrialOptions{Days: days, Time: time.Minute})
			took := time.Since(began)
			close(stop)
			<-done
			if err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			t.Logf("%d orders in %s; heap %d MB above what it was at most, %d MB allocated in all", trial.Tried, took.Round(time.Millisecond), (most-before.HeapAlloc)>>20, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	})
}

// TestAdopt: one of two who save over the same version wins, the other is told; coming back to a policy is a version of
// its own; and Put leads to the same rows.
func TestAdopt(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, func() time.Time { return march })
		slow := policyOf(t, map[string]string{"late_shipment.urge_after": "5 days"})
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			p := policyOf(t, map[string]string{"late_shipment.urge_after": fmt.Sprint(5+i) + " days"})
			wg.Go(func() {
				_, errs[i] = d.Adopt(t.Context(), shop, desk.Adoption{Policy: p, Base: 1, By: fmt.Sprint(i), Note: "Golden Week"})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if recourse.CodeOf(err) != "policy_changed" {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d of six have saved over the same version", won)
		}
		v, err := d.Adopt(t.Context(), shop, desk.Adoption{Policy: policyOf(t, nil), Base: 2, By: "Ada"})
		if err != nil || v.Number != 3 {
			t.Errorf("back to the first: %+v %v", v, err)
		}
		again, err := d.Adopt(t.Context(), shop, desk.Adoption{Policy: policyOf(t, nil), Base: 3, By: "Bo"})
		if err != nil || again.Number != 3 || again.By != "Ada" {
			t.Errorf("what is at work: %+v %v", again, err)
		}
		if err := d.Put(t.Context(), shop, "A shop", slow, calendar.Default(), "cli"); err != nil {
			t.Fatal(err)
		}
		err = d.Store().Read(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Versions(shop, 0, 10)
			if len(all) != 4 || all[0].Hash != slow.Hash || all[0].By != "cli" || all[0].Settings["late_shipment.urge_after"] != "5 days" || all[1].Hash != all[3].Hash {
				t.Errorf("%+v", all)
			}
			m, err2 := tx.Merchant(shop)
			if m.Policy != slow.Hash || m.Name != "A shop" {
				t.Errorf("%+v", m)
			}
			source, err3 := tx.PlaybookSource(shop, slow.Playbook.Hash)
			if len(source) == 0 {
				t.Error("the file was not kept")
			}
			p, err4 := d.Policy(tx, shop, all[3].Hash)
			if p == nil || p.Hash != all[3].Hash {
				t.Error("an old policy is not to be had")
			}
			return firstOf(err, err2, err3, err4)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
