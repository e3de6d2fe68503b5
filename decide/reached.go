package decide

import "recourse"

// Delivered says whether a parcel has reached the buyer. On a domestic leg of an international way, delivered means
// arrived at the warehouse, and the answer is no.
func (d *Decider) Delivered(file *recourse.OrderFile, p *recourse.Parcel) bool {
	return d.look(file).delivered(p)
}

// FirstLeg says that a parcel is on its way to the warehouse, or is there, and goes on to the buyer under another number.
func (d *Decider) FirstLeg(file *recourse.OrderFile, p *recourse.Parcel) bool {
	if p.Leg != recourse.Domestic {
		return false
	}
	w := d.look(file)
	purchase := w.f.Purchase(p.Purchase)
	return purchase == nil || w.routeOf(purchase) != recourse.Domestic
}

// CostOf is what some pieces of a purchase cost: their share of its cost by the prices of the order. Zero where the cost is not
// known.
func (d *Decider) CostOf(file *recourse.OrderFile, p *recourse.Purchase, lines []recourse.Pieces) recourse.Money {
	return d.look(file).costOf(p, lines)
}

// look is a workbench on which facts of a file are read and nothing is decided.
func (d *Decider) look(file *recourse.OrderFile) *work {
	f := *file
	return &work{Decider: d, f: &f, now: f.Now, at: f.Now}
}
