package view

import (
	"cmp"
	"slices"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// BuyerPast is something that happened, in the buyer's words.
type BuyerPast struct {
	Day   string
	Stamp string
	Title string
	Words string // what the buyer wrote, or was written
	Mine  bool   // the buyer did it
	at    time.Time
}

// buyersOwn are the facts that the buyer tells: whoever passed them on.
var buyersOwn = []recourse.EventType{
	recourse.OrderPlaced, recourse.OrderCancelRequested, recourse.ProblemReported, recourse.ProblemWithdrawn, recourse.EvidenceReceived, recourse.ReturnRequested,
	recourse.DisputeOpened, recourse.MessageReceived, recourse.RemedyChosen,
}

// buyersBusiness are the facts of others that concern the buyer. What suppliers, agents and people of the merchant tell
// beside is not shown: this list is what keeps it from being.
var buyersBusiness = slices.Concat(buyersOwn, []recourse.EventType{
	recourse.OrderAddressWrong, recourse.OrderAddressCorrected, recourse.ParcelShipped, recourse.ParcelScanned, recourse.ClaimApprovedNow, recourse.ClaimDeniedNow,
	recourse.InterceptionDone, recourse.InterceptionRefused, recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundFailedNow, recourse.ReplacementShipped,
	recourse.ReturnReceived, recourse.DisputeWon, recourse.DisputeLost, recourse.MessageWritten,
})

// buyerPast tells the order's history to its buyer, newest first: what happened to it, and of the cases that are shown
// how they began and ended.
func (r Reader) buyerPast(v *desk.View, shown map[string]bool) (out []BuyerPast) {
	acts := map[string]*store.Effect{}
	for i := range v.Effects {
		acts[v.Effects[i].ID] = &v.Effects[i]
	}
	for i := range v.History {
		h := &v.History[i]
		p, ok := r.buyerFact(v, h, acts)
		if ok {
			out = append(out, p)
		}
		out = append(out, r.buyerTurns(h, shown, ok)...)
	}
	for i := range v.Effects {
		if e := &v.Effects[i]; e.Kind == recourse.EffectMessage && e.To == recourse.PartyBuyer && e.Status == store.Done && !slices.ContainsFunc(e.Variables, isText) {
			out = append(out, r.buyerAt(BuyerPast{Title: r.Buyer("happened_sent", "about", r.Template(e.Template)), Words: r.Head.Sent[e.ID].Body}, e.MovedAt))
		}
	}
	slices.SortStableFunc(out, func(a, b BuyerPast) int { return a.at.Compare(b.at) })
	slices.Reverse(out)
	return out
}

// isText says that a message is a person's own words, which stand there with the fact that they were written.
func isText(a recourse.Arg) bool { return a.Name == "text" }

func (r Reader) buyerAt(p BuyerPast, at time.Time) BuyerPast {
	p.at, p.Day, p.Stamp = at, r.ShortDay(at, r.Now), at.UTC().Format(time.RFC3339)
	return p
}

// buyerFact tells a fact, if it is the buyer's business.
func (r Reader) buyerFact(v *desk.View, h *store.Entry, acts map[string]*store.Effect) (BuyerPast, bool) {
	ev := h.Event
	if ev == nil || !slices.Contains(buyersBusiness, ev.Type) || !tellable(h, acts) {
		return BuyerPast{}, false
	}
	p := BuyerPast{Mine: slices.Contains(buyersOwn, ev.Type), Title: r.Buyer("event." + string(ev.Type))}
	switch ev.Type {
	case recourse.ProblemReported:
		p.Title, p.Words = r.Buyer("event.problem.reported", "what", r.problemWords(ev.Problem)), ev.Text
	case recourse.EvidenceReceived:
		p.Title = r.Buyer("event.evidence.received", "kind", cmp.Or(r.Buyer("kind_"+ev.Kind), r.Buyer("kind_other")))
	case recourse.RemedyChosen:
		p.Title = r.Buyer("event.remedy.chosen", "remedy", cmp.Or(r.Buyer("remedy."+string(ev.Remedy)), r.Choice(string(ev.Remedy))))
	case recourse.ParcelScanned:
		p.Title = r.scanWords(v, ev)
	case recourse.ClaimDeniedNow:
		p.Words = ev.Reason
	case recourse.MessageReceived, recourse.MessageWritten:
		p.Words = ev.Text
	}
	at := h.At
	if !ev.Time.IsZero() && ev.Time.Before(at) {
		at = ev.Time
	}
	return r.buyerAt(p, at), p.Title != ""
}

// tellable says that a fact of a kind that concerns the buyer does so itself: that a choice or a message was theirs, and
// that words which were written to them were not taken back.
func tellable(h *store.Entry, acts map[string]*store.Effect) bool {
	switch ev := h.Event; ev.Type {
	case recourse.RemedyChosen, recourse.MessageReceived:
		return ev.By == recourse.PartyBuyer
	case recourse.MessageWritten:
		if ev.To != "" && ev.To != recourse.PartyBuyer {
			return false
		}
		for _, e := range h.Effects {
			if a := acts[e.ID]; a != nil && (a.Status == store.Dropped || a.Status == store.Failed) {
				return false
			}
		}
	}
	return true
}

func (r Reader) problemWords(name string) string {
	return cmp.Or(r.Buyer("report."+name), r.buyerSituation(recourse.Situation(name)))
}

func (r Reader) scanWords(v *desk.View, ev *recourse.Event) string {
	if p := v.File.Parcel(ev.Parcel); p != nil && ev.Leg != recourse.International && (ev.Leg == recourse.Domestic || p.Leg == recourse.Domestic) {
		at := *p
		at.Leg = recourse.Domestic
		if v.Decider.FirstLeg(v.File, &at) {
			return r.near(ev.Status)
		}
	}
	return r.buyerParcel(ev.Status)
}

// buyerTurns are the beginnings and the ends of cases in one decision. What the buyer told themselves needs no noticing,
// and an end that the fact beside it tells is not told twice.
func (r Reader) buyerTurns(h *store.Entry, shown map[string]bool, told bool) (out []BuyerPast) {
	own := h.Event != nil && slices.Contains(buyersOwn, h.Event.Type)
	for _, e := range h.Entries {
		switch {
		case !shown[e.Case]:
		case e.Kind == recourse.EntryOpened && !own, e.Kind == recourse.EntryBecame && !own:
			out = append(out, r.buyerAt(BuyerPast{Title: r.Buyer("happened_opened", "what", r.buyerSituation(recourse.Situation(e.To)))}, h.At))
		case e.Kind == recourse.EntryClosed && !told:
			if says := r.Buyer("outcome." + e.To); says != "" {
				out = append(out, r.buyerAt(BuyerPast{Title: says}, h.At))
			}
		}
	}
	return out
}
