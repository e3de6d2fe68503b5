// Package calendar knows which days are business days, country by country, and counts in them.
//
// N business days after an instant are the same local time on the Nth business day after its local date, local being
// the zone of the calendar. Everything is computed beforehand: a [Calendar] is two tables over the years 1990 to
// 2060, how many business days come before a day and which day the k-th business day is, so that a sum is two look-ups
// and not a walk, whatever its length. Outside those years there are no holidays, only weekends.
//
// A calendar comes from one of two sources. Where law says once and for all which days are off (France, the United
// States), it is the list of a library. Where the government announces each year by itself and makes weekends into
// working days (China), it is the table of the official notices, one per year, embedded with their addresses; years
// before the first notice are taken as plain weeks, and years without one after it as well, but those are
// provisional, and every [recourse.Deadline] that touches one says so. An operator's file ([ParseOverride]) speaks for
// one year of either kind, whole, and [Set.With] gives a new set in which it holds.
//
// Nothing here changes after it is built and nothing asks the time, so that a set can be shared and a decision
// taken over again: the hash of the set tells whether it would come out the same.
package calendar

import (
	"cmp"
	"slices"
	"time"
	_ "time/tzdata" // the zones must be there on machines that bring none

	"recourse"
)

// Calendar is the business days of one country. It is immutable and may be used by many goroutines at once.
//
// The two tables in small, for six days that begin on a Thursday:
//
//	i, the day    0 Thu  1 Fri  2 Sat  3 Sun  4 Mon  5 Tue  6 (the end)
//	before[i]     0      1      2      2      2      3      4
//	k, the rank   0      1      2      3
//	position[k]   0      1      4      5
//
// Two business days after Friday: before[2], that is all up to and including Friday, is 2; the
// second business day after that has the rank 2+2-1 = 3, and position[3] is day 5, the Tuesday. From
// Saturday the same sum begins at before[3], which is also 2, and ends on the same Tuesday: a day
// off as the start costs nothing.
//
// A holiday on the Monday would take its entry out of position and lower every later number of
// before by one; a Saturday made up for would put one in. Nothing else changes, which is why make-up
// days need no rule of their own once the tables stand.
//
// The numbers fit into 16 bits because the table has fewer than 26,000 days.
type Calendar struct {
	definition definition
	zone       *zone

	// before[i] is how many business days the table has before its day i; one more entry holds them all.
	// position is its inverse: position[k] is the index of the day that is the k-th business day, from 0.
	before   [dayCount + 1]uint16
	position []uint16

	weekends [lastYear - firstYear + 1]weekend // by year; the first and the last also serve all years outside
	holidays []holiday                         // in order, none overlapping, each with a day that is no weekend
	worked   []int64                           // make-up days, in order

	// lowest and highest bound every sum: the ranks of the first and last business day of the years 1 to 9999.
	lowest, highest int64
}

// holiday is a run of days off, both ends included.
//
// The days are numbers as [dayNumber] gives them. The name is the law's, in the words of the
// library; the days of a notice or a file have none.
type holiday struct {
	first, last int64
	name        string
}

// Announcement is the source of one year of a calendar that is announced year by year.
//
// It is for people who want to check a deadline against the notice it rests on.
type Announcement struct {
	Year      int
	Source    string        // where it can be read: an address or a text; may be empty
	Announced recourse.Date // the day of the notice; zero when not known
}

// Code is the country: an ISO 3166 alpha-2 code.
func (c *Calendar) Code() string { return c.definition.code }

// Location is the zone whose days are counted.
func (c *Calendar) Location() *time.Location { return c.zone.location }

// Add gives the instant n business days after from: the same local time on the nth business day after from's local
// date, whether or not that date is one itself; where the clocks skip or repeat that time, the one of time.Date.
// Negative n counts backwards, 0 gives from. The result is in the calendar's zone.
//
// It never fails: no sum leaves the years 1 to 9999, it stops at their first or last business day.
func (c *Calendar) Add(from time.Time, n int) time.Time {
	if n == 0 {
		return from.In(c.zone.location)
	}
	day, second := c.zone.local(from)
	var rank int64
	if n > 0 {
		rank = c.rank(day+1) + int64(min(n, farthest)) - 1
	} else {
		rank = c.rank(day) + int64(max(n, -farthest))
	}
	return c.zone.instant(c.day(rank), second, from.Nanosecond())
}

// farthest is more business days than any instant is away from any other; with it sums of ranks cannot overflow.
const farthest = 1 << 50

// Between is how many business days there are after from's date, up to and including to's date: 0 on the same day,
// negative when to is earlier. For n ≥ 0, Between(t, Add(t, n)) is n.
func (c *Calendar) Between(from, to time.Time) int {
	start, _ := c.zone.local(from)
	end, _ := c.zone.local(to)
	return int(c.rank(end+1) - c.rank(start+1))
}

// IsBusinessDay reports whether people work on d; a day that does not exist is read as time.Date reads it.
func (c *Calendar) IsBusinessDay(d recourse.Date) bool {
	day := dayNumber(d)
	return c.rank(day+1) > c.rank(day)
}

// rank is how many business days lie before day, counted from the table's first day and negative before it.
//
// It is the one place that knows the three stretches: before the table, in it and behind it. The
// unsigned comparison tests both ends of the table at once, since a negative
// number becomes a very large one.
func (c *Calendar) rank(day int64) int64 {
	if i := uint64(day - firstDay); i <= dayCount {
		return int64(c.before[i])
	}
	if day < firstDay {
		return -c.weekends[0].count(day, firstDay)
	}
	return int64(len(c.position)) + c.weekends[lastYear-firstYear].count(endDay, day)
}

// day is the business day of that rank, held within the years 1 to 9999.
//
// For every business day d, day(rank(d)) is d. That is all on which [Calendar.Add] relies.
func (c *Calendar) day(rank int64) int64 {
	if uint64(rank) < uint64(len(c.position)) {
		return firstDay + int64(c.position[rank])
	}
	if rank < 0 {
		return c.weekends[0].before(firstDay, -max(rank, c.lowest))
	}
	return c.weekends[lastYear-firstYear].after(endDay, min(rank, c.highest)-int64(len(c.position)))
}

// Explain is Add together with its reasons: the holidays and make-up days in the span from the day after from to
// the due date (backwards: from the due date to the day before from), each cut to the span.
func (c *Calendar) Explain(from time.Time, n int) recourse.Deadline {
	due := c.Add(from, n)
	start, _ := c.zone.local(from)
	end, _ := c.zone.local(due)
	first, last := start+1, end
	if n < 0 {
		first, last = end, start-1
	}
	return recourse.Deadline{
		Due: due, From: from.In(c.zone.location), Days: n, Country: c.definition.code,
		Skipped:     c.skipped(first, last),
		Worked:      c.made(first, last),
		Provisional: first <= last && c.definition.provisional(dateOf(first).Year, dateOf(last).Year),
	}
}

// skipped are the holidays from first to last; what the span leaves of one counts only if it is more than weekend.
//
// A deadline that ends in the middle of Golden Week would otherwise name days that it never reached.
func (c *Calendar) skipped(first, last int64) (ranges []recourse.DayRange) {
	i, _ := slices.BinarySearchFunc(c.holidays, first, func(h holiday, day int64) int { return cmp.Compare(h.last, day) })
	for ; i < len(c.holidays) && c.holidays[i].first <= last; i++ {
		h := c.holidays[i]
		h.first, h.last = max(h.first, first), min(h.last, last)
		if c.hasWeekday(h) {
			ranges = append(ranges, recourse.DayRange{First: dateOf(h.first), Last: dateOf(h.last), Name: h.name})
		}
	}
	return ranges
}

// made are the make-up days from first to last.
func (c *Calendar) made(first, last int64) (days []recourse.Date) {
	i, _ := slices.BinarySearch(c.worked, first)
	for ; i < len(c.worked) && c.worked[i] <= last; i++ {
		days = append(days, dateOf(c.worked[i]))
	}
	return days
}

// hasWeekday reports whether a holiday has a day off that would otherwise be worked.
func (c *Calendar) hasWeekday(h holiday) bool {
	for day := h.first; day <= h.last; day++ {
		if !c.weekends[dateOf(day).Year-firstYear].has(day) {
			return true
		}
	}
	return false
}

// ProvisionalFrom is the first day of the first year whose official calendar is not announced, and the zero date
// where the law says for all years which days are off.
//
// An operator reads from it when the next notice is wanted: China's comes in the last months of the
// year before.
func (c *Calendar) ProvisionalFrom() recourse.Date {
	year := c.definition.firstUnannounced()
	if year == 0 {
		return recourse.Date{}
	}
	return newYear(year)
}

// Announcements are the years that a notice or an operator's file speaks for, in order, with their sources.
func (c *Calendar) Announcements() []Announcement {
	years := c.definition.announcedYears()
	list := make([]Announcement, len(years))
	for i, year := range years {
		list[i] = Announcement{year, c.definition.years[year].source, c.definition.years[year].announced}
	}
	return list
}
