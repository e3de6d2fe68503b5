package view

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// ClaimItem is a claim window of a case as a page tells it.
type ClaimItem struct {
	Case, Href  string
	Order       string
	OrderHref   string
	Situation   string
	Dispute     bool
	Supplier    string
	Marketplace string
	Ends        Instant
	Left        string // «2 days left»
	State       store.ClaimState
	Status      string // the state in words
	Class       string // of the style sheet: near, open, filed, missed
	Amount      string
	Rule        string // by which rule, and how it counts
	Check       bool   // the rule is a default that the merchant should check
	Short       string // for a day of the calendar
}

// ClaimDay is a day of the calendar.
type ClaimDay struct {
	Number string
	Name   string // for who does not see the grid
	Today  bool
	Other  bool // of the month before or after
	Items  []ClaimItem
	More   string // how many there are beside
}

// ClaimGroup are claims that end on one day.
type ClaimGroup struct {
	Day   string
	Class string
	Items []ClaimItem
}

// ClaimTile is a figure on top of the page.
type ClaimTile struct {
	Label, Number, Class, Href string
	Sums                       []string
}

// ClaimsView is the calendar of claim windows.
type ClaimsView struct {
	Filter     ClaimsFilter
	Tiles      []ClaimTile
	Title      string // the month
	Previous   string
	Next       string
	Weekdays   []string
	Weeks      [][]ClaimDay
	Groups     []ClaimGroup // that are open, what ends first on top
	Filed      []ClaimItem
	Missed     []ClaimItem
	Suppliers  []string
	Markets    []FieldOption
	CSV, XLSX  string
	ICS        string
	Empty      bool // there is none at all
	ListTitle  string
	MissedSums string
}

// ClaimsFilter is what a calendar of claims is asked for, by its address.
type ClaimsFilter struct {
	Supplier, Marketplace string
	Month                 time.Time // the first instant of it, where the reader is
}

// ClaimsFilterOf reads the filter of an address; a month that is none is the present one.
func ClaimsFilterOf(r Reader, q url.Values) ClaimsFilter {
	f := ClaimsFilter{Supplier: recourse.Shorten(q.Get("supplier"), 500), Marketplace: recourse.Shorten(q.Get("marketplace"), 60)}
	now := r.Local(r.Now)
	f.Month = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	if m, err := time.ParseInLocation("2006-01", q.Get("month"), now.Location()); err == nil && m.Year() > 2000 && m.Year() < 2200 {
		f.Month = m
	}
	return f
}

// Href is the address of a page of claims with this filter.
func (f ClaimsFilter) Href(path string, month time.Time) string {
	q := url.Values{}
	for k, v := range map[string]string{"supplier": f.Supplier, "marketplace": f.Marketplace} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if !month.IsZero() {
		q.Set("month", month.Format("2006-01"))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Grid is the first instant of the calendar's first week, and the first behind its last.
func (f ClaimsFilter) Grid() (from, to time.Time) {
	from = f.Month.AddDate(0, 0, -(int(f.Month.Weekday())+6)%7)
	last := f.Month.AddDate(0, 1, 0)
	to = last.AddDate(0, 0, (8-int(last.Weekday()))%7)
	return from, to
}

// Claim tells a claim window.
func (r Reader) Claim(c *store.Claim) ClaimItem {
	state := c.State(r.Now)
	i := ClaimItem{Case: c.Case, Href: CasePath(c.Case), Order: c.Order, OrderHref: OrderPath(c.Order), Situation: r.Language.Situation(c.Situation), Dispute: c.Dispute, Supplier: c.Supplier, Marketplace: r.Marketplace(c.Window.Marketplace),
		Ends: r.instant(c.EndsAt), State: state, Status: r.T("claim_" + string(state)), Class: string(state), Amount: r.Money(c.Amount), Rule: r.claimRule(c), Check: c.Window.Unsure}
	days := desk.DaysLeft(c.EndsAt, r.Now)
	switch {
	case state == store.ClaimFiled:
		i.Left = r.T("claim_filed_on", "day", r.ShortDay(c.FiledAt, r.Now))
	case state == store.ClaimMissed:
		i.Left = r.T("claim_missed_on", "day", r.ShortDay(c.EndsAt, r.Now))
	case c.EndsAt.Sub(r.Now) < 24*time.Hour:
		i.Left, i.Class = r.T("claim_left_hours", "time", r.distance(c.EndsAt.Sub(r.Now))), "near"
	default:
		i.Left = r.T("claim_left", "time", r.Days(days))
		if !c.WarnAt.After(r.Now) {
			i.Class = "near"
		}
	}
	i.Short = c.Order + " · " + i.Situation
	return i
}

// Marketplace is the name of a marketplace: its own, or the word that the merchant gave it.
func (r Reader) Marketplace(id string) string {
	if id == "" {
		return ""
	}
	return cmp.Or(map[string]string{"tmall": "Tmall", "1688": "1688", "alibaba": "Alibaba.com", "aliexpress": "AliExpress", "cjdropshipping": "CJdropshipping", "ebay": "eBay", "taobao": "Taobao"}[id], id)
}

// claimRule says by which rule a window holds, and how it counts.
func (r Reader) claimRule(c *store.Claim) string {
	if c.Dispute {
		return r.T("win_by_bank")
	}
	by := r.windowBy(c.Window.Rule, c.Supplier, c.Window.Marketplace)
	if c.Window.Days == 0 {
		return by
	}
	return r.T("win_by_length", "by", by, "length", r.WindowLength(&c.Window))
}

func (r Reader) windowBy(rule recourse.WindowRule, supplier, marketplace string) string {
	switch rule {
	case recourse.WindowOfSupplier:
		return r.T("win_by_supplier", "name", supplier)
	case recourse.WindowOfMarketplace:
		return r.T("win_by_marketplace", "name", r.Marketplace(marketplace))
	case recourse.WindowOfAll:
		return r.T("win_by_all")
	case recourse.WindowBuiltIn:
		return r.T("win_by_built_in", "name", r.Marketplace(marketplace))
	case recourse.WindowOfPlaybook:
		return r.T("win_by_playbook")
	}
	return r.T("win_by_told")
}

// WindowLength is how a window counts: «15 days from the delivery».
func (r Reader) WindowLength(w *recourse.ClaimWindow) string {
	length := r.Days(w.Days)
	if w.Country != "" {
		length = r.BusinessDays(w.Days, w.Country)
	}
	return r.T("win_from_"+string(w.From), "time", length)
}

// toldWindows are the claim windows that an event told, as the history has them.
func (r Reader) toldWindows(ev *recourse.Event) (out []Sum) {
	for i := range ev.Windows {
		w := &ev.Windows[i]
		what, until := r.T("win_every_problem"), r.Moment(w.EndsAt)
		if w.Problem != "" {
			what = r.Language.Situation(recourse.Situation(w.Problem))
		}
		if w.EndsAt.IsZero() {
			until = r.WindowLength(w)
		}
		out = append(out, Sum{what, until})
	}
	return out
}

// NewClaims is the calendar of what was read: what is open from now on, all that ends in the month's grid, what was filed, and
// what was missed.
func NewClaims(r Reader, f ClaimsFilter, open, grid, missed []store.Claim, span *desk.ClaimSpan) ClaimsView {
	v := ClaimsView{Filter: f, Suppliers: span.Suppliers, Title: r.month(f.Month), Previous: f.Href("/claims", f.Month.AddDate(0, -1, 0)), Next: f.Href("/claims", f.Month.AddDate(0, 1, 0)),
		CSV: f.Href("/claims/claims.csv", time.Time{}), XLSX: f.Href("/claims/claims.xlsx", time.Time{}), ICS: f.Href("/claims.ics", time.Time{})}
	for _, m := range span.Marketplaces {
		v.Markets = append(v.Markets, FieldOption{Value: m, Label: r.Marketplace(m)})
	}
	v.Weeks, v.Weekdays = r.weeks(f, grid)
	v.Groups = r.claimGroups(open)
	for i := range missed {
		v.Missed = append(v.Missed, r.Claim(&missed[i]))
	}
	for i := range grid {
		if c := r.Claim(&grid[i]); c.State == store.ClaimFiled && !grid[i].EndsAt.Before(r.Now) {
			v.Filed = append(v.Filed, c)
		}
	}
	v.Tiles = r.claimTiles(open, span.Missed)
	v.Empty = len(open)+len(grid)+len(missed) == 0 && f.Supplier == "" && f.Marketplace == ""
	return v
}

func (r Reader) claimTiles(open []store.Claim, missed []store.ClaimSum) []ClaimTile {
	all, near := map[recourse.Currency]int64{}, map[recourse.Currency]int64{}
	soon := 0
	for i := range open {
		c := &open[i]
		all[c.Amount.Currency] += c.Amount.Minor
		if !c.WarnAt.After(r.Now) || c.EndsAt.Sub(r.Now) < 72*time.Hour {
			soon++
			near[c.Amount.Currency] += c.Amount.Minor
		}
	}
	lost, n := map[recourse.Currency]int64{}, int64(0)
	for _, s := range missed {
		lost[s.Currency] += s.Minor
		n += s.Claims
	}
	return []ClaimTile{
		{Label: r.T("claim_tile_near"), Number: r.Number(soon), Class: "near", Sums: r.sumsOf(near)},
		{Label: r.T("claim_tile_open"), Number: r.Number(len(open)), Class: "open", Sums: r.sumsOf(all)},
		{Label: r.T("claim_tile_missed"), Number: r.Number(int(n)), Class: "missed", Href: "#missed", Sums: r.sumsOf(lost)},
	}
}

func (r Reader) sumsOf(sums map[recourse.Currency]int64) (out []string) {
	for _, c := range currencies(sums) {
		if sums[c] != 0 {
			out = append(out, r.Money(recourse.Money{Minor: sums[c], Currency: c}))
		}
	}
	return out
}

// claimsPerDay is how many claims stand on a day of the grid; the list has all.
const claimsPerDay = 4

func (r Reader) weeks(f ClaimsFilter, all []store.Claim) (weeks [][]ClaimDay, names []string) {
	from, to := f.Grid()
	byDay := map[recourse.Date][]ClaimItem{}
	for i := range all {
		d := recourse.DateOf(r.Local(all[i].EndsAt))
		byDay[d] = append(byDay[d], r.Claim(&all[i]))
	}
	today := recourse.DateOf(r.Local(r.Now))
	for at := from; at.Before(to); at = at.AddDate(0, 0, 1) {
		d := recourse.DateOf(at)
		day := ClaimDay{Number: strconv.Itoa(d.Day), Name: r.Day(d), Today: d == today, Other: at.Month() != f.Month.Month(), Items: byDay[d]}
		if len(day.Items) > claimsPerDay {
			day.More = r.T("claim_more", "n", r.Number(len(day.Items)-claimsPerDay+1))
			day.Items = day.Items[:claimsPerDay-1]
		}
		if len(weeks) == 0 || len(weeks[len(weeks)-1]) == 7 {
			weeks = append(weeks, nil)
		}
		weeks[len(weeks)-1] = append(weeks[len(weeks)-1], day)
		if len(names) < 7 {
			names = append(names, r.T("weekday_"+strconv.Itoa(int(at.Weekday()))))
		}
	}
	return weeks, names
}

func (r Reader) month(at time.Time) string {
	return r.T("month_year", "month", r.T("month_"+strconv.Itoa(int(at.Month()))), "year", strconv.Itoa(at.Year()))
}

func (r Reader) claimGroups(all []store.Claim) (out []ClaimGroup) {
	var last recourse.Date
	for i := range all {
		at := r.Local(all[i].EndsAt)
		if d := recourse.DateOf(at); d != last || len(out) == 0 {
			last = d
			g := ClaimGroup{Day: r.Date(at)}
			switch r.daysTo(all[i].EndsAt) {
			case 0:
				g.Day, g.Class = r.T("claim_today", "day", g.Day), "near"
			case 1:
				g.Day, g.Class = r.T("claim_tomorrow", "day", g.Day), "near"
			}
			out = append(out, g)
		}
		out[len(out)-1].Items = append(out[len(out)-1].Items, r.Claim(&all[i]))
	}
	return out
}

// ClaimCard is what stands on a case about its claim window; nil where it has none.
type ClaimCard struct {
	Say   string
	Rule  string
	Check bool
	Class string
	Href  string // to the windows
}

// NewClaimCard says until when a case's claim can be filed, and by which rule.
func NewClaimCard(r Reader, c *store.Claim) *ClaimCard {
	i := r.Claim(c)
	kind := "claim_until_"
	if c.Dispute {
		kind = "answer_until_"
	}
	card := &ClaimCard{Rule: r.T("win_rule", "rule", i.Rule), Check: i.Check, Class: i.Class, Href: "/claims/windows"}
	if c.Dispute {
		card.Href = "/claims"
	}
	switch i.State {
	case store.ClaimFiled:
		card.Say = r.T(kind+"filed", "filed", r.Moment(c.FiledAt), "when", r.Moment(c.EndsAt))
	case store.ClaimMissed:
		card.Say = r.T(kind+"missed", "when", r.Moment(c.EndsAt))
	default:
		left := r.Days(desk.DaysLeft(c.EndsAt, r.Now))
		if d := c.EndsAt.Sub(r.Now); d < 24*time.Hour {
			left = r.distance(d)
		}
		card.Say = r.T(kind+"open", "when", r.Moment(c.EndsAt), "left", left)
	}
	return card
}

// ClaimTable is a list of claims as a file, by the names that programs know.
func ClaimTable(r Reader, all []store.Claim) Table {
	t := Table{Name: "claims", Title: r.T("claim_page")}
	for _, name := range []string{"case", "order", "situation", "kind", "purchase", "parcel", "supplier", "marketplace", "ends_at", "warn_at", "days_left", "state", "filed_at", "amount", "currency", "rule", "counted_from", "days", "country", "unsure"} {
		t.Columns = append(t.Columns, word(name))
	}
	for i := range all {
		c := &all[i]
		kind, unsure := "claim", ""
		if c.Dispute {
			kind = "dispute"
		}
		if c.Window.Unsure {
			unsure = "yes"
		}
		row := []string{c.Case, c.Order, string(c.Situation), kind, c.Purchase, c.Parcel, c.Supplier, c.Window.Marketplace, stampOf(c.EndsAt), stampOf(c.WarnAt), strconv.Itoa(desk.DaysLeft(c.EndsAt, r.Now)), string(c.State(r.Now)), stampOf(c.FiledAt),
			amountOf(c.Amount), string(c.Amount.Currency), string(c.Window.Rule), string(c.Window.From), strconv.Itoa(c.Window.Days), c.Window.Country, unsure}
		cells := make([]Cell, len(row))
		for j, text := range row {
			cells[j] = cell(text)
		}
		cells[10].Value, cells[17].Value = int64(desk.DaysLeft(c.EndsAt, r.Now)), int64(c.Window.Days)
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// amountOf is an amount without its currency, as programs read it.
func amountOf(m recourse.Money) string {
	number, _, _ := strings.Cut(m.String(), " ")
	return number
}

func stampOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// WindowTable is a table of claim windows as a file, in the form in which one is read.
func WindowTable(r Reader, all []recourse.ListedWindow) Table {
	t := Table{Name: "windows", Title: r.T("win_page")}
	for _, name := range recourse.WindowColumns {
		t.Columns = append(t.Columns, word(name))
	}
	for i := range all {
		var cells []Cell
		for _, text := range all[i].Cells() {
			cells = append(cells, cell(text))
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}
