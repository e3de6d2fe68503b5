package web

import (
	"bytes"
	"encoding/json"
	"net/url"
	"time"

	"recourse"
	"recourse/account"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
)

// This file has what is sent. The nouns are those of the house, as they are; beside each code stand its words.

// Told is what became of one event.
type Told struct {
	ID      string      `json:"id" doc:"Of the event; one was given to an event without."`
	Source  string      `json:"source"`
	Status  desk.Status `json:"status" doc:"taken: decided and saved. held: saved, and waits until its order is known. duplicate: the same source and id was there before; nothing changed. refused: see error."`
	Order   string      `json:"order,omitempty"`
	Version int64       `json:"version,omitempty" doc:"The order's version by it, and its place in the order's history."`
	Cases   []Touched   `json:"cases" doc:"The cases that it touched."`
	Effects []Decided   `json:"effects" doc:"The acts that were decided."`
	Error   *Problem    `json:"error,omitempty"`
	Preview bool        `json:"preview,omitempty" doc:"Nothing of this was saved."`
}

// Batch is what became of many, in their order.
type Batch struct {
	Results []Told `json:"results"`
}

// Touched is a case as it stands.
type Touched struct {
	Case      string              `json:"case"`
	Situation recourse.Situation  `json:"situation"`
	Status    recourse.CaseStatus `json:"status"`
}

// Decided is an act in brief.
type Decided struct {
	Effect   string              `json:"effect"`
	Kind     recourse.EffectKind `json:"kind"`
	Case     string              `json:"case,omitempty"`
	Approval recourse.Approval   `json:"approval,omitempty"`
}

// Acted is what became of something that was done through the API, with what was decided on it.
type Acted struct {
	Told
	Entries []Happening `json:"entries"`
}

// Happening is one thing that happened to an order or a case, and why.
type Happening struct {
	recourse.Entry
	Words string `json:"words" doc:"The entry with its reason, in the language of the answer."`
}

// Past is one decision: what came, and all that followed.
type Past struct {
	Seq     int64       `json:"seq" doc:"Its number in the order's history, from 1."`
	At      time.Time   `json:"at"`
	By      string      `json:"by,omitempty" doc:"Who told it; none: time passed."`
	Event   *Fact       `json:"event,omitempty" doc:"What came; none: a deadline did."`
	Entries []Happening `json:"entries"`
	Effects []Decided   `json:"effects"`
	Policy  string      `json:"policy" doc:"Hash of the policy that took new cases."`
	Hash    string      `json:"hash" doc:"SHA-256 over the entry before and this one."`
}

// Fact is an event as it was told.
type Fact struct {
	Source string             `json:"source,omitempty"`
	ID     string             `json:"id,omitempty"`
	Type   recourse.EventType `json:"type"`
	Time   time.Time          `json:"time,omitzero"`
	Data   json.RawMessage    `json:"data"`
}

// OrderAnswer is an order with all that is known of it.
type OrderAnswer struct {
	Order        recourse.Order      `json:"order"`
	Version      int64               `json:"version"`
	AddressWrong bool                `json:"address_wrong,omitempty"`
	Purchases    []recourse.Purchase `json:"purchases"`
	Parcels      []recourse.Parcel   `json:"parcels"`
	Cases        []Brief             `json:"cases"`
	Ledger       []recourse.Posting  `json:"ledger" doc:"What is owed to the buyer, and what is due to the merchant. The two are never netted."`
	Due          time.Time           `json:"due,omitzero" doc:"When something moves by itself next."`
	Held         int                 `json:"held,omitempty" doc:"Facts that wait for the order itself to be told."`
}

// Brief is a case in brief, with the words for it.
type Brief struct {
	Case      string              `json:"case"`
	Situation recourse.Situation  `json:"situation"`
	Status    recourse.CaseStatus `json:"status"`
	State     string              `json:"state"`
	Outcome   recourse.Outcome    `json:"outcome,omitempty"`
	Words     string              `json:"words"`
	Href      string              `json:"href"`
}

// CaseAnswer is a case with all that one needs to decide about it.
type CaseAnswer struct {
	recourse.Case
	Order    string             `json:"order"`
	Version  int64              `json:"version" doc:"Of the order: also the ETag, for If-Match."`
	Words    CaseWords          `json:"words"`
	Ledger   []recourse.Posting `json:"ledger" doc:"Of this case."`
	History  []Past             `json:"history" doc:"What happened to this case, the oldest first."`
	Upcoming []Coming           `json:"upcoming" doc:"What comes by itself, and when."`
	Effects  []Effect           `json:"effects" doc:"The effects that were decided for it, with what became of each."`
	Actions  []Action           `json:"actions" doc:"What the case can be told now."`
	File     OrderAnswer        `json:"file"`
}

// CaseWords are a case's codes in words.
type CaseWords struct {
	Situation string `json:"situation"`
	Status    string `json:"status"`
	State     string `json:"state"`
	Outcome   string `json:"outcome,omitempty"`
}

// Coming is something that comes by itself.
type Coming struct {
	decide.Step
	Words string `json:"words" doc:"When, and how that was counted."`
}

// Effect is an effect as it is kept.
type Effect struct {
	recourse.Effect
	Order   string             `json:"order"`
	Status  store.EffectStatus `json:"status"`
	Until   time.Time          `json:"until,omitzero" doc:"While sending: by when whoever began has to say how it ended."`
	MovedAt time.Time          `json:"moved_at,omitzero"`
	MovedBy string             `json:"moved_by,omitempty"`
	Note    string             `json:"note,omitempty"`
	Letter  string             `json:"letter,omitempty" doc:"Of a message that a person edited: its subject, an empty line, its body."`
	Words   string             `json:"words"`
	Because string             `json:"because" doc:"Why it was decided, in words."`
	Actions []EffectAction     `json:"actions" doc:"What can be said of it now."`
}

// EffectAction is something that can be said of an act.
type EffectAction struct {
	Do     string             `json:"do"`
	Method string             `json:"method"`
	Href   string             `json:"href"`
	Needs  account.Permission `json:"needs"`
}

// Action is something that a case can be told now.
type Action struct {
	Words    string             `json:"words"`
	Method   string             `json:"method"`
	Href     string             `json:"href"`
	Body     map[string]string  `json:"body" doc:"What to send."`
	Required []string           `json:"required" doc:"What has to be added to the body. A confirmation (confirmed: true) says that the merchant is to pay twice for the same pieces."`
	Optional []string           `json:"optional" doc:"What may be added."`
	Needs    account.Permission `json:"needs"`
	By       []recourse.Party   `json:"by,omitempty" doc:"Who may choose it, or was asked for it."`
	Confirm  bool               `json:"confirm,omitempty" doc:"It would be refused without a confirmation."`
	To       string             `json:"to,omitempty" doc:"The state that it leads to."`
	Become   recourse.Situation `json:"become,omitempty" doc:"The situation that the case takes."`
	Outcome  recourse.Outcome   `json:"outcome,omitempty" doc:"The end that it leads to."`
	Question string             `json:"question,omitempty" doc:"The open question that it answers."`
	Choices  []string           `json:"choices,omitempty"`
}

// CaseRow is a case in a list.
type CaseRow struct {
	Case      string              `json:"case"`
	Order     string              `json:"order"`
	Situation recourse.Situation  `json:"situation"`
	Status    recourse.CaseStatus `json:"status"`
	State     string              `json:"state"`
	Outcome   recourse.Outcome    `json:"outcome,omitempty"`
	Waits     recourse.Party      `json:"waits,omitempty" doc:"Who was asked something."`
	Quiet     bool                `json:"quiet,omitempty"`
	Due       time.Time           `json:"due,omitzero"`
	OpenedAt  time.Time           `json:"opened_at"`
	ClosedAt  time.Time           `json:"closed_at,omitzero"`
	Supplier  string              `json:"supplier,omitempty"`
	Country   string              `json:"country,omitempty"`
	Channel   string              `json:"channel,omitempty"`
	Amount    recourse.Money      `json:"amount,omitzero" doc:"What the buyer paid for its pieces."`
	Words     string              `json:"words"`
	Href      string              `json:"href"`
}

// Cases is a page of cases.
type Cases struct {
	Cases []CaseRow `json:"cases"`
	Next  string    `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last."`
}

// Effects is a page of effects.
type Effects struct {
	Effects []Effect `json:"effects"`
	Next    string   `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last."`
}

// HistoryAnswer is a part of an order's history.
type HistoryAnswer struct {
	Order   string `json:"order"`
	Version int64  `json:"version"`
	History []Past `json:"history"`
	Next    int64  `json:"next,omitempty" doc:"Where the next part begins (?from=); none: this is the last."`
}

func href(parts ...string) string {
	out := "/api/v1"
	for _, p := range parts {
		out += "/" + url.PathEscape(p)
	}
	return out
}

func decided(effects []recourse.Effect) []Decided {
	out := make([]Decided, len(effects))
	for i, e := range effects {
		out[i] = Decided{e.ID, e.Kind, e.Case, e.Approval}
		if e.Draft && e.Approval == "" {
			out[i].Approval = recourse.ApprovalNeeded
		}
	}
	return out
}

func lines(l *text.Language, entries []recourse.Entry, caseID string) []Happening {
	out := []Happening{}
	for _, e := range entries {
		if caseID == "" || e.Case == caseID {
			out = append(out, Happening{e, l.Entry(e, nil)})
		}
	}
	return out
}

// past is a decision as far as it is about a case; about all of them when no case is named.
func past(l *text.Language, e *store.Entry, caseID string) Past {
	out := Past{Seq: e.Seq, At: e.At, By: e.By, Entries: lines(l, e.Entries, caseID), Policy: e.Policy, Hash: hexOf(e.Hash)}
	var effects []recourse.Effect
	for _, f := range e.Effects {
		if caseID == "" || f.Case == caseID {
			effects = append(effects, f)
		}
	}
	out.Effects = decided(effects)
	if e.Event != nil {
		out.Event = &Fact{e.Event.Source, e.Event.ID, e.Event.Type, e.Event.Time, factData(e.Event)}
	}
	return out
}

// factData writes the data of an event as it is told: the lines of an order that is placed are its lines.
func factData(ev *recourse.Event) json.RawMessage {
	data, err := json.Marshal(ev.Data)
	if err != nil { // unreachable: it was read from JSON
		return json.RawMessage(`{}`)
	}
	if ev.Type == recourse.OrderPlaced {
		data = bytes.Replace(data, []byte(`"items":`), []byte(`"lines":`), 1)
	}
	return data
}

func coming(l *text.Language, steps []decide.Step) []Coming {
	out := make([]Coming, len(steps))
	for i, s := range steps {
		out[i] = Coming{s, l.Deadline(s.Deadline)}
		if s.Deadline.From.IsZero() || s.Deadline.Days == 0 {
			out[i].Words = l.Moment(s.At)
		}
	}
	return out
}

// verbs are what can be said of an act, by the event that says it.
var verbs = map[recourse.EventType]string{
	recourse.EffectApproved: "approve", recourse.EffectRejected: "reject", recourse.EffectRecalled: "recall", recourse.EffectStarted: "start", recourse.EffectDone: "done", recourse.EffectFailed: "fail",
}

func act(l *text.Language, e *store.Effect) Effect {
	out := Effect{Effect: e.Effect, Order: e.Order, Status: e.Status, Until: e.Until, MovedAt: e.MovedAt, MovedBy: e.MovedBy, Note: e.Note, Letter: e.Words, Words: l.Effect(e.Effect), Because: l.Why(e.Why), Actions: []EffectAction{}}
	for _, t := range desk.Sayable(e) {
		out.Actions = append(out.Actions, EffectAction{verbs[t], "POST", href("effects", e.ID, verbs[t]), account.Needs(&recourse.Event{Type: t})})
	}
	return out
}

func acts(l *text.Language, effects []store.Effect) []Effect {
	out := make([]Effect, len(effects))
	for i := range effects {
		out[i] = act(l, &effects[i])
	}
	return out
}

// actions are what a case can be told now.
func actions(l *text.Language, caseID string, options []decide.Option) []Action {
	out := make([]Action, len(options))
	for i := range options {
		out[i] = actionOf(l, caseID, &options[i])
	}
	return out
}

func actionOf(l *text.Language, caseID string, o *decide.Option) Action {
	a := Action{
		Method: "POST", Href: href("cases", caseID, "actions"), Body: map[string]string{"event": string(o.Event)}, Required: []string{}, Optional: []string{}, Words: l.Event(o.Event),
		By: o.By, Confirm: o.Confirm, To: o.To, Become: o.Become, Outcome: o.Outcome, Question: o.Question, Choices: o.Choices,
	}
	ev := recourse.Event{Type: o.Event}
	if o.Remedy != "" {
		a.Body["remedy"], a.Words = string(o.Remedy), l.Choice(string(o.Remedy))
		ev.Confirmed = o.Confirm
		if len(o.By) == 1 {
			a.Body["by"] = string(o.By[0])
		}
		if o.Confirm {
			a.Required = append(a.Required, "confirmed")
		}
	}
	a.Needs = account.Needs(&ev)
	all, must := recourse.EventFields(o.Event)
	for i, f := range all {
		_, fixed := a.Body[f]
		switch {
		case fixed || f == "order" || f == "case" || f == "confirmed":
		case i < must && mustCarry[f]:
			a.Required = append(a.Required, f)
		default:
			a.Optional = append(a.Optional, f)
		}
	}
	return a
}

// mustCarry are the fields that an event cannot do without; the others of those that it should carry are found out where
// only one thing can be meant.
var mustCarry = map[string]bool{"lines": true, "status": true, "problem": true, "remedy": true, "effect": true}

func caseRow(l *text.Language, c *store.Case) CaseRow {
	return CaseRow{c.ID, c.Order, c.Situation, c.Status, c.State, c.Outcome, c.Waits, c.Quiet, c.Due, c.OpenedAt, c.ClosedAt, c.Supplier, c.Country, c.Channel, c.Amount,
		briefWords(l, c.Situation, c.State, c.Outcome), href("cases", c.ID)}
}

// briefWords are a case's trouble and how it stands.
func briefWords(l *text.Language, s recourse.Situation, state string, o recourse.Outcome) string {
	if o != "" {
		return l.Situation(s) + ": " + l.Outcome(o)
	}
	return l.Situation(s) + ": " + l.State(state)
}

func orderAnswer(l *text.Language, v *desk.View) OrderAnswer {
	f := v.File
	out := OrderAnswer{Order: f.Order, Version: v.Version, AddressWrong: f.AddressWrong, Purchases: orNone(f.Purchases), Parcels: orNone(f.Parcels), Cases: []Brief{}, Ledger: orNone(f.Postings()), Due: f.Due, Held: len(f.Held)}
	for _, c := range f.Cases {
		out.Cases = append(out.Cases, Brief{c.ID, c.Situation, c.Status, c.State, c.Outcome, briefWords(l, c.Situation, c.State, c.Outcome), href("cases", c.ID)})
	}
	return out
}

// orNone is a list that is written as [] where there is none.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func caseAnswer(l *text.Language, v *desk.View, id string) CaseAnswer {
	c := v.File.Case(id)
	out := CaseAnswer{
		Case: *c, Order: v.File.Order.ID, Version: v.Version, File: orderAnswer(l, v), Ledger: []recourse.Posting{}, History: []Past{},
		Words:    CaseWords{l.Situation(c.Situation), l.Status(c.Status), l.State(c.State), ""},
		Upcoming: coming(l, v.Upcoming(id)), Effects: acts(l, v.EffectsOf(id)), Actions: actions(l, id, v.Options(id)),
	}
	if c.Outcome != "" {
		out.Words.Outcome = l.Outcome(c.Outcome)
	}
	for _, p := range out.File.Ledger {
		if p.Case == id {
			out.Ledger = append(out.Ledger, p)
		}
	}
	for i := range v.History {
		if p := past(l, &v.History[i], id); len(p.Entries)+len(p.Effects) > 0 {
			out.History = append(out.History, p)
		}
	}
	return out
}
