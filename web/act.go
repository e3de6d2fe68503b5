package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
)

// Acting: a case is told something that it can be told now, or something is said of an act. Both are facts; what the
// client sends as its Idempotency-Key is the fact's id, so that sending it again is a duplicate and changes nothing,
// for as long as the history is kept.

// sourceOf is who says what comes through the API: the token, so that the keys of two programs are not the same.
func (c *call) source() string { return "api:" + c.who.Name }

// key is the Idempotency-Key: a string of a structured field, or bare as many send it; "" when there is none.
func (c *call) key() (string, error) {
	values := c.r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	key := strings.TrimSpace(values[0])
	if quoted, ok := strings.CutPrefix(key, `"`); ok {
		key = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimSuffix(quoted, `"`))
	}
	if len(values) > 1 || key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", inHeader("Idempotency-Key", &recourse.Error{Kind: recourse.Invalid, Code: "idempotency_key", Message: "the Idempotency-Key cannot be used", Hint: "one key, of 1 to 255 plain letters"})
	}
	return key, nil
}

// act tells a fact on behalf of the caller. Offered is asked before each try whether it can be told, and of which version
// of the order that holds; a nil one is not asked.
func (c *call) act(ev recourse.Event, offered func(*recourse.Event) (int64, error)) error {
	preview, err := c.preview()
	if err != nil {
		return err
	}
	wanted, err := c.wanted()
	if err != nil {
		return err
	}
	if ev.ID, err = c.key(); err != nil {
		return err
	}
	ev.Source = c.source()
	if err := checkKeys(&ev); err != nil {
		return err
	}
	for range maxAgain {
		if done, err := c.replay(&ev); done || err != nil {
			return err
		}
		done, err := c.attempt(ev, wanted, offered, preview)
		if done || err != nil {
			return err
		}
	}
	return &recourse.Error{Kind: recourse.Unavailable, Code: "busy", Message: "the order moves on faster than this can be told", Hint: "try again in a few seconds"}
}

// attempt tells a fact once. It is not done when the order moved on between the look and the word, or when the same
// fact was told at the same time: then all of it is looked at again.
func (c *call) attempt(ev recourse.Event, wanted int64, offered func(*recourse.Event) (int64, error), preview bool) (done bool, err error) {
	f := desk.Fact{Event: ev, By: c.who.Name, Version: wanted}
	if offered != nil {
		version, err := offered(&f.Event)
		if err != nil {
			return true, c.moved(err, wanted, version)
		}
		if wanted == 0 {
			f.Version = version
		}
	}
	run := c.Desk.Handle
	if preview {
		run = c.Desk.Preview
	}
	results, err := run(c.r.Context(), c.who.Merchant, []desk.Fact{f})
	if err != nil {
		return true, err
	}
	r := results[0]
	switch {
	case r.Status == desk.Duplicate:
		return false, nil
	case wanted == 0 && recourse.CodeOf(r.Err) == "version_changed":
		return false, nil
	case r.Err != nil:
		return true, placedAct(r.Err)
	}
	told := c.told([]desk.Fact{f}, results, preview)
	if !preview {
		c.version(r.Seq)
	}
	return true, c.send(Acted{told[0], lines(c.lang(), r.Entries, "")})
}

// moved prefers to say that the order has moved on, where the client wanted another version than the one that was
// looked at: what it could be told then is beside the point.
func (c *call) moved(err error, wanted, is int64) error {
	if wanted == 0 || is == 0 || wanted == is {
		return err
	}
	return inHeader("If-Match", &recourse.Error{Kind: recourse.Conflict, Code: "version_changed", Message: "the order has moved on since it was read", Hint: "read it again, then decide"})
}

// placedAct says where in a body that is flat the field of an error is.
func placedAct(err error) error {
	if own(err).Field == "effect" || own(err).Field == "case" {
		return inParameter(own(err).Field, err)
	}
	return inBody("", err)
}

// replay answers a fact that was told before with what it came to then. The same key for another fact is refused.
func (c *call) replay(ev *recourse.Event) (done bool, err error) {
	if ev.ID == "" {
		return false, nil
	}
	kept, err := c.Desk.Told(c.r.Context(), c.who.Merchant, store.EventID{Source: ev.Source, ID: ev.ID})
	if err != nil || kept == nil {
		return false, err
	}
	if !same(kept.Event, ev) {
		return true, inHeader("Idempotency-Key", &recourse.Error{Kind: recourse.Conflict, Code: "idempotency_key_reused", Message: "this Idempotency-Key was sent before, with something else", Hint: "take a new key for what is new"})
	}
	r := desk.Result{Status: desk.Taken, Order: kept.Order, ID: ev.ID, Seq: kept.Seq, Entries: kept.Entries, Effects: kept.Effects}
	told := c.told([]desk.Fact{{Event: *ev}}, []desk.Result{r}, false)
	c.w.Header().Set("Idempotency-Replayed", "true")
	c.version(kept.Seq)
	return true, c.send(Acted{told[0], lines(c.lang(), kept.Entries, "")})
}

// same says that a fact as it was kept is the one that is told. The order may have been found out in between.
func same(kept, told *recourse.Event) bool {
	if kept == nil || kept.Type != told.Type || !kept.Time.Equal(told.Time) {
		return false
	}
	a, b := kept.Data, told.Data
	a.Faults, b.Faults = nil, nil // the desk's own
	if b.Order == "" {
		b.Order = a.Order
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// actOnCase tells a case something that it can be told now.
func (c *call) actOnCase() error {
	id := c.r.PathValue("case")
	var fields map[string]json.RawMessage
	if err := c.decode(c.w, c.r, &fields); err != nil {
		return err
	}
	ev, err := actionEvent(fields)
	if err != nil {
		return err
	}
	if ev.Case != "" && ev.Case != id {
		return inBody("", &recourse.Error{Kind: recourse.Invalid, Code: "case_other", Field: "case", Message: "the body names another case than the address"})
	}
	ev.Case = id
	if err := permit(c.r.Context(), c.Desk, c.who, &ev); err != nil {
		return err
	}
	return c.act(ev, func(ev *recourse.Event) (int64, error) { return c.offered(id, ev) })
}

// actionEvent reads what a case is told: the type of the event and its data, in one object.
func actionEvent(fields map[string]json.RawMessage) (ev recourse.Event, err error) {
	rest := maps.Clone(fields)
	at := attributes{fields}
	kind, err := at.text("event")
	if err != nil {
		return ev, err
	}
	if kind == "" && fields["remedy"] != nil {
		kind = string(recourse.RemedyChosen)
	}
	if kind == "" {
		return ev, attribute("event", "event_missing", "what is to be told: event is missing", "take one of the case's actions")
	}
	when, err := at.text("time")
	if err != nil {
		return ev, err
	}
	delete(rest, "event")
	delete(rest, "time")
	data, err := json.Marshal(rest)
	if err != nil { // unreachable: it was read from JSON
		return ev, err
	}
	if when != "" {
		if ev.Time, err = time.Parse(time.RFC3339, when); err != nil {
			return ev, attribute("time", "time_malformed", `time is "`+recourse.Shorten(when, 40)+`"`, "write an instant such as 2026-03-02T10:00:00Z")
		}
	}
	ev.Type = recourse.EventType(strings.TrimPrefix(kind, "recourse."))
	if ev.Data, err = recourse.DecodeData(ev.Type, data); err != nil {
		if own(err).Field == "type" {
			return ev, inBody("", &recourse.Error{Kind: recourse.Invalid, Code: "event_type", Field: "event", Message: own(err).Message, Hint: own(err).Hint})
		}
		return ev, inBody("", err)
	}
	if ev.Type == recourse.RemedyChosen && ev.By == "" {
		ev.By = recourse.PartyMerchant
	}
	return ev, nil
}

// offered says whether a case can be told a fact now, and by which version of its order. It fills in what the fact leaves
// to be found out.
func (c *call) offered(id string, ev *recourse.Event) (int64, error) {
	v, err := c.Desk.Case(c.r.Context(), c.who.Merchant, id)
	if err != nil {
		return 0, inParameter("case", err)
	}
	ev.Order = v.File.Order.ID
	options := v.Options(id)
	refuse := func(code, message, hint string) error {
		return &instead{&recourse.Error{Kind: recourse.Conflict, Code: code, Message: message, Hint: hint}, actions(c.lang(), id, options)}
	}
	i := slices.IndexFunc(options, func(o decide.Option) bool {
		return o.Event == ev.Type && o.Remedy == ev.Remedy && (ev.Type != recourse.RemedyChosen || slices.Contains(o.By, ev.By))
	})
	switch {
	case i < 0:
		return v.Version, refuse("not_offered", "the case cannot be told this now", "possible lists what it can be told")
	case options[i].Confirm && !ev.Confirmed:
		return v.Version, refuse("confirmation_needed", "this would refund pieces that are also sent again: it takes a confirmation", "send confirmed: true, with a token that may approve")
	}
	return v.Version, nil
}

// effectEvents are the events by the verbs of the addresses.
var effectEvents = map[string]recourse.EventType{
	"approve": recourse.EffectApproved, "reject": recourse.EffectRejected, "recall": recourse.EffectRecalled, "start": recourse.EffectStarted, "done": recourse.EffectDone, "fail": recourse.EffectFailed,
}

// Reason is what may be said with a word about an act.
type Reason struct {
	Reason string `json:"reason,omitempty" doc:"For the history, and for whoever asks why."`
	Text   string `json:"text,omitempty" doc:"With the approval of a message: what is sent instead of its own words."`
}

// sayOfEffect says something of an act.
func (c *call) sayOfEffect(verb string) error {
	var body Reason
	if err := c.decode(c.w, c.r, &body); err != nil {
		return err
	}
	ev := recourse.Event{Type: effectEvents[verb], Data: recourse.Data{Effect: c.r.PathValue("effect"), Reason: body.Reason, Text: body.Text}}
	if err := ev.Check(); err != nil {
		return placedAct(err)
	}
	if err := permit(c.r.Context(), c.Desk, c.who, &ev); err != nil {
		return placedAct(err)
	}
	return c.act(ev, nil)
}
