package view

import (
	"net/mail"
	"net/url"

	"recourse"
	"recourse/text"
)

// Page is what every page has around its own.
type Page struct {
	R      Reader
	Title  string
	Shop   string // the merchant's name
	Me     string // who is signed in
	Role   string // and as what, in words
	Here   string // the page's own address, to come back to after a change of language
	Style  string // where the style sheet is
	Script string // where the script is
	Tour   *Tour  // what the tour says here; nil: nothing
	Nav    []Link // the desk's parts
	Pages  []Link // the pages of the part that is open; none: it has only one
	Import bool   // the visitor may import orders
	Leave  string // where the form that signs out is sent; "": nobody can sign out here
	Notice *Notice
	Langs  []text.Lang
	Called int // notes that call who is signed in and that they have not seen
}

// Link is a way to another page.
type Link struct {
	Label string
	Href  string
	On    bool // it is the present page, or one below it
}

// Notice is a message on top of a page: what was done, or why it was not.
type Notice struct {
	Good bool
	Text string
	Hint string
	Undo *UndoForm // how it is taken back
	// Detail is where in a file something is wrong, in the program's own words; "": it is about no file.
	Detail string
}

// UndoForm is a button that takes back what was done.
type UndoForm struct {
	Path, Label, Once string
	Seq               int64
}

// Rights are what the one who looks may do. What they may not do is not shown.
type Rights struct {
	Act   bool                        // work on cases
	Money bool                        // approve what is at stake, and confirm what would be paid twice
	May   func(*recourse.Effect) bool // approve or reject an act; nil: as Money says
}

// Approves says whether an act may be approved or rejected.
func (r Rights) Approves(e *recourse.Effect) bool {
	if r.May == nil {
		return r.Money
	}
	return r.May(e)
}

// Lang is the language of the page for its html element.
func (p Page) Lang() string { return string(p.R.Lang()) }

// Switch is the link that changes the language and comes back.
func (p Page) Switch(l text.Lang) string {
	return "/language?" + url.Values{"to": {string(l)}, "back": {p.Here}}.Encode()
}

// LangName is a language by its own name.
func (p Page) LangName(l text.Lang) string { return p.R.Other(string(l)).Name() }

// CasePath is the page of a case.
func CasePath(id string) string { return "/cases/" + url.PathEscape(id) }

// OrderPath is the page of an order.
func OrderPath(id string) string { return "/orders/" + url.PathEscape(id) }

// EffectPath is where a form about an act is sent.
func EffectPath(id string) string { return "/effects/" + url.PathEscape(id) + "/act" }

// mailto is the link that writes to an address; "" where it is none, as far as can be told.
func mailto(address string) string {
	if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
		return ""
	}
	return "mailto:" + url.PathEscape(address)
}

// goods names pieces as the order does.
func goods(o *recourse.Order, pieces []recourse.Pieces) []Goods {
	out := make([]Goods, 0, len(pieces))
	for _, p := range pieces {
		g := Goods{Quantity: p.Quantity}
		if l := o.Line(p.Line); l != nil {
			g.Title, g.SKU = l.Title, l.SKU
		}
		if g.Title == "" {
			g.Title = g.SKU
		}
		out = append(out, g)
	}
	return out
}

// Goods is some pieces of a line.
type Goods struct {
	Title    string
	SKU      string
	Quantity int
	Price    string
}
