package dossier

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/store"
	"recourse/text"
)

// Letter is what was written to the buyer, in the words that left.
type Letter struct{ Subject, Body string }

// Chargeback is the document for a bank that has to decide a dispute, in the words of a language: what was bought and paid,
// what the buyer was told and when, what they wrote, where the parcels are, the photos, the money both ways, and the proof.
//
// A bank decides between the buyer and the merchant and is told who the buyer is, where it went and what was paid, which a
// claim leaves out. What people of the merchant wrote to each other stays out here, too.
func Chargeback(c *Case, l *text.Language) *Document {
	w := writer{Case: c, l: l, c: c.File.Case(c.ID), whole: true}
	o := &c.File.Order
	d := &Document{
		Lang: string(l.Lang()), Shop: c.Shop, Kind: w.say("bank"), Title: w.say("title_order", "order", o.ID), Subtitle: l.Situation(w.c.Situation), Reference: c.ID, Page: l.Dossier("page"), Contents: w.say("contents"),
		Asked: Asked{w.say("asked"), w.bankAsked()}, Facts: w.bankCover(), Made: time.Unix(0, 0),
	}
	if n := len(c.History); n > 0 {
		d.Made = c.History[n-1].At
		d.Date = w.say("as_of", "when", l.MomentZone(d.Made))
	}
	for _, s := range []Section{w.sale(), w.timeline(), w.promises(), w.words(), w.tracking(), w.evidence(), w.money(), w.proof()} {
		if len(s.Blocks) > 0 {
			d.Sections = append(d.Sections, s)
		}
	}
	return d
}

// bankEvents are what a bank is told beside what anybody outside is: its own part, and the money.
var bankEvents = []recourse.EventType{recourse.DisputeOpened, recourse.DisputeWon, recourse.DisputeLost, recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundFailedNow,
	recourse.OrderAddressCorrected, recourse.RemedyChosen, recourse.MessageReceived}

// shown says that an event has a place in the timeline.
func (w *writer) shown(t recourse.EventType) bool {
	return slices.Contains(outside, t) || w.whole && t != recourse.MessageReceived && slices.Contains(bankEvents, t)
}

// dispute is the fact that opened the dispute; nil where the case is of another kind.
func (w *writer) dispute() *recourse.Event {
	for i := len(w.History) - 1; i >= 0; i-- {
		if ev := w.History[i].Event; ev != nil && ev.Type == recourse.DisputeOpened {
			return ev
		}
	}
	return nil
}

func (w *writer) bankAsked() string {
	if ev := w.dispute(); ev != nil && !ev.Amount.IsZero() {
		return w.say("bank_asked", "amount", w.l.Money(ev.Amount))
	}
	return w.say("bank_asked_bare")
}

func (w *writer) bankCover() []Fact {
	o := &w.File.Order
	var buyer, mail, payment, amount, reason, due string
	if o.Buyer != nil {
		buyer, mail = told(o.Buyer.Name), told(o.Buyer.Email)
	}
	if o.Payment != nil {
		payment = strings.Join(nonEmpty(o.Payment.Provider, o.Payment.ID), " · ")
	}
	if ev := w.dispute(); ev != nil {
		reason, due = w.reason(told(ev.Reason)), w.when(ev.Due)
		if !ev.Amount.IsZero() {
			amount = w.l.Money(ev.Amount)
		}
	}
	return facts(w.say("bank_amount"), amount, w.say("bank_reason"), reason, w.say("bank_due"), due, w.say("bank_payment"), payment, w.say("order"), o.ID, w.say("reference"), w.ID,
		w.say("placed"), w.when(o.PlacedAt), w.say("bank_buyer"), strings.Join(nonEmpty(buyer, mail), "\n"), w.say("bank_address"), w.address(), w.say("bank_delivered"), w.delivered(), w.say("enclosed"), w.enclosed())
}

// disputeReasons are the reasons that payment providers give for a dispute, by their codes, and have words here.
var disputeReasons = []string{"product_not_received", "product_unacceptable", "fraudulent", "duplicate", "credit_not_processed", "subscription_canceled", "unrecognized", "general"}

// reason is why a dispute was opened: in words where the provider gave a code, which stands beside them.
func (w *writer) reason(code string) string {
	if slices.Contains(disputeReasons, code) {
		return w.say("dispute_"+code) + " (" + code + ")"
	}
	return code
}

// BankLanguage is the language that a bank reads a dispute's dossier in: what the merchant set, else by the country that the order
// went to, else the buyer's, else English.
func BankLanguage(set string, o *recourse.Order) string {
	if set != "" {
		return set
	}
	if o.ShipTo != nil {
		switch o.ShipTo.Country {
		case "FR", "BE", "LU", "CH", "MC", "RE", "GP", "MQ", "GF":
			return "fr"
		case "CN", "HK", "MO", "TW":
			return "zh"
		case "":
		default:
			return "en"
		}
	}
	if o.Buyer != nil && o.Buyer.Locale != "" && o.Buyer.Locale != "—" {
		return o.Buyer.Locale
	}
	return "en"
}

// address is where the order went, as the parcel had it.
func (w *writer) address() string {
	a := w.File.Order.ShipTo
	if a == nil {
		return ""
	}
	country := ""
	if a.Country != "" {
		country = w.l.Country(a.Country)
	}
	return strings.Join(nonEmpty(told(a.Name), told(a.Street), strings.TrimSpace(told(a.Postcode)+" "+told(a.City)), country), "\n")
}

// delivered are the deliveries that carriers told.
func (w *writer) delivered() string {
	var rows []string
	for _, p := range w.parcels() {
		if p.Status == recourse.Delivered {
			rows = append(rows, w.when(p.StatusAt)+" · "+tracked(p))
		}
	}
	return strings.Join(rows, "\n")
}

// sale is what was bought and what was paid for it.
func (w *writer) sale() Section {
	s := Section{Title: w.say("bank_sale")}
	o := &w.File.Order
	t := &Table{Columns: []Column{{Title: w.say("item"), Share: .4}, {Title: "SKU", Share: .18}, {Title: w.say("ordered"), Share: .16}, {Title: w.say("bank_price"), Share: .13}, {Title: w.say("bank_paid"), Share: .13}}}
	for i := range o.Lines {
		line := &o.Lines[i]
		t.Rows = append(t.Rows, []string{line.Title, line.SKU, w.l.Number(line.Quantity), w.l.Money(line.Price), w.l.Money(o.PaidFor(line.Line))})
	}
	s.Blocks = append(s.Blocks, Block{Table: t})
	sum := func(m recourse.Money) string {
		if m.IsZero() {
			return ""
		}
		return w.l.Money(m)
	}
	if list := facts(w.say("bank_discount"), sum(o.Discount), w.say("bank_shipping"), sum(o.Shipping), w.say("bank_tax"), sum(o.Tax), w.say("bank_total"), sum(o.Paid)); len(list) > 0 {
		s.Blocks = append(s.Blocks, Block{Facts: list})
	}
	return s
}

// promises are what the buyer was told and when, with the dates that were named; and the words, where they are kept.
func (w *writer) promises() Section {
	s := Section{Title: w.say("bank_promises")}
	if len(w.Told) == 0 {
		return s
	}
	t := &Table{Columns: []Column{{Title: w.say("when"), Share: .25}, {Title: w.say("bank_told"), Share: .4}, {Title: w.say("bank_named"), Share: .35}}}
	var letters []Block
	for i := range w.Told {
		e := &w.Told[i]
		t.Rows = append(t.Rows, []string{w.l.Moment(toldOn(e)), w.l.Template(e.Template), w.named(e)})
		if l, kept := w.Letters[e.ID]; kept && told(l.Body) != "" {
			letters = append(letters, Block{Quote: &Quote{Who: w.say("bank_letter", "when", w.l.MomentZone(toldOn(e)), "subject", told(l.Subject)), Text: l.Body}})
		}
	}
	s.Blocks = append(append(s.Blocks, Block{Note: w.say("bank_promises_say")}, Block{Table: t}), letters...)
	return s
}

func toldOn(e *store.Effect) time.Time {
	if e.MovedAt.IsZero() {
		return e.At
	}
	return e.MovedAt
}

// named are the dates and the amount that a message named.
func (w *writer) named(e *store.Effect) string {
	var rows []string
	if !e.Amount.IsZero() {
		rows = append(rows, w.l.Money(e.Amount))
	}
	for _, v := range e.Variables {
		if !v.At.IsZero() {
			rows = append(rows, w.say("bank_by", "when", w.l.Moment(v.At)))
		}
	}
	return strings.Join(rows, "\n")
}

// money are both sides of the ledger, each in its own currency: what went back to the buyer, and what the merchant is owed by
// suppliers. Nothing is netted.
func (w *writer) money() Section {
	s := Section{Title: w.say("bank_money")}
	back := &Table{Columns: []Column{{Title: w.say("when"), Share: .25}, {Title: w.say("bank_back"), Share: .25}, {Title: w.say("stands"), Share: .2}, {Title: w.say("details"), Share: .3}}}
	for _, r := range w.File.Refunds {
		how, stands := w.say("bank_by_us"), w.l.Refund(r.Status)
		switch {
		case r.Disputed:
			how = w.say("bank_by_bank")
			if r.Status == recourse.RefundSent {
				stands = w.say("bank_held")
			}
		case r.Outside:
			how = w.say("bank_by_shop")
		}
		back.Rows = append(back.Rows, []string{w.l.Moment(r.At), w.l.Money(r.Amount), stands, how})
	}
	if len(back.Rows) > 0 {
		s.Blocks = append(s.Blocks, Block{Table: back})
	} else {
		s.Blocks = append(s.Blocks, Block{Text: w.say("bank_none_back")})
	}
	from := &Table{Columns: []Column{{Title: w.say("when"), Share: .25}, {Title: w.say("bank_asked_back"), Share: .2}, {Title: w.say("stands"), Share: .25}, {Title: w.say("purchase"), Share: .3}}}
	for _, r := range w.File.Recoveries {
		from.Rows = append(from.Rows, []string{w.l.Moment(r.At), w.l.Money(cmp.Or(r.Amount, r.Received)), w.l.Recovery(r.Status), r.Purchase})
	}
	if len(from.Rows) > 0 {
		s.Blocks = append(s.Blocks, Block{Text: w.say("bank_suppliers")}, Block{Table: from})
	} else {
		s.Blocks = append(s.Blocks, Block{Note: w.say("none_asked_back")})
	}
	return s
}

// bankProof says what the proof proves.
func (w *writer) bankProof() string { return w.say("bank_proof_say") }

// ChargebackName is what the file is called.
func ChargebackName(id string) string { return "chargeback-" + strings.TrimPrefix(Name(id), "claim-") }
