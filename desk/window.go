package desk

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"time"

	"recourse"
	"recourse/sourcing"
	"recourse/store"
)

// This file has the claim windows: which hold for a supplier, how an order learns of them, and what is done about running cases
// when they are changed.
//
// A window becomes a fact of an order, told in the very transaction in which its purchase becomes known, so that a decision can
// be made again from the history alone. When the table changes, orders that have cases are looked at in the background, and
// those for which another window holds now are told; the others are told when something happens to them.

// windowTable is what holds for one merchant.
type windowTable struct {
	version int64
	rows    []recourse.ListedWindow
	markets map[string]string // of suppliers; of "" that of all others
	urls    map[string]string // of suppliers that are written down
}

// windowTables are those of merchants, each read once for every change of it.
type windowTables struct {
	mu  sync.Mutex
	all map[string]*windowTable
}

func (t *windowTables) of(tx *store.Tx, m store.Merchant) (*windowTable, error) {
	t.mu.Lock()
	known := t.all[m.ID]
	t.mu.Unlock()
	if known != nil && known.version == m.Windows {
		return known, nil
	}
	fresh, err := readWindows(tx, m)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]*windowTable{}
	}
	t.all[m.ID] = fresh
	return fresh, nil
}

func readWindows(tx *store.Tx, m store.Merchant) (*windowTable, error) {
	t := &windowTable{version: m.Windows, rows: sourcing.Windows(), urls: map[string]string{}}
	if m.Windows == 0 {
		return t, nil
	}
	own, err := tx.Windows(m.ID)
	if err != nil {
		return nil, err
	}
	t.rows = append(own, t.rows...)
	if t.markets, err = tx.Marketplaces(m.ID); err != nil {
		return nil, err
	}
	written, err := tx.Suppliers(m.ID)
	for _, s := range written {
		t.urls[s.ID] = s.URL
	}
	return t, err
}

// marketplace is the one that a supplier belongs to: as a person said, as its address or its name tells, else the merchant's usual
// one; "": not known.
func (t *windowTable) marketplace(supplier string) string {
	if m := t.markets[supplier]; m != "" {
		return m
	}
	if m := sourcing.MarketplaceOf(t.urls[supplier]); m != "" {
		return m
	}
	if m := sourcing.MarketplaceOf(supplier); m != "" {
		return m
	}
	return t.markets[""]
}

// windows are those that hold for a supplier; none where nothing is known of it and the merchant has no rows for everybody.
func (t *windowTable) windows(supplier string) []recourse.ClaimWindow {
	if supplier == "" || t.version == 0 && sourcing.MarketplaceOf(supplier) == "" {
		return nil
	}
	return recourse.WindowsOf(t.rows, supplier, t.marketplace(supplier))
}

// outdated says that another table of windows holds for a purchase than it was told. One that somebody told it by hand stays.
func (t *windowTable) outdated(p *recourse.Purchase) ([]recourse.ClaimWindow, bool) {
	if p.PlacedAt.IsZero() || slices.ContainsFunc(p.Windows, func(w recourse.ClaimWindow) bool { return w.Rule == "" }) {
		return nil, false
	}
	now := t.windows(p.Supplier)
	return now, !slices.EqualFunc(now, p.Windows, sameWindow)
}

func sameWindow(a, b recourse.ClaimWindow) bool {
	same := a.EndsAt.Equal(b.EndsAt)
	a.EndsAt, b.EndsAt = time.Time{}, time.Time{}
	return same && a == b
}

// setWindows tells an order the claim windows of those purchases for which others hold than it knows.
func (g *group) setWindows(file *recourse.OrderFile, now time.Time) *recourse.OrderFile {
	if g.windows == nil || len(file.Order.Lines) == 0 {
		return file
	}
	for i := range file.Purchases {
		windows, outdated := g.windows.outdated(&file.Purchases[i])
		if !outdated {
			continue
		}
		ev := recourse.Event{Source: "desk", ID: "windows:" + rand.Text(), Type: recourse.ClaimWindowSet, Time: now, Data: recourse.Data{Order: file.Order.ID, Purchase: file.Purchases[i].ID, Windows: windows}}
		decision := g.decider.Event(file, &ev, now)
		acts := g.acts
		g.add(store.Record{At: now, Event: &ev, Moves: moves(&ev, file, decision.File, g.acts)}, decision)
		g.notice(file, decision.File, acts)
		g.learn(file, decision.File, &ev, now)
		g.post(file, decision.File, now)
		file = decision.File
	}
	return file
}

// claims are the claim windows that a change moved.
func (g *group) claims(after *recourse.OrderFile) {
	if len(after.Cases) == 0 {
		return
	}
	had := g.decider.ClaimWindows(g.change.Before.OrderFile)
	for _, c := range g.decider.ClaimWindows(after) {
		at := slices.IndexFunc(had, func(o recourse.ClaimUntil) bool { return o.Case == c.Case })
		if at < 0 || !sameClaim(had[at], c) {
			g.change.Claims = append(g.change.Claims, c)
		}
		if at >= 0 {
			had = slices.Delete(had, at, at+1)
		}
	}
	for _, c := range had {
		g.change.Unclaimed = append(g.change.Unclaimed, c.Case)
	}
}

func sameClaim(a, b recourse.ClaimUntil) bool {
	for _, t := range []struct{ a, b *time.Time }{{&a.From, &b.From}, {&a.WarnAt, &b.WarnAt}, {&a.EndsAt, &b.EndsAt}, {&a.FiledAt, &b.FiledAt}} {
		if !t.a.Equal(*t.b) {
			return false
		}
		*t.a, *t.b = time.Time{}, time.Time{}
	}
	same := sameWindow(a.Window, b.Window)
	a.Window, b.Window = recourse.ClaimWindow{}, recourse.ClaimWindow{}
	return same && a == b
}

// lookAtClaims is how often it is looked whether claim windows have changed.
const lookAtClaims = 2 * time.Second

// keepClaims looks at the cases of merchants whose claim windows have changed, until the context ends.
func (d *Desk) keepClaims(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		more, err := d.SweepClaims(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("claim windows wait", "error", err)
			more = false
		}
		if !more {
			select {
			case <-ctx.Done():
			case <-time.After(lookAtClaims):
			}
		}
	}
}

// SweepClaims looks at some orders of each merchant whose claim windows have changed, tells those for which others hold now, and
// says whether there are more.
func (d *Desk) SweepClaims(ctx context.Context) (more bool, err error) {
	var todo map[string]string
	if err := d.store.Read(ctx, func(tx *store.Tx) (err error) { todo, err = tx.ClaimsTodo(); return err }); err != nil {
		return false, err
	}
	for merchant, after := range todo {
		last, err := d.sweepClaims(ctx, merchant, after)
		if err != nil {
			return false, err
		}
		more = more || last != ""
	}
	return more, nil
}

// sweepClaims looks at the next orders of one merchant that have cases, and says which was the last; "": there are no more.
func (d *Desk) sweepClaims(ctx context.Context, merchant, after string) (last string, err error) {
	var b *batch
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil { // a change of the windows waits until it is known how far this came
			return err
		}
		orders, err := tx.CaseOrdersAfter(merchant, after, maxBatch/4)
		if err != nil {
			return err
		}
		if last = ""; len(orders) == maxBatch/4 {
			last = orders[len(orders)-1]
		}
		b = newBatch(d.clock(), nil)
		for _, o := range orders {
			b.group(store.Key{Merchant: merchant, Order: o})
		}
		if err := b.read(tx); err != nil {
			return err
		}
		if err := d.decide(tx, b); err != nil {
			return err
		}
		lost, err := b.saveKeys(tx)
		if err != nil {
			return err
		}
		for _, g := range b.order {
			if len(g.change.Entries) == 0 && !slices.Contains(lost, g.key) {
				if err := tx.PutClaims(g.key, g.decider.ClaimWindows(g.change.Before.OrderFile)); err != nil {
					return err
				}
			}
		}
		if len(lost) > 0 { // somebody was faster: they are looked at again
			last = after
			return nil
		}
		return tx.ClaimsDone(merchant, after, last)
	})
	if err == nil && b.soon {
		d.stir()
	}
	if err == nil {
		d.watchers.saved(b)
	}
	return last, err
}

// saveKeys saves what was decided without anybody having told anything, and gives the orders that another node was faster with.
func (b *batch) saveKeys(tx *store.Tx) ([]store.Key, error) {
	var changes []*store.Change
	for _, g := range b.order {
		if len(g.change.Entries) > 0 {
			changes = append(changes, &g.change)
			b.soon = b.soon || !g.change.After.Due.IsZero()
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return tx.Save(changes)
}
