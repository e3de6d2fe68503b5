package view

import (
	"net/url"
	"strconv"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
)

// Sourcing is where a case's goods could come from instead.
type Sourcing struct {
	Lines   []SourcingLine
	Action  string // where a choice is sent
	Tie     string // where it is sent what an offer is to an item
	Add     string // where an offer by hand is sent
	Back    string
	Version int64
	Act     bool
	Ways    *WaysView    // how goods that are too big could go; nil: they are not
	Check   *AddressView // what was found of the address that goods would go to; nil: nothing
}

// SourcingLine is what was found for one line.
type SourcingLine struct {
	Line   int
	Title  string
	SKU    string
	Pieces string
	Looked string // how many offers were compared; "": none is known
	Best   []OfferCard
	Others []OfferCard // that cannot be taken, or stand behind the three
}

// OfferCard is an offer with its place and why it has it.
type OfferCard struct {
	Number   int64
	Supplier string
	Href     string // of the supplier
	SKU      string
	Title    string
	Page     string // where the supplier shows it; "": not known
	Price    string
	Score    int
	Points   []PointRow
	Blocks   []string
	Dearer   string
	Class    string // of the difference: good, bad
	Margin   string
	Arrives  string
	Stock    string
	Link     string // what somebody said of it, in words
	Linked   string // and as it is kept
	Fits     bool
	Minor    string // the price as it was looked at, for the form
}

// PointRow is one part of a score.
type PointRow struct {
	Name   string
	Is, Of int
	Text   string
}

// SupplierPath is the page of a supplier.
func SupplierPath(id string) string { return "/suppliers/" + url.PathEscape(id) }

// bestShown is how many offers of a line are shown whole, othersShown how many behind them.
const (
	bestShown   = 3
	othersShown = 8
)

// NewSourcing tells what was found. now is the instant of the look.
func NewSourcing(r Reader, v *desk.View, id string, found []desk.Sourcing, rights Rights) *Sourcing {
	s := &Sourcing{Action: CasePath(id) + "/offer", Tie: "/offers/tie", Add: "/offers", Back: CasePath(id) + "#sourcing", Version: v.Version, Act: rights.Act}
	for i := range found {
		s.Lines = append(s.Lines, r.sourcingLine(&found[i]))
	}
	return s
}

// Looks says whether a case is one for which goods are looked for: it searches, or somebody may choose to buy again.
func Looks(v *desk.View, id string) bool {
	c := v.File.Case(id)
	if c == nil || c.Status != recourse.Open {
		return false
	}
	if c.Searching {
		return true
	}
	for _, o := range v.Options(id) {
		if o.Remedy == recourse.RemedyReorder || o.Remedy == recourse.RemedyAdjustment || o.Event == recourse.OffersFound {
			return true
		}
	}
	return false
}

func (r Reader) sourcingLine(f *desk.Sourcing) SourcingLine {
	l := SourcingLine{Line: f.Line.Line, Title: f.Line.Title, SKU: f.Line.SKU, Pieces: r.Number(f.Want.Pieces)}
	if f.Looked > 0 {
		l.Looked = r.T("src_looked", "n", r.Number(f.Looked))
	}
	if l.Title == "" {
		l.Title = l.SKU
	}
	for i := range f.Ranked {
		card := r.OfferCard(&f.Ranked[i])
		switch {
		case card.Fits && len(l.Best) < bestShown:
			l.Best = append(l.Best, card)
		case len(l.Others) < othersShown:
			l.Others = append(l.Others, card)
		}
	}
	return l
}

// OfferCard tells an offer with its reasons.
func (r Reader) OfferCard(k *sourcing.Ranked) OfferCard {
	c := OfferCard{Number: k.Number, Supplier: k.Supplier, Href: SupplierPath(k.Supplier), SKU: k.SKU, Title: k.Title, Price: r.Money(k.Price), Score: k.Score, Fits: k.Fits(), Linked: string(k.Link), Minor: k.Price.String()}
	if c.Title == c.SKU {
		c.SKU = ""
	}
	switch k.Link {
	case sourcing.LinkSame:
		c.Link = r.T("src_is_same")
	case sourcing.LinkSimilar:
		c.Link = r.T("src_is_similar")
	case sourcing.LinkNever:
		c.Link = r.T("src_is_never")
	default:
		if k.Same {
			c.Link = r.T("src_is_sku")
		}
	}
	for _, p := range k.Points {
		c.Points = append(c.Points, PointRow{Name: r.pointName(p.Name), Is: p.Is, Of: p.Of, Text: r.Point(p.Name, p.Args)})
	}
	for _, b := range k.Blocks {
		c.Blocks = append(c.Blocks, r.Block(b.Code, b.Args))
	}
	switch sign := k.Dearer.Sign(); {
	case k.Dearer.Currency == "":
	case sign > 0:
		c.Dearer, c.Class = r.T("src_dearer", "amount", r.Money(k.Dearer)), "bad"
	case sign < 0:
		c.Dearer, c.Class = r.T("src_cheaper", "amount", r.Money(k.Dearer.Neg())), "good"
	default:
		c.Dearer = r.T("src_as_dear")
	}
	if k.Margin.Currency != "" {
		c.Margin = r.Money(k.Margin)
	}
	if !k.Arrives.IsZero() {
		c.Arrives = r.Day(recourse.DateOf(r.Local(k.Arrives)))
	}
	if k.Stock >= 0 {
		c.Stock = r.T("src_stock", "n", r.Number(k.Stock))
	} else {
		c.Stock = r.T("src_stock_unknown")
	}
	return c
}

func (r Reader) pointName(name string) string {
	switch name {
	case "likeness":
		return r.T("src_likeness")
	case "price":
		return r.T("src_price")
	case "margin":
		return r.T("src_margin")
	case "time":
		return r.T("src_time")
	case "record":
		return r.T("src_record")
	case "stock":
		return r.T("src_in_stock")
	}
	return r.T("src_shipping")
}

// number is a number for a form.
func number(n int64) string { return strconv.FormatInt(n, 10) }

// OfferForm is an offer as somebody writes it down.
type OfferForm struct {
	Action string
	Back   string
	For    string // the shop's SKU that it may stand in for
	Values url.Values
	Wrong  string
}

func (f OfferForm) value(name string) string { return f.Values.Get(name) }
