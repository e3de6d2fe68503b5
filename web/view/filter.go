package view

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/store"
)

// Filter is what the address of a queue page asks for.
type Filter struct {
	When      When
	Others    bool // only what waits for others
	Only      Only
	Situation recourse.Situation
	Waits     recourse.Party
	Supplier  string
	Country   string
	Channel   string
	Least     int    // at stake, in whole units of the shop's currency
	Who       string // WhoMine, WhoNobody, or the mark of a person
	After     string
}

// Only is a filter that shows cases of one kind.
type Only string

// The kinds.
const (
	OnlyApprove Only = "approve" // acts of it wait for a yes
	OnlyUnread  Only = "unread"  // messages that nobody has read
	OnlySnoozed Only = "snoozed" // put off
)

// Onlys lists them.
var Onlys = []Only{OnlyApprove, OnlyUnread, OnlySnoozed}

// Who looks after a case: the one who looks, or nobody.
const (
	WhoMine   = "mine"
	WhoNobody = "nobody"
)

// Leasts are the amounts at stake that are filtered by.
var Leasts = []int{50, 100, 250, 500}

// PersonMark stands for a person's name in addresses.
func PersonMark(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("p%08x", h.Sum32())
}

// FilterOf reads the address. What it does not know it leaves out: an old bookmark still shows a page.
func FilterOf(q url.Values) Filter {
	f := Filter{Situation: recourse.Situation(q.Get("situation")), Supplier: q.Get("supplier"), Country: q.Get("country"), Channel: q.Get("channel"), Who: q.Get("who"), After: q.Get("after")}
	if w := When(q.Get("when")); slices.Contains(Whens, w) {
		f.When = w
	}
	if p := recourse.Party(q.Get("waits")); p == recourse.PartyMerchant || p == recourse.PartyBuyer {
		f.Waits = p
	}
	if o := Only(q.Get("only")); slices.Contains(Onlys, o) {
		f.Only = o
	}
	if n, err := strconv.Atoi(q.Get("least")); err == nil && n > 0 && n <= 1_000_000 {
		f.Least = n
	}
	f.Others = q.Get("turn") == string(store.TurnOthers)
	return f
}

// Query is the filter as an address has it, without the place in the list.
func (f Filter) Query() string {
	q := url.Values{}
	turn, least := "", ""
	if f.Others {
		turn = string(store.TurnOthers)
	}
	if f.Least > 0 {
		least = strconv.Itoa(f.Least)
	}
	for k, v := range map[string]string{
		"when": string(f.When), "turn": turn, "only": string(f.Only), "situation": string(f.Situation), "waits": string(f.Waits), "supplier": f.Supplier, "country": f.Country,
		"channel": f.Channel, "least": least, "who": f.Who,
	} {
		if v != "" {
			q.Set(k, v)
		}
	}
	return q.Encode()
}

// Href is the address of the filter's page.
func (f Filter) Href() string { return f.at("/") }

func (f Filter) at(path string) string {
	q := f.Query()
	if f.After != "" {
		if q != "" {
			q += "&"
		}
		q += "after=" + url.QueryEscape(f.After)
	}
	if q == "" {
		return path
	}
	return path + "?" + q
}

// On says that something is filtered.
func (f Filter) On() bool { return f.with(func(*Filter) {}) != Filter{} }

// with is the filter with something changed, from its first page on.
func (f Filter) with(change func(*Filter)) Filter {
	f.After = ""
	change(&f)
	return f
}

// Asked is what must be known to ask the store: who looks, who there is, and what the shop counts in.
type Asked struct {
	Me       string
	People   []string // whose cases can be looked for
	Team     []string // who can look after a case
	Currency recourse.Currency
}

// Cases are the filters for the store, one for each part of the list: what the shop's people have to do, then what waits
// for others.
func (f Filter) Cases(r Reader, a Asked) []store.CaseFilter {
	from, before := r.Span(f.When)
	c := store.CaseFilter{Situation: f.Situation, Waits: f.Waits, Supplier: f.Supplier, Country: f.Country, Channel: f.Channel, DueAfter: from, DueBefore: before, Awake: r.Now}
	switch f.Who {
	case "":
	case WhoMine:
		c.Assignee = a.Me
	case WhoNobody:
		c.Nobody = true
	default:
		c.Assignee = f.Who // nobody is called so: an old address shows nothing
		for _, p := range a.People {
			if PersonMark(p) == f.Who {
				c.Assignee = p
			}
		}
	}
	if f.Least > 0 && a.Currency != "" {
		if m, err := recourse.ParseAmount(strconv.Itoa(f.Least), a.Currency); err == nil {
			c.Least = m
		}
	}
	c.Approve, c.Unread = f.Only == OnlyApprove, f.Only == OnlyUnread
	if f.Only == OnlySnoozed {
		c.Awake, c.Asleep = time.Time{}, r.Now
	}
	mine, others := c, c
	mine.Turn = store.TurnMine // be it open or closed
	others.Turn, others.Status = store.TurnOthers, recourse.Open
	switch {
	case f.Others:
		return []store.CaseFilter{others}
	case f.When != "" || c.Approve || c.Unread:
		return []store.CaseFilter{mine}
	}
	return []store.CaseFilter{mine, others}
}

// Place reads where the page begins: in which part of the list, and behind which case there.
func (f Filter) Place(parts int) (part int, after store.Cursor, err error) {
	text := f.After
	if rest, second := strings.CutPrefix(text, "~"); second {
		part, text = parts-1, rest
	}
	after, err = store.ParseCursor(text)
	return part, after, err
}

// Behind is the place behind a case in a part of the list.
func Behind(part int, c store.Cursor) string {
	if part > 0 {
		return "~" + c.String()
	}
	return c.String()
}
