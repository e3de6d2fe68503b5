// Package view is what people see of the desk: models that say what stands on a page, made from what the desk read, and
// templates that draw them.
//
// A model is made in one place for all languages: its texts are in the reader's words already, its instants on the
// reader's clock. Templates decide nothing but where things stand. Neither knows a situation, a state or an event by its
// name: all of that comes from the playbook, through the case's options, and from the language files.
//
// Everything works without a script. Links filter, forms act, and details elements fold.
package view

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"recourse"
	"recourse/text"
)

// Reader is somebody who looks at a page: their language, the clock on their wall, and the moment of the look.
type Reader struct {
	*text.Language
	Now  time.Time
	Head Letterhead // of the messages that they read
}

// Letterhead is what messages say of the shop, whatever they are about.
type Letterhead struct {
	Shop string // the merchant's name; "": not known
	Link string // where the buyer's page of the order is; "": there is none yet
	// Agent is the language that the agent is written to in; "": the reader's.
	Agent string
	// Sent are the letters of the order that left, as they left, by the acts that sent them.
	Sent map[string]Sent
}

// Sent is a letter that left, in the words in which it did.
type Sent struct {
	To      []string // addresses
	Subject string
	Body    string
	Lang    string
	Bounced bool // and came back
}

// facts are what a message is made from.
func (r Reader) facts(file *recourse.OrderFile, e recourse.Effect) text.Data {
	d := text.NewData(file, e)
	d.Shop = r.Head.Shop
	if e.To == recourse.PartyBuyer {
		d.Link = r.Head.Link
	}
	return d
}

// NewReader is a reader of a language whose clock shows the time of a zone.
func NewReader(l *text.Language, zone *time.Location, now time.Time) Reader {
	if zone == nil {
		zone = time.UTC
	}
	return Reader{Language: l.At(zone), Now: now}
}

// T is a word of the desk.
func (r Reader) T(key string, pairs ...string) string { return r.Desk(key, pairs...) }

// Instant is a point in time as a page tells it: near in words, exact for who points at it.
type Instant struct {
	Text  string // «in 3 days», «today, 17:00»
	Day   string // «7 Mar»
	Exact string // «7 March 2026, 10:00 (UTC+1)»
	Stamp string // for machines
	Class When
}

// When says how near a deadline is. It is also the name of a group of the queue and of a class of the style sheet.
type When string

// The groups that deadlines fall into.
const (
	Overdue When = "overdue" // its instant has passed
	Today   When = "today"   // before the reader's midnight
	Week    When = "week"    // before the midnight of the sixth day after today
	Later   When = "later"   // after that, or without a date
)

// Whens lists the groups in the order of the queue.
var Whens = []When{Overdue, Today, Week, Later}

// midnight is the beginning of the reader's day so many days from today.
func (r Reader) midnight(days int) time.Time {
	now := r.Local(r.Now)
	return time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, now.Location())
}

// When is the group that a deadline falls into.
func (r Reader) When(due time.Time) When {
	switch {
	case due.IsZero() || !due.Before(r.midnight(7)):
		return Later
	case !due.After(r.Now):
		return Overdue
	case due.Before(r.midnight(1)):
		return Today
	}
	return Week
}

// Span is from when to when the deadlines of a group lie; zero: no bound.
func (r Reader) Span(w When) (from, before time.Time) {
	// A deadline at this very instant is over, and the bounds of the store are «at or after» and «before».
	now := r.Now.Add(time.Microsecond)
	switch w {
	case Overdue:
		return time.Time{}, now
	case Today:
		return now, r.midnight(1)
	case Week:
		return r.midnight(1), r.midnight(7)
	case Later:
		return r.midnight(7), time.Time{}
	}
	return time.Time{}, time.Time{}
}

// Due tells a deadline.
func (r Reader) Due(t time.Time) Instant {
	if t.IsZero() {
		return Instant{Text: r.T("no_date"), Class: Later}
	}
	i := r.instant(t)
	switch i.Class = r.When(t); {
	case i.Class == Overdue:
		i.Text = r.T("late_by", "time", r.distance(r.Now.Sub(t)))
	case t.Before(r.midnight(1)):
		i.Text = r.T("today_at", "time", r.Clock(t))
	case t.Before(r.midnight(2)):
		i.Text = r.T("tomorrow_at", "time", r.Clock(t))
	default:
		i.Text = r.T("in", "time", r.Duration(strconv.Itoa(r.daysTo(t))+" days"))
	}
	return i
}

// Past tells when something happened.
func (r Reader) Past(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	i := r.instant(t)
	switch {
	case r.Now.Sub(t) < time.Minute:
		i.Text = r.T("just_now")
	case !t.Before(r.midnight(0)):
		i.Text = r.T("today_at", "time", r.Clock(t))
	case !t.Before(r.midnight(-1)):
		i.Text = r.T("yesterday_at", "time", r.Clock(t))
	default:
		i.Text = r.T("ago", "time", r.Duration(strconv.Itoa(-r.daysTo(t))+" days"))
	}
	return i
}

func (r Reader) instant(t time.Time) Instant {
	return Instant{Day: r.ShortDay(t, r.Now), Exact: r.MomentZone(t), Stamp: t.UTC().Format(time.RFC3339)}
}

// daysTo is how many midnights lie between now and an instant. Days of the calendar are meant and not 24 hours: what
// is due on the day after tomorrow is in two days, whatever the hour.
func (r Reader) daysTo(t time.Time) int {
	day := func(t time.Time) int64 {
		y, m, d := r.Local(t).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	return int(day(t) - day(r.Now))
}

// distance is a length of time in its largest unit.
func (r Reader) distance(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return r.Duration(strconv.Itoa(int(d/(24*time.Hour))) + " days")
	case d >= time.Hour:
		return r.Duration(strconv.Itoa(int(d/time.Hour)) + " hours")
	}
	return r.Duration(strconv.Itoa(int(max(d/time.Minute, 1))) + " minutes")
}

// Capped is a count that was stopped behind a limit: «1,000+».
func (r Reader) Capped(n, limit int) string {
	if n > limit {
		return r.T("at_least", "n", r.Number(limit))
	}
	return r.Number(n)
}

// sentence is a phrase with which a line begins.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
