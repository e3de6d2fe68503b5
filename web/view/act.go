package view

import (
	"slices"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
)

// Acts are what was decided to be done, by what it waits for.
type Acts struct {
	Approve []Act // wait for a person's yes
	Do      []Act // wait for somebody to carry them out
	Over    []Act // done, dropped
}

// actsShown is how many acts that wait to be carried out are shown at once; the rest unfolds.
const actsShown = 4

// Act is one of them.
type Act struct {
	ID, Path    string
	What        string
	Why         string
	Status      string
	Class       string // open, good, bad, off
	At          Instant
	By          string
	Note        string
	Money       bool // it moves money
	Draft       bool
	Subject     string // of a message
	Body        string
	BodyLang    string
	Own         Words  // the message in the reader's language, where that is another
	Reaches     string // who it goes to, and where
	Edited      bool   // a person changed its words
	Request     bool   // the words are those by which the agent is asked for it
	Files       []Link // that go with it
	Edit        *Form  // by which its words are changed before it leaves
	Paid        string // of an act that moves money: how much
	Quiet       bool
	Buttons     []ActButton
	Attempts    []Attempt
	Asks        bool // a person is to find out whether it happened
	NeedsPerson bool // it waits for an approval that the one who looks may not give
}

// Words are a message in one language.
type Words struct{ Subject, Body, Lang string }

// ActButton says one thing of an act.
type ActButton struct {
	Event   recourse.EventType
	Label   string
	Primary bool
	Preview bool // shown first what would follow
	Reason  bool // a reason may be given
}

var actClass = map[store.EffectStatus]string{store.Pending: "open", store.Sending: "open", store.Done: "good", store.Failed: "bad", store.Unknown: "bad", store.Dropped: "off"}

// acts are the acts of a case. Questions are not among them: they are answered, not carried out.
func (r Reader) acts(v *desk.View, id string, rights Rights) (out Acts) {
	all := v.EffectsOf(id)
	slices.Reverse(all) // the newest first
	for _, e := range all {
		if e.Kind == recourse.EffectAsk {
			continue
		}
		a := r.NewAct(v, &e, rights)
		switch {
		case e.Status == store.Done || e.Status == store.Dropped:
			out.Over = append(out.Over, a)
		case awaiting(&e):
			out.Approve = append(out.Approve, a)
		default:
			out.Do = append(out.Do, a)
		}
	}
	return out
}

// NewAct tells an act.
func (r Reader) NewAct(v *desk.View, e *store.Effect, rights Rights) Act {
	a := Act{
		ID: e.ID, Path: EffectPath(e.ID), What: r.Language.Effect(e.Effect), Why: r.why(e.Why), Status: r.T("act_" + string(e.Status)), Class: actClass[e.Status],
		At: r.Past(e.MovedAt), By: r.teller(e.MovedBy), Note: e.Note, Money: e.Kind == recourse.EffectRefund, Draft: e.Draft,
	}
	if awaiting(e) {
		a.Status, a.NeedsPerson = r.T("act_to_approve"), !rights.Approves(&e.Effect)
	}
	if e.Kind == recourse.EffectMessage {
		a.letter(r, v.File, e)
	} else {
		a.request(r, v, e)
	}
	if a.Money {
		a.Paid, a.Reaches = r.Money(e.Amount), r.reached(v.File, recourse.PartyBuyer, "")
	}
	a.Attempts, a.Asks = r.attempts(v.Attempts[e.ID]), e.Status == store.Unknown
	a.Buttons = r.actButtons(e, &a, rights)
	if awaiting(e) && rights.Approves(&e.Effect) && a.Body != "" && !a.Request {
		a.Edit = &Form{Key: "edit-" + e.ID, Event: recourse.EffectApproved, Fields: []Field{
			{Name: "subject", Label: r.T("edit_subject"), Kind: FieldText, Value: a.Subject, Required: true},
			{Name: "body", Label: r.T("edit_body"), Kind: FieldLetter, Value: a.Body, Required: true}}}
	}
	return a
}

// letter is the message as it would be written now, in the language of the one it goes to, and in the reader's own.
func (a *Act) letter(r Reader, file *recourse.OrderFile, e *store.Effect) {
	subject, body, lang, err := r.words(file, e)
	if err != nil {
		a.Note = err.Error()
		return
	}
	a.Subject, a.Body, a.BodyLang = subject, body, lang
	a.Edited, a.Reaches = e.Words != "", r.reached(file, e.To, e.Purchase)
	if lang == string(r.Lang()) || a.Edited {
		return
	}
	if subject, body, err = r.Message(e.Template, r.facts(file, e.Effect)); err == nil && body != a.Body {
		a.Own = Words{subject, body, string(r.Lang())}
	}
}

func (r Reader) actButtons(e *store.Effect, a *Act, rights Rights) (out []ActButton) {
	switch {
	case awaiting(e) && rights.Approves(&e.Effect):
		out = append(out,
			ActButton{Event: recourse.EffectApproved, Label: r.approve(e), Primary: true, Preview: true},
			ActButton{Event: recourse.EffectRejected, Label: r.T("reject"), Reason: true})
	case awaiting(e) || !rights.Act || e.Status == store.Done || e.Status == store.Dropped:
	default:
		out = append(out, ActButton{Event: recourse.EffectDone, Label: r.done(e)})
		if e.Status == store.Pending && e.Effect.Approval == recourse.ApprovalGiven && (e.MovedBy != "" || e.Template == decide.TemplateWritten) {
			out = append(out, ActButton{Event: recourse.EffectRecalled, Label: r.T("recall")})
		}
		if e.Status != store.Failed {
			out = append(out, ActButton{Event: recourse.EffectFailed, Label: r.T("failed"), Reason: true})
		}
	}
	return out
}

// approve is the word for letting an act go: a message is sent.
func (r Reader) approve(e *store.Effect) string {
	if e.Kind == recourse.EffectMessage {
		return r.T("approve_message")
	}
	return r.T("approve")
}

// done is the word for having carried out an act: a message was sent, a refund paid.
func (r Reader) done(e *store.Effect) string {
	switch e.Kind {
	case recourse.EffectMessage:
		return r.T("sent")
	case recourse.EffectRefund:
		return r.T("paid_out")
	}
	return r.T("done")
}
