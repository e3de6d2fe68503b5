package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// Work is what people of the merchant keep beside a case, and what they can say about it to each other and to others.
type Work struct {
	Assignee string
	Mine     bool     // it is the visitor's
	People   []string // who could look after it
	Snoozed  Instant  // until when it is not shown among those to work on; empty: it is
	Snoozes  []FieldOption
	Today    string // the first day that can be chosen, for machines
	Message  Form
	Note     Form
	Unread   int
	Calls    []string // how colleagues are called in a note: «@Inès»
}

// work tells it. People are the names of those who work for the merchant.
func (r Reader) work(v *desk.View, c *recourse.Case, me string, people []string) Work {
	w := Work{Assignee: c.Assignee, Mine: c.Assignee == me, Unread: c.Unread, People: slices.DeleteFunc(slices.Clone(people), func(n string) bool { return n == me })}
	if c.Assignee != "" && c.Assignee != me && !slices.Contains(w.People, c.Assignee) {
		w.People = append(w.People, c.Assignee)
	}
	if c.SnoozedUntil.After(r.Now) {
		w.Snoozed = r.Due(c.SnoozedUntil)
	}
	for _, n := range people {
		if n != me {
			w.Calls = append(w.Calls, "@"+n)
		}
	}
	w.Today = r.midnight(1).Format(time.DateOnly)
	for _, name := range snoozes {
		at, err := r.SnoozeUntil(name, "")
		if err == nil {
			w.Snoozes = append(w.Snoozes, FieldOption{name, r.T("snooze_"+name) + " · " + r.ShortDay(at, r.Now) + ", " + r.Clock(at)})
		}
	}
	w.Note = Form{Key: "note", Fields: []Field{{Name: "text", Label: r.T("note_label"), Kind: FieldArea, Required: true}}}
	w.Message = Form{Key: "message", Fields: []Field{r.recipients(v), {Name: "text", Label: r.T("message_label"), Kind: FieldArea, Required: true}}}
	return w
}

// recipients is the field for whom a message goes to: whoever the order has.
func (r Reader) recipients(v *desk.View) Field {
	f := Field{Name: "to", Label: r.T("message_to"), Kind: FieldPick, Required: true, Value: string(recourse.PartyBuyer)}
	for _, p := range WritesTo {
		f.Options = append(f.Options, FieldOption{string(p), r.reached(v.File, p, "")})
	}
	return f
}

// WritesTo are the parties to whom a person of the merchant may write, beside themselves.
var WritesTo = []recourse.Party{recourse.PartyBuyer, recourse.PartySupplier, recourse.PartyAgent, recourse.PartyCarrier}

// reached says who a message goes to and where it reaches them, as far as that is known.
func (r Reader) reached(f *recourse.OrderFile, to recourse.Party, purchase string) string {
	who := sentence(r.Party(to))
	switch {
	case to == recourse.PartyBuyer && f.Order.Buyer != nil:
		return strings.Join(slices.DeleteFunc([]string{who, f.Order.Buyer.Name, f.Order.Buyer.Email}, func(s string) bool { return s == "" }), " · ")
	case to == recourse.PartySupplier:
		var names []string
		for i := range f.Purchases {
			if p := &f.Purchases[i]; (purchase == "" || p.ID == purchase) && p.Supplier != "" && !slices.Contains(names, p.Supplier) {
				names = append(names, p.Supplier)
			}
		}
		if len(names) > 0 {
			return who + " · " + r.List(names)
		}
	}
	return who
}

// snoozes are the usual lengths of a sleep; a day can be named as well.
var snoozes = []string{"tomorrow", "three", "monday"}

// morning is the hour at which what slept is there again.
const morning = 9

// snoozeMost is how long a case may sleep.
const snoozeMost = 366 * 24 * time.Hour

// SnoozeUntil is the instant that one of the usual lengths, or a day such as 2026-03-20, stands for: nine in the morning on
// the shop's clock. Errors: snooze_unknown, date_malformed, snooze_past.
func (r Reader) SnoozeUntil(name, day string) (time.Time, error) {
	today := r.midnight(0)
	at := func(days int) time.Time {
		return time.Date(today.Year(), today.Month(), today.Day()+days, morning, 0, 0, 0, today.Location())
	}
	switch name {
	case "tomorrow":
		return at(1), nil
	case "three":
		return at(3), nil
	case "monday":
		return at((7-int(today.Weekday()))%7 + 1), nil
	case "day":
		d, err := recourse.ParseDate(day)
		if err != nil {
			return time.Time{}, &recourse.Error{Kind: recourse.Invalid, Code: "date_malformed", Field: "day", Message: r.T("snooze_which")}
		}
		until := time.Date(d.Year, d.Month, d.Day, morning, 0, 0, 0, today.Location())
		if !until.After(r.Now) || until.Sub(r.Now) > snoozeMost {
			return time.Time{}, &recourse.Error{Kind: recourse.Invalid, Code: "snooze_past", Field: "day", Message: r.T("snooze_future")}
		}
		return until, nil
	}
	return time.Time{}, &recourse.Error{Kind: recourse.Invalid, Code: "snooze_unknown", Field: "until", Message: r.T("snooze_which")}
}

// Mentioned are the people whom a note calls: @ and their name, or its first word where nobody else's begins so. Capitals
// do not count. Each is there once, in the order of the list.
func Mentioned(note string, people []string) (out []string) {
	note = strings.ToLower(note)
	first := map[string]int{}
	for _, n := range people {
		first[firstWord(n)]++
	}
	for _, n := range people {
		if calls(note, strings.ToLower(n)) || first[firstWord(n)] == 1 && calls(note, firstWord(n)) {
			out = append(out, n)
		}
	}
	return out
}

func firstWord(name string) string {
	return strings.ToLower(cmp.Or(strings.Fields(name + " ")...))
}

// calls says whether @name stands in a note, with no letter right behind it.
func calls(note, name string) bool {
	for rest := note; name != ""; {
		i := strings.Index(rest, "@"+name)
		if i < 0 {
			return false
		}
		rest = rest[i+1+len(name):]
		if next, _ := utf8.DecodeRuneInString(rest); rest == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next) {
			return true
		}
	}
	return false
}

// Called is a note that calls somebody, in their list.
type Called struct {
	Href      string
	Case      string
	Situation string
	Order     string
	Seq       int64
	By        string
	Words     string
	At        Instant
	Seen      bool
}

// Called tells a note that calls somebody; false where it is not there any more.
func (r Reader) Called(v *desk.View, m *store.Mention) (Called, bool) {
	if len(v.History) == 0 || v.History[0].Event == nil || v.History[0].Event.Type != recourse.CaseNoted {
		return Called{}, false
	}
	h := &v.History[0]
	c := Called{Href: CasePath(m.Case) + "#e" + strconv.FormatInt(m.Seq, 10), Case: m.Case, Order: m.Order, Seq: m.Seq, By: h.By, Words: h.Event.Text, At: r.Past(h.At), Seen: !m.SeenAt.IsZero()}
	if is := v.File.Case(m.Case); is != nil {
		c.Situation = r.Language.Situation(is.Situation)
	}
	return c, true
}

func undoSeq(seq int64) string { return strconv.FormatInt(seq, 10) }

// latestShown is how many messages of a thread are shown at once; the earlier ones unfold.
const latestShown = 4

// latest are the newest messages, before the others.
func (t Thread) latest() Thread {
	return Thread{Letters: t.Letters[max(0, len(t.Letters)-latestShown):], Unread: t.Unread}
}

func (t Thread) before() Thread {
	return Thread{Letters: t.Letters[:max(0, len(t.Letters)-latestShown)]}
}
