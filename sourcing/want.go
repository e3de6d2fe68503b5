package sourcing

import "recourse"

// WantOf is what is looked for in place of some pieces of a line of a case. What one piece cost is known where the case's
// purchase has a cost, shared evenly over its pieces.
func WantOf(file *recourse.OrderFile, c *recourse.Case, line *recourse.Line, pieces int) Want {
	w := Want{SKU: line.SKU, Title: line.Title, Pieces: pieces, WeightG: line.WeightG, SizeMM: line.SizeMM, Sold: line.Price}
	if a := file.Order.ShipTo; a != nil {
		w.Country = a.Country
	}
	p := file.PurchaseOf(c)
	if p == nil || p.Cost.Minor <= 0 {
		return w
	}
	all := recourse.Total(p.Lines)
	if len(p.Lines) == 0 {
		for _, l := range file.Order.Lines {
			all += l.Quantity
		}
	}
	if all > 0 {
		w.Cost = recourse.Money{Minor: p.Cost.Minor / int64(all), Currency: p.Cost.Currency}
	}
	return w
}
