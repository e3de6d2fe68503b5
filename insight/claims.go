package insight

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Claims are the problems that buyers reported, of the orders placed in the period.
type Claims struct {
	Orders  int64 // whose buyer is known
	Claimed int64 // of them, with a problem
	Unusual []Claimant
}

// Share is the part of all orders with a problem; false where there was none.
func (c *Claims) Share() (float64, bool) { return share(c.Claimed, c.Orders) }

// Claimant is a buyer who reports problems far more often than the shop's buyers do, named by the orders alone.
type Claimant struct {
	Orders  int64
	Claimed []string // their numbers
	AtLeast float64  // the share that is sure, see sure
}

// What has to be for a buyer to be shown: that many problems, and a share that is surely so many times the others'.
const (
	leastClaims  = 3
	timesOthers  = 2
	mostUnusual  = 20
	mostClaimIDs = 50
)

// claimed collects orders and problems. The two meet in the order's hash; only the buyers of orders with a problem are
// looked at in the end.
type claimed struct {
	ids    map[int64]string
	weight map[int64]int64
	orders []ordered
}

type ordered struct{ order, buyer, weight int64 }

func (c *claimed) claim(order int64, id string, weight int64) {
	if c.ids == nil {
		c.ids, c.weight = map[int64]string{}, map[int64]int64{}
	}
	c.ids[order] = id
	c.weight[order] += weight
}

func (c *claimed) order(order, buyer, weight int64) {
	c.orders = append(c.orders, ordered{order, buyer, weight})
}

func (c *claimed) report() (out Claims) {
	type person struct {
		orders  int64
		claimed map[string]int64
	}
	people := map[int64]*person{}
	for _, o := range c.orders {
		out.Orders += o.weight
		if c.weight[o.order] > 0 && people[o.buyer] == nil {
			people[o.buyer] = &person{claimed: map[string]int64{}}
		}
	}
	for _, o := range c.orders {
		p := people[o.buyer]
		if p == nil {
			continue
		}
		p.orders += o.weight
		if c.weight[o.order] > 0 {
			out.Claimed += o.weight
			p.claimed[c.ids[o.order]] += o.weight
		}
	}
	for _, p := range people {
		maps.DeleteFunc(p.claimed, func(_ string, n int64) bool { return n <= 0 })
		n := int64(len(p.claimed))
		others, _ := share(out.Claimed-n, out.Orders-p.orders)
		if least := sure(n, p.orders); n >= leastClaims && least > timesOthers*others {
			ids := slices.Sorted(maps.Keys(p.claimed))
			out.Unusual = append(out.Unusual, Claimant{p.orders, ids[:min(n, mostClaimIDs)], least})
		}
	}
	slices.SortFunc(out.Unusual, func(a, b Claimant) int {
		return cmp.Or(cmp.Compare(b.AtLeast, a.AtLeast), cmp.Compare(b.Orders, a.Orders), cmp.Compare(a.Claimed[0], b.Claimed[0]))
	})
	out.Unusual = out.Unusual[:min(len(out.Unusual), mostUnusual)]
	return out
}

// sure is the lower bound of Wilson's interval for a share, at 95 %: of 3 in 3 it says 44 %, of 300 in 300 99 %. So few
// cases are not taken for a habit.
func sure(part, of int64) float64 {
	if of <= 0 || part <= 0 {
		return 0
	}
	const z = 1.96
	n := float64(of)
	p := min(1, float64(part)/n)
	return max(0, (p+z*z/(2*n)-z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n)))/(1+z*z/n))
}
