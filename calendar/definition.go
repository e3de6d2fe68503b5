package calendar

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// definition is what the tables of a calendar are computed from. It is kept beside them, so that an operator's file
// can be laid over it.
//
//   - byLaw holds for every year that years does not have; a year that is there replaces the law's
//     days whole.
//   - lawful stays true when an operator's file is laid over a country under law: its other years
//     are as certain as before.
//   - years has the notices and the operators' files, and of each year only the newest that was
//     given.
type definition struct {
	code     string
	location *time.Location
	byLaw    []holiday // single days, for the years nobody announced
	lawful   bool      // the law speaks for all years: none is ever provisional
	years    map[int]announcedYear
}

// with is d with one more year announced; d stays as it is.
//
// The map is copied first, because the definition that d came from still belongs to a set in use.
func (d definition) with(y announcedYear) definition {
	d.years = maps.Clone(d.years)
	if d.years == nil {
		d.years = map[int]announcedYear{}
	}
	d.years[y.year] = y
	if y.location != nil {
		d.location = y.location
	}
	return d
}

// announcedYears are in order, so that whatever is computed from them comes out the same every time.
func (d definition) announcedYears() []int { return slices.Sorted(maps.Keys(d.years)) }

// firstUnannounced is the first year after the first announced one that nobody has announced; 0 under law.
//
// Without a law there is always one year at least that is announced: only a document brings such a
// country in. Years before the first notice are not meant: they are past, and nobody will announce
// them any more.
func (d definition) firstUnannounced() int {
	if d.lawful {
		return 0
	}
	year := slices.Min(d.announcedYears())
	for ; ; year++ {
		if _, ok := d.years[year]; !ok {
			return year
		}
	}
}

// provisional reports whether one of these years is not announced though it should be. It looks at no more years
// than are announced, and one.
func (d definition) provisional(first, last int) bool {
	if d.lawful {
		return false
	}
	for year := max(first, d.firstUnannounced()); year <= last; year++ {
		if _, ok := d.years[year]; !ok {
			return true
		}
	}
	return false
}

// provisionalYears are the years of the tables, and the one after them for all that follow, that may still change.
func (d definition) provisionalYears() (years []int64) {
	for year := firstYear; year <= lastYear+1; year++ {
		if d.provisional(year, year) {
			years = append(years, int64(year))
		}
	}
	return years
}

// calendar computes the tables, in this order: the weekends must be known to tell which holidays matter, and both
// to count. It takes about a millisecond and is done once for a country when a set is built.
func (d definition) calendar() *Calendar {
	c := &Calendar{definition: d, zone: newZone(d.location)}
	c.setWeekends()
	c.setHolidays()
	c.count()
	c.lowest = -c.weekends[0].count(minDay, firstDay)
	c.highest = c.rank(maxDay+1) - 1
	return c
}

// setWeekends gives every announced year its own weekend and the years without a notice that of the one before
// them; before the first notice the weekend of the first holds.
//
// A weekend that moved, from Thursday and Friday to Friday and Saturday say, is thus said once, in
// the year of the change, and holds until another is said.
func (c *Calendar) setWeekends() {
	current := saturdaySunday
	if announced := c.definition.announcedYears(); len(announced) > 0 && !c.definition.lawful {
		current = c.definition.years[announced[0]].weekend
	}
	for i := range c.weekends {
		if y, ok := c.definition.years[firstYear+i]; ok {
			current = y.weekend
		}
		c.weekends[i] = current
	}
}

// setHolidays has the duty to leave only holidays that someone would notice: those on a weekend are dropped, so
// that no deadline is explained with a day that would have been off anyway. It gathers what the notices say, and
// what the law says where there is none.
func (c *Calendar) setHolidays() {
	var all []holiday
	for _, h := range c.definition.byLaw {
		if _, ok := c.definition.years[dateOf(h.first).Year]; !ok {
			all = append(all, h)
		}
	}
	for _, y := range c.definition.years {
		all = append(all, y.off...)
		c.worked = append(c.worked, y.worked...)
	}
	slices.Sort(c.worked)
	slices.SortFunc(all, func(a, b holiday) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.name, b.name))
	})
	c.holidays = slices.DeleteFunc(joined(all), func(h holiday) bool { return !c.hasWeekday(h) })
}

// joined expects the days in order. It makes one of neighbouring days off with the same name, and drops a day by
// law that falls on another.
//
// The days of a notice carry no name, so that two of its runs that touch become one: «1–3 Jan» and
// «4 Jan» are told as «1–4 Jan». Days of different names stay apart, since each is a reason by
// itself.
func joined(all []holiday) (joined []holiday) {
	for _, h := range all {
		if n := len(joined); n > 0 {
			switch before := &joined[n-1]; {
			case h.first <= before.last:
				continue
			case h.first == before.last+1 && h.name == before.name:
				before.last = h.last
				continue
			}
		}
		joined = append(joined, h)
	}
	return joined
}

// count fills the two tables of business days from weekends, holidays and make-up days.
//
// The order is the rule: a holiday takes a day from the week, and a make-up day gives one back
// whatever took it. Of these the notices never name the same day as both, which is checked where
// they are read.
func (c *Calendar) count() {
	var off [dayCount]bool
	for day := int64(firstDay); day < endDay; {
		year := dateOf(day).Year
		for end := dayNumber(newYear(year + 1)); day < end; day++ {
			off[day-firstDay] = c.weekends[year-firstYear].has(day)
		}
	}
	for _, h := range c.holidays {
		for day := h.first; day <= h.last; day++ {
			off[day-firstDay] = true
		}
	}
	for _, day := range c.worked {
		off[day-firstDay] = false
	}
	// Of the two tables each is the other's inverse: before counts up by one just behind each day in position.
	c.position = make([]uint16, 0, dayCount)
	for i, off := range off {
		c.before[i] = uint16(len(c.position))
		if !off {
			c.position = append(c.position, uint16(i))
		}
	}
	c.before[dayCount] = uint16(len(c.position))
}
