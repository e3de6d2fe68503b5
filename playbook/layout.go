package playbook

import (
	"cmp"
	"slices"
)

// The layout of one panel, in layers: states stand in rows by their longest way from the first state, and
// between two rows of states there is a row for the words on the arrows. So an arrow's label is a thing with a
// place like any other, and nothing can overlap it. What spans several rows has an empty place in each. All
// reckoning is in whole pixels: the same playbook gives the same bytes on every machine.

// vertex is something with a place: a state, a card, an arrow's label, or (without face) a place that an arrow
// passes through.
//
// Left and right differ for labels and for states with exits: the anchor is where arrows run,
// not the middle of what is drawn. Place is always the index in the row; whoever moves a
// vertex must number the row again. Up and down are the hops to the rows above and below, and
// their order is that of the ports once these are spread.
type vertex struct {
	face        face
	left, right int // how far it reaches from its anchor x
	height      int
	low         bool // it stands at the bottom of its row: a card, next to what it opens
	port        int  // arrows leave and enter up to so far from the anchor; 0: only there
	row         int
	place       int // in its row
	x, y        int // the anchor, and the top
	up, down    []*hop
}

// hop is a piece of an arrow between neighbouring rows.
//
// The row of below is always that of above plus one. This is what makes crossings, lanes and
// ports matters of two neighbouring rows only.
type hop struct {
	above, below *vertex
	x1, x2       int // where it leaves the upper and enters the lower
	lane         int // of its horizontal part, from the top; -1: it is straight
}

// wire is an arrow from one state to another, over all the rows between.
//
// From and to are the states as the arrow points; hops ignore the direction. So an arrow that
// leads back is laid out like any other and differs only in where its tip is painted.
type wire struct {
	hops []*hop // from the top down
	back bool   // it leads up, from the last hop to the first
	mark wireMark
	from *vertex
	to   *vertex
}

// graph is what is laid out.
//
// Rows and wires are what is given; tops, bottom, lanes, width and height are what the layout
// finds out. First, x and y belong to a part of a panel and are 0 for the whole.
type graph struct {
	rows   [][]*vertex
	wires  []*wire
	first  int   // of a part: the row of the whole that is its row 0
	tops   []int // of each row
	bottom []int
	lanes  []int // in the gap under each row
	x, y   int   // of a part: its place in the panel
	width  int
	height int
}

// ranks gives each of n states its row: the longest way from a state without a way in. Arrows are taken as the
// author wrote the states; one that leads back in the file is turned round only when it would close a circle.
// back tells of each edge whether it was turned.
//
// The author's order is trusted first, because it is the order in which the story is told.
// Where the file says a state before another that leads to it, the arrow still points down if
// that is possible; only true circles get an arrow up.
func ranks(n int, edges [][2]int) (rank []int, back []bool) {
	back = make([]bool, len(edges))
	next := make([][]int, n)
	for i, e := range edges {
		if back[i] = e[1] <= e[0]; !back[i] {
			next[e[0]] = append(next[e[0]], e[1])
		}
	}
	for i, e := range edges {
		if back[i] && e[0] != e[1] && !reaches(next, e[1], e[0]) {
			back[i] = false
			next[e[0]] = append(next[e[0]], e[1])
		}
	}
	return settle(n, next), back
}

// reaches says whether a walk along next leads from one state to another. An arrow back must not close a circle with
// those already taken: there would be no longest way.
func reaches(next [][]int, from, to int) bool {
	seen := make([]bool, len(next))
	stack := []int{from}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if at == to {
			return true
		}
		if !seen[at] {
			seen[at] = true
			stack = append(stack, next[at]...)
		}
	}
	return false
}

// settle computes the longest ways, then lets a state that nothing leads to sink to just above what it leads to.
//
// The rounds are bounded by the number of states: without circles a longest way cannot have
// more steps than that. The first state is never let sink, even when nothing leads to it, for
// the situations stand over it.
func settle(n int, next [][]int) []int {
	rank := make([]int, n)
	entered := make([]bool, n)
	for changed, round := true, 0; changed && round <= n; round++ {
		changed = false
		for from, all := range next {
			for _, to := range all {
				entered[to] = true
				if rank[to] <= rank[from] {
					rank[to], changed = rank[from]+1, true
				}
			}
		}
	}
	for from, all := range next {
		if from == 0 || entered[from] || len(all) == 0 {
			continue
		}
		nearest := rank[all[0]]
		for _, to := range all {
			nearest = min(nearest, rank[to])
		}
		rank[from] = nearest - 1
	}
	return rank
}

// add puts a vertex at the end of a row.
//
// Rows in between that nothing stands in yet are made on the way, so that a row's number is
// its index.
func (g *graph) add(row int, v *vertex) *vertex {
	for len(g.rows) <= row {
		g.rows = append(g.rows, nil)
	}
	v.row, v.place = row, len(g.rows[row])
	g.rows[row] = append(g.rows[row], v)
	return v
}

// join makes a hop between neighbours.
func join(above, below *vertex) *hop {
	h := &hop{above: above, below: below, lane: -1}
	above.down = append(above.down, h)
	below.up = append(below.up, h)
	return h
}

// wireUp lays an arrow between two states over the rows between them. The label stands next to the state that
// the arrow leaves.
//
// Every row that the arrow passes gets a vertex, so that no box is ever put in its way. The
// label takes the first of these places on the side of the state that is left: there a reader
// looks for the reason. Rows of states are odd, so that there is always at least one row
// between two states for it.
func (g *graph) wireUp(from, to *vertex, label *vertex, back bool) *wire {
	w := &wire{from: from, to: to, back: back}
	top, end, at := from, to, from.row+1
	if back {
		top, end, at = to, from, from.row-1
	}
	above := top
	for row := top.row + 1; row < end.row; row++ {
		v := label
		if row != at {
			v = &vertex{left: 7, right: 7}
		}
		g.add(row, v)
		w.hops = append(w.hops, join(above, v))
		above = v
	}
	w.hops = append(w.hops, join(above, end))
	g.wires = append(g.wires, w)
	return w
}

// sweeps is how often rows are put in a new order, looking for fewer crossings.
const sweeps = 24

// order puts the vertices of each row where the arrows cross least: by the mean place of what they are joined
// to, looking up and down in turns. The best order seen wins, the earliest of equals.
//
// This is the known method of layered drawings: to find the least number of crossings is hard,
// but means and swaps come close, and panels are small. The sorts are stable and the sweeps
// counted, so that the result is the same every time. The order that the author gave is the
// first candidate and wins whenever it is as good.
func (g *graph) order() {
	best, least := g.places(), g.crossings()
	for i := 0; i < sweeps && least > 0; i++ {
		for j := range g.rows {
			if i%2 == 0 {
				g.sort(g.rows[j], true)
			} else {
				g.sort(g.rows[len(g.rows)-1-j], false)
			}
		}
		g.swap()
		if n := g.crossings(); n < least {
			best, least = g.places(), n
		}
	}
	for i, row := range g.rows {
		slices.SortStableFunc(row, func(a, b *vertex) int { return best[i][a] - best[i][b] })
		number(row)
	}
}

// swap exchanges neighbours where that takes crossings away, as long as it does: the mean place of two can be the
// same while their order is not.
func (g *graph) swap() {
	for better, round := true, 0; better && round < sweeps; round++ {
		better = false
		for _, row := range g.rows {
			for i := 1; i < len(row); i++ {
				if a, b := row[i-1], row[i]; tangle(a, b) > tangle(b, a) {
					row[i-1], row[i] = b, a
					a.place, b.place = i, i-1
					better = true
				}
			}
		}
	}
}

// tangle counts the crossings of the hops of two vertices when a stands left of b.
//
// Only these two change when neighbours are swapped, so that no other hops need to be counted
// again.
func tangle(a, b *vertex) int {
	n := 0
	for _, x := range a.up {
		for _, y := range b.up {
			if x.above.place > y.above.place {
				n++
			}
		}
	}
	for _, x := range a.down {
		for _, y := range b.down {
			if x.below.place > y.below.place {
				n++
			}
		}
	}
	return n
}

// places remembers the order of every row.
func (g *graph) places() []map[*vertex]int {
	out := make([]map[*vertex]int, len(g.rows))
	for i, row := range g.rows {
		out[i] = make(map[*vertex]int, len(row))
		for _, v := range row {
			out[i][v] = v.place
		}
	}
	return out
}

// sort puts a row in the order of its neighbours above or below.
//
// The means are taken before anything moves; vertices with the same mean keep their order.
func (g *graph) sort(row []*vertex, above bool) {
	weight := make(map[*vertex]int, len(row))
	for _, v := range row {
		weight[v] = v.mean(above)
	}
	slices.SortStableFunc(row, func(a, b *vertex) int { return cmp.Compare(weight[a], weight[b]) })
	number(row)
}

// number writes down the order of a row.
func number(row []*vertex) {
	for i, v := range row {
		v.place = i
	}
}

// mean is the mean place of the neighbours, in thousandths; its own place when it has none.
func (v *vertex) mean(above bool) int {
	hops := v.down
	if above {
		hops = v.up
	}
	if len(hops) == 0 {
		return v.place * 1000
	}
	sum := 0
	for _, h := range hops {
		if above {
			sum += h.above.place
		} else {
			sum += h.below.place
		}
	}
	return sum * 1000 / len(hops)
}

// crossings counts how often hops cross, between all rows: two do when they stand in another order below than above.
//
// Two that begin or end at the same vertex do not cross, whatever their ports: the product is
// then 0.
func (g *graph) crossings() int {
	n := 0
	for _, row := range g.rows {
		var hops []*hop
		for _, v := range row {
			hops = append(hops, v.down...)
		}
		for i, a := range hops {
			for _, b := range hops[:i] {
				if (a.above.place-b.above.place)*(a.below.place-b.below.place) < 0 {
					n++
				}
			}
		}
	}
	return n
}
