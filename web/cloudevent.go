package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"recourse"
)

// CloudEvents 1.0: structured (one JSON object), batched (a JSON list of them) and binary (attributes in headers). Of a
// structured event every byte is read by one decoder into raw attributes, and the data by the domain's own.

const (
	typeEvent = "application/cloudevents+json"
	typeBatch = "application/cloudevents-batch+json"
	// maxEvents is how many events a batch may have.
	maxEvents = 1000
	// maxKey is how long a name by which something is looked up may be, in bytes; databases bound what an index holds.
	maxKey = 500
)

// parseEvent reads a structured event.
func parseEvent(data []byte) (ev recourse.Event, err error) {
	var attrs map[string]json.RawMessage
	if err := json.Unmarshal(data, &attrs); err != nil || attrs == nil {
		if err == nil {
			err = &recourse.Error{Kind: recourse.Invalid, Code: "json_value", Message: "an event is a JSON object"}
		}
		return ev, jsonError(err)
	}
	at := attributes{attrs}
	if err := at.names(); err != nil {
		return ev, err
	}
	if ev.ID, err = at.text("id"); err != nil {
		return ev, err
	}
	if ev.Source, err = at.text("source"); err != nil {
		return ev, err
	}
	kind, err := at.text("type")
	if err != nil {
		return ev, err
	}
	version, err := at.text("specversion")
	if err != nil {
		return ev, err
	}
	when, err := at.text("time")
	if err != nil {
		return ev, err
	}
	return at.event(ev, version, kind, when, attrs["data"])
}

// attributes are those of an event by their names.
type attributes struct {
	all map[string]json.RawMessage
}

// event puts an event together, and checks it as far as it can be checked without its order.
func (attributes) event(ev recourse.Event, version, kind, when string, data []byte) (recourse.Event, error) {
	if version != "1.0" {
		return ev, attribute("specversion", "event_version", `specversion is "`+recourse.Shorten(version, 20)+`"`, `"1.0" is what is read here`)
	}
	for _, a := range []struct{ name, value string }{{"id", ev.ID}, {"source", ev.Source}, {"type", kind}} {
		if a.value == "" {
			return ev, attribute(a.name, "event_missing", "an event must carry "+a.name, "")
		}
	}
	ev.Type = recourse.EventType(strings.TrimPrefix(kind, "recourse."))
	if when != "" {
		t, err := time.Parse(time.RFC3339, when)
		if err != nil {
			return ev, attribute("time", "time_malformed", `time is "`+recourse.Shorten(when, 40)+`"`, "write an instant such as 2026-03-02T10:00:00Z")
		}
		ev.Time = t
	}
	if len(data) == 0 {
		data = []byte("{}")
	}
	var err error
	if ev.Data, err = recourse.DecodeData(ev.Type, data); err != nil {
		return ev, placed(err)
	}
	return ev, checkKeys(&ev)
}

// placed says where in an event the field of an error is.
func placed(err error) error {
	switch own(err).Field {
	case "id", "source", "type", "time", "If-Match":
		return inBody("", err)
	}
	return inBody("/data", err)
}

// known are the attributes that mean something here. Others are extensions, which are let pass if they are named as the
// specification wants it.
var known = map[string]bool{"specversion": true, "id": true, "source": true, "type": true, "time": true, "data": true, "datacontenttype": true, "dataschema": true, "subject": true}

func (a attributes) names() error {
	for name := range a.all {
		if known[name] {
			continue
		}
		if name == "data_base64" {
			return attribute(name, "event_data", "the data is JSON here, not base64", "put it in data")
		}
		for i := range len(name) {
			if c := name[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') || i >= 20 {
				return attribute(recourse.Shorten(name, 60), "event_attribute", `there is no attribute "`+recourse.Shorten(name, 60)+`"`, "what the event tells belongs into data")
			}
		}
	}
	if t, err := a.text("datacontenttype"); err != nil || t != "" && !strings.HasPrefix(t, "application/json") {
		return attribute("datacontenttype", "event_data", "the data is JSON here", "")
	}
	return nil
}

// text is an attribute that is a text; "" when it is not there or null.
func (a attributes) text(name string) (s string, err error) {
	raw := a.all[name]
	if raw == nil || string(raw) == "null" {
		return "", nil
	}
	if len(raw) > 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1]), nil
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", attribute(name, "json_value", name+" is to be a text", "")
	}
	return s, nil
}

func attribute(name, code, message, hint string) error {
	return inBody("", &recourse.Error{Kind: recourse.Invalid, Code: code, Field: name, Message: message, Hint: hint})
}

// checkKeys refuses names that no index could hold, or that no person could have meant.
func checkKeys(ev *recourse.Event) error {
	for _, k := range []struct{ at, name, value string }{
		{"", "id", ev.ID}, {"", "source", ev.Source}, {"/data", "order", ev.Order}, {"/data", "purchase", ev.Purchase}, {"/data", "parcel", ev.Parcel}, {"/data", "case", ev.Case},
		{"/data", "effect", ev.Effect}, {"/data", "supplier", ev.Supplier}, {"/data", "channel", ev.Channel},
	} {
		if len(k.value) > maxKey {
			return inBody(k.at, &recourse.Error{Kind: recourse.TooLarge, Code: "event_text", Field: k.name, Message: k.name + " has " + strconv.Itoa(len(k.value)) + " bytes, " + strconv.Itoa(maxKey) + " are the most"})
		}
		if !utf8.ValidString(k.value) || strings.ContainsFunc(k.value, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return inBody(k.at, &recourse.Error{Kind: recourse.Invalid, Code: "event_text", Field: k.name, Message: k.name + " holds a control character"})
		}
	}
	return nil
}

// isBinary says that an event's attributes are in the headers.
func isBinary(r *http.Request) bool { return r.Header.Get("Ce-Specversion") != "" }

// binaryEvent reads an event whose attributes are in headers, percent-encoded where they are not plain.
func binaryEvent(h http.Header, data []byte) (ev recourse.Event, err error) {
	get := func(name string) string {
		v, bad := url.PathUnescape(h.Get("Ce-" + name))
		if bad != nil && err == nil {
			err = inHeader("ce-"+name, &recourse.Error{Kind: recourse.Invalid, Code: "event_attribute", Message: "ce-" + name + " cannot be read"})
		}
		return v
	}
	ev.ID, ev.Source = get("id"), get("source")
	version, kind, when := get("specversion"), get("type"), get("time")
	if err != nil {
		return ev, err
	}
	ev, err = attributes{}.event(ev, version, kind, when, data)
	return ev, headed(err)
}

// headed turns places in a structured event into those of a binary one.
func headed(err error) error {
	f, ok := err.(*fault)
	if !ok {
		return err
	}
	if rest, inData := strings.CutPrefix(f.Pointer, "/data"); inData {
		return &fault{Fault{Detail: f.Detail, Pointer: rest}, f.err}
	}
	return &fault{Fault{Detail: f.Detail, Header: "ce-" + strings.TrimPrefix(f.Pointer, "/")}, f.err}
}
