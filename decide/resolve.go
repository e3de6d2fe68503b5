package decide

import (
	"strconv"

	"recourse"
)

// resolve finds what an event is about where it does not say: the order's one purchase or parcel, or the one that
// can have such news. It reports whether something can be meant at all.
func (w *work) resolve() bool {
	ev := w.ev
	switch ev.Type {
	case recourse.PurchaseOutOfStockNow, recourse.PurchaseOversizedNow, recourse.PurchaseCancelledNow, recourse.PurchaseCancelRefused,
		recourse.SupplierContacted, recourse.SupplierReplied, recourse.ClaimWindowSet:
		if ev.Purchase == "" {
			w.name(w.onlyPurchase(), "")
		}
		return w.ev.Purchase != "" || len(w.f.Purchases) == 0 && fails(ev.Type)
	case recourse.ParcelShipped:
		w.sameParcel()
		ev = w.ev
		if ev.Purchase == "" && w.f.Parcel(ev.Parcel) == nil {
			w.name(w.onlyPurchase(), "")
		}
		if ev.Parcel == "" {
			w.name("", w.newParcel())
		}
	case recourse.ParcelScanned:
		w.sameParcel()
		if w.ev.Parcel == "" {
			w.name("", w.onlyParcel(func(p *recourse.Parcel) bool { return !w.ended(p) }))
		}
		return w.ev.Parcel != ""
	case recourse.InterceptionDone, recourse.InterceptionRefused:
		if ev.Parcel == "" {
			w.name("", w.onlyParcel(w.intercepted))
		}
		return w.ev.Parcel != ""
	case recourse.PurchasePlacedEvent:
		return ev.Purchase != ""
	}
	return true
}

// sameParcel puts the parcel that is known in place of one that is named otherwise: by the shop's own id, whose number was
// told later or was corrected, or by its tracking number. A parcel is told by several: a shop, the agent, tracking.
func (w *work) sameParcel() {
	ev := w.ev
	if ev.Parcel != "" && w.f.Parcel(ev.Parcel) != nil {
		return
	}
	for i := range w.f.Parcels {
		p := &w.f.Parcels[i]
		if ev.Ref != "" && p.Ref == ev.Ref || ev.Parcel != "" && p.Tracking == ev.Parcel {
			own := *ev
			own.Parcel = p.ID
			w.ev = &own
			return
		}
	}
}

// fails says that an event tells that goods cannot be had: before anything was purchased, too.
func fails(t recourse.EventType) bool {
	return t == recourse.PurchaseOutOfStockNow || t == recourse.PurchaseOversizedNow
}

// name puts what is meant into the event: into a copy, since the event belongs to who handed it in.
func (w *work) name(purchase, parcel string) {
	named := *w.ev
	set(&named.Purchase, purchase)
	set(&named.Parcel, parcel)
	w.ev = &named
}

// onlyPurchase is the order's one purchase; of several, the one that still waits; "" when that is not one.
func (w *work) onlyPurchase() string {
	if len(w.f.Purchases) == 1 {
		return w.f.Purchases[0].ID
	}
	only := ""
	for i := range w.f.Purchases {
		if p := &w.f.Purchases[i]; p.Waiting() {
			if only != "" {
				return ""
			}
			only = p.ID
		}
	}
	return only
}

// onlyParcel is the order's one parcel; of several, the one that can have such news; "" when that is not one.
func (w *work) onlyParcel(can func(*recourse.Parcel) bool) string {
	if len(w.f.Parcels) == 1 {
		return w.f.Parcels[0].ID
	}
	only := ""
	for i := range w.f.Parcels {
		if p := &w.f.Parcels[i]; can(p) {
			if only != "" {
				return ""
			}
			only = p.ID
		}
	}
	return only
}

// intercepted says that stopping a parcel was asked for and not answered.
func (w *work) intercepted(p *recourse.Parcel) bool {
	for i := range w.f.Cases {
		if c := w.f.Cases[i]; c.Interception == recourse.InterceptionAsked && w.carries(p, c) {
			return true
		}
	}
	return false
}

// newParcel names a parcel that was told without a name: by its tracking number, else by its place in the order.
func (w *work) newParcel() string {
	if w.ev.Tracking != "" {
		return w.ev.Tracking
	}
	return w.f.Order.ID + "-parcel-" + strconv.Itoa(len(w.f.Parcels)+1)
}
