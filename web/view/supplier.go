package view

import (
	"cmp"
	"math/big"
	"net/url"
	"slices"
	"strings"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
	"recourse/store"
)

// SupplierList is who goods are bought from.
type SupplierList struct {
	Rows  []SupplierRow
	Sorts []Link
}

// SupplierRow is a supplier with its figures.
type SupplierRow struct {
	Name, Href string
	Merged     string // other names of it
	Standing   string
	Class      string           // how good that is, beside the words
	Figures    []SupplierFigure // late, out of stock, claims, silent
	Answer     string
	Counted    string
	Offers     string
}

// SupplierFigure is a share with the numbers that it is of.
type SupplierFigure struct {
	Label  string
	Share  string // «12 %», or that too little is known
	Enough bool
	Of     string // «3 of 25»
	How    string // how it came about
	Cases  []Link // behind it
}

// SupplierSorts are the orders that suppliers are listed in.
var SupplierSorts = []string{"name", "standing", "late", "stock", "claims", "answer", "offers"}

// NewSupplierList tells suppliers, in an order.
func NewSupplierList(r Reader, all []desk.SupplierCard, by string) SupplierList {
	if !slices.Contains(SupplierSorts, by) {
		by = "name"
	}
	slices.SortStableFunc(all, func(a, b desk.SupplierCard) int { return cmp.Or(bySupplier(by, &a, &b), cmp.Compare(a.Name, b.Name)) })
	l := SupplierList{}
	for _, s := range SupplierSorts {
		l.Sorts = append(l.Sorts, Link{Label: r.T("sup_sort_" + s), Href: "/suppliers?sort=" + s, On: s == by})
	}
	for i := range all {
		l.Rows = append(l.Rows, r.supplierRow(&all[i]))
	}
	return l
}

// bySupplier compares two suppliers: the most troubled first, and those of whom too little is known behind the others.
func bySupplier(by string, a, b *desk.SupplierCard) int {
	worse := func(x, y sourcing.Share) int {
		if x.Enough != y.Enough {
			if x.Enough {
				return -1
			}
			return 1
		}
		return cmp.Compare(y.Permille, x.Permille)
	}
	switch by {
	case "standing":
		if a.Known != b.Known {
			if a.Known {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Standing, a.Standing)
	case "late":
		return worse(a.Record.Late, b.Record.Late)
	case "stock":
		return worse(a.Record.OutOfStock, b.Record.OutOfStock)
	case "claims":
		return worse(a.Record.Claims, b.Record.Claims)
	case "answer":
		return cmp.Compare(b.Record.Answer, a.Record.Answer)
	case "offers":
		return cmp.Compare(b.Offers, a.Offers)
	}
	return 0
}

func (r Reader) supplierRow(c *desk.SupplierCard) SupplierRow {
	row := SupplierRow{Name: c.Name, Href: SupplierPath(c.ID), Class: standingClass(c), Standing: r.T("sup_standing_of", "n", r.Number(c.Standing/10)), Answer: "–", Counted: r.Number(c.Record.Counted), Offers: r.Number(c.Offers), Figures: r.figures(&c.Record)}
	if len(c.Merged) > 0 {
		row.Merged = r.T("sup_also", "names", r.List(c.Merged))
	}
	if !c.Known {
		row.Standing = r.T("sup_little")
	}
	if c.Record.Answer > 0 {
		row.Answer = r.span(int64(c.Record.Answer.Seconds()))
	}
	return row
}

// standingClass is how good a standing is: most suppliers come to 80 and more.
func standingClass(c *desk.SupplierCard) string {
	switch {
	case !c.Known:
		return ""
	case c.Standing >= 800:
		return "good"
	case c.Standing < 650:
		return "bad"
	}
	return "open"
}

func (r Reader) figures(c *sourcing.Record) []SupplierFigure {
	return []SupplierFigure{r.figure(r.T("sup_late"), c.Late), r.figure(r.T("sup_stock"), c.OutOfStock), r.figure(r.T("sup_claims"), c.Claims), r.figure(r.T("sup_silent"), c.Silent)}
}

func (r Reader) figure(label string, s sourcing.Share) SupplierFigure {
	f := SupplierFigure{Label: label, Enough: s.Enough, Share: r.T("sup_unknown")}
	if s.Enough {
		f.Share = r.percent(float64(s.Permille) / 1000)
	}
	return f
}

// SupplierView is one supplier.
type SupplierView struct {
	SupplierRow
	ID      string
	Form    SupplierForm
	Act     bool
	Into    string // what it was merged into; "": it was not
	Others  []string
	Names   []string // that were merged into it
	Listed  []OfferRow
	More    string // more offers
	Cases   []Row
	Queue   string
	Explain []SupplierFigure
}

// SupplierForm is what is written down of a supplier.
type SupplierForm struct {
	Name, Email, Language, URL, Note string
	Langs                            []FieldOption
	Wrong                            string
}

// markSituations are the situations behind each figure.
var markSituations = map[sourcing.Mark][]recourse.Situation{
	sourcing.MarkLate: {"late_shipment"}, sourcing.MarkOutOfStock: {"out_of_stock"}, sourcing.MarkClaim: {"wrong_item", "missing_item", "damaged_item"}, sourcing.MarkSilent: {"supplier_unresponsive"},
}

// NewSupplier tells a supplier; others are the names that it could be merged into.
func NewSupplier(r Reader, f *desk.SupplierFile, others []string, act bool) SupplierView {
	v := SupplierView{SupplierRow: r.supplierRow(&f.SupplierCard), ID: f.ID, Act: act, Others: others, Names: f.Merged, Queue: Filter{Supplier: f.ID}.Href()}
	v.Form = SupplierForm{Name: f.Name, Email: f.Email, Language: f.Language, URL: f.URL, Note: f.Note}
	bought, asked := f.Marks[sourcing.MarkBought], f.Marks[sourcing.MarkAnswered]
	silent := f.Marks[sourcing.MarkSilent]
	asked.Times, asked.Weight = asked.Times+silent.Times, asked.Weight+silent.Weight
	marks := []sourcing.Mark{sourcing.MarkLate, sourcing.MarkOutOfStock, sourcing.MarkClaim, sourcing.MarkSilent}
	for i, figure := range v.Figures {
		of := bought
		if marks[i] == sourcing.MarkSilent {
			of = asked
		}
		v.Explain = append(v.Explain, r.explain(figure, marks[i], f.Marks[marks[i]], of, f.ID))
	}
	for i := range f.Listed {
		v.Listed = append(v.Listed, r.OfferRow(&f.Listed[i], nil))
	}
	if len(f.Listed) < f.Offers {
		v.More = "/offers?supplier=" + url.QueryEscape(f.ID)
	}
	for i := range f.Cases {
		v.Cases = append(v.Cases, r.caseOf(&f.Cases[i]))
	}
	return v
}

// explain says how a figure came about.
func (r Reader) explain(f SupplierFigure, mark sourcing.Mark, bad, of sourcing.Weighed, supplier string) SupplierFigure {
	f.Of = r.T("sup_of", "bad", r.Number(bad.Times), "of", r.Number(of.Times))
	f.How = r.T("sup_weight", "bad", r.Decimal(int64(bad.Weight)/100), "of", r.Decimal(int64(of.Weight)/100))
	if !f.Enough {
		f.How += " " + r.T("sup_too_little")
	}
	for _, s := range markSituations[mark] {
		f.Cases = append(f.Cases, Link{Label: r.Situation(s), Href: Filter{Situation: s, Supplier: supplier}.Href()})
	}
	return f
}

func (r Reader) caseOf(c *store.Case) Row {
	row := Row{ID: c.ID, Href: CasePath(c.ID), Situation: r.Situation(c.Situation), Amount: r.Money(c.Amount), State: r.Status(c.Status)}
	if row.Due = r.Past(c.OpenedAt); c.Status == recourse.Closed && c.Outcome != "" {
		row.State = r.Outcome(c.Outcome)
	}
	return row
}

// OffersView is what suppliers have.
type OffersView struct {
	Query, Supplier string
	Rows            []OfferRow
	Next            string
	Act             bool
	Form            OfferForm
	Read            *OffersReadView
	Export          string
	Ties            []TieRow
}

// OffersReadView is what came of reading a list.
type OffersReadView struct {
	Say     string
	Rejects []string
	More    string
	File    string // of the rows that are no offers
}

// TieRow is what somebody said of an offer and an item.
type TieRow struct {
	SKU, Link, By string
	Offer         int64
	What          string
	At            Instant
}

// OfferRow is an offer in a list.
type OfferRow struct {
	Number                                             int64
	Supplier, Href, SKU, Title, Price, Stock, Lead, Of string
	Page                                               string
	Seen                                               Instant
	Ties                                               []string
}

// OfferRow tells an offer.
func (r Reader) OfferRow(o *store.Offer, ties []store.Substitute) OfferRow {
	row := OfferRow{Number: o.Number, Supplier: o.Supplier, Href: SupplierPath(o.Supplier), SKU: o.SKU, Title: o.Title, Price: r.Money(o.Price), Stock: r.Number(o.Stock), Seen: r.Past(o.SeenAt), Of: o.Source, Page: o.URL}
	if row.Title == "" {
		row.Title, row.SKU = row.SKU, ""
	}
	if o.Stock < 0 {
		row.Stock = "?"
	}
	if o.LeadDays > 0 {
		row.Lead = r.T("off_days", "days", r.Days(o.LeadDays))
	}
	for _, s := range ties {
		if s.Offer == o.Number {
			row.Ties = append(row.Ties, r.T("off_tied", "link", r.tied(s.Link), "sku", s.SKU))
		}
	}
	return row
}

func (r Reader) tied(link string) string {
	switch link {
	case "same":
		return r.T("src_is_same")
	case "similar":
		return r.T("src_is_similar")
	}
	return r.T("src_is_never")
}

// Ties tell what was said of offers and an item.
func (r Reader) Ties(all []store.Substitute, offers []store.Offer) (out []TieRow) {
	for _, s := range all {
		row := TieRow{SKU: s.SKU, Link: r.tied(s.Link), By: s.By, Offer: s.Offer, At: r.Past(s.At)}
		if at := slices.IndexFunc(offers, func(o store.Offer) bool { return o.Number == s.Offer }); at >= 0 {
			row.What = offers[at].Supplier + " · " + cmp.Or(offers[at].Title, offers[at].SKU)
		}
		out = append(out, row)
	}
	return out
}

// RatesView is what currencies are worth in others.
type RatesView struct {
	Rows []RateRow
	Text string // as it was written, where it could not be taken
	Act  bool
}

// RateRow is the newest rate of two currencies.
type RateRow struct{ Pair, Rate, Day, Days, Source string }

// NewRates tells rates.
func NewRates(r Reader, all []store.RatePair, act bool) RatesView {
	v := RatesView{Act: act}
	for _, p := range all {
		v.Rows = append(v.Rows, RateRow{Pair: string(p.Base) + " → " + string(p.Quote), Rate: r.rate(p.Rate), Day: r.Day(p.Day), Days: r.Number(p.Days), Source: p.Source})
	}
	return v
}

// rate is a rate for the reader, with the decimal mark of the language.
func (r Reader) rate(x store.Rate) string {
	mark := strings.Trim(r.Decimal(5), "05")
	return strings.Replace(RateText(x), ".", mark, 1)
}

// RateText is how much of the quote one unit of the base is worth, as a decimal of at most six places.
func RateText(x store.Rate) string {
	if x.Den == 0 {
		return ""
	}
	rat := new(big.Rat).SetFrac64(x.Num, x.Den)
	ten := func(n int) *big.Rat {
		return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
	}
	rat.Mul(rat, ten(x.Base.Exponent())).Quo(rat, ten(x.Quote.Exponent()))
	s := strings.TrimRight(rat.FloatString(6), "0")
	return strings.TrimSuffix(s, ".")
}
