package importer

import (
	"fmt"
	"maps"
	"slices"

	"recourse"
	"recourse/desk"
)

// Figures are what came of an import.
type Figures struct {
	DryRun    bool                        `json:"dry_run"`
	Profile   string                      `json:"profile"`
	Rows      int                         `json:"rows"`
	Rejected  int                         `json:"rejected"` // rows that could not be read
	Orders    int                         `json:"orders"`
	Taken     int                         `json:"taken"`
	Held      int                         `json:"held,omitempty"`
	Duplicate int                         `json:"duplicate"`
	Refused   int                         `json:"refused"`
	Opened    map[recourse.Situation]int  `json:"opened"`
	Quiet     int                         `json:"quiet"` // of those opened: history, nothing is sent or asked
	Closed    map[recourse.Outcome]int    `json:"closed"`
	Effects   map[recourse.EffectKind]int `json:"effects"`
	Waiting   map[string]int              `json:"waiting"` // what a person is asked, by question; and acts that wait for an approval
	Money     map[string]recourse.Money   `json:"money"`   // refunds requested, by currency
	Refusals  []string                    `json:"refusals,omitempty"`
	Seconds   float64                     `json:"seconds"`
	quiet     map[string]bool             // the quiet cases of the batch in hand
}

func newFigures(dry bool) *Figures {
	return &Figures{DryRun: dry, Opened: map[recourse.Situation]int{}, Closed: map[recourse.Outcome]int{}, Effects: map[recourse.EffectKind]int{}, Waiting: map[string]int{},
		Money: map[string]recourse.Money{}, quiet: map[string]bool{}}
}

// Clone is a copy of its own, to be looked at while the counting goes on.
func (m *Figures) Clone() *Figures {
	own := *m
	own.Opened, own.Closed, own.Effects, own.Waiting, own.Money = maps.Clone(m.Opened), maps.Clone(m.Closed), maps.Clone(m.Effects), maps.Clone(m.Waiting), maps.Clone(m.Money)
	own.Refusals, own.quiet = slices.Clone(m.Refusals), nil
	return &own
}

// Approval is how acts that wait for one are counted among what waits for a person.
const Approval = "approval"

// add counts a batch.
func (m *Figures) add(p parcel, results []desk.Result) {
	m.Orders += p.orders
	clear(m.quiet)
	for i := range results {
		r := &results[i]
		m.status(r, p.facts[i].Event.Type)
		for j := range r.Entries {
			m.entry(&r.Entries[j])
		}
		for j := range r.Effects {
			m.effect(&r.Effects[j])
		}
	}
}

// maxRefusals is how many refused facts are told one by one.
const maxRefusals = 10

func (m *Figures) status(r *desk.Result, t recourse.EventType) {
	switch r.Status {
	case desk.Taken:
		m.Taken++
	case desk.Held:
		m.Held++
	case desk.Duplicate:
		m.Duplicate++
	case desk.Refused:
		if m.Refused++; len(m.Refusals) < maxRefusals {
			m.Refusals = append(m.Refusals, fmt.Sprintf("order %s, %s: %v", r.Order, t, r.Err))
		}
	}
}

func (m *Figures) entry(e *recourse.Entry) {
	switch {
	case e.Kind == recourse.EntryOpened:
		m.Opened[recourse.Situation(e.To)]++
	case e.Kind == recourse.EntryClosed:
		m.Closed[recourse.Outcome(e.To)]++
	case e.Why.Code == recourse.WhyStale && !m.quiet[e.Case]:
		m.quiet[e.Case] = true
		m.Quiet++
	}
}

// effect counts an act. A quiet case decides none: one that does was woken by a fresh fact, and is quiet no more.
func (m *Figures) effect(e *recourse.Effect) {
	if m.quiet[e.Case] {
		delete(m.quiet, e.Case)
		m.Quiet--
	}
	m.Effects[e.Kind]++
	switch {
	case e.Kind == recourse.EffectAsk && e.Of == recourse.PartyMerchant:
		m.Waiting[e.Question]++
	case e.Approval == recourse.ApprovalNeeded || e.Draft:
		m.Waiting[Approval]++
	}
	if e.Kind == recourse.EffectRefund {
		currency := string(e.Amount.Currency)
		if sum, err := m.Money[currency].Add(e.Amount); err == nil {
			m.Money[currency] = sum
		}
	}
}
