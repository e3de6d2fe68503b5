package view

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/playbook"
	"recourse/store"
)

// PlaybookHead is what stands on top of every page of the playbook: which one is at work, since when, by whom.
type PlaybookHead struct {
	Name   string
	About  string
	Number int64 // of the version at work
	Since  Instant
	By     string
	Note   string
	Tabs   []Link
	Manage bool // the visitor may change it
}

// NewPlaybookHead makes it for one of the pages: picture, settings, versions, file.
func NewPlaybookHead(r Reader, p *playbook.Policy, v store.Version, here string, manage bool) PlaybookHead {
	h := PlaybookHead{Name: p.Name, About: p.About, Number: v.Number, Since: r.Past(v.At), By: v.By, Note: v.Note, Manage: manage}
	for _, t := range []Link{{Label: r.T("playbook_picture"), Href: "/playbook"}, {Label: r.T("playbook_settings"), Href: "/playbook/settings"},
		{Label: r.T("playbook_versions"), Href: "/playbook/versions"}, {Label: r.T("playbook_file"), Href: "/playbook/file"}} {
		t.On = t.Href == here
		h.Tabs = append(h.Tabs, t)
	}
	return h
}

// PlaybookPicture is the page of one path: the picture with what is open where, and the same in words.
type PlaybookPicture struct {
	Head   PlaybookHead
	Paths  []Choice // with how many cases are open in each
	Path   string
	Title  string
	Opens  []SituationWords // the situations whose cases take the path
	Common []WayWords
	States []StateWords
	SVG    string // safe: what people wrote is escaped in it
	Full   Link   // the picture in its own size, and
	Fit    Link   // as wide as the page
	Older  []StateLink
}

// SituationWords is a kind of trouble, and what opens a case of it.
type SituationWords struct {
	Name  string
	About string
	Opens []string
}

// StateWords is a state in words.
type StateWords struct {
	ID      string
	Name    string // in the reader's words
	Own     string // as the playbook names it
	Count   string // of open cases; "": a case that gets here is closed
	None    bool
	Href    string
	Ends    string // how a case ends here
	First   bool
	Does    []string
	Ways    []WayWords
	Waits   bool // there is something to wait for beside what is common to the path
	Link    StateLink
	Picture string // where it stands in the picture
}

// StateLink is a state with its open cases.
type StateLink struct {
	Name, Count, Href string
}

// WayWords is one thing that can happen, in words.
type WayWords struct {
	Kind string   // event, choice, facts or time
	Lead string   // what sets it off
	If   string   // under which condition, in the playbook's own words
	Does []string // what is done
	To   string   // where it leads; "": the case stays
	Href string   // the state that it leads to
	Off  bool     // the settings rule it out
}

// StatePath is the page of the open cases in a state.
func StatePath(full string) string { return "/playbook/states/" + url.PathEscape(full) }

// picturePath is the page of a path's picture.
func picturePath(path string, full bool) string {
	q := url.Values{"path": {path}}
	if full {
		q.Set("size", "full")
	}
	return "/playbook?" + q.Encode()
}

// NewPlaybookPicture makes the page of a path. Counts are those of open cases by state, counted no further than most.
func NewPlaybookPicture(r Reader, head PlaybookHead, p *playbook.Policy, path *playbook.Path, counts map[string]int, most int, full bool) PlaybookPicture {
	out := PlaybookPicture{Head: head, Path: path.Name, Title: r.Path(path.Name)}
	for _, one := range p.Paths {
		n, capped := 0, false
		for _, s := range one.States {
			n += min(counts[s.Full], most)
			capped = capped || counts[s.Full] > most
		}
		c := Choice{Label: r.Path(one.Name), Href: picturePath(one.Name, full), On: one == path}
		if c.Count = r.Number(n); capped {
			c.Count = r.T("at_least", "n", r.Number(n))
		}
		if one.Track {
			c.Count = "" // what it follows outlives the case
		}
		out.Paths = append(out.Paths, c)
	}
	for _, s := range p.Situations {
		if s.Path == path {
			out.Opens = append(out.Opens, r.situationWords(p, s))
		}
	}
	for _, w := range p.Common(path) {
		out.Common = append(out.Common, r.wayWords(p, w, path))
	}
	texts := map[string]string{}
	for i, s := range path.States {
		sw := r.stateWords(p, s, counts[s.Full], most)
		sw.First = i == 0
		if counts[s.Full] > 0 {
			texts[s.Full] = sw.Count
		}
		out.States = append(out.States, sw)
	}
	link := func(s *playbook.State) string {
		if s.Path.Track || s.Final() {
			return ""
		}
		return StatePath(s.Full)
	}
	out.SVG = string(p.DrawPath(path.Name, playbook.DrawOptions{Policy: p, Counts: texts, Link: link, Inline: true}))
	out.Full = Link{Label: r.T("picture_full"), Href: picturePath(path.Name, true), On: full}
	out.Fit = Link{Label: r.T("picture_fit"), Href: picturePath(path.Name, false), On: !full}
	out.Older = r.older(p, counts, most)
	return out
}

// older are the states with open cases that this version of the playbook does not have.
func (r Reader) older(p *playbook.Policy, counts map[string]int, most int) (out []StateLink) {
	for full, n := range counts {
		if p.State(full) == nil {
			out = append(out, StateLink{sentence(r.State(full)), r.Capped(n, most), StatePath(full)})
		}
	}
	slices.SortFunc(out, func(a, b StateLink) int { return strings.Compare(a.Href, b.Href) })
	return out
}

func (r Reader) situationWords(p *playbook.Policy, s *playbook.Situation) SituationWords {
	out := SituationWords{Name: r.Language.Situation(s.Name)}
	if r.Lang() == "en" || !r.knows(s) {
		out.About = s.About
	}
	for _, o := range s.Opens {
		text := ""
		if o.On != "" {
			text = sentence(r.Event(o.On))
		} else {
			text = sentence(r.after(p, o.After, o.From))
		}
		out.Opens = append(out.Opens, text)
	}
	return out
}

// knows says that the language files name a situation: a merchant's own is told in the merchant's own words as well.
func (r Reader) knows(s *playbook.Situation) bool {
	return r.Language.Situation(s.Name) != strings.ReplaceAll(string(s.Name), "_", " ")
}

// after says how long after an instant.
func (r Reader) after(p *playbook.Policy, l playbook.Length, from playbook.Anchor) string {
	d := r.Duration(p.Span(l).String())
	if from == playbook.FromEntry {
		return r.T("way_after", "time", d)
	}
	return r.T("way_after_from", "time", d, "from", r.Anchor(string(from)))
}

// stateWords tells a state.
func (r Reader) stateWords(p *playbook.Policy, s *playbook.State, n, most int) StateWords {
	out := StateWords{ID: "state-" + s.Name, Name: sentence(r.State(s.Full)), Own: s.Name, Count: r.Capped(n, most), None: n == 0, Href: StatePath(s.Full)}
	switch {
	case s.Outcome != "":
		out.Ends, out.Count = r.Language.Outcome(s.Outcome), ""
	case s.Ends || s.Path.Track:
		out.Count = ""
		if s.Ends {
			out.Ends = r.T("state_over")
		}
	}
	if n > 0 {
		out.Count = r.Capped(n, most) // closed cases are not counted: somebody opened these again
	}
	out.Does = r.actWords(p, s.Do)
	for _, w := range p.Ways(s) {
		out.Ways = append(out.Ways, r.wayWords(p, w, s.Path))
	}
	return out
}

// actWords tell what is done.
func (r Reader) actWords(p *playbook.Policy, do []*playbook.Action) (out []string) {
	for _, a := range do {
		e := recourse.Effect{Kind: a.Verb, To: a.Party, Of: a.Party, Template: a.Template, Draft: a.Draft}
		if a.Question != nil {
			e.Question = a.Question.Name
		}
		text := r.Effect(e)
		if a.Question != nil {
			text = r.T("act_due", "act", text, "time", r.Duration(p.Span(a.Question.Due).String()))
		}
		out = append(out, text)
	}
	return out
}

// wayWords tell one thing that can happen.
func (r Reader) wayWords(p *playbook.Policy, w playbook.Way, here *playbook.Path) WayWords {
	out := WayWords{If: w.If.Plain(), Does: r.actWords(p, w.Do), Off: w.Off}
	switch {
	case w.Event != "":
		out.Kind, out.Lead = "event", sentence(r.Event(w.Event))
	case w.Remedy != "":
		who := []string{}
		for _, by := range w.By {
			who = append(who, r.Party(by))
		}
		if len(who) == 0 {
			who = []string{r.Party(recourse.PartyMerchant)}
		}
		out.Kind, out.Lead = "choice", sentence(r.T("party_chose", "party", strings.Join(who, " / "), "remedy", r.Choice(string(w.Remedy))))
		if w.Confirm {
			out.Lead += " · " + r.T("way_confirm")
		}
	case w.Timer != nil:
		out.Kind, out.Lead = "time", sentence(r.timerWords(p, w.Timer))
	case w.Otherwise || w.If == nil:
		out.Kind, out.Lead = "facts", r.T("way_at_once")
		if w.Otherwise {
			out.Lead = r.T("way_otherwise")
		}
	default:
		out.Kind, out.Lead = "facts", r.T("way_facts")
	}
	switch {
	case w.Become != nil:
		first := w.Become.Path.States[0]
		out.To, out.Href = r.T("way_becomes", "situation", r.Language.Situation(w.Become.Name)), picturePath(first.Path.Name, false)
	case w.Go != nil:
		out.To, out.Href = sentence(r.State(w.Go.Full)), "#state-"+w.Go.Name
		if w.Go.Path != here {
			out.Href = picturePath(w.Go.Path.Name, false) + "#state-" + url.PathEscape(w.Go.Name)
		}
	}
	return out
}

func (r Reader) timerWords(p *playbook.Policy, t *playbook.Timer) string {
	if !t.Every {
		return r.after(p, t.In, t.From)
	}
	every := r.T("way_every", "time", r.Duration(p.Span(t.In).String()))
	if t.First == nil {
		return every
	}
	return r.T("way_first", "first", r.after(p, *t.First, t.From), "every", every)
}

// StateCases is the page of a state: what it is, and who is there.
type StateCases struct {
	Head  PlaybookHead
	State StateWords
	Path  Link
	Known bool // this version of the playbook has the state
	Rows  []StateRow
	Next  string
}

// StateRow is an open case.
type StateRow struct {
	Href, Situation, Order, OrderHref, Supplier, Amount, Country, Assignee string
	Due                                                                    Instant
}

// NewStateCases makes it.
func NewStateCases(r Reader, head PlaybookHead, p *playbook.Policy, full string, count, most int, cases []store.Case, next store.Cursor) StateCases {
	out := StateCases{Head: head, State: StateWords{Name: sentence(r.State(full)), Own: full, Count: r.Capped(count, most)}}
	if s := p.State(full); s != nil {
		out.Known, out.State = true, r.stateWords(p, s, count, most)
		out.State.Count = r.Capped(count, most)
		out.Path = Link{Label: r.Path(s.Path.Name), Href: picturePath(s.Path.Name, false) + "#state-" + url.PathEscape(s.Name)}
	}
	for i := range cases {
		c := &cases[i]
		out.Rows = append(out.Rows, StateRow{Href: CasePath(c.ID), Situation: r.Language.Situation(c.Situation), Order: c.Order, OrderHref: OrderPath(c.Order), Supplier: c.Supplier,
			Amount: r.Money(c.Amount), Country: c.Country, Assignee: c.Assignee, Due: r.Due(c.Due)})
	}
	if next.ID != "" {
		out.Next = StatePath(full) + "?" + url.Values{"after": {next.String()}}.Encode()
	}
	return out
}

// versionName is a version by its number.
func (r Reader) versionName(n int64) string { return r.T("version_n", "n", strconv.FormatInt(n, 10)) }
