package view

import (
	"net/url"
	"slices"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
)

// WindowRow is a claim window of a table.
type WindowRow struct {
	For     string // whom it holds for
	Problem string
	Length  string
	Warn    string
	Source  string // in words, or the host of an address
	Link    string // the address
	Note    string
	Check   bool
	// What takes it away again.
	Supplier, Marketplace, ProblemID string
}

// MarketRow is a supplier with its marketplace.
type MarketRow struct {
	Supplier, Href string
	Marketplace    string // its id
	Name, By       string
}

// WindowForm is a window as it was filled in.
type WindowForm struct {
	url.Values
	Wrong string
}

// WindowsView is the page of a merchant's claim windows.
type WindowsView struct {
	Own, BuiltIn []WindowRow
	Playbook     string // the setting that holds where no row does; "": the playbook has none
	Markets      []FieldOption
	Usual        string
	Suppliers    []MarketRow
	Problems     []FieldOption
	Countries    []FieldOption
	Form         WindowForm
	Act          bool
}

// NewWindows is the page of claim windows; problems are the situations that they can be for.
func NewWindows(r Reader, t *desk.WindowTable, problems []recourse.Situation, countries []string, act bool) WindowsView {
	v := WindowsView{Usual: t.Markets[""], Act: act}
	for i := range t.Own {
		v.Own = append(v.Own, r.windowRow(&t.Own[i]))
	}
	for i := range t.BuiltIn {
		v.BuiltIn = append(v.BuiltIn, r.windowRow(&t.BuiltIn[i]))
	}
	if t.HasBook {
		v.Playbook = r.WindowLength(&t.Playbook)
	}
	v.Markets = r.marketplaces(t)
	for _, s := range t.Known {
		row := MarketRow{Supplier: s.Supplier, Href: SupplierPath(s.Supplier), Marketplace: t.Markets[s.Supplier], Name: r.Marketplace(s.Marketplace)}
		if s.By != "" {
			row.By = r.T("win_market_" + s.By)
		}
		v.Suppliers = append(v.Suppliers, row)
	}
	for _, s := range problems {
		v.Problems = append(v.Problems, FieldOption{Value: string(s), Label: r.Language.Situation(s)})
	}
	for _, c := range countries {
		v.Countries = append(v.Countries, FieldOption{Value: c, Label: r.T("win_business", "country", r.Country(c))})
	}
	return v
}

// marketplaces are those that can be chosen: the program's, and those that the merchant has a word for.
func (r Reader) marketplaces(t *desk.WindowTable) (out []FieldOption) {
	known := map[string]bool{}
	add := func(id string) {
		if id != "" && !known[id] {
			known[id] = true
			out = append(out, FieldOption{Value: id, Label: r.Marketplace(id)})
		}
	}
	for _, m := range sourcing.Marketplaces {
		add(m)
	}
	for i := range t.Own {
		add(t.Own[i].Marketplace)
	}
	for _, s := range t.Known {
		add(s.Marketplace)
	}
	add(t.Markets[""])
	return out
}

// MarketplaceIDs are the marketplaces that the program has a word for.
func MarketplaceIDs() []string { return slices.Clone(sourcing.Marketplaces) }

func (r Reader) windowRow(w *recourse.ListedWindow) WindowRow {
	row := WindowRow{Length: r.WindowLength(&w.ClaimWindow), Note: w.Note, Check: w.Unsure, Supplier: w.Supplier, Marketplace: w.Marketplace, ProblemID: w.Problem, Problem: r.T("win_every_problem"), Source: w.Source}
	if w.WarnDays > 0 {
		row.Warn = r.T("win_warn_n", "time", r.Days(w.WarnDays))
	}
	if w.Problem != "" {
		row.Problem = r.Language.Situation(recourse.Situation(w.Problem))
	}
	switch {
	case w.Supplier != "" && w.Marketplace != "":
		row.For = w.Supplier + " · " + r.Marketplace(w.Marketplace)
	case w.Supplier != "":
		row.For = w.Supplier
	case w.Marketplace != "":
		row.For = r.Marketplace(w.Marketplace)
	default:
		row.For = r.T("win_everybody")
	}
	if u, err := url.Parse(w.Source); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		row.Link, row.Source = w.Source, u.Host
	}
	return row
}
