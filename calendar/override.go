package calendar

import (
	"strconv"
	"strings"
	"time"

	"recourse"
)

// Override is what an operator's file says: the business days of one country in one year, or of several, one YAML
// document each. The zero value says nothing.
type Override struct {
	years []announcedYear
}

// announcedYear is one document of such a file. It speaks for all days of its year.
//
//   - weekend is Saturday and Sunday where the file is silent.
//   - source and announced are for people; no day depends on them, and they are not part of the
//     hash.
//   - off and worked are inside year, and no day is in both.
//   - position is where the document begins.
type announcedYear struct {
	code      string
	location  *time.Location // nil when not said
	weekend   weekend
	year      int
	source    string
	announced recourse.Date
	off       []holiday
	worked    []int64
	position  recourse.Position
}

// refused is for what is wrong between documents and not in one value; it points at the document's first key.
func (y announcedYear) refused(code, field, message, hint string) error {
	return &recourse.Error{
		Kind: recourse.Invalid, Code: code, Message: message, Field: field, Position: y.position, Hint: hint,
	}
}

// ParseOverride reads a YAML file with documents such as
//
//	calendar: CN                      # ISO 3166 alpha-2
//	zone: Asia/Shanghai               # needed for a country the program does not bring
//	weekend: [sat, sun]               # this is the default
//	year: 2027                        # 1990 to 2060
//	source: https://www.gov.cn/…      # where it can be read, for people
//	announced: 2026-11-20
//	off: ["2027-01-01", "2027-02-05..2027-02-13"]
//	worked: [2027-01-30]              # days of a weekend that are worked
//
// The name of the file is only used in errors, which carry line and column and are of kind [recourse.Invalid], or
// [recourse.TooLarge] for a file that no honest hand writes. Nothing but plain maps, lists and scalars is
// understood: anchors, aliases and tags are refused, so that a small file cannot stand for a large one.
func ParseOverride(file string, data []byte) (Override, error) {
	documents, err := parseDocuments(file, data)
	if err != nil {
		return Override{}, err
	}
	var o Override
	seen := seenYears{}
	for _, d := range documents {
		y, err := d.announcedYear()
		if err == nil {
			err = seen.add(y)
		}
		if err != nil {
			return Override{}, err
		}
		o.years = append(o.years, y)
	}
	return o, nil
}

// announcedYear reads the fields in an order in which each can be checked against those before it.
func (d document) announcedYear() (y announcedYear, err error) {
	y.position = d.position
	for _, read := range []func(*announcedYear) error{
		d.readCode, d.readZone, d.readWeekend, d.readYear, d.readSource, d.readOff, d.readWorked,
	} {
		if err := read(&y); err != nil {
			return announcedYear{}, err
		}
	}
	return y, nil
}

func (d document) readCode(y *announcedYear) error {
	s, err := d.required("calendar")
	if err != nil {
		return err
	}
	y.code = s.text
	return s.checkCode()
}

// checkCode does not ask whether ISO knows the country: an operator may need a calendar for a place of their own.
func (s scalar) checkCode() error {
	if len(s.text) != 2 || strings.Trim(s.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return s.refused("is not a country", "use two capital letters of ISO 3166, such as CN")
	}
	return nil
}

// readZone refuses Local, which package time would take: it is another zone on every machine.
func (d document) readZone(y *announcedYear) error {
	s, ok, err := d.scalar("zone")
	if !ok || err != nil {
		return err
	}
	if y.location, err = time.LoadLocation(s.text); err != nil || s.text == "" || s.text == "Local" {
		return s.refused("is not a time zone", "use a name of the IANA database, such as Asia/Shanghai")
	}
	return nil
}

// weekdays are the names in a file, in the order of time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (d document) readWeekend(y *announcedYear) error {
	y.weekend = saturdaySunday
	list, ok, err := d.list("weekend")
	if !ok || err != nil {
		return err
	}
	return y.setWeekend(list)
}

// setWeekend may leave the weekend empty, where every day is worked, but not the week.
func (y *announcedYear) setWeekend(list []scalar) error {
	y.weekend = 0
	for _, s := range list {
		bit := weekend(0)
		for i, name := range weekdays {
			if s.text == name {
				bit = 1 << i
			}
		}
		if bit == 0 || y.weekend&bit != 0 {
			return s.refused("is not a day of the week, or there twice", "use "+strings.Join(weekdays[:], ", "))
		}
		if y.weekend |= bit; y.weekend.workdays() == 0 {
			return s.refused("leaves no day to work on", "a weekend has at most six days")
		}
	}
	return nil
}

func (d document) readYear(y *announcedYear) error {
	s, err := d.required("year")
	if err != nil {
		return err
	}
	return y.setYear(s)
}

// setYear keeps to the years of the tables; outside them there are no holidays to speak of.
func (y *announcedYear) setYear(s scalar) (err error) {
	y.year, err = strconv.Atoi(s.text)
	if err != nil || y.year < firstYear || y.year > lastYear {
		return s.refused("is not a year of the tables", "1990 to 2060 are")
	}
	return nil
}

// readSource reads what people are told about the origin of the year; no day depends on it.
func (d document) readSource(y *announcedYear) error {
	source, _, err := d.scalar("source")
	if err != nil {
		return err
	}
	if err := y.setSource(source); err != nil {
		return err
	}
	announced, ok, err := d.scalar("announced")
	if !ok || err != nil {
		return err
	}
	if y.announced, err = recourse.ParseDate(announced.text); err != nil {
		return announced.refused("is not a date", dateHint)
	}
	return nil
}

func (y *announcedYear) setSource(s scalar) error {
	if y.source = s.text; len(y.source) > 500 {
		return s.refused("is too long", "at most 500 bytes")
	}
	return nil
}

// dateHint goes with every refusal of a day.
const dateHint = "write year, month and day of a day that exists, such as 2027-02-05"

func (d document) readOff(y *announcedYear) error {
	list, _, err := d.list("off")
	if err != nil {
		return err
	}
	return y.setOff(list)
}

// setOff refuses a day that stands there twice: it is never meant, and most often a wrong month.
func (y *announcedYear) setOff(list []scalar) error {
	taken := map[int64]bool{}
	for _, s := range list {
		h, err := s.days(y.year)
		if err != nil {
			return err
		}
		for day := h.first; day <= h.last; day++ {
			if taken[day] {
				return s.refused("is off twice: "+dateOf(day).String(), "remove one of them")
			}
			taken[day] = true
		}
		y.off = append(y.off, h)
	}
	return nil
}

func (d document) readWorked(y *announcedYear) error {
	list, _, err := d.list("worked")
	if err != nil {
		return err
	}
	return y.setWorked(list)
}

// setWorked comes last, because a make-up day is judged by the weekend and by the days off.
func (y *announcedYear) setWorked(list []scalar) error {
	taken := map[int64]bool{}
	for _, s := range list {
		h, err := s.days(y.year)
		if err != nil {
			return err
		}
		for day := h.first; day <= h.last; day++ {
			if reason, hint := y.cannotWork(day, taken); reason != "" {
				return s.refused(reason, hint)
			}
			taken[day] = true
			y.worked = append(y.worked, day)
		}
	}
	return nil
}

// cannotWork guards against the commonest slip, a make-up day in the wrong week. It says why a day cannot stand
// among the worked ones; nothing when it can.
//
// A notice that says «28 February is worked» means a Saturday. The same number copied into another
// year is likely a weekday, and is refused for that.
func (y *announcedYear) cannotWork(day int64, taken map[int64]bool) (reason, hint string) {
	date := dateOf(day)
	if taken[day] {
		return "is worked twice: " + date.String(), "remove one of them"
	}
	for _, h := range y.off {
		if h.first <= day && day <= h.last {
			return "is also off: " + date.String(), "a day is either off or worked"
		}
	}
	if !y.weekend.has(day) {
		return "is already a working day: " + date.String() + " is a " + date.Weekday().String(),
			"worked lists only days of the weekend that are made up for"
	}
	return "", ""
}

// days reads a day, or a first and a last one with two points between, inside the year; so no range is longer than
// 366 days. A notice that reaches into the next year is written in two documents, because each year is replaced whole.
func (s scalar) days(year int) (holiday, error) {
	first, last, ranged := strings.Cut(s.text, "..")
	if !ranged {
		last = first
	}
	from, err := recourse.ParseDate(first)
	if err != nil {
		return holiday{}, s.refused("is not a day, or a first and a last day", dateHint+" or 2027-02-05..2027-02-13")
	}
	to, err := recourse.ParseDate(last)
	if err != nil {
		return holiday{}, s.refused("is not a day, or a first and a last day", dateHint+" or 2027-02-05..2027-02-13")
	}
	if from.Year != year || to.Year != year {
		return holiday{}, s.refused("is outside "+strconv.Itoa(year), "another year has its own document")
	}
	if from.Compare(to) > 0 {
		return holiday{}, s.refused("ends before it begins", "write the earlier day first")
	}
	return holiday{first: dayNumber(from), last: dayNumber(to)}, nil
}
