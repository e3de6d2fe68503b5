package playbook

import (
	"slices"
	"strings"

	"recourse"
)

// Here is decided what a panel says and where. A way of a state is one of four things in the picture: an arrow to
// another state of the panel, a signpost when it leads out of the panel, a line in the state's box when the case
// stays where it is, or, when all open states have it, a line of the strip on top or a card over the state that it
// leads to. Ways between the same two states share an arrow: fewer lines, and the reasons can be compared.

// pen knows what panels have in common: the playbook, the settings that it is drawn under, and the walk to show.
//
// Rules is false when the defaults are drawn. Shared is a memory only: what it holds follows
// from the playbook and does not change while a drawing is made.
type pen struct {
	opts     DrawOptions
	playbook *Playbook
	words    words
	rules    bool // the settings are a merchant's own: what they rule out is shown as such
	walk     walk
	shared   map[*Path][]way
}

// common remembers each path's common ways: every panel asks for those of all.
func (p *pen) common(path *Path) []way {
	ways, ok := p.shared[path]
	if !ok {
		ways = path.common()
		p.shared[path] = ways
	}
	return ways
}

// panel is the drawing of one path, laid out.
//
// Graph holds everything while the panel is being put together; parts are the same vertices
// again, split by what hangs together, and it is they that are placed and painted. States
// finds the vertex of a state, for the cards and arrows that come after it.
type panel struct {
	graph  graph
	parts  []*graph // laid out
	shelf  shelf
	name   block
	strip  block // what holds in every open state
	notes  block // named conditions that the panel mentions
	states map[*State]*vertex
	width  int
	height int
}

// The widths at which words are broken.
const (
	widthState = 208
	widthCard  = 230
	widthLabel = 192
	widthExit  = 192
	widthStrip = 640
)

// panel lays out a path: its states, the cards of what enters it, and the arrows with their labels.
//
// States stand in the odd rows and leave the even ones between them for labels and cards,
// which is why a rank is doubled. They are added in the order in which the author wrote them:
// that is the first guess at their order within rows, and it is kept where nothing speaks
// against it.
func (p *pen) panel(path *Path) *panel {
	n := &panel{states: map[*State]*vertex{}}
	kind := "path"
	if path.Track {
		kind = "track"
	}
	n.name.width = widthStrip
	n.name.add(inkTitle, kind+" "+path.Name)
	common := p.common(path)
	edges := p.edges(path, common)
	places := make([][2]int, len(edges))
	// Rows first, then what stands in them, then the arrows between: an arrow needs to know the rows it spans.
	for i, e := range edges {
		places[i] = [2]int{slices.Index(path.States, e.from), slices.Index(path.States, e.to)}
	}
	rank, back := ranks(len(path.States), places)
	for i, s := range path.States {
		n.states[s] = n.graph.add(2*rank[i]+1, p.state(s, common))
	}
	p.entries(n, path, common)
	for i, e := range edges {
		w := n.graph.wireUp(n.states[e.from], n.states[e.to], p.label(e), back[i])
		w.mark = wireMark{off: e.off(), walked: p.walk.pairs[[2]string{e.from.Full, e.to.Full}], ahead: p.walk.ahead[[2]string{e.from.Full, e.to.Full}]}
	}
	n.parts = n.graph.parts()
	for _, part := range n.parts {
		part.order()
		part.place()
		n.shelf.put(part)
	}
	p.around(n, path, common)
	return n
}

// shelf puts the parts of a panel beside each other, and below when a screen would be too narrow.
//
// X and y are where the next part goes; width and height what all parts so far have taken.
type shelf struct{ x, y, width, height int }

// wide is the width that a panel keeps to when it can.
const wide = 1500

// put gives a part its place: beside the last while there is room, else under all before.
func (s *shelf) put(g *graph) {
	if s.x > 0 && s.x+g.width > wide {
		s.x, s.y = 0, s.height+2*margin
	}
	g.x, g.y = s.x, s.y
	s.x += g.width + 2*gapBeside
	s.width, s.height = max(s.width, g.x+g.width), max(s.height, g.y+g.height)
}

// around adds what stands over and under the states, and measures the panel.
//
// A common way to another state of this panel is left out of the strip, for it has a card over
// that state: see entries. What stays, leaves the panel or becomes another situation has no
// such place, and stands here.
func (p *pen) around(n *panel, path *Path, common []way) {
	n.strip.width = max(widthStrip, n.shelf.width)
	for _, y := range common {
		if y.Moves() && y.Become == nil && y.Go.Path == path {
			continue
		}
		if n.strip.lines == nil {
			n.strip.add(inkLead, "In every open state, unless the state itself says otherwise:")
		}
		n.strip.item(inkText, iconOf(y.kind), iconRoom, p.words.sentence(y, path))
	}
	n.notes.width = n.strip.width
	p.note(n, path)
	n.width = max(n.shelf.width, n.name.widest(), n.strip.widest()+margin, n.notes.widest()) + 2*margin
	n.height = n.name.height() + n.shelf.height + 2*margin
	if n.strip.lines != nil {
		n.height += n.strip.height() + margin + 8
	}
	if n.notes.lines != nil {
		n.height += n.notes.height() + margin
	}
}

// note explains the named conditions that the path mentions, at its foot: «offered» on an arrow is short, but a
// reader must be able to look up what it means without the file.
//
// Only what the ways of the path name themselves is explained. A condition that is mentioned
// nowhere in the panel would be noise under it.
func (p *pen) note(n *panel, path *Path) {
	for _, named := range p.playbook.Conditions {
		used := false
		for _, s := range path.States {
			for _, y := range s.ways() {
				used = used || y.If != nil && mentions(y.If.Source, named.Name)
			}
		}
		if used {
			n.notes.add(inkQuiet, named.Name+": "+plain(named.Source))
		}
	}
}

// mentions says whether a condition names another, and not just a longer word that contains it.
func mentions(source, name string) bool {
	words := strings.FieldsFunc(source, func(r rune) bool { return strings.ContainsRune(" ()!&|=<>'\"", r) })
	return slices.Contains(words, name)
}

// edge is an arrow: all ways from one state of a panel to another of the same.
//
// The ways keep the order in which they are tried, so that an "otherwise" on the label stands
// after what it is otherwise to.
type edge struct {
	from, to *State
	ways     []way
}

// off says that the settings rule out all of its ways.
func (e *edge) off() bool { return !slices.ContainsFunc(e.ways, func(y way) bool { return !y.off }) }

// edges gathers a path's arrows, in the order in which they are written.
func (p *pen) edges(path *Path, common []way) []*edge {
	var out []*edge
	for _, s := range path.States {
		for _, y := range p.own(s, common) {
			if y.Go == nil || y.Go.Path != path || y.Go == s {
				continue
			}
			i := slices.IndexFunc(out, func(e *edge) bool { return e.from == s && e.to == y.Go })
			if i < 0 {
				i = len(out)
				out = append(out, &edge{from: s, to: y.Go})
			}
			out[i].ways = append(out[i].ways, y)
		}
	}
	return out
}

// own are a state's own ways, those marked that the settings rule out: by their condition, or by one before them
// that always holds.
//
// The facts are all unknown here, so that a condition comes out as No or Yes only when the
// settings alone decide it. A way is ruled out by an earlier one of the same trigger as well,
// but never a timer: times do not stand in each other's way.
func (p *pen) own(s *State, common []way) []way {
	out := s.own(common)
	if !p.rules {
		return out
	}
	scope := &Scope{Fact: func(Fact) Value { return Value{} }, Settings: p.words.values}
	for i := range out {
		out[i].off = out[i].If.Holds(scope) == No || out[i].kind != byTime && slices.ContainsFunc(out[:i], func(o way) bool {
			return o.kind == out[i].kind && o.trigger() == out[i].trigger() && o.If.Holds(scope) == Yes
		})
	}
	return out
}

// entries puts cards over states, so that none seems to come from nowhere: the situations over the first, what leads here from every open state, and where
// other paths lead in.
//
// Cards are vertices of the row above the state, joined to it by a short line, and so find
// their place as labels do. A path without situations of its own, as a track is, gets its
// cards from the others that lead in.
func (p *pen) entries(n *panel, path *Path, common []way) {
	first := n.states[path.States[0]]
	for _, s := range p.playbook.Situations {
		if s.Path == path {
			n.enter(first, p.situation(s))
		}
	}
	for _, s := range path.States {
		card := p.card("entry")
		for _, y := range common {
			if y.Go != s {
				continue
			}
			if card.text.lines == nil {
				card.text.add(inkQuiet, "in every open state:")
			}
			p.reason(&card.text, y)
		}
		n.enter(n.states[s], card)
		card = p.card("entry")
		if others := p.others(s); others != nil {
			card.text.add(inkQuiet, "also entered from: "+strings.Join(others, ", "))
		}
		n.enter(n.states[s], card)
	}
}

// enter puts a card over a state, unless it says nothing.
//
// The card is low: it hangs at the bottom of its row, however tall its neighbours are, so that
// the line to its state stays short. Since states stand in odd rows, there is always a row
// above a state for its cards, also above the first.
func (n *panel) enter(to *vertex, f *cardFace) {
	if f.text.lines == nil {
		return
	}
	w := f.text.widest() + 2*pad
	v := n.graph.add(to.row-1, &vertex{face: f, left: w / 2, right: w - w/2, height: f.text.height() + pad, port: w / 2, low: true})
	n.graph.wires = append(n.graph.wires, &wire{from: v, to: to, hops: []*hop{join(v, to)}})
}

// others names the states of other paths that lead to a state. A path of which every open state does is named as
// a whole.
//
// Ways that become a situation are not looked for here, since they lead to the situation and
// are told on its card.
func (p *pen) others(to *State) []string {
	var out []string
	for _, path := range p.playbook.Paths {
		if path == to.Path {
			continue
		}
		leads := func(y way) bool { return y.Go == to }
		common := p.common(path)
		if slices.ContainsFunc(common, leads) {
			out = append(out, path.Name)
			continue
		}
		for _, s := range path.States {
			if slices.ContainsFunc(s.own(common), leads) {
				out = append(out, s.Full)
			}
		}
	}
	return out
}

// situation is the card of a situation: what it is and what opens a case of it.
//
// The setting that a time comes from stands below it in brackets: whoever wants another time
// learns on the card what to change.
func (p *pen) situation(s *Situation) *cardFace {
	f := p.card("card")
	f.text.add(inkLead, recourse.Shorten(string(s.Name), 80))
	f.text.add(inkText, s.About)
	for _, o := range s.Opens {
		i := iconNews
		if o.On == "" {
			i = iconTime
		}
		f.text.item(inkText, i, iconRoom, p.words.opens(o))
		if o.After.Setting != "" && o.On == "" {
			f.text.item(inkQuiet, noIcon, iconRoom, "("+o.After.Setting+")")
		}
	}
	if from := p.becoming(s); from != nil {
		f.text.item(inkQuiet, noIcon, iconRoom, "also what cases become from: "+strings.Join(from, ", "))
	}
	return f
}

// becoming names the states, or the paths as a whole, whose cases become a situation.
func (p *pen) becoming(s *Situation) []string {
	var out []string
	becomes := func(y way) bool { return y.Become == s }
	for _, path := range p.playbook.Paths {
		common := p.common(path)
		if slices.ContainsFunc(common, becomes) {
			out = append(out, path.Name)
			continue
		}
		for _, from := range path.States {
			if slices.ContainsFunc(from.own(common), becomes) {
				out = append(out, from.Full)
			}
		}
	}
	return out
}

// card is an empty card.
func (p *pen) card(class string) *cardFace {
	return &cardFace{class: class, text: block{width: widthCard}}
}

// iconOf is the sign of a kind of way.
//
// The words after it say the same, so that the sign is a help for the eye and never the only
// source.
func iconOf(k wayKind) icon {
	return [...]icon{byEvent: iconNews, byChoice: iconHand, byFacts: iconFact, byTime: iconTime}[k]
}

// reason writes why a way is taken: what sets it off, where its time comes from, under which condition, and what
// is done on the way.
//
// The icon goes to the first line that there is. A way by facts has no lead, so that its
// condition carries the sign; a line without one belongs to the reason above it.
func (p *pen) reason(b *block, y way) {
	i := iconOf(y.kind)
	if lead := p.words.lead(y); lead != "" {
		b.item(inkLead, i, iconRoom, lead)
		i = noIcon
	}
	if y.timer != nil && y.timer.settings() != "" {
		b.item(inkQuiet, noIcon, iconRoom, "("+y.timer.settings()+")")
	}
	if g := y.guard(); g != "" {
		b.item(inkText, i, iconRoom, g)
	}
	if y.Confirm {
		b.item(inkText, noIcon, iconRoom, "a person confirms")
	}
	if len(y.Do) > 0 {
		b.item(inkQuiet, iconAct, iconRoom, acts(y.Do))
	}
}

// label is the words on an arrow, to the right of its line.
//
// Its port is 0: the arrow enters and leaves at the anchor and nowhere else, so that the words
// keep their distance from the line.
func (p *pen) label(e *edge) *vertex {
	f := &labelFace{text: block{width: widthLabel}, off: e.off()}
	p.reasons(&f.text, e.ways)
	return &vertex{face: f, left: 8, right: f.text.widest() + labelRoom, height: f.text.height()}
}

// reasons writes several ways to the same place, with a little space between.
func (p *pen) reasons(b *block, ways []way) {
	for i, y := range ways {
		if i > 0 {
			b.lines = append(b.lines, line{ink: ink{lead: 5}})
		}
		p.reason(b, y)
	}
}

// state measures the box of a state with its exits.
//
// The name comes first and the outcome after what is done on entry; below it stand the ways
// that do not leave the state. The box is measured last, when it is known how much there is to
// say.
func (p *pen) state(s *State, common []way) *vertex {
	f := &stateFace{state: s, text: block{width: widthState}, steps: p.walk.steps[s.Full], class: "state" + p.walk.class(s), here: p.walk.current == s.Full, count: p.opts.Counts[s.Full]}
	if p.opts.Link != nil {
		f.link = p.opts.Link(s)
	}
	if s == s.Path.States[0] {
		f.start = iconRoom
	}
	f.text.item(inkName, noIcon, f.start, recourse.Shorten(s.Name, 80))
	for _, a := range s.Do {
		f.text.item(inkText, iconAct, iconRoom, a.String())
		if a.Question != nil {
			f.text.item(inkQuiet, noIcon, iconRoom, "answer due in "+p.words.length(a.Question.Due))
		}
	}
	f.ending()
	for _, y := range p.own(s, common) {
		p.way(f, y)
	}
	return f.measure()
}

// way adds what happens in a state itself to its box, and what leads out of the panel to its exits.
//
// Ways to another state of the same panel are not treated here: they are arrows, and edges has
// them.
func (p *pen) way(f *stateFace, y way) {
	switch {
	case y.Go == f.state || !y.Moves():
		// What is done has a line for each act; the way itself is told without.
		bare, lead, then := *y.Transition, y, ":"
		bare.Do, bare.Go = nil, nil
		lead.Transition = &bare
		if y.Go != nil {
			then = ": begins again here"
		}
		f.text.item(inkText, iconOf(y.kind), iconRoom, p.words.sentence(lead, nil)+then)
		if y.timer != nil && y.timer.settings() != "" {
			f.text.item(inkQuiet, noIcon, iconRoom, "("+y.timer.settings()+")")
		}
		for _, a := range y.Do {
			f.text.item(inkText, iconAct, 2*iconRoom-4, a.String())
		}
	case y.Become != nil || y.Go.Path != f.state.Path:
		p.exit(f, y)
	}
}

// exit adds a way out of the panel, to the exit with the same target if there is one.
//
// A new exit begins as ruled out and stops being so with the first way that is not.
func (p *pen) exit(f *stateFace, y way) {
	target := y.to(f.state.Path)
	i := slices.IndexFunc(f.exits, func(e *exit) bool { return e.target == target })
	if i < 0 {
		i = len(f.exits)
		f.exits = append(f.exits, &exit{target: target, text: block{width: widthExit}, off: true, walked: p.walked(f.state, y), ahead: p.walk.current == f.state.Full && p.walk.leads(y.target().Full)})
	}
	e := f.exits[i]
	e.off = e.off && y.off
	if e.text.lines != nil {
		e.text.lines = append(e.text.lines, line{ink: ink{lead: 5}})
	}
	p.reason(&e.text, y)
}

// walked says whether the case took a way out of the panel.
func (p *pen) walked(from *State, y way) bool {
	return p.walk.pairs[[2]string{from.Full, y.target().Full}]
}
