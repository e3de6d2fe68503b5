package signed

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// MaxEvents is how many events a batch may have.
const MaxEvents = 1000

// event is one that was told, as a CloudEvent or in the plain form.
type event struct {
	Version string          `json:"specversion"`
	ID      string          `json:"id"`
	Source  string          `json:"source"`
	Type    string          `json:"type"`
	Time    string          `json:"time"`
	Data    json.RawMessage `json:"data"`
	Base64  string          `json:"data_base64"`
	// Timestamp is what Standard Webhooks calls the time of the plain form.
	Timestamp string `json:"timestamp"`
}

// topicOf is what a delivery is about, for the list of deliveries: the type of the event, or how many there are. It looks
// no further than the beginning of a large batch.
func topicOf(body []byte) string {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		return "batch"
	}
	var e struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(body, &e) != nil || e.Type == "" {
		return "unreadable"
	}
	return strings.TrimPrefix(e.Type, "recourse.")
}

func read(c *recourse.Connection, d *intake.Delivery) (m intake.Meaning, err error) {
	all, err := split(d.Body)
	if err != nil {
		return m, err
	}
	var wrong error
	for i := range all {
		ev, unknown, err := all[i].event(c, d, i)
		if err != nil && wrong == nil {
			wrong = err
			if len(all) > 1 {
				wrong = &recourse.Error{Kind: recourse.Invalid, Code: recourse.CodeOf(err), Message: "event " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(all)) + ": " + err.Error(), Err: err}
			}
		}
		if err == nil && !unknown {
			m.Events = append(m.Events, ev)
		}
		m.Unknown = m.Unknown || unknown
	}
	m.Unknown = m.Unknown && len(m.Events) == 0 && wrong == nil
	if len(m.Events) > 0 {
		m.Order = m.Events[0].Order
	}
	if len(all) == 0 {
		m.Note = "empty"
	}
	return m, wrong
}

// split reads the events of a body.
func split(body []byte) (all []event, err error) {
	body = bytes.TrimSpace(body)
	if deep(body) {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "json_depth", Message: "the JSON is nested deeper than " + strconv.Itoa(maxDepth)}
	}
	if len(body) > 0 && body[0] == '[' {
		err = json.Unmarshal(body, &all)
	} else {
		all = make([]event, 1)
		err = json.Unmarshal(body, &all[0])
	}
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "json", Message: "the body is no JSON that can be read: " + recourse.Shorten(err.Error(), 200), Err: err}
	}
	if len(all) > MaxEvents {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "event_count", Message: strconv.Itoa(len(all)) + " events, " + strconv.Itoa(MaxEvents) + " are the most in a batch"}
	}
	return all, nil
}

// maxDepth is how deep the JSON may be nested.
const maxDepth = 32

func deep(data []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// event is what was told as the desk has it, and whether nobody here knows its type.
func (e *event) event(c *recourse.Connection, d *intake.Delivery, i int) (ev recourse.Event, unknown bool, err error) {
	if e.Type == "" {
		return ev, false, missing("type")
	}
	if e.Version != "" && e.Version != "1.0" {
		return ev, false, &recourse.Error{Kind: recourse.Invalid, Code: "event_version", Field: "specversion", Message: `specversion is "` + recourse.Shorten(e.Version, 20) + `"`, Hint: `"1.0" is what is read here`}
	}
	if e.Version != "" && e.ID == "" {
		return ev, false, missing("id")
	}
	if e.Base64 != "" {
		return ev, false, &recourse.Error{Kind: recourse.Invalid, Code: "event_data", Field: "data_base64", Message: "the data is JSON here, not base64", Hint: "put it in data"}
	}
	ev = recourse.Event{ID: e.ID, Source: e.Source, Type: recourse.EventType(strings.TrimPrefix(e.Type, "recourse."))}
	ev.Source = sourceOf(c, ev.Source)
	if ev.ID == "" {
		ev.ID = d.ID + "/" + strconv.Itoa(i+1)
	}
	if ev.Time, err = instant(e.Time, e.Timestamp); err != nil {
		return ev, false, err
	}
	data := e.Data
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	ev.Data, err = recourse.DecodeData(ev.Type, data)
	if recourse.CodeOf(err) == "event_type" {
		return ev, true, nil
	}
	if err == nil {
		err = ev.Check()
	}
	return ev, false, err
}

// reserved are the sources that the desk itself names its facts by: nobody outside speaks for it.
// What carries acts out and who comes in by the API are named so, too.
var reserved = map[string]bool{"desk": true, "evidence": true, "playbook": true, "effect": true, "supplier": true}

// sourceOf is the source of an event as the desk takes it; "": the connection itself. One that could be the name of another
// connection, or of somebody's calls by the API, counts below this connection's own name: else a fact that another will
// tell could be told before it with other words, and theirs would be taken for a repeat.
func sourceOf(c *recourse.Connection, source string) string {
	switch {
	case source == c.ID || reserved[source]:
		return ""
	case source != "" && !strings.ContainsAny(source, "/.") || strings.HasPrefix(source, "api:"):
		return c.ID + "/" + source
	}
	return source
}

func instant(texts ...string) (time.Time, error) {
	for _, t := range texts {
		if t == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, t)
		if err != nil {
			return at, &recourse.Error{Kind: recourse.Invalid, Code: "time_malformed", Field: "time", Message: `time is "` + recourse.Shorten(t, 40) + `"`, Hint: "write an instant such as 2026-03-02T10:00:00Z"}
		}
		return at, nil
	}
	return time.Time{}, nil
}

func missing(name string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "event_missing", Field: name, Message: "an event must carry " + name}
}
