package playbook

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
)

// canvas writes SVG. It knows shapes and words, not playbooks. There are no ids, so that several drawings can
// stand in one page.
//
// Places and sizes are whole pixels throughout. That keeps the bytes the same on every
// machine, where the last digits of a reckoned fraction might not be.
type canvas struct {
	bytes.Buffer
}

// escaped is a text safe for XML: names come from strangers. Characters that XML cannot hold are replaced; those
// that are not seen but change what is, as the ones that turn the direction of writing, are left out, so that a name
// cannot pose as another. The joiner stays, for scripts and signs that are built with it.
func escaped(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && r != '\u200d' {
			return -1
		}
		return r
	}, s)
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) // a buffer never fails
	return b.String()
}

// printf writes markup. A text from a playbook goes through escaped on its way here, without exception.
//
// Classes, numbers and outlines are the program's own and need no escaping. Nothing that a
// person wrote may become a class.
func (c *canvas) printf(format string, args ...any) { fmt.Fprintf(c, format, args...) }

// open begins a drawing, with what is read out in its place.
//
// The role makes a screen reader treat the drawing as one picture with a title and a
// description. The style comes with it, since a drawing has to stand alone as a file.
func (c *canvas) open(width, height int, title, desc, style string) {
	role := "img"
	if style == "" {
		role = "group" // it is part of a page, and there may be links in it
	}
	c.printf("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rd\" role=\"%[3]s\" width=\"%[1]d\" height=\"%[2]d\" viewBox=\"0 0 %[1]d %[2]d\">\n", width, height, role)
	c.printf("<title>%s</title>\n<desc>%s</desc>\n", escaped(title), escaped(desc))
	if style != "" {
		c.printf("<style>%s</style>\n", style)
	}
	c.rect("ground", 0, 0, width, height, 0)
}

// group begins a group of a class at a place, with a title that a screen reader speaks and a pointer shows.
func (c *canvas) group(class string, x, y int, title string) {
	c.printf("<g class=\"%s\" transform=\"translate(%d %d)\">\n", class, x, y)
	if title != "" {
		c.printf("<title>%s</title>\n", escaped(title))
	}
}

// end closes the group begun last.
func (c *canvas) end() { c.WriteString("</g>\n") }

// rect draws a box with round corners.
func (c *canvas) rect(class string, x, y, w, h, r int) {
	c.printf("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n", class, x, y, w, h, r)
}

// path draws a line or a shape.
func (c *canvas) path(class, d string) { c.printf("<path class=\"%s\" d=\"%s\"/>\n", class, d) }

// text writes one line, its foot at y.
func (c *canvas) text(class string, x, y int, s string) {
	c.printf("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, x, y, escaped(s))
}

// words writes a block, its top left corner at x, y.
//
// Each line has its lead as height, and the letters stand in its middle: the foot is half the
// lead down, and a good third of the letters' size below that. An icon hangs to the left of
// the indented text, in the room that the indent has left for it.
func (c *canvas) words(b *block, x, y int) {
	for _, l := range b.lines {
		y += l.ink.lead
		foot := y - l.ink.lead/2 + l.ink.size*36/100
		if l.icon != noIcon {
			c.icon(l.icon, x+l.in-iconRoom, foot-10)
		}
		if l.text != "" {
			c.text(l.ink.class, x+l.in, foot, l.text)
		}
	}
}

// icon is a small sign that tells apart, without colour, what sets a way off and how a case ends.
type icon int

// The icons.
const (
	noIcon   icon = iota
	iconFact      // a diamond: what is known
	iconNews      // a flag: something happened
	iconHand      // a person: someone chose
	iconTime      // a clock: time has passed
	iconAct       // a small square: something is done
	iconGood      // a tick: the buyer or the merchant has what was due
	iconOver      // a bar: it ended without
)

// iconRoom is the width of an icon with the space after it; an icon is 10 wide and 10 high.
const iconRoom = 16

// iconShapes are the icons' outlines, from their top left corner.
var iconShapes = map[icon]string{
	iconFact: "M5 0.5L9.5 5L5 9.5L0.5 5Z",
	iconNews: "M1.5 10V0.5H9.5L7 3.5L9.5 6.5H1.5",
	iconHand: "M5 0.5a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0 -4.4M0.8 10c0 -5 8.4 -5 8.4 0Z",
	iconTime: "M5 0.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0 -9M5 2.2V5L7 6.4",
	iconAct:  "M3.5 3.5h3v3h-3Z",
	iconGood: "M0.8 5.5L4 8.8L9.5 1.5",
	iconOver: "M1 5H9",
}

// icon draws one with its top left corner at x, y.
//
// The number in the class is the icon's own, by which the style sheet fills or colours single
// signs: new icons go to the end of the list.
func (c *canvas) icon(i icon, x, y int) {
	c.printf("<path class=\"icon icon-%d\" transform=\"translate(%d %d)\" d=\"%s\"/>\n", i, x, y, iconShapes[i])
}

// arrowhead draws the tip of an arrow that ends at x, y, going in the direction dx, dy of length one.
func (c *canvas) arrowhead(class string, x, y, dx, dy int) {
	c.path(class, fmt.Sprintf("M%d %dL%d %dL%d %dZ", x, y, x-8*dx-4*dy, y-8*dy+4*dx, x-8*dx+4*dy, y-8*dy-4*dx))
}

// point is a corner of a line.
type point struct{ x, y int }

// rounded is the outline of a line with right angles whose corners are rounded.
//
// The corners that the layout gives stay the control points of the curves, so that two arrows
// that share a corner before share it after.
func rounded(points []point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", points[0].x, points[0].y)
	for i := 1; i < len(points)-1; i++ {
		p := points[i]
		in, out := toward(p, points[i-1]), toward(p, points[i+1])
		fmt.Fprintf(&b, "L%d %dQ%d %d %d %d", in.x, in.y, p.x, p.y, out.x, out.y)
	}
	last := points[len(points)-1]
	fmt.Fprintf(&b, "L%d %d", last.x, last.y)
	return b.String()
}

// toward is the point a corner's radius from p on the way to q, or half the way when that is less.
func toward(p, q point) point {
	const radius = 6
	step := func(d int) int { return max(-radius, min(radius, d/2)) }
	return point{p.x + step(q.x-p.x), p.y + step(q.y-p.y)}
}

// straightened drops the points that do not turn: hops meet in the middle of straight stretches.
//
// Without this a rounded corner would be drawn where nothing turns, and a curve whose two ends
// lie on each other shows as a knot on a thick line.
func straightened(points []point) []point {
	var out []point
	for _, p := range points {
		n := len(out)
		if n > 0 && out[n-1] == p {
			continue
		}
		if n > 1 && (out[n-2].x == out[n-1].x && out[n-1].x == p.x || out[n-2].y == out[n-1].y && out[n-1].y == p.y) {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}
