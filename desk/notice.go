package desk

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/store"
)

// This file says what of a decision is news for other systems (see [recourse.NoticeType]). It only reads: the same
// decision gives the same news, with the same ids.

// maxNoticeData is how many bytes the data of a notice may have, so that the whole stays below 20 kB.
const maxNoticeData = 19 << 10

// notice adds the news of the decision that was added last, where the merchant has somebody to tell.
func (g *group) notice(before, after *recourse.OrderFile, acts []store.Act) {
	if !g.news || g.err != nil {
		return
	}
	r := &g.change.Entries[len(g.change.Entries)-1].Record
	n := newsOf{before: before, after: after, record: r, acts: acts, cancels: g.cancels()}
	n.all()
	seq := g.change.Before.Version + int64(len(g.change.Entries))
	for i := range n.out {
		kept, err := g.kept(&n.out[i], seq, i, after)
		if err != nil {
			g.err = err
			return
		}
		g.change.Notices = append(g.change.Notices, kept)
	}
}

// kept is a notice as it is kept.
func (g *group) kept(n *recourse.Notice, seq int64, i int, after *recourse.OrderFile) (store.Notice, error) {
	n.Data.Order, n.Data.Version, n.Data.Channel, n.Data.Ref = g.key.Order, seq, after.Order.Channel, after.Order.Ref
	data, err := noticeData(&n.Data)
	return store.Notice{Merchant: g.key.Merchant, Order: g.key.Order, Place: store.NoticePlace(seq, i), Channel: after.Order.Channel, Type: n.Type, At: n.At, Data: data,
		ID: noticeID(g.key.Merchant, g.key.Order, strconv.FormatInt(seq, 10), strconv.Itoa(i))}, err
}

// noticeID is an id made of what a notice is about.
func noticeID(parts ...string) string {
	sum := sha256.Sum256([]byte("recourse notice 1\x00" + strings.Join(parts, "\x00")))
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// noticeData writes the data of a notice, and leaves long lists out where it would be too long.
func noticeData(d *recourse.NoticeData) (json.RawMessage, error) {
	for _, shorten := range []func(*recourse.NoticeData){nil, withoutOffers, withoutLines} {
		if shorten != nil {
			d.Shortened = true
			shorten(d)
		}
		data, err := json.Marshal(d)
		if err != nil || len(data) <= maxNoticeData {
			return data, err
		}
	}
	return json.Marshal(&recourse.NoticeData{Order: d.Order, Version: d.Version, Channel: recourse.Shorten(d.Channel, 200), Ref: recourse.Shorten(d.Ref, 200), Shortened: true})
}

func withoutOffers(d *recourse.NoticeData) {
	if d.Case != nil {
		c := *d.Case
		c.Offers, c.Fired = nil, nil
		d.Case = &c
	}
	if d.Effect != nil {
		d.Effect.Variables = nil
	}
}

func withoutLines(d *recourse.NoticeData) {
	if d.Case != nil {
		d.Case.Lines, d.Case.Asks = nil, nil // withoutOffers has made a copy
	}
	if d.Effect != nil {
		d.Effect.Lines = nil
	}
	if d.Refund != nil {
		d.Refund.Lines, d.Refund.Shares = nil, nil
	}
	if d.Recovery != nil {
		d.Recovery.Lines = nil
	}
	if d.Parcel != nil {
		d.Parcel.Lines = nil
	}
}

// cancels are the situations of orders that the buyer does not want any more, as the playbook has them.
func (g *group) cancels() (out []recourse.Situation) {
	for _, o := range g.decider.Policy.OpenedBy(recourse.OrderCancelRequested) {
		out = append(out, o.Situation.Name)
	}
	return out
}

// newsOf finds what is news in one decision.
type newsOf struct {
	before, after *recourse.OrderFile
	record        *store.Record
	acts          []store.Act // before it
	cancels       []recourse.Situation
	out           []recourse.Notice
}

func (n *newsOf) add(t recourse.NoticeType, at time.Time, d recourse.NoticeData) {
	n.out = append(n.out, recourse.Notice{Type: t, At: at, Data: d})
}

// all finds all of it, in the order in which one would tell it.
func (n *newsOf) all() {
	n.message()
	for i := range n.record.Entries {
		n.entry(&n.record.Entries[i])
	}
	n.cases()
	n.effects()
	n.refunds()
	n.recoveries()
	n.moves()
	n.cancelled()
}

// quiet says that a case is of the past that nobody is told of.
func (n *newsOf) quiet(id string) bool {
	c := n.after.Case(id)
	return c != nil && c.Quiet
}

var entryNotices = map[recourse.EntryKind]recourse.NoticeType{
	recourse.EntryOpened: recourse.NoticeCaseOpened, recourse.EntryBecame: recourse.NoticeCaseBecame, recourse.EntryMoved: recourse.NoticeCaseMoved,
	recourse.EntryClosed: recourse.NoticeCaseClosed, recourse.EntryReopened: recourse.NoticeCaseReopened,
}

func (n *newsOf) entry(e *recourse.Entry) {
	t, c := entryNotices[e.Kind], n.after.Case(e.Case)
	if t == "" || c == nil || c.Quiet {
		return
	}
	why := e.Why
	n.add(t, e.At, recourse.NoticeData{Case: c, From: e.From, To: e.To, Why: &why})
}

// message is the words that came in.
func (n *newsOf) message() {
	if ev := n.record.Event; ev != nil && ev.Type == recourse.MessageReceived {
		d := recourse.NoticeData{Case: n.after.Case(ev.Case), By: ev.By, Personal: &recourse.NoticePersonal{Text: ev.Text}}
		n.add(recourse.NoticeMessageReceived, n.record.At, d)
	}
}

// cases compares those that the decision changed.
func (n *newsOf) cases() {
	for _, c := range n.after.Cases {
		was := n.before.Case(c.ID)
		if was == c || c.Quiet {
			continue
		}
		if was == nil {
			was = &recourse.Case{}
		}
		n.verdict(was, c)
		n.questions(was, c)
		if c.SentAgain.Done && !was.SentAgain.Done && c.SentAgain.Remedy == recourse.RemedyReplacement {
			n.add(recourse.NoticeReplacementShipped, n.record.At, recourse.NoticeData{Case: c, Parcel: copied(n.after.Parcel(c.SentAgain.Parcel))})
		}
		if c.Assignee != was.Assignee {
			n.add(recourse.NoticeCaseAssigned, n.record.At, recourse.NoticeData{Case: c})
		}
	}
}

// copied is a copy of its own; nil of nil.
func copied[T any](v *T) *T {
	if v == nil {
		return nil
	}
	own := *v
	return &own
}

var claimNotices = map[recourse.ClaimStatus]recourse.NoticeType{recourse.ClaimFiled: recourse.NoticeClaimFiled, recourse.ClaimApproved: recourse.NoticeClaimApproved, recourse.ClaimDenied: recourse.NoticeClaimDenied}

func (n *newsOf) verdict(was, is *recourse.Case) {
	if t := claimNotices[is.Claim]; t != "" && is.Claim != was.Claim {
		n.add(t, n.record.At, recourse.NoticeData{Case: is})
	}
}

func (n *newsOf) questions(was, is *recourse.Case) {
	same := func(all []recourse.Question, q recourse.Question) bool {
		return slices.ContainsFunc(all, func(o recourse.Question) bool { return o.Effect == q.Effect })
	}
	for _, q := range was.Asks {
		if !same(is.Asks, q) {
			n.add(recourse.NoticeQuestionAnswered, n.record.At, recourse.NoticeData{Case: is, Question: &q})
		}
	}
	for _, q := range is.Asks {
		if !same(was.Asks, q) {
			n.add(recourse.NoticeQuestionAsked, n.record.At, recourse.NoticeData{Case: is, Question: &q})
		}
	}
}

// effects are the acts that were decided; questions are told as such.
func (n *newsOf) effects() {
	for i := range n.record.Effects {
		e := n.record.Effects[i]
		if e.Kind == recourse.EffectAsk || n.quiet(e.Case) {
			continue
		}
		status := born(&e, n.acts)
		e.Approval = approvalOf(&e)
		n.add(recourse.NoticeEffectDecided, e.At, recourse.NoticeData{Effect: &recourse.NoticeEffect{Effect: e, Status: string(status)}})
	}
}

var refundNotices = map[recourse.RefundStatus]recourse.NoticeType{
	recourse.RefundRequested: recourse.NoticeRefundRequested, recourse.RefundSent: recourse.NoticeRefundSent, recourse.RefundDone: recourse.NoticeRefundDone,
	recourse.RefundFailed: recourse.NoticeRefundFailed, recourse.RefundRejected: recourse.NoticeRefundRejected, recourse.RefundWithdrawn: recourse.NoticeRefundWithdrawn,
}

func (n *newsOf) refunds() {
	for i := range n.after.Refunds {
		r := &n.after.Refunds[i]
		j := slices.IndexFunc(n.before.Refunds, func(o recourse.Refund) bool { return o.ID == r.ID })
		if j >= 0 && n.before.Refunds[j].Status == r.Status || n.quiet(r.Case) {
			continue
		}
		n.add(refundNotices[r.Status], n.record.At, recourse.NoticeData{Case: n.after.Case(r.Case), Refund: copied(r)})
	}
}

var recoveryNotices = map[recourse.RecoveryStatus]recourse.NoticeType{
	recourse.RecoveryRequested: recourse.NoticeRecoveryRequested, recourse.RecoveryReceived: recourse.NoticeRecoveryReceived, recourse.RecoveryDenied: recourse.NoticeRecoveryDenied,
	recourse.RecoveryWrittenOff: recourse.NoticeRecoveryWrittenOff, recourse.RecoveryWithdrawn: recourse.NoticeRecoveryWithdrawn,
}

func (n *newsOf) recoveries() {
	for i := range n.after.Recoveries {
		r, was := &n.after.Recoveries[i], recourse.Recovery{}
		if j := slices.IndexFunc(n.before.Recoveries, func(o recourse.Recovery) bool { return o.ID == r.ID }); j >= 0 {
			was = n.before.Recoveries[j]
		}
		t := recoveryNotices[r.Status]
		if r.Status == was.Status {
			if r.Received == was.Received {
				continue
			}
			t = recourse.NoticeRecoveryPaid
		}
		if !r.Quiet {
			n.add(t, n.record.At, recourse.NoticeData{Recovery: copied(r)})
		}
	}
}

// moves are what became of acts that were decided before. How a refund stands was told; a message that is done has left.
func (n *newsOf) moves() {
	for _, m := range n.record.Moves {
		i := actAt(n.acts, m.Effect)
		if i < 0 || n.acts[i].Kind == recourse.EffectAsk || n.quiet(n.acts[i].Case) {
			continue
		}
		a := &n.acts[i]
		t := moveNotice(a, &m)
		if t == "" {
			continue
		}
		approval := a.Approval
		if m.Approval != "" {
			approval = m.Approval
		}
		n.add(t, n.record.At, recourse.NoticeData{Effect: &recourse.NoticeEffect{Effect: recourse.Effect{ID: a.ID, Kind: a.Kind, Case: a.Case, At: a.At, Approval: approval}, Status: string(m.Status)}})
	}
}

func moveNotice(a *store.Act, m *store.Move) recourse.NoticeType {
	switch {
	case m.Status == store.Pending && m.Approval == recourse.ApprovalGiven:
		return recourse.NoticeEffectApproved
	case m.Status == store.Done && a.Kind == recourse.EffectMessage:
		return recourse.NoticeMessageSent
	case m.Status == store.Done:
		return recourse.NoticeEffectDone
	case m.Status == store.Failed:
		return recourse.NoticeEffectFailed
	case m.Status == store.Unknown:
		return recourse.NoticeEffectUnknown
	case m.Status == store.Dropped:
		return recourse.NoticeEffectDropped
	}
	return ""
}

// cancelled says that the buyer did not want the order any more, and that the money for all of it is back.
func (n *newsOf) cancelled() {
	for _, e := range n.record.Entries {
		c := n.after.Case(e.Case)
		if e.Kind != recourse.EntryClosed || c == nil || c.Quiet || c.Outcome != recourse.OutcomeRefunded || !slices.Contains(n.cancels, c.Situation) {
			continue
		}
		var all, back []recourse.Pieces
		for _, l := range n.after.Order.Lines {
			all = append(all, recourse.Pieces{Line: l.Line, Quantity: l.Quantity})
		}
		for i := range n.after.Refunds {
			if r := &n.after.Refunds[i]; r.Status == recourse.RefundDone {
				back = append(back, r.Lines...)
			}
		}
		if len(all) > 0 && len(recourse.Without(all, back)) == 0 {
			n.add(recourse.NoticeOrderCancelled, e.At, recourse.NoticeData{Case: c})
		}
	}
}
