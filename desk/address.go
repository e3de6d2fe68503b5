package desk

import (
	"recourse"
	"recourse/sourcing/address"
)

// Addresses are looked at as they come in, in the clear and before anything is bought. What cannot be right is written into the
// event, so that the decision, and whoever makes it again, has it from there and not from rules that may change.

// boughtIn are the orders for which some facts tell a purchase: whoever tells both tells of the past, and it is too late to
// stop anything.
func boughtIn(facts []Fact) map[string]bool {
	out := map[string]bool{}
	for i := range facts {
		if ev := &facts[i].Event; ev.Type == recourse.PurchasePlacedEvent && ev.Order != "" {
			out[ev.Order] = true
		}
	}
	return out
}

// lookAtAddress writes what is wrong with an event's address into it, in place of whatever a sender wrote there.
func lookAtAddress(ev *recourse.Event, bought map[string]bool) {
	ev.Faults = nil
	if ev.ShipTo == nil || bought[ev.Order] {
		return
	}
	report := AddressOf(ev.ShipTo, ev.Buyer)
	ev.Faults = report.Faults()
}

// AddressOf looks at an address, with the buyer's name where it has none of its own.
func AddressOf(a *recourse.Address, b *recourse.Buyer) address.Report {
	var t address.Terms
	if b != nil {
		t.Name = b.Name
	}
	return address.Check(a, t)
}
