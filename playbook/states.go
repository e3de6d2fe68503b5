package playbook

import (
	"slices"
	"strings"

	"recourse"
	"recourse/document"
)

// state fills in one state: what it says itself comes first, then the blocks it uses, then its path and the
// blocks that the path uses. A final state keeps only what it says itself: a closed case is moved by what its
// state names and by nothing else.
//
// The order is the order of precedence. The first way on that holds is taken, so a state can make an exception from
// what its path says for all:
//
//	late:
//	  on: {purchase.cancelled: {go: given_up}}
//	  states:
//	    urged:
//	      on: {purchase.cancelled: {if: case.shipped, go: waiting}}     # looked at first
//
// Acts are added up in the same order: those of the state itself, then those of its blocks.
func (b *builder) state(s *State, path, n document.Node) {
	if err := n.Keys("use", "do", "on", "choose", "when", "after", "every", "outcome", "ends"); err != nil {
		b.fail(err)
		return
	}
	s.Outcome = recourse.Outcome(b.text(n, "outcome"))
	if s.Outcome != "" && !slices.Contains(recourse.Outcomes, s.Outcome) {
		b.fail(hinted(section(n, "outcome").Err("outcome", "there is no outcome %q", recourse.Shorten(string(s.Outcome), 40)), string(s.Outcome), recourse.Outcomes))
	}
	if ends, ok := n.Get("ends"); ok {
		var err error
		s.Ends, err = ends.Bool()
		b.fail(err)
	}
	b.ends(s, n)
	b.part(s, n, "")
	b.use(s, n)
	if s.Final() {
		return
	}
	for _, key := range []string{"on", "choose"} {
		if v, ok := path.Get(key); ok {
			b.part(s, document.Node{Kind: document.Map, At: v.At, Entries: []document.Entry{{Key: key, Value: v}}}, "path")
		}
	}
	b.use(s, path)
}

// ends says what an end may not have, and that cases end with outcomes and tracks without.
//
// A block may bring to a final state or a track what they may not say themselves; that is a finding of a check, where
// the block may well be right for the other states that use it.
func (b *builder) ends(s *State, n document.Node) {
	if s.Outcome != "" && s.Path.Track {
		b.fail(n.Err("outcome", "a track has no outcome: write ends: true"))
	}
	if s.Path.Track {
		for _, key := range []string{"on", "choose"} {
			if v, ok := n.Get(key); ok {
				b.fail(v.Err("track", "a recovery is led on by when alone: %s does not belong here", key))
			}
		}
	}
	if s.Ends && !s.Path.Track {
		b.fail(n.Err("outcome", "a case ends with an outcome"))
	}
	if !s.Final() {
		return
	}
	for _, key := range []string{"when", "after", "every", "choose"} {
		if v, ok := n.Get(key); ok {
			b.fail(v.Err("final", "a state with an outcome waits for nothing: %s does not belong here", key))
		}
	}
}

// use reads the blocks that a state or a path names.
//
// They are read in the order named, each as though its text stood in the state. A block has no use of its own, so there
// is no depth to it and no circle.
func (b *builder) use(s *State, n document.Node) {
	v, ok := n.Get("use")
	if !ok {
		return
	}
	for _, item := range v.List() {
		name, err := item.String()
		b.fail(err)
		block, ok := b.blocks[name]
		if !ok {
			names := make([]string, 0, len(b.blocks))
			for k := range b.blocks {
				names = append(names, k)
			}
			b.fail(hinted(item.Err("block", "there is no block %q", recourse.Shorten(name, 40)), name, names))
			continue
		}
		b.usedBy[name] = true
		b.part(s, block, name)
	}
}

// part reads what a state, a path or a block says for a state.
//
// What it reads is added to what the state has, and nothing is replaced. block is the name that is kept with each way
// on: "" for what the state says itself, "path" for what its path says for all of its states.
//
// A choice of a person comes as the event remedy.chosen. It is refused under on, as the remedy, who may choose it and
// whether it needs to be confirmed all belong to choose. News of an act is refused there, too (see unheard).
func (b *builder) part(s *State, n document.Node, block string) {
	s.Do = append(s.Do, b.actions(section(n, "do"))...)
	for _, e := range b.entries(section(n, "on")) {
		event := recourse.EventType(e.Key)
		if !known(event) || event == recourse.RemedyChosen {
			b.fail(unheard(event, e.At))
			if event == recourse.RemedyChosen {
				continue
			}
		}
		for _, t := range e.Value.List() {
			out := b.transition(s, t)
			out.Event, out.Block = event, block
			s.On = append(s.On, out)
		}
	}
	for _, e := range b.entries(section(n, "choose")) {
		b.choices(s, e, block)
	}
	for _, t := range section(n, "when").List() {
		out := b.transition(s, t)
		out.Block = block
		b.eventless(out, t)
		s.When = append(s.When, out)
	}
	for _, key := range []string{"after", "every"} {
		for _, t := range section(n, key).List() {
			b.timer(s, t, key == "every", block)
		}
	}
}

// eventless refuses a transition by facts that looks at an event or leads nowhere.
//
// Facts that do not lead on could hold for ever: whatever they did would be done again at every look.
func (b *builder) eventless(t *Transition, n document.Node) {
	if !t.Moves() {
		b.fail(n.Err("when", "when leads on: it needs go or become"))
	}
	if t.If != nil && slices.ContainsFunc(t.If.facts, Fact.isEvent) {
		b.fail(n.Err("event_fact", "when has no event to look at"))
	}
}

// choices reads the ways on for one remedy, of which there may be several with conditions. The merchant may always
// choose; by: buyer adds the buyer, and by: merchant says only what holds anyway:
//
//	choose:
//	  refund: {by: buyer, go: paying}
//	  replacement: {if: case.refund == 'none', go: resending}
func (b *builder) choices(s *State, e document.Entry, block string) {
	remedy := recourse.Remedy(e.Key)
	if !slices.Contains(recourse.Remedies, remedy) {
		b.fail(hinted(&recourse.Error{Kind: recourse.Invalid, Code: "remedy", Position: e.At, Message: "there is no remedy " + recourse.Shorten(e.Key, 40)}, e.Key, recourse.Remedies))
		return
	}
	for _, n := range e.Value.List() {
		t := b.transition(s, n, "by", "confirm")
		t.Remedy, t.Block = remedy, block
		for _, party := range b.list(section(n, "by")) {
			if party != string(recourse.PartyBuyer) && party != string(recourse.PartyMerchant) {
				b.fail(section(n, "by").Err("party", "only buyer and merchant choose, not %q", recourse.Shorten(party, 40)))
			}
			t.By = append(t.By, recourse.Party(party))
		}
		if c, ok := n.Get("confirm"); ok {
			var err error
			t.Confirm, err = c.Bool()
			b.fail(err)
		}
		s.Choose = append(s.Choose, t)
	}
}

// transition reads where something leads.
//
// more are the keys that only some ways on may have: by and confirm of a choice; from, in and first of a time.
func (b *builder) transition(s *State, n document.Node, more ...string) *Transition {
	t := &Transition{At: n.At}
	if err := n.Keys(append([]string{"if", "do", "go", "become", "part"}, more...)...); err != nil {
		b.fail(err)
		return t
	}
	t.If = b.condition(section(n, "if"))
	t.Do = b.actions(section(n, "do"))
	if v, ok := n.Get("go"); ok {
		t.Go = b.target(s, v)
	}
	if v, ok := n.Get("become"); ok {
		t.Become = b.situationNamed(v)
		if t.Go != nil {
			b.fail(n.Err("transition", "go and become cannot stand together"))
		}
	}
	if v, ok := n.Get("part"); ok {
		var err error
		t.Part, err = v.Bool()
		b.fail(err)
	}
	if section(n, "go").Kind == document.Null && section(n, "become").Kind == document.Null && len(section(n, "do").List()) == 0 {
		b.fail(n.Err("transition", "nothing is done here: it needs do, go or become"))
	}
	return t
}

// target finds a state: of the same path by its name, of another as path.state.
//
// A case never goes to a track, nor a recovery to a path: each would find itself among acts that are not its own.
func (b *builder) target(s *State, n document.Node) *State {
	name, err := n.String()
	if err != nil {
		b.fail(err)
		return nil
	}
	full := name
	if !strings.Contains(name, ".") {
		full = s.Path.Name + "." + name
	}
	to := b.states[full]
	if to == nil || to.Path.Track != s.Path.Track {
		var names []string
		for _, o := range s.Path.States {
			names = append(names, o.Name)
		}
		b.fail(hinted(n.Err("state", "there is no state %q", recourse.Shorten(full, 60)), name, names))
		return nil
	}
	return to
}

func (b *builder) situationNamed(n document.Node) *Situation {
	name, err := n.String()
	if err != nil {
		b.fail(err)
		return nil
	}
	s := b.situations[recourse.Situation(name)]
	if s == nil {
		var names []recourse.Situation
		for _, o := range b.Situations {
			names = append(names, o.Name)
		}
		b.fail(hinted(n.Err("situation", "there is no situation %q", recourse.Shorten(name, 60)), name, names))
	}
	return s
}

// timer reads one entry under after or every. The anchor may be left out: then it counts from the entry, and entering
// the state anew starts it anew. The settings that repeat are noted, to be looked at again when a merchant gives them
// values.
func (b *builder) timer(s *State, n document.Node, every bool, block string) {
	t := &Timer{Every: every, From: Anchor(b.text(n, "from"))}
	t.Transition = *b.transition(s, n, "from", "in", "first")
	t.Block = block
	if t.From != "" && !slices.Contains(anchors, t.From) {
		b.fail(hinted(section(n, "from").Err("anchor", "nothing can count from %q", recourse.Shorten(string(t.From), 40)), string(t.From), anchors))
	}
	in, ok := n.Get("in")
	if !ok {
		b.fail(n.Err("timer", "a time needs in: how long after"))
		return
	}
	t.In = b.length(in)
	if first, ok := n.Get("first"); ok {
		length := b.length(first)
		t.First = &length
	}
	if s.Path.Track && t.Moves() {
		b.fail(n.Err("track", "a recovery is led on by when alone: a time speaks or asks"))
	}
	if t.First != nil && !every {
		b.fail(n.Err("timer", "first belongs to every: a time that comes once has only in"))
	}
	if every && t.In.Setting != "" {
		b.repeats = append(b.repeats, t.In.setting)
	}
	if every && t.In.Setting == "" && t.In.Literal == (Duration{}) {
		b.fail(in.Err("timer", "every 0 days would never end"))
	}
	if t.If != nil && slices.ContainsFunc(t.If.facts, Fact.isEvent) {
		b.fail(n.Err("event_fact", "a time has no event to look at"))
	}
	s.Timers = append(s.Timers, t)
}

// actions reads a do: a list of acts, each a line of words.
func (b *builder) actions(n document.Node) []*Action {
	var out []*Action
	for _, item := range n.List() {
		text, err := item.String()
		if err != nil {
			b.fail(err)
			continue
		}
		if a := b.action(item, strings.Fields(text)); a != nil {
			out = append(out, a)
		}
	}
	return out
}

// action reads one act. They are words and no maps because they are read far more often than written:
//
//	do: [refund, message buyer sorry draft, ask merchant offer]
func (b *builder) action(n document.Node, words []string) *Action {
	if len(words) == 0 {
		b.fail(n.Err("verb", "an empty act"))
		return nil
	}
	v, ok := verbs[words[0]]
	if !ok {
		var names []string
		for name := range verbs {
			names = append(names, name)
		}
		b.fail(hinted(n.Err("verb", "%q is not an act", recourse.Shorten(words[0], 40)), words[0], names))
		return nil
	}
	a := &Action{Verb: v.kind, At: n.At}
	switch v.words {
	case "":
		if len(words) > 1 {
			b.fail(n.Err("verb", "%s takes nothing more", words[0]))
		}
		return a
	case "template":
		a.Draft = len(words) == 4 && words[3] == "draft"
		if len(words) != 3 && !a.Draft {
			b.fail(n.Err("verb", "a message is written: message PARTY TEMPLATE, or with draft at the end"))
			return nil
		}
		a.Template = words[2]
	default:
		return b.ask(n, a, words)
	}
	a.Party = b.party(n, words[1], parties)
	return a
}

// ask reads a question to a person. Only the buyer and the merchant can be asked: suppliers, agents and carriers are
// written to, and what they answer comes as an event.
func (b *builder) ask(n document.Node, a *Action, words []string) *Action {
	if len(words) != 3 {
		b.fail(n.Err("verb", "a question is written: ask PARTY QUESTION"))
		return nil
	}
	a.Party = b.party(n, words[1], []recourse.Party{recourse.PartyBuyer, recourse.PartyMerchant})
	a.Question = b.questions[words[2]]
	if a.Question == nil {
		var names []string
		for _, q := range b.Questions {
			names = append(names, q.Name)
		}
		b.fail(hinted(n.Err("question", "there is no question %q", recourse.Shorten(words[2], 40)), words[2], names))
		return nil
	}
	return a
}

func (b *builder) party(n document.Node, word string, among []recourse.Party) recourse.Party {
	if !slices.Contains(among, recourse.Party(word)) {
		b.fail(hinted(n.Err("party", "%q is nobody that can be reached here", recourse.Shorten(word, 40)), word, among))
	}
	return recourse.Party(word)
}
