package decide

import (
	"slices"
	"time"

	"recourse"
)

// fold takes a fact into the file, before any case looks at it. What is known is kept so that the order in which
// facts arrive does not matter: the earliest question, the newest scan, the first handing over.
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
	case recourse.ParcelShipped:
		w.foldShipped()
	case recourse.ParcelScanned:
		w.foldScan()
	}
}

// foldOrder takes the order as it stands now. What was requested before its prices were known is reckoned again.
func (w *work) foldOrder() {
	ev := w.ev
	known := len(w.f.Order.Lines) > 0
	before := w.f.Order
	w.f.Order = recourse.Order{
		ID: ev.Order, Channel: ev.Channel, Buyer: ev.Buyer, ShipTo: ev.ShipTo, Lines: ev.Items,
		Paid: ev.Paid, Shipping: ev.Shipping, Discount: ev.Discount, Tax: ev.Tax, PlacedAt: w.evAt,
	}
	if ev.ShipTo == nil || known && before.ShipTo != nil && w.addressCorrected() {
		w.f.Order.ShipTo = before.ShipTo
	}
	if !known {
		return
	}
	w.f.Order.PlacedAt = before.PlacedAt
	w.f.Order.Lines = mergedLines(before.Lines, ev.Items)
	if ev.Buyer == nil {
		w.f.Order.Buyer = before.Buyer
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

func (w *work) foldAddress() {
	if w.ev.ShipTo == nil {
		w.fresh.news = w.ev.Type == recourse.OrderAddressWrong
		return
	}
	w.f.Order.ShipTo = w.ev.ShipTo
	w.f.AddressFixed = true
	if w.ev.ShipTo.Deliverable() {
		w.f.AddressWrong = false
	}
}

// purchase is the purchase with that id, for writing; one that is not known yet is begun.
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
func (w *work) foldShipped() {
	ev := w.ev
	p := w.parcel(ev.Parcel)
	w.fresh.news = p.ShippedAt.IsZero()
	set(&p.Carrier, ev.Carrier)
	set(&p.Tracking, ev.Tracking)
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
func (w *work) handOver(p *recourse.Purchase, at time.Time) {
	if !at.IsZero() && (p.ShippedAt.IsZero() || at.Before(p.ShippedAt)) {
		p.ShippedAt = at
	}
}

// foldAnswer takes an answer into the case that it is for.
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
