package view

import (
	"cmp"
	"slices"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
)

// Thread is what was written about a case, to and from everybody: the oldest first.
type Thread struct {
	Letters []Letter
	Unread  int // of what came in and nobody has read or answered
}

// Letter is one message of a thread.
type Letter struct {
	ID      string // of the act that sends it; "": it came in
	Path    string // where a form about the act is sent; "": it came in
	In      bool   // it came in
	Party   string // who wrote it, or whom it goes to
	By      string // the person who wrote it or moved it last, the program or the connection that brought it in
	About   string // of one that the playbook sends: what it is about
	Subject string
	Body    string
	Lang    string // of subject and body; "": that of whoever wrote it
	At      Instant
	State   LetterState
	Status  string // the state in words
	Class   string // open, good, bad, off
	Own     bool   // a person's own words
	Edited  bool   // a person changed the words before they left
	Note    string // what the one who moved it last had to say, or why it cannot be written
	Why     string // why it was decided
	Unread  bool
	at      time.Time
}

// LetterState says how far a message is.
type LetterState string

// The states of a message.
const (
	LetterReceived LetterState = "received"
	LetterDraft    LetterState = "draft"   // waits for a person to read it and let it go
	LetterWaiting  LetterState = "waiting" // may go, and has not
	LetterSending  LetterState = "sending"
	LetterSent     LetterState = "sent"
	LetterFailed   LetterState = "failed"
	LetterUnknown  LetterState = "unknown" // whether it left is not known
	LetterDropped  LetterState = "dropped"
)

// LetterStates lists them.
var LetterStates = []LetterState{LetterReceived, LetterDraft, LetterWaiting, LetterSending, LetterSent, LetterFailed, LetterUnknown, LetterDropped}

var letterOf = map[store.EffectStatus]LetterState{
	store.Pending: LetterWaiting, store.Sending: LetterSending, store.Done: LetterSent, store.Failed: LetterFailed, store.Unknown: LetterUnknown, store.Dropped: LetterDropped,
}

// NewThread gathers the messages of a case. Each is in the language of who reads it; what nobody has sent yet stands as it
// would be written now.
func NewThread(r Reader, v *desk.View, caseID string) Thread {
	var t Thread
	for i := range v.History {
		h := &v.History[i]
		if h.Event == nil {
			continue
		}
		if l, ok := r.received(h, caseID); ok {
			t.Letters = append(t.Letters, l)
		}
	}
	t.unread(v.File.Case(caseID))
	for _, e := range v.EffectsOf(caseID) {
		if e.Kind == recourse.EffectMessage {
			t.Letters = append(t.Letters, r.letter(v.File, &e))
		}
	}
	slices.SortStableFunc(t.Letters, func(a, b Letter) int { return a.at.Compare(b.at) })
	return t
}

// unread marks the newest of what came in: as many as the case counts.
func (t *Thread) unread(c *recourse.Case) {
	if c == nil {
		return
	}
	t.Unread = c.Unread
	left := c.Unread
	for i := len(t.Letters) - 1; i >= 0 && left > 0; i, left = i-1, left-1 {
		t.Letters[i].Unread = true
	}
}

// received is a message that came in with an event.
func (r Reader) received(h *store.Entry, caseID string) (Letter, bool) {
	ev := h.Event
	of := slices.ContainsFunc(h.Entries, func(n recourse.Entry) bool { return n.Case == caseID })
	if ev.Type != recourse.MessageReceived || !of {
		return Letter{}, false
	}
	at := ev.Time
	if at.IsZero() {
		at = h.At
	}
	return Letter{
		In: true, Party: sentence(r.Party(cmp.Or(ev.By, recourse.PartyBuyer))), By: r.teller(h.By), Body: ev.Text, At: r.Past(at), at: at, State: LetterReceived, Status: r.T("letter_" + string(LetterReceived)),
	}, true
}

// letter is a message that an act sends.
func (r Reader) letter(file *recourse.OrderFile, e *store.Effect) Letter {
	l := Letter{
		ID: e.ID, Path: EffectPath(e.ID), Party: sentence(r.Party(e.To)), By: r.teller(e.MovedBy), About: r.Language.Template(e.Template), Why: r.why(e.Why), Note: e.Note,
		State: letterOf[e.Status], Class: actClass[e.Status], Own: e.Template == decide.TemplateWritten, Edited: e.Words != "", at: e.At,
	}
	if !e.MovedAt.IsZero() {
		l.at = e.MovedAt
	}
	if awaiting(e) || e.Draft && e.Status == store.Pending && e.Effect.Approval != recourse.ApprovalGiven {
		l.State = LetterDraft
	}
	l.At, l.Status = r.Past(l.at), r.T("letter_"+string(l.State))
	if r.Head.Sent[e.ID].Bounced {
		l.Status, l.Class = r.T("letter_bounced"), "bad"
	}
	var err error
	if l.Subject, l.Body, l.Lang, err = r.words(file, e); err != nil {
		l.Note = err.Error()
	}
	return l
}

// words are a message as it is sent: as a person edited it, else as it would be written now, in the language of the one it
// goes to.
func (r Reader) words(file *recourse.OrderFile, e *store.Effect) (subject, body, lang string, err error) {
	if s, left := r.Head.Sent[e.ID]; left {
		return s.Subject, s.Body, s.Lang, nil
	}
	in := r.to(file, e.To)
	subject, body, err = in.Letter(e.Template, r.facts(file, e.Effect), e.Words)
	return subject, body, string(in.Lang()), err
}

// to is the language in which a party is written to: the buyer in their own, everybody else in the reader's.
func (r Reader) to(file *recourse.OrderFile, party recourse.Party) *text.Language {
	if party == recourse.PartyBuyer && file.Order.Buyer != nil && file.Order.Buyer.Locale != "" {
		return r.Other(file.Order.Buyer.Locale)
	}
	return r.Language
}
