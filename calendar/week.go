package calendar

import (
	"time"

	"recourse"
)

// Days are counted as in Unix time, from 1 January 1970; the tables hold those of firstYear to lastYear.
const (
	firstYear = 1990
	lastYear  = 2060
	firstDay  = 7305  // 1990-01-01
	endDay    = 33238 // 2061-01-01
	dayCount  = endDay - firstDay
	minDay    = -719162 // 0001-01-01
	maxDay    = 2932896 // 9999-12-31
)

// dayNumber takes a day that does not exist, such as the 32nd, as time.Date takes it.
func dayNumber(d recourse.Date) int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
}

// dateOf is the inverse of dayNumber.
func dateOf(day int64) recourse.Date {
	return recourse.DateOf(time.Unix(day*secondsPerDay, 0).UTC())
}

// weekdayOf is right for days before 1970 too, where the remainder is negative.
func weekdayOf(day int64) time.Weekday {
	// 1 January 1970 was a Thursday.
	return time.Weekday(((day+int64(time.Thursday))%7 + 7) % 7)
}

// weekend is a set of weekdays, one bit for each, never all of them.
type weekend uint8

// saturdaySunday is the weekend wherever no file says another.
const saturdaySunday weekend = 1<<time.Saturday | 1<<time.Sunday

// has reports whether day falls on the weekend.
func (w weekend) has(day int64) bool { return w>>weekdayOf(day)&1 == 1 }

// workdays is how many days of a week are worked, 1 to 7.
func (w weekend) workdays() int64 {
	n := int64(7)
	for ; w != 0; w &= w - 1 {
		n--
	}
	return n
}

// count is how many days from first (included) to end (excluded) are worked when there are no holidays.
//
// Whole weeks have the same number of worked days wherever they begin, so that only the rest, six
// days at most, is looked at one by one: from a Friday, ten days are one week with five and then
// Friday, Saturday and Sunday with one, six in all.
func (w weekend) count(first, end int64) int64 {
	n := (end - first) / 7 * w.workdays()
	for day := end - (end-first)%7; day < end; day++ {
		if !w.has(day) {
			n++
		}
	}
	return n
}

// after is the worked day that has k worked days between first (included) and itself.
//
// With k = 0 it is the first worked day, from first on. It is the inverse of count, as position is
// of before.
func (w weekend) after(first, k int64) int64 {
	day := first + k/w.workdays()*7
	for k %= w.workdays(); ; day++ {
		if w.has(day) {
			continue
		}
		if k == 0 {
			return day
		}
		k--
	}
}

// before is the worked day that has k worked days between itself (included) and end (excluded), k at least 1.
//
// With k = 1 it is the last worked day in front of end, with 6 the one a week before that, where
// five are worked.
func (w weekend) before(end, k int64) int64 {
	day := end - (k-1)/w.workdays()*7
	for k = (k - 1) % w.workdays(); ; k-- {
		for day--; w.has(day); day-- {
		}
		if k == 0 {
			return day
		}
	}
}
