package desk

import (
	"recourse"
	"recourse/store"
)

// cases are the rows of the cases that a decision changed. A decision shares what it did not change with the file before,
// so that comparing pointers is enough, but for an open case that stands as it did: its deadline may count from a date of
// its purchase that has changed.
func (g *group) cases(after *recourse.OrderFile) ([]store.Case, error) {
	before := g.change.Before.OrderFile
	same := map[*recourse.Case]bool{}
	for _, c := range before.Cases {
		same[c] = true
	}
	var rows []store.Case
	for _, c := range after.Cases {
		if same[c] && c.Status == recourse.Closed {
			continue
		}
		row := g.row(after, c)
		if !same[c] || row != g.row(before, c) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// row is a case as it is looked for.
func (g *group) row(f *recourse.OrderFile, c *recourse.Case) store.Case {
	row := store.Case{
		Merchant: g.key.Merchant, ID: c.ID, Order: g.key.Order, Situation: c.Situation, Status: c.Status, Outcome: c.Outcome, State: c.State, Quiet: c.Quiet,
		OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt, Channel: f.Order.Channel, Policy: c.Playbook, Supplier: f.SupplierOf(c),
		Due: g.decider.NextDeadline(f, c.ID), Amount: g.decider.Stake(f, c.ID),
		Assignee: c.Assignee, Snoozed: c.SnoozedUntil, Unread: c.Unread,
	}
	if f.Order.ShipTo != nil {
		row.Country = f.Order.ShipTo.Country
	}
	if c.Quiet {
		return row // it asks nobody
	}
	for _, q := range c.Asks {
		if row.Waits = q.Of; q.Of == recourse.PartyMerchant {
			break
		}
	}
	return row
}

// newRefs are the purchases and parcels that a decision made known.
func newRefs(before, after *recourse.OrderFile) []store.Ref {
	var refs []store.Ref
	for i := range after.Purchases {
		if id := after.Purchases[i].ID; before.Purchase(id) == nil {
			refs = append(refs, store.Ref{Kind: "purchase", ID: id})
		}
	}
	for i := range after.Parcels {
		if id := after.Parcels[i].ID; before.Parcel(id) == nil {
			refs = append(refs, store.Ref{Kind: "parcel", ID: id})
		}
	}
	return refs
}
