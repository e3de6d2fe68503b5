package decide

import (
	"strings"

	"recourse"
)

// This file takes what became of an act that was decided. Whoever carries acts out tells it of all kinds alike; what
// it means for a case is known of refunds alone, since the file knows which acts they are. Whether a replacement was
// shipped, an offer bought or a claim answered is told by facts of their own, which say more than that the act was
// done: which parcel, which purchase, which verdict.

// actNews is what news of an act means when the act is a refund. An approval means nothing yet: the money is still in
// the house.
var actNews = map[recourse.EventType]recourse.EventType{
	recourse.EffectStarted: recourse.RefundSentNow, recourse.EffectDone: recourse.RefundSucceeded,
	recourse.EffectFailed: recourse.RefundFailedNow, recourse.EffectRejected: recourse.RefundRejectedNow,
}

// actOfRefund puts the refund's own news in place of news of an act, where the act is a refund, and reports whether
// it is. What follows is then decided by one set of rules, whoever told it.
//
// Who carries an act out need not know its amount: the refund's own is meant. Money that a bank holds in a dispute is
// no act of ours.
func (w *work) actOfRefund() bool {
	t := actNews[w.ev.Type]
	for i := range w.f.Refunds {
		r := &w.f.Refunds[i]
		if t == "" || r.ID != w.ev.Effect || r.Disputed {
			continue
		}
		news := *w.ev
		news.Type = t
		set(&news.Case, r.Case)
		if news.Amount.Currency == "" {
			news.Amount = r.Amount
		}
		w.ev = &news
		return true
	}
	return false
}

// postponed takes the news that an act that was begun did not happen and will be begun again. Of a refund it means that
// nothing has left: it is requested as before, and may be taken back or refused until it is begun again.
func (w *work) postponed() {
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.ID == w.ev.Effect && r.Status == recourse.RefundSent && !r.Disputed && !r.Outside {
			r = &w.refunds()[i]
			r.Status, r.At = recourse.RefundRequested, w.evAt
		}
	}
	w.fit()
	w.noteEvent(w.caseOfEffect(), recourse.WhyNoted)
}

// caseOfEffect is the case that the act in hand belongs to, by its id: 1001-1/5, or 1001-1/3.2 of a recovery. "": of
// none, or of none that is known. The last stroke counts, since an order's own number may have one.
func (w *work) caseOfEffect() string {
	at := strings.LastIndex(w.ev.Effect, "/")
	if at < 0 || w.f.Case(w.ev.Effect[:at]) == nil {
		return ""
	}
	return w.ev.Effect[:at]
}
