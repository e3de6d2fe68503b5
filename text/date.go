package text

import (
	"fmt"
	"strconv"
	"time"

	"recourse"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Date writes the day of an instant: "6 mars 2026", "6 March 2026", "2026年3月6日". The zero instant is "".
//
// The month is always a word where the language has words: 06/03 is March for a buyer in Paris and
// June for one in Boston.
func (l *Language) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.Day(recourse.DateOf(l.local(t)))
}

// Day writes a day as [Language.Date] does.
func (l *Language) Day(d recourse.Date) string { return l.day("date", "month", d) }

// shortDay writes a day in short, with its year where that is not the one the reader has in mind.
func (l *Language) shortDay(d recourse.Date, year int) string {
	if d.Year == year {
		return l.day("short", "short_month", d)
	}
	return l.day("short_year", "short_month", d)
}

// day fills in one of the language's patterns. Which of day, month and year it names, and in which order, is the
// pattern's to say.
func (l *Language) day(pattern, months string, d recourse.Date) string {
	if d == (recourse.Date{}) {
		return ""
	}
	return fill(l.get("format."+pattern), values{
		"day": l.dayNumber(d.Day), "month": l.get(months + "." + strconv.Itoa(int(d.Month))), "year": strconv.Itoa(d.Year),
	})
}

// dayNumber is the day of the month; the first has a form of its own in French, « 1er ».
func (l *Language) dayNumber(day int) string {
	if day == 1 {
		return l.get("format.first_day")
	}
	return strconv.Itoa(day)
}

// days writes a run of days in short: "28 Feb", "15–23 Feb", "30 Apr–2 May".
//
// Year is the one that the sentence has already named. The month stands once only when both days are
// in that year and in the same month; across a new year each end brings its own: "31 Dec 2025–2
// Jan".
func (l *Language) days(r recourse.DayRange, year int) string {
	switch {
	case r.First == r.Last:
		return l.shortDay(r.First, year)
	case r.First.Year == year && r.Last.Year == year && r.First.Month == r.Last.Month:
		return fill(l.get("format.range_month"), values{
			"first": l.dayNumber(r.First.Day), "last": l.dayNumber(r.Last.Day), "month": l.get("short_month." + strconv.Itoa(int(r.First.Month))),
		})
	}
	return fill(l.get("format.range"), values{"first": l.shortDay(r.First, year), "last": l.shortDay(r.Last, year)})
}

// Moment writes an instant to the minute: "6 March 2026, 10:00". The zero instant is "".
//
// The clock has 24 hours in every language; the sign between hour and minute is the language's.
// Seconds are left out: no deadline is that sharp for a person.
func (l *Language) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = l.local(t)
	clock := fill(l.get("format.time"), values{"hour": fmt.Sprintf("%02d", t.Hour()), "minute": fmt.Sprintf("%02d", t.Minute())})
	return fill(l.get("format.date_time"), values{"date": l.Day(recourse.DateOf(t)), "time": clock})
}

// MomentZone is [Language.Moment] with the zone, as its distance from UTC: the letters that zones go by are not
// their own (CST is in China and in Chicago), and are not known to buyers.
func (l *Language) MomentZone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	_, seconds := l.local(t).Zone()
	return fill(l.get("format.with_zone"), values{"moment": l.Moment(t), "zone": zoneName(seconds)})
}

// zoneName is "UTC", "UTC+8" or "UTC+5:30".
//
// Seconds of an offset, which zones had before there were standard times, are left out: no message
// tells of such a time.
func zoneName(seconds int) string {
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	name := "UTC" + sign + strconv.Itoa(seconds/3600)
	if minutes := seconds / 60 % 60; minutes != 0 {
		name += fmt.Sprintf(":%02d", minutes)
	}
	return name
}

// Country is the name of a country by its two letters; one that is not known keeps its letters.
//
// The names come from CLDR, by the library, and are not repeated in the language files.
func (l *Language) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return recourse.Shorten(code, 20)
	}
	// The library has no names in some languages that a merchant may add.
	namer := display.Regions(l.tag)
	if namer == nil {
		namer = display.English.Regions()
	}
	if name := namer.Name(region); name != "" {
		return name
	}
	return code
}

// place is where, as it stands by "business days": "in China", « en Chine », "中国".
//
// French needs a phrase for each country with its own preposition (« en Chine », « au Japon », « aux
// États-Unis »), which is why the section is keyed by country and open to a merchant's additions.
func (l *Language) place(code string) string {
	return fill(l.get("place."+code, "place.other"), values{"country": l.Country(code)})
}
