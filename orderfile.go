package recourse

import "time"

// OrderFile is an order with its purchases, parcels, cases and money: all that a decision may look at, and all
// that it changes. It is a value of data only; the same file, event, playbook, calendars and instant give the
// same decision for ever.
type OrderFile struct {
	Order Order `json:"order"`
	// AddressWrong says that the address on file was reported wrong and no better one is known.
	AddressWrong bool `json:"address_wrong,omitempty"`
	// AddressFaults are what a look at the address on file found that cannot be right, as codes; none: nothing, or it came
	// when something was bought already.
	AddressFaults []string `json:"address_faults,omitempty"`
	// AddressFixed says that the address was put right after the order was placed; the order told again keeps it.
	AddressFixed bool       `json:"address_fixed,omitempty"`
	Purchases    []Purchase `json:"purchases,omitempty"`
	Parcels      []Parcel   `json:"parcels,omitempty"`
	Cases        []*Case    `json:"cases,omitempty"`
	Refunds      []Refund   `json:"refunds,omitempty"`
	Recoveries   []Recovery `json:"recoveries,omitempty"`
	// Held are facts that came before the order itself: taken in as soon as it is known, in order of their own time.
	Held []Held `json:"held,omitempty"`
	// Evidence is how much evidence came that no case waited for; the next problem reported takes it.
	Evidence int        `json:"evidence,omitempty"`
	Seen     []EventKey `json:"seen,omitempty"`    // the events taken in, so that one that comes again changes nothing
	Now      time.Time  `json:"now,omitzero"`      // the latest instant decided for: a clock set back does not undo time
	Due      time.Time  `json:"due,omitzero"`      // the next instant at which something moves by itself; zero: nothing will
	Effects  int        `json:"effects,omitempty"` // effects that belong to no case; numbers the next
}

// Held is a fact that came before its order was known.
type Held struct {
	Event Event     `json:"event"`
	At    time.Time `json:"at"` // when it happened, as far as told; else when it arrived
}

// Purchase returns the purchase with that id, nil when the file has none.
func (f *OrderFile) Purchase(id string) *Purchase {
	for i := range f.Purchases {
		if f.Purchases[i].ID == id {
			return &f.Purchases[i]
		}
	}
	return nil
}

// Parcel returns the parcel with that id, nil when the file has none.
func (f *OrderFile) Parcel(id string) *Parcel {
	for i := range f.Parcels {
		if f.Parcels[i].ID == id {
			return &f.Parcels[i]
		}
	}
	return nil
}

// Case returns the case with that id, nil when the file has none.
func (f *OrderFile) Case(id string) *Case {
	for i := range f.Cases {
		if f.Cases[i].ID == id {
			return f.Cases[i]
		}
	}
	return nil
}

// Postings is the order's ledger: what is owed to the buyer, then what is due to the merchant, each in the
// order it was asked for.
func (f *OrderFile) Postings() []Posting {
	all := make([]Posting, 0, len(f.Refunds)+len(f.Recoveries))
	for i := range f.Refunds {
		r := &f.Refunds[i]
		all = append(all, Posting{Owed, r.ID, r.Case, r.Amount, string(r.Status), r.At})
	}
	for i := range f.Recoveries {
		r := &f.Recoveries[i]
		all = append(all, Posting{Due, r.ID, r.Case, r.Amount, string(r.Status), r.At})
	}
	return all
}

// PurchaseOf is the purchase that a case is about, else the first of its lines; nil when there is none.
func (f *OrderFile) PurchaseOf(c *Case) *Purchase {
	for i := range f.Purchases {
		p := &f.Purchases[i]
		if p.ID == c.Purchase || c.Purchase == "" && (len(p.Lines) == 0 || Overlap(p.Lines, c.Lines)) {
			return p
		}
	}
	return nil
}

// SupplierOf is the supplier of the purchase that a case is about; "" when there is none.
func (f *OrderFile) SupplierOf(c *Case) string {
	if p := f.PurchaseOf(c); p != nil {
		return p.Supplier
	}
	return ""
}
