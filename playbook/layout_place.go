package playbook

import (
	"cmp"
	"slices"
)

// Places are found one dimension at a time. Across, every row wants to stand near what it is joined to, and rows are
// asked in turns until they agree; then the ends of arrows are spread over the boxes; then the horizontal parts of
// arrows get lanes between the rows; and only then is known how far apart the rows must be.

// The distances of a drawing, in pixels.
const (
	gapBeside = 22 // between neighbours in a row
	gapRow    = 12 // above and below the lanes between two rows
	gapLane   = 11 // between two lanes
	gapPort   = 16 // between two arrows at one box
	edgePort  = 16 // from the corner of a box to the nearest arrow
	rounds    = 16 // of placing rows by each other
)

// place gives everything its place, in the order that one thing depends on another: across, the ends of arrows,
// lanes, down.
//
// Nothing here changes the order within rows, which was settled before, and no later step
// moves what an earlier one has placed. That is why the steps can be read one by one.
func (g *graph) place() {
	g.across()
	g.ports()
	g.lanes = make([]int, len(g.rows))
	for i := range g.rows {
		g.lanes[i] = route(g.under(i))
	}
	g.downwards()
}

// under lists the hops between a row and the next.
func (g *graph) under(row int) []*hop {
	var out []*hop
	for _, v := range g.rows[row] {
		out = append(out, v.down...)
	}
	return out
}

// across gives every vertex its x: near what it is joined to, without touching its neighbours. Rows are moved by
// each other, up and down in turns; the last turn goes down, so that a long arrow hangs straight from its label.
//
// It begins with everything as far left as the widths allow. At the end all is moved so that
// the leftmost edge is 0, and the width is what is really taken, exits and labels included.
func (g *graph) across() {
	for _, row := range g.rows {
		spread(row, make([]int, len(row)), make([]int, len(row)))
	}
	for i := range rounds {
		for j := range g.rows {
			if i%2 == 0 {
				pull(g.rows[len(g.rows)-1-j], false)
			} else {
				pull(g.rows[j], true)
			}
		}
	}
	for range 4 {
		for _, w := range g.wires {
			g.straighten(w)
		}
	}
	left, right := far, -far
	for _, v := range slices.Concat(g.rows...) {
		left, right = min(left, v.x-v.left), max(right, v.x+v.right)
	}
	for _, v := range slices.Concat(g.rows...) {
		v.x -= left
	}
	g.width = right - left
}

// parts takes the graph apart into what arrows join, from left to right: a state that no arrow of the panel reaches
// need not stand in the rows of others.
//
// Rows above a part's first are dropped, so that a part begins at its own top; the vertices
// get new rows and places in it. Several parts are common in a panel whose states are reached
// from other paths only.
func (g *graph) parts() []*graph {
	var out []*graph
	part := map[*vertex]int{}
	for i, row := range g.rows {
		for _, v := range row {
			if _, ok := part[v]; !ok {
				flood(v, len(out), part)
				out = append(out, &graph{})
			}
			p := out[part[v]]
			if len(p.rows) == 0 {
				p.first = i
			}
			p.add(i-p.first, v)
		}
	}
	for _, w := range g.wires {
		p := out[part[w.to]]
		p.wires = append(p.wires, w)
	}
	return out
}

// flood marks all that arrows join to a vertex.
func flood(v *vertex, n int, part map[*vertex]int) {
	part[v] = n
	stack := []*vertex{v}
	for len(stack) > 0 {
		v = stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, h := range append(slices.Clone(v.up), v.down...) {
			for _, o := range []*vertex{h.above, h.below} {
				if _, ok := part[o]; !ok {
					part[o] = n
					stack = append(stack, o)
				}
			}
		}
	}
}

// pull moves a row to the mean of its neighbours above or below. A place that an arrow only passes through pulls
// hardest, to keep the arrow straight.
//
// The more arrows a vertex has, the more it insists on its place. One without neighbours on
// that side wants to stay where it is, but gives way to all others.
func pull(row []*vertex, above bool) {
	want, weight := make([]int, len(row)), make([]int, len(row))
	for i, v := range row {
		sum, n := 0, 0
		for _, h := range v.up {
			if above {
				sum, n = sum+h.above.x, n+1
			}
		}
		for _, h := range v.down {
			if !above {
				sum, n = sum+h.below.x, n+1
			}
		}
		want[i], weight[i] = v.x, 1
		if n > 0 {
			want[i], weight[i] = sum/n, 2+2*n
		}
		if v.face == nil {
			weight[i] *= 6
		}
	}
	spread(row, want, weight)
}

// spread puts a row as near to the wanted places as its order and widths allow.
func spread(row []*vertex, want, weight []int) {
	gaps := make([]int, len(row))
	for i := 1; i < len(row); i++ {
		gaps[i] = between(row[i-1], row[i])
	}
	for i, x := range apart(want, weight, gaps) {
		row[i].x = x
	}
}

// between is how far the anchors of neighbours must be apart.
//
// Two bends are only two lines side by side, and may run as close together as two arrows at
// one box.
func between(a, b *vertex) int {
	if a.face == nil && b.face == nil {
		return gapPort
	}
	return a.right + gapBeside + b.left
}

// far is further than any place.
//
// It stands for "no bound" and leaves room for sums without running over.
const far = 1 << 40

// straighten takes bends out of an arrow: as many of the places that it passes through as have a common x between
// their neighbours get it, beginning at the top.
//
// Its neighbours are not moved for it. So a vertex only ever moves within the room that it
// has, and rows stay in order without being spread again.
func (g *graph) straighten(w *wire) {
	var run []*vertex
	lo, hi := -far, far
	for _, h := range w.hops[:len(w.hops)-1] {
		v := h.below
		a, b := g.room(v)
		if max(lo, a) > min(hi, b) {
			align(run, lo, hi)
			run, lo, hi = nil, -far, far
		}
		run, lo, hi = append(run, v), max(lo, a), min(hi, b)
	}
	align(run, lo, hi)
}

// room is where a vertex can stand while its neighbours stay.
func (g *graph) room(v *vertex) (lo, hi int) {
	row := g.rows[v.row]
	lo, hi = -far, far
	if v.place > 0 {
		lo = row[v.place-1].x + between(row[v.place-1], v)
	}
	if v.place < len(row)-1 {
		hi = row[v.place+1].x - between(v, row[v.place+1])
	}
	return lo, hi
}

// align gives all the same x, as near as can be to where the last stands: it is nearest to the arrow's end.
//
// One vertex alone is straight already.
func align(run []*vertex, lo, hi int) {
	if len(run) < 2 {
		return
	}
	x := min(max(run[len(run)-1].x, lo), hi)
	for _, v := range run {
		v.x = x
	}
}

// apart solves: places in the given order, the i-th at least gaps[i] after the one before, with the least weighted
// sum of squared distances from those wanted. Taking the gaps off makes it a monotone regression, which pooling
// neighbours that stand in each other's way solves exactly.
//
// A pool is a run of neighbours that stand shoulder to shoulder; its place is the weighted
// mean of what its members want. Fractions are compared by multiplying crosswise, so that no
// division rounds before the end. Pools are rounded down alike, which keeps their order and so
// the gaps.
func apart(want, weight, gaps []int) []int {
	type pool struct{ sum, weight, n int }
	var pools []pool
	offset := 0
	for i, x := range want {
		offset += gaps[i]
		w := max(1, weight[i])
		pools = append(pools, pool{(x - offset) * w, w, 1})
		for k := len(pools) - 1; k > 0 && pools[k-1].sum*pools[k].weight >= pools[k].sum*pools[k-1].weight; k-- {
			a, b := pools[k-1], pools[k]
			pools = append(pools[:k-1], pool{a.sum + b.sum, a.weight + b.weight, a.n + b.n})
		}
	}
	out := make([]int, 0, len(want))
	offset = 0
	for _, p := range pools {
		for range p.n {
			offset += gaps[len(out)]
			out = append(out, floorDiv(p.sum, p.weight)+offset)
		}
	}
	return out
}

// floorDiv rounds down below zero, too: pools must keep their order.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// ports spreads the ends of arrows over the edges of boxes, each as near as can be to where its arrow comes from.
//
// A label or a bend has no width for arrows, and all of its ends come out at its anchor.
func (g *graph) ports() {
	for _, row := range g.rows {
		for _, v := range row {
			for i, x := range v.spreadPorts(v.up, func(h *hop) int { return h.above.x }) {
				v.up[i].x2 = x
			}
			for i, x := range v.spreadPorts(v.down, func(h *hop) int { return h.below.x }) {
				v.down[i].x1 = x
			}
		}
	}
	for _, v := range slices.Concat(g.rows...) {
		for _, h := range v.down {
			h.snap()
		}
	}
}

// snap makes the line quieter: it takes a small step out of an arrow, where one of its ends lies on a box and can give way.
//
// Five pixels are too few for two rounded corners. Ends at a bend or a label stay, since the
// arrow goes on from there at the same x.
func (h *hop) snap() {
	switch d := h.x2 - h.x1; {
	case d < -5 || d > 5:
	case h.below.port > 0:
		h.x2 = h.x1
	case h.above.port > 0:
		h.x1 = h.x2
	}
}

// spreadPorts sorts the hops at one edge of a vertex by where they come from and says where each ends.
//
// The hops are sorted in place, so that the i-th place is that of the i-th hop afterwards.
// That order keeps arrows from crossing right at the edge of a box.
func (v *vertex) spreadPorts(hops []*hop, far func(*hop) int) []int {
	slices.SortStableFunc(hops, func(a, b *hop) int { return cmp.Compare(far(a), far(b)) })
	want, weight, gaps := make([]int, len(hops)), make([]int, len(hops)), make([]int, len(hops))
	// Many arrows at a small box stand closer together; all of them stay on it.
	room := max(0, v.port-edgePort)
	gap := min(gapPort, 2*room/max(1, len(hops)-1))
	for i, h := range hops {
		before, after := i*gap, (len(hops)-1-i)*gap
		want[i] = min(max(far(h), v.x-room+before), v.x+room-after)
		weight[i], gaps[i] = 1, gap
	}
	if len(hops) > 0 {
		gaps[0] = 0
	}
	return apart(want, weight, gaps)
}

// downwards gives rows their tops, with room between them for the lanes.
//
// Vertices hang from the top of their row, but for cards. The gap has room for as many lanes
// as its hops needed, so that a busy gap is higher and a quiet one wastes nothing.
func (g *graph) downwards() {
	y := 0
	g.tops, g.bottom = make([]int, len(g.rows)), make([]int, len(g.rows))
	for i, row := range g.rows {
		g.tops[i] = y
		tall := 0
		for _, v := range row {
			tall = max(tall, v.height)
		}
		for _, v := range row {
			v.y = y
			if v.low {
				v.y = y + tall - v.height
			}
		}
		g.bottom[i] = y + tall
		y += tall + 2*gapRow + max(0, g.lanes[i]-1)*gapLane
	}
	if len(g.rows) > 0 {
		g.height = g.bottom[len(g.rows)-1]
	}
}

// route gives the hops of one gap their lanes, so that no two horizontal parts run over each other, and returns
// how many lanes there are. Where one hop comes down at the very x where another goes on, the first keeps above
// the second; else those are first that would otherwise cross their neighbours.
//
// Straight hops need no lane and keep -1. Circles among those that wait for each other cannot
// always be avoided; then two vertical parts may touch, which is ugly but still says what is
// so.
func route(hops []*hop) int {
	var waiting []*hop
	for _, h := range hops {
		if h.x1 != h.x2 {
			waiting = append(waiting, h)
		}
	}
	slices.SortStableFunc(waiting, func(a, b *hop) int { return cmp.Compare(a.turn(), b.turn()) })
	var done []*hop
	lanes := 0
	for len(waiting) > 0 {
		// The first that nothing has to be above of; when all wait for each other, just the first.
		i := max(0, slices.IndexFunc(waiting, func(h *hop) bool { return !slices.ContainsFunc(waiting, func(o *hop) bool { return o.before(h) }) }))
		h := waiting[i]
		waiting = slices.Delete(waiting, i, i+1)
		h.lane = 0
		for _, o := range done {
			if o.before(h) {
				h.lane = max(h.lane, o.lane+1)
			}
		}
		for slices.ContainsFunc(done, func(o *hop) bool { return o.lane == h.lane && o.overlaps(h) }) {
			h.lane++
		}
		done = append(done, h)
		lanes = max(lanes, h.lane+1)
	}
	return lanes
}

// turn sorts hops: of those that go right the rightmost is first, of those that go left the leftmost.
//
// With lanes given in this order, arrows that turn the same way lie inside each other instead
// of crossing.
func (h *hop) turn() int {
	if h.x2 > h.x1 {
		return -h.x1
	}
	return h.x1
}

// before says that h must have a lane above o's, or their vertical parts would run over each other.
//
// Hops to the same vertex below may run together, as they end together.
func (h *hop) before(o *hop) bool {
	d := h.x1 - o.x2
	return h != o && d > -5 && d < 5 && h.below != o.below
}

// overlaps says that two hops cannot share a lane: their horizontal parts would meet or nearly meet.
func (h *hop) overlaps(o *hop) bool {
	return min(h.x1, h.x2) < max(o.x1, o.x2)+gapLane && min(o.x1, o.x2) < max(h.x1, h.x2)+gapLane
}
