package decide

import (
	"strings"

	"recourse"
)

// late keeps money that came for a recovery that is settled already: denied, written off, withdrawn, or come in full. It is an
// income like the rest, and stands beside the recovery under an id of its own, so that what was decided about that one stays as
// it was. It reports whether there is such a recovery; money that names none of the order's is only noted.
//
// Example: 80.00 CNY were written off in March, and come in May. The loss of March stays in March, and May has an income of 80.00.
func (w *work) late() bool {
	i := w.settledMeant()
	if i < 0 || w.ev.Amount.Minor <= 0 {
		return false
	}
	of := w.f.Recoveries[i]
	r := w.besides(&of)
	sum, err := r.Received.Add(w.ev.Amount)
	if err != nil { // more than any shop has: it stays in the history
		return false
	}
	r.Received, r.At = sum, w.at
	w.note(recourse.Entry{Case: of.Case, Kind: recourse.EntryNoted, Why: recourse.Why{Code: recourse.WhyLateMoney, Args: []recourse.Arg{{Name: "amount", Sum: w.ev.Amount}}}})
	return true
}

// settledMeant is the newest settled recovery that money can be for, by what the news names; -1: there is none.
func (w *work) settledMeant() int {
	if w.ev.Type != recourse.RecoveryReceivedNow {
		return -1
	}
	for i := len(w.f.Recoveries) - 1; i >= 0; i-- {
		r := &w.f.Recoveries[i]
		if strings.HasSuffix(r.ID, moreMark) || r.Status == recourse.RecoveryRequested {
			continue
		}
		if (w.ev.Purchase == "" || r.Purchase == w.ev.Purchase) && (w.ev.Case == "" || r.Case == w.ev.Case) &&
			(w.ev.Effect == "" || strings.HasPrefix(w.ev.Effect, r.ID)) && (len(w.ev.Lines) == 0 || recourse.Overlap(r.Lines, w.ev.Lines)) {
			return i
		}
	}
	return -1
}

// besides is what stands beside a settled recovery for money of the currency in hand. It asks for nothing, so that it is never
// chased, and holds no pieces, so that nothing is asked back any less.
func (w *work) besides(of *recourse.Recovery) *recourse.Recovery {
	id := of.ID + moreMark
	all := w.recoveries()
	for i := range all {
		if all[i].ID == id {
			if all[i].Received.Currency == w.ev.Amount.Currency {
				return &all[i]
			}
			id += moreMark
		}
	}
	r := recourse.Recovery{ID: id, Case: of.Case, Purchase: of.Purchase, Status: recourse.RecoveryReceived, Run: of.Run}
	r.Asks, r.Fired = nil, nil
	w.f.Recoveries = append(all, r)
	return &w.f.Recoveries[len(w.f.Recoveries)-1]
}
