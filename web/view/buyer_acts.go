package view

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/playbook"
)

// What a buyer may do is what the playbook makes of it: a choice that it leaves to them, a fact that it would act on. An
// act that would lead to nothing is not offered: to ask for a cancellation that can only be declined is no help.

// BuyerAct is one thing that a buyer may tell.
type BuyerAct struct {
	Key    string // names it among those offered: what is sent back
	Event  recourse.EventType
	Case   string
	Remedy recourse.Remedy
	Label  string
	Say    string
	Submit string
	Ahead  bool // what would follow is shown before it is done
	Open   bool // it was filled in and not taken
	Fields []BuyerField
	Offer  *BuyerOffer // that is chosen; nil: none
}

// BuyerField is something to fill in.
type BuyerField struct {
	Name, Label, Hint, Error string
	Kind                     FieldKind
	Options                  []FieldOption
	Lines                    []BuyerLine
	Value                    string
	Auto                     string // what the browser may fill in
	Required                 bool
	Most                     int // characters
}

// BuyerLine is a line of the order, to say of how many pieces.
type BuyerLine struct {
	Line     int
	Title    string
	Quantity int
	On       bool
	Chosen   int
	Each     []FieldOption // the numbers to choose from, where there are several
}

// FieldLines and FieldRadio are kinds of field that only the buyer's page has.
const (
	FieldLines FieldKind = "lines"
	FieldRadio FieldKind = "radio"
)

// BuyerForm is what was filled in and not taken, to be shown again with what is wrong. The zero value: nothing was.
type BuyerForm struct {
	Act    string
	Values url.Values
	Errors map[string]string // by field, in the reader's words
}

// The most that a buyer may write at once, in characters.
const (
	BuyerText  = 3000
	buyerInput = 200
)

func actKey(t recourse.EventType, id string, remedy recourse.Remedy) string {
	return strings.Join(slices.DeleteFunc([]string{string(t), id, string(remedy)}, func(s string) bool { return s == "" }), " ")
}

// actWith makes an act, with what was filled in before.
func (r Reader) actWith(form BuyerForm, a BuyerAct) BuyerAct {
	a.Key = actKey(a.Event, a.Case, a.Remedy)
	a.Open = form.Act == a.Key
	if !a.Open {
		return a
	}
	for i := range a.Fields {
		f := &a.Fields[i]
		f.Error = form.Errors[f.Name]
		if vs, filled := form.Values[f.Name]; filled && len(vs) > 0 {
			f.Value = vs[0]
		}
		for j := range f.Lines {
			l := &f.Lines[j]
			l.On = slices.Contains(form.Values["line"], strconv.Itoa(l.Line))
			if n, err := strconv.Atoi(form.Values.Get("quantity." + strconv.Itoa(l.Line))); err == nil {
				l.Chosen = n
			}
		}
	}
	return a
}

// buyerOptions are what a buyer may do about a case.
func (r Reader) buyerOptions(v *desk.View, c *recourse.Case, form BuyerForm) (choices, acts []BuyerAct, upload *BuyerUpload) {
	address := false
	for _, o := range v.Options(c.ID) {
		switch {
		case o.Event == recourse.RemedyChosen && slices.Contains(o.By, recourse.PartyBuyer) && !o.Confirm:
			choices = append(choices, r.actWith(form, BuyerAct{Event: o.Event, Case: c.ID, Remedy: o.Remedy, Label: r.buyerChoice(o.Remedy, refunding(v.File, c.ID)), Ahead: true}))
		case o.Event == recourse.EvidenceReceived:
			upload = &BuyerUpload{Case: c.ID, Wanted: o.To != "" && c.Status == recourse.Open, Full: c.Evidence >= BuyerFiles, Have: c.Evidence}
		case o.Event == recourse.OrderAddressCorrected && slices.Contains(o.By, recourse.PartyBuyer):
			address = true
		case o.Event == recourse.ProblemWithdrawn && c.ByBuyer:
			acts = append(acts, r.actWith(form, BuyerAct{Event: o.Event, Case: c.ID, Label: r.Buyer("do_withdraw"), Say: r.Buyer("do_withdraw_say"), Ahead: true}))
		}
	}
	if address {
		a := r.addressAct(v, form, c.ID)
		if len(choices) > 0 || a.Open {
			a.Open = true
		}
		acts = append([]BuyerAct{a}, acts...)
	}
	return choices, acts, upload
}

// refunding says that a refund of a case is asked for, under way or done.
func refunding(f *recourse.OrderFile, id string) bool {
	return slices.ContainsFunc(f.Refunds, func(m recourse.Refund) bool { return m.Case == id && m.Status.Active() })
}

func (r Reader) buyerChoice(m recourse.Remedy, refunding bool) string {
	if refunding {
		if s := r.Buyer("choose_" + string(m) + "_asked"); s != "" {
			return s
		}
	}
	return cmp.Or(r.Buyer("choose_"+string(m)), sentence(r.Choice(string(m))))
}

// buyerHelp are the acts that begin something new.
func (r Reader) buyerHelp(v *desk.View, form BuyerForm) (out []BuyerAct) {
	t := newTrial(r, v)
	if a, ok := r.reportAct(t, form); ok {
		out = append(out, a)
	}
	if t.leads(recourse.Event{Type: recourse.ReturnRequested}) && t.shipped() {
		a := BuyerAct{Event: recourse.ReturnRequested, Label: r.Buyer("do_return"), Say: r.Buyer("do_return_say"), Ahead: true}
		a.Fields = append(r.lineFields(&v.File.Order), BuyerField{Name: "reason", Label: r.Buyer("reason"), Kind: FieldArea, Most: BuyerText})
		out = append(out, r.actWith(form, a))
	}
	if !t.toCome() {
		return out
	}
	if addressable(t) {
		out = append(out, r.addressAct(v, form, ""))
	}
	if t.leads(recourse.Event{Type: recourse.OrderCancelRequested}) {
		a := BuyerAct{Event: recourse.OrderCancelRequested, Label: r.Buyer("do_cancel"), Say: r.Buyer("do_cancel_say"), Ahead: true}
		a.Fields = []BuyerField{{Name: "reason", Label: r.Buyer("reason"), Kind: FieldArea, Most: BuyerText}}
		out = append(out, r.actWith(form, a))
	}
	return out
}

// addressable says that a better address would still be of use: nothing was asked of the buyer about it, something is
// still to come, and not all that follows from it would be that nothing can be done.
func addressable(t *trial) bool {
	for _, c := range t.base.Cases {
		for _, q := range c.Asks {
			if c.Status == recourse.Open && q.Of == recourse.PartyBuyer && slices.Contains(q.Choices, "address") {
				return false // it is asked there
			}
		}
	}
	if len(t.base.Parcels) > 0 && !slices.ContainsFunc(t.base.Parcels, func(p recourse.Parcel) bool { return !t.view.Decider.Delivered(t.base, &p) }) {
		return false
	}
	to := recourse.Address{Country: "FR", City: "x", Street: "x", Postcode: "x"}
	if a := t.base.Order.ShipTo; a != nil {
		to = *a
		to.Street += "."
	}
	moved, helps := t.try(recourse.Event{Type: recourse.OrderAddressCorrected, Data: recourse.Data{ShipTo: &to}})
	return helps || !moved
}

// reportAct reports a problem, where something was handed over that can have one.
func (r Reader) reportAct(t *trial, form BuyerForm) (BuyerAct, bool) {
	f := BuyerField{Name: "problem", Label: r.Buyer("what_wrong"), Kind: FieldRadio, Required: true}
	for _, s := range t.view.Decider.Policy.Situations {
		opens := slices.ContainsFunc(s.Opens, func(o *playbook.Opener) bool { return o.On == recourse.ProblemReported })
		if opens && t.shipped() && t.leads(recourse.Event{Type: recourse.ProblemReported, Data: recourse.Data{Problem: string(s.Name)}}) {
			f.Options = append(f.Options, FieldOption{string(s.Name), r.problemWords(string(s.Name))})
		}
	}
	if len(f.Options) == 0 {
		return BuyerAct{}, false
	}
	a := BuyerAct{Event: recourse.ProblemReported, Label: r.Buyer("do_report"), Say: r.Buyer("do_report_say"), Submit: r.Buyer("report")}
	a.Fields = append([]BuyerField{f}, r.lineFields(&t.base.Order)...)
	a.Fields = append(a.Fields, BuyerField{Name: "text", Label: r.Buyer("in_words"), Hint: r.Buyer("in_words_say"), Kind: FieldArea, Required: true, Most: BuyerText})
	return r.actWith(form, a), true
}

// maxBuyerLines bounds how many lines can be chosen from.
const maxBuyerLines = 100

// lineFields ask which goods are meant, where there are several to choose from.
func (r Reader) lineFields(o *recourse.Order) []BuyerField {
	if len(o.Lines) == 0 || len(o.Lines) == 1 && o.Lines[0].Quantity == 1 {
		return nil
	}
	f := BuyerField{Name: "lines", Label: r.Buyer("which_pieces"), Kind: FieldLines}
	for i := range o.Lines[:min(len(o.Lines), maxBuyerLines)] {
		l := &o.Lines[i]
		line := BuyerLine{Line: l.Line, Title: cmp.Or(l.Title, l.SKU, strconv.Itoa(l.Line)), Quantity: l.Quantity, Chosen: l.Quantity, On: len(o.Lines) == 1}
		for n := 1; n < min(l.Quantity, 100) && l.Quantity > 1; n++ {
			line.Each = append(line.Each, FieldOption{strconv.Itoa(n), r.Number(n)})
		}
		if l.Quantity > 1 {
			line.Each = append(line.Each, FieldOption{strconv.Itoa(l.Quantity), r.Buyer("all_of_it", "n", r.Number(l.Quantity))})
		}
		f.Lines = append(f.Lines, line)
	}
	return []BuyerField{f}
}

// addressAct corrects the address, beginning with the one that is there: of which a digit may be wrong.
func (r Reader) addressAct(v *desk.View, form BuyerForm, id string) BuyerAct {
	var a recourse.Address
	if to := v.File.Order.ShipTo; to != nil {
		a = *to
	}
	out := BuyerAct{Event: recourse.OrderAddressCorrected, Case: id, Label: r.Buyer("do_address"), Say: r.Buyer("do_address_say"), Submit: r.Buyer("save_address")}
	for _, f := range []struct {
		name, value, auto string
		must              bool
	}{
		{"name", a.Name, "name", true}, {"street", a.Street, "street-address", true}, {"postcode", a.Postcode, "postal-code", false}, {"city", a.City, "address-level2", true},
		{"region", a.Region, "address-level1", false}, {"country", a.Country, "country", true}, {"phone", a.Phone, "tel", false},
	} {
		if f.value == erasedName {
			f.value = ""
		}
		if f.name == "phone" {
			f.value = "" // it stands on no page; left empty, it stays as it is
		}
		field := BuyerField{Name: "ship_to." + f.name, Label: r.Buyer("field_" + f.name), Kind: FieldText, Value: f.value, Auto: f.auto, Required: f.must, Most: buyerInput}
		if f.name == "country" {
			field.Kind, field.Options = FieldPick, r.countries(f.value)
		}
		out.Fields = append(out.Fields, field)
	}
	return r.actWith(form, out)
}

// buyerWrite writes a message.
func (r Reader) buyerWrite(form BuyerForm) *BuyerAct {
	a := r.actWith(form, BuyerAct{Event: recourse.MessageReceived, Label: r.Buyer("do_write"), Say: r.Buyer("do_write_say"), Submit: r.Buyer("send"),
		Fields: []BuyerField{{Name: "text", Label: r.Buyer("message"), Kind: FieldArea, Required: true, Most: BuyerText}}})
	return &a
}

// Find is the act of a key among those that are offered; nil: it is not, or not any more.
func (b *Buyer) Find(key string) *BuyerAct {
	all := slices.Clone(b.Help)
	if b.Write != nil {
		all = append(all, *b.Write)
	}
	for i := range b.Cases {
		all = append(append(all, b.Cases[i].Choices...), b.Cases[i].Acts...)
	}
	for i := range all {
		if all[i].Key == key {
			return &all[i]
		}
	}
	return nil
}

// trial tries what would follow from facts, and keeps nothing.
type trial struct {
	r    Reader
	view *desk.View
	base *recourse.OrderFile // as it stands once all that is due has acted
}

func newTrial(r Reader, v *desk.View) *trial {
	t := &trial{r, v, v.File}
	if due := v.File.Due; !due.IsZero() && !due.After(r.Now) {
		t.base = v.Decider.Due(v.File, r.Now).File
	}
	return t
}

func (t *trial) decide(ev recourse.Event) decide.Decision {
	ev.Order, ev.Source = t.base.Order.ID, "buyer"
	return t.view.Decider.Event(t.base, &ev, t.r.Now)
}

// try says whether a fact would move a case or open one, and whether more would come of it than that nothing can be done.
func (t *trial) try(ev recourse.Event) (moved, helps bool) {
	after := t.decide(ev).File
	for _, c := range after.Cases {
		if before := t.base.Case(c.ID); before != nil && before.State == c.State && before.Step == c.Step {
			continue
		}
		moved = true
		helps = helps || c.Outcome != recourse.OutcomeNotPossible
	}
	return moved, helps
}

func (t *trial) leads(ev recourse.Event) bool { _, helps := t.try(ev); return helps }

// toCome says that some of the order's pieces are not paid back.
func (t *trial) toCome() bool {
	left := allPieces(&t.base.Order)
	for i := range t.base.Refunds {
		if f := &t.base.Refunds[i]; f.Status.Active() {
			left = recourse.Without(left, f.Lines)
		}
	}
	return left != nil
}

// shipped says that something of the order was handed over, and may have arrived.
func (t *trial) shipped() bool {
	return slices.ContainsFunc(t.base.Parcels, func(p recourse.Parcel) bool { return !p.ShippedAt.IsZero() })
}

// BuyerConfirm is a look ahead before an act is done.
type BuyerConfirm struct {
	Act    BuyerAct
	Goods  []Goods
	Then   []string
	Hidden []Field
	Anchor string
}

// NewBuyerConfirm tells what would follow from an act, in the buyer's words.
func NewBuyerConfirm(r Reader, v *desk.View, act *BuyerAct, ev recourse.Event) BuyerConfirm {
	t := newTrial(r, v)
	out := BuyerConfirm{Act: *act}
	after := &desk.View{File: t.decide(ev).File, Decider: v.Decider}
	for _, c := range after.File.Cases {
		before := t.base.Case(c.ID)
		if before != nil && before.State == c.State && before.Step == c.Step || !concerns(after, c) {
			continue
		}
		out.Goods = append(out.Goods, goods(&v.File.Order, c.Lines)...)
		out.then(r.buyerSays(after, c))
		if c.Status == recourse.Open {
			out.then(r.buyerNext(after, c.ID, false)[0])
		}
	}
	for i := range after.File.Refunds {
		f := &after.File.Refunds[i]
		fresh := !slices.ContainsFunc(t.base.Refunds, func(b recourse.Refund) bool { return b.ID == f.ID })
		if fresh && f.Status.Active() {
			out.then(r.Buyer("then_refund", "amount", r.Money(f.Amount)))
		}
	}
	if act.Offer != nil {
		out.then(act.Offer.Promise)
		out.then(r.Buyer("offer_no_cost"))
	}
	if len(out.Then) == 0 {
		out.then(r.Buyer("then_nothing"))
	}
	return out
}

func (c *BuyerConfirm) then(says string) {
	if says != "" && !slices.Contains(c.Then, says) {
		c.Then = append(c.Then, says)
	}
}
