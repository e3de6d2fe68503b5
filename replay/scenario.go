package replay

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/document"
	"recourse/playbook"
)

// Scenario is a rule as a runnable example: facts and pauses on a virtual clock, and what is expected of them.
//
// Settings are those that a merchant could set, as text, and are checked by the playbook when the
// scenario is played. At is where the scenario begins in its file, to be shown when it fails.
type Scenario struct {
	Name     string
	Playbook string // a built-in's name or a path; default tmall-dsers
	Settings map[string]string
	Start    time.Time
	Steps    []Step
	At       recourse.Position
}

// Step is one of: a fact arrives, time passes, something is expected.
//
// Exactly one of the first four is set; Until when it is the only one left. The event's time is when
// the fact happened and may lie in the past; it arrives at the clock's instant.
type Step struct {
	Event  *recourse.Event
	Wait   *playbook.Duration
	Until  time.Time
	Expect *Expect
	At     recourse.Position
}

// Expect is what must hold: exactly these cases, these effects among those since the last expect, and none of
// those.
//
// Each of the lists is a statement of its own. Cases must be complete, because a case too many is
// trouble that the buyer hears of; effects need not be, because a scenario is about one rule.
type Expect struct {
	Cases    []document.Node // each a partial match; nil: not looked at
	Looked   bool            // cases are looked at: an empty list means none
	Includes []document.Node
	Excludes []document.Node
}

// DefaultPlaybook is the playbook of a scenario that names none.
const DefaultPlaybook = "tmall-dsers"

// ParseScenarios reads the scenarios of a file. The error names file, line and column.
func ParseScenarios(file string, data []byte) ([]*Scenario, error) {
	docs, err := document.Parse(file, data)
	if err != nil {
		return nil, err
	}
	out := make([]*Scenario, 0, len(docs))
	for _, d := range docs {
		s, err := parseScenario(d)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// parseScenario reads one document. Everything that can be known to be wrong without playing it is
// refused here, with its place.
func parseScenario(n document.Node) (*Scenario, error) {
	if err := n.Keys("scenario", "playbook", "settings", "start", "steps"); err != nil {
		return nil, err
	}
	s := &Scenario{Playbook: DefaultPlaybook, Settings: map[string]string{}, At: n.At}
	var err error
	name, _ := n.Get("scenario")
	if s.Name, err = name.String(); err != nil {
		return nil, n.Err("scenario", "a scenario begins with scenario: what it shows")
	}
	if p, ok := n.Get("playbook"); ok {
		if s.Playbook, err = p.String(); err != nil {
			return nil, err
		}
	}
	settings, _ := n.Get("settings")
	for _, e := range settings.Entries {
		if s.Settings[e.Key], err = e.Value.String(); err != nil {
			return nil, err
		}
	}
	start, ok := n.Get("start")
	if !ok {
		return nil, n.Err("scenario", "a scenario needs start: when its clock begins")
	}
	if s.Start, err = instant(start); err != nil {
		return nil, err
	}
	steps, _ := n.Get("steps")
	for _, step := range steps.List() {
		parsed, err := parseStep(step)
		if err != nil {
			return nil, err
		}
		s.Steps = append(s.Steps, parsed)
	}
	return s, nil
}

// instant is a time with its zone, or a date, which is midnight UTC.
//
// A date is allowed for the eye's sake in scenarios where the hour does not matter. Where business
// days are counted it does: midnight UTC is eight in the morning in China.
func instant(n document.Node) (time.Time, error) {
	text, err := n.String()
	if err != nil {
		return time.Time{}, err
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	e := n.Err("time", "%q is not a time", recourse.Shorten(text, 40))
	e.Hint = "write 2026-03-02T10:00:00+08:00"
	return time.Time{}, e
}

// parseStep reads one step. The first key that says what kind of step it is decides.
func parseStep(n document.Node) (Step, error) {
	out := Step{At: n.At}
	if err := n.Keys("event", "time", "id", "data", "wait", "until", "expect"); err != nil {
		return out, err
	}
	var err error
	if e, ok := n.Get("event"); ok {
		out.Event, err = parseEvent(n, e)
		return out, err
	}
	if v, ok := n.Get("wait"); ok {
		text, err := v.String()
		if err != nil {
			return out, err
		}
		d, err := playbook.ParseDuration(text)
		if err != nil {
			return out, v.Err("duration", "%s", err)
		}
		out.Wait = &d
		return out, nil
	}
	if v, ok := n.Get("until"); ok {
		out.Until, err = instant(v)
		return out, err
	}
	v, ok := n.Get("expect")
	if !ok {
		return out, n.Err("step", "a step is one of event, wait, until, expect")
	}
	out.Expect, err = parseExpect(v)
	return out, err
}

// parseEvent reads a fact as production does, by the same decoder. Without an id it is never a
// duplicate; a scenario about duplicates gives one and tells it twice.
func parseEvent(step, name document.Node) (*recourse.Event, error) {
	t, err := name.String()
	if err != nil {
		return nil, err
	}
	ev := &recourse.Event{Source: "scenario", Type: recourse.EventType(t)}
	if id, ok := step.Get("id"); ok {
		ev.ID = id.Text
	}
	if at, ok := step.Get("time"); ok {
		if ev.Time, err = instant(at); err != nil {
			return nil, err
		}
	}
	data, ok := step.Get("data")
	text := data.JSON()
	if !ok {
		text = []byte("{}")
	}
	ev.Data, err = recourse.DecodeData(ev.Type, defaults(ev.Type, text))
	return ev, placed(err, step, data)
}

// placed gives an error of an event the place of the field that it names.
//
// The decoder knows the field, and the tree knows where the field stands: together they point at the
// very value.
func placed(err error, step, data document.Node) error {
	e, ok := err.(*recourse.Error)
	if !ok {
		return err
	}
	e.Position = step.At
	if v, ok := data.Get(e.Field); ok {
		e.Position = v.At
	}
	return e
}

// defaults fills in what a scenario may leave out: an order has a number and a line with a price, a purchase and a
// parcel have a name.
//
// They keep examples short: a scenario about customs need not invent a price. What it does write is
// never changed.
func defaults(t recourse.EventType, data []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return data
	}
	missing := map[string]string{}
	switch t {
	case recourse.OrderPlaced:
		missing = map[string]string{"order": `"1001"`, "lines": `[{"line": 1, "sku": "SKU-1", "title": "Item", "quantity": 1, "price": "10.00 EUR"}]`}
	case recourse.PurchasePlacedEvent:
		missing = map[string]string{"purchase": `"T-1"`, "cost": `"80.00 CNY"`}
	}
	for k, v := range missing {
		if _, ok := fields[k]; !ok {
			fields[k] = json.RawMessage(v)
		}
	}
	out, err := json.Marshal(fields)
	if err != nil { // unreachable: it was JSON before
		return data
	}
	return out
}

// parseExpect reads what is expected. Unknown fields are refused, since a field that is never compared
// would be a promise that nobody keeps.
func parseExpect(n document.Node) (*Expect, error) {
	if err := n.Keys("cases", "includes", "excludes"); err != nil {
		return nil, err
	}
	out := &Expect{}
	cases, ok := n.Get("cases")
	out.Cases, out.Looked = cases.List(), ok
	for _, c := range out.Cases {
		if err := c.Keys("case", "situation", "status", "due", "outcome", "lines", "purchase", "parcel", "state"); err != nil {
			return nil, err
		}
	}
	includes, _ := n.Get("includes")
	excludes, _ := n.Get("excludes")
	out.Includes, out.Excludes = includes.List(), excludes.List()
	for _, e := range append(out.Includes[:len(out.Includes):len(out.Includes)], out.Excludes...) {
		if err := e.Keys(effectKinds...); err != nil {
			return nil, err
		}
		if len(e.Entries) != 1 {
			return nil, e.Err("expect", "an effect is one kind with its fields, as in {refund: {amount: 29.90 EUR}}")
		}
		if err := effectFields(e.Entries[0]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Failure is an expectation that did not hold.
type Failure struct {
	Scenario string
	At       recourse.Position
	Message  string
}

// String is file:line:column, the scenario and what was wrong.
func (f Failure) String() string { return fmt.Sprintf("%s: %s: %s", f.At, f.Scenario, f.Message) }

// Run plays a scenario under a policy, up to the first failure. Nil: all held.
//
// It ends with the first failure, because what comes after follows from it. Each run begins with a
// world of its own: scenarios may be played in any order, and side by side.
func (s *Scenario) Run(policy *playbook.Policy, calendars *calendar.Set) *Failure {
	p := &play{scenario: s, policy: policy, calendars: calendars}
	p.begin()
	for _, step := range s.Steps {
		if message, at := p.step(step); message != "" {
			return &Failure{s.Name, at, message}
		}
	}
	return nil
}

// Words joins what is expected or found for an error, cut to a line.
func words(parts []string) string {
	if len(parts) == 0 {
		return "none"
	}
	return recourse.Shorten(strings.Join(parts, ", "), 600)
}
