package view

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"recourse"
	"recourse/store"
)

// CountLimit is as far as cases are counted for a page: nobody acts otherwise on 1,000 than on a million.
const CountLimit = 1000

// CountLess is how far they are counted where there are more than that in all: sixteen numbers stand on the page.
const CountLess = 100

// Queue is the list of open cases.
type Queue struct {
	When      []Choice // overdue, today, …
	Who       []Choice
	Situation []Choice
	Active    []Choice // the filters that are on, each with the link that takes it off
	Groups    []Group
	Next      string // the page behind this one; "": none
	First     string // the first page, when this is another
	Empty     Empty
}

// Choice is a filter as a link.
type Choice struct {
	Label string
	Count string // "": not counted
	Href  string
	On    bool
	Class When
}

// Group is the cases of a page whose deadlines lie in one span.
type Group struct {
	When  When
	Label string
	Rows  []Row
}

// Row is a case at a glance.
type Row struct {
	Href, ID  string
	Due       Instant
	Situation string
	State     string
	Order     string
	OrderHref string
	Goods     []Goods
	More      int // further lines of goods
	Supplier  string
	OnlyFrom  string // the link to this supplier's cases
	Country   string
	Land      string
	Amount    string
	Next      string // what is asked, or what is awaited
	Waits     recourse.Party
	WaitsFor  string // in words
	Approve   string // the money that waits for an approval; "": none
	Quiet     bool
}

// Empty says why a queue has no rows: nothing was ever imported, nothing is open, or a filter hides all.
type Empty string

// The kinds of emptiness; each has words of its own that say what to do.
const (
	EmptyNot    Empty = ""
	EmptyNew    Empty = "new"
	EmptyCalm   Empty = "calm"
	EmptyFilter Empty = "filter"
)

// Filter is what the address of a queue page asks for.
type Filter struct {
	When      When
	Situation recourse.Situation
	Waits     recourse.Party
	Supplier  string
	After     string
}

// FilterOf reads the address. What it does not know it leaves out: an old bookmark still shows a page.
func FilterOf(q url.Values) Filter {
	f := Filter{Situation: recourse.Situation(q.Get("situation")), Supplier: q.Get("supplier"), After: q.Get("after")}
	if w := When(q.Get("when")); slices.Contains(Whens, w) {
		f.When = w
	}
	if p := recourse.Party(q.Get("waits")); p == recourse.PartyMerchant || p == recourse.PartyBuyer {
		f.Waits = p
	}
	return f
}

// Href is the address of the filter's page.
func (f Filter) Href() string {
	q := url.Values{}
	for k, v := range map[string]string{"when": string(f.When), "situation": string(f.Situation), "waits": string(f.Waits), "supplier": f.Supplier, "after": f.After} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// On says that something is filtered.
func (f Filter) On() bool {
	f.After = ""
	return f != Filter{}
}

// Cases is the filter for the store.
func (f Filter) Cases(r Reader, limit int) (store.CaseFilter, error) {
	after, err := store.ParseCursor(f.After)
	from, before := r.Span(f.When)
	return store.CaseFilter{Status: recourse.Open, Situation: f.Situation, Waits: f.Waits, Supplier: f.Supplier, DueAfter: from, DueBefore: before, After: after, Limit: limit}, err
}

// Found is what was read for a queue page.
type Found struct {
	Cases     []store.Case
	Next      store.Cursor
	Files     map[store.Key]store.File
	Approvals map[string]store.Effect // the refunds among the cases' acts, by id
	Whens     map[When]int
	Waits     map[recourse.Party]int
	Situation map[recourse.Situation]int
	Most      int  // as far as was counted; more than that is told as more
	Orders    bool // there is any order
}

// NewQueue makes the queue page of what was found.
func NewQueue(r Reader, f Filter, found *Found) Queue {
	q := Queue{}
	for _, w := range Whens {
		to := f.with(func(f *Filter) { f.When = w })
		q.When = append(q.When, r.choice(r.T("when_"+string(w)), found.Whens[w], found.Most, to, f.When == w, w))
	}
	for _, p := range []recourse.Party{recourse.PartyMerchant, recourse.PartyBuyer} {
		to := f.with(func(f *Filter) { f.Waits = p })
		q.Who = append(q.Who, r.choice(r.T("waits_"+string(p)), found.Waits[p], found.Most, to, f.Waits == p, ""))
	}
	for _, s := range r.situations(found.Situation) {
		to := f.with(func(f *Filter) { f.Situation = s })
		q.Situation = append(q.Situation, r.choice(r.Language.Situation(s), found.Situation[s], found.Most, to, f.Situation == s, ""))
	}
	q.Active = r.active(f)
	q.Groups = r.groups(f, found)
	if found.Next.ID != "" {
		next := f
		next.After = found.Next.String()
		q.Next = next.Href()
	}
	if f.After != "" {
		q.First = f.with(func(*Filter) {}).Href()
	}
	if len(found.Cases) == 0 {
		q.Empty = emptiness(f, found)
	}
	return q
}

// situations lists situations as the alphabet has their names.
func (r Reader) situations(of map[recourse.Situation]int) []recourse.Situation {
	return slices.SortedFunc(maps.Keys(of), func(a, b recourse.Situation) int {
		return strings.Compare(r.Language.Situation(a), r.Language.Situation(b))
	})
}

func emptiness(f Filter, found *Found) Empty {
	switch {
	case f.On() || f.After != "":
		return EmptyFilter
	case found.Orders:
		return EmptyCalm
	}
	return EmptyNew
}

// with is the filter with something changed, from its first page on.
func (f Filter) with(change func(*Filter)) Filter {
	f.After = ""
	change(&f)
	return f
}

// choice is a filter as a link; one that is on takes itself off.
func (r Reader) choice(label string, n, most int, to Filter, on bool, class When) Choice {
	c := Choice{Label: label, Count: r.Capped(n, most), On: on, Class: class}
	c.Href = to.Href()
	return c
}

// active are the filters that are on, each to be taken off by a link.
func (r Reader) active(f Filter) (out []Choice) {
	add := func(label string, off func(*Filter)) {
		out = append(out, Choice{Label: label, Href: f.with(off).Href()})
	}
	if f.When != "" {
		add(r.T("when_"+string(f.When)), func(f *Filter) { f.When = "" })
	}
	if f.Waits != "" {
		add(r.T("waits_"+string(f.Waits)), func(f *Filter) { f.Waits = "" })
	}
	if f.Situation != "" {
		add(r.Language.Situation(f.Situation), func(f *Filter) { f.Situation = "" })
	}
	if f.Supplier != "" {
		add(recourse.Shorten(f.Supplier, 40), func(f *Filter) { f.Supplier = "" })
	}
	return out
}

// groups puts rows that follow each other into the spans of their deadlines.
func (r Reader) groups(f Filter, found *Found) (out []Group) {
	for i := range found.Cases {
		row := r.row(f, &found.Cases[i], found)
		if n := len(out); n == 0 || out[n-1].When != row.Due.Class {
			out = append(out, Group{When: row.Due.Class, Label: r.T("when_" + string(row.Due.Class))})
		}
		g := &out[len(out)-1]
		g.Rows = append(g.Rows, row)
	}
	return out
}

// goodsShown is how many lines of goods a row names.
const goodsShown = 1

func (r Reader) row(f Filter, c *store.Case, found *Found) Row {
	row := Row{
		Href: CasePath(c.ID), ID: c.ID, Due: r.Due(c.Due), Situation: r.Language.Situation(c.Situation), State: sentence(r.State(c.State)), Order: c.Order, OrderHref: OrderPath(c.Order),
		Supplier: c.Supplier, OnlyFrom: f.with(func(f *Filter) { f.Supplier = c.Supplier }).Href(), Country: c.Country, Amount: r.Money(c.Amount), Waits: c.Waits, Quiet: c.Quiet,
	}
	if c.Country != "" {
		row.Land = r.Language.Country(c.Country)
	}
	if c.Waits != "" {
		row.WaitsFor = r.T("waits_" + string(c.Waits))
	}
	file := found.Files[store.Key{Merchant: c.Merchant, Order: c.Order}].OrderFile
	if file == nil {
		return row
	}
	if is := file.Case(c.ID); is != nil {
		row.Goods = goods(&file.Order, is.Lines)
		if row.More = max(0, len(row.Goods)-goodsShown); row.More > 0 {
			row.Goods = row.Goods[:goodsShown]
		}
		row.Next = r.asked(is)
	}
	row.Approve = r.toApprove(file, c.ID, found.Approvals)
	return row
}

// asked is the open question of a case that a person of the shop may answer: the merchant's own before the buyer's.
func (r Reader) asked(c *recourse.Case) string {
	var out string
	for _, q := range c.Asks {
		if q.Of == recourse.PartyMerchant {
			return r.Question(q.Question)
		}
		out = r.Question(q.Question)
	}
	return out
}

// toApprove is the money of a case that waits for a person's approval.
func (r Reader) toApprove(file *recourse.OrderFile, id string, approvals map[string]store.Effect) string {
	for i := range file.Refunds {
		f := &file.Refunds[i]
		if e, ok := approvals[f.ID]; ok && f.Case == id && awaiting(&e) {
			return r.Money(f.Amount)
		}
	}
	return ""
}

// awaiting says that an act may not begin before a person has approved it.
func awaiting(e *store.Effect) bool {
	return e.Status == store.Pending && e.Effect.Approval == recourse.ApprovalNeeded
}

// RefundIDs are the refunds of some files that may still wait for an approval: to be looked up at once.
func RefundIDs(files map[store.Key]store.File) (ids []string) {
	for _, f := range files {
		for i := range f.OrderFile.Refunds {
			if x := &f.OrderFile.Refunds[i]; x.Status == recourse.RefundRequested && x.Case != "" {
				ids = append(ids, x.ID)
			}
		}
	}
	return ids
}
