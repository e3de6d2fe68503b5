package playbook

import (
	"fmt"
	"slices"
	"strconv"
)

// pad is the space inside boxes, labelRoom that between an arrow's line and its words on both sides.
const (
	pad       = 10
	labelRoom = 12
	stub      = 22 // the arrow from a state to an exit
	nose      = 10 // the point of an exit
)

// face is how a vertex looks. The layout sees only how much room it takes; a vertex without one is a bend. Its paint gets a canvas whose origin is the vertex's anchor and top.
//
// A face never asks where other vertices are. What runs between two of them is painted by the
// graph, from the hops that the layout has placed.
type face interface {
	paint(c *canvas, v *vertex)
}

// wireMark says what is special about an arrow: the settings rule it out, or the case has gone along it.
//
// Both can be true: a case may have gone a way that today's settings rule out.
type wireMark struct{ off, walked, ahead bool }

// stateFace is the box of a state, with the exits at its right.
//
// The class carries all that colour can tell; steps and here carry the same in numbers and
// words, for those who see no colour. Width and height are those of the box alone. What the
// layout is told in addition is the room of the exits at its right side.
type stateFace struct {
	state  *State
	class  string
	start  int // room for the mark of the first state, before its name
	text   block
	exits  []*exit
	steps  []int  // of the walk
	here   bool   // the case stands here now
	count  string // of open cases; "": none
	link   string // "": none
	width  int
	height int
}

// exit is a way out of the panel: a signpost with the reasons and the target.
//
// Off holds only when the settings rule out every reason on it, as for an arrow. Walked is set
// when the case went from this state to the target, and the target is kept in words because
// two ways to the same place share a signpost.
type exit struct {
	target string
	text   block
	off    bool
	walked bool
	ahead  bool // the case may leave here next
}

// ending adds the outcome of a state where a case ends, and its look: green with a tick when what was due was
// had, else violet with a bar.
//
// The ends of a track have no outcome, since the case itself goes on: they only say that the
// track is over. A state that is open adds nothing here.
func (f *stateFace) ending() {
	s := f.state
	switch {
	case s.Ends:
		f.class += " over"
		f.text.item(inkOutcome, iconOver, iconRoom, "ends")
	case s.Outcome == "":
	case lost[s.Outcome]:
		f.class += " over"
		f.text.item(inkOutcome, iconOver, iconRoom, "ends: "+string(s.Outcome))
	default:
		f.class += " good"
		f.text.item(inkOutcome, iconGood, iconRoom, "ends: "+string(s.Outcome))
	}
}

// measure turns the face into a vertex: the box lies centred on the anchor, the exits reach out to the right.
//
// The anchor is the middle of the box and not of box and exits together, so that arrows arrive
// in the middle of what they lead to. The port is half the box: arrows may leave and enter
// over its whole width, but never at an exit. The targets are added to the exits last, under
// all their reasons, which are complete only now.
func (f *stateFace) measure() *vertex {
	f.width = max(120, f.text.widest()+2*pad)
	f.height = f.text.height() + pad + 4
	if f.state.Final() {
		f.width, f.height = f.width+8, f.height+6
	}
	out, tall := 0, 0
	for i, e := range f.exits {
		e.text.add(inkTarget, e.target)
		out = max(out, e.width())
		tall += e.height()
		if i > 0 {
			tall += 8
		}
	}
	if out > 0 {
		out += stub
	}
	f.height = max(f.height, tall)
	half := f.width / 2
	return &vertex{face: f, left: half, right: f.width - half + out, height: f.height, port: half}
}

// width and height are the signpost's own, without the arrow that leads to it.
func (e *exit) width() int  { return e.text.widest() + 2*pad + nose }
func (e *exit) height() int { return e.text.height() + pad }

// paint draws the box: for an end with a double border and round sides, for the first state with a mark.
//
// The inner border of an end lies within the measured size, which was made larger for it, so
// that an end takes no room that the layout does not know of. Exits are stacked from the box's
// top edge, as measure has reckoned them.
func (f *stateFace) paint(c *canvas, _ *vertex) {
	x := -(f.width / 2)
	if f.link != "" {
		c.printf("<a href=\"%s\">\n", escaped(f.link))
	}
	c.group(f.class, x, 0, f.state.Full)
	round := 6
	if f.state.Final() {
		round = 20
	}
	c.rect("box", 0, 0, f.width, f.height, round)
	in, top := pad, pad/2
	if f.state.Final() {
		c.rect("inner", 4, 4, f.width-8, f.height-8, round-4)
		in, top = pad+4, top+3
	}
	if f.start > 0 {
		c.printf("<circle class=\"start\" cx=\"%d\" cy=\"%d\" r=\"5\"/>\n", in+5, top+inkName.lead/2+1)
	}
	c.words(&f.text, in, top)
	f.badges(c)
	f.counted(c)
	c.end()
	if f.link != "" {
		c.WriteString("</a>\n")
	}
	y := 0
	for _, e := range f.exits {
		e.paint(c, x+f.width, y)
		y += e.height() + 8
	}
}

// badges number the visits of a walk, on the box's upper edge.
//
// They go from right to left, the latest visit first, and stop when the box is full: of a
// state that was visited often the last visits are the ones that matter, and the name below
// must stay readable.
func (f *stateFace) badges(c *canvas) {
	x := f.width - 14
	for i := len(f.steps) - 1; i >= 0 && x > 0; i-- {
		label := strconv.Itoa(f.steps[i])
		if f.here && i == len(f.steps)-1 {
			label += " now"
			x -= 12
		}
		w := 10 + textWidth(label, inkBadge)
		c.rect("badge", x-w/2, -8, w, 16, 8)
		c.text("badge-text", x, 4, label)
		x -= w + 4
	}
}

// counted writes a count on the box's upper edge, at the left, where no visit is numbered.
func (f *stateFace) counted(c *canvas) {
	if f.count == "" {
		return
	}
	w := max(20, 12+textWidth(f.count, inkBadge))
	c.rect("count", -8, -9, w, 18, 9)
	c.text("count-text", -8+w/2, 4, f.count)
}

// paint draws an arrow from the state's edge to the signpost.
func (e *exit) paint(c *canvas, x, y int) {
	class := "exit"
	if e.off {
		class += " off"
	}
	if e.walked {
		class += " walked"
	}
	if e.ahead {
		class += " ahead"
	}
	c.group(class, x, y, "")
	w, h := e.width(), e.height()
	c.path("wire", fmt.Sprintf("M0 %dH%d", h/2, stub-2))
	c.arrowhead("tip", stub, h/2, 1, 0)
	c.path("box", fmt.Sprintf("M%d 0H%dL%d %dL%d %dH%dZ", stub, stub+w-nose, stub+w, h/2, stub+w-nose, h, stub))
	c.words(&e.text, stub+pad, pad/2)
	c.end()
}

// cardFace is a card over a state: a situation, or another way in.
//
// A card is never the end of an arrow, only its beginning, and its line has no words: the card
// is the words.
type cardFace struct {
	class string
	text  block
}

// paint draws the card; its class says whether it is a situation or a dashed way in.
func (f *cardFace) paint(c *canvas, v *vertex) {
	c.group(f.class, -v.left, 0, "")
	c.rect("box", 0, 0, v.left+v.right, v.height, 3)
	c.words(&f.text, pad, pad/2)
	c.end()
}

// labelFace is the words on an arrow.
//
// Its box reaches only a little to the left of the anchor, where the line runs, and as far as
// the words to the right. Since it takes part in the layout as any vertex does, no other line
// runs through the words.
type labelFace struct {
	text block
	off  bool
}

// paint writes the words to the right of the line, which the arrow itself draws.
func (f *labelFace) paint(c *canvas, _ *vertex) {
	class := "label"
	if f.off {
		class += " off"
	}
	c.group(class, 0, 0, "")
	c.words(&f.text, labelRoom-4, 0)
	c.end()
}

// paint draws the panel at a place. Arrows come before boxes, so that their ends lie under the borders: its name, the strip, the arrows under the boxes, and the notes.
//
// The heights added up here are those that the panel's own height was made of, and must stay
// so: a strip that grows in one place and not in the other would lie over the states.
func (n *panel) paint(c *canvas, x, y int) {
	c.group("path", x, y, "")
	c.rect("panel", 0, 0, n.width, n.height, 10)
	at := margin / 2
	c.words(&n.name, margin, at)
	at += n.name.height() + 6
	if n.strip.lines != nil {
		h := n.strip.height() + pad
		c.rect("strip", margin, at, n.strip.widest()+2*pad, h, 3)
		c.words(&n.strip, margin+pad, at+pad/2)
		at += h + margin - pad
	}
	for _, part := range n.parts {
		c.group("part", margin+part.x, at+6+part.y, "")
		part.paint(c)
		c.end()
	}
	if n.notes.lines != nil {
		c.words(&n.notes, margin, n.height-n.notes.height()-margin/2)
	}
	c.end()
}

// paint draws the arrows, and over them what has a face.
//
// Vertices without a face are bends: the wires have their corners there already.
func (g *graph) paint(c *canvas) {
	for _, w := range g.wires {
		g.wire(c, w)
	}
	for _, v := range slices.Concat(g.rows...) {
		if v.face != nil {
			c.group("at", v.x, v.y, "")
			v.face.paint(c, v)
			c.end()
		}
	}
}

// wire draws an arrow over all its hops, with its tip where it leads.
//
// Hops always run from the top down, whichever way the arrow points. For one that leads back
// the tip is at the first point and looks up; everything else is the same.
func (g *graph) wire(c *canvas, w *wire) {
	class := "arrow"
	if w.back {
		class += " back"
	}
	if w.mark.off {
		class += " off"
	}
	if w.mark.walked {
		class += " walked"
	}
	if w.mark.ahead {
		class += " ahead"
	}
	points := g.corners(w)
	c.group(class, 0, 0, "")
	tip, short := points[len(points)-1], &points[len(points)-1]
	dy := 1
	if w.back {
		tip, short, dy = points[0], &points[0], -1
	}
	short.y -= 4 * dy // a thick line must not show beyond its tip
	c.path("wire", rounded(points))
	c.arrowhead("tip", tip.x, tip.y, 0, dy)
	c.end()
}

// corners are the points where an arrow turns, from the top down.
//
// A hop with a lane goes down to it, across, and down again; one without is straight. The
// lane's height counts from the bottom of the whole row and not of the vertex above, so that
// horizontal parts pass under the tallest box of the row.
func (g *graph) corners(w *wire) []point {
	var out []point
	for _, h := range w.hops {
		out = append(out, point{h.x1, h.above.y + h.above.height})
		if h.lane >= 0 {
			y := g.bottom[h.above.row] + gapRow + h.lane*gapLane
			out = append(out, point{h.x1, y}, point{h.x2, y})
		}
		out = append(out, point{h.x2, h.below.y})
	}
	return straightened(out)
}
