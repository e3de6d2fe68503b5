package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
	"recourse/web/view"
)

// bulkRoutes tell several cases something at once. What needs more than the daily work, an approval say, is asked for each
// case where it is known what is told.
var bulkRoutes = []pageRoute{
	{pattern: "POST /queue/bulk", access: access{page, account.Work}, serve: (*site).bulk},
}

// bulk is one such request: a look at what would follow, case by case, then the same with versions and a yes.
type bulk struct {
	*visit
	do     view.Do
	once   string
	yes    bool
	back   string
	person string // who is to look after them; "": nobody
	days   int    // for which they are put off
	remedy recourse.Remedy
	cases  []picked
}

// picked is one of the cases, with what it is to be told and what came of it.
type picked struct {
	id      string
	version int64 // that was looked at
	view    *desk.View
	facts   []desk.Fact
	results []desk.Result
	err     error
}

func (s *site) bulk(v *visit) error {
	b := &bulk{visit: v}
	if err := b.form(); err != nil {
		return err
	}
	if len(b.cases) == 0 {
		return v.goOn(b.back, "told_bulk_none")
	}
	for i := range b.cases {
		if err := b.look(&b.cases[i]); err != nil {
			return err
		}
	}
	if b.do == view.DoChoose && b.remedy == "" {
		return b.ask()
	}
	return b.run()
}

// form reads the form.
func (b *bulk) form() error {
	b.r.Body = http.MaxBytesReader(b.w, b.r.Body, maxForm)
	if err := b.r.ParseForm(); err != nil {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	f := b.r.PostForm
	b.do, b.yes, b.remedy = view.Do(f.Get("do")), f.Get("step") == "do", recourse.Remedy(f.Get("remedy"))
	b.once = cmp.Or(f.Get("once"), once())
	b.days, _ = strconv.Atoi(f.Get("until"))
	if b.back = f.Get("back"); !strings.HasPrefix(b.back, "/?") {
		b.back = "/"
	}
	if !slices.Contains(view.Dos, b.do) || len(b.once) > 40 || b.days < 0 || b.days > 90 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "bulk", Field: "do", Message: "this cannot be done with several cases"}
	}
	for _, box := range f["case"] {
		id, version, ok := view.ParseBox(box)
		if ok && !slices.ContainsFunc(b.cases, func(p picked) bool { return p.id == id }) {
			b.cases = append(b.cases, picked{id: id, version: version})
		}
	}
	if len(b.cases) > view.MaxBulk {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "bulk_many", Message: "at most 200 cases can be told something at once"}
	}
	return b.whom(f.Get("person"))
}

// whom finds the person that a mark stands for.
func (b *bulk) whom(mark string) error {
	if b.do != view.DoAssign || mark == view.Nobody {
		return nil
	}
	names, err := b.colleagues()
	if err != nil {
		return err
	}
	for _, p := range names {
		if view.PersonMark(p) == mark {
			b.person = p
			return nil
		}
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "person_unknown", Field: "person", Message: "there is no such person"}
}

// look reads a case and makes the facts that it is to be told, or says why it cannot be.
func (b *bulk) look(p *picked) error {
	v, err := b.desk.Case(b.r.Context(), b.who.Merchant, p.id)
	if err != nil {
		if recourse.KindOf(err) == recourse.NotFound {
			p.err = err
			return nil
		}
		return err
	}
	p.view = v
	b.decider(v.Decider)
	if b.do == view.DoChoose && b.remedy == "" {
		return nil
	}
	for _, ev := range b.events(p) {
		ev.Source, ev.ID = deskSource, b.once+"/"+p.id+"/"+strconv.Itoa(len(p.facts))
		ev.Order = v.File.Order.ID
		fact := desk.Fact{Event: ev, By: b.who.Name, Version: p.version}
		if err := permit(b.r.Context(), b.desk, b.who, &fact.Event); err != nil {
			if k := recourse.KindOf(err); k != recourse.Forbidden && k != recourse.NotFound {
				return err
			}
			p.err = err
			return nil
		}
		p.facts = append(p.facts, fact)
	}
	return nil
}

// events are what a case is to be told.
func (b *bulk) events(p *picked) (out []recourse.Event) {
	c := p.view.File.Case(p.id)
	is := func(t recourse.EventType, d recourse.Data) {
		d.Case = p.id
		out = append(out, recourse.Event{Type: t, Data: d})
	}
	switch b.do {
	case view.DoAssign:
		is(recourse.CaseAssigned, recourse.Data{Person: b.person})
	case view.DoSnooze:
		is(recourse.CaseSnoozed, recourse.Data{Due: b.read.Until(b.days)})
	case view.DoRead:
		if c.Unread > 0 {
			is(recourse.MessageRead, recourse.Data{})
		}
	case view.DoChoose:
		if !slices.Contains(b.offers(p), b.remedy) {
			p.err = &recourse.Error{Kind: recourse.Conflict, Code: "bulk_not_offered", Message: b.read.T("bulk_not_offered")}
			return nil
		}
		is(recourse.RemedyChosen, recourse.Data{Remedy: b.remedy, By: recourse.PartyMerchant, Reason: strings.TrimSpace(b.r.PostForm.Get("reason"))})
	case view.DoApprove:
		for i := range p.view.Effects {
			if e := &p.view.Effects[i]; e.Case == p.id && e.Status == store.Pending && e.Effect.Approval == recourse.ApprovalNeeded {
				out = append(out, recourse.Event{Type: recourse.EffectApproved, Data: recourse.Data{Effect: e.ID}})
			}
		}
	}
	if len(out) == 0 && p.err == nil {
		p.err = &recourse.Error{Kind: recourse.Conflict, Code: "bulk_nothing", Message: b.read.T("bulk_nothing_" + string(b.do))}
	}
	return out
}

// offers are the remedies that a case offers the merchant, without a loss that somebody must confirm.
func (b *bulk) offers(p *picked) (out []recourse.Remedy) {
	for _, o := range p.view.Options(p.id) {
		if offered(o) && !slices.Contains(out, o.Remedy) {
			out = append(out, o.Remedy)
		}
	}
	return out
}

func offered(o decide.Option) bool {
	return o.Event == recourse.RemedyChosen && !o.Confirm && (len(o.By) == 0 || slices.Contains(o.By, recourse.PartyMerchant))
}

// ask shows the answers that all the cases offer.
func (b *bulk) ask() error {
	r := b.read
	page := b.page(r.T("bulk_choose"))
	out := view.BulkPage{Title: r.T("bulk_choose_title", "n", r.Number(len(b.cases))), Do: b.do, Back: b.back, Hidden: b.hidden(false)}
	var common []recourse.Remedy
	for i := range b.cases {
		p := &b.cases[i]
		row := b.row(p)
		if p.view != nil {
			offers := b.offers(p)
			for _, o := range offers {
				row.Lines = append(row.Lines, view.Line{Text: r.Choice(string(o))})
			}
			if len(offers) == 0 {
				row.Wrong = r.T("bulk_no_answers")
			}
			if i == 0 {
				common = offers
			}
			common = slices.DeleteFunc(slices.Clone(common), func(o recourse.Remedy) bool { return !slices.Contains(offers, o) })
		} else {
			common = nil
		}
		out.Rows = append(out.Rows, row)
	}
	for _, o := range common {
		out.Choices = append(out.Choices, view.FieldOption{Value: string(o), Label: r.Choice(string(o))})
	}
	if out.Say = r.T("bulk_choose_say"); len(common) == 0 {
		out.Say = r.T("bulk_no_common")
	}
	return b.show(http.StatusOK, view.BulkResult(page, out))
}

// run shows what would follow, or does it and shows what became of each.
func (b *bulk) run() error {
	var facts []desk.Fact
	for i := range b.cases {
		if p := &b.cases[i]; p.err == nil {
			facts = append(facts, p.facts...)
		}
	}
	run := b.desk.Preview
	if b.yes {
		run = b.desk.Handle
	}
	results, err := run(b.r.Context(), b.who.Merchant, facts)
	if err != nil {
		return err
	}
	for i := range b.cases {
		p := &b.cases[i]
		if p.err != nil {
			continue
		}
		p.results, results = results[:len(p.facts)], results[len(p.facts):]
		for j := range p.results {
			if p.err == nil {
				p.err = p.results[j].Err
			}
		}
	}
	return b.tell()
}

// tell shows what would follow or followed.
func (b *bulk) tell() error {
	r := b.read
	out := view.BulkPage{Do: b.do, Done: b.yes, Back: b.back, Hidden: b.hidden(true), Reason: b.do == view.DoChoose}
	for i := range b.cases {
		p := &b.cases[i]
		row := b.row(p)
		if p.err != nil {
			out.Refused++
		} else {
			out.Good++
			row.Lines = append(row.Lines, b.own(p)...)
			for j := range p.results {
				row.Follow(r, p.view, &p.results[j])
			}
		}
		out.Rows = append(out.Rows, row)
	}
	slices.SortStableFunc(out.Rows, func(x, y view.BulkRow) int { return cmp.Compare(min(1, len(y.Wrong)), min(1, len(x.Wrong))) })
	what := b.what()
	good, refused := r.Number(out.Good), r.Number(out.Refused)
	out.Title, out.Say = r.T("bulk_would", "what", what, "n", good), r.T("bulk_would_say")
	if b.yes {
		out.Title, out.Say = r.T("bulk_did", "what", what, "n", good), r.T("bulk_did_say")
	} else if out.Good > 0 {
		out.Label = r.T("bulk_yes", "n", good)
	}
	if out.Refused > 0 {
		out.Say = r.T("bulk_refused", "n", refused)
	}
	return b.show(http.StatusOK, view.BulkResult(b.page(out.Title), out))
}

// what is done, in words.
func (b *bulk) what() string {
	if b.do == view.DoChoose {
		return b.read.Choice(string(b.remedy))
	}
	return b.read.T("bulk_" + string(b.do))
}

// own says what is done to a case where no decision tells it.
func (b *bulk) own(p *picked) (lines []view.Line) {
	r := b.read
	switch b.do {
	case view.DoAssign:
		return []view.Line{{Text: r.T("bulk_to", "person", cmp.Or(b.person, r.T("to_nobody")))}}
	case view.DoSnooze:
		if t := r.Until(b.days); !t.IsZero() {
			return []view.Line{{Text: r.T("asleep_until", "time", r.MomentZone(t))}}
		}
		return []view.Line{{Text: r.T("snooze_wake")}}
	case view.DoRead:
		return []view.Line{{Text: r.T("bulk_read")}}
	case view.DoApprove:
		for i := range p.view.Effects {
			e := &p.view.Effects[i]
			if slices.ContainsFunc(p.facts, func(f desk.Fact) bool { return f.Event.Effect == e.ID }) {
				lines = append(lines, view.Line{Kind: recourse.EntryDid, Text: r.Language.Effect(e.Effect)})
			}
		}
	}
	return lines
}

// row is a case in the list, with why it cannot be told.
func (b *bulk) row(p *picked) view.BulkRow {
	row := view.BulkRow{ID: p.id, Href: view.CasePath(p.id)}
	if p.view != nil {
		row = view.NewBulkRow(b.visit.read, p.view.File, p.view.File.Case(p.id), p.view.Decider.Stake(p.view.File, p.id))
	}
	if p.err != nil {
		n := b.notice(p.err)
		if row.Wrong, row.Hint = n.Text, n.Hint; strings.HasPrefix(recourse.CodeOf(p.err), "bulk_") {
			row.Wrong, row.Hint = p.err.Error(), ""
			if e, ok := errors.AsType[*recourse.Error](p.err); ok {
				row.Wrong = e.Message
			}
		}
	}
	return row
}

// hidden are the fields that a further form carries: what is to be done, and the cases with the versions that were looked
// at. Of those that would go, if it is the last.
func (b *bulk) hidden(last bool) (out []view.Field) {
	add := func(name, value string) {
		out = append(out, view.Field{Name: name, Kind: view.FieldHidden, Value: value})
	}
	add("do", string(b.do))
	add("once", b.once)
	add("back", b.back)
	switch b.do {
	case view.DoAssign:
		add("person", view.Nobody)
		if b.person != "" {
			out[len(out)-1].Value = view.PersonMark(b.person)
		}
	case view.DoSnooze:
		add("until", strconv.Itoa(b.days))
	}
	if last {
		add("step", "do")
		if b.remedy != "" {
			add("remedy", string(b.remedy))
		}
	}
	for i := range b.cases {
		if p := &b.cases[i]; p.view != nil && (!last || p.err == nil) {
			add("case", view.BoxValue(p.id, p.view.Version))
		}
	}
	return out
}
