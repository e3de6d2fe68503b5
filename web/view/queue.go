package view

import (
	"slices"
	"strconv"
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
	Chores  []ChoreRow // what about the desk's links needs somebody
	When    []Choice   // overdue, today, …
	Burning []Choice   // what should be known first
	Rail    []Facet
	Views   Views
	Here    string // the address of this very page
	Part    string // where what changes of it is
	Bulk    Bulk
	Active  []Choice // the filters that are on, each with the link that takes it off
	Groups  []Group
	Next    string // the page behind this one; "": none
	First   string // the first page, when this is another
	Empty   Empty
}

// Choice is a filter as a link.
type Choice struct {
	Label string
	Count string // "": not counted
	Href  string
	On    bool
	Class When
}

// Facet is what the queue is filtered by.
type Facet struct {
	Label   string
	Choices []Choice
	Fold    bool // shown when asked for
	Open    bool // one of them is on
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
	Value     string // of its box: the order's version, and the case
	Assignee  string
	Mine      bool
	Unread    int
	Asleep    string // until when
	Closed    bool
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
	Approve   string // what waits for an approval, in words; "": nothing
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

// Found is what was read for a queue page.
type Found struct {
	Cases   []store.Case
	Next    string // the place of the next page; "": there is none
	Files   map[store.Key]store.File
	Counts  map[string]int // how many cases a filter shows, by its query
	Most    int            // as far as was counted; more than that is told as more
	Orders  bool           // there is any order
	Facets  store.Facets
	All     []recourse.Situation
	Burning store.Burning
	Views   []store.QueueView
	Asked   Asked
}

// Counted are the filters whose cases are counted for a page.
func Counted(f Filter, found *Found) (all []Filter) {
	for _, w := range Whens {
		all = append(all, Filter{When: w})
	}
	all = append(all, Filter{Others: true}, Filter{Who: WhoMine}, Filter{Who: WhoNobody}, Filter{Waits: recourse.PartyMerchant}, Filter{Waits: recourse.PartyBuyer})
	for _, o := range Onlys {
		all = append(all, Filter{Only: o})
	}
	for _, s := range found.All {
		all = append(all, Filter{Situation: s})
	}
	for _, s := range firstFew(found.Facets.Suppliers) {
		all = append(all, Filter{Supplier: s})
	}
	for _, s := range firstFew(found.Facets.Countries) {
		all = append(all, Filter{Country: s})
	}
	for _, s := range firstFew(found.Facets.Channels) {
		all = append(all, Filter{Channel: s})
	}
	for _, p := range found.Asked.mostPeople() {
		if p != found.Asked.Me {
			all = append(all, Filter{Who: PersonMark(p)})
		}
	}
	for _, n := range Leasts {
		all = append(all, Filter{Least: n})
	}
	for _, v := range found.Views {
		all = append(all, viewFilter(v))
	}
	return all
}

// facetShown is how many values of a kind are offered.
const facetShown = 8

// mostPeople are the people that the filters offer: all of a shop's, who are not many.
func (a Asked) mostPeople() []string { return a.People[:min(len(a.People), peopleShown)] }

// peopleShown bounds it.
const peopleShown = 30

func firstFew(of []string) []string { return of[:min(len(of), facetShown)] }

// NewQueue makes the queue page of what was found.
func NewQueue(r Reader, f Filter, found *Found, may Rights) Queue {
	q := Queue{Here: f.Href(), Part: f.at("/queue"), Views: r.views(f, found), Bulk: r.bulk(found, may)}
	count := func(to Filter) string {
		n := found.Counts[to.Query()]
		return r.Capped(n, found.Most)
	}
	for _, w := range Whens {
		own := Filter{When: w}
		to := f.with(func(f *Filter) { f.When, f.Others = w, false })
		q.When = append(q.When, Choice{Label: r.T("when_" + string(w)), Count: count(own), Href: to.Href(), On: f.When == w, Class: w})
	}
	to := f.with(func(f *Filter) { f.When, f.Others = "", true })
	q.When = append(q.When, Choice{Label: r.T("when_others"), Count: count(Filter{Others: true}), Href: to.Href(), On: f.Others, Class: WaitsForOthers})
	q.Burning = r.burning(found)
	q.Rail = r.rail(f, found, count)
	q.Active = r.active(f, found)
	q.Groups = r.groups(f, found)
	if found.Next != "" {
		next := f
		next.After = found.Next
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

// burning is what should be known first: what is late, what money waits for a yes, what nobody has read.
func (r Reader) burning(found *Found) (out []Choice) {
	b := &found.Burning
	add := func(n int, label string, f Filter, class When) {
		if n > 0 {
			out = append(out, Choice{Label: label, Count: r.Capped(n, CountLess), Href: f.Href(), Class: class})
		}
	}
	add(b.Overdue, r.T("burn_overdue"), Filter{When: Overdue}, Overdue)
	var sums []string
	for _, m := range b.Money {
		sums = append(sums, r.Money(m))
	}
	label := r.T("burn_approve")
	if len(sums) > 0 {
		label = r.T("burn_money", "money", r.List(sums))
	}
	add(b.Approve, label, Filter{Only: OnlyApprove}, Today)
	add(b.Unread, r.T("burn_unread"), Filter{Only: OnlyUnread}, Week)
	return out
}

// rail are the filters, a kind each. A value that is on takes itself off.
func (r Reader) rail(f Filter, found *Found, count func(Filter) string) (out []Facet) {
	var k Facet
	add := func(label string, own Filter, on bool, set func(*Filter)) {
		to := f.with(set)
		if on {
			to = f.with(func(f *Filter) { f.off(own) })
		}
		k.Choices, k.Open = append(k.Choices, Choice{Label: label, Count: count(own), Href: to.Href(), On: on}), k.Open || on
	}
	end := func(label string, fold bool, least int) {
		if k.Label, k.Fold = label, fold; len(k.Choices) >= least {
			out = append(out, k)
		}
		k = Facet{}
	}
	for _, o := range Onlys {
		add(r.T("only_"+string(o)), Filter{Only: o}, f.Only == o, func(f *Filter) { f.Only = o })
	}
	add(r.T("waits_merchant"), Filter{Waits: recourse.PartyMerchant}, f.Waits == recourse.PartyMerchant, func(f *Filter) { f.Waits = recourse.PartyMerchant })
	add(r.T("waits_buyer"), Filter{Waits: recourse.PartyBuyer}, f.Waits == recourse.PartyBuyer, func(f *Filter) { f.Waits = recourse.PartyBuyer })
	end(r.T("by_kind"), false, 1)
	for _, w := range []string{WhoMine, WhoNobody} {
		add(r.T("who_"+w), Filter{Who: w}, f.Who == w, func(f *Filter) { f.Who = w })
	}
	for _, p := range found.Asked.mostPeople() {
		if m := PersonMark(p); p != found.Asked.Me {
			add(p, Filter{Who: m}, f.Who == m, func(f *Filter) { f.Who = m })
		}
	}
	end(r.T("by_person"), false, 1)
	for _, s := range r.sorted(found.All) {
		add(r.Language.Situation(s), Filter{Situation: s}, f.Situation == s, func(f *Filter) { f.Situation = s })
	}
	end(r.T("by_situation"), false, 1)
	for _, s := range firstFew(found.Facets.Suppliers) {
		add(s, Filter{Supplier: s}, f.Supplier == s, func(f *Filter) { f.Supplier = s })
	}
	end(r.T("by_supplier"), true, 1)
	for _, s := range firstFew(found.Facets.Countries) {
		add(r.Language.Country(s), Filter{Country: s}, f.Country == s, func(f *Filter) { f.Country = s })
	}
	end(r.T("by_country"), true, 1)
	for _, n := range Leasts {
		if m, err := recourse.ParseAmount(strconv.Itoa(n), found.Asked.Currency); err == nil {
			add(r.T("least", "amount", r.Money(m)), Filter{Least: n}, f.Least == n, func(f *Filter) { f.Least = n })
		}
	}
	end(r.T("col_amount"), true, 1)
	for _, s := range firstFew(found.Facets.Channels) {
		add(s, Filter{Channel: s}, f.Channel == s, func(f *Filter) { f.Channel = s })
	}
	end(r.T("channel"), true, 2)
	return out
}

// off takes off what another filter has on.
func (f *Filter) off(own Filter) {
	switch {
	case own.Only != "":
		f.Only = ""
	case own.Waits != "":
		f.Waits = ""
	case own.Who != "":
		f.Who = ""
	case own.Situation != "":
		f.Situation = ""
	case own.Supplier != "":
		f.Supplier = ""
	case own.Country != "":
		f.Country = ""
	case own.Least != 0:
		f.Least = 0
	case own.Channel != "":
		f.Channel = ""
	case own.Others:
		f.Others = false
	case own.When != "":
		f.When = ""
	}
}

// sorted lists situations as the alphabet has their names.
func (r Reader) sorted(of []recourse.Situation) []recourse.Situation {
	return slices.SortedFunc(slices.Values(of), func(a, b recourse.Situation) int {
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

// active are the filters that are on, each to be taken off by a link.
func (r Reader) active(f Filter, found *Found) (out []Choice) {
	add := func(label string, own Filter) {
		if own != (Filter{}) {
			out = append(out, Choice{Label: label, Href: f.with(func(f *Filter) { f.off(own) }).Href()})
		}
	}
	if f.When != "" {
		add(r.T("when_"+string(f.When)), Filter{When: f.When})
	}
	if f.Others {
		add(r.T("when_others"), Filter{Others: true})
	}
	if f.Only != "" {
		add(r.T("only_"+string(f.Only)), Filter{Only: f.Only})
	}
	if f.Waits != "" {
		add(r.T("waits_"+string(f.Waits)), Filter{Waits: f.Waits})
	}
	add(r.Language.Situation(f.Situation), Filter{Situation: f.Situation})
	add(recourse.Shorten(f.Supplier, 40), Filter{Supplier: f.Supplier})
	if f.Country != "" {
		add(r.Language.Country(recourse.Shorten(f.Country, 20)), Filter{Country: f.Country})
	}
	add(recourse.Shorten(f.Channel, 40), Filter{Channel: f.Channel})
	if m, err := recourse.ParseAmount(strconv.Itoa(f.Least), found.Asked.Currency); err == nil {
		add(r.T("least", "amount", r.Money(m)), Filter{Least: f.Least})
	}
	if f.Who != "" {
		add(r.who(f.Who, found.Asked), Filter{Who: f.Who})
	}
	return out
}

// who is the name of a filter by who looks after a case.
func (r Reader) who(who string, a Asked) string {
	if who == WhoMine || who == WhoNobody {
		return r.T("who_" + who)
	}
	for _, p := range a.People {
		if PersonMark(p) == who {
			return p
		}
	}
	return "—"
}

// WaitsForOthers is the group of the cases in which nobody of the shop has anything to do now.
const WaitsForOthers When = "others"

// groups puts rows that follow each other into the spans of their deadlines.
func (r Reader) groups(f Filter, found *Found) (out []Group) {
	for i := range found.Cases {
		row := r.row(f, &found.Cases[i], found)
		class := row.Due.Class
		if !row.Mine {
			class = WaitsForOthers
		}
		if n := len(out); n == 0 || out[n-1].When != class {
			out = append(out, Group{When: class, Label: r.T("when_" + string(class))})
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
		Assignee: c.Assignee, Mine: c.Mine, Unread: c.Unread, Closed: c.Status == recourse.Closed,
	}
	if c.Snoozed.After(r.Now) {
		row.Asleep = r.T("asleep_until", "time", r.ShortDay(c.Snoozed, r.Now))
	}
	switch {
	case c.Money.Minor > 0:
		row.Approve = r.T("to_approve", "amount", r.Money(c.Money))
	case c.Approve > 0:
		row.Approve = r.T("acts_approve")
	}
	if c.Country != "" {
		row.Land = r.Language.Country(c.Country)
	}
	if c.Waits != "" {
		row.WaitsFor = r.T("waits_" + string(c.Waits))
	}
	kept := found.Files[store.Key{Merchant: c.Merchant, Order: c.Order}]
	row.Value = BoxValue(c.ID, kept.Version)
	file := kept.OrderFile
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

// awaiting says that an act may not begin before a person has approved it.
func awaiting(e *store.Effect) bool {
	return e.Status == store.Pending && e.Effect.Approval == recourse.ApprovalNeeded
}
