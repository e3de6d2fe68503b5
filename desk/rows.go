package desk

import (
	"slices"

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
	moved := !slices.Equal(g.acts, g.change.Before.Acts)
	for _, c := range after.Cases {
		if same[c] && c.Status == recourse.Closed && !moved {
			continue
		}
		row := g.row(after, c, g.acts)
		if !same[c] || row != g.row(before, c, g.change.Before.Acts) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// row is a case as it is looked for, given the order's acts that are not over.
func (g *group) row(f *recourse.OrderFile, c *recourse.Case, acts []store.Act) store.Case {
	row := store.Case{
		Merchant: g.key.Merchant, ID: c.ID, Order: g.key.Order, Situation: c.Situation, Status: c.Status, Outcome: c.Outcome, State: c.State, Quiet: c.Quiet,
		OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt, Channel: f.Order.Channel, Policy: c.Playbook, Supplier: f.SupplierOf(c),
		Due: g.decider.NextDeadline(f, c.ID), Amount: g.decider.Stake(f, c.ID),
		Assignee: c.Assignee, Snoozed: c.SnoozedUntil, Unread: c.Unread,
	}
	if f.Order.ShipTo != nil {
		row.Country = f.Order.ShipTo.Country
	}
	if !c.Quiet { // a quiet one asks nobody
		for _, q := range c.Asks {
			if row.Waits = q.Of; q.Of == recourse.PartyMerchant {
				break
			}
		}
	}
	turn(&row, f, acts)
	return row
}

// turn says whose turn it is. The shop's people have something to do while they are asked, while an act waits for their
// yes, while a message was not read, and while it is not known whether an act was carried out, or is known that it was
// not: whether the case is open or closed.
func turn(row *store.Case, f *recourse.OrderFile, acts []store.Act) {
	row.Mine = row.Status == recourse.Open && row.Waits == recourse.PartyMerchant || row.Unread > 0
	for i := range acts {
		a := &acts[i]
		switch {
		case a.Case != row.ID:
		case a.Status == store.Pending && a.Approval == recourse.ApprovalNeeded:
			row.Mine = true
			row.Approve++
			row.Money.Minor += refundOf(f, a, row.Amount.Currency)
		case a.Status == store.Failed || a.Status == store.Unknown:
			row.Mine = true
		}
	}
	if row.Money.Minor != 0 {
		row.Money.Currency = row.Amount.Currency
	}
}

// refundOf is the money of an act that is a refund in a currency; 0 of any other.
func refundOf(f *recourse.OrderFile, a *store.Act, in recourse.Currency) int64 {
	if a.Kind != recourse.EffectRefund {
		return 0
	}
	for i := range f.Refunds {
		if r := &f.Refunds[i]; r.ID == a.ID && r.Amount.Currency == in {
			return r.Amount.Minor
		}
	}
	return 0
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
	if o := &after.Order; o.Ref != "" && o.Ref != before.Order.Ref {
		refs = append(refs, ShopRef(o.Channel, o.Ref))
	}
	return refs
}

// ShopRef is what an order is found by that a shop names by its own id: the shop's connection and that id.
func ShopRef(connection, ref string) store.Ref {
	return store.Ref{Kind: "shop", ID: connection + "/" + ref}
}
