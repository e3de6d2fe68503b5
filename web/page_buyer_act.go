package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"recourse"
	"recourse/desk"
	"recourse/web/view"
)

// mostMessages is how many messages a buyer may write within a day about one order.
const mostMessages = 20

// saidWords are what is said once a fact was taken in.
var saidWords = map[recourse.EventType]string{
	recourse.RemedyChosen: "said_chosen", recourse.OrderCancelRequested: "said_cancel", recourse.ProblemWithdrawn: "said_withdraw", recourse.OrderAddressCorrected: "said_address",
	recourse.ReturnRequested: "said_return", recourse.ProblemReported: "said_report", recourse.MessageReceived: "said_message",
}

var errActGone = &recourse.Error{Kind: recourse.Conflict, Code: "act_gone", Message: "this cannot be done any more"}

// act takes what a buyer tells, if it is among what their page offers now.
func (g *guest) act() error {
	values, err := g.form()
	if err != nil {
		return err
	}
	b := view.NewBuyer(g.read, g.seen, view.BuyerForm{})
	a := b.Find(values.Get("act"))
	if a == nil {
		return g.gone(values)
	}
	fact, wrong := g.fact(a, values)
	if len(wrong) > 0 {
		g.said = &view.Notice{Text: g.read.Buyer("fault_invalid"), Hint: g.read.Buyer("fault_invalid_say")}
		return g.now(http.StatusUnprocessableEntity, view.BuyerForm{Act: a.Key, Values: values, Errors: wrong})
	}
	if a.Event == recourse.MessageReceived && g.wrote() >= mostMessages {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "messages_many", Message: "too many messages within a day"}
	}
	if a.Ahead && values.Get("step") == "ahead" {
		return g.ahead(a, fact, values, b)
	}
	if a.Offer != nil {
		return g.choose(a, fact)
	}
	return g.tell(fact)
}

// gone is the answer to an act that is not offered any more: because it was done, most often, by this very form.
func (g *guest) gone(values url.Values) error {
	id := g.who.Link + "/" + values.Get("once")
	for i := range g.seen.History {
		if ev := g.seen.History[i].Event; ev != nil && ev.Source == buyerSource && (ev.ID == id || strings.HasPrefix(ev.ID, id+"/")) && !view.OtherOffer(ev, values.Get("act")) {
			return g.goOn("said_twice", "")
		}
	}
	return g.late(values)
}

// wrote counts the messages of the last day.
func (g *guest) wrote() (n int) {
	for i := range g.seen.History {
		h := &g.seen.History[i]
		if h.Event != nil && h.Event.Type == recourse.MessageReceived && h.Event.Source == buyerSource && g.read.Now.Sub(h.At) < 24*time.Hour {
			n++
		}
	}
	return n
}

// fact is what a form tells; or what is wrong with it, by field, in the buyer's words.
func (g *guest) fact(a *view.BuyerAct, values url.Values) (desk.Fact, map[string]string) {
	f := buyerForm{guest: g, values: values, wrong: map[string]string{}}
	ev := recourse.Event{Source: buyerSource, ID: g.who.Link + "/" + f.once(), Type: a.Event}
	ev.Data = recourse.Data{Order: g.who.Order, Case: a.Case, Remedy: a.Remedy}
	if o, ok := view.ChoiceOf(g.seen, a); ok {
		ev.Supplier, ev.SKU = o.Supplier, o.SKU
	}
	switch a.Event {
	case recourse.RemedyChosen, recourse.MessageReceived:
		ev.By = recourse.PartyBuyer
	}
	for _, field := range a.Fields {
		f.take(&ev, &field)
	}
	fact := desk.Fact{By: buyerName, Event: ev}
	if a.Ahead {
		fact.Version, _ = strconv.ParseInt(values.Get("version"), 10, 64)
	}
	return fact, f.wrong
}

// buyerForm reads a buyer's form by the fields that were offered.
type buyerForm struct {
	*guest
	values url.Values
	wrong  map[string]string
}

// once names the form. One that somebody made up by hand counts as new each time.
func (f *buyerForm) once() string {
	if s := f.values.Get("once"); len(s) == 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == "" {
		return s
	}
	return once()
}

func (f *buyerForm) get(field *view.BuyerField) string {
	s := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(f.values.Get(field.Name), "\x00", ""), ""))
	if field.Most > 0 && utf8.RuneCountInString(s) > field.Most {
		f.wrong[field.Name] = f.read.Buyer("too_long", "n", f.read.Number(field.Most))
	}
	return s
}

// needs are the sentences for what is missing.
var needs = map[string]string{"text": "need_text", "problem": "need_problem", "ship_to.name": "need_name", "ship_to.street": "need_street", "ship_to.city": "need_city", "ship_to.country": "need_country"}

func (f *buyerForm) take(ev *recourse.Event, field *view.BuyerField) {
	s := f.get(field)
	if field.Required && s == "" {
		f.wrong[field.Name] = f.read.Buyer(needs[field.Name])
	}
	switch field.Name {
	case "text":
		ev.Text = s
	case "reason":
		ev.Reason = s
	case "problem":
		if ev.Problem = s; !slices.ContainsFunc(field.Options, func(o view.FieldOption) bool { return o.Value == s }) {
			f.wrong["problem"] = f.read.Buyer("need_problem")
		}
	case "lines":
		ev.Lines = f.lines(field)
	case "ship_to.name":
		ev.ShipTo = f.address()
		if f.wrong["ship_to.postcode"] == "" && f.get(&view.BuyerField{Name: "ship_to.postcode"}) == "" && needsPostcode(ev.ShipTo.Country) {
			f.wrong["ship_to.postcode"] = f.read.Buyer("need_postcode")
		}
	case "ship_to.country":
		if s != "" && !slices.ContainsFunc(field.Options, func(o view.FieldOption) bool { return o.Value == s }) {
			f.wrong[field.Name] = f.read.Buyer("need_country")
		}
	}
}

// lines are the pieces that were marked.
func (f *buyerForm) lines(field *view.BuyerField) (out []recourse.Pieces) {
	marked := f.values["line"]
	for _, l := range field.Lines {
		number := strconv.Itoa(l.Line)
		if !slices.Contains(marked, number) {
			continue
		}
		n, err := strconv.Atoi(f.values.Get("quantity." + number))
		if err != nil || n < 1 || n > l.Quantity {
			n = l.Quantity
		}
		out = append(out, recourse.Pieces{Line: l.Line, Quantity: n})
	}
	if len(out) == 0 {
		f.wrong["lines"] = f.read.Buyer("need_pieces")
	}
	return out
}

func (f *buyerForm) address() *recourse.Address {
	get := func(name string) string { return f.get(&view.BuyerField{Name: "ship_to." + name}) }
	a := &recourse.Address{Name: get("name"), Street: get("street"), Postcode: get("postcode"), City: get("city"), Region: get("region"), Country: get("country"), Phone: get("phone")}
	if was := f.seen.File.Order.ShipTo; was != nil {
		a.Phone = cmp.Or(a.Phone, was.Phone)
		if a.Country == was.Country { // another country knows nobody by it
			a.TaxID = was.TaxID
		}
	}
	return a
}

// needsPostcode says whether addresses of a country need a postcode to be delivered.
func needsPostcode(country string) bool {
	return country != "" && !(&recourse.Address{Country: country, City: "x", Street: "x"}).Deliverable()
}

// ahead shows what would follow, and asks whether that is right.
func (g *guest) ahead(a *view.BuyerAct, fact desk.Fact, values url.Values, b view.Buyer) error {
	if fact.Version != 0 && fact.Version != g.seen.Version {
		return errActGone
	}
	c := view.NewBuyerConfirm(g.read, g.seen, a, fact.Event)
	for _, name := range []string{"once", "line", "reason", "text"} {
		for _, v := range values[name] {
			c.Hidden = append(c.Hidden, view.Field{Name: name, Value: v})
		}
	}
	for name, v := range values {
		if strings.HasPrefix(name, "quantity.") && len(c.Hidden) < 250 {
			c.Hidden = append(c.Hidden, view.Field{Name: name, Value: v[0]})
		}
	}
	return g.show(http.StatusOK, view.BuyerConfirmPage(g.frame(a.Label), b, c))
}

// tell takes a fact in. The same form sent twice is told so, and does nothing twice.
func (g *guest) tell(fact desk.Fact) error {
	result, err := g.desk.Tell(g.r.Context(), g.who.Merchant, fact)
	switch {
	case err != nil:
		return g.again(err)
	case result.Status == desk.Duplicate:
		return g.goOn("said_twice", "")
	}
	return g.goOn(saidWords[fact.Event.Type], "")
}

// again reads the order anew before an error is shown on its page: it may be because the order has moved on.
func (g *guest) again(err error) error {
	if seen, fresh := g.desk.Order(g.r.Context(), g.who.Merchant, g.who.Order); fresh == nil {
		g.seen = seen
		if fresh := g.look(); fresh != nil {
			return fresh
		}
	}
	return err
}
