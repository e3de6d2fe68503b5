package playbook

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"recourse"
	"recourse/document"
)

// builder compiles a tree in three rounds: what has a name is declared, then conditions are compiled, then
// everything is filled in and linked. It goes on after an error, to report all of them.
//
// The rounds are what lets a playbook be written in any order: a path may go to a state further down, a question name a
// setting of a section below. Only named conditions must stand above those that use them, which rules out circles among
// them without looking for any.
//
//   - compiler: nil until the conditions could be declared; without it nothing is filled in.
//   - blocks: as trees, since a block is read anew for each state that uses it: go: in it means that state's path.
//   - lost: see there. One missing name would else bring an error for each place that mentions it.
//   - own: the file whose blocks must all be used; one of a playbook below it may be left unused. "": all may.
type builder struct {
	*Playbook
	compiler  *compiler
	blocks    map[string]document.Node
	usedBy    map[string]bool // blocks used
	own       string
	countries countries // those that the text may name
	shared    *checked  // with what other playbooks conditions are read and checked; nil: with none
	errs      []error
	lost      bool // something that has a name could not be declared: all that refers to it would be blamed for it
}

// maxErrors is how many errors one file gets to hear at a time.
const maxErrors = 20

// fail notes an error, once: what stands for a whole path is read for each of its states.
func (b *builder) fail(err error) {
	if err == nil || len(b.errs) >= maxErrors || slices.ContainsFunc(b.errs, func(e error) bool { return e.Error() == err.Error() }) {
		return
	}
	b.errs = append(b.errs, err)
}

var sections = []string{"playbook", "extends", "about", "settings", "conditions", "questions", "templates", "situations", "blocks", "paths", "tracks"}

// compile turns a merged tree into a playbook.
//
// It never gives half a playbook: either all could be linked, or there is none. What the interpreter needs by itself is
// looked for last and only in a file without other errors, since a misspelt section would else be told a second time as
// a setting that is missing.
func compile(tree document.Node) (*Playbook, error) {
	return build(tree, tree.At.File, official, nil)
}

// build compiles for both who write a playbook and who restore one: own and known become the builder's, and so does what
// conditions are shared with.
func build(tree document.Node, own string, known countries, shared *checked) (*Playbook, error) {
	if err := tree.Keys(sections...); err != nil {
		return nil, err
	}
	if err := bounded(tree); err != nil {
		return nil, err
	}
	text := tree.JSON()
	b := &builder{blocks: map[string]document.Node{}, usedBy: map[string]bool{}, own: own, countries: known, shared: shared, Playbook: &Playbook{
		Hash: hashOfText(text), whole: text, settings: map[string]int{}, questions: map[string]*Question{}, situations: map[recourse.Situation]*Situation{},
		templates: map[string]*Template{}, paths: map[string]*Path{}, states: map[string]*State{}, openers: map[recourse.EventType][]*Opener{},
	}}
	b.Name = b.text(tree, "playbook")
	b.About, b.Extends = b.text(tree, "about"), b.text(tree, "extends")
	if b.Name == "" {
		b.fail(tree.Err("playbook", "a playbook begins with playbook: NAME"))
	}
	b.declare(tree)
	if !b.lost {
		b.conditions(section(tree, "conditions"))
	}
	if b.compiler != nil {
		b.fill(tree)
	}
	if len(b.errs) == 0 {
		b.required(tree)
	}
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	return b.Playbook, nil
}

// section is a part of the tree; null when absent, at the place of the whole, so that every error has one.
func section(tree document.Node, name string) document.Node {
	n, ok := tree.Get(name)
	if !ok {
		n.At = tree.At
	}
	return n
}

// entries are the members of a map, none for null; anything else is an error.
func (b *builder) entries(n document.Node) []document.Entry {
	if n.Kind != document.Map && n.Kind != document.Null {
		b.fail(n.Err("document_type", "a map is wanted here, not %s", n.Kind))
		b.lost = true
	}
	return n.Entries
}

// text is a key's word, "" when absent.
func (b *builder) text(n document.Node, key string) string {
	v, ok := n.Get(key)
	if !ok {
		return ""
	}
	s, err := v.String()
	b.fail(err)
	return strings.TrimSpace(s)
}

// declare makes everything that has a name, empty, so that the rest can refer to it in any order.
//
// Situations and paths come as empty shells here, and the pointers to them stay the same when they are filled in. That
// is how circles are linked at all: a path that becomes a situation that takes the path.
func (b *builder) declare(tree document.Node) {
	for _, e := range b.entries(section(tree, "settings")) {
		b.setting(e)
	}
	for _, e := range b.entries(section(tree, "blocks")) {
		b.blocks[e.Key] = e.Value
		b.fail(e.Value.Keys("on", "choose", "after", "every", "when", "do"))
	}
	for _, e := range b.entries(section(tree, "situations")) {
		s := &Situation{Name: recourse.Situation(e.Key), At: e.At}
		b.Situations = append(b.Situations, s)
		b.situations[s.Name] = s
	}
	for _, name := range []string{"paths", "tracks"} {
		for _, e := range b.entries(section(tree, name)) {
			b.path(e, name == "tracks")
		}
	}
}

// path declares a path or a track and its states. Both share one space of names, as path.state must mean one state; a
// path and a track of the same name are therefore an error.
func (b *builder) path(e document.Entry, track bool) {
	p := &Path{Name: e.Key, Track: track, At: e.At}
	b.word(e)
	if b.paths[p.Name] != nil {
		b.fail(e.Value.Err("path", "there are two paths %q", e.Key))
	}
	b.Paths = append(b.Paths, p)
	b.paths[p.Name] = p
	b.fail(e.Value.Keys("use", "on", "choose", "states"))
	for _, se := range b.entries(section(e.Value, "states")) {
		b.word(se)
		s := &State{Path: p, Name: se.Key, Full: p.Name + "." + se.Key, At: se.At}
		p.States = append(p.States, s)
		b.states[s.Full] = s
	}
	if len(p.States) == 0 {
		b.fail(e.Value.Err("path", "the path %q has no states", e.Key))
	}
}

// word refuses a name of a path or a state that path.state could not be told apart with.
func (b *builder) word(e document.Entry) {
	if e.Key == "" || strings.ContainsAny(e.Key, ". \t\n") {
		b.fail(&recourse.Error{Kind: recourse.Invalid, Code: "name", Position: e.At, Message: fmt.Sprintf("%q cannot name a path or a state", recourse.Shorten(e.Key, 60)),
			Hint: "a name is one word, without dots"})
	}
}

// setting reads a declaration: the key that names its type holds the default, except for a choice, whose key holds
// the words and which has a default of its own.
//
//	late_shipment.urge_after: {duration: 2 days, about: "…"}
//	claim.remedy: {choice: [ask_merchant, ask_buyer], default: ask_merchant}
//
// A setting whose type could be read is declared even if its default is wrong, so that the one error does not make
// others of every condition that looks at it.
func (b *builder) setting(e document.Entry) {
	s := &Setting{Name: e.Key, At: e.At}
	value, err := b.settingType(s, e.Value)
	if err == nil {
		s.About = b.text(e.Value, "about")
		s.Default, err = s.read(value.Text, b.countries)
		err = placed(err, value.At)
	}
	b.fail(err)
	if s.Type == "" {
		b.lost = true
		return
	}
	s.Default.Kind = kinds[s.Type] // though the default is wrong, conditions about it may be right
	b.settings[s.Name] = len(b.Settings)
	b.Settings = append(b.Settings, s)
}

// kinds are the types of the values of settings.
var kinds = map[SettingType]Kind{Choice: Text, Flag: Bool, Period: Span, Percent: Int, Count: Int, ApprovalT: Text, Surcharge: Text, CountryT: Text}

// settingType reads which type a setting has, and gives the word that is its default.
//
// A default that stands apart wins over the value of the type's key. That is how a bare value in a playbook that
// extends another takes effect: the declaration stays as it was, and the default is laid over it.
func (b *builder) settingType(s *Setting, n document.Node) (value document.Node, err error) {
	if err := n.Keys("choice", "flag", "duration", "percent", "count", "approval", "surcharge", "country", "default", "about"); err != nil {
		return value, err
	}
	value = section(n, "default")
	for _, t := range []SettingType{Choice, Flag, Period, Percent, Count, ApprovalT, Surcharge, CountryT} {
		v, ok := n.Get(string(t))
		switch {
		case !ok:
			continue
		case s.Type != "":
			return value, v.Err("setting", "%s is both a %s and a %s", s.Name, s.Type, t)
		case t == Choice:
			if s.Options = b.list(v); slices.Contains(s.Options, "") {
				return value, v.Err("setting", "%s cannot be a choice of nothing", s.Name)
			}
		case value.Kind == document.Null:
			value = v
		}
		s.Type = t
	}
	if s.Type == "" || value.Kind != document.Scalar {
		return value, n.Err("setting", "%s needs a type and a default, as in {duration: 3 days}", s.Name)
	}
	return value, nil
}

// list is a list of words.
func (b *builder) list(n document.Node) []string {
	var out []string
	for _, item := range n.List() {
		s, err := item.String()
		b.fail(err)
		out = append(out, s)
	}
	return out
}

// placed gives an error the place where the text stood, when it has none.
func placed(err error, at recourse.Position) error {
	if e, ok := err.(*recourse.Error); ok && e.Position.Line == 0 {
		e.Position = at
	}
	return err
}

// conditions compiles the named conditions. One may use those above it.
//
// Names of settings and of conditions share one space with the facts, since a condition cannot tell by the way a name
// is written what it is the name of.
func (b *builder) conditions(n document.Node) {
	var names []string
	for _, e := range b.entries(n) {
		names = append(names, e.Key)
	}
	c, err := newCompiler(b.Settings, names, b.shared)
	if err != nil {
		b.fail(&recourse.Error{Kind: recourse.Invalid, Code: "condition", Message: "the names of settings and conditions clash: " + err.Error(), Position: n.At})
		return
	}
	b.compiler = c
	for _, e := range b.entries(n) {
		if cond := b.condition(e.Value); cond != nil {
			c.named[e.Key] = cond
			b.Conditions = append(b.Conditions, &Named{e.Key, cond})
		}
	}
}

// condition compiles a guard; nil for an error, or for none.
func (b *builder) condition(n document.Node) *Condition {
	if n.Kind == document.Null {
		return nil
	}
	text, err := n.String()
	if err != nil {
		b.fail(err)
		return nil
	}
	at := n.At
	if n.Quoted {
		at.Column++ // what is said about the text counts from after the quote
	}
	c, err := b.compiler.compile(strings.TrimSpace(text), at)
	if err != nil {
		b.fail(err)
		return nil
	}
	return c
}

// fill reads all that was declared.
//
// A block that is not used is refused rather than found by a check, because its names are only looked up where it is
// used: nobody would hear that it says something impossible.
func (b *builder) fill(tree document.Node) {
	for _, e := range b.entries(section(tree, "questions")) {
		b.question(e)
	}
	for _, e := range b.entries(section(tree, "templates")) {
		b.template(e)
	}
	for _, e := range b.entries(section(tree, "situations")) {
		b.situation(e)
	}
	for _, name := range []string{"paths", "tracks"} {
		for _, e := range b.entries(section(tree, name)) {
			for _, s := range b.entries(section(e.Value, "states")) {
				b.state(b.states[e.Key+"."+s.Key], e.Value, s.Value)
			}
		}
	}
	for _, e := range b.entries(section(tree, "blocks")) {
		if !b.usedBy[e.Key] && e.At.File == b.own {
			b.fail(&recourse.Error{Kind: recourse.Invalid, Code: "unused_block", Position: e.At, Message: fmt.Sprintf("no path and no state uses the block %q", e.Key)})
		}
	}
}

// question reads what a person can be asked. A choice is either a remedy, which the state must take under choose, or
// one of the Answers, which comes as an event:
//
//	questions:
//	  offer: {choices: [refund, reorder], due: buyer.answer_within}
func (b *builder) question(e document.Entry) {
	b.fail(e.Value.Keys("choices", "due"))
	q := &Question{Name: e.Key, At: e.At, Choices: b.list(section(e.Value, "choices"))}
	if due := section(e.Value, "due"); due.Kind == document.Null {
		b.fail(due.Err("question_due", "the question %q has no due: a person's task needs a date", e.Key))
	} else {
		q.Due = b.length(due)
	}
	for _, c := range q.Choices {
		if _, ok := Answers[c]; !ok && !slices.Contains(recourse.Remedies, recourse.Remedy(c)) {
			err := section(e.Value, "choices").Err("choice", "%q is neither a remedy nor an answer", recourse.Shorten(c, 40))
			err.Hint = recourse.Nearest(c, answers())
			b.fail(err)
		}
	}
	b.Questions = append(b.Questions, q)
	b.questions[q.Name] = q
}

// template reads the durations that a message may name.
func (b *builder) template(e document.Entry) {
	t := &Template{Name: e.Key, At: e.At}
	for _, v := range b.entries(e.Value) {
		t.Variables = append(t.Variables, Variable{v.Key, b.length(v.Value)})
	}
	b.Templates = append(b.Templates, t)
	b.templates[t.Name] = t
}

func answers() []string {
	var all []string
	for _, r := range recourse.Remedies {
		all = append(all, string(r))
	}
	for a := range Answers {
		all = append(all, a)
	}
	return all
}

// length reads a duration: the name of a setting, or a literal.
//
// A setting's name wins. A text without a space can be no duration, and is taken for a name that was misspelt: the hint
// is then a name, and not how durations are written.
func (b *builder) length(n document.Node) Length {
	out := Length{At: n.At}
	text, err := n.String()
	if err != nil {
		b.fail(err)
		return out
	}
	if i, ok := b.settings[text]; ok {
		if b.Settings[i].Type != Period {
			b.fail(n.Err("duration", "%s is a %s, not a duration", text, b.Settings[i].Type))
		}
		out.Setting, out.setting = text, i
		return out
	}
	out.Literal, err = parseDuration(text, b.countries)
	if e, ok := err.(*recourse.Error); ok && !strings.Contains(text, " ") {
		e.Message, e.Hint = fmt.Sprintf("there is no setting %q", recourse.Shorten(text, 60)), recourse.Nearest(text, b.periods())
	}
	b.fail(placed(err, n.At))
	return out
}

func (b *builder) periods() []string {
	var all []string
	for _, s := range b.Settings {
		if s.Type == Period {
			all = append(all, s.Name)
		}
	}
	return all
}

// situation fills in what opens a case and which path it takes. It may have no opener: a check finds out whether a case
// can become it instead.
func (b *builder) situation(e document.Entry) {
	s := b.situations[recourse.Situation(e.Key)]
	if err := e.Value.Keys("opens", "path", "about"); err != nil {
		b.fail(err)
		return
	}
	s.About = b.text(e.Value, "about")
	name := b.text(e.Value, "path")
	s.Path = b.paths[name]
	if s.Path == nil || s.Path.Track {
		err := section(e.Value, "path").Err("path", "there is no path %q", recourse.Shorten(name, 60))
		err.Hint = recourse.Nearest(name, b.pathNames())
		b.fail(err)
	}
	for _, n := range section(e.Value, "opens").List() {
		b.opener(s, n)
	}
}

func (b *builder) pathNames() []string {
	var all []string
	for _, p := range b.Paths {
		if !p.Track {
			all = append(all, p.Name)
		}
	}
	return all
}

// opener reads one entry under opens. The key on makes it an event; without it the entry must be a watch, which needs
// all of per, from and after. Which facts its condition may look at follows from what is there to look at: a watch has
// a purchase or a parcel in hand, but neither an event nor a case.
func (b *builder) opener(s *Situation, n document.Node) {
	if err := n.Keys("on", "per", "from", "after", "if"); err != nil {
		b.fail(err)
		return
	}
	o := &Opener{Situation: s, At: n.At, On: recourse.EventType(b.text(n, "on")), Per: Per(b.text(n, "per")), From: Anchor(b.text(n, "from"))}
	o.If = b.condition(section(n, "if"))
	switch {
	case o.On != "":
		b.eventOpener(o, n)
	case watchAnchors[o.Per] == nil:
		b.fail(n.Err("opens", "opens needs on: EVENT, or a watch with per: purchase or parcel, from: and after:"))
	case !slices.Contains(watchAnchors[o.Per], o.From):
		b.fail(hinted(n.Err("anchor", "a watch per %s cannot count from %q", o.Per, recourse.Shorten(string(o.From), 40)), string(o.From), watchAnchors[o.Per]))
	default:
		o.After = b.length(section(n, "after"))
		b.watches = append(b.watches, o)
		if o.If != nil && slices.ContainsFunc(o.If.facts, Fact.isEvent) {
			b.fail(n.Err("event_fact", "a watch has no event to look at"))
		}
		if o.If != nil && slices.ContainsFunc(o.If.facts, Fact.isCase) {
			b.fail(n.Err("case_fact", "a watch looks at a purchase or a parcel: there is no case yet"))
		}
	}
	s.Opens = append(s.Opens, o)
}

// eventOpener checks an opener by event. It may look at facts of the case that would open, but it cannot wait: to open
// a case some time after an event, let it open at once and give its first state an after.
func (b *builder) eventOpener(o *Opener, n document.Node) {
	if !known(o.On) {
		b.fail(unheard(o.On, section(n, "on").At))
	}
	if o.From != "" || section(n, "after").Kind != document.Null {
		b.fail(n.Err("opens", "an event opens at once: from and after belong to a watch"))
	}
	if o.Per != "" && o.Per != PerOrder && o.Per != PerPurchase && o.Per != PerParcel && o.Per != PerShipment {
		b.fail(hinted(section(n, "per").Err("per", "lines are not grouped per %q", recourse.Shorten(string(o.Per), 40)), string(o.Per), []Per{PerOrder, PerPurchase, PerParcel, PerShipment}))
	}
	b.openers[o.On] = append(b.openers[o.On], o)
}

// known says that a playbook may name an event. News of an act is not for playbooks: what it leads to is.
func known(t recourse.EventType) bool {
	fields, _ := recourse.EventFields(t)
	return fields != nil && !t.OfEffect() && !t.OfDesk()
}

// unheard is the error of an event that a playbook cannot wait for, with what to write instead.
//
// News of an act is refused because it says nothing that a state could go by: that a message was sent is no step of a
// case. Where an act does lead on, a fact of its own says so, and may also come from outside.
func unheard(t recourse.EventType, at recourse.Position) error {
	err := &recourse.Error{Kind: recourse.Invalid, Code: "event", Position: at, Message: "there is no event " + recourse.Shorten(string(t), 60) + " here"}
	all := recourse.EventTypes()
	switch {
	case t == recourse.RemedyChosen:
		err.Hint = "what a person may choose stands under choose:"
	case t.OfEffect() && slices.Contains(all, t):
		err.Hint = "wait for what the act leads to: refund.succeeded, replacement.shipped, purchase.placed, …"
	default:
		return hinted(err, string(t), slices.DeleteFunc(all, func(t recourse.EventType) bool { return !known(t) }))
	}
	return err
}

// hinted adds the nearest of the names to an error.
func hinted[S ~string](err *recourse.Error, word string, names []S) error {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	err.Hint = recourse.Nearest(word, all)
	return err
}

// required looks for what the interpreter itself needs to find in a playbook.
//
// These are named by constants in vocabulary.go. The places of the settings are kept, because they are read for every
// effect and every deadline. The errors are sorted since the map is walked in any order, and the same file should be
// answered in the same words every time.
func (b *builder) required(tree document.Node) {
	for name, place := range map[string]*int{SettingApproval: &b.approval, SettingStale: &b.stale, SettingCountry: &b.country, SettingIncrease: &b.increase} {
		i, ok := b.settings[name]
		if !ok {
			b.fail(tree.Err("missing_setting", "every playbook needs the setting %s", name))
		}
		*place = i
	}
	for name, want := range map[string]SettingType{SettingAlone: Surcharge, SettingAloneLikeness: Percent} {
		if i, ok := b.settings[name]; ok && b.Settings[i].Type != want {
			b.fail(tree.Err("setting", "%s is a %s, and no %s", name, want, b.Settings[i].Type))
		}
	}
	for _, name := range []string{QuestionDoubleLoss, QuestionWhichCase} {
		if b.questions[name] == nil {
			b.fail(tree.Err("missing_question", "every playbook needs the question %s", name))
		}
	}
	if p := b.paths["recovery"]; p == nil || !p.Track {
		b.fail(tree.Err("missing_track", "every playbook needs the track recovery"))
	}
	slices.SortFunc(b.errs, func(x, y error) int { return strings.Compare(x.Error(), y.Error()) })
}
