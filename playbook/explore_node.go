package playbook

import (
	"slices"

	"recourse"
)

// node is where a case can be, with what matters of how it got there. It holds nothing else: the fewer nodes differ,
// the more of them are one, and the search ends because there are only so many of them. It is compared as a whole and
// used as a key.
//
// Of two ways that lead to the same node only the shorter is kept. What differs between them must therefore not matter
// to anything that can follow; a field that is added here multiplies the nodes, one that is missing lets the search
// believe that two cases are alike which are not.
type node struct {
	state   *State
	chosen  assignment
	anchors uint32 // anchors that have surely happened, by their place among anchors

	// Only where the money is followed:
	refund recourse.RefundStatus // "none" before the first
	held   bool                  // the refund is money that a bank holds in a dispute
	sent   string                // as case.sent_again: none, ordered, done
	resend bool                  // what is sent is a replacement: news of one is for the case
}

// assignment is the settings that were looked at on the way, four bits each: 0 for one that was not, else its value's
// place, counted from 1. A setting keeps its value all along a way, or a case could take two ways that no merchant
// can have both.
//
// An array is compared by its value, so that a node can be a key of a map, and is copied with the node at no cost.
// There is room for sixty-four settings; one further down in the file stays open.
type assignment [4]uint64

const (
	perWord    = 16
	maxOptions = 15
)

// get is the place of a setting's value, from 1; 0: not looked at.
func (a *assignment) get(i int) int { return int(a[i/perWord] >> (i % perWord * 4) & 15) }

// set notes a setting's value by its place, from 1.
func (a *assignment) set(i, option int) {
	shift := i % perWord * 4
	a[i/perWord] = a[i/perWord]&^(15<<shift) | uint64(option)<<shift
}

// keep forgets what is not in a mask.
func (a *assignment) keep(mask *assignment) {
	for i := range a {
		a[i] &= mask[i]
	}
}

// assignable says that a setting's values can be followed through an exploration. One with more, a number or an
// amount, stays open: conditions about it may hold or not.
//
// Durations are never followed. How long something takes decides only what comes first, and times are let come in any
// order anyhow.
func (d *domain) assignable(setting int) bool {
	values := len(d.settings[setting])
	return setting < len(assignment{})*perWord && values > 0 && values <= maxOptions
}

// world is what a node knows.
//
// What it does not know is Unknown and may be tried. Followed money is known exactly; where a node carries none, any
// refund may have been paid, by this case or by another.
func (x *explorer) world(n *node) *world {
	w := x.domain.open()
	for i := range w.settings {
		if !x.assignable(i) {
			continue
		}
		if option := n.chosen.get(i); option > 0 {
			w.settings[i] = x.domain.settings[i][option-1]
		}
	}
	if n.refund != "" {
		w.facts[CaseRefund], w.facts[CaseSentAgain] = Word(n.refund), Word(n.sent)
	}
	return w
}

// Which anchors have happened matters to times: one that counts from a verdict never comes where no claim was filed.
// An anchor counts as happened only where every way to a node brought it about, for a node that knows it and one that
// does not are two nodes. The date of an event, the instant of a purchase and the delivery are told or are not: no time
// that counts from them is sure, unless a watch on them opened the case.

// anchorBit is the bit of an anchor; none for the entry, which has always happened.
func anchorBit(a Anchor) uint32 {
	if i := slices.Index(anchors, a); i >= 0 {
		return 1 << i
	}
	return 0
}

// happens are the anchors that an event brings about.
func happens(t recourse.EventType) uint32 {
	switch t {
	case recourse.ParcelShipped, recourse.ParcelScanned:
		return anchorBit(FromShipped) | anchorBit(FromScanned)
	case recourse.ClaimApprovedNow, recourse.ClaimDeniedNow:
		return anchorBit(FromClaim) | anchorBit(FromVerdict)
	}
	return 0
}

// watched are the anchors that have happened when a watch opens a case: its own and, where it watches a parcel, that
// it was handed over.
func watched(o *Opener) uint32 {
	bits := anchorBit(o.From)
	if o.On == "" && o.Per == PerParcel {
		bits |= happens(recourse.ParcelShipped)
	}
	return bits
}

// implied are the anchors that must have happened for a way on to be taken by facts: one that is never taken while
// nothing was handed over tells that something was.
//
// It takes the conditions of a list together: the way must be out of reach in every world in which nothing was handed
// over, and what stands before it in the list helps with that.
func (x *explorer) implied(w *world, list []*Transition, k int) uint32 {
	if x.money || list[k].If == nil || !slices.Contains(list[k].If.facts, CaseShipped) {
		return 0
	}
	w.facts[CaseShipped] = Truth(false)
	can, _ := x.first(w, list)
	w.facts[CaseShipped] = Value{}
	if can[k] {
		return 0
	}
	return happens(recourse.ParcelShipped)
}
