package decide

import (
	"slices"
	"time"

	"recourse"
)

// fold takes a fact into the file, before any case looks at it. What is known is kept so that the order in which
// facts arrive does not matter: the earliest question, the newest scan, the first handing over.
//
// Folding has no opinion about cases, and that is why it can be checked by itself: the same facts in
// any order must give the same knowledge. Each branch says whether its fact was news. A late fact is
// news only if it corrects what is known (an earlier handing over), a duplicate under another identity
// never is, and what is no news moves no case.
func (w *work) fold() {
	ev := w.ev
	if w.f.Order.ID == "" {
		w.f.Order.ID = ev.Order
	}
	w.fresh = fresh{news: true}
	switch ev.Type {
	case recourse.OrderPlaced:
		w.foldOrder()
	case recourse.OrderAddressWrong:
		w.f.AddressWrong = true
		w.foldAddress()
	case recourse.OrderAddressCorrected:
		w.foldAddress()
	case recourse.PurchasePlacedEvent:
		w.foldPurchase()
	case recourse.PurchaseOutOfStockNow:
		w.foldFailure(recourse.PurchaseOutOfStock)
	case recourse.PurchaseOversizedNow:
		w.foldFailure(recourse.PurchaseOversized)
	case recourse.PurchaseCancelledNow:
		w.foldFailure(recourse.PurchaseCancelled)
	case recourse.SupplierContacted:
		w.purchase(ev.Purchase).Ask(w.evAt)
	case recourse.SupplierReplied:
		w.purchase(ev.Purchase).Answer(w.evAt)
	case recourse.ClaimWindowSet:
		w.foldWindows()
	case recourse.ParcelShipped:
		w.foldShipped()
	case recourse.ParcelScanned:
		w.foldScan()
	}
}

// foldOrder takes the order as it stands now. What was requested and no longer fits is asked for again: see fit.
//
// Sources tell an order again and again: with another address, without the buyer, with some lines
// only. What they leave out stays known, and the instant of placing stays the first that was told.
func (w *work) foldOrder() {
	ev := w.ev
	known := len(w.f.Order.Lines) > 0
	before := w.f.Order
	if known && !ev.UpdatedAt.IsZero() && ev.UpdatedAt.Before(before.UpdatedAt) {
		w.fresh.news = false // shops tell at least once, and in any order
		return
	}
	w.f.Order = recourse.Order{
		ID: ev.Order, Channel: ev.Channel, Buyer: ev.Buyer, ShipTo: ev.ShipTo, Lines: ev.Items,
		Paid: ev.Paid, Shipping: ev.Shipping, Discount: ev.Discount, Tax: ev.Tax, PlacedAt: w.evAt,
		Ref: ev.Ref, Payment: ev.Payment, UpdatedAt: ev.UpdatedAt,
	}
	if ev.ShipTo == nil || known && before.ShipTo != nil && w.addressCorrected() {
		w.f.Order.ShipTo = before.ShipTo
	} else {
		w.foldFaults()
	}
	if !known {
		return
	}
	w.f.Order.PlacedAt = before.PlacedAt
	w.f.Order.Lines = mergedLines(before.Lines, ev.Items)
	if ev.Buyer == nil {
		w.f.Order.Buyer = before.Buyer
	}
	if ev.Ref == "" {
		w.f.Order.Ref = before.Ref
	}
	if ev.Payment == nil {
		w.f.Order.Payment = before.Payment
	}
	if ev.UpdatedAt.IsZero() {
		w.f.Order.UpdatedAt = before.UpdatedAt
	}
}

// mergedLines are an order's lines told again: as they are now, and those that were not told again as they were, since
// a source that tells less does not take anything back.
func mergedLines(before, now []recourse.Line) []recourse.Line {
	out := slices.Clone(now)
	for _, l := range before {
		if !slices.ContainsFunc(now, func(n recourse.Line) bool { return n.Line == l.Line }) {
			out = append(out, l)
		}
	}
	return out
}

// addressCorrected says that a person put the address right since: an order told again does not undo that.
func (w *work) addressCorrected() bool { return w.f.AddressFixed }

// A wrong address without a new one is news by itself. A correction without an address says nothing.
// An address that can still not be delivered to is taken as it is, and the mark that it is wrong stays
// until one comes that can.
func (w *work) foldAddress() {
	if w.ev.ShipTo == nil {
		w.fresh.news = w.ev.Type == recourse.OrderAddressWrong
		return
	}
	w.f.Order.ShipTo = w.ev.ShipTo
	w.f.AddressFixed = true
	w.foldFaults()
	if w.ev.ShipTo.Deliverable() && len(w.f.AddressFaults) == 0 {
		w.f.AddressWrong = false
	}
}

// foldFaults takes what was found wrong of an address that came. Once something is bought it is too late to stop for what
// may be odd and right: then only people say that an address is wrong.
func (w *work) foldFaults() {
	w.f.AddressFaults = nil
	if len(w.f.Purchases) == 0 {
		w.f.AddressFaults = w.ev.Faults
	}
}

// purchase is the purchase with that id, for writing; one that is not known yet is begun.
//
// It is begun because a scan or a failure may well come before the purchase is told. What is learned
// on that occasion is kept, and the purchase fills in its own fields when it comes. The pointer holds
// until the list grows.
func (w *work) purchase(id string) *recourse.Purchase {
	all := w.purchases()
	for i := range all {
		if all[i].ID == id {
			return &all[i]
		}
	}
	w.f.Purchases = append(all, recourse.Purchase{ID: id, Status: recourse.PurchasePlaced})
	return &w.f.Purchases[len(w.f.Purchases)-1]
}

// Parcels may be known before their purchase; the first of their handings over is then taken from
// them. A purchase told again may move the ship-by date, and every deadline that counts from it moves
// with it, without anything to cancel.
func (w *work) foldPurchase() {
	ev := w.ev
	before := w.f.Purchase(ev.Purchase)
	w.fresh.purchase = before == nil || before.PlacedAt.IsZero()
	p := w.purchase(ev.Purchase)
	if w.fresh.purchase || len(ev.Lines) > 0 {
		p.Lines = w.full(ev.Lines, w.unbought(p.ID))
	}
	set(&p.Supplier, ev.Supplier)
	set(&p.ShipFrom, ev.ShipFrom)
	set(&p.Leg, ev.Leg)
	if ev.Cost.Currency != "" {
		p.Cost = ev.Cost
	}
	if !ev.ShipBy.IsZero() {
		p.ShipBy = ev.ShipBy
	}
	if p.PlacedAt.IsZero() {
		p.PlacedAt = w.evAt
	}
	for i := range w.f.Parcels {
		if q := &w.f.Parcels[i]; q.Purchase == p.ID {
			w.handOver(p, q.ShippedAt)
		}
	}
}

// set overwrites what is known with what was told.
func set[S ~string](known *S, told S) {
	if told != "" {
		*known = told
	}
}

// full gives every line its quantity: one that the event left open means all pieces of the line. Without any
// line, the fallback is meant.
//
// A quantity above the line's is cut to it, and a line named twice counts once, the first time: a
// sloppy event must not make more pieces than were sold, since money is counted by them.
func (w *work) full(lines, fallback []recourse.Pieces) []recourse.Pieces {
	if len(lines) == 0 {
		return fallback
	}
	out := make([]recourse.Pieces, 0, len(lines))
	for _, p := range lines {
		if l := w.f.Order.Line(p.Line); p.Quantity == 0 && l != nil {
			p.Quantity = l.Quantity
		} else if l != nil {
			p.Quantity = min(p.Quantity, l.Quantity)
		}
		p.Quantity = max(p.Quantity, 1)
		if !slices.ContainsFunc(out, func(q recourse.Pieces) bool { return q.Line == p.Line }) {
			out = append(out, p)
		}
	}
	return out
}

// unbought are the pieces that no other purchase is to bring; all when every piece was bought.
//
// It is what a purchase means that does not say its lines. For the first one that is all, for a
// reorder after a failure the pieces that failed. When every piece was bought already, someone bought
// again what was bought: it is taken as being for all.
func (w *work) unbought(except string) []recourse.Pieces {
	left := w.allLines()
	for i := range w.f.Purchases {
		if p := &w.f.Purchases[i]; p.ID != except && len(p.Lines) > 0 {
			left = recourse.Without(left, recourse.Without(p.Lines, p.Failed))
		}
	}
	if left == nil {
		return w.allLines()
	}
	return left
}

// foldFailure takes a purchase that will not come, or some of its pieces. What failed before is no news.
//
// It is kept as totals of pieces, so that «one of line 1 failed» followed by «line 1 failed» adds only
// the other pieces. A cancellation that follows on a failure is news when we had asked for it, since a
// case may wait for that answer. A failure before anything was purchased belongs to no purchase: its
// pieces are handed straight to the cases.
func (w *work) foldFailure(status recourse.PurchaseStatus) {
	if w.ev.Purchase == "" {
		w.failing = w.full(w.ev.Lines, w.allLines())
		return
	}
	p := w.purchase(w.ev.Purchase)
	lines := w.full(w.ev.Lines, w.linesOfPurchase(p))
	fresh := recourse.Without(recourse.Common(lines, w.linesOfPurchase(p)), p.Failed)
	w.fresh.news = len(fresh) > 0 || len(lines) == 0 && p.Status == recourse.PurchasePlaced
	if !w.fresh.news && p.CancelAsked && status == recourse.PurchaseCancelled && p.Status != status {
		w.fresh.news = true // what failed otherwise is now cancelled, as asked
	}
	if w.fresh.news {
		p.Status = status
	}
	p.Failed = recourse.Plus(p.Failed, fresh)
	w.failing = fresh
}

// foldShipped takes the handing over of a parcel. It is news once: a parcel told again only adds what is known
// of it.
//
// Told late, after a deadline gave the purchase up, it is news all the same: whether anything that
// left the house must be corrected is the playbook's question, by the time at which it happened. An
// earlier handing over than the one known corrects the instant and moves no case.
func (w *work) foldShipped() {
	ev := w.ev
	p := w.parcel(ev.Parcel)
	w.fresh.news = p.ShippedAt.IsZero()
	set(&p.Carrier, ev.Carrier)
	set(&p.Tracking, ev.Tracking)
	set(&p.Ref, ev.Ref)
	w.link(p, ev.Purchase)
	if len(ev.Lines) > 0 {
		p.Lines = w.full(ev.Lines, nil)
	}
	if ev.Leg != "" && p.LegAt.Before(w.evAt) {
		p.Leg, p.LegAt = ev.Leg, w.evAt
	}
	if p.ShippedAt.IsZero() || w.evAt.Before(p.ShippedAt) {
		p.ShippedAt = w.evAt
	}
	p.ScannedAt = later(p.ScannedAt, w.evAt)
	w.handedOverBy(p)
}

// foldScan takes a checkpoint. A parcel that was never told to be shipped is handed over by its first scan.
//
// A checkpoint older than the newest known changes nothing but is no error: carriers send them in any
// order. What customs asks for is taken only from the newest, so that an old hold does not come back
// after the release.
func (w *work) foldScan() {
	ev := w.ev
	p := w.parcel(ev.Parcel)
	w.first = p.ShippedAt.IsZero()
	w.link(p, ev.Purchase)
	newest := p.Scan(ev.Status, ev.Leg, w.evAt)
	w.fresh.news = newest || w.first
	if newest && ev.Customs != nil {
		p.Customs = ev.Customs
	}
	w.handedOverBy(p)
}

// parcel is the parcel with that id, for writing; one that is not known yet is begun.
func (w *work) parcel(id string) *recourse.Parcel {
	all := w.parcels()
	for i := range all {
		if all[i].ID == id {
			return &all[i]
		}
	}
	w.f.Parcels = append(all, recourse.Parcel{ID: id})
	return &w.f.Parcels[len(w.f.Parcels)-1]
}

// link says which purchase a parcel belongs to: the one named, else the only one there is.
//
// A replacement's parcel is not linked to the only purchase by itself: else a second sending would
// look like the handing over of the first, and the purchase that failed would seem to have shipped.
func (w *work) link(p *recourse.Parcel, purchase string) {
	if purchase != "" {
		p.Purchase = purchase
	} else if p.Purchase == "" && len(w.f.Purchases) == 1 && !w.replacing(p.ID) {
		p.Purchase = w.f.Purchases[0].ID
	}
}

// replacing says that a parcel was told as the parcel of a replacement.
func (w *work) replacing(id string) bool {
	return slices.ContainsFunc(w.f.Cases, func(c *recourse.Case) bool { return c.SentAgain.Parcel == id && id != "" })
}

// handedOverBy tells the parcel's purchase when it was handed over, if that is earlier than what it knows.
func (w *work) handedOverBy(p *recourse.Parcel) {
	if p.Purchase == "" {
		return
	}
	known := w.f.Purchase(p.Purchase)
	if known == nil || known.ShippedAt.IsZero() || p.ShippedAt.Before(known.ShippedAt) {
		w.handOver(w.purchase(p.Purchase), p.ShippedAt)
	}
}

// handOver takes the first handing over of a purchase, which also answers the supplier's open questions.
//
// Nothing is written here about those questions: a purchase that was handed over no longer waits, and
// silence matters only while one waits. The earliest instant wins, so that the order of arrival does
// not show.
func (w *work) handOver(p *recourse.Purchase, at time.Time) {
	if !at.IsZero() && (p.ShippedAt.IsZero() || at.Before(p.ShippedAt)) {
		p.ShippedAt = at
	}
}

// foldAnswer takes an answer into the case that it is for.
//
// Unlike facts, answers are kept in a case, because only the case has asked. A verdict carries the
// time at which it was given, not the time at which we heard: the 15 business days for the remedy
// count from there.
func (w *work) foldAnswer(i int) {
	c := w.caseAt(i)
	switch w.ev.Type {
	case recourse.EvidenceReceived:
		c.Evidence++
		c.NewEvidence++
	case recourse.ClaimApprovedNow:
		c.Claim, c.VerdictAt = recourse.ClaimApproved, w.evAt
	case recourse.ClaimDeniedNow:
		c.Claim, c.VerdictAt = recourse.ClaimDenied, w.evAt
	case recourse.InterceptionDone:
		c.Interception = recourse.InterceptionSucceeded
	case recourse.InterceptionRefused:
		c.Interception = recourse.InterceptionFailed
	case recourse.OffersFound:
		c.Searching, c.Searched, c.Offers = false, true, w.ev.Offers
	case recourse.ReplacementShipped:
		c.SentAgain.Done, c.SentAgain.Parcel = true, w.ev.Parcel
		w.foldReplacement(c)
	case recourse.PurchasePlacedEvent:
		c.SentAgain.Done = true
	case recourse.DisputeWon:
		w.settleDispute(c, recourse.RefundWithdrawn)
	case recourse.DisputeLost:
		w.settleDispute(c, recourse.RefundDone)
	}
}

// foldReplacement begins the parcel of a replacement.
//
// It gets the case's pieces and no purchase. It is a parcel like any other from then on: watched, held
// by customs, delivered.
func (w *work) foldReplacement(c *recourse.Case) {
	if w.ev.Parcel == "" {
		return
	}
	p := w.parcel(w.ev.Parcel)
	p.Lines = c.Lines
	set(&p.Carrier, w.ev.Carrier)
	set(&p.Tracking, w.ev.Tracking)
	set(&p.Leg, w.ev.Leg)
	if p.ShippedAt.IsZero() {
		p.ShippedAt = w.evAt
	}
	p.ScannedAt = later(p.ScannedAt, w.evAt)
}
