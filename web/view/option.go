package view

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/playbook"
)

// Ask is a question with its answers; or, without words, what may be chosen though nobody was asked.
type Ask struct {
	Anchor   string // its name on the page
	Question string
	Mine     bool // the merchant is asked
	Of       string
	Due      Instant
	Answers  []Form
	Acts     bool // it is answered by approving or rejecting one of the acts
	Approved bool // it was answered so, and the refund is under way
	Others   []Other
}

// Other is an answer that no fact stands for: what was done about it is said in another way.
type Other struct {
	Label string
	Say   string         // what to do
	Write recourse.Party // write to them; "": nothing to write
	Cases bool           // choose among the order's cases
	Sleep string         // until when it may rest, as a value of the form that snoozes
}

// Form is one thing that a case can be told.
type Form struct {
	Key     string // names it among the forms of a page
	Open    bool   // it is unfolded: something in it was wrong
	Event   recourse.EventType
	Remedy  recourse.Remedy
	By      recourse.Party
	Label   string
	Leads   string // where it leads
	Warn    string // that money and goods would both go to the buyer
	Money   bool   // it takes the right to approve money
	Primary bool
	Fields  []Field
}

// Field is something that a form may carry.
type Field struct {
	Name, Label, Hint string
	Kind              FieldKind
	Options           []FieldOption
	Value             string
	Required          bool
	Error             string // what was wrong with the value
	Most              int    // of a number
	Parts             []Field
}

// FieldKind is how a field is filled in.
type FieldKind string

// The kinds of field. Group is a few fields of one thing.
const (
	FieldText   FieldKind = "text"
	FieldArea   FieldKind = "area"
	FieldLetter FieldKind = "letter" // an area with room for a whole message
	FieldMoney  FieldKind = "money"
	FieldNumber FieldKind = "number"
	FieldMoment FieldKind = "moment"
	FieldPick   FieldKind = "pick"
	FieldCheck  FieldKind = "check"
	FieldHidden FieldKind = "hidden"
	FieldPieces FieldKind = "pieces" // how many of each line: its parts are numbers
	FieldOffers FieldKind = "offers" // listings, each a group of its parts
	FieldGroup  FieldKind = "group"
)

// FieldOption is one of the values of a field that is picked.
type FieldOption struct{ Value, Label string }

// refundNews are what the acts of the page say better: whether the money left.
var refundNews = []recourse.EventType{recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundFailedNow, recourse.RefundRejectedNow, recourse.EffectApproved}

// options are the questions of a case with their answers, then what may be chosen unasked, and the news that could be
// told. All of it is what the playbook makes possible.
func (r Reader) options(v *desk.View, c *recourse.Case) (asks []Ask, facts []Form) {
	place := map[string]int{}
	for _, q := range openAsks(v.File, c) {
		place[q.Question] = len(asks)
		asks = append(asks, Ask{Anchor: "ask-" + q.Question, Question: r.Question(q.Question), Mine: q.Of == recourse.PartyMerchant, Of: r.Party(q.Of), Due: r.Due(q.Due)})
	}
	free := Ask{Anchor: "choose"}
	acted := openRefund(v, c.ID)
	answered := map[string]bool{}
	for _, o := range v.Options(c.ID) {
		for _, choice := range o.Choices {
			answered[o.Question+" "+choice] = true
		}
		if o.Remedy != "" {
			answered[o.Question+" "+string(o.Remedy)] = true
		}
		at, asked := place[o.Question]
		switch f := r.form(v, c, o); {
		case acted && slices.Contains(refundNews, o.Event):
			if asked {
				asks[at].Acts = true
			}
		case asked && o.Question != "":
			f.Primary = o.Event == recourse.RemedyChosen
			asks[at].Answers = append(asks[at].Answers, f)
		case o.Event == recourse.RemedyChosen:
			free.Answers = append(free.Answers, f)
		default:
			facts = append(facts, f)
		}
	}
	for _, q := range openAsks(v.File, c) {
		a := &asks[place[q.Question]]
		if acted && !a.Acts && slices.Contains(q.Choices, "approve") {
			a.Acts, a.Approved = true, true
		}
		a.Others = r.others(v, c, &q, func(choice string) bool {
			return answered[q.Question+" "+choice] || a.Acts && (choice == "approve" || choice == "reject")
		})
	}
	if len(free.Answers) > 0 {
		asks = append(asks, free)
	}
	return asks, facts
}

// others are the answers of a question that no fact stands for: to have followed something up is to have written, to have
// seen something is to let it rest until it is asked again.
func (r Reader) others(v *desk.View, c *recourse.Case, q *recourse.Question, answered func(string) bool) (out []Other) {
	for _, choice := range q.Choices {
		if answered(choice) || slices.Contains(recourse.Remedies, recourse.Remedy(choice)) {
			continue
		}
		o := Other{Label: r.Choice(choice), Say: r.T("answer_otherwise")}
		switch choice {
		case "chase":
			o.Say, o.Write = r.T("answer_chase"), recourse.PartyAgent
		case "seen":
			o.Say = r.T("answer_seen")
		case "case":
			o.Say, o.Cases = r.T("answer_case"), true
		}
		if o.Write != "" || choice == "seen" {
			o.Sleep = r.Local(q.Due).Format(time.DateOnly)
			if !q.Due.After(r.midnight(1)) {
				o.Sleep = ""
			}
		}
		out = append(out, o)
	}
	return out
}

// openAsks are the open questions of a case and of its recoveries.
func openAsks(f *recourse.OrderFile, c *recourse.Case) []recourse.Question {
	all := slices.Clone(c.Asks)
	for i := range f.Recoveries {
		if x := &f.Recoveries[i]; x.Case == c.ID && x.Status == recourse.RecoveryRequested {
			all = append(all, x.Asks...)
		}
	}
	return all
}

// openRefund says that a refund of a case stands among the acts, where it is approved, rejected and carried out.
func openRefund(v *desk.View, id string) bool {
	for i := range v.Effects {
		if e := &v.Effects[i]; e.Case == id && e.Kind == recourse.EffectRefund && e.Status != "done" && e.Status != "dropped" {
			return true
		}
	}
	return false
}

// form is an option as a form.
func (r Reader) form(v *desk.View, c *recourse.Case, o decide.Option) Form {
	f := Form{Event: o.Event, Remedy: o.Remedy, By: recourse.PartyMerchant, Label: r.Language.Event(o.Event), Leads: r.leads(o), Money: o.Confirm}
	switch {
	case o.Remedy != "":
		f.Label = r.Choice(string(o.Remedy))
		if !slices.Contains(o.By, recourse.PartyMerchant) && len(o.By) > 0 {
			f.By = o.By[0]
			f.Label = r.T("party_chose", "party", r.Party(f.By), "remedy", f.Label)
		}
	case len(o.Choices) > 0:
		var labels []string
		for _, choice := range o.Choices {
			labels = append(labels, r.Choice(choice))
		}
		f.Label = strings.Join(labels, " / ")
	}
	if o.Confirm {
		f.Warn = r.T("double_loss")
	}
	f.Key = strings.Join([]string{string(o.Event), string(o.Remedy), string(f.By)}, "-")
	k := fields{Reader: r, view: v, of: c, option: &o}
	f.Fields = k.all()
	return f
}

// leads says where an option leads, as far as that is known.
func (r Reader) leads(o decide.Option) string {
	switch {
	case o.Outcome != "":
		return r.T("leads_end", "outcome", r.Language.Outcome(o.Outcome))
	case o.Become != "":
		return r.T("becomes", "situation", r.Language.Situation(o.Become))
	case o.To != "":
		return r.T("leads_to", "state", r.State(o.To))
	}
	return ""
}

// fields makes the fields of one option.
type fields struct {
	Reader
	view   *desk.View
	of     *recourse.Case
	option *decide.Option
}

// makes are the events that tell of something new: the number of it is asked for, where others name what there is.
var makes = map[recourse.EventType]string{recourse.PurchasePlacedEvent: "purchase", recourse.ParcelShipped: "parcel", recourse.ReplacementShipped: "parcel"}

// all are the fields that are asked for. Of an event that can name pieces all pieces are meant that can be.
func (k fields) all() (out []Field) {
	for _, name := range k.option.Fields {
		out = append(out, k.field(name)...)
	}
	return out
}

func (k fields) field(name string) []Field {
	one := func(kind FieldKind) []Field { return []Field{{Name: name, Label: k.T("field_" + name), Kind: kind}} }
	switch name {
	case "purchase":
		return k.pick(name, k.purchases())
	case "parcel":
		return k.pick(name, k.parcels())
	case "supplier":
		return k.supplier()
	case "amount", "cost":
		return one(FieldMoney)
	case "reason", "text":
		return one(FieldArea)
	case "carrier", "tracking", "place":
		return one(FieldText)
	case "ship_by", "due":
		return one(FieldMoment)
	case "status":
		return k.statuses()
	case "kind":
		return k.among(name, "photo", "video")
	case "leg":
		return k.legs()
	case "problem":
		return k.problems()
	case "offers":
		return k.offers()
	case "lines":
		return k.pieces()
	case "ship_to":
		return k.address()
	}
	return nil
}

// pick is a field for one of the things that there are: nothing to ask where there is one.
func (k fields) pick(name string, known []FieldOption) []Field {
	f := Field{Name: name, Label: k.T("field_" + name), Kind: FieldPick, Options: known, Required: true}
	switch {
	case makes[k.option.Event] == name:
		f.Kind, f.Options, f.Label = FieldText, nil, k.T("field_new_"+name)
	case len(known) == 0:
		return nil
	case len(known) == 1:
		f.Kind, f.Value = FieldHidden, known[0].Value
	}
	return []Field{f}
}

func (k fields) purchases() (out []FieldOption) {
	for i := range k.view.File.Purchases {
		p := &k.view.File.Purchases[i]
		if len(p.Lines) == 0 || recourse.Overlap(p.Lines, k.of.Lines) {
			out = append(out, FieldOption{p.ID, p.ID + " · " + p.Supplier})
		}
	}
	return out
}

func (k fields) parcels() (out []FieldOption) {
	for i := range k.view.File.Parcels {
		p := &k.view.File.Parcels[i]
		if len(p.Lines) == 0 || recourse.Overlap(p.Lines, k.of.Lines) {
			out = append(out, FieldOption{p.ID, k.parcel(p).Tracking})
		}
	}
	return out
}

// supplier is one of those that made an offer; of a purchase it is any.
func (k fields) supplier() []Field {
	f := Field{Name: "supplier", Label: k.T("field_supplier"), Kind: FieldText}
	if k.option.Remedy == "" {
		return []Field{f}
	}
	f.Kind, f.Options = FieldPick, []FieldOption{{"", k.T("best_offer")}}
	for i := range k.of.Offers {
		o := &k.of.Offers[i]
		f.Options = append(f.Options, FieldOption{o.Supplier, o.Supplier + " · " + k.Money(o.Price)})
	}
	if len(k.of.Offers) == 0 || k.option.Remedy != recourse.RemedyReorder {
		return nil
	}
	return []Field{f}
}

func (k fields) statuses() []Field {
	f := Field{Name: "status", Label: k.T("field_status"), Kind: FieldPick, Required: true}
	for _, s := range []recourse.ParcelStatus{recourse.InTransit, recourse.CustomsHold, recourse.CustomsReleased, recourse.OutForDelivery, recourse.Delivered, recourse.DeliveryFailed,
		recourse.Returning, recourse.Returned, recourse.Damaged, recourse.Lost} {
		f.Options = append(f.Options, FieldOption{string(s), k.Language.Parcel(s)})
	}
	if slices.Contains(k.option.Choices, "clear") {
		f.Value = string(recourse.CustomsReleased)
	}
	return []Field{f}
}

func (k fields) among(name string, values ...string) []Field {
	f := Field{Name: name, Label: k.T("field_" + name), Kind: FieldPick}
	for _, v := range values {
		f.Options = append(f.Options, FieldOption{v, k.T(name + "_" + v)})
	}
	return []Field{f}
}

func (k fields) legs() []Field {
	return []Field{{Name: "leg", Label: k.T("field_leg"), Kind: FieldPick, Options: []FieldOption{
		{"", k.T("not_known")}, {string(recourse.Domestic), k.Language.Leg(recourse.Domestic)}, {string(recourse.International), k.Language.Leg(recourse.International)}}}}
}

// problems are the situations that a buyer can report.
func (k fields) problems() []Field {
	f := Field{Name: "problem", Label: k.T("field_problem"), Kind: FieldPick, Required: true, Value: string(k.of.Situation)}
	for _, s := range k.view.Decider.Policy.Situations {
		if slices.ContainsFunc(s.Opens, func(o *playbook.Opener) bool { return o.On == recourse.ProblemReported }) {
			f.Options = append(f.Options, FieldOption{string(s.Name), k.Language.Situation(s.Name)})
		}
	}
	return []Field{f}
}

// offersAtOnce is how many listings a form takes.
const offersAtOnce = 3

// offers are the listings that were found; left empty, the answer is that there is none.
func (k fields) offers() []Field {
	f := Field{Name: "offers", Label: k.T("field_offers"), Hint: k.T("hint_offer"), Kind: FieldOffers}
	for i := range offersAtOnce {
		at := "offers." + strconv.Itoa(i) + "."
		f.Parts = append(f.Parts, Field{Name: at, Label: k.T("offer_n", "n", strconv.Itoa(i+1)), Kind: FieldGroup, Parts: []Field{
			{Name: at + "supplier", Label: k.T("field_supplier"), Kind: FieldText},
			{Name: at + "price", Label: k.T("field_price"), Kind: FieldMoney},
			{Name: at + "stock", Label: k.T("field_stock"), Kind: FieldNumber, Most: mostNumber},
			{Name: at + "lead_days", Label: k.T("field_lead_days"), Kind: FieldNumber, Most: mostNumber},
			{Name: at + "same", Label: k.T("field_same"), Kind: FieldCheck},
		}})
	}
	return []Field{f}
}

// mostNumber bounds the numbers that people fill in.
const mostNumber = 1_000_000

// pieces says how many of each line are meant: all of the case's, unless somebody says otherwise. Where there is but one
// piece there is nothing to ask. A remedy is chosen for all of them.
func (k fields) pieces() []Field {
	if recourse.Total(k.of.Lines) < 2 || k.option.Remedy != "" {
		return nil
	}
	f := Field{Name: "lines", Label: k.T("field_lines"), Kind: FieldPieces}
	for _, p := range k.of.Lines {
		label := strconv.Itoa(p.Line)
		if l := k.view.File.Order.Line(p.Line); l != nil && l.Title != "" {
			label = l.Title
		}
		f.Parts = append(f.Parts, Field{Name: "lines." + strconv.Itoa(p.Line), Label: label, Kind: FieldNumber, Value: strconv.Itoa(p.Quantity), Most: p.Quantity})
	}
	return []Field{f}
}

// address begins with the address that is there, of which a digit may be wrong.
func (k fields) address() []Field {
	var a recourse.Address
	if to := k.view.File.Order.ShipTo; to != nil {
		a = *to
	}
	var out []Field
	for _, f := range []struct{ name, value string }{{"name", a.Name}, {"street", a.Street}, {"postcode", a.Postcode}, {"city", a.City}, {"region", a.Region}, {"country", a.Country}, {"phone", a.Phone}, {"tax_id", a.TaxID}} {
		out = append(out, Field{Name: "ship_to." + f.name, Label: k.T("field_" + f.name), Kind: FieldText, Value: f.value})
	}
	return out
}

// optionOf is the option by which a party could choose a remedy now.
func optionOf(v *desk.View, id string, remedy recourse.Remedy, by recourse.Party) (decide.Option, bool) {
	for _, o := range v.Options(id) {
		if o.Remedy == remedy && remedy != "" && (len(o.By) == 0 || slices.Contains(o.By, by)) {
			return o, true
		}
	}
	return decide.Option{}, false
}

// Warning is what must be confirmed before a remedy can be chosen; "" for nothing.
func Warning(r Reader, v *desk.View, id string, remedy recourse.Remedy, by recourse.Party) string {
	if o, ok := optionOf(v, id, remedy, by); ok && o.Confirm {
		return r.T("double_loss")
	}
	return ""
}

// ChoiceFields are what may be said along with a choice.
func ChoiceFields(r Reader, v *desk.View, id string, remedy recourse.Remedy, by recourse.Party, rights Rights) (out []Field) {
	o, ok := optionOf(v, id, remedy, by)
	if !ok {
		return nil
	}
	out = fields{Reader: r, view: v, of: v.File.Case(id), option: &o}.all()
	if o.Confirm && rights.Money {
		out = append(out, Field{Name: "confirmed", Label: r.T("double_loss_yes"), Kind: FieldCheck, Required: true})
	}
	return out
}
