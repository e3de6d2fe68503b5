package view

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/insight"
)

// Range is a span of time that the figures are about, by its name in the address.
type Range string

// The ranges that are links, and the one of one's own dates.
const (
	Range7    Range = "7d"
	Range30   Range = "30d"
	Range90   Range = "90d"
	RangeWeek Range = "12w"
	RangeYear Range = "year"
	RangeOwn  Range = "own"
)

// Ranges lists them as the page does.
var Ranges = []Range{Range7, Range30, RangeWeek, Range90, RangeYear, RangeOwn}

// mostYears bounds a range of one's own.
const mostYears = 5

// InsightFilter is what the address of a page of figures asks for.
type InsightFilter struct {
	Range     Range
	From, To  string // days of one's own, 2006-01-02, both included
	Situation string
	Supplier  string
	Country   string
	Channel   string
}

// InsightFilterOf reads the address. What it does not know it leaves out: an old bookmark still shows a page.
func InsightFilterOf(q url.Values) InsightFilter {
	text := func(name string) string { return recourse.Shorten(q.Get(name), 200) }
	f := InsightFilter{Range: RangeWeek, Situation: text("situation"), Supplier: text("supplier"), Country: text("country"), Channel: text("channel")}
	if r := Range(q.Get("range")); slices.Contains(Ranges, r) {
		f.Range = r
	}
	// The form always sends two dates, and what they were: untouched, the range stays what it was.
	from, to := q.Get("from"), q.Get("to")
	was, days, _ := strings.Cut(q.Get("was"), ":")
	switch {
	case from == "" && to == "":
	case days == from+":"+to && slices.Contains(Ranges, Range(was)) && Range(was) != RangeOwn:
		f.Range = Range(was)
	case f.Range == RangeOwn || q.Get("range") == "":
		f.Range, f.From, f.To = RangeOwn, from, to
	}
	if f.Range == RangeOwn && f.From == "" && f.To == "" {
		f.Range = RangeWeek
	}
	return f
}

// Href is the address of the filter's page, or of one below it.
func (f InsightFilter) Href(below string) string {
	q := url.Values{}
	for _, p := range f.pairs() {
		if p[1] != "" {
			q.Set(p[0], p[1])
		}
	}
	if f.Range == RangeWeek {
		q.Del("range")
	}
	if len(q) == 0 {
		return "/insights" + below
	}
	return "/insights" + below + "?" + q.Encode()
}

func (f InsightFilter) pairs() [][2]string {
	return [][2]string{{"range", string(f.Range)}, {"from", f.From}, {"to", f.To}, {"situation", f.Situation}, {"supplier", f.Supplier}, {"country", f.Country}, {"channel", f.Channel}}
}

// On says that something is filtered, whatever the range.
func (f InsightFilter) On() bool {
	return f.Situation != "" || f.Supplier != "" || f.Country != "" || f.Channel != ""
}

// unit is how long a step of the chart is.
type unit string

const (
	byDay   unit = "day"
	byWeek  unit = "week"
	byMonth unit = "month"
)

// Query is the filter as a question, on the reader's clock. An error names the dates that are none; the question is then that
// of the twelve weeks.
func (f *InsightFilter) Query(r Reader) (q insight.Query, err error) {
	tomorrow := r.midnight(1)
	q.To, q.Now = tomorrow, r.Now
	switch f.Range {
	case Range7, Range30, Range90:
		days := map[Range]int{Range7: 7, Range30: 30, Range90: 90}[f.Range]
		q.From = tomorrow.AddDate(0, 0, -days)
	case RangeYear:
		q.From = time.Date(r.midnight(0).Year(), 1, 1, 0, 0, 0, 0, tomorrow.Location())
		q.Before, q.Until = q.From.AddDate(-1, 0, 0), q.To.AddDate(-1, 0, 0)
	case RangeOwn:
		if q.From, q.To, err = f.own(r); err != nil {
			f.Range, f.From, f.To = RangeWeek, "", ""
			q, _ = f.Query(r)
			return q, err
		}
	default:
		q.From = weekStart(r.midnight(0)).AddDate(0, 0, -77)
		q.Before, q.Until = q.From.AddDate(0, 0, -84), q.To.AddDate(0, 0, -84)
	}
	if q.Until.IsZero() {
		q.Before, q.Until = q.From.AddDate(0, 0, -rangeDays(q.From, q.To)), q.From
	}
	q.Weeks = rangeSteps(q.From, q.To, rangeUnit(q.From, q.To))
	q.Situation, q.Supplier, q.Country, q.Channel = f.Situation, f.Supplier, f.Country, f.Channel
	return q, nil
}

// own reads the days of one's own. Those that are the wrong way round are turned; a range too long is cut at its beginning.
func (f *InsightFilter) own(r Reader) (from, to time.Time, err error) {
	zone := r.midnight(0).Location()
	for _, d := range []struct {
		name, text string
		into       *time.Time
	}{{"from", f.From, &from}, {"to", f.To, &to}} {
		if *d.into, err = time.ParseInLocation("2006-01-02", d.text, zone); err != nil || d.into.Year() < 1971 || d.into.Year() > 2999 {
			return from, to, &recourse.Error{Kind: recourse.Invalid, Code: "date", Field: d.name, Message: `"` + recourse.Shorten(d.text, 40) + `" is not a day`, Hint: "write 2026-03-02"}
		}
	}
	if to.Before(from) {
		from, to = to, from
	}
	if first := to.AddDate(-mostYears, 0, 0); from.Before(first) {
		from = first
	}
	f.From, f.To = from.Format("2006-01-02"), to.Format("2006-01-02")
	return from, to.AddDate(0, 0, 1), nil
}

// weekStart is the beginning of the week that a midnight lies in.
func weekStart(day time.Time) time.Time {
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// rangeDays counts days of the calendar: those with a change of the clocks are as long as others.
func rangeDays(from, to time.Time) int {
	day := func(t time.Time) int64 {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	return int(day(to) - day(from))
}

// rangeUnit is the step by which so long a time can be looked at.
func rangeUnit(from, to time.Time) unit {
	switch days := rangeDays(from, to); {
	case days <= 31:
		return byDay
	case days <= 53*7:
		return byWeek
	}
	return byMonth
}

// rangeSteps are the beginnings of the days, weeks or months of a range. The first begins with the range.
func rangeSteps(from, to time.Time, u unit) []time.Time {
	all := []time.Time{from}
	at := from
	switch u {
	case byWeek:
		at = weekStart(from)
	case byMonth:
		at = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, from.Location())
	}
	for {
		switch u {
		case byDay:
			at = at.AddDate(0, 0, 1)
		case byWeek:
			at = at.AddDate(0, 0, 7)
		default:
			at = at.AddDate(0, 1, 0)
		}
		if !at.Before(to) {
			return all
		}
		all = append(all, at)
	}
}
