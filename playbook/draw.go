package playbook

import (
	"slices"
)

// A drawing is for the owner of a shop who never reads YAML and has to agree to what happens in the shop's name. It
// says everything that the file says and nothing else: the boxes are the states with what is done there, the arrows
// are the ways on with what sets them off, the cards above are the ways in and the signposts at the right the ways
// to other paths. A rule that holds in every open state is said once for the panel. Times are given as they are
// under the settings, since "after late_shipment.give_up_after" tells nobody when.
//
// The work is split in steps that know little of each other: draw_panel.go decides what is said and where it
// belongs, layout*.go gives it places, draw_paint.go and draw_svg.go write it, and draw_style.go colours it.

// DrawOptions say what a drawing shows besides the playbook itself.
//
// The zero value draws the playbook as it is shipped, with its defaults and no case in it.
// States in Walked that the playbook does not have are counted in the numbers but drawn
// nowhere: a history may be older than the version drawn.
type DrawOptions struct {
	// Policy gives the settings whose values stand on the arrows; ways that they rule out are dashed. Without one
	// the defaults are shown and nothing is ruled out.
	Policy *Policy
	// Counts stand on states, by their full names: how many cases are open there, say.
	Counts map[string]string
	// Link is where a state leads to who presses it; nil or "": nowhere. Links act only in a drawing that is part of a page.
	Link func(s *State) string
	// Inline leaves the style out, for a page that holds the drawing and has [DrawStyle] in its own sheet.
	Inline bool
	// Walked are the states that a case has been in, by their full names, oldest first. They and the arrows
	// between them are numbered and highlighted.
	Walked []string
	// Current is the full name of the state where the case stands now; "": none.
	Current string
}

// margin is the space around panels and in them.
const margin = 24

// Draw draws the playbook as SVG, for people: a panel for each path and track, one below the other. The same
// playbook and options give the same bytes.
//
// Nothing is read from the clock, the locale or a map's order on the way, and widths come from
// a table and not from a font. So drawings can be compared and kept in a repository, and a
// changed byte means a changed playbook, option or drawing program.
func (p *Playbook) Draw(opts DrawOptions) []byte { return p.drawing(p.Paths, opts) }

// DrawPath draws the panel of one path or track; nil when there is none of that name.
//
// Cards still tell what leads into the path from elsewhere, and signposts what leads out, so
// that a panel is understood alone.
func (p *Playbook) DrawPath(name string, opts DrawOptions) []byte {
	path := p.Path(name)
	if path == nil {
		return nil
	}
	return p.drawing([]*Path{path}, opts)
}

// pen gets ready to draw.
//
// That a policy was given is noted apart from its values: under the defaults nothing is ruled
// out, since nobody has chosen them yet.
func (p *Playbook) pen(opts DrawOptions) *pen {
	out := &pen{opts: opts, playbook: p, words: p.words(opts.Policy), rules: opts.Policy != nil, walk: newWalk(opts), shared: map[*Path][]way{}}
	out.lookAhead()
	return out
}

// drawing lays out the panels, then writes them.
//
// All panels are laid out before the first byte is written, because the picture's width is
// that of the widest and every panel is stretched to it. A drawing of one panel has no heading
// of its own, as the panel's name says enough; its title and description are still there for a
// screen reader.
func (p *Playbook) drawing(paths []*Path, opts DrawOptions) []byte {
	pen := p.pen(opts)
	var panels []*panel
	width := signsWidth
	for _, path := range paths {
		panels = append(panels, pen.panel(path))
		width = max(width, panels[len(panels)-1].width)
	}
	head := block{width: width}
	title, desc := p.Name, p.About
	if len(paths) == 1 {
		title, desc = p.Name+": "+paths[0].Name, told(paths[0])
	} else {
		head.add(inkTitle, p.Name)
		head.add(inkText, p.About)
	}
	height := margin + head.height() + signsHeight
	for _, n := range panels {
		n.width = width
		height += n.height + margin
	}
	c := &canvas{}
	style := DrawStyle
	if pen.opts.Inline {
		style = ""
	}
	c.open(width+2*margin, height, title, desc, style)
	c.words(&head, margin, margin/2)
	y := margin + head.height()
	for _, n := range panels {
		n.paint(c, margin, y)
		y += n.height + margin
	}
	signs(c, margin, y-4)
	c.WriteString("</svg>\n")
	return c.Bytes()
}

// told is a path's states in a sentence, for those who hear the picture. Show has the whole for them.
//
// It goes into the drawing's desc, which is read in one go and cannot be browsed: names and
// ends are enough there.
func told(p *Path) string {
	out := "The states of the path " + p.Name + ":"
	for i, s := range p.States {
		if i > 0 {
			out += ","
		}
		out += " " + s.Name
		if s.Outcome != "" {
			out += " (ends: " + string(s.Outcome) + ")"
		}
	}
	return out + "."
}

// signsHeight and signsWidth are the room of the explanation of the signs.
const (
	signsHeight = 28
	signsWidth  = 850
)

// signs explains the icons and the line styles, once for a drawing.
//
// All signs are explained, also those that the drawing happens not to use: a reader who goes
// from one drawing to the next finds the same line at the foot of each.
func signs(c *canvas, x, y int) {
	c.group("signs", x, y, "")
	at := 0
	for _, s := range []struct {
		icon icon
		text string
	}{{iconNews, "something happened"}, {iconHand, "a person chose"}, {iconTime, "time has passed"}, {iconFact, "what is known is enough"}, {iconAct, "is done"}, {iconGood, "ends well"}, {iconOver, "ends without a remedy"}} {
		c.icon(s.icon, at, 1)
		c.text("quiet", at+iconRoom, 11, s.text)
		at += iconRoom + textWidth(s.text, inkQuiet) + 14
	}
	c.end()
}

// walk is the way of a case through states.
//
// A state can be entered several times, hence several steps. Pairs are those of states that
// came one after the other, so that an arrow is highlighted when the case went along it at
// least once; which of the reasons on it applied is not known here.
type walk struct {
	steps   map[string][]int // of a state: when it was entered, from 1
	pairs   map[[2]string]bool
	ahead   map[[2]string]bool // from the present state to those that may be next
	current string
}

// newWalk numbers the states walked. The present one is the last, whether or not it is among those walked: the
// desk's history may or may not hold it yet.
func newWalk(opts DrawOptions) walk {
	w := walk{steps: map[string][]int{}, pairs: map[[2]string]bool{}, current: opts.Current}
	all := slices.Clone(opts.Walked)
	if opts.Current != "" && (len(all) == 0 || all[len(all)-1] != opts.Current) {
		all = append(all, opts.Current)
	}
	for i, s := range all {
		w.steps[s] = append(w.steps[s], i+1)
		if i > 0 {
			w.pairs[[2]string{all[i-1], s}] = true
		}
	}
	return w
}

// class is what the walk adds to a state's class; where the case stands was walked, too.
func (w walk) class(s *State) string {
	switch {
	case w.current == s.Full:
		return " walked here"
	case w.steps[s.Full] != nil && w.leads(s.Full):
		return " walked next"
	case w.steps[s.Full] != nil:
		return " walked"
	case w.leads(s.Full):
		return " next"
	}
	return ""
}
