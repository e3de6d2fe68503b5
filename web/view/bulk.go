package view

import (
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
)

// MaxBulk is how many cases are told something at once.
const MaxBulk = 200

// Bulk is what can be done with the cases that are selected.
type Bulk struct {
	Act, Money bool
	People     []FieldOption // to look after them
	Until      []FieldOption // to put them off
}

// Do is something that is done with several cases.
type Do string

// What can be done with several cases at once.
const (
	DoAssign  Do = "assign"
	DoSnooze  Do = "snooze"
	DoRead    Do = "read"
	DoApprove Do = "approve"
	DoChoose  Do = "choose"
)

// Dos lists them.
var Dos = []Do{DoAssign, DoSnooze, DoRead, DoApprove, DoChoose}

// Nobody stands for nobody where a person is picked.
const Nobody = "nobody"

func (r Reader) bulk(found *Found, may Rights) Bulk {
	b := Bulk{Act: may.Act, Money: may.Money}
	b.People = append(b.People, FieldOption{PersonMark(found.Asked.Me), r.T("to_me")})
	for _, p := range found.Asked.Team {
		if p != found.Asked.Me {
			b.People = append(b.People, FieldOption{PersonMark(p), p})
		}
	}
	b.People = append(b.People, FieldOption{Nobody, r.T("to_nobody")})
	for _, days := range []int{1, 3, 7} {
		label := r.T("bulk_tomorrow")
		if days > 1 {
			label = r.T("in", "time", r.Duration(strconv.Itoa(days)+" days"))
		}
		b.Until = append(b.Until, FieldOption{strconv.Itoa(days), label})
	}
	b.Until = append(b.Until, FieldOption{"0", r.T("snooze_wake")})
	return b
}

// Until is the instant until which a choice of days puts off; zero: not at all.
func (r Reader) Until(days int) time.Time {
	if days <= 0 {
		return time.Time{}
	}
	return r.midnight(days).Add(morning * time.Hour)
}

// BoxValue is a case in a list with the version of its order that was shown.
func BoxValue(id string, version int64) string { return strconv.FormatInt(version, 36) + "." + id }

// ParseBox reads what BoxValue gave.
func ParseBox(s string) (id string, version int64, ok bool) {
	v, id, ok := strings.Cut(s, ".")
	version, err := strconv.ParseInt(v, 36, 64)
	return id, version, ok && err == nil && id != "" && len(id) < 600
}

// BulkPage says, case by case, what would follow or what became of it.
type BulkPage struct {
	Title   string
	Say     string
	Do      Do
	Done    bool // it was done; else it would be
	Rows    []BulkRow
	Refused int
	Good    int
	Hidden  []Field
	Choices []FieldOption // answers to pick from: those that all cases offer
	Back    string
	Label   string // of the button that does it; "": there is nothing to do
	Reason  bool   // a note may be given
}

// BulkRow is one case of it.
type BulkRow struct {
	ID, Href  string
	Order     string
	Situation string
	Amount    string
	Lines     []Line
	Wrong     string // why not; "": it goes
	Hint      string
	Letters   []Act
}

// Follow tells what a result did, or would do, with a case.
func (b *BulkRow) Follow(r Reader, v *desk.View, p *desk.Result) {
	var c Confirm
	c.Follow(r, v, p, b.ID)
	for _, l := range c.Follows {
		if l.Text != "" {
			b.Lines = append(b.Lines, l)
		}
	}
	b.Letters = append(b.Letters, c.Letters...)
}

// NewBulkRow is a case in such a list, with nothing said of it yet.
func NewBulkRow(r Reader, f *recourse.OrderFile, c *recourse.Case, stake recourse.Money) BulkRow {
	return BulkRow{ID: c.ID, Href: CasePath(c.ID), Order: f.Order.ID, Situation: r.Language.Situation(c.Situation), Amount: r.Money(stake)}
}
