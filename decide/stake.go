package decide

import "recourse"

// Stake is the money at stake in a case: what the buyer paid for its pieces, whether any of it was paid back or not.
// Shipping is left out. Nothing for a case that the file does not have.
func (d *Decider) Stake(file *recourse.OrderFile, caseID string) recourse.Money {
	c := file.Case(caseID)
	if c == nil {
		return recourse.Money{}
	}
	w := work{f: file}
	sum := recourse.Money{Currency: file.Order.Currency()}
	for _, share := range w.shares(c.Lines, recourse.Money{}) {
		sum.Minor += share.Minor
	}
	return sum
}
