package decide

import (
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/playbook"
)

// take takes in the event in hand: folds it, hands it to cases, opens cases, lets facts lead on.
func (w *work) take() {
	w.fold()
	if !w.fresh.news {
		w.noteEvent("", recourse.WhyNoted)
		w.settle()
		return
	}
	if isAnswer(w.ev.Type) {
		w.answer()
	} else {
		w.handedOver()
		w.open(w.broadcast())
	}
	w.fit()
	w.settle()
}

func (w *work) noteEvent(caseID string, code recourse.WhyCode) {
	w.note(recourse.Entry{Case: caseID, Kind: recourse.EntryNoted, Why: w.whyEvent(code)})
}

// whyEvent is the fact in hand as a reason; its arguments are shared by all that it leads to.
func (w *work) whyEvent(code recourse.WhyCode) recourse.Why {
	if w.why == nil {
		w.why = []recourse.Arg{{Name: "event", Text: string(w.ev.Type)}, {Name: "time", At: w.evAt}}
	}
	return recourse.Why{Code: code, Args: w.why}
}

// isAnswer says that an event answers something that one case waits for; all others tell a fact, to every case
// that it concerns.
func isAnswer(t recourse.EventType) bool {
	switch t {
	case recourse.EvidenceReceived, recourse.ClaimApprovedNow, recourse.ClaimDeniedNow, recourse.OffersFound, recourse.RemedyChosen,
		recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundFailedNow, recourse.RefundRejectedNow, recourse.RefundWithdrawnNow,
		recourse.RecoveryReceivedNow, recourse.RecoveryDeniedNow, recourse.RecoveryWrittenOffNow,
		recourse.ReplacementShipped, recourse.ReturnReceived, recourse.DisputeWon, recourse.DisputeLost, recourse.ProblemWithdrawn:
		return true
	}
	return false
}

// handedOver tells the cases of a parcel's first scan that it was handed over, when nobody had said so.
func (w *work) handedOver() {
	if w.ev.Type != recourse.ParcelScanned || !w.first {
		return
	}
	scan := w.ev
	shipped := *scan
	shipped.Type = recourse.ParcelShipped
	w.ev = &shipped
	w.broadcast()
	w.ev = scan
}

// broadcast hands a fact to every open case that it concerns and, where none of them took it, to the newest
// closed case whose end waits for it. It gives the lines that it was taken for.
//
// Those concerned are listed before any takes it: a case that one of them splits off must not be
// handed the same fact again.
func (w *work) broadcast() (taken []recourse.Pieces) {
	var concerned []int
	for i := range w.f.Cases {
		if w.f.Cases[i].Status == recourse.Open && w.concerns(w.f.Cases[i]) {
			concerned = append(concerned, i)
		}
	}
	for _, i := range concerned {
		if w.deliver(i) {
			taken = append(taken, w.f.Cases[i].Lines...)
		}
	}
	if len(taken) > 0 || w.ev.Type == recourse.ProblemReported && w.told(concerned) {
		return taken
	}
	for i := len(w.f.Cases) - 1; i >= 0; i-- {
		if c := w.f.Cases[i]; c.Status == recourse.Closed && w.concerns(c) && w.deliver(i) {
			return w.f.Cases[i].Lines
		}
	}
	return nil
}

// told says whether one of some open cases is about the very problem that is told again.
func (w *work) told(open []int) bool {
	return slices.ContainsFunc(open, func(i int) bool { return string(w.f.Cases[i].Situation) == w.ev.Problem })
}

// concerns says whether a fact is about a case's goods.
func (w *work) concerns(c *recourse.Case) bool {
	ev := w.ev
	if ev.Case != "" {
		return ev.Case == c.ID
	}
	switch {
	case ev.Parcel != "":
		p := w.f.Parcel(ev.Parcel)
		return p != nil && w.carries(p, c)
	case ev.Type == recourse.PurchasePlacedEvent:
		p := w.f.Purchase(ev.Purchase)
		return recourse.Overlap(w.linesOfPurchase(p), c.Lines)
	case ev.Purchase != "":
		p := w.f.Purchase(ev.Purchase)
		return (c.Purchase == ev.Purchase || c.Purchase == "" && c.Parcel == "") && p != nil && recourse.Overlap(w.full(ev.Lines, w.linesOfPurchase(p)), c.Lines)
	case ev.Type == recourse.ProblemReported && c.Status == recourse.Closed && string(c.Situation) != ev.Problem:
		return false
	}
	return len(ev.Lines) == 0 || recourse.Overlap(ev.Lines, c.Lines)
}

// deliver lets a case take the event: the first transition whose condition holds, its state's own before its
// path's. It reports whether there was one.
func (w *work) deliver(i int) bool {
	c := w.f.Cases[i]
	p := w.PolicyOf(&c.Run)
	s := w.state(p, c.State)
	if s == nil {
		return false
	}
	for _, t := range s.On {
		if t.Event != w.ev.Type || !w.holds(t.If, p, subject{c: c}) {
			continue
		}
		w.foldFact(i)
		w.wake(i)
		if t.Become != nil || t.Part {
			i = w.split(i)
		}
		w.apply(i, t, w.whyEvent(recourse.WhyEvent))
		return true
	}
	return false
}

// foldFact notes in a case what a fact that it takes means for it.
func (w *work) foldFact(i int) {
	switch w.ev.Type {
	case recourse.PurchasePlacedEvent, recourse.InterceptionDone, recourse.InterceptionRefused:
		w.foldAnswer(i)
	}
}

// split takes the event's lines out of a case that is to become something else because of them, when it has
// others: those stay what they are. It gives the case that changes.
//
// Example: a late case has lines 1 and 2, and the supplier says that line 2 is out of stock. Line 2
// goes on as a case of its own; line 1 stays late, and its deadlines run as before.
func (w *work) split(i int) int {
	c := w.f.Cases[i]
	lines := w.eventLines()
	if len(lines) == 0 {
		return i
	}
	rest := recourse.WithoutLines(c.Lines, lines)
	if len(rest) == 0 {
		return i
	}
	own := recourse.WithoutLines(c.Lines, rest)
	twin := *c
	twin.ID = w.caseID()
	twin.Lines, twin.Effects = own, 0
	twin.Fired, twin.Asks = slices.Clone(c.Fired), slices.Clone(c.Asks)
	w.caseAt(i).Lines = rest
	w.addCase(twin)
	w.divide(i, len(w.f.Cases)-1)
	w.note(recourse.Entry{Case: twin.ID, Kind: recourse.EntryOpened, From: w.f.Cases[i].ID, To: string(twin.Situation), Why: w.whyEvent(recourse.WhyEvent)})
	return len(w.f.Cases) - 1
}

// divide gives two cases that were one their own money: what was asked for and has not left or come is taken back and
// asked for again, for each one's pieces. The refund of the one that goes its own way is left to that way.
//
// An open refund of 30.00 for both lines would otherwise be paid for goods that one of the cases may
// yet reorder. Asked for anew, each case's money can be withdrawn without the other's.
func (w *work) divide(rest, own int) {
	why := w.whyEvent(recourse.WhyEvent)
	id := w.f.Cases[rest].ID
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Case == id && r.Status == recourse.RefundRequested {
			w.withdrawRefund(w.caseAt(rest), why)
			w.requestRefund(w.caseAt(rest), why)
			break
		}
	}
	for i := range w.f.Recoveries {
		if r := &w.f.Recoveries[i]; r.Case == id && r.Status == recourse.RecoveryRequested {
			w.withdrawRecovery(w.caseAt(rest), why)
			w.requestRecovery(w.caseAt(rest), why)
			w.requestRecovery(w.caseAt(own), why)
			break
		}
	}
}

// eventLines are the lines that the event in hand names; of a parcel's, those in the parcel.
func (w *work) eventLines() []recourse.Pieces {
	if p := w.f.Parcel(w.ev.Parcel); p != nil {
		return w.linesOfParcel(p)
	}
	return w.ev.Lines
}

// answer hands an answer to the one case that it is for. When several wait and it names none, a person decides;
// when none waits, it is noted.
func (w *work) answer() {
	switch w.ev.Type {
	case recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundFailedNow, recourse.RefundRejectedNow, recourse.RefundWithdrawnNow:
		w.answerRefund()
		return
	case recourse.RecoveryReceivedNow, recourse.RecoveryDeniedNow, recourse.RecoveryWrittenOffNow:
		w.answerRecovery()
		return
	}
	waiting := w.narrow(w.waiting())
	switch len(waiting) {
	case 0:
		if w.ev.Type == recourse.EvidenceReceived {
			w.f.Evidence++
		}
		w.noteEvent(w.ev.Case, recourse.WhyNoted)
	case 1:
		w.foldAnswer(waiting[0])
		w.unask()
		w.wake(waiting[0])
		w.answered(waiting[0])
	default:
		w.askWhich(waiting)
	}
}

// answered lets the case that an answer is for go on.
func (w *work) answered(i int) {
	if w.ev.Type == recourse.RemedyChosen {
		w.choose(i)
		return
	}
	if !w.deliver(i) {
		w.noteEvent(w.f.Cases[i].ID, recourse.WhyNoted)
	}
}

// waiting are the cases that wait for such an answer: the open ones, else the closed ones whose end names it.
func (w *work) waiting() []int {
	var open, closed []int
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		switch {
		case c.Status == recourse.Open && w.waits(c):
			open = append(open, i)
		case c.Status == recourse.Closed && w.names(c):
			closed = append(closed, i)
		}
	}
	if len(open) > 0 {
		return open
	}
	if w.ev.Type == recourse.EvidenceReceived && len(closed) == 0 {
		return w.problems()
	}
	return closed
}

// problems are the open cases about a problem: evidence that nobody waits for still belongs to one.
func (w *work) problems() []int {
	var out []int
	for i := range w.f.Cases {
		if c := w.f.Cases[i]; c.Status == recourse.Open && c.Problem {
			out = append(out, i)
		}
	}
	return out
}

// waits says whether an open case waits for the answer in hand.
func (w *work) waits(c *recourse.Case) bool {
	switch w.ev.Type {
	case recourse.ClaimApprovedNow, recourse.ClaimDeniedNow:
		return c.Claim == recourse.ClaimFiled
	case recourse.OffersFound:
		return c.Searching || w.names(c)
	case recourse.ReplacementShipped:
		return c.SentAgain.Remedy == recourse.RemedyReplacement && !c.SentAgain.Done
	case recourse.RemedyChosen:
		return w.choosable(c) != nil
	}
	return w.names(c)
}

// names says whether a case's state has a transition for the event whose condition holds.
func (w *work) names(c *recourse.Case) bool {
	p := w.PolicyOf(&c.Run)
	s := w.state(p, c.State)
	if s == nil {
		return false
	}
	for _, t := range s.On {
		if t.Event == w.ev.Type && w.holds(t.If, p, subject{c: c}) {
			return true
		}
	}
	return false
}

// narrow keeps the cases that an answer can be meant for by what it names: a case, an effect, lines.
//
// The list is the caller's own and is cut in place. Naming nothing narrows nothing.
func (w *work) narrow(all []int) []int {
	ev := w.ev
	keep := func(yes func(*recourse.Case) bool) {
		all = slices.DeleteFunc(all, func(i int) bool { return !yes(w.f.Cases[i]) })
	}
	if ev.Case != "" {
		keep(func(c *recourse.Case) bool { return c.ID == ev.Case })
	}
	if ev.Effect != "" {
		keep(func(c *recourse.Case) bool { return strings.HasPrefix(ev.Effect, c.ID+"/") })
	}
	if len(ev.Lines) > 0 {
		keep(func(c *recourse.Case) bool { return recourse.Overlap(ev.Lines, c.Lines) })
	}
	return all
}

// askWhich asks a person which of several waiting cases an answer is for. The answer is put again, with the
// case named.
func (w *work) askWhich(waiting []int) {
	first := waiting[0]
	var choices []string
	for _, i := range waiting {
		choices = append(choices, w.f.Cases[i].ID)
	}
	why := w.whyEvent(recourse.WhySeveral)
	w.noteEvent("", recourse.WhySeveral)
	w.ask(w.caseAt(first), recourse.PartyMerchant, playbook.QuestionWhichCase, choices, why)
}

// unask takes back the question which case an answer was for: one has it now.
func (w *work) unask() {
	for i := range w.f.Cases {
		isWhich := func(q recourse.Question) bool { return q.Question == playbook.QuestionWhichCase }
		if slices.ContainsFunc(w.f.Cases[i].Asks, isWhich) {
			c := w.caseAt(i)
			c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), isWhich)
		}
	}
}

// wake ends the quiet of a case found while taking stock when a fresh fact touches it.
//
// It must come before the case goes on, since effects are decided only for one that is awake.
func (w *work) wake(i int) {
	if !w.stale && w.f.Cases[i].Quiet {
		w.caseAt(i).Quiet = false
	}
	if !w.f.Cases[i].SnoozedUntil.IsZero() {
		w.caseAt(i).SnoozedUntil = time.Time{}
	}
}

// choosable is the first transition that a case's state has for the remedy in hand, chosen by who chose it; nil
// when the case does not wait for it. The merchant may choose whatever anybody may.
func (w *work) choosable(c *recourse.Case) *playbook.Transition {
	p := w.PolicyOf(&c.Run)
	s := w.state(p, c.State)
	if s == nil {
		return nil
	}
	for _, t := range s.Choose {
		if t.Remedy == w.ev.Remedy && mayChoose(t, w.ev.By) && w.holds(t.If, p, subject{c: c}) {
			return t
		}
	}
	return nil
}

func mayChoose(t *playbook.Transition, by recourse.Party) bool {
	return by != recourse.PartyBuyer || slices.Contains(t.By, recourse.PartyBuyer)
}

// unconfirmed says that a choice needs a confirmation that nobody has given yet.
func unconfirmed(t *playbook.Transition, c *recourse.Case) bool { return t.Confirm && !c.Confirmed }

// choose carries out a remedy that a person chose. Closing by hand after the guard asked leaves things as they are.
func (w *work) choose(i int) {
	c := w.caseAt(i)
	t := w.choosable(c)
	confirmed := w.ev.Confirmed && w.ev.By != recourse.PartyBuyer
	why := recourse.Why{Code: recourse.WhyChosen, Args: []recourse.Arg{{Name: "remedy", Text: string(w.ev.Remedy)}, {Name: "by", Text: string(w.ev.By)}}}
	if confirmed {
		c.Confirmed = true
	} else if unconfirmed(t, c) {
		w.refuse(i, recourse.Why{Code: recourse.WhyDoubleLoss, Args: why.Args})
		return
	}
	c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(q recourse.Question) bool { return slices.Contains(q.Choices, string(w.ev.Remedy)) })
	w.apply(i, t, why)
}
