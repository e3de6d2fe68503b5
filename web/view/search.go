package view

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recourse"
	"recourse/search"
	"recourse/store"
)

// SearchFound is what was read for a page of what was found.
type SearchFound struct {
	Asked    string
	Query    search.Query
	Keys     []store.Key // the orders, the latest first
	Files    map[store.Key]store.File
	Personal map[store.Key]*store.Personal
	More     bool
}

// Search is a page of what was found.
type Search struct {
	Asked string
	Count string
	More  bool
	Hits  []Hit
}

// Hit is an order that was found, with its cases.
type Hit struct {
	Order, Href string
	Buyer       string
	Matches     []Match
	Cases       []Row
}

// Match is a text that has what was asked for.
type Match struct {
	Label string
	Parts []Marked
}

// Marked is a part of a text; Hit says that it is what was asked for.
type Marked struct {
	Text string
	Hit  bool
}

// matchesShown is how many texts of an order are shown that have what was asked for.
const matchesShown = 4

// NewSearch makes the page.
func NewSearch(r Reader, f *SearchFound) Search {
	s := Search{Asked: f.Asked, More: f.More, Count: r.Number(len(f.Keys))}
	for _, k := range f.Keys {
		file := f.Files[k].OrderFile
		if file == nil {
			continue
		}
		var known recourse.Personal
		if p := f.Personal[k]; p != nil {
			known = p.Fields
		}
		s.Hits = append(s.Hits, r.hit(known, file, f.Query))
	}
	return s
}

func (r Reader) hit(known recourse.Personal, sealed *recourse.OrderFile, q search.Query) Hit {
	file := known.RevealFile(sealed)
	h := Hit{Order: file.Order.ID, Href: OrderPath(file.Order.ID)}
	said := map[string]bool{}
	look := func(label, text string) {
		if text == "" || said[text] {
			return
		}
		said[text] = true
		if places := q.Find(text); len(places) > 0 && len(h.Matches) < matchesShown {
			h.Matches = append(h.Matches, Match{label, excerpt(text, places)})
		}
	}
	look(r.T("col_order"), file.Order.ID)
	if b := file.Order.Buyer; b != nil {
		h.Buyer = b.Name
		look(r.T("buyer"), b.Name)
		look(r.T("buyer"), b.Email)
	}
	if a := file.Order.ShipTo; a != nil {
		for _, t := range []string{a.Name, a.City, a.Street, a.Postcode, a.Phone} {
			look(r.T("col_country"), t)
		}
	}
	for i := range file.Order.Lines {
		look(r.T("goods"), file.Order.Lines[i].Title)
		look(r.T("goods"), file.Order.Lines[i].SKU)
	}
	for i := range file.Purchases {
		look(r.T("purchase"), file.Purchases[i].ID)
		look(r.T("col_supplier"), file.Purchases[i].Supplier)
	}
	for i := range file.Parcels {
		look(r.T("parcel"), file.Parcels[i].ID)
		look(r.T("parcel"), file.Parcels[i].Tracking)
	}
	for _, token := range sortedValues(known) {
		look(r.T("in_words"), token)
	}
	for _, c := range slices.Backward(file.Cases) {
		row := Row{Href: CasePath(c.ID), ID: c.ID, Situation: r.Language.Situation(c.Situation), State: sentence(r.State(c.State)), Closed: c.Status == recourse.Closed}
		if row.Closed {
			row.State = r.T("closed")
			if c.Outcome != "" {
				row.State = r.Language.Outcome(c.Outcome)
			}
		}
		h.Cases = append(h.Cases, row)
	}
	return h
}

// sortedValues are personal values in an order that does not change from one look to the next.
func sortedValues(p recourse.Personal) []string {
	out := make([]string, 0, len(p))
	for _, v := range p {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

const (
	// excerptBefore and excerptLong are how much of a long text stands before the first match, and in all, in bytes.
	excerptBefore, excerptLong = 60, 220
)

// excerpt is a text with what was found in it marked; of a long one the piece around the first.
func excerpt(text string, places [][2]int) (out []Marked) {
	from, to := 0, len(text)
	if to > excerptLong {
		from = edge(text, max(0, places[0][0]-excerptBefore))
		to = edge(text, min(to, from+excerptLong))
	}
	add := func(s string, hit bool) {
		if s != "" {
			out = append(out, Marked{s, hit})
		}
	}
	if from > 0 {
		add("… ", false)
	}
	at := from
	for _, p := range places {
		if p[0] < at || p[1] > to {
			continue
		}
		add(text[at:p[0]], false)
		add(text[p[0]:p[1]], true)
		at = p[1]
	}
	add(strings.TrimRight(text[at:to], " "), false)
	if to < len(text) {
		add(" …", false)
	}
	return out
}

// edge is a place between two letters, at or before one that may lie within a letter.
func edge(s string, at int) int {
	for at > 0 && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}
