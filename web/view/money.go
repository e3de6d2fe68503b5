package view

import (
	"recourse"
)

// Ledger is the money of a case on its two sides, which are never netted.
type Ledger struct {
	Owed []Posting // by the merchant to the buyer
	Due  []Posting // from supplier or marketplace to the merchant
}

// Posting is one line of the ledger.
type Posting struct {
	Amount string
	What   string
	Status string
	Class  string // of the style sheet: open, good, bad, off
	At     Instant
	Other  string // the case that it belongs to, when that is another one
	Href   string
}

// standing is how a posting's status looks: money on its way, there, refused, or not owed after all.
var standing = map[string]string{
	string(recourse.RefundRequested): "open", string(recourse.RefundSent): "open", string(recourse.RefundDone): "good", string(recourse.RefundFailed): "bad",
	string(recourse.RefundRejected): "off", string(recourse.RefundWithdrawn): "off",
	string(recourse.RecoveryReceived): "good", string(recourse.RecoveryDenied): "bad", string(recourse.RecoveryWrittenOff): "off",
}

// NewLedger tells the money of an order's file. Postings of other cases are shown as well: what was paid there is not
// paid again here.
func NewLedger(r Reader, file *recourse.OrderFile, id string) Ledger {
	var l Ledger
	for i := range file.Refunds {
		f := &file.Refunds[i]
		p := Posting{Amount: r.Money(f.Amount), What: r.T("refund"), Status: r.Refund(f.Status), Class: standing[string(f.Status)], At: r.Past(f.At)}
		if f.Outside {
			p.What = r.T("refund_outside")
		}
		l.Owed = append(l.Owed, p.of(f.Case, id))
	}
	for i := range file.Recoveries {
		f := &file.Recoveries[i]
		p := Posting{Amount: r.Money(f.Amount), What: r.T("recovery_of", "purchase", f.Purchase), Status: r.Recovery(f.Status), Class: standing[string(f.Status)], At: r.Past(f.At)}
		switch _, beside := f.Beside(); {
		case beside:
			p.Amount, p.What = r.Money(f.Received), r.T("tr_late", "purchase", f.Purchase)
		case p.Amount == "":
			p.Amount = r.T("amount_unknown")
		}
		if _, beside := f.Beside(); !beside && f.Received.Sign() != 0 && f.Received != f.Amount {
			p.Status = r.T("received_so_far", "status", p.Status, "amount", r.Money(f.Received))
		}
		l.Due = append(l.Due, p.of(f.Case, id))
	}
	return l
}

// of notes the case of a posting where it is not the one that is looked at.
func (p Posting) of(owner, id string) Posting {
	if owner != "" && owner != id && id != "" {
		p.Other, p.Href = owner, CasePath(owner)
	}
	return p
}
