package view

import (
	"net/url"
	"strconv"

	"recourse"
	"recourse/desk"
)

// RecoveriesModel is the page of what suppliers and the marketplace owe, by how long it has been awaited.
type RecoveriesModel struct {
	Ages      []AgeGroup
	Suppliers []SupplierDebt
	Supplier  string // only of this one
	More      bool   // there are more than are shown
	May       bool   // the visitor may act
	Nonce     string
	Unknown   string // of how many the amount is not known; "": of none
	CSV, XLSX string
}

// SupplierDebt is what one supplier owes.
type SupplierDebt struct {
	Name, Href string
	Count      string
	Sums       []string
	Oldest     string // in days
}

// AgeGroup are the recoveries of an age.
type AgeGroup struct {
	Label string
	Class string
	Sums  []string
	Rows  []RecoveryRow
}

// RecoveryRow is a recovery that is awaited, with what was done for it and what may be done.
type RecoveryRow struct {
	ID, Case, Href, Order, Amount, Situation, Supplier, SupplierHref, Purchase string
	Unknown                                                                    bool
	Since, Chased, Next, Answer                                                Instant
	Rule                                                                       string // by which somebody is chased next
	SoFar                                                                      string // what came, what is unread
	Chases                                                                     string
	Stuck                                                                      bool
	Chase, Drop                                                                bool // what the playbook allows
	Version                                                                    string
	Currency                                                                   string
}

// RecoveriesPath is the address of the page, of one supplier where it is named.
func RecoveriesPath(file, supplier string) string {
	if supplier == "" {
		return "/recoveries" + file
	}
	return "/recoveries" + file + "?" + url.Values{"supplier": {supplier}}.Encode()
}

// NewRecoveries makes the page of what is awaited.
func NewRecoveries(r Reader, all []desk.Awaited, supplier string, may bool, nonce string) RecoveriesModel {
	m := RecoveriesModel{Supplier: supplier, May: may, Nonce: nonce, CSV: RecoveriesPath("/recoveries.csv", supplier), XLSX: RecoveriesPath("/recoveries.xlsx", supplier)}
	m.Ages = r.Ages(all)
	m.Suppliers = r.debts(all)
	unknown := 0
	for i := range all {
		if all[i].Unknown {
			unknown++
		}
	}
	if unknown > 0 {
		m.Unknown = r.T("rc_unknown_n", "n", r.Number(unknown))
	}
	return m
}

// purse adds up amounts by currency, and counts those that nobody knows.
type purse struct {
	sums    map[recourse.Currency]int64
	unknown int
}

func (p *purse) add(a *desk.Awaited) {
	if a.Unknown {
		p.unknown++
		return
	}
	if p.sums == nil {
		p.sums = map[recourse.Currency]int64{}
	}
	p.sums[a.Amount.Currency] += a.Amount.Minor
}

func (p *purse) told(r Reader) (out []string) {
	for _, c := range currencies(p.sums) {
		out = append(out, r.Money(recourse.Money{Minor: p.sums[c], Currency: c}))
	}
	if p.unknown > 0 {
		out = append(out, r.T("rc_unknown_n", "n", r.Number(p.unknown)))
	}
	return out
}

// Ages groups recoveries by how long they have been awaited.
func (r Reader) Ages(all []desk.Awaited) []AgeGroup {
	groups, purses := make([]AgeGroup, len(desk.RecoveryAges)), make([]purse, len(desk.RecoveryAges))
	for i, a := range desk.RecoveryAges {
		groups[i] = AgeGroup{Label: r.T("rc_age_" + a.Name), Class: a.Name}
	}
	for i := range all {
		at := desk.AgeGroup(all[i].Age(r.Now))
		groups[at].Rows = append(groups[at].Rows, r.recoveryRow(&all[i]))
		purses[at].add(&all[i])
	}
	for i := range groups {
		groups[i].Sums = purses[i].told(r)
	}
	return groups
}

// debts are what each supplier owes, the one who has owed longest first.
func (r Reader) debts(all []desk.Awaited) (out []SupplierDebt) {
	place, purses, counts := map[string]int{}, []purse{}, []int{}
	for i := range all {
		a := &all[i]
		at, known := place[a.Supplier]
		if !known {
			at = len(out)
			place[a.Supplier] = at
			out = append(out, SupplierDebt{Name: a.Supplier, Href: RecoveriesPath("", a.Supplier), Oldest: r.Days(a.Age(r.Now))})
			purses, counts = append(purses, purse{}), append(counts, 0)
		}
		purses[at].add(a)
		counts[at]++
	}
	for i := range out {
		out[i].Sums, out[i].Count = purses[i].told(r), r.Number(counts[i])
	}
	return out
}

func (r Reader) recoveryRow(a *desk.Awaited) RecoveryRow {
	row := RecoveryRow{ID: a.Ref, Case: a.Case, Href: CasePath(a.Case), Order: a.Order, Amount: r.awaitedAmount(a), Unknown: a.Unknown, Situation: r.Situation(recourse.Situation(a.Situation)), Supplier: a.Supplier, SupplierHref: SupplierPath(a.Supplier), Purchase: a.Purchase,
		Since: r.Past(a.Since), Chased: r.Past(a.Chased), Stuck: a.Stuck, Chase: a.CanChase, Drop: a.CanDrop, Version: strconv.FormatInt(a.Version, 10), Currency: string(a.Asked.Currency), Rule: r.chaseRule(a), SoFar: r.soFar(a)}
	if a.Chases > 0 {
		row.Chases = r.Number(a.Chases)
	}
	if !a.Next.IsZero() {
		row.Next = r.Due(a.Next)
	}
	if !a.Answer.IsZero() {
		row.Answer = r.Due(a.Answer)
	}
	return row
}

func (r Reader) awaitedAmount(a *desk.Awaited) string {
	if a.Unknown {
		return r.T("amount_unknown")
	}
	return r.Money(a.Amount)
}

// chaseRule is the playbook's rule by which somebody is chased next.
func (r Reader) chaseRule(a *desk.Awaited) string {
	if a.Next.IsZero() {
		return ""
	}
	setting, after := a.Rule.Arg("setting").Text, a.Rule.Arg("after").Text
	if setting == "" {
		return r.T("rc_rule_bare", "after", r.Duration(after))
	}
	return r.T("rc_rule", "setting", r.Setting(setting), "name", setting, "after", r.Duration(after))
}

// soFar is what came of a claim until now.
func (r Reader) soFar(a *desk.Awaited) string {
	switch {
	case a.Received.Sign() > 0:
		return r.T("rc_part", "came", r.Money(a.Received), "of", r.Money(a.Asked))
	case a.Unread > 0:
		return r.T("rc_unread")
	case a.Stuck:
		return r.T("rc_stuck")
	}
	return r.T("rc_nothing")
}

// RecoveryTable are the recoveries that are awaited, for a file.
func RecoveryTable(r Reader, all []desk.Awaited) Table {
	t := Table{Name: "recoveries", Title: r.T("bk_ages"), Columns: []Column{word(r.T("rc_recovery")), word(r.T("ins_case")), word(r.T("ins_order")), word(r.T("ins_situation")), word(r.T("ins_supplier")), word(r.T("rc_purchase")), word(r.T("ins_currency")), num(r.T("bk_amount")), word(r.T("rc_note")),
		num(r.T("rc_came")), word(r.T("bk_since")), num(r.T("bk_age")), word(r.T("rc_group")), num(r.T("rc_chases")), word(r.T("rc_chased")), word(r.T("bk_next")), word(r.T("rc_by_rule"))}}
	for i := range all {
		a := &all[i]
		amount, note := Cell{Value: "", Bar: -1}, ""
		if a.Unknown {
			note = r.T("amount_unknown")
		} else {
			amount = r.cash(a.Amount.Minor, a.Amount.Currency)
		}
		came := Cell{Value: "", Bar: -1}
		if a.Received.Currency != "" {
			came = r.cash(a.Received.Minor, a.Received.Currency)
		}
		days := a.Age(r.Now)
		t.Rows = append(t.Rows, []Cell{cell(a.Ref), cell(a.Case), cell(a.Order), cell(r.Situation(recourse.Situation(a.Situation))), cell(a.Supplier), cell(a.Purchase), cell(string(a.Amount.Currency)), amount, cell(note), came,
			cell(r.stamp(a.Since)), r.count(int64(days)), cell(r.T("rc_age_" + desk.RecoveryAges[desk.AgeGroup(days)].Name)), r.count(int64(a.Chases)), cell(r.stamp(a.Chased)), cell(r.stamp(a.Next)), cell(r.chaseRule(a))})
	}
	return t
}

// ChaseWords are what the agent is written when a person chases a recovery, in the agent's language.
func (r Reader) ChaseWords(a *desk.Awaited, agent string) string {
	to := r
	if agent != "" {
		to.Language = r.Other(agent)
	}
	days := to.Days(a.Age(r.Now))
	if a.Unknown {
		return to.T("rc_chase_words_bare", "purchase", a.Purchase, "asked", to.Date(a.Since), "days", days)
	}
	return to.T("rc_chase_words", "purchase", a.Purchase, "amount", to.Money(a.Amount), "asked", to.Date(a.Since), "days", days)
}

func (m RecoveriesModel) empty() bool {
	for _, g := range m.Ages {
		if len(g.Rows) > 0 {
			return false
		}
	}
	return true
}
