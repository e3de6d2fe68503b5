package view

import (
	"strings"

	"recourse"
	"recourse/desk"
)

// Order is an order with what was bought for it, where it is, and whose it is.
type Order struct {
	ID, Href  string
	Channel   string
	Placed    Instant
	Sums      []Sum
	Lines     []Goods
	Purchases []Purchase
	Parcels   []Parcel // those that belong to no purchase
	Buyer     string
	Email     string
	Language  string
	Address   []string
	Wrong     bool // the address cannot be delivered to
	Cases     []Row
	Ledger    Ledger
	Past      Timeline
	Link      LinkModel
	Evidence  []EvidenceItem
	Erase     *Erase       // nil: the reader may not
	Books     *Books       // nil: nothing was posted
	Check     *AddressView // what was found of the address; nil: nothing
	Banks     []*Bank      // the dossiers that its disputes ask for
}

// Sum is an amount with what it is.
type Sum struct{ Label, Amount string }

// Purchase is what was bought at a supplier.
type Purchase struct {
	ID, Supplier, Cost, Status string
	Class                      string
	Placed, ShipBy             Instant
	Shipped                    bool
	Parcels                    []Parcel
}

// Parcel is a tracking number and the newest that is known of it.
type Parcel struct {
	ID, Tracking, Carrier, Leg, Status string
	At                                 Instant
	Asks                               []Sum // what customs wants
}

// NewOrder tells an order.
func NewOrder(r Reader, v *desk.View) Order {
	o := &v.File.Order
	out := Order{ID: o.ID, Href: OrderPath(o.ID), Channel: o.Channel, Placed: r.Past(o.PlacedAt), Wrong: v.File.AddressWrong}
	for _, s := range []struct {
		key string
		sum recourse.Money
	}{{"paid", o.Paid}, {"shipping", o.Shipping}, {"discount", o.Discount}, {"tax", o.Tax}} {
		if s.sum.Sign() != 0 {
			out.Sums = append(out.Sums, Sum{r.T(s.key), r.Money(s.sum)})
		}
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		g := Goods{Title: l.Title, SKU: l.SKU, Quantity: l.Quantity, Price: r.Money(l.Price)}
		if g.Title == "" {
			g.Title, g.SKU = g.SKU, ""
		}
		out.Lines = append(out.Lines, g)
	}
	out.person(r, o)
	out.goods(r, v.File)
	for _, c := range v.File.Cases {
		out.Cases = append(out.Cases, r.caseRow(v, c))
	}
	return out
}

// NewOrderPage is an order with its money and its history.
func NewOrderPage(r Reader, v *desk.View) Order {
	o := NewOrder(r, v)
	o.Ledger = NewLedger(r, v.File, "")
	o.Check = NewAddress(r, v)
	o.Past = r.timeline(r.history(v, ""))
	return o
}

func (out *Order) person(r Reader, o *recourse.Order) {
	if o.Buyer != nil {
		out.Buyer, out.Email = o.Buyer.Name, o.Buyer.Email
		if o.Buyer.Locale != "" {
			out.Language = r.Other(o.Buyer.Locale).Name()
		}
	}
	a := o.ShipTo
	if a == nil {
		return
	}
	for _, line := range []string{a.Name, a.Street, strings.TrimSpace(a.Postcode + " " + a.City), a.Region, r.country(a.Country), a.Phone} {
		if line != "" {
			out.Address = append(out.Address, line)
		}
	}
	if a.TaxID != "" {
		out.Address = append(out.Address, r.T("tax_id_is", "id", a.TaxID))
	}
}

func (r Reader) country(code string) string {
	if code == "" {
		return ""
	}
	return r.Language.Country(code)
}

// goods tells purchases with their parcels.
func (out *Order) goods(r Reader, f *recourse.OrderFile) {
	place := map[string]int{}
	for i := range f.Purchases {
		p := &f.Purchases[i]
		place[p.ID] = len(out.Purchases)
		shipped := !p.ShippedAt.IsZero()
		one := Purchase{ID: p.ID, Supplier: p.Supplier, Cost: r.Money(p.Cost), Status: r.T("purchase_" + string(p.Status)), Placed: r.Past(p.PlacedAt), Shipped: shipped, Class: "open"}
		if p.Status != recourse.PurchasePlaced {
			one.Class = "bad"
		}
		if shipped && p.Status == recourse.PurchasePlaced {
			one.Status, one.Class = r.T("purchase_shipped"), "good"
		}
		if !p.ShipBy.IsZero() {
			one.ShipBy = r.Due(p.ShipBy)
		}
		out.Purchases = append(out.Purchases, one)
	}
	for i := range f.Parcels {
		p := &f.Parcels[i]
		if at, ok := place[p.Purchase]; ok {
			out.Purchases[at].Parcels = append(out.Purchases[at].Parcels, r.parcel(p))
			continue
		}
		out.Parcels = append(out.Parcels, r.parcel(p))
	}
}

func (r Reader) parcel(p *recourse.Parcel) Parcel {
	out := Parcel{ID: p.ID, Tracking: p.Tracking, Carrier: p.Carrier, At: r.Past(p.StatusAt), Status: r.T("handed_over")}
	if out.Tracking == "" {
		out.Tracking = p.ID
	}
	if p.Leg != "" {
		out.Leg = r.Language.Leg(p.Leg)
	}
	if p.Status != "" {
		out.Status = r.Language.Parcel(p.Status)
	} else {
		out.At = r.Past(p.ShippedAt)
	}
	if c := p.Customs; c != nil {
		for _, s := range []Sum{{r.T("customs_asks"), c.Asks}, {r.T("customs_by"), r.by(c.By)}, {r.T("customs_pays"), r.payer(c.WhoPays)}} {
			if s.Amount != "" {
				out.Asks = append(out.Asks, s)
			}
		}
	}
	return out
}

// by is a day as customs wrote it: in the reader's words where it is one.
func (r Reader) by(day string) string {
	if d, err := recourse.ParseDate(day); err == nil {
		return r.Day(d)
	}
	return day
}

func (r Reader) payer(who string) string {
	if who == "" {
		return ""
	}
	return r.Party(recourse.Party(who))
}

// caseRow is a case of an order as a row.
func (r Reader) caseRow(v *desk.View, c *recourse.Case) Row {
	row := Row{Href: CasePath(c.ID), ID: c.ID, Situation: r.Language.Situation(c.Situation), State: sentence(r.State(c.State)), Amount: r.Money(v.Decider.Stake(v.File, c.ID)), Quiet: c.Quiet}
	if c.Status == recourse.Open {
		row.Due = r.Due(v.Decider.NextDeadline(v.File, c.ID))
		return row
	}
	row.Due = Instant{Text: r.Language.Outcome(c.Outcome)}
	return row
}
