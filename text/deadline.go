package text

import (
	"slices"
	"strconv"

	"recourse"
)

// Deadline explains a due instant: "due 6 Mar 2026, 10 business days after 14 Feb in China: 15–23 Feb holiday,
// 28 Feb worked". The days are those of the calendar that it was counted by.
//
// The year stands with the due date always, and with the other days only where it is another. A
// deadline backwards, "5 days before", is worded by keys of its own, since few languages make one
// from the other by a single word.
func (l *Language) Deadline(d recourse.Deadline) string {
	due, from := recourse.DateOf(d.Due), recourse.DateOf(d.From)
	key, n, count := "after", d.Days, "day"
	if n < 0 {
		key, n = "before", -n
	}
	v := values{"due": l.shortDay(due, 0), "from": l.shortDay(from, due.Year), "place": ""}
	if d.Country != "" {
		key, count = "business_"+key, "business"
		v["place"] = l.place(d.Country)
		v["count_in"] = l.counted("business_in", int64(n), values{"place": v["place"]})
	}
	v["count"] = l.counted(count, int64(n), nil)
	s := fill(l.get("deadline."+key), v)
	if special := l.special(d, due.Year); special != "" {
		s = fill(l.get("deadline.special"), values{"a": s, "b": special})
	}
	if d.Provisional {
		// The later end of the span is the one not announced: countries announce one year after the other.
		s = fill(l.get("deadline.provisional"), values{"a": s, "year": strconv.Itoa(max(due.Year, from.Year)), "place": v["place"]})
	}
	return s
}

// special tells the days out of the ordinary, in the order of the calendar.
//
// Holidays and make-up days are told in one row and not in two lists: the reader goes along the
// calendar with a finger.
func (l *Language) special(d recourse.Deadline, year int) string {
	type note struct {
		day  recourse.Date
		text string
	}
	notes := make([]note, 0, len(d.Skipped)+len(d.Worked))
	for _, r := range d.Skipped {
		notes = append(notes, note{r.First, l.holiday(r, year)})
	}
	for _, day := range d.Worked {
		notes = append(notes, note{day, fill(l.get("deadline.worked"), values{"day": l.shortDay(day, year)})})
	}
	slices.SortStableFunc(notes, func(a, b note) int { return a.day.Compare(b.day) })
	var all string
	for i, n := range notes {
		if i == 0 {
			all = n.text
			continue
		}
		all = fill(l.get("deadline.comma"), values{"a": all, "b": n.text})
	}
	return all
}

// holiday tells one run of days off. Its adjective goes with their number in some languages.
func (l *Language) holiday(r recourse.DayRange, year int) string {
	key := "deadline.holiday"
	if r.First != r.Last {
		key = "deadline.holidays"
	}
	if r.Name != "" {
		key += "_named"
	}
	return fill(l.get(key), values{"days": l.days(r, year), "name": recourse.Shorten(r.Name, 80)})
}
