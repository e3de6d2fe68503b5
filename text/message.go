package text

import (
	"slices"
	"strings"
	"time"

	"recourse"
)

// Data is all that a message may name. [NewData] fills it from the order file and the effect; what neither of them
// knows is for the sender to add: Shop, Link, ReturnTo and, where it was told, Reason. The zero value of a field means that it
// is not known, and every message does without it.
//
// What each part is for:
//
//   - Order, Goods and Amount say what the message is about, in the order's own numbers and titles.
//   - Purchase to LateDays are the merchant's side of it: what was bought where, and how late it is.
//   - Parcel to ScannedAt tell how far the goods came, as the newest checkpoint says.
//   - Situation to Due tell how the case stands, and what the reader may do until when.
//   - Vars are durations and dates that a playbook hands over; what they mean is agreed between it
//     and the message.
type Data struct {
	To       string // the party written to: buyer, merchant, supplier, agent or carrier
	Shop     string // the merchant's shop, which signs
	Link     string // the buyer's page about the case
	ReturnTo string // where goods are sent back to, on one line
	Order    string
	Ref      string // the case, by which we find an answer's place again
	Buyer    string // the buyer's name, in messages to the buyer only
	Goods    []Goods

	Amount   recourse.Money // of the effect, else of the newest refund that has not come to nothing
	Purchase string         // its number; of several, all of them
	Supplier string
	Cost     recourse.Money // of the purchase
	ShipBy   time.Time
	LateDays int // whole days of 24 hours past ShipBy

	Parcel      string
	Tracking    string
	Carrier     string
	Shipped     bool // handed over
	Delivered   bool // to the buyer
	DeliveredAt time.Time
	Returned    bool // back at the sender
	Lost        bool // says the carrier
	Customs     recourse.Customs
	ScannedAt   time.Time // the newest sign of life

	Situation   string
	Since       time.Time // the case was opened
	Reason      string    // in the words of who gave it
	Text        string    // of a message that a person wrote
	Offer       string    // the offers found: same, similar or either; "": none
	Choosing    bool      // the buyer has a question to answer
	ChooseBy    time.Time
	RefundAsked bool // a refund is requested, sent or done
	Searching   bool // other offers are being looked for
	GivenUp     bool // the purchase was given up though the supplier had said nothing
	Intercepted bool // the parcel was stopped
	Reminder    bool // the case has waited in this state since an earlier message
	ClaimAt     time.Time
	VerdictAt   time.Time
	Due         time.Time // of the effect, else of the event that opened the case
	AskedAt     time.Time // the agent was first asked for what this letter reminds of
	AnswerBy    time.Time // an answer is awaited; then it is reminded
	Attached    bool      // a file goes with the letter
	Address     string    // where the goods are to go, on one line, of a request to correct it

	Earliest Span            // the variables of the effect by these three names
	Latest   Span            //
	Window   Span            //
	Vars     map[string]Span // all of its variables
}

// Goods is some pieces of a line.
//
// Line is the line's number in the order. Title and SKU are empty for a line that the order does not
// have.
type Goods struct {
	Line     int
	SKU      string
	Title    string
	Quantity int
}

// Span is a duration and the instant at which it ends.
type Span struct {
	Text string // "10 business days CN"
	At   time.Time
}

// NewData gathers what the message of an effect may name. The file is the one that the effect's decision led to, or a
// later one: the words then tell how things stand.
func NewData(file *recourse.OrderFile, e recourse.Effect) Data {
	d := Data{
		To: string(e.To), Order: file.Order.ID, Goods: goodsOf(&file.Order, e.Lines),
		Amount: e.Amount, Purchase: e.Purchase, Supplier: e.Supplier, Parcel: e.Parcel, Due: e.Due,
	}
	if file.Order.Buyer != nil && e.To == recourse.PartyBuyer {
		d.Buyer = file.Order.Buyer.Name
	}
	d.variables(e.Variables)
	if c := file.Case(e.Case); c != nil {
		d.ofCase(file, c, e)
	}
	if p := file.Purchase(d.Purchase); p != nil {
		d.ofPurchase(p, e.At)
	}
	if p := parcelOf(file, d.Parcel, d.Purchase, e.Lines); p != nil {
		d.ofParcel(p)
	}
	if d.Purchase == "" {
		d.Purchase = purchasesOf(file, e.Lines)
	}
	d.ofRequest(file, e)
	return d
}

// goodsOf names the pieces as the order does. A line that the order does not have keeps its number, for a person to
// look up.
//
// The titles are those the buyer saw in the shop, not those of the listing at the supplier, which
// nobody but the agent would know again.
func goodsOf(o *recourse.Order, lines []recourse.Pieces) []Goods {
	goods := make([]Goods, 0, len(lines))
	for _, p := range lines {
		g := Goods{Line: p.Line, Quantity: p.Quantity}
		if line := o.Line(p.Line); line != nil {
			g.SKU, g.Title = line.SKU, line.Title
		}
		goods = append(goods, g)
	}
	return goods
}

// variables takes what the playbook gives the message to name. Three names have fields of their own, so that a message
// can do without them when a merchant's playbook does not give them.
func (d *Data) variables(args []recourse.Arg) {
	d.Vars = make(map[string]Span, len(args))
	for _, a := range args {
		d.Vars[a.Name] = Span{a.Text, a.At}
	}
	d.Earliest, d.Latest, d.Window = d.Vars["earliest"], d.Vars["latest"], d.Vars["window"]
	d.Reason, d.Text = d.Vars["reason"].Text, d.Vars["text"].Text
}

// ofCase takes what the case knows. Whether the buyer has a question to answer and whether a refund was requested are
// read from the file as it is, since three settings of a playbook can lead to the same message.
func (d *Data) ofCase(file *recourse.OrderFile, c *recourse.Case, e recourse.Effect) {
	if d.Purchase == "" {
		d.Purchase = c.Purchase
	}
	if d.Parcel == "" {
		d.Parcel = c.Parcel
	}
	if d.Due.IsZero() {
		d.Due = c.EventDue
	}
	d.Situation, d.Since = string(c.Situation), c.OpenedAt
	d.Offer = offered(c.Offers)
	d.Searching = c.Searching
	d.Intercepted = c.Interception == recourse.InterceptionSucceeded
	d.Reminder = e.Step == c.Step && e.At.After(c.EnteredAt)
	d.ClaimAt, d.VerdictAt = c.ClaimAt, c.VerdictAt
	for _, q := range c.Asks {
		if q.Of == recourse.PartyBuyer && remedies(q.Choices) > 1 {
			d.Choosing, d.ChooseBy = true, q.Due
		}
	}
	for i := range file.Refunds {
		if r := &file.Refunds[i]; r.Case == c.ID && r.Status.Active() {
			d.RefundAsked = true
			if e.Amount == (recourse.Money{}) {
				d.Amount = r.Amount
			}
		}
	}
}

// remedies counts the choices that put things right. To be asked for an address alone is not to choose.
func remedies(choices []string) int {
	n := 0
	for _, c := range choices {
		if slices.Contains(recourse.Remedies, recourse.Remedy(c)) {
			n++
		}
	}
	return n
}

// offered says what kind of offers there are. Which of them fits is the decision's business: with both kinds there,
// no more is said than that it is one or the other.
//
// The same item can be promised, a similar one only be proposed: the words to the buyer differ in
// just that.
func offered(offers []recourse.Offer) string {
	same := slices.ContainsFunc(offers, func(o recourse.Offer) bool { return o.Same })
	similar := slices.ContainsFunc(offers, func(o recourse.Offer) bool { return !o.Same })
	switch {
	case same && similar:
		return "either"
	case same:
		return "same"
	case similar:
		return "similar"
	}
	return ""
}

// ofPurchase takes what the purchase knows. Lateness is counted to the instant of the decision, not to the one at which
// the message happens to be written: preview and letter say the same.
func (d *Data) ofPurchase(p *recourse.Purchase, at time.Time) {
	if d.Supplier == "" {
		d.Supplier = p.Supplier
	}
	d.Cost, d.ShipBy = p.Cost, p.ShipBy
	d.GivenUp = p.Status == recourse.PurchaseGivenUp
	if !p.ShipBy.IsZero() && p.ShippedAt.IsZero() {
		d.LateDays = max(0, int(at.Sub(p.ShipBy)/(24*time.Hour)))
	}
}

// purchasesOf names the purchases that filled the lines, for a case that is about an order as a whole.
func purchasesOf(file *recourse.OrderFile, lines []recourse.Pieces) string {
	var ids []string
	for i := range file.Purchases {
		if p := &file.Purchases[i]; recourse.Overlap(p.Lines, lines) {
			ids = append(ids, p.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// parcelOf is the parcel that a message is about: the one named, else the newest of the purchase, else the newest
// that carries one of the lines.
//
// Newest is the one that became known last, which is the end of the list.
func parcelOf(file *recourse.OrderFile, id, purchase string, lines []recourse.Pieces) *recourse.Parcel {
	if p := file.Parcel(id); p != nil {
		return p
	}
	for i := len(file.Parcels) - 1; i >= 0; i-- {
		p := &file.Parcels[i]
		if purchase != "" && p.Purchase == purchase || purchase == "" && carries(file, p, lines) {
			return p
		}
	}
	return nil
}

// carries says whether one of the lines is in the parcel. One that names no lines has all of its purchase.
func carries(file *recourse.OrderFile, p *recourse.Parcel, lines []recourse.Pieces) bool {
	if bought := file.Purchase(p.Purchase); bought != nil && len(p.Lines) == 0 {
		return recourse.Overlap(bought.Lines, lines)
	}
	return recourse.Overlap(p.Lines, lines)
}

// ofParcel takes what the newest checkpoint says. On a domestic leg delivered means arrived at the warehouse, which is
// nothing that a buyer would call so.
func (d *Data) ofParcel(p *recourse.Parcel) {
	d.Parcel, d.Tracking, d.Carrier = p.ID, p.Tracking, p.Carrier
	if d.Tracking == "" {
		d.Tracking = p.ID
	}
	d.Shipped = !p.ShippedAt.IsZero()
	d.Delivered = p.Status == recourse.Delivered && p.Leg != recourse.Domestic
	if d.Delivered {
		d.DeliveredAt = p.StatusAt
	}
	d.Returned, d.Lost = p.Status == recourse.Returned, p.Status == recourse.Lost
	d.ScannedAt = p.ScannedAt
	if p.Customs != nil {
		d.Customs = *p.Customs
	}
}

// Message writes a message in the language, or in the next that has it. It fails with template_unknown where none
// has.
//
// The subject is one line whatever the template says: mail takes what follows a line break for
// another header. The body ends in a line break, as a text file does.
func (l *Language) Message(template string, d Data) (subject, body string, err error) {
	d = d.clean(l)
	for in := l; in != nil; in = in.next {
		if !in.messages[template] {
			continue
		}
		if subject, err = in.execute("message."+template+".subject", d); err != nil {
			return "", "", unwritten(template, err)
		}
		if body, err = in.execute("message."+template+".body", d); err != nil {
			return "", "", unwritten(template, err)
		}
		return strings.ReplaceAll(subject, "\n", " "), body + "\n", nil
	}
	return "", "", &recourse.Error{
		Kind: recourse.NotFound, Code: "template_unknown", Field: "template",
		Message: `there is no message "` + recourse.Shorten(template, 60) + `"`,
	}
}

// unwritten is a message that could not be written for this data: it names a variable that the playbook does not
// give it, or is too long.
func unwritten(template string, err error) error {
	return &recourse.Error{
		Kind: recourse.Invalid, Code: "template_failed", Field: "template", Err: err,
		Message: `the message "` + template + `" cannot be written: ` + recourse.Shorten(err.Error(), 160),
	}
}

// longest bounds, in characters, what a stranger's field may add to a message.
const longest = 300

// clean is the data as a message may show it: strangers' texts in one line each and not without end, so that no title
// of a product can add a line to a subject or a paragraph to a letter, and times on the reader's clock.
//
// It works on a copy, the goods and the variables included: the data may be written once more in
// another language.
//
// Link and To are left alone. They come from the program itself, and a link that was cut short would
// lead nowhere.
func (d Data) clean(l *Language) Data {
	for _, s := range []*string{&d.Shop, &d.ReturnTo, &d.Order, &d.Ref, &d.Address, &d.Buyer, &d.Purchase, &d.Supplier, &d.Parcel, &d.Tracking, &d.Carrier,
		&d.Reason, &d.Customs.Asks, &d.Customs.By, &d.Customs.WhoPays} {
		*s = recourse.Shorten(*s, longest)
	}
	for _, t := range []*time.Time{&d.ShipBy, &d.Since, &d.ScannedAt, &d.DeliveredAt, &d.ChooseBy, &d.ClaimAt, &d.VerdictAt, &d.Due, &d.AskedAt, &d.AnswerBy, &d.Earliest.At, &d.Latest.At, &d.Window.At} {
		*t = l.local(*t)
	}
	d.Goods = slices.Clone(d.Goods)
	for i := range d.Goods {
		d.Goods[i].Title = recourse.Shorten(d.Goods[i].Title, longest)
		d.Goods[i].SKU = recourse.Shorten(d.Goods[i].SKU, longest)
	}
	vars := make(map[string]Span, len(d.Vars))
	for name, s := range d.Vars {
		vars[name] = Span{recourse.Shorten(s.Text, longest), l.local(s.At)}
	}
	d.Vars = vars
	return d
}

// sample is data with something in every field, to try messages with.
//
// Everything is true and nothing is empty, contradictions included (delivered, returned and lost at
// once): the point is to run through each branch once, and not to make sense.
func sample(vars map[string]Span) Data {
	at := time.Date(2026, time.March, 6, 10, 0, 0, 0, time.UTC)
	sum := recourse.Money{Minor: 2990, Currency: "EUR"}
	return Data{
		To: "buyer", Shop: "x", Link: "x", ReturnTo: "x", Order: "x", Ref: "x", Buyer: "x", Goods: []Goods{{Line: 1, SKU: "x", Title: "x", Quantity: 1}},
		Amount: sum, Purchase: "x", Supplier: "x", Cost: sum, ShipBy: at, LateDays: 2, Parcel: "x", Tracking: "x", Carrier: "x",
		Shipped: true, Delivered: true, DeliveredAt: at, Returned: true, Lost: true, Customs: recourse.Customs{Asks: "x", By: "2026-03-06", WhoPays: "buyer"}, Since: at, ScannedAt: at,
		Situation: "x", Reason: "x", Offer: "same", Choosing: true, ChooseBy: at, RefundAsked: true, Searching: true, GivenUp: true,
		Intercepted: true, Reminder: true, ClaimAt: at, VerdictAt: at, Due: at, AskedAt: at, AnswerBy: at, Attached: true, Address: "x",
		Earliest: Span{"10 business days CN", at}, Latest: Span{"30 business days CN", at}, Window: Span{"15 days", at}, Vars: vars,
	}
}
