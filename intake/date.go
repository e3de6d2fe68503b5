package intake

import (
	"strconv"
	"strings"
	"time"

	"recourse"
)

// Instants outside these are typing errors, not facts; the nouns refuse them as well.
const (
	firstYear = 1990
	lastYear  = 2199
)

// layout is one way of writing a time, as a profile names it.
//
// Written layouts are translated once, when the profile is read, so that a mistake in one is an error of
// the profile and not of every row.
type layout struct {
	kind  layoutKind
	goish string // for a written layout, in the terms of package time
	noon  bool   // it tells AM and PM
}

type layoutKind byte

const (
	isoLayout     layoutKind = iota // year, month, day; an hour and an offset where there are any
	writtenLayout                   // as spelled out in the profile
	epochLayout                     // seconds since 1970, or thousandths of them when they are that many
	serialLayout                    // a spreadsheet's number of days
)

// isoOnly is how times are read where a profile names no layout: year first, which cannot be mistaken.
//
// "03/04/2024" is in March for one merchant and in April for the next, and half of all days of a year
// fit both. No book is searched for a 13 that would settle it: a book of the first twelve days of a
// month has none, and would be read wrongly from end to end. The profile says DD/MM/YYYY or MM/DD/YYYY,
// or the row is rejected with date_malformed.
var isoOnly = []layout{{kind: isoLayout}}

// layoutTokens are the words of a layout in a profile and their meaning to package time. The order counts: a
// longer word is tried before its beginning.
var layoutTokens = []struct{ word, goish string }{
	{"YYYY", "2006"}, {"YY", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"DD", "02"}, {"D", "2"},
	{"hh", "15"}, {"h", "3"}, {"mm", "04"}, {"ss", "05"}, {"AM", "PM"}, {"am", "pm"}, {"Z", "Z07:00"},
}

// parseLayout reads a layout such as "DD/MM/YYYY hh:mm:ss", or one of the words iso, epoch and excel.
//
// A layout must have a year and a day, so that a column of clock times is not taken for instants.
// Letters that mean nothing are refused rather than matched as they stand: "dd/mm/yyyy" is nearly always
// a mistake for DD/MM/YYYY, and mm would have meant minutes. With AM or PM the hour is one of twelve,
// whichever way it was written.
func parseLayout(s string) (layout, error) {
	switch s {
	case "iso":
		return layout{kind: isoLayout}, nil
	case "epoch":
		return layout{kind: epochLayout}, nil
	case "excel":
		return layout{kind: serialLayout}, nil
	}
	out, rest := "", s
	for rest != "" {
		before := len(rest)
		for _, t := range layoutTokens {
			if after, ok := strings.CutPrefix(rest, t.word); ok {
				out, rest = out+t.goish, after
				break
			}
		}
		if len(rest) == before {
			if isLetter(rest[0]) || rest[0] >= '0' && rest[0] <= '9' {
				return layout{}, layoutRefused(s)
			}
			out, rest = out+rest[:1], rest[1:]
		}
	}
	l := layout{kind: writtenLayout, goish: out, noon: strings.Contains(strings.ToUpper(out), "PM")}
	if l.noon {
		l.goish = strings.Replace(l.goish, "15", "03", 1)
	}
	for _, must := range []string{"06", "2"} {
		if !strings.Contains(l.goish, must) {
			return layout{}, layoutRefused(s)
		}
	}
	return l, nil
}

// isLetter reports whether c is an ASCII letter: in a layout it would be a word that means nothing.
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// layoutRefused names a layout that cannot be used; the position is added where the profile is known.
func layoutRefused(s string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "date_layout", Field: "dates",
		Message: `the layout "` + recourse.Shorten(s, 40) + `" cannot be read`,
		Hint:    "write it with YYYY, MM, MMM, DD, hh, mm, ss, AM and Z, such as DD/MM/YYYY hh:mm, or iso, epoch, excel"}
}

// clock reads the times of one book.
//
// It is fixed when the plan is made. All times it gives are instants; the zone is only how the book's
// own clock turns into them.
type clock struct {
	layouts []layout
	zone    *time.Location // of times without an offset; nil: they are refused
	serial  bool           // numbers of the file are a spreadsheet's days
	from1904
}

// from1904 says that the spreadsheet counts its days from 1904, as those of old Macs do.
type from1904 bool

// parse reads a time in the first layout that takes it. number says that the file calls the cell a number.
//
// A number of a workbook is a day of its calendar whatever the layouts say, since that is what the
// spreadsheet shows in the cell. In a CSV the same number is a text, and is a serial only where the
// profile names excel.
func (c *clock) parse(text []byte, number bool) (time.Time, *fault) {
	if number && c.serial {
		return c.ranged(text, c.parseSerial(text))
	}
	for _, l := range c.layouts {
		at, ok := time.Time{}, false
		switch l.kind {
		case isoLayout:
			at, ok = c.parseISO(text)
		case epochLayout:
			at, ok = parseEpoch(text)
		case serialLayout:
			at = c.parseSerial(text)
			ok = !at.IsZero()
		case writtenLayout:
			at, ok = c.parseWritten(text, l)
		}
		if ok {
			return c.ranged(text, at)
		}
	}
	return time.Time{}, c.explain(text)
}

// ranged refuses what can be read but cannot be true.
//
// A year 0024 or 2924 is a slip of a key. Taken as a fact it would make a deadline centuries overdue, or
// never.
func (c *clock) ranged(text []byte, at time.Time) (time.Time, *fault) {
	if at.IsZero() {
		return at, c.explain(text)
	}
	if y := at.UTC().Year(); y < firstYear || y > lastYear {
		return time.Time{}, &fault{code: "date_range", value: string(text), reason: "the year " + strconv.Itoa(y) + " cannot be: times are from 1990 to 2199"}
	}
	return at, nil
}

// explain says why a time was not read.
//
// The missing zone has a code of its own, because the answer is different: the cell is well and the book
// lacks an option, which mends all rows at once.
func (c *clock) explain(text []byte) *fault {
	f := &fault{code: "date_malformed", value: string(text), reason: "this is no time in the profile's layouts",
		hint: "write it as 2006-01-02 15:04:05, or name its layout under dates in the profile"}
	_, local, ok := iso(text)
	if ok && local && c.zone == nil || c.serial && c.zone == nil && digits(text[:min(len(text), 5)]) >= 0 {
		f.code, f.reason = "date_zone", "the time has no offset and the book no zone"
		f.hint = "name the zone of the book's times, such as America/Sao_Paulo"
	}
	return f
}

// parseISO takes 2006-01-02, 2006-01-02 15:04[:05[.999]] and offsets Z, +08:00, +0800 and +08 behind it, with T
// or a blank before the hour and a stroke or a point for the dash. It is written by hand since most cells of
// most books that are not plain text are this.
func (c *clock) parseISO(text []byte) (time.Time, bool) {
	f, local, ok := iso(text)
	if !ok || local && c.zone == nil {
		return time.Time{}, false
	}
	if local {
		return c.local(f), true
	}
	at := time.Date(f.year, time.Month(f.month), f.day, f.hour, f.minute, f.second, f.nano, time.UTC).Add(-time.Duration(f.offset) * time.Second)
	if c.zone != nil {
		at = at.In(c.zone)
	}
	return at, true
}

// local is the instant at which the clocks of the zone show those fields. In the hour that is left out when clocks
// are put forward there is none: what is meant is then as long after midnight as on other days, by the offset
// of the day before (package time leaves that open, and midnight itself is such an hour in Brazil). Of an hour
// that comes twice the first is meant.
func (c *clock) local(f fields) time.Time {
	at := time.Date(f.year, time.Month(f.month), f.day, f.hour, f.minute, f.second, f.nano, c.zone)
	if at.Hour() == f.hour {
		return at
	}
	_, offset := at.Add(-24 * time.Hour).Zone()
	shown := time.Date(f.year, time.Month(f.month), f.day, f.hour, f.minute, f.second, f.nano, time.UTC)
	return shown.Add(-time.Duration(offset) * time.Second).In(c.zone)
}

// shown are the fields that the clock of a time shows.
func shown(at time.Time) fields {
	hour, minute, second := at.Clock()
	return fields{at.Year(), int(at.Month()), at.Day(), hour, minute, second, at.Nanosecond(), 0}
}

// fields are the parts of a written time.
type fields struct{ year, month, day, hour, minute, second, nano, offset int }

// iso reads the parts of a time with the year first; local says that no offset is there.
func iso(b []byte) (f fields, local, ok bool) {
	if len(b) < 10 || len(b) > 40 {
		return f, false, false
	}
	f.year, f.month, f.day = digits(b[:4]), digits(b[5:7]), digits(b[8:10])
	if dash := b[4]; dash != '-' && dash != '/' && dash != '.' || b[7] != dash {
		return f, false, false
	}
	if f.year < 0 || f.month < 1 || f.month > 12 || f.day < 1 || f.day > daysIn(f.year, f.month) {
		return f, false, false
	}
	if b = b[10:]; len(b) == 0 {
		return f, true, true
	}
	if b[0] != ' ' && b[0] != 'T' {
		return f, false, false
	}
	b, ok = f.clockTime(b[1:])
	if !ok {
		return f, false, false
	}
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	if len(b) == 0 {
		return f, true, true
	}
	f.offset, ok = offset(b)
	return f, false, ok
}

// clockTime reads 15:04, 15:04:05 and 15:04:05.999 and gives what is behind.
func (f *fields) clockTime(b []byte) (rest []byte, ok bool) {
	if len(b) < 5 || b[2] != ':' {
		return nil, false
	}
	f.hour, f.minute = digits(b[:2]), digits(b[3:5])
	b = b[5:]
	if len(b) >= 3 && b[0] == ':' {
		f.second = digits(b[1:3])
		b = b[3:]
		if len(b) >= 2 && (b[0] == '.' || b[0] == ',') {
			b = f.fraction(b[1:])
		}
	}
	return b, f.hour >= 0 && f.hour < 24 && f.minute >= 0 && f.minute < 60 && f.second >= 0 && f.second < 60
}

// fraction reads the digits behind the seconds and gives what follows. Those beyond a nanosecond are dropped.
func (f *fields) fraction(b []byte) []byte {
	unit := 100_000_000
	for len(b) > 0 && b[0]-'0' <= 9 {
		f.nano += int(b[0]-'0') * unit
		unit /= 10
		b = b[1:]
	}
	return b
}

// offset reads Z, UTC, +08:00, +0800 and +08 in seconds east.
func offset(b []byte) (seconds int, ok bool) {
	if string(b) == "Z" || string(b) == "UTC" {
		return 0, true
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	hours, minutes := digits(b[1:3]), 0
	switch rest := b[3:]; {
	case len(rest) == 3 && rest[0] == ':':
		minutes = digits(rest[1:])
	case len(rest) == 2:
		minutes = digits(rest)
	case len(rest) != 0:
		return 0, false
	}
	if hours < 0 || hours > 15 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	seconds = hours*3600 + minutes*60
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// digits is the number that b is, -1 when it is none.
func digits(b []byte) int {
	n := 0
	for _, c := range b {
		if c-'0' > 9 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// daysIn is the length of a month, so that 30 February is refused and not taken for 2 March.
//
// Package time carries such days over into the next month without a word.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// parseEpoch reads whole seconds since 1970, or milliseconds when the number is too large for those.
//
// The bound between them is the year 5138 in seconds and 1973 in milliseconds, so that no instant of an
// order book is on the wrong side of it.
func parseEpoch(text []byte) (time.Time, bool) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}, false
	}
	if n >= 100_000_000_000 {
		return time.UnixMilli(n).UTC(), true
	}
	return time.Unix(n, 0).UTC(), true
}

// parseSerial reads a spreadsheet's days since 30 December 1899 (or 1 January 1904), a local time to the
// second. The zero time: it is none.
func (c *clock) parseSerial(text []byte) time.Time {
	days, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(days >= 1 && days < 2_958_466) || c.zone == nil { // up to the year 9999
		return time.Time{}
	}
	year, month, day := 1899, time.December, 30
	if c.from1904 {
		year, month, day = 1904, time.January, 1
	}
	whole := int(days)
	seconds := int((days-float64(whole))*86400 + 0.5)
	return c.local(shown(time.Date(year, month, day+whole, 0, 0, seconds, 0, time.UTC)))
}

// parseWritten reads a layout of the profile's. Without a zone only layouts with an offset can be read.
//
// A date without an hour is midnight in the zone of the book, here as in the iso layout.
func (c *clock) parseWritten(text []byte, l layout) (time.Time, bool) {
	if strings.Contains(l.goish, "Z07") {
		at, err := time.Parse(l.goish, string(text))
		if err == nil && c.zone != nil {
			at = at.In(c.zone)
		}
		return at, err == nil
	}
	at, err := time.Parse(l.goish, string(text))
	if err != nil || c.zone == nil {
		return time.Time{}, false
	}
	return c.local(shown(at)), true
}
