package recourse

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the Gregorian calendar without a time or a zone. Values are compared with ==; the zero value is
// no day, and its text is empty.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day that t's own location has at t.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads "2006-01-02", a day that exists. The error is date_malformed, of kind [Invalid].
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, &Error{
			Kind: Invalid, Code: "date_malformed",
			Message: `"` + Shorten(s, 40) + `" is not a date`,
			Hint:    "write year, month and day of a day that exists, such as 2026-02-14",
		}
	}
	return DateOf(t), nil
}

// String writes the day as 2006-01-02.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	return d.midnight().Format(time.DateOnly)
}

// Compare is -1, 0 or +1 as d is before, the same as or after o.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// Weekday is the day of the week that d is.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// MarshalText gives what [Date.String] gives.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDate] reads; the empty text is the zero value.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

// midnight stands for the day where package time has to help; UTC has every midnight, other zones have not.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// DayRange is a run of days, both ends included, with the name of the holiday where it is known, as the source
// of the calendar writes it.
type DayRange struct {
	First Date   `json:"first"`
	Last  Date   `json:"last"`
	Name  string `json:"name,omitempty"`
}

// Deadline is a due instant that can explain itself: from when it was counted, whose days were counted, and which
// of them were out of the ordinary. It is data, to be told in the reader's language; the days are those of the
// calendar's own zone, which is also the location of Due and From.
type Deadline struct {
	Due  time.Time `json:"due"`
	From time.Time `json:"from"`
	// Days is how many were counted: business days of Country, or calendar days where Country is empty.
	// Negative: backwards.
	Days int `json:"days"`
	// Country is an ISO 3166 alpha-2 code.
	Country string `json:"country,omitempty"`
	// Skipped are the holidays inside the span, in order. A plain weekend is none; a weekend that the official
	// notice counts to a holiday stands in its range.
	Skipped []DayRange `json:"skipped,omitempty"`
	// Worked are the days of weekends inside the span on which work was officially made up for.
	Worked []Date `json:"worked,omitempty"`
	// Provisional: some day of the span is in a year whose official calendar was not announced, so that the
	// deadline may still move.
	Provisional bool `json:"provisional,omitempty"`
}

// String explains d in plain English, for logs, errors and the command line; pages and messages tell the same data
// in the reader's language: "due 6 Mar 2026, 10 business days after 14 Feb in China: 15–23 Feb holiday,
// 28 Feb worked".
func (d Deadline) String() string {
	due, from := DateOf(d.Due), DateOf(d.From)
	var b strings.Builder
	b.WriteString("due " + dayIn(due, 0) + ", " + d.count() + dayIn(from, due.Year))
	if d.Country != "" {
		b.WriteString(" in " + englishCountry(d.Country))
	}
	if special := d.special(due.Year); len(special) > 0 {
		b.WriteString(": " + strings.Join(special, ", "))
	}
	if d.Provisional {
		// The later end of the span is the one not announced: countries announce one year after the other.
		year := strconv.Itoa(max(due.Year, from.Year))
		b.WriteString(" (provisional: " + englishCountry(d.Country) + " has not announced " + year + ")")
	}
	return b.String()
}

// count is "10 business days after ".
func (d Deadline) count() string {
	n, unit, side := d.Days, " day", " after "
	if n < 0 {
		n, side = -n, " before "
	}
	if d.Country != "" {
		unit = " business day"
	}
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + unit + side
}

// special tells the days out of the ordinary in the order of the calendar.
func (d Deadline) special(year int) []string {
	type note struct {
		day  Date
		text string
	}
	notes := make([]note, 0, len(d.Skipped)+len(d.Worked))
	for _, r := range d.Skipped {
		text := daysIn(r, year) + " holiday"
		if r.Name != "" {
			text += " (" + r.Name + ")"
		}
		notes = append(notes, note{r.First, text})
	}
	for _, day := range d.Worked {
		notes = append(notes, note{day, dayIn(day, year) + " worked"})
	}
	slices.SortStableFunc(notes, func(a, b note) int { return a.day.Compare(b.day) })
	texts := make([]string, len(notes))
	for i, n := range notes {
		texts[i] = n.text
	}
	return texts
}

// dayIn is "14 Feb", with its year where that is not the one the reader has in mind.
func dayIn(d Date, year int) string {
	if d.Year == year {
		return d.midnight().Format("2 Jan")
	}
	return d.midnight().Format("2 Jan 2006")
}

// daysIn is "28 Feb", "15–23 Feb" or "30 Apr–2 May".
func daysIn(r DayRange, year int) string {
	switch {
	case r.First == r.Last:
		return dayIn(r.First, year)
	case r.First.Year == r.Last.Year && r.First.Month == r.Last.Month:
		return strconv.Itoa(r.First.Day) + "–" + dayIn(r.Last, year)
	case r.First.Year == r.Last.Year:
		return dayIn(r.First, r.First.Year) + "–" + dayIn(r.Last, year)
	}
	return dayIn(r.First, year) + "–" + dayIn(r.Last, year)
}

// englishCountry names a country as it stands after "in"; one that is not listed keeps its code.
func englishCountry(code string) string { return cmp.Or(englishCountries[code], code) }

// englishCountries are those the program brings calendars of, and some that operators add.
var englishCountries = map[string]string{
	"AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "BR": "Brazil", "CA": "Canada",
	"CH": "Switzerland", "CN": "China", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "ES": "Spain",
	"FR": "France", "GB": "the United Kingdom", "GR": "Greece", "HR": "Croatia", "IE": "Ireland", "IT": "Italy",
	"JP": "Japan", "LT": "Lithuania", "LV": "Latvia", "MW": "Malawi", "NC": "New Caledonia",
	"NL": "the Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland", "RO": "Romania", "RU": "Russia",
	"SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia", "UA": "Ukraine", "US": "the United States",
	"ZA": "South Africa",
}
