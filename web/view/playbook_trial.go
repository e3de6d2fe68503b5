package view

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/desk"
	"recourse/playbook"
)

// PlaybookTrial is the page between a change and its being saved: what changes, and what it would have meant.
type PlaybookTrial struct {
	Head     PlaybookHead
	Title    string
	Same     bool // nothing would change
	Settings []SettingChange
	Lines    []ChangeLine // of the playbook itself
	Dropped  []string     // settings of the shop that could not be taken over
	Findings []FindingWords
	Trial    *TrialWords // nil: it was not tried
	Action   string
	Hidden   []Field
	Edit     bool   // the change can be changed again
	Back     string // where one goes who leaves it
	More     bool   // more orders can be tried
	Unsure   bool   // something was found: saving takes a word more
	Running  string // how many cases go on under what they began with
}

// ChangeLine is a change of the playbook itself, in the words of its own language.
type ChangeLine struct {
	Where []string // states and situations in the reader's words
	What  string
}

// FindingWords is something that a check found.
type FindingWords struct {
	Title   string // in the reader's words
	Detail  string // in the playbook's own
	Hint    string
	Place   string // line:column
	Excerpt string
	Witness []string
}

// TrialWords is what was found by trying.
type TrialWords struct {
	Say      string // on what it was tried
	Cut      bool
	None     bool // there was nothing to try it on
	Measures []Measure
	Changed  int
	Differs  []DifferRow
	More     int // orders that differ and are not listed
}

// Measure is a figure under both policies.
type Measure struct {
	Label         string
	Was, Is, Diff string
	Same          bool
	Part          bool // it is part of the one above
}

// DifferRow is an order for which the two policies do not do the same.
type DifferRow struct {
	Order, Href string
	Was, Is     []string // its cases
	More, Less  []string // acts
	Refund      string
}

// mostDiffers is how many orders that differ are listed.
const mostDiffers = 100

// NewTrialWords tells a trial.
func NewTrialWords(r Reader, t *desk.Trial) *TrialWords {
	out := &TrialWords{Cut: t.Cut, None: t.Placed == 0, Changed: t.Changed}
	days := strconv.Itoa(int(t.Until.Sub(t.From).Hours()/24+0.5)) + " days"
	out.Say = r.T("trial_say", "tried", r.Number(t.Tried), "placed", r.Number(t.Placed), "time", r.Duration(days))
	out.Measures = r.measures(t)
	for i := range t.Differs {
		if len(out.Differs) == mostDiffers {
			break
		}
		d := &t.Differs[i]
		row := DifferRow{Order: d.Order, Href: OrderPath(d.Order), Was: r.caseWords(d.Before), Is: r.caseWords(d.After)}
		if slices.Equal(row.Was, row.Is) {
			row.Is = nil
		}
		if d.RefundBefore != d.RefundAfter {
			row.Refund = r.T("from_to", "was", r.moneyOr(d.RefundBefore), "is", r.moneyOr(d.RefundAfter))
		}
		for _, words := range d.Acts() {
			n := d.Only[words]
			text := r.actOf(words)
			if n > 1 || n < -1 {
				text += " × " + r.Number(max(n, -n))
			}
			if n > 0 {
				row.More = append(row.More, text)
			} else {
				row.Less = append(row.Less, text)
			}
		}
		out.Differs = append(out.Differs, row)
	}
	out.More = t.Changed - len(out.Differs)
	return out
}

func (r Reader) moneyOr(m recourse.Money) string {
	if m.Currency == "" {
		return r.T("nothing")
	}
	return r.Money(m)
}

// caseWords tell cases that a comparison names by situation, status and outcome.
func (r Reader) caseWords(cases []string) (out []string) {
	for _, c := range cases {
		words := strings.Fields(c)
		if len(words) < 2 {
			continue
		}
		text := r.Language.Situation(recourse.Situation(words[0]))
		if len(words) > 2 {
			text += " · " + r.Language.Outcome(recourse.Outcome(words[2]))
		} else {
			text += " · " + r.Status(recourse.CaseStatus(words[1]))
		}
		out = append(out, text)
	}
	return out
}

// actOf tells an act that a comparison has in words: its kind, then whom it goes to and what it says, then its amount.
func (r Reader) actOf(words string) string {
	parts := strings.Fields(words)
	e := recourse.Effect{Kind: recourse.EffectKind(parts[0])}
	switch rest := parts[1:]; {
	case e.Kind == recourse.EffectMessage && len(rest) >= 2:
		e.To, e.Template, e.Draft = recourse.Party(rest[0]), rest[1], len(rest) > 2 && rest[len(rest)-1] == "draft"
	case e.Kind == recourse.EffectAsk && len(rest) >= 2:
		e.Of, e.Question = recourse.Party(rest[0]), rest[1]
	case len(rest) >= 2:
		if m, err := recourse.ParseMoney(rest[len(rest)-2] + " " + rest[len(rest)-1]); err == nil {
			e.Amount = m
		}
	}
	return r.Effect(e)
}

// measures are the figures of both reports.
func (r Reader) measures(t *desk.Trial) []Measure {
	a, b := t.Reports[0], t.Reports[1]
	var out []Measure
	number := func(label string, was, is int, part bool) {
		if part && was == is {
			return
		}
		out = append(out, Measure{Label: label, Was: r.Number(was), Is: r.Number(is), Diff: r.signed(is - was), Same: was == is, Part: part})
	}
	opened, still := [2]int{}, [2]int{}
	closed := [2]map[recourse.Outcome]int{{}, {}}
	names := map[recourse.Situation]bool{}
	for i, report := range t.Reports[:2] {
		for name, s := range report.Situations {
			names[name] = true
			opened[i] += s.Opened
			still[i] += s.Open
			for o, n := range s.Closed {
				closed[i][o] += n
			}
		}
	}
	number(r.T("trial_cases"), opened[0], opened[1], false)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := 0, 0
		if s := a.Situations[name]; s != nil {
			was = s.Opened
		}
		if s := b.Situations[name]; s != nil {
			is = s.Opened
		}
		number(r.Language.Situation(name), was, is, true)
	}
	number(r.T("trial_open"), still[0], still[1], false)
	outcomes := map[recourse.Outcome]bool{}
	for i := range closed {
		for o := range closed[i] {
			outcomes[o] = true
		}
	}
	for _, o := range slices.Sorted(maps.Keys(outcomes)) {
		number(r.Language.Outcome(o), closed[0][o], closed[1][o], true)
	}
	out = append(out, r.dayMeasure(r.T("trial_average"), a.Waited.Average, b.Waited.Average), r.dayMeasure(r.T("trial_longest"), a.Waited.Longest, b.Waited.Longest))
	for _, party := range []recourse.Party{recourse.PartyBuyer, recourse.PartySupplier, recourse.PartyAgent, recourse.PartyCarrier, recourse.PartyMerchant} {
		was, is := byParty(a.Messages, party), byParty(b.Messages, party)
		if was+is > 0 {
			number(r.T("trial_messages", "party", r.Party(party)), was, is, false)
		}
	}
	number(r.T("trial_asked"), byParty(a.Asked, recourse.PartyMerchant), byParty(b.Asked, recourse.PartyMerchant), false)
	if was, is := byParty(a.Asked, recourse.PartyBuyer), byParty(b.Asked, recourse.PartyBuyer); was+is > 0 {
		number(r.T("trial_asked_buyer"), was, is, false)
	}
	number(r.T("trial_reminders"), total(a.Reminders), total(b.Reminders), false)
	out = append(out, r.moneyMeasures(r.T("trial_refunds"), a.Refunds, b.Refunds)...)
	out = append(out, r.moneyMeasures(r.T("trial_recoveries"), a.Recoveries, b.Recoveries)...)
	return append(out, r.worthMeasures(a, b)...)
}

// byParty adds up counts whose names begin with a party.
func byParty(counts map[string]int, party recourse.Party) (n int) {
	for name, k := range counts {
		if strings.HasPrefix(name, string(party)+" ") {
			n += k
		}
	}
	return n
}

func total(counts map[string]int) (n int) {
	for _, k := range counts {
		n += k
	}
	return n
}

func (r Reader) signed(n int) string {
	switch {
	case n > 0:
		return "+" + r.Number(n)
	case n < 0:
		return "−" + r.Number(-n)
	}
	return "0"
}

// dayMeasure tells days with one digit behind the point.
func (r Reader) dayMeasure(label string, was, is float64) Measure {
	tell := func(x float64) string {
		s := strconv.FormatFloat(x, 'f', 1, 64)
		if r.Lang() == "fr" {
			s = strings.Replace(s, ".", ",", 1)
		}
		return s
	}
	m := Measure{Label: label, Was: tell(was), Is: tell(is), Diff: strings.Replace(tell(is-was), "-", "−", 1)}
	if is-was > 0 {
		m.Diff = "+" + m.Diff
	}
	if m.Same = m.Was == m.Is; m.Same {
		m.Diff = "0"
	}
	return m
}

// moneyMeasures are sums by their currencies, those that both have not left out: nothing is converted.
func (r Reader) moneyMeasures(label string, was, is map[recourse.Currency]recourse.Money) (out []Measure) {
	currencies := map[recourse.Currency]bool{}
	for _, sums := range []map[recourse.Currency]recourse.Money{was, is} {
		for c := range sums {
			if c != "" {
				currencies[c] = true
			}
		}
	}
	for _, c := range slices.Sorted(maps.Keys(currencies)) {
		a, b := recourse.Money{Currency: c, Minor: was[c].Minor}, recourse.Money{Currency: c, Minor: is[c].Minor}
		diff := recourse.Money{Currency: c, Minor: b.Minor - a.Minor}
		m := Measure{Label: label + " · " + string(c), Was: r.Money(a), Is: r.Money(b), Diff: r.Money(diff), Same: a == b}
		switch {
		case diff.Minor > 0:
			m.Diff = "+" + m.Diff
		case diff.Minor < 0:
			diff.Minor = -diff.Minor
			m.Diff = "−" + r.Money(diff)
		case diff.Minor == 0:
			m.Diff = "0"
		}
		out = append(out, m)
	}
	return out
}

// NewChanges tell how one policy differs from another.
func (t *PlaybookTrial) NewChanges(r Reader, was, is *playbook.Policy) {
	t.Settings = r.settingChanges(was, is)
	if was.Playbook.Hash != is.Playbook.Hash {
		t.Lines = r.changeLines(playbook.Diff(was.Playbook, is.Playbook), is.Playbook)
	}
	t.Same = was.Hash == is.Hash
}

// changeLines tell changes of a playbook. Those of settings are told with the values that count.
func (r Reader) changeLines(all []playbook.Change, p *playbook.Playbook) (out []ChangeLine) {
	for _, c := range all {
		if p.Setting(c.Where) != nil {
			continue
		}
		l := ChangeLine{What: c.What}
		for _, where := range strings.Split(c.Where, ", ") {
			switch {
			case p.State(where) != nil:
				where = r.Path(p.State(where).Path.Name) + " · " + r.State(where)
			case p.Situation(recourse.Situation(where)) != nil:
				where = r.Language.Situation(recourse.Situation(where))
			case p.Path(where) != nil:
				where = r.Path(where)
			}
			l.Where = append(l.Where, where)
		}
		out = append(out, l)
	}
	return out
}

// NewFindings tell what a check found in a file.
func NewFindings(r Reader, all []playbook.Finding, source []byte, file string) (out []FindingWords) {
	for _, f := range all {
		w := FindingWords{Title: r.findingTitle(f.Code), Detail: f.Message, Hint: f.Hint, Witness: f.Path}
		w.Place, w.Excerpt = placeOf(f.At, source, file)
		out = append(out, w)
	}
	return out
}

// NewFileErrors tell why a file cannot be read.
func NewFileErrors(r Reader, all []error, source []byte, file string) (out []FindingWords) {
	for _, err := range all {
		w := FindingWords{Title: r.T("file_unreadable"), Detail: err.Error()}
		if e, ok := err.(*recourse.Error); ok {
			w.Detail, w.Hint = e.Message, e.Hint
			w.Place, w.Excerpt = placeOf(e.Position, source, file)
		}
		out = append(out, w)
	}
	return out
}

// placeOf is a place in a file, with its line and a mark under the column.
func placeOf(at recourse.Position, source []byte, file string) (place, excerpt string) {
	if at.Line == 0 {
		return "", ""
	}
	place = strconv.Itoa(at.Line) + ":" + strconv.Itoa(max(at.Column, 1))
	if at.File != file {
		return at.File + ":" + place, ""
	}
	n := 0
	for line := range strings.Lines(string(source)) {
		if n++; n == at.Line {
			return place, underlined([]rune(strings.TrimRight(strings.ReplaceAll(line, "\t", " "), "\r\n")), max(at.Column, 1)-1)
		}
	}
	return place, ""
}

// underlined is a line, or what is around the column of a long one, with a mark under it.
func underlined(line []rune, column int) string {
	const around = 60
	column = min(column, len(line))
	from := max(0, column-around)
	to := min(len(line), column+around)
	return string(line[from:to]) + "\n" + strings.Repeat(" ", column-from) + "^"
}

// findingTitle says what a rule is about, in the reader's words.
func (r Reader) findingTitle(code string) string {
	return cmp.Or(map[string]string{
		"refund_and_send": r.T("finding_refund_and_send"), "dead_end": r.T("finding_dead_end"), "instant_loop": r.T("finding_instant_loop"),
		"unanswerable_choice": r.T("finding_unanswerable_choice"), "final_do_ask": r.T("finding_final"), "final_choose": r.T("finding_final"),
		"missing_template": r.T("finding_missing_template"), "track_act": r.T("finding_track_act"), "unreachable_state": r.T("finding_unreachable"),
		"unopened_situation": r.T("finding_unopened"), "shadowed_transition": r.T("finding_never"), "never_true": r.T("finding_never"),
		"too_large": r.T("finding_too_large"),
	}[code], r.T("finding_unused"))
}
