package view

import (
	"slices"

	"recourse"
	"recourse/text"
)

// Bank is the dossier of a dispute, as a page offers it.
type Bank struct {
	Case, Href string
	Due        Instant
	Lang       string
	Langs      []FieldOption
}

// situationDispute is the situation by which a playbook knows that a bank decides.
const situationDispute recourse.Situation = "dispute"

// NewBank is the dossier of a case that is a dispute; nil for another case. Lang is the language that is taken unless another is
// chosen.
func NewBank(r Reader, f *recourse.OrderFile, id, lang string, all []text.Lang) *Bank {
	c := f.Case(id)
	held := slices.ContainsFunc(f.Refunds, func(x recourse.Refund) bool { return x.Disputed && x.Case == id })
	if c == nil || c.Situation != situationDispute && !held {
		return nil
	}
	b := &Bank{Case: id, Href: CasePath(id) + "/chargeback.pdf", Lang: string(r.Other(lang).Lang())}
	if !c.EventDue.IsZero() {
		b.Due = r.Due(c.EventDue)
	}
	for _, l := range all {
		b.Langs = append(b.Langs, FieldOption{string(l), r.Other(string(l)).Name()})
	}
	return b
}
