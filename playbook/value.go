package playbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/calendar"
)

// Kind is the type of a value.
//
// Kinds are those of conditions, not of settings: a choice, an approval and a country are all words to a condition, and
// a percentage and a count are numbers.
type Kind int

// The types. Unknown is the value of what a check leaves open.
const (
	Unknown Kind = iota
	Bool
	Int
	Text
	Span // a duration, in time or in business days
)

// String names the type as the manual does.
func (k Kind) String() string { return [...]string{"unknown", "flag", "number", "word", "duration"}[k] }

// Value is a fact's or a setting's value.
//
// It is a plain struct and no interface: facts are read for every guard, and a value that needs no memory of its own
// costs nothing. The zero Value is the Unknown that a check leaves open; the interpreter never sees it, since to it
// every fact has a value, if only the word none or unknown.
type Value struct {
	Kind Kind
	N    int64 // of Bool: 0 or 1; of Int
	Text string
	Span *Duration // of Span; shared, never changed
}

// Truth makes a Bool of b.
func Truth(b bool) Value {
	if b {
		return Value{Kind: Bool, N: 1}
	}
	return Value{Kind: Bool}
}

// Number makes an Int of n.
func Number(n int) Value { return Value{Kind: Int, N: int64(n)} }

// Word makes a Text of s; "" is the word unknown.
//
// The word unknown is a value like any other, which a condition can ask for, and must not be mixed up with the kind
// Unknown: a leg that nobody told is the word, a leg that a check has not decided on is the kind.
func Word[S ~string](s S) Value {
	if s == "" {
		return Value{Kind: Text, Text: "unknown"}
	}
	return Value{Kind: Text, Text: string(s)}
}

// Duration is a length of time: hours and days of 24 hours, or business days of a country.
//
// The two forms never mix. Business days cannot be turned into hours without knowing from when they count, so a
// Duration is not added, compared or shortened; package calendar counts it from an instant. The zero Duration is no
// time at all, in either form.
type Duration struct {
	Time     time.Duration
	Business int    // business days, when Calendar is set
	Calendar string // ISO 3166-1 alpha-2, or merchant: the country of merchant.country
}

// longest bounds a duration: ten years.
//
// It is counted in days, with room for the leap years. The first check below is in hours, the smaller unit of the two
// that are written with large numbers; a number of minutes therefore reaches two months at most.
const longest = 3660

// ParseDuration reads "2 days", "12 hours", "10 business days CN" or "2 business days merchant".
//
// A calendar must always be written, since "3 business days" would be read by everybody as those of their own country.
// There are no weeks and no months: a month has no one length, and a week is written as 7 days.
func ParseDuration(s string) (Duration, error) { return parseDuration(s, official) }

func parseDuration(s string, known countries) (Duration, error) {
	words := strings.Fields(s)
	bad := func(hint string) (Duration, error) {
		return Duration{}, &recourse.Error{Kind: recourse.Invalid, Code: "duration", Message: fmt.Sprintf("%q is not a duration", recourse.Shorten(s, 60)), Hint: hint}
	}
	const forms = `write "2 days", "12 hours" or "10 business days CN"`
	if len(words) < 2 {
		return bad(forms)
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 0 || n > longest*24 {
		return bad("it begins with a whole number from 0 to " + strconv.Itoa(longest))
	}
	unit := strings.TrimSuffix(words[1], "s")
	switch {
	case len(words) == 2 && unit == "day" && n <= longest:
		return Duration{Time: time.Duration(n) * 24 * time.Hour}, nil
	case len(words) == 2 && unit == "hour":
		return Duration{Time: time.Duration(n) * time.Hour}, nil
	case len(words) == 2 && unit == "minute":
		return Duration{Time: time.Duration(n) * time.Minute}, nil
	case len(words) == 4 && unit == "busines" || len(words) == 4 && words[1] == "business":
		if words[2] != "day" && words[2] != "days" || n > longest {
			return bad(forms)
		}
		return businessDuration(n, words[3], known)
	}
	return bad(forms)
}

// businessDuration makes N business days of a country that there is a calendar for. "merchant" is left as it is: which
// country that is, a merchant's settings say later, one playbook serving many.
func businessDuration(n int, country string, known countries) (Duration, error) {
	if country != "merchant" && !known(country) {
		return Duration{}, &recourse.Error{Kind: recourse.Invalid, Code: "calendar", Message: fmt.Sprintf("there is no calendar %q", recourse.Shorten(country, 20)),
			Hint: `a country's two letters, or "merchant"`}
	}
	return Duration{Business: n, Calendar: country}, nil
}

// countries says which countries a text may name.
type countries func(code string) bool

// official are the countries that the program brings a calendar of: all that a person may write.
func official(code string) bool {
	_, ok := calendar.Default().Calendar(code)
	return ok
}

// once are the countries that a text may name which was taken at some time: whatever looks like one. There was a
// calendar of it then, and it is kept with the decisions that counted in it; that the program has one today is not to
// be asked.
func once(code string) bool {
	return len(code) == 2 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// String is the form that ParseDuration reads.
//
// The largest unit without a remainder is taken. "48 hours" and "2 days" are the same duration and read the same in a
// diff; a playbook that changes only that has changed nothing.
func (d Duration) String() string {
	switch {
	case d.Calendar != "":
		return counted(d.Business, "business day") + " " + d.Calendar
	case d.Time%(24*time.Hour) == 0:
		return counted(int(d.Time/(24*time.Hour)), "day")
	case d.Time%time.Hour == 0:
		return counted(int(d.Time/time.Hour), "hour")
	}
	return counted(int(d.Time/time.Minute), "minute")
}

func counted(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// SettingType is what a setting can be set to.
//
// A type is more than a Kind: it says which words or numbers are allowed, and so whether a check can try them all.
// Flags and choices can be tried; of the others a check takes any value to be possible.
type SettingType string

// The types of setting, named by the key that declares them.
const (
	Choice    SettingType = "choice"    // one of its words
	Flag      SettingType = "flag"      // true or false
	Period    SettingType = "duration"  // a Duration
	Percent   SettingType = "percent"   // a whole number of percent, 0 to 1000
	Count     SettingType = "count"     // a whole number, 0 to 10,000
	ApprovalT SettingType = "approval"  // always, never, or above AMOUNT: the money that waits for a person
	Surcharge SettingType = "surcharge" // never, a percentage, or an AMOUNT: how much dearer something may be
	CountryT  SettingType = "country"   // a country that there is a calendar for
)

// Setting is a value of a playbook that a merchant may set.
type Setting struct {
	Name    string
	Type    SettingType
	Options []string // of a choice
	Default Value
	About   string
	At      recourse.Position
}

// Parse reads a value for the setting, as written in a file or given to --set.
//
// There is one form for all places where a setting is written (a default, a playbook that extends, a scenario, the
// command line), so that a value can be copied from one to another. Errors name the setting; the place in a file is
// added by those who read one.
func (s *Setting) Parse(text string) (Value, error) { return s.read(text, official) }

func (s *Setting) read(text string, known countries) (Value, error) {
	v, err := s.parse(strings.TrimSpace(text), known)
	if e, ok := err.(*recourse.Error); ok {
		e.Field = s.Name
	}
	return v, err
}

func (s *Setting) parse(text string, known countries) (Value, error) {
	wrong := func(hint string) (Value, error) {
		return Value{}, &recourse.Error{Kind: recourse.Invalid, Code: "setting_value", Message: fmt.Sprintf("%s cannot be %q", s.Name, recourse.Shorten(text, 60)), Hint: hint}
	}
	switch s.Type {
	case Choice:
		if !slices.Contains(s.Options, text) {
			return wrong(recourse.Nearest(text, s.Options))
		}
		return Word(text), nil
	case Flag:
		if text != "true" && text != "false" {
			return wrong("true or false")
		}
		return Truth(text == "true"), nil
	case Period:
		d, err := parseDuration(text, known)
		return Value{Kind: Span, Span: &d}, err
	case Percent:
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(text, "%")))
		if err != nil || n < 0 || n > 1000 {
			return wrong("a whole number of percent from 0 to 1000")
		}
		return Number(n), nil
	case Count:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 10_000 {
			return wrong("a whole number from 0 to 10000")
		}
		return Number(n), nil
	case ApprovalT:
		if _, _, err := approvalLimit(text); err != nil {
			return wrong(`always, never, or an amount as in "above 50.00 EUR"`)
		}
		return Word(text), nil
	case Surcharge:
		b, allowed, err := parseBound(text)
		if err != nil {
			return wrong(`never, a percentage as in "5 %", or an amount as in "10.00 CNY"`)
		}
		if !allowed {
			return Word("never"), nil
		}
		return Word(b.String()), nil
	}
	if !known(text) {
		return wrong("the two letters of a country with a calendar")
	}
	return Word(text), nil
}

// approvalLimit reads a setting of refund.approval: whether money above limit waits; a limit in no currency
// stands for any amount (always).
//
// No limit is given in several currencies. Amounts are never converted, so a limit in euros says nothing about dollars,
// and what it says nothing about waits.
func approvalLimit(text string) (limit recourse.Money, waits bool, err error) {
	switch text {
	case "always":
		return limit, true, nil
	case "never":
		return limit, false, nil
	}
	amount, ok := strings.CutPrefix(text, "above ")
	if !ok {
		return limit, true, fmt.Errorf("not an approval")
	}
	limit, err = recourse.ParseMoney(amount)
	return limit, true, err
}

// Format is the value in the form that Parse reads.
func (s *Setting) Format(v Value) string {
	switch s.Type {
	case Flag:
		return strconv.FormatBool(v.N == 1)
	case Percent:
		return strconv.FormatInt(v.N, 10) + " %"
	case Count:
		return strconv.FormatInt(v.N, 10)
	case Period:
		return v.Span.String()
	}
	return v.Text
}
