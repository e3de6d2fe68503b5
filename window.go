package recourse

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// WindowStart is what a claim window counts from.
type WindowStart string

// The starts of a claim window. One that has not happened yet gives no end.
const (
	WindowFromOrdered   WindowStart = "ordered"   // the purchase was placed
	WindowFromShipped   WindowStart = "shipped"   // the parcel was handed over
	WindowFromDelivered WindowStart = "delivered" // the parcel reached the buyer
)

// WindowStarts lists every start.
var WindowStarts = []WindowStart{WindowFromOrdered, WindowFromShipped, WindowFromDelivered}

// WindowRule says where a claim window comes from, the most specific first.
type WindowRule string

// The rules. A window without one was told by somebody who knows it: no table changes it.
const (
	WindowOfSupplier    WindowRule = "supplier"    // the merchant's own, for one supplier
	WindowOfMarketplace WindowRule = "marketplace" // the merchant's own, for a marketplace
	WindowOfAll         WindowRule = "all"         // the merchant's own, wherever was bought
	WindowBuiltIn       WindowRule = "built_in"    // a default that comes with the program
	WindowOfPlaybook    WindowRule = "playbook"    // none was told: the playbook's setting
)

// ClaimWindow says until when a claim about a problem with the goods of a purchase can be filed with its marketplace or
// supplier: so many days after a start, or until an instant.
type ClaimWindow struct {
	// Problem is the situation that the window is for; "": every problem that a buyer reports for which there is no other.
	Problem string      `json:"problem,omitempty"`
	From    WindowStart `json:"from,omitempty"`
	Days    int         `json:"days,omitempty"` // calendar days of 24 hours, or business days of Country
	Country string      `json:"country,omitempty"`
	// EndsAt is the very instant, where whoever tells it knows it: then nothing is counted.
	EndsAt      time.Time  `json:"ends_at,omitzero"`
	WarnDays    int        `json:"warn_days,omitempty"` // calendar days before the end at which a problem without a claim is urgent
	Marketplace string     `json:"marketplace,omitempty"`
	Rule        WindowRule `json:"rule,omitempty"`
	Unsure      bool       `json:"unsure,omitempty"` // a default that the merchant should check
}

// Bounds of a claim window.
const (
	MaxWindowDays = 1000
	maxWindows    = 40 // of one purchase: no more than there are problems
)

// Check says whether the window can be: window_from, window_days, window_warn, window_country, window_problem, all of kind
// [Invalid].
func (w *ClaimWindow) Check() error {
	switch {
	case !w.EndsAt.IsZero() && (w.EndsAt.Before(earliest) || w.EndsAt.After(latest)):
		return invalid("time_range", "ends_at", "ends_at of %s: it must be from 1990 to 2199", w.EndsAt.UTC().Format(time.RFC3339))
	case w.EndsAt.IsZero() && !slices.Contains(WindowStarts, w.From):
		e := invalid("window_from", "from", "a claim window cannot count from %q", Shorten(string(w.From), 40)).(*Error)
		e.Hint = "it counts from ordered, shipped or delivered"
		return e
	case w.EndsAt.IsZero() && (w.Days < 1 || w.Days > MaxWindowDays):
		return invalid("window_days", "days", "a claim window of %d days: it must be from 1 to %d", w.Days, MaxWindowDays)
	case w.WarnDays < 0 || w.WarnDays > MaxWindowDays:
		return invalid("window_warn", "warn_days", "a warning %d days before the end: it must be from 0 to %d", w.WarnDays, MaxWindowDays)
	case w.Country != "" && !isCountry(w.Country):
		return invalid("window_country", "country", "%q are not the two letters of a country whose business days count", Shorten(w.Country, 20))
	case len(w.Problem) > 60 || strings.ContainsFunc(w.Problem, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' && (r < '0' || r > '9') }):
		return invalid("window_problem", "problem", "%q is not a problem, as a playbook names situations", Shorten(w.Problem, 40))
	}
	return check("windows", 100, w.Marketplace, string(w.Rule))
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func (e *Event) checkWindows() error {
	if len(e.Windows) > maxWindows {
		return &Error{Kind: TooLarge, Code: "event_lines", Field: "windows", Message: fmt.Sprintf("more than %d claim windows of one purchase", maxWindows)}
	}
	seen := map[string]bool{}
	for i := range e.Windows {
		w := &e.Windows[i]
		if err := w.Check(); err != nil {
			return within(err, fmt.Sprintf("windows[%d]", i))
		}
		if seen[w.Problem] {
			return invalid("window_twice", fmt.Sprintf("windows[%d].problem", i), "there are two claim windows for the same problem")
		}
		seen[w.Problem] = true
	}
	return nil
}

// within puts an error's field under another.
func within(err error, field string) error {
	if e, ok := err.(*Error); ok {
		e.Field = field + "." + e.Field
	}
	return err
}

// WindowFor is the window among several that holds for a situation: its own, else, for what a buyer reported, the one for
// every problem. Nil: there is none.
func WindowFor(all []ClaimWindow, s Situation, reported bool) *ClaimWindow {
	var any *ClaimWindow
	for i := range all {
		switch w := &all[i]; {
		case w.Problem == string(s):
			return w
		case w.Problem == "" && reported:
			any = w
		}
	}
	return any
}

// ClaimUntil is a claim window of a case as it counts now: until when a claim can be filed, from when on it is urgent, and
// what there is to lose.
type ClaimUntil struct {
	Case      string
	Situation Situation
	Purchase  string
	Parcel    string
	Supplier  string
	Window    ClaimWindow // as it was told, or the playbook's setting; empty of a dispute
	Dispute   bool        // it is the bank's date by which the merchant is to answer
	From      time.Time   // what it counts from; zero of an end that was told
	WarnAt    time.Time
	EndsAt    time.Time
	FiledAt   time.Time // a claim was filed, or the money asked back, or the dispute answered; zero: not
	Amount    Money     // what the goods cost the merchant, else what the buyer paid for them
}
