package web

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// caseRoutes are the pages of a case and its order.
var caseRoutes = slices.Concat(workRoutes, []pageRoute{
	{pattern: "GET /cases/{case}", access: access{page, account.Read}, serve: (*site).showCase},
	{pattern: "GET /cases/{case}/picture.svg", access: access{page, account.Read}, serve: (*site).picture},
	{pattern: "POST /cases/{case}/act", access: access{page, account.Work}, serve: (*site).actOnCase},
	{pattern: "POST /effects/{effect}/act", access: access{page, account.Work}, serve: (*site).actOnEffect},
	{pattern: "GET /orders/{order}", access: access{page, account.Read}, serve: (*site).showOrder},
	{pattern: "POST /orders/{order}/erase", access: access{page, account.Manage}, serve: (*site).erase},
})

// showCase shows a case.
func (s *site) showCase(v *visit) error { return v.caseNow(http.StatusOK, nil) }

// caseNow shows the case of the address as it stands now, with what there is to say on top.
func (v *visit) caseNow(status int, say *view.Notice) error {
	return v.caseAs(v.r.PathValue("case"), status, say)
}

// caseAs shows a case as it stands now, with what there is to say on top.
func (v *visit) caseAs(id string, status int, say *view.Notice) error {
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	v.decider(d.Decider)
	link, err := v.letterhead(d.File.Order.ID, view.CasePath(id))
	if err != nil {
		return err
	}
	c := view.NewCase(v.read, d, id, v.rightsOn(d, id))
	c.Link = link
	c.Picture.Width, c.Picture.Height = sizeOf(v.drawings.of(v.read, v.lang, view.WayOf(d, id)))
	names, err := v.colleagues()
	if err != nil {
		return err
	}
	c.Team(v.read, d, v.who.Name, names)
	if c.Sourcing, err = v.sourcing(d, id); err != nil {
		return err
	}
	if c.Books, err = v.booksOf(d, id); err != nil {
		return err
	}
	if c.Bank, err = v.bank(d.File, id); err != nil {
		return err
	}
	if c.Claim, err = v.claimCard(id); err != nil {
		return err
	}
	c.Type(v.typed)
	if c.Files = v.evidence != nil; c.Files {
		if c.Evidence, err = v.evidenceItems(id); err != nil {
			return err
		}
	}
	p := v.page(c.Situation + " · " + v.read.T("order_n", "order", c.Order.ID))
	if say != nil {
		p.Notice = say
	}
	p.Tour = v.tourAt(id)
	if v.r.Method != http.MethodGet {
		p.Here = view.CasePath(id)
	}
	if p.Notice != nil && p.Notice.Good && v.r.Method == http.MethodGet {
		did, _ := strconv.ParseInt(v.r.URL.Query().Get("did"), 10, 64)
		p.Notice.Undo = c.UndoNotice(did)
	}
	return v.show(status, view.CasePage(p, c, once()))
}

// sizeOf is the size of a drawing, for room to be kept for it; zero for none.
func sizeOf(svg []byte) (width, height int) {
	at := bytes.Index(svg, []byte(` width="`))
	if at < 0 {
		return 0, 0
	}
	if n, err := fmt.Sscanf(string(svg[at:min(at+80, len(svg))]), ` width="%d" height="%d"`, &width, &height); n != 2 || err != nil {
		return 0, 0
	}
	return width, height
}

// picture shows the path that a case goes. Its style comes with it, and reaches nothing else.
func (s *site) picture(v *visit) error {
	id := v.r.PathValue("case")
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("Cache-Control", "private, no-cache")
	v.w.Write(v.drawings.of(v.read, v.lang, view.WayOf(d, id)))
	return nil
}

// showOrder shows an order.
func (s *site) showOrder(v *visit) error { return v.orderNow(http.StatusOK, nil) }

// orderNow shows the order of the address as it stands now, with what there is to say on top.
func (v *visit) orderNow(status int, say *view.Notice) error {
	d, err := v.desk.Order(v.r.Context(), v.who.Merchant, v.r.PathValue("order"))
	if err != nil {
		return err
	}
	v.decider(d.Decider)
	o := view.NewOrderPage(v.read, d)
	if o.Link, err = v.link(o.ID, view.OrderPath(o.ID)); err != nil {
		return err
	}
	if v.evidence != nil {
		for _, c := range d.File.Cases {
			items, err := v.evidenceItems(c.ID)
			if err != nil {
				return err
			}
			o.Evidence = append(o.Evidence, items...)
		}
	}
	if o.Books, err = v.booksOf(d, ""); err != nil {
		return err
	}
	if o.Banks, err = v.banks(d.File); err != nil {
		return err
	}
	if v.who.Allow(account.Manage) == nil {
		gone, err := v.desk.Erasable(v.r.Context(), v.who.Merchant, o.ID)
		if err != nil {
			return err
		}
		o.Erase = view.NewErase(v.read, o.ID, gone)
	}
	p := v.page(v.read.T("order_n", "order", o.ID))
	if say != nil {
		p.Notice, p.Here = say, view.OrderPath(o.ID)
	}
	return v.show(status, view.OrderPage(p, o))
}

// erase erases the buyer of an order, for good.
func (s *site) erase(v *visit) error {
	order := v.r.PathValue("order")
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if v.r.PostFormValue("confirmed") == "" {
		err := &recourse.Error{Kind: recourse.Invalid, Code: "erase_unconfirmed", Field: "confirmed", Message: "nothing was erased: it was not confirmed"}
		return v.orderNow(http.StatusUnprocessableEntity, v.notice(err))
	}
	if _, err := v.desk.Erase(v.r.Context(), v.who.Merchant, order, v.who.Name); err != nil {
		return err
	}
	return v.goOn(view.OrderPath(order), "told_erased")
}

// actOnCase takes what somebody told a case, by one of the forms that the case's own page offers.
func (s *site) actOnCase(v *visit) error {
	id := v.r.PathValue("case")
	fact, err := v.fact(id)
	if err != nil {
		return v.again(id, err)
	}
	if v.r.PostForm.Get("step") == "preview" {
		return v.confirmChoice(id, fact)
	}
	said := "told_recorded"
	if fact.Event.Type == recourse.RemedyChosen {
		said = "told_chosen"
	}
	return v.tell(id, fact, said)
}

// fact is what a form tells, if the one who sends it may.
func (v *visit) fact(id string) (desk.Fact, error) {
	var fact desk.Fact
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return fact, &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	file, err := v.fileOf(id)
	if err != nil {
		return fact, err
	}
	of := v.r.PostForm.Get("purchase")
	if recourse.EventType(v.r.PostForm.Get("event")) == recourse.OffersFound {
		of = file.Case(id).Purchase // an offer stands in for it
	}
	f := form{values: v.r.PostForm, zone: v.read.Local(v.read.Now).Location(), currency: currencyOf(file, of), lines: file.Case(id).Lines}
	fact.Event, err = f.event()
	if err != nil {
		return fact, err
	}
	fact.Event.Case, fact.Event.Order, fact.By = id, file.Order.ID, v.who.Name
	fact.Version, _ = strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	return fact, permit(v.r.Context(), v.desk, v.who, &fact.Event)
}

// currencyOf is the currency that an amount is meant in where none is written: that of the purchase that is named, or of
// another purchase where a new one is told; else the order's.
func currencyOf(file *recourse.OrderFile, purchase string) recourse.Currency {
	if purchase == "" {
		return file.Order.Currency()
	}
	out := file.Order.Currency()
	for i := range file.Purchases {
		if p := &file.Purchases[i]; p.Cost.Currency != "" {
			out = p.Cost.Currency
			if p.ID == purchase {
				break
			}
		}
	}
	return out
}

// fileOf is the order's file of a case; the reader's clock is the merchant's from here on.
func (v *visit) fileOf(id string) (*recourse.OrderFile, error) {
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return nil, err
	}
	v.decider(d.Decider)
	return d.File, nil
}

// tell hands a fact in, and goes to the case's page, which says what was done and how it is taken back; or shows the page
// as it stands now, with what was wrong.
func (v *visit) tell(id string, fact desk.Fact, said string) error {
	r, err := v.desk.Tell(v.r.Context(), v.who.Merchant, fact)
	if err != nil {
		return v.again(id, err)
	}
	if r.Status == desk.Duplicate {
		return v.goOn(view.CasePath(id), "told_twice")
	}
	return v.goOn(view.CasePath(id)+"?did="+strconv.FormatInt(r.Seq, 10), said)
}

// again shows a case as it stands now, with what was wrong on top, and what was typed in its place.
func (v *visit) again(id string, err error) error {
	if recourse.KindOf(err) == recourse.NotFound && recourse.CodeOf(err) == "case_unknown" {
		return err
	}
	n := v.notice(err)
	v.typed = view.Typed{Key: v.r.PostForm.Get("form"), Values: v.r.PostForm, Field: wrongField(err), Error: n.Text}
	return v.caseAs(id, pageStatus[recourse.KindOf(err)], n)
}

// wrongField is the field that an error is about; "" for none.
func wrongField(err error) string {
	var own *recourse.Error
	if errors.As(err, &own) {
		return own.Field
	}
	return ""
}

// confirmChoice shows what would follow from a choice.
func (v *visit) confirmChoice(id string, fact desk.Fact) error {
	c := view.Confirm{Action: view.CasePath(id) + "/act", Title: v.read.T("confirm_choice", "remedy", v.read.Choice(string(fact.Event.Remedy)))}
	d, err := v.preview(&c, id, fact)
	if err != nil {
		return v.again(id, err)
	}
	may := v.rightsOn(d, id)
	for _, name := range []string{"event", "remedy", "by", "version", "once"} {
		c.Hidden = append(c.Hidden, view.Field{Name: name, Kind: view.FieldHidden, Value: v.r.PostForm.Get(name)})
	}
	c.Fields = view.ChoiceFields(v.read, d, id, fact.Event.Remedy, fact.Event.By, may)
	for i := range c.Fields {
		if c.Fields[i].Name == "reason" && c.Fields[i].Value == "" {
			c.Fields[i].Value = fact.Event.Reason // what the way that was picked says of itself
		}
	}
	return v.show(http.StatusOK, view.ConfirmPage(v.page(c.Title), c))
}

// preview fills in what would follow.
func (v *visit) preview(c *view.Confirm, id string, fact desk.Fact) (*desk.View, error) {
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return nil, err
	}
	v.decider(d.Decider)
	if _, err := v.letterhead(d.File.Order.ID, view.CasePath(id)); err != nil {
		return nil, err
	}
	fact.Event.ID = ""
	c.Case, c.Back, c.Label, c.Otherwise = view.NewCase(v.read, d, id, v.rightsOn(d, id)), view.CasePath(id), v.read.T("confirm_yes"), v.read.T("nothing_follows")
	if fact.Event.Remedy != "" {
		if warn := view.Warning(v.read, d, id, fact.Event.Remedy, fact.Event.By); warn != "" {
			c.Warn, fact.Event.Confirmed = warn, v.rightsOn(d, id).Money
		}
	}
	results, err := v.desk.Preview(v.r.Context(), v.who.Merchant, []desk.Fact{fact})
	if err != nil {
		return nil, err
	}
	if results[0].Err != nil {
		return nil, results[0].Err
	}
	c.Follow(v.read, d, &results[0], id)
	return d, nil
}

// effectWords are what may be said of an act, with the sentence that says it was.
var effectWords = map[recourse.EventType]string{
	recourse.EffectApproved: "told_approved", recourse.EffectRejected: "told_rejected", recourse.EffectRecalled: "told_recalled", recourse.EffectDone: "told_done", recourse.EffectFailed: "told_failed",
}

// actOnEffect takes what somebody said of an act.
func (s *site) actOnEffect(v *visit) error {
	effect := v.r.PathValue("effect")
	id := effect[:max(0, strings.LastIndexByte(effect, '/'))]
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	kind := recourse.EventType(v.r.PostFormValue("event"))
	said := effectWords[kind]
	if said == "" {
		return &recourse.Error{Kind: recourse.Invalid, Code: "event_type", Field: "event", Message: "this cannot be said of an act"}
	}
	fact := desk.Fact{By: v.who.Name, Event: recourse.Event{Source: deskSource, ID: v.r.PostForm.Get("once"), Type: kind, Data: recourse.Data{Effect: effect, Reason: v.r.PostForm.Get("reason")}}}
	fact.Version, _ = strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	// A recovery's act is of a case, too, though its number does not say so.
	id = cmp.Or(v.r.PostForm.Get("case"), id)
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	v.decider(d.Decider)
	e := effectOf(d, effect)
	if e == nil {
		return v.again(id, &recourse.Error{Kind: recourse.NotFound, Code: "effect_unknown", Message: "there is no such act"})
	}
	if err := permit(v.r.Context(), v.desk, v.who, &fact.Event); err != nil {
		return v.again(id, err)
	}
	if fact.Event.Text, err = v.reworded(d, e, kind); err != nil {
		return v.again(id, err)
	}
	switch v.r.PostForm.Get("step") {
	case "preview":
		return v.confirmAct(id, e, fact)
	case "edit":
		v.typed = view.Typed{Key: "edit-" + effect, Values: v.r.PostForm}
		return v.caseAs(id, http.StatusOK, nil)
	}
	return v.tell(id, fact, said)
}

// reworded are the words that somebody put in place of a message's own; "" where they changed nothing.
func (v *visit) reworded(d *desk.View, e *store.Effect, kind recourse.EventType) (string, error) {
	if kind != recourse.EffectApproved || e.Kind != recourse.EffectMessage || !v.r.PostForm.Has("body") {
		return "", nil
	}
	subject, body := v.r.PostForm.Get("subject"), v.r.PostForm.Get("body")
	if strings.TrimSpace(subject) == "" || strings.TrimSpace(body) == "" {
		field := "body"
		if strings.TrimSpace(subject) == "" {
			field = "subject"
		}
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "words_empty", Field: field, Message: v.read.T("words_empty")}
	}
	a := v.read.NewAct(d, e, v.rights())
	if words := text.Folded(subject, body); words != text.Folded(a.Subject, a.Body) {
		return words, nil
	}
	return "", nil
}

// confirmAct shows what would follow from approving an act: what is sent or paid, and to whom.
func (v *visit) confirmAct(id string, e *store.Effect, fact desk.Fact) error {
	c := view.Confirm{Action: view.EffectPath(e.ID)}
	d, err := v.preview(&c, id, fact)
	if err != nil {
		return v.again(id, err)
	}
	c.Act(v.read, d, e, fact.Event.Text)
	for _, name := range []string{"case", "event", "version", "once"} {
		c.Hidden = append(c.Hidden, view.Field{Name: name, Kind: view.FieldHidden, Value: v.r.PostForm.Get(name)})
	}
	if fact.Event.Text != "" {
		for _, name := range []string{"subject", "body"} {
			c.Hidden = append(c.Hidden, view.Field{Name: name, Kind: view.FieldHidden, Value: v.r.PostForm.Get(name)})
		}
	}
	return v.show(http.StatusOK, view.ConfirmPage(v.page(c.Title), c))
}

func effectOf(d *desk.View, id string) *store.Effect {
	for i := range d.Effects {
		if d.Effects[i].ID == id {
			return &d.Effects[i]
		}
	}
	return nil
}
