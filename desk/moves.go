package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/store"
)

// This file says what becomes of acts: what people and senders say of one (told), and what a decision means for acts
// that were decided before (moves). Both only read.

// beginFor is how long whoever began an act has to say how it ended. Then it is unknown.
const beginFor = time.Hour

// step is what an event about an act needs, and makes of it.
type step struct {
	from     []store.EffectStatus
	approved bool // it must not wait for an approval
	to       store.EffectStatus
	approval recourse.Approval
}

var steps = map[recourse.EventType]step{
	recourse.EffectApproved: {from: []store.EffectStatus{store.Pending}, to: store.Pending, approval: recourse.ApprovalGiven},
	recourse.EffectRejected: {from: []store.EffectStatus{store.Pending}, to: store.Dropped, approval: store.ApprovalRejected},
	recourse.EffectRecalled: {from: []store.EffectStatus{store.Pending}, to: store.Pending, approval: recourse.ApprovalNeeded},
	recourse.EffectStarted:  {from: []store.EffectStatus{store.Pending, store.Failed}, approved: true, to: store.Sending},
	recourse.EffectDone:     {from: []store.EffectStatus{store.Pending, store.Sending, store.Unknown, store.Failed}, approved: true, to: store.Done},
	recourse.EffectFailed:   {from: []store.EffectStatus{store.Pending, store.Sending, store.Unknown}, approved: true, to: store.Failed},
	// Nothing happened, and it is tried again later: until then it can be taken back as if nobody had begun.
	recourse.EffectPostponed: {from: []store.EffectStatus{store.Sending}, approved: true, to: store.Pending},
	recourse.EffectUnknown:   {from: []store.EffectStatus{store.Sending}, to: store.Unknown},
}

// approvalOf is the approval that an effect begins with: news that the playbook will not send unseen waits for a person.
func approvalOf(e *recourse.Effect) recourse.Approval {
	if e.Draft && e.Approval == "" {
		return recourse.ApprovalNeeded
	}
	return e.Approval
}

// takenBack says which acts an act takes back. One that nobody has begun is dropped, and there is nothing to do.
var takenBack = map[recourse.EffectKind][]recourse.EffectKind{
	recourse.EffectWithdrawRefund:      {recourse.EffectRefund},
	recourse.EffectWithdrawReplacement: sendsAgain,
	recourse.EffectWithdrawRecovery:    {recourse.EffectRecovery},
}

// born is how an act begins: pending, but for one that takes back what has not been begun, which is done by being decided.
func born(e *recourse.Effect, acts []store.Act) store.EffectStatus {
	kinds := takenBack[e.Kind]
	waiting := func(a store.Act) bool {
		return a.Case == e.Case && slices.Contains(kinds, a.Kind) && a.Status == store.Pending
	}
	if kinds != nil && slices.ContainsFunc(acts, waiting) {
		return store.Done
	}
	return store.Pending
}

// actsAfter are an order's acts after a decision: those before, moved, and those that it decided. What is over is left
// out.
func actsAfter(before []store.Act, r *store.Record) []store.Act {
	if len(r.Effects) == 0 && len(r.Moves) == 0 {
		return before
	}
	all := make([]store.Act, 0, len(before)+len(r.Effects))
	all = append(all, before...)
	for i := range r.Effects {
		e := &r.Effects[i]
		all = append(all, store.Act{ID: e.ID, Case: e.Case, Kind: e.Kind, Status: born(e, before), Approval: approvalOf(e), At: e.At, Own: e.Template == decide.TemplateWritten})
	}
	for _, m := range r.Moves {
		if i := actAt(all, m.Effect); i >= 0 {
			all[i].Status = m.Status
			if m.Approval != "" {
				all[i].Approval = m.Approval
			}
		}
	}
	return slices.DeleteFunc(all, func(a store.Act) bool { return a.Status == store.Done || a.Status == store.Dropped })
}

func actAt(acts []store.Act, id string) int {
	return slices.IndexFunc(acts, func(a store.Act) bool { return a.ID == id })
}

// told is what an event says of an act; none for an event that is about something else. What cannot be said of an act
// that stands as it does is refused with effect_moved, of kind [recourse.Conflict].
func (g *group) told(ev *recourse.Event, file *recourse.OrderFile, now time.Time) ([]store.Move, error) {
	s, about := steps[ev.Type]
	if !about {
		return nil, nil
	}
	i := actAt(g.acts, ev.Effect)
	if i < 0 {
		return nil, notOpen(ev.Effect, file)
	}
	if err := s.check(ev.Type, &g.acts[i]); err != nil {
		return nil, err
	}
	m := store.Move{Effect: ev.Effect, Status: s.to, Approval: s.approval, Note: ev.Reason}
	if ev.Type == recourse.EffectApproved && ev.Text != "" {
		if g.acts[i].Kind != recourse.EffectMessage {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "words_of_no_message", Field: "text", Message: "only a message has words that can be changed", Hint: "approve the act without text"}
		}
		m.Words = ev.Text
	}
	// Words of one's own were never anybody's to approve: taken back, they are gone.
	if ev.Type == recourse.EffectRecalled && g.acts[i].Own {
		m.Status, m.Approval = store.Dropped, ""
	}
	if s.to == store.Sending {
		m.Until = now.Add(beginFor)
	}
	return []store.Move{m}, nil
}

// notOpen says why nothing can be said of an act: it is over, or there never was one. Acts are numbered, so that the
// file tells which.
func notOpen(effect string, file *recourse.OrderFile) error {
	number, _, _ := strings.Cut(effect[strings.LastIndexByte(effect, '/')+1:], ".")
	n, err := strconv.Atoi(number)
	if c := file.Case(caseOf(effect)); err == nil && c != nil && n >= 1 && n <= c.Effects {
		return effectMoved("the act is over: it was carried out, answered or dropped", "read the case again")
	}
	return &recourse.Error{Kind: recourse.NotFound, Code: "effect_unknown", Field: "effect", Message: "there is no act " + recourse.Shorten(effect, 60)}
}

func effectMoved(message, hint string) error {
	return &recourse.Error{Kind: recourse.Conflict, Code: "effect_moved", Field: "effect", Message: message, Hint: hint}
}

func (s *step) check(t recourse.EventType, e *store.Act) error {
	decides := t == recourse.EffectApproved || t == recourse.EffectRejected
	switch {
	case e.Kind == recourse.EffectAsk && t != recourse.EffectUnknown:
		return effectMoved("a question is not carried out: it is answered", "choose one of its answers")
	case !slices.Contains(s.from, e.Status):
		return effectMoved("the act is "+string(e.Status)+" already", "read the case again")
	case decides && e.Approval != recourse.ApprovalNeeded:
		return effectMoved("the act does not wait for an approval", "read the case again")
	case t == recourse.EffectRecalled && e.Approval != recourse.ApprovalGiven:
		return effectMoved("the act has no approval that could be taken back", "read the case again")
	case s.approved && e.Approval == recourse.ApprovalNeeded:
		return effectMoved("the act waits for an approval", "approve it first")
	}
	return nil
}

// moves are what a decision means for acts that were decided before: what was told of one, what it answered is done,
// what it overtook or took back is dropped.
func moves(ev *recourse.Event, before, after *recourse.OrderFile, acts []store.Act, told ...store.Move) []store.Move {
	m := mover{ev: ev, acts: acts, out: told}
	m.refunds(before, after)
	m.recoveries(before, after)
	for _, c := range after.Cases {
		if was := before.Case(c.ID); was != nil && was != c {
			m.of(was, c)
		}
	}
	return m.out
}

type mover struct {
	ev   *recourse.Event
	acts []store.Act
	out  []store.Move
}

// move moves an act once in a decision: what was told of it counts first.
func (m *mover) move(effect string, to store.EffectStatus, approval recourse.Approval) {
	if !slices.ContainsFunc(m.out, func(t store.Move) bool { return t.Effect == effect }) {
		m.out = append(m.out, store.Move{Effect: effect, Status: to, Approval: approval})
	}
}

// kinds moves the acts of some kinds that a case has. What has begun cannot be dropped any more.
func (m *mover) kinds(c *recourse.Case, to store.EffectStatus, kinds ...recourse.EffectKind) {
	for i := range m.acts {
		a := &m.acts[i]
		if a.Case == c.ID && slices.Contains(kinds, a.Kind) && (to != store.Dropped || a.Status == store.Pending) {
			m.move(a.ID, to, "")
		}
	}
}

// overtaken drops words of an earlier step that were not sent: they are no longer true.
func (m *mover) overtaken(c *recourse.Case) {
	for i := range m.acts {
		a := &m.acts[i]
		if a.Case == c.ID && a.Kind == recourse.EffectMessage && a.Status == store.Pending && !a.Own && a.At.Before(c.EnteredAt) {
			m.move(a.ID, store.Dropped, "")
		}
	}
}

// refundMoves says what the standing of a refund means for the act that asked for it.
var refundMoves = map[recourse.RefundStatus]struct {
	to       store.EffectStatus
	approval recourse.Approval
}{
	recourse.RefundSent:      {store.Sending, recourse.ApprovalGiven},
	recourse.RefundDone:      {store.Done, recourse.ApprovalGiven},
	recourse.RefundFailed:    {store.Failed, ""},
	recourse.RefundRejected:  {store.Dropped, store.ApprovalRejected},
	recourse.RefundWithdrawn: {store.Dropped, ""},
}

func (m *mover) refunds(before, after *recourse.OrderFile) {
	for i := range after.Refunds {
		r := &after.Refunds[i]
		to, moved := refundMoves[r.Status]
		if !moved || r.Case == "" || r.Disputed {
			continue
		}
		// Refunds are never taken out of the list: a place that both have is the same refund.
		if i < len(before.Refunds) && before.Refunds[i].Status == r.Status {
			continue
		}
		m.move(r.ID, to.to, to.approval)
	}
}

func (m *mover) recoveries(before, after *recourse.OrderFile) {
	for i := range after.Recoveries {
		r := &after.Recoveries[i]
		if _, beside := r.Beside(); beside || i < len(before.Recoveries) && before.Recoveries[i].Status == r.Status {
			continue
		}
		switch r.Status {
		case recourse.RecoveryReceived, recourse.RecoveryDenied, recourse.RecoveryWrittenOff:
			m.move(r.ID, store.Done, "")
		case recourse.RecoveryWithdrawn:
			m.move(r.ID, store.Dropped, "")
		}
	}
}

// sendsAgain are the acts by which goods go to the buyer once more.
var sendsAgain = []recourse.EffectKind{recourse.EffectReplacement, recourse.EffectReorder, recourse.EffectAdjust}

// of compares a case before and after a decision.
func (m *mover) of(was, is *recourse.Case) {
	m.questions(was, is)
	if was.Searching && !is.Searching {
		m.kinds(is, store.Done, recourse.EffectSource)
	}
	if was.Claim == recourse.ClaimFiled && is.Claim != was.Claim {
		m.kinds(is, store.Done, recourse.EffectClaim)
	}
	if was.Interception == recourse.InterceptionAsked && is.Interception != was.Interception {
		m.kinds(is, store.Done, recourse.EffectIntercept)
	}
	switch {
	case !was.SentAgain.Done && is.SentAgain.Done:
		m.kinds(is, store.Done, sendsAgain...)
	case was.SentAgain.Remedy != "" && is.SentAgain.Remedy != was.SentAgain.Remedy:
		m.kinds(is, store.Dropped, sendsAgain...)
	}
	if m.ev != nil && (m.ev.Type == recourse.PurchaseCancelledNow || m.ev.Type == recourse.PurchaseCancelRefused) {
		m.kinds(is, store.Done, recourse.EffectCancelPurchase)
	}
	if is.Step > was.Step {
		m.overtaken(is)
	}
}

// questions that are no longer open were answered, or nobody needs the answer any more.
func (m *mover) questions(was, is *recourse.Case) {
	to := store.Dropped
	if m.ev != nil && m.ev.Type == recourse.RemedyChosen {
		to = store.Done
	}
	for _, q := range was.Asks {
		if !slices.ContainsFunc(is.Asks, func(o recourse.Question) bool { return o.Effect == q.Effect }) {
			m.move(q.Effect, to, "")
		}
	}
}
