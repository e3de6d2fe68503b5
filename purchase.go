package recourse

import (
	"slices"
	"time"
)

// Leg is the stretch of the way that a parcel is on.
//
// It decides what remains possible when a buyer changes their mind. The newest checkpoint that tells
// a leg, by its own time and not by that of its arrival here, is the one that counts.
type Leg string

const (
	// Domestic starts and ends in one country: from a Tmall shop to the consolidation warehouse. A parcel on
	// it can still be intercepted. Delivered on a domestic leg means arrived at the warehouse.
	Domestic Leg = "domestic"
	// International crosses a border: neither interception nor refund for a buyer's change of mind.
	International Leg = "international"
)

// PurchaseStatus says how a purchase stands with its supplier.
//
// Placed is where every purchase begins. The supplier or the agent moves it to out_of_stock,
// oversized or cancelled; our own decision, at a deadline that passed, moves it to given_up.
//
// Shipping is not among them: a purchase may fail for some pieces and ship the others, so that
// ShippedAt stands beside the status.
type PurchaseStatus string

const (
	// PurchasePlaced: bought and, as far as is known, to be shipped. Its ship-by date is watched until
	// the first parcel is handed over.
	PurchasePlaced PurchaseStatus = "placed"
	// PurchaseOutOfStock: the supplier (or the agent) said that it cannot deliver. The money is to be recovered.
	PurchaseOutOfStock PurchaseStatus = "out_of_stock"
	// PurchaseOversized: too big or too heavy for the shipping line.
	PurchaseOversized PurchaseStatus = "oversized"
	// PurchaseCancelled: cancelled, by the supplier unasked or because we asked.
	PurchaseCancelled PurchaseStatus = "cancelled"
	// PurchaseGivenUp: we no longer wait for it: its recovery was asked for though the supplier said nothing.
	PurchaseGivenUp PurchaseStatus = "given_up"
)

// Purchase is what the merchant bought at one supplier to fill lines of an order.
//
//   - ID is the supplier's number and the one that the agent understands in every request about it.
//   - Cost bounds what can be recovered; a purchase whose cost is not known is recovered without an
//     amount.
//   - ShipBy is the anchor of lateness: late by two days means that twice 24 hours have passed since
//     that very instant.
//   - Asked and AnsweredAt are the silence: shipping counts as an answer, and an answer ends the
//     silence but not the lateness.
//   - CancelAsked tells a cancellation that we wanted from one that came unasked, which is out of
//     stock.
type Purchase struct {
	ID       string         `json:"purchase"` // the Tmall order number
	Supplier string         `json:"supplier,omitempty"`
	Lines    []Pieces       `json:"lines,omitempty"`
	Cost     Money          `json:"cost,omitzero"` // of the whole purchase
	ShipBy   time.Time      `json:"ship_by,omitzero"`
	ShipFrom string         `json:"ship_from,omitempty"` // ISO 3166-1 alpha-2
	Leg      Leg            `json:"leg,omitempty"`       // of its first parcel as far as known; what the parcel says wins
	Status   PurchaseStatus `json:"status"`
	PlacedAt time.Time      `json:"placed_at,omitzero"`
	// Asked are the questions without an answer, oldest first: the first one counts.
	Asked       []time.Time `json:"asked,omitempty"`
	AnsweredAt  time.Time   `json:"answered_at,omitzero"`   // the newest answer
	ShippedAt   time.Time   `json:"shipped_at,omitzero"`    // when its first parcel was handed over; zero: none was
	CancelAsked bool        `json:"cancel_asked,omitempty"` // we asked for it to be cancelled
	// Failed are the pieces that will not come: reported so, or given up. Status says why the last of them failed.
	Failed []Pieces `json:"failed,omitempty"`
	// Windows say until when a claim about its goods can be filed, as they were told last, at WindowsAt.
	Windows   []ClaimWindow `json:"windows,omitempty"`
	WindowsAt time.Time     `json:"windows_at,omitzero"`
}

// Waiting says that nothing of the purchase was handed over and that something of it is still expected.
//
// A purchase that names no lines cannot fail in part: for it the status alone tells.
func (p *Purchase) Waiting() bool {
	if !p.ShippedAt.IsZero() {
		return false
	}
	if len(p.Lines) == 0 {
		return p.Status == PurchasePlaced
	}
	return len(Without(p.Lines, p.Failed)) > 0
}

// maxAsked bounds the open questions that are remembered; the first counts, so that later ones can be left out.
const maxAsked = 16

// AskedAt is when the first question was put that has had no answer; zero when none is open.
func (p *Purchase) AskedAt() time.Time {
	if len(p.Asked) == 0 {
		return time.Time{}
	}
	return p.Asked[0]
}

// Ask takes a question that wants an answer. The order in which questions and answers are learned does not
// matter.
//
// A question no later than the newest answer is taken for answered, even when it is learned of
// afterwards; the same instant told twice is one question.
func (p *Purchase) Ask(at time.Time) {
	if !at.After(p.AnsweredAt) || slices.ContainsFunc(p.Asked, at.Equal) {
		return
	}
	asked := append(slices.Clone(p.Asked), at)
	slices.SortFunc(asked, time.Time.Compare)
	p.Asked = asked[:min(len(asked), maxAsked)]
}

// Answer takes an answer of the supplier: it answers every question put until then.
func (p *Purchase) Answer(at time.Time) {
	if at.After(p.AnsweredAt) {
		p.AnsweredAt = at
	}
	var open []time.Time
	for _, asked := range p.Asked {
		if asked.After(at) {
			open = append(open, asked)
		}
	}
	p.Asked = open
}

// ParcelStatus is the status of a checkpoint, in our own taxonomy whatever the carrier calls it.
//
// The adapters translate into it, so that no decision depends on a carrier's wording.
type ParcelStatus string

// The statuses of a checkpoint.
const (
	InTransit       ParcelStatus = "in_transit"
	CustomsHold     ParcelStatus = "customs_hold"     // customs keeps it until somebody clears it
	CustomsReleased ParcelStatus = "customs_released" // it moves again
	OutForDelivery  ParcelStatus = "out_for_delivery"
	Delivered       ParcelStatus = "delivered" // on a domestic leg: arrived at the warehouse
	DeliveryFailed  ParcelStatus = "delivery_failed"
	Returning       ParcelStatus = "returning" // on its way back to the sender
	Returned        ParcelStatus = "returned"
	Damaged         ParcelStatus = "damaged"
	Lost            ParcelStatus = "lost"
)

// parcelRank orders the statuses along a parcel's way. It decides only between checkpoints of the very same
// instant, so that the order in which they arrive does not matter.
var parcelRank = map[ParcelStatus]int{
	"": 0, InTransit: 1, CustomsHold: 2, CustomsReleased: 3, OutForDelivery: 4, DeliveryFailed: 5,
	Damaged: 6, Delivered: 7, Returning: 8, Returned: 9, Lost: 10,
}

// Known says whether s is one of the ten statuses.
func (s ParcelStatus) Known() bool { return s != "" && parcelRank[s] > 0 }

// Parcel is one tracking number of a purchase (or of a replacement) and what its newest checkpoint says. The
// checkpoints themselves are in the history: a decision looks at the newest only.
type Parcel struct {
	ID        string       `json:"parcel"`
	Purchase  string       `json:"purchase,omitempty"` // "": a replacement, or not known yet
	Lines     []Pieces     `json:"lines,omitempty"`
	Carrier   string       `json:"carrier,omitempty"`
	Tracking  string       `json:"tracking,omitempty"`
	Ref       string       `json:"ref,omitempty"`       // the shop's own id of it: the same when its number is told later, or corrected
	Leg       Leg          `json:"leg,omitempty"`       // of the newest checkpoint that told one, by its own time
	LegAt     time.Time    `json:"leg_at,omitzero"`     // of that checkpoint
	Status    ParcelStatus `json:"status,omitempty"`    // of the newest checkpoint by its own time; "": none
	StatusAt  time.Time    `json:"status_at,omitzero"`  // of that checkpoint
	ShippedAt time.Time    `json:"shipped_at,omitzero"` // handed over
	ScannedAt time.Time    `json:"scanned_at,omitzero"` // newest sign of life, the handing over included
	Customs   *Customs     `json:"customs,omitempty"`   // what customs asked for last

}

// Customs is what customs asks for to release a parcel.
//
// All of it comes from tracking or from a person and may be missing. The draft for the buyer is
// written with what is there: what is held, what is asked, by when, who pays.
type Customs struct {
	Asks    string `json:"asks,omitempty"`     // the paper or the payment wanted, in the source's words
	By      string `json:"by,omitempty"`       // a date, 2006-01-02, or an instant
	WhoPays string `json:"who_pays,omitempty"` // buyer, merchant, …
}

// Scan takes one checkpoint into the parcel; older ones than the newest known change nothing but the
// first handing over. It reports whether it became the newest. Ties in time go to the later stage of the way.
func (p *Parcel) Scan(status ParcelStatus, leg Leg, at time.Time) bool {
	if p.ShippedAt.IsZero() || at.Before(p.ShippedAt) {
		p.ShippedAt = at
	}
	if at.After(p.ScannedAt) {
		p.ScannedAt = at
	}
	if leg != "" && (!at.Before(p.LegAt) && (at.After(p.LegAt) || leg >= p.Leg)) {
		p.Leg, p.LegAt = leg, at
	}
	if at.Before(p.StatusAt) || at.Equal(p.StatusAt) && parcelRank[status] <= parcelRank[p.Status] {
		return false
	}
	p.Status, p.StatusAt = status, at
	return true
}

// Offer is a listing at a supplier that can fill a SKU.
//
// Price is compared with what the failed purchase cost, and may exceed it by reorder.max_increase.
// Weight and size are compared with the limits of the shipping line; zero means that the listing
// does not say.
type Offer struct {
	Supplier string `json:"supplier"`
	SKU      string `json:"sku,omitempty"`
	Same     bool   `json:"same,omitempty"` // the same item; else a similar one, which is put to the buyer
	Price    Money  `json:"price,omitzero"` // of one piece
	Stock    int    `json:"stock,omitempty"`
	LeadDays int    `json:"lead_days,omitempty"` // calendar days until it ships
	WeightG  int    `json:"weight_g,omitempty"`
	SizeMM   Size   `json:"size_mm,omitzero"`
	// Likeness is how alike the listing and the item are, in thousandths; 0: nobody compared them.
	Likeness int `json:"likeness,omitempty"`
	// Exchanged is the price in the currency of the purchase that failed, where the two differ.
	Exchanged Exchange `json:"exchanged,omitzero"`
}
