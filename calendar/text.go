package calendar

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"recourse"
)

// setText is a set as it is kept. It holds what the tables are computed from and not the tables: less to keep, and a
// file can be laid over a set that was restored as over any other. Version is that of this form.
type setText struct {
	Version   int           `json:"calendars"`
	Countries []countryText `json:"countries"`
}

// countryText is a definition as it is kept.
type countryText struct {
	Code   string     `json:"code"`
	Zone   zoneText   `json:"zone"`
	Lawful bool       `json:"lawful,omitempty"`
	Law    []lawText  `json:"law,omitempty"`
	Years  []yearText `json:"years,omitempty"`
}

// lawText is a holiday by law. Days are "2024-11-20", or "2024-11-20..2060" for that date in each year up to 2060: most
// holidays fall on the same date every year, and are one line.
type lawText struct {
	Name string   `json:"name"`
	Days []string `json:"days"`
}

// yearText is a year that was announced, in the words of an operator's file.
type yearText struct {
	Year      int           `json:"year"`
	Weekend   []string      `json:"weekend"`
	Source    string        `json:"source,omitempty"`
	Announced recourse.Date `json:"announced,omitzero"`
	Off       []string      `json:"off,omitempty"`
	Worked    []string      `json:"worked,omitempty"`
}

// The limits of a text: far above what all countries of the world would need, and low enough that a damaged one cannot
// exhaust a machine.
const (
	textVersion = 1
	maxText     = 8 << 20 // bytes
	maxLaw      = 1 << 13 // days off by law, of a country
)

// Text is all that the set says, in JSON, from which [Restore] makes it again: of every country the zone with each
// change of its clocks, the holidays by law in the years of the tables, and the announced years with their sources. The
// same set has the same text, byte for byte.
//
// It is what to keep beside a decision that counted in the set. The official tables, the library of laws and the
// database of zones are parts of the program, and another version of it has others. Sets that differ in their sources
// alone, or in holidays that fall on a weekend, have different texts and the same hash.
func (s *Set) Text() []byte {
	text := setText{Version: textVersion, Countries: []countryText{}}
	for _, code := range s.Codes() {
		text.Countries = append(text.Countries, s.calendars[code].definition.text())
	}
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // Nothing in it can fail to be written: it is words and numbers.
	}
	return b
}

func (d definition) text() countryText {
	text := countryText{Code: d.code, Zone: newZoneText(d.location), Lawful: d.lawful, Law: d.law()}
	for _, year := range d.announcedYears() {
		text.Years = append(text.Years, d.years[year].text())
	}
	return text
}

// law is the holidays by law in the order of their names.
func (d definition) law() (law []lawText) {
	days := map[string][]recourse.Date{}
	for _, h := range d.byLaw {
		days[h.name] = append(days[h.name], dateOf(h.first))
	}
	for _, name := range slices.Sorted(maps.Keys(days)) {
		law = append(law, lawText{name, yearly(days[name])})
	}
	return law
}

// yearly writes days down, those on the same date in years that follow each other together.
func yearly(days []recourse.Date) (texts []string) {
	slices.SortFunc(days, func(a, b recourse.Date) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Year, b.Year))
	})
	days = slices.Compact(days)
	for len(days) > 0 {
		first, n := days[0], 1
		for n < len(days) && days[n] == (recourse.Date{Year: first.Year + n, Month: first.Month, Day: first.Day}) {
			n++
		}
		text := first.String()
		if n > 1 {
			text += ".." + strconv.Itoa(first.Year+n-1)
		}
		texts, days = append(texts, text), days[n:]
	}
	return texts
}

func (y announcedYear) text() yearText {
	text := yearText{Year: y.year, Weekend: []string{}, Source: y.source, Announced: y.announced}
	for i, name := range weekdays {
		if y.weekend>>i&1 == 1 {
			text.Weekend = append(text.Weekend, name)
		}
	}
	for _, h := range y.off {
		days := dateOf(h.first).String()
		if h.last > h.first {
			days += ".." + dateOf(h.last).String()
		}
		text.Off = append(text.Off, days)
	}
	for _, day := range y.worked {
		text.Worked = append(text.Worked, dateOf(day).String())
	}
	return text
}

// Restore makes a set of what [Set.Text] gave, with the same hash and the same answers: whatever is counted from a day
// of the tables or before, up to ten years after them. It looks at nothing but the text, neither at the tables of the
// program nor at its zones.
//
// The error is calendar_text, of kind invalid, or too_large for a text that no set has. That a day was changed in the
// text only its hash can tell: whoever keeps the hash beside it should compare. It takes about a millisecond for each
// country.
func Restore(text []byte) (*Set, error) {
	if len(text) > maxText {
		return nil, unreadable(recourse.TooLarge, strconv.Itoa(len(text))+" bytes, "+strconv.Itoa(maxText)+" are the most", nil)
	}
	var kept setText
	if err := decode(text, &kept); err != nil {
		return nil, unreadable(recourse.Invalid, err.Error(), err)
	}
	if kept.Version != textVersion {
		return nil, unreadable(recourse.Invalid, "its form is not the one of version "+strconv.Itoa(textVersion), nil)
	}
	set := &Set{calendars: map[string]*Calendar{}}
	for _, country := range kept.Countries {
		d, err := country.definition()
		if err != nil {
			return nil, unreadable(recourse.Invalid, country.Code+": "+err.Error(), err)
		}
		if set.calendars[d.code] != nil {
			return nil, unreadable(recourse.Invalid, d.code+" is there twice", nil)
		}
		set.calendars[d.code] = d.calendar()
	}
	set.hash = set.sum()
	return set, nil
}

// decode takes nothing that Text does not write: a word that is not known may have been meant to change an answer.
func decode(text []byte, kept *setText) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(kept); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return &recourse.Error{Kind: recourse.Invalid, Code: "calendar_text", Message: "something follows behind the end"}
	}
	return nil
}

func unreadable(kind recourse.Kind, what string, cause error) error {
	return &recourse.Error{Kind: kind, Code: "calendar_text", Message: "the text kept of a set of calendars cannot be read: " + recourse.Shorten(what, 200), Err: cause}
}

// definition checks all on which the computation of the tables relies: that days are in the years that they should be
// in, that a week has a day to work on, and that a country without a law has an announced year.
func (c countryText) definition() (d definition, err error) {
	if err := (scalar{field: "code", text: c.Code}).checkCode(); err != nil {
		return d, err
	}
	d = definition{code: c.Code, lawful: c.Lawful, years: make(map[int]announcedYear, len(c.Years))}
	if d.location, err = c.Zone.location(); err != nil {
		return d, err
	}
	for _, holiday := range c.Law {
		if err := d.take(holiday); err != nil {
			return d, err
		}
	}
	for _, text := range c.Years {
		y, err := text.announcedYear(c.Code)
		if err != nil {
			return d, err
		}
		if _, twice := d.years[y.year]; twice {
			return d, y.refused("calendar_text", "year", strconv.Itoa(y.year)+" is there twice", "")
		}
		d.years[y.year] = y
	}
	if !d.lawful && len(d.years) == 0 {
		return d, announcedYear{}.refused("calendar_text", "years", "a country without a law has no announced year", "")
	}
	return d, nil
}

// take adds the days of a holiday to those by law.
func (d *definition) take(law lawText) error {
	for _, text := range law.Days {
		s := scalar{field: "days", text: text}
		from, to, err := s.years()
		if err != nil {
			return err
		}
		for date := from; date.Year <= to; date.Year++ {
			day := dayNumber(date)
			if dateOf(day) != date || len(d.byLaw) == maxLaw {
				return s.refused("has a day that does not exist, or one too many", "")
			}
			d.byLaw = append(d.byLaw, holiday{day, day, law.Name})
		}
	}
	return nil
}

// years reads "2024-11-20" or "2024-11-20..2060", inside the tables: the first day, and the last year in which its date
// is meant.
func (s scalar) years() (from recourse.Date, to int, err error) {
	first, last, ranged := strings.Cut(s.text, "..")
	if from, err = recourse.ParseDate(first); err != nil {
		return from, 0, s.refused("is not a day, or a day and a last year", "")
	}
	to = from.Year
	if ranged {
		to, err = strconv.Atoi(last)
	}
	if err != nil || from.Year < firstYear || to < from.Year || to > lastYear {
		return from, 0, s.refused("is not in the years of the tables", "")
	}
	return from, to, nil
}

// announcedYear reads a year by the rules for an operator's file.
func (t yearText) announcedYear(code string) (announcedYear, error) {
	y := announcedYear{code: code, announced: t.Announced}
	if t.Weekend == nil {
		return y, y.refused("calendar_text", "weekend", strconv.Itoa(t.Year)+" does not say which days are its weekend", "")
	}
	for _, err := range []error{
		y.setYear(scalar{field: "year", text: strconv.Itoa(t.Year)}),
		y.setSource(scalar{field: "source", text: t.Source}),
		y.setWeekend(scalars("weekend", t.Weekend)),
		y.setOff(scalars("off", t.Off)),
		y.setWorked(scalars("worked", t.Worked)),
	} {
		if err != nil {
			return announcedYear{}, err
		}
	}
	return y, nil
}

func scalars(field string, texts []string) []scalar {
	list := make([]scalar, len(texts))
	for i, text := range texts {
		list[i] = scalar{field: field, text: text}
	}
	return list
}
